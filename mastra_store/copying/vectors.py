"""Vector indexes as copies see them: what is to be done with each, and what forbids it."""

from array import array
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from struct import pack, unpack
from typing import Any

from .. import jsontext
from ..errors import Conflict, DomainMissing, InvalidArgument
from ..storage import Storage
from ..vectors.base import VectorStore
from ..vectors.input import Values, is_index_name
from ..vectors.stored import StoredIndex, StoredVector, StoredVectors
from .cells import canonical_json
from .ends import Checkpoint, OnConflict

VECTORS = "vectors"
BYTES, MOST = 2_000_000, 500
"""Of the numbers of one page, about; and vectors of one."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where vectors come from and where they go."""

    home: Storage
    into: Storage
    source: StoredVectors
    target: StoredVectors
    shown: str
    """How errors call the target."""

    def join(self, home: int, into: int) -> bool:
        return (id(self.home), id(self.into)) == (home, into)


@dataclass(frozen=True, slots=True)
class IndexPart:
    """One vector index on its way."""

    ends: Ends
    like: StoredIndex
    at: Checkpoint
    """How far an earlier call came, and whether the index is made by this copy, in ``made``."""
    is_new: bool
    """No earlier call has begun with it."""
    halved: bool
    """The target has it already, and keeps numbers in half precision."""

    domain = VECTORS

    @property
    def name(self) -> str:
        return self.like.index.name

    @property
    def total(self) -> int:
        return self.like.index.count

    @property
    def is_made(self) -> bool:
        """It is made by this copy, or was by an earlier call: one that was there before stays of its kind."""
        return bool((self.at.last or {}).get("made"))

    async def make(self) -> None:
        if self.is_made:
            await self.ends.target.make(self.like)

    async def finish(self) -> None:
        if self.is_made:
            await self.ends.target.finish(self.like)

    async def pages(self, most: int | None, *, again: bool = False) -> AsyncGenerator[list[StoredVector], None]:
        """Vectors of the source: those behind what was copied, or all ``again``."""
        most = min(most or MOST, max(1, BYTES // (4 * self.like.index.dimension)))
        last = {} if again else self.at.last or {}
        after = (last["namespace"], last["id"]) if "id" in last else None
        while page := await self.ends.source.page(self.name, after, most):
            after = page[-1].namespace, page[-1].entry.id
            yield [cleaned(each, self.name) for each in page] if self.ends.target.cleans else page

    def key_of(self, vector: StoredVector) -> dict[str, Any]:
        """What the checkpoint keeps when the copy has come to a vector."""
        return {"made": self.is_made, "namespace": vector.namespace, "id": vector.entry.id}

    async def put(self, page: Sequence[StoredVector], on_conflict: OnConflict) -> int:
        """Store vectors. How many: with ``skip``, those whose ids are there are left alone."""
        there = await self.found(page) if on_conflict == "skip" else {}
        new = [each for each in page if (each.namespace, each.entry.id) not in there]
        for namespace, some in groupby(new, key=lambda each: each.namespace):
            await self.ends.target.put(self.name, namespace, list(some))
        return len(new)

    async def found(self, page: Sequence[StoredVector]) -> dict[tuple[str, str], StoredVector]:
        """The target's vectors with the ids of these, by namespace and id."""
        found: dict[tuple[str, str], StoredVector] = {}
        for namespace, some in groupby(page, key=lambda each: each.namespace):
            there = await self.ends.target.among(self.name, namespace, [each.entry.id for each in some])
            found |= {(each.namespace, each.entry.id): each for each in there}
        return found

    def is_same(self, one: StoredVector, other: StoredVector) -> bool:
        """Whether a vector of the target is what one of the source becomes there: its numbers in the precision that the
        target keeps, metadata and document; between MongoDB databases all of it."""
        if one.whole is not None and other.whole is not None:
            return one.whole == other.whole
        values = halves(one.entry.values) if self.halved else one.entry.values
        if values != other.entry.values or one.document != other.document:
            return False
        form, found = (canonical_json(jsontext.encode(each.entry.metadata)) for each in (one, other))
        return form == found

    async def count(self) -> int:
        """Vectors of the target."""
        found = await self.ends.target.find(self.name)
        return 0 if found is None else found.index.count


def ends_of(source: Storage, target: Storage, wanted: Sequence[str] | None) -> Ends | None:
    """Where vectors come from and go; ``None`` where none shall, or the source has no store that can be copied.

    Raises:
        DomainMissing: they were asked for, and can not be copied from there or to there.
    """
    if wanted is not None and VECTORS not in wanted:
        return None
    places = [_place_of(source), _place_of(target)]
    for place, word in zip(places, ("source", "target"), strict=True):
        if place is None and wanted is not None:
            raise DomainMissing(f"the {word} has no vectors that can be copied", name=VECTORS)
    out, into = places
    if out is None or into is None:
        return None
    return Ends(out[0], into[0], out[1], into[1], into[0].stored_rows().shown)


async def check_place(source: Storage, target: Storage) -> None:
    """Refuse to leave vectors behind for which the target has no place.

    Raises:
        DomainMissing: it has none, and the source has indexes.
    """
    out = _place_of(source)
    if out is not None and _place_of(target) is None and (names := await out[1].names()):
        raise DomainMissing(
            f"the target has no place for vectors, and {out[0].stored_rows().shown} has the vector indexes "
            f"{', '.join(names)}; say with domains=[...] what shall be copied",
            name=VECTORS,
        )


def _place_of(storage: Storage) -> tuple[Storage, StoredVectors] | None:
    """The storage that has its vectors, and these; ``None`` where there are none, or they stand alone."""
    home = storage.home_of(VECTORS)
    store = None if home is None else storage.vectors
    stored = store.stored_vectors() if isinstance(store, VectorStore) else None
    return None if home is None or stored is None else (home, stored)


async def planned(
    ends: Ends, copy_id: str, begun: Mapping[str, Checkpoint], on_conflict: OnConflict
) -> list[IndexPart]:
    """What is to be done with each index, after everything was checked that could forbid it.

    Raises:
        DomainMissing: the target can not hold what an index has.
        Conflict: an index has something that is no vector; or the target has an index of that name that is another, or
            that has vectors where that is not allowed.
    """
    parts = []
    shown = ends.home.stored_rows().shown
    for name in await ends.source.names():
        if not is_index_name(name):
            raise _not_held(
                ends, name, "has a name of more than 63 characters, or of others than letters, digits and _"
            )
        like, there = await ends.source.find(name), await ends.target.find(name)
        if like is None:  # it was deleted in this moment
            continue
        _check_held(ends, like)
        if like.index.count and (problem := await ends.source.unfit(like)):
            raise Conflict(
                f"the vector index {name} of {shown} can not be copied: {problem}; mend that, or leave vectors out by "
                "domains=[...]",
                index_name=name,
            )
        if there is None and (problem := await ends.target.hindrance(like)):
            raise _not_held(ends, name, problem)
        if there is not None:
            _check_same(ends, like, there)
            if there.index.count and name not in begun and on_conflict == "fail":
                raise Conflict(
                    f"{ends.shown} has vectors in {name} already; say what shall become of them: on_conflict='skip' or "
                    "'replace'",
                    tables=name,
                )
        at = begun.get(name) or Checkpoint(copy_id, name, shown, {"made": False})
        if there is None:  # it is still to be made, or was deleted since: then all of it is copied again
            at = replace(at, last={"made": True}, copied=0, skipped=0, done=False)
        halved = there is not None and there.index.vector_type == "halfvec"
        parts.append(IndexPart(ends, like, at, name not in begun, halved))
    return parts


def _check_held(ends: Ends, like: StoredIndex) -> None:
    index = like.index
    if index.dimension < 1:
        raise _not_held(ends, index.name, "has no dimension")
    if index.vector_type not in ends.target.types:
        raise _not_held(ends, index.name, f"is of the type {index.vector_type}")
    if lost := like.holds - ends.target.can_hold:
        raise _not_held(ends, index.name, f"has {' and '.join(sorted(lost))}")


def _not_held(ends: Ends, name: str, problem: str) -> DomainMissing:
    return DomainMissing(
        f"{ends.shown} can not hold the vector index {name}, which {problem}; say with domains=[...] what shall be "
        "copied",
        name=VECTORS,
    )


def _check_same(ends: Ends, like: StoredIndex, there: StoredIndex) -> None:
    for what in ("dimension", "metric"):
        has, wanted = getattr(there.index, what), getattr(like.index, what)
        if has != wanted:
            raise Conflict(
                f"the vector index {like.index.name} exists in {ends.shown} with the {what} {has}, not {wanted}: "
                "delete it first, or leave vectors out by domains=[...]",
                index_name=like.index.name,
                existing=has,
                wanted=wanted,
            )
    if there.obstacle is not None:
        raise Conflict(f"{like.index.name} in {ends.shown} can not be written: {there.obstacle}")


def cleaned(vector: StoredVector, index_name: str) -> StoredVector:
    """A vector whose metadata are without NUL and unpaired surrogates, as those that come through ``upsert``."""
    entry = vector.entry
    try:
        metadata = jsontext.storable(entry.metadata, "its metadata")
    except InvalidArgument as error:
        raise Conflict(
            f"the vector {entry.id!r} of {index_name} can not be copied: {error.message}", index_name=index_name
        ) from error
    return vector if metadata is entry.metadata else vector._replace(entry=entry._replace(metadata=metadata))


def halves(values: Values) -> Values:
    """Numbers as half precision keeps them."""
    form = f"{len(values)}e"
    return array("f", unpack(form, pack(form, *values)))
