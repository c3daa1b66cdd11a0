"""``microderm bench selftest``: units test themselves, one or all that are connected side by side."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import click

from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.bench.work.checks import check
from microderm_ctl.bench.work.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.work.unit import BenchUnit
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.senses import look_and_listen
from microderm_ctl.cli.bench.station import Station, opened, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed, MicrodermError, NoWand, UsageProblem
from microderm_ctl.wand import Wand

WORK: Final = "selftest"
SIDE_BY_SIDE: Final = 16


class SelfTested(NamedTuple):
    """One unit: how its checks came out, or why they could not be done."""

    serial: str
    port: str
    simulated: bool
    outcome: str
    problem: str
    faults: tuple[str, ...]
    checks: tuple[Measurement, ...]
    worst_gap_ms: int
    """The longest that the unit had to wait for a renewal of its lease of 500 ms."""


class AllTested(NamedTuple):
    """All units that were tested."""

    units: tuple[SelfTested, ...]


@command("selftest", help="let a unit test itself, with its tip closed; --all tests every connected unit side by side",
         example="microderm bench selftest --all")  # fmt: skip
@unit_option
@operator_option
@click.option("--all", "everything", is_flag=True, help="every unit that is connected")
def selftest(call: Invocation, label: str | None, operator: str | None, everything: bool) -> Report:
    """Test one unit, or all at once."""
    if everything:
        if label is not None:
            raise UsageProblem("--all and --unit do not go together.")
        tested = _all(call)
    else:
        with opened(call, label) as station:
            station.unlock()
            tested = (_tested(station, operator or ""),)
    failed = any(one.outcome != "pass" for one in tested)
    return Report(AllTested(tested), _lines, CheckFailed.exit_code if failed else 0)


def _tested(station: Station, operator: str) -> SelfTested:
    unit, procedure = station.unit, shipped()
    head = begun(WORK, unit.serial, operator, procedure, None, Environment(), station.is_simulated)
    journal = Journal.begin(station.store, head, station.now_s)
    found = check(unit, procedure)
    found = found._replace(checks=(*found.checks, *look_and_listen(station)))
    journal.keep("checks", found)
    passed = has_passed(found.checks)
    unit.leave()
    journal.end(Ended("pass" if passed else "fail", ", ".join(found.faults)))
    return SelfTested(
        unit.serial, unit.wand.port, station.is_simulated, _outcome(passed), "", found.faults, found.checks, unit.wand.worst_gap_ms
    )


def _outcome(passed: bool) -> str:
    return "pass" if passed else "fail"


def _all(call: Invocation) -> tuple[SelfTested, ...]:
    """Test every connected unit, each on a thread of its own; one that fails does not hold up the others."""
    from microderm_ctl.cli.bench.keys import find_key

    ports = call.candidates()
    if not ports:
        raise NoWand("No unit is connected.", "Connect units by USB, or run virtual ones: 'microderm simulate --units 4 --hand bench'.")
    key = find_key(call, all(port.simulated for port in ports))
    call.printer.note(f"{len(ports)} units: hold the button of each for 3 seconds.")

    def run(port: tuple[str, str, bool]) -> SelfTested:
        spec, serial, simulated = port
        try:
            with BenchUnit(Wand.open(spec, serial or None), lambda: Wand.open(spec, serial or None)) as unit:
                unit.unlock(key)
                found = check(unit, shipped())
                gap_ms = unit.wand.worst_gap_ms
                unit.leave()
            return SelfTested(unit.serial, spec, simulated, _outcome(has_passed(found.checks)), "", found.faults, found.checks, gap_ms)
        except MicrodermError as error:
            return SelfTested(serial, spec, simulated, "fail", error.sentence, (), (), 0)

    with ThreadPoolExecutor(SIDE_BY_SIDE, "unit") as pool:
        tested = tuple(pool.map(run, ports))
    for one in tested:
        _keep(call, one)
    return tested


def _keep(call: Invocation, one: SelfTested) -> None:
    store, now_s = call.store(one.simulated), call.now_s(one.simulated)
    journal = Journal.begin(store, begun(WORK, one.serial, "", shipped(), None, Environment(), one.simulated), lambda: now_s)
    journal.end(Ended(one.outcome, one.problem or ", ".join(one.faults)))


def _lines(record: AllTested) -> Iterator[str]:
    for one in record.units:
        mark = " SIMULATED" if one.simulated else ""
        yield f"{one.serial}{mark}: {one.outcome}{': ' + one.problem if one.problem else ''}"
        if one.checks and (one.outcome != "pass" or len(record.units) == 1):
            yield from measurement_lines(one.checks)
    if len(record.units) > 1:
        passed = sum(one.outcome == "pass" for one in record.units)
        yield f"{passed} of {len(record.units)} passed."
