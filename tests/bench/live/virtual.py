"""A unit in its fixture with a gauge beside it, in this process and in virtual time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from microderm_ctl.bench.gauges import LineGauge, describe, practice_record
from microderm_ctl.bench.live.calibrate import Calibrating
from microderm_ctl.bench.live.journal import Environment, Journal, begun
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.procedure import Procedure, shipped
from microderm_ctl.records.store import Store
from microderm_ctl.simulator.bench_gauge import gauge_beside
from microderm_ctl.simulator.board import PRACTICE_SERVICE_KEY
from microderm_ctl.simulator.live import find_live
from microderm_ctl.simulator.unit import Unit
from microderm_ctl.wand import Wand

UTC_S: Final = 1_800_000_000
TODAY: Final = date(2027, 1, 15)
ROOM_C: Final = 22.0


_FULL: Final = shipped()
QUICK: Final = _FULL._replace(
    numbers=_FULL.numbers._replace(
        warm_up_s=1, zero_s=1, preload_hold_s=1, preload_vent_s=1, top_hold_s=2, dwell_s=1, window_s=1, timeout_s=6, mean_s=1,
        slope_pa_s=80, map_points=12,
    )
)  # fmt: skip
"""The procedure with short waits: nothing re-warms in the simulator, and what is tried is not how good a result is."""


class Yes:
    """An operator who agrees to everything, and remembers what was said."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.asked_hands: list[str] = []
        self.diffs: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)

    def hands(self, text: str) -> None:
        self.asked_hands.append(text)

    def agrees(self, text: str) -> bool:
        self.diffs.append(text)
        return True


def url(serial: str, memory: Path, **options: str) -> str:
    told = {"serial": serial, "hand": "bench", "memory": str(memory), "utc": str(UTC_S), "seed": "1"} | options
    return f"sim://?{urlencode(told)}"


@contextmanager
def on_bench(serial: str, memory: Path, **options: str) -> Iterator[BenchUnit]:
    """Give a unit that is open but not unlocked."""
    spec = url(serial, memory, **options)
    with BenchUnit(Wand.open(spec), lambda: Wand.open(spec)) as unit:
        yield unit


def truth(unit: BenchUnit) -> Unit:
    """Return the simulated unit itself, of which a bench knows nothing."""
    return find_live(unit.serial)[0]


def rig_of(unit: BenchUnit, procedure: Procedure = QUICK, faults: tuple[str, ...] = ()) -> Rig:
    """Return unit and gauge; the unit is unlocked."""
    unit.unlock(PRACTICE_SERVICE_KEY)
    record = practice_record(TODAY)
    line = gauge_beside(unit.serial, record.description, faults=faults)
    return Rig(unit, LineGauge(line, describe(record.description), unit.clock, "the gauge"), record, procedure)


def calibrating(store: Store, rig: Rig, journal: Journal | None = None, operator: Yes | None = None) -> Calibrating:
    """Return a calibration that begins, or goes on."""
    unit = rig.unit

    def now_s() -> int:
        return unit.clock.utc_s()

    head = begun("calibrate", unit.serial, "Kim", rig.procedure, rig.record, Environment(ROOM_C), True)
    return Calibrating(rig, journal or Journal.begin(store, head, now_s), operator or Yes())
