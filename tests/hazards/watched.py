"""A wand that is treating somebody while something breaks in it, and the truth about its air at every step.

The judge is the true vacuum and the true pump of the virtual board, never what the wand
measures, believes or says.
"""

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.simulator.faults import parse_fault
from microderm_ctl.simulator.hand import AutoHand, Hand
from microderm_ctl.simulator.pneumatics import STEP_MS, Plant
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_protocol import codes
from tests.simulator.computer import UTC_S, Computer

SET_POINT_PA: Final = 12_000
TRIP_PA: Final = 13_500
RESTS: Final = ("SAFE", "LINKED", "COOLDOWN", "FAULT", "LOCKOUT", "OFF")


class Truth(NamedTuple):
    """What was so after one step."""

    at_ms: int
    state: str
    cause: str
    is_driven: bool
    """Whether the program drives the pump."""
    vent_told_open: bool
    vacuum_pa: float
    speed: float
    """How fast the pump really turns, 0 to 1."""


class Watch:
    """Takes down the truth of each step."""

    def __init__(self) -> None:
        self.rows: list[Truth] = []

    def row(self, unit: Unit) -> None:
        board = unit.board
        self.rows.append(Truth(unit.now_ms, unit.state, unit.cause, board.duty > 0, board.vent_open, board.vacuum_pa, board.air.pump_speed))


class Sealing(AutoHand):
    """A polite hand whose seal a test chooses."""

    def __init__(self, seal_mm2: float) -> None:
        super().__init__(Random(1))
        self.chosen_mm2 = seal_mm2

    def touch(self, seal_mm2: float = 0.0) -> None:
        super().touch(self.chosen_mm2)


class Case:
    """A treatment in its zone, sealed and at its set point, about to meet what breaks."""

    def __init__(
        self,
        set_point_pa: int = SET_POINT_PA,
        seconds: int = 30,
        seal_mm2: float = 0.08,
        plant: Plant | None = None,
        hand: Hand | None = None,
        faults: tuple[str, ...] = (),
    ) -> None:
        self.watch = Watch()
        self.hand = hand or Sealing(seal_mm2)
        self.unit = make_unit(seed=1, utc_s=UTC_S, hand=self.hand, plant=plant, trace=self.watch, faults=faults)
        self.computer = Computer(self.unit)
        self.computer.begin(set_point_pa, set_point_pa, seconds=seconds)
        self.broken_ms = 0

    def settle(self, duration_ms: int = 2_000) -> "Case":
        """Run until the tip was sealed for a while."""
        self.until(lambda truth: truth.state == "RUN" and truth.vacuum_pa > 1_000)
        self.computer.run(duration_ms)
        self.broken_ms = self.unit.now_ms
        return self

    def breaks(self, *faults: str) -> "Case":
        """Let something break now."""
        for fault in faults:
            self.unit.break_now(parse_fault(fault))
        self.broken_ms = self.unit.now_ms
        return self

    def until(self, is_so: Callable[[Truth], bool], most_ms: int = 120_000) -> Truth:
        """Run until something is so."""
        for _ in range(most_ms // STEP_MS):
            self.computer.run(STEP_MS)
            if is_so(self.watch.rows[-1]):
                return self.watch.rows[-1]
        raise AssertionError(f"not within {most_ms} ms; the wand is in {self.unit.state} for {self.unit.cause}")

    def to_rest(self, *states: str, most_ms: int = 120_000) -> "Case":
        """Run until the wand rests (or is in one of the states), and half a second more."""
        self.until(lambda truth: truth.state in (states or RESTS), most_ms)
        self.computer.run(500)
        return self

    @property
    def ended(self) -> tuple[str, str]:
        """State and cause now."""
        return self.unit.state, self.unit.cause

    @property
    def causes(self) -> list[str]:
        """Why RUN was left, each time."""
        return [codes.CAUSES[event.cause] for event in self.computer.events if event.before == codes.RUN]

    @property
    def since(self) -> list[Truth]:
        """The truth since it broke."""
        return [row for row in self.watch.rows if row.at_ms > self.broken_ms]

    @property
    def driven_ms(self) -> int:
        """How long after it broke the pump was last driven."""
        return max((row.at_ms - self.broken_ms for row in self.since if row.is_driven), default=0)

    @property
    def most_pa(self) -> float:
        """The most true vacuum since it broke."""
        return max(row.vacuum_pa for row in self.since)

    def above_ms(self, vacuum_pa: float) -> int:
        """How long the true vacuum was above a value since it broke."""
        return STEP_MS * sum(row.vacuum_pa > vacuum_pa for row in self.since)
