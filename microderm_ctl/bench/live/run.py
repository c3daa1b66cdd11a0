"""A whole calibration: measure, judge, ask, write, verify, characterise, try the protections; ends with a certificate or a reason."""

from typing import Final, NamedTuple

from microderm_ctl import __version__
from microderm_ctl.bench.certificate.document import (
    Adjustment,
    Certificate,
    Customer,
    Dates,
    Environment,
    Item,
    Laboratory,
    Method,
    People,
    Rule,
    Software,
    reference_gauge,
)
from microderm_ctl.bench.decision import Error, is_released
from microderm_ctl.bench.live import judge
from microderm_ctl.bench.live.calibrate import Calibrating, Characterised, Measured, Verified, Written
from microderm_ctl.bench.live.journal import Ended
from microderm_ctl.bench.live.problems import NotKept, OutOfLimits, PassedBy
from microderm_ctl.bench.live.rig import TYPED_READINGS
from microderm_ctl.bench.live.steps import Protections
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import Coefficients
from microderm_ctl.bench.uncertainty import in_use
from microderm_ctl.errors import Stopped

MODEL: Final = "microderm wand"
NOTHING_WRITTEN: Final = "Nothing was written: the unit keeps its old coefficients. Set it aside, or find the cause and begin anew."
PUT_BACK: Final = "The unit has its old coefficients again. Set it aside, or find the cause and begin anew."
VOID: Final = "The unit had no calibration before, and is left with one that no treatment is started with. Set it aside."


class Papers(NamedTuple):
    """What stands on a certificate besides the results."""

    laboratory: Laboratory
    customer: Customer
    condition: str
    authorised_by: str
    role: str = ""
    offset_min: int = 0


class Done(NamedTuple):
    """All that a run came to."""

    measured: Measured
    judged: judge.Judged
    used: Coefficients
    written: Written
    verified: Verified
    as_left: tuple[Error, ...]
    characterised: Characterised
    protections: Protections


def carry_out(work: Calibrating) -> Done:
    """Do the whole procedure, or what is left of it.

    Raises:
        OutOfLimits: a check failed; the unit has its old coefficients, and the run is ended as failed.
        NotKept: the unit's memory is not sound; likewise.
        Stopped: the operator does not agree to what would be written; the run can be taken up again.
        MicrodermError: whatever else cuts it off; the run can be taken up again.
    """
    try:
        return _carried_out(work)
    except (OutOfLimits, NotKept) as problem:
        work.journal.end(Ended("fail", problem.sentence))
        raise


def _carried_out(work: Calibrating) -> Done:
    procedure, reference = work.rig.procedure, work.rig.record.reference()
    measured = work.measure()
    judged = judge.judge_measured(procedure, measured, reference, work.journal.begun.temperature_c or float("nan"))
    _hold_to((*judged.calibration.gates, *judged.checks), NOTHING_WRITTEN)
    used = judged.coefficients
    if not judged.needs_adjustment:
        used = measured.old.coefficients._replace(zero_raw=judged.coefficients.zero_raw)
    written = _write(work, measured, judged, used)
    try:
        verified = work.verify(used, measured)
    except PassedBy as problem:
        raise _put_back(work, measured, problem.sentence) from problem
    as_left = judge.judge_verified(procedure, judged, used, verified, reference)
    if not is_released(as_left):
        raise _put_back(work, measured, "; ".join(judge.failed_points(as_left)))
    characterised = work.characterise()
    protections = work.protections()
    done = Done(measured, judged, used, written, verified, as_left, characterised, protections)
    _hold_to(_checks(work, done), "The coefficients are good, but this is a fault of the unit: set it aside.")
    return done


def _put_back(work: Calibrating, measured: Measured, why: str) -> OutOfLimits:
    """Give the unit its old coefficients again, and return what is told of it."""
    work.put_back(measured)
    return OutOfLimits(f"The verification failed: {why}", VOID if measured.old.is_first else PUT_BACK, {"failed": why})


def _write(work: Calibrating, measured: Measured, judged: judge.Judged, used: Coefficients) -> Written:
    known = work.journal.found("written", Written)
    if known is not None:
        return known
    if not work.agrees_to(diff(measured, used, judged)):
        raise Stopped("Nothing was written.", "The readings are kept: 'microderm bench calibrate --resume' asks again.")
    return work.write(used, work.now_s(), measured)


