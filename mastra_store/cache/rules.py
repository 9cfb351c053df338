"""What the cache does at each method of a domain: a rule for every one.

A cached domain is a subclass of the contract's class. A method without a rule stays abstract, so that a domain with a
new method can not be made until somebody has said what it reads or writes.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import cache, wraps
from typing import Any, TypeVar

from ..domains.base import Domain
from ..errors import MastraError
from .access import Access
from .keys import Keys

T = TypeVar("T")


class CachedDomain(Domain):
    """A domain before another one of the same contract."""

    def __init__(self, inner: Domain, access: Access) -> None:
        self.store = inner.store
        self._inner: Any = inner
        self._access = access


Subjects = Callable[..., Iterable[str]]
"""From the domain's keys and the arguments of a call, the subjects that it writes."""


def reads(method: Callable[..., Any]) -> Any:
    """The rule of a method that writes nothing and is not cached: it is the storage's own."""
    name = method.__name__

    @wraps(method)
    def through(self: CachedDomain, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._inner, name)(*args, **kwargs)

    return _with_rule(through, "reads")


def writes(subjects: Subjects) -> Callable[[Callable[..., Any]], Any]:
    """The rule of a method that writes: of which subjects."""

    def rule(method: Callable[..., Coroutine[Any, Any, Any]]) -> Any:
        name = method.__name__

        @wraps(method)
        async def through(self: CachedDomain, *args: Any, **kwargs: Any) -> Any:
            async with self._access.writing(subjects(self._access.keys, *args, **kwargs)):
                return await getattr(self._inner, name)(*args, **kwargs)

        return _with_rule(through, "writes")

    return rule


def writes_everything(method: Callable[..., Any]) -> Any:
    """The rule of a method that may write any row of the domain."""
    return writes(lambda keys, *_, **__: (keys.whole,))(method)


def row(kind: str, argument: str, position: int = 0) -> Subjects:
    """The subject of one row, which an argument names by its id."""

    def subjects(keys: Keys, *args: Any, **kwargs: Any) -> Iterable[str]:
        return keys.subject(kind, args[position] if len(args) > position else kwargs.get(argument))

    return subjects


async def looked_up(call: Awaitable[T], operation: str) -> T:
    """What a call gives that another ``operation`` makes first. Its errors are that one's."""
    try:
        return await call
    except MastraError as error:
        raise error.during(operation) from error.__cause__


def rule_of(method: Any) -> str | None:
    """``reads``, ``writes``, ``cached`` or ``None``."""
    found: str | None = getattr(method, "__cache_rule__", None)
    return found


def cached(method: Any) -> Any:
    """Marks a method of its own body that reads through the cache."""
    return _with_rule(method, "cached")


def written_by_itself(method: Any) -> Any:
    """Marks a method of its own body that writes and says what."""
    return _with_rule(method, "writes")


def _with_rule(method: Any, rule: str) -> Any:
    method.__cache_rule__ = rule
    method.__isabstractmethod__ = False  # ``wraps`` has copied it from the contract
    return method


@cache
def passed_through(contract: type[Domain]) -> type[CachedDomain]:
    """A domain that is not cached, as a part of the cached storage."""
    abstract: frozenset[str] = getattr(contract, "__abstractmethods__", frozenset())
    methods = {name: reads(getattr(contract, name)) for name in abstract}
    return type(f"Uncached{contract.__name__}", (CachedDomain, contract), methods)
