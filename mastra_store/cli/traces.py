"""``traces list`` and ``traces show``."""

import asyncio
from collections import defaultdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from ..domains.trace_filters import TraceFilters
from ..errors import NotFound
from ..pages import Page
from ..records.observability import LightSpan, LightTrace
from .options import Json, PageNumber, PerPage, Schema, Url, storage
from .output import console, show_json, show_page

app = typer.Typer(no_args_is_help=True, help="Traces of what agents and tools did.")


@app.command("list")
def list_traces(
    url: Url,
    schema: Schema = None,
    status: Annotated[str | None, typer.Option(help="Only those that are running, success or error.")] = None,
    thread: Annotated[str | None, typer.Option(help="Only those of this thread.")] = None,
    page: PageNumber = 0,
    per_page: PerPage = 20,
    json: Json = False,
) -> None:
    """List traces, newest first."""
    filters: TraceFilters = {}
    if status is not None:
        filters["status"] = status
    if thread is not None:
        filters["thread_id"] = thread
    found = asyncio.run(_list(url, schema, filters, page, per_page))
    show_page(found, ["trace_id", "name", "span_type", "status", "started_at"], as_json=json)


@app.command("show")
def show_trace(
    trace_id: Annotated[str, typer.Argument(help="The trace's id.")],
    url: Url,
    schema: Schema = None,
    json: Json = False,
) -> None:
    """Show the spans of a trace as a tree, with how long each took."""
    trace = asyncio.run(_read(url, schema, trace_id))
    if json:
        show_json(trace)
    else:
        console().print(tree(trace))


def tree(trace: LightTrace) -> Tree:
    """The spans below those that they belong to. One whose parent is not there stands at the top."""
    there = {span.span_id for span in trace.spans}
    children: dict[str | None, list[LightSpan]] = defaultdict(list)
    for span in trace.spans:
        children[span.parent_span_id if span.parent_span_id in there else None].append(span)
    root = Tree(escape(trace.trace_id))
    open_branches = [(root, span) for span in reversed(children[None])]
    while open_branches:
        branch, span = open_branches.pop()
        below = branch.add(_line(span))
        open_branches += [(below, child) for child in reversed(children[span.span_id])]
    return root


def _line(span: LightSpan) -> str:
    took = "running" if span.ended_at is None else f"{(span.ended_at - span.started_at).total_seconds() * 1000:.0f} ms"
    failed = "  [red]error[/red]" if span.error is not None else ""
    return f"{escape(span.name)}  [dim]{span.span_type}  {took}[/dim]{failed}"


async def _list(url: str, schema: str | None, filters: TraceFilters, page: int, per_page: int) -> Page[LightSpan]:
    async with storage(url, schema) as opened:
        return await opened.observability.list_traces_light(page=page, per_page=per_page, **filters)


async def _read(url: str, schema: str | None, trace_id: str) -> LightTrace:
    async with storage(url, schema) as opened:
        trace = await opened.observability.get_trace_light(trace_id)
        if trace is None:
            raise NotFound("trace", trace_id=trace_id)
        return trace
