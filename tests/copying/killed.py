"""A copy in a process of its own, which says how far it has come: ``killed SOURCE TARGET``.

With ``DIE_AFTER`` in its environment it kills itself when it has said so many lines, with ``DIE_IN`` when it has copied
something of that table.
"""

import asyncio
import os
import signal
import sys
from itertools import count

from mastra_store import CopyProgress, copy, open_storage

LINES = count(1)


def tell(progress: CopyProgress) -> None:
    print(progress.table, progress.done, flush=True)
    in_the_middle = 0 < progress.done < progress.total and progress.table == os.environ.get("DIE_IN")
    if in_the_middle or next(LINES) == int(os.environ.get("DIE_AFTER", 0)):
        os.kill(os.getpid(), signal.SIGKILL)


async def main(source_url: str, target_url: str) -> None:
    async with open_storage(source_url) as source, open_storage(target_url) as target:
        await copy(source, target, batch_size=7, progress=tell)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
