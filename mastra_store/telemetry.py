"""OpenTelemetry's spans and metrics of a storage.

::

    from mastra_store.telemetry import instrument

    storage = open_storage("agent.db")
    stop = instrument(storage)

``pip install "mastra-store[telemetry]"`` brings the API package, which is all that is needed here; where spans and
metrics go is for the program to say. A storage that is not instrumented does nothing for it.

Names follow OpenTelemetry's semantic conventions for database clients, and begin with ``mastra_store`` where there is
none. Keys, values and content are never told.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .cache.cached import CachedStorage
from .cache.counts import What
from .domains import Domain
from .errors import MastraError
from .sql.database import Executed, RoundTrips, Routed, Server, Waited
from .sql.storage import SqlStorage
from .storage import Storage

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

_SCOPE = "mastra_store"
_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The bounds of a histogram's buckets, as the conventions advise."""


def instrument(
    storage: Storage, *, tracer_provider: "TracerProvider | None" = None, meter_provider: "MeterProvider | None" = None
) -> Callable[[], None]:
    """Make spans and metrics of what a storage does, a composite's storages each.

    A method of a domain is a span, ``memory.save_messages``, and each of its statements one below it. Statements of
    units of work are told as well, but not what the caller runs on ``tx.session``. A read that a cache answers is
    counted and is no span.

    Args:
        tracer_provider, meter_provider: ``None`` for the program's own.

    Returns:
        What ends it.

    Raises:
        ModuleNotFoundError: the API package is not installed.
    """
    try:
        from opentelemetry import metrics, trace
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'telemetry needs OpenTelemetry\'s API: pip install "mastra-store[telemetry]"', name=error.name
        ) from error
    tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
    meter = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
    told = _Telemetry(tracer, meter, trace)
    with ExitStack() as ends:
        for each in dict.fromkeys(_layers(storage)):  # one may stand before a cache and behind it
            ends.callback(_watch(each, told.operation))
            if isinstance(each, SqlStorage):
                ends.callback(each.observers.add(told.executed))
                ends.callback(each.observers.listen(told.happened))
            if isinstance(each, CachedStorage):
                ends.callback(each.counts.listen(told.counted))
        return ends.pop_all().close


def _layers(storage: Storage) -> Iterator[Storage]:
    """The storages behind one, and those behind their caches."""
    for each in storage.storages():
        yield each
        if isinstance(each, CachedStorage):
            yield from _layers(each.wrapped)


def _watch(storage: Storage, watch: Callable[[Domain, str], AbstractContextManager[Any]]) -> Callable[[], None]:
    def put(it: Callable[[Domain, str], AbstractContextManager[Any]] | None) -> None:
        storage.watch = it
        for made in vars(storage).values():
            if isinstance(made, Domain):
                made.watch = it

    put(watch)
    return lambda: put(None)


class _Telemetry:
    """The instruments, and what is told by them."""

    def __init__(self, tracer: Any, meter: Any, trace: Any) -> None:
        self._tracer = tracer
        self._trace = trace

        def seconds(name: str, description: str) -> Any:
            return meter.create_histogram(
                name, unit="s", description=description, explicit_bucket_boundaries_advisory=_SECONDS
            )

        self._operations = seconds("mastra_store.operation.duration", "How long methods of domains take.")
        self._statements = seconds("db.client.operation.duration", "How long statements take.")
        self._waits = seconds("db.client.connection.wait_time", "How long calls wait for a connection of the pool.")
        self._timeouts = meter.create_counter(
            "db.client.connection.timeouts", unit="{timeout}", description="Calls that got no connection in time."
        )
        self._round_trips = meter.create_counter(
            "mastra_store.round_trips", unit="{round_trip}", description="What was sent to a server and waited for."
        )
        self._reads = meter.create_counter(
            "mastra_store.reads", unit="{read}", description="Reads where there are replicas, by who was to answer."
        )
        self._cached_reads = meter.create_counter(
            "mastra_store.cache.reads", unit="{read}", description="Reads where there is a cache, by what came of it."
        )
        self._invalidations = meter.create_counter(
            "mastra_store.cache.invalidations", unit="{write}", description="Writes that told a cache what changed."
        )
        self._failures = meter.create_counter(
            "mastra_store.cache.failures", unit="{call}", description="Calls of a cache that failed."
        )

    @contextmanager
    def operation(self, domain: Domain, name: str) -> Iterator[None]:
        attributes = {"mastra_store.domain": domain.name, "mastra_store.operation": name}
        started = time.perf_counter()
        # The exception itself is not recorded: the driver's error behind it may quote content.
        with self._tracer.start_as_current_span(
            f"{domain.name}.{name}", attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                attributes["error.type"] = error.id if isinstance(error, MastraError) else type(error).__name__
                span.set_attribute("error.type", attributes["error.type"])
                message = error.message if isinstance(error, MastraError) else type(error).__name__
                span.set_status(self._trace.StatusCode.ERROR, message)
                raise
            finally:
                self._operations.record(time.perf_counter() - started, attributes)

    def executed(self, executed: Executed) -> None:
        attributes = {**_server(executed.server), "db.operation.name": executed.operation}
        self._statements.record(executed.seconds, attributes)
        ended = time.time_ns()
        span = self._tracer.start_span(
            executed.operation,
            kind=self._trace.SpanKind.CLIENT,
            start_time=ended - round(executed.seconds * 1e9),
            attributes=attributes | {"db.query.text": executed.sql, "db.response.returned_rows": executed.rows},
        )
        span.end(ended)

    def happened(self, event: RoundTrips | Waited | Routed) -> None:
        attributes = _server(event.server)
        match event:
            case RoundTrips():
                self._round_trips.add(event.count, attributes)
            case Waited():
                server = event.server
                pool = {"db.client.connection.pool.name": f"{server.host}:{server.port}/{server.database}"}
                self._waits.record(event.seconds, pool)
                if event.in_vain:
                    self._timeouts.add(1, pool)
            case Routed():
                self._reads.add(1, attributes | {"mastra_store.route": event.why})

    def counted(self, what: What) -> None:
        if what == "invalidations":
            self._invalidations.add(1)
        elif what == "failures":
            self._failures.add(1)
        elif what != "owed":  # that is a state rather than an event
            self._cached_reads.add(1, {"mastra_store.cache.result": what})


def _server(server: Server | None) -> dict[str, Any]:
    if server is None:
        return {}
    known = {
        "db.system.name": server.system,
        "db.namespace": server.database,
        "server.address": server.host,
        "server.port": server.port,
    }
    return {name: value for name, value in known.items() if value is not None}
