"""Making vector indexes on PostgreSQL: the table, and the approximate index of its vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...errors import Conflict, InvalidArgument
from ...vectors import input as given
from ..database import Executor
from ..plans import Work
from .postgres_catalog import FoundIndex, extension_schema, found_indexes, locked_name
from .postgres_ddl import (
    index_dropped,
    keys_indexed,
    metadata_indexed,
    metric_noted,
    pgvector,
    schema_made,
    table_made,
    vectors_indexed,
)
from .postgres_tables import METRICS, STORED_DIMENSIONS, IndexTable, check_indexable, index_name

INDEX_TYPES = ("hnsw", "ivfflat", "flat")


@dataclass(frozen=True, slots=True)
class IndexWanted:
    """An index as a caller wants it, checked."""

    table: IndexTable
    kind: str
    options: tuple[tuple[str, int], ...]
    metadata_keys: tuple[str, ...]

    @classmethod
    def of(
        cls,
        name: Any,
        dimension: Any,
        metric: Any,
        metadata_indexes: Sequence[str],
        vector_type: Any,
        index_type: Any,
        m: int,
        ef_construction: int,
        lists: int,
        build: bool,
    ) -> "IndexWanted":
        name, dimension = given.index_name_of(name, "name"), given.dimension_of(dimension)
        if vector_type not in METRICS:
            raise InvalidArgument("vector_type", f"must be one of {', '.join(METRICS)}, not {vector_type!r}")
        known = METRICS[vector_type]
        table = IndexTable(name, vector_type, dimension, given.metric_of(metric or known[0], known))
        if dimension > STORED_DIMENSIONS[vector_type]:
            most = STORED_DIMENSIONS[vector_type]
            raise InvalidArgument("dimension", f"is {dimension:,}, and {vector_type} takes {most:,} at most")
        options = options_of(table, index_type, m, ef_construction, lists)
        if index_type != "flat":
            check_indexable(table)
        keys = tuple(given.index_name_of(key, f"metadata_indexes[{at}]") for at, key in enumerate(metadata_indexes))
        return cls(table, index_type if build else "flat", options, keys)


def options_of(table: IndexTable, kind: Any, m: int, ef_construction: int, lists: int) -> tuple[tuple[str, int], ...]:
    """The options of an approximate index, in pgvector's words."""
    if kind not in INDEX_TYPES:
        raise InvalidArgument("index_type", f"must be one of {', '.join(INDEX_TYPES)}, not {kind!r}")
    if kind == "ivfflat" and (table.vector_type == "sparsevec" or table.metric == "jaccard"):
        what = "sparsevec" if table.vector_type == "sparsevec" else "the metric jaccard"
        raise InvalidArgument("index_type", f"ivfflat does not take {what}; hnsw does")
    if kind == "ivfflat":
        return (("lists", _whole("lists", lists, 1, 32768)),)
    if kind == "flat":
        return ()
    links, held = _whole("m", m, 2, 100), _whole("ef_construction", ef_construction, 4, 1000)
    if held < 2 * links:
        raise InvalidArgument("ef_construction", f"must be at least twice m ({2 * links}), not {held}")
    return (("m", links), ("ef_construction", held))


def made_index(schema: str | None, wanted: IndexWanted) -> Work[FoundIndex | None]:
    """Make an index in one transaction, unless it is there: then it is returned, as it was found.

    Raises:
        Conflict: it is there with another dimension, metric or type; or a table that is no vector index.
    """
    name = wanted.table.name
    if schema is not None:
        yield schema_made(schema).bind()
    yield locked_name().bind(schema=schema, name=name)
    found = yield found_indexes().bind(schema=schema, name=name)
    if found:
        check_same(found[0], wanted)
        return found[0]  # type: ignore[no-any-return]
    extension = yield extension_schema().bind()
    if not extension:
        yield pgvector().bind()
        extension = yield extension_schema().bind()
    table = replace(wanted.table, extension=extension[0])
    yield table_made(table).bind()
    yield metric_noted(table).bind()
    yield keys_indexed(table).bind()
    for key in wanted.metadata_keys:
        yield metadata_indexed(table, key).bind()
    if wanted.kind != "flat":
        # The table is empty and nobody else's yet: there is nothing to be concurrent with.
        yield vectors_indexed(table, wanted.kind, wanted.options, concurrently=False).bind()
    return None


def check_same(found: FoundIndex, wanted: IndexWanted) -> None:
    """Refuse to take an index for another."""
    for what in ("dimension", "metric", "vector_type"):
        has, given_ = getattr(found.table, what), getattr(wanted.table, what)
        if has != given_:
            raise Conflict(
                f"the vector index {found.table.name!r} exists with the {what.replace('_', ' ')} {has}, not {given_}: "
                "use it as it is, or delete it first",
                index_name=found.table.name,
                existing=has,
                wanted=given_,
            )


async def rebuilt(database: Executor, found: FoundIndex, wanted: IndexWanted) -> None:
    """Build what an index that was there lacks."""
    for key in wanted.metadata_keys:
        await database.write(metadata_indexed(found.table, key).bind())
    if wanted.kind != "flat" and found.kind == "flat":
        await _build(database, found, wanted.kind, wanted.options, concurrently=database.autocommits)


async def build(
    database: Executor, found: FoundIndex, kind: str, m: int, ef_construction: int, lists: int, *, concurrently: bool
) -> None:
    """Build the approximate index of an index anew. Searches use the old one until it is dropped, then none.

    Args:
        concurrently: others write meanwhile, outside of any transaction; it waits for all that began before it.
    """
    options = options_of(found.table, kind, m, ef_construction, lists)
    if kind != "flat":
        check_indexable(found.table)
    if found.kind != "flat":
        name = index_name(found.table.name, "vector")
        await database.write(index_dropped(name, concurrently=concurrently).bind())
    if kind != "flat":
        await _build(database, found, kind, options, concurrently=concurrently)


async def _build(
    database: Executor, found: FoundIndex, kind: str, options: tuple[tuple[str, int], ...], *, concurrently: bool
) -> None:
    if found.broken is not None:
        await database.write(index_dropped(found.broken, concurrently=concurrently).bind())
    await database.write(vectors_indexed(found.table, kind, options, concurrently=concurrently).bind())


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidArgument(name, f"must be an integer from {least} to {most}, not {value!r}")
    return value
