"""A process that treats in real time and says what it cost: ``python -m tests.benchmarks.treating PORT DATA HOW SECONDS``.

HOW is ``view`` (the live view, on this terminal), ``plain`` (nobody watches), or ``bare``: a
loop that reads what the wand says and does nothing else. Prints one JSON object at the end.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from microderm_ctl.clock import RealClock
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import Plan, Zone
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress, Watcher
from microderm_ctl.wand import Wand
from tests.benchmarks.memory_of import resident_kib
from tests.benchmarks.virtual import Nobody, a_person
from tests.treatment.leading import plan_of, planned

PLAN_S: Final = 360
SETTLE_MS: Final = 1_000
"""After touching down, before it is counted."""


class Meter:
    """Watches for somebody, and counts processor time while the wand is on the skin."""

    def __init__(self, watcher: Watcher, duration_s: float) -> None:
        self._watcher = watcher
        self._duration_s = duration_s
        self._sealed_ms: int | None = None
        self._began: tuple[float, float] | None = None
        self.percent: float | None = None

    def told(self, event: Event, t_ms: int) -> None:
        self._watcher.told(event, t_ms)

    def shown(self, progress: Progress) -> None:
        self._watcher.shown(progress)
        reading = progress.reading
        if self._sealed_ms is None and reading.sealed and reading.state == "RUN":
            self._sealed_ms = reading.received_ms
        if self._began is None:
            if self._sealed_ms is not None and reading.received_ms - self._sealed_ms >= SETTLE_MS:
                self._began = time.perf_counter(), time.process_time()
            return
        wall_s = time.perf_counter() - self._began[0]
        if wall_s >= self._duration_s and self.percent is None:
            self.percent = (time.process_time() - self._began[1]) / wall_s * 100

    def wishes(self) -> Sequence[Wish]:
        return [*self._watcher.wishes(), *([Wish.STOP] if self.percent is not None else [])]


def plan() -> Plan:
    """Return a plan that is never done while it is watched."""
    return plan_of(*(planned(zone, seconds=PLAN_S // 2) for zone in (Zone.NOSE, Zone.CHIN)))


def treat(port: str, data: Path, how: str, duration_s: float) -> dict[str, float]:
    """Treat until it was counted for so long."""
    now_s = RealClock().utc_s()
    with open_store(data, practice=True) as store:
        person = a_person(store, f"Person {os.getpid()}")
        with Wand.open(port) as wand:
            prepared = prepare(store, person, wand, now_s)
            book = TreatmentBook(store, prepared, wand.identity.serial, plan(), {}, finishes=False)
            with _view(how, wand.identity.serial) as watcher:
                meter = Meter(watcher, duration_s)
                Runner(wand, plan(), book, meter).run(person.wire_tag, now_s)
    if meter.percent is None:
        raise RuntimeError("the wand stopped too early")
    return {"percent": meter.percent, "kib": resident_kib("self")}


def _view(how: str, serial: str) -> AbstractContextManager[Watcher]:
    if how != "view":
        return nullcontext(Nobody())
    from microderm_ctl.cli.keys import Keys
    from microderm_ctl.cli.live import Heading, Live

    return Live(Heading("Ann", serial, True, plan()), Keys())


def read_only(port: str, duration_s: float) -> dict[str, float]:
    """Read what the wand says, and nothing else."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < duration_s:
        os.read(descriptor, 4096)
    return {"percent": (time.process_time() - cpu) / (time.perf_counter() - began) * 100, "kib": resident_kib("self")}


def main() -> None:
    """Do it, and print what it cost on the descriptor that was handed over."""
    port, data, how, duration_s = sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    result = read_only(port, duration_s) if how == "bare" else treat(port, data, how, duration_s)
    (data / f"{how}.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
