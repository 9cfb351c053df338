"""Pages in one command: the documents of a page and how many match in all, also where the page is empty."""

from collections.abc import Sequence
from typing import Any

from ..documents import Collection
from ..pages import Direction, Window
from .executor import Document, Executor, Fields, Filter, Order

_TOTAL = "mastra_store_total"


async def page_of(
    database: Executor,
    collection: Collection,
    where: Filter,
    order: Order,
    window: Window,
    *,
    then: Sequence[Document] = (),
    fields: Fields | None = None,
) -> tuple[list[Document], int]:
    """The documents of a page in order, and how many match.

    Args:
        then: stages that leave some of the matches, or give them what they are ordered by.
        fields: what is read of each document; ``None`` for all.
    """
    if window.per_page is None and not then:
        found = await database.find(collection, where, fields=fields, order=order)
        return found, len(found)
    if window.per_page == 0:
        return split(await database.aggregate(collection, counted(where, then)))
    shown: list[Document] = [{"$match": where}, *then, {"$sort": order}, {"$skip": window.offset}]
    shown.append({"$limit": window.limit})
    if fields is not None:
        shown.append({"$project": fields})
    return split(await database.aggregate(collection, [*shown, beside(collection, counted(where, then))]))


def beside(collection: Collection, pipeline: list[Document]) -> Document:
    """A stage that adds the results of another pipeline on the same collection.

    Each then takes the index that serves it, which the branches of a ``$facet`` can not.
    """
    return {"$unionWith": {"coll": collection.name, "pipeline": pipeline}}


def counted(where: Filter, then: Sequence[Document] = ()) -> list[Document]:
    """The pipeline whose one result is the number of matches; it has none where there are none."""
    return [{"$match": where}, *then, {"$group": {"_id": None, _TOTAL: {"$sum": 1}}}]


def split(results: list[Document]) -> tuple[list[Document], int]:
    """Documents, and the number that ``counted`` put among them."""
    documents, total = [], 0
    for each in results:
        if _TOTAL in each:
            total = int(each[_TOTAL])
        else:
            documents.append(each)
    return documents, total


def sorted_by(*fields: str, direction: Direction) -> dict[str, Any]:
    """Every field in the same direction."""
    return dict.fromkeys(fields, -1 if direction == "desc" else 1)
