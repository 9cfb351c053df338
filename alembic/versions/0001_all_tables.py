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

# name:type, or name alone for text. Behind it ? where it may be NULL, ~ where it may on SQLite alone.
COLUMNS = {
    "mastra_agent_versions": """
        id versionNumber:integer name agentId description? instructions model:json tools:json? defaultOptions:json?
        workflows:json? agents:json? integrationTools:json? toolProviders:json? inputProcessors:json?
        outputProcessors:json? memory:json? scorers:json? mcpClients:json? requestContextSchema:json? workspace:json?
        skills:json? skillsFormat? durable:json? browser:json? changedFields:json? changeMessage? createdAt:time
    """,
    "mastra_agents": """
        id status visibility? metadata:json? favoriteCount:integer? activeVersionId? authorId? createdAt:time
        updatedAt:time
    """,
    "mastra_ai_spans": """
        traceId spanId name spanType isEvent:flag startedAt:time parentSpanId? entityType? entityId? entityName?
        parentEntityType? parentEntityId? parentEntityName? rootEntityType? rootEntityId? rootEntityName? userId?
        organizationId? resourceId? runId? sessionId? threadId? requestId? environment? serviceName? scope:json?
        entityVersionId? parentEntityVersionId? rootEntityVersionId? experimentId? source? metadata:json? tags:json?
        attributes:json? links:json? input:json? output:json? error:json? endedAt:time? requestContext:json?
        createdAt:time updatedAt:time?
    """,
    "mastra_background_tasks": """
        id tool_call_id tool_name agent_id run_id thread_id? resource_id? status args:json result:json? error:json?
        suspend_payload:json? retry_count:integer max_retries:integer timeout_ms:integer createdAt:time startedAt:time?
        suspendedAt:time? completedAt:time?
    """,
    "mastra_channel_config": "platform data:json updatedAt:time",
    "mastra_channel_installations": """
        id platform agentId status webhookId? data:json configHash? error? createdAt:time updatedAt:time
    """,
    "mastra_dataset_items": """
        id datasetId datasetVersion:integer externalId? organizationId? projectId? validTo:integer? isDeleted:flag
        input:json groundTruth:json? requestContext:json? metadata:json? source:json? expectedTrajectory:json?
        toolMocks:json? unmockedToolPolicy? scorerIds:json? createdAt:time updatedAt:time
    """,
    "mastra_dataset_versions": "id datasetId version:integer createdAt:time",
    "mastra_datasets": """
        id name description? metadata:json? inputSchema:json? groundTruthSchema:json? requestContextSchema:json?
        tags:json? targetType? targetIds:json? scorerIds:json? organizationId? projectId? candidateKey? candidateId?
        version:integer createdAt:time updatedAt:time
    """,
    "mastra_experiment_results": """
        id experimentId itemId itemDatasetVersion:integer? input:json output:json? groundTruth:json? metadata:json?
        error:json? startedAt:time completedAt:time retryCount:integer attempt:integer? traceId? status? tags:json?
        comment? toolMockReport:json? organizationId? projectId? createdAt:time
    """,
    "mastra_experiments": """
        id name? description? metadata:json? provenance:json? runnerAttestation:json? experimentSetId? comparisonId?
        variantId? trialIndex:integer? datasetId? datasetVersion:integer? targetType? targetId? scorerIds:json? status
        totalItems:integer succeededCount:integer failedCount:integer skippedCount:integer startedAt:time?
        completedAt:time? agentVersion? organizationId? projectId? createdAt:time updatedAt:time
    """,
    "mastra_favorites": "userId entityType entityId createdAt:time",
    "mastra_harness_sessions": """
        id ownerId resourceId threadId parentSessionId? subagentDepth:integer? source? origin
        runtimeCompatibilityGeneration? modeId modelId title? metadata:json? state:json? pending:json? createdAt:time
        lastActivityAt:time closingAt:time? closeDeadlineAt:time? closedAt:time? deletedAt:time?
    """,
    "mastra_knowledge_activity": "id action recordType recordId scope:json scopeKey sourceThreadId? createdAt:time",
    "mastra_knowledge_cursors": "sourceThreadId agent lastKnowledgeId updatedAt:time",
    "mastra_knowledge_mentions": "sourceType sourceId recordId",
    "mastra_knowledge_nodes": """
        id type name canonicalName kind? content? description? scope:json scopeKey version:integer mergedInto?
        createdAt:time updatedAt:time
    """,
    "mastra_knowledge_records": """
        id node text scope:json scopeKey sourceThreadId capturedAt:time when:time? maxScope? metadata:json?
        deletedAt:time? deletedBy?
    """,
    "mastra_knowledge_semantic_outbox": """
        id idempotencyKey documentId documentType operation scope:json scopeKey status attempts:integer availableAt:time
        claimedAt:time? claimedBy? createdAt:time completedAt:time?
    """,
    "mastra_mcp_client_versions": """
        id versionNumber:integer name mcpClientId description? servers:json changedFields:json? changeMessage?
        createdAt:time
    """,
    "mastra_mcp_clients": "id status metadata:json? activeVersionId? authorId? createdAt:time updatedAt:time",
    "mastra_mcp_server_versions": """
        id versionNumber:integer name mcpServerId version description? instructions? repository:json? releaseDate?
        isLatest:flag? packageCanonical? tools:json? agents:json? workflows:json? changedFields:json? changeMessage?
        createdAt:time
    """,
    "mastra_mcp_servers": "id status metadata:json? activeVersionId? authorId? createdAt:time updatedAt:time",
    "mastra_messages": "id thread_id content role type createdAt:time resourceId?",
    "mastra_notifications": """
        id threadId source kind priority status summary payload:json? resourceId? agentId? sourceId? dedupeKey?
        coalesceKey? coalescedCount:integer attributes:json? createdAt:time updatedAt:time deliveredAt:time?
        seenAt:time? dismissedAt:time? archivedAt:time? discardedAt:time? deliverAt:time? summaryAt:time?
        deliveryReason? deliveryAttempts:integer lastDeliveryAttemptAt:time? lastDeliveryError? deliveredSignalId?
        summarySignalId? metadata:json?
    """,
    "mastra_observational_memory": """
        id lookupKey scope resourceId? threadId? activeObservations activeObservationsPendingUpdate? originType config
        generationCount:integer lastObservedAt:time? lastReflectionAt:time? pendingMessageTokens:integer
        totalTokensObserved:integer observationTokenCount:integer isObserving:flag isReflecting:flag
        observedMessageIds:json? observedTimezone? bufferedObservations? bufferedObservationTokens:integer?
        bufferedMessageIds:json? bufferedReflection? bufferedReflectionTokens:integer?
        bufferedReflectionInputTokens:integer? reflectedObservationLineCount:integer? bufferedObservationChunks:json?
        isBufferingObservation:flag isBufferingReflection:flag lastBufferedAtTokens:integer lastBufferedAtTime:time?
        metadata:json? createdAt:time updatedAt:time
    """,
    "mastra_prompt_block_versions": """
        id versionNumber:integer name blockId description? content rules:json? requestContextSchema:json?
        changedFields:json? changeMessage? createdAt:time
    """,
    "mastra_prompt_blocks": "id status metadata:json? activeVersionId? authorId? createdAt:time updatedAt:time",
    "mastra_resources": "id workingMemory? metadata:json? createdAt:time updatedAt:time",
    "mastra_schedule_triggers": """
        id schedule_id run_id? scheduled_fire_at:bigint actual_fire_at:bigint outcome error? trigger_kind
        parent_trigger_id? metadata:json?
    """,
    "mastra_schedules": """
        id target:json cron timezone? status next_fire_at:bigint last_fire_at:bigint? last_run_id? created_at:bigint
        updated_at:bigint metadata:json? owner_type? owner_id?
    """,
    "mastra_scorer_definition_versions": """
        id versionNumber:integer name scorerDefinitionId description? type model:json? instructions? scoreRange:json?
        presetConfig:json? defaultSampling:json? changedFields:json? changeMessage? createdAt:time
    """,
    "mastra_scorer_definitions": """
        id status organizationId? projectId? metadata:json? activeVersionId? authorId? createdAt:time updatedAt:time
    """,
    "mastra_scorers": """
        id scorerId~ traceId? spanId? runId~ scorer:json~ preprocessStepResult:json? extractStepResult:json?
        analyzeStepResult:json? score:real~ reason? metadata:json? preprocessPrompt? extractPrompt? generateScorePrompt?
        generateReasonPrompt? analyzePrompt? reasonPrompt? input:json~ output:json~ additionalContext:json?
        requestContext:json? entityType? entity:json? entityId? source~ resourceId? threadId? organizationId? projectId?
        batchId? datasetId? datasetItemId? createdAt:time~ updatedAt:time~
    """,
    "mastra_skill_blobs": "hash content size:integer mimeType? createdAt:time",
    "mastra_skill_versions": """
        id versionNumber:integer name skillId description instructions license? compatibility:json? source:json?
        references:json? scripts:json? assets:json? files:json? metadata:json? tree:json? changedFields:json?
        changeMessage? createdAt:time
    """,
    "mastra_skills": """
        id status visibility? favoriteCount:integer? activeVersionId? authorId? createdAt:time updatedAt:time
    """,
    "mastra_thread_state": "threadId type value:json createdAt:time updatedAt:time",
    "mastra_threads": "id resourceId title metadata:json? createdAt:time updatedAt:time",
    "mastra_tool_provider_connections": """
        authorId providerId connectionId toolkit label? scope createdAt:time updatedAt:time
    """,
    "mastra_workflow_definitions": """
        id description? metadata:json? inputSchema:json outputSchema:json stateSchema:json? requestContextSchema:json?
        graph:json schedule:json? status source authorId? createdAt:time updatedAt:time
    """,
    "mastra_workflow_snapshot": "workflow_name~ run_id~ resourceId? snapshot:json~ createdAt:time~ updatedAt:time~",
    "mastra_workspace_versions": """
        id versionNumber:integer name workspaceId description? filesystem:json? sandbox:json? mounts:json? search:json?
        skills:json? tools:json? autoSync:flag? operationTimeout:integer? changedFields:json? changeMessage?
        createdAt:time
    """,
    "mastra_workspaces": "id status metadata:json? activeVersionId? authorId? createdAt:time updatedAt:time",
}

