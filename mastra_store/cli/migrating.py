"""Commands about revisions: ``upgrade``, ``downgrade``, ``current``, ``check``, ``history``."""

from typing import Annotated

import typer

from .. import migrations
from ..errors import MastraError
from .failures import BEHIND, DRIFT
from .options import Json, Schema, Schemas, Url, Yes
from .output import show

LockTimeout = Annotated[float, typer.Option(help="Seconds to wait for another migrator, and for each lock.")]
StatementTimeout = Annotated[float, typer.Option(help="Seconds that one statement may take (PostgreSQL).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the SQL and run nothing.")]


def upgrade(
    url: Url,
    schema: Schemas = None,
    revision: Annotated[str, typer.Option(help="The revision to come to.")] = "head",
    lock_timeout: LockTimeout = migrations.LOCK_TIMEOUT,
    statement_timeout: StatementTimeout = migrations.STATEMENT_TIMEOUT,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Bring the tables to a revision, each schema in one transaction. Does nothing if they are there.

    A schema that fails does not keep the others from being upgraded; the first failure is how the command ends.
    """
    if dry_run:
        for name in _each(schema):
            typer.echo(_script(url, name, migrations.current(url, schema=name), revision))
        return
    done: list[dict[str, object]] = []
    failures: list[MastraError] = []
    for name in _each(schema):
        row: dict[str, object] = {"schema": name, "before": None, "now": None}
        done.append(row)
        try:
            row["before"] = row["now"] = migrations.current(url, schema=name)
            migrations.upgrade(
                url, schema=name, revision=revision, lock_timeout=lock_timeout, statement_timeout=statement_timeout
            )
            row["now"] = migrations.current(url, schema=name)
        except MastraError as error:
            row["problem"] = f"{type(error).__name__}: {error.message}"
            failures.append(error)
    if len(done) > 1 or not failures:
        show(done, ["schema", "before", "now", *(["problem"] if failures else [])], as_json=json)
    if failures:
        raise failures[0]


def downgrade(
    revision: Annotated[str, typer.Argument(help="The revision to go back to; base drops every table.")],
    url: Url,
    schema: Schema = None,
    lock_timeout: LockTimeout = migrations.LOCK_TIMEOUT,
    statement_timeout: StatementTimeout = migrations.STATEMENT_TIMEOUT,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Take the tables back to a revision. What the dropped tables held is lost."""
    if dry_run:
        typer.echo(_script(url, schema, migrations.current(url, schema=schema), revision))
        return
    if not yes:
        typer.confirm(f"Go back to {revision} and lose what newer tables hold?", abort=True)
    migrations.downgrade(url, revision, schema=schema, lock_timeout=lock_timeout, statement_timeout=statement_timeout)


def current(url: Url, schema: Schemas = None, json: Json = False) -> None:
    """Print the revision of the tables. Ends with 4 where it is missing or behind."""
    found = [{"schema": name, "revision": migrations.current(url, schema=name)} for name in _each(schema)]
    show(found, ["schema", "revision"], as_json=json)
    if any(each["revision"] in (None, *migrations.REVISIONS[:-1]) for each in found):
        raise typer.Exit(BEHIND)


def check(url: Url, schema: Schema = None, json: Json = False) -> None:
    """Compare the tables with this version's models. Ends with 3 where they differ."""
    differences = migrations.check(url, schema=schema)
    show([{"difference": each} for each in differences], ["difference"], as_json=json)
    if differences:
        raise typer.Exit(DRIFT)


def history(json: Json = False) -> None:
    """List the revisions, oldest first."""
    show(migrations.history(), ["revision", "title"], as_json=json)


def _each(schemas: list[str] | None) -> list[str | None]:
    return [*schemas] if schemas else [None]


def _script(url: str, schema: str | None, before: str | None, revision: str) -> str:
    dialect = migrations.dialect_of(url)
    return migrations.render_sql(dialect, schema=schema, start=before or "base", end=revision)
