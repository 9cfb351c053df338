"""Many processes that write versions of one agent at the same moment."""

from mastra_store import open_storage
from mastra_store.testing.versioned_builders import stored
from tests.workflows.test_processes import at_once

PROCESSES, VERSIONS = 4, 10

CREATE_VERSIONS = """
import asyncio, sys
from mastra_store import open_storage

async def main(url, process, versions):
    async with open_storage(url) as storage:
        print("ready", flush=True)
        input()
        made = [
            await storage.agents.create_version("e", name=f"{process}-{number}", model={}, instructions="")
            for number in range(int(versions))
        ]
    print(*(version.version_number for version in made))

asyncio.run(main(*sys.argv[1:]))
"""
SAVE_AND_LIKE = """
import asyncio, sys
from mastra_store import open_storage

async def main(url, process, times):
    async with open_storage(url) as storage:
        print("ready", flush=True)
        input()
        for number in range(int(times)):
            await storage.agents.save_agent(id="new", name=f"{process}-{number}", instructions="", model="p/m")
            await storage.favorites.favorite(user_id=f"{process}-{number}", entity_type="agent", entity_id="new")

asyncio.run(main(*sys.argv[1:]))
"""


async def test_no_number_is_given_twice(storage_url: str) -> None:
    async with open_storage(storage_url) as storage:
        await stored(storage, "agents")

    printed = at_once(CREATE_VERSIONS, [(storage_url, f"process{n}", str(VERSIONS)) for n in range(PROCESSES)])

    numbers = sorted(int(number) for line in printed for number in line.split())
    assert numbers == list(range(2, PROCESSES * VERSIONS + 2))


async def test_an_agent_that_none_has_made_is_saved_and_liked_by_all(storage_url: str) -> None:
    at_once(SAVE_AND_LIKE, [(storage_url, f"process{n}", str(VERSIONS)) for n in range(PROCESSES)])

    async with open_storage(storage_url) as storage:
        versions = await storage.agents.list_versions("new", per_page=None)
        agent = await storage.agents.get_agent("new")
        assert agent is not None
        assert [each.version_number for each in versions] == list(range(PROCESSES * VERSIONS, 0, -1))
        assert agent.favorite_count == PROCESSES * VERSIONS
        assert agent.resolved_version_id == agent.active_version_id == versions[0].id
