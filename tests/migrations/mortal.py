"""A migrator that is killed before its n-th step: ``python -m tests.migrations.mortal URL COMMAND N``.

A step is a statement or a commit, on a LibSQL server a request. Without N it lives, and prints how many steps it took.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from mastra_store import migrations
from mastra_store.hrana.transport import SyncTransport


class Steps:
    """Counts steps, and ends the process at the last."""

    def __init__(self, last: int | None) -> None:
        self.taken = 0
        self._last = last

    def __call__(self, *_: Any) -> None:
        self.taken += 1
        if self.taken == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, command: str, last: str | None = None) -> None:
    steps = Steps(int(last) if last else None)
    if url.startswith("libsql"):
        run = SyncTransport.run

        def counted(self: SyncTransport, exchange: Any) -> Any:
            steps()
            return run(self, exchange)

        SyncTransport.run = counted  # type: ignore[method-assign]
    else:
        event.listen(Engine, "before_cursor_execute", steps)
        event.listen(Engine, "commit", steps)
    if command == "adopt":
        migrations.adopt(url, apply=True)
    else:
        migrations.upgrade(url)
    print(steps.taken)


if __name__ == "__main__":
    main(*sys.argv[1:])
