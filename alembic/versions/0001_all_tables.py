"""All tables of Mastra: 43 on PostgreSQL, 44 on SQLite, which has the harness.

They are those of @mastra/core 1.71.0, @mastra/pg 1.27.1 and @mastra/libsql 1.23.1, with indexes of ours besides, whose
names begin with ``mastra_store_``.

Locks: only what it makes. Takes well under a second. The downgrade drops every table and all that is stored in them.

Revision ID: 0001
Revises:
"""

import hashlib
import re
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql as pg

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSTGRESQL = False
SCHEMA: str | None = None

TABLES = (
    "mastra_agent_versions",
    "mastra_agents",
    "mastra_ai_spans",
    "mastra_background_tasks",
    "mastra_channel_config",
    "mastra_channel_installations",
    "mastra_dataset_items",
    "mastra_dataset_versions",
    "mastra_datasets",
    "mastra_experiment_results",
    "mastra_experiments",
    "mastra_favorites",
    "mastra_harness_sessions",
    "mastra_knowledge_activity",
    "mastra_knowledge_cursors",
    "mastra_knowledge_mentions",
    "mastra_knowledge_nodes",
    "mastra_knowledge_records",
    "mastra_knowledge_semantic_outbox",
    "mastra_mcp_client_versions",
    "mastra_mcp_clients",
    "mastra_mcp_server_versions",
    "mastra_mcp_servers",
    "mastra_messages",
    "mastra_notifications",
    "mastra_observational_memory",
    "mastra_prompt_block_versions",
    "mastra_prompt_blocks",
    "mastra_resources",
    "mastra_schedule_triggers",
    "mastra_schedules",
    "mastra_scorer_definition_versions",
    "mastra_scorer_definitions",
    "mastra_scorers",
    "mastra_skill_blobs",
    "mastra_skill_versions",
    "mastra_skills",
    "mastra_thread_state",
    "mastra_threads",
    "mastra_tool_provider_connections",
    "mastra_workflow_definitions",
    "mastra_workflow_snapshot",
    "mastra_workspace_versions",
    "mastra_workspaces",
)

SUSPENDED_THREAD = """coalesce(jsonb_path_query_first(snapshot, '$."context".*?(@."status" == "suspended")\
."suspendPayload"."__streamState"."messageList"."memoryInfo"."threadId"'::jsonpath) #>> '{}',\
 snapshot #>> '{context,input,messageListState,memoryInfo,threadId}')"""

TRIGGER = """CREATE OR REPLACE FUNCTION {place}trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW."createdAt" = NOW();
        NEW."createdAtZ" = NOW();
    ELSE
        NEW."createdAt" = OLD."createdAt";
        NEW."createdAtZ" = OLD."createdAtZ";
    END IF;
    NEW."updatedAt" = NOW();
    NEW."updatedAtZ" = NOW();
    RETURN NEW;
END;
$$"""


def text(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=null)]


def integer(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=null)]


def bigint(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger() if POSTGRESQL else sa.Integer(), nullable=null)]


def real(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double() if POSTGRESQL else sa.REAL(), nullable=null)]


def flag(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean() if POSTGRESQL else sa.Integer(), nullable=null)]


def json(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, pg.JSONB() if POSTGRESQL else sa.Text(), nullable=null)]


def time(name: str, *, null: bool = False) -> list[sa.Column[Any]]:
    """On PostgreSQL a wall clock and its twin, an instant; text elsewhere."""
    if not POSTGRESQL:
        return [sa.Column(name, sa.Text(), nullable=null)]
    twin = sa.Column(f"{name}Z", pg.TIMESTAMP(timezone=True), server_default=sa.func.now())
    return [sa.Column(name, pg.TIMESTAMP(), nullable=null), twin]


def key(*columns: str, name: str | None = None) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=name if POSTGRESQL else None)


def unique(*columns: str, name: str | None = None) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=name if POSTGRESQL else None)


def postgresql(*items: Any) -> tuple[Any, ...]:
    return items if POSTGRESQL else ()


def sqlite(*items: Any) -> tuple[Any, ...]:
    return () if POSTGRESQL else items


def name(given: str, rule: str) -> str:
    """The name of an index or constraint in a schema."""
    if rule == "none" or given.startswith("mastra_store_") or (SCHEMA is None and rule != "lower"):
        return given
    word = re.sub(r"[^A-Za-z0-9_]", "_", SCHEMA or "public")
    word = f"_{word}" if word[0].isdigit() else word
    prefix = {"name": word, "raw": (SCHEMA or "").lower(), "lower": word.lower()}[rule]
    full = f"{prefix}_{given}"
    if len(full.encode()) <= 63:
        return full
    return full.encode()[:54].decode(errors="ignore") + "_" + hashlib.sha256(full.encode()).hexdigest()[:8]


