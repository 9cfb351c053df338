"""The domains: abstract classes whose signatures and docstrings are the contract that every backend keeps."""

from collections.abc import Mapping
from typing import get_type_hints

from .base import Domain
from .memory import MemoryDomain
from .workflows import WorkflowsDomain


class Domains:
    """The one list of domains, as attributes. Storages, transactions and composites have them."""

    memory: MemoryDomain
    workflows: WorkflowsDomain


DOMAINS: Mapping[str, type[Domain]] = get_type_hints(Domains)

__all__ = ["DOMAINS", "Domain", "Domains", "MemoryDomain", "WorkflowsDomain"]
