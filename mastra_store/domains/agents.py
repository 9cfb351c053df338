"""The agents domain: what agents are configured to do, version by version."""

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar

from ..pages import Order, Page
from ..records.agents import Agent, AgentVersion, ResolvedAgent
from .versioned import NEWEST_FIRST, VersionedDomain
from .versioned_kinds import DESCRIPTION, METADATA, NAME, VISIBILITY, Field, Kind, instructions, jsons, model, one_of

AGENT = Kind(
    noun="agent",
    version_noun="version",
    parent="agent_id",
    entity=Agent,
    version=AgentVersion,
    resolved=ResolvedAgent,
    own=(VISIBILITY, METADATA),
    snapshot=(
        NAME,
        DESCRIPTION,
        Field("instructions", instructions, required=True),
        Field("model", model, required=True),
        *jsons(
            "tools",
            "default_options",
            "workflows",
            "agents",
            "integration_tools",
            "tool_providers",
            "input_processors",
            "output_processors",
            "memory",
            "scorers",
            "mcp_clients",
            "request_context_schema",
            "workspace",
            "skills",
        ),
        Field("skills_format", one_of("xml", "json", "markdown")),
        *jsons("durable", "browser"),
    ),
    favorites="agent",
)


class AgentsDomain(VersionedDomain[Agent, AgentVersion, ResolvedAgent], ABC):
    """Agents and their versions.

    Fields of an agent: ``visibility``, ``metadata``. Of its configuration: ``name``, ``instructions`` and ``model``,
    which are required; ``description``, ``tools``, ``default_options``, ``workflows``, ``agents``,
    ``integration_tools``, ``tool_providers``, ``input_processors``, ``output_processors``, ``memory``, ``scorers``,
    ``mcp_clients``, ``request_context_schema``, ``workspace``, ``skills``, ``skills_format``, ``durable``, ``browser``.

    ``instructions`` are text or a list of blocks, which share a column: text that is a JSON array is read as the list.
    ``model`` is an object with ``provider`` and ``name``, or a list of variants; ``"openai/gpt-4"`` is stored as
    ``{"provider": "openai", "name": "gpt-4"}``, which is what Mastra reads.
    """

    kind: ClassVar[Kind[Agent, AgentVersion, ResolvedAgent]] = AGENT

    # Short calls

    async def save_agent(
        self,
        *,
        id: str,
        name: str,
        instructions: str | list[Any],
        model: Any,
        author_id: str | None = None,
        change_message: str | None = None,
        **fields: Any,
    ) -> ResolvedAgent:
        """``save``, in the documents' words."""
        return await self.save(
            id=id,
            author_id=author_id,
            change_message=change_message,
            name=name,
            instructions=instructions,
            model=model,
            **fields,
        )

    async def get_agent(
        self, id: str, *, status: str | None = None, version_id: str | None = None
    ) -> ResolvedAgent | None:
        """``get_by_id_resolved``, in the documents' words."""
        return await self.get_by_id_resolved(id, status=status, version_id=version_id)

    async def list_agents(
        self,
        *,
        status: str | None = None,
        author_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
        **filters: Any,
    ) -> Page[ResolvedAgent]:
        """``list_resolved``, in the documents' words."""
        return await self.list_resolved(
            status=status,
            author_id=author_id,
            metadata=metadata,
            page=page,
            per_page=per_page,
            order=order,
            **filters,
        )
