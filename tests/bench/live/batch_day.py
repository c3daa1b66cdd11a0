"""A day at the bench in figures: ``python -m tests.bench.live.batch_day [UNITS]``.

Simulated units on one virtual clock with one gauge, by the shipped procedure. The unit that comes next is got
ready before the present one is begun, since virtual time has one thread: on real ports both happen at once, so
the gauge's idle time here is what it is at most. Hands are counted from the scan of a label to the unplugged unit.
"""

import sys
import tempfile
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Final, NamedTuple

from microderm_ctl.bench.live.ahead import SteppedAhead
from microderm_ctl.bench.live.batch import Outcome, Queue, UnitResult, begin_batch
from microderm_ctl.bench.live.journal import Environment, begun
from microderm_ctl.bench.procedure import Procedure, shipped
from microderm_ctl.cli.bench import calibrate, day
from microderm_ctl.cli.context import SIM, Invocation, Options
from microderm_ctl.clock import VirtualClock
from microderm_ctl.simulator.board import PRACTICE_SERVICE_KEY
from microderm_ctl.simulator.live import shared_clock

UNITS: Final = 20
MOVE_S: Final = 20
"""To take one unit off the fixture and set the next one on it: the gauge waits meanwhile."""
ROOM: Final = Environment(22.0)
ON: Final = ("reading the record", "Unit", "set aside")
"""The words with which a unit is on the gauge, and those with which it is not any more: done, or set aside."""
IDLE_MOST: Final = 0.20
HANDS_MOST: Final = 6


class Said(NamedTuple):
    """What was said of a unit, and when."""

    at_s: float
    serial: str
    text: str


class Person(day.UnitOperator):
    """Takes the time that a person takes over moving a unit; the other hands are the simulator's."""

    day: "TimedDay"

    def _say(self, event: str, text: str, line: str) -> None:
        clock = self.day.virtual
        self.day.said.append(Said(clock.now_ms() / 1000, self._serial, text))
        if text.startswith("Set unit"):
            clock.sleep_ms(MOVE_S * 1000)


class TimedDay(day.Day):
    """Keeps what is said, with its time."""

    virtual: VirtualClock

    def operator(self, serial: str) -> day.UnitOperator:
        if serial not in self._operators:
            person = Person(self._call, serial, self._lock)
            person.day = self
            self._operators[serial] = person
        return self._operators[serial]

    @property
    def said(self) -> list[Said]:
        if not hasattr(self, "_said"):
            self._said: list[Said] = []
        return self._said


class Figures(NamedTuple):
    """What a day came to: means for each unit, and shares of the time from the first use of the gauge to the last."""

    units: int
    passed: int
    hand_actions: int
    waiting_s: float
    """The person at the unit: until it is unlocked, and at the hand pump."""
    unit_s: float
    """From one unit to the next."""
    empty: float
    """No unit is on the gauge; one that fails in the end is on it until then."""
    unused: float
    """Besides, a unit is on it that does not need it: leak, duty map, step."""
    real_s: float
    reasons: tuple[str, ...]
    """Of those that did not pass."""


def work(units: int, directory: Path, procedure: Procedure) -> Figures:
    """Calibrate so many units, and return the figures."""
    began = time.monotonic()
    clock = shared_clock(day.CLOCK, 1_800_000_000)
    with Invocation(Options(port=SIM, data_dir=directory), command="bench batch") as call:
        terms = day.Terms("Kim", ROOM, SIM, None, calibrate.Wanted(), directory / "out")
        timed = TimedDay(call, terms, PRACTICE_SERVICE_KEY, True, clock)
        timed.virtual = clock
        store = call.store(True)
        queue = begin_batch(store, begun("batch", "", "Kim", procedure, None, ROOM, True), {}, timed.now_s())
        results = _worked(timed, queue, clock, [f"SIM-{number:04}" for number in range(1, units + 1)])
    return _figures(results, timed.said, time.monotonic() - began)


def _worked(timed: TimedDay, queue: Queue, clock: VirtualClock, serials: list[str]) -> list[UnitResult]:
    labels: SimpleQueue[str] = SimpleQueue()
    for serial in serials:
        queue.scan(serial, timed.now_s())
        labels.put(serial)
    results = []
    with SteppedAhead(lambda: None if labels.empty() else labels.get(), timed.prepared, clock) as ahead:
        while (ready := ahead.take()) is not None:
            results.append(timed.worked_on(ready, queue))
    return results


def _figures(results: list[UnitResult], said: list[Said], real_s: float) -> Figures:
    passed = [one for one in results if one.outcome is Outcome.PASS]
    serials = [one.serial for one in passed]
    begun = [one.serial for one in results if any(word.serial == one.serial and word.text.startswith(ON[0]) for word in said)]
    begin_s = next(one.at_s for one in said if one.text.startswith("Set unit"))
    whole_s = said[-1].at_s - begin_s
    waiting_s = sum(
        _between(said, one, "Hold the button", "tests itself") + _between(said, one, "Draw with", "restarting") for one in serials
    )
    return Figures(
        len(results),
        len(passed),
        max(one.hand_actions for one in passed),
        waiting_s / len(passed),
        whole_s / len(results),
        1 - sum(_between(said, one, *ON) for one in begun) / whole_s,
        sum(_between(said, one, "leak:", "how the unit") for one in serials) / whole_s,
        real_s,
        tuple(f"{one.serial}: {one.outcome.value}, {one.reason}" for one in results if one.outcome is not Outcome.PASS),
    )


def _between(said: list[Said], serial: str, first: str, *then: str) -> float:
    own = [one for one in said if one.serial == serial]
    begin = next(one for one in own if one.text.startswith(first))
    return next(one.at_s for one in own if one.at_s >= begin.at_s and one is not begin and one.text.startswith(then)) - begin.at_s


def lines(figures: Figures) -> list[str]:
    """Return the figures as a table with their limits."""
    return [
        f"{figures.passed} of {figures.units} simulated units passed, in {figures.real_s:.0f} s of this computer's time",
        f"hand actions a unit            {figures.hand_actions:7}      at most {HANDS_MOST}",
        f"person waits at a unit         {figures.waiting_s:7.0f} s",
        f"from one unit to the next      {figures.unit_s:7.0f} s",
        f"gauge with no unit on it       {100 * figures.empty:7.1f} %",
        f"gauge with a unit, not needed  {100 * figures.unused:7.1f} %",
        f"gauge idle in all              {100 * (figures.empty + figures.unused):7.1f} %    under {100 * IDLE_MOST:.0f} %",
        *figures.reasons,
    ]


def main() -> None:
    """Print the figures of a day."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    with tempfile.TemporaryDirectory() as directory:
        print("\n".join(lines(work(units, Path(directory), shipped()))))


if __name__ == "__main__":
    main()
