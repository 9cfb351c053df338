"""The command line, ``mastra-store``: every command is a thin cover of a public function.

Needs the extra: ``pip install "mastra-store[cli]"``.
"""


def main() -> None:
    """Run the command that the arguments name."""
    try:
        from .app import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich", "typer"):
            raise
        raise SystemExit('the command line needs its extra: pip install "mastra-store[cli]"') from missing
    app()
