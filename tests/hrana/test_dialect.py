"""What SQLAlchemy does through the dialect: types, writing, reading, savepoints, reflection, Alembic."""

import datetime
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NOON = datetime.datetime(2026, 7, 1, 12, 0, 0, 123456)


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(order_by="Book.id")


class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    title: Mapped[str]
    pages: Mapped[int] = mapped_column(default=0)
    big: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime.datetime | None]
    day: Mapped[datetime.date | None]
    lent: Mapped[bool | None]
    cover: Mapped[bytes | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    weight: Mapped[float | None]
    key: Mapped[UUID | None]
    tags: Mapped[Any | None] = mapped_column(JSON)

    __table_args__ = (CheckConstraint("pages >= 0", name="no_antipages"), Index("books_by_title", "title", "id"))


@pytest.fixture
def engine(libsql_url: str) -> Iterator[Engine]:
    engine = create_engine(libsql_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def async_engine(libsql_url: str, engine: Engine) -> AsyncIterator[AsyncEngine]:
    async_engine = create_async_engine(libsql_url)
    yield async_engine
    await async_engine.dispose()


async def test_a_model_comes_back_as_it_was(async_engine: AsyncEngine) -> None:
    values: dict[str, Any] = {
        "title": "NUL \0 and 🌦️",
        "big": 2**53 + 1,
        "at": NOON,
        "day": NOON.date(),
        "lent": True,
        "cover": bytes(range(256)),
        "price": Decimal("12.50"),
        "weight": 0.1,
        "key": UUID(int=2**100),
        "tags": {"a": [1, None, "é"]},
    }
    async with AsyncSession(async_engine) as session:
        session.add(Author(name="Ada", books=[Book(**values), Book(title="second")]))
        await session.commit()

    async with AsyncSession(async_engine) as session:
        first, second = await session.scalars(select(Book).order_by(Book.id))

    assert {name: getattr(first, name) for name in values} == values
    assert (second.author_id, second.lent, second.pages) == (first.author_id, None, 0)


async def test_rows_that_were_written_are_returned(async_engine: AsyncEngine) -> None:
    async with async_engine.begin() as connection:
        many = [{"title": f"b{number}", "pages": number} for number in range(1500)]
        inserted = await connection.execute(
            insert(Book).returning(Book.id, Book.title, sort_by_parameter_order=True), many
        )
        assert [(id_, title) for id_, title in inserted] == [(n + 1, f"b{n}") for n in range(1500)]

        updated = await connection.execute(update(Book).where(Book.pages < 3).values(pages=9).returning(Book.title))
        assert sorted(updated.scalars()) == ["b0", "b1", "b2"]

        deleted = await connection.execute(delete(Book).where(Book.pages == 9).returning(Book.id))
        assert len(deleted.all()) == 4


async def test_changed_rows_are_counted(async_engine: AsyncEngine) -> None:
    async with async_engine.begin() as connection:
        many = [{"title": str(number)} for number in range(250)]
        assert (await connection.execute(insert(Book), many)).rowcount == 250
        assert (await connection.execute(update(Book).values(pages=1))).rowcount == 250
        assert (await connection.execute(delete(Book).where(Book.pages > 1))).rowcount == 0
        assert (await connection.execute(insert(Book).values(title="x"))).inserted_primary_key == (251,)


async def test_many_rows_go_together_and_fail_together(async_engine: AsyncEngine) -> None:
    many = [{"name": str(number % 150)} for number in range(300)]

    with pytest.raises(IntegrityError):
        async with async_engine.begin() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO authors (name) VALUES (?)", [(each["name"],) for each in many]
            )

    async with async_engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Author)) == 0


async def test_many_rows_in_autocommit_are_one_transaction(async_engine: AsyncEngine) -> None:
    async with async_engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(IntegrityError):
            await connection.exec_driver_sql(
                "INSERT INTO authors (name) VALUES (?)", [(str(n % 150),) for n in range(300)]
            )
        assert await connection.scalar(select(func.count()).select_from(Author)) == 0

        await connection.exec_driver_sql("INSERT INTO authors (name) VALUES (?)", [(str(n),) for n in range(300)])
        assert await connection.scalar(select(func.count()).select_from(Author)) == 300


