"""Does the gauge read what it should? At vent, and from its slope against the wand's own reading.

Unit, sign and type of a gauge are its owner's to set, and a wrong one gives numbers that look
like numbers. An uncalibrated wand is right within some 5 %, which is enough to tell every unit
from every other one but mbar from cmH2O and bar from kgf/cm2; those are named together.
"""

from collections.abc import Sequence
from math import fsum, log
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges.gauge import GaugeReading
from microderm_ctl.bench.gauges.problems import GaugeProblem, GaugeStale, GaugeUnfit
from microderm_ctl.bench.gauges.units import UNITS_PA, Unit

VENT_MOST_PA: Final = 100.0
"""What a vented gauge may show before it must be zeroed."""
AMBIENT_PA: Final = (55_000.0, 108_500.0)
"""The pressure of air from 5,000 m up to the highest on record at sea level."""
AMBIENT_USUAL_PA: Final = (85_000.0, 108_500.0)
"""Up to 1,400 m; where the unit is a guess too, a wider range would fit several."""
SLOPE_LEAST: Final = 0.9
SLOPE_MOST: Final = 1.1
"""Gauge against an uncalibrated wand, whose gain is within 5 %."""
FACTOR_NEAR: Final = 0.08
"""How far (in parts) a slope may be from the factor of a mistaken unit."""
MOVED_PA: Final = 2_000.0
"""How far the wand must have moved before a slope is judged."""
STALE_PA: Final = 500.0
"""How far the wand may move while the gauge repeats the same answer."""
STALE_STEPS: Final = 3
"""But at least so many steps of its display."""
STILL: Final = 0.02
"""A slope of less is a gauge that does not follow."""
COUNT_LEAST: Final = 2


class Pair(NamedTuple):
    """Gauge and wand at the same moment, both in pascals below ambient."""

    gauge_pa: float
    wand_pa: float


class Slope(NamedTuple):
    """The line ``gauge = offset + slope * wand`` through some pairs."""

    slope: float
    offset_pa: float
    moved_pa: float
    """How far the wand moved."""


def check_unit(unit: Unit) -> None:
    """Refuse a unit that says of itself that it counts from empty space.

    Raises:
        GaugeUnfit: it is absolute.
    """
    if unit.is_absolute:
        raise _absolute(f"The gauge reads {unit.name} absolute: it counts from empty space, not from the air around.")


def check_vent(readings: Sequence[GaugeReading]) -> float:
    """Return the mean of readings with the port vented, in pascals, once it is within 0.10 kPa of zero.

    Raises:
        ValueError: no readings.
        GaugeUnfit: an absolute gauge (also one whose unit is mistaken as well), or one that needs to be zeroed.
    """
    if not readings:
        raise ValueError("a vented gauge needs a reading")
    mean_pa = fsum(one.vacuum_pa for one in readings) / len(readings)
    if abs(mean_pa) <= VENT_MOST_PA:
        return mean_pa
    told = readings[-1].unit
    shown = abs(mean_pa) / told.pa
    if AMBIENT_PA[0] <= abs(mean_pa) <= AMBIENT_PA[1]:
        raise _absolute(f"At vent the gauge shows {shown:.5g} {told.name}: that is the air pressure, so it is an absolute gauge.")
    units = [name for name, pa in UNITS_PA.items() if name != told.name and AMBIENT_USUAL_PA[0] <= shown * pa <= AMBIENT_USUAL_PA[1]]
    if units:
        raise _absolute(
            f"At vent the gauge shows {shown:.5g}: as {told.name} that is no zero, and as {' or '.join(units)} it is the air pressure. "
            "So it is an absolute gauge, in another unit than is believed.",
            units,
        )
    raise GaugeUnfit(
        f"At vent the gauge shows {shown:.4g} {told.name} where it should show 0: {abs(mean_pa) / 1000:.2f} kPa, "
        f"and at most {VENT_MOST_PA / 1000:.2f} kPa is allowed.",
        "Leave the port open to the air, press ZERO on the gauge, and try again.",
        {"mistake": "zero", "vent_pa": round(mean_pa, 1)},
    )


def slope_of(pairs: Sequence[Pair]) -> Slope:
    """Return the straight line through pairs, by least squares.

    Raises:
        ValueError: fewer than two pairs, or the wand did not move.
    """
    if len(pairs) < COUNT_LEAST:
        raise ValueError("a slope needs two pairs")
    wand = fsum(one.wand_pa for one in pairs) / len(pairs)
    gauge = fsum(one.gauge_pa for one in pairs) / len(pairs)
    spread = fsum((one.wand_pa - wand) ** 2 for one in pairs)
    if not spread:
        raise ValueError("the wand did not move")
    slope = fsum((one.wand_pa - wand) * (one.gauge_pa - gauge) for one in pairs) / spread
    vacuums = [one.wand_pa for one in pairs]
    return Slope(slope, gauge - slope * wand, max(vacuums) - min(vacuums))


def likely_units(told: Unit, slope: float) -> list[str]:
    """Return the units in which numbers that are taken as ``told`` may really be, the likeliest first."""
    if not slope:
        return []

    def distance(name: str) -> float:
        return abs(log(abs(slope) * UNITS_PA[name] / told.pa))

    near = [name for name in UNITS_PA if distance(name) < log(1 + FACTOR_NEAR) and name != told.name]
    return sorted(near, key=distance)


