"""What ``copy`` does, beside keeping rows as they are."""

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from mastra_store import (
    CachedStorage,
    Conflict,
    CopyProgress,
    DomainMissing,
    InvalidArgument,
    MastraCompositeStore,
    MastraError,
    MemoryCache,
    MongoStorage,
    PgStorage,
    SqliteStorage,
    Storage,
    Unavailable,
    copy,
    open_storage,
)
from mastra_store.grants import render_grants
from mastra_store.models.notifications import NotificationRow
from mastra_store.sql.storage import SqlStorage
from tests.copying.agents import live
from tests.copying.conftest import NewUrl
from tests.copying.filling import exactly, stored

Pair = tuple[Storage, Storage]


@pytest.fixture
async def pair(request: pytest.FixtureRequest, new_url: NewUrl) -> AsyncIterator[Pair]:
    """A source that an agent has used, and an empty target; on SQLite unless the test says otherwise."""
    kinds = getattr(request, "param", "sqlite sqlite").split()
    async with AsyncExitStack() as stack:
        source, target = [await stack.enter_async_context(open_storage(new_url(kind))) for kind in kinds]
        await live(source)
        yield source, target


async def texts(storage: Storage, thread: str) -> list[str]:
    return [message.text for message in await storage.memory.get_messages(thread)]


class TestConflicts:
    @pytest.fixture(params=["sqlite postgresql", "postgresql postgresql", "sqlite libsql", "postgresql mongodb"])
    async def occupied(self, request: pytest.FixtureRequest, new_url: NewUrl) -> AsyncIterator[Pair]:
        """The target has a row of the source's, with another text, and one of its own."""
        kinds = request.param.split()
        async with AsyncExitStack() as stack:
            source, target = [await stack.enter_async_context(open_storage(new_url(kind))) for kind in kinds]
            await live(source, messages=10)
            for name in ("trip-0", "own"):
                await target.memory.save_messages("trip", [{"id": name, "role": "user", "content": "Here before"}])
            yield source, target

    async def test_a_target_with_rows_is_refused_and_stays_as_it_was(self, occupied: Pair) -> None:
        source, target = occupied

        with pytest.raises(Conflict, match=r"mastra_threads, mastra_messages.*on_conflict='skip' or 'replace'"):
            await copy(source, target, domains=["memory", "workflows"])

        assert len(await texts(target, "trip")) == 2
        assert (await target.workflows.list_runs()).total == 0

    async def test_skipped_rows_stay(self, occupied: Pair) -> None:
        source, target = occupied

        done = await copy(source, target, domains=["memory"], on_conflict="skip", verify=True)

        assert {each.table: (each.copied, each.skipped) for each in done} == {
            "mastra_threads": (1, 1),
            "mastra_messages": (9, 1),
        }
        assert sorted(await texts(target, "trip")) == ["Here before", "Here before", "Nr. 1", "Nr. 2", "Nr. 3", "Nr. 4"]

    async def test_replaced_rows_are_the_source_s(self, occupied: Pair) -> None:
        source, target = occupied

        done = await copy(source, target, domains=["memory"], on_conflict="replace", verify=True)

        assert {each.table: (each.copied, each.skipped) for each in done} == {
            "mastra_threads": (2, 0),
            "mastra_messages": (10, 0),
        }
        assert sorted(await texts(target, "trip")) == ["Here before", *(f"Nr. {number}" for number in range(5))]


