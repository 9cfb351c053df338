"""What becomes of a pool's connection that a session had."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mastra_store.sql.sqlite_connections import SqlitePool


@pytest.fixture
async def pool(sqlite_path: Path) -> AsyncIterator[SqlitePool]:
    """A pool of one connection, which nobody waits for."""
    pool = SqlitePool(str(sqlite_path), uri=False, size=1, timeout=0.001, busy_timeout=1)
    yield pool
    await pool.close()


async def test_a_closed_one_is_the_next_callers(pool: SqlitePool) -> None:
    lent = await pool.lend()
    driver = await lent.call(_itself)
    await lent.close()

    again = await pool.lend()

    assert await again.call(_itself) is driver
    await again.close()


async def test_a_transaction_and_a_read_only_mode_end_with_it(pool: SqlitePool) -> None:
    lent = await pool.lend()
    await lent.call(lambda driver: driver.executescript("CREATE TABLE t (n); PRAGMA query_only = ON; BEGIN"))
    await lent.close()

    again = await pool.lend()

    assert await again.call(lambda driver: driver.in_transaction) is False
    await again.call(lambda driver: driver.execute("INSERT INTO t VALUES (1)"))
    await again.close()


async def test_one_with_an_open_statement_is_not_used_again(pool: SqlitePool) -> None:
    lent = await pool.lend()
    driver = await lent.call(_itself)
    half_read = await lent.call(lambda driver: driver.execute("SELECT 1 UNION SELECT 2"))
    await lent.close()

    again = await pool.lend()

    assert await again.call(_itself) is not driver
    assert half_read is not None
    await again.close()


async def test_one_that_is_stopped_while_it_is_given_back_can_be_used_again(pool: SqlitePool) -> None:
    lent = await pool.lend()
    closing = asyncio.create_task(lent.close())
    await asyncio.sleep(0)
    lent.stop()
    await closing

    again = await pool.lend()
    lent.stop()

    assert await again.call(lambda driver: driver.execute("SELECT 1").fetchall()) == [(1,)]
    await again.close()


async def test_one_that_is_stopped_leaves_its_place_to_another(pool: SqlitePool) -> None:
    lent = await pool.lend()
    lent.stop()

    again = await pool.lend()

    assert await again.call(lambda driver: driver.execute("SELECT 1").fetchall()) == [(1,)]
    await again.close()


def _itself(driver: sqlite3.Connection) -> sqlite3.Connection:
    return driver
