"""Comparing what was copied with what should have been: every row by a hash of its values."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from ..errors import Conflict
from .cells import canonical, digest
from .ends import Reader, Row
from .planning import Manner, Part, Route, Trip
from .running import Pace
from .tables import StoredTable
from .vectors import IndexPart

SHOWN = 5
"""Keys that an error names."""


async def verified(trip: Trip, part: Part, target: Reader, how: Manner) -> int:
    """Compare the rows of one table, batch by batch, each with those of the same keys. How many there were.

    Rows that were skipped may be others: of them only the keys must be there.

    Raises:
        Conflict: rows are missing or differ, or with ``fail`` the target has more of them.
    """
    route, table, raw = trip.route, part.table, trip.route.is_raw
    pace, done, wrong = Pace(part, how.progress, verifying=True), 0, _Wrong(route, table.name)
    async with aclosing(trip.reader.batches(table, None, most=how.batch_size, raw=raw, piped=False)) as batches:
        async for batch in batches:
            wanted = _by_key(table, batch.rows)
            keys = [dict(zip(sorted(table.key), key, strict=True)) for key in wanted]
            found = _by_key(table, await target.find(table, keys, raw=raw))
            wrong.missing += [key for key in wanted if key not in found]
            if how.on_conflict != "skip":
                both = [key for key in wanted if key in found]
                settled = batch.rows if raw else trip.writer.settled(table, list(batch.rows))
                expected = dict(zip(wanted, _hashes(table, settled, raw=raw), strict=True))
                actual = _hashes(table, [found[key] for key in both], raw=raw)
                wrong.differing += [key for key, hashed in zip(both, actual, strict=True) if expected[key] != hashed]
            done += len(wanted)
            pace.tell(done)
            wrong.check()
    if how.on_conflict == "fail" and (count := (await target.counts([table]))[table.name]) != done:
        raise Conflict(
            f"{table.name} has {done:,} rows in {route.source.shown} and {count:,} in {route.target.shown}",
            table=table.name,
        )
    return done


async def vectors_verified(trip: Trip, part: IndexPart, how: Manner) -> int:
    """Compare the vectors of one index, page by page, each with those of the same ids. How many there were."""
    pace, done, wrong = Pace(part, how.progress, verifying=True), 0, _Wrong(trip.route, part.name)
    async for page in part.pages(how.batch_size, again=True):
        found = await part.found(page)
        for vector in page:
            key = (vector.namespace, vector.entry.id)
            if key not in found:
                wrong.missing.append(key)
            elif how.on_conflict != "skip" and not part.is_same(vector, found[key]):
                wrong.differing.append(key)
        done += len(page)
        pace.tell(done)
        wrong.check()
    if how.on_conflict == "fail" and (count := await part.count()) != done:
        raise Conflict(
            f"{part.name} has {done:,} vectors in {trip.route.source.shown} and {count:,} in {trip.route.target.shown}",
            table=part.name,
        )
    return done


class _Wrong:
    """What was found to be wrong with a table."""

    def __init__(self, route: Route, table: str) -> None:
        self._route = route
        self._table = table
        self.missing: list[tuple[Any, ...]] = []
        self.differing: list[tuple[Any, ...]] = []

    def check(self) -> None:
        said = [
            f"{word} {', '.join('/'.join(map(str, key)) for key in keys[:SHOWN])}"
            + (" ..." if len(keys) > SHOWN else "")
            for word, keys in (("lacks", self.missing), ("differs in", self.differing))
            if keys
        ]
        if said:
            raise Conflict(
                f"{self._table} of {self._route.target.shown} {' and '.join(said)}; its source is "
                f"{self._route.source.shown}",
                table=self._table,
            )


def _by_key(table: StoredTable, rows: Sequence[Row]) -> dict[tuple[Any, ...], Row]:
    names = [column.name for column in table.columns]
    positions = [names.index(name) for name in sorted(table.key)]
    return {tuple(row[position] for position in positions): row for row in rows}


def _hashes(table: StoredTable, rows: Sequence[Row], *, raw: bool) -> list[bytes]:
    return [digest(row) for row in rows] if raw else canonical(table, rows)
