"""What is made of the spans of a trace: branches, and the beginning of an input."""

from collections.abc import Sequence
from typing import Any

from .. import jsontext
from ..records.observability import Span

PREVIEW_LENGTH = 100
"""Characters of a preview; an ellipsis follows what is longer."""


def branch_of(spans: Sequence[Span], span_id: str, depth: int | None = None) -> list[Span]:
    """A span and all below it, in the order of ``spans`` behind it; nothing if it is not there.

    Spans that are their own descendants, as broken data may have it, come once.

    Args:
        depth: levels below the span; ``None`` for all.
    """
    children: dict[str | None, list[Span]] = {}
    for span in spans:
        children.setdefault(span.parent_span_id, []).append(span)
    level = [span for span in spans if span.span_id == span_id]
    found = {span.span_id for span in level}
    anchor, below = level, 0
    while level and (depth is None or below < depth):
        level = [child for span in level for child in children.get(span.span_id, ()) if child.span_id not in found]
        found |= {span.span_id for span in level}
        below += 1
    return [*anchor, *(span for span in spans if span.span_id in found and span.span_id != span_id)]


def input_preview(value: Any) -> str | None:
    """What lists show of an input: a text, or what users say in it, or the beginning of its JSON.

    Contract: observability.md, "listTracesLight". ``None`` where there is nothing to show.
    """
    text = _preview(value)
    if not text:
        return None
    return text if len(text) <= PREVIEW_LENGTH else f"{text[:PREVIEW_LENGTH]}…"


def _preview(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value if not value.lstrip().startswith(("{", "[", '"')) else _preview_of_text(value)
    messages = value.get("messages") if isinstance(value, dict) else value
    if isinstance(messages, list):
        said = [_said(message["content"]) for message in messages if _is_a_users(message)]
        return " | ".join(text for text in said if text)
    return jsontext.encode(value)


def _preview_of_text(text: str) -> str | None:
    """Of text that looks like JSON, as some writers leave it in place of JSON."""
    try:
        value = jsontext.decode(text)
    except ValueError:
        return None
    return value if isinstance(value, str) else _preview(value)


def _is_a_users(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") == "user" and "content" in message


def _said(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part for part in parts]
    return " ".join(text for text in texts if isinstance(text, str))
