"""The chain of revisions, and what is written twice: in the revisions, where it never changes, and in the package."""

import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from hypothesis import given, strategies as st

from mastra_store import export_schemas, migrations
from mastra_store.revisions import HEAD, REVISIONS
from mastra_store.schema import CUT, first_name, physical_metadata, physical_name, postgresql_extras
from tests.migrations.test_same_schema import NAMES

ROOT = Path(__file__).parent.parent.parent
RULES = ["name", "raw", "lower", "none"]
# Any name that PostgreSQL takes and we do not refuse: no quotes, no dollar, no control characters, 63 bytes at most.
SCHEMAS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\"'\\$"), min_size=1
).filter(lambda name: len(name.encode()) <= 63)


def test_the_revisions_known_without_alembic_are_those_of_the_chain() -> None:
    chain = ScriptDirectory(str(migrations.script_location()))

    assert tuple(each.revision for each in reversed(list(chain.walk_revisions()))) == REVISIONS
    assert chain.get_heads() == [HEAD]


def test_revisions_import_nothing_of_the_package() -> None:
    for path in (migrations.script_location() / "versions").glob("*.py"):
        assert "mastra_store" not in [line.split()[1].partition(".")[0] for line in imports(path)]


@given(st.none() | st.sampled_from([*NAMES, "my-App1", "1st"]) | SCHEMAS, st.sampled_from(RULES), st.data())
def test_revision_1_names_as_the_models_did(schema: str | None, rule: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(index_names()))

    named = revision("0001")["name"](name, rule, schema)

    assert named == first_name(name, rule, schema)
    assert 1 <= len(named.encode()) <= 63


@pytest.mark.parametrize("made_of", ["x", "X", "-", "ü", "1"])
def test_revision_4_renames_to_what_the_models_say(made_of: str) -> None:
    for length in range(2, 64):
        schema = (made_of * length).encode()[:length].decode(errors="ignore")
        names = {first_name(*each, schema): physical_name(*each, schema) for each in CUT.items()}

        assert renamed(schema) == {first: name for first, name in names.items() if first != name}
        assert len(set(names.values())) == len(CUT)


def test_revision_1_stamps_spans_as_the_export_does() -> None:
    assert revision("0001")["TRIGGER"].format(place="") == postgresql_extras(None)[0]


@pytest.mark.parametrize("name", ["postgresql.sql", "sqlite.sql", "mongodb.json"])
def test_the_files_in_the_repository_are_the_export(name: str) -> None:
    dialect: Any = name.partition(".")[0]
    assert (ROOT / "schema" / name).read_text(encoding="utf-8") == export_schemas(dialect=dialect)


def imports(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]


@cache
def index_names() -> list[str]:
    tables = physical_metadata("postgresql").tables.values()
    return sorted(str(each.name) for table in tables for each in table.indexes)


def renamed(schema: str | None) -> dict[str, str]:
    """What revision 4 renames in a schema: the names before, and from then on."""
    parts = revision("0004")
    parts["schema"].__globals__["schema"] = lambda: schema
    constraints = {before: after for _, before, after in parts["constraints"]()}
    return constraints | dict(parts["indexes"]())


@cache
def revision(number: str) -> dict[str, Any]:
    """The names of a revision."""
    (path,) = (migrations.script_location() / "versions").glob(f"{number}*.py")
    return runpy.run_path(str(path))
