"""The seven versioned domains on SQL: one implementation, seven pairs of tables."""

from ..domains.agents import AGENT, AgentsDomain
from ..domains.mcp_clients import MCP_CLIENT, McpClientsDomain
from ..domains.mcp_servers import MCP_SERVER, McpServersDomain
from ..domains.prompt_blocks import PROMPT_BLOCK, PromptBlocksDomain
from ..domains.scorer_definitions import SCORER_DEFINITION, ScorerDefinitionsDomain
from ..domains.skills import SKILL, SkillsDomain
from ..domains.versioned_kinds import E, R, V
from ..domains.workspaces import WORKSPACE, WorkspacesDomain
from ..models.versioned import (
    AgentRow,
    AgentVersionRow,
    McpClientRow,
    McpClientVersionRow,
    McpServerRow,
    McpServerVersionRow,
    PromptBlockRow,
    PromptBlockVersionRow,
    ScorerDefinitionRow,
    ScorerDefinitionVersionRow,
    SkillRow,
    SkillVersionRow,
    WorkspaceRow,
    WorkspaceVersionRow,
)
from ..records.agents import Agent, AgentVersion, ResolvedAgent
from ..records.mcp_clients import McpClient, McpClientVersion, ResolvedMcpClient
from ..records.mcp_servers import McpServer, McpServerVersion, ResolvedMcpServer
from ..records.prompt_blocks import PromptBlock, PromptBlockVersion, ResolvedPromptBlock
from ..records.scorer_definitions import ResolvedScorerDefinition, ScorerDefinition, ScorerDefinitionVersion
from ..records.skills import ResolvedSkill, Skill, SkillVersion
from ..records.workspaces import ResolvedWorkspace, Workspace, WorkspaceVersion
from .entities import SqlEntities
from .entity_lists import SqlEntityLists
from .entity_saving import SqlEntitySaving
from .entity_versions import SqlEntityVersions
from .versioned_tables import Tables


class SqlVersioned(SqlEntities[E, V, R], SqlEntityLists[E, V, R], SqlEntitySaving[E, V, R], SqlEntityVersions[E, V, R]):
    """A versioned domain on SQL."""


class SqlAgents(SqlVersioned[Agent, AgentVersion, ResolvedAgent], AgentsDomain):
    rows = (AgentRow, AgentVersionRow)
    tables = Tables(AGENT, *rows)


class SqlPromptBlocks(SqlVersioned[PromptBlock, PromptBlockVersion, ResolvedPromptBlock], PromptBlocksDomain):
    rows = (PromptBlockRow, PromptBlockVersionRow)
    tables = Tables(PROMPT_BLOCK, *rows)


class SqlScorerDefinitions(
    SqlVersioned[ScorerDefinition, ScorerDefinitionVersion, ResolvedScorerDefinition], ScorerDefinitionsDomain
):
    rows = (ScorerDefinitionRow, ScorerDefinitionVersionRow)
    tables = Tables(SCORER_DEFINITION, *rows)


class SqlMcpClients(SqlVersioned[McpClient, McpClientVersion, ResolvedMcpClient], McpClientsDomain):
    rows = (McpClientRow, McpClientVersionRow)
    tables = Tables(MCP_CLIENT, *rows)


class SqlMcpServers(SqlVersioned[McpServer, McpServerVersion, ResolvedMcpServer], McpServersDomain):
    rows = (McpServerRow, McpServerVersionRow)
    tables = Tables(MCP_SERVER, *rows)


class SqlWorkspaces(SqlVersioned[Workspace, WorkspaceVersion, ResolvedWorkspace], WorkspacesDomain):
    rows = (WorkspaceRow, WorkspaceVersionRow)
    tables = Tables(WORKSPACE, *rows)


class SqlSkills(SqlVersioned[Skill, SkillVersion, ResolvedSkill], SkillsDomain):
    rows = (SkillRow, SkillVersionRow)
    tables = Tables(SKILL, *rows)
