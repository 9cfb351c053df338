"""A Node process in which the real TypeScript stores run; see ``peer.mjs`` for what is said on its pipes."""

import json
import os
import selectors
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tests.servers import MissingServerError, node

HERE = Path(__file__).parent
ANSWER_WITHIN = 120
"""Seconds: an answer that takes longer never comes."""


class TypeScriptError(Exception):
    """What a TypeScript store threw."""

    def __init__(self, thrown: dict[str, str | None]) -> None:
        super().__init__("{name} {id}: {message}".format_map(thrown))
        self.id = thrown["id"]


class Peer:
    """The process. Values travel as JSON; times as aware datetimes."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers
        self._answered = selectors.DefaultSelector()
        self._answered.register(answers, selectors.EVENT_READ)

    @contextmanager
    def open(
        self, backend: str, url: str, *, schema: str | None = None, token: str | None = None
    ) -> Iterator["TypeScriptStore"]:
        """A store of ``pg``, ``libsql`` or ``mongodb``, which makes its tables where they are missing."""
        number = self.ask(call="open", args={"backend": backend, "url": url, "schema": schema, "token": token})
        try:
            yield TypeScriptStore(self, number)
        finally:
            self.ask(call="close", store=number)

    def ask(self, **request: Any) -> Any:
        self._requests.write(json.dumps(request, default=_tagged) + "\n")
        self._requests.flush()
        if not self._answered.select(ANSWER_WITHIN):
            raise TimeoutError(f"no answer within {ANSWER_WITHIN} s to {request['call']}")
        answer = json.loads(self._answers.readline(), object_hook=_untagged)
        if "error" in answer:
            raise TypeScriptError(answer["error"])
        return answer["result"]


class TypeScriptStore:
    """One store of the process."""

    def __init__(self, peer: Peer, number: int) -> None:
        self._peer = peer
        self._number = number

    def call(self, method: str, *argument: Any, **fields: Any) -> Any:
        """Call ``"memory.saveThread"`` with an object of ``fields``, or with the one argument that is not an object."""
        return self._peer.ask(store=self._number, call=method, args=argument[0] if argument else fields)


@contextmanager
def peer() -> Iterator[Peer]:
    """Start the process and end it.

    Raises:
        MissingServerError: Node or the TypeScript packages are not installed.
    """
    executable = node.executable()
    if not node.is_installed(HERE):
        raise MissingServerError("run `make servers`")
    environment = {"PATH": os.defpath, "TZ": "UTC", "MASTRA_TELEMETRY_DISABLED": "1"}
    with subprocess.Popen(
        [executable, "peer.mjs"],
        cwd=HERE,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Peer(process.stdin, process.stdout)
        # The end of its input ends the program.


def _tagged(value: object) -> Any:
    if isinstance(value, datetime):
        return {"$date": value.isoformat()}
    raise TypeError(f"{value!r} has no form in JSON")


def _untagged(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["$date"]) if value.keys() == {"$date"} else value
