"""The MCP servers domain: what servers are offered, version by version."""

from abc import ABC
from typing import ClassVar

from ..records.mcp_servers import McpServer, McpServerVersion, ResolvedMcpServer
from .versioned import VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, Field, Kind, flag, jsons, text, texts

MCP_SERVER = Kind(
    noun="MCP server",
    version_noun="MCP server version",
    parent="mcp_server_id",
    entity=McpServer,
    version=McpServerVersion,
    resolved=ResolvedMcpServer,
    own=(METADATA,),
    snapshot=(
        NAME,
        Field("version", text, required=True),
        DESCRIPTION,
        *texts("instructions"),
        *jsons("repository"),
        *texts("release_date"),
        Field("is_latest", flag),
        *texts("package_canonical"),
        *jsons("tools", "agents", "workflows"),
    ),
)


class McpServersDomain(VersionedDomain[McpServer, McpServerVersion, ResolvedMcpServer], ABC):
    """MCP servers and their versions.

    Fields of a server: ``metadata``. Of its versions: ``name`` and ``version`` (the server's own, as text), which are
    required; ``description``, ``instructions``, ``repository``, ``release_date`` (text), ``is_latest``,
    ``package_canonical``, ``tools``, ``agents``, ``workflows``.
    """

    kind: ClassVar[Kind[McpServer, McpServerVersion, ResolvedMcpServer]] = MCP_SERVER
