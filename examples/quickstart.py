"""The main job in one minute: a conversation, a workflow run, both in one transaction, and the schema as SQL.

``python examples/quickstart.py`` uses an SQLite file that is gone afterwards. Give a URL to use another database:
``python examples/quickstart.py postgresql://user:password@host/database``.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from mastra_store import Storage, Transaction, export_schemas, open_storage

THREAD, WORKFLOW, RUN = "trip-to-oslo", "book-trip", "run-1"


class ChangedMindError(Exception):
    """Raised to show what happens to a unit of work that fails."""


async def main(url: str) -> None:
    async with open_storage(url) as storage:
        await forget_earlier_runs(storage)
        await store_a_conversation(storage)
        await run_a_workflow(storage)
        await finish_it_in_one_transaction(storage)
        await change_ones_mind(storage)
        await list_what_belongs_to_ada(storage)
    show_the_schema()


async def store_a_conversation(storage: Storage) -> None:
    heading("1. A conversation is stored, and read back")
    await storage.memory.save_messages(
        THREAD,
        [
            {"role": "user", "content": "What will the weather be like in Oslo tomorrow?"},
            {"role": "assistant", "content": "Light snow, around -3 °C. Shall I book the train?"},
            {"role": "user", "content": "Yes, please!"},
        ],
        resource_id="ada",
    )
    for message in await storage.memory.list_messages(THREAD):
        say(f"{message.role:<9}  {message.text}")


async def run_a_workflow(storage: Storage) -> None:
    heading("2. A workflow runs: two steps at the same time, and no result is lost")
    await storage.workflows.create_run(workflow_id=WORKFLOW, run_id=RUN, status="running", resource_id="ada")
    await asyncio.gather(
        storage.workflows.update_workflow_results(WORKFLOW, RUN, step_id="train", result={"output": "seat 61, window"}),
        storage.workflows.update_workflow_results(WORKFLOW, RUN, step_id="hotel", result={"output": "room 204"}),
    )
    snapshot = await storage.workflows.load_workflow_snapshot(WORKFLOW, RUN)
    for step in ("train", "hotel"):
        say(f"{step:<9}  {snapshot['context'][step]['output']}")


async def finish_it_in_one_transaction(storage: Storage) -> None:
    heading("3. One transaction: the run succeeds and the conversation learns of it, or neither")
    async with storage.transaction() as tx:
        await tx.memory.save_messages(THREAD, [{"role": "assistant", "content": "Booked: seat 61, at the window."}])
        await tx.workflows.update_run_status(RUN, "completed")
    say(f"committed    {await state_of(storage)}")


async def change_ones_mind(storage: Storage) -> None:
    heading("4. A transaction that fails leaves nothing behind")
    try:
        async with storage.transaction() as tx:
            await tx.memory.save_messages(THREAD, [{"role": "assistant", "content": "Cancelled!"}])
            await tx.workflows.update_run_status(RUN, "canceled")
            say(f"inside       {await state_of(tx)}")
            raise ChangedMindError
    except ChangedMindError:
        say(f"rolled back  {await state_of(storage)}")


async def list_what_belongs_to_ada(storage: Storage) -> None:
    heading("5. What belongs to ada")
    for thread in await storage.memory.list_threads(resource_id="ada"):
        say(f"thread  {thread.id}")
    for run in await storage.workflows.list_runs(resource_id="ada"):
        say(f"run     {run.run_id} of {run.workflow_name}: {run.status}")


def show_the_schema() -> None:
    heading("6. The schema as SQL, made without a database, for a DBA to read")
    ddl = export_schemas("app_mastra")
    indexes = len(re.findall("^CREATE (UNIQUE )?INDEX", ddl, re.MULTILINE))
    say(f"{ddl.count('CREATE TABLE')} tables and {indexes} indexes; one of the tables:")
    for line in re.search(r"CREATE TABLE IF NOT EXISTS \S+mastra_threads.*?;", ddl, re.DOTALL)[0].splitlines():
        say(f"| {line}")


async def forget_earlier_runs(storage: Storage) -> None:
    await storage.memory.delete_thread(THREAD)
    await storage.workflows.delete_workflow_run_by_id(RUN, workflow_name=WORKFLOW)


async def state_of(domains: Storage | Transaction) -> str:
    """What a storage, or a transaction, sees."""
    run = await domains.workflows.get_run(RUN)
    messages = await domains.memory.get_messages(THREAD)
    return f"the run is {run.status!r}, the thread has {len(messages)} messages"


def heading(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def say(text: str) -> None:
    print(f"   {text}".rstrip())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(directory) / 'quickstart.db'}"))
