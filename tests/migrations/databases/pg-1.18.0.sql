-- The tables that @mastra/pg 1.18.0 with @mastra/core 1.55.0 makes, as the database's catalog shows them, and a few rows.
CREATE FUNCTION trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- stamps createdAt, updatedAt and their twins
    RETURN NEW;
END;
$$;
CREATE TABLE mastra_agent_versions (id text NOT NULL, "agentId" text NOT NULL, "versionNumber" integer NOT NULL, name
    text NOT NULL, description text, instructions text NOT NULL, model jsonb NOT NULL, tools jsonb, "defaultOptions"
    jsonb, workflows jsonb, agents jsonb, "integrationTools" jsonb, "toolProviders" jsonb, "inputProcessors" jsonb,
    "outputProcessors" jsonb, memory jsonb, scorers jsonb, "mcpClients" jsonb, "requestContextSchema" jsonb, workspace
    jsonb, skills jsonb, "skillsFormat" text, browser jsonb, "changedFields" jsonb, "changeMessage" text, "createdAt"
    timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_agent_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_agents (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    visibility text, metadata jsonb, "favoriteCount" integer, "createdAt" timestamp without time zone NOT NULL,
    "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_agents_pkey PRIMARY KEY (id));
CREATE TABLE mastra_ai_spans ("traceId" text NOT NULL, "spanId" text NOT NULL, name text NOT NULL, "spanType" text NOT
    NULL, "isEvent" boolean NOT NULL, "startedAt" timestamp without time zone NOT NULL, "parentSpanId" text,
    "entityType" text, "entityId" text, "entityName" text, "parentEntityType" text, "parentEntityId" text,
    "parentEntityName" text, "rootEntityType" text, "rootEntityId" text, "rootEntityName" text, "userId" text,
    "organizationId" text, "resourceId" text, "runId" text, "sessionId" text, "threadId" text, "requestId" text,
    environment text, "serviceName" text, scope jsonb, "entityVersionId" text, "parentEntityVersionId" text,
    "rootEntityVersionId" text, "experimentId" text, source text, metadata jsonb, tags jsonb, attributes jsonb, links
    jsonb, input jsonb, output jsonb, error jsonb, "endedAt" timestamp without time zone, "requestContext" jsonb,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone, "startedAtZ" timestamp
    with time zone DEFAULT now(), "endedAtZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time
    zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    public_mastra_ai_spans_traceid_spanid_pk PRIMARY KEY ("traceId", "spanId"));
CREATE TABLE mastra_background_tasks (id text NOT NULL, tool_call_id text NOT NULL, tool_name text NOT NULL, agent_id
    text NOT NULL, run_id text NOT NULL, thread_id text, resource_id text, status text NOT NULL, args jsonb NOT NULL,
    result jsonb, error jsonb, suspend_payload jsonb, retry_count integer NOT NULL, max_retries integer NOT NULL,
    timeout_ms integer NOT NULL, "createdAt" timestamp without time zone NOT NULL, "startedAt" timestamp without time
    zone, "suspendedAt" timestamp without time zone, "completedAt" timestamp without time zone, "createdAtZ" timestamp
    with time zone DEFAULT now(), "startedAtZ" timestamp with time zone DEFAULT now(), "suspendedAtZ" timestamp with
    time zone DEFAULT now(), "completedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_background_tasks_pkey PRIMARY KEY (id));
CREATE TABLE mastra_channel_config (platform text NOT NULL, data jsonb NOT NULL, "updatedAt" timestamp without time
    zone NOT NULL, "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_channel_config_pkey PRIMARY
    KEY (platform));
CREATE TABLE mastra_channel_installations (id text NOT NULL, platform text NOT NULL, "agentId" text NOT NULL, status
    text NOT NULL, "webhookId" text, data jsonb NOT NULL, "configHash" text, error text, "createdAt" timestamp without
    time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_channel_installations_pkey
    PRIMARY KEY (id));
CREATE TABLE mastra_dataset_items (id text NOT NULL, "datasetId" text NOT NULL, "datasetVersion" integer NOT NULL,
    "externalId" text, "organizationId" text, "projectId" text, "validTo" integer, "isDeleted" boolean NOT NULL, input
    jsonb NOT NULL, "groundTruth" jsonb, "requestContext" jsonb, metadata jsonb, source jsonb, "expectedTrajectory"
    jsonb, "toolMocks" jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time
    zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT
    now(), CONSTRAINT mastra_dataset_items_pkey PRIMARY KEY (id, "datasetVersion"));
CREATE TABLE mastra_dataset_versions (id text NOT NULL, "datasetId" text NOT NULL, version integer NOT NULL,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_dataset_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_datasets (id text NOT NULL, name text NOT NULL, description text, metadata jsonb, "inputSchema"
    jsonb, "groundTruthSchema" jsonb, "requestContextSchema" jsonb, tags jsonb, "targetType" text, "targetIds" jsonb,
    "scorerIds" jsonb, "organizationId" text, "projectId" text, "candidateKey" text, "candidateId" text, version
    integer NOT NULL, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_datasets_pkey PRIMARY KEY (id));
CREATE TABLE mastra_experiment_results (id text NOT NULL, "experimentId" text NOT NULL, "itemId" text NOT NULL,
    "itemDatasetVersion" integer, input jsonb NOT NULL, output jsonb, "groundTruth" jsonb, error jsonb, "startedAt"
    timestamp without time zone NOT NULL, "completedAt" timestamp without time zone NOT NULL, "retryCount" integer NOT
    NULL, "traceId" text, status text, tags jsonb, "toolMockReport" jsonb, "organizationId" text, "projectId" text,
    "createdAt" timestamp without time zone NOT NULL, "startedAtZ" timestamp with time zone DEFAULT now(),
    "completedAtZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_experiment_results_pkey PRIMARY KEY (id));
CREATE TABLE mastra_experiments (id text NOT NULL, name text, description text, metadata jsonb, "datasetId" text,
    "datasetVersion" integer, "targetType" text NOT NULL, "targetId" text NOT NULL, status text NOT NULL, "totalItems"
    integer NOT NULL, "succeededCount" integer NOT NULL, "failedCount" integer NOT NULL, "skippedCount" integer NOT
    NULL, "startedAt" timestamp without time zone, "completedAt" timestamp without time zone, "agentVersion" text,
    "organizationId" text, "projectId" text, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp
    without time zone NOT NULL, "startedAtZ" timestamp with time zone DEFAULT now(), "completedAtZ" timestamp with
    time zone DEFAULT now(), "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time
    zone DEFAULT now(), CONSTRAINT mastra_experiments_pkey PRIMARY KEY (id));
CREATE TABLE mastra_favorites ("userId" text NOT NULL, "entityType" text NOT NULL, "entityId" text NOT NULL,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_favorites_pkey PRIMARY KEY ("userId", "entityType", "entityId"));
CREATE TABLE mastra_mcp_client_versions (id text NOT NULL, "mcpClientId" text NOT NULL, "versionNumber" integer NOT
    NULL, name text NOT NULL, description text, servers jsonb NOT NULL, "changedFields" jsonb, "changeMessage" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_mcp_client_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_mcp_clients (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_mcp_clients_pkey PRIMARY KEY (id));
CREATE TABLE mastra_mcp_server_versions (id text NOT NULL, "mcpServerId" text NOT NULL, "versionNumber" integer NOT
    NULL, name text NOT NULL, version text NOT NULL, description text, instructions text, repository jsonb,
    "releaseDate" text, "isLatest" boolean, "packageCanonical" text, tools jsonb, agents jsonb, workflows jsonb,
    "changedFields" jsonb, "changeMessage" text, "createdAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), CONSTRAINT mastra_mcp_server_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_mcp_servers (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_mcp_servers_pkey PRIMARY KEY (id));
CREATE TABLE mastra_messages (id text NOT NULL, thread_id text NOT NULL, content text NOT NULL, role text NOT NULL,
    type text NOT NULL, "createdAt" timestamp without time zone NOT NULL, "resourceId" text, "createdAtZ" timestamp
    with time zone DEFAULT now(), CONSTRAINT mastra_messages_pkey PRIMARY KEY (id));
CREATE TABLE mastra_notifications (id text NOT NULL, "threadId" text NOT NULL, source text NOT NULL, kind text NOT
    NULL, priority text NOT NULL, status text NOT NULL, summary text NOT NULL, payload jsonb, "resourceId" text,
    "agentId" text, "sourceId" text, "dedupeKey" text, "coalesceKey" text, "coalescedCount" integer NOT NULL,
    attributes jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "deliveredAt" timestamp without time zone, "seenAt" timestamp without time zone, "dismissedAt" timestamp
    without time zone, "archivedAt" timestamp without time zone, "discardedAt" timestamp without time zone,
    "deliverAt" timestamp without time zone, "summaryAt" timestamp without time zone, "deliveryReason" text,
    "deliveryAttempts" integer NOT NULL, "lastDeliveryAttemptAt" timestamp without time zone, "lastDeliveryError"
    text, "deliveredSignalId" text, "summarySignalId" text, metadata jsonb, "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), "deliveredAtZ" timestamp with time zone
    DEFAULT now(), "seenAtZ" timestamp with time zone DEFAULT now(), "dismissedAtZ" timestamp with time zone DEFAULT
    now(), "archivedAtZ" timestamp with time zone DEFAULT now(), "discardedAtZ" timestamp with time zone DEFAULT
    now(), "deliverAtZ" timestamp with time zone DEFAULT now(), "summaryAtZ" timestamp with time zone DEFAULT now(),
    "lastDeliveryAttemptAtZ" timestamp with time zone DEFAULT now());
CREATE TABLE mastra_observational_memory (id text NOT NULL, "lookupKey" text NOT NULL, scope text NOT NULL,
    "resourceId" text, "threadId" text, "activeObservations" text NOT NULL, "activeObservationsPendingUpdate" text,
    "originType" text NOT NULL, config text NOT NULL, "generationCount" integer NOT NULL, "lastObservedAt" timestamp
    without time zone, "lastReflectionAt" timestamp without time zone, "pendingMessageTokens" integer NOT NULL,
    "totalTokensObserved" integer NOT NULL, "observationTokenCount" integer NOT NULL, "isObserving" boolean NOT NULL,
    "isReflecting" boolean NOT NULL, "observedMessageIds" jsonb, "observedTimezone" text, "bufferedObservations" text,
    "bufferedObservationTokens" integer, "bufferedMessageIds" jsonb, "bufferedReflection" text,
    "bufferedReflectionTokens" integer, "bufferedReflectionInputTokens" integer, "reflectedObservationLineCount"
    integer, "bufferedObservationChunks" jsonb, "isBufferingObservation" boolean NOT NULL, "isBufferingReflection"
    boolean NOT NULL, "lastBufferedAtTokens" integer NOT NULL, "lastBufferedAtTime" timestamp without time zone,
    metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "lastObservedAtZ" timestamp with time zone DEFAULT now(), "lastReflectionAtZ" timestamp with time zone
    DEFAULT now(), "lastBufferedAtTimeZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_observational_memory_pkey
    PRIMARY KEY (id));
CREATE TABLE mastra_prompt_block_versions (id text NOT NULL, "blockId" text NOT NULL, "versionNumber" integer NOT
    NULL, name text NOT NULL, description text, content text NOT NULL, rules jsonb, "requestContextSchema" jsonb,
    "changedFields" jsonb, "changeMessage" text, "createdAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), CONSTRAINT mastra_prompt_block_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_prompt_blocks (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_prompt_blocks_pkey PRIMARY KEY (id));
CREATE TABLE mastra_resources (id text NOT NULL, "workingMemory" text, metadata jsonb, "createdAt" timestamp without
    time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_resources_pkey PRIMARY KEY
    (id));
CREATE TABLE mastra_schedule_triggers (id text NOT NULL, schedule_id text NOT NULL, run_id text, scheduled_fire_at
    bigint NOT NULL, actual_fire_at bigint NOT NULL, outcome text NOT NULL, error text, trigger_kind text NOT NULL,
    parent_trigger_id text, metadata jsonb, CONSTRAINT mastra_schedule_triggers_pkey PRIMARY KEY (id));
CREATE TABLE mastra_schedules (id text NOT NULL, target jsonb NOT NULL, cron text NOT NULL, timezone text, status text
    NOT NULL, next_fire_at bigint NOT NULL, last_fire_at bigint, last_run_id text, created_at bigint NOT NULL,
    updated_at bigint NOT NULL, metadata jsonb, owner_type text, owner_id text, CONSTRAINT mastra_schedules_pkey
    PRIMARY KEY (id));
CREATE TABLE mastra_scorer_definition_versions (id text NOT NULL, "scorerDefinitionId" text NOT NULL, "versionNumber"
    integer NOT NULL, name text NOT NULL, description text, type text NOT NULL, model jsonb, instructions text,
    "scoreRange" jsonb, "presetConfig" jsonb, "defaultSampling" jsonb, "changedFields" jsonb, "changeMessage" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_scorer_definition_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_scorer_definitions (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId"
    text, "organizationId" text, "projectId" text, metadata jsonb, "createdAt" timestamp without time zone NOT NULL,
    "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_scorer_definitions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_scorers (id text NOT NULL, "scorerId" text NOT NULL, "traceId" text, "spanId" text, "runId" text
    NOT NULL, scorer jsonb NOT NULL, "preprocessStepResult" jsonb, "extractStepResult" jsonb, "analyzeStepResult"
    jsonb, score double precision NOT NULL, reason text, metadata jsonb, "preprocessPrompt" text, "extractPrompt"
    text, "generateScorePrompt" text, "generateReasonPrompt" text, "analyzePrompt" text, "reasonPrompt" text, input
    jsonb NOT NULL, output jsonb NOT NULL, "additionalContext" jsonb, "requestContext" jsonb, "entityType" text,
    entity jsonb, "entityId" text, source text NOT NULL, "resourceId" text, "threadId" text, "organizationId" text,
    "projectId" text, "batchId" text, "datasetId" text, "datasetItemId" text, "createdAt" timestamp without time zone
    NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_scorers_pkey PRIMARY KEY (id));
CREATE TABLE mastra_skill_blobs (hash text NOT NULL, content text NOT NULL, size integer NOT NULL, "mimeType" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_skill_blobs_pkey PRIMARY KEY (hash));
CREATE TABLE mastra_skill_versions (id text NOT NULL, "skillId" text NOT NULL, "versionNumber" integer NOT NULL, name
    text NOT NULL, description text NOT NULL, instructions text NOT NULL, license text, compatibility jsonb, source
    jsonb, "references" jsonb, scripts jsonb, assets jsonb, files jsonb, metadata jsonb, tree jsonb, "changedFields"
    jsonb, "changeMessage" text, "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time
    zone DEFAULT now(), CONSTRAINT mastra_skill_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_skills (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    visibility text, "favoriteCount" integer, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp
    without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time
    zone DEFAULT now(), CONSTRAINT mastra_skills_pkey PRIMARY KEY (id));
CREATE TABLE mastra_threads (id text NOT NULL, "resourceId" text NOT NULL, title text NOT NULL, metadata jsonb,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_threads_pkey PRIMARY KEY (id));
CREATE TABLE mastra_tool_provider_connections ("authorId" text NOT NULL, "providerId" text NOT NULL, "connectionId"
    text NOT NULL, toolkit text NOT NULL, label text, scope text NOT NULL, "createdAt" timestamp without time zone NOT
    NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_tool_provider_connections_pkey PRIMARY KEY
    ("authorId", "providerId", "connectionId"));
CREATE TABLE mastra_workflow_snapshot (workflow_name text NOT NULL, run_id text NOT NULL, "resourceId" text, snapshot
    jsonb NOT NULL, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT public_mastra_workflow_snapshot_workflow_name_run_id_key UNIQUE (workflow_name, run_id));
CREATE TABLE mastra_workspace_versions (id text NOT NULL, "workspaceId" text NOT NULL, "versionNumber" integer NOT
    NULL, name text NOT NULL, description text, filesystem jsonb, sandbox jsonb, mounts jsonb, search jsonb, skills
    jsonb, tools jsonb, "autoSync" boolean, "operationTimeout" integer, "changedFields" jsonb, "changeMessage" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_workspace_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_workspaces (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_workspaces_pkey PRIMARY KEY (id));
CREATE INDEX idx_channel_installations_platform_agent ON mastra_channel_installations USING btree (platform,
    "agentId");
CREATE INDEX idx_dataset_items_dataset_validto ON mastra_dataset_items USING btree ("datasetId", "validTo");
CREATE INDEX idx_dataset_items_dataset_validto_deleted ON mastra_dataset_items USING btree ("datasetId", "validTo",
    "isDeleted");
CREATE INDEX idx_dataset_items_dataset_version ON mastra_dataset_items USING btree ("datasetId", "datasetVersion");
CREATE INDEX idx_dataset_items_external_id_history ON mastra_dataset_items USING btree ("datasetId", "externalId",
    "datasetVersion");
CREATE INDEX idx_dataset_items_org_project ON mastra_dataset_items USING btree ("organizationId", "projectId");
CREATE INDEX idx_dataset_versions_dataset_version ON mastra_dataset_versions USING btree ("datasetId", version);
CREATE INDEX idx_datasets_candidate ON mastra_datasets USING btree ("candidateKey", "candidateId");
CREATE INDEX idx_datasets_org_project ON mastra_datasets USING btree ("organizationId", "projectId");
CREATE INDEX idx_experiment_results_experimentid ON mastra_experiment_results USING btree ("experimentId");
CREATE INDEX idx_experiment_results_org_project ON mastra_experiment_results USING btree ("organizationId",
    "projectId");
CREATE INDEX idx_experiments_datasetid ON mastra_experiments USING btree ("datasetId");
CREATE INDEX idx_experiments_org_project ON mastra_experiments USING btree ("organizationId", "projectId");
CREATE INDEX idx_favorites_entity ON mastra_favorites USING btree ("entityType", "entityId");
CREATE INDEX idx_mastra_schedule_triggers_schedule_fire ON mastra_schedule_triggers USING btree (schedule_id,
    actual_fire_at DESC);
CREATE INDEX idx_mastra_schedules_status_next_fire ON mastra_schedules USING btree (status, next_fire_at);
CREATE INDEX idx_notifications_coalescing ON mastra_notifications USING btree ("threadId", source, kind, status,
    "agentId", "resourceId", "dedupeKey", "coalesceKey");
CREATE INDEX idx_notifications_due ON mastra_notifications USING btree (status, "deliverAt", "summaryAt");
CREATE INDEX idx_notifications_thread_status_updated ON mastra_notifications USING btree ("threadId", status,
    "updatedAt");
CREATE INDEX idx_om_lookup_key ON mastra_observational_memory USING btree ("lookupKey");
CREATE INDEX idx_tool_provider_connections_author ON mastra_tool_provider_connections USING btree ("authorId",
    "providerId", toolkit);
CREATE INDEX mastra_ai_spans_entitytype_entityid_idx ON mastra_ai_spans USING btree ("entityType", "entityId");
CREATE INDEX mastra_ai_spans_entitytype_entityname_idx ON mastra_ai_spans USING btree ("entityType", "entityName");
CREATE INDEX mastra_ai_spans_metadata_gin_idx ON mastra_ai_spans USING gin (metadata);
CREATE INDEX mastra_ai_spans_name_idx ON mastra_ai_spans USING btree (name);
CREATE INDEX mastra_ai_spans_orgid_userid_idx ON mastra_ai_spans USING btree ("organizationId", "userId");
CREATE INDEX mastra_ai_spans_parentspanid_startedat_idx ON mastra_ai_spans USING btree ("parentSpanId", "startedAt"
    DESC);
CREATE INDEX mastra_ai_spans_root_spans_idx ON mastra_ai_spans USING btree ("startedAt" DESC) WHERE ("parentSpanId" IS
    NULL);
CREATE INDEX mastra_ai_spans_spantype_startedat_idx ON mastra_ai_spans USING btree ("spanType", "startedAt" DESC);
CREATE INDEX mastra_ai_spans_tags_gin_idx ON mastra_ai_spans USING gin (tags);
CREATE INDEX mastra_ai_spans_traceid_startedat_idx ON mastra_ai_spans USING btree ("traceId", "startedAt" DESC);
CREATE INDEX mastra_bg_tasks_agent_status_idx ON mastra_background_tasks USING btree (agent_id, status);
CREATE INDEX mastra_bg_tasks_status_created_at_idx ON mastra_background_tasks USING btree (status, "createdAt");
CREATE INDEX mastra_bg_tasks_thread_idx ON mastra_background_tasks USING btree (thread_id, "createdAt");
CREATE INDEX mastra_bg_tasks_tool_call_idx ON mastra_background_tasks USING btree (tool_call_id);
CREATE INDEX mastra_messages_thread_id_createdat_idx ON mastra_messages USING btree (thread_id, "createdAt" DESC);
CREATE INDEX mastra_scores_trace_id_span_id_created_at_idx ON mastra_scorers USING btree ("traceId", "spanId",
    "createdAt" DESC);
CREATE INDEX mastra_threads_resourceid_createdat_idx ON mastra_threads USING btree ("resourceId", "createdAt" DESC);
CREATE UNIQUE INDEX idx_channel_installations_webhook ON mastra_channel_installations USING btree ("webhookId");
CREATE UNIQUE INDEX idx_dataset_versions_dataset_version_unique ON mastra_dataset_versions USING btree ("datasetId",
    version);
CREATE UNIQUE INDEX idx_experiment_results_exp_item ON mastra_experiment_results USING btree ("experimentId",
    "itemId");
CREATE UNIQUE INDEX idx_mcp_client_versions_client_version ON mastra_mcp_client_versions USING btree ("mcpClientId",
    "versionNumber");
CREATE UNIQUE INDEX idx_mcp_server_versions_server_version ON mastra_mcp_server_versions USING btree ("mcpServerId",
    "versionNumber");
CREATE UNIQUE INDEX idx_prompt_block_versions_block_version ON mastra_prompt_block_versions USING btree ("blockId",
    "versionNumber");
CREATE UNIQUE INDEX idx_scorer_definition_versions_def_version ON mastra_scorer_definition_versions USING btree
    ("scorerDefinitionId", "versionNumber");
CREATE UNIQUE INDEX idx_skill_versions_skill_version ON mastra_skill_versions USING btree ("skillId",
    "versionNumber");
CREATE UNIQUE INDEX idx_workspace_versions_workspace_version ON mastra_workspace_versions USING btree ("workspaceId",
    "versionNumber");
INSERT INTO mastra_agent_versions VALUES ('id-1', 'a', 1, 'weather', NULL, 'Be brief', '{"name": "gpt-4o", "provider": "openai"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '["name", "instructions", "model"]', 'Initial version', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_agents VALUES ('a', 'draft', NULL, NULL, NULL, NULL, 0, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_ai_spans VALUES ('tr', 'sp', 'n', 'agent_run', false, '2026-01-05 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '{}', '{}', NULL, '2026-01-05 09:00:00', NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_messages VALUES ('m', 't', '{"format":2,"parts":[{"type":"text","text":"Hello"}]}', 'user', 'v2', '2026-01-05 09:00:00', 'ada', '2026-01-05 09:00:00+00');
INSERT INTO mastra_resources VALUES ('ada', 'snow', '"{\"a\":1}"', '2026-01-05 09:00:00', '2026-01-05 09:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00');
INSERT INTO mastra_scorers VALUES ('id-1', 'accuracy', NULL, NULL, 'run', '"{\"id\":\"accuracy\"}"', NULL, NULL, NULL, 0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '"[]"', '"{}"', NULL, NULL, 'AGENT', '"{\"id\":\"a\"}"', 'a', 'TEST', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_threads VALUES ('t', 'ada', 'Oslo', '{"a": 1}', '2026-01-05 09:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_workflow_snapshot VALUES ('daily', 'run', 'ada', '{"runId": "run", "value": {}, "status": "success", "context": {"input": {}}, "timestamp": 1, "activePaths": [], "resumeLabels": {}, "waitingPaths": {}, "suspendedPaths": {}, "activeStepsPath": {}, "serializedStepGraph": []}', '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
ALTER TABLE mastra_workflow_snapshot REPLICA IDENTITY USING INDEX
    public_mastra_workflow_snapshot_workflow_name_run_id_key;
CREATE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON mastra_ai_spans FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamps();
