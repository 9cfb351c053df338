"""``threads list`` and ``threads show``."""

import asyncio
from typing import Annotated

import typer

from ..errors import NotFound
from ..pages import Page
from ..records.memory import Message, Thread
from .options import Json, PageNumber, PerPage, Schema, Url, storage
from .output import show, show_json, show_page

app = typer.Typer(no_args_is_help=True, help="Conversations.")


@app.command("list")
def list_threads(
    url: Url,
    schema: Schema = None,
    resource: Annotated[str | None, typer.Option(help="Only those of this resource.")] = None,
    page: PageNumber = 0,
    per_page: PerPage = 20,
    json: Json = False,
) -> None:
    """List threads, newest first."""
    found = asyncio.run(_list(url, schema, resource, page, per_page))
    show_page(found, ["id", "resource_id", "title", "updated_at"], as_json=json)


@app.command("show")
def show_thread(
    thread_id: Annotated[str, typer.Argument(help="The thread's id.")],
    url: Url,
    schema: Schema = None,
    json: Json = False,
) -> None:
    """Show a thread's messages, oldest first."""
    thread, messages = asyncio.run(_read(url, schema, thread_id))
    if json:
        show_json({"thread": thread, "messages": messages})
    else:
        rows = ({"at": each.created_at, "role": each.role, "text": each.text} for each in messages)
        show(rows, ["at", "role", "text"], as_json=False)


async def _list(url: str, schema: str | None, resource: str | None, page: int, per_page: int) -> Page[Thread]:
    async with storage(url, schema) as opened:
        return await opened.memory.list_threads(resource_id=resource, page=page, per_page=per_page)


async def _read(url: str, schema: str | None, thread_id: str) -> tuple[Thread, list[Message]]:
    async with storage(url, schema) as opened:
        thread = await opened.memory.get_thread_by_id(thread_id)
        if thread is None:
            raise NotFound("thread", thread_id=thread_id)
        return thread, await opened.memory.get_messages(thread_id)
