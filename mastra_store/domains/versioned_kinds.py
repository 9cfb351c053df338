"""What tells the seven versioned domains apart: their words, their fields, and what may be stored in each field."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from ..errors import InvalidArgument
from ..jsontext import as_object, checked, decode_if_json, storable, text_of
from ..records.versioned import Entity, Version
from .message_input import identifier

E = TypeVar("E", bound=Entity)
V = TypeVar("V", bound=Version)
R = TypeVar("R", bound=Entity)

Check = Callable[[Any, str], Any]
"""Gives a value as it will be stored, or raises ``InvalidArgument`` with its path."""

STATUSES = ("draft", "published", "archived")
VISIBILITIES = ("public", "private")
MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity or of a snapshot, by the name of its attribute."""

    name: str
    check: Check
    required: bool = False


@dataclass(frozen=True, eq=False)
class Kind(Generic[E, V, R]):
    """One versioned domain.

    Args:
        noun: one entity, as ``prompt block``.
        version_noun: the word for its versions in the ids of errors.
        parent: the attribute of a version that names its entity.
        own: fields of the entity that a caller sets, beyond status, author and active version.
        fixed: those of them that are only set when the entity is made.
        snapshot: fields of a version that are the configuration.
        automatic: ``update`` takes fields of the snapshot and makes a version of them.
        favorites: what favorites call it; ``None`` if it can not be liked.
    """

    noun: str
    version_noun: str
    parent: str
    entity: type[E]
    version: type[V]
    resolved: type[R]
    own: tuple[Field, ...]
    snapshot: tuple[Field, ...]
    fixed: frozenset[str] = frozenset()
    automatic: bool = False
    favorites: str | None = None

    @cached_property
    def snapshot_names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.snapshot)

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        """Fields of the entity that lists can be asked by, for equality."""
        return tuple(field for field in self.own if field.name != "metadata")

    @property
    def has_metadata(self) -> bool:
        """Whether the entity has metadata of its own."""
        return any(field.name == "metadata" for field in self.own)

    def operation(self, template: str) -> str:
        """The name of an operation in the ids of errors: ``create_{entity}`` is ``create_prompt_block``."""
        return template.format(
            entity=self.noun.replace(" ", "_"), version=self.version_noun.replace(" ", "_"), parent=self.parent
        )


def wire_name(name: str) -> str:
    """A field's name in camelCase, as ``changedFields`` lists it."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def text(value: Any, path: str) -> str:
    return text_of(value, path)


def json(value: Any, path: str) -> Any:
    return storable(value, path)


def json_object(value: Any, path: str) -> Any:
    return storable(as_object(value, path), path)


def flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidArgument(path, f"must be true or false, not {value!r}")
    return value


def integer(value: Any, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INTEGER:
        raise InvalidArgument(path, f"must be an integer from 0 to {MAX_INTEGER}, not {value!r}")
    return value


def one_of(*words: str) -> Check:
    """A check that allows some words."""

    def check(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidArgument(path, f"must be one of {', '.join(words)}, not {value!r}")
        return str.__str__(value)  # of a member of an enum, its text

    return check


def instructions(value: Any, path: str) -> str | list[Any]:
    """Text, or a list of blocks. Text that is a JSON array is that list: the column does not tell them apart."""
    if isinstance(value, str):
        parsed = decode_if_json(value) if value.lstrip().startswith("[") else None
        if not isinstance(parsed, list):
            return text_of(value, path)
        value = parsed
    if not isinstance(value, list):
        raise InvalidArgument(path, f"must be text or a list of instruction blocks, not {type(value).__name__}")
    blocks: list[Any] = storable(value, path)
    return blocks


def model(value: Any, path: str) -> Any:
    """An object, or a list of variants. Text as ``openai/gpt-4`` becomes the object that Mastra's readers expect."""
    if isinstance(value, str):
        provider, slash, name = text_of(value, path).partition("/")
        if not (provider and slash and name):
            raise InvalidArgument(path, f"must be 'provider/name' where it is text, as 'openai/gpt-4', not {value!r}")
        return {"provider": provider, "name": name}
    if not isinstance(checked(value, path), dict | list):
        raise InvalidArgument(path, f"must be 'provider/name', an object or a list, not {type(value).__name__}")
    return storable(value, path)


status = one_of(*STATUSES)

METADATA = Field("metadata", json_object)
VISIBILITY = Field("visibility", one_of(*VISIBILITIES))
NAME = Field("name", text, required=True)
DESCRIPTION = Field("description", text)


def owner(name: str) -> Field:
    """A field of the entity that is an id."""
    return Field(name, identifier)


def texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, text) for name in names)


def jsons(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, json) for name in names)
