"""Semantic recall: messages found by what they are like, and vectors that come and go with their messages."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ..errors import Conflict, InvalidArgument, NotFound
from ..records.memory import Message
from ..sql.vectors.sqlite_store import SqliteVector
from ..storage import Storage
from ..vectors.base import VectorStore
from .builders import NOON, message

__all__ = ["TestRecall", "TestSaveMessagesWithEmbeddings", "TestVectorsElsewhere", "TestVectorsGoWithTheirMessages"]

INDEX = "memory_messages_3"
NORTH, EAST, UP = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]


class Compass:
    """An embedder that knows three words."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [[float(word in text) for word in ("north", "east", "up")] for text in texts]


def ids(messages: Sequence[Message]) -> list[str]:
    return [each.id for each in messages]


def said(name: str, text: str, at: int) -> dict[str, Any]:
    return {"id": name, "role": "user", "content": text, "created_at": NOON.replace(minute=at)}


TALK = [
    said("m1", "going north", 1),
    said("m2", "why?", 2),
    said("m3", "east is dull", 3),
    said("m4", "fine", 4),
    said("m5", "then up", 5),
    said("m6", "no", 6),
    said("m7", "north again", 7),
]


@pytest.mark.needs("vectors")
class TestSaveMessagesWithEmbeddings:
    async def test_vectors_are_kept_as_mastras_memory_keeps_them(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [said("m", "going north", 1)], resource_id="r", embeddings=[NORTH])

        [found] = await storage.vectors.query(INDEX, NORTH, include_vector=True)

        assert found.vector == NORTH
        assert found.metadata == {
            "message_id": "m",
            "thread_id": "t",
            "resource_id": "r",
            "role": "user",
            "content": "going north",
            "created_at": "2024-02-29T12:01:00.000Z",
        }

    async def test_1536_numbers_are_kept_under_the_plain_name(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [said("m", "x", 1)], embeddings=[[1.0] * 1536])

        assert await storage.vectors.list_indexes() == ["memory_messages"]

    async def test_an_embedder_is_asked_once_for_all_that_has_text(self, storage: Storage) -> None:
        compass = Compass()
        silent = {"id": "s", "role": "assistant", "content": {"format": 2, "parts": [{"type": "step-start"}]}}

        await storage.memory.save_messages("t", [TALK[0], silent, TALK[2]], embeddings=compass)

        assert compass.asked == ["going north", "east is dull"]
        assert (await storage.vectors.describe_index(INDEX)).count == 2

    async def test_none_leaves_a_message_out(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK[:2], embeddings=[NORTH, None])

        assert len(await storage.memory.get_messages("t")) == 2
        assert (await storage.vectors.describe_index(INDEX)).count == 1

    async def test_a_message_that_is_saved_again_has_only_its_new_vector(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [TALK[0]], embeddings=[NORTH])
        # Of a long message Mastra keeps several, under ids of their own.
        await storage.vectors.upsert(INDEX, [UP, UP], metadata=[{"message_id": "m1", "thread_id": "t"}] * 2)

        await storage.memory.save_messages("t", [TALK[0]], embeddings=[EAST])

        found = await storage.vectors.query(INDEX, EAST, include_vector=True)
        assert [each.vector for each in found] == [EAST]

    async def test_nothing_is_saved_if_a_thread_is_missing(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [TALK[0]], embeddings=[NORTH])

        with pytest.raises(NotFound):
            await storage.memory.save_messages(messages=[message("x", thread_id="none")], embeddings=[UP])

        assert (await storage.vectors.describe_index(INDEX)).count == 1

    @pytest.mark.parametrize(
        ("embeddings", "problem"),
        [
            ([NORTH], r"embeddings has 1 vectors for 2 messages"),
            ([NORTH, [1.0]], r"embeddings differ in their dimension"),
            ([NORTH, [1.0, "x", 0.0]], r"embeddings\[1\]\[1\] is no number"),
            ("north", r"embeddings must be an Embedder or a list of vectors, not str"),
        ],
    )
    async def test_what_are_no_embeddings_of_the_messages_is_refused_whole(
        self, storage: Storage, embeddings: Any, problem: str
    ) -> None:
        with pytest.raises(InvalidArgument, match=problem):
            await storage.memory.save_messages("t", TALK[:2], embeddings=embeddings)

        assert await storage.memory.get_messages("t") == []

    async def test_two_messages_of_one_id_can_not_be_told_apart(self, storage: Storage) -> None:
        with pytest.raises(InvalidArgument, match="two messages have one id"):
            await storage.memory.save_messages("t", [TALK[0], TALK[0]], embeddings=[NORTH, EAST])

    @pytest.mark.needs("transactions")
    async def test_in_a_unit_of_work_both_are_undone(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [TALK[0]], embeddings=[NORTH])

        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await tx.memory.save_messages("t", [TALK[2]], embeddings=[EAST])
                assert ids(await tx.memory.recall(thread_id="t", vector=EAST, top_k=1, before=0, after=0)) == ["m3"]
                raise ZeroDivisionError

        assert ids(await storage.memory.get_messages("t")) == ["m1"]
        assert (await storage.vectors.describe_index(INDEX)).count == 1


