"""``copy``."""

import asyncio
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ..errors import masked
from ..records.copying import CopiedTable, CopyProgress
from ..storage import Storage
from .options import Json, Yes
from .output import show

Where = Annotated[str | None, typer.Option(metavar="NAME", help="The PostgreSQL schema of the tables there.")]


def copy(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The database to read, as a URL or path.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The database to write to, likewise.")],
    source_schema: Where = None,
    target_schema: Where = None,
    domain: Annotated[
        list[str] | None, typer.Option(help="Only this domain, as memory, or vectors. May be given several times.")
    ] = None,
    on_conflict: Annotated[
        Literal["fail", "skip", "replace"],
        typer.Option(help="What becomes of a row that the target has: refuse all, keep it, overwrite it."),
    ] = "fail",
    verify: Annotated[bool, typer.Option("--verify", help="Read everything again afterwards and compare it.")] = False,
    batch_size: Annotated[int | None, typer.Option(help="Rows of one transaction.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, and write nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Copy all rows and vectors from one database to another. Goes on where an earlier call was broken off."""
    if on_conflict == "replace" and not dry_run and not yes:
        typer.confirm(f"Overwrite rows of {masked(target)}?", abort=True)
    copied = asyncio.run(
        _copy(
            _opened(source, source_schema, creates=False),
            _opened(target, target_schema, creates=not dry_run),
            domain or None,
            on_conflict,
            verify=verify,
            batch_size=batch_size,
            dry_run=dry_run,
        )
    )
    show((each.to_dict() for each in copied), ["domain", "table", "copied", "skipped", "verified"], as_json=json)


def _opened(url: str, schema: str | None, *, creates: bool) -> Storage:
    from ..connect import open_storage

    options = {} if schema is None else {"schema_name": schema}
    return open_storage(url, create_schema="if_missing" if creates else "never", **options)


async def _copy(
    source: Storage,
    target: Storage,
    domains: list[str] | None,
    on_conflict: Literal["fail", "skip", "replace"],
    *,
    verify: bool,
    batch_size: int | None,
    dry_run: bool,
) -> list[CopiedTable]:
    from .. import copying

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks = {}

        def progress(so_far: CopyProgress) -> None:
            name = f"{so_far.domain}.{so_far.table}" + (" compared" if so_far.verifying else "")
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=so_far.total)
            bar.update(tasks[name], completed=so_far.done, total=so_far.total)

        async with source, target:
            return await copying.copy(
                source,
                target,
                domains=domains,
                on_conflict=on_conflict,
                verify=verify,
                batch_size=batch_size,
                dry_run=dry_run,
                progress=progress,
            )
