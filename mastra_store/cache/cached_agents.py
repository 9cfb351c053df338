"""The agents domain through the cache: an agent with its configuration.

An agent is one subject, its versions included. How many users like it stands in its row too, so that favorites write
agents.
"""

from collections.abc import Iterable
from typing import Any

from ..domains.agents import AgentsDomain
from ..domains.favorites import FavoritesDomain
from ..domains.versioned import named
from ..records.agents import ResolvedAgent
from .encoding import AGENT
from .keys import Keys, usable
from .rules import CachedDomain, cached, looked_up, reads, row, writes, writes_everything, written_by_itself


class CachedAgents(CachedDomain, AgentsDomain):
    """Agents and their versions."""

    @cached
    async def get_by_id_resolved(
        self, id: str, *, status: str | None = None, version_id: str | None = None
    ) -> ResolvedAgent | None:
        async def load() -> ResolvedAgent | None:
            found: ResolvedAgent | None = await self._inner.get_by_id_resolved(id, status=status, version_id=version_id)
            return found

        known = usable(id)
        if known is None or any(each is not None and usable(each) is None for each in (status, version_id)):
            return await load()
        entry = self._access.keys.entry(AGENT, "agent", known, status or "", version_id or "")
        return await self._access.read(entry, AGENT, load)

    get_by_id = reads(AgentsDomain.get_by_id)
    list_resolved = reads(AgentsDomain.list_resolved)
    get_version = reads(AgentsDomain.get_version)
    get_versions = reads(AgentsDomain.get_versions)
    get_version_by_number = reads(AgentsDomain.get_version_by_number)
    get_latest_version = reads(AgentsDomain.get_latest_version)
    list_versions = reads(AgentsDomain.list_versions)
    count_versions = reads(AgentsDomain.count_versions)

    create = writes(row("agent", "id"))(AgentsDomain.create)
    update = writes(row("agent", "id"))(AgentsDomain.update)
    delete = writes(row("agent", "id"))(AgentsDomain.delete)
    save = writes(row("agent", "id"))(AgentsDomain.save)
    create_version = writes(row("agent", "parent_id"))(AgentsDomain.create_version)
    delete_versions_by_parent_id = writes(row("agent", "parent_id"))(AgentsDomain.delete_versions_by_parent_id)
    dangerously_clear_all = writes_everything(AgentsDomain.dangerously_clear_all)

    @written_by_itself
    @named("delete_{version}")
    async def delete_version(self, version_id: str) -> int:
        async def touched() -> Iterable[str]:
            call = self._inner.get_version(version_id)
            version = await looked_up(call, self.kind.operation("delete_{version}"))
            return () if version is None else self._access.keys.subject("agent", version.agent_id)

        async with self._access.writing_what_is_found(touched):
            deleted: int = await self._inner.delete_version(version_id)
            return deleted

    list = reads(AgentsDomain.list)  # last: below it the name means the method


def _liked(keys: Keys, *, entity_type: Any, entity_id: Any, **_: Any) -> Iterable[str]:
    return keys.subject("agent", entity_id) if entity_type == "agent" else ()


class WritingFavorites(CachedDomain, FavoritesDomain):
    """Favorites, which are not cached and write agents."""

    is_favorited = reads(FavoritesDomain.is_favorited)
    is_favorited_batch = reads(FavoritesDomain.is_favorited_batch)
    list_favorited_ids = reads(FavoritesDomain.list_favorited_ids)

    favorite = writes(_liked)(FavoritesDomain.favorite)
    unfavorite = writes(_liked)(FavoritesDomain.unfavorite)
    delete_favorites_for_entity = writes(_liked)(FavoritesDomain.delete_favorites_for_entity)
    dangerously_clear_all = writes_everything(FavoritesDomain.dangerously_clear_all)
