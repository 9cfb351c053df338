"""Running ``mastra-store`` as its users do."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


def mastra_store(*arguments: str, answer: str = "", **environment: str) -> Done:
    """Run a command. Nothing but what the test says is in its environment."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and "MASTRA" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "mastra_store.cli", *arguments],
        input=answer,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
