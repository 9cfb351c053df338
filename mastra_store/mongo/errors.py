"""pymongo's errors as ours, by class and code. The one place that knows them."""

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from ..errors import (
    AccessDenied,
    AlreadyExists,
    Conflict,
    InvalidArgument,
    LockTimeout,
    MastraError,
    PoolTimeout,
    QueryFailed,
    SchemaMissing,
    Unavailable,
)

TRANSIENT = "TransientTransactionError"
"""The server's word for: nothing of the transaction was done, and it may be tried again."""
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
"""The server's word for: nobody knows whether the transaction was committed; the commit may be sent again."""

NAMESPACE_NOT_FOUND = 26
_NO_TRANSACTIONS = 20
_TOO_LARGE = frozenset({10334, 17419, 17420})
_DENIED = frozenset({13, 18, 8000})
_AGAIN = frozenset({112, 246, 251})
"""WriteConflict, SnapshotUnavailable, NoSuchTransaction."""
_NOT_NOW = frozenset(
    {6, 7, 43, 50, 63, 89, 91, 133, 134, 189, 225, 262, 290, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436}
)
"""The server is starting, stopping, no primary any more, cut off, or gave an operation up."""


def has_label(error: BaseException | None, label: str) -> bool:
    """Whether the server, or the driver for it, put a label on an error or on the cause of one of ours."""
    cause = error.__cause__ if isinstance(error, MastraError) else error
    return isinstance(cause, PyMongoError) and cause.has_error_label(label)


def translated(error: PyMongoError, shown: str) -> MastraError:
    """Our error for one of pymongo's.

    Args:
        shown: the database's address without a password.
    """
    match error:
        case WaitQueueTimeoutError():
            return PoolTimeout(f"no connection to {shown} became free in time; raise pool_size or pool_timeout")
        case ServerSelectionTimeoutError():
            return Unavailable(f"{shown} can not be reached: {_first_line(error)}")
        case NetworkTimeout():
            return Unavailable(f"{shown} did not answer in time")
        case WTimeoutError() | WriteConcernError():
            return Unavailable(f"{shown} wrote, but does not know that enough members have it", code=error.code)
        case DocumentTooLarge():
            return _too_large()
        case OperationFailure():
            return by_code(error, shown)
        case AutoReconnect() | ConnectionFailure():
            return Unavailable(f"the connection to {shown} broke")
        case InvalidOperation():
            return Unavailable(f"the storage is closed, or used in another way than pymongo allows: {error}")
        case _:
            return QueryFailed(f"{shown} refused the command ({type(error).__name__})")


def by_code(error: OperationFailure, shown: str) -> MastraError:
    """Our error for a server's answer. Its text may quote content: it stays with the cause."""
    code = _code(error)
    if isinstance(error, ExecutionTimeout) or code == 50:
        return Unavailable(f"{shown} gave the command up: its timeout passed", code=code)
    if isinstance(error, DuplicateKeyError) or code == 11000:
        return AlreadyExists("document", code=code)
    if code in _AGAIN or error.has_error_label(TRANSIENT):
        return Conflict("somebody else changed the same documents at the same time; try again", code=code)
    if code in _DENIED:
        return AccessDenied(f"{shown} denies access: the user, the password or the user's rights are others", code=code)
    if code in _TOO_LARGE:
        return _too_large()
    if code == 24:
        return LockTimeout(f"a lock in {shown} was held by somebody else for too long", code=code)
    if code == NAMESPACE_NOT_FOUND:
        return SchemaMissing(f"a collection is missing in {shown}", code=code)
    if code == _NO_TRANSACTIONS:
        return QueryFailed(f"{shown} has no transactions, or can not do this in one", code=code)
    if code in _NOT_NOW or error.has_error_label("RetryableWriteError"):
        return Unavailable(f"{shown} is not available", code=code)
    return QueryFailed(f"{shown} refused the command", code=code)


def _code(error: OperationFailure) -> int | None:
    """The code of the first document that was refused, where a bulk write has several."""
    errors = (error.details or {}).get("writeErrors") or []
    if error.code == 65 and errors:
        return int(errors[0]["code"])
    return error.code


def _too_large() -> MastraError:
    return InvalidArgument("document", "would be larger than the 16,777,216 bytes that MongoDB takes")


def _first_line(error: PyMongoError) -> str:
    return str(error).partition(", Timeout:")[0]
