"""How two ways of one operation are compared: interleaved calls, medians of rounds, and rates under load."""

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

ROUNDS = 7
ROUND_SECONDS = 0.25
"""What a round takes for each way, about."""
TASKS = 16

Way = Callable[[Any], Awaitable[Any]]
"""One way to do an operation with an argument."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of the rounds. Seconds, and calls in a second."""

    ours: float
    raw: float
    ratio: float
    """Ours to raw: the median of the rounds' medians, each of the ratios of calls with the same argument."""
    ours_cpu: float
    """Client CPU of a call, in all threads."""
    raw_cpu: float
    ours_rate: float
    raw_rate: float
    rate_ratio: float


@dataclass(slots=True)
class Round:
    ours: float
    raw: float
    ours_cpu: float
    raw_cpu: float
    ratio: float


async def compare(
    ours: Way,
    raw: Way,
    prepare: Callable[[int], Any],
    settle: Callable[[], None],
    rounds_of_each: int = ROUNDS,
    *,
    reads: bool,
) -> Figures:
    """Measure both ways.

    Args:
        prepare: makes the argument of the n-th call, outside the measured time; both ways get the same one.
        settle: called before each round.
        reads: it changes nothing, and can be called before it is measured.
    """
    arguments = map(prepare, count(1))
    calls = await _calls_of_a_round(ours, raw, arguments, reads=reads)
    rounds, rates = [], []
    for _ in range(rounds_of_each):
        settle()
        rounds.append(await _round(ours, raw, list(islice(arguments, calls)), reads=reads))
    for _ in range(rounds_of_each):
        settle()
        rates.append(await _rates(ours, raw, list(islice(arguments, max(calls, 4 * TASKS)))))
    return Figures(
        ours=statistics.median(each.ours for each in rounds),
        raw=statistics.median(each.raw for each in rounds),
        ratio=statistics.median(each.ratio for each in rounds),
        ours_cpu=statistics.median(each.ours_cpu for each in rounds),
        raw_cpu=statistics.median(each.raw_cpu for each in rounds),
        ours_rate=statistics.median(ours for ours, _ in rates),
        raw_rate=statistics.median(raw for _, raw in rates),
        rate_ratio=statistics.median(ours / raw for ours, raw in rates),
    )


async def _calls_of_a_round(ours: Way, raw: Way, arguments: Iterator[Any], *, reads: bool) -> int:
    """How many calls fill a round. Warms both ways up: connections, prepared statements, caches."""
    await _rates(ours, raw, list(islice(arguments, 4 * TASKS)))
    warm = await _round(ours, raw, list(islice(arguments, 20)), reads=reads)
    return max(10, min(400, round(ROUND_SECONDS / warm.raw)))


async def _round(ours: Way, raw: Way, arguments: list[Any], *, reads: bool) -> Round:
    """One call of either way for each argument. A lot decides which is the first: whatever else alternates, as the
    connections of a pool do, would favour one of two that take turns."""
    gc.collect()
    lots = random.Random(len(arguments))
    times: dict[Way, list[tuple[float, float]]] = {ours: [], raw: []}
    for argument in arguments:
        if reads:
            await raw(argument)  # else the first finds cold pages, and makes them warm for the second
        for way in lots.sample((ours, raw), 2):
            times[way].append(await _timed(way, argument))
    return Round(
        ours=statistics.median(wall for wall, _ in times[ours]),
        raw=statistics.median(wall for wall, _ in times[raw]),
        ours_cpu=statistics.median(cpu for _, cpu in times[ours]),
        raw_cpu=statistics.median(cpu for _, cpu in times[raw]),
        ratio=statistics.median(mine / theirs for (mine, _), (theirs, _) in zip(times[ours], times[raw], strict=True)),
    )


async def _timed(way: Way, argument: Any) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    await way(argument)
    return time.perf_counter() - wall, time.process_time() - cpu


async def _rates(ours: Way, raw: Way, arguments: list[Any]) -> tuple[float, float]:
    """Calls in a second of either way, each of which is the first to half of the arguments."""
    middle = len(arguments) // 2
    seconds = {ours: 0.0, raw: 0.0}
    for order, burst in (((ours, raw), arguments[:middle]), ((raw, ours), arguments[middle:])):
        for way in order:
            seconds[way] += await _burst(way, burst)
    return len(arguments) / seconds[ours], len(arguments) / seconds[raw]


async def _burst(way: Way, arguments: list[Any]) -> float:
    """Seconds that ``TASKS`` tasks need, which take the arguments in turn."""
    gc.collect()
    remaining = iter(arguments)

    async def work() -> None:
        for argument in remaining:
            await way(argument)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(work())
    return time.perf_counter() - started