# The primary keys that are not "id" alone.
KEYS = {
    "mastra_channel_config": "platform",
    "mastra_favorites": "userId entityType entityId",
    "mastra_knowledge_cursors": "sourceThreadId agent",
    "mastra_knowledge_mentions": "sourceType sourceId recordId",
    "mastra_notifications": "",
    "mastra_skill_blobs": "hash",
    "mastra_thread_state": "threadId type",
    "mastra_tool_provider_connections": "authorId providerId connectionId",
    "mastra_workflow_snapshot": "",
}
POSTGRESQL_KEYS = {"mastra_ai_spans": "traceId spanId", "mastra_dataset_items": "id datasetVersion"}
"""Of tables that have none on SQLite."""

SPANS_KEY = "mastra_ai_spans_traceid_spanid_pk"
SNAPSHOT_KEY = "mastra_workflow_snapshot_workflow_name_run_id_key"

SUSPENDED_THREAD = """coalesce(jsonb_path_query_first(snapshot, '$."context".*?(@."status" == "suspended")\
."suspendPayload"."__streamState"."messageList"."memoryInfo"."threadId"'::jsonpath) #>> '{}',\
 snapshot #>> '{context,input,messageListState,memoryInfo,threadId}')"""

CREATED = sa.literal_column("""coalesce("createdAtZ", timezone('UTC', "createdAt"))""")
UPDATED = sa.literal_column("""coalesce("updatedAtZ", timezone('UTC', "updatedAt"))""")

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


