"""Records of the workspaces domain."""

from typing import Any

from .versioned import Entity, Version


class Workspace(Entity, frozen=True, rename="camel"):
    """A workspace of agents, without its configuration."""

    metadata: dict[str, Any] | None = None


class WorkspaceVersion(Version, frozen=True, rename="camel"):
    """One version of a workspace's configuration."""

    workspace_id: str
    description: str | None = None
    filesystem: Any = None
    sandbox: Any = None
    mounts: Any = None
    search: Any = None
    skills: Any = None
    tools: Any = None
    auto_sync: bool | None = None
    operation_timeout: int | None = None
    """Milliseconds."""
    changed_fields: list[str] | None = None
    """Names on the wire, as ``autoSync``."""
    change_message: str | None = None


class ResolvedWorkspace(Workspace, frozen=True, rename="camel"):
    """A workspace with the configuration of one of its versions; all of it is ``None`` if there is no version."""

    name: str | None = None
    description: str | None = None
    filesystem: Any = None
    sandbox: Any = None
    mounts: Any = None
    search: Any = None
    skills: Any = None
    tools: Any = None
    auto_sync: bool | None = None
    operation_timeout: int | None = None
    """Milliseconds."""
    resolved_version_id: str | None = None
    """The version that the configuration is of."""
