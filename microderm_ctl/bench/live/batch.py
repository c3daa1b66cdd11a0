"""The labels of a day's work: on the disk as they are scanned, and with what became of each, so that a batch outlives its computer.

A batch is a run of its own: a row for each label as it was scanned, one for each unit as it is begun, and
one for what became of it. The calibrations are runs like any other, each with a row that names its batch.
"""

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from microderm_ctl.bench.frozen import conform, from_plain, to_plain
from microderm_ctl.bench.live.journal import Begun, Ended, Journal, open_runs
from microderm_ctl.records.bench import BEGIN, END, BenchRow
from microderm_ctl.records.store import Store

WORK: Final = "batch"
CALIBRATE: Final = "calibrate"
ASKED: Final = "asked"
SCAN: Final = "scan"
TURN: Final = "turn"
UNIT: Final = "unit"
NOTE: Final = "batch"
"""Kind of the row in a calibration that names its batch."""


class Outcome(Enum):
    """What became of a unit."""

    PASS = "pass"
    FAIL = "fail"
    """A check failed; its run is ended."""
    ASIDE = "aside"
    """It could not be worked with; what was begun can be resumed."""


class UnitResult(NamedTuple):
    """What became of a unit, and what it took."""

    serial: str
    outcome: Outcome
    reason: str
    worst_error_pa: float | None
    """As left, the one that is furthest from zero; None where nothing was verified."""
    expanded_pa: float | None
    """U of that one."""
    number: str
    sha256: str
    issued_s: int | None
    seconds: float
    """On the gauge."""
    hand_actions: int


class Queue:
    """The rows of one batch."""

    def __init__(self, store: Store, run_id: str) -> None:
        """Take up a batch; it is begun with ``begin_batch``.

        Args:
            store: opened on the thread that uses this.
            run_id: of the batch.
        """
        self._store = store
        self.run_id = run_id

    def scan(self, serial: str, at_s: int) -> bool:
        """Keep a label; False where it is waiting already, or has passed."""
        passed = {one.serial for one in self.results() if one.outcome is Outcome.PASS}
        if serial in passed or serial in self.waiting():
            return False
        self._append(SCAN, {"serial": serial}, at_s, serial)
        return True

    def waiting(self) -> tuple[str, ...]:
        """Return the labels of which nothing has become yet, in the order in which they were scanned."""
        left = Counter(row.unit for row in self._store.rows(run_id=self.run_id, kind=SCAN))
        left.subtract(one.serial for one in self.results())
        return tuple(serial for serial, times in left.items() if times > 0)

    def put_down(self, result: UnitResult, at_s: int) -> None:
        """Keep what became of a unit."""
        self._append(UNIT, to_plain(conform(result)), at_s, result.serial)

    def results(self) -> tuple[UnitResult, ...]:
        """Return what became of the units so far."""
        return tuple(from_plain(UnitResult, row.document) for row in self._store.rows(run_id=self.run_id, kind=UNIT))

    def begin_turn(self, serial: str, at_s: int) -> None:
        """Note that a unit's turn has come: a calibration of it that begins after this belongs to the batch."""
        self._append(TURN, {"serial": serial}, at_s, serial)

    def run_of(self, serial: str) -> BenchRow | None:
        """Return the first row of the last calibration that this batch has begun on a unit; None where there is none."""
        turns = [row.number for row in self._store.rows(run_id=self.run_id, unit=serial, kind=TURN)]
        begun = [row for row in self._store.rows(unit=serial, kind=BEGIN) if row.document["work"] == CALIBRATE]
        return begun[-1] if begun and turns and begun[-1].number > turns[0] else None

    def ended_run(self, serial: str) -> BenchRow | None:
        """Return the row that ended a unit's calibration, where nothing is kept yet of what became of the unit."""
        begun = self.run_of(serial)
        ends = self._store.rows(run_id=begun.run_id, kind=END) if begun else ()
        known = [row.number for row in self._store.rows(run_id=self.run_id, unit=serial, kind=UNIT)]
        return ends[-1] if ends and ends[-1].number > max(known, default=0) else None

    def end(self, ended: Ended, at_s: int) -> None:
        """Write down that it is over."""
        self._append(END, to_plain(ended), at_s, "")

    def _append(self, kind: str, document: Mapping[str, Any], at_s: int, unit: str) -> None:
        self._store.append_row(kind, dict(document), at_s=at_s, run_id=self.run_id, unit=unit)


def begin_batch(store: Store, head: Begun, asked: Mapping[str, Any], at_s: int) -> Queue:
    """Begin a batch, with what was asked for once."""
    journal = Journal.begin(store, head, lambda: at_s)
    journal.log(ASKED, asked)
    return Queue(store, journal.run_id)


def asked_for(store: Store, run_id: str) -> dict[str, Any]:
    """Return what was asked for when a batch was begun; nothing where it was cut off before that was kept."""
    rows = store.rows(run_id=run_id, kind=ASKED)
    return dict(rows[-1].document) if rows else {}


def open_batch(store: Store) -> BenchRow | None:
    """Return the first row of the batch that was cut off last; None where there is none."""
    waiting = open_runs(store, WORK)
    return waiting[-1] if waiting else None
