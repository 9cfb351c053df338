"""The workspaces domain: where agents keep files and run code, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.workspaces import ResolvedWorkspace, Workspace, WorkspaceVersion
from .versioned import VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, Field, Kind, flag, integer, jsons

WORKSPACE = Kind(
    noun="workspace",
    version_noun="workspace version",
    parent="workspace_id",
    entity=Workspace,
    version=WorkspaceVersion,
    resolved=ResolvedWorkspace,
    own=(METADATA,),
    snapshot=(
        NAME,
        DESCRIPTION,
        *jsons("filesystem", "sandbox", "mounts", "search", "skills", "tools"),
        Field("auto_sync", flag),
        Field("operation_timeout", integer),
    ),
    automatic=True,
)


class WorkspacesDomain(VersionedDomain[Workspace, WorkspaceVersion, ResolvedWorkspace], ABC):
    """Workspaces and their versions.

    Fields of a workspace: ``metadata``. Of its versions: ``name``, which is required; ``description``, ``filesystem``,
    ``sandbox``, ``mounts``, ``search``, ``skills``, ``tools``, ``auto_sync``, ``operation_timeout`` (milliseconds).
    """

    kind: ClassVar[Kind[Workspace, WorkspaceVersion, ResolvedWorkspace]] = WORKSPACE
