"""Rows of the seven versioned domains.

Agents, prompt blocks, scorer definitions, MCP clients, MCP servers, workspaces and skills: each domain has a table of
entities and one of their versions; what all seven share is written once.
"""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import ONLY_POSTGRESQL, ONLY_SQLITE, Base
from .types import Instructions, Json, JsonObject, UtcTime


class EntityColumns:
    """What every entity has."""

    id: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)
    status: Mapped[str] = mapped_column(sort_order=-1)
    active_version_id: Mapped[str | None] = mapped_column("activeVersionId")
    author_id: Mapped[str | None] = mapped_column("authorId")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")
    updated_at: Mapped[UtcTime] = mapped_column("updatedAt")


class VersionColumns:
    """What every version has. The number counts from 1 within its entity."""

    id: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)
    version_number: Mapped[int] = mapped_column("versionNumber", sort_order=-1)
    name: Mapped[str] = mapped_column(sort_order=-1)
    changed_fields: Mapped[Json | None] = mapped_column("changedFields")
    change_message: Mapped[str | None] = mapped_column("changeMessage")
    created_at: Mapped[UtcTime] = mapped_column("createdAt")


class AgentRow(EntityColumns, Base):
    """An agent; what it is configured to do stands in its versions."""

    __tablename__ = "mastra_agents"

    visibility: Mapped[str | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    favorite_count: Mapped[int | None] = mapped_column("favoriteCount")


class AgentVersionRow(VersionColumns, Base):
    """One version of an agent's configuration."""

    __tablename__ = "mastra_agent_versions"

    agent_id: Mapped[str] = mapped_column("agentId")
    description: Mapped[str | None]
    instructions: Mapped[Instructions]
    model: Mapped[Json]
    tools: Mapped[Json | None]
    default_options: Mapped[Json | None] = mapped_column("defaultOptions")
    workflows: Mapped[Json | None]
    agents: Mapped[Json | None]
    integration_tools: Mapped[Json | None] = mapped_column("integrationTools")
    tool_providers: Mapped[Json | None] = mapped_column("toolProviders")
    input_processors: Mapped[Json | None] = mapped_column("inputProcessors")
    output_processors: Mapped[Json | None] = mapped_column("outputProcessors")
    memory: Mapped[Json | None]
    scorers: Mapped[Json | None]
    mcp_clients: Mapped[Json | None] = mapped_column("mcpClients")
    request_context_schema: Mapped[Json | None] = mapped_column("requestContextSchema")
    workspace: Mapped[Json | None]
    skills: Mapped[Json | None]
    skills_format: Mapped[str | None] = mapped_column("skillsFormat")
    durable: Mapped[Json | None]
    browser: Mapped[Json | None]

    __table_args__ = (
        # get_version_by_number, get_latest_version, list_versions. Not unique: Mastra allows a number twice here.
        Index("mastra_store_agent_versions_number_idx", agent_id, "versionNumber"),
    )


class PromptBlockRow(EntityColumns, Base):
    """A reusable piece of a prompt."""

    __tablename__ = "mastra_prompt_blocks"

    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")


class PromptBlockVersionRow(VersionColumns, Base):
    """One version of a prompt block."""

    __tablename__ = "mastra_prompt_block_versions"

    block_id: Mapped[str] = mapped_column("blockId")
    description: Mapped[str | None]
    content: Mapped[str]
    rules: Mapped[Json | None]
    request_context_schema: Mapped[Json | None] = mapped_column("requestContextSchema")

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index("idx_prompt_block_versions_block_version", "blockId", "versionNumber", unique=True),
    )


class ScorerDefinitionRow(EntityColumns, Base):
    """A scorer that is defined by data."""

    __tablename__ = "mastra_scorer_definitions"

    organization_id: Mapped[str | None] = mapped_column("organizationId")
    project_id: Mapped[str | None] = mapped_column("projectId")
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")


