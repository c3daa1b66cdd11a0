"""Pump and regulator of a unit, from samples: start duty, duty-to-vacuum map, gains from a step.

Everything here is a function of samples; driving the wand is done elsewhere. Duty is a part of
full duty, 0 to 1; vacuum is pascals below ambient.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf
from typing import NamedTuple

TURNS_ABOVE_PA = 150.0
"""More vacuum than this in a closed chamber and the pump turns: seven times the noise of a reading."""


class MapPoint(NamedTuple):
    """A steady vacuum at a duty."""

    duty: float
    vacuum_pa: float


def next_start_duty(tried: Sequence[MapPoint], step: float = 0.02, resolution: float = 0.01) -> float | None:
    """Return the duty to try next while the start duty is searched, or none when it is found.

    Upwards from rest in steps until the pump turns, then the last step is halved. Begin with nothing tried.
    """
    stands = max((one.duty for one in tried if one.vacuum_pa <= TURNS_ABOVE_PA), default=0.0)
    turns = min((one.duty for one in tried if one.vacuum_pa > TURNS_ABOVE_PA), default=None)
    if turns is None:
        return None if stands >= 1.0 else min(1.0, stands + step)
    return None if turns - stands <= resolution + 1e-9 else (stands + turns) / 2


def start_duty(tried: Sequence[MapPoint]) -> float:
    """Return the lowest duty at which the pump turned.

    Raises:
        ValueError: it never turned.
    """
    turning = [one.duty for one in tried if one.vacuum_pa > TURNS_ABOVE_PA]
    if not turning:
        raise ValueError("the pump did not turn at any duty")
    return min(turning)


def map_duties(start: float, end: float, points: int = 12) -> tuple[float, ...]:
    """Return the duties of the map, from the start duty up, evenly.

    Raises:
        ValueError: fewer than two points, or no way from start to end.
    """
    if points < 2 or not 0 <= start < end <= 1:
        raise ValueError("a map needs two points and a way between them")
    return tuple(start + (end - start) * i / (points - 1) for i in range(points))


class DutyMap(NamedTuple):
    """Vacuum against duty, rising."""

    points: tuple[MapPoint, ...]
    violation_pa: float
    """The largest fall with rising duty among the samples, before they were made to rise."""
    slopes: tuple[float, ...]
    """Pascals a unit of duty at the points, such that the curve between them rises too."""

    def vacuum_at(self, duty: float) -> float:
        """Return the vacuum at a duty; outside the map that of its nearest end."""
        points = self.points
        if duty <= points[0].duty:
            return points[0].vacuum_pa
        for i in range(1, len(points)):
            if duty <= points[i].duty:
                return self._between(i - 1, duty)
        return points[-1].vacuum_pa

    def _between(self, i: int, duty: float) -> float:
        """Return the cubic of Hermite between two points."""
        (x0, y0), (x1, y1) = self.points[i], self.points[i + 1]
        width = x1 - x0
        t = (duty - x0) / width
        return (
            y0 * (1 + 2 * t) * (1 - t) ** 2
            + self.slopes[i] * width * t * (1 - t) ** 2
            + y1 * t * t * (3 - 2 * t)
            + self.slopes[i + 1] * width * t * t * (t - 1)
        )

    def duty_for(self, vacuum_pa: float) -> float:
        """Return the least duty that gives a vacuum.

        Raises:
            ValueError: the map does not reach it.
        """
        low, high = self.points[0].duty, self.points[-1].duty
        if not self.points[0].vacuum_pa <= vacuum_pa <= self.points[-1].vacuum_pa:
            raise ValueError("the map does not reach this vacuum")
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if self.vacuum_at(middle) < vacuum_pa else (low, middle)
        return high


def duty_map(samples: Sequence[MapPoint]) -> DutyMap:
    """Return the map that rises and lies nearest to the samples.

    Neighbours that fall are pooled to their mean (isotonic regression, pool adjacent
    violators); slopes are those of Fritsch and Carlson (1980), between which a cubic cannot overshoot.

    Raises:
        ValueError: fewer than two samples, or two at one duty.
    """
    ordered = sorted(samples)
    if len(ordered) < 2 or any(a.duty == b.duty for a, b in pairwise(ordered)):
        raise ValueError("a map needs samples at two or more duties")
    levels = pool([one.vacuum_pa for one in ordered])
    points = tuple(MapPoint(one.duty, level) for one, level in zip(ordered, levels, strict=True))
    falls = [a.vacuum_pa - b.vacuum_pa for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    return DutyMap(points, max(0.0, *falls), _slopes(points))


def pool(values: Sequence[float]) -> list[float]:
    """Return the nearest values, by least squares, that never fall."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (last, many), (before, more) = blocks.pop(), blocks.pop()
            blocks.append(((last * many + before * more) / (many + more), many + more))
    return [level for level, many in blocks for _ in range(many)]


