"""The database that several benches share: PostgreSQL, one table of rows that are only ever added.

psycopg is imported here and nowhere else. Every failure is a problem that says what to do;
no password is in it. Nothing waits for ever: an answer that does not come ends the connection.
"""

import logging
import re
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from types import TracebackType
from typing import Any, Final, LiteralString, NamedTuple, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.bench import BenchRow, Mark, contradiction, whole_row
from microderm_ctl.records.canonical import canonical

ANSWER_S: Final = 60.0
"""How long an answer may take. A batch takes under a second on a near server."""
CONNECT_S: Final = 10
LOCK_S: Final = 10
"""How long another bench that writes the same rows is waited for."""
CAUSE_MOST: Final = 300
"""Letters of what the server says."""

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # else what it logs goes to standard error

_DEFAULTS: Final = {"connect_timeout": str(CONNECT_S), "application_name": "microderm", "client_encoding": "utf8"}
_SCHEMES: Final = ("postgresql", "postgres")
_PORTS: Final = re.compile(r"[0-9,]*")
_HIDDEN: Final = "***"
_SEVERAL: Final = "Multiple connection attempts failed"
_SECRETS: Final = ("password", "sslpassword")
_SCHEMA_LOCK: Final = 0x6D64_6572
"""Held while tables are made, so that two benches do not both make them: the letters ``mder``."""


class SchemaStep(NamedTuple):
    """What brings the tables to a version."""

    version: int
    statements: tuple[LiteralString, ...]


SCHEMA: Final = (
    SchemaStep(
        1,
        (
            "CREATE TABLE microderm.schema_version (version integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())",
            """
            CREATE TABLE microderm.bench_rows (
                bench text NOT NULL,
                number bigint NOT NULL CHECK (number > 0),
                run_id text NOT NULL,
                kind text NOT NULL,
                unit text NOT NULL,
                at_s bigint NOT NULL,
                document text NOT NULL,
                sha256 text NOT NULL CHECK (length(sha256) = 64),
                simulated boolean GENERATED ALWAYS AS (bench LIKE 'SIM-%') STORED,
                sent_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (bench, number)
            )
            """,
            "CREATE INDEX bench_rows_of_unit ON microderm.bench_rows (unit)",
            "CREATE INDEX bench_rows_of_run ON microderm.bench_rows (bench, run_id)",
            """
            CREATE FUNCTION microderm.never_changed() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'bench rows are never changed or removed'; END $$
            """,
            """
            CREATE TRIGGER bench_rows_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON microderm.bench_rows
            FOR EACH STATEMENT EXECUTE FUNCTION microderm.never_changed()
            """,
        ),
    ),
)
"""In order; a version that was shipped is not changed."""
NEWEST: Final = SCHEMA[-1].version

_HAS_TABLES: Final = """
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'microderm' AND tablename = 'schema_version')
"""
"""Not by ``to_regclass``: inside a transaction that does not notice what another bench has just made."""
_ADD: Final = """
INSERT INTO microderm.bench_rows (bench, number, run_id, kind, unit, at_s, document, sha256)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (bench, number) DO NOTHING
"""
_MARKS: Final = "SELECT number, run_id, kind, unit, at_s, sha256 FROM microderm.bench_rows WHERE bench = %s"
_ABOUT: Final = """
SELECT bench, number, run_id, kind, unit, at_s, sha256 FROM microderm.bench_rows AS found
WHERE unit = ANY(%s) AND bench <> %s AND simulated = %s
AND (run_id = '' OR EXISTS (
    SELECT 1 FROM microderm.bench_rows AS ended
    WHERE ended.bench = found.bench AND ended.run_id = found.run_id AND ended.kind = 'end'
))
ORDER BY bench, number
"""
_FETCH: Final = """
SELECT bench, number, run_id, kind, unit, at_s, document, sha256 FROM microderm.bench_rows
WHERE (bench, number) IN (SELECT * FROM unnest(%s::text[], %s::bigint[])) ORDER BY bench, number
"""


