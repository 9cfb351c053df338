"""The errors of the driver: those of PEP 249, and below them those that a caller of a remote database tells apart.

::

    Error
    ├── InterfaceError             the driver was used wrongly, or the server speaks something else
    └── DatabaseError
        ├── DataError              a value can not be sent, or an answer is too large
        ├── IntegrityError         a constraint
        ├── ProgrammingError       the statement can not be parsed, or its parameters do not fit
        ├── NotSupportedError
        ├── InternalError
        └── OperationalError
            ├── Busy               somebody else holds the lock; nothing was done
            ├── AccessDenied       the server refuses the token, or what it allows is not enough; nothing was done
            └── ConnectionLost     the stream is gone, and with it the transaction that was open on it
                ├── CannotConnect      nothing was sent
                ├── TransactionLost    the server ended it: idle for too long, or another writer took its lock
                └── OutcomeUnknown     a COMMIT, or a statement without a transaction, was sent and not answered

No message holds the server's address or the token.
"""

from typing import Any


class Warning(Exception):  # noqa: A001 (the name is PEP 249's)
    """Never raised here."""


class Error(Exception):
    """The root of the driver's errors.

    Attributes:
        code: what the server calls it, ``SQLITE_CONSTRAINT_UNIQUE`` say; or the driver's own word.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def sqlite_errorname(self) -> str | None:
        """The name of an error that SQLite itself raised, as the ``sqlite3`` module calls it."""
        return self.code if self.code.startswith("SQLITE_") else None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.code)


class InterfaceError(Error):
    """The driver was used wrongly, or the server speaks something else."""


class DatabaseError(Error):
    """What the database refused."""


class DataError(DatabaseError):
    """A value can not be sent, or an answer is too large."""


class IntegrityError(DatabaseError):
    """A constraint was violated."""


class InternalError(DatabaseError):
    """The database is in disorder."""


class ProgrammingError(DatabaseError):
    """The statement can not be parsed, or its parameters do not fit."""


class NotSupportedError(DatabaseError):
    """The server can not do that."""


class OperationalError(DatabaseError):
    """What lies beyond the statement: the network, the server, its locks, its disk."""


class Busy(OperationalError):
    """Somebody else holds the lock. Nothing was done."""


class AccessDenied(OperationalError):
    """Nothing was done. ``code`` is ``TOKEN_MISSING``, ``TOKEN_EXPIRED`` or ``TOKEN_REJECTED``; or ``FORBIDDEN`` where
    the token does not allow as much."""


class ConnectionLost(OperationalError):
    """The stream is gone, and with it the transaction that was open on it."""


class CannotConnect(ConnectionLost):
    """Nothing was sent."""


class TransactionLost(ConnectionLost):
    """The server ended the transaction: it was idle for too long, or another writer took its lock."""


class OutcomeUnknown(ConnectionLost):
    """What was sent may have been done: the answer did not come."""


_PARSING = frozenset({"SQL_PARSE_ERROR", "SQL_NO_STATEMENT", "SQL_MANY_STATEMENTS", "SQL_STORE_UNKNOWN"})
_ARGUMENTS = frozenset({"ARGS_INVALID", "ARGS_BOTH_POSITIONAL_AND_NAMED"})
_LOST = frozenset({"STREAM_EXPIRED", "TRANSACTION_TIMEOUT", "STREAM_CLOSED"})
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "TRANSACTION_BUSY")
_DATA = ("SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE", "RESPONSE_TOO_LARGE")
_CONSTRAINTS = {
    "UNIQUE": "SQLITE_CONSTRAINT_UNIQUE",
    "NOT NULL": "SQLITE_CONSTRAINT_NOTNULL",
    "CHECK": "SQLITE_CONSTRAINT_CHECK",
    "FOREIGN KEY": "SQLITE_CONSTRAINT_FOREIGNKEY",
}


def of_statement(error: dict[str, Any]) -> Error:
    """The error of one statement, as the server's JSON has it."""
    message, code = str(error.get("message")), str(error.get("code") or "UNKNOWN")
    if code in _LOST:
        return TransactionLost(message, code)
    if code.startswith(_BUSY):
        return Busy(message, code)
    if code == "SQLITE_CONSTRAINT":
        return IntegrityError(message, _constraint(message))
    if code.startswith("SQLITE_CONSTRAINT"):
        return IntegrityError(message, code)
    if code.startswith(_DATA):
        return DataError(message, code)
    if code in _PARSING or code in _ARGUMENTS:
        return ProgrammingError(message, code)
    return OperationalError(message, code)


def _constraint(message: str) -> str:
    """Which constraint. sqld sends the primary code alone; SQLite's own text, the same since 2004, names the kind."""
    found = message.removeprefix("SQLite error: ").partition(" constraint failed")
    return _CONSTRAINTS.get(found[0], "SQLITE_CONSTRAINT") if found[1] else "SQLITE_CONSTRAINT"


def of_status(status: int, message: str, code: str | None, *, known_stream: bool) -> Error:
    """The error of a request that the server refused as a whole.

    Args:
        code: the server's own, where its answer has one; of status 401 what is wrong with the token.
        known_stream: whether the request went to a stream that the server had opened.
    """
    if status in (401, 403):
        return AccessDenied(message, code or "TOKEN_REJECTED" if status == 401 else "FORBIDDEN")
    if code in _LOST or (known_stream and status in (400, 404)):
        # A server that was restarted does not know the stream and says so in plain text.
        return TransactionLost(message, code or "STREAM_UNKNOWN")
    if code is not None and code.startswith(_BUSY):
        return Busy(message, code)
    if status == 429:
        return Busy(message, "HTTP_429")
    if status >= 500:
        return ConnectionLost(message, code or f"HTTP_{status}")
    return OperationalError(message, code or f"HTTP_{status}")
