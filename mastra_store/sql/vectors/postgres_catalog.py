"""What PostgreSQL's catalog says of vector indexes, whoever made them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Text, bindparam, column, text
from sqlalchemy.sql.selectable import TextualSelect

from ..dialects import SqlDialect
from ..plans import statement
from .postgres_tables import COMMENT, IndexTable, metric_of_class


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """A vector index as it is.

    Attributes:
        table: its table; the metric is ``None`` in nothing: where nothing tells it is ``cosine``, as TypeScript has it.
        kind: ``hnsw``, ``ivfflat`` or ``flat``.
        config: how the approximate index was built.
        broken: the name of an approximate index whose building was interrupted.
        namespaces: whether the table has that column; tables of old versions have not.
    """

    table: IndexTable
    kind: str
    config: dict[str, int]
    broken: str | None
    namespaces: bool

    @classmethod
    def of(
        cls,
        name: str,
        vector_type: str,
        dimension: int,
        extension: str | None,
        comment: str | None,
        namespaces: bool,
        kind: str | None,
        operator_class: str | None,
        options: list[str] | None,
        broken: str | None,
    ) -> "FoundIndex":
        metric = None if operator_class is None else metric_of_class(operator_class)
        if metric is None and comment is not None and comment.startswith(COMMENT):
            metric = comment.removeprefix(COMMENT)
        metric = metric or ("hamming" if vector_type == "bit" else "cosine")
        config = dict(_option(each) for each in options or ()) if kind else {}
        return cls(
            IndexTable(name, vector_type, dimension, metric, extension), kind or "flat", config, broken, namespaces
        )

    @property
    def links(self) -> int:
        """``m`` of an hnsw index: pgvector's own default where nothing was said."""
        return self.config.get("m", 16)


def _option(text_: str) -> tuple[str, int]:
    name, _, value = text_.partition("=")
    return ("efConstruction" if name == "ef_construction" else name), int(value)


# One question for everything. An index that a concurrent build left behind is invalid: it is told apart.
_FIND = """
SELECT c.relname, t.typname, a.atttypmod,
       CASE WHEN e.nspname <> ALL (current_schemas(true)) THEN e.nspname END,
       col_description(c.oid, a.attnum),
       EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = 'namespace' AND NOT n.attisdropped),
       built.amname, built.opcname, built.reloptions, broken.relname
FROM pg_class c
JOIN pg_namespace s ON s.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'embedding' AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid AND t.typname IN ('vector', 'halfvec', 'bit', 'sparsevec')
LEFT JOIN (
    SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = 'vector'
) e ON true
LEFT JOIN LATERAL (
    SELECT m.amname, o.opcname, i.reloptions
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
    JOIN pg_opclass o ON o.oid = x.indclass[0]
    WHERE x.indrelid = c.oid AND x.indkey[0] = a.attnum AND x.indisvalid AND m.amname IN ('hnsw', 'ivfflat')
    ORDER BY i.relname LIMIT 1
) built ON true
LEFT JOIN LATERAL (
    SELECT i.relname
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
    WHERE x.indrelid = c.oid AND x.indkey[0] = a.attnum AND NOT x.indisvalid AND m.amname IN ('hnsw', 'ivfflat')
    ORDER BY i.relname LIMIT 1
) broken ON true
WHERE s.nspname = coalesce(CAST(:schema AS text), current_schema())
  AND (CAST(:name AS text) IS NULL OR c.relname = CAST(:name AS text))
  AND c.relkind IN ('r', 'p')
  AND 2 = (SELECT count(*) FROM pg_attribute n
           WHERE n.attrelid = c.oid AND n.attname IN ('vector_id', 'metadata') AND NOT n.attisdropped)
ORDER BY c.relname
"""


@statement(FoundIndex.of)
def found_indexes(sql: SqlDialect) -> TextualSelect:
    """The vector index of a name (all for NULL) in a schema (the connection's own for NULL)."""
    return (
        text(_FIND)
        .bindparams(bindparam("schema", type_=Text()), bindparam("name", type_=Text()))
        .columns(*_untyped(10))
    )


_EXTENSION = """
SELECT s.nspname, s.nspname = ANY (current_schemas(true))
FROM pg_extension e JOIN pg_namespace s ON s.oid = e.extnamespace WHERE e.extname = 'vector'
"""


@statement(lambda schema, visible: None if visible else schema)
def extension_schema(sql: SqlDialect) -> TextualSelect:
    """The schema of pgvector's types where it must be named, else ``None``; no row where pgvector is missing."""
    return text(_EXTENSION).columns(*_untyped(2))


_TAKEN = """
SELECT 1 FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE s.nspname = coalesce(CAST(:schema AS text), current_schema()) AND c.relname = :name
"""


@statement(lambda one: one)
def taken(sql: SqlDialect) -> TextualSelect:
    """One row if a table, an index or the like has the name."""
    given = (bindparam("schema", type_=Text()), bindparam("name", type_=Text()))
    return text(_TAKEN).bindparams(*given).columns(*_untyped(1, Integer))


_LOCK = "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(coalesce(CAST(:schema AS text), '') || '.' || :name, 42))"


@statement(lambda locked: None)
def locked_name(sql: SqlDialect) -> TextualSelect:
    """Hold the name of an index until the transaction ends, so that of two who make it one is first."""
    given = (bindparam("schema", type_=Text()), bindparam("name", type_=Text()))
    return text(_LOCK).bindparams(*given).columns(*_untyped(1, Integer))


def _untyped(count: int, kind: Any = Text) -> list[Any]:
    return [column(f"c{position}", kind()) for position in range(count)]
