"""The main job in one minute: a conversation, a workflow run, and both in one transaction.

``python examples/quickstart.py`` uses an SQLite file that is gone afterwards; give a URL to use another database:
``python examples/quickstart.py postgresql://user:password@host/database``.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from mastra_store import export_schemas, open_storage


class ChangedMindError(Exception):
    """Raised to show what happens to a unit of work that fails."""


def heading(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


async def main(url: str) -> None:
    async with open_storage(url) as storage:
        heading("1. A conversation")
        await storage.memory.save_messages(
            "trip-to-oslo",
            [
                {"role": "user", "content": "What will the weather be like in Oslo tomorrow?"},
                {"role": "assistant", "content": "Light snow, around -3 °C. Pack a warm coat."},
            ],
            resource_id="ada",
        )
        for message in await storage.memory.list_messages("trip-to-oslo"):
            print(f"   {message.created_at:%H:%M:%S}  {message.role:<9}  {message.text}")

        heading("2. A workflow run, updated together with the conversation")
        await storage.workflows.create_run(workflow_id="book-trip", run_id="run-1", status="running", resource_id="ada")
        async with storage.transaction() as tx:
            await tx.memory.save_messages("trip-to-oslo", [{"role": "assistant", "content": "Your train is booked."}])
            await tx.workflows.update_run_status("run-1", "completed")
        run = await storage.workflows.get_run("run-1")
        messages = await storage.memory.get_messages("trip-to-oslo")
        print(f"   committed: run-1 is {run.snapshot['status']!r}, and the thread has {len(messages)} messages")

        heading("3. A unit of work that fails leaves nothing behind")
        try:
            async with storage.transaction() as tx:
                await tx.memory.save_messages("trip-to-oslo", [{"role": "assistant", "content": "Your train is cancelled!"}])
                await tx.workflows.update_run_status("run-1", "failed")
                raise ChangedMindError
        except ChangedMindError:
            pass
        run = await storage.workflows.get_run("run-1")
        messages = await storage.memory.get_messages("trip-to-oslo")
        print(f"   rolled back: run-1 is still {run.snapshot['status']!r}, and the thread still has {len(messages)} messages")

        heading("4. What belongs to ada")
        threads = await storage.memory.list_threads(resource_id="ada")
        runs = await storage.workflows.list_runs(resource_id="ada")
        print(f"   threads: {[thread.id for thread in threads]}   runs: {[run.run_id for run in runs]}")

    heading("5. The same schema, for the DBA to read")
    ddl = export_schemas("app_mastra")
    print(f"   {ddl.count('CREATE TABLE')} tables, {ddl.count('CREATE INDEX')} indexes, {len(ddl):,} characters of SQL; it begins")
    print("\n".join(f"   | {line}" for line in ddl.splitlines()[:7]))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(directory) / 'quickstart.db'}"))
