"""Records of the MCP clients domain."""

from typing import Any

from .versioned import Entity, Version


class McpClient(Entity, frozen=True, rename="camel"):
    """A client of MCP servers, without its configuration."""

    metadata: dict[str, Any] | None = None


class McpClientVersion(Version, frozen=True, rename="camel"):
    """One version of an MCP client's configuration."""

    mcp_client_id: str
    servers: Any
    """An object: how each server is reached, by its name."""
    description: str | None = None
    changed_fields: list[str] | None = None
    change_message: str | None = None


class ResolvedMcpClient(McpClient, frozen=True, rename="camel"):
    """An MCP client with the configuration of one of its versions; all of it is ``None`` if there is no version."""

    name: str | None = None
    servers: Any = None
    description: str | None = None
    resolved_version_id: str | None = None
    """The version that the configuration is of."""