class SharedDatabase:
    """One open connection to the shared database. Use it with ``with``."""

    def __init__(self, connection: "psycopg.Connection[Any]", name: str, secrets: Sequence[str]) -> None:
        """Take over a connection in autocommit mode, the name that people may read, and what they may not."""
        self._connection = connection
        self._secrets = secrets
        self.name = name

    def __enter__(self) -> Self:
        """Return the database itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection; what was added is already safe."""
        with suppress(psycopg.Error):
            self._connection.close()

    def bring_up_to_date(self) -> None:
        """Make the tables where they are not there yet.

        Raises:
            FileProblem: they are those of a newer version, this role may not make them, or the server is gone.
        """
        with self._talking():
            self._judge_encoding()
            self._connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_S}s"])
            self._connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{ANSWER_S:.0f}s"])
            if self._version() == NEWEST:
                return
            with self._connection.transaction():
                self._connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
                self._make_tables(self._version())

    def _judge_encoding(self) -> None:
        """Refuse a database that has no letters for what a document may hold."""
        encoding = self._connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise FileProblem(
                f"The database {self.name} cannot hold every letter: it is in {encoding}.",
                "Use a database in UTF8: 'createdb --encoding=UTF8 --template=template0 bench'.",
                {"database": self.name},
            )

    def _version(self) -> int:
        """Return the version of the tables, 0 where there are none.

        Raises:
            FileProblem: it is newer than this program knows.
        """
        if not self._one(_HAS_TABLES):
            return 0
        version = int(self._one("SELECT max(version) FROM microderm.schema_version") or 0)
        if version > NEWEST:
            raise FileProblem(
                f"The database {self.name} was made by a newer microderm (version {version}; this one knows up to {NEWEST}).",
                "Nothing was changed. Update microderm on this bench.",
                {"database": self.name, "database_version": version, "known_version": NEWEST},
            )
        return version

    def _make_tables(self, version: int) -> None:
        if not self._one("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'microderm')"):
            self._connection.execute("CREATE SCHEMA microderm")
        for step in SCHEMA:
            if step.version > version:
                for statement in step.statements:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO microderm.schema_version (version) VALUES (%s)", [step.version])

    def _one(self, sql: LiteralString) -> Any:
        found = self._connection.execute(sql).fetchone()
        return None if found is None else found[0]

    def marks(self, bench: str) -> dict[int, Mark]:
        """Return by number the marks of the rows of a bench that are in the database."""
        with self._talking():
            return {int(number): Mark(*mark) for number, *mark in self._connection.execute(_MARKS, [bench])}

    def add(self, rows: Sequence[BenchRow]) -> int:
        """Add rows of one bench, all or none, and return how many were not there yet.

        Raises:
            FileProblem: one is there with other content, or they cannot be written.
        """
        if not rows:
            return 0
        bench = rows[0].bench
        with self._talking(), self._connection.transaction():
            with self._connection.cursor() as cursor:
                cursor.executemany(_ADD, [(*row[:6], canonical(row.document), row.sha256) for row in rows])
                added = cursor.rowcount
            found = self._connection.execute(f"{_MARKS} AND number = ANY(%s)", [bench, [row.number for row in rows]])
            there = {int(number): Mark(*mark) for number, *mark in found}
            for row in rows:
                if there[row.number] != row.mark:
                    raise contradiction(bench, row.number, there[row.number], row.mark)
        return added

    def marks_about(self, units: Iterable[str], bench: str, simulated: bool) -> dict[tuple[str, int], Mark]:
        """Return by bench and number the marks of what other benches have finished on these units, of practice or of real work."""
        with self._talking():
            found = self._connection.execute(_ABOUT, [list(units), bench, simulated])
            return {(str(other), int(number)): Mark(*mark) for other, number, *mark in found}

    def fetch(self, keys: Sequence[tuple[str, int]]) -> tuple[BenchRow, ...]:
        """Return rows by bench and number.

        Raises:
            FileProblem: a document is not the one that was sent, or the server is gone.
        """
        with self._talking():
            found = self._connection.execute(_FETCH, [[bench for bench, _ in keys], [number for _, number in keys]]).fetchall()
        return tuple(whole_row(row, self.name) for row in found)

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Do the body, but wait no longer than ``ANSWER_S``, and turn what psycopg raises into a ``FileProblem``."""
        timer = Timer(ANSWER_S, _cut, [self._connection])
        timer.daemon = True
        timer.start()
        try:
            yield
        except psycopg.Error as error:
            raise self._problem(error) from error
        finally:
            timer.cancel()

    def _problem(self, error: psycopg.Error) -> FileProblem:
        details = {"database": self.name, "cause": told(error, self._secrets)}
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            role = self._connection.info.user
            return FileProblem(
                f"The role '{role}' may not do this in the database {self.name}.",
                "Let the owner of the database type the same command once; it makes the tables. Then let them grant you: "
                f"'GRANT USAGE ON SCHEMA microderm TO {role}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA microderm TO {role}'.",
                details,
            )
        if self._connection.closed:
            return FileProblem(
                f"The database {self.name} was lost: {details['cause']}.",
                "Nothing is lost or doubled. Type the same command again once it is back.",
                details,
            )
        return FileProblem(f"The database {self.name} did not take it: {details['cause']}.", "Ask whoever runs the database.", details)


def open_shared(url: str) -> SharedDatabase:
    """Connect to the database of a URL, ``postgresql://USER@HOST/DATABASE``.

    What the URL leaves out is taken from the places that every program of PostgreSQL knows:
    PGPASSWORD and its like, a password file, a service file.

    Raises:
        UsageProblem: it is no such URL.
        FileProblem: the server cannot be reached, or does not let this role in.
    """
    settings = _settings(url)
    secrets = [str(settings[name]) for name in _SECRETS if settings.get(name)]
    name = _name(settings)
    try:
        connection = psycopg.connect(**{**_DEFAULTS, **settings}, autocommit=True)
    except psycopg.Error as error:
        cause = told(error, secrets)
        raise FileProblem(
            f"The database {name} cannot be reached: {cause}.",
            "Look at its name and at the network. A password goes into PGPASSWORD or the file .pgpass.",
            {"database": name, "cause": cause},
        ) from None
    info = connection.info
    return SharedDatabase(connection, _name({"user": info.user, "host": info.host, "port": info.port, "dbname": info.dbname}), secrets)


def holds_password(url: str) -> bool:
    """Return whether a URL has a password in it, where others on this computer can read it.

    Raises:
        UsageProblem: it is no such URL.
    """
    return any(_settings(url).get(name) for name in _SECRETS)


def _settings(url: str) -> dict[str, Any]:
    """Return what a URL says. What is wrong with it is not repeated, since a part of a password may be."""
    scheme, _, rest = url.partition("://")
    login, _, place = rest.partition("/")
    if scheme in _SCHEMES and login.count("@") <= 1 and "@" not in place.partition("?")[0]:
        with suppress(psycopg.Error, UnicodeError):
            settings = dict(conninfo_to_dict(url))
            if _PORTS.fullmatch(str(settings.get("port") or "")):
                return settings
    raise UsageProblem(
        "This is not the URL of a PostgreSQL database.",
        "It is written 'postgresql://USER@HOST/DATABASE'. Signs such as @ and / in its parts are written as %40 and %2F.",
    )


def _name(settings: dict[str, Any]) -> str:
    """Return what a database is called where people read it: its URL without password and options."""
    user, host, port = (settings.get(name) for name in ("user", "host", "port"))
    return f"postgresql://{f'{user}@' if user else ''}{host or ''}{f':{port}' if port else ''}/{settings.get('dbname') or ''}"


def told(error: BaseException, secrets: Iterable[str]) -> str:
    """Return what the server or psycopg says, in short, on one line and without a secret."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    text = lines[-1] if lines[0].startswith(_SEVERAL) else lines[0]
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return re.sub(r"\s+", " ", text).removeprefix("connection failed: ").strip("- ").rstrip(".")[:CAUSE_MOST]


def _cut(connection: "psycopg.Connection[Any]") -> None:
    """End a connection whose server is silent, from beside the thread that waits for it."""
    with suppress(OSError, psycopg.Error), socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
        line.shutdown(socket.SHUT_RDWR)
