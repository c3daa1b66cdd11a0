"""``microderm bench selftest``: units test themselves, one or all that are connected side by side."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Final, NamedTuple

import click

from microderm_ctl.bench.live.checks import Checked, check
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench.keys import find_key
from microderm_ctl.cli.bench.measurements import measurement_lines
from microderm_ctl.cli.bench.senses import look_and_listen
from microderm_ctl.cli.bench.station import Station, check_record_serial, opened, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.errors import CheckFailed, MicrodermError, NoWand, UsageProblem
from microderm_ctl.link.ports import PortInfo
from microderm_ctl.link.signals import interruptible
from microderm_ctl.records.lock import treating
from microderm_ctl.records.store import Store
from microderm_ctl.wand import Wand

WORK: Final = "selftest"


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
    unit = station.unit
    found = check(unit, shipped())
    found = found._replace(checks=(*found.checks, *look_and_listen(station)))
    unit.leave()
    keep_tested(station.store, unit.serial, operator, found, "", station.is_simulated, station.now_s)
    outcome = _outcome(has_passed(found.checks))
    return SelfTested(unit.serial, unit.wand.port, station.is_simulated, outcome, "", found.faults, found.checks, unit.wand.worst_gap_ms)


def _outcome(passed: bool) -> str:
    return "pass" if passed else "fail"


def _all(call: Invocation) -> tuple[SelfTested, ...]:
    """Test every connected unit, each on a thread of its own; one that fails does not hold up the others."""
    ports = call.candidates()
    if not ports:
        raise NoWand("No unit is connected.", "Connect units by USB, or run virtual ones: 'microderm simulate --units 4 --hand bench'.")
    keys = {simulated: find_key(call, simulated) for simulated in sorted({port.simulated for port in ports})}
    units = "1 unit" if len(ports) == 1 else f"{len(ports)} units"
    call.printer.note(f"{units}: hold the button of each for 3 seconds, one after the other.")
    with ExitStack() as stack:
        interrupt = stack.enter_context(interruptible())
        pool = stack.enter_context(ThreadPoolExecutor(len(ports), "unit"))
        tested = tuple(pool.map(lambda port: _tested_beside(call, port, keys[port.simulated]), ports))
    interrupt.look()
    for one in tested:
        store, practice = call.store(one.simulated), one.simulated
        checked = Checked(one.faults, one.checks) if one.checks else None
        keep_tested(store, one.serial, "", checked, one.problem, practice, partial(call.now_s, practice))
    return tested


def _tested_beside(call: Invocation, port: PortInfo, key: bytes) -> SelfTested:
    """Test one of several units, on a thread of its own."""
    spec, serial, simulated = port
    try:
        with (
            treating(call.data_dir(), spec, serial, call.clock.utc_s()),
            BenchUnit(Wand.open(spec, serial or None), lambda: Wand.open(spec, serial or None)) as unit,
        ):
            serial = unit.serial
            unit.unlock(key)
            check_record_serial(unit)
            found = check(unit, shipped())
            unit.leave()
            gap_ms = unit.wand.worst_gap_ms
        return SelfTested(serial, spec, simulated, _outcome(has_passed(found.checks)), "", found.faults, found.checks, gap_ms)
    except MicrodermError as error:
        return SelfTested(serial, spec, simulated, "fail", error.sentence, (), (), 0)


def keep_tested(
    store: Store, serial: str, operator: str, found: Checked | None, problem: str, simulated: bool, now_s: Callable[[], int]
) -> None:
    """Write down a self-test that is over: what was found, or why nothing was."""
    journal = Journal.begin(store, begun(WORK, serial, operator, shipped(), None, Environment(), simulated), now_s)
    if found is not None:
        journal.keep("checks", found)
    passed = found is not None and not problem and has_passed(found.checks)
    journal.end(Ended(_outcome(passed), problem or ", ".join(found.faults if found else ())))


def _lines(record: AllTested) -> Iterator[str]:
    for one in record.units:
        mark = " SIMULATED" if one.simulated else ""
        yield f"{one.serial}{mark}: {one.outcome}{': ' + one.problem if one.problem else ''}"
        if one.checks and (one.outcome != "pass" or len(record.units) == 1):
            yield from measurement_lines(one.checks)
    if len(record.units) > 1:
        passed = sum(one.outcome == "pass" for one in record.units)
        yield f"{passed} of {len(record.units)} passed."
