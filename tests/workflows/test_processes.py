"""Many processes that change one run at the same moment."""

import subprocess
import sys
from collections.abc import Sequence

from mastra_store import open_storage
from tests.conftest import VERSIONS

PROCESSES, RESULTS = 8, 100
ELSEWHERE = 4, 25
"""On LibSQL, since sqld may stop giving its lock to anybody when many processes want it (docs/libsql.md); and where
such a crowd says nothing more: on the older PostgreSQL, and on SecantusDB, which is slow."""
CLAIMANTS = 50

# Both say that they are ready and then wait for a line, so that all begin together.
STORE_RESULTS = """
import asyncio, sys
from mastra_store import open_storage

async def main(url, process, results):
    async with open_storage(url) as storage:
        print("ready", flush=True)
        input()
        for number in range(int(results)):
            await storage.workflows.update_workflow_results(
                "daily", "run", step_id=f"{process}-{number}", result={"status": "success", "output": number}
            )

asyncio.run(main(*sys.argv[1:]))
"""
CLAIM = """
import asyncio, sys
from mastra_store import open_storage

async def main(url, *claimants):
    async with open_storage(url) as storage:
        print("ready", flush=True)
        input()
        claims = await asyncio.gather(*[
            storage.workflows.update_workflow_state(
                "daily", "run", status="running", expected_status=["pending", "waiting"], result={"claimant": claimant}
            )
            for claimant in claimants
        ])
    print(sum(claim is not None for claim in claims))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_results_of_all_processes_are_kept_though_none_made_the_run(
    storage_url: str, storage_backend: str
) -> None:
    crowded = storage_backend in ("sqlite", next(iter(VERSIONS)))
    processes, results = (PROCESSES, RESULTS) if crowded else ELSEWHERE
    arguments = [(storage_url, f"process{number}", str(results)) for number in range(processes)]

    at_once(STORE_RESULTS, arguments)

    async with open_storage(storage_url) as storage:
        snapshot = await storage.workflows.load_workflow_snapshot("daily", "run")
        assert snapshot is not None
        assert snapshot["context"] == {
            f"process{process}-{number}": {"status": "success", "output": number}
            for process in range(processes)
            for number in range(results)
        }


async def test_of_claimants_in_several_processes_one_wins(storage_url: str) -> None:
    async with open_storage(storage_url) as storage:
        await storage.workflows.create_run(workflow_id="daily", run_id="run")
    claimants = [str(number) for number in range(CLAIMANTS)]

    wins = at_once(CLAIM, [(storage_url, *claimants[process::4]) for process in range(4)])

    assert sorted(wins) == ["0", "0", "0", "1"]


def at_once(program: str, arguments: Sequence[tuple[str, ...]]) -> list[str]:
    """Run a program in one process for each of ``arguments``, all starting together. What they print after that."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, *each], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for each in arguments
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=120)[0].strip() for process in running]
        assert [process.returncode for process in running] == [0] * len(running)
        return printed
    finally:
        for process in running:
            process.kill()
            process.wait()
