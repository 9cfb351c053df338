"""The physical schema: what the models mean on one dialect, in one PostgreSQL schema, and its DDL as text.

MongoDB's are the commands that make its collections. ``python -m mastra_store.schema`` writes
``schema/postgresql.sql``, ``schema/sqlite.sql`` and ``schema/mongodb.json``.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Constraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.sql import visitors

from . import documents
from .errors import InvalidArgument
from .models import load_all
from .revisions import HEAD, VERSION_TABLE
from .schema_names import MAX_BYTES, normalised_schema

DialectName = Literal["postgresql", "sqlite", "mongodb"]

OWN_INDEXES = "mastra_store_"
"""How the names of indexes begin that Mastra does not have. They have no prefix in any schema."""

CUT = {
    "mastra_workflow_snapshot_workflow_name_run_id_key": "lower",
    "mastra_ai_spans_traceid_spanid_pk": "lower",
    "mastra_workflow_snapshot_name_status_createdat_idx": "raw",
}
"""Names that ``@mastra/pg`` lets PostgreSQL cut where they are long, and how they begin; in the order in which it makes
them: of two that are cut to one name, the first has it."""

_DIALECTS: dict[str, Callable[..., Dialect]] = {"postgresql": postgresql.dialect, "sqlite": sqlite.dialect}


def physical_metadata(dialect: str, schema: str | None = None) -> MetaData:
    """The tables of one dialect, in one schema, under the names that Mastra gives them there.

    Args:
        schema: a PostgreSQL schema; ``None`` and ``public`` for the default one.
    """
    schema = normalised_schema(schema)
    if dialect not in _DIALECTS:
        raise InvalidArgument("dialect", f"must be one of {', '.join(_DIALECTS)}, not {dialect!r}")
    if schema is not None and dialect != "postgresql":
        raise InvalidArgument("schema_name", f"is {schema!r}, but {dialect} has no schemas")
    metadata = MetaData()
    for table in load_all().metadata.sorted_tables:
        if _exists(table, dialect):
            _add_table(metadata, table, dialect, schema)
    return metadata


def physical_name(name: str, rule: str, schema: str | None) -> str:
    """An index's or constraint's name in a schema (contract: conventions.md, section 3).

    Args:
        rule: how it begins: ``name`` with the schema's name made a word, ``none`` with nothing, ``raw`` with the
            schema's name in lower case, ``lower`` with it as a word in lower case, in public too.
    """
    full = _prefixed(name, rule, schema)
    if name in CUT and full != (cut := _cut(full)):
        before = [_cut(_prefixed(each, CUT[each], schema)) for each in list(CUT)[: list(CUT).index(name)]]
        if cut not in before:
            return cut
    return hashed(full)


def first_name(name: str, rule: str, schema: str | None) -> str:
    """The name that revision 0001 gives: that of ``physical_name``, but never cut."""
    return hashed(_prefixed(name, rule, schema))


def hashed(full: str) -> str:
    """A name that PostgreSQL takes. It would cut a long one silently, and two that begin alike would be one."""
    if len(full.encode()) <= MAX_BYTES:
        return full
    return full.encode()[:54].decode(errors="ignore") + "_" + hashlib.sha256(full.encode()).hexdigest()[:8]


def _cut(full: str) -> str:
    """As PostgreSQL cuts a name."""
    return full.encode()[:MAX_BYTES].decode(errors="ignore")


def _prefixed(name: str, rule: str, schema: str | None) -> str:
    if rule == "none" or name.startswith(OWN_INDEXES) or (schema is None and rule != "lower"):
        return name
    word = re.sub(r"[^A-Za-z0-9_]", "_", schema or "public")
    word = f"_{word}" if word[0].isdigit() else word
    prefix = {"name": word, "raw": (schema or "").lower(), "lower": word.lower()}[rule]
    return f"{prefix}_{name}"


def export_schemas(schema_name: str | None = None, dialect: DialectName = "postgresql") -> str:
    """The complete DDL as text, made without a database: the same bytes every time, safe to apply twice.

    It ends with the version table and this version's revision, so that a database it was applied to is known as
    current: ``alembic upgrade head`` finds nothing to do there.

    For MongoDB it is JSON: a list of commands, one ``createIndexes`` for each collection, which makes it too. In
    mongosh: ``JSON.parse(fs.readFileSync("mongodb.json")).forEach(command => db.runCommand(command))``.

    Args:
        schema_name: a PostgreSQL schema, made if it is missing; ``None`` for the default one.

    Raises:
        InvalidArgument: an unknown dialect, a name that can be no schema's, or a schema elsewhere than on PostgreSQL.
    """
    schema = normalised_schema(schema_name)
    if dialect == "mongodb":
        if schema is not None:
            raise InvalidArgument("schema_name", f"is {schema!r}, but MongoDB has no schemas; name a database instead")
        return _commands()
    return "\n\n".join(export_statements(dialect, schema)) + "\n"


exportSchemas = export_schemas  # noqa: N816 (as @mastra/pg calls it)


def _commands() -> str:
    """The commands that make MongoDB's collections, as JSON with an index on each line."""
    shown = []
    for collection in documents.load_all():
        indexes = ",\n".join(f"    {json.dumps(index.definition())}" for index in collection.indexes)
        shown.append(f'  {{"createIndexes": {json.dumps(collection.name)}, "indexes": [\n{indexes}\n  ]}}')
    return "[\n" + ",\n".join(shown) + "\n]\n"


