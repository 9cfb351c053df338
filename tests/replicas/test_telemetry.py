"""What telemetry is told of the choice among servers."""

from collections import Counter

from mastra_store.sql.database import RoundTrips, Routed, Waited
from tests.replicas.conftest import Open
from tests.servers.postgres import Standby

HELLO = [{"role": "user", "content": "Hello"}]


async def test_each_read_says_who_was_to_answer_and_why(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)
    memory, told = setting.storage.memory, Counter[tuple[str, str]]()

    def listen(event: RoundTrips | Waited | Routed) -> None:
        if isinstance(event, Routed):
            told[event.server.role, event.why] += 1

    setting.storage.observers.listen(listen)
    await memory.get_thread_by_id("t")
    await memory.save_messages("t", HELLO)
    await memory.get_thread_by_id("t")
    standby.kill()
    await memory.get_thread_by_id("t")

    assert told == {("replica", "replica"): 1, ("primary", "own_writes"): 1, ("primary", "no_replica"): 1}


async def test_each_statement_says_where_it_ran(opened: Open, standby: Standby) -> None:
    setting = await opened(standby)
    roles = []

    setting.storage.observe(lambda executed: roles.append(executed.server and executed.server.role))
    await setting.storage.memory.get_thread_by_id("t")
    await setting.storage.memory.save_messages("t", HELLO)

    assert roles[0] == "replica"
    assert set(roles[1:]) == {"primary"}
