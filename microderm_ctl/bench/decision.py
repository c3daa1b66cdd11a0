"""Whether an error is in tolerance, with a guard band as wide as U (ILAC-G8:09/2019, w = U).

As found: four outcomes. As left: two, for a unit is released only where even the far end of
its interval is in tolerance; at most 2.5 % of what is outside could pass.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from microderm_ctl.bench.calibration import Calibration
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import Coefficients, Direction, Reading, Series
from microderm_ctl.bench.uncertainty import Reference, as_found, in_use


class Verdict(StrEnum):
    """An error against the tolerance, by how sure it is."""

    PASS = "pass"
    CONDITIONAL_PASS = "conditional-pass"
    CONDITIONAL_FAIL = "conditional-fail"
    FAIL = "fail"


class Error(NamedTuple):
    """What a unit shows too much at a point, in pascals."""

    set_pa: int
    direction: Direction
    reference_pa: float
    """The gauge, its reading at vent taken off."""
    shown_pa: float
    error_pa: float
    """Shown less reference."""
    expanded_pa: float
    """U (95.45 %)."""
    verdict: Verdict


def decide(error_pa: float, expanded_pa: float, tolerance_pa: float) -> Verdict:
    """Return the verdict; what is not a number fails."""
    size = abs(error_pa)
    if size + expanded_pa <= tolerance_pa:
        return Verdict.PASS
    if size <= tolerance_pa:
        return Verdict.CONDITIONAL_PASS
    return Verdict.CONDITIONAL_FAIL if size - expanded_pa <= tolerance_pa else Verdict.FAIL


def find_errors(
    procedure: Procedure, old: Coefficients, calibration: Calibration, series: Series, reference: Reference
) -> tuple[Error, ...]:
    """Return the errors as found: the old coefficients on the raw data from which the new ones were made.

    Args:
        procedure: the tolerance.
        old: gain and curve that were in the unit (``FACTORY`` for none), and the zero of its last self-test.
        calibration: made from the same series; gives spread and zero deviation.
        series: the cycle.
        reference: the gauge.
    """
    zero_pa, tolerance_pa = series.zero_reference_pa, procedure.numbers.tolerance_pa
    found = []
    for direction, one in series.points():
        true_pa, shown_pa = one.reference_pa - zero_pa, old.vacuum_pa(one.raw - old.zero_raw)
        u_pa = as_found(procedure, old, calibration, series, reference, max(0.0, true_pa)).expanded
        error_pa = shown_pa - true_pa
        found.append(Error(one.set_pa, direction, true_pa, shown_pa, error_pa, u_pa, decide(error_pa, u_pa, tolerance_pa)))
    return tuple(found)


def needs_adjustment(procedure: Procedure, errors: Iterable[Error], is_first: bool) -> bool:
    """Return whether new coefficients are written: always at first, later only past 70 % of the tolerance."""
    return is_first or any(not abs(one.error_pa) <= procedure.numbers.adjust_above_pa for one in errors)


def verify(
    procedure: Procedure,
    calibration: Calibration,
    reference: Reference,
    points: Iterable[tuple[Direction, Reading]],
    zero_raw: int,
    zero_reference_pa: float,
) -> tuple[Error, ...]:
    """Return the errors as left, at points that the fit has not seen, after the restart that put the coefficients in force.

    Args:
        procedure: the tolerance.
        calibration: what was written.
        reference: the gauge.
        points: read anew.
        zero_raw: what the self-test after the restart took as zero.
        zero_reference_pa: what the gauge shows at vent now.
    """
    coefficients, tolerance_pa = calibration.coefficients, procedure.numbers.tolerance_pa
    found = []
    for direction, one in points:
        true_pa, shown_pa = one.reference_pa - zero_reference_pa, coefficients.vacuum_pa(one.raw - zero_raw)
        u_pa = in_use(procedure, calibration, reference, max(0.0, true_pa)).expanded
        error_pa = shown_pa - true_pa
        found.append(Error(one.set_pa, direction, true_pa, shown_pa, error_pa, u_pa, decide(error_pa, u_pa, tolerance_pa)))
    return tuple(found)


def is_released(errors: Iterable[Error]) -> bool:
    """Return whether every point passes beyond doubt; no point at all does not."""
    verdicts = [one.verdict for one in errors]
    return bool(verdicts) and all(one is Verdict.PASS for one in verdicts)