@pytest.mark.needs("vectors")
class TestRecall:
    async def test_the_most_alike_come_with_their_neighbours_each_once_in_order(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())

        found = await storage.memory.recall(thread_id="t", vector=[1.0, 0.1, 0.0], top_k=2, before=1, after=1)

        assert ids(found) == ["m1", "m2", "m6", "m7"]

    async def test_a_text_is_made_a_vector_by_the_embedder(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())

        found = await storage.memory.recall(
            thread_id="t", text="up there", embedder=Compass(), top_k=1, before=2, after=0
        )

        assert ids(found) == ["m3", "m4", "m5"]

    async def test_neighbourhoods_that_meet_are_not_told_twice(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())

        found = await storage.memory.recall(thread_id="t", vector=[1.0, 1.0, 1.0], top_k=4, before=5, after=5)

        assert ids(found) == [each["id"] for each in TALK]

    async def test_a_thread_is_searched_and_no_other(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [TALK[2]], embeddings=Compass())
        await storage.memory.save_messages("other", [TALK[0]], embeddings=Compass())

        found = await storage.memory.recall(thread_id="t", vector=NORTH, top_k=10)

        assert ids(found) == ["m3"]

    async def test_a_resource_is_searched_in_all_its_threads(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", [TALK[0]], resource_id="r", embeddings=Compass())
        await storage.memory.save_messages("u", [TALK[6]], resource_id="r", embeddings=Compass())
        await storage.memory.save_messages("v", [said("x", "north", 9)], resource_id="else", embeddings=Compass())

        assert ids(await storage.memory.recall(resource_id="r", vector=NORTH)) == ["m1", "m7"]
        both: dict[str, Any] = {"thread_id": "u", "resource_id": "r"}
        assert ids(await storage.memory.recall(**both, vector=NORTH)) == ["m7"]
        assert ids(await storage.memory.recall(**both, scope="resource", vector=NORTH)) == ["m1", "m7"]

    async def test_min_score_leaves_out_what_is_less_alike(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())

        found = await storage.memory.recall(thread_id="t", vector=EAST, top_k=10, before=0, after=0, min_score=0.5)

        assert ids(found) == ["m3"]

    async def test_several_vectors_of_one_message_recall_it_once(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK[:2], embeddings=[NORTH, None])
        await storage.vectors.upsert(INDEX, [NORTH, UP], metadata=[{"message_id": "m1", "thread_id": "t"}] * 2)

        assert ids(await storage.memory.recall(thread_id="t", vector=NORTH, before=0, after=0)) == ["m1"]

    async def test_a_vector_of_a_message_that_is_gone_recalls_nothing(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK[:1], embeddings=[NORTH])
        await storage.vectors.upsert(INDEX, [UP], metadata=[{"message_id": "gone", "thread_id": "t"}])

        assert ids(await storage.memory.recall(thread_id="t", vector=UP, min_score=0.5)) == []

    async def test_a_message_that_moved_is_not_recalled_where_it_was(self, storage: Storage) -> None:
        await storage.memory.create_thread(resource_id="r", thread_id="u")
        await storage.memory.save_messages("t", TALK[:1], embeddings=[NORTH])
        await storage.memory.update_messages([{"id": "m1", "thread_id": "u"}])

        assert await storage.memory.recall(thread_id="t", vector=NORTH) == []

    async def test_where_nothing_was_remembered_nothing_is_recalled(self, storage: Storage) -> None:
        assert await storage.memory.recall(thread_id="t", vector=NORTH) == []

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            ({"vector": NORTH}, "resource_id is missing"),
            ({"thread_id": "t"}, "vector or text must be given"),
            ({"thread_id": "t", "vector": NORTH, "text": "x"}, "vector or text must be given"),
            ({"thread_id": "t", "text": "x"}, "embedder is missing"),
            ({"thread_id": "t", "vector": NORTH, "scope": "all"}, "scope must be 'thread' or 'resource'"),
            ({"thread_id": "t", "vector": NORTH, "scope": "resource"}, "resource_id is missing"),
            ({"thread_id": "t", "vector": NORTH, "top_k": 0}, "top_k must be a positive integer"),
            ({"thread_id": "t", "vector": NORTH, "before": -1}, "before must be an integer from 0"),
            ({"thread_id": "t", "vector": 3}, "vector must be a list of numbers"),
        ],
    )
    async def test_a_bad_call_is_refused(self, storage: Storage, arguments: dict[str, Any], problem: str) -> None:
        with pytest.raises(InvalidArgument, match=problem):
            await storage.memory.recall(**arguments)


