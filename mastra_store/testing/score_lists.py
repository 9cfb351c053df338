"""What every backend promises of lists of scores."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ..domains.scores import ScoresDomain
from ..errors import InvalidArgument
from ..pages import Page
from ..records.scores import Score
from ..storage import Storage
from .builders import after, ids
from .score_builders import score, stored
from .strategies import MODEST

__all__ = ["TestListScores", "TestListScoresByEntityId", "TestListScoresByScorerId", "TestListScoresBySpan"]

List = Callable[..., Awaitable[Page[Score]]]

LISTS: dict[str, Callable[..., Awaitable[Page[Score]]]] = {
    "scorer": lambda scores, **more: scores.list_scores_by_scorer_id("accuracy", **more),
    "run": lambda scores, **more: scores.list_scores_by_run_id("run", **more),
    "entity": lambda scores, **more: scores.list_scores_by_entity_id("agent", entity_type="AGENT", **more),
    "span": lambda scores, **more: scores.list_scores_by_span("trace", "span", **more),
}
LISTED: dict[str, Any] = {"entity_type": "AGENT", "trace_id": "trace", "span_id": "span"}
"""With these a score of the builder is in every list."""

each_list = pytest.mark.parametrize("listing", LISTS.values(), ids=LISTS.keys())


class TestListScores:
    @each_list
    async def test_newest_first_and_ties_by_id_backwards(self, storage: Storage, listing: List) -> None:
        times = {"b": 1, "d": 2, "a": 1, "c": 1}
        await stored(storage, *(score(name, at=after(at), **LISTED) for name, at in times.items()))

        page = await listing(storage.scores)

        assert ids(page) == ["d", "c", "b", "a"]
        assert (page.total, page.page, page.per_page, page.has_more) == (4, 0, 100, False)

    @each_list
    @pytest.mark.parametrize("per_page", [1, 3, 7])
    async def test_scores_of_one_time_are_on_one_page_each(
        self, storage: Storage, listing: List, per_page: int
    ) -> None:
        names = [f"{number:02}" for number in range(10)]
        await stored(storage, *(score(name, **LISTED) for name in names))

        pages: list[Page[Score]] = []
        while not pages or pages[-1].has_more:
            pages.append(await listing(storage.scores, page=len(pages), per_page=per_page))

        assert [each.id for page in pages for each in page] == names[::-1]
        assert {page.total for page in pages} == {10}

    @each_list
    async def test_others_are_not_in_it(self, storage: Storage, listing: List) -> None:
        others: dict[str, Any] = {
            "scorer_id": "other",
            "run_id": "other",
            "entity_id": "other",
            "entity_type": "WORKFLOW",
            "trace_id": "other",
            "span_id": "other",
        }
        await stored(storage, score("in", **LISTED), score("out", **(LISTED | others)))

        page = await listing(storage.scores)

        assert (ids(page), page.total) == (["in"], 1)

    @each_list
    async def test_of_an_organization_or_a_project(self, storage: Storage, listing: List) -> None:
        await stored(
            storage,
            score("a", organization_id="o", project_id="p", **LISTED),
            score("b", organization_id="o", **LISTED),
            score("c", **LISTED),
        )

        of_organization = await listing(storage.scores, organization_id="o")
        of_both = await listing(storage.scores, organization_id="o", project_id="p")

        assert (ids(of_organization), ids(of_both)) == (["b", "a"], ["a"])

    @each_list
    async def test_nothing_is_an_empty_page(self, storage: Storage, listing: List) -> None:
        page = await listing(storage.scores, page=2, per_page=5)

        assert (page.items, page.total, page.page, page.per_page, page.has_more) == ((), 0, 2, 5, False)

    @each_list
    async def test_sizes_of_a_page(self, storage: Storage, listing: List) -> None:
        await stored(storage, *(score(str(number), at=after(number), **LISTED) for number in range(3)))

        nothing = await listing(storage.scores, per_page=0)
        behind = await listing(storage.scores, page=3, per_page=2)
        everything = await listing(storage.scores, page=1, per_page=None)

        assert (nothing.items, nothing.total, nothing.has_more) == ((), 3, True)
        assert (behind.items, behind.total, behind.has_more) == ((), 3, False)
        assert (ids(everything), everything.total, everything.has_more) == (["2", "1", "0"], 3, False)

    @each_list
    @pytest.mark.parametrize(
        ("bad", "argument"),
        [
            ({"page": -1}, "page"),
            ({"page": 2**53}, "page"),
            ({"per_page": -1}, "per_page"),
            ({"per_page": 1.5}, "per_page"),
            ({"organization_id": ""}, "organization_id"),
            ({"project_id": 7}, "project_id"),
        ],
    )
    async def test_what_can_not_be_asked_is_refused(
        self, storage: Storage, listing: List, bad: dict[str, Any], argument: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await listing(storage.scores, **bad)

        assert refused.value.details["argument"] == argument

    @pytest.mark.parametrize(
        ("call", "argument"),
        [
            (lambda scores: scores.list_scores_by_scorer_id(""), "scorer_id"),
            (lambda scores: scores.list_scores_by_scorer_id("a", source="live"), "source"),
            (lambda scores: scores.list_scores_by_scorer_id("a", entity_id=7), "entity_id"),
            (lambda scores: scores.list_scores_by_run_id("a\x00"), "run_id"),
            (lambda scores: scores.list_scores_by_entity_id("a", entity_type=""), "entity_type"),
            (lambda scores: scores.list_scores_by_span("", "a"), "trace_id"),
            (lambda scores: scores.list_scores_by_span("a", None), "span_id"),
        ],
    )
    async def test_an_id_that_can_not_be_one_is_refused(
        self, storage: Storage, call: Callable[[ScoresDomain], Awaitable[Any]], argument: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await call(storage.scores)

        assert refused.value.details["argument"] == argument


class TestListScoresByScorerId:
    @MODEST
    @given(data=st.data())
    async def test_it_shows_what_a_filter_in_python_would(self, storage: Storage, data: st.DataObject) -> None:
        await storage.scores.dangerously_clear_all()
        row: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
            {
                "scorer_id": st.sampled_from(["accuracy", "tone"]),
                "entity_id": st.sampled_from(["agent", "flow"]),
                "entity_type": st.sampled_from(["AGENT", "WORKFLOW", None]),
                "source": st.sampled_from(["LIVE", "TEST"]),
                "organization_id": st.sampled_from(["o", None]),
                "project_id": st.sampled_from(["p", None]),
                "at": st.integers(0, 3).map(after),
            }
        )
        rows = [score(str(number), **each) for number, each in enumerate(data.draw(st.lists(row, max_size=8)))]
        await stored(storage, *rows)
        drawn = {
            "entity_id": data.draw(st.sampled_from(["agent", None])),
            "entity_type": data.draw(st.sampled_from(["AGENT", None])),
            "source": data.draw(st.sampled_from(["LIVE", None])),
            "organization_id": data.draw(st.sampled_from(["o", None])),
            "project_id": data.draw(st.sampled_from(["p", None])),
        }
        page, per_page = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 4))

        found = await storage.scores.list_scores_by_scorer_id("accuracy", page=page, per_page=per_page, **drawn)

        wanted = [
            each
            for each in rows
            if each.scorer_id == "accuracy"
            if all(value is None or getattr(each, name) == value for name, value in drawn.items())
        ]
        wanted.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        assert list(found) == wanted[page * per_page : (page + 1) * per_page]
        assert found.total == len(wanted)


class TestListScoresByEntityId:
    async def test_the_type_belongs_to_the_entity(self, storage: Storage) -> None:
        await stored(storage, score("a", entity_type="AGENT"), score("b", entity_type="WORKFLOW"), score("c"))

        page = await storage.scores.list_scores_by_entity_id("agent", entity_type="WORKFLOW")

        assert ids(page) == ["b"]


class TestListScoresBySpan:
    async def test_a_span_belongs_to_its_trace(self, storage: Storage) -> None:
        await stored(storage, score("a", trace_id="t", span_id="s"), score("b", trace_id="u", span_id="s"))

        page = await storage.scores.list_scores_by_span("u", "s")

        assert ids(page) == ["b"]
