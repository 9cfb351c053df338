"""Records of the agents domain."""

from typing import Any

from .versioned import Entity, Version


class Agent(Entity, frozen=True, rename="camel"):
    """An agent, without its configuration."""

    visibility: str | None = None
    """``public`` or ``private``."""
    metadata: dict[str, Any] | None = None
    favorite_count: int = 0
    """How many users like it."""


class AgentVersion(Version, frozen=True, rename="camel"):
    """One version of an agent's configuration."""

    agent_id: str
    instructions: str | list[Any]
    """Text, or a list of instruction blocks."""
    model: Any
    """An object with ``provider`` and ``name``, or a list of conditional variants."""
    description: str | None = None
    tools: Any = None
    """An object by the tools' ids, or a list of conditional variants."""
    default_options: Any = None
    workflows: Any = None
    agents: Any = None
    integration_tools: Any = None
    tool_providers: Any = None
    input_processors: Any = None
    output_processors: Any = None
    memory: Any = None
    scorers: Any = None
    mcp_clients: Any = None
    request_context_schema: Any = None
    workspace: Any = None
    skills: Any = None
    skills_format: str | None = None
    """``xml``, ``json`` or ``markdown``."""
    durable: Any = None
    browser: Any = None
    changed_fields: list[str] | None = None
    """Names on the wire, as ``defaultOptions``."""
    change_message: str | None = None


class ResolvedAgent(Agent, frozen=True, rename="camel"):
    """An agent with the configuration of one of its versions; all of it is ``None`` if the agent has no version."""

    name: str | None = None
    instructions: str | list[Any] | None = None
    """Text, or a list of instruction blocks."""
    model: Any = None
    """An object with ``provider`` and ``name``, or a list of conditional variants."""
    description: str | None = None
    tools: Any = None
    default_options: Any = None
    workflows: Any = None
    agents: Any = None
    integration_tools: Any = None
    tool_providers: Any = None
    input_processors: Any = None
    output_processors: Any = None
    memory: Any = None
    scorers: Any = None
    mcp_clients: Any = None
    request_context_schema: Any = None
    workspace: Any = None
    skills: Any = None
    skills_format: str | None = None
    durable: Any = None
    browser: Any = None
    resolved_version_id: str | None = None
    """The version that the configuration is of."""
