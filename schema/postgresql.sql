CREATE TABLE IF NOT EXISTS mastra_agent_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "agentId" TEXT NOT NULL, 
    description TEXT, 
    instructions TEXT NOT NULL, 
    model JSONB NOT NULL, 
    tools JSONB, 
    "defaultOptions" JSONB, 
    workflows JSONB, 
    agents JSONB, 
    "integrationTools" JSONB, 
    "toolProviders" JSONB, 
    "inputProcessors" JSONB, 
    "outputProcessors" JSONB, 
    memory JSONB, 
    scorers JSONB, 
    "mcpClients" JSONB, 
    "requestContextSchema" JSONB, 
    workspace JSONB, 
    skills JSONB, 
    "skillsFormat" TEXT, 
    durable JSONB, 
    browser JSONB, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_store_agent_versions_number_idx ON mastra_agent_versions ("agentId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_agents (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    visibility TEXT, 
    metadata JSONB, 
    "favoriteCount" INTEGER, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_ai_spans (
    "traceId" TEXT NOT NULL, 
    "spanId" TEXT NOT NULL, 
    name TEXT NOT NULL, 
    "spanType" TEXT NOT NULL, 
    "isEvent" BOOLEAN NOT NULL, 
    "startedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "parentSpanId" TEXT, 
    "entityType" TEXT, 
    "entityId" TEXT, 
    "entityName" TEXT, 
    "parentEntityType" TEXT, 
    "parentEntityId" TEXT, 
    "parentEntityName" TEXT, 
    "rootEntityType" TEXT, 
    "rootEntityId" TEXT, 
    "rootEntityName" TEXT, 
    "userId" TEXT, 
    "organizationId" TEXT, 
    "resourceId" TEXT, 
    "runId" TEXT, 
    "sessionId" TEXT, 
    "threadId" TEXT, 
    "requestId" TEXT, 
    environment TEXT, 
    "serviceName" TEXT, 
    scope JSONB, 
    "entityVersionId" TEXT, 
    "parentEntityVersionId" TEXT, 
    "rootEntityVersionId" TEXT, 
    "experimentId" TEXT, 
    source TEXT, 
    metadata JSONB, 
    tags JSONB, 
    attributes JSONB, 
    links JSONB, 
    input JSONB, 
    output JSONB, 
    error JSONB, 
    "endedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "requestContext" JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "startedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "endedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    CONSTRAINT public_mastra_ai_spans_traceid_spanid_pk PRIMARY KEY ("traceId", "spanId")
);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_entitytype_entityid_idx ON mastra_ai_spans ("entityType", "entityId");

CREATE INDEX IF NOT EXISTS mastra_ai_spans_entitytype_entityname_idx ON mastra_ai_spans ("entityType", "entityName");

CREATE INDEX IF NOT EXISTS mastra_ai_spans_metadata_gin_idx ON mastra_ai_spans USING gin (metadata);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_name_idx ON mastra_ai_spans (name);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_orgid_userid_idx ON mastra_ai_spans ("organizationId", "userId");

CREATE INDEX IF NOT EXISTS mastra_ai_spans_parentspanid_startedat_idx ON mastra_ai_spans ("parentSpanId", "startedAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_root_spans_idx ON mastra_ai_spans ("startedAt" DESC) WHERE "parentSpanId" IS NULL;

CREATE INDEX IF NOT EXISTS mastra_ai_spans_spantype_startedat_idx ON mastra_ai_spans ("spanType", "startedAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_tags_gin_idx ON mastra_ai_spans USING gin (tags);

CREATE INDEX IF NOT EXISTS mastra_ai_spans_traceid_startedat_idx ON mastra_ai_spans ("traceId", "startedAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_store_spans_age_idx ON mastra_ai_spans USING brin ("startedAt");

CREATE TABLE IF NOT EXISTS mastra_background_tasks (
    id TEXT NOT NULL, 
    tool_call_id TEXT NOT NULL, 
    tool_name TEXT NOT NULL, 
    agent_id TEXT NOT NULL, 
    run_id TEXT NOT NULL, 
    thread_id TEXT, 
    resource_id TEXT, 
    status TEXT NOT NULL, 
    args JSONB NOT NULL, 
    result JSONB, 
    error JSONB, 
    suspend_payload JSONB, 
    retry_count INTEGER NOT NULL, 
    max_retries INTEGER NOT NULL, 
    timeout_ms INTEGER NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "startedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "suspendedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "completedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "startedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "suspendedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "completedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_bg_tasks_agent_status_idx ON mastra_background_tasks (agent_id, status);

CREATE INDEX IF NOT EXISTS mastra_bg_tasks_status_created_at_idx ON mastra_background_tasks (status, "createdAt");

CREATE INDEX IF NOT EXISTS mastra_bg_tasks_thread_idx ON mastra_background_tasks (thread_id, "createdAt");

CREATE INDEX IF NOT EXISTS mastra_bg_tasks_tool_call_idx ON mastra_background_tasks (tool_call_id);

CREATE TABLE IF NOT EXISTS mastra_channel_config (
    platform TEXT NOT NULL, 
    data JSONB NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (platform)
);

CREATE TABLE IF NOT EXISTS mastra_channel_installations (
    id TEXT NOT NULL, 
    platform TEXT NOT NULL, 
    "agentId" TEXT NOT NULL, 
    status TEXT NOT NULL, 
    "webhookId" TEXT, 
    data JSONB NOT NULL, 
    "configHash" TEXT, 
    error TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_channel_installations_platform_agent ON mastra_channel_installations (platform, "agentId");

CREATE UNIQUE INDEX IF NOT EXISTS idx_channel_installations_webhook ON mastra_channel_installations ("webhookId");

CREATE TABLE IF NOT EXISTS mastra_dataset_items (
    id TEXT NOT NULL, 
    "datasetId" TEXT NOT NULL, 
    "datasetVersion" INTEGER NOT NULL, 
    "externalId" TEXT, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    "validTo" INTEGER, 
    "isDeleted" BOOLEAN NOT NULL, 
    input JSONB NOT NULL, 
    "groundTruth" JSONB, 
    "requestContext" JSONB, 
    metadata JSONB, 
    source JSONB, 
    "expectedTrajectory" JSONB, 
    "toolMocks" JSONB, 
    "unmockedToolPolicy" TEXT, 
    "scorerIds" JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id, "datasetVersion")
);

CREATE INDEX IF NOT EXISTS idx_dataset_items_dataset_validto ON mastra_dataset_items ("datasetId", "validTo");

CREATE INDEX IF NOT EXISTS idx_dataset_items_dataset_validto_deleted ON mastra_dataset_items ("datasetId", "validTo", "isDeleted");

CREATE INDEX IF NOT EXISTS idx_dataset_items_dataset_version ON mastra_dataset_items ("datasetId", "datasetVersion");

CREATE INDEX IF NOT EXISTS idx_dataset_items_external_id_history ON mastra_dataset_items ("datasetId", "externalId", "datasetVersion");

CREATE INDEX IF NOT EXISTS idx_dataset_items_org_project ON mastra_dataset_items ("organizationId", "projectId");

CREATE TABLE IF NOT EXISTS mastra_dataset_versions (
    id TEXT NOT NULL, 
    "datasetId" TEXT NOT NULL, 
    version INTEGER NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_dataset_versions_dataset_version ON mastra_dataset_versions ("datasetId", version);

CREATE UNIQUE INDEX IF NOT EXISTS idx_dataset_versions_dataset_version_unique ON mastra_dataset_versions ("datasetId", version);

CREATE TABLE IF NOT EXISTS mastra_datasets (
    id TEXT NOT NULL, 
    name TEXT NOT NULL, 
    description TEXT, 
    metadata JSONB, 
    "inputSchema" JSONB, 
    "groundTruthSchema" JSONB, 
    "requestContextSchema" JSONB, 
    tags JSONB, 
    "targetType" TEXT, 
    "targetIds" JSONB, 
    "scorerIds" JSONB, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    "candidateKey" TEXT, 
    "candidateId" TEXT, 
    version INTEGER NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_datasets_candidate ON mastra_datasets ("candidateKey", "candidateId");

CREATE INDEX IF NOT EXISTS idx_datasets_org_project ON mastra_datasets ("organizationId", "projectId");

CREATE TABLE IF NOT EXISTS mastra_experiment_results (
    id TEXT NOT NULL, 
    "experimentId" TEXT NOT NULL, 
    "itemId" TEXT NOT NULL, 
    "itemDatasetVersion" INTEGER, 
    input JSONB NOT NULL, 
    output JSONB, 
    "groundTruth" JSONB, 
    metadata JSONB, 
    error JSONB, 
    "startedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "completedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "retryCount" INTEGER NOT NULL, 
    attempt INTEGER, 
    "traceId" TEXT, 
    status TEXT, 
    tags JSONB, 
    comment TEXT, 
    "toolMockReport" JSONB, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "startedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "completedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_experiment_results_exp_item_attempt ON mastra_experiment_results ("experimentId", "itemId", attempt);

CREATE INDEX IF NOT EXISTS idx_experiment_results_experimentid ON mastra_experiment_results ("experimentId");

CREATE INDEX IF NOT EXISTS idx_experiment_results_org_project ON mastra_experiment_results ("organizationId", "projectId");

CREATE INDEX IF NOT EXISTS idx_experiment_results_tags_gin ON mastra_experiment_results USING gin (tags);

CREATE TABLE IF NOT EXISTS mastra_experiments (
    id TEXT NOT NULL, 
    name TEXT, 
    description TEXT, 
    metadata JSONB, 
    provenance JSONB, 
    "runnerAttestation" JSONB, 
    "experimentSetId" TEXT, 
    "comparisonId" TEXT, 
    "variantId" TEXT, 
    "trialIndex" INTEGER, 
    "datasetId" TEXT, 
    "datasetVersion" INTEGER, 
    "targetType" TEXT, 
    "targetId" TEXT, 
    "scorerIds" JSONB, 
    status TEXT NOT NULL, 
    "totalItems" INTEGER NOT NULL, 
    "succeededCount" INTEGER NOT NULL, 
    "failedCount" INTEGER NOT NULL, 
    "skippedCount" INTEGER NOT NULL, 
    "startedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "completedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "agentVersion" TEXT, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "startedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "completedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_experiments_datasetid ON mastra_experiments ("datasetId");

CREATE INDEX IF NOT EXISTS idx_experiments_grouping ON mastra_experiments ("experimentSetId", "comparisonId", "variantId", "trialIndex");

CREATE INDEX IF NOT EXISTS idx_experiments_org_project ON mastra_experiments ("organizationId", "projectId");

CREATE TABLE IF NOT EXISTS mastra_favorites (
    "userId" TEXT NOT NULL, 
    "entityType" TEXT NOT NULL, 
    "entityId" TEXT NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY ("userId", "entityType", "entityId")
);

CREATE INDEX IF NOT EXISTS idx_favorites_entity ON mastra_favorites ("entityType", "entityId");

CREATE TABLE IF NOT EXISTS mastra_knowledge_activity (
    id TEXT NOT NULL, 
    action TEXT NOT NULL, 
    "recordType" TEXT NOT NULL, 
    "recordId" TEXT NOT NULL, 
    scope JSONB NOT NULL, 
    "scopeKey" TEXT NOT NULL, 
    "sourceThreadId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_knowledge_activity_latest ON mastra_knowledge_activity (id DESC);

CREATE TABLE IF NOT EXISTS mastra_knowledge_cursors (
    "sourceThreadId" TEXT NOT NULL, 
    agent TEXT NOT NULL, 
    "lastKnowledgeId" TEXT NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY ("sourceThreadId", agent)
);

CREATE TABLE IF NOT EXISTS mastra_knowledge_mentions (
    "sourceType" TEXT NOT NULL, 
    "sourceId" TEXT NOT NULL, 
    "recordId" TEXT NOT NULL, 
    PRIMARY KEY ("sourceType", "sourceId", "recordId")
);

CREATE INDEX IF NOT EXISTS idx_knowledge_mentions_record ON mastra_knowledge_mentions ("recordId", "sourceType", "sourceId");

CREATE TABLE IF NOT EXISTS mastra_knowledge_nodes (
    id TEXT NOT NULL, 
    type TEXT NOT NULL, 
    name TEXT NOT NULL, 
    "canonicalName" TEXT NOT NULL, 
    kind TEXT, 
    content TEXT, 
    description TEXT, 
    scope JSONB NOT NULL, 
    "scopeKey" TEXT NOT NULL, 
    version INTEGER NOT NULL, 
    "mergedInto" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_knowledge_nodes_identity ON mastra_knowledge_nodes (type, "scopeKey", "canonicalName");

CREATE INDEX IF NOT EXISTS idx_knowledge_nodes_scope ON mastra_knowledge_nodes ("scopeKey", type);

CREATE TABLE IF NOT EXISTS mastra_knowledge_records (
    id TEXT NOT NULL, 
    node TEXT NOT NULL, 
    text TEXT NOT NULL, 
    scope JSONB NOT NULL, 
    "scopeKey" TEXT NOT NULL, 
    "sourceThreadId" TEXT NOT NULL, 
    "capturedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "when" TIMESTAMP WITHOUT TIME ZONE, 
    "maxScope" TEXT, 
    metadata JSONB, 
    "deletedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "deletedBy" TEXT, 
    "capturedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "whenZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "deletedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_knowledge_records_node_latest ON mastra_knowledge_records (node, id DESC);

CREATE INDEX IF NOT EXISTS idx_knowledge_records_thread_latest ON mastra_knowledge_records ("sourceThreadId", id DESC);

CREATE TABLE IF NOT EXISTS mastra_knowledge_semantic_outbox (
    id TEXT NOT NULL, 
    "idempotencyKey" TEXT NOT NULL, 
    "documentId" TEXT NOT NULL, 
    "documentType" TEXT NOT NULL, 
    operation TEXT NOT NULL, 
    scope JSONB NOT NULL, 
    "scopeKey" TEXT NOT NULL, 
    status TEXT NOT NULL, 
    attempts INTEGER NOT NULL, 
    "availableAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "claimedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "claimedBy" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "completedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "availableAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "claimedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "completedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_knowledge_outbox_claim ON mastra_knowledge_semantic_outbox (status, "availableAt", "createdAt");

CREATE UNIQUE INDEX IF NOT EXISTS idx_knowledge_outbox_idempotency ON mastra_knowledge_semantic_outbox ("idempotencyKey");

CREATE TABLE IF NOT EXISTS mastra_mcp_client_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "mcpClientId" TEXT NOT NULL, 
    description TEXT, 
    servers JSONB NOT NULL, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_mcp_client_versions_client_version ON mastra_mcp_client_versions ("mcpClientId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_mcp_clients (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    metadata JSONB, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_mcp_server_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "mcpServerId" TEXT NOT NULL, 
    version TEXT NOT NULL, 
    description TEXT, 
    instructions TEXT, 
    repository JSONB, 
    "releaseDate" TEXT, 
    "isLatest" BOOLEAN, 
    "packageCanonical" TEXT, 
    tools JSONB, 
    agents JSONB, 
    workflows JSONB, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_mcp_server_versions_server_version ON mastra_mcp_server_versions ("mcpServerId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_mcp_servers (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    metadata JSONB, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_messages (
    id TEXT NOT NULL, 
    thread_id TEXT NOT NULL, 
    content TEXT NOT NULL, 
    role TEXT NOT NULL, 
    type TEXT NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "resourceId" TEXT, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_messages_thread_id_createdat_idx ON mastra_messages (thread_id, "createdAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_store_messages_age_idx ON mastra_messages USING brin ("createdAt");

CREATE INDEX IF NOT EXISTS mastra_store_messages_page_idx ON mastra_messages (thread_id, "createdAt", id) INCLUDE ("resourceId", "createdAtZ");

CREATE INDEX IF NOT EXISTS mastra_store_messages_resource_page_idx ON mastra_messages ("resourceId", "createdAt", id);

CREATE TABLE IF NOT EXISTS mastra_notifications (
    id TEXT NOT NULL, 
    "threadId" TEXT NOT NULL, 
    source TEXT NOT NULL, 
    kind TEXT NOT NULL, 
    priority TEXT NOT NULL, 
    status TEXT NOT NULL, 
    summary TEXT NOT NULL, 
    payload JSONB, 
    "resourceId" TEXT, 
    "agentId" TEXT, 
    "sourceId" TEXT, 
    "dedupeKey" TEXT, 
    "coalesceKey" TEXT, 
    "coalescedCount" INTEGER NOT NULL, 
    attributes JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "deliveredAt" TIMESTAMP WITHOUT TIME ZONE, 
    "seenAt" TIMESTAMP WITHOUT TIME ZONE, 
    "dismissedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "archivedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "discardedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "deliverAt" TIMESTAMP WITHOUT TIME ZONE, 
    "summaryAt" TIMESTAMP WITHOUT TIME ZONE, 
    "deliveryReason" TEXT, 
    "deliveryAttempts" INTEGER NOT NULL, 
    "lastDeliveryAttemptAt" TIMESTAMP WITHOUT TIME ZONE, 
    "lastDeliveryError" TEXT, 
    "deliveredSignalId" TEXT, 
    "summarySignalId" TEXT, 
    metadata JSONB, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "deliveredAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "seenAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "dismissedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "archivedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "discardedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "deliverAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "summaryAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "lastDeliveryAttemptAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now()
);

CREATE INDEX IF NOT EXISTS idx_notifications_coalescing ON mastra_notifications ("threadId", source, kind, status, "agentId", "resourceId", "dedupeKey", "coalesceKey");

CREATE INDEX IF NOT EXISTS idx_notifications_due ON mastra_notifications (status, "deliverAt", "summaryAt");

CREATE INDEX IF NOT EXISTS idx_notifications_thread_status_updated ON mastra_notifications ("threadId", status, "updatedAt");

CREATE TABLE IF NOT EXISTS mastra_observational_memory (
    id TEXT NOT NULL, 
    "lookupKey" TEXT NOT NULL, 
    scope TEXT NOT NULL, 
    "resourceId" TEXT, 
    "threadId" TEXT, 
    "activeObservations" TEXT NOT NULL, 
    "activeObservationsPendingUpdate" TEXT, 
    "originType" TEXT NOT NULL, 
    config TEXT NOT NULL, 
    "generationCount" INTEGER NOT NULL, 
    "lastObservedAt" TIMESTAMP WITHOUT TIME ZONE, 
    "lastReflectionAt" TIMESTAMP WITHOUT TIME ZONE, 
    "pendingMessageTokens" INTEGER NOT NULL, 
    "totalTokensObserved" INTEGER NOT NULL, 
    "observationTokenCount" INTEGER NOT NULL, 
    "isObserving" BOOLEAN NOT NULL, 
    "isReflecting" BOOLEAN NOT NULL, 
    "observedMessageIds" JSONB, 
    "observedTimezone" TEXT, 
    "bufferedObservations" TEXT, 
    "bufferedObservationTokens" INTEGER, 
    "bufferedMessageIds" JSONB, 
    "bufferedReflection" TEXT, 
    "bufferedReflectionTokens" INTEGER, 
    "bufferedReflectionInputTokens" INTEGER, 
    "reflectedObservationLineCount" INTEGER, 
    "bufferedObservationChunks" JSONB, 
    "isBufferingObservation" BOOLEAN NOT NULL, 
    "isBufferingReflection" BOOLEAN NOT NULL, 
    "lastBufferedAtTokens" INTEGER NOT NULL, 
    "lastBufferedAtTime" TIMESTAMP WITHOUT TIME ZONE, 
    metadata JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "lastObservedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "lastReflectionAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "lastBufferedAtTimeZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_om_lookup_key ON mastra_observational_memory ("lookupKey");

CREATE TABLE IF NOT EXISTS mastra_prompt_block_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "blockId" TEXT NOT NULL, 
    description TEXT, 
    content TEXT NOT NULL, 
    rules JSONB, 
    "requestContextSchema" JSONB, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_prompt_block_versions_block_version ON mastra_prompt_block_versions ("blockId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_prompt_blocks (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    metadata JSONB, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_resources (
    id TEXT NOT NULL, 
    "workingMemory" TEXT, 
    metadata JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_schedule_triggers (
    id TEXT NOT NULL, 
    schedule_id TEXT NOT NULL, 
    run_id TEXT, 
    scheduled_fire_at BIGINT NOT NULL, 
    actual_fire_at BIGINT NOT NULL, 
    outcome TEXT NOT NULL, 
    error TEXT, 
    trigger_kind TEXT NOT NULL, 
    parent_trigger_id TEXT, 
    metadata JSONB, 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_mastra_schedule_triggers_schedule_fire ON mastra_schedule_triggers (schedule_id, actual_fire_at DESC);

CREATE TABLE IF NOT EXISTS mastra_schedules (
    id TEXT NOT NULL, 
    target JSONB NOT NULL, 
    cron TEXT NOT NULL, 
    timezone TEXT, 
    status TEXT NOT NULL, 
    next_fire_at BIGINT NOT NULL, 
    last_fire_at BIGINT, 
    last_run_id TEXT, 
    created_at BIGINT NOT NULL, 
    updated_at BIGINT NOT NULL, 
    metadata JSONB, 
    owner_type TEXT, 
    owner_id TEXT, 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_mastra_schedules_status_next_fire ON mastra_schedules (status, next_fire_at);

CREATE TABLE IF NOT EXISTS mastra_scorer_definition_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "scorerDefinitionId" TEXT NOT NULL, 
    description TEXT, 
    type TEXT NOT NULL, 
    model JSONB, 
    instructions TEXT, 
    "scoreRange" JSONB, 
    "presetConfig" JSONB, 
    "defaultSampling" JSONB, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_scorer_definition_versions_def_version ON mastra_scorer_definition_versions ("scorerDefinitionId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_scorer_definitions (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    metadata JSONB, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_scorers (
    id TEXT NOT NULL, 
    "scorerId" TEXT NOT NULL, 
    "traceId" TEXT, 
    "spanId" TEXT, 
    "runId" TEXT NOT NULL, 
    scorer JSONB NOT NULL, 
    "preprocessStepResult" JSONB, 
    "extractStepResult" JSONB, 
    "analyzeStepResult" JSONB, 
    score DOUBLE PRECISION NOT NULL, 
    reason TEXT, 
    metadata JSONB, 
    "preprocessPrompt" TEXT, 
    "extractPrompt" TEXT, 
    "generateScorePrompt" TEXT, 
    "generateReasonPrompt" TEXT, 
    "analyzePrompt" TEXT, 
    "reasonPrompt" TEXT, 
    input JSONB NOT NULL, 
    output JSONB NOT NULL, 
    "additionalContext" JSONB, 
    "requestContext" JSONB, 
    "entityType" TEXT, 
    entity JSONB, 
    "entityId" TEXT, 
    source TEXT NOT NULL, 
    "resourceId" TEXT, 
    "threadId" TEXT, 
    "organizationId" TEXT, 
    "projectId" TEXT, 
    "batchId" TEXT, 
    "datasetId" TEXT, 
    "datasetItemId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_scores_trace_id_span_id_created_at_idx ON mastra_scorers ("traceId", "spanId", "createdAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_store_scores_age_idx ON mastra_scorers USING brin ("createdAt");

CREATE INDEX IF NOT EXISTS mastra_store_scores_entity_idx ON mastra_scorers ("entityId", "entityType", "createdAt", id);

CREATE INDEX IF NOT EXISTS mastra_store_scores_run_idx ON mastra_scorers ("runId", "createdAt", id);

CREATE INDEX IF NOT EXISTS mastra_store_scores_scorer_idx ON mastra_scorers ("scorerId", "createdAt", id);

CREATE TABLE IF NOT EXISTS mastra_skill_blobs (
    hash TEXT NOT NULL, 
    content TEXT NOT NULL, 
    size INTEGER NOT NULL, 
    "mimeType" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (hash)
);

CREATE TABLE IF NOT EXISTS mastra_skill_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "skillId" TEXT NOT NULL, 
    description TEXT NOT NULL, 
    instructions TEXT NOT NULL, 
    license TEXT, 
    compatibility JSONB, 
    source JSONB, 
    "references" JSONB, 
    scripts JSONB, 
    assets JSONB, 
    files JSONB, 
    metadata JSONB, 
    tree JSONB, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_skill_versions_skill_version ON mastra_skill_versions ("skillId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_skills (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    visibility TEXT, 
    "favoriteCount" INTEGER, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS mastra_store_copies (
    "copyId" TEXT NOT NULL, 
    "tableName" TEXT NOT NULL, 
    source TEXT NOT NULL, 
    "lastKey" JSONB, 
    batches BIGINT NOT NULL, 
    copied BIGINT NOT NULL, 
    skipped BIGINT NOT NULL, 
    done BOOLEAN NOT NULL, 
    "startedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "startedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY ("copyId", "tableName")
);

CREATE TABLE IF NOT EXISTS mastra_store_metrics (
    id TEXT NOT NULL, 
    name TEXT NOT NULL, 
    value DOUBLE PRECISION NOT NULL, 
    "recordedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    labels JSONB NOT NULL, 
    "traceId" TEXT, 
    "spanId" TEXT, 
    "recordedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_store_metrics_age_idx ON mastra_store_metrics USING brin ("recordedAt");

CREATE INDEX IF NOT EXISTS mastra_store_metrics_name_recorded_idx ON mastra_store_metrics (name, "recordedAt", id);

CREATE TABLE IF NOT EXISTS mastra_thread_state (
    "threadId" TEXT NOT NULL, 
    type TEXT NOT NULL, 
    value JSONB NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY ("threadId", type)
);

CREATE TABLE IF NOT EXISTS mastra_threads (
    id TEXT NOT NULL, 
    "resourceId" TEXT NOT NULL, 
    title TEXT NOT NULL, 
    metadata JSONB, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS mastra_store_threads_created_idx ON mastra_threads (coalesce("createdAtZ", timezone('UTC', "createdAt")), id);

CREATE INDEX IF NOT EXISTS mastra_store_threads_resource_created_idx ON mastra_threads ("resourceId", coalesce("createdAtZ", timezone('UTC', "createdAt")), id);

CREATE INDEX IF NOT EXISTS mastra_store_threads_resource_updated_idx ON mastra_threads ("resourceId", coalesce("updatedAtZ", timezone('UTC', "updatedAt")), id);

CREATE INDEX IF NOT EXISTS mastra_threads_resourceid_createdat_idx ON mastra_threads ("resourceId", "createdAt" DESC);

CREATE TABLE IF NOT EXISTS mastra_tool_provider_connections (
    "authorId" TEXT NOT NULL, 
    "providerId" TEXT NOT NULL, 
    "connectionId" TEXT NOT NULL, 
    toolkit TEXT NOT NULL, 
    label TEXT, 
    scope TEXT NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY ("authorId", "providerId", "connectionId")
);

CREATE INDEX IF NOT EXISTS idx_tool_provider_connections_author ON mastra_tool_provider_connections ("authorId", "providerId", toolkit);

CREATE TABLE IF NOT EXISTS mastra_workflow_definitions (
    id TEXT NOT NULL, 
    description TEXT, 
    metadata JSONB, 
    "inputSchema" JSONB NOT NULL, 
    "outputSchema" JSONB NOT NULL, 
    "stateSchema" JSONB, 
    "requestContextSchema" JSONB, 
    graph JSONB NOT NULL, 
    schedule JSONB, 
    status TEXT NOT NULL, 
    source TEXT NOT NULL, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS idx_workflow_definitions_status ON mastra_workflow_definitions (status);

CREATE TABLE IF NOT EXISTS mastra_workflow_snapshot (
    workflow_name TEXT NOT NULL, 
    run_id TEXT NOT NULL, 
    "resourceId" TEXT, 
    snapshot JSONB NOT NULL, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    CONSTRAINT public_mastra_workflow_snapshot_workflow_name_run_id_key UNIQUE (workflow_name, run_id)
);

CREATE INDEX IF NOT EXISTS mastra_store_workflow_snapshot_created_idx ON mastra_workflow_snapshot ("createdAt");

CREATE INDEX IF NOT EXISTS mastra_store_workflow_snapshot_resource_idx ON mastra_workflow_snapshot ("resourceId", "createdAt");

CREATE INDEX IF NOT EXISTS mastra_store_workflow_snapshot_run_idx ON mastra_workflow_snapshot (run_id);

CREATE INDEX IF NOT EXISTS mastra_workflow_snapshot_name_createdat_idx ON mastra_workflow_snapshot (workflow_name, "createdAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_workflow_snapshot_name_status_createdat_idx ON mastra_workflow_snapshot (workflow_name, (snapshot ->> 'status'), "createdAt" DESC);

CREATE INDEX IF NOT EXISTS mastra_workflow_snapshot_threadid_idx ON mastra_workflow_snapshot (coalesce(jsonb_path_query_first(snapshot, '$."context".*?(@."status" == "suspended")."suspendPayload"."__streamState"."messageList"."memoryInfo"."threadId"'::jsonpath) #>> '{}', snapshot #>> '{context,input,messageListState,memoryInfo,threadId}'));

CREATE TABLE IF NOT EXISTS mastra_workspace_versions (
    id TEXT NOT NULL, 
    "versionNumber" INTEGER NOT NULL, 
    name TEXT NOT NULL, 
    "workspaceId" TEXT NOT NULL, 
    description TEXT, 
    filesystem JSONB, 
    sandbox JSONB, 
    mounts JSONB, 
    search JSONB, 
    skills JSONB, 
    tools JSONB, 
    "autoSync" BOOLEAN, 
    "operationTimeout" INTEGER, 
    "changedFields" JSONB, 
    "changeMessage" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_workspace_versions_workspace_version ON mastra_workspace_versions ("workspaceId", "versionNumber");

CREATE TABLE IF NOT EXISTS mastra_workspaces (
    id TEXT NOT NULL, 
    status TEXT NOT NULL, 
    metadata JSONB, 
    "activeVersionId" TEXT, 
    "authorId" TEXT, 
    "createdAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "updatedAt" TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
    "createdAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    "updatedAtZ" TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    PRIMARY KEY (id)
);

CREATE OR REPLACE FUNCTION trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
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
$$;

CREATE OR REPLACE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON mastra_ai_spans
FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamps();

ALTER TABLE mastra_workflow_snapshot REPLICA IDENTITY USING INDEX "public_mastra_workflow_snapshot_workflow_name_run_id_key";

CREATE TABLE IF NOT EXISTS mastra_store_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT mastra_store_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO mastra_store_version (version_num) SELECT '0004' WHERE NOT EXISTS (SELECT 1 FROM mastra_store_version);
