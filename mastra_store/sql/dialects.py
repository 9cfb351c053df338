"""What differs between the SQL dialects, asked by name.

Statements are written once and ask this object for the few expressions that PostgreSQL and SQLite write differently.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    FromClause,
    LargeBinary,
    Select,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    null,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from ..models.base import Base, instant, twin
from ..models.types import UtcTimeType, UtcTwinType
from ..models.workflows import THREAD_ID, WorkflowSnapshotRow
from .parameters import JsonParameter

Attribute = InstrumentedAttribute[Any]

UTC_ZONE: ColumnElement[str] = literal_column("'UTC'")


class SqlDialect(ABC):
    """One dialect's way of writing what is not standard SQL."""

    name: str
    store: str
    """The dialect's word in the id of an error (contract: conventions.md, section 7)."""
    writes_in_ctes: bool
    """Whether a WITH query may write, so that one statement can do what is several elsewhere."""
    vectors_beside_messages: bool
    """Whether vectors of messages live in tables beside them that go with their thread."""

    @abstractmethod
    def insert(self, row: type[Base]) -> Any:
        """An INSERT that knows ON CONFLICT."""

    @abstractmethod
    def stored(self, attribute: Attribute) -> ColumnElement[Any]:
        """A column as its record shows it: of a time, the twin where there is one."""

    @abstractmethod
    def instant(self, attribute: Attribute) -> ColumnElement[Any]:
        """A time column as the instant that decides order and bounds, where the contract asks for the twin."""

    @abstractmethod
    def moment(self, name: str) -> ColumnElement[Any]:
        """The parameter ``name``, an aware datetime, to be compared with ``instant`` or assigned by ``times``."""

    @abstractmethod
    def times(self, attribute: Attribute, moment: ColumnElement[Any]) -> dict[Any, Any]:
        """The assignment of a time: the plain column, and its twin where there is one."""

    @abstractmethod
    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        """Whether a text column equals one of the texts in the parameter ``name``, a list."""

    @abstractmethod
    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        """Whether a key column has one of the values of a query that finds few, so that its index is used."""

    @abstractmethod
    def listed(self, name: str) -> FromClause:
        """The parameter ``name``, a list of texts, as a table with the column ``value``."""

    @abstractmethod
    def rows(self, name: str, **fields: Any) -> FromClause:
        """The parameter ``name``, a list of objects, as a table whose columns are ``fields`` (name=SQL type).

        Times are given as the text of ``iso_milliseconds``; their type is ``UtcTwinType``.
        """

    @abstractmethod
    def json_text_at(self, attribute: Attribute, *path: str) -> ColumnElement[Any]:
        """The text at a path inside a JSON column, NULL where there is none. The path is ours, never a caller's."""

    @abstractmethod
    def thread_of_run(self) -> ColumnElement[Any]:
        """The thread that a workflow's run waits in, as its snapshot tells (contract: workflows.md)."""

    @abstractmethod
    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        """Whether a JSON column contains the object in the parameter ``name``, as PostgreSQL's ``@>`` has it."""

    @abstractmethod
    def locked(self, query: Select[Any]) -> Select[Any]:
        """A SELECT whose rows nobody else changes until the transaction ends."""

    @abstractmethod
    def nearest(
        self, targets: FromClause, keys: Select[Any], order: Sequence[ColumnElement[Any]], most: str
    ) -> Select[Any]:
        """For each row of ``targets``, the first keys of a query that refers to it.

        Args:
            keys: selects one column, a message's id; neither ordered nor limited.
            order: what ``keys`` is sorted by.
            most: the column of ``targets`` that says how many keys, and the parameter with the largest such number.
        """

    def replacing(self, insert: Any, keys: Sequence[Attribute], replaced: Iterable[Any]) -> Any:
        """An INSERT that overwrites the ``replaced`` columns of a row whose ``keys`` are stored already."""
        new = {each.name: insert.excluded[each.name] for each in map(_column, replaced)}
        return insert.on_conflict_do_update(index_elements=[_column(key) for key in keys], set_=new)

    def as_written(self, *attributes: Attribute) -> list[Any]:
        """Columns to be copied inside the database: with the twins, where there are such."""
        return list(attributes)

    @abstractmethod
    def as_stored(self, attribute: Attribute) -> ColumnElement[Any]:
        """A time column as the database holds it, for a keyset's cursor: to be compared with itself alone."""

    def columns(self, attributes: Sequence[Attribute]) -> list[ColumnElement[Any]]:
        """Columns as their record shows them, in order, each labelled with its attribute's name."""
        return [self.stored(attribute).label(attribute.key) for attribute in attributes]


