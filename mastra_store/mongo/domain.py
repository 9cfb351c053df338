"""The base of the domains on MongoDB."""

from ..domains.base import Domain
from .executor import Executor


class MongoDomain(Domain):
    """A domain on an executor: a whole database, or one unit of work."""

    store = "MONGODB"

    def __init__(self, executor: Executor) -> None:
        self._database = executor
