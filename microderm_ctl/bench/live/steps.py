"""The single steps of a technician's work: each moves the rig, and returns what it found.

What a step finds is written down whole, and everything that is judged is computed from it, so
that a run which is resumed judges as one that was not cut off. Vacuum in pascals, duty a part of full duty.
"""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final, NamedTuple

from microderm_ctl.bench.characterise import MapPoint, StepSample, map_duties, next_start_duty, start_duty
from microderm_ctl.bench.leak import Sample
from microderm_ctl.bench.live.problems import NotSettled, OutOfLimits
from microderm_ctl.bench.live.rig import RELEASE_S, STRETCH_MS, Line, Point, Rig
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.procedure import Numbers, Top, top_point
from microderm_ctl.bench.readings import NOMINAL_PA_PER_COUNT, Coefficients, Direction
from microderm_ctl.bench.settle import slope

WARM_WINDOW_S: Final = 30
"""Over which the drift of the zero is judged: the noise of 1,500 readings leaves 4 Pa/min."""
TURN_S: Final = 3.0
"""Each duty is held so long, and the last second of it is averaged."""
STEP_TAIL_S: Final = 4.0
"""How long a step of the set point is watched."""
STEP_DUTY: Final = 0.02
MAP_TO_PA: Final = 24_000
"""The map ends here: with a fixed duty nothing holds the vacuum below the trip."""
LEAK_MOST_S: Final = 20.0
"""A sound wand is vented by its bleed in a second; one that is not by then has no bleed."""
TRIP_MOST_S: Final = 60.0
TELEMETRY_MS: Final = 100
TRIP_SIGNAL_S: Final = 2.0
"""The wand shows a signal for three seconds: it is renewed before."""
LEASE_MOST_S: Final = 3.0
LEASE_AT_PA: Final = 10_000
VENTED_PA: Final = 2_000
VENT_MOST_S: Final = 3.0


class WarmUp(NamedTuple):
    """How the unit stood after its warm-up."""

    seconds: float
    drift_pa_min: float
    temperature_c: float


class Zeroed(NamedTuple):
    """Unit and gauge at vent."""

    point: Point
    zero_raw: float
    """What the wand itself takes as zero now, from what it shows."""
    supply_v: float
    idle_ma: int


class Preloads(NamedTuple):
    """What the preloads told: how the wand reads against the gauge, where the top is, and the top point of each."""

    line: Line
    gauge_slope: float
    top: Top
    points: tuple[Point, ...]


class Series(NamedTuple):
    """Points of one direction, in the order in which they were read."""

    points: tuple[Point, ...]


class LeakDown(NamedTuple):
    """The decay of the vacuum with the pump off and the vent closed."""

    samples: tuple[Sample, ...]


class DutyStudy(NamedTuple):
    """What fixed duties gave: in the search for the start, and in the map."""

    tried: tuple[MapPoint, ...]
    points: tuple[MapPoint, ...]
    repeat: MapPoint
    """The middle of the map, once more at the end."""


class Stepped(NamedTuple):
    """A step of the duty, with nothing that regulates, and one of the set point."""

    duty_change: float
    open_loop: tuple[StepSample, ...]
    closed_loop: tuple[StepSample, ...]


class Protections(NamedTuple):
    """How the unit protected itself."""

    trip_pa: float | None
    """The most before it vented, by the gauge unless that is typed; None where nobody pumped."""
    trip_cause: str
    vent_s: float


class Silenced(NamedTuple):
    """How the unit stopped when the bench fell silent while the pump ran."""

    seconds: float
    cause: str


def warm_up(unit: BenchUnit, numbers: Numbers) -> WarmUp:
    """Wait until the electronics are warm: five minutes, or a zero that stands still."""
    begin_s = unit.now_s
    while True:
        drift_pa_min, temperature_c = _zero_drift(unit)
        waited_s = unit.now_s - begin_s
        if abs(drift_pa_min) <= numbers.warm_slope_pa_min or waited_s >= numbers.warm_up_s:
            return WarmUp(waited_s, drift_pa_min, temperature_c)


def _zero_drift(unit: BenchUnit) -> tuple[float, float]:
    unit.measure()
    seen: list[tuple[float, float]] = []
    for _ in range(WARM_WINDOW_S):
        unit.wait(1.0)
        measured = unit.measure()
        if measured.sums.samples:
            seen.append((measured.sums.time_s, measured.sums.mean * NOMINAL_PA_PER_COUNT))
    return slope(seen) * 60, measured.temperature_c


