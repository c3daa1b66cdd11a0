"""Pressure decay: how fast the vacuum falls with the pump off, by regression over many samples.

Two laws. A tight fixture leaks through fine gaps: laminar, ``ln v`` falls on a straight line. A
wand has a bleed, a hole of 0.4 mm that lets the vacuum go when power fails: an orifice,
``sqrt v`` falls on a straight line. In both the slope of the line gives the rate at any vacuum:
``dv/dt = v * slope`` and ``dv/dt = 2 sqrt v * slope``.
"""

from collections.abc import Sequence
from enum import Enum
from math import exp, fsum, log, sqrt
from typing import NamedTuple

from microderm_ctl.bench.budget import Budget, Component, Shape, combine
from microderm_ctl.bench.fit import fit

AMBIENT_PA = 101_325.0


class Law(Enum):
    """How the flow grows with the vacuum."""

    LAMINAR = "laminar"
    ORIFICE = "orifice"

    def straight(self, vacuum_pa: float) -> float:
        """Return what falls on a straight line."""
        return log(vacuum_pa) if self is Law.LAMINAR else sqrt(vacuum_pa)

    def curved(self, straight: float) -> float:
        """Return the vacuum of what falls on a straight line; below none there is none."""
        return exp(straight) if self is Law.LAMINAR else max(0.0, straight) ** 2

    def stretch(self, vacuum_pa: float) -> float:
        """Return pascals per unit of the straight line at a vacuum."""
        return vacuum_pa if self is Law.LAMINAR else 2 * sqrt(vacuum_pa)


class Sample(NamedTuple):
    """The vacuum at a moment."""

    time_s: float
    vacuum_pa: float


class Decay(NamedTuple):
    """A rate of decay at a vacuum."""

    at_pa: float
    rate_pa_s: float
    """Positive while the vacuum falls."""
    deviation_pa_s: float
    """Standard deviation from the scatter of the samples."""
    degrees: int
    samples: int
    scatter_pa: float
    """How far the samples lie from the law at that vacuum: more than noise means another law, or gas that re-warms."""


def decay(samples: Sequence[Sample], at_pa: float, law: Law, start_pa: float | None = None, end_pa: float = 0.0) -> Decay:
    """Return the rate of decay at a vacuum, from the samples between two vacuums.

    The window opens when the vacuum is first at or under the start and closes for good when it is
    first at or under the end.

    Raises:
        ValueError: fewer than three samples in the window, all at one moment, or no vacuum.
    """
    used = _window(samples, start_pa, end_pa)
    if len(used) < 3:
        raise ValueError(f"only {len(used)} samples lie between start and end")
    if not at_pa > 0:
        raise ValueError("a rate is stated at a vacuum")
    middle_s = fsum(one.time_s for one in used) / len(used)
    line = fit([one.time_s - middle_s for one in used], [law.straight(one.vacuum_pa) for one in used], (0, 1))
    stretch = law.stretch(at_pa)
    return Decay(
        at_pa, -line.coefficients[1] * stretch, line.deviations()[1] * stretch, line.degrees, len(used), line.residual_deviation * stretch
    )


def _window(samples: Sequence[Sample], start_pa: float | None, end_pa: float) -> list[Sample]:
    used: list[Sample] = []
    for one in samples:
        if one.vacuum_pa <= end_pa:
            if used:
                break
            continue
        if used or start_pa is None or one.vacuum_pa <= start_pa:
            used.append(one)
    return used


class Leak(NamedTuple):
    """What the unit itself lets in, the fixture taken off."""

    rate_pa_s: float
    """In the volume of unit and fixture together."""
    flow_ml_min: float
    """Free air at 101.325 kPa; only as good as the volumes that were told."""
    budget: Budget
    """Of the rate, in Pa/s."""


def subtract(
    total: Decay, fixture: Decay | None, unit_ml: float, fixture_ml: float, volume_part: float = 0.05, slope_part: float = 0.06
) -> Leak:
    """Return the unit's own leak.

    Alone the fixture's leak lowers its own small volume; with the unit it lowers both, so its rate
    counts with the part that its volume has of the whole. Both rates must be of the same vacuum.

    Args:
        total: of unit and fixture.
        fixture: of the fixture alone, blanked; none where nothing is between unit and blank.
        unit_ml: dead volume of the unit.
        fixture_ml: of the fixture; 0 without one.
        volume_part: half width of what is not known about the fixture's part of the volume.
        slope_part: half width of the wand's slope, when its reading times the decay; the gate of gain before adjustment.

    Raises:
        ValueError: the rates are of different vacuums, or a volume is none.
    """
    if fixture is not None and fixture.at_pa != total.at_pa:
        raise ValueError("the rates are of different vacuums")
    if not unit_ml > 0 or fixture_ml < 0:
        raise ValueError("a unit has a volume")
    part = fixture_ml / (unit_ml + fixture_ml)
    alone = fixture or Decay(total.at_pa, 0.0, 0.0, 1, 0, 0.0)
    rate = total.rate_pa_s - alone.rate_pa_s * part
    budget = combine(
        total.at_pa,
        (
            Component("scatter of the decay", total.deviation_pa_s, "Pa/s", Shape.NORMAL, 1.0, total.degrees),
            Component("scatter of the fixture's decay", alone.deviation_pa_s, "Pa/s", Shape.NORMAL, part, alone.degrees),
            Component("the fixture's part of the volume", volume_part, "1", Shape.RECTANGULAR, alone.rate_pa_s),
            Component("slope of the sensor", slope_part, "1", Shape.RECTANGULAR, total.rate_pa_s),
        ),
    )
    return Leak(rate, flow_ml_min(rate, unit_ml + fixture_ml), budget)


def flow_ml_min(rate_pa_s: float, volume_ml: float) -> float:
    """Return the free air at 101.325 kPa that lets the vacuum of a volume fall so fast."""
    return rate_pa_s * 60 * volume_ml / AMBIENT_PA
