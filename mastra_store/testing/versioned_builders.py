"""Configurations of every versioned domain, and what tests ask of all seven alike."""

from typing import Any

import pytest

from ..domains import Domains
from ..domains.versioned import VersionedDomain

JSON = {"Ünïcödé 🌦️": ["text", 1, -2.5, True, None, {"deep": [[]]}]}

CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "agents": {"name": "Ada", "instructions": "Be kind.", "model": {"provider": "openai", "name": "gpt-4"}},
    "prompt_blocks": {"name": "Greeting", "content": "Hello {{name}}"},
    "scorer_definitions": {"name": "Kindness", "type": "llm-judge"},
    "mcp_clients": {"name": "Weather", "servers": {"weather": {"type": "http", "url": "http://localhost"}}},
    "mcp_servers": {"name": "Weather", "version": "1.0.0"},
    "workspaces": {"name": "Desk"},
    "skills": {"name": "Sums", "description": "How to add.", "instructions": "Carry the one."},
}
"""Of each domain the fields that a configuration must have."""

WHOLE: dict[str, dict[str, Any]] = {
    "agents": {
        **CONFIGURATIONS["agents"],
        "instructions": [{"type": "text", "content": "Be kind."}],
        "description": "Text",
        "skills_format": "markdown",
        "tools": {"weather": {}},
        "default_options": JSON,
        "workflows": JSON,
        "agents": JSON,
        "integration_tools": [JSON],
        "tool_providers": JSON,
        "input_processors": [],
        "output_processors": {},
        "memory": JSON,
        "scorers": JSON,
        "mcp_clients": JSON,
        "request_context_schema": JSON,
        "workspace": "text",
        "skills": JSON,
        "durable": True,
        "browser": False,
    },
    "prompt_blocks": {
        **CONFIGURATIONS["prompt_blocks"],
        "description": "Text",
        "rules": JSON,
        "request_context_schema": JSON,
    },
    "scorer_definitions": {
        **CONFIGURATIONS["scorer_definitions"],
        "description": "Text",
        "model": {"provider": "openai", "name": "gpt-4"},
        "instructions": "Judge.",
        "score_range": {"min": 0, "max": 1},
        "preset_config": JSON,
        "default_sampling": {"type": "ratio", "rate": 0.5},
    },
    "mcp_clients": {**CONFIGURATIONS["mcp_clients"], "description": "Text"},
    "mcp_servers": {
        **CONFIGURATIONS["mcp_servers"],
        "description": "Text",
        "instructions": "Ask it.",
        "repository": JSON,
        "release_date": "2026-01-05",
        "is_latest": False,
        "package_canonical": "npm",
        "tools": JSON,
        "agents": JSON,
        "workflows": JSON,
    },
    "workspaces": {
        **CONFIGURATIONS["workspaces"],
        "description": "Text",
        "filesystem": JSON,
        "sandbox": JSON,
        "mounts": JSON,
        "search": JSON,
        "skills": [],
        "tools": JSON,
        "auto_sync": True,
        "operation_timeout": 2**31 - 1,
    },
    "skills": {
        **CONFIGURATIONS["skills"],
        "license": "MIT",
        "compatibility": "needs git",
        "source": JSON,
        "references": ["guide.md"],
        "scripts": JSON,
        "assets": JSON,
        "files": JSON,
        "metadata": JSON,
        "tree": JSON,
    },
}
"""Of each domain every field that a configuration may have."""

NOUNS = {
    "agents": "AGENT",
    "prompt_blocks": "PROMPT_BLOCK",
    "scorer_definitions": "SCORER_DEFINITION",
    "mcp_clients": "MCP_CLIENT",
    "mcp_servers": "MCP_SERVER",
    "workspaces": "WORKSPACE",
    "skills": "SKILL",
}
"""What the contract calls one entity in the ids of errors."""

EACH = pytest.mark.parametrize("name", CONFIGURATIONS)
AUTOMATIC = pytest.mark.parametrize("name", ["workspaces", "skills"])


def domain_of(storage: Domains, name: str) -> VersionedDomain[Any, Any, Any]:
    """The domain of a storage or a unit of work by its name."""
    domain: VersionedDomain[Any, Any, Any] = getattr(storage, name)
    return domain


async def stored(storage: Domains, name: str = "agents", /, id: str = "e", **fields: Any) -> Any:
    """A new entity with the least configuration; ``fields`` go over it."""
    return await domain_of(storage, name).create(id=id, **CONFIGURATIONS[name] | fields)


async def added(storage: Domains, name: str = "agents", /, parent_id: str = "e", **fields: Any) -> Any:
    """A new version with the least configuration; ``fields`` go over it."""
    return await domain_of(storage, name).create_version(parent_id, **CONFIGURATIONS[name] | fields)


async def shown(storage: Domains, name: str = "agents", id: str = "e", **which: Any) -> Any:
    """An entity that is there, with its configuration."""
    found = await domain_of(storage, name).get_by_id_resolved(id, **which)
    assert found is not None
    return found


def parent_of(version: Any, name: str) -> str:
    """The id of the entity that a version is of."""
    parent: str = getattr(version, NOUNS[name].lower().removeprefix("prompt_") + "_id")
    return parent


def configuration_of(record: Any, name: str) -> dict[str, Any]:
    """The configuration in a version or in a resolved entity, without what is ``None``."""
    fields = {field: getattr(record, field) for field in WHOLE[name]}
    return {field: value for field, value in fields.items() if value is not None}
