"""Semantic recall: where vectors of messages are kept, and what is kept with them, as Mastra's own Memory has it.

Contract: memory.md, "Semantic recall vectors".
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

from ..clock import iso_milliseconds
from ..errors import InvalidArgument
from ..records.memory import Include, Message
from .message_input import Draft, optional_identifier

Vector: TypeAlias = Any
"""A list of numbers or a one-dimensional NumPy array."""

METADATA_INDEXES = ("thread_id", "resource_id", "message_id")
"""Keys of the metadata by which vectors are found and deleted. Mastra indexes the first two."""

_USUAL = 1536


@runtime_checkable
class Embedder(Protocol):
    """What makes vectors of texts: a model of the caller's. None is bundled."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector for each text, in order, all of one dimension."""


Embeddings = Embedder | Sequence[Vector | None]
"""An embedder for the text of each message, or a vector for each; ``None`` for a message that is not to be recalled."""


class Embedded(NamedTuple):
    """A message's vector."""

    message_id: str
    vector: Vector


def index_of(dimension: int, separator: str = "_") -> str:
    """The name of the index that holds the vectors of messages."""
    return separator.join(["memory", "messages", *([] if dimension == _USUAL else [str(dimension)])])


def is_index_of_messages(name: str) -> bool:
    return name.startswith("memory_messages")


def dimension_of(vector: Vector) -> int:
    try:
        return len(vector)
    except TypeError as error:
        raise InvalidArgument("vector", f"must be a list of numbers, not {type(vector).__name__}") from error


def metadata_of(message: Message) -> dict[str, Any]:
    """What is kept with the vector of a message."""
    return {
        "message_id": message.id,
        "thread_id": message.thread_id,
        "resource_id": message.resource_id,
        "role": message.role,
        "content": message.text,
        "created_at": iso_milliseconds(message.created_at),
    }


async def embedded(drafts: Sequence[Draft], given: int, embeddings: Embeddings) -> list[Embedded]:
    """The vectors of messages that are to be saved.

    Args:
        given: how many messages the caller gave.
    """
    if isinstance(embeddings, Embedder):
        texts = [(draft.id, text) for draft in drafts if (text := _text(draft))]
        vectors = await embeddings.embed([text for _, text in texts]) if texts else []
        return [Embedded(message, vector) for (message, _), vector in zip(texts, vectors, strict=True)]
    if isinstance(embeddings, str | bytes | Mapping) or not hasattr(embeddings, "__len__"):
        raise InvalidArgument(
            "embeddings", f"must be an Embedder or a list of vectors, not {type(embeddings).__name__}"
        )
    if len(embeddings) != given:
        raise InvalidArgument("embeddings", f"has {len(embeddings)} vectors for {given} messages")
    if len(drafts) != given:
        raise InvalidArgument("embeddings", "can not be told apart: two messages have one id")
    pairs = zip(drafts, embeddings, strict=True)
    found = [Embedded(draft.id, vector) for draft, vector in pairs if vector is not None]
    if len({dimension_of(each.vector) for each in found}) > 1:
        raise InvalidArgument("embeddings", "differ in their dimension")
    return found


def _text(draft: Draft) -> str:
    return Message(draft.id, draft.thread_id, draft.content, draft.role, draft.created_at).text


class Scope(NamedTuple):
    """Which messages are recalled."""

    thread_id: str | None
    resource_id: str | None

    @property
    def filter(self) -> dict[str, str]:
        """Of the vectors' metadata."""
        if self.thread_id is not None:
            return {"thread_id": self.thread_id}
        return {"resource_id": self.resource_id or ""}

    @classmethod
    def of(cls, thread_id: str | None, resource_id: str | None, scope: str | None) -> "Scope":
        thread = optional_identifier(thread_id, "thread_id")
        resource = optional_identifier(resource_id, "resource_id")
        if scope is None:
            scope = "resource" if thread is None else "thread"
        if scope not in ("thread", "resource"):
            raise InvalidArgument("scope", f"must be 'thread' or 'resource', not {scope!r}")
        if (thread if scope == "thread" else resource) is None:
            raise InvalidArgument(f"{scope}_id", f"is missing; recall searches one {scope}")
        return cls(thread if scope == "thread" else None, resource)


async def wanted_vector(vector: Vector | None, text: str | None, embedder: Embedder | None) -> Vector:
    """The vector to be searched for, made of the text if there is none."""
    if (vector is None) == (text is None):
        raise InvalidArgument("vector", "or text must be given, and not both")
    if vector is not None:
        return vector
    if embedder is None:
        raise InvalidArgument("embedder", "is missing; it makes the vector of the text")
    [made] = await embedder.embed([text or ""])
    return made


def around(message_ids: Sequence[str], before: int, after: int) -> list[Include]:
    """The messages, each once, and their neighbours."""
    return [Include(each, before, after) for each in dict.fromkeys(message_ids)]
