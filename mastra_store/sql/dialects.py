"""What differs between the SQL dialects, asked by name.

Statements are written once and ask this object for the few expressions that PostgreSQL and SQLite write differently:
``postgres_dialect.py`` and ``sqlite_dialect.py``, of which a program imports the one that it uses.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select
from sqlalchemy.orm import InstrumentedAttribute

from ..models.base import Base

Attribute = InstrumentedAttribute[Any]


class SqlDialect(ABC):
    """One dialect's way of writing what is not standard SQL."""

    name: str
    store: str
    """The dialect's word in the id of an error (contract: conventions.md, section 7)."""
    writes_in_ctes: bool
    """Whether a WITH query may write, so that one statement can do what is several elsewhere."""

    @abstractmethod
    def insert(self, row: type[Base]) -> Any:
        """An INSERT that knows ON CONFLICT."""

    @abstractmethod
    def stored(self, attribute: Attribute) -> ColumnElement[Any]:
        """A column as its record shows it: of a time, the twin where there is one."""

    @abstractmethod
    def instant(self, attribute: Attribute) -> ColumnElement[Any]:
        """A time column as the instant that decides order and bounds, where the contract asks for the twin."""

    @abstractmethod
    def moment(self, name: str) -> ColumnElement[Any]:
        """The parameter ``name``, an aware datetime, to be compared with ``instant`` or assigned by ``times``."""

    @abstractmethod
    def times(self, attribute: Attribute, moment: ColumnElement[Any]) -> dict[Any, Any]:
        """The assignment of a time: the plain column, and its twin where there is one."""

    @abstractmethod
    def is_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        """Whether the instant of a time lies before the parameter ``name``; an index of the plain column serves it."""

    @abstractmethod
    def some_before(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        """Whether a row is one of the rows, not more than the parameter ``limit``, whose time ``is_before``.

        Rows that somebody else is changing are passed over.
        """

    @abstractmethod
    def day(self, attribute: Attribute) -> ColumnElement[Any]:
        """The day of a time in UTC, by the plain column: a ``date``."""

    @abstractmethod
    def is_any_of(self, attribute: ColumnElement[Any] | Attribute, name: str) -> ColumnElement[bool]:
        """Whether a text column equals one of the texts in the parameter ``name``, a list."""

    @abstractmethod
    def is_among(self, attribute: Attribute, keys: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
        """Whether a key column has one of the values of a query that finds few, so that its index is used."""

    @abstractmethod
    def listed(self, name: str) -> FromClause:
        """The parameter ``name``, a list of texts, as a table with the column ``value``."""

    @abstractmethod
    def rows(self, name: str, /, **fields: Any) -> FromClause:
        """The parameter ``name``, a list of objects, as a table whose columns are ``fields`` (name=SQL type).

        Times are given as the text of ``iso_milliseconds``; their type is ``UtcTwinType``. JSON objects to be seen as
        text are given as ``object_in_row``; JSON to be stored in a JSON column is given as it is, with ``JsonType``.
        """

    @abstractmethod
    def object_in_row(self, value: dict[str, Any]) -> Any:
        """A JSON object to be put into one of the objects for ``rows``, where the statement sees it as JSON text."""

    @abstractmethod
    def json(self, name: str) -> ColumnElement[Any]:
        """The parameter ``name``, any JSON value, to be stored in a JSON column. ``None`` is NULL.

        Unlike a parameter of the column's type it may be ``jsontext.Encoded``, on every driver.
        """

    @abstractmethod
    def json_text_at(self, attribute: Attribute | ColumnElement[Any], *path: str) -> ColumnElement[Any]:
        """The text at a path inside a JSON column, NULL where there is none. The path is ours, never a caller's."""

    @abstractmethod
    def thread_of_run(self) -> ColumnElement[Any]:
        """The thread that a workflow's run waits in, as its snapshot tells (contract: workflows.md)."""

    @abstractmethod
    def json_contains(self, attribute: Attribute, name: str) -> ColumnElement[bool]:
        """Whether a JSON column contains the object in the parameter ``name``, as PostgreSQL's ``@>`` has it."""

    @abstractmethod
    def label(self, attribute: Attribute, name: str) -> ColumnElement[Any]:
        """The value in a JSON column of plain objects at the parameter ``name``, a ``label_path``."""

    @abstractmethod
    def label_path(self, label: str) -> str:
        """What ``label`` is given to find the value of a label, whose name holds neither quotes nor backslashes."""

    @abstractmethod
    def epoch_milliseconds(self, attribute: Attribute) -> ColumnElement[Any]:
        """A time column as whole milliseconds since 1970 in UTC."""

    @abstractmethod
    def vector_tables(self, stem: str) -> Select[Any]:
        """The tables of vectors called ``stem`` (a word of ours) or ``stem_...``, and whether they can be written into.

        Of the schema in the parameter ``schema``; NULL is the connection's own.
        """

    @abstractmethod
    def locked(self, query: Select[Any]) -> Select[Any]:
        """A SELECT whose rows nobody else changes until the transaction ends."""

    @abstractmethod
    def nearest(
        self, targets: FromClause, keys: Select[Any], order: Sequence[ColumnElement[Any]], most: str
    ) -> Select[Any]:
        """For each row of ``targets``, the first keys of a query that refers to it.

        Args:
            keys: selects one column, a message's id; neither ordered nor limited.
            order: what ``keys`` is sorted by.
            most: the column of ``targets`` that says how many keys, and the parameter with the largest such number.
        """

    def replacing(self, insert: Any, keys: Sequence[Attribute], replaced: Iterable[Any]) -> Any:
        """An INSERT that overwrites the ``replaced`` columns of a row whose ``keys`` are stored already."""
        new = {each.name: insert.excluded[each.name] for each in map(_column, replaced)}
        return insert.on_conflict_do_update(index_elements=[_column(key) for key in keys], set_=new)

    def as_written(self, *attributes: Attribute) -> list[Any]:
        """Columns to be copied inside the database: with the twins, where there are such."""
        return list(attributes)

    @abstractmethod
    def as_stored(self, attribute: Attribute) -> ColumnElement[Any]:
        """A time column as the database holds it, for a keyset's cursor: to be compared with itself alone."""

    def columns(self, attributes: Sequence[Attribute]) -> list[ColumnElement[Any]]:
        """Columns as their record shows them, in order, each labelled with its attribute's name."""
        return [self.stored(attribute).label(attribute.key) for attribute in attributes]


def _column(attribute: Any) -> Any:
    return getattr(attribute, "expression", attribute)
