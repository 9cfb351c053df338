"""What is kept comes back as it was; what would not is not kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from mastra_store.cache import encoding
from mastra_store.cache.encoding import MESSAGES, RESOURCE, RUN, SNAPSHOT, THREAD, Codec
from mastra_store.pages import Page
from mastra_store.records.base import Record
from mastra_store.records.memory import Message, Resource, Thread
from mastra_store.records.workflows import WorkflowRun
from mastra_store.testing.builders import message, thread
from mastra_store.testing.strategies import MODEST, TEXTS, WILD_TEXTS, json_objects

TIMES = st.integers(0, 4 * 10**12).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))


def records(text: st.SearchStrategy[str]) -> dict[str, tuple[Codec[Any], st.SearchStrategy[Any]]]:
    objects, perhaps = json_objects(text), st.none() | json_objects(text)
    messages = st.builds(Message, text, text, objects, text, TIMES, st.none() | text, st.none() | text)
    pages = st.builds(
        lambda items, total, more: Page(tuple(items), total, 0, 40, more),
        st.lists(messages, min_size=1, max_size=4),
        st.integers(0, 10**6),
        st.booleans(),
    )
    return {
        "thread": (THREAD, st.builds(Thread, text, text, text, TIMES, TIMES, perhaps)),
        "resource": (RESOURCE, st.builds(Resource, text, TIMES, TIMES, st.none() | text, perhaps)),
        "run": (RUN, st.builds(WorkflowRun, text, text, objects, TIMES, TIMES, st.none() | text)),
        "snapshot": (SNAPSHOT, objects),
        "messages": (MESSAGES, pages),
    }


@pytest.mark.parametrize("kind", records(TEXTS))
@MODEST
@given(data=st.data())
def test_every_value_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    codec, values = records(TEXTS)[kind]
    value = data.draw(values)

    kept = codec.encode(value)

    assert kept is not None
    assert codec.decode(kept) == value
    assert repr(codec.decode(kept)) == repr(value)  # 1 is not 1.0, nor true
    assert kept.decode().encode() == kept


@pytest.mark.parametrize("kind", records(TEXTS))
@MODEST
@given(data=st.data())
def test_a_value_of_any_text_comes_back_or_is_not_kept(kind: str, data: st.DataObject) -> None:
    codec, values = records(WILD_TEXTS)[kind]
    value = data.draw(values)

    kept = codec.encode(value)

    assert kept is None or codec.decode(kept) == value


def test_an_unpaired_surrogate_is_not_kept() -> None:
    assert THREAD.encode(thread(metadata={"emoji": "\ud83d"})) is None


def test_a_value_of_another_type_than_the_record_says_is_not_kept() -> None:
    assert THREAD.encode(thread(title=None)) is None  # type: ignore[arg-type]


def test_nothing_is_not_kept() -> None:
    assert THREAD.encode(None) is None
    assert MESSAGES.encode(Page((), 0, 0, 40, False)) is None


@pytest.mark.parametrize("garbage", [b"", b"{}", b"null", b"\xff\xfe", b'{"items": 1}', b"[" * 5000])
def test_what_is_none_of_ours_is_unreadable(garbage: bytes) -> None:
    assert THREAD.decode(garbage) is None
    assert MESSAGES.decode(garbage) is None


def test_the_format_changes_with_the_fields() -> None:
    class Longer(Record, frozen=True, rename="camel"):
        id: str
        more: str | None = None

    class Shorter(Record, frozen=True, rename="camel"):
        id: str

    assert Codec(dict, Longer).format != Codec(dict, Shorter).format
    formats = [
        getattr(encoding, name).format for name in ("THREAD", "RESOURCE", "RUN", "SNAPSHOT", "MESSAGES", "AGENT")
    ]
    assert len(set(formats)) == len(formats)


def test_a_page_is_kept_in_the_wire_form_of_its_messages() -> None:
    kept = MESSAGES.encode(Page((message("a"),), 1, 0, 40, False))

    assert kept is not None
    assert msgspec.json.decode(kept)["items"][0]["threadId"] == "t"
