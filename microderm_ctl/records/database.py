"""One SQLite file: opened privately, brought up to date, its failures in words.

A store carries two numbers in its file header: ``application_id``, so that a
stranger's database is told from ours, and ``user_version``, the number of the
newest migration. Both are read from the header before SQLite sees the file, so
that what is not ours, or is from a newer version, stays as it is to the byte.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.files import explained, full_problem, make_private

APPLICATION_ID: Final = 0x6D64_6572
"""The letters ``mder``."""
BUSY_TIMEOUT_S: Final = 5.0
"""How long a write waits for another process of ours."""
ROOM_BYTES: Final = 65_536
"""A disk with less is called full where SQLite says I/O error; the index of its log alone takes 32 KiB."""
BACKUPS: Final = "backups"

_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_BYTES: Final = 100
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BACK: Final = "Nothing was changed. Move the file away to start anew, or put a copy of it back"


class Migration(NamedTuple):
    """One step of the schema: its number, from 1 on, and its SQL."""

    version: int
    sql: str


def shipped_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this program in order."""
    return tuple(Migration(int(path.name[:4]), path.read_text(encoding="utf-8")) for path in sorted(_MIGRATIONS.glob("[0-9]*.sql")))


def connect(path: Path, migrations: Sequence[Migration] | None = None) -> sqlite3.Connection:
    """Open a store, made or brought up to date as needed, and return its connection in autocommit mode.

    Raises:
        FileProblem: the file is torn, not ours, of a newer version, busy or cannot be written.
    """
    steps = shipped_migrations() if migrations is None else tuple(migrations)
    newest = steps[-1].version
    with explained(path, "The records cannot be opened"):
        judge_header(path, newest)
        make_private(path)
    with explained_sql(path, "The records cannot be opened"):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _prepare(connection, path, steps)
        except BaseException:
            connection.close()
            raise
    return connection


def judge_header(path: Path, newest: int) -> None:
    """Refuse what SQLite should not even touch.

    Raises:
        FileProblem: it is torn, not ours, or of a version newer than ``newest``.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header == b"":  # made, and killed before the first commit
        return
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise torn_problem(path)
    version, application = int.from_bytes(header[60:64], "big"), int.from_bytes(header[68:72], "big")
    if application not in (APPLICATION_ID, 0) or (application == 0 and version):
        raise _strangers_problem(path)
    _judge_version(path, version, newest)


def _strangers_problem(path: Path) -> FileProblem:
    return FileProblem(
        f"'{path}' is a database, but not one of microderm.", "Choose another directory with --data-dir.", {"path": str(path)}
    )


def _judge_version(path: Path, version: int, newest: int) -> None:
    if version > newest:
        raise FileProblem(
            f"'{path}' was written by a newer microderm (store version {version}; this one knows up to {newest}).",
            "Nothing was changed. Update microderm, or name another folder with --data-dir.",
            {"path": str(path), "store_version": version, "known_version": newest},
        )


def _prepare(connection: sqlite3.Connection, path: Path, steps: Sequence[Migration]) -> None:
    """Set what a connection must have, check the file, and bring it up to date."""
    _judge_version(path, schema_version(connection), steps[-1].version)
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise torn_problem(path)
    if schema_version(connection) == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise _strangers_problem(path)  # ours gets its number together with its first table
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    before = schema_version(connection)
    if 0 < before < steps[-1].version:
        back_up(connection, path, before)
    for step in steps:
        _migrate(connection, step)


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the number of the newest migration that a store has had; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, step: Migration) -> None:
    """Apply one migration, wholly or not at all, unless the store has it already."""
    if schema_version(connection) >= step.version:
        return
    with transaction(connection):
        if schema_version(connection) >= step.version:  # another process was faster
            return
        for statement in _statements(step.sql):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={step.version}")


def _statements(sql: str) -> Iterator[str]:
    # Connection.executescript would commit before its first statement
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do the body wholly or not at all; a writer elsewhere is waited for at the beginning, not in the middle."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors
            connection.execute("ROLLBACK")
        raise


def backup_directory(path: Path) -> Path:
    """Return where the copies of a store lie."""
    return path.parent / BACKUPS


def back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy a store as it is before a migration; an older copy of the same version gives way.

    Raises:
        FileProblem: the copy cannot be made; then nothing is migrated.
    """
    directory = backup_directory(path)
    target = directory / f"{path.stem}-v{version}.sqlite3"
    half = target.with_suffix(".new")
    with explained(target, "No copy could be made before the update of the records"):
        directory.mkdir(mode=0o700, exist_ok=True)
        half.unlink(missing_ok=True)
        make_private(half)
    with explained_sql(target, "No copy could be made before the update of the records"), closing(sqlite3.connect(half)) as copy:
        connection.backup(copy)
    with explained(target, "No copy could be made before the update of the records"):
        with half.open("r+b") as file:
            os.fsync(file.fileno())
        half.replace(target)
    return target


@contextmanager
def explained_sql(path: Path, sentence: str) -> Iterator[None]:
    """Turn what SQLite raises in the body into a ``FileProblem`` that begins with the sentence.

    A broken constraint and a misuse are bugs of ours and pass unchanged.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        raise sql_problem(error, path, sentence) from error
    except UnicodeDecodeError as error:  # a text of the file, or of what SQLite says of its damage
        raise torn_problem(path) from error


def sql_problem(error: sqlite3.Error, path: Path, sentence: str) -> FileProblem:
    """Return the problem that stands for an error of SQLite, told apart by its result code."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    details = {"path": str(path), "cause": str(error)}
    if code == sqlite3.SQLITE_FULL or "disk is full" in str(error) or (code == sqlite3.SQLITE_IOERR and _has_no_room(path)):
        return full_problem(path, sentence)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return torn_problem(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return FileProblem(
            f"{sentence}: another program is using '{path}'.", "Wait until the other microderm ends, then try again.", details
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return FileProblem(
            f"{sentence}: '{path}' may not be written.",
            "Let yourself write to it, or name another folder with --data-dir or MICRODERM_DATA_DIR.",
            details,
        )
    return FileProblem(
        f"{sentence}: '{path}': {error}.", "Name a folder on a disk of this computer with --data-dir or MICRODERM_DATA_DIR.", details
    )


def _has_no_room(path: Path) -> bool:
    """Whether its disk is full: SQLite calls a log that it cannot even map an I/O error."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < ROOM_BYTES
    return False


def is_full(problem: FileProblem) -> bool:
    """Return whether a problem is a full disk, where giving space back may help."""
    return problem.details.get("cause") == "disk full"


def lost_problem(path: Path) -> FileProblem:
    """Return the error for a file that was removed or replaced while it was in use."""
    return FileProblem(
        f"'{path}' is gone: it was removed or replaced while it was in use.",
        "Put it back, or a copy of it, and begin again. Nothing more was written, neither to it nor to a wand.",
        {"path": str(path)},
    )


def torn_problem(path: Path) -> FileProblem:
    """Return the problem of a file that is damaged or no database at all."""
    copies = sorted(backup_directory(path).glob(f"{path.stem}-v*.sqlite3"))
    hint = f"{_BACK}: the last one is '{copies[-1]}'." if copies else f"{_BACK}."
    return FileProblem(f"'{path}' is damaged and cannot be read.", hint, {"path": str(path), "cause": "damaged"})
