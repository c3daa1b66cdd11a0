"""Unit and gauge on one fixture: come to a vacuum from one side, wait until it rests, read both.

The vacuum is made by the wand's own pump. Up to the wand's highest set point its regulator
holds it; a unit that reads high gets further with a fixed duty, up to where it vents by itself.
Points are the gauge's: an uncalibrated wand is steered by what it showed beside the gauge
on the first preload.
"""

from collections.abc import Callable
from statistics import fmean
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges.gauge import Gauge, GaugeReading
from microderm_ctl.bench.gauges.judge import Slope, Watch, check_slope, check_vent
from microderm_ctl.bench.gauges.record import GaugeRecord, check_identity
from microderm_ctl.bench.live.keeper import STEP_MOST_MS
from microderm_ctl.bench.live.problems import NotSettled, PassedBy
from microderm_ctl.bench.live.unit import SET_POINT_LEAST_PA, BenchUnit
from microderm_ctl.bench.live.values import Measured
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import NOMINAL_PA_PER_COUNT, Direction, Reading
from microderm_ctl.bench.settle import Shown, Standing, State, Sums, judge_point, read_point
from microderm_ctl.firmware import calibration as wand

SET_POINT_MOST_PA: Final = 25_000
STRETCH_MS: Final = 20
"""As long as a step of the wand's program: what is polled fast is asked this often."""
SEEN_AT_PA: Final = (2_500, 5_000, 7_500, 10_000)
"""Where the first preload compares gauge and wand, before it goes on."""
THEN_EVERY_PA: Final = 5_000
"""And from there on: the loop of a sensor bends its line by some 0.1 kPa over so much."""
SEEN_REST_S: Final = 2.0
VENT_READINGS: Final = 6
RELEASE_S: Final = 2.0
"""The vent needs under 1 s."""
BEYOND_STEP: Final = 0.004
"""Part of full duty by which the pump is tried beyond the highest set point; some 150 Pa."""
BEYOND_PART: Final = 0.8
"""Of what is missing, so that it is come to from below."""
BEYOND_TRIES: Final = 8
BEYOND_S: Final = 1.5
"""Three times the time constant of pump, bleed and a large chamber."""
BACK_TRIES: Final = 40
BACK_S: Final = 0.3
TAKES_OVER_S: Final = 2.0
"""The regulator takes over with its pump at rest: the vacuum dips by some 2 kPa and swings back. A ramp that set out meanwhile would
have the vent opened over it: 3 of 30 units that read high passed the next point by 0.7 to 3.6 kPa; after 2 s all stay within 0.1."""
NEAR_PA: Final = 60
TYPED_READINGS: Final = 2
"""A person types four numbers for them; a display's last digit adds 3 Pa to what six readings would leave."""
TYPED_LOOK_MS: Final = 200
"""How often the wand is looked at until it rests, where the gauge is read only then."""
TYPED_MOST_MS: Final = 120_000
"""A person may have to type what the gauge shows, twice."""


class Point(NamedTuple):
    """A settled point with what it was made of."""

    reading: Reading
    direction: Direction
    gauge_raw: tuple[str, ...]
    """The gauge's answers as they came."""
    shown_pa: float
    """Mean of what the wand itself showed meanwhile."""
    temperature_c: float


class Seen(NamedTuple):
    """Gauge and wand at one moment, in pascals."""

    gauge_pa: float
    shown_pa: float


class Line(NamedTuple):
    """What the wand shows for a vacuum of the gauge: straight between what was seen, and on beyond it. Without any, the same."""

    seen: tuple[Seen, ...] = ()

    def wand_pa(self, vacuum_pa: float) -> int:
        """Return what the wand will show at a vacuum."""
        if len(self.seen) < 2:
            return round(vacuum_pa)
        above = next((i for i, one in enumerate(self.seen) if one.gauge_pa >= vacuum_pa), len(self.seen) - 1)
        low, high = self.seen[max(above, 1) - 1], self.seen[max(above, 1)]
        slope = (high.shown_pa - low.shown_pa) / (high.gauge_pa - low.gauge_pa)
        return round(low.shown_pa + slope * (vacuum_pa - low.gauge_pa))

    def also(self, seen: Seen) -> "Line":
        """Return the line with one more, which must be higher than all before."""
        return Line((*self.seen, seen))


