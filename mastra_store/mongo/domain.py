"""The base of the domains on MongoDB."""

from typing import ClassVar

from ..documents import Collection
from ..domains.base import Domain
from .executor import Executor


class MongoDomain(Domain):
    """A domain on an executor: a whole database, or one unit of work."""

    store = "MONGODB"
    collections: ClassVar[tuple[Collection, ...]]
    """What the domain uses."""

    def __init__(self, executor: Executor) -> None:
        self._database = executor
        executor.use(self.collections)
