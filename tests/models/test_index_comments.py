"""Every declared index says which method it serves: one that none needs would only slow down writing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mastra_store import models

MODULES = sorted(Path(models.__file__).parent.glob("*.py"))
METHOD = r"\b[a-z]+(_[a-z]+)+\b|\bprune\b|\bMastra's own\b"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_comment_above_each_index_names_its_method(module: Path) -> None:
    comments = list(comments_above_indexes(module.read_text(encoding="utf-8")))

    assert [comment for comment in comments if not re.search(METHOD, comment)] == []


def comments_above_indexes(source: str) -> Iterator[str]:
    comment = ""
    for line in map(str.strip, source.splitlines()):
        if line.startswith("Index("):
            yield comment
        comment = comment + line if line.startswith("#") else ""
