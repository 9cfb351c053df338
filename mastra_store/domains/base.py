"""What all domains share: how a method's errors get their id."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..errors import MastraError

P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D", bound="Domain")


class Domain:
    """A part of a storage: its methods and nothing else.

    Attributes:
        store: the backend's word in the id of an error, as ``PG``.
    """

    store: str


def operation(
    method: Callable[Concatenate[D, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[D, P], Coroutine[Any, Any, R]]:
    """Give errors that leave a method their place, which makes their id: ``MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED``."""
    name = method.__name__

    @wraps(method)
    async def located(self: D, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(self, *args, **kwargs)
        except MastraError as error:
            raise error.located(self.store, name)

    return located
