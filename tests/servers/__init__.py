"""Real servers for the tests, started from binaries that come with pip packages."""


class MissingServerError(Exception):
    """A server can not be had on this machine; the message says how to get it."""
