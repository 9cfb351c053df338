"""Vectors as documents."""

from typing import Any

from bson.raw_bson import RawBSONDocument

from ...vectors.input import Entry
from ..encoding import document
from ..executor import Filter, Update


def updates_of(entries: list[Entry]) -> list[tuple[Filter, Update]]:
    """What stores vectors. Other fields of a document stay: ``document`` is TypeScript's."""
    return [
        ({"_id": entry.id}, {"$set": fields_of(f"vectors[{at}]", embedding=entry.values, metadata=entry.metadata)})
        for at, entry in enumerate(entries)
    ]


def fields_of(path: str, **fields: Any) -> RawBSONDocument:
    """Fields of a document, encoded: an embedding as a list.

    Args:
        path: how errors call what can not be stored.
    """
    if "embedding" in fields:
        fields["embedding"] = fields["embedding"].tolist()
    return document(fields, path)
