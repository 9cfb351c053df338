"""Deleting what is old: ``storage.prune``.

::

    await storage.prune({"memory": {"messages": {"max_age": "30d"}}, "scores": {"scorers": {"max_age": "90d"}}})

Contract: conventions.md, section 9. Which tables can be pruned the domains say (``domains/pruning.py``); this module
knows none of them.
"""

import asyncio
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .clock import utc_milliseconds, utc_now
from .domains import Domains, domains
from .domains.pruning import Prunable
from .errors import InvalidArgument, MastraError
from .pages import whole_number
from .records.retention import PrunedTable

Policies = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Domain -> key of a table -> ``max_age`` and ``batch_size``. Names are snake_case or Mastra's camelCase."""

BATCH_SIZE = 1000

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_FIELDS = ("max_age", "batch_size")

Progress = Callable[[PrunedTable], object]


@dataclass(frozen=True, slots=True)
class Policy:
    """What shall be deleted of one table."""

    domain: str
    key: str
    before: datetime
    batch_size: int


@dataclass(frozen=True, slots=True)
class Caps:
    """How far one call goes with each table."""

    rows: int | None
    batches: int | None
    pause: float

    def next_batch(self, batch_size: int, deleted: int, batches: int) -> int:
        """Rows of the next batch; 0 for no more batches."""
        if self.batches is not None and batches >= self.batches:
            return 0
        return batch_size if self.rows is None else min(batch_size, self.rows - deleted)


async def prune(
    storage: Domains,
    policies: Policies,
    *,
    dry_run: bool = False,
    max_rows: int | None = None,
    max_batches: int | None = None,
    pause: float | timedelta = 0,
    progress: Progress | None = None,
) -> list[PrunedTable]:
    """``Storage.prune``, for whatever has domains."""
    try:
        chosen = policies_of(policies, utc_now())
        caps = Caps(_cap(max_rows, "max_rows"), _cap(max_batches, "max_batches"), _seconds(pause))
    except InvalidArgument as error:
        error.during("prune")
        raise
    # All of them before anything is deleted: a composite store may lack one.
    able: list[tuple[Prunable, Policy]] = [(getattr(storage, policy.domain), policy) for policy in chosen]
    pruned: list[PrunedTable] = []
    for domain, policy in able:
        try:
            pruned += await (_counted(domain, policy) if dry_run else _pruned(domain, policy, caps, progress))
        except MastraError as error:
            error.located(domain.store, "prune")
            raise
    return pruned


def policies_of(given: Policies, now: datetime) -> list[Policy]:
    """The policies in the order in which they are carried out: that of the domains, then that of their tables.

    Raises:
        InvalidArgument: an unknown domain or table, a bad age or batch size, with its path:
            ``policies.memory.messages.max_age``.
    """
    able = {each.name: each.contract.prunable for each in domains() if issubclass(each.contract, Prunable)}
    of_domains = _named(given, "policies", able, "domain whose tables can be pruned")
    return [
        _policy(domain, key, values, f"policies.{domain}.{key}", now)
        for domain, keys in able.items()
        for key, values in _in_order(of_domains.get(domain, {}), f"policies.{domain}", keys)
    ]


def _in_order(given: Any, path: str, keys: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    of_tables = _named(given, path, keys, "table that can be pruned")
    return ((key, of_tables[key]) for key in keys if key in of_tables)


def _policy(domain: str, key: str, given: Any, path: str, now: datetime) -> Policy:
    values = _named(given, path, _FIELDS, "part of a policy")
    if "max_age" not in values:
        raise InvalidArgument(f"{path}.max_age", 'is missing; give a duration, as "30d"')
    age = _duration(values["max_age"], f"{path}.max_age")
    try:
        before = utc_milliseconds(now - age)
    except OverflowError as error:
        raise InvalidArgument(f"{path}.max_age", "reaches back behind the year 1") from error
    return Policy(
        domain, key, before, whole_number(values.get("batch_size", BATCH_SIZE), f"{path}.batch_size", least=1)
    )


def _named(given: Any, path: str, known: Any, what: str) -> dict[str, Any]:
    """The values of a mapping whose keys are known, by their snake_case names."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(path, f"must be a mapping, not {type(given).__name__}")
    names = {name: each for each in known for name in (each, _camel(each))}
    found: dict[str, Any] = {}
    for key, value in given.items():
        if (name := names.get(key) if isinstance(key, str) else None) is None:
            raise InvalidArgument(f"{path}.{key}", f"is no {what}; those are {', '.join(known)}")
        if name in found:
            raise InvalidArgument(f"{path}.{key}", f"is the same as {name}, which is there too")
        found[name] = value
    return found


def _duration(value: Any, path: str) -> timedelta:
    """A duration: a ``timedelta``, milliseconds, or text as ``"30d"``.

    Contract: conventions.md, section 9.
    """
    if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        value = float(found[1]) * _MILLISECONDS[found[2]]
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = timedelta(milliseconds=value)
    except (OverflowError, ValueError) as error:
        raise InvalidArgument(path, f"is no duration that a clock can hold: {value!r}") from error
    if not isinstance(value, timedelta) or value < timedelta():
        units = ", ".join(_MILLISECONDS)
        allowed = f'a timedelta, milliseconds, or a number with a unit ({units}), as "30d"; none is below 0'
        raise InvalidArgument(path, f"must be {allowed}; not {value!r}")
    return value


def _cap(value: int | None, path: str) -> int | None:
    return None if value is None else whole_number(value, path, least=1, hint=", or None for no end")


def _seconds(value: Any) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise InvalidArgument("pause", f"must be seconds or a timedelta, not below 0; not {value!r}")
    return seconds


async def _counted(domain: Prunable, policy: Policy) -> list[PrunedTable]:
    found = await domain._count_aged(policy.key, policy.before)
    return [PrunedTable(policy.domain, table, count, count == 0) for table, count in found.items()]


async def _pruned(domain: Prunable, policy: Policy, caps: Caps, progress: Progress | None) -> list[PrunedTable]:
    """Delete batch after batch until one is not full, or a cap is reached."""
    totals: dict[str, int] = {}
    deleted = batches = 0
    done = False
    while not done and (most := caps.next_batch(policy.batch_size, deleted, batches)):
        if batches and caps.pause:
            await _pause(caps.pause)
        gone = await domain._prune_batch(policy.key, policy.before, most)
        for table, count in gone.items():
            totals[table] = totals.get(table, 0) + count
        of_table = next(iter(gone.values()))
        deleted, batches, done = deleted + of_table, batches + 1, of_table < most
        if progress is not None:
            for so_far in _tables(policy, totals, done):
                progress(so_far)
    return _tables(policy, totals, done)


async def _pause(seconds: float) -> None:
    """A name of its own, so that a test can hear of the pauses of this module and no others."""
    await asyncio.sleep(seconds)


def _tables(policy: Policy, totals: dict[str, int], done: bool) -> list[PrunedTable]:
    return [PrunedTable(policy.domain, table, deleted, done) for table, deleted in totals.items()]


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
