"""The documentation is whole: what exists is on its page, and what a page points to exists."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from mastra_store import (
    CachedStorage,
    LibSQLStorage,
    MongoStorage,
    PgStorage,
    SqliteStorage,
    VectorStore,
    errors,
    open_storage,
)
from mastra_store.domains import domains
from tests.docs.pages import PAGES, ROOT, blocks

LINK = re.compile(r"\[[^\]]*\]\(([^)]+)\)")
PAGE_OF = dict.fromkeys(
    (
        "prompt_blocks",
        "scorer_definitions",
        "mcp_clients",
        "mcp_servers",
        "workspaces",
        "skills",
        "favorites",
    ),
    "agents",
)
"""Domains that share another's page."""
METHODS = [
    (domain.name, name)
    for domain in domains()
    for name, _ in inspect.getmembers(domain.contract, inspect.isfunction)
    if not name.startswith("_")
]
METHODS += [
    ("vectors", name)
    for name in vars(VectorStore)
    if not name.startswith("_") and callable(getattr(VectorStore, name)) and name != "stored_vectors"  # for copy
]


@pytest.mark.parametrize(("domain", "method"), METHODS)
def test_every_method_has_an_example(domain: str, method: str) -> None:
    examples = "\n".join(block.text for block in blocks(PAGES[PAGE_OF.get(domain, domain)], "python"))

    assert f".{method}(" in examples


def test_every_option_of_a_cached_storage_is_explained() -> None:
    explained = PAGES["caching"].read_text(encoding="utf-8")
    options = [
        name
        for name, parameter in inspect.signature(CachedStorage).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and name != "clock"
    ]

    assert [name for name in options if f"| `{name}` |" not in explained] == []


@pytest.mark.parametrize("storage", [PgStorage, SqliteStorage, LibSQLStorage, MongoStorage])
def test_every_option_of_a_storage_is_explained(storage: type) -> None:
    explained = PAGES["connections"].read_text(encoding="utf-8")
    options = [
        name
        for name, parameter in inspect.signature(storage).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]

    assert [name for name in options if f"| `{name}` |" not in explained] == []


def test_every_address_of_the_table_means_a_storage_of_its_kind() -> None:
    shown = PAGES["connections"].read_text(encoding="utf-8").partition("| address |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in shown.splitlines()[2:]]
    addresses = [address for row in rows for address in re.findall("`([^`]+)`", row)]

    kinds = {address: type(open_storage(address)) for address in addresses}

    assert kinds == {address: kind_of(address) for address in addresses}


def kind_of(address: str) -> type:
    if re.match("libsql:|http", address):
        return LibSQLStorage
    if address.startswith("mongodb"):
        return MongoStorage
    return PgStorage if re.match("postgres|host=", address) else SqliteStorage


def test_the_tree_of_errors_is_the_one_in_the_code() -> None:
    shown = blocks(PAGES["errors"], "text")[0].text

    assert shown.strip() == textwrap.dedent((errors.__doc__ or "").partition("::\n")[2]).strip()


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_something(name: str) -> None:
    page = PAGES[name]
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]

    assert [target for target in targets if not exists(page, target)] == []


def exists(page: Path, target: str) -> bool:
    """Whether a relative link leads to a file of the checkout, and to a heading in it if it names one."""
    path, _, heading = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    return file.is_relative_to(ROOT) and file.exists() and (not heading or heading in headings(file))


def headings(page: Path) -> set[str]:
    """The anchors that Markdown renderers make of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_listed_in_the_readme() -> None:
    linked = LINK.findall(PAGES["README"].read_text(encoding="utf-8"))

    assert {f"docs/{path.name}" for path in PAGES.values() if path.parent.name == "docs"} <= set(linked)