def upgrade() -> None:
    for table_name, columns in COLUMNS.items():
        if exists(table_name):
            table(table_name, columns)
    indexes()
    if on_postgresql():
        postgresql_indexes()
        identity, place = quoted(name(SNAPSHOT_KEY, "lower", schema())), f"{quoted(schema())}." if schema() else ""
        execute(TRIGGER.format(place=place))
        execute(
            f"CREATE OR REPLACE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON {place}mastra_ai_spans "
            f"FOR EACH ROW EXECUTE FUNCTION {place}trigger_set_timestamps()"
        )
        execute(f"ALTER TABLE {place}mastra_workflow_snapshot REPLICA IDENTITY USING INDEX {identity}")
    else:
        sqlite_indexes()


def downgrade() -> None:
    for table_name in reversed(COLUMNS):
        if exists(table_name):
            op.drop_table(table_name, schema=schema())
    if on_postgresql():
        execute(f"DROP FUNCTION {quoted(schema()) + '.' if schema() else ''}trigger_set_timestamps()")


def indexes() -> None:
    index("idx_channel_installations_platform_agent", "mastra_channel_installations", "platform agentId")
    index("idx_channel_installations_webhook", "mastra_channel_installations", "webhookId", unique=True)
    index("idx_dataset_items_dataset_validto", "mastra_dataset_items", "datasetId validTo", prefix="none")
    index(
        "idx_dataset_items_dataset_validto_deleted",
        "mastra_dataset_items",
        "datasetId validTo isDeleted",
        prefix="none",
    )
    index("idx_dataset_items_dataset_version", "mastra_dataset_items", "datasetId datasetVersion", prefix="none")
    index("idx_dataset_versions_dataset_version", "mastra_dataset_versions", "datasetId version", prefix="none")
    index(
        "idx_dataset_versions_dataset_version_unique",
        "mastra_dataset_versions",
        "datasetId version",
        prefix="none",
        unique=True,
    )
    index(
        "idx_experiment_results_exp_item_attempt",
        "mastra_experiment_results",
        "experimentId itemId attempt",
        prefix="none",
        unique=True,
    )
    index("idx_experiment_results_experimentid", "mastra_experiment_results", "experimentId", prefix="none")
    index("idx_experiment_results_org_project", "mastra_experiment_results", "organizationId projectId", prefix="none")
    index("idx_experiments_datasetid", "mastra_experiments", "datasetId", prefix="none")
    index(
        "idx_experiments_grouping",
        "mastra_experiments",
        "experimentSetId comparisonId variantId trialIndex",
        prefix="none",
    )
    index("idx_experiments_org_project", "mastra_experiments", "organizationId projectId", prefix="none")
    index("idx_favorites_entity", "mastra_favorites", "entityType entityId", prefix="none")
    index("idx_knowledge_activity_latest", "mastra_knowledge_activity", "id:desc", prefix="none")
    index("idx_knowledge_mentions_record", "mastra_knowledge_mentions", "recordId sourceType sourceId", prefix="none")
    index(
        "idx_knowledge_nodes_identity",
        "mastra_knowledge_nodes",
        "type scopeKey canonicalName",
        prefix="none",
        unique=True,
    )
    index("idx_knowledge_nodes_scope", "mastra_knowledge_nodes", "scopeKey type", prefix="none")
    index("idx_knowledge_records_node_latest", "mastra_knowledge_records", "node id:desc", prefix="none")
    index("idx_knowledge_records_thread_latest", "mastra_knowledge_records", "sourceThreadId id:desc", prefix="none")
    index(
        "idx_knowledge_outbox_claim", "mastra_knowledge_semantic_outbox", "status availableAt createdAt", prefix="none"
    )
    index(
        "idx_knowledge_outbox_idempotency",
        "mastra_knowledge_semantic_outbox",
        "idempotencyKey",
        prefix="none",
        unique=True,
    )
    index(
        "idx_mcp_client_versions_client_version", "mastra_mcp_client_versions", "mcpClientId versionNumber", unique=True
    )
    index(
        "idx_mcp_server_versions_server_version", "mastra_mcp_server_versions", "mcpServerId versionNumber", unique=True
    )
    index(
        "mastra_store_messages_page_idx",
        "mastra_messages",
        "thread_id createdAt id",
        postgresql_include=["resourceId", "createdAtZ"],
    )
    index("mastra_store_messages_resource_page_idx", "mastra_messages", "resourceId createdAt id")
    index(
        "idx_notifications_coalescing",
        "mastra_notifications",
        "threadId source kind status agentId resourceId dedupeKey coalesceKey",
    )
    index("idx_notifications_due", "mastra_notifications", "status deliverAt summaryAt")
    index("idx_notifications_thread_status_updated", "mastra_notifications", "threadId status updatedAt")
    index("idx_om_lookup_key", "mastra_observational_memory", "lookupKey", prefix="none")
    index(
        "idx_prompt_block_versions_block_version", "mastra_prompt_block_versions", "blockId versionNumber", unique=True
    )
    index("idx_skill_versions_skill_version", "mastra_skill_versions", "skillId versionNumber", unique=True)
    index("idx_tool_provider_connections_author", "mastra_tool_provider_connections", "authorId providerId toolkit")
    index("idx_workflow_definitions_status", "mastra_workflow_definitions", "status")
    index("mastra_store_workflow_snapshot_created_idx", "mastra_workflow_snapshot", "createdAt")
    index("mastra_store_workflow_snapshot_resource_idx", "mastra_workflow_snapshot", "resourceId createdAt")
    index("mastra_store_workflow_snapshot_run_idx", "mastra_workflow_snapshot", "run_id")
    index(
        "idx_workspace_versions_workspace_version",
        "mastra_workspace_versions",
        "workspaceId versionNumber",
        unique=True,
    )


