"""``grants``."""

from typing import Annotated

import typer

from ..grants import render_grants
from .options import Schema


def grants(
    owner: Annotated[str, typer.Option(help="The role that migrates and owns the tables.")],
    runtime: Annotated[str | None, typer.Option(help="The role of the application: rows alone.")] = None,
    reader: Annotated[str | None, typer.Option(help="A role that may only look.")] = None,
    schema: Schema = None,
) -> None:
    """Print the GRANTs that the roles of a deployment need on PostgreSQL."""
    typer.echo(render_grants(schema=schema, owner=owner, runtime=runtime, reader=reader), nl=False)
