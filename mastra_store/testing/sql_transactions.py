"""What units of work on SQL databases promise besides: the session, and joining a transaction of the caller's.

The storage under test is an ``SqlStorage``.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Table, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ..errors import InvalidArgument, MastraError, TransactionClosed, TransactionFailed
from ..models.memory import MessageRow, ThreadRow
from ..sql.storage import SqlStorage
from .builders import NOON, ids, message, thread
from .transactions import Oops

__all__ = [
    "TestJoinedConnection",
    "TestJoinedSession",
    "TestSessionOfATransaction",
    "TestSwallowedErrors",
    "notes",
]


class Base(DeclarativeBase):
    """The models of an application that keeps its own tables beside ours."""


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@pytest.fixture
async def notes(storage: SqlStorage) -> AsyncIterator[None]:
    """The application's table."""
    async with storage.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    async with storage.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)


@pytest.mark.needs("transactions", "sql")
@pytest.mark.usefixtures("notes")
class TestSessionOfATransaction:
    async def test_models_of_the_callers_are_kept_with_messages(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            tx.session.add(Note(id=1, text="Hello"))
            await tx.memory.save_messages("t", [message("a")])

        assert await _notes(storage) == ["Hello"]
        assert ids(await storage.memory.get_messages("t")) == ["a"]

    async def test_models_of_the_callers_are_undone_with_messages(self, storage: SqlStorage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("a")])
                tx.session.add(Note(id=1, text="Hello"))
                await tx.session.flush()
                raise Oops

        assert await _notes(storage) == []
        assert await storage.memory.get_threads() == []

    async def test_an_error_of_the_session_undoes_the_messages(self, storage: SqlStorage) -> None:
        with pytest.raises(DBAPIError):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [message("a")])
                tx.session.add_all([Note(id=1, text="Hello"), Note(id=1, text="Hello")])
                await tx.session.execute(text("SELECT 1 FROM nowhere"))

        assert await storage.memory.get_threads() == []

    async def test_domain_calls_see_what_the_session_has_not_flushed_yet(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            tx.session.add(ThreadRow(id="t", resource_id="r", title="Trip", created_at=NOON, updated_at=NOON))

            found = await tx.memory.get_thread_by_id("t")

        assert found == thread("t", resource_id="r", title="Trip")

    async def test_the_session_sees_what_domain_calls_wrote(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_messages("t", [message("a", at=NOON, metadata={"n": 1})])

            row = await tx.session.scalar(select(MessageRow).where(MessageRow.id == "a"))

        assert row is not None
        assert (row.thread_id, row.created_at, row.content["metadata"]) == ("t", NOON, {"n": 1})

    async def test_rows_that_the_session_changes_are_changed_for_all(self, storage: SqlStorage) -> None:
        await storage.memory.save_thread(thread("t", title="Old"))

        async with storage.transaction() as tx:
            await tx.session.execute(update(ThreadRow).values(title="New"))

        assert await storage.memory.get_threads() == [thread("t", title="New")]

    async def test_savepoints_undo_its_work_too(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            tx.session.add(Note(id=1, text="before"))
            with pytest.raises(Oops):
                async with tx.savepoint():
                    tx.session.add(Note(id=2, text="inside"))
                    await tx.memory.save_messages("t", [message("a")])
                    raise Oops

        assert await _notes(storage) == ["before"]
        assert await storage.memory.get_threads() == []

    async def test_after_the_transaction_there_is_none(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            pass

        with pytest.raises(TransactionClosed):
            _ = tx.session

    async def test_a_storage_shows_no_half_of_it(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            tx.session.add(Note(id=1, text="Hello"))
            await tx.session.flush()

            outside = await _notes(storage)

        assert outside == []


@pytest.mark.needs("transactions", "sql")
class TestSwallowedErrors:
    """A statement failed inside and nobody said so: leaving the block as if nothing were is refused."""

    async def test_of_a_domain_call(self, storage: SqlStorage) -> None:
        with pytest.raises(TransactionFailed) as raised:
            async with storage.transaction() as tx:
                await tx.memory.save_thread(thread("t"))
                await _without_messages(tx.session)
                await _swallow(tx.memory.save_messages("t", [message("a")]))

        assert isinstance(raised.value.__cause__, MastraError)
        assert raised.value.__cause__.operation == "save_messages"
        assert await storage.memory.get_threads() == []
        assert await storage.memory.get_messages("t") == []

    async def test_of_the_session(self, storage: SqlStorage) -> None:
        with pytest.raises(TransactionFailed):
            async with storage.transaction() as tx:
                await tx.memory.save_thread(thread("t"))
                await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))

        assert await storage.memory.get_threads() == []

    async def test_of_a_callback(self, storage: SqlStorage) -> None:
        async def work(tx: Any) -> None:
            await tx.memory.save_thread(thread("t"))
            await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))

        with pytest.raises(TransactionFailed):
            await storage.transaction(work)

        assert await storage.memory.get_threads() == []

    async def test_the_first_of_several_is_the_cause(self, storage: SqlStorage) -> None:
        with pytest.raises(TransactionFailed) as raised:
            async with storage.transaction() as tx:
                await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))
                await _swallow(tx.session.execute(text("SELECT 1 FROM elsewhere")))

        assert "nowhere" in str(raised.value.__cause__)

    async def test_of_a_call_among_concurrent_ones(self, storage: SqlStorage) -> None:
        with pytest.raises(TransactionFailed):
            async with storage.transaction() as tx:
                await _without_messages(tx.session)
                await asyncio.gather(
                    tx.memory.save_thread(thread("t")), tx.memory.get_messages("t"), return_exceptions=True
                )

        assert await storage.memory.get_threads() == []

    async def test_an_error_that_leaves_the_block_is_not_replaced(self, storage: SqlStorage) -> None:
        with pytest.raises(Oops):
            async with storage.transaction() as tx:
                await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))
                raise Oops

    @pytest.mark.needs("savepoints")
    async def test_a_savepoint_that_it_left_keeps_the_transaction_whole(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("before"))
            with pytest.raises(DBAPIError):
                async with tx.savepoint():
                    await tx.memory.save_thread(thread("inside"))
                    await tx.session.execute(text("SELECT 1 FROM nowhere"))
            await tx.memory.save_thread(thread("after"))

        assert {each.id for each in await storage.memory.get_threads()} == {"before", "after"}

    @pytest.mark.needs("savepoints")
    async def test_swallowed_inside_a_savepoint_it_undoes_that_alone(self, storage: SqlStorage) -> None:
        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("before"))
            with pytest.raises(TransactionFailed):
                async with tx.savepoint():
                    await tx.memory.save_thread(thread("inside"))
                    await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))
            await tx.memory.save_thread(thread("after"))

        assert {each.id for each in await storage.memory.get_threads()} == {"before", "after"}

    async def test_the_next_transaction_is_not_concerned(self, storage: SqlStorage) -> None:
        with pytest.raises(TransactionFailed):
            async with storage.transaction() as tx:
                await _swallow(tx.session.execute(text("SELECT 1 FROM nowhere")))

        async with storage.transaction() as tx:
            await tx.memory.save_thread(thread("t"))

        assert ids(await storage.memory.get_threads()) == ["t"]