def export_statements(dialect: str, schema: str | None) -> list[str]:
    """The statements of ``export_schemas``, in order."""
    metadata = physical_metadata(dialect, schema)
    return [*_statements(metadata, dialect, schema), *_version_statements(dialect, schema)]


def create_schema(schema: str) -> str:
    """Makes a PostgreSQL schema where it is missing."""
    # IF NOT EXISTS would ask for the right to create schemas even where there is nothing to create. The quotes are
    # safe: no schema's name holds a quote or a dollar sign.
    return f"""DO $$ BEGIN
    IF to_regnamespace('"{schema}"') IS NULL THEN
        CREATE SCHEMA "{schema}";
    END IF;
END $$"""


def postgresql_extras(schema: str | None) -> list[str]:
    """What PostgreSQL has besides tables and indexes: the trigger that stamps spans, and the snapshots' identity.

    Contract: observability.md, "trigger_set_timestamps"; conventions.md, section 3.
    """
    quote = _dialect("postgresql").identifier_preparer.quote_identifier
    place = f"{quote(schema)}." if schema else ""
    key = quote(physical_name("mastra_workflow_snapshot_workflow_name_run_id_key", "lower", schema))
    return [
        f"""CREATE OR REPLACE FUNCTION {place}trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW."createdAt" = NOW();
        NEW."createdAtZ" = NOW();
    ELSE
        NEW."createdAt" = OLD."createdAt";
        NEW."createdAtZ" = OLD."createdAtZ";
    END IF;
    NEW."updatedAt" = NOW();
    NEW."updatedAtZ" = NOW();
    RETURN NEW;
END;
$$""",
        f"""CREATE OR REPLACE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON {place}mastra_ai_spans
FOR EACH ROW EXECUTE FUNCTION {place}trigger_set_timestamps()""",
        f"ALTER TABLE {place}mastra_workflow_snapshot REPLICA IDENTITY USING INDEX {key}",
    ]


def _exists(item: Any, dialect: str) -> bool:
    return item.info.get("only") in (None, dialect)


def _add_table(metadata: MetaData, source: Table, dialect: str, schema: str | None) -> None:
    columns = [_column(column, dialect) for column in source.columns if _exists(column, dialect)]
    constraints = [_constraint(each, dialect, schema) for each in _constraints(source) if _exists(each, dialect)]
    table = Table(source.name, metadata, *columns, *constraints, schema=schema)
    for index in sorted(source.indexes, key=lambda each: str(each.name)):
        if _exists(index, dialect):
            _add_index(table, index, schema)


