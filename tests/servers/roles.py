"""Roles of a deployment: one makes the tables, another uses them and may do nothing but read and write rows."""

from urllib.parse import urlsplit

import psycopg

from mastra_store import migrations
from mastra_store.grants import render_grants
from tests.servers.databases import PostgresServer

MIGRATOR, AGENT = "mastra_test_migrator", "mastra_test_agent"
_ROLES = "DO $$ BEGIN IF to_regrole('{0}') IS NULL THEN CREATE ROLE {0} LOGIN PASSWORD '{0}'; END IF; END $$"


def as_role(role: str, url: str) -> str:
    """The URL with another role's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:{role}@{parts.netloc.rpartition('@')[2]}").geturl()


def deployed(server: PostgresServer) -> str:
    """The name of a database as a pipeline makes it: an administrator grants, then the migrating role migrates."""
    url = server.url_of(name := server.create())
    with psycopg.connect(url, autocommit=True) as administrator:
        for role in (MIGRATOR, AGENT):
            administrator.execute(_ROLES.format(role))
        administrator.execute(render_grants(owner=MIGRATOR, runtime=AGENT))
    migrations.upgrade(as_role(MIGRATOR, url))
    return name
