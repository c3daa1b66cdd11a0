"""The uncertainty of what a calibrated wand shows on the bench, component by component.

Measurand: the true vacuum, given a reading in use (1 s of telemetry, after a self-test of its
own, either direction, bench temperature). Model, every d having the value 0:

``p = a (x - z) + b (x - z)**2 + d_ref + d_drift + d_ref_zero + d_ref_res + d_line + d_hyst + d_f0 + d_rep + d_lof + d_fit
+ d_zero_drift + d_round + d_temp``
"""

from math import sqrt
from typing import NamedTuple

from microderm_ctl.bench.budget import Budget, Component, Shape, combine
from microderm_ctl.bench.calibration import Calibration, interpolate
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import GAIN_UNIT, NOMINAL_PA_PER_COUNT, Coefficients, Series


class Reference(NamedTuple):
    """What the record of a gauge says about its uncertainty, in pascals."""

    points_pa: tuple[float, ...]
    """Vacuum of each row of the certificate, rising."""
    expanded_pa: tuple[float, ...]
    """U (k = 2) of each row."""
    drift_permille: float
    """Half width of what it may have drifted since, as a part of the vacuum."""
    zero_pa: float
    """How far its zero wanders within a series, one standard deviation."""
    resolution_pa: float

    def expanded_at(self, vacuum_pa: float) -> float:
        """Return U of the certificate at a vacuum: linear between rows."""
        return interpolate(self.points_pa, self.expanded_pa, vacuum_pa)


TYPICAL = Reference((0.0, 25_000.0), (30.0, 30.0), 1 / 3, 5.0, 10.0)
"""A gauge of -100..0 kPa, 0.05 % of full scale: U 0.03 kPa, drift 0.02 kPa at 60 kPa, two decimals."""


def reference_components(reference: Reference, procedure: Procedure, vacuum_pa: float) -> tuple[Component, ...]:
    """Return what gauge and tube add at a vacuum."""
    return (
        Component("reference: certificate", reference.expanded_at(vacuum_pa), "Pa", Shape.EXPANDED),
        Component("reference: drift since its calibration", reference.drift_permille / 1000 * vacuum_pa, "Pa", Shape.RECTANGULAR),
        Component("reference: zero", reference.zero_pa, "Pa", Shape.NORMAL),
        Component("reference: resolution", reference.resolution_pa, "Pa", Shape.WIDTH),
        Component("line and level", procedure.numbers.line_pa, "Pa", Shape.NORMAL),
    )


def unit_components(calibration: Calibration, vacuum_pa: float) -> tuple[Component, ...]:
    """Return what the unit showed of itself in its cycle."""
    values = calibration.characteristics
    return (
        Component("hysteresis", values.hysteresis_at(vacuum_pa), "Pa", Shape.U_SHAPED),
        Component("zero deviation", values.zero_deviation_pa, "Pa", Shape.WIDTH),
        Component("repeatability", values.repeatability_pa, "Pa", Shape.WIDTH),
    )


def fit_components(calibration: Calibration, procedure: Procedure, vacuum_pa: float) -> tuple[Component, ...]:
    """Return what the curve may be wrong by: its shape, its coefficients, and the whole numbers that the wand keeps of them."""
    found, floor_pa = calibration.fit, procedure.numbers.lack_of_fit_floor_pa
    counts = calibration.coefficients.counts(vacuum_pa)
    deviation_pa = max(found.residual_deviation, floor_pa)
    return (
        Component("lack of fit", deviation_pa, "Pa", Shape.NORMAL, 1.0, found.degrees),
        Component("fit", found.leverage(counts), "1", Shape.NORMAL, deviation_pa, found.degrees),
        Component("coefficients as whole numbers", 1 / GAIN_UNIT, "Pa/count", Shape.WIDTH, counts),
    )


def reading_components(coefficients: Coefficients, procedure: Procedure, noise_pa: float, vacuum_pa: float) -> tuple[Component, ...]:
    """Return what one reading in use adds: noise, the zero of its self-test, rounding, temperature."""
    n = procedure.numbers
    noise = max(noise_pa, n.noise_floor_pa) / NOMINAL_PA_PER_COUNT
    slope = coefficients.slope(coefficients.counts(vacuum_pa))
    return (
        Component("noise of a reading", noise / sqrt(n.reading_samples), "counts", Shape.NORMAL, slope),
        Component("noise of the wand's zero", noise / sqrt(n.zero_samples), "counts", Shape.NORMAL, slope),
        Component("drift of the wand's zero", n.zero_drift_pa, "Pa", Shape.RECTANGULAR),
        Component("rounding of the wand's zero", 1, "counts", Shape.RECTANGULAR, slope),
        Component("rounding of the wand's reading", 2, "Pa", Shape.RECTANGULAR),
        Component("temperature on the bench", n.temperature_bench_dk / 10, "K", Shape.NORMAL, n.temperature_zero_pa_k),
    )


def in_use(procedure: Procedure, calibration: Calibration, reference: Reference, vacuum_pa: float) -> Budget:
    """Return the budget of a calibrated unit's reading at a vacuum: the U of the certificate."""
    return combine(
        vacuum_pa,
        (
            *reference_components(reference, procedure, vacuum_pa),
            *unit_components(calibration, vacuum_pa),
            *fit_components(calibration, procedure, vacuum_pa),
            *reading_components(calibration.coefficients, procedure, calibration.characteristics.noise_pa, vacuum_pa),
        ),
    )


def as_found(
    procedure: Procedure, old: Coefficients, calibration: Calibration, series: Series, reference: Reference, vacuum_pa: float
) -> Budget:
    """Return the budget of an error as found: measured at the point and in its direction, so without fit and hysteresis."""
    values = calibration.characteristics
    samples = min(one.samples for _, one in series.points())
    noise = max(values.noise_pa, procedure.numbers.noise_floor_pa) / NOMINAL_PA_PER_COUNT
    slope = old.slope(old.counts(vacuum_pa))
    return combine(
        vacuum_pa,
        (
            *reference_components(reference, procedure, vacuum_pa),
            *(one for one in unit_components(calibration, vacuum_pa) if one.name != "hysteresis"),
            Component("noise of the mean", noise / sqrt(samples), "counts", Shape.NORMAL, slope),
            Component("rounding of the wand's reading", 2, "Pa", Shape.RECTANGULAR),
        ),
    )
