"""``microderm bench leak``: how fast the vacuum falls with the pump off and the vent closed."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.work.judge import judge_leak
from microderm_ctl.bench.work.steps import leak_down
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.single import single
from microderm_ctl.cli.bench.station import opened, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed

WORK: Final = "leak"


class Leaked(NamedTuple):
    """How fast the vacuum falls at 20 kPa, with its U, and what was judged. The fixture's own leak is in it."""

    serial: str
    simulated: bool
    rate_pa_s: float
    expanded_pa_s: float
    flow_ml_min: float
    outcome: str
    checks: tuple[Measurement, ...]


@command(WORK, help="measure how fast the vacuum falls with the pump off and the vent closed", example="microderm bench leak --port sim")
@unit_option
@operator_option
def leak(call: Invocation, label: str | None, operator: str | None) -> Report:
    """Measure the leak of a unit in its fixture."""
    with opened(call, label) as station, single(station, WORK, operator) as (journal, procedure):
        found = leak_down(station.unit, procedure.numbers)
        journal.keep(WORK, found)
        known = judge_leak(procedure, found)
        journal.judge(known.judged)
        station.unit.leave()
        result = Leaked(
            station.unit.serial,
            station.is_simulated,
            known.leak.rate_pa_s,
            known.leak.budget.expanded,
            known.leak.flow_ml_min,
            "pass" if has_passed(known.judged) else "fail",
            known.judged,
        )
    return Report(result, _lines, 0 if result.outcome == "pass" else CheckFailed.exit_code)


def _lines(record: Leaked) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    rate, expanded = record.rate_pa_s / 1000, record.expanded_pa_s / 1000
    yield f"Unit {record.serial}{mark}: {rate:.2f} kPa/s at 20 kPa, U {expanded:.2f} kPa/s."
    yield f"That is some {record.flow_ml_min:.0f} mL/min of free air."
    yield from measurement_lines(record.checks)