def zero(rig: Rig, old: Coefficients) -> Zeroed:
    """Read both at vent, once the gauge is at zero.

    Args:
        rig: unit and gauge.
        old: that the unit works with, to find its zero from what it shows.
    """
    rig.check_zero()
    point = rig.point(0, Direction.UP, rig.procedure.numbers.zero_s)
    idle = rig.unit.measure()
    return Zeroed(point, zero_of(point, old), idle.supply_v, idle.pump_ma)


def zero_of(vented: Point, coefficients: Coefficients) -> float:
    """Return the zero that a wand works with, in counts, from what it shows at vent beside its counts."""
    return vented.reading.raw - coefficients.counts(vented.shown_pa + 0.5)  # it rounds down


def preload(rig: Rig, top: Top) -> Point:
    """Go to the top once, hold, read, and vent: that closes the loop of the sensor."""
    numbers = rig.procedure.numbers
    rig.go(top.vacuum_pa)
    _hold(rig, numbers.preload_hold_s)
    point = rig.point(top.vacuum_pa, Direction.UP)
    rig.vent()
    rig.unit.wait(numbers.preload_vent_s)
    return point


def preloads(rig: Rig, offset_pa: float) -> Preloads:
    """Get to know each other on the first preload, find the top, and do all preloads.

    Args:
        rig: unit and gauge.
        offset_pa: what the wand shows at vent.
    """
    seen = rig.learn_line()
    try:
        top = top_point(rig.procedure, 1 / seen.slope, offset_pa)
    except ValueError as error:
        raise OutOfLimits(f"This unit cannot be calibrated: {error}.", "Its sensor is not sound: set the unit aside.") from error
    rig.learn_further(top.vacuum_pa)
    points = tuple(preload(rig, top) for _ in range(rig.procedure.numbers.preloads))
    return Preloads(rig.line, seen.slope, top, points)


def series(rig: Rig, points_pa: Sequence[int], direction: Direction, note: Callable[[Point], None]) -> Series:
    """Read points one after the other, all from the same side.

    Args:
        rig: unit and gauge.
        points_pa: in the order in which they are read.
        direction: from where each is come to.
        note: told of each point as soon as it is read.
    """
    rig.begin_series()
    found: list[Point] = []
    for set_pa in points_pa:
        rig.tell(f"{direction} {set_pa / 1000:.1f} kPa")
        found.append(rig.point(set_pa, direction, rig.procedure.numbers.mean_s if set_pa else rig.procedure.numbers.zero_s))
        note(found[-1])
    return Series(tuple(found))


def top_hold(rig: Rig, top_pa: int) -> None:
    """Stay at the top between up and down: creep belongs to neither."""
    rig.go(top_pa)
    _hold(rig, rig.procedure.numbers.top_hold_s)


def _hold(rig: Rig, duration_s: int) -> None:
    rig.stay()
    rig.unit.wait(duration_s)


def leak_down(unit: BenchUnit, numbers: Numbers) -> LeakDown:
    """Draw, switch the pump off with the vent closed, and read as fast as the unit answers."""
    unit.ramp(numbers.leak_from_pa)
    unit.wait(4 * TURN_S)
    unit.measure()
    unit.shut()
    begin_s, samples = unit.now_s, []
    while unit.now_s - begin_s < LEAK_MOST_S:
        unit.wait(STRETCH_MS / 1000)
        vacuum_pa = unit.measure().vacuum_pa
        samples.append(Sample(unit.now_s - begin_s, float(vacuum_pa)))
        if vacuum_pa <= numbers.leak_end_pa // 2:
            break
    unit.vent()
    unit.wait(RELEASE_S)
    return LeakDown(tuple(samples))


def steady(unit: BenchUnit, duty: float) -> MapPoint:
    """Hold a duty for three seconds and average the last one."""
    unit.drive(duty)
    unit.wait(TURN_S - 1.0)
    shown = []
    for _ in range(10):
        unit.wait(0.1)
        shown.append(float(unit.measure().vacuum_pa))
    return MapPoint(duty, fmean(shown))


