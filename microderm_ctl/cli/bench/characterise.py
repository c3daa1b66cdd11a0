"""``microderm bench characterise``: start duty, duty map and step response of a unit; ``--write`` puts the map into it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from microderm_ctl.bench.characterise import Gains, MapPoint, Plant, Response, duty_map
from microderm_ctl.bench.live.calibrate import restart_with
from microderm_ctl.bench.live.judge import judge_duty, judge_stepped
from microderm_ctl.bench.live.maps import map_record
from microderm_ctl.bench.live.steps import duty_study, stepped
from microderm_ctl.bench.live.values import Record
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.single import single
from microderm_ctl.cli.bench.station import opened, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import columns
from microderm_ctl.errors import CheckFailed, Stopped

WORK: Final = "characterise"


class Characterised(NamedTuple):
    """Pump and regulator of a unit: duty is a part of full duty, vacuum in Pa. ``written`` is the map's number in the unit, 0 if not."""

    serial: str
    simulated: bool
    start_duty: float
    map: tuple[MapPoint, ...]
    response: Response
    plant: Plant | None
    gains: Gains | None
    written: int
    outcome: str
    checks: tuple[Measurement, ...]


@command(WORK, help="find start duty, duty map and step response, with the tip closed", example="microderm bench characterise --port sim")
@unit_option
@operator_option
@click.option("--write", is_flag=True, help="put the map into the unit, after it was shown and agreed to")
@click.option("--yes", "says_yes", is_flag=True, help="consent beforehand to what is written to the unit")
def characterise(call: Invocation, label: str | None, operator: str | None, write: bool, says_yes: bool) -> Report:
    """Measure pump and regulator of a unit in its fixture."""
    with opened(call, label, says_yes) as station, single(station, WORK, operator) as (journal, procedure):
        numbers, unit = procedure.numbers, station.unit
        station.operator.tell("start duty and duty map")
        duty = duty_study(unit, numbers)
        journal.keep("duty", duty)
        known = duty_map(duty.points)
        station.operator.tell("step response")
        steps = stepped(unit, numbers, known.duty_for(numbers.step_from_pa), known.duty_for(numbers.step_to_pa))
        journal.keep("stepped", steps)
        study, step = judge_duty(procedure, duty), judge_stepped(procedure, steps)
        checks = (*study.judged, *step.judged)
        journal.judge(checks)
        written = 0
        if write and has_passed(checks):
            if not station.operator.agrees("\n".join(["to be written:", *_map_lines(known.points)])):
                raise Stopped("Nothing was written.")
            kept = unit.write(Record.MAP, map_record(known.points))
            station.operator.tell("restarting the unit, and reading the map back")
            restart_with(unit, Record.MAP, kept)
            written = kept.generation
        unit.leave()
        result = Characterised(
            unit.serial, station.is_simulated, study.start_duty, known.points, step.response, step.plant, step.gains, written,
            "pass" if has_passed(checks) else "fail", checks,
        )  # fmt: skip
    return Report(result, _lines, 0 if result.outcome == "pass" else CheckFailed.exit_code)


def _map_lines(points: tuple[MapPoint, ...]) -> list[str]:
    return columns([("duty", "kPa"), *((f"{one.duty * 100:.1f} %", f"{one.vacuum_pa / 1000:.2f}") for one in points)])


def _lines(record: Characterised) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    yield f"Unit {record.serial}{mark}: the pump turns from {record.start_duty * 100:.1f} % on."
    yield from _map_lines(record.map)
    if record.gains is not None:
        gain, integral_s = record.gains.proportional_per_pa * 1000, record.gains.integral_s
        yield f"gains that this plant would ask for: {gain:.4f} of full duty a kPa, integral {integral_s:.2f} s"
    yield from measurement_lines(record.checks)
    if record.written:
        yield f"The map is in the unit, number {record.written}."
