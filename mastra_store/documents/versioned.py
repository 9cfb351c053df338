"""Collections of the seven versioned domains: of each its entities, and their versions."""

from .base import Collection, Index


def _entities(name: str, *fields: str) -> Collection:
    """A collection of entities.

    Args:
        fields: those that Mastra has an index of its own on.
    """
    return Collection(
        name,
        (
            Index("id", unique=True),
            *map(Index, fields),
            # list by creation and by last change: order with ties broken.
            Index("createdAt", "id"),
            Index("updatedAt", "id"),
        ),
    )


def _versions(name: str, parent: str, *others: Index) -> Collection:
    """A collection of versions.

    Args:
        parent: the field that names a version's entity.
        others: Mastra's own.
    """
    return Collection(
        name,
        (
            Index("id", unique=True),
            # create_version: no number twice; get_version_by_number, get_latest_version, list_versions.
            Index(parent, "-versionNumber", unique=True),
            *others,
            # list_versions by time: order with ties broken.
            Index(parent, "createdAt", "id"),
        ),
    )


AGENTS = _entities("mastra_agents", "-createdAt", "-updatedAt")
AGENT_VERSIONS = _versions("mastra_agent_versions", "agentId", Index("agentId", "-createdAt"))

PROMPT_BLOCKS = _entities("mastra_prompt_blocks", "-createdAt", "-updatedAt", "authorId")
PROMPT_BLOCK_VERSIONS = _versions("mastra_prompt_block_versions", "blockId", Index("blockId", "-createdAt"))

SCORER_DEFINITIONS = _entities("mastra_scorer_definitions", "-createdAt", "-updatedAt", "authorId")
SCORER_DEFINITION_VERSIONS = _versions(
    "mastra_scorer_definition_versions", "scorerDefinitionId", Index("scorerDefinitionId", "-createdAt")
)

MCP_CLIENTS = _entities("mastra_mcp_clients", "-createdAt", "-updatedAt", "authorId")
MCP_CLIENT_VERSIONS = _versions("mastra_mcp_client_versions", "mcpClientId", Index("mcpClientId", "-createdAt"))

MCP_SERVERS = _entities("mastra_mcp_servers", "-createdAt", "-updatedAt", "authorId")
MCP_SERVER_VERSIONS = _versions("mastra_mcp_server_versions", "mcpServerId", Index("mcpServerId", "-createdAt"))

WORKSPACES = _entities("mastra_workspaces", "-createdAt", "authorId", "status")
WORKSPACE_VERSIONS = _versions("mastra_workspace_versions", "workspaceId", Index("workspaceId"))

SKILLS = _entities("mastra_skills", "-createdAt", "authorId", "status")
SKILL_VERSIONS = _versions("mastra_skill_versions", "skillId", Index("skillId"))
