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
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()
_raw_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Encoded(str):
    """A value that is JSON text already. ``encode`` gives it back."""

    __slots__ = ()


def encode(value: Any) -> str:
    """``value`` as compact JSON text: key order kept, non-ASCII unescaped, unpaired surrogates escaped."""
    if type(value) is Encoded:
        return str(value)
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
    if not _holds_json([value], -1):
        _refuse(value, path, 0)
    return value


def storable(value: Any, path: str) -> Any:
    """``value`` as a JSON column stores it: checked, without NUL, unpaired surrogates replaced by U+FFFD, keys too.

    Contract: conventions.md, "NUL / surrogates".

    Raises:
        InvalidArgument: as ``checked``, or two keys of an object would become the same.
    """
    checked(value, path)
    return value if _clean_text(value) is not None else _cleaned(value, path)


def storable_text(value: Any, path: str) -> Encoded:
    """``storable`` and ``encode`` in one, for a value that is only stored."""
    checked(value, path)
    text = _clean_text(value)
    return Encoded(encode(_cleaned(value, path)) if text is None else text)


def storable_raw(value: Any, path: str) -> msgspec.Raw:
    """``storable_text``, to be a part of something that is encoded later: it is taken over as it is."""
    checked(value, path)
    text = _clean_bytes(value)
    return msgspec.Raw(encode(_cleaned(value, path)).encode() if text is None else text)


def storable_raws(values: dict[str, Any]) -> dict[str, msgspec.Raw] | None:
    """``storable_raw`` of several values at once; ``None`` if one is not storable as it is, and must be looked at."""
    if not _holds_json(values, -1):
        return None
    text = _clean_bytes(values)
    return None if text is None else _raw_decoder.decode(text)


def _clean_text(value: Any) -> str | None:
    text = _clean_bytes(value)
    return None if text is None else text.decode()


def _clean_bytes(value: Any) -> bytes | None:
    """``value`` as JSON text, or ``None`` if a text in it may hold NUL or an unpaired surrogate.

    That is asked of the encoder, which sees every character anyway.
    """
    try:
        text = _encoder.encode(value)
    except UnicodeEncodeError:
        return None
    return None if b"\\u0000" in text else text


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


def _holds_json(container: Any, depth: int) -> bool:
    """Whether all that is below a dict or list is JSON. Finding the offender takes longer: ``_refuse`` does.

    Exact types are asked: nearly every value is one of them, and subclasses (an ``IntEnum``, a ``str`` enum) may
    encode as something else than they are.
    """
    if depth >= MAX_DEPTH:
        return False
    if type(container) is dict:
        for key in container:
            if type(key) is not str:
                return False
        container = container.values()
    for item in container:
        kind = type(item)
        if kind in _LEAVES:
            continue
        if kind is dict or kind is list:
            if not _holds_json(item, depth + 1):
                return False
        elif kind is not float or not math.isfinite(item):
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


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: objects in any order of keys, 1 and 1.0, but not 1 and true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def as_object(value: Any, path: str) -> dict[str, Any]:
    """``value``, which is a JSON object (its parts unchecked).

    Raises:
        InvalidArgument: it is something else.
    """
    if not isinstance(value, dict):
        raise InvalidArgument(path, f"must be an object, not {type(value).__name__}")
    return cast("dict[str, Any]", value)
