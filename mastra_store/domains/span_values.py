"""The words that Mastra's spans may use (contract: observability.md, "Values")."""

from typing import Literal, get_args

SpanType = Literal[
    "agent_run",
    "scorer_run",
    "classifier_evaluation",
    "scorer_step",
    "generic",
    "model_generation",
    "model_step",
    "model_inference",
    "model_chunk",
    "mcp_tool_call",
    "mcp_server_request",
    "processor_run",
    "tool_call",
    "client_tool_call",
    "provider_tool_call",
    "workflow_run",
    "workflow_step",
    "workflow_conditional",
    "workflow_conditional_eval",
    "workflow_parallel",
    "workflow_loop",
    "workflow_sleep",
    "workflow_wait_event",
    "memory_operation",
    "workspace_action",
    "rag_ingestion",
    "rag_embedding",
    "rag_vector_operation",
    "rag_action",
    "graph_action",
    "mapping",
    "skill_resolution",
    "skill_action",
    "agent_signal",
]

EntityType = Literal[
    "agent",
    "scorer",
    "rag_ingestion",
    "trajectory",
    "input_processor",
    "input_step_processor",
    "output_processor",
    "output_step_processor",
    "tool_result_processor",
    "workflow_step",
    "tool",
    "mcp_server",
    "workflow_run",
    "memory",
]

TraceStatus = Literal["error", "running", "success"]

SPAN_TYPES: tuple[str, ...] = get_args(SpanType)
ENTITY_TYPES: tuple[str, ...] = get_args(EntityType)
TRACE_STATUSES: tuple[str, ...] = get_args(TraceStatus)
