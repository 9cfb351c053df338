"""Every declared index says which method it serves: one that none needs would only slow down writing."""

import re
from pathlib import Path

import pytest

from mastra_store import models

MODULES = sorted(Path(models.__file__).parent.glob("*.py"))
METHOD = r"\b[a-z]+(_[a-z]+)+\b|\bMastra's own\b"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_comment_above_each_index_names_its_method(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()

    unexplained = [
        line.strip()
        for above, line in zip(["", *lines], lines, strict=False)
        if line.strip().startswith("Index(") and not (above.strip().startswith("#") and re.search(METHOD, above))
    ]

    assert unexplained == []
