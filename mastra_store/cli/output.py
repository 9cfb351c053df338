"""What commands print: tables for people, JSON for programs, both on stdout."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from .. import jsontext
from ..pages import Page
from ..records.base import Record


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as a table, or as a JSON array of all that they hold.

    Args:
        columns: what of them the table shows, in order.
    """
    if as_json:
        show_json(list(rows))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    shown = console()
    with shown.capture() as captured:
        shown.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def show_page(page: Page[Record], columns: Sequence[str], *, as_json: bool) -> None:
    """A page of records, and how many there are in all."""
    if as_json:
        show_json({"items": list(page), "total": page.total, "page": page.page, "hasMore": page.has_more})
        return
    show((record.to_dict() | {"status": getattr(record, "status", None)} for record in page), columns, as_json=False)
    typer.echo(f"{len(page)} of {page.total}, page {page.page}", err=True)


def show_json(value: Any) -> None:
    typer.echo(jsontext.encode(msgspec.to_builtins(value)))


def console() -> Console:
    # Lines that go to a file or a program are not cut.
    return Console(soft_wrap=True) if Console().is_terminal else Console(width=1000)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