class TestVectorsElsewhere:
    """Vectors in a store that is not the storage's own."""

    @pytest.fixture
    async def elsewhere(self, tmp_path: Path) -> AsyncIterator[VectorStore]:
        async with SqliteVector(str(tmp_path / "elsewhere.db")) as vectors:
            yield vectors

    async def test_messages_are_recalled_by_them(self, storage: Storage, elsewhere: VectorStore) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass(), vectors=elsewhere)

        found = await storage.memory.recall(thread_id="t", vector=UP, top_k=1, vectors=elsewhere)

        assert ids(found) == ["m4", "m5", "m6"]
        assert await elsewhere.list_indexes() == [INDEX]

    async def test_what_their_index_does_not_take_is_refused_before_anything_is_saved(
        self, storage: Storage, elsewhere: VectorStore
    ) -> None:
        await elsewhere.create_index(INDEX, dimension=4)

        with pytest.raises(Conflict, match="dimension"):
            await storage.memory.save_messages("t", TALK, embeddings=Compass(), vectors=elsewhere)

        assert await storage.memory.get_messages("t") == []


@pytest.mark.needs("vectors")
class TestVectorsGoWithTheirMessages:
    async def test_a_deleted_message_takes_its_vectors_along(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())
        await storage.vectors.upsert(INDEX, [UP], metadata=[{"message_id": "m1", "thread_id": "elsewhere"}])

        await storage.memory.delete_messages(["m1", "m3"])

        found = await storage.vectors.query(INDEX, NORTH, top_k=100)
        assert sorted(each.metadata["message_id"] for each in found) == ["m5", "m7"]

    async def test_a_deleted_thread_takes_its_vectors_along(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK, embeddings=Compass())
        await storage.memory.save_messages("u", [said("x", "north", 9)], embeddings=Compass())
        await storage.memory.save_messages("t", [said("y", "up", 9)], embeddings=[[1.0, 2.0]])

        await storage.memory.delete_thread("t")

        assert [each.id for each in await storage.vectors.query(INDEX, NORTH)] == ["x"]
        assert (await storage.vectors.describe_index("memory_messages_2")).count == 0

    async def test_other_indexes_are_left_alone(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK[:1], embeddings=[NORTH])
        for name in ("memory_messagesx", "docs"):
            await storage.vectors.create_index(name, dimension=3)
            await storage.vectors.upsert(name, [UP], metadata=[{"message_id": "m1", "thread_id": "t"}])

        await storage.memory.delete_messages(["m1"])
        await storage.memory.delete_thread("t")

        for name in ("memory_messagesx", "docs"):
            assert (await storage.vectors.describe_index(name)).count == 1

    @pytest.mark.needs("transactions")
    async def test_both_are_undone_together(self, storage: Storage) -> None:
        await storage.memory.save_messages("t", TALK[:1], embeddings=[NORTH])

        with pytest.raises(ZeroDivisionError):
            async with storage.transaction() as tx:
                await tx.memory.delete_thread("t")
                raise ZeroDivisionError

        assert ids(await storage.memory.recall(thread_id="t", vector=NORTH)) == ["m1"]
