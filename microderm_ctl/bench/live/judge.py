"""What follows from what a run has read: coefficients, errors, checks. Functions of values; nothing is moved or kept here."""

from collections.abc import Iterable
from statistics import fmean
from typing import Final, NamedTuple

from microderm_ctl.bench.calibration import Calibration, calibrate
from microderm_ctl.bench.certificate.document import DutyStudy, LeakDown, StepStudy
from microderm_ctl.bench.characterise import duty_map, identify, judge_step, start_duty, tune
from microderm_ctl.bench.decision import Error, find_errors, is_released, needs_adjustment, verify
from microderm_ctl.bench.leak import Decay, Law, decay, subtract
from microderm_ctl.bench.live import steps
from microderm_ctl.bench.live.calibrate import Measured, Verified
from microderm_ctl.bench.live.rig import Point
from microderm_ctl.bench.measurement import Measurement, Outcome, measure
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import Coefficients
from microderm_ctl.bench.uncertainty import Reference

PLAIN: Final = "1"
"""The unit of what has none."""
TEN_THOUSAND: Final = 10_000
UNIT_ML: Final = 40.0
FIXTURE_ML: Final = 10.0
"""Dead volumes, nominal: a rate is only as good as these; the gate of the bleed has a band for them."""


class Judged(NamedTuple):
    """What follows from a cycle."""

    calibration: Calibration
    as_found: tuple[Error, ...]
    needs_adjustment: bool
    checks: tuple[Measurement, ...]

    @property
    def coefficients(self) -> Coefficients:
        """The new ones."""
        return self.calibration.coefficients


def judge_measured(procedure: Procedure, measured: Measured, reference: Reference, temperature_c: float) -> Judged:
    """Return coefficients, gates and errors as found.

    Args:
        procedure: limits.
        measured: the cycle, and what was in the unit.
        reference: the gauge.
        temperature_c: of the room.
    """
    calibration = calibrate(procedure, measured.cycle)
    old = measured.old_coefficients
    errors = find_errors(procedure, old, calibration, measured.cycle, reference)
    gates = procedure.gates
    checks = (
        measure("temperature", temperature_c, gates.temperature),
        measure("idle_current", float(measured.zero.idle_ma), gates.idle_current),
        measure("shown", _shown_beyond(old, (*measured.up.points, *measured.down.points)), gates.shown),
    )
    return Judged(calibration, errors, needs_adjustment(procedure, errors, measured.old.is_first), checks)


def _shown_beyond(coefficients: Coefficients, points: Iterable[Point]) -> float:
    """Return by how much the unit shows more than its record makes of its counts, over all points; it rounds down."""
    return fmean(one.shown_pa + 0.5 - coefficients.vacuum_pa(one.reading.raw - coefficients.zero_raw) for one in points)


def judge_verified(procedure: Procedure, judged: Judged, used: Coefficients, verified: Verified, reference: Reference) -> tuple[Error, ...]:
    """Return the errors as left.

    Args:
        procedure: tolerance.
        judged: of the cycle.
        used: coefficients that are in the unit now.
        verified: points that the fit has not seen.
        reference: the gauge.
    """
    points = [(one.direction, one.reading) for series in (verified.up, verified.down) for one in series.points]
    zero = verified.zero
    calibration = judged.calibration._replace(coefficients=used)
    return verify(procedure, calibration, reference, points, round(zero.zero_raw), zero.point.reading.reference_pa)


def judge_leak(procedure: Procedure, found: steps.LeakDown, fixture: Decay | None = None) -> LeakDown:
    """Return the leak of a unit, its fixture taken off."""
    n = procedure.numbers
    total = decay(found.samples, n.leak_from_pa, Law.ORIFICE, n.leak_start_pa, n.leak_end_pa)
    leak = subtract(total, fixture, UNIT_ML, FIXTURE_ML)
    return LeakDown(
        Law.ORIFICE,
        found.samples,
        n.leak_start_pa,
        n.leak_end_pa,
        total,
        fixture,
        leak,
        (measure("bleed", leak.rate_pa_s, procedure.gates.bleed),),
    )


def judge_duty(procedure: Procedure, found: steps.DutyStudy) -> DutyStudy:
    """Return start duty and map."""
    gates, known, start = procedure.gates, duty_map(found.points), start_duty(found.tried)
    middle = found.points[len(found.points) // 2]
    judged = (
        measure("start_duty", start, gates.start_duty),
        measure("map_fall", known.violation_pa, gates.map_fall),
        measure("map_repeat", found.repeat.vacuum_pa - middle.vacuum_pa, gates.map_repeat),
    )
    return DutyStudy(start, found.points, known, judged)


def judge_stepped(procedure: Procedure, found: steps.Stepped) -> StepStudy:
    """Return the response of the wand's own regulator, and the gains that the plant would ask for."""
    n, gates = procedure.numbers, procedure.gates
    response = judge_step(found.closed_loop, n.step_from_pa, n.step_to_pa)
    try:
        plant = identify(found.open_loop, found.duty_change)
    except ValueError:
        plant = None
    judged = (
        measure("overshoot", response.overshoot, gates.overshoot),
        measure("settle", response.settle_s, gates.settle),
        measure("ripple", response.ripple_pa, gates.ripple),
    )
    return StepStudy(n.step_from_pa, n.step_to_pa, found.closed_loop, response, plant, tune(plant) if plant else None, judged)


def judge_protections(procedure: Procedure, found: steps.Protections, silenced: steps.Silenced) -> tuple[Measurement, ...]:
    """Return how the unit protected itself, against its limits; another cause than the one that was tried fails."""
    gates = procedure.gates
    nan = float("nan")
    checks = [
        measure("vent_time", found.vent_s, gates.vent_time),
        measure("lease_stop", silenced.seconds if silenced.cause == "lease" else nan, gates.lease_stop),
    ]
    if found.trip_pa is not None:
        checks.append(measure("trip", found.trip_pa if found.trip_cause == "over-hard-limit" else nan, gates.trip))
    return tuple(checks)


def said(value: float, unit: str) -> str:
    """Return a value with its unit, in four digits, or in all that stand before the point; a plain number has no unit."""
    number = f"{value:.0f}" if abs(value) >= TEN_THOUSAND else f"{value:.4g}"
    return number if unit == PLAIN else f"{number} {unit}"


def failures(measurements: Iterable[Measurement]) -> list[str]:
    """Return what failed, each in a few words."""
    return [
        f"{one.name} is {said(one.value, one.limits.unit)}, and {one.limits.least:g} to {one.limits.most:g} are allowed"
        for one in measurements
        if one.outcome is Outcome.FAIL
    ]


def failed_points(errors: Iterable[Error]) -> list[str]:
    """Return the points that do not pass beyond doubt, each in a few words."""
    return [
        f"{one.set_pa / 1000:.1f} kPa {one.direction}: error {one.error_pa / 1000:+.3f} kPa, U {one.expanded_pa / 1000:.3f} kPa"
        for one in errors
        if not is_released([one])
    ]
