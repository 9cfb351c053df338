"""Which class is each domain on MongoDB. They are imported when they are first asked for."""

from importlib import import_module

from ..domains import Domain
from ..errors import DomainMissing
from .domain import MongoDomain
from .executor import Executor

MONGO_DOMAINS = {
    "memory": "memory.MongoMemory",
    "workflows": "workflows.MongoWorkflows",
    "agents": "versioned.MongoAgents",
    "prompt_blocks": "versioned.MongoPromptBlocks",
    "scorer_definitions": "versioned.MongoScorerDefinitions",
    "mcp_clients": "versioned.MongoMcpClients",
    "mcp_servers": "versioned.MongoMcpServers",
    "workspaces": "versioned.MongoWorkspaces",
    "skills": "versioned.MongoSkills",
    "favorites": "favorites.MongoFavorites",
    "scores": "scores.MongoScores",
    "observability": "observability.MongoObservability",
}
"""Name of the domain, and its class in a module of this package."""


def mongo_domain(name: str) -> type[MongoDomain]:
    """The class of a domain.

    Raises:
        DomainMissing: there is no such domain on MongoDB.
    """
    if name not in MONGO_DOMAINS:
        raise DomainMissing(
            f"the domain {name!r} is not on MongoDB, which has {', '.join(MONGO_DOMAINS)}; it can come from another "
            "storage in a MastraCompositeStore",
            name=name,
        )
    module, _, class_name = MONGO_DOMAINS[name].rpartition(".")
    found: type[MongoDomain] = getattr(import_module(f".{module}", __package__), class_name)
    return found


def mongo_part(name: str, executor: Executor) -> Domain:
    """A domain, or the vectors, on an executor.

    Raises:
        DomainMissing: there is no such domain on MongoDB.
    """
    if name != "vectors":
        return mongo_domain(name)(executor)
    from .vectors.store import MongoVectors

    return MongoVectors(executor)