def duty_study(unit: BenchUnit, numbers: Numbers) -> DutyStudy:
    """Find the start duty upwards from rest, then map from there to 24 kPa, upwards too."""
    tried: list[MapPoint] = []
    while (duty := next_start_duty(tried, numbers.start_duty_step_permille / 1000)) is not None:
        _rest(unit)
        tried.append(steady(unit, duty))
    start = start_duty(tried)
    end = _end_duty(unit)
    _rest(unit)
    points = tuple(steady(unit, duty) for duty in map_duties(start, end, numbers.map_points))
    _rest(unit)
    repeat = steady(unit, points[len(points) // 2].duty)
    _rest(unit)
    return DutyStudy(tuple(tried), points, repeat)


def _end_duty(unit: BenchUnit) -> float:
    """Return the duty with which the regulator holds the end of the map."""
    unit.ramp(MAP_TO_PA)
    unit.wait(4 * TURN_S)
    duties = []
    for _ in range(20):
        unit.wait(0.1)
        duties.append(unit.measure().duty)
    return fmean(duties)


def _rest(unit: BenchUnit) -> None:
    unit.vent()
    unit.wait(RELEASE_S)


def stepped(unit: BenchUnit, numbers: Numbers, from_duty: float, to_duty: float) -> Stepped:
    """Step the duty, then the set point, and watch the vacuum.

    Args:
        unit: in SERVICE.
        numbers: from where to where the set point goes.
        from_duty: that gives the lower vacuum.
        to_duty: that gives the higher one.
    """
    _rest(unit)
    steady(unit, from_duty)
    open_loop = _watched(unit, lambda: unit.drive(to_duty))
    _rest(unit)
    unit.ramp(numbers.step_from_pa)
    unit.wait(2 * TURN_S)
    closed_loop = _watched(unit, lambda: unit.hold(numbers.step_to_pa))
    _rest(unit)
    return Stepped(to_duty - from_duty, open_loop, closed_loop)


def _watched(unit: BenchUnit, step: Callable[[], None]) -> tuple[StepSample, ...]:
    before = unit.measure().vacuum_pa
    begin_s = unit.now_s
    step()
    samples = [StepSample(0.0, float(before))]
    while unit.now_s - begin_s < STEP_TAIL_S:
        unit.wait(STRETCH_MS / 1000)
        samples.append(StepSample(unit.now_s - begin_s, float(unit.measure().vacuum_pa)))
    return tuple(samples)


def vent_time(unit: BenchUnit, numbers: Numbers) -> float:
    """Return how long the vent takes from 20 kPa to under 2 kPa, in seconds; the most that is waited where it does not."""
    unit.ramp(numbers.leak_from_pa)
    unit.wait(4 * TURN_S)
    begin_s = unit.now_s
    unit.vent()
    while unit.now_s - begin_s < VENT_MOST_S:
        unit.wait(STRETCH_MS / 1000)
        if unit.measure().vacuum_pa < VENTED_PA:
            break
    return unit.now_s - begin_s


def trip(rig: Rig) -> tuple[float, str]:
    """Let the technician draw with the fixture's hand pump until the wand vents by itself.

    The wand shows the signal ``touch`` while it is to be pumped.

    Returns:
        The most that was seen before, by the gauge unless it is typed, and the cause that the wand names.

    Raises:
        NotSettled: the wand did not vent within a minute.
    """
    unit = rig.unit
    unit.ramp(rig.procedure.numbers.top_pa - 2_500)
    unit.wait(TURN_S)
    unit.shut()
    begin_s, shown_s, most_pa = unit.now_s, -TRIP_SIGNAL_S, 0.0
    while unit.wand.state == "SERVICE":
        if unit.now_s - begin_s > TRIP_MOST_S:
            unit.vent()
            raise NotSettled(
                "The wand did not vent by itself within a minute.",
                "If the gauge went above 27.2 kPa, set the unit aside: its trip does not work. Else pump again, to above 26.7 kPa.",
                {"most_pa": round(most_pa)},
            )
        if unit.now_s - shown_s >= TRIP_SIGNAL_S:
            shown_s = unit.now_s
            unit.show("touch")
        most_pa = max(most_pa, _seen_pa(rig))
    return most_pa, unit.wand.cause


def _seen_pa(rig: Rig) -> float:
    """Return the vacuum by the gauge; by the wand, which has just been verified, where a person would have to type it while they pump."""
    if not rig.gauge.is_typed:
        return rig.read_gauge()[0].vacuum_pa
    rig.unit.wand.wait(lambda _: False, TELEMETRY_MS)
    return float(rig.unit.reading.vacuum_pa)


def lease_stop(unit: BenchUnit) -> Silenced:
    """Fall silent while the pump runs, and return after how many seconds the unit left SERVICE by itself, and why."""
    unit.ramp(LEASE_AT_PA)
    unit.fall_silent()
    begin_s = unit.now_s
    unit.wand.wait(lambda reading: reading.state != "SERVICE", round(LEASE_MOST_S * 1000))
    return Silenced(unit.now_s - begin_s, unit.wand.cause)
