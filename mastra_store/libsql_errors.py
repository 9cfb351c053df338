"""The errors of ``hrana`` as ours, by class and code. The one place that knows them."""

from .errors import (
    AccessDenied,
    AlreadyExists,
    CommitOutcomeUnknown,
    LockTimeout,
    MastraError,
    PoolTimeout,
    QueryFailed,
    TokenExpired,
    TransactionLost,
    Unavailable,
)
from .hrana import errors as hrana

_LOST = {
    "STREAM_EXPIRED": "it was idle for too long; the server allows some 10 s between two statements",
    "TRANSACTION_TIMEOUT": "another writer waited 5 s for its lock and was given it; keep units of work short",
    "BROKEN_OFF": "a statement of it was cancelled",
}
_UNIQUE = ("SQLITE_CONSTRAINT", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


def translated(error: BaseException, shown: str) -> MastraError | None:
    """Our error for one of the driver's; ``None`` for anything else.

    Args:
        shown: what to call the database: neither its URL nor the token.
    """
    if not isinstance(error, hrana.Error):
        return None
    code = error.code
    match error:
        case hrana.AccessDenied():
            return _denied(code, shown)
        case hrana.OutcomeUnknown():
            return CommitOutcomeUnknown(
                f"the connection to {shown} broke after a write was sent and before the answer came: it was done as a "
                "whole or not at all; read before you try again",
                code=code,
            )
        case hrana.TransactionLost():
            reason = _LOST.get(code, "it does not know it any more; it may have been restarted")
            return TransactionLost(f"{shown} ended the transaction, and nothing of it remains: {reason}", code=code)
        case hrana.CannotConnect() if code == "POOL_TIMEOUT":
            return PoolTimeout(f"no connection to {shown} became free in time; raise pool_size or pool_timeout")
        case hrana.CannotConnect():
            return Unavailable(f"{shown} can not be reached; nothing was sent", code=code)
        case hrana.ConnectionLost():
            return Unavailable(f"{shown} did not answer; nothing was changed", code=code)
        case hrana.Busy():
            return LockTimeout(f"{shown} was locked by another writer for too long; raise busy_timeout", code=code)
        case hrana.IntegrityError() if code in _UNIQUE:
            return AlreadyExists("row", constraint=code)
        case hrana.DataError() if code == "RESPONSE_TOO_LARGE":
            return QueryFailed(f"the answer is larger than {shown} sends at once: ask for a smaller page", code=code)
        case hrana.DataError() if code == "SQLITE_TOOBIG":
            return QueryFailed(f"a value is larger than {shown} takes", code=code)
    if code == "SQLITE_READONLY":
        return QueryFailed(f"{shown} is read-only here", code=code)
    return QueryFailed(f"{shown} refused the statement ({code})", code=code)


def _denied(code: str, shown: str) -> AccessDenied:
    match code:
        case "TOKEN_EXPIRED":
            return TokenExpired(f"the token for {shown} has expired", code=code)
        case "TOKEN_MISSING":
            return AccessDenied(f"{shown} wants a token: pass auth_token", code=code)
        case "FORBIDDEN":
            return AccessDenied(
                f"the token for {shown} does not allow that: it may be for reading only, or for another database",
                code=code,
            )
    return AccessDenied(f"{shown} refuses the token", code=code)
