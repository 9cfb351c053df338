"""What PostgreSQL writes in its own way."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    column,
    extract,
    func,
    literal_column,
    or_,
    select,
    table,
    true,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from .. import jsontext
from ..models.base import Base, instant, twin
from ..models.types import JsonType, UtcTimeType, UtcTwinType
from ..models.workflows import THREAD_ID
from .dialects import Attribute, SqlDialect
from .paging import LIMIT
from .parameters import JsonParameter

UTC_ZONE: ColumnElement[str] = literal_column("'UTC'")


class PostgreSQL(SqlDialect):
    name = "postgresql"
    store = "PG"
    writes_in_ctes = True

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

    def is_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        # A plain column is some zone's wall clock, none of which is a whole day ahead. Its index finds what may be old.
        latest = func.timezone(UTC_ZONE, self.moment(name)) + literal_column("interval '1 day'")
        return and_(attribute < latest, instant(attribute) < self.moment(name))

    def some_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        of_table = aliased(attribute.parent.entity, name="aged")
        old: Select[Any] = select(literal_column("aged.ctid")).select_from(of_table)
        old = old.where(self.is_before(getattr(of_table, attribute.key), name)).limit(LIMIT)
        places = func.array(old.with_for_update(skip_locked=True).scalar_subquery())
        return literal_column("ctid") == func.any(places)

    def day(self, attribute: Attribute) -> ColumnElement[Any]:
        return cast(attribute, Date)

    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        return attribute == func.any(bindparam(name, type_=ARRAY(Text())))

    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        # An array, not a join: whatever number of keys the planner expects of LIMITs and LATERALs that it can not see
        # through, it never reads the whole table for them.
        return attribute == func.any(func.array(keys.scalar_subquery()))

    def listed(self, name: str) -> FromClause:
        given = func.unnest(bindparam(name, type_=ARRAY(Text())))
        return given.table_valued(column("value", Text()), name=f"given_{name}").render_derived(name=f"given_{name}")

    def rows(self, name: str, /, **fields: Any) -> FromClause:
        columns = [column(field, type_) for field, type_ in fields.items()]
        source = func.json_to_recordset(cast(bindparam(name, type_=JsonParameter()), postgresql.JSON))
        return source.table_valued(*columns, name=name).render_derived(name=name, with_types=True)

    def object_in_row(self, value: dict[str, Any]) -> str:
        return jsontext.encode(value)  # as it is, an escaped NUL inside would be refused

    def json(self, name: str) -> ColumnElement[Any]:
        return cast(bindparam(name, type_=JsonParameter()), postgresql.JSONB)

    def json_text_at(self, attribute: Attribute | ColumnElement[Any], *path: str) -> ColumnElement[Any]:
        # Literals, so that the expression is the one that an index was made of.
        if len(path) == 1:
            return attribute.op("->>", return_type=Text())(literal_column(f"'{path[0]}'"))
        return attribute.op("#>>", return_type=Text())(literal_column(f"'{{{','.join(path)}}}'"))

    def thread_of_run(self) -> ColumnElement[Any]:
        return THREAD_ID

    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        return attribute.bool_op("@>")(self.json(name))

    def label(self, attribute: Attribute, name: str) -> ColumnElement[Any]:
        return attribute.op("->", return_type=JsonType())(bindparam(name, type_=Text()))

    def label_path(self, label: str) -> str:
        return label

    def epoch_milliseconds(self, attribute: Attribute) -> ColumnElement[Any]:
        return cast(func.floor(extract("epoch", attribute.expression) * literal_column("1000")), BigInteger)

    def vector_tables(self, stem: str) -> Select[Any]:
        relation = table(
            "pg_class", column("oid"), column("relname"), column("relnamespace"), column("relkind"), schema="pg_catalog"
        )
        namespace = table("pg_namespace", column("oid"), column("nspname"), schema="pg_catalog")
        attribute = table("pg_attribute", column("attrelid"), column("attname"), schema="pg_catalog")
        wanted = func.coalesce(bindparam("schema", type_=Text()), func.current_schema())
        return (
            select(relation.c.relname, true())
            .join(namespace, namespace.c.oid == relation.c.relnamespace)
            .join(attribute, attribute.c.attrelid == relation.c.oid)
            .where(namespace.c.nspname == wanted, attribute.c.attname == literal_column("'metadata'"))
            .where(relation.c.relkind.in_([literal_column("'r'"), literal_column("'p'")]))
            .where(_begins(relation.c.relname, stem))
            .order_by(relation.c.relname)
        )

    def locked(self, query: Select[Any]) -> Select[Any]:
        return query.with_for_update()

    def nearest(
        self, targets: FromClause, keys: Select[Any], order: Sequence[ColumnElement[Any]], most: str
    ) -> Select[Any]:
        nearest = keys.order_by(*order).limit(targets.c[most]).lateral()
        return select(*nearest.c).select_from(targets.join(nearest, true()))


def _begins(name: ColumnElement[Any], stem: str) -> ColumnElement[bool]:
    with_more = func.starts_with(cast(name, Text()), literal_column(f"'{stem}_'"))
    return or_(name == literal_column(f"'{stem}'"), with_more)


POSTGRESQL = PostgreSQL()
