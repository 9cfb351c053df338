"""The errors of mastra_store. Callers catch a class, log ``error.id`` and read ``error.details``.

::

    MastraError
    ├── InvalidArgument           what was given can not be stored; nothing was written
    ├── NotFound                  what should be changed is not there
    ├── Conflict                  what is stored forbids it
    │   └── AlreadyExists         a row with this key is already stored
    ├── DomainMissing             the storage has no such domain, or it is disabled there
    ├── Unavailable               the database can not be reached, or refuses for now
    │   ├── PoolTimeout           no connection became free in time
    │   └── LockTimeout           somebody else held a lock for too long
    ├── AccessDenied              the server refuses the token or user, or they do not allow as much
    │   └── TokenExpired          its time is over
    ├── CommitOutcomeUnknown      the network broke while it was committed: done as a whole, or not at all
    ├── SchemaError
    │   ├── SchemaMissing         the tables are not there, and may not be made
    │   ├── SchemaBehind          the tables are older than this version needs
    │   ├── AdoptionRefused       tables that somebody else made are not understood
    │   └── MigrationFailed       a migration could not be run; all of it was undone
    ├── TransactionError
    │   ├── TransactionClosed     used after its block ended
    │   ├── TransactionFailed     a statement failed inside and the error was swallowed
    │   ├── TransactionLost       the server ended it, and nothing of it remains
    │   └── TransactionSpansBackends
    └── QueryFailed               the database refused a statement
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Self

Detail = str | int | float | bool | None

_SPOKEN_WITH_A_VOWEL = re.compile("[aeiou]|[AEFHILMNORSX][A-Z]")  # an agent, an MCP client


class MastraError(Exception):
    """The root of all errors of this package.

    Attributes:
        id: ``MASTRA_STORAGE_{STORE}_{OPERATION}_{STATUS}``, as ``MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED``; of vector
            stores ``MASTRA_VECTOR_...``.
        domain: ``STORAGE``; ``MASTRA_VECTOR`` of vector stores.
        category: ``USER`` for what the caller can mend, ``THIRD_PARTY`` for what the database did, ``SYSTEM`` for
            what its operator can mend.
        details: the keys that were asked for. Never content, never credentials.

    Contract: conventions.md, section 7.
    """

    domain: str = "STORAGE"
    category: ClassVar[str] = "THIRD_PARTY"
    status: str = "FAILED"

    def __init__(self, message: str, *, status: str | None = None, **details: Detail) -> None:
        super().__init__(message)
        self.details: dict[str, Detail] = details
        self.store: str | None = None
        self.operation: str | None = None
        if status is not None:
            self.status = status

    def located(self, store: str, operation: str, domain: str = "STORAGE") -> Self:
        """Say where it happened, which makes the id. The innermost place stays."""
        if self.store is None:
            self.store, self.operation, self.domain = store, self.operation or operation, domain
        return self

    def during(self, operation: str) -> Self:
        """Say that it belongs to another operation than the method it leaves, where the contract has one id for two."""
        self.operation = operation
        return self

    @property
    def message(self) -> str:
        return str(self.args[0])

    @property
    def id(self) -> str:
        parts = ("MASTRA", self.domain.removeprefix("MASTRA_"), self.store, self.operation, self.status)
        return "_".join(_upper_snake(part) for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """The error as a TypeScript ``MastraError.toJSON()`` shows it; the id is called ``code`` there."""
        shown: dict[str, Any] = {
            "message": self.message,
            "domain": self.domain,
            "category": self.category,
            "code": self.id,
            "details": self.details,
        }
        if isinstance(self.__cause__, MastraError):
            shown["cause"] = self.__cause__.to_json()
        elif self.__cause__ is not None:
            shown["cause"] = {"message": str(self.__cause__), "name": type(self.__cause__).__name__}
        return shown

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), self.args, self.__dict__)


class InvalidArgument(MastraError):
    """What was given can not be stored or asked. Nothing was written.

    Args:
        argument: which one, with the path to the offender, as ``metadata.tags[2]``.
        problem: what is wrong with it and what is allowed, to be read behind the argument's name.
    """

    category = "USER"
    status = "INVALID_ARGUMENT"

    def __init__(self, argument: str, problem: str, *, status: str | None = None, **details: Detail) -> None:
        super().__init__(f"{argument} {problem}", status=status, argument=argument, **details)


class NotFound(MastraError):
    """What should be changed or copied is not stored."""

    category = "USER"
    status = "NOT_FOUND"

    def __init__(self, what: str, *, status: str | None = None, **keys: Detail) -> None:
        super().__init__(f"no such {what} {_shown(keys)}", status=status, **keys)


class Conflict(MastraError):
    """What is stored forbids it. Nothing was written."""

    category = "USER"
    status = "CONFLICT"


class AlreadyExists(Conflict):
    """A row with this key is already stored."""

    status = "ALREADY_EXISTS"

    def __init__(self, what: str, *, status: str | None = None, **keys: Detail) -> None:
        article = "an" if _SPOKEN_WITH_A_VOWEL.match(what) else "a"
        super().__init__(f"such {article} {what} is already stored {_shown(keys)}", status=status, **keys)


class DomainMissing(MastraError):
    """A composite store has no storage for a domain, or the domain is disabled there; or a backend does not have it."""

    category = "USER"
    status = "DOMAIN_MISSING"


class Unavailable(MastraError):
    """The database can not be reached, or refuses for now. Trying again later may work."""

    status = "UNAVAILABLE"


class PoolTimeout(Unavailable):
    """No connection became free in time."""

    status = "POOL_TIMEOUT"


class LockTimeout(Unavailable):
    """Somebody else held a lock for too long."""

    status = "LOCK_TIMEOUT"


class AccessDenied(MastraError):
    """The server refuses the token or the user, or they do not allow as much. Nothing was done."""

    category = "USER"
    status = "ACCESS_DENIED"


class TokenExpired(AccessDenied):
    """The token's time is over. Open a storage with a new one."""

    status = "TOKEN_EXPIRED"


