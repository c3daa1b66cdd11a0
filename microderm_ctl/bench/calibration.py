"""The calibration of a unit: from one cycle of readings to coefficients, characteristic values and gates.

The wand takes ambient as zero in each self-test (decision 18), so the curve goes through zero:
``vacuum = a x + b x**2``, x being counts above the reading at vent. It is fitted by least
squares to the means of up and down; what up and down differ by is hysteresis, and is kept
apart, or it would be counted twice. The gauge's own reading at vent is taken off too.

Words and signs follow DKD-R 6-1 and EURAMET cg-17; formulas are in docs/bench/calibration.md.
"""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from microderm_ctl.bench.fit import Fit, fit
from microderm_ctl.bench.measurement import Measurement, has_passed, measure
from microderm_ctl.bench.procedure import Gates, Procedure
from microderm_ctl.bench.readings import (
    CURVE_UNIT,
    GAIN_UNIT,
    NOMINAL_PA_PER_COUNT,
    Coefficients,
    Reading,
    Series,
    check_series,
)
from microderm_ctl.firmware import calibration as wand

MONOTONE_TO_PA = 28_000
"""Somewhat above the 26.7 kPa at which the wand vents: so far the curve must not bend over."""


class Characteristics(NamedTuple):
    """What a cycle says about a unit, in pascals."""

    points_pa: tuple[float, ...]
    """Reference vacuum of each point but the vent, mean of up and down."""
    hysteresis_pa: tuple[float, ...]
    """At each of these points: down less up, without sign."""
    residuals_pa: tuple[float, ...]
    """At each of these points: what the new coefficients show too much, mean of up and down."""
    zero_deviation_pa: float
    """Vent after the cycle against vent before it, without sign (f0)."""
    repeatability_pa: float
    """Spread of the error at the top point over the approaches upwards (b')."""
    noise_pa: float
    """The largest standard deviation of single readings at a point."""

    def hysteresis_at(self, vacuum_pa: float) -> float:
        """Return the hysteresis at a vacuum: linear between the points, none at vent."""
        return interpolate((0.0, *self.points_pa), (0.0, *self.hysteresis_pa), vacuum_pa)


class Calibration(NamedTuple):
    """New coefficients with all that is known about them."""

    coefficients: Coefficients
    fit: Fit
    characteristics: Characteristics
    gates: tuple[Measurement, ...]
    top_pa: float
    """Results hold from 0 to here."""

    @property
    def has_passed(self) -> bool:
        """Whether the coefficients may be written to the unit."""
        return has_passed(self.gates)


def interpolate(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """Return the value between points that rise; outside, that of the nearest end."""
    if x <= xs[0]:
        return ys[0]
    for i in range(1, len(xs)):
        if x <= xs[i]:
            return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[-1]


def calibrate(procedure: Procedure, series: Series) -> Calibration:
    """Return what follows from one cycle; whether it may be written is told by the gates.

    Raises:
        ValueError: the cycle is incomplete.
    """
    check_series(series)
    counts, vacuum_pa = means(series)
    found = fit(counts, vacuum_pa, (1, 2))
    coefficients = to_record(found, counts, vacuum_pa, series.zero_raw)
    values = characterise(coefficients, series)
    gates = judge(procedure.gates, coefficients, values, counts[-1])
    return Calibration(coefficients, found, values, gates, float(series.up[-1].set_pa))


def means(series: Series) -> tuple[list[float], list[float]]:
    """Return counts above zero and vacuum of each point but the vent, means of up and down."""
    zero_raw, zero_pa = series.zero_raw, series.zero_reference_pa
    pairs = list(zip(series.up[1:], series.down[1:], strict=True))
    counts = [(up.raw + down.raw) / 2 - zero_raw for up, down in pairs]
    return counts, [(up.reference_pa + down.reference_pa) / 2 - zero_pa for up, down in pairs]


def to_record(found: Fit, counts: Sequence[float], vacuum_pa: Sequence[float], zero_raw: float) -> Coefficients:
    """Return the whole numbers that the wand keeps.

    The gain is rounded first (a step is 3 Pa at 25 kPa), and the curve, which is 20 times as
    fine, is fitted again to what that leaves.
    """
    gain = round(found.coefficients[0] * GAIN_UNIT)
    left = fsum(x * x * (v - x * gain / GAIN_UNIT) for x, v in zip(counts, vacuum_pa, strict=True))
    curve = round(left / fsum(x**4 for x in counts) * CURVE_UNIT)
    return Coefficients(round(zero_raw), gain, curve)


def characterise(coefficients: Coefficients, series: Series) -> Characteristics:
    """Return the characteristic values of a cycle as the coefficients show it."""
    zero_raw, zero_pa = series.zero_raw, series.zero_reference_pa

    def error_pa(one: Reading) -> float:
        return coefficients.vacuum_pa(one.raw - zero_raw) - (one.reference_pa - zero_pa)

    pairs = list(zip(series.up[1:], series.down[1:], strict=True))
    tops = [error_pa(one) for one in (series.up[-1], *series.repeats)]
    slope = coefficients.slope(0)
    return Characteristics(
        tuple((up.reference_pa + down.reference_pa) / 2 - zero_pa for up, down in pairs),
        tuple(abs(error_pa(down) - error_pa(up)) for up, down in pairs),
        tuple((error_pa(up) + error_pa(down)) / 2 for up, down in pairs),
        abs(series.down[0].raw - series.up[0].raw) * slope,
        max(tops) - min(tops),
        max(one.spread_raw for _, one in series.points()) * slope,
    )


def judge(gates: Gates, coefficients: Coefficients, values: Characteristics, top_counts: float) -> tuple[Measurement, ...]:
    """Return every gate that stands before the coefficients are written.

    Args:
        gates: the limits.
        coefficients: as the wand would keep them.
        values: of the cycle.
        top_counts: counts above zero at the top point.
    """
    top_pa = coefficients.vacuum_pa(top_counts)
    slopes = [coefficients.slope(counts) / NOMINAL_PA_PER_COUNT for counts in (0.0, MONOTONE_TO_PA / NOMINAL_PA_PER_COUNT)]
    gain = top_pa / (top_counts * NOMINAL_PA_PER_COUNT) if top_counts > 0 else 0.0
    return (
        measure("zero_offset", (coefficients.zero_raw - wand.ZERO_NOMINAL) * NOMINAL_PA_PER_COUNT, gates.zero_offset),
        measure("gain", gain, gates.gain),
        measure("bow", coefficients.vacuum_pa(top_counts / 2) - top_pa / 2, gates.bow),
        measure("residual", max(map(abs, values.residuals_pa)), gates.residual),
        measure("hysteresis", max(values.hysteresis_pa), gates.hysteresis),
        measure("zero_deviation", values.zero_deviation_pa, gates.zero_deviation),
        measure("repeatability", values.repeatability_pa, gates.repeatability),
        measure("noise", values.noise_pa, gates.noise),
        measure("monotone_least", min(slopes), gates.monotone),
        measure("monotone_most", max(slopes), gates.monotone),
    )