async def test_a_row_is_inserted_or_updated(async_engine: AsyncEngine) -> None:
    upsert = sqlite_insert(Author)
    upsert = upsert.on_conflict_do_update(index_elements=[Author.name], set_={"id": upsert.excluded.id})

    async with async_engine.begin() as connection:
        for number in (1, 2):
            await connection.execute(upsert, {"id": number, "name": "Ada"})
        assert (await connection.execute(select(Author.id, Author.name))).all() == [(2, "Ada")]


async def test_savepoints_are_undone_alone(async_engine: AsyncEngine) -> None:
    async with AsyncSession(async_engine) as session:
        session.add(Author(name="before"))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                session.add(Author(name="inside"))
                await session.flush()
                session.add(Author(name="inside"))
                await session.flush()
        session.add(Author(name="after"))
        await session.commit()

        assert sorted(await session.scalars(select(Author.name))) == ["after", "before"]


async def test_an_exception_rolls_back(async_engine: AsyncEngine) -> None:
    with pytest.raises(ZeroDivisionError):
        async with async_engine.begin() as connection:
            await connection.execute(insert(Author).values(name="Ada"))
            await connection.run_sync(lambda c: Base.metadata.drop_all(c))
            raise ZeroDivisionError

    async with async_engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Author)) == 0


async def test_a_transaction_reads_one_state(async_engine: AsyncEngine) -> None:
    count = select(func.count()).select_from(Author)
    async with async_engine.connect() as reader, async_engine.connect() as writer:
        before = await reader.scalar(count)
        await writer.execute(insert(Author).values(name="Ada"))
        await writer.commit()
        inside = await reader.scalar(count)
        await reader.rollback()

        assert (before, inside, await reader.scalar(count)) == (0, 0, 1)


async def test_a_reader_that_turns_into_a_writer_too_late_is_told(async_engine: AsyncEngine) -> None:
    async with async_engine.connect() as late, async_engine.connect() as writer:
        await late.scalar(select(func.count()).select_from(Author))
        await writer.execute(insert(Author).values(name="Ada"))
        await writer.commit()

        with pytest.raises(OperationalError) as refused:
            await late.execute(insert(Author).values(name="Bob"))

    assert refused.value.orig is not None
    assert refused.value.orig.code == "SQLITE_BUSY"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        ("INSERT INTO authors (id, name) VALUES (1, 'a'), (2, 'a')", IntegrityError, "SQLITE_CONSTRAINT_UNIQUE"),
        ("INSERT INTO authors (id) VALUES (1)", IntegrityError, "SQLITE_CONSTRAINT_NOTNULL"),
        ("INSERT INTO books (title, pages) VALUES ('x', -1)", IntegrityError, "SQLITE_CONSTRAINT_CHECK"),
        (
            "INSERT INTO books (title, pages, author_id) VALUES ('x', 1, 7)",
            IntegrityError,
            "SQLITE_CONSTRAINT_FOREIGNKEY",
        ),
        ("SELEC 1", ProgrammingError, "SQL_PARSE_ERROR"),
        ("SELECT 1; SELECT 2", ProgrammingError, "SQL_MANY_STATEMENTS"),
        ("SELECT ?", ProgrammingError, "ARGS_INVALID"),
        ("SELECT * FROM nowhere", OperationalError, "SQLITE_UNKNOWN"),
        ("SELECT zeroblob(20000000)", DataError, "SQLITE_TOOBIG"),
        ("SELECT zeroblob(4000000) FROM (VALUES (1), (2), (3), (4))", DataError, "RESPONSE_TOO_LARGE"),
    ],
)
def test_errors_have_their_class_and_code(engine: Engine, statement: str, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind) as raised, engine.connect() as connection:
        connection.exec_driver_sql(statement)

    assert raised.value.orig.code == code  # type: ignore[attr-defined]


