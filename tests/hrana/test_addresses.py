"""How the address of a server is written."""

import time

import jwt
import pytest

from mastra_store.hrana.address import Address

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJleHAiOjF9.c2ln"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("libsql://db-me.turso.io", "https://db-me.turso.io"),
        ("libsql://db-me.turso.io/", "https://db-me.turso.io"),
        ("libsql://127.0.0.1:8080?tls=0", "http://127.0.0.1:8080"),
        ("libsql://localhost:8080?tls=false&authToken=x", "http://localhost:8080"),
        ("https://db-me.turso.io", "https://db-me.turso.io"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/behind/a/path/", "http://[::1]:8080/behind/a/path"),
        ("HTTPS://db-me.turso.io?tls=1", "https://db-me.turso.io"),
    ],
)
def test_leads_to(url: str, base: str) -> None:
    assert Address.of(url).base == base


@pytest.mark.parametrize("url", [f"libsql://h?authToken={TOKEN}", f"libsql://:{TOKEN}@h", f"libsql://me:{TOKEN}@h"])
def test_may_hold_the_token(url: str) -> None:
    assert Address.of(url).token == TOKEN


def test_a_token_beside_it_comes_first() -> None:
    assert Address.of("libsql://h?authToken=old", "new").token == "new"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "db-me.turso.io",
        "wss://h",
        "libsql://",
        "libsql://h:port",
        "libsql://[::1",
        "libsql://h?token=x",
        "libsql://h?tls=2",
        "https://h?tls=0",
        "http://h?tls=1",
        "libsql://h?authToken=a%0Db",
        "libsql://h?authToken=%C3%BC",
    ],
)
def test_that_means_nothing_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|has|names|begins|comes)") as refused:
        Address.of(url)

    assert not url or url not in str(refused.value)


def test_shows_neither_url_nor_token() -> None:
    shown = repr(Address.of(f"libsql://db-me.turso.io?authToken={TOKEN}"))

    assert TOKEN not in shown
    assert "://" not in shown


def test_what_is_wrong_with_a_token_is_read_from_it() -> None:
    def problem(token: str | None) -> str:
        return Address.of("libsql://h", token).token_problem()

    now = int(time.time())
    assert problem(None) == "TOKEN_MISSING"
    assert problem(jwt.encode({"exp": now - 1}, "k" * 32)) == "TOKEN_EXPIRED"
    assert problem(jwt.encode({"exp": now + 60}, "k" * 32)) == "TOKEN_REJECTED"
    assert problem(jwt.encode({"a": "ro"}, "k" * 32)) == "TOKEN_REJECTED"
    assert problem("opaque") == "TOKEN_REJECTED"


@pytest.mark.parametrize("base_url", ["http://elsewhere", "ftp://elsewhere", "elsewhere"])
def test_a_server_can_not_send_the_token_elsewhere_in_the_clear(base_url: str) -> None:
    with pytest.raises(ValueError, match="another protocol"):
        Address.of("libsql://h").redirected(base_url)
