"""What every backend refuses of versioned domains: with the name of the argument, before anything is written."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ..errors import InvalidArgument
from ..pages import Order
from ..storage import Storage
from .versioned_builders import CONFIGURATIONS, EACH, added, domain_of, shown, stored

__all__ = ["TestRefusedEntities"]

NAN = float("nan")

BAD_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    ("agents", {"nmae": "n"}, "nmae"),
    ("agents", {"defaultOptions": {}}, "defaultOptions"),
    ("agents", {"favorite_count": 7}, "favorite_count"),
    ("agents", {"name": None}, "name"),
    ("agents", {"name": 7}, "name"),
    ("agents", {"name": "\x00"}, "name"),
    ("agents", {"description": ["text"]}, "description"),
    ("agents", {"instructions": 7}, "instructions"),
    ("agents", {"instructions": "\ud800"}, "instructions"),
    ("agents", {"instructions": [{"a": NAN}]}, "instructions[0].a"),
    ("agents", {"model": "gpt-4"}, "model"),
    ("agents", {"model": "/gpt-4"}, "model"),
    ("agents", {"model": 7}, "model"),
    ("agents", {"model": {"name": {1}}}, "model.name"),
    ("agents", {"tools": {"a": [1, b""]}}, "tools.a[1]"),
    ("agents", {"tools": ("a",)}, "tools"),
    ("agents", {"skills_format": "yaml"}, "skills_format"),
    ("prompt_blocks", {"content": None}, "content"),
    ("scorer_definitions", {"type": 7}, "type"),
    ("mcp_clients", {"servers": None}, "servers"),
    ("mcp_servers", {"version": None}, "version"),
    ("mcp_servers", {"is_latest": 1}, "is_latest"),
    ("mcp_servers", {"release_date": 2026}, "release_date"),
    ("workspaces", {"auto_sync": "yes"}, "auto_sync"),
    ("workspaces", {"operation_timeout": 1.5}, "operation_timeout"),
    ("workspaces", {"operation_timeout": 2**31}, "operation_timeout"),
    ("workspaces", {"operation_timeout": -1}, "operation_timeout"),
    ("workspaces", {"operation_timeout": True}, "operation_timeout"),
    ("skills", {"metadata": [1]}, "metadata"),
    ("skills", {"instructions": ["text"]}, "instructions"),
]
"""Fields of a snapshot that can not be stored, and the path to the offender."""

BAD_OWN: list[tuple[str, dict[str, Any], str]] = [
    ("agents", {"metadata": ["a"]}, "metadata"),
    ("agents", {"metadata": "a"}, "metadata"),
    ("agents", {"metadata": {"a": NAN}}, "metadata.a"),
    ("agents", {"metadata": {1: "a"}}, "metadata"),
    ("agents", {"visibility": "secret"}, "visibility"),
    ("agents", {"author_id": ""}, "author_id"),
    ("agents", {"author_id": 7}, "author_id"),
    ("prompt_blocks", {"visibility": "public"}, "visibility"),
    ("skills", {"visibility": "secret"}, "visibility"),
]
"""Fields of an entity that can not be stored, likewise."""

BAD_UPDATES: list[tuple[str, dict[str, Any], str]] = [
    *BAD_OWN,
    ("agents", {"status": "public"}, "status"),
    ("agents", {"status": 7}, "status"),
    ("agents", {"active_version_id": 7}, "active_version_id"),
    ("agents", {"active_version_id": "nothing"}, "active_version_id"),
    ("agents", {"name": "n"}, "name"),
    ("prompt_blocks", {"content": "text"}, "content"),
    ("scorer_definitions", {"organization_id": "o"}, "organization_id"),
    ("skills", {"name": None}, "name"),
    ("skills", {"nmae": "n"}, "nmae"),
    ("workspaces", {"tools": {"a": NAN}}, "tools.a"),
]

BAD_FILTERS: list[tuple[str, dict[str, Any], str]] = [
    ("agents", {"status": "public"}, "status"),
    ("agents", {"author_id": ""}, "author_id"),
    ("agents", {"metadata": "a"}, "metadata"),
    ("agents", {"metadata": {"a": {1}}}, "metadata.a"),
    ("agents", {"visibility": "secret"}, "visibility"),
    ("agents", {"entity_ids": "e"}, "entity_ids"),
    ("agents", {"entity_ids": ["e", 7]}, "entity_ids[1]"),
    ("agents", {"favorited_only": True}, "favorited_only"),
    ("agents", {"favorited_only": 1, "pin_favorited_for": "u"}, "favorited_only"),
    ("agents", {"pin_favorited_for": " "}, "pin_favorited_for"),
    ("agents", {"organization_id": "o"}, "organization_id"),
    ("agents", {"name": "n"}, "name"),
    ("skills", {"metadata": {"a": 1}}, "metadata"),
    ("workspaces", {"visibility": "public"}, "visibility"),
    ("prompt_blocks", {"pin_favorited_for": "u"}, "pin_favorited_for"),
    ("agents", {"page": -1}, "page"),
    ("agents", {"per_page": -1}, "per_page"),
    ("agents", {"per_page": False}, "per_page"),
    ("agents", {"order": Order("name")}, "order.field"),
    ("agents", {"order": Order("created_at", "down")}, "order.direction"),  # type: ignore[arg-type]
]

BAD_VERSIONS: list[tuple[dict[str, Any], str]] = [
    ({"version_number": 0}, "version_number"),
    ({"version_number": 2**31}, "version_number"),
    ({"version_number": "2"}, "version_number"),
    ({"version_number": True}, "version_number"),
    ({"changed_fields": "name"}, "changed_fields"),
    ({"changed_fields": ["name", "nmae"]}, "changed_fields[1]"),
    ({"change_message": 7}, "change_message"),
    ({"id": ""}, "id"),
    ({"metadata": {}}, "metadata"),
]

BAD_CALLS: dict[str, tuple[Callable[[Any], Awaitable[Any]], str]] = {
    "get_by_id": (lambda a: a.get_by_id(""), "id"),
    "get_by_id_resolved": (lambda a: a.get_by_id_resolved("e", status="public"), "status"),
    "delete": (lambda a: a.delete(7), "id"),
    "save": (lambda a: a.save(id="", **CONFIGURATIONS["agents"]), "id"),
    "get_version": (lambda a: a.get_version(None), "version_id"),
    "get_versions": (lambda a: a.get_versions("v"), "version_ids"),
    "get_version_by_number": (lambda a: a.get_version_by_number("e", 0), "version_number"),
    "get_version_by_number, none": (lambda a: a.get_version_by_number("e", None), "version_number"),
    "get_latest_version": (lambda a: a.get_latest_version(""), "parent_id"),
    "list_versions": (lambda a: a.list_versions("e", order=Order("name")), "order.field"),
    "list_versions, page": (lambda a: a.list_versions("e", page=-1), "page"),
    "delete_version": (lambda a: a.delete_version(""), "version_id"),
    "delete_versions_by_parent_id": (lambda a: a.delete_versions_by_parent_id(""), "parent_id"),
    "count_versions": (lambda a: a.count_versions(""), "parent_id"),
}


class TestRefusedEntities:
    @pytest.mark.parametrize(("name", "bad", "path"), [*BAD_FIELDS, *BAD_OWN])
    async def test_of_a_new_entity(self, storage: Storage, name: str, bad: dict[str, Any], path: str) -> None:
        for make in (domain_of(storage, name).create, domain_of(storage, name).save):
            with pytest.raises(InvalidArgument) as refused:
                await make(**{"id": "e", **CONFIGURATIONS[name], **bad})
            assert refused.value.details["argument"] == path

        assert (await domain_of(storage, name).list()).total == 0

    @pytest.mark.parametrize(("name", "bad", "path"), BAD_FIELDS)
    async def test_of_a_new_version(self, storage: Storage, name: str, bad: dict[str, Any], path: str) -> None:
        await stored(storage, name)

        with pytest.raises(InvalidArgument) as refused:
            await added(storage, name, **bad)

        assert refused.value.details["argument"] == path
        assert await domain_of(storage, name).count_versions("e") == 1

    @pytest.mark.parametrize(("bad", "path"), BAD_VERSIONS)
    async def test_of_a_version_itself(self, storage: Storage, bad: dict[str, Any], path: str) -> None:
        await stored(storage)

        with pytest.raises(InvalidArgument) as refused:
            await added(storage, **bad)

        assert refused.value.details["argument"] == path
        assert await storage.agents.count_versions("e") == 1

    @pytest.mark.parametrize(("name", "bad", "path"), BAD_UPDATES)
    async def test_of_a_change(self, storage: Storage, name: str, bad: dict[str, Any], path: str) -> None:
        await stored(storage, name)
        before = await shown(storage, name)

        with pytest.raises(InvalidArgument) as refused:
            await domain_of(storage, name).update("e", **bad)

        assert refused.value.details["argument"] == path
        assert await shown(storage, name) == before

    @EACH
    async def test_a_version_of_another_entity_can_not_be_activated(self, storage: Storage, name: str) -> None:
        before = await stored(storage, name)
        await stored(storage, name, "other")
        await added(storage, name, "other", id="v")

        with pytest.raises(InvalidArgument, match="active_version_id must be the id of a version of this"):
            await domain_of(storage, name).update("e", active_version_id="v")

        assert await domain_of(storage, name).get_by_id("e") == before

    @pytest.mark.parametrize(("name", "bad", "path"), BAD_FILTERS)
    async def test_of_a_list(self, storage: Storage, name: str, bad: dict[str, Any], path: str) -> None:
        for listed in (domain_of(storage, name).list, domain_of(storage, name).list_resolved):
            with pytest.raises(InvalidArgument) as refused:
                await listed(**bad)
            assert refused.value.details["argument"] == path

    @pytest.mark.parametrize("call", BAD_CALLS)
    async def test_of_any_other_call(self, storage: Storage, call: str) -> None:
        asked, path = BAD_CALLS[call]

        with pytest.raises(InvalidArgument) as refused:
            await asked(storage.agents)

        assert refused.value.details["argument"] == path

    async def test_the_message_says_what_is_allowed(self, storage: Storage) -> None:
        await stored(storage)
        messages = []
        for call in (
            lambda: stored(storage, "mcp_clients", "e", server={}),
            lambda: storage.agents.update("e", status="public"),
            lambda: storage.agents.update("e", name="n"),
            lambda: storage.workspaces.list(name="n"),
            lambda: storage.mcp_servers.create(name="n"),
        ):
            with pytest.raises(InvalidArgument) as refused:
                await call()
            messages.append(refused.value.message)

        assert messages == [
            "server is no field of MCP clients; those are metadata, name, description, servers",
            "status must be one of draft, published, archived, not 'public'",
            (
                "name is no field of agents that update changes; those are visibility, metadata. "
                "The configuration is changed by a version: create_version, save"
            ),
            "name is no filter of workspaces; those are status, author_id, metadata",
            "version is missing; every MCP server needs name, version",
        ]
