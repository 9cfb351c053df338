"""The pipelines that search: by Atlas' index of an index, or by looking at every vector."""

import math
from collections.abc import Collection

from ...vectors.base import Search
from ...vectors.input import Values
from ..executor import Document
from ..filters import literal
from .filters import equalities, mongo_filter
from .indexes import REGISTRY, MongoIndex

MOST_CANDIDATES = 10_000
"""That Atlas looks at (its own limit)."""
CANDIDATES = 20
"""For each vector that is wanted, as ``@mastra/mongodb`` has it."""

SCORE = "mastra_store_score"
REGISTERED = "mastra_store_registered"


def exact(index: MongoIndex, search: Search, values: Values) -> list[Document]:
    """Score every vector that the filter finds."""
    by_score = {"$sort": {SCORE: -1, "_id": 1}}
    found = [{"$match": mongo_filter(search.condition)}, _scored(index, values), by_score, _limit(search)]
    return [*found, shown(search), is_registered(index)]


def by_atlas(index: MongoIndex, search: Search, values: Values, declared: Collection[str]) -> list[Document] | None:
    """Have Atlas search approximately. ``None`` where it can not: its index does not have what the filter needs.

    What it finds is filtered and scored once more: its scores are of another scale, and its filters look into lists.

    Args:
        declared: the fields that its index can filter by.
    """
    if search.top_k > MOST_CANDIDATES:
        return None
    stage: Document = {
        "index": index.search_index,
        "path": "embedding",
        "queryVector": values.tolist(),
        "numCandidates": min(MOST_CANDIDATES, max(search.top_k, search.ef_search or CANDIDATES * search.top_k)),
        "limit": search.top_k,
    }
    found: list[Document] = [{"$vectorSearch": stage}]
    if search.condition is not None:
        known = {field: {"$eq": text} for field, text in equalities(search.condition).items() if field in declared}
        if not known:
            return None
        stage["filter"] = known
        found.append({"$match": mongo_filter(search.condition)})
    return [*found, _scored(index, values), shown(search), is_registered(index)]


def search_definition(index: MongoIndex, metadata_indexes: Collection[str]) -> Document:
    """The index in Atlas, as ``createSearchIndexes`` takes it."""
    similarity = "dotProduct" if index.metric == "dotproduct" else index.metric
    vector = {"type": "vector", "path": "embedding", "numDimensions": index.dimension, "similarity": similarity}
    by = ["_id", "document", *(f"metadata.{key}" for key in metadata_indexes)]
    fields = [vector, *({"type": "filter", "path": path} for path in by)]
    return {"name": index.search_index, "type": "vectorSearch", "definition": {"fields": fields}}


def shown(search: Search) -> Document:
    """The stage that leaves what a match shows."""
    vector = {"embedding": 1} if search.include_vector else {}
    return {"$project": {"metadata": 1, SCORE: 1, **vector}}


def is_registered(index: MongoIndex) -> Document:
    """The stage that adds the registry's document: whether the index is still what it was."""
    marked = {"$set": {REGISTERED: True}}
    return {"$unionWith": {"coll": REGISTRY.name, "pipeline": [{"$match": {"_id": index.name}}, marked]}}


def _limit(search: Search) -> Document:
    return {"$limit": min(search.top_k, 2**31 - 1)}


def _scored(index: MongoIndex, values: Values) -> Document:
    match index.metric:
        case "euclidean":
            squared = {"$pow": [{"$subtract": [_STORED, _GIVEN]}, 2]}
            score: Document = {"$divide": [1, {"$add": [1, {"$sqrt": _sum(values, squared)}]}]}
        case "dotproduct":
            score = _sum(values, {"$multiply": [_STORED, _GIVEN]})
        case _:
            squares = {"$map": {"input": "$embedding", "in": {"$multiply": ["$$this", "$$this"]}}}
            length = math.sqrt(sum(each * each for each in values))
            lengths = {"$multiply": [{"$sqrt": {"$sum": squares}}, length]}
            cosine = {"$divide": [_sum(values, {"$multiply": [_STORED, _GIVEN]}), "$$lengths"]}
            # Of a vector of zeros there is none.
            some = {"$cond": [{"$eq": ["$$lengths", 0]}, None, cosine]}
            score = {"$let": {"vars": {"lengths": lengths}, "in": some}}
    return {"$set": {SCORE: score}}


_STORED, _GIVEN = ({"$arrayElemAt": [vector, "$$this"]} for vector in ("$$stored", "$$given"))
"""The numbers of the stored vector and of the given one at a place."""


def _sum(values: Values, each: Document) -> Document:
    """The sum of an expression of the numbers of both vectors, side by side."""
    terms = {"$map": {"input": {"$range": [0, len(values)]}, "in": each}}
    vectors = {"stored": "$embedding", "given": literal(values.tolist())}
    return {"$let": {"vars": vectors, "in": {"$sum": terms}}}