def postgresql_indexes() -> None:
    index("mastra_ai_spans_entitytype_entityid_idx", "mastra_ai_spans", "entityType entityId")
    index("mastra_ai_spans_entitytype_entityname_idx", "mastra_ai_spans", "entityType entityName")
    index("mastra_ai_spans_metadata_gin_idx", "mastra_ai_spans", "metadata", postgresql_using="gin")
    index("mastra_ai_spans_name_idx", "mastra_ai_spans", "name")
    index("mastra_ai_spans_orgid_userid_idx", "mastra_ai_spans", "organizationId userId")
    index("mastra_ai_spans_parentspanid_startedat_idx", "mastra_ai_spans", "parentSpanId startedAt:desc")
    index(
        "mastra_ai_spans_root_spans_idx",
        "mastra_ai_spans",
        "startedAt:desc",
        postgresql_where=sa.text('"parentSpanId" IS NULL'),
    )
    index("mastra_ai_spans_spantype_startedat_idx", "mastra_ai_spans", "spanType startedAt:desc")
    index("mastra_ai_spans_tags_gin_idx", "mastra_ai_spans", "tags", postgresql_using="gin")
    index("mastra_ai_spans_traceid_startedat_idx", "mastra_ai_spans", "traceId startedAt:desc")
    index("mastra_bg_tasks_agent_status_idx", "mastra_background_tasks", "agent_id status")
    index("mastra_bg_tasks_status_created_at_idx", "mastra_background_tasks", "status createdAt")
    index("mastra_bg_tasks_thread_idx", "mastra_background_tasks", "thread_id createdAt")
    index("mastra_bg_tasks_tool_call_idx", "mastra_background_tasks", "tool_call_id")
    index(
        "idx_dataset_items_external_id_history",
        "mastra_dataset_items",
        "datasetId externalId datasetVersion",
        prefix="none",
    )
    index("idx_dataset_items_org_project", "mastra_dataset_items", "organizationId projectId", prefix="none")
    index("idx_datasets_candidate", "mastra_datasets", "candidateKey candidateId", prefix="none")
    index("idx_datasets_org_project", "mastra_datasets", "organizationId projectId", prefix="none")
    index("idx_experiment_results_tags_gin", "mastra_experiment_results", "tags", prefix="none", postgresql_using="gin")
    index("mastra_messages_thread_id_createdat_idx", "mastra_messages", "thread_id createdAt:desc")
    index("idx_mastra_schedule_triggers_schedule_fire", "mastra_schedule_triggers", "schedule_id actual_fire_at:desc")
    index("idx_mastra_schedules_status_next_fire", "mastra_schedules", "status next_fire_at")
    index(
        "idx_scorer_definition_versions_def_version",
        "mastra_scorer_definition_versions",
        "scorerDefinitionId versionNumber",
        unique=True,
    )
    index("mastra_scores_trace_id_span_id_created_at_idx", "mastra_scorers", "traceId spanId createdAt:desc")
    index("mastra_store_threads_created_idx", "mastra_threads", CREATED, "id")
    index("mastra_store_threads_resource_created_idx", "mastra_threads", "resourceId", CREATED, "id")
    index("mastra_store_threads_resource_updated_idx", "mastra_threads", "resourceId", UPDATED, "id")
    index("mastra_threads_resourceid_createdat_idx", "mastra_threads", "resourceId createdAt:desc")
    index("mastra_workflow_snapshot_name_createdat_idx", "mastra_workflow_snapshot", "workflow_name createdAt:desc")
    index(
        "mastra_workflow_snapshot_name_status_createdat_idx",
        "mastra_workflow_snapshot",
        "workflow_name",
        sa.literal_column("(snapshot ->> 'status')"),
        "createdAt:desc",
        prefix="raw",
    )
    index(
        "mastra_workflow_snapshot_threadid_idx",
        "mastra_workflow_snapshot",
        sa.literal_column(SUSPENDED_THREAD),
        prefix="raw",
    )