class PostgreSQL(SqlDialect):
    name = "postgresql"
    store = "PG"
    writes_in_ctes = True
    vectors_beside_messages = True

    def insert(self, row: type[Base]) -> postgresql.Insert:
        return postgresql.insert(row)

    def stored(self, attribute: Attribute) -> ColumnElement[Any]:
        # As an instant, not as a wall clock: the driver makes aware datetimes of it without a step in Python.
        return instant(attribute) if isinstance(attribute.type, UtcTimeType) else attribute.expression

    def instant(self, attribute: Attribute) -> ColumnElement[Any]:
        return instant(attribute)

    def moment(self, name: str) -> ColumnElement[Any]:
        return bindparam(name, type_=UtcTwinType())

    def times(self, attribute: Attribute, moment: ColumnElement[Any]) -> dict[Any, Any]:
        return {attribute: func.timezone(UTC_ZONE, moment, type_=UtcTimeType()), twin(attribute): moment}

    def as_written(self, *attributes: Attribute) -> list[Any]:
        return [*attributes, *(twin(each) for each in attributes if isinstance(each.type, UtcTimeType))]

    def as_stored(self, attribute: Attribute) -> ColumnElement[Any]:
        return type_coerce(attribute, postgresql.TIMESTAMP())

    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        return attribute == func.any(bindparam(name, type_=ARRAY(Text())))

    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        # An array, not a join: whatever number of keys the planner expects of LIMITs and LATERALs that it can not see
        # through, it never reads the whole table for them.
        return attribute == func.any(func.array(keys.scalar_subquery()))

    def listed(self, name: str) -> FromClause:
        given = func.unnest(bindparam(name, type_=ARRAY(Text())))
        return given.table_valued(column("value", Text()), name=f"given_{name}").render_derived(name=f"given_{name}")

    def rows(self, name: str, **fields: Any) -> FromClause:
        columns = [column(field, type_) for field, type_ in fields.items()]
        source = func.json_to_recordset(cast(bindparam(name, type_=JsonParameter()), postgresql.JSON))
        return source.table_valued(*columns, name=name).render_derived(name=name, with_types=True)

    def json_text_at(self, attribute: Attribute, *path: str) -> ColumnElement[Any]:
        # Literals, so that the expression is the one that an index was made of.
        if len(path) == 1:
            return attribute.op("->>", return_type=Text())(literal_column(f"'{path[0]}'"))
        return attribute.op("#>>", return_type=Text())(literal_column(f"'{{{','.join(path)}}}'"))

    def thread_of_run(self) -> ColumnElement[Any]:
        return THREAD_ID

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        wanted = cast(bindparam(name, type_=JsonParameter()), postgresql.JSONB)
        return attribute.bool_op("@>")(wanted)

    def locked(self, query: Select[Any]) -> Select[Any]:
        return query.with_for_update()

    def nearest(
        self, targets: FromClause, keys: Select[Any], order: Sequence[ColumnElement[Any]], most: str
    ) -> Select[Any]:
        nearest = keys.order_by(*order).limit(targets.c[most]).lateral()
        return select(*nearest.c).select_from(targets.join(nearest, true()))


