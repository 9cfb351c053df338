"""Pages of lists: which rows are asked for, and what comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar, overload

from .clock import utc_milliseconds
from .errors import InvalidArgument

T = TypeVar("T", covariant=True)

Direction = Literal["asc", "desc"]

MAX_ROW = 2**53 - 1
"""The largest offset that every backend and every client counts exactly."""


@dataclass(frozen=True, slots=True)
class Page(Sequence[T]):
    """Some rows of a list, in order. It is a sequence of its items."""

    items: tuple[T, ...]
    total: int
    """How many rows match in all, on every page together."""
    page: int
    """Zero-based."""
    per_page: int | None
    """Rows in a full page; ``None`` when everything was asked for."""
    has_more: bool
    """Whether a later page has rows."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list a page shows."""

    page: int
    per_page: int | None

    @classmethod
    def of(cls, page: int, per_page: int | None) -> "Window":
        """The window of a page, checked.

        Raises:
            InvalidArgument: ``page`` or ``per_page`` is negative or no integer, or their product passes 2**53 - 1.
        """
        whole_number(page, "page", status="INVALID_PAGE")
        if per_page is not None:
            whole_number(per_page, "per_page", status="INVALID_PAGE", hint=", or None for all rows")
        if per_page is not None and (page + 1) * per_page > MAX_ROW:
            raise InvalidArgument("page", f"asks for rows beyond {MAX_ROW}", status="INVALID_PAGE")
        return cls(page, per_page)

    @property
    def offset(self) -> int:
        return 0 if self.per_page is None else self.page * self.per_page

    @property
    def limit(self) -> int:
        """Rows at most; for everything, more than any table holds."""
        return MAX_ROW if self.per_page is None else self.per_page

    def show(self, items: Sequence[T], total: int) -> Page[T]:
        """The page that holds ``items`` of ``total`` matching rows."""
        has_more = self.per_page is not None and self.offset + self.per_page < total
        return Page(tuple(items), total, self.page, self.per_page, has_more)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Bounds on an instant, aware datetimes. ``None`` is no bound; a bound belongs to the range unless excluded."""

    start: datetime | None = None
    end: datetime | None = None
    start_exclusive: bool = False
    end_exclusive: bool = False

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if (value := getattr(self, name)) is not None:
                instant(value, f"between.{name}")


@dataclass(frozen=True, slots=True)
class Order:
    """By which field a list is sorted, and in which direction. Ties are broken by the key, in the same direction."""

    field: str = "created_at"
    direction: Direction = "asc"

    def among(self, *fields: str) -> "Order":
        """This order, which is by one of ``fields``.

        Raises:
            InvalidArgument: another field, or a direction that is neither ``asc`` nor ``desc``.
        """
        if self.field not in fields:
            raise InvalidArgument("order.field", f"must be one of {', '.join(fields)}, not {self.field!r}")
        if self.direction not in ("asc", "desc"):
            raise InvalidArgument("order.direction", f"must be 'asc' or 'desc', not {self.direction!r}")
        return self


def whole_number(value: int, path: str, *, least: int = 0, status: str | None = None, hint: str = "") -> int:
    """``value``, a number of rows.

    Args:
        status, hint: the error's status, and what else its message says is allowed.

    Raises:
        InvalidArgument: it is no integer, or not between ``least`` and 2**53 - 1.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_ROW:
        raise InvalidArgument(path, f"must be an integer from {least} to {MAX_ROW}{hint}, not {value!r}", status=status)
    return value


def instant(value: datetime, path: str) -> datetime:
    """``value`` in UTC, cut to milliseconds.

    Raises:
        InvalidArgument: it is no datetime, or a naive one.
    """
    if not isinstance(value, datetime):
        raise InvalidArgument(path, f"must be a datetime, not {type(value).__name__}")
    if value.tzinfo is None:
        raise InvalidArgument(path, "is naive; give it a zone, as in datetime.now(UTC)")
    try:
        return utc_milliseconds(value)
    except OverflowError as error:
        raise InvalidArgument(path, "is no time in UTC between the years 1 and 9999") from error
