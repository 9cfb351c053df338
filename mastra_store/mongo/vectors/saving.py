"""Vectors as documents."""

from collections.abc import Sequence
from typing import Any

from bson.raw_bson import RawBSONDocument

from ...vectors.input import Entry
from ..encoding import document
from ..executor import Filter, Update


def updates_of(entries: list[Entry], documents: Sequence[str | None] = ()) -> list[tuple[Filter, Update]]:
    """What stores vectors. Other fields of a document stay.

    Args:
        documents: for each, the text in TypeScript's field ``document``, which stays where there is none.
    """
    texts = [{} if text is None else {"document": text} for text in documents] or [{}] * len(entries)
    return [
        (
            {"_id": entry.id},
            {"$set": fields_of(f"vectors[{at}]", embedding=entry.values, metadata=entry.metadata, **text)},
        )
        for at, (entry, text) in enumerate(zip(entries, texts, strict=True))
    ]


def fields_of(path: str, **fields: Any) -> RawBSONDocument:
    """Fields of a document, encoded: an embedding as a list.

    Args:
        path: how errors call what can not be stored.
    """
    if "embedding" in fields:
        fields["embedding"] = fields["embedding"].tolist()
    return document(fields, path)