def _slopes(points: Sequence[MapPoint]) -> tuple[float, ...]:
    rises = [(b.vacuum_pa - a.vacuum_pa) / (b.duty - a.duty) for a, b in pairwise(points)]
    inner = [2 * a * b / (a + b) if a > 0 and b > 0 else 0.0 for a, b in pairwise(rises)]
    return (rises[0], *inner, rises[-1])


class Plant(NamedTuple):
    """First order with dead time: what a step shows of pump and chamber."""

    gain_pa: float
    """Pascals a unit of duty."""
    lag_s: float
    dead_s: float


class StepSample(NamedTuple):
    """The vacuum so long after a step of the duty."""

    time_s: float
    vacuum_pa: float


def identify(samples: Sequence[StepSample], duty_change: float, tail: float = 0.25) -> Plant:
    """Return the plant that a step of the duty shows, from the times at 28.3 and 63.2 % of the way (Smith's two points).

    Args:
        samples: from the step on, steady at the end; the first is where it began.
        duty_change: of the step, a part of full duty.
        tail: part of the samples, at the end, of which the mean is where it went.

    Raises:
        ValueError: too few samples, no step, or the vacuum did not follow it.
    """
    if len(samples) < 8 or not duty_change:
        raise ValueError("a step needs eight samples and a change of the duty")
    ending = samples[-max(2, round(len(samples) * tail)) :]
    begin_pa = samples[0].vacuum_pa
    way_pa = sum(one.vacuum_pa for one in ending) / len(ending) - begin_pa
    if way_pa * duty_change <= 0:
        raise ValueError("the vacuum did not follow the step")
    early_s, late_s = (_reaches(samples, begin_pa, way_pa, part) for part in (1 - exp(-1 / 3), 1 - exp(-1)))
    lag_s = 1.5 * (late_s - early_s)
    if not lag_s > 0:
        raise ValueError("the samples are too far apart for this step")
    return Plant(way_pa / duty_change, lag_s, max(0.0, late_s - lag_s))


def _reaches(samples: Sequence[StepSample], begin_pa: float, way_pa: float, part: float) -> float:
    """Return when a part of the way was first done, between samples by a straight line."""
    before = samples[0]
    for one in samples[1:]:
        done, was = (one.vacuum_pa - begin_pa) / way_pa, (before.vacuum_pa - begin_pa) / way_pa
        if done >= part:
            return before.time_s + (one.time_s - before.time_s) * (part - was) / (done - was)
        before = one
    raise ValueError("the vacuum did not follow the step")


class Gains(NamedTuple):
    """A PI regulator: duty = gain * (error + integral of error / integral_s)."""

    proportional_per_pa: float
    """Part of full duty a pascal."""
    integral_s: float


def tune(plant: Plant, least_dead_s: float = 0.04) -> Gains:
    """Return the gains by SIMC with a closed-loop time of twice the dead time (Skogestad 2003).

    Args:
        plant: as identified.
        least_dead_s: dead time that is there at least, whatever a step showed: two steps of the wand's program.
    """
    dead_s = max(plant.dead_s, least_dead_s)
    closed_s = 2 * dead_s
    return Gains(plant.lag_s / (plant.gain_pa * (closed_s + dead_s)), min(plant.lag_s, 4 * (closed_s + dead_s)))


class Response(NamedTuple):
    """How a step of the set point went."""

    overshoot: float
    """Part of the step."""
    settle_s: float
    """From when on it stays within the band; infinite if it never does."""
    ripple_pa: float
    """From least to most in the last quarter."""


def judge_step(samples: Sequence[StepSample], from_pa: float, to_pa: float, band: float = 0.02) -> Response:
    """Return overshoot, settling time and ripple of a step of the set point.

    Raises:
        ValueError: no samples, or no step.
    """
    if len(samples) < 4 or from_pa == to_pa:
        raise ValueError("a step needs four samples and a way")
    way_pa = to_pa - from_pa
    parts = [(one.vacuum_pa - from_pa) / way_pa for one in samples]
    settle_s = inf
    for one, part in zip(reversed(samples), reversed(parts), strict=True):
        if abs(part - 1) > band:
            break
        settle_s = one.time_s
    last = [one.vacuum_pa for one in samples[-len(samples) // 4 :]]
    return Response(max(0.0, max(parts) - 1), settle_s, max(last) - min(last))
