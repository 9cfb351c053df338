"""psycopg's errors as ours, by SQLSTATE. The one place that knows them."""

import psycopg
import psycopg_pool

from ..errors import (
    AlreadyExists,
    Conflict,
    LockTimeout,
    MastraError,
    PoolTimeout,
    QueryFailed,
    SchemaBehind,
    SchemaMissing,
    Unavailable,
)

_NO_PREPARED_STATEMENTS = (
    "the server lost a prepared statement: behind PgBouncer below 1.21 in transaction mode open the storage with "
    "prepare=False"
)


def translated(error: BaseException, shown: str) -> MastraError | None:
    """Our error for one of psycopg's; ``None`` for anything else.

    Args:
        shown: the database's address without a password.
    """
    if isinstance(error, psycopg_pool.PoolClosed):
        return Unavailable("the storage is closed")
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
            return Unavailable(f"{shown} can not be reached: {_first_line(error)}")
        return by_sqlstate(error.sqlstate or "", type(error).__name__, shown)
    return None


def exhausted(shown: str, *, pool_size: int, in_use: int, waiting: int) -> PoolTimeout:
    """Our error for a pool that had no free connection in time.

    Args:
        waiting: how many other calls wait for one.
    """
    return PoolTimeout(
        f"no connection to {shown} became free in time: {in_use} of {pool_size} are in use and {waiting} other calls "
        "wait; raise pool_size or pool_timeout, or hold units of work for less long",
        pool_size=pool_size,
        in_use=in_use,
        waiting=waiting,
    )


def by_sqlstate(sqlstate: str, kind: str, shown: str) -> MastraError:
    """Our error for an SQLSTATE.

    Args:
        kind: the driver's class, shown where the SQLSTATE says too little. The driver's text may quote content: it
            stays with the cause.
    """
    match sqlstate:
        case "23505":
            return AlreadyExists("row", sqlstate=sqlstate)
        case "42P01" | "3F000":
            return SchemaMissing(f"a table is missing in {shown}: run `alembic upgrade head`", sqlstate=sqlstate)
        case "42703":
            return SchemaBehind(f"a column is missing in {shown}: run `alembic upgrade head`", sqlstate=sqlstate)
        case "42P05" | "26000":
            return Unavailable(_NO_PREPARED_STATEMENTS, sqlstate=sqlstate)
        case "55P03":
            return LockTimeout(f"a lock in {shown} was held by somebody else for too long", sqlstate=sqlstate)
        case "57014":
            return Unavailable(f"{shown} cancelled the statement: its timeout passed", sqlstate=sqlstate)
        case "40001" | "40P01":
            return Conflict("somebody else changed the same rows at the same time; try again", sqlstate=sqlstate)
        case "25006":
            return QueryFailed(f"{shown} is read-only here", sqlstate=sqlstate)
        case "25P02":
            return QueryFailed("an earlier statement of the transaction failed", sqlstate=sqlstate)
        case _ if sqlstate[:2] in ("08", "28", "3D", "53", "57"):
            return Unavailable(f"{shown} is not available ({kind})", sqlstate=sqlstate)
        case _:
            return QueryFailed(f"{shown} refused the statement ({kind})", sqlstate=sqlstate)


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
