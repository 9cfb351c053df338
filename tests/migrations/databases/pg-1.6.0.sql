-- The tables that @mastra/pg 1.6.0 with @mastra/core 1.8.0 makes, as the database's catalog shows them, and a few rows.
CREATE FUNCTION trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- stamps createdAt, updatedAt and their twins
    RETURN NEW;
END;
$$;
CREATE TABLE mastra_agent_versions (id text NOT NULL, "agentId" text NOT NULL, "versionNumber" integer NOT NULL, name
    text NOT NULL, description text, instructions text NOT NULL, model jsonb NOT NULL, tools jsonb, "defaultOptions"
    jsonb, workflows jsonb, agents jsonb, "integrationTools" jsonb, "inputProcessors" jsonb, "outputProcessors" jsonb,
    memory jsonb, scorers jsonb, "mcpClients" jsonb, "requestContextSchema" jsonb, workspace jsonb, skills jsonb,
    "skillsFormat" text, "changedFields" jsonb, "changeMessage" text, "createdAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_agent_versions_pkey PRIMARY KEY
    (id));
CREATE TABLE mastra_agents (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text, metadata
    jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL,
    "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT mastra_agents_pkey PRIMARY KEY (id));
CREATE TABLE mastra_ai_spans ("traceId" text NOT NULL, "spanId" text NOT NULL, name text NOT NULL, "spanType" text NOT
    NULL, "isEvent" boolean NOT NULL, "startedAt" timestamp without time zone NOT NULL, "parentSpanId" text,
    "entityType" text, "entityId" text, "entityName" text, "userId" text, "organizationId" text, "resourceId" text,
    "runId" text, "sessionId" text, "threadId" text, "requestId" text, environment text, source text, "serviceName"
    text, scope jsonb, metadata jsonb, tags jsonb, attributes jsonb, links jsonb, input jsonb, output jsonb, error
    jsonb, "endedAt" timestamp without time zone, "createdAt" timestamp without time zone NOT NULL, "updatedAt"
    timestamp without time zone, "startedAtZ" timestamp with time zone DEFAULT now(), "endedAtZ" timestamp with time
    zone DEFAULT now(), "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone
    DEFAULT now(), CONSTRAINT public_mastra_ai_spans_traceid_spanid_pk PRIMARY KEY ("traceId", "spanId"));
CREATE TABLE mastra_dataset_items (id text NOT NULL, "datasetId" text NOT NULL, "datasetVersion" integer NOT NULL,
    "validTo" integer, "isDeleted" boolean NOT NULL, input jsonb NOT NULL, "groundTruth" jsonb, metadata jsonb,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_dataset_items_pkey PRIMARY KEY (id, "datasetVersion"));
CREATE TABLE mastra_dataset_versions (id text NOT NULL, "datasetId" text NOT NULL, version integer NOT NULL,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_dataset_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_datasets (id text NOT NULL, name text NOT NULL, description text, metadata jsonb, "inputSchema"
    jsonb, "groundTruthSchema" jsonb, version integer NOT NULL, "createdAt" timestamp without time zone NOT NULL,
    "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_datasets_pkey PRIMARY KEY (id));
CREATE TABLE mastra_experiment_results (id text NOT NULL, "experimentId" text NOT NULL, "itemId" text NOT NULL,
    "itemDatasetVersion" integer, input jsonb NOT NULL, output jsonb, "groundTruth" jsonb, error jsonb, "startedAt"
    timestamp without time zone NOT NULL, "completedAt" timestamp without time zone NOT NULL, "retryCount" integer NOT
    NULL, "traceId" text, "createdAt" timestamp without time zone NOT NULL, "startedAtZ" timestamp with time zone
    DEFAULT now(), "completedAtZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time zone
    DEFAULT now(), CONSTRAINT mastra_experiment_results_pkey PRIMARY KEY (id));
CREATE TABLE mastra_experiments (id text NOT NULL, name text, description text, metadata jsonb, "datasetId" text,
    "datasetVersion" integer, "targetType" text NOT NULL, "targetId" text NOT NULL, status text NOT NULL, "totalItems"
    integer NOT NULL, "succeededCount" integer NOT NULL, "failedCount" integer NOT NULL, "skippedCount" integer NOT
    NULL, "startedAt" timestamp without time zone, "completedAt" timestamp without time zone, "createdAt" timestamp
    without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "startedAtZ" timestamp with time
    zone DEFAULT now(), "completedAtZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_experiments_pkey PRIMARY KEY
    (id));
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
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL,
    "lastObservedAtZ" timestamp with time zone DEFAULT now(), "lastReflectionAtZ" timestamp with time zone DEFAULT
    now(), "lastBufferedAtTimeZ" timestamp with time zone DEFAULT now(), "createdAtZ" timestamp with time zone DEFAULT
    now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_observational_memory_pkey PRIMARY
    KEY (id));
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
CREATE TABLE mastra_scorer_definition_versions (id text NOT NULL, "scorerDefinitionId" text NOT NULL, "versionNumber"
    integer NOT NULL, name text NOT NULL, description text, type text NOT NULL, model jsonb, instructions text,
    "scoreRange" jsonb, "presetConfig" jsonb, "defaultSampling" jsonb, "changedFields" jsonb, "changeMessage" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_scorer_definition_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_scorer_definitions (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId"
    text, metadata jsonb, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone
    NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT
    now(), CONSTRAINT mastra_scorer_definitions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_scorers (id text NOT NULL, "scorerId" text NOT NULL, "traceId" text, "spanId" text, "runId" text
    NOT NULL, scorer jsonb NOT NULL, "preprocessStepResult" jsonb, "extractStepResult" jsonb, "analyzeStepResult"
    jsonb, score double precision NOT NULL, reason text, metadata jsonb, "preprocessPrompt" text, "extractPrompt"
    text, "generateScorePrompt" text, "generateReasonPrompt" text, "analyzePrompt" text, "reasonPrompt" text, input
    jsonb NOT NULL, output jsonb NOT NULL, "additionalContext" jsonb, "requestContext" jsonb, "entityType" text,
    entity jsonb, "entityId" text, source text NOT NULL, "resourceId" text, "threadId" text, "createdAt" timestamp
    without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time
    zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_scorers_pkey PRIMARY
    KEY (id));
CREATE TABLE mastra_skill_blobs (hash text NOT NULL, content text NOT NULL, size integer NOT NULL, "mimeType" text,
    "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_skill_blobs_pkey PRIMARY KEY (hash));
CREATE TABLE mastra_skill_versions (id text NOT NULL, "skillId" text NOT NULL, "versionNumber" integer NOT NULL, name
    text NOT NULL, description text NOT NULL, instructions text NOT NULL, license text, compatibility jsonb, source
    jsonb, "references" jsonb, scripts jsonb, assets jsonb, metadata jsonb, tree jsonb, "changedFields" jsonb,
    "changeMessage" text, "createdAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone
    DEFAULT now(), CONSTRAINT mastra_skill_versions_pkey PRIMARY KEY (id));
CREATE TABLE mastra_skills (id text NOT NULL, status text NOT NULL, "activeVersionId" text, "authorId" text,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_skills_pkey PRIMARY KEY (id));
CREATE TABLE mastra_threads (id text NOT NULL, "resourceId" text NOT NULL, title text NOT NULL, metadata jsonb,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_threads_pkey PRIMARY KEY (id));
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
CREATE INDEX idx_dataset_items_dataset_validto ON mastra_dataset_items USING btree ("datasetId", "validTo");
CREATE INDEX idx_dataset_items_dataset_validto_deleted ON mastra_dataset_items USING btree ("datasetId", "validTo",
    "isDeleted");
CREATE INDEX idx_dataset_items_dataset_version ON mastra_dataset_items USING btree ("datasetId", "datasetVersion");
CREATE INDEX idx_dataset_versions_dataset_version ON mastra_dataset_versions USING btree ("datasetId", version);
CREATE INDEX idx_experiment_results_experimentid ON mastra_experiment_results USING btree ("experimentId");
CREATE INDEX idx_experiments_datasetid ON mastra_experiments USING btree ("datasetId");
CREATE INDEX idx_om_lookup_key ON mastra_observational_memory USING btree ("lookupKey");
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
CREATE INDEX mastra_messages_thread_id_createdat_idx ON mastra_messages USING btree (thread_id, "createdAt" DESC);
CREATE INDEX mastra_scores_trace_id_span_id_created_at_idx ON mastra_scorers USING btree ("traceId", "spanId",
    "createdAt" DESC);
CREATE INDEX mastra_threads_resourceid_createdat_idx ON mastra_threads USING btree ("resourceId", "createdAt" DESC);
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
INSERT INTO mastra_agent_versions VALUES ('id-1', 'a', 1, 'weather', NULL, 'Be brief', '{"name": "gpt-4o", "provider": "openai"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '["name", "instructions", "model"]', 'Initial version', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_agents VALUES ('a', 'draft', NULL, NULL, NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_ai_spans VALUES ('tr', 'sp', 'n', 'agent_run', false, '2026-01-05 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '{}', '{}', NULL, '2026-01-05 09:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_messages VALUES ('m', 't', '{"format":2,"parts":[{"type":"text","text":"Hello"}]}', 'user', 'v2', '2026-01-05 09:00:00', 'ada', '2026-01-05 09:00:00+00');
INSERT INTO mastra_resources VALUES ('ada', 'snow', '"{\"a\":1}"', '2026-01-05 09:00:00', '2026-01-05 09:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00');
INSERT INTO mastra_scorers VALUES ('id-1', 'accuracy', NULL, NULL, 'run', '"{\"id\":\"accuracy\"}"', NULL, NULL, NULL, 0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '"[]"', '"{}"', NULL, NULL, 'AGENT', '"{\"id\":\"a\"}"', 'a', 'TEST', NULL, NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_threads VALUES ('t', 'ada', 'Oslo', '{"a": 1}', '2026-01-05 09:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_workflow_snapshot VALUES ('daily', 'run', 'ada', '{"runId": "run", "value": {}, "status": "success", "context": {"input": {}}, "timestamp": 1, "activePaths": [], "resumeLabels": {}, "waitingPaths": {}, "suspendedPaths": {}, "activeStepsPath": {}, "serializedStepGraph": []}', '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
CREATE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON mastra_ai_spans FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamps();
