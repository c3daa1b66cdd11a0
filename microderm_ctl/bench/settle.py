"""Whether a point has settled, and what was read there: functions of samples, with the times handed in.

The wand sums its readings up between two questions (count, sum, sum of squares); the gauge
answers one value at a time. Vacuum is in pascals, times in seconds since the point was reached.
"""

from collections.abc import Sequence
from enum import Enum
from math import sqrt
from typing import NamedTuple

from microderm_ctl.bench.fit import fit
from microderm_ctl.bench.procedure import Numbers
from microderm_ctl.bench.readings import NOMINAL_PA_PER_COUNT, Direction, Reading


class Sums(NamedTuple):
    """Raw readings of the wand over a short while, as MEASURE answers them."""

    time_s: float
    """The middle of the while."""
    samples: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        """Mean, in counts."""
        return self.total / self.samples


class Shown(NamedTuple):
    """One answer of the gauge, corrected by its certificate."""

    time_s: float
    vacuum_pa: float


class State(Enum):
    """How a point stands."""

    WAITING = "waiting"
    SETTLED = "settled"
    TIMED_OUT = "timed out"
    PASSED_BY = "passed by"
    """The vacuum went past the point by too much: the series begins again."""


class Standing(NamedTuple):
    """How a point stands, and what it waits for."""

    state: State
    reason: str


def judge_point(
    numbers: Numbers, set_pa: int, direction: Direction, wand: Sequence[Sums], gauge: Sequence[Shown] | None, now_s: float
) -> Standing:
    """Return whether a point may be read.

    Args:
        numbers: dwell, window, slope, noise, time-out and overshoot.
        set_pa: the point; 0 is vented and cannot be passed by.
        direction: from where it was approached.
        wand: since the point was reached.
        gauge: since the point was reached; None for one that is read only once the wand rests.
        now_s: since the point was reached.
    """
    sign = 1 if direction is Direction.UP else -1
    past_pa = max((sign * (one.vacuum_pa - set_pa) for one in gauge or ()), default=0.0)
    if set_pa and past_pa > numbers.overshoot_pa:
        return Standing(State.PASSED_BY, f"the point was passed by {past_pa / 1000:.2f} kPa")
    reason = _unsettled(numbers, wand, gauge, now_s)
    if not reason:
        return Standing(State.SETTLED, "")
    return Standing(State.TIMED_OUT if now_s >= numbers.timeout_s else State.WAITING, reason)


def _unsettled(numbers: Numbers, wand: Sequence[Sums], gauge: Sequence[Shown] | None, now_s: float) -> str:
    """Return what is not settled yet; nothing if all is."""
    if now_s < numbers.dwell_s + numbers.window_s:
        return "dwell"
    since_s = now_s - numbers.window_s
    wand = [one for one in wand if one.time_s >= since_s]
    if len(wand) < 3:
        return "the wand has not answered often enough"
    wand_slope = slope([(one.time_s, one.mean * NOMINAL_PA_PER_COUNT) for one in wand])
    if not abs(wand_slope) <= numbers.slope_pa_s:
        return f"the wand's reading moves by {wand_slope:+.0f} Pa/s"
    moves = _moving(numbers, [one for one in gauge if one.time_s >= since_s]) if gauge is not None else ""
    if moves:
        return moves
    noise_pa = pooled(wand)[1] * NOMINAL_PA_PER_COUNT
    return "" if noise_pa <= numbers.settle_noise_pa else f"the wand's readings scatter by {noise_pa:.0f} Pa"


def _moving(numbers: Numbers, gauge: Sequence[Shown]) -> str:
    if len(gauge) < 3:
        return "the gauge has not answered often enough"
    gauge_slope = slope([(one.time_s, one.vacuum_pa) for one in gauge])
    return "" if abs(gauge_slope) <= numbers.slope_pa_s else f"the gauge moves by {gauge_slope:+.0f} Pa/s"


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the straight line through samples of time and value.

    Raises:
        ValueError: fewer than two, or all at one moment.
    """
    middle = sum(time for time, _ in samples) / len(samples)
    return fit([time - middle for time, _ in samples], [value for _, value in samples], (0, 1)).coefficients[1]


def pooled(wand: Sequence[Sums]) -> tuple[float, float, int]:
    """Return mean, standard deviation and count of all single readings, in counts; exact, since the sums are whole.

    Raises:
        ValueError: fewer than two readings.
    """
    samples, total, squares = (sum(getattr(one, name) for one in wand) for name in ("samples", "total", "squares"))
    if samples < 2:
        raise ValueError("a spread needs two readings")
    return total / samples, sqrt((squares * samples - total * total) / (samples * (samples - 1))), samples


def read_point(numbers: Numbers, set_pa: int, wand: Sequence[Sums], gauge: Sequence[Shown]) -> Reading:
    """Return the reading of a settled point: all that was handed in, averaged.

    Raises:
        ValueError: the gauge answered less often than the procedure asks for.
    """
    if len(gauge) < numbers.gauge_readings:
        raise ValueError(f"{len(gauge)} readings of the gauge, {numbers.gauge_readings} are needed")
    mean, spread, samples = pooled(wand)
    return Reading(set_pa, sum(one.vacuum_pa for one in gauge) / len(gauge), mean, spread, samples)
