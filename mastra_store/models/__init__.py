"""Every table as a declarative model, one module per domain."""

from importlib import import_module

from .base import Base

MODULES = (
    "background_tasks",
    "blobs",
    "channels",
    "copies",
    "datasets",
    "experiments",
    "favorites",
    "harness",
    "knowledge",
    "memory",
    "notifications",
    "observability",
    "schedules",
    "scores",
    "thread_state",
    "tool_provider_connections",
    "versioned",
    "workflow_definitions",
    "workflows",
)


def load_all() -> type[Base]:
    """The base, with every model imported: a storage needs a few of them, DDL needs all."""
    for module in MODULES:
        import_module(f".{module}", __name__)
    return Base