def sqlite_indexes() -> None:
    index(
        "mastra_ai_spans_roots_started_at_idx",
        "mastra_ai_spans",
        "startedAt:desc",
        sqlite_where=sa.text('"parentSpanId" IS NULL'),
    )
    index("mastra_ai_spans_spanid_traceid_idx", "mastra_ai_spans", "spanId traceId", unique=True)
    index("mastra_ai_spans_trace_started_at_idx", "mastra_ai_spans", "traceId startedAt")
    index("idx_dataset_items_dataset_externalid_version", "mastra_dataset_items", "datasetId externalId datasetVersion")
    index(
        "idx_dataset_items_tenancy_list", "mastra_dataset_items", "organizationId projectId datasetId validTo isDeleted"
    )
    index("idx_datasets_tenancy_candidate", "mastra_datasets", "organizationId projectId candidateKey candidateId")
    index("idx_datasets_tenancy_createdat", "mastra_datasets", "organizationId projectId createdAt id")
    index("idx_messages_thread_created_at", "mastra_messages", "thread_id createdAt")
    index("idx_messages_thread_resource_created_at", "mastra_messages", "thread_id resourceId createdAt")
    index("idx_schedule_triggers_schedule_fire", "mastra_schedule_triggers", "schedule_id actual_fire_at")
    index("idx_schedules_status_next_fire", "mastra_schedules", "status next_fire_at")
    index(
        "idx_scorer_definition_versions_scorer_version",
        "mastra_scorer_definition_versions",
        "scorerDefinitionId versionNumber",
        unique=True,
    )
    index("mastra_store_threads_created_idx", "mastra_threads", "createdAt id")
    index("mastra_store_threads_resource_created_idx", "mastra_threads", "resourceId createdAt id")
    index("mastra_store_threads_resource_updated_idx", "mastra_threads", "resourceId updatedAt id")


