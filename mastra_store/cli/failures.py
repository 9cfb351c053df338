"""How a command that fails ends the program: one line on stderr, and a status that says what kind it was."""

import sys
from typing import Any

import typer

from ..errors import AdoptionRefused, InvalidArgument, LockTimeout, MastraError, SchemaBehind, SchemaMissing

FAILED, USAGE, DRIFT, BEHIND, LOCKED, REFUSED, FOUND = range(1, 8)

_STATUS: tuple[tuple[type[MastraError], int], ...] = (
    (InvalidArgument, USAGE),
    (SchemaBehind, BEHIND),
    (SchemaMissing, BEHIND),
    (AdoptionRefused, REFUSED),
    (LockTimeout, LOCKED),
    (MastraError, FAILED),
)


class Commands(typer.core.TyperGroup):
    """The program's commands. An error of ours that leaves one is shown as a line, with ``--debug`` as it came."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except MastraError as error:
            if ctx.params.get("debug"):
                raise
            print(f"{type(error).__name__}: {error.message}", file=sys.stderr)
            raise typer.Exit(next(status for kind, status in _STATUS if isinstance(error, kind))) from error
