"""What a cache keeps was read from the primary: a replica may not have yet what the cache was already told of."""

from mastra_store import CachedStorage, MemoryCache
from mastra_store.testing.builders import message, thread
from tests.replicas.conftest import Open
from tests.servers.postgres import Standby


async def test_what_a_replica_does_not_have_yet_is_not_kept(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)
    cache = MemoryCache()
    # Two storages, as of two processes: one does not see what the other wrote because it wrote it itself.
    writer = CachedStorage(setting.storage, cache=cache, place="here")
    await writer.memory.save_thread(thread("t", title="Old"))
    other = await opened(standby)
    reader = CachedStorage(other.storage, cache=cache, place="here")
    assert (await reader.memory.get_thread_by_id("t")) == thread("t", title="Old")
    standby.pause()
    await writer.memory.update_thread("t", title="New")

    found = [await reader.memory.get_thread_by_id("t") for _ in range(2)]

    assert [each.title for each in found if each] == ["New", "New"]
    assert reader.counts.hits == 1


async def test_messages_that_a_replica_does_not_have_yet_are_deleted_from_the_cache(
    opened: Open, standby: Standby
) -> None:
    setting, other = await opened(standby), await opened(standby)
    cache = MemoryCache()
    writer = CachedStorage(setting.storage, cache=cache, place="here")
    deleter = CachedStorage(other.storage, cache=cache, place="here")
    standby.pause()
    await writer.memory.save_messages("t", [message("a")])
    before = await writer.memory.get_thread_by_id("t")

    await deleter.memory.delete_messages(["a"])

    assert await writer.memory.get_thread_by_id("t") != before
