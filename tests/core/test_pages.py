"""Pages, windows, bounds and orders."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mastra_store.clock import iso_milliseconds, utc_milliseconds, utc_now
from mastra_store.errors import InvalidArgument
from mastra_store.pages import MAX_ROW, DateRange, Order, Page, Window, instant, whole_number

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


class TestPage:
    def test_it_is_a_sequence_of_its_items(self) -> None:
        page = Page(("a", "b", "c"), total=9, page=1, per_page=3, has_more=True)

        assert list(page) == ["a", "b", "c"]
        assert (len(page), page[0], page[-1], page[1:]) == (3, "a", "c", ("b", "c"))
        assert "b" in page

    def test_pages_are_equal_by_value(self) -> None:
        assert Page((1,), 1, 0, 1, False) == Page((1,), 1, 0, 1, False) != Page((1,), 2, 0, 1, True)


class TestWindow:
    @given(page=st.integers(0, 10**6), per_page=st.none() | st.integers(0, 10**6))
    def test_it_shows_what_a_slice_would(self, page: int, per_page: int | None) -> None:
        window = Window.of(page, per_page)

        assert window.offset == (0 if per_page is None else page * per_page)
        assert window.limit == (MAX_ROW if per_page is None else per_page)

    @pytest.mark.parametrize(
        ("page", "per_page", "total", "has_more"),
        [(0, 2, 3, True), (1, 2, 3, False), (0, 3, 3, False), (0, None, 3, False), (0, 0, 3, True), (0, 0, 0, False)],
    )
    def test_whether_there_are_more(self, page: int, per_page: int | None, total: int, has_more: bool) -> None:
        shown = Window.of(page, per_page).show(["a"], total)

        assert shown == Page(("a",), total, page, per_page, has_more)

    @pytest.mark.parametrize(
        ("page", "per_page", "argument"),
        [
            (-1, 1, "page"), (0, -1, "per_page"), (1.0, 1, "page"), (0, 1.0, "per_page"), (True, 1, "page"),
            (0, False, "per_page"), ("0", 1, "page"), (None, 1, "page"), (MAX_ROW, 2, "page"),
            (0, MAX_ROW + 1, "per_page"),
        ],
    )  # fmt: skip
    def test_what_is_no_page_is_refused(self, page: Any, per_page: Any, argument: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            Window.of(page, per_page)

        assert (refused.value.details, refused.value.status) == ({"argument": argument}, "INVALID_PAGE")

    def test_the_last_row_that_can_be_counted(self) -> None:
        assert Window.of(0, MAX_ROW).limit == MAX_ROW


class TestWholeNumber:
    @pytest.mark.parametrize("value", [1, 2, MAX_ROW])
    def test_a_number_is_given_back(self, value: int) -> None:
        assert whole_number(value, "n", least=1) == value

    @pytest.mark.parametrize("value", [0, -1, MAX_ROW + 1, 1.0, True, "1", None])
    def test_others_are_refused(self, value: Any) -> None:
        with pytest.raises(InvalidArgument, match=r"n must be an integer from 1 to \d+, not "):
            whole_number(value, "n", least=1)


class TestDateRange:
    def test_it_has_no_bounds_unless_given(self) -> None:
        assert DateRange() == DateRange(None, None, False, False)

    @pytest.mark.parametrize("bad", [datetime(2024, 1, 1), "2024-01-01", 0])
    @pytest.mark.parametrize("bound", ["start", "end"])
    def test_bounds_are_moments(self, bound: str, bad: Any) -> None:
        with pytest.raises(InvalidArgument) as refused:
            DateRange(**{bound: bad})

        assert refused.value.details == {"argument": f"between.{bound}"}


class TestOrder:
    def test_an_order_by_one_of_the_fields_is_given_back(self) -> None:
        order = Order("updated_at", "desc")

        assert order.among("created_at", "updated_at") is order

    @pytest.mark.parametrize(
        ("order", "argument"),
        [(Order("title"), "order.field"), (Order("created_at", "DESC"), "order.direction")],  # type: ignore[arg-type]
    )
    def test_others_are_refused(self, order: Order, argument: str) -> None:
        with pytest.raises(InvalidArgument) as refused:
            order.among("created_at")

        assert refused.value.details == {"argument": argument}


class TestInstant:
    @pytest.mark.parametrize("hours", [-12, 0, 14])
    def test_it_is_in_utc_and_cut_to_milliseconds(self, hours: int) -> None:
        given = (NOON + timedelta(microseconds=1999)).astimezone(timezone(timedelta(hours=hours)))

        moment = instant(given, "at")

        assert moment == NOON + timedelta(milliseconds=1)
        assert moment.tzinfo is UTC

    @pytest.mark.parametrize(
        ("bad", "problem"),
        [
            (datetime(2024, 1, 1), "at is naive"),
            ("2024-01-01", "at must be a datetime, not str"),
            (None, "at must be a datetime, not NoneType"),
            (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "at is no time in UTC"),
            (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))), "at is no time in UTC"),
        ],
    )
    def test_what_is_none_is_refused(self, bad: Any, problem: str) -> None:
        with pytest.raises(InvalidArgument, match=problem):
            instant(bad, "at")


class TestClock:
    def test_now_is_in_utc_and_milliseconds(self) -> None:
        now = utc_now()

        assert now.tzinfo is UTC
        assert now.microsecond % 1000 == 0

    @given(moment=st.datetimes(timezones=st.just(UTC)), other=st.datetimes(timezones=st.just(UTC)))
    def test_text_sorts_as_the_moments_do(self, moment: datetime, other: datetime) -> None:
        first, second = utc_milliseconds(moment), utc_milliseconds(other)

        assert (iso_milliseconds(first) < iso_milliseconds(second)) == (first < second)
        assert len(iso_milliseconds(first)) == len("2024-02-29T12:00:00.000Z")
        assert datetime.fromisoformat(iso_milliseconds(first)) == first
