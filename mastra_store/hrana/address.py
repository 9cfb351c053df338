"""Where a server is and what lets us in: ``libsql://host``, ``https://host/path``, ``http://127.0.0.1:8080``."""

import base64
import json
import time
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SCHEMES = ("libsql", "https", "http")
_NO = frozenset({"0", "false"})
_YES = frozenset({"1", "true"})


@dataclass(frozen=True)
class Address:
    """A server. Neither its URL nor the token is in its ``repr``.

    Attributes:
        base: scheme, host, port and path, without a slash at the end.
        host: the host and its port, to be shown to people.
    """

    base: str = field(repr=False)
    host: str
    token: str | None = field(repr=False)

    @classmethod
    def of(cls, url: str, token: str | None = None) -> "Address":
        """Read a URL.

        ``libsql://`` means TLS, unless it ends in ``?tls=0``. The token may stand in the URL, as ``?authToken=...`` or
        as the password (``libsql://:TOKEN@host``); one that is given beside it comes first.

        Raises:
            ValueError: it can not be read. The message does not show it.
        """
        parts, host, port = _parts(url.strip())
        if parts is None:
            raise ValueError("has a host or a port that can not be read")
        if parts.scheme not in SCHEMES:
            raise ValueError("must begin with libsql://, https:// or http://")
        if not host:
            raise ValueError("names no host")
        query = parse_qs(parts.query, keep_blank_values=True)
        if unknown := sorted(query.keys() - {"authToken", "tls"}):
            raise ValueError(f"has the unknown option {unknown[0]}; known are authToken and tls")
        host = f"[{host}]" if ":" in host else host
        shown = host if port is None else f"{host}:{port}"
        in_url = query.get("authToken", [None])[-1] or unquote(parts.password or "")
        scheme = _scheme(parts.scheme, query.get("tls", [""])[-1].lower())
        return cls(f"{scheme}://{shown}{parts.path.rstrip('/')}", shown, _checked(token or in_url or None))

    @property
    def encrypted(self) -> bool:
        return self.base.startswith("https:")

    def redirected(self, base_url: str) -> str:
        """Where the server wants the rest of a stream to go.

        Raises:
            ValueError: that would send the token over a connection less safe than the one that was asked for.
        """
        if urlsplit(base_url).scheme != urlsplit(self.base).scheme:
            raise ValueError(f"the server sends its clients from {urlsplit(self.base).scheme} to another protocol")
        return base_url.rstrip("/")

    def token_problem(self) -> str:
        """What is wrong with a token that was refused: ``TOKEN_MISSING``, ``TOKEN_EXPIRED`` or ``TOKEN_REJECTED``.

        A token that is a JWT says itself when it ends. Nothing is verified: that is for the server.
        """
        if self.token is None:
            return "TOKEN_MISSING"
        try:
            claims = self.token.split(".")[1]
            expires = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
            return "TOKEN_EXPIRED" if expires < time.time() else "TOKEN_REJECTED"
        except (IndexError, KeyError, TypeError, ValueError):
            return "TOKEN_REJECTED"  # not every token is a JWT, and not every JWT ends


def _parts(url: str) -> tuple[SplitResult | None, str | None, int | None]:
    """A URL taken apart, its host and its port; the first is ``None`` where it can not be read."""
    try:
        parts = urlsplit(url)
        return parts, parts.hostname, parts.port
    except ValueError:  # its text quotes the URL: it must not become the context of another error
        return None, None, None


def _scheme(scheme: str, tls: str) -> str:
    if tls and tls not in _NO | _YES:
        raise ValueError("has an option tls that is neither 0 nor 1")
    if scheme == "libsql":
        return "http" if tls in _NO else "https"
    if tls and (tls in _YES) != (scheme == "https"):
        raise ValueError(f"begins with {scheme}:// and asks for the opposite with tls")
    return scheme


def _checked(token: str | None) -> str | None:
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError("comes with a token that holds characters which no token has")
    return token
