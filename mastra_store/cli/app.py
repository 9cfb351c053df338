"""The program: its commands, what every one of them understands, and how failures end it."""

from typing import Annotated

import typer

from . import (
    adoption,
    connection,
    copying,
    demonstration,
    grants,
    migrating,
    pruning,
    runs,
    schema,
    scores,
    threads,
    traces,
)
from .failures import Commands

app = typer.Typer(
    name="mastra-store",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Every option may also be an environment variable: MASTRA_STORE_UPGRADE_LOCK_TIMEOUT.
    context_settings={"auto_envvar_prefix": "MASTRA_STORE", "help_option_names": ["-h", "--help"]},
)


@app.callback()
def program(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")] = False,
) -> None:
    """The storage of Mastra agents: its schema, and what is stored.

    Exit status: 0 done, 1 failed, 2 wrong usage, 3 check or adopt found differences, 4 the schema is missing or behind,
    5 locked, 6 adopt does not understand something, 7 doctor found something.
    """


app.command()(migrating.upgrade)
app.command()(migrating.downgrade)
app.command()(migrating.current)
app.command()(migrating.check)
app.command()(migrating.history)
app.command()(adoption.adopt)
app.command()(adoption.doctor)
app.command()(copying.copy)
app.command()(grants.grants)
app.command()(connection.ping)
app.command()(pruning.prune)
app.command()(scores.scores)
app.command()(demonstration.demo)
app.add_typer(schema.app, name="schema")
app.add_typer(threads.app, name="threads")
app.add_typer(runs.app, name="runs")
app.add_typer(traces.app, name="traces")
