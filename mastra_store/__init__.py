"""Agent storage for Python on the very tables of a TypeScript Mastra app.

::

    from mastra_store import open_storage

    async with open_storage("agent.db") as storage:
        await storage.memory.save_messages("thread-1", [{"role": "user", "content": "Hello"}])
        print(await storage.memory.get_messages("thread-1"))

Names are imported when they are first asked for, so that a program pays for what it uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .connect import open_storage as open_storage
    from .errors import (
        AlreadyExists as AlreadyExists,
    )
    from .errors import (
        Conflict as Conflict,
    )
    from .errors import (
        InvalidArgument as InvalidArgument,
    )
    from .errors import (
        LockTimeout as LockTimeout,
    )
    from .errors import (
        MastraError as MastraError,
    )
    from .errors import (
        NotFound as NotFound,
    )
    from .errors import (
        PoolTimeout as PoolTimeout,
    )
    from .errors import (
        QueryFailed as QueryFailed,
    )
    from .errors import (
        SchemaBehind as SchemaBehind,
    )
    from .errors import (
        SchemaMissing as SchemaMissing,
    )
    from .errors import (
        TransactionClosed as TransactionClosed,
    )
    from .errors import (
        TransactionFailed as TransactionFailed,
    )
    from .errors import (
        TransactionSpansBackends as TransactionSpansBackends,
    )
    from .errors import (
        Unavailable as Unavailable,
    )
    from .pages import DateRange as DateRange
    from .pages import Order as Order
    from .pages import Page as Page
    from .records.memory import (
        ClonedThread as ClonedThread,
    )
    from .records.memory import (
        CopiedThread as CopiedThread,
    )
    from .records.memory import (
        Include as Include,
    )
    from .records.memory import (
        Message as Message,
    )
    from .records.memory import (
        Resource as Resource,
    )
    from .records.memory import (
        Thread as Thread,
    )
    from .records.workflows import WorkflowRun as WorkflowRun
    from .schema import export_schemas as exportSchemas
    from .schema import export_schemas as export_schemas
    from .sql.storage import PgStorage as PgStorage
    from .sql.storage import SqliteStorage as SqliteStorage
    from .storage import Storage as Storage
    from .transaction import Transaction as Transaction

_HOMES = {
    ".connect": ("open_storage",),
    ".errors": (
        "AlreadyExists",
        "Conflict",
        "InvalidArgument",
        "LockTimeout",
        "MastraError",
        "NotFound",
        "PoolTimeout",
        "QueryFailed",
        "SchemaBehind",
        "SchemaMissing",
        "TransactionClosed",
        "TransactionFailed",
        "TransactionSpansBackends",
        "Unavailable",
    ),
    ".pages": ("DateRange", "Order", "Page"),
    ".records.memory": ("ClonedThread", "CopiedThread", "Include", "Message", "Resource", "Thread"),
    ".records.workflows": ("WorkflowRun",),
    ".schema": ("export_schemas", "exportSchemas"),
    ".sql.storage": ("PgStorage", "SqliteStorage"),
    ".storage": ("Storage",),
    ".transaction": ("Transaction",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
