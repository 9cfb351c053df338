"""A stream of Hrana 3 and the transaction on it, without I/O.

A stream is what a connection is elsewhere: the server knows it by a baton, which each answer renews. It costs nothing
to open, and here it lives as long as its transaction: BEGIN goes out with the first statement, and the stream is
closed with COMMIT. So an insert is two requests, and a statement outside of a transaction is one.

The methods of ``Stream`` are generators: they yield a ``Request``, are sent its ``Answer``, and return the result. They
also yield a ``Pause`` where something is tried again. ``transport.py`` runs them, with and without ``await``.
"""

import random
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from . import errors
from .address import Address
from .values import decode_rows, encode

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Request:
    """What to post to ``{base}/v3/pipeline``."""

    base: str
    body: bytes
    within: float | None = None
    """Seconds that the answer may take, where that is less than the transport's own limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Exchange = Generator[Request | Pause, Any, R]


@dataclass(frozen=True, slots=True)
class Result:
    """What one statement gave."""

    columns: Sequence[str]
    rows: list[tuple[Any, ...]]
    affected: int
    last_insert_rowid: int | None


NOTHING = Result((), [], 0, None)

BATCH = 100
"""Statements of an ``executemany`` in one request."""
ATTEMPTS = 3
"""How often a request goes out that could not even be sent."""

_DEFINING = frozenset({"CREATE", "DROP", "ALTER"})
_READING = frozenset({"SELECT", "VALUES", "EXPLAIN", "SAVEPOINT", "RELEASE", "ROLLBACK"})
_AUTOCOMMIT = {"type": "get_autocommit"}
_CLOSE = {"type": "close"}


class Stream:
    """One stream at a time, and what became of its transaction.

    Args:
        busy_timeout: seconds for which a lock that another writer holds is waited for before a transaction begins, or a
            statement outside of one. The server itself waits 5 s each time.
        begin: how transactions begin that do not say otherwise: ``BEGIN`` or ``BEGIN IMMEDIATE``.
        readings: which statements only read, where that was asked of the server before. May be shared.

    Attributes:
        autocommit: statements run on their own.
        read_only: statements that write are refused, here: the server knows no such transactions.
        defers_definitions: CREATE, DROP and ALTER wait, and go out with the next other statement or with COMMIT. Their
            errors come then, too. A migration is few requests this way.
    """

    def __init__(
        self,
        address: Address,
        *,
        busy_timeout: float = 5.0,
        begin: str = "BEGIN",
        readings: dict[str, bool] | None = None,
    ) -> None:
        self.autocommit = False
        self.read_only = False
        self.defers_definitions = False
        self._deferred: list[dict[str, Any]] = []
        self._address = address
        self._busy_timeout = busy_timeout
        self._begin = begin
        self._readings = {} if readings is None else readings
        self._base = address.base
        self._baton: str | None = None
        self._open = False
        self._due: str | None = None
        self._lost: errors.Error | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, or will be with the next statement because somebody began it."""
        return self.is_open or self._due is not None or self._lost is not None

    @property
    def is_open(self) -> bool:
        """Whether the server has a transaction open, as far as we know."""
        return self._open

    def begin_with(self, begin: str) -> None:
        """Begin a transaction with ``begin``. It is sent with the next statement, which also takes its lock."""
        if self.in_transaction:
            raise errors.OperationalError("a transaction is open already", "IN_TRANSACTION")
        self._due = begin

    def take_lock(self, seconds: float) -> Exchange[None]:
        """Begin a transaction that holds the write lock from now on, not with its first statement.

        A transaction that is older than 5 s is robbed of its lock by this, as by everybody who wants to write; younger
        ones are waited for, for as long as is asked here.

        Raises:
            Busy: others had the lock for all these seconds.
        """
        waiting = _Waiting(seconds)
        while True:
            try:
                within = max(1.0, waiting.left)  # where it is free the answer only has to travel
                yield from self._batch([{"sql": "BEGIN IMMEDIATE"}], within=within)
                return
            except errors.ConnectionLost as error:
                if error.code != "NO_ANSWER":
                    raise
                yield waiting.pause(errors.Busy("the database is locked", "SQLITE_BUSY"))
            except errors.Busy as error:
                yield waiting.pause(error)

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> Exchange[Result]:
        """Run a statement in the transaction, which it begins if there is none; in autocommit on its own.

        Raises:
            TransactionLost: the transaction is gone, and stays gone until ``rollback``.
            OutcomeUnknown: it ran on its own, and the answer did not come.
        """
        word = _first_word(sql)
        if word == "BEGIN":
            self.begin_with(sql)
            return NOTHING
        if word in ("COMMIT", "END"):
            yield from self.commit()
            return NOTHING
        if word == "ROLLBACK" and " TO " not in f" {' '.join(sql.upper().split())} ":
            yield from self.rollback()
            return NOTHING
        if self.read_only and not (yield from self._only_reads(sql)):
            raise errors.OperationalError("the transaction is read-only", "SQLITE_READONLY")
        if self.autocommit and not self.in_transaction:
            return (yield from self.run_alone(sql, arguments, reads=word in _READING))
        if self.defers_definitions and word in _DEFINING:
            self._deferred.append(_statement(sql, arguments))
            return NOTHING
        return (yield from self._in_transaction([_statement(sql, arguments)]))[0]

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> Exchange[int]:
        """Run a statement once for each row of arguments, ``BATCH`` in a request, all in the transaction.

        Where none is open in autocommit, in one of its own. Returns how many rows were changed.
        """
        if self.read_only and not (yield from self._only_reads(sql)):
            raise errors.OperationalError("the transaction is read-only", "SQLITE_READONLY")
        own = self.autocommit and not self.in_transaction
        if own:
            self.begin_with("BEGIN IMMEDIATE")
        affected = 0
        try:
            for batch in _batches(rows):
                results = yield from self._in_transaction([{"sql_id": 0, **_arguments(row)} for row in batch], sql)
                affected += sum(each.affected or len(each.rows) for each in results)
            if own:
                yield from self.commit()
        except BaseException:
            if own:
                yield from self.rollback()
            raise
        return affected

    def run_alone(self, sql: str, arguments: Sequence[Any] = (), *, reads: bool) -> Exchange[Result]:
        """Run a statement on a stream of its own: one request.

        Args:
            reads: it changes nothing, so it is tried once more where the answer did not come.

        Raises:
            OutcomeUnknown: it may have been done: the answer did not come.
            Busy: another writer held the lock for longer than ``busy_timeout``.
        """
        requests: list[dict[str, Any]] = [{"type": "execute", "stmt": _statement(sql, arguments)}, _CLOSE]
        waiting, again = _Waiting(self._busy_timeout), reads
        while True:
            try:
                results = yield from self._pipeline(requests, fresh=True)
                return _result(_response(results[0])["result"])
            except errors.Busy as error:
                yield waiting.pause(error)
            except (errors.CannotConnect, errors.TransactionLost):
                raise
            except errors.ConnectionLost as error:
                if not reads:
                    raise errors.OutcomeUnknown("the statement was sent, and not answered", error.code) from error
                if not again:
                    raise
                again = False

    def ask_alone(self, *questions: str) -> Exchange[list[Result | errors.Error]]:
        """Run statements that change nothing, each whatever becomes of the others: one request."""
        requests: list[dict[str, Any]] = [{"type": "execute", "stmt": {"sql": sql}} for sql in questions]
        results = yield from self._pipeline([*requests, _CLOSE], fresh=True)
        return [
            errors.of_statement(each["error"]) if each["type"] == "error" else _result(each["response"]["result"])
            for each in results[:-1]
        ]

    def commit(self) -> Exchange[None]:
        """Commit the transaction, and close the stream: one request, or none if nothing was done.

        Raises:
            TransactionLost: it was rolled back by the server, at this moment or before.
            OutcomeUnknown: COMMIT was sent and not answered.
        """
        lost = self._lost
        try:
            if lost is not None:
                raise errors.TransactionLost(f"nothing is left to commit: {lost}", lost.code) from lost
            if self._deferred:
                yield from self._in_transaction([])
            if self._open:
                commit = {"type": "execute", "stmt": {"sql": "COMMIT"}}
                results = yield from self._pipeline([commit, _CLOSE])
                _response(results[0])
        except (errors.CannotConnect, errors.TransactionLost):
            raise
        except errors.ConnectionLost as error:
            raise errors.OutcomeUnknown("COMMIT was sent, and not answered", error.code) from error
        finally:
            self._end()

    def rollback(self) -> Exchange[None]:
        """Roll the transaction back, and close the stream: one request, or none if nothing was done."""
        baton = self._baton
        try:
            if baton is not None:
                yield from self._pipeline([_CLOSE], attempts=1)
        except errors.OperationalError:
            pass  # the server rolls back what it can not be told to: the stream expires
        finally:
            self._end()

    def forget(self) -> None:
        """Leave the stream to the server, which rolls back and closes it when it expires."""
        self._end()

    def _in_transaction(self, statements: list[dict[str, Any]], stored: str | None = None) -> Exchange[list[Result]]:
        """Run statements, each if the one before it succeeded, in the transaction; begin it where there is none.

        Args:
            stored: the text of those that have an ``sql_id`` instead, so that it is sent once.
        """
        if self._lost is not None:
            raise errors.TransactionLost(f"the transaction is gone: {self._lost}", self._lost.code) from self._lost
        deferred, self._deferred = self._deferred, []
        statements = [*deferred, *statements]
        if self._open:
            return (yield from self._batch(statements, stored))[len(deferred) :]
        begin = {"sql": self._due or self._begin}
        waiting = _Waiting(self._busy_timeout)
        while True:
            try:
                return (yield from self._batch([begin, *statements], stored))[1 + len(deferred) :]
            except errors.Busy as error:
                if self._open:
                    raise
                yield waiting.pause(error)

    def _batch(
        self, statements: list[dict[str, Any]], stored: str | None = None, *, within: float | None = None
    ) -> Exchange[list[Result]]:
        steps: list[dict[str, Any]] = [{"stmt": statements[0]}]
        steps += [
            {"stmt": each, "condition": {"type": "ok", "step": index}} for index, each in enumerate(statements[1:])
        ]
        requests: list[dict[str, Any]] = [{"type": "batch", "batch": {"steps": steps}}, _AUTOCOMMIT]
        if stored is not None:
            requests = [
                {"type": "store_sql", "sql_id": 0, "sql": stored},
                *requests,
                {"type": "close_sql", "sql_id": 0},
            ]
        place = 0 if stored is None else 1
        was_open = self._open
        try:
            results = yield from self._pipeline(requests, within=within)
            self._open = not _response(results[place + 1])["is_autocommit"]
            found = _response(results[place])["result"]
            for error in found["step_errors"]:
                if error is not None:
                    raise errors.of_statement(error)
        except BaseException as error:
            if was_open and not self._open:
                self._lost = (
                    error
                    if isinstance(error, errors.Error)
                    else errors.TransactionLost("a statement was broken off", "BROKEN_OFF")
                )
            raise
        return [_result(each) for each in found["step_results"]]

    def _only_reads(self, sql: str) -> Exchange[bool]:
        """Whether a statement changes nothing. Of all but the plainest the server is asked, once."""
        if _first_word(sql) in _READING:
            return True
        if sql not in self._readings:
            results = yield from self._pipeline([{"type": "describe", "sql": sql}, _CLOSE], fresh=True)
            self._readings[sql] = bool(_response(results[0])["result"]["is_readonly"])
        return self._readings[sql]

    def _pipeline(
        self,
        requests: list[dict[str, Any]],
        *,
        fresh: bool = False,
        attempts: int = ATTEMPTS,
        within: float | None = None,
    ) -> Exchange[list[dict[str, Any]]]:
        """Send requests and return their results.

        Args:
            fresh: on a stream of their own, which they close.
            attempts: how often to try where nothing could be sent.
            within: see ``Request``.
        """
        baton, base = (None, self._address.base) if fresh else (self._baton, self._base)
        body = msgspec.json.encode({"baton": baton, "requests": requests})
        try:
            answer = yield from _sent(Request(base, body, within), attempts)
            if answer.status != 200:
                raise _refusal(answer, self._address, known_stream=baton is not None)
            try:
                found = msgspec.json.decode(answer.body)
                results: list[dict[str, Any]] = found["results"]
                baton, moved = found["baton"], found["base_url"]
            except (msgspec.DecodeError, KeyError, TypeError) as error:
                raise errors.ConnectionLost("the answer is not Hrana 3", "NOT_HRANA") from error
            if moved and not fresh:
                try:
                    base = self._address.redirected(moved)
                except ValueError as error:
                    raise errors.InterfaceError(str(error), "REDIRECT_REFUSED") from None
        except BaseException:
            # A request that broke off took its stream along: the server rolls back what was open on it.
            if not fresh:
                self._close_stream()
            raise
        if not fresh:
            self._baton, self._base = baton, base
        return results

    def _close_stream(self) -> None:
        self._baton, self._base, self._open = None, self._address.base, False

    def _end(self) -> None:
        self._close_stream()
        self._due, self._lost, self._deferred = None, None, []


