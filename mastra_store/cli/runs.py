"""``runs list`` and ``runs show``."""

import asyncio
from typing import Annotated

import typer

from ..errors import NotFound
from ..pages import Page
from ..records.workflows import WorkflowRun
from .options import Json, PageNumber, PerPage, Schema, Url, storage
from .output import show, show_json, show_page

app = typer.Typer(no_args_is_help=True, help="Runs of workflows.")


@app.command("list")
def list_runs(
    url: Url,
    schema: Schema = None,
    workflow: Annotated[str | None, typer.Option(help="Only those of this workflow.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those with this status.")] = None,
    page: PageNumber = 0,
    per_page: PerPage = 20,
    json: Json = False,
) -> None:
    """List runs, newest first."""
    found = asyncio.run(_list(url, schema, workflow, status, page, per_page))
    show_page(found, ["run_id", "workflow_name", "status", "updated_at"], as_json=json)


@app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    url: Url,
    schema: Schema = None,
    workflow: Annotated[str | None, typer.Option(help="The workflow, where several have such a run.")] = None,
    json: Json = False,
) -> None:
    """Show a run and what became of its steps."""
    run = asyncio.run(_read(url, schema, run_id, workflow))
    if json:
        show_json(run)
        return
    show([run.to_dict() | {"status": run.status}], ["run_id", "workflow_name", "status", "updated_at"], as_json=False)
    steps = run.snapshot.get("context", {})
    rows = ({"step": name, "status": step.get("status")} for name, step in steps.items() if isinstance(step, dict))
    show(rows, ["step", "status"], as_json=False)


async def _list(
    url: str, schema: str | None, workflow: str | None, status: str | None, page: int, per_page: int
) -> Page[WorkflowRun]:
    async with storage(url, schema) as opened:
        return await opened.workflows.list_runs(workflow_id=workflow, status=status, page=page, per_page=per_page)


async def _read(url: str, schema: str | None, run_id: str, workflow: str | None) -> WorkflowRun:
    async with storage(url, schema) as opened:
        run = await opened.workflows.get_run(run_id, workflow_id=workflow)
        if run is None:
            raise NotFound("workflow run", run_id=run_id, workflow_name=workflow)
        return run