class TestGoingOn:
    @pytest.mark.parametrize("pair", ["postgresql sqlite", "postgresql postgresql"], indirect=True)
    async def test_a_source_that_went_away_is_said_and_the_next_call_goes_on(self, pair: Pair) -> None:
        def end(progress: CopyProgress) -> None:
            if progress.done == 7:
                connections_ended(pair[0])

        with pytest.raises(Unavailable):
            await copy(*pair, batch_size=7, progress=end)

        assert await goes_on(pair) >= 7

    @pytest.mark.parametrize("pair", ["sqlite postgresql", "postgresql postgresql"], indirect=True)
    async def test_a_target_that_went_away_is_said_and_the_next_call_goes_on(self, pair: Pair) -> None:
        run(
            pair[1],
            "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'",
            "CREATE TRIGGER break_off BEFORE INSERT ON mastra_messages FOR EACH ROW WHEN (NEW.id = 'trip-5') "
            "EXECUTE FUNCTION break_off()",
        )

        with pytest.raises(Unavailable):
            await copy(*pair, batch_size=7)
        run(pair[1], "DROP TRIGGER break_off ON mastra_messages", "DROP FUNCTION break_off")

        assert await goes_on(pair) in (7, 14)

    @pytest.mark.parametrize(
        "pair", ["sqlite postgresql", "postgresql postgresql", "sqlite libsql", "sqlite mongodb"], indirect=True
    )
    async def test_a_cancelled_copy_ends_at_once_and_the_next_call_goes_on(self, pair: Pair) -> None:
        domains = ["memory", "workflows"]
        for pauses in range(2, 40, 6):  # somewhere else each time
            task = asyncio.ensure_future(copy(*pair, domains=domains, batch_size=7))
            for _ in range(pauses):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

        done = await copy(*pair, domains=domains, batch_size=7, verify=True)

        assert {each.table: each.verified for each in done}["mastra_messages"] == 40

    @pytest.mark.parametrize("pair", ["sqlite postgresql", "sqlite mongodb"], indirect=True)
    async def test_of_two_processes_at_one_copy_one_goes_on_alone(self, pair: Pair) -> None:
        source, target = pair
        moved: list[str] = []

        def race(progress: CopyProgress) -> None:
            if progress.done == 7 and not moved:
                moved.append("")
                advance(target)

        with pytest.raises(Conflict, match="another process is copying mastra_messages"):
            await copy(source, target, domains=["memory"], batch_size=7, progress=race)

    async def test_nothing_is_left_of_a_finished_copy(self, pair: Pair) -> None:
        await copy(*pair)

        with pytest.raises(Conflict, match="has rows in"):
            await copy(*pair)
        async with pair[1].stored_rows().writing() as writer:
            assert await writer.checkpoints() == []


class TestExactness:
    @pytest.mark.parametrize("pair", ["postgresql postgresql"], indirect=True)
    async def test_between_postgresql_servers_microseconds_twins_and_odd_json_stay(self, pair: Pair) -> None:
        source, target = pair
        assert isinstance(source, SqlStorage)
        assert isinstance(target, SqlStorage)
        run(
            source,
            """UPDATE mastra_threads SET "updatedAt" = '2026-01-02 03:04:05.123456', "updatedAtZ" = '2027-01-01'""",
            """UPDATE mastra_scorers SET scorer = '"{\\"id\\": 1.50}"'""",
        )

        await copy(source, target, verify=True)

        assert await exactly(target, source.stored_rows().tables()) == await exactly(
            source, source.stored_rows().tables()
        )

    @pytest.mark.parametrize("pair", ["postgresql sqlite"], indirect=True)
    async def test_elsewhere_the_twin_counts_and_json_is_encoded_once(self, pair: Pair) -> None:
        source, target = pair
        run(
            source,
            """UPDATE mastra_threads SET "updatedAt" = '2026-01-02 03:04:05.123456', "updatedAtZ" = '2027-01-01Z'""",
            """UPDATE mastra_scorers SET scorer = '"{\\"id\\": 1}"'""",
        )

        await copy(source, target, verify=True)

        cells = run(target, 'SELECT "updatedAt" FROM mastra_threads LIMIT 1', "SELECT scorer FROM mastra_scorers")
        assert cells == ["2027-01-01T00:00:00.000Z", '{"id": 1}']

    @pytest.mark.parametrize("pair", ["sqlite postgresql"], indirect=True)
    async def test_json_that_jsonb_can_not_hold_is_cleaned(self, pair: Pair) -> None:
        source, target = pair
        run(source, """UPDATE mastra_threads SET metadata = '{"a\\u0000": "\\ud800", "b": "\\ud83d\\ude00"}'""")

        await copy(source, target, verify=True)

        thread = await target.memory.get_thread_by_id("trip")
        assert thread is not None
        assert thread.metadata == {"a": "\ufffd", "b": "😀"}

    @pytest.mark.parametrize("pair", ["sqlite postgresql"], indirect=True)
    async def test_text_that_postgresql_can_not_hold_is_named(self, pair: Pair) -> None:
        run(pair[0], "UPDATE mastra_threads SET title = 'a' || char(0) WHERE id = 'trip'")

        with pytest.raises(Conflict, match=r"row of mastra_threads holds text .*NUL.*'id': 'trip'"):
            await copy(*pair)

    @pytest.mark.parametrize("pair", ["sqlite postgresql"], indirect=True)
    async def test_a_cell_that_can_not_be_read_is_named(self, pair: Pair) -> None:
        run(pair[0], "UPDATE mastra_threads SET \"createdAt\" = 'yesterday' WHERE id = 'trip'")

        with pytest.raises(Conflict, match=r"mastra_threads holds something in createdAt that is no time.*trip"):
            await copy(*pair)

    @pytest.mark.parametrize("pair", ["sqlite postgresql"], indirect=True)
    async def test_spans_keep_their_times_and_the_trigger_that_stamps_them_stays_on(self, pair: Pair) -> None:
        source, target = pair
        run(source, """UPDATE mastra_ai_spans SET "createdAt" = '2020-01-01T00:00:00.000Z'""")

        await copy(source, target)

        age = "SELECT count(*)::int FROM mastra_ai_spans WHERE \"createdAtZ\" < '2021-01-01Z'"
        assert run(target, age) == [2]
        run(target, """UPDATE mastra_ai_spans SET "updatedAt" = NULL""")
        assert run(target, 'SELECT count(*)::int FROM mastra_ai_spans WHERE "updatedAt" IS NOT NULL') == [2]

    @pytest.mark.parametrize("pair", ["postgresql sqlite"], indirect=True)
    async def test_postgresql_is_read_as_it_was_at_one_moment(self, pair: Pair) -> None:
        source, target = pair

        def write(progress: CopyProgress) -> None:
            if progress.table == "mastra_threads":
                run(source, "INSERT INTO mastra_messages SELECT gen_random_uuid(), 't', '', 'user', 'v2', now()")

        await copy(source, target, progress=write, verify=True)

        assert run(target, "SELECT count(*) FROM mastra_messages") == [40]

    async def test_verify_finds_a_row_that_is_not_what_it_should_be(self, pair: Pair) -> None:
        source, target = pair

        def spoil(progress: CopyProgress) -> None:
            if progress.verifying and progress.table == "mastra_threads":
                run(target, "UPDATE mastra_messages SET role = 'assistant' WHERE id = 'trip-3'")

        with pytest.raises(Conflict, match=r"mastra_messages of .* differs in trip-3;"):
            await copy(source, target, verify=True, progress=spoil)

        again = await copy(source, target, on_conflict="replace", verify=True)
        assert [each.verified for each in again] == [each.copied for each in again]


