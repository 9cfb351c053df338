"""``prune``."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from ..errors import InvalidArgument
from ..records.retention import PrunedTable
from .options import Json, Schema, Url, Yes, storage
from .output import show


def prune(
    policies: Annotated[
        list[str], typer.Argument(metavar="DOMAIN.TABLE=AGE...", help="What to delete, as memory.messages=30d.")
    ],
    url: Url,
    schema: Schema = None,
    batch_size: Annotated[int, typer.Option(help="Rows of one transaction.")] = 1000,
    max_rows: Annotated[int | None, typer.Option(help="Rows of a table at most.")] = None,
    pause: Annotated[float, typer.Option(help="Seconds between two batches.")] = 0.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is old and delete nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Delete rows that are older than an age, in batches. Can be stopped, and goes on when run again."""
    chosen = _policies(policies, batch_size)
    if not dry_run and not yes:
        typer.confirm(f"Delete what is older than {', '.join(policies)}?", abort=True)
    pruned = asyncio.run(_prune(url, schema, chosen, max_rows, pause, dry_run))
    show((each.to_dict() for each in pruned), ["domain", "table", "deleted", "done"], as_json=json)


def _policies(given: list[str], batch_size: int) -> dict[str, dict[str, dict[str, object]]]:
    policies: dict[str, dict[str, dict[str, object]]] = {}
    for each in given:
        place, equals, age = each.partition("=")
        domain, dot, table = place.partition(".")
        if not equals or not dot:
            raise InvalidArgument("policy", f"must be DOMAIN.TABLE=AGE, as memory.messages=30d, not {each!r}")
        policies.setdefault(domain, {})[table] = {"max_age": age, "batch_size": batch_size}
    return policies


async def _prune(
    url: str,
    schema: str | None,
    policies: dict[str, dict[str, dict[str, object]]],
    max_rows: int | None,
    pause: float,
    dry_run: bool,
) -> list[PrunedTable]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} rows"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def progress(so_far: PrunedTable) -> None:
            if so_far.table not in tasks:
                tasks[so_far.table] = bar.add_task(so_far.table, total=None)
            bar.update(tasks[so_far.table], completed=so_far.deleted)

        async with storage(url, schema) as opened:
            return await opened.prune(policies, dry_run=dry_run, max_rows=max_rows, pause=pause, progress=progress)
