"""Which class is each domain on SQL. They are imported when they are first asked for."""

from importlib import import_module

from ..domains import Domain
from ..models.base import Base
from .database import Executor
from .domain import SqlDomain

SQL_DOMAINS = {
    "memory": "memory.SqlMemory",
    "workflows": "workflows.SqlWorkflows",
    "scores": "scores.SqlScores",
    "observability": "observability.SqlObservability",
    "agents": "versioned.SqlAgents",
    "prompt_blocks": "versioned.SqlPromptBlocks",
    "scorer_definitions": "versioned.SqlScorerDefinitions",
    "mcp_clients": "versioned.SqlMcpClients",
    "mcp_servers": "versioned.SqlMcpServers",
    "workspaces": "versioned.SqlWorkspaces",
    "skills": "versioned.SqlSkills",
    "favorites": "favorites.SqlFavorites",
}
"""Name of the domain, and its class in a module of this package."""


def sql_domain(name: str) -> type[SqlDomain]:
    """The class of a domain."""
    module, _, class_name = SQL_DOMAINS[name].rpartition(".")
    found: type[SqlDomain] = getattr(import_module(f".{module}", __package__), class_name)
    return found


def sql_part(name: str, executor: Executor) -> Domain:
    """A domain, or the vectors, on an executor."""
    if name != "vectors":
        return sql_domain(name)(executor)
    from .vectors.offered import vectors_on

    return vectors_on(executor)


def all_rows() -> list[type[Base]]:
    """The models of all tables that the domains use."""
    return [row for name in SQL_DOMAINS for row in sql_domain(name).rows]
