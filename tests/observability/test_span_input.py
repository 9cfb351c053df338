"""The quick check of spans gives what the thorough one gives, or nothing."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from hypothesis import given, strategies as st

from mastra_store.domains.span_input import CHECKS, _plain_cells, batch_cells
from mastra_store.sql.span_rows import GROUPS, KEY
from mastra_store.testing.span_builders import span, whole_span
from mastra_store.testing.strategies import WILD_TEXTS, json_values

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(0)), None])
ANYTHING = st.one_of(
    st.sampled_from([*("", " ", "  x", "agent", "agent_run", "x" * 513), 7, True, float("nan"), b"x", (1,), {1}]),
    WILD_TEXTS,
    json_values(WILD_TEXTS),
    st.lists(WILD_TEXTS, max_size=3),
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 30), timezones=ZONES),
)
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(CHECKS.keys() - {"created_at", "updated_at"}, ANYTHING))


@given(FIELDS)
def test_of_anything(fields: dict[str, Any]) -> None:
    fields = {name: value for name, value in fields.items() if value is not None}

    quick = _plain_cells(fields)

    if quick is not None:
        assert _encoded(quick) == _encoded({name: CHECKS[name](value, name) for name, value in fields.items()})


def test_of_a_span_as_they_are_it_gives_something() -> None:
    fields = {name: value for name, value in whole_span().to_dict().items() if value is not None}
    del fields["created_at"]

    quick = _plain_cells(fields)

    assert quick is not None
    assert quick.keys() == fields.keys()


def test_batches_are_in_the_order_of_their_keys() -> None:
    spans = [span("b"), span("a", trace_id="u"), span("a"), span("b", trace_id="s")]

    assert [(each["trace_id"], each["span_id"]) for each in batch_cells(spans)] == [
        ("s", "b"),
        ("t", "a"),
        ("t", "b"),
        ("u", "a"),
    ]


def test_every_field_is_written_in_one_group() -> None:
    grouped = [*KEY, *(field for fields in GROUPS.values() for field in fields)]

    assert sorted(grouped) == sorted(CHECKS.keys() - {"created_at", "updated_at"})


def _encoded(cells: dict[str, Any]) -> dict[str, bytes]:
    return {name: msgspec.json.encode(value) for name, value in cells.items()}
