"""The base of the SQL domains."""

from typing import ClassVar

from ..domains.base import Domain
from ..models.base import Base
from .database import Executor


class SqlDomain(Domain):
    """A domain on an executor: a whole database, or one unit of work."""

    rows: ClassVar[tuple[type[Base], ...]]
    """The models of the tables that the domain uses."""

    def __init__(self, executor: Executor) -> None:
        self._database = executor
        self.store = executor.sql.store
