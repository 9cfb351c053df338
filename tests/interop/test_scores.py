"""Scores that one language saved and the other reads, lists and replaces."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from mastra_store import jsontext
from mastra_store.errors import InvalidArgument
from mastra_store.pages import Page
from mastra_store.records.scores import Score
from mastra_store.testing.score_builders import payload
from mastra_store.testing.score_saving import EVERYTHING
from tests.interop.conftest import Shared
from tests.interop.peer import TypeScriptError

pytestmark = pytest.mark.xdist_group("interop")

VALUES = [
    "plain text",
    "",
    "123",
    "null",
    '{"a": 1}',
    '"quoted" \\ Ü 🌦️',
    {"deep": [1, 2.5, {"none": None}], "Zürich": True},
    [],
    0,
    False,
]

LISTS: dict[str, tuple[str, dict[str, Any], Callable[..., Awaitable[Page[Score]]]]] = {
    "scorer": (
        "listScoresByScorerId",
        {"scorerId": "accuracy", "entityId": "agent", "entityType": "AGENT", "source": "LIVE"},
        lambda scores, **page: scores.list_scores_by_scorer_id(
            "accuracy", entity_id="agent", entity_type="AGENT", source="LIVE", **page
        ),
    ),
    "run": (
        "listScoresByRunId",
        {"runId": "run"},
        lambda scores, **page: scores.list_scores_by_run_id("run", **page),
    ),
    "entity": (
        "listScoresByEntityId",
        {"entityId": "agent", "entityType": "AGENT"},
        lambda scores, **page: scores.list_scores_by_entity_id("agent", entity_type="AGENT", **page),
    ),
    "span": (
        "listScoresBySpan",
        {"traceId": "trace", "spanId": "span"},
        lambda scores, **page: scores.list_scores_by_span("trace", "span", **page),
    ),
    "organization": (
        "listScoresByRunId",
        {"runId": "run", "filters": {"organizationId": "organization"}},
        lambda scores, **page: scores.list_scores_by_run_id("run", organization_id="organization", **page),
    ),
}


class TestScores:
    async def test_theirs_with_every_field_is_read_by_us(self, shared: Shared) -> None:
        saved = shared.typescript.call("scores.saveScore", **EVERYTHING)["score"]

        found = await shared.python.scores.get_score_by_id("s")

        assert found is not None
        assert found.to_dict(by_alias=True) == EVERYTHING | _times(saved)

    async def test_ours_with_every_field_is_read_by_typescript(self, shared: Shared) -> None:
        saved = await shared.python.scores.save_score(EVERYTHING)

        found = shared.typescript.call("scores.getScoreById", id="s")

        assert found | _times(found) == saved.to_dict(by_alias=True)

    @pytest.mark.parametrize("value", VALUES)
    async def test_any_input_and_output_of_theirs_is_read_by_us(self, shared: Shared, value: Any) -> None:
        shared.typescript.call("scores.saveScore", **payload(id="s", input=value, output=value))

        found = await shared.python.scores.get_score_by_id("s")

        seen = _stored_by_typescript(shared, value)
        assert found is not None
        assert (found.input, found.output) == (seen, seen)

    @pytest.mark.parametrize("value", VALUES)
    async def test_any_input_and_output_of_ours_is_for_typescript_what_its_own_is(
        self, shared: Shared, value: Any
    ) -> None:
        shared.typescript.call("scores.saveScore", **payload(id="theirs", input=value, output=value))
        await shared.python.scores.save_score(payload(id="ours", input=value, output=value))

        theirs, ours = (shared.typescript.call("scores.getScoreById", id=name) for name in ("theirs", "ours"))

        seen = _stored_by_typescript(shared, value)
        assert (ours.get("input"), ours.get("output")) == (theirs.get("input"), theirs.get("output")) == (seen, seen)

    async def test_a_missing_input_of_theirs_is_none_for_us(self, shared: Shared) -> None:
        shared.typescript.call("scores.saveScore", **payload(id="s"))

        found = await shared.python.scores.get_score_by_id("s")

        assert found is not None
        assert (found.input, found.metadata, found.entity_type) == (None, None, None)

    async def test_the_short_call_is_read_by_typescript(self, shared: Shared) -> None:
        saved = await shared.python.scores.save_score(run_id="run", metric="accuracy", value=0.95)

        found = shared.typescript.call("scores.getScoreById", id=saved.id)

        wanted = {name: value for name, value in saved.to_dict(by_alias=True).items() if value is not None}
        assert found | _times(found) == wanted

    async def test_each_replaces_the_other_s(self, shared: Shared) -> None:
        shared.typescript.call("scores.saveScore", **payload(id="a", reason="theirs"))
        await shared.python.scores.save_score(payload(id="b", reason="ours"))

        await shared.python.scores.save_score(payload(id="a", score=1))
        shared.typescript.call("scores.saveScore", **payload(id="b", score=1))

        theirs = shared.typescript.call("scores.getScoreById", id="a")
        ours = await shared.python.scores.get_score_by_id("b")
        assert ours is not None
        assert (theirs["score"], theirs.get("reason"), ours.score, ours.reason) == (1, None, 1, None)

    async def test_what_json_columns_can_not_hold_is_cleaned_alike(self, shared: Shared) -> None:
        dirty = payload(output={"text": "a\0b", "half": "\ud83d!"}, metadata={"k\0": "\0"})
        storable = dirty | ({"metadata": {"k": "\0"}} if shared.backend == "mongodb" else {})  # BSON has no such key
        shared.typescript.call("scores.saveScore", **storable, id="theirs")
        await shared.python.scores.save_score(dirty | {"id": "ours"})

        theirs = await shared.python.scores.get_score_by_id("theirs")
        ours = await shared.python.scores.get_score_by_id("ours")

        assert theirs is not None
        assert ours is not None
        assert (ours.output, ours.metadata) == ({"text": "ab", "half": "\ufffd!"}, {"k": ""})
        if shared.backend == "postgresql":
            assert (theirs.output, theirs.metadata) == (ours.output, ours.metadata)
        elif shared.backend == "mongodb":
            # TypeScript keeps NUL there, and BSON has no half of a pair.
            assert (theirs.output, theirs.metadata) == ({"text": "a\0b", "half": "\ufffd!"}, {"k": "\0"})
        else:
            # TypeScript keeps both in a LibSQL file, and so do readers.
            assert (theirs.output, theirs.metadata) == (dirty["output"], dirty["metadata"])

    async def test_both_refuse_the_same(self, shared: Shared) -> None:
        for bad in ({"source": "PROD"}, {"metadata": ["k"]}, {"score": "0.5"}, {"entity": None}, {"runId": 7}):
            with pytest.raises(TypeScriptError) as theirs:
                shared.typescript.call("scores.saveScore", **payload(**bad))
            with pytest.raises(InvalidArgument) as ours:
                await shared.python.scores.save_score(payload(**bad))

            store = ours.value.store
            assert theirs.value.id is not None
            assert theirs.value.id.endswith("_SAVE_SCORE_VALIDATION_FAILED")
            assert ours.value.id == f"MASTRA_STORAGE_{store}_SAVE_SCORE_VALIDATION_FAILED"


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    async def test_both_list_what_both_have_saved(self, shared: Shared, name: str) -> None:
        method, arguments, listing = LISTS[name]
        listed = {
            "entityType": "AGENT",
            "traceId": "trace",
            "spanId": "span",
            "organizationId": "organization",
        }
        others = {"scorerId": "other", "runId": "other", "entityId": "other", "traceId": "other"}
        for number in range(3):
            shared.typescript.call("scores.saveScore", **payload(id=f"theirs{number}", **listed))
            await shared.python.scores.save_score(payload(id=f"ours{number}", **listed))
        await shared.python.scores.save_score(payload(id="not listed", **(listed | others)))

        seen = []
        for page in range(3):
            here = await listing(shared.python.scores, page=page, per_page=2)
            there = shared.typescript.call(f"scores.{method}", **arguments, pagination={"page": page, "perPage": 2})
            assert there["pagination"] == {
                "total": here.total,
                "page": here.page,
                "perPage": here.per_page,
                "hasMore": here.has_more,
            }
            assert len(here) == len(there["scores"]) == 2
            seen += [(score.id, score.created_at) for score in here]

        assert {each for each, _ in seen} == {f"{who}{number}" for who in ("theirs", "ours") for number in range(3)}
        assert [at for _, at in seen] == sorted((at for _, at in seen), reverse=True)

    async def test_all_on_one_page(self, shared: Shared) -> None:
        await shared.python.scores.save_score(payload(id="s"))

        here = await shared.python.scores.list_scores_by_run_id("run", per_page=None)
        there = shared.typescript.call(
            "scores.listScoresByRunId", runId="run", pagination={"page": 0, "perPage": False}
        )

        assert [each.id for each in here] == [each["id"] for each in there["scores"]] == ["s"]


class TestPruning:
    async def test_what_they_saved_is_pruned_by_us(self, shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
        saved = _times(shared.typescript.call("scores.saveScore", **payload(id="s"))["score"])["createdAt"]
        monkeypatch.setattr("mastra_store.retention.utc_now", lambda: saved)

        as_old = await shared.python.prune({"scores": {"scorers": {"maxAge": 0}}})
        monkeypatch.undo()
        older = await shared.python.prune({"scores": {"scorers": {"maxAge": 0}}})

        assert [each.deleted for each in (*as_old, *older)] == [0, 1]
        assert shared.typescript.call("scores.getScoreById", id="s") is None


def _times(score: dict[str, Any]) -> dict[str, datetime]:
    """The times of a score of TypeScript's, which are text in a LibSQL file."""
    times = {name: score[name] for name in ("createdAt", "updatedAt")}
    return {name: datetime.fromisoformat(at) if isinstance(at, str) else at for name, at in times.items()}


def _stored_by_typescript(shared: Shared, value: Any) -> Any:
    """An input or output as TypeScript stores it: on MongoDB text that is JSON becomes what it says."""
    return jsontext.decode_if_json(value) if shared.backend == "mongodb" and isinstance(value, str) else value
