"""Every MongoDB collection and its indexes, one module per domain: what ``models`` are to SQL.

Documents are as ``@mastra/mongodb`` writes them (contract: conventions.md, section 2.3); what a field holds is said
where records are made of documents, in ``mastra_store.mongo``.
"""

from importlib import import_module

from .base import Collection, Index

MODULES = ("copies", "favorites", "memory", "observability", "scores", "versioned", "workflows")


def load_all() -> list[Collection]:
    """All collections, by name."""
    modules = [vars(import_module(f".{module}", __name__)) for module in MODULES]
    found = {each for module in modules for each in module.values() if isinstance(each, Collection)}
    return sorted(found, key=lambda collection: collection.name)


__all__ = ["Collection", "Index", "load_all"]
