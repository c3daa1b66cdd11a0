"""``microderm bench verify``: read a unit against a gauge, say whether it is in tolerance, and write nothing to it."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.bench.decision import Error, Verdict
from microderm_ctl.bench.live.calibrate import Calibrating
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.live.judge import judge_measured
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench.measurements import error_lines, measurement_lines
from microderm_ctl.cli.bench.quantities import ROOM, asked_for, temperature_c
from microderm_ctl.cli.bench.station import gauge_options, opened, opened_gauge, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import CheckFailed

WORK: Final = "verify"


class Verified(NamedTuple):
    """A unit as it was found: its errors at each point with U and verdict, and the gates of its cycle."""

    event: str
    serial: str
    simulated: bool
    outcome: str
    errors: tuple[Error, ...]
    checks: tuple[Measurement, ...]


@command(WORK, help="read a unit against a gauge, up and down, and write nothing to it; 9 minutes",
         example="microderm bench verify --port sim --gauge sim --operator Kim --temperature '22 C'")  # fmt: skip
@unit_option
@operator_option
@gauge_options
@click.option("--temperature", metavar="T", help="of the room, with its unit: '22.4 C'")
def verify(call: Invocation, **asked: Any) -> None:
    """Read a cycle, and judge the unit as it was found."""
    with (
        opened(call, asked["label"], streams=True) as station,
        opened_gauge(station, asked["gauge"], asked["gauge_record"]) as (gauge, record),
    ):
        procedure, ask = shipped(), call.ask
        operator = asked["operator"] or ask.line("Who works?", "--operator")
        room_c = asked_for(ask, asked["temperature"], ROOM, "--temperature", temperature_c)
        simulated = station.is_simulated or record.is_simulated
        head = begun(WORK, station.unit.serial, operator, procedure, record, Environment(room_c), simulated)
        station.unlock()
        journal = Journal.begin(station.store, head, station.now_s)
        work = Calibrating(Rig(station.unit, gauge, record, procedure), journal, station.operator)
        judged = judge_measured(procedure, work.measure(), record.reference(), room_c)
        station.unit.leave()
        checks = (*judged.calibration.gates, *judged.checks)
        passed = all(one.verdict is Verdict.PASS for one in judged.as_found) and has_passed(checks)
        journal.end(Ended("pass" if passed else "fail", ""))
    result = Verified("result", journal.begun.serial, simulated, "pass" if passed else "fail", judged.as_found, checks)
    call.printer.event(result, list(_lines(result)))
    if not passed:
        raise CheckFailed(f"Unit {result.serial} is not in tolerance beyond doubt.", "Calibrate it: 'microderm bench calibrate'.")


def _lines(record: Verified) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    yield f"Unit {record.serial}{mark}, as found:"
    yield from error_lines(record.errors)
    yield from measurement_lines(record.checks)