def on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def schema() -> str | None:
    name: str | None = context.config.attributes["schema"]
    return name


def exists(table_name: str) -> bool:
    return table_name != "mastra_harness_sessions" or not on_postgresql()


def table(table_name: str, columns: str) -> None:
    """Make a table. On PostgreSQL the twins of times stand behind all plain columns."""
    described = [(each.rstrip("?~").partition(":"), each[-1]) for each in columns.split()]
    plain = [column(column_name, kind or "text", ending) for (column_name, _, kind), ending in described]
    twins = [twin(column_name) for (column_name, _, kind), _ in described if kind == "time" and on_postgresql()]
    op.create_table(table_name, *plain, *twins, *constraints(table_name), schema=schema())


def column(column_name: str, kind: str, ending: str) -> sa.Column[Any]:
    types: dict[str, Any] = {
        "text": sa.Text(),
        "integer": sa.Integer(),
        "bigint": sa.BigInteger() if on_postgresql() else sa.Integer(),
        "real": sa.Double() if on_postgresql() else sa.REAL(),
        "flag": sa.Boolean() if on_postgresql() else sa.Integer(),
        "json": pg.JSONB() if on_postgresql() else sa.Text(),
        "time": pg.TIMESTAMP() if on_postgresql() else sa.Text(),
    }
    return sa.Column(column_name, types[kind], nullable=ending == "?" or (ending == "~" and not on_postgresql()))


