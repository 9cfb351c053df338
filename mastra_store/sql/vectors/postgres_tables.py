"""The table of a vector index on PostgreSQL, as ``@mastra/pg`` makes it: a declarative class for each index.

Contract: vectors.md, section 2.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pgvector.sqlalchemy import BIT, HALFVEC, SPARSEVEC, VECTOR
from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from ...errors import InvalidArgument
from ...schema_names import MAX_BYTES
from .xxhash import xxh32

METRICS = {
    "vector": ("cosine", "euclidean", "dotproduct"),
    "halfvec": ("cosine", "euclidean", "dotproduct"),
    "sparsevec": ("cosine", "euclidean", "dotproduct"),
    "bit": ("hamming", "jaccard"),
}
"""Vector types and their metrics, the default first."""

OPERATORS = {"cosine": "<=>", "euclidean": "<->", "dotproduct": "<#>", "hamming": "<~>", "jaccard": "<%>"}
_CLASSES = {"cosine": "cosine", "euclidean": "l2", "dotproduct": "ip", "hamming": "hamming", "jaccard": "jaccard"}

STORED_DIMENSIONS = {"vector": 16_000, "halfvec": 16_000, "bit": 64_000, "sparsevec": 1_000_000_000}
INDEXED_DIMENSIONS = {"vector": 2_000, "halfvec": 4_000, "bit": 64_000, "sparsevec": 1_000_000_000}
"""What pgvector takes, and what its approximate indexes take (of a sparse vector 1,000 numbers that are not 0)."""

COMMENT = "metric: "
"""How the comment of the column ``embedding`` begins that says the metric of an index that nothing else says it of."""


@dataclass(frozen=True, slots=True)
class IndexTable:
    """What the table of a vector index is, as far as its statements depend on it.

    Attributes:
        extension: the schema of pgvector's types, where it must be named.
    """

    name: str
    vector_type: str
    dimension: int
    metric: str
    extension: str | None = None

    @property
    def operator(self) -> str:
        """The operator of its distance."""
        operator = OPERATORS[self.metric]
        return operator if self.extension is None else f'OPERATOR("{self.extension}".{operator})'

    @property
    def operator_class(self) -> str:
        name = f"{self.vector_type}_{_CLASSES[self.metric]}_ops"
        if self.vector_type == "bit":
            name = f"bit_{self.metric}_ops"
        return name if self.extension is None else f'"{self.extension}".{name}'


def metric_of_class(operator_class: str) -> str | None:
    """The metric of an index by the name of its operator class."""
    middle = operator_class.removesuffix("_ops").rpartition("_")[2]
    return next((metric for metric, name in _CLASSES.items() if name == middle), None)


class VectorRow:
    """A row of a vector index."""

    id: Mapped[int]
    vector_id: Mapped[str]
    """The vector's id. ``id`` is the table's own affair."""
    embedding: Mapped[Any]
    metadata_: Mapped[Any]
    namespace: Mapped[str]


@lru_cache(maxsize=128)
def index_row(table: IndexTable) -> type[VectorRow]:
    """The declarative class of an index's table, on a base of its own: indexes come and go."""

    class IndexBase(DeclarativeBase):
        pass

    class IndexRow(VectorRow, IndexBase):
        __tablename__ = table.name

        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        vector_id: Mapped[str] = mapped_column(Text)
        embedding: Mapped[Any] = mapped_column(vector_type(table), nullable=True)
        metadata_: Mapped[Any] = mapped_column(
            "metadata", JSONB(none_as_null=True), nullable=True, server_default=text("'{}'::jsonb")
        )
        namespace: Mapped[str] = mapped_column(String(255), server_default="default")

        __table_args__ = (
            # upsert, update_vector and delete_vectors by id.
            Index(index_name(table.name, "namespace_vector_id"), "namespace", "vector_id", unique=True),
        )

    return IndexRow


def vector_index(table: IndexTable, kind: str, options: dict[str, int], *, concurrently: bool) -> Index:
    """The approximate index of a table."""
    row = index_row(table)
    columns: Any = row.__table__.c  # type: ignore[attr-defined]
    index = Index(
        index_name(table.name, "vector"),
        columns.embedding,
        postgresql_using=kind,
        postgresql_with=options,
        postgresql_ops={"embedding": table.operator_class},
        postgresql_concurrently=concurrently,
    )
    columns.embedding.table.indexes.discard(index)  # it is made when its vectors are there, not with the table
    return index


def metadata_index(table: IndexTable, key: str) -> Index:
    """An index of the text at a key of the metadata, for filters that compare it."""
    row: Any = index_row(table)
    columns = row.__table__.c
    expression = columns.metadata.op("->>")(text(f"'{key}'"))
    index = Index(index_name(table.name, f"md_{xxh32(key.encode()):08x}"), expression)
    columns.embedding.table.indexes.discard(index)
    return index


def index_name(table: str, what: str) -> str:
    """The name of an index of the table; a long one is cut and gets 8 digits of its SHA-256 behind."""
    full = f"{table}_{what}_idx"
    if len(full.encode()) <= MAX_BYTES:
        return full
    return f"{full[:54]}_{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def vector_type(table: IndexTable) -> Any:
    """The type of the column ``embedding``."""
    inner = _TYPES[table.vector_type](table.dimension)
    # bit is PostgreSQL's own type.
    return inner if table.extension is None or table.vector_type == "bit" else _InSchema(inner, table.extension)


class _InSchema(UserDefinedType[Any]):
    """One of pgvector's types, by its full name."""

    cache_ok = True

    def __init__(self, inner: Any, schema: str) -> None:
        self.inner = inner
        self.schema = schema

    def get_col_spec(self, **options: Any) -> str:
        return f'"{self.schema}".{self.inner.get_col_spec(**options)}'

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        return self.inner.result_processor(dialect, coltype)


_TYPES: dict[str, Any] = {"vector": VECTOR, "halfvec": HALFVEC, "bit": BIT, "sparsevec": SPARSEVEC}


def check_indexable(table: IndexTable) -> None:
    """Refuse more dimensions than an approximate index takes, and say the way out."""
    most = INDEXED_DIMENSIONS[table.vector_type]
    if table.dimension <= most:
        return
    halfvec = INDEXED_DIMENSIONS["halfvec"]
    ways = ["index_type='flat', which looks at every vector"]
    if table.vector_type == "vector" and table.dimension <= halfvec:
        ways.insert(0, f"vector_type='halfvec', which takes {halfvec:,} at half the precision")
    raise InvalidArgument(
        "dimension",
        f"is {table.dimension:,}, and hnsw and ivfflat take {most:,} of the type {table.vector_type} at most: use "
        + " or ".join(ways),
        status="INVALID_INPUT",
    )