def _column(source: Column[Any], dialect: str) -> Column[Any]:
    nullable = bool(source.nullable) or source.info.get("nullable_on") == dialect
    default = getattr(source.server_default, "arg", None)
    return Column(source.name, source.type, nullable=nullable, server_default=default)


def _constraints(table: Table) -> Iterator[PrimaryKeyConstraint | UniqueConstraint]:
    if len(table.primary_key.columns):
        yield table.primary_key
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield constraint


def _constraint(source: PrimaryKeyConstraint | UniqueConstraint, dialect: str, schema: str | None) -> Constraint:
    # Nameless on SQLite, as @mastra/libsql makes them: files of either maker then compare as equal.
    names = [column.name for column in source.columns]
    if not source.name or dialect != "postgresql":
        return type(source)(*names)
    name, rule = str(source.name), source.info.get("prefix", "none")
    info = {"first_name": first_name(name, rule, schema)}
    return type(source)(*names, name=physical_name(name, rule, schema), info=info)


def _add_index(table: Table, source: Index, schema: str | None) -> None:
    def here(element: Any, **_: Any) -> ColumnElement[Any] | None:
        return table.c[element.name] if isinstance(element, Column) else None

    options = {
        name: visitors.replacement_traverse(value, {}, here) if name.endswith("_where") else value
        for name, value in source.dialect_kwargs.items()
    }
    if "postgresql_include" in source.info:
        options["postgresql_include"] = source.info["postgresql_include"]
    expressions = [
        visitors.replacement_traverse(cast("ColumnElement[Any]", each), {}, here) for each in source.expressions
    ]
    name = physical_name(str(source.name), source.info.get("prefix", "name"), schema)
    info = {"first_name": first_name(str(source.name), source.info.get("prefix", "name"), schema)}
    # _table: an index on text alone does not know its table.
    Index(name, *expressions, unique=source.unique, _table=table, info=info, **options)


def _statements(metadata: MetaData, dialect: str, schema: str | None) -> Iterator[str]:
    if schema is not None:
        yield f"{create_schema(schema)};"
    for table in metadata.sorted_tables:
        yield _text(CreateTable(table, if_not_exists=True), dialect)
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield _text(CreateIndex(index, if_not_exists=True), dialect)
    if dialect == "postgresql":
        for statement in postgresql_extras(schema):
            yield f"{statement};"


def _version_statements(dialect: str, schema: str | None) -> Iterator[str]:
    column = Column("version_num", String(32), nullable=False)
    key = PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc")
    table = Table(VERSION_TABLE, MetaData(), column, key, schema=schema)
    yield _text(CreateTable(table, if_not_exists=True), dialect)
    name = _dialect(dialect).identifier_preparer.format_table(table)
    yield f"INSERT INTO {name} (version_num) SELECT '{HEAD}' WHERE NOT EXISTS (SELECT 1 FROM {name});"  # noqa: S608 (quoted)


def _text(ddl: ExecutableDDLElement, dialect: str) -> str:
    return spelled(str(ddl.compile(dialect=_dialect(dialect)))).strip() + ";"


def spelled(ddl: str) -> str:
    """DDL as Alembic writes it offline. SQLite keeps the text, and it shall be one text whichever way it got there."""
    return ddl.replace("\t", "    ")


def _dialect(name: str) -> Dialect:
    return _DIALECTS[name](paramstyle="named")  # others would double the % in a schema's name


def write_schemas(directory: Path) -> None:
    """Write every dialect's DDL to ``postgresql.sql``, ``sqlite.sql`` and ``mongodb.json``."""
    for name in ("postgresql.sql", "sqlite.sql", "mongodb.json"):
        dialect = cast("DialectName", name.partition(".")[0])
        (directory / name).write_text(export_schemas(dialect=dialect), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(__file__).parent.parent / "schema")
