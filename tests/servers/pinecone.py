"""The public contract of Pinecone's API (2026-07) as a server: exact search, its documented limits, faults on demand.

It is a double, not Pinecone. It shows that requests are well formed, divided, in their namespace and tried again, and
that delays of visibility are lived with. It shows nothing of recall or latency.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MAX_BODY, MAX_VECTORS, MAX_TOP_K, MAX_METADATA = 2 * 1024 * 1024, 1000, 10_000, 40 * 1024
API_KEY = "test-key"


class Problem(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Space:
    """An index: its vectors by namespace and id."""

    dimension: int
    metric: str
    vectors: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class Contract:
    """The service.

    Attributes:
        lag: reads that go by before a write is seen.
        faults: answers to the next requests instead of the real ones: statuses.
        requests: what came: method, path, bytes, body.
    """

    url: str = ""
    lag: int = 0
    faults: list[int] = field(default_factory=list)
    requests: list[tuple[str, str, int, dict[str, Any]]] = field(default_factory=list)
    indexes: dict[str, Space] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = RLock()
        self.written = 0
        self._pending: list[tuple[int, Callable[[], Any]]] = []

    def answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        parts = urlsplit(target)
        try:
            body = json.loads(raw or b"{}")
            self.requests.append((method, parts.path, len(raw), body))
            if self.faults:
                raise Problem(self.faults.pop(0), "INTERNAL", "a fault on demand")
            if headers.get("api-key") != API_KEY:
                raise Problem(401, "UNAUTHENTICATED", "Invalid API Key")
            if "x-pinecone-api-version" not in headers:
                raise Problem(400, "INVALID_ARGUMENT", "missing X-Pinecone-Api-Version")
            if len(raw) > MAX_BODY:
                raise Problem(413, "PAYLOAD_TOO_LARGE", "Request size exceeds 2MB")
            return 200, self._handle(method, parts.path, parse_qs(parts.query), body)
        except Problem as problem:
            return problem.status, {"status": problem.status, "error": {"code": problem.code, "message": str(problem)}}

    def _handle(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> dict[str, Any]:
        match [method, *path.strip("/").split("/")]:
            case ["POST", "indexes"]:
                return self._create(body)
            case ["GET", "indexes"]:
                return {"indexes": [self._described(name) for name in sorted(self.indexes)]}
            case ["GET", "indexes", name]:
                self._space(name)
                return self._described(name)
            case ["DELETE", "indexes", name]:
                self._space(name)
                del self.indexes[name]
                return {}
            case [_, "data", name, *rest]:
                return self._data(method, "/".join(rest), self._space(name), query, body)
        raise Problem(404, "NOT_FOUND", f"{method} {path}")

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body["name"]
        if name in self.indexes:
            raise Problem(409, "ALREADY_EXISTS", "Resource already exists")
        dense = next(
            (each for each in body.get("schema", {}).get("fields", {}).values() if each.get("type") == "dense_vector"),
            body,
        )
        self.indexes[name] = Space(dense["dimension"], dense["metric"])
        return self._described(name)

    def _described(self, name: str) -> dict[str, Any]:
        space = self.indexes[name]
        values = {"type": "dense_vector", "dimension": space.dimension, "metric": space.metric}
        return {
            "name": name,
            "host": f"{self.url}/data/{name}",
            "status": {"ready": True, "state": "Ready"},
            "schema": {"fields": {"_values": values}},
            "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
            "deletion_protection": "disabled",
            "tags": None,
        }

    def _space(self, name: str) -> Space:
        if name not in self.indexes:
            raise Problem(404, "NOT_FOUND", f"Resource {name} not found")
        return self.indexes[name]

    def _data(
        self, method: str, path: str, space: Space, query: dict[str, list[str]], body: dict[str, Any]
    ) -> dict[str, Any]:
        namespace = body.get("namespace") or query.get("namespace", [""])[0]
        vectors = space.vectors["" if namespace == "__default__" else namespace]
        match method, path:
            case "POST", "vectors/upsert":
                return self._upsert(space, vectors, body["vectors"])
            case "POST", "query":
                return self._query(space, vectors, namespace, body)
            case "GET", "vectors/fetch":
                self._read()
                found = {each: vectors[each] for each in query["ids"] if each in vectors}
                return {"namespace": namespace, "usage": {"readUnits": 1}, "vectors": found}
            case "POST", "vectors/delete":
                return self._delete(vectors, body)
            case "POST", "describe_index_stats":
                self._read()
                live = {name or "__default__": len(each) for name, each in space.vectors.items() if each}
                return {
                    "dimension": space.dimension,
                    "metric": space.metric,
                    "indexFullness": 0,
                    "vectorType": "dense",
                    "totalVectorCount": sum(live.values()),
                    "namespaces": {name: {"vectorCount": count} for name, count in live.items()},
                }
        raise Problem(404, "NOT_FOUND", f"{method} {path}")

    def _upsert(self, space: Space, vectors: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
        if len(given) > MAX_VECTORS:
            raise Problem(400, "INVALID_ARGUMENT", f"at most {MAX_VECTORS} vectors per request")
        for vector in given:
            if len(vector["values"]) != space.dimension:
                raise Problem(400, "INVALID_ARGUMENT", "Vector dimension does not match the dimension of the index")
            metadata = vector.get("metadata") or {}
            for key, value in metadata.items():
                texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
                if not isinstance(value, str | int | float | bool) and not texts:
                    raise Problem(400, "INVALID_ARGUMENT", f"Metadata value of {key} is of no known type")
            if len(json.dumps(metadata)) > MAX_METADATA:
                raise Problem(400, "INVALID_ARGUMENT", "metadata size exceeds the limit of 40960 bytes")
        self._write(lambda: vectors.update({vector["id"]: vector for vector in given}))
        return {"upsertedCount": len(given)}

    def _query(self, space: Space, vectors: dict[str, Any], namespace: str, body: dict[str, Any]) -> dict[str, Any]:
        self._read()
        if not 1 <= body["topK"] <= MAX_TOP_K:
            raise Problem(400, "INVALID_ARGUMENT", f"topK must be between 1 and {MAX_TOP_K}")
        wanted = body["vector"]
        if len(wanted) != space.dimension:
            raise Problem(400, "INVALID_ARGUMENT", "Query vector dimension does not match the index")
        hits = [
            (_score(space.metric, wanted, vector["values"]), vector)
            for vector in vectors.values()
            if matches(vector.get("metadata") or {}, body.get("filter"))
        ]
        hits.sort(key=lambda hit: hit[0], reverse=space.metric != "euclidean")
        found = [
            {
                "id": vector["id"],
                "score": score,
                "values": vector["values"] if body.get("includeValues") else [],
                **({"metadata": vector["metadata"]} if vector.get("metadata") else {}),
            }
            for score, vector in hits[: body["topK"]]
        ]
        return {"namespace": namespace, "usage": {"readUnits": 1}, "matches": found}

    def _delete(self, vectors: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        if sum(bool(body.get(key)) for key in ("ids", "deleteAll", "filter")) != 1:
            raise Problem(400, "INVALID_ARGUMENT", "exactly one of ids, deleteAll, filter")
        ids = body.get("ids") or [
            each
            for each, vector in vectors.items()
            if body.get("deleteAll") or matches(vector.get("metadata") or {}, body["filter"])
        ]
        if len(body.get("ids") or []) > MAX_VECTORS:
            raise Problem(400, "INVALID_ARGUMENT", "at most 1000 ids")
        self._write(lambda: [vectors.pop(each, None) for each in ids])
        return {}

    @property
    def reconciled(self) -> int:
        """How far reads are with the writes."""
        return self.written - len(self._pending)

    def _write(self, change: Callable[[], Any]) -> None:
        self.written += 1
        if self.lag:
            self._pending.append((self.lag, change))
        else:
            change()

    def _read(self) -> None:
        waiting = []
        for left, change in self._pending:
            if left <= 0:
                change()
            else:
                waiting.append((left - 1, change))
        self._pending = waiting


def matches(metadata: dict[str, Any], filter_: dict[str, Any] | None) -> bool:
    """Whether Pinecone's filter finds metadata."""
    for key, condition in (filter_ or {}).items():
        if key == "$and":
            holds = all(matches(metadata, each) for each in condition)
        elif key == "$or":
            holds = any(matches(metadata, each) for each in condition)
        else:
            holds = _field_matches(metadata, key, condition)
        if not holds:
            return False
    return True


