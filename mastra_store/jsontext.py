"""JSON as the stores keep it: what may be stored, and text in both directions.

``msgspec`` reads and writes. What it can not handle, unpaired surrogates alone, goes through the standard library,
so one bad emoji that another writer left never hides a page.
"""

import json
import math
import re
from typing import Any, cast

import msgspec

from .errors import InvalidArgument

MAX_DEPTH = 100
"""Levels of nesting that a value may have: the TypeScript writers' cap (contract: conventions.md, section 2.1)."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LEAVES = frozenset({str, int, bool, type(None)})
"""The types of which every value is JSON."""
_KEYS = frozenset({str})
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def encode(value: Any) -> str:
    """``value`` as compact JSON text: key order kept, non-ASCII unescaped, unpaired surrogates escaped."""
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))


def decode(text: str | bytes) -> Any:
    """The value of JSON text.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def decode_if_json(text: str) -> Any:
    """The value of ``text`` if it is JSON, else ``text`` itself."""
    try:
        return decode(text)
    except ValueError:
        return text


def checked(value: Any, path: str) -> Any:
    """``value``, of which every part is JSON.

    Raises:
        InvalidArgument: a part is something else (NaN, a set, bytes, a key that is no string, ...), or the nesting
            passes ``MAX_DEPTH``; the message names the part, as in ``metadata.tags[2]``.
    """
    if not _is_json(value, 0):
        _refuse(value, path, 0)
    return value


def storable(value: Any, path: str) -> Any:
    """``value`` as a JSON column stores it: checked, without NUL, unpaired surrogates replaced by U+FFFD, keys too.

    Contract: conventions.md, "NUL / surrogates".

    Raises:
        InvalidArgument: as ``checked``, or two keys of an object would become the same.
    """
    checked(value, path)
    return _cleaned(value, path) if _needs_cleaning(value) else value


def text_of(value: Any, path: str, *, least: int = 0, most: int | None = None) -> str:
    """``value``, which is text that every backend stores as it is.

    Args:
        least, most: how many characters it may have.

    Raises:
        InvalidArgument: it is no ``str``, its length is out of bounds, or it holds NUL or an unpaired surrogate.
    """
    if not isinstance(value, str):
        raise InvalidArgument(path, f"must be text, not {type(value).__name__}")
    if len(value) < least or (most is not None and len(value) > most):
        bounds = f"{least} to {most} characters" if most is not None else f"at least {least} characters"
        raise InvalidArgument(path, f"must have {bounds}, not {len(value)}")
    if (found := _UNSTORABLE.search(value)) is not None:
        kind = "NUL" if found.group() == "\x00" else "an unpaired surrogate"
        raise InvalidArgument(path, f"holds {kind} at character {found.start()}, which no database text can")
    return str.__str__(value)  # of a member of an enum, its text


def _is_json(value: Any, depth: int) -> bool:
    """Whether a value and all below it are JSON. Finding the offender takes three times as long: ``_refuse`` does.

    Exact types are asked: nearly every value is one of them, and subclasses (an ``IntEnum``, a ``str`` enum) may
    encode as something else than they are.
    """
    kind = type(value)
    if kind is dict:
        if not _KEYS.issuperset(map(type, value)):
            return False
        items = value.values()
    elif kind is list:
        items = value
    else:
        return kind in _LEAVES or (kind is float and math.isfinite(value))
    if depth >= MAX_DEPTH:
        return False
    for item in items:  # noqa: SIM110 (a generator expression would take half as long again)
        if type(item) not in _LEAVES and not _is_json(item, depth + 1):
            return False
    return True


def _refuse(value: Any, path: str, depth: int) -> None:
    """Raise ``InvalidArgument`` for the first part of a value that is no JSON, if there is one."""
    kind = type(value)
    if kind in _LEAVES:
        return
    if kind is float:
        if not math.isfinite(value):
            raise InvalidArgument(path, f"is {value}; JSON has finite numbers only")
    elif depth >= MAX_DEPTH:
        raise InvalidArgument(path, f"is nested deeper than {MAX_DEPTH} levels, or holds itself")
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise InvalidArgument(path, f"has the key {key!r}; keys of a JSON object are text")
            _refuse(item, f"{path}.{key}", depth + 1)
    elif kind is list:
        for index, item in enumerate(value):
            _refuse(item, f"{path}[{index}]", depth + 1)
    else:
        raise InvalidArgument(
            path, f"is of type {kind.__name__}; JSON has objects, lists, text, numbers, true, false, null"
        )


def _needs_cleaning(value: Any) -> bool:
    """Whether a text in it may hold NUL or an unpaired surrogate. Asked of the encoder, which sees every character."""
    try:
        return b"\\u0000" in _encoder.encode(value)
    except UnicodeEncodeError:
        return True


def _cleaned(value: Any, path: str) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("�", value).replace("\x00", "")
        case list():
            return [_cleaned(item, f"{path}[{index}]") for index, item in enumerate(value)]
        case dict():
            cleaned = {_cleaned(key, path): _cleaned(item, f"{path}.{key}") for key, item in value.items()}
            if len(cleaned) < len(value):
                raise InvalidArgument(path, "has two keys that are the same without NUL and unpaired surrogates")
            return cleaned
        case _:
            return value


def as_object(value: Any, path: str) -> dict[str, Any]:
    """``value``, which is a JSON object (its parts unchecked).

    Raises:
        InvalidArgument: it is something else.
    """
    if not isinstance(value, dict):
        raise InvalidArgument(path, f"must be an object, not {type(value).__name__}")
    return cast("dict[str, Any]", value)
