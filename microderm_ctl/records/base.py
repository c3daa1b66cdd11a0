"""What every part of the store shares: the connection, and reads and writes whose failures are sentences."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.database import explained_sql, is_full, lost_problem, torn_problem, transaction
from microderm_ctl.records.files import drop_ballast, explained

_NOT_WRITTEN: Final = "The record could not be written"
_NOT_READ: Final = "The records cannot be read"


def _file_at(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at a path from every other; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class StoreBase:
    """One open store."""

    def __init__(self, connection: sqlite3.Connection, path: Path, practice: bool) -> None:
        """Take over a connection that is up to date."""
        self._connection = connection
        self._synchronous = "FULL"
        self.path = path
        self.practice = practice
        self._file = _file_at(path)
        """Which file was opened: on Linux and macOS an open one can be removed, and what is written to it then is lost."""

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with explained_sql(self.path, _NOT_READ):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Call a value that makes no sense what it is, a damaged store."""
        try:
            yield
        except (ValueError, TypeError, KeyError) as error:
            raise torn_problem(self.path) from error

    @contextmanager
    def _write(self) -> Iterator[None]:
        """Do the body wholly or not at all; it is on the disk before this returns, even if power is lost next."""
        with explained(self.path, _NOT_WRITTEN), explained_sql(self.path, _NOT_WRITTEN):
            if _file_at(self.path) != self._file:
                raise lost_problem(self.path)
            self._set_synchronous("FULL")
            with transaction(self._connection):
                yield

    def _write_quickly(self, sql: str, *values: object) -> None:
        """Execute one statement, which is a transaction by itself, for what is written ten times a second.

        What it writes outlives the process, but perhaps not the power.
        """
        with explained_sql(self.path, _NOT_WRITTEN):
            self._set_synchronous("NORMAL")
            self._connection.execute(sql, values)

    def _set_synchronous(self, level: str) -> None:
        if self._synchronous != level:
            self._connection.execute(f"PRAGMA synchronous={level}")
            self._synchronous = level

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Execute one statement inside a ``_write``."""
        return self._connection.execute(sql, values)

    def _insert(self, table: str, **columns: object) -> int:
        """Add a row inside a ``_write`` and return its id."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        return int(self._run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values()).lastrowid or 0)

    def _at_last(self, action: Callable[[], None]) -> None:
        """Write the end of something, on a disk that has filled up with the space that was held back for it."""
        try:
            action()
        except FileProblem as problem:
            if not (is_full(problem) and drop_ballast(self.path)):
                raise
            action()
        drop_ballast(self.path)
