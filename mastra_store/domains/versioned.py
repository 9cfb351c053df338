"""What the seven versioned domains have in common: entities and their versions.

Agents, prompt blocks, scorer definitions, MCP clients, MCP servers, workspaces and skills. An entity is a thin row:
its status, its owner, which version is in force. Its configuration, the snapshot, stands in its versions, which are
numbered from 1 and never changed.

Contract: agents.md. Where the TypeScript backends differ from each other, every backend here does the same, and the
method says what.
"""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, Generic, cast

from msgspec import UNSET, UnsetType

from ..errors import MastraError
from ..pages import Order, Page
from .base import Domain, Method
from .versioned_kinds import E, Kind, R, V

NEWEST_FIRST = Order("created_at", "desc")
HIGHEST_FIRST = Order("version_number", "desc")


def named(template: str) -> Callable[[Method], Method]:
    """``operation``, for a method whose errors are called after the kind: ``create_{entity}``, as the contract has it.

    Contract: agents.md, "Errors".
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        async def located(self: "VersionedDomain[Any, Any, Any]", *args: Any, **kwargs: Any) -> Any:
            try:
                return await method(self, *args, **kwargs)
            except MastraError as error:
                error.located(self.store, self.kind.operation(template))
                raise

        return cast("Method", located)

    return decorate


class VersionedDomain(Domain, ABC, Generic[E, V, R]):
    """Entities of one kind and their versions.

    Attributes:
        kind: the domain's words and fields.

    Fields of entities and snapshots are keyword arguments, in snake_case. Which there are the domain says; any other
    is an ``InvalidArgument`` that lists them.
    """

    kind: ClassVar[Kind[Any, Any, Any]]

    # Entities

    @abstractmethod
    async def create(self, *, id: str | None = None, author_id: str | None = None, **fields: Any) -> E:
        """Make an entity and its version 1, both or none.

        The entity is a draft without an active version. Version 1 has the message ``Initial version`` and names the
        fields that were given as changed, on every backend (TypeScript on PostgreSQL names all fields of most domains).

        Args:
            id: a random UUID if ``None``; on every backend it is the entity's (TypeScript on MongoDB gives workspaces
                another).
            fields: those of the entity (``metadata``, ...) and of the snapshot (``name``, ...). ``visibility`` is
                ``private`` if there is an author and none is given.

        Returns:
            The entity, without its configuration.

        Raises:
            InvalidArgument: an unknown field, a missing one, or one that can not be stored.
            AlreadyExists: the id is taken. What is stored stays as it is, on every backend (TypeScript on LibSQL resets
                it, and on PostgreSQL deletes drafts).
        """

    @abstractmethod
    async def get_by_id(self, id: str) -> E | None:
        """One entity without its configuration, or ``None`` if there is none."""

    @abstractmethod
    async def update(
        self,
        id: str,
        *,
        status: str | None = None,
        active_version_id: str | UnsetType | None = UNSET,
        author_id: str | UnsetType | None = UNSET,
        **fields: Any,
    ) -> E:
        """Change an entity, atomically; its ``updated_at`` becomes now.

        Of workspaces and skills it also takes fields of the snapshot, and makes a version of them: the latest one's
        with the given ones over it, the next number, and the message ``Updated a, b`` with the fields that really
        differ. If none does, there is no new version. The new version is not activated.

        Args:
            status: ``draft``, ``published`` or ``archived``; ``None`` keeps it, unless a version is activated.
            active_version_id: the version to activate. It publishes the entity if no status is given, in every domain
                (in TypeScript in two of them). ``None`` leaves no version active, and the status as it is.
            author_id: ``None`` clears it.
            fields: ``metadata`` is merged over the stored one, key by key (TypeScript on PostgreSQL replaces that of
                agents); ``visibility``. ``None`` keeps what is stored. In the snapshot ``None`` clears a field.

        Returns:
            The entity as it is now, without its configuration.

        Raises:
            InvalidArgument: an unknown field or status; or the version is none of this entity's, on every backend
                (TypeScript takes any text).
            NotFound: there is no such entity.
            Conflict: fields of the snapshot were given, and the entity has no version to go under them.
        """

    @abstractmethod
    async def delete(self, id: str) -> int:
        """Delete an entity, its versions and the favorites of it, as a whole (TypeScript leaves favorites behind).

        Returns:
            How many entities were deleted: 1, or 0 if there was none.
        """

    @abstractmethod
    async def list(
        self,
        *,
        status: str | None = None,
        author_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
        **filters: Any,
    ) -> Page[E]:
        """Entities without their configuration, newest first unless told otherwise.

        Args:
            metadata: only entities whose metadata has all these keys with these values, by JSON type. Objects and
                lists match as subsets; ``None`` matches an explicit null alone. The same on every backend:
                PostgreSQL's ``@>`` (TypeScript on LibSQL finds text alone). Skills have none.
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them, on whatever page; 0 for the total alone.
            order: by ``created_at`` or ``updated_at``; ties by ``id`` in the same direction.
            filters: of agents and skills ``visibility``; ``entity_ids``, none for an empty list;
                ``pin_favorited_for``, a user whose favorites come first; ``favorited_only`` with it. Of scorer
                definitions ``organization_id`` and ``project_id``.

        Raises:
            InvalidArgument: a bad page, order or filter, or one that the domain does not have.
        """

    # With their configuration

    @abstractmethod
    async def get_by_id_resolved(
        self, id: str, *, status: str | None = None, version_id: str | None = None
    ) -> R | None:
        """An entity with the configuration of one version, or ``None`` if there is no such entity.

        The version is the one that is in force: the active one, or the latest where none is active, or the active one
        is gone or another entity's (TypeScript shows that). An entity without versions is shown without configuration.

        Args:
            status: ``draft`` for the latest version; the others for the one in force.
            version_id: this version of the entity.

        Raises:
            InvalidArgument: the entity has no version ``version_id`` (TypeScript shows that of another one).
        """

    @abstractmethod
    async def list_resolved(
        self,
        *,
        status: str | None = None,
        author_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        page: int = 0,
        per_page: int | None = 100,
        order: Order = NEWEST_FIRST,
        **filters: Any,
    ) -> Page[R]:
        """As ``list``, each entity with its configuration: of the version in force, or with ``status="draft"`` of the
        latest one. One statement."""

    @abstractmethod
    async def save(
        self,
        *,
        id: str,
        author_id: str | None = None,
        change_message: str | None = None,
        **fields: Any,
    ) -> R:
        """Make this configuration the one that is in force, atomically.

        A missing entity is made. An existing one gets a new version if the configuration really differs from the one
        in force; if it is that of the latest version, that one is taken. The version is activated and the entity
        published. If nothing differs, nothing is written.

        Args:
            id: the entity's.
            author_id: ``None`` keeps it.
            change_message: the new version's; ``Updated a, b`` if ``None``, and ``Initial version`` of the first.
            fields: the whole snapshot: a field that is not given is not in it. Those of the entity are changed as by
                ``update``.

        Returns:
            The entity with its configuration.

        Raises:
            InvalidArgument: an unknown field, a missing one, or one that can not be stored.
        """

    # Versions

    @abstractmethod
    async def create_version(
        self,
        parent_id: str,
        *,
        id: str | None = None,
        version_number: int | None = None,
        changed_fields: Sequence[str] | None = None,
        change_message: str | None = None,
        **snapshot: Any,
    ) -> V:
        """Add a version to an entity, which stays as it is: nothing is activated.

        Args:
            id: the version's; a random UUID if ``None``.
            version_number: the next one if ``None``. Of concurrent calls each gets another.
            changed_fields: in snake_case or as on the wire; if ``None`` those that differ from the latest version.
            snapshot: the whole configuration: a field that is not given is not in it.

        Raises:
            InvalidArgument: an unknown field, a missing one, or one that can not be stored.
            NotFound: there is no such entity (TypeScript makes versions of nothing).
            AlreadyExists: the id or the number is taken. What is stored stays as it is, on every backend (TypeScript
                on LibSQL replaces it, and on PostgreSQL takes a number of an agent's twice). Without a given number:
                TypeScript, which does not wait for our lock, took the next one at the same moment; try again.
        """

    @abstractmethod
    async def get_version(self, version_id: str) -> V | None:
        """One version, or ``None`` if there is none."""

    @abstractmethod
    async def get_versions(self, version_ids: Sequence[str]) -> builtins.list[V]:
        """The versions with these ids, by entity and number. Unknown ids are skipped."""

    @abstractmethod
    async def get_version_by_number(self, parent_id: str, version_number: int) -> V | None:
        """One version of an entity, or ``None`` if there is none. Of several that TypeScript gave one number, the one
        with the greatest id."""

    @abstractmethod
    async def get_latest_version(self, parent_id: str) -> V | None:
        """The version with the greatest number, or ``None`` if there is none."""

    @abstractmethod
    async def list_versions(
        self,
        parent_id: str,
        *,
        page: int = 0,
        per_page: int | None = 20,
        order: Order = HIGHEST_FIRST,
    ) -> Page[V]:
        """The versions of an entity, the latest first unless told otherwise.

        Args:
            page: zero-based.
            per_page: rows in a page; ``None`` for all of them, on whatever page.
            order: by ``version_number`` or ``created_at``; ties by ``id`` in the same direction.

        Returns:
            A page; empty if there is no such entity.

        Raises:
            InvalidArgument: a bad page or order.
        """

    @abstractmethod
    async def delete_version(self, version_id: str) -> int:
        """Delete a version. If it was active, its entity has no active version any more (TypeScript keeps pointing to
        it). The number of a deleted latest version is given again.

        Returns:
            How many were deleted: 1, or 0 if there was none.
        """

    @abstractmethod
    async def delete_versions_by_parent_id(self, parent_id: str) -> int:
        """Delete all versions of an entity, which has no active version any more. Returns how many there were."""

    @abstractmethod
    async def count_versions(self, parent_id: str) -> int:
        """How many versions an entity has."""

    @abstractmethod
    async def dangerously_clear_all(self) -> None:
        """Delete every entity of the domain, all versions and the favorites of them. There is no way back."""