def diff(measured: Measured, used: Coefficients, judged: judge.Judged) -> str:
    """Return what would be changed in the unit, in lines."""
    old = measured.old
    before = "none (factory)" if old.is_first else f"gain {old.coefficients.gain}, curve {old.coefficients.curve}"
    worst = max(judged.as_found, key=lambda one: abs(one.error_pa))
    lines = [
        f"as found: worst error {worst.error_pa / 1000:+.3f} kPa at {worst.set_pa / 1000:.1f} kPa {worst.direction}",
        f"in the unit now: {before}",
        f"to be written:   gain {used.gain}, curve {used.curve}, zero {used.zero_raw}",
    ]
    if not judged.needs_adjustment:
        lines.append("The errors are small: gain and curve stay as they are, only the date is new.")
    return "\n".join(lines)


def _checks(work: Calibrating, done: Done) -> tuple[Measurement, ...]:
    procedure, found = work.rig.procedure, done.characterised
    return (
        *judge.judge_leak(procedure, found.leak, work.fixture).judged,
        *judge.judge_duty(procedure, found.duty).judged,
        *judge.judge_stepped(procedure, found.stepped).judged,
        *judge.judge_protections(procedure, done.protections, done.written.silenced),
    )


def _hold_to(measurements: tuple[Measurement, ...], hint: str) -> None:
    if not has_passed(measurements):
        failed = judge.failures(measurements)
        raise OutOfLimits(f"Out of limits: {'; '.join(failed)}.", hint, {"failed": failed})


def specification(procedure: Procedure) -> str:
    """Return what a unit has to keep, as a certificate says it."""
    n = procedure.numbers
    return f"error within \N{PLUS-MINUS SIGN}{n.tolerance_pa / 1000:.2f} kPa from 0 to {n.top_pa / 1000:g} kPa ({procedure.name})"


def deviations(work: Calibrating) -> tuple[str, ...]:
    """Return what was done otherwise than the procedure says."""
    if not work.rig.gauge.is_typed:
        return ()
    asked = work.rig.procedure.numbers.gauge_readings
    return (
        f"A person read the display of the gauge, {TYPED_READINGS} times at a point instead of {asked}, once the unit was at rest.",
        "The vacuum at which the unit vents by itself was read by the unit, after it was verified.",
    )


def certify(work: Calibrating, done: Done, papers: Papers, number: str, issued_s: int) -> Certificate:
    """Return the certificate of a run that passed.

    Args:
        work: with journal and rig.
        done: what it came to.
        papers: what stands on it besides.
        number: not yet used.
        issued_s: UTC.
    """
    procedure, record, begun = work.rig.procedure, work.rig.record, work.journal.begun
    who, (from_s, to_s) = work.unit.identity, work.journal.times_s()
    temperatures = [begun.temperature_c or 0.0]
    points = [point.reading.set_pa for series in (done.verified.up,) for point in series.points]
    calibration = done.judged.calibration._replace(coefficients=done.used)
    return Certificate(
        number,
        papers.laboratory,
        papers.customer,
        Method(procedure.name, procedure.version, procedure.title, procedure.sha256, deviations(work)),
        Item(who.serial, MODEL, who.board, str(who.hardware), who.firmware, f"{who.build:08x}", papers.condition, who.simulated),
        Dates(from_s, to_s, max(issued_s, to_s), papers.offset_min),
        Environment(min(temperatures), max(temperatures), begun.pressure_pa, begun.humidity_percent),
        reference_gauge(record),
        People(begun.operator, papers.authorised_by, papers.role),
        Rule(specification(procedure), procedure.numbers.tolerance_pa, procedure.numbers.adjust_above_pa),
        Adjustment(done.measured.old_coefficients, done.used if done.judged.needs_adjustment else None, done.measured.old.is_first),
        done.judged.as_found,
        done.as_left,
        done.measured.preloads.top.sentence,
        calibration.characteristics,
        calibration.gates,
        tuple(in_use(procedure, calibration, record.reference(), float(point)) for point in points),
        judge.judge_leak(procedure, done.characterised.leak, work.fixture),
        judge.judge_duty(procedure, done.characterised.duty),
        judge.judge_stepped(procedure, done.characterised.stepped),
        (*done.judged.checks, *judge.judge_protections(procedure, done.protections, done.written.silenced)),
        Software("microderm-ctl", __version__),
    )
