"""A calibration from the first reading to the released unit, each step written down before the next.

    work = Calibrating(rig, journal, Operator...)
    found = work.measure()          # warm-up to as found; nothing has been written to the unit
    judged = judge(found, ...)      # pure: fit, gates, errors as found
    work.adjust(...)                # stage, read back, commit, restart, read back
    work.finish()                   # as left, duty map, step, leak, protections

A run that was cut off is taken up by making the same calls: what is done is not done again, and a
series that was cut off begins anew, after the vacuum was let go and one preload.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol, TypeVar

from microderm_ctl.bench.characterise import duty_map
from microderm_ctl.bench.leak import Decay
from microderm_ctl.bench.live import steps
from microderm_ctl.bench.live.fixture import Blanked
from microderm_ctl.bench.live.journal import POINT, Journal
from microderm_ctl.bench.live.problems import NotKept, PassedBy, UnitSwapped
from microderm_ctl.bench.live.rig import Line, Point, Rig
from microderm_ctl.bench.live.steps import DutyStudy, LeakDown, Preloads, Protections, Series, Silenced, Stepped, WarmUp, Zeroed
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.live.values import Kept, Record
from microderm_ctl.bench.procedure import series_points
from microderm_ctl.bench.readings import FACTORY, Coefficients, Direction
from microderm_ctl.bench.readings import Series as Cycle
from microderm_ctl.firmware import calibration as wand

NEVER_S: Final = 0
"""Date of a record that is void on purpose: no treatment is started with a calibration that is older than two years."""

SERIES_TRIES: Final = 3
"""A series in which a point was passed by begins again; not for ever."""
CONSENT_MS: Final = 300_000
"""How long an operator may think before SERVICE idles out."""

BLANKED: Final = "blanked"
"""The step of a run in which the fixture's own leak is kept."""

T = TypeVar("T")


class Operator(Protocol):
    """Who works: is told what is done, asked for what hands must do, and asked before anything is written."""

    def tell(self, text: str, /) -> None:
        """Show what is being done."""

    def hands(self, text: str, /) -> None:
        """Say what hands have to do now; the bench notices by itself when it is done."""

    def agrees(self, text: str, /) -> bool:
        """Ask for consent."""


class Old(NamedTuple):
    """The record that the unit came with."""

    generation: int
    content_hex: str
    coefficients: Coefficients
    made_s: int
    is_first: bool
    """Whether there was no sound record, so that it worked with the factory's coefficients."""


class Measured(NamedTuple):
    """All that was read before anything is written."""

    old: Old
    warm_up: WarmUp
    zero: Zeroed
    preloads: Preloads
    up: Series
    down: Series

    @property
    def cycle(self) -> Cycle:
        """The cycle that is fitted."""
        up, down = ([point.reading for point in one.points] for one in (self.up, self.down))
        return Cycle(tuple(up), tuple(reversed(down)), tuple(point.reading for point in self.preloads.points[1:]))

    @property
    def old_coefficients(self) -> Coefficients:
        """Gain and curve that were in the unit, with the zero with which it worked."""
        return self.old.coefficients._replace(zero_raw=round(self.zero.zero_raw))


class Written(NamedTuple):
    """What was written to the unit, and read back before and after its restart."""

    generation: int
    content_hex: str
    at_s: int
    silenced: Silenced
    """How the unit stopped when the bench fell silent, tried before the restart that was due anyway."""


class Verified(NamedTuple):
    """Points that the fit has not seen, after the restart."""

    zero: Zeroed
    up: Series
    down: Series


class Characterised(NamedTuple):
    """Leak, pump and regulator."""

    leak: LeakDown
    duty: DutyStudy
    stepped: Stepped


