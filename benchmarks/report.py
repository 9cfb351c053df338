"""The table of a run, and whether it met its targets."""

from collections.abc import Sequence
from dataclasses import dataclass

from .measuring import TASKS, Figures
from .operations import Operation

RATE_TARGET = 0.6
"""What share of the raw driver's rate an operation has at least, at ``TASKS`` tasks."""

_HEAD = (
    f"{'':27}{'time, ms':>16}  {'ratio':>6} {'target':>7}   {'client CPU, ms':>15}   "
    f"{f'at {TASKS} tasks, 1/s':>18} {'ratio':>6} {'target':>7}\n"
    f"{'':27}{'ours':>8}{'raw':>8}  {'':>6} {'':>7}   {'ours':>8}{'raw':>7}   {'ours':>10}{'raw':>8}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """An operation on one database, measured."""

    operation: Operation
    figures: Figures

    @property
    def fast_enough(self) -> bool:
        return self.figures.ratio <= self.operation.target

    @property
    def rate_high_enough(self) -> bool:
        return self.figures.rate_ratio >= RATE_TARGET

    def __str__(self) -> str:
        it = self.figures
        return (
            f"  {self.operation.name:25}{it.ours * 1e3:8.3f}{it.raw * 1e3:8.3f}"
            f"  {it.ratio:6.2f} {f'≤ {self.operation.target}':>7} {_mark(self.fast_enough)}"
            f" {it.ours_cpu * 1e3:8.3f}{it.raw_cpu * 1e3:7.3f}"
            f"   {it.ours_rate:10.0f}{it.raw_rate:8.0f} {it.rate_ratio:6.2f} {f'≥ {RATE_TARGET}':>7}"
            f" {_mark(self.rate_high_enough)}"
        )


def head(title: str) -> str:
    return f"\n{title}\n{_HEAD}"


def misses(lines: Sequence[tuple[str, Line]]) -> list[str]:
    """What missed its target, one sentence each."""
    missed = []
    for title, line in lines:
        name, figures = line.operation.name, line.figures
        if not line.fast_enough:
            missed.append(f"{title}, {name}: ratio {figures.ratio:.2f}, target {line.operation.target}")
        if not line.rate_high_enough:
            missed.append(f"{title}, {name}: rate {figures.rate_ratio:.2f} of the raw driver's, target {RATE_TARGET}")
    return missed


def _mark(met: bool) -> str:
    return "✓" if met else "✗"