class _Waiting:
    """The pauses of one wait for a lock."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._longest = 0.01

    @property
    def left(self) -> float:
        """Seconds, 0 at least."""
        return max(0.0, self._until - time.monotonic())

    def pause(self, error: errors.Busy) -> Pause:
        """The next pause, or ``error`` where the time is over."""
        if self.left <= 0:
            raise error
        self._longest = min(self._longest * 2, 0.5)
        return Pause(min(self.left, random.uniform(self._longest / 2, self._longest)))  # noqa: S311


def _sent(request: Request, attempts: int) -> Exchange[Answer]:
    while True:
        attempts -= 1
        try:
            answer: Answer = yield request
            return answer
        except errors.CannotConnect:
            if attempts <= 0:
                raise
        yield Pause(random.uniform(0.05, 0.2))  # noqa: S311


def _statement(sql: str, arguments: Sequence[Any]) -> dict[str, Any]:
    return {"sql": sql, **_arguments(arguments)}


def _arguments(arguments: Sequence[Any]) -> dict[str, Any]:
    return {"args": [encode(each) for each in arguments]} if arguments else {}


def _batches(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _response(result: dict[str, Any]) -> dict[str, Any]:
    """What a request of the pipeline gave."""
    if result["type"] == "error":
        raise errors.of_statement(result["error"])
    response: dict[str, Any] = result["response"]
    return response


def _result(found: dict[str, Any]) -> Result:
    rowid = found["last_insert_rowid"]
    return Result(
        [each["name"] or "" for each in found["cols"]],
        decode_rows(found["rows"]),
        found["affected_row_count"],
        None if rowid is None else int(rowid),
    )


def _refusal(answer: Answer, address: Address, *, known_stream: bool) -> errors.Error:
    """The error of a request that was refused. Text that is no JSON comes from a proxy, and may name addresses."""
    said, code = None, None
    try:
        found = msgspec.json.decode(answer.body)
        said, code = found.get("message") or found.get("error"), found.get("code")
    except (msgspec.DecodeError, AttributeError):
        pass
    if answer.status == 401:
        code = address.token_problem()
    message = f"the server answered with status {answer.status}" + (f": {said}" if said else "")
    return errors.of_status(answer.status, message, code, known_stream=known_stream)


def closing(request: Request, answer: Answer) -> Request | None:
    """What closes the stream of an answer that nobody waits for any more."""
    try:
        found = msgspec.json.decode(answer.body)
        baton, base = found["baton"], found["base_url"] or request.base
    except (msgspec.DecodeError, KeyError, TypeError):
        return None
    return Request(base, msgspec.json.encode({"baton": baton, "requests": [_CLOSE]})) if baton else None


def _first_word(sql: str) -> str:
    words = sql.split(None, 1)
    return words[0].upper().rstrip(";") if words else ""