@pytest.mark.needs("transactions", "sql")
@pytest.mark.usefixtures("notes")
class TestJoinedSession:
    async def test_the_caller_commits(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            async with storage.transaction(session=session) as tx:
                await tx.memory.save_messages("t", [message("a")])
            session.add(Note(id=1, text="Hello"))
            in_transaction, before = session.in_transaction(), await storage.memory.get_messages("t")
            await session.commit()

        assert (in_transaction, before) == (True, [])
        assert ids(await storage.memory.get_messages("t")) == ["a"]
        assert await _notes(storage) == ["Hello"]

    async def test_the_caller_rolls_back(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            async with storage.transaction(session=session) as tx:
                await tx.memory.save_messages("t", [message("a")])
            await session.rollback()

        assert await storage.memory.get_threads() == []

    async def test_its_session_is_the_callers(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            session.add(ThreadRow(id="t", resource_id="r", title="", created_at=NOON, updated_at=NOON))
            async with storage.transaction(session=session) as tx:
                assert tx.session is session
                found = await tx.memory.get_thread_by_id("t")

        assert found == thread("t")

    async def test_what_an_exception_leaves_is_the_callers_to_undo(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            session.add(Note(id=1, text="Hello"))
            with pytest.raises(Oops):
                async with storage.transaction(session=session) as tx:
                    await tx.memory.save_messages("t", [message("a")])
                    raise Oops
            await session.rollback()

        assert await _notes(storage) == []
        assert await storage.memory.get_threads() == []

    async def test_it_is_closed_at_the_end_of_the_block_and_the_session_is_not(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            async with storage.transaction(session=session) as tx:
                pass

            with pytest.raises(TransactionClosed):
                await tx.memory.get_threads()
            assert await session.scalar(select(func.count()).select_from(ThreadRow)) == 0

    @pytest.mark.needs("savepoints")
    async def test_savepoints_are_undone_alone(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            async with storage.transaction(session=session) as tx:
                await tx.memory.save_messages("t", [message("before")])
                with pytest.raises(Oops):
                    async with tx.savepoint():
                        await tx.memory.save_messages("t", [message("inside")])
                        raise Oops
            await session.commit()

        assert ids(await storage.memory.get_messages("t")) == ["before"]

    async def test_a_swallowed_error_is_told(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            with pytest.raises(TransactionFailed):
                async with storage.transaction(session=session) as tx:
                    await _without_messages(session)
                    await _swallow(tx.memory.get_messages("t"))
            await session.rollback()

    async def test_concurrent_calls_queue(self, storage: SqlStorage) -> None:
        async with AsyncSession(storage.engine) as session:
            async with storage.transaction(session=session) as tx:
                await asyncio.gather(*(tx.memory.save_thread(thread(f"{n}")) for n in range(10)))
            await session.commit()

        assert len(await storage.memory.get_threads()) == 10


@pytest.mark.needs("transactions", "sql")
@pytest.mark.usefixtures("notes")
class TestJoinedConnection:
    async def test_the_caller_commits(self, storage: SqlStorage) -> None:
        async with storage.engine.connect() as connection:
            await _note(connection)
            async with storage.transaction(connection=connection) as tx:
                await tx.memory.save_messages("t", [message("a")])
            before = await storage.memory.get_messages("t")
            await connection.commit()

        assert before == []
        assert ids(await storage.memory.get_messages("t")) == ["a"]
        assert await _notes(storage) == ["Hello"]

    async def test_the_caller_commits_what_began_with_it(self, storage: SqlStorage) -> None:
        async with storage.engine.connect() as connection:
            async with storage.transaction(connection=connection) as tx:
                tx.session.add(Note(id=1, text="Hello"))
                await tx.memory.save_messages("t", [message("a")])
            await connection.commit()

        assert ids(await storage.memory.get_messages("t")) == ["a"]
        assert await _notes(storage) == ["Hello"]

    async def test_the_caller_rolls_back(self, storage: SqlStorage) -> None:
        async with storage.engine.connect() as connection:
            await _note(connection)
            async with storage.transaction(connection=connection) as tx:
                await tx.memory.save_messages("t", [message("a")])
            await connection.rollback()

        assert await storage.memory.get_threads() == []
        assert await _notes(storage) == []

    async def test_an_exception_leaves_the_connection_usable(self, storage: SqlStorage) -> None:
        async with storage.engine.connect() as connection:
            with pytest.raises(Oops):
                async with storage.transaction(connection=connection) as tx:
                    await tx.memory.save_messages("t", [message("a")])
                    raise Oops
            await connection.rollback()
            await _note(connection)
            await connection.commit()

        assert await storage.memory.get_threads() == []
        assert await _notes(storage) == ["Hello"]

    async def test_a_session_beside_it_is_refused(self, storage: SqlStorage) -> None:
        async with storage.engine.connect() as connection, AsyncSession(storage.engine) as session:
            with pytest.raises(InvalidArgument) as refused:
                storage.transaction(session=session, connection=connection)

        assert refused.value.details["argument"] == "session"


async def _swallow(call: Any) -> None:
    with pytest.raises((MastraError, DBAPIError)):
        await call


async def _without_messages(session: AsyncSession) -> None:
    """Drop the table of messages, which comes back with the end of the transaction."""
    table = MessageRow.__table__
    assert isinstance(table, Table)
    await (await session.connection()).run_sync(table.drop)


async def _note(connection: AsyncConnection) -> None:
    await connection.execute(Note.__table__.insert(), {"id": 1, "text": "Hello"})  # type: ignore[attr-defined]


async def _notes(storage: SqlStorage) -> list[str]:
    async with storage.transaction(read_only=True) as tx:
        return list(await tx.session.scalars(select(Note.text).order_by(Note.id)))
