"""The ids that every backend refuses, wherever they are given."""

from ..records.memory import Include
from ..storage import Storage
from .builders import message, resource, thread
from .refusals import Place, first_of, places, refuses

__all__ = ["TestRefusedIds"]


class TestRefusedIds:
    @places(
        {
            "thread_id of get_thread_by_id": lambda memory, bad: memory.get_thread_by_id(bad),
            "resource_id of get_thread_by_id": lambda memory, bad: memory.get_thread_by_id("t", resource_id=bad),
            "thread.id of save_thread": lambda memory, bad: memory.save_thread(thread(bad)),
            "thread.resource_id of save_thread": lambda memory, bad: memory.save_thread(thread(resource_id=bad)),
            "thread.id of create_thread": lambda memory, bad: memory.create_thread(resource_id="r", thread_id=bad),
            "thread.resource_id of create_thread": lambda memory, bad: memory.create_thread(resource_id=bad),
            "thread_id of update_thread": lambda memory, bad: memory.update_thread(bad, title="New"),
            "thread_id of update_thread_metadata": lambda memory, bad: memory.update_thread_metadata(bad, lambda _: {}),
            "resource_id of update_thread_metadata": lambda memory, bad: memory.update_thread_metadata(
                "t", lambda _: {}, resource_id=bad
            ),
            "thread_id of update_thread_resource_id": lambda memory, bad: memory.update_thread_resource_id(bad, "s"),
            "resource_id of update_thread_resource_id": lambda memory, bad: memory.update_thread_resource_id("t", bad),
            "thread_id of delete_thread": lambda memory, bad: memory.delete_thread(bad),
            "thread_id of list_messages": lambda memory, bad: memory.list_messages(bad),
            "thread_id[1] of list_messages": lambda memory, bad: memory.list_messages(["t", bad]),
            "include[1].id of list_messages": lambda memory, bad: memory.list_messages(
                "t", include=[Include("a"), Include(bad)]
            ),
            "resource_id of list_messages_by_resource_id": lambda memory, bad: memory.list_messages_by_resource_id(bad),
            "message_ids[1] of list_messages_by_id": lambda memory, bad: memory.list_messages_by_id(["stored", bad]),
            "thread_id of iter_messages": lambda memory, bad: first_of(memory.iter_messages(bad)),
            "thread_id of save_messages": lambda memory, bad: memory.save_messages(bad, [message()]),
            "resource_id of save_messages": lambda memory, bad: memory.save_messages("t", [message()], resource_id=bad),
            "messages[1].id of save_messages": lambda memory, bad: memory.save_messages(
                "t", [message("first"), message(bad)]
            ),
            "messages[1].thread_id of save_messages": lambda memory, bad: memory.save_messages(
                messages=[message("first"), message(thread_id=bad)]
            ),
            "messages[1].resource_id of save_messages": lambda memory, bad: memory.save_messages(
                "t", [message("first"), message(resource_id=bad)]
            ),
            "messages[0].id of update_messages": lambda memory, bad: memory.update_messages([{"id": bad, "role": "x"}]),
            "messages[0].thread_id of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "thread_id": bad}]
            ),
            "messages[0].resource_id of update_messages": lambda memory, bad: memory.update_messages(
                [{"id": "stored", "resource_id": bad}]
            ),
            "message_ids[1] of delete_messages": lambda memory, bad: memory.delete_messages(["stored", bad]),
            "resource_id of get_resource_by_id": lambda memory, bad: memory.get_resource_by_id(bad),
            "resource.id of save_resource": lambda memory, bad: memory.save_resource(resource(bad)),
            "resource_id of update_resource": lambda memory, bad: memory.update_resource(bad, working_memory="New"),
            "source_thread_id of copy_thread": lambda memory, bad: memory.copy_thread(bad),
            "new_thread_id of copy_thread": lambda memory, bad: memory.copy_thread("t", new_thread_id=bad),
            "resource_id of copy_thread": lambda memory, bad: memory.copy_thread("t", resource_id=bad),
            "message_ids[1] of copy_thread": lambda memory, bad: memory.copy_thread("t", message_ids=["stored", bad]),
        }
    )
    async def test_that_are_empty_long_blank_or_hold_what_no_database_keeps(
        self, storage: Storage, place: Place, argument: str
    ) -> None:
        bad = ("", "x" * 513, " \t\n", "a\x00b", "a\ud800", "\udc00")

        await refuses(storage, place, argument, *bad)

    @places(
        {
            "resource_id of list_threads": lambda memory, bad: memory.list_threads(resource_id=bad),
            "resource_id of get_threads": lambda memory, bad: memory.get_threads(bad),
            "resource_id of list_messages": lambda memory, bad: memory.list_messages("t", resource_id=bad),
            "resource_id of iter_messages": lambda memory, bad: first_of(memory.iter_messages(resource_id=bad)),
        }
    )
    async def test_where_empty_is_no_filter(self, storage: Storage, place: Place, argument: str) -> None:
        bad = ("x" * 513, "  ", "a\x00b", "a\ud800")

        await refuses(storage, place, argument, *bad)

    @places(
        {
            "thread_id of get_thread_by_id": lambda memory, bad: memory.get_thread_by_id(bad),
            "thread.id of save_thread": lambda memory, bad: memory.save_thread(thread(bad)),
            "messages[0].id of save_messages": lambda memory, bad: memory.save_messages(
                "t", [{"role": "x", "id": bad}]
            ),
            "message_ids[0] of delete_messages": lambda memory, bad: memory.delete_messages([bad]),
        }
    )
    async def test_that_are_no_text(self, storage: Storage, place: Place, argument: str) -> None:
        bad = (7, b"t", ["t"], 1.5, True)

        await refuses(storage, place, argument, *bad)

    @places(
        {
            "message_ids of list_messages_by_id": lambda memory, bad: memory.list_messages_by_id(bad),
            "message_ids of delete_messages": lambda memory, bad: memory.delete_messages(bad),
            "message_ids of copy_thread": lambda memory, bad: memory.copy_thread("t", message_ids=bad),
        }
    )
    async def test_one_text_is_no_list_of_them(self, storage: Storage, place: Place, argument: str) -> None:
        bad = ("stored", b"stored", 7)

        await refuses(storage, place, argument, *bad)

    async def test_no_thread_at_all(self, storage: Storage) -> None:
        error = await refuses(storage, lambda memory, bad: memory.list_messages(bad), "thread_id", [])

        assert error.id == f"MASTRA_STORAGE_{storage.memory.store}_LIST_MESSAGES_INVALID_THREAD_ID"
