"""What a server says to a token, and what we make of it."""

import pytest

from mastra_store import AccessDenied, LibSQLStorage, MastraError, TokenExpired, Unavailable, migrations
from tests.servers.sqld import Sqld

HELLO = [{"role": "user", "content": "Hello"}]


async def use(server: Sqld, token: str | None) -> None:
    async with LibSQLStorage(server.http, token, create_schema="never") as storage:
        await storage.memory.get_messages("t")
        await storage.memory.save_messages("t", HELLO)


@pytest.fixture
def server(own_sqld: Sqld) -> Sqld:
    migrations.upgrade(own_sqld.url)
    return own_sqld


async def test_a_good_one_lets_in(server: Sqld) -> None:
    await use(server, server.token())
    await use(server, server.token("rw"))


async def test_one_in_the_url_is_as_good(server: Sqld) -> None:
    async with LibSQLStorage(server.url_with(server.token())) as storage:
        assert storage.schema_state == "current"


async def test_a_wrong_one_is_refused(server: Sqld) -> None:
    good = server.token()
    with pytest.raises(AccessDenied, match="refuses the token") as refused:
        await use(server, good[:-8] + "AAAAAAAA")

    assert type(refused.value) is AccessDenied
    assert refused.value.details["code"] == "TOKEN_REJECTED"


async def test_a_missing_one_is_asked_for(server: Sqld) -> None:
    with pytest.raises(AccessDenied, match="pass auth_token"):
        await use(server, None)


async def test_an_expired_one_is_named(server: Sqld) -> None:
    with pytest.raises(TokenExpired) as refused:
        await use(server, server.token(expires_in=-120))

    assert refused.value.status == "TOKEN_EXPIRED"


async def test_one_for_reading_reads_and_does_not_write(server: Sqld) -> None:
    async with LibSQLStorage(server.http, server.token("ro"), create_schema="never") as storage:
        assert await storage.memory.get_messages("t") == []
        for write in (
            storage.memory.save_messages("t", HELLO),
            storage.workflows.persist_workflow_snapshot("w", "r", snapshot={}),
        ):
            with pytest.raises(AccessDenied, match="does not allow") as refused:
                await write
            assert refused.value.id.startswith("MASTRA_STORAGE_LIBSQL_")
            assert refused.value.id.endswith("_ACCESS_DENIED")
        async with storage.transaction(read_only=True) as tx:
            assert await tx.memory.get_messages("t") == []
        with pytest.raises(AccessDenied):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)


async def test_one_that_expires_meanwhile_ends_the_unit(server: Sqld) -> None:
    async with LibSQLStorage(server.http, server.token()) as storage:
        with pytest.raises(MastraError):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", HELLO)
                expired = server.token(expires_in=-120)
                storage._database._transport._headers["authorization"] = f"Bearer {expired}"  # type: ignore[attr-defined]
                await tx.memory.save_messages("t", HELLO)


@pytest.mark.parametrize("problem", ["wrong", "missing", "expired"])
def test_migrations_say_the_same(own_sqld: Sqld, problem: str) -> None:
    token = {"wrong": "a.b.c", "missing": None, "expired": own_sqld.token(expires_in=-120)}[problem]

    with pytest.raises(TokenExpired if problem == "expired" else AccessDenied):
        migrations.upgrade(own_sqld.url_with(token))


async def test_nobody_there_is_unavailable(own_sqld: Sqld) -> None:
    own_sqld.kill()

    with pytest.raises(Unavailable, match="nothing was sent"):
        await use(own_sqld, own_sqld.token())
    with pytest.raises(Unavailable):
        migrations.current(own_sqld.url)
