"""What a storage does to the schema when it is used for the first time.

An empty database gets our tables, by the bundled migrations. A database at our revision is ready. One that a
TypeScript Mastra app made has the tables but not our version table: nothing is changed, its columns are checked.
Nothing that exists is ever altered here.
"""

import logging
from typing import Any, Literal

from sqlalchemy import Column, Connection, MetaData, Select, String, Table, inspect, select

from ..errors import InvalidArgument, SchemaBehind, SchemaMissing
from ..revisions import HEAD, REVISIONS, VERSION_TABLE
from .database import SqlDatabase
from .dialects import SqlDialect
from .domains import all_rows
from .plans import statement

CreateSchema = Literal["if_missing", "never"]

logger = logging.getLogger("mastra_store")


@statement(lambda version_num: version_num)
def version(sql: SqlDialect) -> Select[Any]:
    return select(Table(VERSION_TABLE, MetaData(), Column("version_num", String)))


class FirstUse:
    """Brings the schema into being, or says why it can not be used.

    Args:
        create_schema: ``if_missing`` makes the tables in an empty database; ``never`` runs no DDL at all.
    """

    def __init__(self, create_schema: CreateSchema) -> None:
        if create_schema not in ("if_missing", "never"):
            raise InvalidArgument("create_schema", f"must be 'if_missing' or 'never', not {create_schema!r}")
        self._create_schema = create_schema

    async def __call__(self, database: SqlDatabase) -> str:
        """Returns the schema's state: ``current``, ``created``, ``foreign`` or ``ahead``."""
        found = await database.revision()
        if found == HEAD:
            return "current"
        if found in REVISIONS:
            raise SchemaBehind(
                f"{database.shown} is at revision {found}, this version needs {HEAD}: run `alembic upgrade head`, "
                "or mastra_store.migrations.upgrade() where no checkout is near",
                found=found,
                needed=HEAD,
            )
        lacking = await self._lacking(database)
        if lacking is None:
            await self._create(database)
            return "created"
        if found is None and (found := await database.revision()) == HEAD:
            return "current"  # made by somebody else between our two questions
        database.plans.lacking = lacking
        if lacking:
            missing = ", ".join(each for names in lacking.values() for each in names)
            logger.warning("%s lacks what some methods need, which will refuse: %s", database.shown, missing)
        if found is None:
            logger.info(
                "%s was made by Mastra and is used as it is; migrations.adopt() would version it", database.shown
            )
            return "foreign"
        logger.info("%s is at revision %s, which is newer than this version's %s", database.shown, found, HEAD)
        return "ahead"

    async def _lacking(self, database: SqlDatabase) -> dict[str, list[str]] | None:
        """The tables of our domains that the database lacks, whole or in part; ``None`` when it has none of them."""
        with database.translating():
            async with database.engine.connect() as connection:
                return await connection.run_sync(_lacking_in, database.schema)

    async def _create(self, database: SqlDatabase) -> None:
        if self._create_schema == "never":
            raise SchemaMissing(
                f"{database.shown} has no Mastra tables, and create_schema='never' forbids to make them: run "
                "`alembic upgrade head` or apply schema/*.sql"
            )
        from .. import migrations  # only an empty database pays for importing Alembic

        async with migrations.process_lock():
            # Another storage of this process may have been first; of other processes `upgrade` itself takes care.
            if await database.revision() is None:
                async with database.engine.connect() as connection:
                    await connection.run_sync(migrations.upgrade, schema=database.schema)


def _lacking_in(connection: Connection, schema: str | None) -> dict[str, list[str]] | None:
    """Each table that is not whole, and what is missing: itself, or columns as ``mastra_threads.title``."""
    dialect = connection.dialect.name
    wanted = {
        row.__tablename__: [each.name for each in row.__table__.columns if each.info.get("only") in (None, dialect)]
        for row in all_rows()
    }
    # Only by name: what else is there may have types that nobody here knows.
    reflected = inspect(connection).get_multi_columns(schema=schema, filter_names=list(wanted))
    found = {name: {each["name"] for each in columns} for (_, name), columns in reflected.items()}
    if not found:
        return None
    lacking = {
        name: [f"{name}.{column}" for column in columns if column not in found[name]] if name in found else [name]
        for name, columns in wanted.items()
    }
    return {name: missing for name, missing in lacking.items() if missing}
