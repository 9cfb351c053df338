"""Rows as TypeScript leaves them, and what our rows look like to it."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, select, text, update

from mastra_store.models.versioned import AgentRow, AgentVersionRow
from mastra_store.records.favorites import FavoriteState
from mastra_store.sql.storage import PgStorage, SqlStorage
from mastra_store.testing.builders import NOON, ids
from mastra_store.testing.versioned_builders import CONFIGURATIONS, WHOLE, added, shown, stored


class TestLeftByTypeScript:
    async def test_what_nobody_has_counted_is_none_and_is_counted_from_there(self, storage: SqlStorage) -> None:
        await stored(storage)
        await _set(storage, favorite_count=None)
        key = {"user_id": "u", "entity_type": "agent", "entity_id": "e"}

        before = await storage.agents.get_by_id("e")
        first = await storage.favorites.favorite(**key)

        assert before is not None
        assert (before.favorite_count, (await shown(storage)).favorite_count) == (0, 1)
        assert first == FavoriteState(True, 1)

    async def test_a_count_never_falls_below_0(self, storage: SqlStorage) -> None:
        await stored(storage)
        key = {"user_id": "u", "entity_type": "agent", "entity_id": "e"}
        await storage.favorites.favorite(**key)
        await _set(storage, favorite_count=0)

        assert await storage.favorites.unfavorite(**key) == FavoriteState(False, 0)

    async def test_a_status_that_we_do_not_know_is_shown(self, storage: SqlStorage) -> None:
        await stored(storage)
        await _set(storage, status="retired")

        (found,) = await storage.agents.list_agents()

        assert found.status == (await shown(storage)).status == "retired"

    async def test_an_active_version_that_is_gone_gives_way_to_the_latest(self, storage: SqlStorage) -> None:
        await stored(storage)
        await added(storage, id="v")
        await _set(storage, active_version_id="gone")

        (listed,) = await storage.agents.list_agents()

        assert listed == await shown(storage)
        assert (listed.active_version_id, listed.resolved_version_id) == ("gone", "v")

    async def test_an_active_version_of_another_entity_gives_way_to_the_latest_too(self, storage: SqlStorage) -> None:
        await stored(storage)
        await added(storage, id="v")
        await stored(storage, id="other")
        await added(storage, parent_id="other", id="foreign", description="Another's")
        await _set(storage, active_version_id="foreign")

        listed = {each.id: each for each in await storage.agents.list_agents()}

        assert listed["e"] == await shown(storage)
        assert (listed["e"].description, listed["e"].resolved_version_id) == (None, "v")
        assert listed["other"].resolved_version_id == "foreign"

    async def test_a_number_that_was_given_twice_is_not_given_again(self, storage: SqlStorage) -> None:
        await stored(storage)
        row: dict[str, Any] = {"id": "a", "agent_id": "e", "version_number": 1, "created_at": NOON}
        async with storage.transaction() as tx:
            for version_id in ("\uffff", "\x01"):  # before and behind any UUID
                await tx.session.execute(
                    insert(AgentVersionRow).values(**row | CONFIGURATIONS["agents"] | {"id": version_id})
                )

        latest = await storage.agents.get_latest_version("e")
        by_number = await storage.agents.get_version_by_number("e", 1)
        following = await added(storage)

        assert latest == by_number
        assert latest is not None
        assert (latest.id, following.version_number) == ("\uffff", 2)

    async def test_versions_without_an_entity_are_read(self, storage: SqlStorage) -> None:
        await stored(storage)
        await added(storage, id="v")
        async with storage.transaction() as tx:
            await tx.session.execute(text("DELETE FROM mastra_agents"))

        found = await storage.agents.get_version("v")

        assert found is not None
        assert (found.agent_id, await storage.agents.count_versions("e")) == ("e", 2)


class TestForTypeScript:
    async def test_instructions_are_text_in_their_column(self, storage: SqlStorage) -> None:
        await stored(storage, instructions=[{"type": "text", "content": "é"}])
        await added(storage, instructions="Be kind.")

        async with storage.transaction() as tx:
            query = text('SELECT instructions FROM mastra_agent_versions ORDER BY "versionNumber"')
            cells = (await tx.session.scalars(query)).all()

        assert cells == ['[{"type":"text","content":"é"}]', "Be kind."]

    async def test_rows_are_entities_of_the_callers_session_too(self, storage: SqlStorage) -> None:
        await storage.agents.save(id="e", **WHOLE["agents"])

        async with storage.transaction() as tx:
            version = (await tx.session.scalars(select(AgentVersionRow))).one()

        assert version.instructions == WHOLE["agents"]["instructions"]
        assert (version.tools, version.durable) == (WHOLE["agents"]["tools"], True)


@pytest.mark.postgres(18)
class TestTimesOnPostgreSQL:
    async def test_both_columns_are_written_by_every_change(self, migrated_url: str) -> None:
        async with PgStorage(f"{migrated_url}?options=-c%20TimeZone%3DAsia/Tokyo") as storage:
            agents, agent = storage.agents, CONFIGURATIONS["agents"]
            changes: list[Any] = [
                lambda: agents.create(id="e", **agent),
                lambda: agents.update("e", status="archived"),
                lambda: agents.save(id="e", **agent),
                lambda: agents.save(id="e", **agent | {"name": "New"}),
                lambda: agents.create_version("e", id="v", **agent),
                lambda: agents.update("e", active_version_id="v"),
                lambda: agents.delete_version("v"),
                lambda: storage.favorites.favorite(user_id="u", entity_type="agent", entity_id="e"),
                lambda: agents.delete_versions_by_parent_id("e"),
                lambda: agents.save(id="new", **agent),
            ]
            tables = {
                "mastra_agents": ("createdAt", "updatedAt"),
                "mastra_agent_versions": ("createdAt",),
                "mastra_favorites": ("createdAt",),
            }
            async with await psycopg.AsyncConnection.connect(migrated_url, autocommit=True) as outsider:
                for change in changes:
                    await change()
                    for table, columns in tables.items():
                        for column in columns:
                            query = f"""SELECT count(*) FROM {table}
                                        WHERE "{column}" IS DISTINCT FROM "{column}Z" AT TIME ZONE 'UTC'"""
                            [[differing]] = await (await outsider.execute(query.encode())).fetchall()
                            assert (table, column, differing) == (table, column, 0)

    async def test_rows_of_a_schema_stay_in_it(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url, schema_name="my-tenant") as one, PgStorage(migrated_url) as other:
            await one.agents.save(id="mine", **CONFIGURATIONS["agents"])
            await one.agents.save(id="mine", **CONFIGURATIONS["agents"] | {"name": "New"})
            await one.favorites.favorite(user_id="u", entity_type="agent", entity_id="mine")
            await stored(other, id="e")

            assert ids(await one.agents.list_agents(pin_favorited_for="u", favorited_only=True)) == ["mine"]
            assert ids(await other.agents.list_agents()) == ["e"]
            assert await other.favorites.list_favorited_ids(user_id="u", entity_type="agent") == []


async def _set(storage: SqlStorage, **values: Any) -> None:
    """Change the agent's row as another writer might."""
    async with storage.transaction() as tx:
        await tx.session.execute(update(AgentRow).values(**values))
