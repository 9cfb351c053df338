"""Values as bytes, and which of them are worth keeping."""

import zlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from ..pages import Page
from ..records.agents import ResolvedAgent
from ..records.base import Record
from ..records.memory import Message, Resource, Thread
from ..records.workflows import WorkflowRun

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


class KeptPage(msgspec.Struct, frozen=True):
    """A page of messages, as it is kept."""

    items: list[Message]
    total: int
    page: int
    per_page: int | None
    has_more: bool


class Codec(Generic[T]):
    """One kind of value.

    Attributes:
        format: differs when the fields of the records differ, so that versions of this package which know other fields
            never read each other's values.
    """

    def __init__(
        self,
        kind: Any,
        *records: type[Record],
        pack: Callable[[T], Any] = lambda value: value,
        unpack: Callable[[Any], T] = lambda packed: packed,
        is_empty: Callable[[T], bool] = lambda value: False,
    ) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        self._pack = pack
        self._unpack = unpack
        self._is_empty = is_empty
        fields = [(each.encode_name, str(each.type)) for record in records for each in msgspec.structs.fields(record)]
        self.format = f"{zlib.crc32(repr((kind, fields)).encode()):08x}"

    def encode(self, value: T | None) -> bytes | None:
        """``value`` as UTF-8 bytes; ``None`` if it is not to be kept.

        Not kept is what does not come back as it was (an unpaired surrogate can not be written at all). Nor is that
        there is nothing: what is not there yet is what others most often make, also those who do not know this cache.
        """
        if value is None or self._is_empty(value):
            return None
        try:
            kept = _encoder.encode(self._pack(value))
        except UnicodeEncodeError:
            return None
        return kept if self.decode(kept) == value else None

    def decode(self, kept: bytes) -> T | None:
        """The value of bytes; ``None`` if they are none of ours."""
        try:
            return self._unpack(self._decoder.decode(kept))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


def _packed(page: Page[Message]) -> KeptPage:
    return KeptPage(list(page.items), page.total, page.page, page.per_page, page.has_more)


def _unpacked(kept: KeptPage) -> Page[Message]:
    return Page(tuple(kept.items), kept.total, kept.page, kept.per_page, kept.has_more)


THREAD: Codec[Thread] = Codec(Thread, Thread)
RESOURCE: Codec[Resource] = Codec(Resource, Resource)
MESSAGES: Codec[Page[Message]] = Codec(
    KeptPage, Message, pack=_packed, unpack=_unpacked, is_empty=lambda page: not page.items
)
AGENT: Codec[ResolvedAgent] = Codec(ResolvedAgent, ResolvedAgent)
RUN: Codec[WorkflowRun] = Codec(WorkflowRun, WorkflowRun)
SNAPSHOT: Codec[dict[str, Any]] = Codec(dict[str, Any])
