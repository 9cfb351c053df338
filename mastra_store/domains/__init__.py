"""The domains: abstract classes whose signatures and docstrings are the contract that every backend keeps."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from .base import Domain, Watch

if TYPE_CHECKING:
    from ..vectors.base import VectorStore
    from .agents import AgentsDomain
    from .favorites import FavoritesDomain
    from .mcp_clients import McpClientsDomain
    from .mcp_servers import McpServersDomain
    from .memory import MemoryDomain
    from .observability import ObservabilityDomain
    from .prompt_blocks import PromptBlocksDomain
    from .scorer_definitions import ScorerDefinitionsDomain
    from .scores import ScoresDomain
    from .skills import SkillsDomain
    from .workflows import WorkflowsDomain
    from .workspaces import WorkspacesDomain

D = TypeVar("D", bound=Domain)


class Lazy(Generic[D]):
    """A domain as an attribute. It is made when it is first asked for, so that a program imports what it uses.

    Args:
        home: where the contract stands, as ``memory.MemoryDomain``.
    """

    def __init__(self, home: str) -> None:
        self._home = home
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, owner: None, kind: type) -> "Lazy[D]": ...
    @overload
    def __get__(self, owner: "Beside", kind: type) -> D: ...
    def __get__(self, owner: "Beside | None", kind: type) -> Any:
        if owner is None:
            return self
        domain = owner._make_domain(self.name)
        if not hasattr(domain, "storage"):  # a composite has it from somewhere else
            domain.name, domain.storage, domain.watch = self.name, owner, owner.watch
        owner.__dict__[self.name] = domain  # found there from now on
        return domain

    @property
    def contract(self) -> type[D]:
        """The abstract class."""
        module, _, name = self._home.rpartition(".")
        return cast("type[D]", getattr(import_module(f".{module}", __name__), name))


class Beside(ABC):
    """What is had like a domain but is none of Mastra's: nothing that goes through the list of domains meets it."""

    vectors: "Lazy[VectorStore]" = Lazy(".vectors.base.VectorStore")

    watch: Watch | None = None
    """What is put around the methods of its domains, when they are made."""

    @abstractmethod
    def _make_domain(self, name: str) -> Domain:
        """The domain of that name, which is asked for once."""


class Domains(Beside):
    """The one list of domains, as attributes. Storages, transactions and composites have them."""

    memory: "Lazy[MemoryDomain]" = Lazy("memory.MemoryDomain")
    workflows: "Lazy[WorkflowsDomain]" = Lazy("workflows.WorkflowsDomain")
    scores: "Lazy[ScoresDomain]" = Lazy("scores.ScoresDomain")
    observability: "Lazy[ObservabilityDomain]" = Lazy("observability.ObservabilityDomain")
    agents: "Lazy[AgentsDomain]" = Lazy("agents.AgentsDomain")
    prompt_blocks: "Lazy[PromptBlocksDomain]" = Lazy("prompt_blocks.PromptBlocksDomain")
    scorer_definitions: "Lazy[ScorerDefinitionsDomain]" = Lazy("scorer_definitions.ScorerDefinitionsDomain")
    mcp_clients: "Lazy[McpClientsDomain]" = Lazy("mcp_clients.McpClientsDomain")
    mcp_servers: "Lazy[McpServersDomain]" = Lazy("mcp_servers.McpServersDomain")
    workspaces: "Lazy[WorkspacesDomain]" = Lazy("workspaces.WorkspacesDomain")
    skills: "Lazy[SkillsDomain]" = Lazy("skills.SkillsDomain")
    favorites: "Lazy[FavoritesDomain]" = Lazy("favorites.FavoritesDomain")


def domains() -> Iterator[Lazy[Any]]:
    """Every domain there is, in the order of the list."""
    return (each for each in vars(Domains).values() if isinstance(each, Lazy))


__all__ = ["Domain", "Domains", "Lazy", "domains"]
