"""What a copy will do, and what forbids it: all of it is known before anything is written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ..domains import domains as all_domains
from ..errors import Conflict, DomainMissing, InvalidArgument, SchemaBehind
from ..models.copies import CopyRow
from ..records.copying import CopyProgress
from ..storage import Storage
from .ends import Catalog, Checkpoint, OnConflict, Reader, StoredRows, Writer
from .tables import StoredTable
from .vectors import VECTORS, Ends, IndexPart, ends_of, planned

Progress = Callable[[CopyProgress], object]


@dataclass(frozen=True, slots=True)
class Route:
    """Tables that go from one database to another."""

    source: StoredRows
    target: StoredRows
    tables: tuple[StoredTable, ...]
    homeless: tuple[StoredTable, ...]
    """Tables of the source that the target does not know."""
    vectors: Ends | None = None
    """The vector stores of both, where vectors go this way."""

    @property
    def copy_id(self) -> str:
        """The same in every process that copies from there."""
        return sha256(self.source.identity.encode()).hexdigest()[:32]

    @property
    def is_raw(self) -> bool:
        """Whether cells travel as they are."""
        return self.source.family == self.target.family


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a route."""

    table: StoredTable
    total: int
    """Rows of the source."""
    at: Checkpoint
    """How far an earlier call came."""
    is_new: bool
    """No earlier call has begun with it."""

    @property
    def domain(self) -> str:
        return self.table.domain

    @property
    def name(self) -> str:
        return self.table.name


@dataclass(frozen=True, slots=True)
class Manner:
    """How tables are copied, the same for all."""

    on_conflict: OnConflict
    batch_size: int | None
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Trip:
    """A route, ready to be gone."""

    route: Route
    reader: Reader
    writer: Writer
    parts: tuple[Part, ...]
    indexes: tuple[IndexPart, ...]

    @property
    def every(self) -> list[Part | IndexPart]:
        """Tables first."""
        return [*self.parts, *self.indexes]


def routes(source: Storage, target: Storage, domains: Iterable[str] | None) -> list[Route]:
    """Which tables go where: once for each pair of databases behind the two storages.

    Raises:
        InvalidArgument: an unknown domain, or both storages have the same database.
        DomainMissing: a domain was named that one of them does not have.
    """
    rows = {id(each): each.stored_rows() for storage in (source, target) for each in storage.storages()}
    wanted = None if domains is None else _known(list(domains), rows.values())
    ends = ends_of(source, target, wanted)
    for domain in wanted or ():
        for storage, word in ((source, "source"), (target, "target")):
            if storage.home_of(domain) is None:
                raise DomainMissing(f"the {word} has no domain {domain!r}", name=domain)
    found: dict[tuple[int, int], tuple[list[StoredTable], list[StoredTable]]] = {}
    for leaf in source.storages():
        for table in rows[id(leaf)].tables():
            if source.home_of(table.domain) is not leaf or (wanted is not None and table.domain not in wanted):
                continue
            into = target.home_of(table.domain) or target.storages()[0]
            place = found.setdefault((id(leaf), id(into)), ([], []))
            there = {each.name for each in rows[id(into)].tables()} if target.home_of(table.domain) else set()
            place[table.name not in there].append(table)
    if ends is not None:
        found.setdefault((id(ends.home), id(ends.into)), ([], []))
    made = [
        Route(rows[out], rows[into], tuple(t), tuple(h), ends if ends and ends.join(out, into) else None)
        for (out, into), (t, h) in found.items()
    ]
    for route in made:
        if route.source.identity == route.target.identity:
            raise InvalidArgument("target", f"is the source, {route.source.shown}")
    return made


def _known(domains: list[str], rows: Iterable[StoredRows]) -> list[str]:
    known = dict.fromkeys(each.name for each in all_domains())
    known |= dict.fromkeys([*(table.domain for each in rows for table in each.tables()), VECTORS])
    for domain in domains:
        if domain not in known:
            raise InvalidArgument("domains", f"has {domain!r}, which is none; those are {', '.join(known)}")
    return domains


