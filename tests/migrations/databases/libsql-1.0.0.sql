-- The tables that @mastra/libsql 1.0.0 with @mastra/core 1.0.4 makes, as the database's catalog shows them, and a few rows.
CREATE TABLE mastra_agents ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "description" TEXT, "instructions"
    TEXT NOT NULL, "model" TEXT NOT NULL, "tools" TEXT, "defaultOptions" TEXT, "workflows" TEXT, "agents" TEXT,
    "inputProcessors" TEXT, "outputProcessors" TEXT, "memory" TEXT, "scorers" TEXT, "metadata" TEXT, "createdAt" TEXT
    NOT NULL, "updatedAt" TEXT NOT NULL);
CREATE TABLE mastra_ai_spans ("traceId" TEXT NOT NULL, "spanId" TEXT NOT NULL, "name" TEXT NOT NULL, "spanType" TEXT
    NOT NULL, "isEvent" INTEGER NOT NULL, "startedAt" TEXT NOT NULL, "parentSpanId" TEXT, "entityType" TEXT,
    "entityId" TEXT, "entityName" TEXT, "userId" TEXT, "organizationId" TEXT, "resourceId" TEXT, "runId" TEXT,
    "sessionId" TEXT, "threadId" TEXT, "requestId" TEXT, "environment" TEXT, "source" TEXT, "serviceName" TEXT,
    "scope" TEXT, "metadata" TEXT, "tags" TEXT, "attributes" TEXT, "links" TEXT, "input" TEXT, "output" TEXT, "error"
    TEXT, "endedAt" TEXT, "createdAt" TEXT NOT NULL, "updatedAt" TEXT, UNIQUE (spanId, traceId));
CREATE TABLE mastra_messages ("id" TEXT NOT NULL PRIMARY KEY, "thread_id" TEXT NOT NULL, "content" TEXT NOT NULL,
    "role" TEXT NOT NULL, "type" TEXT NOT NULL, "createdAt" TEXT NOT NULL, "resourceId" TEXT);
CREATE TABLE mastra_resources ("id" TEXT NOT NULL PRIMARY KEY, "workingMemory" TEXT, "metadata" TEXT, "createdAt" TEXT
    NOT NULL, "updatedAt" TEXT NOT NULL);
CREATE TABLE mastra_scorers ("id" TEXT NOT NULL PRIMARY KEY, "scorerId" TEXT, "traceId" TEXT, "spanId" TEXT, "runId"
    TEXT, "scorer" TEXT, "preprocessStepResult" TEXT, "extractStepResult" TEXT, "analyzeStepResult" TEXT, "score"
    REAL, "reason" TEXT, "metadata" TEXT, "preprocessPrompt" TEXT, "extractPrompt" TEXT, "generateScorePrompt" TEXT,
    "generateReasonPrompt" TEXT, "analyzePrompt" TEXT, "reasonPrompt" TEXT, "input" TEXT, "output" TEXT,
    "additionalContext" TEXT, "requestContext" TEXT, "entityType" TEXT, "entity" TEXT, "entityId" TEXT, "source" TEXT,
    "resourceId" TEXT, "threadId" TEXT, "createdAt" TEXT, "updatedAt" TEXT);
CREATE TABLE mastra_threads ("id" TEXT NOT NULL PRIMARY KEY, "resourceId" TEXT NOT NULL, "title" TEXT NOT NULL,
    "metadata" TEXT, "createdAt" TEXT NOT NULL, "updatedAt" TEXT NOT NULL);
CREATE TABLE mastra_workflow_snapshot ("workflow_name" TEXT, "run_id" TEXT, "resourceId" TEXT, "snapshot" TEXT,
    "createdAt" TEXT, "updatedAt" TEXT, UNIQUE (workflow_name, run_id));
CREATE UNIQUE INDEX "mastra_ai_spans_spanid_traceid_idx" ON "mastra_ai_spans" ("spanId", "traceId");
INSERT INTO mastra_agents VALUES ('a', 'weather', NULL, 'Be brief', X'cc1c8770726f7669646572676f70656e6169476e616d65676770742d346f', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z');
INSERT INTO mastra_ai_spans VALUES ('tr', 'sp', 'n', 'agent_run', 0, '2026-01-05T09:00:00.000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, X'0c', NULL, NULL, NULL, X'0c', X'0c', NULL, '2026-01-05T09:00:00.000Z', '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z');
INSERT INTO mastra_messages VALUES ('m', 't', '{"format":2,"parts":[{"type":"text","text":"Hello"}]}', 'user', 'v2', '2026-01-05T09:00:00.000Z', 'ada');
INSERT INTO mastra_resources VALUES ('ada', 'snow', X'4c17611331', '2026-01-05T09:00:00.000Z', '2026-01-05T09:00:00.000Z');
INSERT INTO mastra_scorers VALUES ('id-1', 'accuracy', NULL, NULL, 'run', X'cc0c276964876163637572616379', NULL, NULL, NULL, 0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, X'0b', X'0c', NULL, NULL, 'AGENT', X'5c2769641761', 'a', 'TEST', NULL, NULL, '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z');
INSERT INTO mastra_threads VALUES ('t', 'ada', 'Oslo', X'4c17611331', '2026-01-05T09:00:00.000Z', '2026-01-05T10:00:00.000Z');
INSERT INTO mastra_workflow_snapshot VALUES ('daily', 'run', 'ada', X'cca05772756e49643772756e6773746174757377737563636573735776616c75650c77636f6e746578747c57696e7075740cb761637469766550617468730bc70f6163746976655374657073506174680cc70e73757370656e64656450617468730cc70c77616974696e6750617468730cc70c726573756d654c6162656c730cc71373657269616c697a65645374657047726170680b9774696d657374616d701331', '2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00.000Z');