def _field_matches(metadata: dict[str, Any], key: str, condition: dict[str, Any]) -> bool:
    value = metadata.get(key)
    values = value if isinstance(value, list) else [value] if key in metadata else []

    def same(one: Any, other: Any) -> bool:
        return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)

    def number(holds: Callable[[Any], bool]) -> bool:
        return any(isinstance(each, int | float) and not isinstance(each, bool) and holds(each) for each in values)

    operators: dict[str, Callable[[Any], bool]] = {
        "$eq": lambda operand: any(same(each, operand) for each in values),
        "$ne": lambda operand: not any(same(each, operand) for each in values),
        "$in": lambda operand: any(same(each, one) for each in values for one in operand),
        "$nin": lambda operand: not any(same(each, one) for each in values for one in operand),
        "$gt": lambda operand: number(lambda each: each > operand),
        "$gte": lambda operand: number(lambda each: each >= operand),
        "$lt": lambda operand: number(lambda each: each < operand),
        "$lte": lambda operand: number(lambda each: each <= operand),
        "$exists": lambda operand: (key in metadata) is operand,
    }
    for operator, operand in condition.items():
        if operator not in operators:
            raise Problem(400, "INVALID_ARGUMENT", f"{operator} is not a valid operator")
        if not operators[operator](operand):
            return False
    return True


def _score(metric: str, one: list[float], other: list[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    if metric == "dotproduct":
        return product
    if metric == "euclidean":
        return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))  # documented: the square
    return product / ((math.hypot(*one) * math.hypot(*other)) or 1.0)


@contextmanager
def pinecone() -> Iterator[Contract]:
    """A running service without indexes."""
    contract = Contract()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with contract.lock:
                status, body = contract.answer(self.command, unquote(self.path), headers, raw)
                sent = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(sent)))
                self.send_header("x-pinecone-lsn-committed", str(contract.written))
                self.send_header("x-pinecone-lsn-reconciled", str(contract.reconciled))
                if status in (429, 503):
                    self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_DELETE = do_PATCH = _serve  # noqa: N815 (the names of http.server)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    contract.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield contract
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
