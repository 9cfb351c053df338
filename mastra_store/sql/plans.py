"""Statements built by SQLAlchemy, compiled once, and run by the driver.

A statement is a function of a query's *shape* (which filters, which order), never of its values::

    @statement(Message)
    def messages_by_ids(sql: SqlDialect) -> Select[Any]:
        return select(*sql.columns(MESSAGE)).where(sql.is_any_of(MessageRow.id, "ids"))

    messages = await database.read(messages_by_ids().bind(ids=["a", "b"]))

``Plan`` is what is left of it after compiling for one dialect and schema: the text, how values are bound and how
rows are read. Both directions are the column types' own ``bind_processor`` and ``result_processor``, so a plan
gives what SQLAlchemy's execution would give (a test holds that), in a third of the time.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from sqlalchemy import SelectBase
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import UpdateBase

from .dialects import SqlDialect

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

DOUBLE_OID = 701
"""What a driver would say of a column's type: SQLAlchemy asks only of numbers, and ours are ``double precision``."""

Row = Sequence[Any]
Cell = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """Rows of one page, and how many match in all."""

    items: list[T]
    total: int


class Statement(Generic[R]):
    """One shape of one query, for every dialect. Compared by identity: each shape is made once."""

    __slots__ = ("assemble", "build", "name")

    def __init__(
        self, name: str, build: Callable[[SqlDialect], Executable], assemble: Callable[[list[Row]], R]
    ) -> None:
        self.name = name
        self.build = build
        self.assemble = assemble

    def bind(self, **values: Any) -> "Call[R]":
        """This statement with the values of its parameters, ready to run."""
        return Call(self, values)


@dataclass(frozen=True, slots=True)
class Call(Generic[R]):
    """A statement and its values."""

    statement: Statement[R]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Copy(Call[list[None]]):
    """A COPY into a table and what is sent to it, for executors that say ``copies``."""

    chunks: Iterable[bytes]


Work = Generator[Call[Any], Any, R]
"""Several statements that belong together: a generator that yields a call and is sent its result.

It does no I/O, so the one body runs in SQLite's thread as a single hop, over PostgreSQL's connection, and inside a
unit of work. It checks before it writes: when it raises, nothing of it remains.
"""


def statement(
    record: Callable[..., T], *, shapes: int | None = None
) -> Callable[[Callable[Concatenate[SqlDialect, P], Executable]], Callable[P, Statement[list[T]]]]:
    """A statement whose rows become ``record(*row)``.

    Args:
        shapes: how many are kept, where callers' tables and filters make ever new ones.
    """
    return _statement(lambda rows: [record(*row) for row in rows], shapes)


def counted(
    record: Callable[..., T],
) -> Callable[[Callable[Concatenate[SqlDialect, P], Executable]], Callable[P, Statement[Counted[T]]]]:
    """A statement made by ``with_total``: the total, then the columns of one row of the page, or NULLs for none."""

    def assemble(rows: list[Row]) -> Counted[T]:
        return Counted([record(*row[2:]) for row in rows if row[1]], rows[0][0])

    return _statement(assemble)


def _statement(
    assemble: Callable[[list[Row]], R], shapes: int | None = None
) -> Callable[[Callable[Concatenate[SqlDialect, P], Executable]], Callable[P, Statement[R]]]:
    def decorate(build: Callable[Concatenate[SqlDialect, P], Executable]) -> Callable[P, Statement[R]]:
        @wraps(build)
        @lru_cache(maxsize=shapes)
        def shape(*args: P.args, **kwargs: P.kwargs) -> Statement[R]:
            return Statement(build.__name__, lambda sql: build(sql, *args, **kwargs), assemble)

        return shape  # type: ignore[return-value]  # functools.lru_cache erases the parameters

    return decorate


@dataclass(frozen=True, slots=True)
class Plan(Generic[R]):
    """A statement compiled for one dialect and one schema."""

    statement: Statement[R]
    built: Executable
    """The statement itself, for connections that are no driver of ours."""
    text: str
    names: tuple[str, ...] | None
    """The parameters in order, for drivers that bind by position; ``None`` where they bind by name."""
    fixed: dict[str, Any]
    """Values that belong to the shape, already encoded."""
    encoders: tuple[tuple[str, Cell], ...]
    decoders: tuple[tuple[int, Cell], ...]

    def bind(self, values: dict[str, Any]) -> Any:
        """The driver's parameters."""
        bound = {**self.fixed, **values}
        for name, encode in self.encoders:
            bound[name] = encode(bound[name])
        return bound if self.names is None else [bound[name] for name in self.names]

    def read(self, rows: list[Row]) -> R:
        """What the driver fetched, decoded and assembled."""
        if self.decoders and rows:
            columns: list[Any] = list(zip(*rows, strict=True))
            for position, decode in self.decoders:
                columns[position] = map(decode, columns[position])
            rows = list(zip(*columns, strict=True))
        return self.statement.assemble(rows)


def compile_plan(statement: Statement[R], sql: SqlDialect, dialect: Dialect, schema: str | None) -> Plan[R]:
    """Compile a statement. Costs about a millisecond; the database keeps the plan."""
    built = statement.build(sql)
    options: dict[str, Any] = {}
    if schema is not None:
        options = {"schema_translate_map": {None: schema}, "render_schema_translate": True}
    compiled: Any = cast("Any", built).compile(dialect=dialect, **options)
    encoders, fixed = [], {}
    for name, parameter in getattr(compiled, "binds", {}).items():  # of DDL there are none
        encode = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if parameter.required:
            if encode is not None:
                encoders.append((name, encode))
        else:
            fixed[name] = parameter.effective_value if encode is None else encode(parameter.effective_value)
    decoders = [
        (position, decode)
        for position, column in enumerate(_columns(built))
        if (decode := column.type.dialect_impl(dialect).result_processor(dialect, DOUBLE_OID)) is not None
    ]
    positions = getattr(compiled, "positiontup", None)
    names = None if positions is None else tuple(positions)
    return Plan(statement, built, str(compiled), names, fixed, tuple(encoders), tuple(decoders))


def _columns(built: Executable) -> Sequence[Any]:
    if isinstance(built, UpdateBase):
        return list(built.exported_columns)
    return list(built.selected_columns) if isinstance(built, SelectBase) else ()
