"""``adopt`` and ``doctor``."""

from typing import Annotated

import typer

from .. import migrations
from .failures import DRIFT, FOUND, REFUSED
from .migrating import LockTimeout, StatementTimeout
from .options import Json, Schema, Url
from .output import show_json


def adopt(
    url: Url,
    schema: Schema = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this nothing is changed.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the script of what would be run, for review.")] = False,
    lock_timeout: LockTimeout = migrations.LOCK_TIMEOUT,
    statement_timeout: StatementTimeout = migrations.STATEMENT_TIMEOUT,
    json: Json = False,
) -> None:
    """Put tables that a Mastra app made under version control. Without --apply only say what would be done.

    A dry run ends with 3 where there is something to do. What is not understood ends with 6.
    """
    if apply and sql:
        raise typer.BadParameter("--sql prints what --apply would run: give one of them")
    report = migrations.adopt(
        url, schema=schema, apply=apply, lock_timeout=lock_timeout, statement_timeout=statement_timeout
    )
    if json:
        show_json(report)
    else:
        typer.echo(report.sql if sql and not report.refused else report, nl=not (sql and report.sql))
    if report.refused:
        raise typer.Exit(REFUSED)
    if not report.applied and report.revision is None:
        raise typer.Exit(DRIFT)


def doctor(
    url: Url,
    schema: Schema = None,
    statement_timeout: StatementTimeout = migrations.STATEMENT_TIMEOUT,
    json: Json = False,
) -> None:
    """Examine what is stored, and change nothing. Ends with 7 where something was found."""
    diagnosis = migrations.doctor(url, schema=schema, statement_timeout=statement_timeout)
    if json:
        show_json(diagnosis)
    else:
        typer.echo(diagnosis)
    if diagnosis.findings or diagnosis.unfinished:
        raise typer.Exit(FOUND)