def table(table_name: str, *items: Any) -> None:
    """Make a table. Twins stand behind all plain columns, as Mastra has them."""
    columns = [item for item in items if isinstance(item, list)]
    plain = [column[0] for column in columns]
    twins = [twin for column in columns for twin in column[1:]]
    constraints = [item for item in items if not isinstance(item, list)]
    op.create_table(table_name, *plain, *twins, *constraints, schema=SCHEMA)


def index(index_name: str, table_name: str, *expressions: Any, **options: Any) -> None:
    op.create_index(index_name, table_name, list(expressions), schema=SCHEMA, **options)


def desc(column: str) -> Any:
    return sa.column(column).desc()


def sql(expression: str) -> Any:
    return sa.literal_column(expression)


def place() -> str:
    return f"{quoted(SCHEMA)}." if SCHEMA else ""


def quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def upgrade() -> None:
    global POSTGRESQL, SCHEMA
    POSTGRESQL = op.get_context().dialect.name == "postgresql"
    SCHEMA = context.config.attributes["schema"]
    table(
        "mastra_agent_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("agentId"),
        text("description", null=True),
        text("instructions"),
        json("model"),
        json("tools", null=True),
        json("defaultOptions", null=True),
        json("workflows", null=True),
        json("agents", null=True),
        json("integrationTools", null=True),
        json("toolProviders", null=True),
        json("inputProcessors", null=True),
        json("outputProcessors", null=True),
        json("memory", null=True),
        json("scorers", null=True),
        json("mcpClients", null=True),
        json("requestContextSchema", null=True),
        json("workspace", null=True),
        json("skills", null=True),
        text("skillsFormat", null=True),
        json("durable", null=True),
        json("browser", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    table(
        "mastra_agents",
        text("id"),
        text("status"),
        text("visibility", null=True),
        json("metadata", null=True),
        integer("favoriteCount", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_ai_spans",
        text("traceId"),
        text("spanId"),
        text("name"),
        text("spanType"),
        flag("isEvent"),
        time("startedAt"),
        text("parentSpanId", null=True),
        text("entityType", null=True),
        text("entityId", null=True),
        text("entityName", null=True),
        text("parentEntityType", null=True),
        text("parentEntityId", null=True),
        text("parentEntityName", null=True),
        text("rootEntityType", null=True),
        text("rootEntityId", null=True),
        text("rootEntityName", null=True),
        text("userId", null=True),
        text("organizationId", null=True),
        text("resourceId", null=True),
        text("runId", null=True),
        text("sessionId", null=True),
        text("threadId", null=True),
        text("requestId", null=True),
        text("environment", null=True),
        text("serviceName", null=True),
        json("scope", null=True),
        text("entityVersionId", null=True),
        text("parentEntityVersionId", null=True),
        text("rootEntityVersionId", null=True),
        text("experimentId", null=True),
        text("source", null=True),
        json("metadata", null=True),
        json("tags", null=True),
        json("attributes", null=True),
        json("links", null=True),
        json("input", null=True),
        json("output", null=True),
        json("error", null=True),
        time("endedAt", null=True),
        json("requestContext", null=True),
        time("createdAt"),
        time("updatedAt", null=True),
        *postgresql(key("traceId", "spanId", name=name("mastra_ai_spans_traceid_spanid_pk", "lower"))),
        *sqlite(unique("spanId", "traceId")),
    )
    if POSTGRESQL:
        index(name("mastra_ai_spans_entitytype_entityid_idx", "name"), "mastra_ai_spans", "entityType", "entityId")
        index(name("mastra_ai_spans_entitytype_entityname_idx", "name"), "mastra_ai_spans", "entityType", "entityName")
        index(name("mastra_ai_spans_metadata_gin_idx", "name"), "mastra_ai_spans", "metadata", postgresql_using="gin")
        index(name("mastra_ai_spans_name_idx", "name"), "mastra_ai_spans", "name")
        index(name("mastra_ai_spans_orgid_userid_idx", "name"), "mastra_ai_spans", "organizationId", "userId")
        index(
            name("mastra_ai_spans_parentspanid_startedat_idx", "name"),
            "mastra_ai_spans",
            "parentSpanId",
            desc("startedAt"),
        )
        index(
            name("mastra_ai_spans_root_spans_idx", "name"),
            "mastra_ai_spans",
            desc("startedAt"),
            postgresql_where=sa.text('"parentSpanId" IS NULL'),
        )
    if not POSTGRESQL:
        index(
            name("mastra_ai_spans_roots_started_at_idx", "name"),
            "mastra_ai_spans",
            desc("startedAt"),
            sqlite_where=sa.text('"parentSpanId" IS NULL'),
        )
        index(name("mastra_ai_spans_spanid_traceid_idx", "name"), "mastra_ai_spans", "spanId", "traceId", unique=True)
    if POSTGRESQL:
        index(name("mastra_ai_spans_spantype_startedat_idx", "name"), "mastra_ai_spans", "spanType", desc("startedAt"))
        index(name("mastra_ai_spans_tags_gin_idx", "name"), "mastra_ai_spans", "tags", postgresql_using="gin")
    if not POSTGRESQL:
        index(name("mastra_ai_spans_trace_started_at_idx", "name"), "mastra_ai_spans", "traceId", "startedAt")
    if POSTGRESQL:
        index(name("mastra_ai_spans_traceid_startedat_idx", "name"), "mastra_ai_spans", "traceId", desc("startedAt"))
    table(
        "mastra_background_tasks",
        text("id"),
        text("tool_call_id"),
        text("tool_name"),
        text("agent_id"),
        text("run_id"),
        text("thread_id", null=True),
        text("resource_id", null=True),
        text("status"),
        json("args"),
        json("result", null=True),
        json("error", null=True),
        json("suspend_payload", null=True),
        integer("retry_count"),
        integer("max_retries"),
        integer("timeout_ms"),
        time("createdAt"),
        time("startedAt", null=True),
        time("suspendedAt", null=True),
        time("completedAt", null=True),
        key("id"),
    )
    if POSTGRESQL:
        index(name("mastra_bg_tasks_agent_status_idx", "name"), "mastra_background_tasks", "agent_id", "status")
        index(name("mastra_bg_tasks_status_created_at_idx", "name"), "mastra_background_tasks", "status", "createdAt")
        index(name("mastra_bg_tasks_thread_idx", "name"), "mastra_background_tasks", "thread_id", "createdAt")
        index(name("mastra_bg_tasks_tool_call_idx", "name"), "mastra_background_tasks", "tool_call_id")
    table(
        "mastra_channel_config",
        text("platform"),
        json("data"),
        time("updatedAt"),
        key("platform"),
    )
    table(
        "mastra_channel_installations",
        text("id"),
        text("platform"),
        text("agentId"),
        text("status"),
        text("webhookId", null=True),
        json("data"),
        text("configHash", null=True),
        text("error", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    index(
        name("idx_channel_installations_platform_agent", "name"), "mastra_channel_installations", "platform", "agentId"
    )
    index(name("idx_channel_installations_webhook", "name"), "mastra_channel_installations", "webhookId", unique=True)
    table(
        "mastra_dataset_items",
        text("id"),
        text("datasetId"),
        integer("datasetVersion"),
        text("externalId", null=True),
        text("organizationId", null=True),
        text("projectId", null=True),
        integer("validTo", null=True),
        flag("isDeleted"),
        json("input"),
        json("groundTruth", null=True),
        json("requestContext", null=True),
        json("metadata", null=True),
        json("source", null=True),
        json("expectedTrajectory", null=True),
        json("toolMocks", null=True),
        text("unmockedToolPolicy", null=True),
        json("scorerIds", null=True),
        time("createdAt"),
        time("updatedAt"),
        *postgresql(key("id", "datasetVersion")),
    )
    if not POSTGRESQL:
        index(
            name("idx_dataset_items_dataset_externalid_version", "name"),
            "mastra_dataset_items",
            "datasetId",
            "externalId",
            "datasetVersion",
        )
    index(name("idx_dataset_items_dataset_validto", "none"), "mastra_dataset_items", "datasetId", "validTo")
    index(
        name("idx_dataset_items_dataset_validto_deleted", "none"),
        "mastra_dataset_items",
        "datasetId",
        "validTo",
        "isDeleted",
    )
    index(name("idx_dataset_items_dataset_version", "none"), "mastra_dataset_items", "datasetId", "datasetVersion")
    if POSTGRESQL:
        index(
            name("idx_dataset_items_external_id_history", "none"),
            "mastra_dataset_items",
            "datasetId",
            "externalId",
            "datasetVersion",
        )
        index(name("idx_dataset_items_org_project", "none"), "mastra_dataset_items", "organizationId", "projectId")
    if not POSTGRESQL:
        index(
            name("idx_dataset_items_tenancy_list", "name"),
            "mastra_dataset_items",
            "organizationId",
            "projectId",
            "datasetId",
            "validTo",
            "isDeleted",
        )
    table(
        "mastra_dataset_versions",
        text("id"),
        text("datasetId"),
        integer("version"),
        time("createdAt"),
        key("id"),
    )
    index(name("idx_dataset_versions_dataset_version", "none"), "mastra_dataset_versions", "datasetId", "version")
    index(
        name("idx_dataset_versions_dataset_version_unique", "none"),
        "mastra_dataset_versions",
        "datasetId",
        "version",
        unique=True,
    )
    table(
        "mastra_datasets",
        text("id"),
        text("name"),
        text("description", null=True),
        json("metadata", null=True),
        json("inputSchema", null=True),
        json("groundTruthSchema", null=True),
        json("requestContextSchema", null=True),
        json("tags", null=True),
        text("targetType", null=True),
        json("targetIds", null=True),
        json("scorerIds", null=True),
        text("organizationId", null=True),
        text("projectId", null=True),
        text("candidateKey", null=True),
        text("candidateId", null=True),
        integer("version"),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    if POSTGRESQL:
        index(name("idx_datasets_candidate", "none"), "mastra_datasets", "candidateKey", "candidateId")
        index(name("idx_datasets_org_project", "none"), "mastra_datasets", "organizationId", "projectId")
    if not POSTGRESQL:
        index(
            name("idx_datasets_tenancy_candidate", "name"),
            "mastra_datasets",
            "organizationId",
            "projectId",
            "candidateKey",
            "candidateId",
        )
        index(
            name("idx_datasets_tenancy_createdat", "name"),
            "mastra_datasets",
            "organizationId",
            "projectId",
            "createdAt",
            "id",
        )
    table(
        "mastra_experiment_results",
        text("id"),
        text("experimentId"),
        text("itemId"),
        integer("itemDatasetVersion", null=True),
        json("input"),
        json("output", null=True),
        json("groundTruth", null=True),
        json("metadata", null=True),
        json("error", null=True),
        time("startedAt"),
        time("completedAt"),
        integer("retryCount"),
        integer("attempt", null=True),
        text("traceId", null=True),
        text("status", null=True),
        json("tags", null=True),
        text("comment", null=True),
        json("toolMockReport", null=True),
        text("organizationId", null=True),
        text("projectId", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_experiment_results_exp_item_attempt", "none"),
        "mastra_experiment_results",
        "experimentId",
        "itemId",
        "attempt",
        unique=True,
    )
    index(name("idx_experiment_results_experimentid", "none"), "mastra_experiment_results", "experimentId")
    index(
        name("idx_experiment_results_org_project", "none"), "mastra_experiment_results", "organizationId", "projectId"
    )
    if POSTGRESQL:
        index(
            name("idx_experiment_results_tags_gin", "none"), "mastra_experiment_results", "tags", postgresql_using="gin"
        )
    table(
        "mastra_experiments",
        text("id"),
        text("name", null=True),
        text("description", null=True),
        json("metadata", null=True),
        json("provenance", null=True),
        json("runnerAttestation", null=True),
        text("experimentSetId", null=True),
        text("comparisonId", null=True),
        text("variantId", null=True),
        integer("trialIndex", null=True),
        text("datasetId", null=True),
        integer("datasetVersion", null=True),
        text("targetType", null=True),
        text("targetId", null=True),
        json("scorerIds", null=True),
        text("status"),
        integer("totalItems"),
        integer("succeededCount"),
        integer("failedCount"),
        integer("skippedCount"),
        time("startedAt", null=True),
        time("completedAt", null=True),
        text("agentVersion", null=True),
        text("organizationId", null=True),
        text("projectId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    index(name("idx_experiments_datasetid", "none"), "mastra_experiments", "datasetId")
    index(
        name("idx_experiments_grouping", "none"),
        "mastra_experiments",
        "experimentSetId",
        "comparisonId",
        "variantId",
        "trialIndex",
    )
    index(name("idx_experiments_org_project", "none"), "mastra_experiments", "organizationId", "projectId")
    table(
        "mastra_favorites",
        text("userId"),
        text("entityType"),
        text("entityId"),
        time("createdAt"),
        key("userId", "entityType", "entityId"),
    )
    index(name("idx_favorites_entity", "none"), "mastra_favorites", "entityType", "entityId")
    if not POSTGRESQL:
        table(
            "mastra_harness_sessions",
            text("id"),
            text("ownerId"),
            text("resourceId"),
            text("threadId"),
            text("parentSessionId", null=True),
            integer("subagentDepth", null=True),
            text("source", null=True),
            text("origin"),
            text("runtimeCompatibilityGeneration", null=True),
            text("modeId"),
            text("modelId"),
            text("title", null=True),
            json("metadata", null=True),
            json("state", null=True),
            json("pending", null=True),
            time("createdAt"),
            time("lastActivityAt"),
            time("closingAt", null=True),
            time("closeDeadlineAt", null=True),
            time("closedAt", null=True),
            time("deletedAt", null=True),
            key("id"),
        )
    table(
        "mastra_knowledge_activity",
        text("id"),
        text("action"),
        text("recordType"),
        text("recordId"),
        json("scope"),
        text("scopeKey"),
        text("sourceThreadId", null=True),
        time("createdAt"),
        key("id"),
    )
    index(name("idx_knowledge_activity_latest", "none"), "mastra_knowledge_activity", desc("id"))
    table(
        "mastra_knowledge_cursors",
        text("sourceThreadId"),
        text("agent"),
        text("lastKnowledgeId"),
        time("updatedAt"),
        key("sourceThreadId", "agent"),
    )
    table(
        "mastra_knowledge_mentions",
        text("sourceType"),
        text("sourceId"),
        text("recordId"),
        key("sourceType", "sourceId", "recordId"),
    )
    index(
        name("idx_knowledge_mentions_record", "none"), "mastra_knowledge_mentions", "recordId", "sourceType", "sourceId"
    )
    table(
        "mastra_knowledge_nodes",
        text("id"),
        text("type"),
        text("name"),
        text("canonicalName"),
        text("kind", null=True),
        text("content", null=True),
        text("description", null=True),
        json("scope"),
        text("scopeKey"),
        integer("version"),
        text("mergedInto", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    index(
        name("idx_knowledge_nodes_identity", "none"),
        "mastra_knowledge_nodes",
        "type",
        "scopeKey",
        "canonicalName",
        unique=True,
    )
    index(name("idx_knowledge_nodes_scope", "none"), "mastra_knowledge_nodes", "scopeKey", "type")
    table(
        "mastra_knowledge_records",
        text("id"),
        text("node"),
        text("text"),
        json("scope"),
        text("scopeKey"),
        text("sourceThreadId"),
        time("capturedAt"),
        time("when", null=True),
        text("maxScope", null=True),
        json("metadata", null=True),
        time("deletedAt", null=True),
        text("deletedBy", null=True),
        key("id"),
    )
    index(name("idx_knowledge_records_node_latest", "none"), "mastra_knowledge_records", "node", desc("id"))
    index(name("idx_knowledge_records_thread_latest", "none"), "mastra_knowledge_records", "sourceThreadId", desc("id"))
    table(
        "mastra_knowledge_semantic_outbox",
        text("id"),
        text("idempotencyKey"),
        text("documentId"),
        text("documentType"),
        text("operation"),
        json("scope"),
        text("scopeKey"),
        text("status"),
        integer("attempts"),
        time("availableAt"),
        time("claimedAt", null=True),
        text("claimedBy", null=True),
        time("createdAt"),
        time("completedAt", null=True),
        key("id"),
    )
    index(
        name("idx_knowledge_outbox_claim", "none"),
        "mastra_knowledge_semantic_outbox",
        "status",
        "availableAt",
        "createdAt",
    )
    index(
        name("idx_knowledge_outbox_idempotency", "none"),
        "mastra_knowledge_semantic_outbox",
        "idempotencyKey",
        unique=True,
    )
    table(
        "mastra_mcp_client_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("mcpClientId"),
        text("description", null=True),
        json("servers"),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_mcp_client_versions_client_version", "name"),
        "mastra_mcp_client_versions",
        "mcpClientId",
        "versionNumber",
        unique=True,
    )
    table(
        "mastra_mcp_clients",
        text("id"),
        text("status"),
        json("metadata", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_mcp_server_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("mcpServerId"),
        text("version"),
        text("description", null=True),
        text("instructions", null=True),
        json("repository", null=True),
        text("releaseDate", null=True),
        flag("isLatest", null=True),
        text("packageCanonical", null=True),
        json("tools", null=True),
        json("agents", null=True),
        json("workflows", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_mcp_server_versions_server_version", "name"),
        "mastra_mcp_server_versions",
        "mcpServerId",
        "versionNumber",
        unique=True,
    )
    table(
        "mastra_mcp_servers",
        text("id"),
        text("status"),
        json("metadata", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_messages",
        text("id"),
        text("thread_id"),
        text("content"),
        text("role"),
        text("type"),
        time("createdAt"),
        text("resourceId", null=True),
        key("id"),
    )
    if not POSTGRESQL:
        index(name("idx_messages_thread_created_at", "name"), "mastra_messages", "thread_id", "createdAt")
        index(
            name("idx_messages_thread_resource_created_at", "name"),
            "mastra_messages",
            "thread_id",
            "resourceId",
            "createdAt",
        )
    if POSTGRESQL:
        index(
            name("mastra_messages_thread_id_createdat_idx", "name"), "mastra_messages", "thread_id", desc("createdAt")
        )
    index(
        name("mastra_store_messages_page_idx", "name"),
        "mastra_messages",
        "thread_id",
        "createdAt",
        "id",
        postgresql_include=["resourceId", "createdAtZ"],
    )
    index(name("mastra_store_messages_resource_page_idx", "name"), "mastra_messages", "resourceId", "createdAt", "id")
    table(
        "mastra_notifications",
        text("id"),
        text("threadId"),
        text("source"),
        text("kind"),
        text("priority"),
        text("status"),
        text("summary"),
        json("payload", null=True),
        text("resourceId", null=True),
        text("agentId", null=True),
        text("sourceId", null=True),
        text("dedupeKey", null=True),
        text("coalesceKey", null=True),
        integer("coalescedCount"),
        json("attributes", null=True),
        time("createdAt"),
        time("updatedAt"),
        time("deliveredAt", null=True),
        time("seenAt", null=True),
        time("dismissedAt", null=True),
        time("archivedAt", null=True),
        time("discardedAt", null=True),
        time("deliverAt", null=True),
        time("summaryAt", null=True),
        text("deliveryReason", null=True),
        integer("deliveryAttempts"),
        time("lastDeliveryAttemptAt", null=True),
        text("lastDeliveryError", null=True),
        text("deliveredSignalId", null=True),
        text("summarySignalId", null=True),
        json("metadata", null=True),
    )
    index(
        name("idx_notifications_coalescing", "name"),
        "mastra_notifications",
        "threadId",
        "source",
        "kind",
        "status",
        "agentId",
        "resourceId",
        "dedupeKey",
        "coalesceKey",
    )
    index(name("idx_notifications_due", "name"), "mastra_notifications", "status", "deliverAt", "summaryAt")
    index(
        name("idx_notifications_thread_status_updated", "name"),
        "mastra_notifications",
        "threadId",
        "status",
        "updatedAt",
    )
    table(
        "mastra_observational_memory",
        text("id"),
        text("lookupKey"),
        text("scope"),
        text("resourceId", null=True),
        text("threadId", null=True),
        text("activeObservations"),
        text("activeObservationsPendingUpdate", null=True),
        text("originType"),
        text("config"),
        integer("generationCount"),
        time("lastObservedAt", null=True),
        time("lastReflectionAt", null=True),
        integer("pendingMessageTokens"),
        integer("totalTokensObserved"),
        integer("observationTokenCount"),
        flag("isObserving"),
        flag("isReflecting"),
        json("observedMessageIds", null=True),
        text("observedTimezone", null=True),
        text("bufferedObservations", null=True),
        integer("bufferedObservationTokens", null=True),
        json("bufferedMessageIds", null=True),
        text("bufferedReflection", null=True),
        integer("bufferedReflectionTokens", null=True),
        integer("bufferedReflectionInputTokens", null=True),
        integer("reflectedObservationLineCount", null=True),
        json("bufferedObservationChunks", null=True),
        flag("isBufferingObservation"),
        flag("isBufferingReflection"),
        integer("lastBufferedAtTokens"),
        time("lastBufferedAtTime", null=True),
        json("metadata", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    index(name("idx_om_lookup_key", "none"), "mastra_observational_memory", "lookupKey")
    table(
        "mastra_prompt_block_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("blockId"),
        text("description", null=True),
        text("content"),
        json("rules", null=True),
        json("requestContextSchema", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_prompt_block_versions_block_version", "name"),
        "mastra_prompt_block_versions",
        "blockId",
        "versionNumber",
        unique=True,
    )
    table(
        "mastra_prompt_blocks",
        text("id"),
        text("status"),
        json("metadata", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_resources",
        text("id"),
        text("workingMemory", null=True),
        json("metadata", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_schedule_triggers",
        text("id"),
        text("schedule_id"),
        text("run_id", null=True),
        bigint("scheduled_fire_at"),
        bigint("actual_fire_at"),
        text("outcome"),
        text("error", null=True),
        text("trigger_kind"),
        text("parent_trigger_id", null=True),
        json("metadata", null=True),
        key("id"),
    )
    if POSTGRESQL:
        index(
            name("idx_mastra_schedule_triggers_schedule_fire", "name"),
            "mastra_schedule_triggers",
            "schedule_id",
            desc("actual_fire_at"),
        )
    if not POSTGRESQL:
        index(
            name("idx_schedule_triggers_schedule_fire", "name"),
            "mastra_schedule_triggers",
            "schedule_id",
            "actual_fire_at",
        )
    table(
        "mastra_schedules",
        text("id"),
        json("target"),
        text("cron"),
        text("timezone", null=True),
        text("status"),
        bigint("next_fire_at"),
        bigint("last_fire_at", null=True),
        text("last_run_id", null=True),
        bigint("created_at"),
        bigint("updated_at"),
        json("metadata", null=True),
        text("owner_type", null=True),
        text("owner_id", null=True),
        key("id"),
    )
    if POSTGRESQL:
        index(name("idx_mastra_schedules_status_next_fire", "name"), "mastra_schedules", "status", "next_fire_at")
    if not POSTGRESQL:
        index(name("idx_schedules_status_next_fire", "name"), "mastra_schedules", "status", "next_fire_at")
    table(
        "mastra_scorer_definition_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("scorerDefinitionId"),
        text("description", null=True),
        text("type"),
        json("model", null=True),
        text("instructions", null=True),
        json("scoreRange", null=True),
        json("presetConfig", null=True),
        json("defaultSampling", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    if POSTGRESQL:
        index(
            name("idx_scorer_definition_versions_def_version", "name"),
            "mastra_scorer_definition_versions",
            "scorerDefinitionId",
            "versionNumber",
            unique=True,
        )
    if not POSTGRESQL:
        index(
            name("idx_scorer_definition_versions_scorer_version", "name"),
            "mastra_scorer_definition_versions",
            "scorerDefinitionId",
            "versionNumber",
            unique=True,
        )
    table(
        "mastra_scorer_definitions",
        text("id"),
        text("status"),
        text("organizationId", null=True),
        text("projectId", null=True),
        json("metadata", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_scorers",
        text("id"),
        text("scorerId", null=not POSTGRESQL),
        text("traceId", null=True),
        text("spanId", null=True),
        text("runId", null=not POSTGRESQL),
        json("scorer", null=not POSTGRESQL),
        json("preprocessStepResult", null=True),
        json("extractStepResult", null=True),
        json("analyzeStepResult", null=True),
        real("score", null=not POSTGRESQL),
        text("reason", null=True),
        json("metadata", null=True),
        text("preprocessPrompt", null=True),
        text("extractPrompt", null=True),
        text("generateScorePrompt", null=True),
        text("generateReasonPrompt", null=True),
        text("analyzePrompt", null=True),
        text("reasonPrompt", null=True),
        json("input", null=not POSTGRESQL),
        json("output", null=not POSTGRESQL),
        json("additionalContext", null=True),
        json("requestContext", null=True),
        text("entityType", null=True),
        json("entity", null=True),
        text("entityId", null=True),
        text("source", null=not POSTGRESQL),
        text("resourceId", null=True),
        text("threadId", null=True),
        text("organizationId", null=True),
        text("projectId", null=True),
        text("batchId", null=True),
        text("datasetId", null=True),
        text("datasetItemId", null=True),
        time("createdAt", null=not POSTGRESQL),
        time("updatedAt", null=not POSTGRESQL),
        key("id"),
    )
    if POSTGRESQL:
        index(
            name("mastra_scores_trace_id_span_id_created_at_idx", "name"),
            "mastra_scorers",
            "traceId",
            "spanId",
            desc("createdAt"),
        )
    table(
        "mastra_skill_blobs",
        text("hash"),
        text("content"),
        integer("size"),
        text("mimeType", null=True),
        time("createdAt"),
        key("hash"),
    )
    table(
        "mastra_skill_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("skillId"),
        text("description"),
        text("instructions"),
        text("license", null=True),
        json("compatibility", null=True),
        json("source", null=True),
        json("references", null=True),
        json("scripts", null=True),
        json("assets", null=True),
        json("files", null=True),
        json("metadata", null=True),
        json("tree", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_skill_versions_skill_version", "name"),
        "mastra_skill_versions",
        "skillId",
        "versionNumber",
        unique=True,
    )
    table(
        "mastra_skills",
        text("id"),
        text("status"),
        text("visibility", null=True),
        integer("favoriteCount", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    table(
        "mastra_thread_state",
        text("threadId"),
        text("type"),
        json("value"),
        time("createdAt"),
        time("updatedAt"),
        key("threadId", "type"),
    )
    table(
        "mastra_threads",
        text("id"),
        text("resourceId"),
        text("title"),
        json("metadata", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    if POSTGRESQL:
        index(
            name("mastra_store_threads_created_idx", "name"),
            "mastra_threads",
            sql('coalesce("createdAtZ", timezone(\'UTC\', "createdAt"))'),
            "id",
        )
    if not POSTGRESQL:
        index(name("mastra_store_threads_created_idx", "name"), "mastra_threads", "createdAt", "id")
    if POSTGRESQL:
        index(
            name("mastra_store_threads_resource_created_idx", "name"),
            "mastra_threads",
            "resourceId",
            sql('coalesce("createdAtZ", timezone(\'UTC\', "createdAt"))'),
            "id",
        )
    if not POSTGRESQL:
        index(
            name("mastra_store_threads_resource_created_idx", "name"), "mastra_threads", "resourceId", "createdAt", "id"
        )
    if POSTGRESQL:
        index(
            name("mastra_store_threads_resource_updated_idx", "name"),
            "mastra_threads",
            "resourceId",
            sql('coalesce("updatedAtZ", timezone(\'UTC\', "updatedAt"))'),
            "id",
        )
    if not POSTGRESQL:
        index(
            name("mastra_store_threads_resource_updated_idx", "name"), "mastra_threads", "resourceId", "updatedAt", "id"
        )
    if POSTGRESQL:
        index(
            name("mastra_threads_resourceid_createdat_idx", "name"), "mastra_threads", "resourceId", desc("createdAt")
        )
    table(
        "mastra_tool_provider_connections",
        text("authorId"),
        text("providerId"),
        text("connectionId"),
        text("toolkit"),
        text("label", null=True),
        text("scope"),
        time("createdAt"),
        time("updatedAt"),
        key("authorId", "providerId", "connectionId"),
    )
    index(
        name("idx_tool_provider_connections_author", "name"),
        "mastra_tool_provider_connections",
        "authorId",
        "providerId",
        "toolkit",
    )
    table(
        "mastra_workflow_definitions",
        text("id"),
        text("description", null=True),
        json("metadata", null=True),
        json("inputSchema"),
        json("outputSchema"),
        json("stateSchema", null=True),
        json("requestContextSchema", null=True),
        json("graph"),
        json("schedule", null=True),
        text("status"),
        text("source"),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    index(name("idx_workflow_definitions_status", "name"), "mastra_workflow_definitions", "status")
    table(
        "mastra_workflow_snapshot",
        text("workflow_name", null=not POSTGRESQL),
        text("run_id", null=not POSTGRESQL),
        text("resourceId", null=True),
        json("snapshot", null=not POSTGRESQL),
        time("createdAt", null=not POSTGRESQL),
        time("updatedAt", null=not POSTGRESQL),
        unique("workflow_name", "run_id", name=name("mastra_workflow_snapshot_workflow_name_run_id_key", "lower")),
    )
    index(name("mastra_store_workflow_snapshot_created_idx", "name"), "mastra_workflow_snapshot", "createdAt")
    index(
        name("mastra_store_workflow_snapshot_resource_idx", "name"),
        "mastra_workflow_snapshot",
        "resourceId",
        "createdAt",
    )
    index(name("mastra_store_workflow_snapshot_run_idx", "name"), "mastra_workflow_snapshot", "run_id")
    if POSTGRESQL:
        index(
            name("mastra_workflow_snapshot_name_createdat_idx", "name"),
            "mastra_workflow_snapshot",
            "workflow_name",
            desc("createdAt"),
        )
        index(
            name("mastra_workflow_snapshot_name_status_createdat_idx", "raw"),
            "mastra_workflow_snapshot",
            "workflow_name",
            sql("(snapshot ->> 'status')"),
            desc("createdAt"),
        )
        index(
            name("mastra_workflow_snapshot_threadid_idx", "raw"),
            "mastra_workflow_snapshot",
            sql(SUSPENDED_THREAD),
        )
    table(
        "mastra_workspace_versions",
        text("id"),
        integer("versionNumber"),
        text("name"),
        text("workspaceId"),
        text("description", null=True),
        json("filesystem", null=True),
        json("sandbox", null=True),
        json("mounts", null=True),
        json("search", null=True),
        json("skills", null=True),
        json("tools", null=True),
        flag("autoSync", null=True),
        integer("operationTimeout", null=True),
        json("changedFields", null=True),
        text("changeMessage", null=True),
        time("createdAt"),
        key("id"),
    )
    index(
        name("idx_workspace_versions_workspace_version", "name"),
        "mastra_workspace_versions",
        "workspaceId",
        "versionNumber",
        unique=True,
    )
    table(
        "mastra_workspaces",
        text("id"),
        text("status"),
        json("metadata", null=True),
        text("activeVersionId", null=True),
        text("authorId", null=True),
        time("createdAt"),
        time("updatedAt"),
        key("id"),
    )
    if POSTGRESQL:
        execute(TRIGGER.format(place=place()))
        execute(
            f"CREATE OR REPLACE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON {place()}mastra_ai_spans "
            f"FOR EACH ROW EXECUTE FUNCTION {place()}trigger_set_timestamps()"
        )
        identity = quoted(name("mastra_workflow_snapshot_workflow_name_run_id_key", "lower"))
        execute(f"ALTER TABLE {place()}mastra_workflow_snapshot REPLICA IDENTITY USING INDEX {identity}")


def execute(statement: str) -> None:
    op.execute(sa.DDL(statement.replace("%", "%%")))  # DDL() would read a schema's % as a format


def downgrade() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    schema = context.config.attributes["schema"]
    for table_name in reversed(TABLES):
        if table_name != "mastra_harness_sessions" or not on_postgresql:
            op.drop_table(table_name, schema=schema)
    if on_postgresql:
        execute(f"DROP FUNCTION {quoted(schema) + '.' if schema else ''}trigger_set_timestamps()")
