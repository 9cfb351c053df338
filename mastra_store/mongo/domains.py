"""Which class is each domain on MongoDB. They are imported when they are first asked for."""

from importlib import import_module

from .domain import MongoDomain

MONGO_DOMAINS = {
    "memory": "memory.MongoMemory",
    "workflows": "workflows.MongoWorkflows",
}
"""Name of the domain, and its class in a module of this package."""


def mongo_domain(name: str) -> type[MongoDomain]:
    """The class of a domain.

    Raises:
        AttributeError: MongoDB has no such domain.
    """
    if name not in MONGO_DOMAINS:
        raise AttributeError(f"a MongoStorage has no {name}; it has {', '.join(MONGO_DOMAINS)}")
    module, _, class_name = MONGO_DOMAINS[name].rpartition(".")
    found: type[MongoDomain] = getattr(import_module(f".{module}", __package__), class_name)
    return found
