"""The MCP clients domain: which MCP servers are used and how they are reached, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.mcp_clients import McpClient, McpClientVersion, ResolvedMcpClient
from .versioned import VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, Field, Kind, json

MCP_CLIENT = Kind(
    noun="MCP client",
    version_noun="MCP client version",
    parent="mcp_client_id",
    entity=McpClient,
    version=McpClientVersion,
    resolved=ResolvedMcpClient,
    own=(METADATA,),
    snapshot=(NAME, DESCRIPTION, Field("servers", json, required=True)),
)


class McpClientsDomain(VersionedDomain[McpClient, McpClientVersion, ResolvedMcpClient], ABC):
    """MCP clients and their versions.

    Fields of a client: ``metadata``. Of its versions: ``name`` and ``servers``, which are required; ``description``.
    """

    kind: ClassVar[Kind[McpClient, McpClientVersion, ResolvedMcpClient]] = MCP_CLIENT
