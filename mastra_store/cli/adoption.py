"""``adopt``."""

import typer

from .. import migrations
from .options import Schema, Url, Yes


def adopt(url: Url, schema: Schema = None, yes: Yes = False) -> None:
    """Put tables that a Mastra app made under version control. Rows and columns stay as they are."""
    if not yes:
        typer.confirm("Make what is missing beside the tables of this Mastra app?", abort=True)
    migrations.adopt(url, schema=schema)
    typer.echo(migrations.current(url, schema=schema))
