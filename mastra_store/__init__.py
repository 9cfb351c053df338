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
    from .cache.cached import CachedStorage as CachedStorage
    from .cache.memory import MemoryCache as MemoryCache
    from .cache.redis import RedisCache as RedisCache
    from .cache.upstash import UpstashCache as UpstashCache
    from .composite import MastraCompositeStore as MastraCompositeStore
    from .connect import open_storage as open_storage
    from .copying import copy as copy
    from .domains.recall import Embedder as Embedder
    from .domains.span_buffer import SpanBuffer as SpanBuffer
    from .errors import (
        AccessDenied as AccessDenied,
        AlreadyExists as AlreadyExists,
        CommitOutcomeUnknown as CommitOutcomeUnknown,
        Conflict as Conflict,
        DomainMissing as DomainMissing,
        InvalidArgument as InvalidArgument,
        LockTimeout as LockTimeout,
        MastraError as MastraError,
        NotFound as NotFound,
        PoolTimeout as PoolTimeout,
        QueryFailed as QueryFailed,
        SchemaBehind as SchemaBehind,
        SchemaMissing as SchemaMissing,
        TokenExpired as TokenExpired,
        TransactionClosed as TransactionClosed,
        TransactionError as TransactionError,
        TransactionFailed as TransactionFailed,
        TransactionLost as TransactionLost,
        TransactionSpansBackends as TransactionSpansBackends,
        Unavailable as Unavailable,
    )
    from .mongo.storage import MongoStorage as MongoStorage
    from .mongo.vectors.alone import MongoVector as MongoVector
    from .pages import DateRange as DateRange, Order as Order, Page as Page
    from .records.agents import (
        Agent as Agent,
        AgentVersion as AgentVersion,
        ResolvedAgent as ResolvedAgent,
    )
    from .records.copying import CopiedTable as CopiedTable, CopyProgress as CopyProgress
    from .records.favorites import FavoriteState as FavoriteState
    from .records.mcp_clients import (
        McpClient as McpClient,
        McpClientVersion as McpClientVersion,
        ResolvedMcpClient as ResolvedMcpClient,
    )
    from .records.mcp_servers import (
        McpServer as McpServer,
        McpServerVersion as McpServerVersion,
        ResolvedMcpServer as ResolvedMcpServer,
    )
    from .records.memory import (
        ClonedThread as ClonedThread,
        CopiedThread as CopiedThread,
        Include as Include,
        Message as Message,
        Resource as Resource,
        Thread as Thread,
    )
    from .records.observability import (
        LightSpan as LightSpan,
        LightTrace as LightTrace,
        Metric as Metric,
        MetricAggregate as MetricAggregate,
        Span as Span,
        Trace as Trace,
    )
    from .records.prompt_blocks import (
        PromptBlock as PromptBlock,
        PromptBlockVersion as PromptBlockVersion,
        ResolvedPromptBlock as ResolvedPromptBlock,
    )
    from .records.retention import PrunedTable as PrunedTable
    from .records.scorer_definitions import (
        ResolvedScorerDefinition as ResolvedScorerDefinition,
        ScorerDefinition as ScorerDefinition,
        ScorerDefinitionVersion as ScorerDefinitionVersion,
    )
    from .records.scores import Score as Score, ScoresOfDay as ScoresOfDay, ScoreSummary as ScoreSummary
    from .records.skills import (
        ResolvedSkill as ResolvedSkill,
        Skill as Skill,
        SkillVersion as SkillVersion,
    )
    from .records.vectors import VectorIndex as VectorIndex, VectorMatch as VectorMatch
    from .records.workflows import WorkflowRun as WorkflowRun
    from .records.workspaces import (
        ResolvedWorkspace as ResolvedWorkspace,
        Workspace as Workspace,
        WorkspaceVersion as WorkspaceVersion,
    )
    from .schema import export_schemas as export_schemas, exportSchemas as exportSchemas
    from .sql.storage import (
        LibSQLStorage as LibSQLStorage,
        PgStorage as PgStorage,
        SqliteStorage as SqliteStorage,
    )
    from .sql.vectors.libsql_store import LibSQLVector as LibSQLVector
    from .sql.vectors.postgres_store import PgVector as PgVector
    from .sql.vectors.sqlite_store import SqliteVector as SqliteVector
    from .storage import Storage as Storage
    from .transaction import Transaction as Transaction
    from .vectors.base import VectorStore as VectorStore
    from .vectors.pinecone import PineconeVector as PineconeVector

_HOMES = {
    ".cache.cached": ("CachedStorage",),
    ".cache.memory": ("MemoryCache",),
    ".cache.redis": ("RedisCache",),
    ".cache.upstash": ("UpstashCache",),
    ".composite": ("MastraCompositeStore",),
    ".connect": ("open_storage",),
    ".copying": ("copy",),
    ".domains.span_buffer": ("SpanBuffer",),
    ".errors": (
        "AccessDenied",
        "AlreadyExists",
        "CommitOutcomeUnknown",
        "Conflict",
        "DomainMissing",
        "InvalidArgument",
        "LockTimeout",
        "MastraError",
        "NotFound",
        "PoolTimeout",
        "QueryFailed",
        "SchemaBehind",
        "SchemaMissing",
        "TokenExpired",
        "TransactionClosed",
        "TransactionError",
        "TransactionFailed",
        "TransactionLost",
        "TransactionSpansBackends",
        "Unavailable",
    ),
    ".domains.recall": ("Embedder",),
    ".mongo.storage": ("MongoStorage",),
    ".pages": ("DateRange", "Order", "Page"),
    ".records.agents": ("Agent", "AgentVersion", "ResolvedAgent"),
    ".records.copying": ("CopiedTable", "CopyProgress"),
    ".records.favorites": ("FavoriteState",),
    ".records.mcp_clients": ("McpClient", "McpClientVersion", "ResolvedMcpClient"),
    ".records.mcp_servers": ("McpServer", "McpServerVersion", "ResolvedMcpServer"),
    ".records.memory": ("ClonedThread", "CopiedThread", "Include", "Message", "Resource", "Thread"),
    ".records.observability": ("LightSpan", "LightTrace", "Metric", "MetricAggregate", "Span", "Trace"),
    ".records.prompt_blocks": ("PromptBlock", "PromptBlockVersion", "ResolvedPromptBlock"),
    ".records.retention": ("PrunedTable",),
    ".records.scorer_definitions": ("ResolvedScorerDefinition", "ScorerDefinition", "ScorerDefinitionVersion"),
    ".records.scores": ("Score", "ScoreSummary", "ScoresOfDay"),
    ".records.skills": ("ResolvedSkill", "Skill", "SkillVersion"),
    ".records.vectors": ("VectorIndex", "VectorMatch"),
    ".records.workflows": ("WorkflowRun",),
    ".records.workspaces": ("ResolvedWorkspace", "Workspace", "WorkspaceVersion"),
    ".schema": ("export_schemas", "exportSchemas"),
    ".sql.storage": ("LibSQLStorage", "PgStorage", "SqliteStorage"),
    ".sql.vectors.libsql_store": ("LibSQLVector",),
    ".sql.vectors.postgres_store": ("PgVector",),
    ".sql.vectors.sqlite_store": ("SqliteVector",),
    ".storage": ("Storage",),
    ".transaction": ("Transaction",),
    ".mongo.vectors.alone": ("MongoVector",),
    ".vectors.base": ("VectorStore",),
    ".vectors.pinecone": ("PineconeVector",),
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
