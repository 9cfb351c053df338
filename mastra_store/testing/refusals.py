"""How a refusal is tested: calls with a bad value somewhere in them, and what must be true afterwards."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from ..domains.memory import MemoryDomain
from ..errors import InvalidArgument
from ..storage import Storage
from .builders import message, resource, said

Place = Callable[[MemoryDomain, Any], Awaitable[Any]]
"""A call with a value somewhere in it."""

PRIVATE = "s3cret"
"""Stands in the content of refused calls, and must not stand in their errors."""


def places(by_argument: Mapping[str, Place]) -> pytest.MarkDecorator:
    """One test for each place; the key is the argument that the error names, and what tells two places apart."""
    cases = [pytest.param(place, name.partition(" of ")[0], id=name) for name, place in by_argument.items()]
    return pytest.mark.parametrize(("place", "argument"), cases)


async def refuses(storage: Storage, place: Place, argument: str, *bad: Any) -> InvalidArgument:
    """Hold that a call is refused with each of the values, and that everything is then as it was.

    Returns:
        The last error.
    """
    memory = storage.memory
    await memory.save_messages("t", [message("stored", content=said("Hello"))])
    await memory.save_resource(resource("r"))
    before = await _everything(memory)

    errors = [await _error_of(place(memory, value)) for value in bad]

    for error in errors:
        assert error.details["argument"] == argument
        assert error.message.startswith(argument)
        assert error.id.startswith(f"MASTRA_STORAGE_{memory.store}_")
        assert PRIVATE not in repr(error) + str(error.to_json())
    assert await _everything(memory) == before
    return errors[-1]


async def _error_of(call: Awaitable[Any]) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as refused:
        await call
    return refused.value


async def _everything(memory: MemoryDomain) -> list[Any]:
    return [
        await memory.get_threads(),
        [each async for each in memory.iter_messages()],
        await memory.get_resource_by_id("r"),
    ]


async def first_of(messages: AsyncIterator[Any]) -> Any:
    """Begin to iterate."""
    return await anext(messages, None)
