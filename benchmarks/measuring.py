"""How two ways of one operation are compared: interleaved calls, medians of rounds, and rates under load."""

import asyncio
import gc
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
    """The median of the rounds' ratios, each of medians of calls: ours to raw."""
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


async def compare(
    ours: Way, raw: Way, prepare: Callable[[int], Any], settle: Callable[[], None], rounds_of_each: int = ROUNDS
) -> Figures:
    """Measure both ways.

    Args:
        prepare: makes the argument of the n-th call, outside the measured time; both ways get the same one.
        settle: called before each round.
    """
    arguments = map(prepare, count(1))
    calls = await _calls_of_a_round(ours, raw, arguments)
    rounds, rates = [], []
    for _ in range(rounds_of_each):
        settle()
        rounds.append(await _round(ours, raw, list(islice(arguments, calls))))
    for _ in range(rounds_of_each):
        settle()
        burst = list(islice(arguments, max(calls, 4 * TASKS)))
        rates.append((await _rate(ours, burst), await _rate(raw, burst)))
    return Figures(
        ours=statistics.median(each.ours for each in rounds),
        raw=statistics.median(each.raw for each in rounds),
        ratio=statistics.median(each.ours / each.raw for each in rounds),
        ours_cpu=statistics.median(each.ours_cpu for each in rounds),
        raw_cpu=statistics.median(each.raw_cpu for each in rounds),
        ours_rate=statistics.median(ours for ours, _ in rates),
        raw_rate=statistics.median(raw for _, raw in rates),
        rate_ratio=statistics.median(ours / raw for ours, raw in rates),
    )


async def _calls_of_a_round(ours: Way, raw: Way, arguments: Iterator[Any]) -> int:
    """How many calls fill a round. Warms both ways up: connections, prepared statements, caches."""
    burst = list(islice(arguments, 4 * TASKS))
    await _rate(ours, burst)
    await _rate(raw, burst)
    warm = await _round(ours, raw, list(islice(arguments, 20)))
    return max(10, min(400, round(ROUND_SECONDS / warm.raw)))


async def _round(ours: Way, raw: Way, arguments: list[Any]) -> Round:
    gc.collect()
    ours_times, raw_times = [], []
    for number, argument in enumerate(arguments):
        if number % 2:
            ours_times.append(await _timed(ours, argument))
            raw_times.append(await _timed(raw, argument))
        else:
            raw_times.append(await _timed(raw, argument))
            ours_times.append(await _timed(ours, argument))
    return Round(
        *(statistics.median(wall for wall, _ in times) for times in (ours_times, raw_times)),
        *(statistics.median(cpu for _, cpu in times) for times in (ours_times, raw_times)),
    )


async def _timed(way: Way, argument: Any) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    await way(argument)
    return time.perf_counter() - wall, time.process_time() - cpu


async def _rate(way: Way, arguments: list[Any]) -> float:
    """Calls in a second with ``TASKS`` tasks that take the arguments in turn."""
    gc.collect()
    remaining = iter(arguments)

    async def work() -> None:
        for argument in remaining:
            await way(argument)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(work())
    return len(arguments) / (time.perf_counter() - started)
