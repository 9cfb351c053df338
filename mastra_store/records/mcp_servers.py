"""Records of the MCP servers domain."""

from typing import Any

from .versioned import Entity, Version


class McpServer(Entity, frozen=True, rename="camel"):
    """An MCP server that is offered, without its configuration."""

    metadata: dict[str, Any] | None = None


class McpServerVersion(Version, frozen=True, rename="camel"):
    """One version of an MCP server's configuration."""

    mcp_server_id: str
    version: str
    """The server's own version, as ``1.0.0``."""
    description: str | None = None
    instructions: str | None = None
    repository: Any = None
    release_date: str | None = None
    is_latest: bool | None = None
    package_canonical: str | None = None
    tools: Any = None
    agents: Any = None
    workflows: Any = None
    changed_fields: list[str] | None = None
    """Names on the wire, as ``releaseDate``."""
    change_message: str | None = None


class ResolvedMcpServer(McpServer, frozen=True, rename="camel"):
    """An MCP server with the configuration of one of its versions; all of it is ``None`` if there is no version."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    instructions: str | None = None
    repository: Any = None
    release_date: str | None = None
    is_latest: bool | None = None
    package_canonical: str | None = None
    tools: Any = None
    agents: Any = None
    workflows: Any = None
    resolved_version_id: str | None = None
    """The version that the configuration is of."""
