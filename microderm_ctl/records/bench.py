"""What a technician's bench wrote down: rows that are only ever added, each a document with its hash.

A row is on the disk when ``append_row`` returns, so that work which was cut off goes on from
what is here. What a document means is for the bench to know; here it is a text.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.base import StoreBase
from microderm_ctl.records.canonical import canonical, parsed, sha256_of

DOCUMENT_MOST_BYTES: Final = 1_048_576
"""Of a document's text. A certificate with all its samples is about a tenth of it; what is larger was not measured, but made up."""
ID_LETTERS: Final = 8
"""Forty bits: among a thousand benches, two draw the same id once in two million worlds."""
PRACTICE_ID: Final = "SIM-"
BEGIN: Final = "begin"
CERTIFICATE: Final = "certificate"
END: Final = "end"
"""The kind of the row by which a run is finished. What belongs to it may follow, such as an amended certificate."""

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RUN_ID: Final = re.compile(r"(?:[0-9a-f]{32})?")
_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_UNIT_MOST: Final = 64
_COLUMNS: Final = "number, run_id, kind, unit, at_s, document, sha256"
_MARK: Final = "run_id, kind, unit, at_s, sha256"
_ADD: Final = f"INSERT INTO bench_rows ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_OTHER: Final = f"INSERT INTO bench_other_rows (bench, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FINISHED: Final = f"run_id = '' OR run_id IN (SELECT run_id FROM bench_rows WHERE kind = '{END}')"


class Mark(NamedTuple):
    """Everything of a row but its document, for which the hash stands: rows of one number with one mark are the same row."""

    run_id: str
    kind: str
    unit: str
    at_s: int
    sha256: str


class BenchRow(NamedTuple):
    """One row of a bench, which numbers its own from 1 without a gap.

    ``run_id`` is 32 hex digits, empty for what belongs to no run; ``unit`` a serial number, empty where it is about none.
    ``sha256`` is that of the document's canonical text.
    """

    bench: str
    number: int
    run_id: str
    kind: str
    unit: str
    at_s: int
    document: dict[str, Any]
    sha256: str

    @property
    def mark(self) -> Mark:
        """What tells the row from another one of its number."""
        return Mark(self.run_id, self.kind, self.unit, self.at_s, self.sha256)

    @property
    def is_simulated(self) -> bool:
        """Whether it was written on practice."""
        return is_practice(self.bench)


class BenchPart(StoreBase):
    """The bench rows of a store, its certificate numbers, and what was fetched from other benches."""

    def bench_id(self) -> str:
        """Return the id of this bench, drawn when it is first asked for."""
        known = self._read("SELECT bench FROM bench_self")
        if known:
            return str(known[0][0])
        with self._write():
            return self._drawn_id()

    def _drawn_id(self) -> str:
        """Return the id of this bench inside a ``_write``."""
        known = self._run("SELECT bench FROM bench_self").fetchone()
        if known:
            return str(known[0])
        drawn = (PRACTICE_ID if self.practice else "") + "".join(secrets.choice(_CROCKFORD) for _ in range(ID_LETTERS))
        self._insert("bench_self", only=1, bench=drawn)
        return drawn

    def append_row(self, kind: str, document: dict[str, Any], *, at_s: int, run_id: str = "", unit: str = "") -> BenchRow:
        """Add a row and return it; it is on the disk, even if power is lost next.

        Args:
            kind: lower-case letters, digits and hyphens.
            document: what ``canonical`` can write.
            at_s: the UTC second of what it tells.
            run_id: the run that it belongs to.
            unit: serial number of the unit that it is about.

        Raises:
            ValueError, TypeError: it makes no sense, or the document has no canonical text.
            UsageProblem: the document is too long.
            FileProblem: it cannot be written.
        """
        _judge(kind, run_id, unit, at_s)
        text = canonical(document)
        kept = parsed(text)
        if len(text.encode()) > DOCUMENT_MOST_BYTES:
            raise UsageProblem(f"This is too long to be kept: {len(text.encode())} bytes.", "Shorten the texts that you gave.")
        with self._write():
            bench = self._drawn_id()
            number = int(self._run("SELECT coalesce(max(number), 0) + 1 FROM bench_rows").fetchone()[0])
            self._run(_ADD, number, run_id, kind, unit, at_s, text, sha256_of(text))
        return BenchRow(bench, number, run_id, kind, unit, at_s, kept, sha256_of(text))

    def rows(self, *, run_id: str | None = None, unit: str | None = None, kind: str | None = None) -> tuple[BenchRow, ...]:
        """Return this bench's rows in order: all, or those of a run, a unit, a kind.

        Raises:
            FileProblem: one of them was changed or damaged.
        """
        where, values = _where(run_id=run_id, unit=unit, kind=kind)
        return self._own_rows(where, *values)

    def finished_marks(self) -> dict[int, Mark]:
        """Return by number the marks of the rows of finished runs and of no run."""
        found = self._read(f"SELECT number, {_MARK} FROM bench_rows WHERE {_FINISHED} ORDER BY number")
        return {int(number): Mark(*mark) for number, *mark in found}

    def numbered_rows(self, numbers: Sequence[int]) -> tuple[BenchRow, ...]:
        """Return this bench's rows of these numbers, in order."""
        return self._own_rows(f"number IN ({', '.join('?' * len(numbers))})", *numbers)

    def _own_rows(self, where: str, *values: object) -> tuple[BenchRow, ...]:
        found = self._read(f"SELECT (SELECT bench FROM bench_self), {_COLUMNS} FROM bench_rows WHERE {where} ORDER BY number", *values)
        return tuple(whole_row(row, self.path) for row in found)

    def next_certificate_number(self, at_s: int) -> str:
        """Take a certificate number and return it: ``W-<bench>-2026-000123``, or ``SIMULATED-...`` for practice.

        It is never taken twice, and counts on over the years. One that no certificate follows is lost.

        Raises:
            FileProblem: it cannot be written.
        """
        year = datetime.fromtimestamp(at_s, UTC).year
        with self._write():
            bench = self._drawn_id()
            sequence = int(self._run("SELECT coalesce(max(sequence), 0) + 1 FROM bench_certificate_numbers").fetchone()[0])
            number = f"{'SIMULATED' if self.practice else 'W'}-{bench}-{year}-{sequence:06}"
            self._insert("bench_certificate_numbers", sequence=sequence, number=number, taken_s=at_s)
        return number

    def other_rows(self, unit: str | None = None, kind: str | None = None) -> tuple[BenchRow, ...]:
        """Return what was fetched from other benches, of a unit or of all: bench by bench, in order.

        Raises:
            FileProblem: one of them was changed or damaged.
        """
        where, values = _where(unit=unit, kind=kind)
        found = self._read(f"SELECT bench, {_COLUMNS} FROM bench_other_rows WHERE {where} ORDER BY bench, number", *values)
        return tuple(whole_row(row, self.path) for row in found)

    def known_units(self) -> tuple[str, ...]:
        """Return the serial numbers that this bench has worked on, in order."""
        return tuple(str(unit) for (unit,) in self._read("SELECT DISTINCT unit FROM bench_rows WHERE unit <> '' ORDER BY unit"))

    def other_marks(self) -> dict[tuple[str, int], Mark]:
        """Return by bench and number the marks of what was fetched from other benches."""
        found = self._read(f"SELECT bench, number, {_MARK} FROM bench_other_rows")
        return {(str(bench), int(number)): Mark(*mark) for bench, number, *mark in found}

    def keep_other_rows(self, rows: Iterable[BenchRow]) -> int:
        """Keep rows of other benches, all or none, and return how many were new.

        Raises:
            FileProblem: one is here with other content (then none is kept), or they cannot be written.
        """
        added = 0
        with self._write():
            for row in rows:
                known = self._run(f"SELECT {_MARK} FROM bench_other_rows WHERE bench = ? AND number = ?", *row[:2]).fetchone()
                if known is None:
                    self._run(_ADD_OTHER, *row[:6], canonical(row.document), row.sha256)
                    added += 1
                elif Mark(*known) != row.mark:
                    raise contradiction(row.bench, row.number, row.mark, Mark(*known))
        return added


def is_practice(bench: str) -> bool:
    """Return whether a bench is a practice store."""
    return bench.startswith(PRACTICE_ID)


def whole_row(row: tuple[Any, ...], path: Path | str) -> BenchRow:
    """Return a row as it was read from a place, its document last but one.

    Raises:
        FileProblem: the document is not the one that was written.
    """
    bench, number, run_id, kind, unit, at_s, text, sha256 = row
    try:
        if sha256_of(text) != sha256:
            raise ValueError("another document")
        return BenchRow(str(bench), int(number), str(run_id), str(kind), str(unit), int(at_s), parsed(text), str(sha256))
    except (ValueError, TypeError, AttributeError) as error:
        raise FileProblem(
            f"Row {number} of bench {bench} in '{path}' was changed or damaged after it was written.",
            "Nothing was changed. Take it from a copy, or have the work done anew.",
            {"path": str(path), "cause": "damaged", "bench": bench, "number": number},
        ) from error


def contradiction(bench: str, number: int, there: Mark, here: Mark) -> FileProblem:
    """Return the problem of two rows with one number: the one in the database, and the one in this store."""
    return FileProblem(
        f"Row {number} of bench {bench} is not the same in both places: {_told(there)} there, {_told(here)} here.",
        "Two stores use one bench id: one is a copy of the other. Use one of them alone; move the other away to begin anew.",
        {"bench": bench, "number": number, "sha256_there": there.sha256, "sha256_here": here.sha256},
    )


def _where(**asked: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition for what was asked, by column, and its values."""
    wanted = {name: value for name, value in asked.items() if value is not None}
    return " AND ".join(f"{name} = ?" for name in wanted) or "1", tuple(wanted.values())


def _told(mark: Mark) -> str:
    return f"'{mark.kind} {mark.unit or '-'} {mark.sha256[:12]}'"


def _judge(kind: str, run_id: str, unit: str, at_s: int) -> None:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"not a kind of row: {kind!r}")
    if not _RUN_ID.fullmatch(run_id):
        raise ValueError(f"not a run id: {run_id!r}")
    if len(unit) > _UNIT_MOST or (unit and not unit.isprintable()):
        raise ValueError(f"not a serial number: {unit!r}")
    if type(at_s) is not int:
        raise TypeError(f"not a UTC second: {at_s!r}")