class ScorerDefinitionVersionRow(VersionColumns, Base):
    """One version of a scorer definition."""

    __tablename__ = "mastra_scorer_definition_versions"

    scorer_definition_id: Mapped[str] = mapped_column("scorerDefinitionId")
    description: Mapped[str | None]
    type: Mapped[str]
    model: Mapped[Json | None]
    instructions: Mapped[str | None]
    score_range: Mapped[Json | None] = mapped_column("scoreRange")
    preset_config: Mapped[Json | None] = mapped_column("presetConfig")
    default_sampling: Mapped[Json | None] = mapped_column("defaultSampling")

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index(
            "idx_scorer_definition_versions_def_version",
            "scorerDefinitionId",
            "versionNumber",
            unique=True,
            info=ONLY_POSTGRESQL,
        ),
        # create_version: no number twice; get_version_by_number, list_versions.
        Index(
            "idx_scorer_definition_versions_scorer_version",
            "scorerDefinitionId",
            "versionNumber",
            unique=True,
            info=ONLY_SQLITE,
        ),
    )


class McpClientRow(EntityColumns, Base):
    """A client of MCP servers."""

    __tablename__ = "mastra_mcp_clients"

    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")


class McpClientVersionRow(VersionColumns, Base):
    """One version of an MCP client."""

    __tablename__ = "mastra_mcp_client_versions"

    mcp_client_id: Mapped[str] = mapped_column("mcpClientId")
    description: Mapped[str | None]
    servers: Mapped[Json]

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index("idx_mcp_client_versions_client_version", "mcpClientId", "versionNumber", unique=True),
    )


class McpServerRow(EntityColumns, Base):
    """An MCP server that is offered."""

    __tablename__ = "mastra_mcp_servers"

    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")


class McpServerVersionRow(VersionColumns, Base):
    """One version of an MCP server."""

    __tablename__ = "mastra_mcp_server_versions"

    mcp_server_id: Mapped[str] = mapped_column("mcpServerId")
    version: Mapped[str]
    description: Mapped[str | None]
    instructions: Mapped[str | None]
    repository: Mapped[Json | None]
    release_date: Mapped[str | None] = mapped_column("releaseDate")
    is_latest: Mapped[bool | None] = mapped_column("isLatest")
    package_canonical: Mapped[str | None] = mapped_column("packageCanonical")
    tools: Mapped[Json | None]
    agents: Mapped[Json | None]
    workflows: Mapped[Json | None]

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index("idx_mcp_server_versions_server_version", "mcpServerId", "versionNumber", unique=True),
    )


class WorkspaceRow(EntityColumns, Base):
    """A workspace of agents: files, sandbox, search."""

    __tablename__ = "mastra_workspaces"

    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")


class WorkspaceVersionRow(VersionColumns, Base):
    """One version of a workspace."""

    __tablename__ = "mastra_workspace_versions"

    workspace_id: Mapped[str] = mapped_column("workspaceId")
    description: Mapped[str | None]
    filesystem: Mapped[Json | None]
    sandbox: Mapped[Json | None]
    mounts: Mapped[Json | None]
    search: Mapped[Json | None]
    skills: Mapped[Json | None]
    tools: Mapped[Json | None]
    auto_sync: Mapped[bool | None] = mapped_column("autoSync")
    operation_timeout: Mapped[int | None] = mapped_column("operationTimeout")

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index("idx_workspace_versions_workspace_version", "workspaceId", "versionNumber", unique=True),
    )


class SkillRow(EntityColumns, Base):
    """A skill that agents can be given."""

    __tablename__ = "mastra_skills"

    visibility: Mapped[str | None]
    favorite_count: Mapped[int | None] = mapped_column("favoriteCount")


class SkillVersionRow(VersionColumns, Base):
    """One version of a skill."""

    __tablename__ = "mastra_skill_versions"

    skill_id: Mapped[str] = mapped_column("skillId")
    description: Mapped[str]
    instructions: Mapped[str]
    license: Mapped[str | None]
    compatibility: Mapped[Json | None]
    source: Mapped[Json | None]
    references: Mapped[Json | None]
    scripts: Mapped[Json | None]
    assets: Mapped[Json | None]
    files: Mapped[Json | None]
    metadata_: Mapped[JsonObject | None] = mapped_column("metadata")
    tree: Mapped[Json | None]

    __table_args__ = (
        # create_version: no number twice; get_version_by_number, list_versions.
        Index("idx_skill_versions_skill_version", "skillId", "versionNumber", unique=True),
    )
