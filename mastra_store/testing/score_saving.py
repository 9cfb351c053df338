"""What every backend promises of scores: what is saved is read, and what can not be is refused."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from ..clock import utc_now
from ..errors import InvalidArgument
from ..records.scores import Score
from ..storage import Storage
from .builders import NOON
from .score_builders import payload, score, stored
from .strategies import MODEST, NAMES, TEXTS, json_objects, json_values

__all__ = ["TestRefusedScores", "TestSaveScore", "TestSaveScoreOfAMetric"]

FIELDS = [field.name for field in msgspec.structs.fields(Score)]
OBJECTS = [
    "additional_context",
    "analyze_step_result",
    "extract_step_result",
    "metadata",
    "preprocess_step_result",
    "request_context",
]
EVERYTHING: dict[str, Any] = {
    "id": "s",
    "scorerId": "accuracy",
    "traceId": "trace",
    "spanId": "span",
    "runId": "run",
    "scorer": {"id": "accuracy", "name": "Accuracy", "hasJudge": True},
    "preprocessStepResult": {"p": 1},
    "extractStepResult": {"e": [1]},
    "analyzeStepResult": {"a": None},
    "score": 0.75,
    "reason": "because of 🌦️",
    "metadata": {"tags": ["a", {"b": 1.5}]},
    "preprocessPrompt": "pp",
    "extractPrompt": "ep",
    "generateScorePrompt": "gsp",
    "generateReasonPrompt": "grp",
    "analyzePrompt": "ap",
    "reasonPrompt": "rp",
    "input": [{"role": "user", "content": "hi"}],
    "output": "plain text",
    "additionalContext": {"c": 1},
    "requestContext": {"locale": "de-CH"},
    "entityType": "AGENT",
    "entity": {"id": "agent", "name": "A"},
    "entityId": "agent",
    "source": "LIVE",
    "resourceId": "resource",
    "threadId": "thread",
    "organizationId": "organization",
    "projectId": "project",
    "batchId": "batch",
    "datasetId": "dataset",
    "datasetItemId": "item",
}


class TestSaveScore:
    async def test_every_field_is_kept(self, storage: Storage) -> None:
        before = utc_now()

        saved = await storage.scores.save_score(EVERYTHING)

        assert before <= saved.created_at == saved.updated_at <= utc_now()
        times = {"createdAt": saved.created_at, "updatedAt": saved.updated_at}
        assert saved.to_dict(by_alias=True) == EVERYTHING | times
        assert await storage.scores.get_score_by_id("s") == saved

    async def test_names_of_fields_may_be_snake_case(self, storage: Storage) -> None:
        saved = await storage.scores.save_score(EVERYTHING)
        fields = saved.to_dict()

        again = await storage.scores.save_score(fields)

        assert again.evolve(created_at=NOON, updated_at=NOON) == saved.evolve(created_at=NOON, updated_at=NOON)

    async def test_what_is_not_given_is_none(self, storage: Storage) -> None:
        saved = await storage.scores.save_score(payload(id="s"))

        found = await storage.scores.get_score_by_id("s")

        given = {"id", "created_at", "updated_at"} | {
            "scorer_id",
            "entity_id",
            "entity",
            "run_id",
            "output",
            "score",
            "scorer",
            "source",
        }
        assert found == saved
        assert {name for name, value in saved.to_dict().items() if value is not None} == given

    async def test_an_id_is_made_up(self, storage: Storage) -> None:
        one, other = await storage.scores.save_score(payload()), await storage.scores.save_score(payload())

        assert one.id != other.id
        assert (await storage.scores.list_scores_by_run_id("run")).total == 2

    async def test_a_stored_id_is_replaced_as_a_whole(self, storage: Storage) -> None:
        await stored(storage, score("s", reason="old", metadata={"old": 1}, at=NOON))

        saved = await storage.scores.save_score(payload(id="s", score=1))

        assert saved.created_at > NOON
        assert (saved.reason, saved.metadata) == (None, None)
        assert list(await storage.scores.list_scores_by_run_id("run")) == [saved]

    async def test_a_record_may_be_saved_again(self, storage: Storage) -> None:
        await stored(storage, score("s", at=NOON))
        found = await storage.scores.get_score_by_id("s")
        assert found is not None

        saved = await storage.scores.save_score(found.evolve(score=0.9))

        assert saved == score("s", 0.9, at=saved.created_at)

    async def test_of_many_that_replace_one_a_whole_one_stays(self, storage: Storage) -> None:
        await asyncio.gather(
            *(storage.scores.save_score(payload(id="s", score=n, metadata={"n": n})) for n in range(20))
        )

        (found,) = await storage.scores.list_scores_by_run_id("run")
        assert found.metadata == {"n": found.score}

    @pytest.mark.parametrize("value", [0, 1, -1.5, 1e300, 5e-324, 2**53, True + 0.0])
    async def test_a_score_is_a_float(self, storage: Storage, value: float) -> None:
        saved = await storage.scores.save_score(payload(id="s", score=value))

        found = await storage.scores.get_score_by_id("s")

        assert found is not None
        assert type(saved.score) is float
        assert found.score == saved.score == value

    @pytest.mark.parametrize("output", ["", "123", "null", "true", '"quoted"', '{"a": 1}', "[", None, [], {}, 0, False])
    async def test_text_that_looks_like_json_stays_text(self, storage: Storage, output: Any) -> None:
        await storage.scores.save_score(payload(id="s", output=output, input=output))

        found = await storage.scores.get_score_by_id("s")

        assert found is not None
        assert [found.output, found.input] == [output, output]
        assert [type(found.output), type(found.input)] == [type(output)] * 2

    async def test_nul_and_halves_of_characters_are_cleaned_in_json(self, storage: Storage) -> None:
        dirty, clean = {"a\x00": "b\x00\ud83d"}, {"a": "b�"}

        saved = await storage.scores.save_score(payload(id="s", output=dirty, input="\x00\ud83d", metadata=dirty))

        assert (saved.output, saved.input, saved.metadata) == (clean, "�", clean)
        assert await storage.scores.get_score_by_id("s") == saved

    async def test_what_mastra_has_no_column_for_is_dropped(self, storage: Storage) -> None:
        saved = await storage.scores.save_score(payload(structuredOutput=True))

        assert await storage.scores.get_score_by_id(saved.id) == saved

    @MODEST
    @given(data=st.data())
    async def test_any_score_comes_back_as_it_was(self, storage: Storage, data: st.DataObject) -> None:
        texts = st.none() | TEXTS
        fields = {
            "reason": data.draw(texts),
            "analyze_prompt": data.draw(texts),
            "input": data.draw(json_values()),
            "output": data.draw(json_values()),
            "scorer": data.draw(json_objects()),
            "entity": data.draw(json_objects()),
            "entity_id": data.draw(NAMES),
            "run_id": data.draw(NAMES),
            "score": data.draw(st.floats(allow_nan=False, allow_infinity=False)),
            **{name: data.draw(st.none() | json_objects()) for name in OBJECTS},
        }
        whole = score().to_dict() | fields

        saved = await storage.scores.save_score(whole)

        assert {name: getattr(saved, name) for name in fields} == fields
        assert await storage.scores.get_score_by_id("s") == saved


class TestSaveScoreOfAMetric:
    async def test_it_is_stored_as_a_score_that_mastra_can_read(self, storage: Storage) -> None:
        saved = await storage.scores.save_score(run_id="run-123", metric="accuracy", value=0.95)

        assert saved == Score(
            id=saved.id,
            scorer_id="accuracy",
            scorer={"id": "accuracy", "name": "accuracy"},
            run_id="run-123",
            entity_id="run-123",
            entity={"id": "run-123"},
            score=0.95,
            source="TEST",
            output=None,
            created_at=saved.created_at,
            updated_at=saved.created_at,
        )
        assert list(await storage.scores.list_scores_by_run_id("run-123")) == [saved]

    async def test_more_may_be_said(self, storage: Storage) -> None:
        more: dict[str, Any] = {
            "source": "LIVE",
            "reason": "because",
            "metadata": {"k": "v"},
            "input": "question",
            "output": ["answer"],
            "entity_type": "AGENT",
            "entity": {"id": "agent", "name": "A"},
            "trace_id": "trace",
            "span_id": "span",
            "resource_id": "resource",
            "thread_id": "thread",
        }

        saved = await storage.scores.save_score(run_id="run", metric="accuracy", value=1, score_id="s", **more)

        assert {name: getattr(saved, name) for name in more} == more
        assert (saved.id, saved.entity_id) == ("s", "agent")
        assert await storage.scores.get_score_by_id("s") == saved

    @pytest.mark.parametrize(
        ("given", "entity_id", "entity"),
        [
            ({"entity_id": "agent"}, "agent", {"id": "agent"}),
            ({"entity": {"id": "agent"}}, "agent", {"id": "agent"}),
            ({"entity": {"name": "A"}}, "run", {"name": "A"}),
            ({"entity": {"id": 7}}, "run", {"id": 7}),
            ({"entity": {"id": "x"}, "entity_id": "agent"}, "agent", {"id": "x"}),
        ],
    )
    async def test_an_entity_has_an_id(
        self, storage: Storage, given: dict[str, Any], entity_id: str, entity: dict[str, Any]
    ) -> None:
        saved = await storage.scores.save_score(run_id="run", metric="accuracy", value=1, **given)

        assert (saved.entity_id, saved.entity) == (entity_id, entity)


class TestRefusedScores:
    @pytest.mark.parametrize(
        ("name", "bad", "allowed"),
        [
            ("score", float("nan"), "a finite number"),
            ("score", float("inf"), "a finite number"),
            ("score", 10**400, "a finite number"),
            ("score", True, "a finite number"),
            ("score", "0.5", "a finite number"),
            ("score", None, "a finite number"),
            ("source", "live", "LIVE, TEST"),
            ("source", None, "LIVE, TEST"),
            ("source", ["LIVE"], "LIVE, TEST"),
            ("scorer", "accuracy", "an object"),
            ("entity", None, "an object"),
            *((name, bad, "an object") for name in OBJECTS for bad in (7, "text", ["k"])),
            ("id", "", "1 to 512 characters"),
            ("run_id", " ", "blank"),
            ("scorer_id", 7, "text"),
            ("trace_id", "a\x00", "NUL"),
            ("organization_id", "x" * 513, "1 to 512 characters"),
            ("reason", 7, "text"),
            ("analyze_prompt", "\ud83d", "surrogate"),
        ],
    )
    async def test_a_field_that_can_not_be_stored_is_named(
        self, storage: Storage, name: str, bad: Any, allowed: str
    ) -> None:
        whole = score().to_dict() | {name: bad}

        error = await _refused(storage, whole)

        assert error.details["argument"] == f"score.{name}"
        assert allowed in error.message

    @pytest.mark.parametrize(
        ("fields", "argument"),
        [
            ({"metadata": {"tags": ["a", {1}]}}, "score.metadata.tags[1]"),
            ({"output": float("nan")}, "score.output"),
            ({"input": {"at": NOON}}, "score.input.at"),
            ({"scorrer": {}}, "score.scorrer"),
        ],
    )
    async def test_the_path_leads_to_the_offender(
        self, storage: Storage, fields: dict[str, Any], argument: str
    ) -> None:
        assert (await _refused(storage, payload(**fields))).details["argument"] == argument

    @pytest.mark.parametrize("name", ["scorerId", "runId", "entityId", "scorer", "entity", "score", "source", "output"])
    async def test_a_field_that_is_missing_is_named(self, storage: Storage, name: str) -> None:
        whole = payload()
        del whole[name]

        error = await _refused(storage, whole)

        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        assert error.message.startswith(f"score.{snake} is missing")

    @pytest.mark.parametrize("given", [7, "text", [payload()]])
    async def test_what_is_no_score(self, storage: Storage, given: Any) -> None:
        assert "must be a Score or a dict" in (await _refused(storage, given)).message

    @pytest.mark.parametrize(
        ("fields", "argument"),
        [
            ({"value": float("nan")}, "value"),
            ({"value": "0.5"}, "value"),
            ({"metric": ""}, "metric"),
            ({"run_id": 7}, "run_id"),
            ({"metadata": ["k"]}, "metadata"),
            ({"source": "PROD"}, "source"),
            ({"entity": "agent"}, "entity"),
            ({"metric": None}, "metric"),
            ({"value": None}, "value"),
            ({"run_id": None}, "run_id"),
            ({"score_id": "\x00"}, "score_id"),
            ({"score": payload()}, "run_id"),
        ],
    )
    async def test_the_short_call_names_its_own_arguments(
        self, storage: Storage, fields: dict[str, Any], argument: str
    ) -> None:
        call: dict[str, Any] = {"run_id": "run", "metric": "accuracy", "value": 0.5} | fields

        with pytest.raises(InvalidArgument) as refused:
            await storage.scores.save_score(**call)

        assert refused.value.details["argument"] == argument
        assert refused.value.id.endswith("_SAVE_SCORE_VALIDATION_FAILED")
        assert await storage.scores.get_score_summary() == []

    @pytest.mark.parametrize("bad", ["", 7, "x" * 513, "a\x00"])
    async def test_an_id_to_be_read(self, storage: Storage, bad: Any) -> None:
        with pytest.raises(InvalidArgument, match="score_id"):
            await storage.scores.get_score_by_id(bad)

    async def test_a_refused_score_leaves_the_stored_one(self, storage: Storage) -> None:
        await stored(storage, score("s", at=NOON - timedelta(days=1)))

        with pytest.raises(InvalidArgument):
            await storage.scores.save_score(payload(id="s", score=float("nan")))

        assert await storage.scores.get_score_by_id("s") == score("s", at=NOON - timedelta(days=1))


async def _refused(storage: Storage, given: Any) -> InvalidArgument:
    """The error of a score that is refused, and of which nothing is stored."""
    with pytest.raises(InvalidArgument) as refused:
        await storage.scores.save_score(given)
    assert refused.value.id == f"MASTRA_STORAGE_{storage.scores.store}_SAVE_SCORE_VALIDATION_FAILED"
    assert await storage.scores.get_score_summary() == []
    return refused.value
