"""Pages in one command: the documents of a page and how many match in all, also where the page is empty."""

from collections.abc import Sequence
from typing import Any

from ..documents import Collection
from ..pages import Direction, Window
from .executor import Document, Executor, Filter, Order

_TOTAL = "mastra_store_total"
_COUNT: Document = {"$group": {"_id": None, _TOTAL: {"$sum": 1}}}


async def page_of(
    database: Executor, collection: Collection, where: Filter, order: Order, window: Window
) -> tuple[list[Document], int]:
    """The documents of a page in order, and how many match."""
    if window.per_page is None:
        found = await database.find(collection, where, order=order)
        return found, len(found)
    return await page_through(database, collection, [{"$match": where}], order, window)


async def page_through(
    database: Executor,
    collection: Collection,
    matching: list[Document],
    order: Order,
    window: Window,
    *,
    then: Sequence[Document] = (),
) -> tuple[list[Document], int]:
    """``page_of`` for what a pipeline finds.

    Args:
        then: stages for the documents of the page alone, which keep their order.
    """
    if window.per_page == 0:
        return split(await database.aggregate(collection, [*matching, _COUNT]))
    if window.per_page is None:
        found = await database.aggregate(collection, [*matching, {"$sort": order}, *then])
        return found, len(found)
    shown: list[Document] = [{"$sort": order}, {"$skip": window.offset}, {"$limit": window.limit}, *then]
    return split(await database.aggregate(collection, [*matching, *shown, beside(collection, [*matching, _COUNT])]))


def beside(collection: Collection, pipeline: list[Document]) -> Document:
    """A stage that adds the results of another pipeline on the same collection.

    Each then takes the index that serves it, which the branches of a ``$facet`` can not.
    """
    return {"$unionWith": {"coll": collection.name, "pipeline": pipeline}}


def counted(where: Filter) -> list[Document]:
    """The pipeline whose one result is the number of matches; it has none where there are none."""
    return [{"$match": where}, _COUNT]


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