class TestRefusals:
    async def test_rows_with_the_same_key(self, pair: Pair) -> None:
        columns = ", ".join(f'"{column.name}"' for column in NotificationRow.__table__.columns if not column.nullable)
        nothing = ", ".join("''" for _ in columns.split(","))
        for _ in range(2):
            run(pair[0], f"INSERT INTO mastra_notifications ({columns}) VALUES ({nothing})")

        with pytest.raises(Conflict, match="with the same, in mastra_notifications"):
            await copy(*pair)

    async def test_columns_that_would_be_lost(self, pair: Pair) -> None:
        run(pair[0], "ALTER TABLE mastra_threads ADD COLUMN mood TEXT")

        with pytest.raises(Conflict, match=r"mastra_threads .* does not know and would lose: mood"):
            await copy(*pair)

    @pytest.mark.parametrize("pair", ["sqlite postgresql"], indirect=True)
    async def test_spans_where_a_trigger_would_stamp_them_and_is_somebody_else_s(self, pair: Pair) -> None:
        source, target = pair
        role = f"agent_{uuid.uuid4().hex}"
        rights = render_grants(owner="postgres", runtime=role).replace(";\n", ";")
        run(target, f"CREATE ROLE {role} LOGIN", *rights.split(";")[:-1])
        try:
            async with PgStorage(url_of(target).replace("postgres@", f"{role}@"), create_schema="never") as restricted:
                with pytest.raises(Conflict, match=r"mastra_ai_spans .* has a trigger that stamps rows with now"):
                    await copy(source, restricted)
                await copy(source, restricted, domains=["memory", "workflows", "scores"], verify=True)
        finally:
            run(target, f"DROP OWNED BY {role}", f"DROP ROLE {role}")

    @pytest.mark.parametrize("pair", ["sqlite mongodb"], indirect=True)
    async def test_domains_that_the_target_has_not(self, pair: Pair) -> None:
        run(pair[0], "INSERT INTO mastra_knowledge_mentions VALUES ('thread', 't', 'r')")

        with pytest.raises(DomainMissing, match=r"mastra_knowledge_mentions .*of the domains .*knowledge"):
            await copy(*pair)

        assert await texts(pair[1], "trip") == []

    async def test_what_makes_no_sense(self, pair: Pair) -> None:
        source, target = pair

        with pytest.raises(InvalidArgument, match="target is the source"):
            await copy(source, source)
        with pytest.raises(InvalidArgument, match="domains has 'memroy', which is none; those are memory, workflows"):
            await copy(source, target, domains=["memroy"])
        with pytest.raises(InvalidArgument, match="on_conflict must be"):
            await copy(source, target, on_conflict="merge")  # type: ignore[arg-type]
        with pytest.raises(MastraError, match="source must be a storage, not str"):
            await copy("agent.db", target)  # type: ignore[arg-type]

    async def test_a_cache_is_refused_and_the_error_names_the_storage_behind_it(self, pair: Pair) -> None:
        source, target = pair
        cached = [CachedStorage(each, cache=MemoryCache()) for each in pair]

        for one, other in ((cached[0], target), (source, cached[1])):
            with pytest.raises(InvalidArgument, match=r"is a cache before <SqliteStorage: .*>; copy that one"):
                await copy(one, other)

    @pytest.mark.parametrize("pair", ["postgresql sqlite"], indirect=True)
    async def test_an_engine_whose_driver_knows_no_copy_is_refused(self, pair: Pair, new_url: NewUrl) -> None:
        engine = create_async_engine(new_url("postgresql").replace("postgresql:", "postgresql+asyncpg:"))
        async with PgStorage(engine) as other:
            for source, target in ((other, pair[1]), (pair[0], other)):
                with pytest.raises(
                    InvalidArgument, match=r"driver knows no COPY \(postgresql.asyncpg:.*\); open it by URL"
                ):
                    await copy(source, target)
            assert (await other.memory.list_threads()).total == 0
        await engine.dispose()