async def prepared(route: Route, reader: Reader, writer: Writer, how: Manner) -> Trip:
    """The tables of a route with rows to be copied, after everything was checked that could forbid it.

    Raises:
        DomainMissing: the source has rows that the target can not hold.
        SchemaBehind: one of the databases lacks a table or column.
        Conflict: rows can not be told apart, or would be changed on their way; or the target has rows, and that is not
            allowed.
    """
    names = [each.name for each in (*route.tables, *route.homeless)]
    there, here = await reader.catalog(names), await writer.catalog([*names, CopyRow.__tablename__])
    tables = [table for table in route.tables if table.name in there.tables]
    totals = await reader.counts(tables)
    await _check_homeless(route, reader, there)
    begun = await _begun(route, writer, here)
    full = [table for table in tables if totals[table.name] or table.name in begun]
    for table in full:
        _check_columns(route, table, there, here)
    if ambiguous := await reader.ambiguous(full):
        raise Conflict(
            f"{route.source.shown} has rows without a key, or with the same, in {', '.join(ambiguous)}: they could not "
            "be told apart",
            tables=", ".join(ambiguous),
        )
    new = [table for table in full if table.name not in begun]
    if how.on_conflict == "fail":
        await _check_empty(route, writer, new)
    fresh = {each.name: Checkpoint(route.copy_id, each.name, route.source.shown) for each in new}
    checkpoints = fresh | begun
    parts = (Part(each, totals[each.name], checkpoints[each.name], each.name in fresh) for each in full)
    indexes = () if route.vectors is None else await planned(route.vectors, route.copy_id, begun, how.on_conflict)
    return Trip(route, reader, writer, tuple(parts), tuple(indexes))


async def _check_homeless(route: Route, reader: Reader, there: Catalog) -> None:
    counts = await reader.counts([each for each in route.homeless if each.name in there.tables])
    if full := [each for each in route.homeless if counts.get(each.name)]:
        raise DomainMissing(
            f"{route.target.shown} can not hold {', '.join(each.name for each in full)} (of the domains "
            f"{', '.join(dict.fromkeys(each.domain for each in full))}), of which {route.source.shown} has rows; say "
            "with domains=[...] what shall be copied",
            name=full[0].domain,
        )


async def _begun(route: Route, writer: Writer, here: Catalog) -> dict[str, Checkpoint]:
    """How far earlier calls came, by table."""
    if CopyRow.__tablename__ not in here.tables:
        raise SchemaBehind(
            f"{route.target.shown} lacks the table {CopyRow.__tablename__}, which copies are remembered in: run "
            "mastra_store.migrations.adopt() or upgrade()"
        )
    return {each.table: each for each in await writer.checkpoints() if each.copy_id == route.copy_id}


def _check_columns(route: Route, table: StoredTable, there: Catalog, here: Catalog) -> None:
    known = {column.name for column in table.columns}
    found = set(there.tables[table.name])
    if found and (unknown := found - known - set(table.twins)):
        raise Conflict(
            f"{table.name} in {route.source.shown} has columns that this version does not know and would lose: "
            f"{', '.join(sorted(unknown))}",
            table=table.name,
        )
    for end, catalog in ((route.source, there), (route.target, here)):
        columns = catalog.tables.get(table.name)
        if columns is None:
            raise SchemaBehind(
                f"{end.shown} lacks the table {table.name}: bring its schema up to date", missing=table.name
            )
        if columns and (missing := known - set(columns)):
            names = ", ".join(f"{table.name}.{each}" for each in sorted(missing))
            raise SchemaBehind(f"{end.shown} lacks {names}: bring its schema up to date", missing=names)
    if table.name in here.obstacles:
        raise Conflict(f"{table.name} in {route.target.shown} {here.obstacles[table.name]}", table=table.name)


async def _check_empty(route: Route, writer: Writer, tables: Sequence[StoredTable]) -> None:
    full = await writer.filled(tables)
    if not full:
        return
    others = sorted({each.source for each in await writer.checkpoints() if each.copy_id != route.copy_id})
    unfinished = f"; a copy from {', '.join(others)} is unfinished there" if others else ""
    raise Conflict(
        f"{route.target.shown} has rows in {', '.join(full)} already{unfinished}; say what shall become of them: "
        "on_conflict='skip' or 'replace'",
        tables=", ".join(full),
    )
