"""What every backend promises of summaries of scores."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..errors import InvalidArgument
from ..pages import DateRange
from ..records.scores import ScoresOfDay, ScoreSummary
from ..storage import Storage
from .builders import NOON, after
from .score_builders import score, stored
from .strategies import MODEST

__all__ = ["TestGetScoreSummary"]


class TestGetScoreSummary:
    async def test_each_scorer_in_all_and_by_day_in_utc(self, storage: Storage) -> None:
        last, first = datetime(2024, 2, 29, 23, 59, 59, 999000, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
        await stored(
            storage,
            score("a", 0.25, at=last),
            score("b", 0.75, at=first),
            score("c", 1.0, at=first),
            score("d", -2, at=NOON, scorer_id="tone"),
        )

        summary = await storage.scores.get_score_summary()

        assert summary == [
            ScoreSummary(
                "accuracy",
                3,
                2 / 3,
                0.25,
                1.0,
                [
                    ScoresOfDay(date(2024, 2, 29), 1, 0.25, 0.25, 0.25),
                    ScoresOfDay(date(2024, 3, 1), 2, 0.875, 0.75, 1.0),
                ],
            ),
            ScoreSummary("tone", 1, -2.0, -2.0, -2.0, [ScoresOfDay(date(2024, 2, 29), 1, -2.0, -2.0, -2.0)]),
        ]

    async def test_scorers_are_sorted_by_code_points(self, storage: Storage) -> None:
        names = ["B", "a", "ä", "Z", "_"]
        await stored(storage, *(score(name, scorer_id=name) for name in names))

        summary = await storage.scores.get_score_summary()

        assert [each.scorer_id for each in summary] == sorted(names)

    async def test_of_nothing_is_empty(self, storage: Storage) -> None:
        assert await storage.scores.get_score_summary(scorer_id="accuracy") == []

    @MODEST
    @given(data=st.data())
    async def test_it_says_what_a_loop_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.scores.dangerously_clear_all()
        row: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
            {
                "value": st.floats(-1000, 1000),
                "scorer_id": st.sampled_from(["accuracy", "tone"]),
                "entity_id": st.sampled_from(["agent", "flow"]),
                "entity_type": st.sampled_from(["AGENT", None]),
                "source": st.sampled_from(["LIVE", "TEST"]),
                "at": st.integers(0, 10).map(lambda quarters: NOON + timedelta(hours=6 * quarters)),
            }
        )
        rows = [score(str(number), **each) for number, each in enumerate(data.draw(st.lists(row, max_size=12)))]
        await stored(storage, *rows)
        drawn = {
            "scorer_id": data.draw(st.sampled_from(["accuracy", None])),
            "entity_id": data.draw(st.sampled_from(["agent", None])),
            "entity_type": data.draw(st.sampled_from(["AGENT", None])),
            "source": data.draw(st.sampled_from(["LIVE", None])),
        }
        start = data.draw(st.sampled_from([None, NOON + timedelta(hours=18)]))
        end = data.draw(st.sampled_from([None, NOON + timedelta(hours=36)]))
        between = DateRange(start, end, end_exclusive=data.draw(st.booleans()))

        found = await storage.scores.get_score_summary(between=between, **drawn)

        wanted: defaultdict[str, defaultdict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
        for each in rows:
            inside = (start is None or each.created_at >= start) and (
                end is None or each.created_at < end or (each.created_at == end and not between.end_exclusive)
            )
            if inside and all(value is None or getattr(each, name) == value for name, value in drawn.items()):
                wanted[each.scorer_id][each.created_at.date()].append(each.score)
        assert [summary.scorer_id for summary in found] == sorted(wanted)
        for summary in found:
            days = wanted[summary.scorer_id]
            assert [each.day for each in summary.days] == sorted(days)
            _agrees(summary, [value for values in days.values() for value in values])
            for of_day in summary.days:
                _agrees(of_day, days[of_day.day])

    @pytest.mark.parametrize(
        ("bad", "argument"),
        [
            ({"scorer_id": ""}, "scorer_id"),
            ({"entity_id": 7}, "entity_id"),
            ({"entity_type": "a\x00"}, "entity_type"),
            ({"source": "live"}, "source"),
        ],
    )
    async def test_what_can_not_be_asked_is_refused(self, storage: Storage, bad: dict[str, Any], argument: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await storage.scores.get_score_summary(**bad)

        assert refused.value.details["argument"] == argument

    @pytest.mark.needs("transactions")
    async def test_inside_a_unit_of_work(self, storage: Storage) -> None:
        async with storage.transaction() as tx:
            await tx.scores.save_score(run_id="run", metric="accuracy", value=1)
            (summary,) = await tx.scores.get_score_summary(between=DateRange(after()))

        assert (summary.scorer_id, summary.count, summary.mean) == ("accuracy", 1, 1.0)


def _agrees(summary: ScoreSummary | ScoresOfDay, values: list[float]) -> None:
    assert (summary.count, summary.min, summary.max) == (len(values), min(values), max(values))
    assert summary.mean == pytest.approx(fmean(values), rel=1e-9, abs=1e-9)
