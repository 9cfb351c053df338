"""PgBouncer, which is Debian's package: as it is installed, or unpacked beside the environment without being root.

Debian 12 has 1.18, the kind that knows nothing of prepared statements.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.servers import MissingServerError
from tests.servers.postgres import as_account, free_port, unprivileged_account

UNPACKED = Path(sys.prefix, "pgbouncer")
# Its other libraries are on any Debian.
_PACKAGES = ("pgbouncer", "libc-ares2", "libevent-2.1-7")


@contextmanager
def pgbouncer(postgres_url: str, *, pool_size: int = 5) -> Iterator[str]:
    """The URL of a PgBouncer in transaction mode before the server of a URL, for any of its databases.

    Args:
        pool_size: connections that it makes to a database at most.

    Raises:
        MissingServerError: it is neither installed nor unpacked.
    """
    server, port, account = urlsplit(postgres_url), free_port(), unprivileged_account()
    with tempfile.TemporaryDirectory(prefix="mastra-pgb-", dir="/tmp") as directory:
        command, environment = _executable(Path(directory))
        users, settings, log = (Path(directory, name) for name in ("users.txt", "pgbouncer.ini", "log"))
        users.write_text(f'"{server.username}" "{server.password or ""}"\n')
        options = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": users,
            "pool_mode": "transaction",
            "default_pool_size": pool_size,
            "max_client_conn": 500,
            "logfile": log,
        }
        lines = ["[databases]", f"* = host={server.hostname} port={server.port}", "[pgbouncer]"]
        settings.write_text("\n".join([*lines, *(f"{name} = {value}" for name, value in options.items())]))
        if account:
            for path in (Path(directory), users, settings):
                shutil.chown(path, account)
        # It ends as soon as our end of the pipe closes: here, or when this process is killed.
        script = '"$@" & read _; kill -TERM $!; wait'
        process = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", command, "-q", str(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **as_account(account, Path(directory), environment),
        )
        try:
            url = server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
            _wait_until_up(url, log)
            yield url
        finally:
            process.communicate()


def unpack() -> None:
    """Have apt download the package, and unpack it unless that is done already. Needs no root.

    Raises:
        MissingServerError: there is no apt, or it can not give the package.
    """
    if shutil.which("pgbouncer") or UNPACKED.exists():
        return
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise MissingServerError("there is no apt to get Debian's package from; install pgbouncer")
    with tempfile.TemporaryDirectory(dir=sys.prefix) as directory:
        # Lists and a cache of our own, so that they need not be there and nobody's are changed.
        options = ["-o", "Debug::NoLocking=1", "-o", f"Dir::State={directory}/state", "-o", f"Dir::Cache={directory}"]
        Path(directory, "state", "lists", "partial").mkdir(parents=True)
        Path(directory, "archives", "partial").mkdir(parents=True)
        for arguments in (["update"], ["download", *_PACKAGES]):
            done = subprocess.run(
                ["apt-get", "-qq", *options, *arguments], cwd=directory, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise MissingServerError(f"apt can not give pgbouncer: {done.stderr.strip()}")
        root = Path(directory, "root")
        for package in Path(directory).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
        root.rename(UNPACKED)


def _executable(directory: Path) -> tuple[str, dict[str, str]]:
    """The program, where any account may run it, and the environment that it needs."""
    environment = {"PATH": os.defpath}
    if installed := shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin"):
        return installed, environment
    if not UNPACKED.exists():
        raise MissingServerError("run `make servers` where there is apt, or install pgbouncer")
    for file in (UNPACKED / "usr" / "sbin" / "pgbouncer", *UNPACKED.rglob("*.so.*")):
        shutil.copy(file, directory)
    return str(directory / "pgbouncer"), environment | {"LD_LIBRARY_PATH": str(directory)}


def _wait_until_up(url: str, log: Path) -> None:
    for _ in range(200):
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            failure = error
            # It opens its port when it is ready, and there is nothing else to wait for.
            subprocess.run(["/bin/sleep", "0.05"], check=True)
    raise RuntimeError(f"PgBouncer did not come up: {failure}\n{log.read_text() if log.exists() else ''}")


if __name__ == "__main__":
    try:
        unpack()
    except MissingServerError as missing:
        print(f"PgBouncer is missing: {missing}", file=sys.stderr)
