-- The tables that @mastra/pg 1.0.0 with @mastra/core 1.0.4 makes, as the database's catalog shows them, and a few rows.
CREATE FUNCTION trigger_set_timestamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- stamps createdAt, updatedAt and their twins
    RETURN NEW;
END;
$$;
CREATE TABLE mastra_agents (id text NOT NULL, name text NOT NULL, description text, instructions text NOT NULL, model
    jsonb NOT NULL, tools jsonb, "defaultOptions" jsonb, workflows jsonb, agents jsonb, "inputProcessors" jsonb,
    "outputProcessors" jsonb, memory jsonb, scorers jsonb, metadata jsonb, "createdAt" timestamp without time zone NOT
    NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone DEFAULT now(),
    "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_agents_pkey PRIMARY KEY (id));
CREATE TABLE mastra_ai_spans ("traceId" text NOT NULL, "spanId" text NOT NULL, name text NOT NULL, "spanType" text NOT
    NULL, "isEvent" boolean NOT NULL, "startedAt" timestamp without time zone NOT NULL, "parentSpanId" text,
    "entityType" text, "entityId" text, "entityName" text, "userId" text, "organizationId" text, "resourceId" text,
    "runId" text, "sessionId" text, "threadId" text, "requestId" text, environment text, source text, "serviceName"
    text, scope jsonb, metadata jsonb, tags jsonb, attributes jsonb, links jsonb, input jsonb, output jsonb, error
    jsonb, "endedAt" timestamp without time zone, "createdAt" timestamp without time zone NOT NULL, "updatedAt"
    timestamp without time zone, "startedAtZ" timestamp with time zone DEFAULT now(), "endedAtZ" timestamp with time
    zone DEFAULT now(), "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone
    DEFAULT now(), CONSTRAINT public_mastra_ai_spans_traceid_spanid_pk PRIMARY KEY ("traceId", "spanId"));
CREATE TABLE mastra_messages (id text NOT NULL, thread_id text NOT NULL, content text NOT NULL, role text NOT NULL,
    type text NOT NULL, "createdAt" timestamp without time zone NOT NULL, "resourceId" text, "createdAtZ" timestamp
    with time zone DEFAULT now(), CONSTRAINT mastra_messages_pkey PRIMARY KEY (id));
CREATE TABLE mastra_resources (id text NOT NULL, "workingMemory" text, metadata jsonb, "createdAt" timestamp without
    time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time zone
    DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_resources_pkey PRIMARY KEY
    (id));
CREATE TABLE mastra_scorers (id text NOT NULL, "scorerId" text NOT NULL, "traceId" text, "spanId" text, "runId" text
    NOT NULL, scorer jsonb NOT NULL, "preprocessStepResult" jsonb, "extractStepResult" jsonb, "analyzeStepResult"
    jsonb, score double precision NOT NULL, reason text, metadata jsonb, "preprocessPrompt" text, "extractPrompt"
    text, "generateScorePrompt" text, "generateReasonPrompt" text, "analyzePrompt" text, "reasonPrompt" text, input
    jsonb NOT NULL, output jsonb NOT NULL, "additionalContext" jsonb, "requestContext" jsonb, "entityType" text,
    entity jsonb, "entityId" text, source text NOT NULL, "resourceId" text, "threadId" text, "createdAt" timestamp
    without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ" timestamp with time
    zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT mastra_scorers_pkey PRIMARY
    KEY (id));
CREATE TABLE mastra_threads (id text NOT NULL, "resourceId" text NOT NULL, title text NOT NULL, metadata jsonb,
    "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT NULL, "createdAtZ"
    timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(), CONSTRAINT
    mastra_threads_pkey PRIMARY KEY (id));
CREATE TABLE mastra_workflow_snapshot (workflow_name text NOT NULL, run_id text NOT NULL, "resourceId" text, snapshot
    jsonb NOT NULL, "createdAt" timestamp without time zone NOT NULL, "updatedAt" timestamp without time zone NOT
    NULL, "createdAtZ" timestamp with time zone DEFAULT now(), "updatedAtZ" timestamp with time zone DEFAULT now(),
    CONSTRAINT public_mastra_workflow_snapshot_workflow_name_run_id_key UNIQUE (workflow_name, run_id));
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
INSERT INTO mastra_agents VALUES ('a', 'weather', NULL, 'Be brief', '{"name": "gpt-4o", "provider": "openai"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_ai_spans VALUES ('tr', 'sp', 'n', 'agent_run', false, '2026-01-05 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '{}', '{}', NULL, '2026-01-05 09:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_messages VALUES ('m', 't', '{"format":2,"parts":[{"type":"text","text":"Hello"}]}', 'user', 'v2', '2026-01-05 09:00:00', 'ada', '2026-01-05 09:00:00+00');
INSERT INTO mastra_resources VALUES ('ada', 'snow', '"{\"a\":1}"', '2026-01-05 09:00:00', '2026-01-05 09:00:00', '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00');
INSERT INTO mastra_scorers VALUES ('id-1', 'accuracy', NULL, NULL, 'run', '"{\"id\":\"accuracy\"}"', NULL, NULL, NULL, 0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '"[]"', '"{}"', NULL, NULL, 'AGENT', '"{\"id\":\"a\"}"', 'a', 'TEST', NULL, NULL, '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_threads VALUES ('t', 'ada', 'Oslo', '{"a": 1}', '2026-01-05 09:00:00', '2026-01-05 10:00:00', '2026-01-05 09:00:00+00', '2026-01-05 10:00:00+00');
INSERT INTO mastra_workflow_snapshot VALUES ('daily', 'run', 'ada', '{"runId": "run", "value": {}, "status": "success", "context": {"input": {}}, "timestamp": 1, "activePaths": [], "resumeLabels": {}, "waitingPaths": {}, "suspendedPaths": {}, "activeStepsPath": {}, "serializedStepGraph": []}', '2026-01-05 10:00:00', '2026-01-05 10:00:00', '2026-01-05 10:00:00+00', '2026-01-05 10:00:00+00');
CREATE TRIGGER mastra_ai_spans_timestamps BEFORE INSERT OR UPDATE ON mastra_ai_spans FOR EACH ROW EXECUTE FUNCTION trigger_set_timestamps();
