"""``microderm bench leak``: how fast the vacuum falls with the pump off and the vent closed; of a unit, or of the fixture alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.bench.leak import flow_ml_min
from microderm_ctl.bench.live.fixture import FixtureWork, judge_fixture
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.live.judge import FIXTURE_ML, failures, judge_leak
from microderm_ctl.bench.live.steps import leak_down
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench.blanked import FIXTURE, known_today
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.operator import TerminalOperator
from microderm_ctl.cli.bench.single import single
from microderm_ctl.cli.bench.station import gauge_options, opened, opened_gauge_alone, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed, UsageProblem

WORK: Final = "leak"


class Leaked(NamedTuple):
    """How fast the vacuum falls at 20 kPa, with its U, and what was judged. ``serial`` is none for the fixture alone.

    ``fixture_pa_s`` is the rate of the fixture alone, which was taken off; none where it was not measured that day.
    """

    serial: str | None
    simulated: bool
    rate_pa_s: float
    expanded_pa_s: float
    flow_ml_min: float
    fixture_pa_s: float | None
    outcome: str
    checks: tuple[Measurement, ...]


@command(WORK, help="measure how fast the vacuum falls with the pump off and the vent closed; --fixture: of the fixture alone, each day",
         example="microderm bench leak --fixture --gauge sim")  # fmt: skip
@unit_option
@operator_option
@click.option("--fixture", is_flag=True, help="of the blanked fixture, by the gauge alone; no unit is needed")
@gauge_options
def leak(call: Invocation, fixture: bool, **asked: Any) -> Report:
    """Measure the leak of a unit in its fixture, or of the fixture."""
    if fixture:
        if asked["label"] is not None:
            raise UsageProblem("--fixture and --unit do not go together.", "The fixture is measured with its blank on.")
        result = _of_fixture(call, asked["operator"], asked["gauge"], asked["gauge_record"])
    elif asked["gauge"] is not None or asked["gauge_record"] is not None:
        raise UsageProblem("A unit's leak is measured with its own sensor, which is faster.", "Leave out --gauge, or add --fixture.")
    else:
        result = _of_unit(call, asked["label"], asked["operator"])
    return Report(result, _lines, 0 if result.outcome == "pass" else CheckFailed.exit_code)


def _of_unit(call: Invocation, label: str | None, operator: str | None) -> Leaked:
    with opened(call, label) as station, single(station, WORK, operator) as (journal, procedure):
        found = leak_down(station.unit, procedure.numbers)
        journal.keep(WORK, found)
        alone = known_today(station.store, station.now_s())
        known = judge_leak(procedure, found, alone)
        journal.judge(known.judged)
        station.unit.leave()
        return Leaked(
            station.unit.serial,
            station.is_simulated,
            known.leak.rate_pa_s,
            known.leak.budget.expanded,
            known.leak.flow_ml_min,
            alone.rate_pa_s if alone else None,
            "pass" if has_passed(known.judged) else "fail",
            known.judged,
        )


def _of_fixture(call: Invocation, operator: str | None, gauge: str | None, record_file: Path | None) -> Leaked:
    procedure, hands = shipped(), TerminalOperator(call, says_yes=False, streams=False).hands
    with opened_gauge_alone(call, gauge, record_file) as bench:
        store = call.store(bench.is_simulated)

        def now_s() -> int:
            return call.now_s(bench.is_simulated)

        found = FixtureWork(bench.gauge, bench.record, bench.clock, procedure.numbers, hands).measure()
        known, judged = judge_fixture(procedure, found)
        passed = has_passed((judged,))
        head = begun(FIXTURE, "", operator or "", procedure, bench.record, Environment(), bench.is_simulated)
        journal = Journal.begin(store, head, now_s)
        journal.keep(FIXTURE, found)
        journal.end(Ended("pass" if passed else "fail", "; ".join(failures((judged,)))))
    flow = flow_ml_min(known.rate_pa_s, FIXTURE_ML)
    return Leaked(None, bench.is_simulated, known.rate_pa_s, 2 * known.deviation_pa_s, flow, None, "pass" if passed else "fail", (judged,))


def _lines(record: Leaked) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    if record.serial is None:
        yield f"Fixture{mark}: {record.rate_pa_s * 60 / 1000:.2f} kPa/min at 20 kPa. It holds for a day, and is taken off what units leak."
        yield from measurement_lines(record.checks)
        return
    rate, expanded = record.rate_pa_s / 1000, record.expanded_pa_s / 1000
    yield f"Unit {record.serial}{mark}: {rate:.2f} kPa/s at 20 kPa, U {expanded:.2f} kPa/s."
    yield f"That is some {record.flow_ml_min:.0f} mL/min of free air."
    if record.fixture_pa_s is None:
        yield "The fixture's own leak is in it: 'microderm bench leak --fixture' measures that alone."
    yield from measurement_lines(record.checks)
