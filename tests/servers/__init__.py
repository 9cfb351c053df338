"""Real servers for the tests, started from binaries that come with pip packages."""
