"""Pruning on SQL: each batch is one DELETE of as many old rows as it may have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Executable, Select, delete, func, literal_column, select

from ..domains.pruning import Prunable
from .dialects import Attribute, SqlDialect
from .domain import SqlDomain
from .plans import statement


class SqlPruning(SqlDomain, Prunable):
    """The part of a domain that is pruned."""

    ages: ClassVar[Mapping[str, Attribute]]
    """The time that makes a row's age, for each of ``prunable``."""

    async def _count_aged(self, key: str, before: datetime) -> Mapping[str, int]:
        age = self.ages[key]
        (count,) = await self._database.read(count_of_aged(age).bind(before=before))
        return {table_of(age): count}

    async def _prune_batch(self, key: str, before: datetime, most: int) -> Mapping[str, int]:
        age = self.ages[key]
        deleted = await self._database.write(without_aged(age).bind(before=before, limit=most))
        return {table_of(age): len(deleted)}


def table_of(attribute: Attribute) -> str:
    """The name of an attribute's table."""
    return attribute.class_.__tablename__  # type: ignore[no-any-return]


@statement(lambda count: count)
def count_of_aged(sql: SqlDialect, age: Attribute) -> Select[Any]:
    return select(func.count()).select_from(age.class_).where(sql.is_before(age, "before"))


@statement(lambda one: one)
def without_aged(sql: SqlDialect, age: Attribute) -> Executable:
    """Delete the rows that ``some_before`` gives. Served on PostgreSQL by the indexes mastra_store_*_age_idx."""
    # Asked again: rows are known by their place, and in a partitioned table others have the same.
    return (
        delete(age.class_)
        .where(sql.some_before(age, "before"), sql.is_before(age, "before"))
        .returning(literal_column("1"))
    )
