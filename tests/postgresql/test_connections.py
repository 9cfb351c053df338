"""What PostgreSQL storages do with connections: who has them, who gets them back, what breaks them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import InvalidArgument, PgStorage, PoolTimeout, Unavailable, open_storage
from tests.round_trips.wire import counted_wire

pytestmark = pytest.mark.postgres(18)

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
async def outsider(migrated_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection of somebody else's to the same database."""
    connection = await psycopg.AsyncConnection.connect(migrated_url, autocommit=True)
    async with connection:
        yield connection


async def sessions(outsider: psycopg.AsyncConnection, state: str) -> int:
    """How many other sessions of the database are in a state."""
    query = """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE %s"""
    row = await (await outsider.execute(query, [state])).fetchone()
    return row[0] if row else 0


async def waits_for_a_lock(outsider: psycopg.AsyncConnection) -> None:
    """Returns once a session of the database waits for a lock."""
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await (await outsider.execute(query)).fetchone():
            await asyncio.sleep(0.01)


async def drop_all(outsider: psycopg.AsyncConnection) -> None:
    """End every other session of the database. Returns once they are gone."""
    await outsider.execute(
        """SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    )


class TestOneConnection:
    async def test_a_session_that_rolls_back_after_a_plan_leaves_no_row(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await storage.memory.save_messages("kept", HELLO)

            with pytest.raises(KeyError):
                async with storage.transaction() as tx:
                    await tx.memory.save_messages("undone", HELLO)
                    await tx.session.execute(text("UPDATE mastra_threads SET title = 'changed'"))
                    raise KeyError

            assert await storage.memory.get_thread_by_id("undone") is None
            kept = await storage.memory.get_thread_by_id("kept")
            assert kept is not None
            assert kept.title == ""

    async def test_sixteen_tasks_share_it(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await asyncio.gather(*(storage.memory.save_messages(f"t{number}", HELLO) for number in range(16)))

            assert (await storage.memory.list_threads()).total == 16


class TestPool:
    async def test_the_server_never_sees_more_connections_than_pool_size(self, migrated_url: str) -> None:
        async with counted_wire(migrated_url) as wire, PgStorage(wire.url, pool_size=2) as storage:

            async def call(number: int) -> None:
                match number % 4:
                    case 0:
                        await storage.memory.save_messages(f"t{number}", HELLO)
                    case 1:
                        await storage.memory.get_thread_by_id("t0")
                    case 2:
                        await storage.workflows.update_workflow_results("w", "r", step_id=f"s{number}", result=1)
                    case 3:
                        async with storage.transaction() as tx:
                            await tx.memory.save_messages(f"t{number}", HELLO)

            await asyncio.gather(*map(call, range(200)))

            assert (await storage.memory.list_threads()).total == 100
            assert wire.connections <= 2

    async def test_an_exhausted_pool_says_how_it_is_used(self, migrated_url: str) -> None:
        async with (
            counted_wire(migrated_url) as wire,
            PgStorage(wire.url, pool_size=1, pool_timeout=0.2) as storage,
            storage.transaction(),
        ):
            errors = await asyncio.gather(*(storage.ping() for _ in range(3)), return_exceptions=True)

            [first, *_] = errors
            assert [type(error) for error in errors] == [PoolTimeout] * 3
            assert isinstance(first, PoolTimeout)
            assert "pool_size" in first.message
            assert first.details == {"pool_size": 1, "in_use": 1, "waiting": 2}
            assert wire.connections == 1

    async def test_connections_that_are_idle_are_closed(
        self, migrated_url: str, outsider: psycopg.AsyncConnection
    ) -> None:
        others = await sessions(outsider, "%")
        async with PgStorage(migrated_url, pool_size=20, pool_min=1, idle_timeout=1) as storage:
            async with AsyncExitStack() as units:
                for _ in range(20):
                    await units.enter_async_context(storage.transaction(read_only=True))
            assert await sessions(outsider, "%") == others + 20

            async with asyncio.timeout(15):  # psycopg's own way takes idle_timeout for each
                while await sessions(outsider, "%") > others + 1:
                    await asyncio.sleep(0.05)

    async def test_a_server_that_is_gone_is_said_long_before_pool_timeout(self, migrated_url: str) -> None:
        async with (
            counted_wire(migrated_url) as wire,
            PgStorage(wire.url, pool_size=2, pool_timeout=200) as storage,
        ):
            await storage.ping()
            await wire.cut()

            async with asyncio.timeout(60):
                errors = await asyncio.gather(*(storage.ping() for _ in range(8)), return_exceptions=True)

            assert {type(error) for error in errors} == {Unavailable}

    async def test_a_server_that_comes_back_within_moments_is_waited_for(self, migrated_url: str) -> None:
        async with counted_wire(migrated_url) as wire, PgStorage(wire.url, pool_size=2) as storage:
            await storage.ping()
            await wire.cut()

            call = asyncio.create_task(storage.memory.save_messages("t", HELLO))
            await wire.refused.wait()
            wire.mend()
            await call

            assert (await storage.memory.list_messages("t")).total == 1


class TestCancellation:
    @pytest.mark.parametrize("inside_a_unit", [False, True])
    async def test_a_cancelled_call_leaves_no_transaction_and_no_connection(
        self, migrated_url: str, outsider: psycopg.AsyncConnection, inside_a_unit: bool
    ) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await storage.memory.save_messages("t", HELLO)

            async def blocked() -> None:
                if not inside_a_unit:
                    await storage.memory.update_thread("t", title="never")
                    return
                async with storage.transaction() as tx:
                    await tx.memory.update_thread("t", title="never")

            async with outsider.transaction():
                await outsider.execute("SELECT * FROM mastra_threads FOR UPDATE")
                call = asyncio.create_task(blocked())
                await waits_for_a_lock(outsider)
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call

            await storage.ping()
            assert await sessions(outsider, "idle in transaction%") == 0
            thread = await storage.memory.get_thread_by_id("t")
            assert thread is not None
            assert thread.title == ""

    async def test_a_call_that_times_out_leaves_no_transaction_and_no_connection(
        self, migrated_url: str, outsider: psycopg.AsyncConnection
    ) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await storage.memory.save_messages("t", HELLO)

            async with outsider.transaction():
                await outsider.execute("SELECT * FROM mastra_threads FOR UPDATE")
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await storage.memory.save_messages("t", HELLO)

            await storage.ping()
            assert await sessions(outsider, "idle in transaction%") == 0
            assert (await storage.memory.list_messages("t")).total == 1


class TestBrokenConnections:
    async def test_a_read_goes_on_after_the_server_dropped_every_connection(
        self, migrated_url: str, outsider: psycopg.AsyncConnection
    ) -> None:
        async with PgStorage(migrated_url) as storage:
            await storage.memory.save_messages("t", HELLO)
            await asyncio.gather(*(storage.ping() for _ in range(8)))
            await drop_all(outsider)

            found = await asyncio.gather(*(storage.memory.get_thread_by_id("t") for _ in range(8)))

            assert None not in found

    @pytest.mark.parametrize("kind", ["read", "write", "work", "unit"])
    async def test_the_next_call_succeeds_after_the_server_ended_all_connections(
        self, migrated_url: str, outsider: psycopg.AsyncConnection, kind: str
    ) -> None:
        async with PgStorage(migrated_url, pool_size=4) as storage:
            await storage.memory.save_messages("t", HELLO)
            await asyncio.gather(*(storage.memory.get_thread_by_id("t") for _ in range(16)))
            await drop_all(outsider)

            match kind:
                case "read":
                    await storage.ping()
                case "write":
                    await storage.memory.save_messages("t", HELLO)
                case "work":
                    await storage.workflows.update_workflow_results("w", "r", step_id="s", result=1)
                case "unit":
                    async with storage.transaction() as tx:
                        await tx.memory.save_messages("t", HELLO)

    async def test_a_write_that_was_under_way_is_not_repeated_but_the_next_one_works(
        self, migrated_url: str, outsider: psycopg.AsyncConnection
    ) -> None:
        async with PgStorage(migrated_url, pool_size=1) as storage:
            await storage.memory.save_messages("t", HELLO)

            async with outsider.transaction():
                await outsider.execute("SELECT * FROM mastra_threads FOR UPDATE")
                call = asyncio.create_task(storage.memory.save_messages("t", HELLO))
                await waits_for_a_lock(outsider)
                await drop_all(outsider)
                with pytest.raises(Unavailable):
                    await call
            await storage.memory.save_messages("t", HELLO)

            assert (await storage.memory.list_messages("t")).total == 2

    async def test_a_port_where_nobody_listens_is_said_at_once_and_without_the_password(self) -> None:
        storage = PgStorage("postgresql://ada:secret@127.0.0.1:1/agents", pool_timeout=60)

        with pytest.raises(Unavailable, match="agents") as caught:
            async with asyncio.timeout(20):
                await storage.init()
        await storage.close()

        assert "secret" not in str(caught.value)
        assert "secret" not in str(caught.value.to_json())

    async def test_a_database_that_does_not_exist_is_said_at_once(self, migrated_url: str) -> None:
        storage = PgStorage(urlsplit(migrated_url)._replace(path="/nowhere").geturl())

        with pytest.raises(Unavailable, match="nowhere"):
            await storage.init()
        await storage.close()

    async def test_a_closed_storage_says_so(self, migrated_url: str) -> None:
        async with PgStorage(migrated_url) as storage:
            pass

        with pytest.raises(Unavailable, match="closed"):
            await storage.ping()


class TestOptions:
    async def test_a_statement_may_take_no_longer_than_statement_timeout(
        self, migrated_url: str, outsider: psycopg.AsyncConnection
    ) -> None:
        async with PgStorage(migrated_url, statement_timeout=0.2) as storage:
            await storage.memory.save_messages("t", HELLO)

            async with outsider.transaction():
                await outsider.execute("SELECT * FROM mastra_threads FOR UPDATE")
                with pytest.raises(Unavailable, match="timeout"):
                    await storage.memory.update_thread("t", title="late")

    @pytest.mark.parametrize(("prepare", "least", "most"), [(True, 1, 100), (False, 0, 0)])
    async def test_statements_are_named_only_when_they_may_be(
        self, migrated_url: str, prepare: bool, least: int, most: int
    ) -> None:
        async with PgStorage(migrated_url, pool_size=1, prepare=prepare) as storage:
            async with (
                storage.engine.connect()
            ):  # the first time it ends with a ROLLBACK, which drops all that have names
                pass
            for _ in range(8):
                await storage.memory.get_thread_by_id("t")
            async with storage.engine.connect() as connection:
                named = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))

        assert least <= named <= most

    @pytest.mark.parametrize(
        "options",
        [{"pool_size": 0}, {"pool_min": 30}, {"pool_timeout": -1}, {"create_schema": "always"}, {"schema_name": 'a"b'}],
    )
    def test_a_value_that_means_nothing_is_refused(self, options: dict[str, object]) -> None:
        with pytest.raises(InvalidArgument, match=next(iter(options))):
            PgStorage("postgresql://localhost/x", **options)

    @pytest.mark.parametrize(
        "form",
        [
            "postgres://{user}:p%40ss%2Fw@{host}:{port}{path}",
            "postgresql+psycopg://{user}@{host}:{port}{path}",
            "postgresql+asyncpg://{user}@{host}:{port}{path}",
            "postgresql://{user}@{host}:{port}{path}?sslmode=disable&application_name=agents",
            "postgresql://{user}@{host}:{port}{path}?ssl=false",
            "postgresql://{user}@{host}:{port}{path}?sslmode=prefer&uselibpqcompat=true",
            "postgresql://{path}?host={host}&port={port}&user={user}",
        ],
    )
    async def test_every_form_of_a_url_opens(self, migrated_url: str, form: str) -> None:
        parts = urlsplit(migrated_url)
        url = form.format(user=parts.username, host=parts.hostname, port=parts.port, path=parts.path)

        async with open_storage(url.replace("///", "//")) as storage:
            await storage.ping()


class TestEngines:
    @pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
    async def test_an_engine_that_is_passed_in_is_used_and_stays_open(self, migrated_url: str, driver: str) -> None:
        engine = create_async_engine(migrated_url.replace("postgresql://", f"postgresql+{driver}://"))
        async with PgStorage(engine, schema_name="agents") as storage:
            await storage.memory.save_messages("t", HELLO, resource_id="ada")
            await storage.memory.update_thread("t", title="T", metadata={"a": [1, {"b": None}]})
            await storage.workflows.update_workflow_results("w", "r", step_id="s", result={"output": [1]})
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)
            found = await storage.memory.list_threads(metadata={"a": [{"b": None}]})
            page = await storage.memory.list_messages("t")

        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM agents.mastra_messages")) == 2
        await engine.dispose()
        assert [thread.title for thread in found] == ["T"]
        assert [message.resource_id for message in page] == ["ada", "ada"]

    async def test_an_engine_of_another_dialect_is_refused(self) -> None:
        engine = create_async_engine("sqlite+aiosqlite://")

        with pytest.raises(InvalidArgument, match="sqlite"):
            PgStorage(engine)
        await engine.dispose()

    async def test_the_storages_engine_may_be_used_before_any_domain(self, migrated_url: str) -> None:
        storage = PgStorage(migrated_url)

        async with storage.engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await storage.close()
