"""The options that several commands have."""

from typing import Annotated

import typer

from ..storage import Storage

Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar=["MASTRA_STORE_URL", "DATABASE_URL"],
        metavar="URL",
        help="The database: postgresql://..., sqlite:///... or a path.",
    ),
]
Schema = Annotated[
    str | None,
    typer.Option("--schema", envvar="MASTRA_STORE_SCHEMA", metavar="NAME", help="The PostgreSQL schema of the tables."),
]
Schemas = Annotated[
    list[str] | None,
    typer.Option(
        "--schema",
        envvar="MASTRA_STORE_SCHEMA",
        metavar="NAME",
        help="The PostgreSQL schema of the tables. May be given several times, for several tenants.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
PageNumber = Annotated[int, typer.Option("--page", help="Which page, from 0.")]
PerPage = Annotated[int, typer.Option("--per-page", help="Rows in a page.")]


def storage(url: str, schema: str | None) -> Storage:
    """The storage of a command that looks: it runs no DDL."""
    from ..connect import open_storage

    options = {} if schema is None else {"schema_name": schema}
    return open_storage(url, create_schema="never", **options)