class TestWhatIsCopied:
    async def test_domains_that_are_named(self, pair: Pair) -> None:
        done = await copy(*pair, domains=["workflows"])

        assert [(each.domain, each.table, each.copied) for each in done] == [
            ("workflows", "mastra_workflow_snapshot", 15)
        ]

    async def test_a_dry_run_counts_and_writes_nothing(self, pair: Pair) -> None:
        counted = await copy(*pair, dry_run=True)

        assert {each.table: each.copied for each in counted}["mastra_messages"] == 40
        assert await texts(pair[1], "trip") == []
        assert [each.copied for each in await copy(*pair)] == [each.copied for each in counted]

    async def test_progress_tells_counts_rate_and_time_left(self, pair: Pair) -> None:
        seen: list[CopyProgress] = []

        await copy(*pair, domains=["memory"], batch_size=16, progress=seen.append)

        messages = [each for each in seen if each.table == "mastra_messages"]
        assert [(each.done, each.total) for each in messages] == [(0, 40), (16, 40), (32, 40), (40, 40)]
        assert (messages[0].rate, messages[0].seconds_left) == (0, None)
        assert messages[1].rate > 0
        assert messages[-1].seconds_left == 0

    async def test_composite_stores_are_taken_apart(self, pair: Pair, new_url: NewUrl) -> None:
        source, _ = pair
        urls = [new_url(kind) for kind in ("sqlite", "postgresql", "sqlite")]
        async with AsyncExitStack() as stack:
            runs, rest, one = [await stack.enter_async_context(open_storage(url)) for url in urls]
            parted = MastraCompositeStore(default=rest, workflows=runs)

            await copy(source, parted, verify=True)
            await copy(parted, one, verify=True)

            assert (await runs.workflows.list_runs()).total == 15
            assert (await rest.workflows.list_runs()).total == 0
            assert isinstance(source, SqlStorage)
            assert isinstance(one, SqlStorage)
            tables = source.stored_rows().tables()
            assert await stored(one, tables) == await stored(source, tables)


async def goes_on(pair: Pair) -> int:
    """Copy again and see that all is there. How many messages were there before."""
    seen: list[CopyProgress] = []
    done = await copy(*pair, batch_size=7, progress=seen.append, verify=True)
    assert {each.table: each.verified for each in done}["mastra_messages"] == 40
    return next(each.done for each in seen if each.table == "mastra_messages")


def run(storage: Storage, *statements: str) -> list[object]:
    """Run statements beside a storage. What the queries among them give, one value each."""
    assert isinstance(storage, SqlStorage)
    if isinstance(storage, SqliteStorage):
        assert storage.address is not None
        connection = sqlite3.connect(storage.address.removeprefix("sqlite:"), isolation_level=None)
    else:
        connection = psycopg.connect(url_of(storage), autocommit=True)  # type: ignore[assignment]
    try:
        cursors = [connection.execute(statement) for statement in statements]
        return [cursor.fetchone()[0] for cursor in cursors if cursor.description]
    finally:
        connection.close()


def url_of(storage: Storage) -> str:
    assert storage.address is not None
    return storage.address.replace("postgresql://", "postgresql://postgres@")


def connections_ended(storage: Storage) -> None:
    """Let the server end every connection to a storage's database."""
    run(
        storage,
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def advance(storage: Storage) -> None:
    """Move the checkpoint of the messages as another process would."""
    if isinstance(storage, MongoStorage):
        from pymongo import MongoClient

        with MongoClient(storage.address) as client:
            client.get_default_database()["mastra_store_copies"].update_many({}, {"$inc": {"batches": 1}})
    else:
        run(storage, "UPDATE mastra_store_copies SET batches = batches + 1")
