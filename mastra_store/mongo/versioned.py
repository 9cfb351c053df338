"""The seven versioned domains on MongoDB: one implementation, seven pairs of collections."""

from ..documents.versioned import (
    AGENT_VERSIONS,
    AGENTS,
    MCP_CLIENT_VERSIONS,
    MCP_CLIENTS,
    MCP_SERVER_VERSIONS,
    MCP_SERVERS,
    PROMPT_BLOCK_VERSIONS,
    PROMPT_BLOCKS,
    SCORER_DEFINITION_VERSIONS,
    SCORER_DEFINITIONS,
    SKILL_VERSIONS,
    SKILLS,
    WORKSPACE_VERSIONS,
    WORKSPACES,
)
from ..domains.agents import AGENT, AgentsDomain
from ..domains.mcp_clients import MCP_CLIENT, McpClientsDomain
from ..domains.mcp_servers import MCP_SERVER, McpServersDomain
from ..domains.prompt_blocks import PROMPT_BLOCK, PromptBlocksDomain
from ..domains.scorer_definitions import SCORER_DEFINITION, ScorerDefinitionsDomain
from ..domains.skills import SKILL, SkillsDomain
from ..domains.versioned_kinds import E, R, V
from ..domains.workspaces import WORKSPACE, WorkspacesDomain
from ..records.agents import Agent, AgentVersion, ResolvedAgent
from ..records.mcp_clients import McpClient, McpClientVersion, ResolvedMcpClient
from ..records.mcp_servers import McpServer, McpServerVersion, ResolvedMcpServer
from ..records.prompt_blocks import PromptBlock, PromptBlockVersion, ResolvedPromptBlock
from ..records.scorer_definitions import ResolvedScorerDefinition, ScorerDefinition, ScorerDefinitionVersion
from ..records.skills import ResolvedSkill, Skill, SkillVersion
from ..records.workspaces import ResolvedWorkspace, Workspace, WorkspaceVersion
from .entities import MongoEntities
from .entity_lists import MongoEntityLists
from .entity_saving import MongoEntitySaving
from .entity_versions import MongoEntityVersions
from .versioned_collections import Collections


class MongoVersioned(
    MongoEntities[E, V, R], MongoEntityLists[E, V, R], MongoEntitySaving[E, V, R], MongoEntityVersions[E, V, R]
):
    """A versioned domain on MongoDB."""


class MongoAgents(MongoVersioned[Agent, AgentVersion, ResolvedAgent], AgentsDomain):
    stored = Collections(AGENT, AGENTS, AGENT_VERSIONS)
    collections = (AGENTS, AGENT_VERSIONS)


class MongoPromptBlocks(MongoVersioned[PromptBlock, PromptBlockVersion, ResolvedPromptBlock], PromptBlocksDomain):
    stored = Collections(PROMPT_BLOCK, PROMPT_BLOCKS, PROMPT_BLOCK_VERSIONS)
    collections = (PROMPT_BLOCKS, PROMPT_BLOCK_VERSIONS)


class MongoScorerDefinitions(
    MongoVersioned[ScorerDefinition, ScorerDefinitionVersion, ResolvedScorerDefinition], ScorerDefinitionsDomain
):
    stored = Collections(SCORER_DEFINITION, SCORER_DEFINITIONS, SCORER_DEFINITION_VERSIONS)
    collections = (SCORER_DEFINITIONS, SCORER_DEFINITION_VERSIONS)


class MongoMcpClients(MongoVersioned[McpClient, McpClientVersion, ResolvedMcpClient], McpClientsDomain):
    stored = Collections(MCP_CLIENT, MCP_CLIENTS, MCP_CLIENT_VERSIONS)
    collections = (MCP_CLIENTS, MCP_CLIENT_VERSIONS)


class MongoMcpServers(MongoVersioned[McpServer, McpServerVersion, ResolvedMcpServer], McpServersDomain):
    stored = Collections(MCP_SERVER, MCP_SERVERS, MCP_SERVER_VERSIONS)
    collections = (MCP_SERVERS, MCP_SERVER_VERSIONS)


class MongoWorkspaces(MongoVersioned[Workspace, WorkspaceVersion, ResolvedWorkspace], WorkspacesDomain):
    stored = Collections(WORKSPACE, WORKSPACES, WORKSPACE_VERSIONS)
    collections = (WORKSPACES, WORKSPACE_VERSIONS)


class MongoSkills(MongoVersioned[Skill, SkillVersion, ResolvedSkill], SkillsDomain):
    stored = Collections(SKILL, SKILLS, SKILL_VERSIONS)
    collections = (SKILLS, SKILL_VERSIONS)
