"""The store of records: one SQLite file for real wands, and a second one for practice on simulated wands.

    with open_store(data_dir) as store:
        person = store.find_person()
        history = summary(store, person, store.now_s(clock.utc_s()))

The two never mix. The practice store has a calendar of its own, which can be moved
on. Every failure of file or disk is a ``FileProblem`` that says what to do.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.bench import BenchPart
from microderm_ctl.records.database import backup_directory, connect, explained_sql
from microderm_ctl.records.files import data_directory, explained
from microderm_ctl.records.journal import JournalPart
from microderm_ctl.records.lock import holders
from microderm_ctl.records.persons import PersonsPart
from microderm_ctl.records.settle import SettlePart
from microderm_ctl.safety import ClockFix

STORE_NAME: Final = "microderm.sqlite3"
PRACTICE_NAME: Final = "practice.sqlite3"
_OFFSET: Final = "calendar_offset_s"


def open_store(data_dir: Path | None = None, practice: bool = False) -> "Store":
    """Open the store of a data directory, made or brought up to date as needed.

    Args:
        data_dir: what ``--data-dir`` or ``MICRODERM_DATA_DIR`` says; None is the platform's own.
        practice: the store of simulated wands.

    Raises:
        FileProblem: it is torn, not ours, from a newer version, in use, or cannot be written.
    """
    path = data_directory(data_dir) / (PRACTICE_NAME if practice else STORE_NAME)
    return Store(connect(path), path, practice)


class Store(PersonsPart, JournalPart, SettlePart, BenchPart):
    """One open store; close it, or use it with ``with``."""

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the file; what was written is already safe."""
        with explained_sql(self.path, "The records could not be closed"):
            self._connection.close()

    def now_s(self, utc_s: int) -> int:
        """Return the store's "now" for the computer's UTC second: the same, but on the practice calendar."""
        return utc_s + self.offset_s()

    def offset_s(self) -> int:
        """Return how many seconds the calendar is ahead of the computer's; always 0 but for practice."""
        if not self.practice:
            return 0
        with self._understood():
            return int(self._meta(_OFFSET) or "0")

    def advance(self, duration_s: int) -> int:
        """Move the practice calendar on and return its offset in seconds.

        Raises:
            UsageProblem: this is no practice store, or the time is negative.
        """
        if not self.practice:
            raise UsageProblem("Only the practice calendar can be moved.", "It belongs to simulated wands.")
        if duration_s < 0:
            raise UsageProblem("The practice calendar only moves forwards.", "Give a time such as '28d'.")
        offset_s = self.offset_s() + duration_s
        with self._write():
            self._run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", _OFFSET, str(offset_s))
        return offset_s

    def keep_clock_fixes(self, fixes: Iterable[ClockFix]) -> None:
        """Keep that recorded times lay ahead of the clock, and what they count as, once the person has confirmed the clock."""
        with self._write():
            for fix in fixes:
                self._run("INSERT OR REPLACE INTO clock_fixes (recorded_s, counts_as_s) VALUES (?, ?)", *fix)

    def clock_fixes(self) -> tuple[ClockFix, ...]:
        """Return the times that the person has confirmed to have been wrong."""
        return tuple(ClockFix(*row) for row in self._read("SELECT recorded_s, counts_as_s FROM clock_fixes ORDER BY recorded_s"))

    def forget(self, person_id: int) -> None:
        """Remove a person with everything that was kept of them, traces and backup copies too, from the disk itself.

        A wand's own ledger keeps its times under the person's random tag.

        Raises:
            UsageProblem: a treatment is running.
            FileProblem: another program is using the store (nothing is removed), or a file cannot be removed.
        """
        if running := holders(self.path.parent):
            raise UsageProblem(
                f"A treatment is running on {running[0].port}; nothing was removed.", "Wait for its end, or run 'microderm stop'."
            )
        tag = self.person(person_id).tag
        self._fold_log("Nothing was removed")
        with self._write():
            self._run("DELETE FROM ledger_seen WHERE tag = ?", tag)
            self._run("DELETE FROM persons WHERE id = ?", person_id)
        self._growing = None
        self._remove_copies()
        with explained_sql(self.path, "The person is removed, but the file could not be tidied up"):
            self._connection.execute("VACUUM")
        self._fold_log("The person is removed, but traces may be left in the file's log")

    def _fold_log(self, sentence: str) -> None:
        """Bring SQLite's write-ahead log into the file and empty it; it holds old pages."""
        with explained_sql(self.path, sentence):
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise FileProblem(f"{sentence}: another program is using '{self.path}'.", "End it, and try again.", {"path": str(self.path)})

    def _remove_copies(self) -> None:
        """Remove the copies from before updates: the person is in them."""
        for copy in backup_directory(self.path).glob(f"{self.path.stem}-v*"):
            with explained(copy, "The person is removed, but a backup copy could not be"):
                copy.unlink(missing_ok=True)
        with suppress(OSError):
            backup_directory(self.path).rmdir()

    def _meta(self, key: str) -> str | None:
        rows = self._read("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None


def forget_everywhere(data_dir: Path | None, name: str) -> bool:
    """Remove a person of a name from the store and from the practice store; return whether either knew them.

    Raises:
        FileProblem: as ``Store.forget``.
    """
    found = False
    for practice in (False, True):
        with open_store(data_dir, practice) as store:
            for person in store.persons():
                if person.name.casefold() == name.casefold():
                    store.forget(person.id)
                    found = True
    return found