def test_tables_are_reflected(engine: Engine) -> None:
    found = inspect(engine)

    assert set(found.get_table_names()) == {"authors", "books"}
    assert [each["name"] for each in found.get_columns("books")][:3] == ["id", "author_id", "title"]
    assert found.get_pk_constraint("books")["constrained_columns"] == ["id"]
    assert found.get_foreign_keys("books")[0]["referred_table"] == "authors"
    assert [(each["name"], each["column_names"]) for each in found.get_indexes("books")] == [
        ("books_by_title", ["title", "id"])
    ]
    assert found.get_check_constraints("books")[0]["name"] == "no_antipages"
    assert found.get_unique_constraints("authors")[0]["column_names"] == ["name"]
    assert isinstance(Table("books", MetaData(), autoload_with=engine).c.big.type, BigInteger)


def test_tables_behind_vector_indexes_are_not_reflected(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE near (id, embedding F32_BLOB(3))")
        connection.exec_driver_sql("CREATE INDEX near_vector_idx ON near (libsql_vector_idx(embedding))")

    assert set(inspect(engine).get_table_names()) == {"authors", "books", "near"}


def test_alembic_rebuilds_a_table(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Author).values(name="Ada"))
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("authors") as batch:
            batch.add_column(Column("born", Integer))
            batch.alter_column("name", new_column_name="full_name", existing_type=Text())

    with engine.connect() as connection:
        assert connection.execute(text("SELECT full_name, born FROM authors")).all() == [("Ada", None)]


def test_definitions_are_part_of_the_transaction(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE gone (a)")
        connection.rollback()

        assert not inspect(connection).has_table("gone")


def test_definitions_that_wait_go_out_before_what_may_need_them(engine: Engine) -> None:
    with engine.connect() as connection:
        stream = connection.connection.dbapi_connection.stream  # type: ignore[union-attr]
        stream.defers_definitions = True
        connection.exec_driver_sql("CREATE TABLE one (a)")
        connection.exec_driver_sql("CREATE TABLE two (a)")
        connection.exec_driver_sql("INSERT INTO two VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE three (a)")
        connection.commit()
        connection.exec_driver_sql("CREATE TABLE four (a)")
        connection.rollback()

        names = set(inspect(connection).get_table_names())
    assert names == {"authors", "books", "one", "two", "three"}


def test_definitions_that_wait_tell_what_is_wrong_with_them(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.connection.dbapi_connection.stream.defers_definitions = True  # type: ignore[union-attr]
        connection.exec_driver_sql("CREATE TABLE fine (a)")
        connection.exec_driver_sql("CREATE TABLE authors (a)")

        with pytest.raises(OperationalError, match="authors"):
            connection.commit()
        connection.rollback()

        assert not inspect(connection).has_table("fine")


def test_begin_and_commit_may_be_written_out(engine: Engine) -> None:
    def by_hand(connection: Connection, end: str) -> None:
        for statement in ("BEGIN IMMEDIATE", f"INSERT INTO authors (name) VALUES ('{end}')", end):
            connection.exec_driver_sql(statement)

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        by_hand(connection, "COMMIT")
        by_hand(connection, "ROLLBACK")
        by_hand(connection, "END")
        assert connection.execute(select(Author.name).order_by(Author.id)).scalars().all() == ["COMMIT", "END"]


def test_an_engine_shows_no_token(libsql_url: str) -> None:
    engine = create_engine(libsql_url)

    token = libsql_url.rpartition("authToken=")[2]
    assert token
    assert token not in f"{engine!r} {engine.url!r} {engine.url} {engine.url.render_as_string()}"
    with create_engine(engine.url).connect() as connection:  # and it is not lost
        assert connection.scalar(text("SELECT 1")) == 1


def test_the_token_may_stand_beside_the_url(libsql_url: str) -> None:
    url, _, token = libsql_url.partition("&authToken=")

    with create_engine(url, connect_args={"auth_token": token}).connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