def check_slope(pairs: Sequence[Pair], told: Unit) -> Slope:
    """Return the slope of the gauge against the wand, once it is what it should be.

    Args:
        pairs: over at least 2 kPa of the wand's reading, at best from vent to some 10 kPa.
        told: the unit in which the gauge says, or is said, to read.

    Raises:
        GaugeUnfit: absolute, wrong sign, wrong unit, or not on the same vacuum; the sentence says which.
        GaugeStale: the gauge never changed.
        ValueError: the wand moved too little to judge.
    """
    found = slope_of(pairs)
    if found.moved_pa < MOVED_PA:
        raise ValueError(f"the wand moved by {found.moved_pa / 1000:.2f} kPa; {MOVED_PA / 1000:.0f} are needed to judge a gauge")
    if abs(found.slope) < STILL and len({one.gauge_pa for one in pairs}) == 1:
        raise _frozen(found.moved_pa)
    problem = _mistake(found, told)
    if problem is not None:
        raise problem
    return found


def _mistake(found: Slope, told: Unit) -> GaugeProblem | None:
    slope, size = found.slope, abs(found.slope)
    is_told = SLOPE_LEAST <= size <= SLOPE_MOST
    units = [told.name] if is_told else likely_units(told, slope)
    details: dict[str, object] = {"slope": round(slope, 5), "told": told.name, "likely": units}
    if units and AMBIENT_PA[0] <= abs(found.offset_pa) / size <= AMBIENT_PA[1]:
        at_vent = f"{abs(found.offset_pa) / told.pa:.4g}"
        also = "" if is_told else f" Its numbers look like {' or '.join(units)}, not {told.name}."
        return _absolute(f"The gauge would show {at_vent} when vented, which is the air pressure: it is an absolute gauge.{also}", units)
    if is_told and slope > 0:
        return None
    if is_told:
        return _wrong_sign(details)
    if units:
        return _wrong_unit(told, units, slope, details)
    return GaugeUnfit(
        f"The gauge does not follow the wand: it moves {slope:.3g} times as far, which fits no unit.",
        "Do wand and gauge hang on the same T, without a kink or a leak? Is the gauge's range wide enough for 25 kPa of vacuum? "
        "Did somebody press its unit key in the series?",
        details | {"mistake": "not connected"},
    )


def _wrong_sign(details: dict[str, object]) -> GaugeUnfit:
    return GaugeUnfit(
        "The gauge has the wrong sign: it falls by as much as the vacuum rises.",
        "Set vacuum_is in its description to the other of 'negative' and 'positive', or type the number with the sign that the display "
        "shows. If the hose is on the LOW port of a differential gauge, move it to HIGH.",
        details | {"mistake": "sign"},
    )


def _wrong_unit(told: Unit, units: list[str], slope: float, details: dict[str, object]) -> GaugeUnfit:
    named = " or ".join(units)
    also = " Its sign is wrong as well." if slope < 0 else ""
    return GaugeUnfit(
        f"The gauge's numbers are in {named}, not in {told.name}: they move {abs(slope):.4g} times as far as the vacuum.{also}",
        f"Press the unit key of the gauge until it shows {told.name}, or enter {units[0]} as its unit; then repeat the series.",
        details | {"mistake": "unit"},
    )


def _absolute(sentence: str, units: list[str] | None = None) -> GaugeUnfit:
    return GaugeUnfit(
        sentence,
        "Take a gauge of the vacuum or compound type, which shows 0 when vented, or switch this one to gauge pressure. Do not zero it.",
        {"mistake": "absolute", "likely": units or []},
    )


def _frozen(moved_pa: float) -> GaugeStale:
    return GaugeStale(
        f"The gauge repeats the same reading, though the wand's vacuum moved by {moved_pa / 1000:.1f} kPa.",
        "Is it on HOLD, or showing its minimum or maximum? Switch that off. Else check that it hangs on the same T as the wand.",
        {"moved_pa": round(moved_pa, 1)},
    )


class Watch:
    """Follows a gauge beside the wand, reading by reading, and notices when it stops to follow."""

    def __init__(self, resolution_pa: float = 0.0) -> None:
        """Begin with nothing seen.

        Args:
            resolution_pa: of its display; a coarse one may repeat an answer for longer.
        """
        self.pairs: list[Pair] = []
        self._stale_pa = max(STALE_PA, STALE_STEPS * resolution_pa)
        self._last: GaugeReading | None = None
        self._changed_at_pa = 0.0

    def add(self, reading: GaugeReading, wand_pa: float) -> None:
        """Take a reading, and the wand's own of the same moment in pascals.

        Raises:
            GaugeStale: the same answer while the wand moved, or the same time stamp as before.
            GaugeUnfit: the gauge changed its unit since the last reading.
        """
        last, self._last = self._last, reading
        self.pairs.append(Pair(reading.vacuum_pa, wand_pa))
        if last is not None and reading.unit != last.unit:
            raise GaugeUnfit(
                f"The gauge changed its unit from {last.unit.name} to {reading.unit.name} while it was read.",
                "Leave its unit key alone, and repeat the series.",
                {"mistake": "unit changed"},
            )
        if last is not None and reading.stamp and reading.stamp == last.stamp:
            raise GaugeStale(
                f"The gauge gave the same measurement twice (its own time or count stayed at '{reading.stamp}').",
                "Is it on HOLD? Else it measures more slowly than it is asked: set pause_ms in its description.",
                {"stamp": reading.stamp},
            )
        if last is None or reading.raw != last.raw:
            self._changed_at_pa = wand_pa
        elif abs(wand_pa - self._changed_at_pa) > self._stale_pa:
            raise _frozen(abs(wand_pa - self._changed_at_pa))