class CommitOutcomeUnknown(MastraError):
    """The network broke after the write was sent, and before the answer came. It was done as a whole or not at all, and
    nobody knows which: read before you try again."""

    status = "COMMIT_OUTCOME_UNKNOWN"


class SchemaError(MastraError):
    """The database does not have the tables that this version needs."""

    category = "SYSTEM"


class SchemaMissing(SchemaError):
    """The tables are not there, and the storage may not make them."""

    status = "SCHEMA_MISSING"


class SchemaBehind(SchemaError):
    """The tables are older than this version needs. The message names the command that mends it."""

    status = "SCHEMA_BEHIND"


class AdoptionRefused(SchemaError):
    """Tables that somebody else made differ from Mastra's in ways that are not understood. Nothing was changed.

    Attributes:
        differences: a line each.
    """

    status = "ADOPTION_REFUSED"

    def __init__(
        self, message: str, *, differences: Sequence[str] = (), status: str | None = None, **details: Detail
    ) -> None:
        super().__init__(message, status=status, **details)
        self.differences = list(differences)


class MigrationFailed(SchemaError):
    """A migration could not be run; all of it was undone. What the database or Alembic said is the cause."""

    status = "MIGRATION_FAILED"


class TransactionError(MastraError):
    """A unit of work can not go on."""

    category = "USER"


class TransactionClosed(TransactionError):
    """A unit of work was used after its block ended."""

    status = "TRANSACTION_CLOSED"


class TransactionFailed(TransactionError):
    """A statement failed inside the unit of work, and the error was swallowed. All of it was rolled back."""

    status = "TRANSACTION_FAILED"


class TransactionLost(TransactionError):
    """The server ended the unit of work: it was idle for too long, or another writer took its lock. Nothing of it
    remains; it can be done again."""

    category = "THIRD_PARTY"
    status = "TRANSACTION_LOST"


class TransactionSpansBackends(TransactionError):
    """Domains on different backends can not share a transaction. Nothing was written."""

    status = "TRANSACTION_SPANS_BACKENDS"


class QueryFailed(MastraError):
    """The database refused a statement. The driver's error is the cause."""


def masked(url: str) -> str:
    """``url`` with its password, and what looks like one among its options, replaced by ``***``."""
    without_password = re.sub(r"(?s)(?<=://)([^/?#@:]*):(.*)@(?=[^@]*$)", r"\1:***@", url)
    names = "password|passwd|authtoken|auth_token|sslpassword|tlscertificatekeyfilepassword|authmechanismproperties"
    options = rf"(?i)\b({names})\s*=\s*('(?:\\.|[^'\\])*'?|(?:\\.|[^&\s\\])*)"
    return re.sub(options, r"\1=***", without_password)


def _upper_snake(text: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").upper()


def _shown(keys: dict[str, Detail]) -> str:
    return "(" + ", ".join(f"{name}={value!r}" for name, value in keys.items() if value is not None) + ")"


def _unpickled(kind: type[MastraError], args: tuple[Any, ...], state: dict[str, Any]) -> MastraError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