class Calibrating:
    """One calibration on one unit."""

    def __init__(self, rig: Rig, journal: Journal, operator: Operator) -> None:
        """Take over a rig whose unit is in SERVICE, and the run's journal.

        Args:
            rig: unit and gauge.
            journal: new, or taken up again.
            operator: is told and asked.
        """
        self.rig = rig
        self.unit: BenchUnit = rig.unit
        self.journal = journal
        self._operator = operator
        self._numbers = rig.procedure.numbers
        self._is_preloaded = False
        """Whether the sensor's loop was closed since this process began."""

    def now_s(self) -> int:
        """Return the UTC second by which this run is dated."""
        return self.journal.now_s()

    @property
    def fixture(self) -> Decay | None:
        """The decay of the fixture alone that holds for this run, if it was measured that day."""
        known = self.journal.found(BLANKED, Blanked)
        return known.decay if known else None

    def agrees_to(self, text: str) -> bool:
        """Ask the operator for consent to what would be written."""
        self.unit.keep_alive(CONSENT_MS)
        return self._operator.agrees(text)

    def _step(self, name: str, kind: type[T], words: str, action: Callable[[], T]) -> T:
        """Do a step, unless it is done, and write down what it found."""
        done = self.journal.found(name, kind)
        if done is not None:
            return done
        if words:
            self._operator.tell(words)
        found = action()
        self.journal.keep(name, found)
        return found

    # Before anything is written

    def measure(self) -> Measured:
        """Warm up, zero, preload, and read the cycle."""
        numbers = self._numbers
        old = self._step("old", Old, "reading the record that is in the unit", lambda: read_old(self.unit))
        warm = self._step("warm-up", WarmUp, "warming up: up to 5 minutes", lambda: steps.warm_up(self.unit, numbers))
        self.rig.begin_series()
        zero = self._step("zero", Zeroed, "zero of unit and gauge, vented", lambda: steps.zero(self.rig, old.coefficients))
        loaded = self._step(
            "preloads", Preloads, f"{numbers.preloads} preloads to the top, {numbers.preload_hold_s} s each", lambda: self._preloads(zero)
        )
        self.rig.line = loaded.line
        points_pa = series_points(self.rig.procedure, loaded.top)
        up = self._series("up", points_pa, Direction.UP, loaded)
        down = self._series("down", tuple(reversed(points_pa)), Direction.DOWN, loaded)
        return Measured(old, warm, zero, loaded, up, down)

    def _preloads(self, zero: Zeroed) -> Preloads:
        found = steps.preloads(self.rig, zero.point.shown_pa)
        self._is_preloaded = True
        return found

    def _series(self, name: str, points_pa: tuple[int, ...], direction: Direction, loaded: Preloads) -> Series:
        def read() -> Series:
            for _ in range(SERIES_TRIES - 1):
                try:
                    return self._read_series(name, points_pa, direction, loaded)
                except PassedBy as problem:
                    self._operator.tell(f"{problem.sentence} The series begins again.")
                    self.rig.vent()
                    self._is_preloaded = False
            return self._read_series(name, points_pa, direction, loaded)

        return self._step(name, Series, f"{name.replace('-', ' ')}: {len(points_pa)} points", read)

    def _read_series(self, name: str, points_pa: tuple[int, ...], direction: Direction, loaded: Preloads) -> Series:
        self._check_same()
        if not self._is_preloaded:
            self._operator.tell("one preload first")
            steps.preload(self.rig, loaded.top)
            self._is_preloaded = True
        if direction is Direction.DOWN:
            self._operator.tell(f"holding the top for {self._numbers.top_hold_s} s")
            steps.top_hold(self.rig, points_pa[0])
        return steps.series(self.rig, points_pa, direction, lambda point: self._note(name, point))

    def _note(self, series: str, point: Point) -> None:
        reading = point.reading
        self.journal.log(POINT, {"series": series, "set_pa": reading.set_pa, "reference_pa": reading.reference_pa, "raw": reading.raw})
        self._operator.tell(
            f"  {reading.set_pa / 1000:5.1f} kPa: gauge {reading.reference_pa / 1000:7.3f}, wand {point.shown_pa / 1000:7.3f}"
        )

    # Writing

    def write(self, coefficients: Coefficients, at_s: int, before: Measured) -> Written:
        """Write new coefficients, restart the unit, and read them back a second time.

        Args:
            coefficients: from the fit.
            at_s: UTC, the date of the calibration.
            before: with the record that was there, which stays if this fails.

        Raises:
            NotKept: the unit has lost them over its restart; it works with its old ones then.
            UnitSwapped, WandRefusal: nothing was written.
        """

        def write() -> Written:
            content = wand.build(coefficients.zero_raw, self.unit.serial.encode(), at_s, coefficients.gain, coefficients.curve)
            kept = self._commit(Record.CALIBRATION, content)
            self._operator.tell("the bench falls silent while the pump runs: the unit must stop by itself")
            silenced = steps.lease_stop(self.unit)
            self._restart(Record.CALIBRATION, kept)
            return Written(kept.generation, content.hex(), at_s, silenced)

        return self._step("written", Written, "writing the new coefficients, restarting, reading them back", write)

    def _commit(self, record: Record, content: bytes) -> Kept:
        self._check_same()
        return self.unit.write(record, content)

    def _restart(self, record: Record, kept: Kept) -> None:
        self._is_preloaded = False
        restart_with(self.unit, record, kept)

    def put_back(self, before: Measured) -> None:
        """Give the unit its old coefficients again, after a verification that failed.

        A unit that had none gets the factory's with a date on which no treatment is started.
        """
        old, factory = before.old, FACTORY
        content = bytes.fromhex(old.content_hex)
        if old.is_first:
            zero_raw = round(before.cycle.zero_raw)
            content = wand.build(zero_raw, self.unit.serial.encode(), NEVER_S, factory.gain, factory.curve)
        self._operator.tell("putting the old coefficients back")
        back = self._commit(Record.CALIBRATION, content)
        self._restart(Record.CALIBRATION, back)
        self.journal.log("put-back", {"generation": back.generation, "content_hex": back.content.hex()})

    # After writing

    def verify(self, coefficients: Coefficients, before: Measured) -> Verified:
        """Read the points that the fit has not seen, up and down.

        Args:
            coefficients: that are in the unit now.
            before: with the top, for the preload.
        """
        self.rig.begin_series()
        zero = self._step("verified-zero", Zeroed, "zero after the restart", lambda: steps.zero(self.rig, coefficients))
        loaded = before.preloads._replace(line=Line())  # an adjusted wand reads as the gauge does
        self.rig.line = loaded.line
        points_pa = tuple(point for point in self.rig.procedure.points.verification_pa if point < loaded.top.vacuum_pa)
        up = self._series("verified-up", points_pa, Direction.UP, loaded)
        down = self._series("verified-down", tuple(reversed(points_pa)), Direction.DOWN, loaded)
        return Verified(zero, up, down)

    def characterise(self) -> Characterised:
        """Find leak, start duty, duty map, and the response to steps."""
        numbers = self._numbers
        leak = self._step("leak", LeakDown, "leak: pump off, vent closed", lambda: steps.leak_down(self.unit, numbers))
        duty = self._step("duty", DutyStudy, "start duty and duty map", lambda: steps.duty_study(self.unit, numbers))
        stepped = self._step("stepped", Stepped, "step response", lambda: self._stepped(duty))
        return Characterised(leak, duty, stepped)

    def _stepped(self, duty: DutyStudy) -> Stepped:
        numbers, known = self._numbers, duty_map(duty.points)
        return steps.stepped(self.unit, numbers, known.duty_for(numbers.step_from_pa), known.duty_for(numbers.step_to_pa))

    def protections(self) -> Protections:
        """Try how the unit protects itself: the vent, and the trip with the fixture's hand pump. SERVICE is closed afterwards."""
        return self._step("protections", Protections, "how the unit protects itself", self._protections)

    def _protections(self) -> Protections:
        vent_s = steps.vent_time(self.unit, self._numbers)
        self._operator.hands("Draw with the hand pump, slowly, until the wand vents by itself.")
        trip_pa, trip_cause = steps.trip(self.rig)
        self._operator.tell("restarting the unit, which has stopped itself in a fault")
        self.unit.start_anew()
        return Protections(trip_pa, trip_cause, vent_s)

    def _check_same(self) -> None:
        found = self.unit.wand.ask_identity().serial
        if found != self.journal.begun.serial:
            raise UnitSwapped(
                f"The run is of unit {self.journal.begun.serial}, and {found} hangs on the cable.",
                f"Connect {self.journal.begun.serial} and resume.",
                {"begun": self.journal.begun.serial, "found": found},
            )


def restart_with(unit: BenchUnit, record: Record, kept: Kept) -> None:
    """Restart a unit to which a record was written, and read it back a second time.

    Raises:
        NotKept: it is gone.
    """
    unit.restart()
    again = unit.record(record)
    if again != kept:
        raise NotKept(
            f"Unit {unit.serial} said that the record was written, and after its restart it is gone.",
            "It works with the record that it had before. Its memory is not sound: set the unit aside.",
            {"written": kept.content.hex(), "found": again.content.hex(), "generation": again.generation},
        )


def read_old(unit: BenchUnit) -> Old:
    """Return the record that a unit works with."""
    kept: Kept = unit.record(Record.CALIBRATION)
    read = wand.read(kept.content, unit.serial.encode())
    if read is None:
        return Old(kept.generation, kept.content.hex(), FACTORY, NEVER_S, True)
    zero_raw, gain, curve, made_s = read
    return Old(kept.generation, kept.content.hex(), Coefficients(zero_raw, gain, curve), made_s, False)