class SQLite(SqlDialect):
    """SQLite from 3.38 on. Our connections know two functions more (``sqlite_functions.py``): ``mastra_json`` reads
    a JSON cell of either form, ``mastra_contains`` is PostgreSQL's ``@>``."""

    name = "sqlite"
    store = "SQLITE"
    writes_in_ctes = False
    vectors_beside_messages = False

    def insert(self, row: type[Base]) -> sqlite.Insert:
        return sqlite.insert(row)

    def stored(self, attribute: Attribute) -> ColumnElement[Any]:
        return attribute.expression

    def instant(self, attribute: Attribute) -> ColumnElement[Any]:
        return attribute.expression

    def moment(self, name: str) -> ColumnElement[Any]:
        return bindparam(name, type_=UtcTimeType())

    def times(self, attribute: Attribute, moment: ColumnElement[Any]) -> dict[Any, Any]:
        return {attribute: moment}

    def as_stored(self, attribute: Attribute) -> ColumnElement[Any]:
        return type_coerce(attribute, Text())

    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        return attribute.in_(select(self.listed(name).c.value))

    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        return attribute.in_(keys)

    def listed(self, name: str) -> FromClause:
        given = func.json_each(bindparam(name, type_=JsonParameter()))
        return given.table_valued(column("value", Text()), name=f"given_{name}")

    def rows(self, name: str, **fields: Any) -> FromClause:
        listed = func.json_each(bindparam(name, type_=JsonParameter())).table_valued("value", name=f"{name}_json")
        columns = [
            func.json_extract(listed.c.value, literal_column(f"'$.{field}'"), type_=_as_stored(type_)).label(field)
            for field, type_ in fields.items()
        ]
        return select(*columns).subquery(name)

    def json_text_at(self, attribute: Attribute, *path: str) -> ColumnElement[Any]:
        return func.json_extract(func.mastra_json(attribute), literal_column(f"'$.{'.'.join(path)}'"), type_=Text())

    def thread_of_run(self) -> ColumnElement[Any]:
        snapshot = func.mastra_json(WorkflowSnapshotRow.snapshot)
        steps = func.json_each(snapshot, literal_column("'$.context'")).table_valued("key", "value", "type")
        # Only CASE keeps a function from being called: json_extract refuses values that are no JSON text.
        step = case((steps.c.type == literal_column("'object'"), steps.c.value), else_=null())
        its_thread: ColumnElement[str] = literal_column(
            "'$.suspendPayload.__streamState.messageList.memoryInfo.threadId'"
        )
        waiting = (
            select(func.json_extract(step, its_thread))
            .where(func.json_extract(step, literal_column("'$.status'")) == literal_column("'suspended'"))
            .where(func.json_type(step, its_thread).is_not(None))
            # Of several the one that PostgreSQL finds: jsonb sorts keys by their length in bytes.
            .order_by(func.length(cast(steps.c.key, LargeBinary())), steps.c.key)
            .limit(literal_column("1"))
        )
        of_input = func.json_extract(snapshot, literal_column("'$.context.input.messageListState.memoryInfo.threadId'"))
        return func.coalesce(waiting.scalar_subquery(), of_input, type_=Text())

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return func.mastra_contains(attribute, bindparam(name, type_=JsonParameter())) == literal_column("1")

    def locked(self, query: Select[Any]) -> Select[Any]:
        return query  # A unit of work that writes holds the whole database from its BEGIN IMMEDIATE on.

    def nearest(
        self, targets: FromClause, keys: Select[Any], order: Sequence[ColumnElement[Any]], most: str
    ) -> Select[Any]:
        # A LIMIT can not refer to a column here: as many as any target wants are read, and numbered.
        read = keys.add_columns(func.row_number().over(order_by=order).label("nth")).order_by(*order)
        numbered = read.limit(bindparam(most)).correlate(targets).subquery()
        wanted = select(numbered.c[0]).where(numbered.c.nth <= targets.c[most]).correlate(targets)
        key = keys.selected_columns[0]
        (row,) = key.base_columns
        found = row.table.alias()
        return select(found.c[key.name]).select_from(targets.join(found, found.c[key.name].in_(wanted)))


def _column(attribute: Any) -> Any:
    return getattr(attribute, "expression", attribute)


def _as_stored(type_: Any) -> Any:
    return UtcTimeType() if isinstance(type_, UtcTwinType) else type_


POSTGRESQL = PostgreSQL()
SQLITE = SQLite()
