"""What a database's own catalog says about a schema, in a form that two databases can be compared by."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from mastra_store.hrana.dbapi import Dbapi

Catalog = dict[str, str]
"""What there is, as ``column mastra_threads.id``, and how it is defined. Functions without their bodies."""

OURS = "mastra_store_"
"""How the names of tables and indexes begin that Mastra does not have."""

_POSTGRESQL = """
SELECT 'column ' || c.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
       || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'constraint ' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype <> 'n' AND c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'index ' || c.relname || '.' || i.relname,
       pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'trigger ' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'function ' || p.proname, replace(pg_get_functiondef(p.oid), p.prosrc, '')
FROM pg_proc p WHERE p.pronamespace = %(schema)s::regnamespace AND p.prokind = 'f'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')  -- pgvector's
UNION ALL
SELECT 'replica identity ' || c.relname, c.relreplident::text || coalesce(' ' || i.relname, '')
FROM pg_class c
LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisreplident
LEFT JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relkind = 'r' AND c.relnamespace = %(schema)s::regnamespace
"""

_SQLITE = """
SELECT 'column ' || t.name || '.' || c.name,
       c.type || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || c.dflt_value, '')
       || CASE WHEN c.pk THEN ' KEY ' || c.pk ELSE '' END
FROM sqlite_master t, pragma_table_xinfo(t.name) c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
UNION ALL
SELECT 'index ' || t.name || '.' || CASE i.origin WHEN 'c' THEN i.name
           ELSE i.origin || ' (' || (SELECT group_concat(name) FROM pragma_index_info(i.name)) || ')' END,
       coalesce((SELECT sql FROM sqlite_master WHERE name = i.name), 'UNIQUE')
FROM sqlite_master t, pragma_index_list(t.name) i
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
UNION ALL
SELECT type || ' ' || tbl_name || '.' || name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')
"""


def postgresql_catalog(url: str, schema: str = "public", *, ours: bool = False) -> Catalog:
    """All that Mastra has in a schema; with ``ours`` also what is ours alone."""
    quoted = '"' + schema.replace('"', '""') + '"'
    with psycopg.connect(url) as connection:
        found = dict(connection.execute(_POSTGRESQL, {"schema": quoted}).fetchall())
    return found if ours else _without_ours(found)


def sqlite_catalog(path: str | Path, *, ours: bool = False) -> Catalog:
    """All that Mastra has in a file, likewise; or on a LibSQL server, whose URL is given."""
    with closing(_connected(path)) as connection:
        found = {name: _plain(sql) for name, sql in connection.cursor().execute(_SQLITE)}
    return found if ours else _without_ours(found)


def _connected(path: str | Path) -> Any:
    return Dbapi.connect(path) if isinstance(path, str) and "://" in path else sqlite3.connect(path)


def differences(theirs: Catalog, ours: Catalog) -> dict[str, tuple[str | None, str | None]]:
    """What is not the same: its definition in their database and in ours."""
    return {
        name: (theirs.get(name), ours.get(name))
        for name in sorted(theirs.keys() | ours.keys())
        if theirs.get(name) != ours.get(name)
    }


def _plain(sql: str) -> str:
    """SQL as SQLite keeps it, which is as it was written, without the liberties of writing it."""
    without_quotes = re.sub(r"[\"`]", "", sql.replace("IF NOT EXISTS ", ""))
    return re.sub(r"\s*([(),])\s*|\s+", lambda found: found[1] or " ", without_quotes).strip().lower()


def _without_ours(catalog: Catalog) -> Catalog:
    return {
        name: definition
        for name, definition in catalog.items()
        if not any(part.startswith(OURS) for part in re.split("[ .]", name))
    }