def twin(column_name: str) -> sa.Column[Any]:
    """The instant beside a wall clock."""
    return sa.Column(f"{column_name}Z", pg.TIMESTAMP(timezone=True), server_default=sa.func.now())


def constraints(table_name: str) -> list[sa.Constraint]:
    named = {"mastra_ai_spans": name(SPANS_KEY, "lower", schema())} if on_postgresql() else {}
    keys = KEYS | (POSTGRESQL_KEYS if on_postgresql() else dict.fromkeys(POSTGRESQL_KEYS, ""))
    key = keys.get(table_name, "id").split()
    made: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key, name=named.get(table_name))] if key else []
    if table_name == "mastra_workflow_snapshot":
        unique = name(SNAPSHOT_KEY, "lower", schema()) if on_postgresql() else None
        made.append(sa.UniqueConstraint("workflow_name", "run_id", name=unique))
    if table_name == "mastra_ai_spans" and not on_postgresql():
        made.append(sa.UniqueConstraint("spanId", "traceId"))
    return made


def index(given: str, table_name: str, *columns: Any, prefix: str = "name", **options: Any) -> None:
    """Make an index on columns, ``:desc`` behind those that go down, or on expressions."""
    parts: list[Any] = []
    for each in columns:
        parts += map(part, each.split()) if isinstance(each, str) else [each]
    op.create_index(name(given, prefix, schema()), table_name, parts, schema=schema(), **options)


def part(described: str) -> Any:
    column_name, _, direction = described.partition(":")
    return sa.column(column_name).desc() if direction else column_name


def name(given: str, rule: str, schema: str | None) -> str:
    """The name of an index or constraint in a schema."""
    if rule == "none" or given.startswith("mastra_store_") or (schema is None and rule != "lower"):
        return given
    word = re.sub(r"[^A-Za-z0-9_]", "_", schema or "public")
    word = f"_{word}" if word[0].isdigit() else word
    prefix = {"name": word, "raw": (schema or "").lower(), "lower": word.lower()}[rule]
    full = f"{prefix}_{given}"
    if len(full.encode()) <= 63:
        return full
    return full.encode()[:54].decode(errors="ignore") + "_" + hashlib.sha256(full.encode()).hexdigest()[:8]


def quoted(identifier: str | None) -> str:
    return f'"{identifier}"'  # no schema's name holds a quote


def execute(statement: str) -> None:
    op.execute(sa.DDL(statement.replace("%", "%%")))  # DDL() would read a schema's % as a format
