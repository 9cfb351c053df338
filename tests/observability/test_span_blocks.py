"""What becomes of a block whose span can not be stored."""

import logging
from typing import Any

import pytest

from mastra_store import QueryFailed
from mastra_store.domains.open_span import OpenSpan, opened_span


def block(*failing: int) -> OpenSpan:
    """A block whose writes fail, those with these numbers."""
    written: list[Any] = []

    async def write(cells: dict[str, Any]) -> None:
        written.append(cells)
        if len(written) in failing:
            raise QueryFailed("the disk is full")

    return opened_span(write, "work", "generic", None, None, {})


async def test_a_beginning_that_can_not_be_stored_keeps_the_block_from_running() -> None:
    ran = False

    with pytest.raises(QueryFailed):
        async with block(1):
            ran = True

    assert not ran


async def test_a_block_that_did_not_begin_is_around_nothing() -> None:
    with pytest.raises(QueryFailed):
        async with block(1):
            pass

    async with block() as next_one:
        assert next_one.parent_span_id is None


async def test_an_end_that_can_not_be_stored_is_raised() -> None:
    with pytest.raises(QueryFailed):
        async with block(2):
            pass


async def test_the_blocks_own_exception_passes_on_with_a_note_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        async with block(2) as span:
            _ = 1 // 0

    assert raised.value.__notes__ == [
        f"the end of the span {span.span_id} could not be stored either: the disk is full"
    ]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is not None
