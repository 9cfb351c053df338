"""What an agent leaves behind, to be copied."""

from datetime import UTC, datetime, timedelta

from mastra_store import Storage

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


async def live(storage: Storage, *, messages: int = 40) -> None:
    """Two threads with messages, a few runs; and scores and spans where there are such."""
    for thread in ("trip", "Übung"):
        await storage.memory.save_messages(
            thread,
            [
                {"id": f"{thread}-{number}", "role": "user", "content": f"Nr. {number}", "created_at": later(number)}
                for number in range(messages // 2)
            ],
            resource_id="ada",
        )
    for number in range(15):
        await storage.workflows.create_run(workflow_id="book", run_id=f"run-{number}", status="running")
    if storage.offers("scores"):
        await storage.scores.save_score(run_id="run-1", metric="accuracy", value=0.5)
        async with storage.observability.span("answer", trace_id="trace-1"):
            await storage.observability.log_tool_call(tool_name="weather", input={}, output={}, duration=150)


def later(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)
