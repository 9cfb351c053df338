"""What SQLite writes in its own way."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Double,
    FromClause,
    LargeBinary,
    Select,
    Text,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import aliased

from ..models.base import Base
from ..models.types import JsonType, UtcTimeType, UtcTwinType
from ..models.workflows import WorkflowSnapshotRow
from .dialects import Attribute, SqlDialect
from .paging import LIMIT
from .parameters import JsonParameter


class SQLite(SqlDialect):
    """SQLite from 3.38 on. Our connections know some functions more (``sqlite_functions.py``): ``mastra_json`` reads
    a JSON cell of either form, ``mastra_contains`` is PostgreSQL's ``@>``, ``mastra_cosine`` and its like are distances
    between vectors.

    Attributes:
        native_vectors: whether it is LibSQL, which has indexes of vectors and distances of its own.
    """

    name = "sqlite"
    store = "SQLITE"
    writes_in_ctes = False
    native_vectors = False

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

    def is_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return attribute < self.moment(name)

    def some_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        of_table = aliased(attribute.parent.entity, name="aged")
        old: Select[Any] = select(literal_column("aged.rowid")).select_from(of_table)
        return literal_column("rowid").in_(
            old.where(self.is_before(getattr(of_table, attribute.key), name)).limit(LIMIT)
        )

    def day(self, attribute: Attribute) -> ColumnElement[Any]:
        return func.substr(attribute, literal_column("1"), literal_column("10"), type_=Date())

    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        return attribute.in_(select(self.listed(name).c.value))

    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        return attribute.in_(keys)

    def listed(self, name: str) -> FromClause:
        given = func.json_each(bindparam(name, type_=JsonParameter()))
        return given.table_valued(column("value", Text()), name=f"given_{name}")

    def rows(self, name: str, /, **fields: Any) -> FromClause:
        listed = func.json_each(bindparam(name, type_=JsonParameter())).table_valued("value", name=f"{name}_json")
        columns = [
            _in_row(listed.c.value, literal_column(f"'$.{field}'"), _as_stored(type_)).label(field)
            for field, type_ in fields.items()
        ]
        return select(*columns).subquery(name)

    def object_in_row(self, value: dict[str, Any]) -> dict[str, Any]:
        return value  # json_extract gives the very text that the encoder wrote

    def json(self, name: str) -> ColumnElement[Any]:
        return bindparam(name, type_=JsonParameter())

    def json_text_at(self, attribute: Attribute | ColumnElement[Any], *path: str) -> ColumnElement[Any]:
        return func.json_extract(self.json_text(attribute), literal_column(f"'$.{'.'.join(path)}'"), type_=Text())

    def thread_of_run(self) -> ColumnElement[Any]:
        snapshot = self.json_text(WorkflowSnapshotRow.snapshot)
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

    def json_text(self, attribute: Attribute | ColumnElement[Any]) -> ColumnElement[Any]:
        """A JSON cell, text or JSONB, as SQLite's own JSON functions take it."""
        return func.mastra_json(attribute)

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return func.mastra_contains(attribute, self.json(name)) == literal_column("1")

    def label(self, attribute: Attribute, name: str) -> ColumnElement[Any]:
        return attribute.op("->", return_type=JsonType())(bindparam(name, type_=Text()))

    def label_path(self, label: str) -> str:
        return f'$."{label}"'

    def epoch_milliseconds(self, attribute: Attribute) -> ColumnElement[Any]:
        seconds = cast(func.strftime(literal_column("'%s'"), attribute.expression, type_=Text()), BigInteger)
        milliseconds = cast(func.substr(attribute.expression, literal_column("21"), literal_column("3")), BigInteger)
        return seconds * literal_column("1000") + milliseconds

    def vector_tables(self, stem: str) -> Select[Any]:
        found = table("sqlite_master", column("type"), column("name"), column("tbl_name"), column("sql"))
        index = found.alias()
        of_libsql = exists().where(
            index.c.type == literal_column("'index'"),
            index.c.tbl_name == found.c.name,
            index.c.sql.contains(literal_column("'libsql_vector_idx'")),
        )
        return (
            select(found.c.name, true() if self.native_vectors else ~of_libsql)
            .where(bindparam("schema", type_=Text()).is_(None), found.c.type == literal_column("'table'"))
            .where(
                or_(
                    found.c.name == literal_column(f"'{stem}'"),
                    found.c.name.bool_op("GLOB")(literal_column(f"'{stem}_*'")),
                )
            )
            .where(found.c.sql.contains(literal_column("'F32_BLOB'")))
            .order_by(found.c.name)
        )

    def distance(self, metric: str, stored: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        """The distance of a stored vector from the one in the parameter ``name``, both little-endian numbers of single
        precision; NULL where there is none."""
        known = getattr(func, f"mastra_{metric}")
        return known(stored, bindparam(name, type_=LargeBinary()), type_=Double())  # type: ignore[no-any-return]

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


def _in_row(row: ColumnElement[Any], path: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    # json_extract makes a text of a JSON string, a JSON column holds the string's JSON.
    if isinstance(type_, JsonType):
        return row.op("->", return_type=Text())(path)
    return func.json_extract(row, path, type_=type_)


def _as_stored(type_: Any) -> Any:
    return UtcTimeType() if isinstance(type_, UtcTwinType) else type_


class LibsqlFile(SQLite):
    """A file by the name of LibSQL, which differs in nothing but the ids of errors."""

    store = "LIBSQL"


SQLITE = SQLite()
LIBSQL_FILE = LibsqlFile()
