"""``microderm bench golden``: the daily check unit, read against its own history; the only thing that sees a gauge that moved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.bench.golden import HISTORY_LEAST, check_golden
from microderm_ctl.bench.live import steps
from microderm_ctl.bench.live.calibrate import read_old
from microderm_ctl.bench.live.journal import STEP
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import Direction
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.single import single
from microderm_ctl.cli.bench.station import Station, gauge_options, opened, opened_gauge, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed
from microderm_ctl.records.bench import END

WORK: Final = "golden"


class GoldenPoint(NamedTuple):
    """One point: what was set, the gauge, what the unit showed, and its error, in pascals."""

    set_pa: int
    reference_pa: float
    shown_pa: float
    error_pa: float


class GoldenDay(NamedTuple):
    """The points of a day."""

    gauge: str
    points: tuple[GoldenPoint, ...]


class Golden(NamedTuple):
    """Today's points of the golden unit, its shifts against the mean of earlier days, and how many days there are."""

    serial: str
    simulated: bool
    gauge: str
    days: int
    outcome: str
    points: tuple[GoldenPoint, ...]
    checks: tuple[Measurement, ...]


@command(WORK, help="read the daily check unit at 0, 12 and 24 kPa, against its own history; it is never adjusted",
         example="microderm bench golden --port sim --gauge sim --operator Kim")  # fmt: skip
@unit_option
@operator_option
@gauge_options
def golden(call: Invocation, label: str | None, operator: str | None, gauge: str | None, gauge_record: Path | None) -> Report:
    """Read the golden unit, upwards, and compare."""
    with opened(call, label) as station, opened_gauge(station, gauge, gauge_record) as (instrument, record):
        history = _history(station, record.label)
        with single(station, WORK, operator, record) as (journal, procedure):
            rig = Rig(station.unit, instrument, record, procedure, station.operator.tell)
            day = GoldenDay(record.label, _points(rig, procedure))
            journal.keep(WORK, day)
            today = {one.set_pa: one.error_pa for one in day.points}
            checks = check_golden(procedure, today, {point: [day[point] for day in history] for point in today})
            journal.judge(checks)
            station.unit.leave()
        result = Golden(
            station.unit.serial,
            station.is_simulated,
            record.label,
            len(history),
            "pass" if has_passed(checks) else "fail",
            day.points,
            checks,
        )
    return Report(result, _lines, 0 if result.outcome == "pass" else CheckFailed.exit_code)


def _points(rig: Rig, procedure: Procedure) -> tuple[GoldenPoint, ...]:
    rig.begin_series()
    rig.tell("zero of unit and gauge, then a preload")
    steps.zero(rig, read_old(rig.unit).coefficients)
    rig.learn_line()
    rig.vent()
    found = []
    for set_pa in procedure.points.golden_pa:
        rig.tell(f"{set_pa / 1000:.1f} kPa")
        point = rig.point(set_pa, Direction.UP)
        reference_pa = point.reading.reference_pa
        found.append(GoldenPoint(set_pa, reference_pa, point.shown_pa, point.shown_pa - reference_pa))
    rig.vent()
    return tuple(found)


def _history(station: Station, gauge: str) -> list[dict[int, float]]:
    """Return the errors of earlier days that passed, by point, with the same gauge."""
    store, serial = station.store, station.unit.serial
    passed = {row.run_id for row in store.rows(unit=serial, kind=END) if row.document["outcome"] == "pass"}
    days = [row.document["found"] for row in store.rows(unit=serial, kind=STEP) if row.document["name"] == WORK and row.run_id in passed]
    return [{one["set_pa"]: one["error_pa"] for one in day["points"]} for day in days if day["gauge"] == gauge]


def _lines(record: Golden) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    yield f"Golden unit {record.serial}{mark} with {record.gauge}:"
    for one in record.points:
        gauge, shown, error = one.reference_pa / 1000, one.shown_pa / 1000, one.error_pa / 1000
        yield f"  {one.set_pa / 1000:5.1f} kPa: gauge {gauge:.3f}, unit {shown:.3f}, error {error:+.3f} kPa"
    if record.days < HISTORY_LEAST:
        yield f"This is day {record.days + 1}: from day {HISTORY_LEAST + 1} on, today is held against the days before."
    else:
        yield from measurement_lines(record.checks)
    if record.outcome != "pass":
        yield "The gauge, the golden unit or the fixture has moved. Do not certify with this gauge until it is known which."