class Rig:
    """A unit and a gauge that hang on one fixture.

    Attributes:
        line: how the wand reads against the gauge, as far as is known.
    """

    def __init__(
        self, unit: BenchUnit, gauge: Gauge, record: GaugeRecord, procedure: Procedure, tell: Callable[[str], None] = lambda text: None
    ) -> None:
        """Take over what is connected.

        Args:
            unit: in SERVICE.
            gauge: on the same fixture.
            record: of the gauge, which corrects it.
            procedure: the numbers.
            tell: what is being done, for who watches.
        """
        self.unit = unit
        self.gauge = gauge
        self.record = record
        self.procedure = procedure
        self.tell = tell
        self.line = Line()
        self._watch = Watch(record.resolution_pa)
        self._set_pa = 0
        self._beyond_pa = 0
        """What the wand shows where that duty holds it."""
        self._duty = 0.0
        """Fixed duty beyond the highest set point; 0 while the regulator holds."""

    def begin_series(self) -> None:
        """Ask the gauge who it is and in which unit, as before every series, and watch it anew.

        Raises:
            GaugeProblem: silent, another one, or in an absolute unit.
        """
        check_identity(self.record, self.gauge.identify())
        self._watch = Watch(self.record.resolution_pa)

    def read_gauge(self) -> tuple[Shown, GaugeReading]:
        """Return the gauge's reading, corrected by its certificate, at the time at which it was asked."""
        self.unit.keep_alive(TYPED_MOST_MS)
        reading = self.gauge.read()
        now_s = self.unit.now_s
        self.unit.keep_alive(STEP_MOST_MS)
        late_s = (reading.at_ms - reading.middle_ms) / 1000
        return Shown(now_s - late_s, self.record.corrected_pa(reading.vacuum_pa)), reading

    # Moving

    def vent(self) -> None:
        """Open the vent and let the vacuum go."""
        self.unit.vent()
        self._set_pa, self._duty = 0, 0.0
        self.unit.wait(RELEASE_S)

    def go(self, vacuum_pa: int) -> None:
        """Bring the fixture to a vacuum of the gauge, along a ramp that does not pass it by; 0 vents.

        Raises:
            NotSettled: the pump does not get there.
        """
        if not vacuum_pa:
            self.vent()
            return
        wanted_pa = self.line.wand_pa(vacuum_pa)
        if self._duty and abs(wanted_pa - self._beyond_pa) <= NEAR_PA:
            self.stay()  # coming back and going up again would leave the branch of the loop
            return
        self._ramp(min(max(wanted_pa, SET_POINT_LEAST_PA), SET_POINT_MOST_PA))
        if wanted_pa > SET_POINT_MOST_PA:
            self._beyond(wanted_pa)

    def stay(self) -> None:
        """Let the pump go on where it is, for another stretch."""
        if self._duty:
            self.unit.drive(self._duty)
        elif self._set_pa:
            self.unit.hold(self._set_pa)

    def _ramp(self, set_pa: int) -> None:
        if self._duty:
            self._come_back()
        self.unit.ramp(set_pa, self._set_pa)
        self._set_pa = set_pa

    def _come_back(self) -> None:
        """Turn the pump down to where a set point reaches: the regulator would open the vent above it, and fall too far."""
        for _ in range(BACK_TRIES):
            if self._driven(-BEYOND_STEP, BACK_S) <= SET_POINT_MOST_PA - NEAR_PA:
                break
        self._duty = 0.0
        self.unit.hold(SET_POINT_MOST_PA)
        self.unit.wait(TAKES_OVER_S)

    def _beyond(self, wanted_pa: int) -> None:
        """Go on with a fixed duty where no set point reaches: a unit that reads high, before it is adjusted."""
        self.unit.wait(BEYOND_S)
        self._duty = fmean(self._duties(BEYOND_S))
        at_pa = self._driven(0.0)
        step_pa = self._driven(BEYOND_STEP) - at_pa
        for _ in range(BEYOND_TRIES):
            at_pa = self._shown_pa()
            if at_pa >= wanted_pa - NEAR_PA:
                self._set_pa, self._beyond_pa = SET_POINT_MOST_PA, wanted_pa
                return
            self._driven(BEYOND_PART * BEYOND_STEP * (wanted_pa - at_pa) / max(step_pa, NEAR_PA))
        raise NotSettled(
            f"The pump does not reach {wanted_pa / 1000:.1f} kPa, as the wand reads.", "Look for a leak in fixture and seal, then resume."
        )

    def _driven(self, more: float, wait_s: float = BEYOND_S) -> float:
        """Turn the pump up by a part of full duty, or down, and return what the wand shows then."""
        self._duty = max(0.0, min(1.0, self._duty + more))
        self.unit.drive(self._duty)
        self.unit.wait(wait_s)
        return self._shown_pa()

    def _duties(self, duration_s: float) -> list[float]:
        end_s = self.unit.now_s + duration_s
        found = [self.unit.measure().duty]
        while self.unit.now_s < end_s:
            self.unit.wait(STRETCH_MS / 1000)
            found.append(self.unit.measure().duty)
        return found

    def _shown_pa(self) -> float:
        return fmean([self._measured_after(STRETCH_MS).vacuum_pa for _ in range(10)])

    def _measured_after(self, duration_ms: int) -> Measured:
        self.unit.wait(duration_ms / 1000)
        return self.unit.measure()

    # Reading

    def point(self, set_pa: int, direction: Direction, mean_s: float | None = None) -> Point:
        """Come to a point, wait until it rests and read it; 0 is vented.

        Args:
            set_pa: by the gauge.
            direction: from where it is come to.
            mean_s: how long is averaged; that of the procedure unless told.

        Raises:
            NotSettled: it does not come to rest, or was passed by.
            GaugeProblem: the gauge is silent, stale, or changed its unit.
        """
        self.go(set_pa)
        return self._settled(set_pa, direction, mean_s or self.procedure.numbers.mean_s)

    def _settled(self, set_pa: int, direction: Direction, mean_s: float) -> Point:
        numbers, begin_s = self.procedure.numbers, self.unit.now_s
        wand: list[Sums] = []
        gauge: list[Shown] = []
        self.stay()
        self.unit.measure()
        while True:
            if self.gauge.is_typed:
                self._take_wand(begin_s, wand, self._measured_after(TYPED_LOOK_MS))
            else:
                self._take(begin_s, wand, gauge)
            seen = None if self.gauge.is_typed else gauge
            standing = judge_point(numbers, set_pa, direction, wand, seen, self.unit.now_s - begin_s)
            if standing.state is State.SETTLED:
                return self._averaged(set_pa, direction, mean_s)
            if standing.state is not State.WAITING:
                raise _unsettled(set_pa, direction, standing)

    def _averaged(self, set_pa: int, direction: Direction, mean_s: float) -> Point:
        numbers, begin_s = self.procedure.numbers, self.unit.now_s
        wand: list[Sums] = []
        gauge: list[Shown] = []
        raw: list[str] = []
        shown: list[float] = []
        self.unit.measure()
        if self.gauge.is_typed:
            numbers = numbers._replace(gauge_readings=TYPED_READINGS)
        while self.unit.now_s - begin_s < mean_s or len(gauge) < numbers.gauge_readings:
            measured, reading = self._take(begin_s, wand, gauge)
            shown.append(measured.vacuum_pa)
            raw.append(reading.raw)
            standing = judge_point(numbers, set_pa, direction, wand, gauge, 0.0)
            if standing.state is State.PASSED_BY:
                raise _unsettled(set_pa, direction, standing)
        return Point(read_point(numbers, set_pa, wand, gauge), direction, tuple(raw), fmean(shown), measured.temperature_c)

    def _take(self, begin_s: float, wand: list[Sums], gauge: list[Shown]) -> tuple[Measured, GaugeReading]:
        """Read gauge and wand once, with times that count from the beginning of the point."""
        shown, reading = self.read_gauge()
        measured = self.unit.measure()
        if measured.sums.samples:
            self._watch.add(reading, _nominal_pa(measured.sums.mean))
        gauge.append(Shown(shown.time_s - begin_s, shown.vacuum_pa))
        self._take_wand(begin_s, wand, measured)
        return measured, reading

    def _take_wand(self, begin_s: float, wand: list[Sums], measured: Measured) -> None:
        if measured.sums.samples:
            wand.append(measured.sums._replace(time_s=measured.sums.time_s - begin_s))

    # Getting to know each other

    def check_zero(self) -> float:
        """Vent, and return what the gauge shows there.

        Raises:
            GaugeUnfit: it needs to be zeroed, or is absolute.
        """
        self.vent()
        return check_vent([self.read_gauge()[1] for _ in range(TYPED_READINGS if self.gauge.is_typed else VENT_READINGS)])

    def learn_line(self) -> Slope:
        """Compare gauge and wand up to 10 kPa, and steer by that from here on.

        Returns:
            The slope of the gauge against the wand.

        Raises:
            GaugeUnfit: unit, sign or type of the gauge is wrong, or it hangs elsewhere; the sentence names the likely mistake.
        """
        line = Line()
        for set_pa in SEEN_AT_PA:
            self._ramp(set_pa)
            self.unit.wait(SEEN_REST_S)
            seen, reading = self._see()
            line = line.also(seen)
        slope = check_slope(self._watch.pairs, reading.unit)
        self.line = line
        return slope

    def learn_further(self, top_pa: int) -> None:
        """Go on from 10 kPa to the top, and learn on the way how the wand reads."""
        for set_pa in (*range(SEEN_AT_PA[-1] + THEN_EVERY_PA, top_pa, THEN_EVERY_PA), top_pa):
            self.go(set_pa)
            self.unit.wait(SEEN_REST_S)
            self.line = self.line.also(self._see()[0])

    def _see(self) -> tuple[Seen, GaugeReading]:
        self.unit.measure()
        shown, reading = self.read_gauge()
        self._watch.add(reading, _nominal_pa(self._measured_after(STRETCH_MS).sums.mean))
        return Seen(shown.vacuum_pa, self._shown_pa()), reading


def _unsettled(set_pa: int, direction: Direction, standing: Standing) -> NotSettled:
    return (PassedBy if standing.state is State.PASSED_BY else NotSettled)(
        f"The point {set_pa / 1000:.1f} kPa going {direction} does not come to rest: {standing.reason}.",
        "Look for a leak, a kinked tube or a pump that hunts; then resume, which begins this series again.",
        {"set_pa": set_pa, "direction": direction.value, "reason": standing.reason},
    )


def _nominal_pa(raw: float) -> float:
    """Return the vacuum of mean counts by the nominal slope: good enough to see whether a gauge follows, and calmer than one reading."""
    return (raw - wand.ZERO_NOMINAL) * NOMINAL_PA_PER_COUNT
