"""What all domains share: how a method's errors get their id."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, aclosing, nullcontext
from functools import wraps
from typing import Any, TypeVar, cast

from ..errors import MastraError

Method = TypeVar("Method", bound=Callable[..., Coroutine[Any, Any, Any]])
Iteration = TypeVar("Iteration", bound=Callable[..., AsyncGenerator[Any, None]])


Watch = Callable[["Domain", str], AbstractContextManager[Any]]
"""What is put around a method's run, by its domain and its name."""

_UNWATCHED = nullcontext()


class Domain:
    """A part of a storage: its methods and nothing else.

    Attributes:
        store: the backend's word in the id of an error, as ``PG``.
        error_domain: Mastra's word for where its errors come from.
        name: how the list of domains calls it.
        storage: the storage or unit of work that it is part of.
        watch: put around its methods, other than those that iterate.
    """

    store: str
    error_domain = "STORAGE"
    name: str
    storage: Any
    watch: Watch | None = None


def operation(method: Method) -> Method:
    """Give errors that leave a method their place, which makes their id: ``MASTRA_STORAGE_PG_SAVE_MESSAGES_FAILED``."""
    name = method.__name__

    @wraps(method)
    async def located(self: Domain, *args: Any, **kwargs: Any) -> Any:
        with _UNWATCHED if self.watch is None else self.watch(self, name):
            try:
                return await method(self, *args, **kwargs)
            except MastraError as error:
                error.located(self.store, name, self.error_domain)
                raise

    return cast("Method", located)


def iteration(method: Iteration) -> Iteration:
    """``operation``, for a method that is an asynchronous generator."""
    name = method.__name__

    @wraps(method)
    async def located(self: Domain, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            async with aclosing(method(self, *args, **kwargs)) as items:
                async for item in items:
                    yield item
        except MastraError as error:
            error.located(self.store, name, self.error_domain)
            raise

    return cast("Iteration", located)
