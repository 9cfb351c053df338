"""``schema export``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..schema import export_schemas
from .options import Schema

app = typer.Typer(no_args_is_help=True, help="The schema as SQL.")


@app.command()
def export(
    schema: Schema = None,
    dialect: Annotated[Literal["postgresql", "sqlite"], typer.Option(help="Whose SQL.")] = "postgresql",
    output: Annotated[Path | None, typer.Option(help="The file to write; stdout without it.")] = None,
) -> None:
    """Print the complete DDL, made without a database. It is safe to apply twice."""
    ddl = export_schemas(schema, dialect)
    if output is None:
        typer.echo(ddl, nl=False)
    else:
        output.write_text(ddl, encoding="utf-8")
