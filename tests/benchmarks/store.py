"""The store beside sqlite3 by hand: the same tables, the same promises, no sentences for errors."""

import json
import sqlite3
import struct
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from microderm_ctl.records.database import shipped_migrations
from microderm_ctl.records.rows import TreatmentRecord, to_json
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.records.treatments import ZoneUse
from tests.benchmarks.figures import Row
from tests.benchmarks.measure import in_turn
from tests.benchmarks.virtual import ZONES, a_person, a_plan
from tests.treatment.leading import NOW_S

MOST: Final = 2
SAMPLES: Final = 3_600
CHUNK: Final = 50
TREATMENTS: Final = 1_000
UNITS: Final = 10_000
GROWN: Final = (10, 100, 1_000)
IN_MEMORY: Final = Path("/dev/shm")
"""Where there is one, so that the minutes of waiting for a disk, which are the same for both, are spared."""
PLAN: Final = to_json(a_plan(360))
_SAMPLE: Final = struct.Struct("<IiHHBBH")


def a_sample(number: int) -> Sample:
    """Return a sample, ten a second."""
    return Sample(number * 100, 9_900 + number % 200, 10_000, 12_000, 5, number * len(ZONES) // SAMPLES, 0x03FF)


class ByHand:
    """What somebody writes who needs the same: one connection, one statement after another."""

    def __init__(self, path: Path) -> None:
        """Open a file of the same tables, with the same promises to the disk."""
        self.db = sqlite3.connect(path, isolation_level=None)
        for migration in shipped_migrations():
            self.db.executescript(migration.sql)
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
            self.db.execute(f"PRAGMA {pragma}").fetchall()
        self.db.execute("INSERT INTO persons (name, name_key, tag, began_s) VALUES ('Ann', 'ann', '00000001', 0)")

    def treat(self, number: int, samples: int) -> None:
        """Write a treatment: intent, limits, trace, end."""
        db = self.db
        self._safely()
        db.execute("INSERT OR IGNORE INTO wands VALUES ('W', ?, ?)", (NOW_S, NOW_S))
        columns = "person_id, wand_serial, command_id, entry_before, grit, plan, answers, started_s, reserved_ms"
        values = (1, "W", number, 0, "fine", PLAN, "{}", NOW_S + number, 360_000)
        key = db.execute(f"INSERT INTO treatments ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values).lastrowid
        names = "treatment_id, row, zone, cap_pa, level_pa, planned_s, planned_passes"
        for row, zone in enumerate(ZONES):
            db.execute(f"INSERT INTO treatment_zones ({names}) VALUES (?, ?, ?, 12000, 10000, 60, 1)", (key, row, zone))
        db.execute("COMMIT")
        self._safely()
        db.execute("UPDATE treatments SET limits = '{}' WHERE id = ?", (key,))
        db.execute("COMMIT")
        db.execute("PRAGMA synchronous=NORMAL")
        packed = b""
        for place in range(samples):
            packed = (packed if place % CHUNK else b"") + _SAMPLE.pack(*a_sample(place))
            db.execute(
                "INSERT OR REPLACE INTO traces (treatment_id, chunk, layout, samples) VALUES (?, ?, 1, ?)", (key, place // CHUNK, packed)
            )
        self._safely()
        for row in range(len(ZONES)):
            db.execute("UPDATE treatment_zones SET sealed_ms = 60000, completed = 1 WHERE treatment_id = ? AND row = ?", (key, row))
        ended = "UPDATE treatments SET ended_s = ?, sealed_ms = 360000, cause = 'treatment-done', settled_by = 'run' WHERE id = ?"
        db.execute(ended, (NOW_S + number + 400, key))
        db.execute("COMMIT")

    def _safely(self) -> None:
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("BEGIN IMMEDIATE")

    def listed(self) -> list[tuple[object, ...]]:
        """Read every treatment with its zones."""
        found = []
        for row in self.db.execute("SELECT * FROM treatments WHERE person_id = 1 ORDER BY started_s, id").fetchall():
            zones = self.db.execute("SELECT * FROM treatment_zones WHERE treatment_id = ? ORDER BY row", (row[0],)).fetchall()
            found.append((*row, json.loads(row[7]), json.loads(row[8]), zones))
        return found

    def opened(self, key: int) -> list[tuple[object, ...]]:
        """Read one treatment's trace."""
        chunks = self.db.execute("SELECT samples FROM traces WHERE treatment_id = ? ORDER BY chunk", (key,)).fetchall()
        return [Sample(*one) for (chunk,) in chunks for one in _SAMPLE.iter_unpack(chunk)]


def write_ours(store: Store, person_id: int, number: int, samples: int) -> TreatmentRecord:
    """Write a treatment as the runner does."""
    now_s = NOW_S + number
    record = store.begin_treatment(person_id, "W", a_plan(360), {}, now_s, entry_before=0)
    store.keep_limits(record.id, {})
    for place in range(samples):
        store.append_sample(record.id, a_sample(place))
    uses = [ZoneUse(row, 60_000, 1, True) for row in range(len(ZONES))]
    return store.finish_treatment(record.id, now_s + 400, 360_000, "treatment-done", uses)


def cpu_ms(function: Callable[[], object]) -> Callable[[], float]:
    """Return what measures the CPU time of one call; waiting for the disk is not in it."""

    def measure() -> float:
        began = time.process_time()
        function()
        return (time.process_time() - began) * 1000

    return measure


def store(rounds: int, treatments: int = TREATMENTS, units: int = UNITS, samples: int = SAMPLES) -> Row:
    """Measure writing, listing and opening, and how listing grows."""
    row, numbers = Row("store"), iter(range(1, 10_000_000))
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as directory, open_store(Path(directory) / "ours") as ours:
        (Path(directory) / "hand").mkdir()
        hand, person = ByHand(Path(directory) / "hand" / "hand.sqlite3"), a_person(ours, "Ann").id
        keys: list[int] = []

        def write() -> None:
            keys.append(write_ours(ours, person, next(numbers), samples).id)

        written = in_turn({"ours": cpu_ms(write), "hand": cpu_ms(lambda: hand.treat(next(numbers), samples))}, rounds)
        row.versus(f"write a treatment with {samples:,} samples", "ms CPU", written["ours"], "sqlite3 by hand", written["hand"], MOST)
        opened = in_turn({"ours": cpu_ms(lambda: ours.trace(keys[0])), "hand": cpu_ms(lambda: hand.opened(1))}, rounds * 3)
        row.versus(f"open a trace of {samples:,} samples", "ms CPU", opened["ours"], "sqlite3 by hand", opened["hand"], MOST)
        for size in [one for one in GROWN if one <= treatments]:
            while len(ours.treatments(person)) < size:
                write_ours(ours, person, next(numbers), 0)
                hand.treat(next(numbers), 0)
            listed = in_turn({"ours": cpu_ms(lambda: ours.treatments(person)), "hand": cpu_ms(hand.listed)}, rounds * 2)
            row.versus(f"list {size:,} treatments", "ms CPU", listed["ours"], "sqlite3 by hand", listed["hand"], MOST)
        _units(row, ours, hand.db, rounds, units)
    return row


def a_document(number: int) -> dict[str, object]:
    """Return what a bench writes down of one unit's check."""
    points = [{"gauge_pa": pressure, "wand_pa": pressure + number % 17} for pressure in range(0, 25_001, 5_000)]
    return {"unit": f"U{number:05}", "outcome": "pass", "points": points}


def write_by_hand(db: sqlite3.Connection, number: int) -> None:
    """Write down a unit's check, on the disk when it returns."""
    text = json.dumps(a_document(number), sort_keys=True, separators=(",", ":"))
    db.execute("PRAGMA synchronous=FULL")
    db.execute("BEGIN IMMEDIATE")
    following = db.execute("SELECT coalesce(max(number), 0) + 1 FROM bench_rows").fetchone()[0]
    values = (following, "", "check", f"U{number:05}", NOW_S, text, sha256(text.encode()).hexdigest())
    db.execute("INSERT INTO bench_rows VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    db.execute("COMMIT")


def read_by_hand(db: sqlite3.Connection, unit: str | None = None) -> list[tuple[object, ...]]:
    """Read the rows of a unit, or all."""
    where, values = ("WHERE unit = ?", (unit,)) if unit else ("", ())
    found = db.execute(f"SELECT * FROM bench_rows {where} ORDER BY number", values).fetchall()
    return [(*row[:5], json.loads(row[5]), row[6]) for row in found]


def _units(row: Row, ours: Store, hand: sqlite3.Connection, rounds: int, units: int) -> None:
    """Measure what a bench keeps of many units: adding, first and last, and reading."""
    numbers = iter(range(10_000_000))

    def add() -> int:
        number = next(numbers)
        return ours.append_row("check", a_document(number), at_s=NOW_S, unit=f"U{number:05}").number

    def adding() -> dict[str, list[float]]:
        return in_turn({"ours": cpu_ms(add), "hand": cpu_ms(lambda: write_by_hand(hand, next(numbers)))}, rounds * 5)

    taken = adding()
    row.versus("keep a unit's record, the first ones", "ms CPU", taken["ours"], "sqlite3 by hand", taken["hand"], MOST)
    while add() < units:
        pass
    while hand.execute("SELECT count(*) FROM bench_rows").fetchone()[0] < units:
        write_by_hand(hand, next(numbers))
    taken = adding()
    row.versus(f"keep a unit's record after {units:,}", "ms CPU", taken["ours"], "sqlite3 by hand", taken["hand"], MOST)
    taken = in_turn({"ours": cpu_ms(lambda: ours.rows(unit="U00000")), "hand": cpu_ms(lambda: read_by_hand(hand, "U00000"))}, rounds * 5)
    row.versus(f"open one unit's among {units:,}", "ms CPU", taken["ours"], "sqlite3 by hand", taken["hand"], MOST)
    taken = in_turn({"ours": cpu_ms(ours.rows), "hand": cpu_ms(lambda: read_by_hand(hand))}, rounds)
    row.versus(f"read all {units:,}, hashes checked", "ms CPU", taken["ours"], "by hand, unchecked", taken["hand"], MOST)
