"""``microderm simulate``: virtual wands on real ports, and the practice calendar."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import SIM_MEMORY, Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import duration_of, iso_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.records.running import registered, running_simulators
from microderm_ctl.records.store import Store
from microderm_ctl.simulator.bench_gauge import GAUGE_SERIAL, gauge_errors
from microderm_ctl.simulator.gauge import DIALECTS, SimulatedGauge, gauge_port, vacuum_handed_on
from microderm_ctl.simulator.link_faults import sort_faults
from microderm_ctl.simulator.ports import Port
from microderm_ctl.simulator.serve import serve_pty, serve_tcp
from microderm_ctl.simulator.trace import Trace, Tracer
from microderm_ctl.simulator.unit import Unit, make_unit

UNITS_MOST: Final = 16
KEYS: Final = "keys"
COOL_DOWN_MS: Final = 31 * 60_000
"""A wand rests for 30 min after a full treatment, powered; a practice calendar that moves on lets it."""
SETTLE_MS: Final = 4_000
"""A self-test takes at most 3 s."""
LOOK_STEPS: Final = 50
"""Every second a wand that is served looks whether its calendar was moved."""


class Advanced(NamedTuple):
    """Where the practice calendar stands after it was moved."""

    practice_now: str | None
    ahead_days: float


class Calendar:
    """Lets a resting wand have its rest when the practice calendar is moved while it is served; passes each step on."""

    def __init__(self, store: Store, onward: Tracer | None) -> None:
        """Look at the calendar of a practice store."""
        self._store = store
        self._onward = onward
        self._steps = 0
        self._offset_s = store.offset_s()
        self._is_resting = False

    def row(self, unit: Unit, /) -> None:
        """Take a step of a unit."""
        if self._onward is not None:
            self._onward.row(unit)
        self._steps += 1
        if self._is_resting or self._steps % LOOK_STEPS:
            return
        moved_s = self._store.offset_s() - self._offset_s
        if moved_s > 0:
            self._is_resting = True
            rest(unit, moved_s)
            self._is_resting = False
            self._offset_s += moved_s


def rest(unit: Unit, duration_s: int) -> None:
    """Let a wand that rests after a full treatment, and is not in use, have its rest."""
    if unit.state == "COOLDOWN" and not unit.board.line:
        unit.run(min(duration_s * 1000, COOL_DOWN_MS))


def advance_calendar(call: Invocation, text: str, memory: Path) -> Advanced:
    """Move the practice calendar on; wands that rest, and are not served just now, have their rest."""
    store = call.store(practice=True)
    duration_s = duration_of(text)
    offset_s = store.advance(duration_s)
    served = {one.serial for one in running_simulators(call.data_dir())}
    for kept in sorted(memory.glob("*")) if memory.is_dir() else ():
        if kept.name not in served:
            unit = make_unit(kept.name, hand="none", memory=memory, utc_s=call.now_s(True))
            unit.run(SETTLE_MS)
            rest(unit, duration_s)
    return Advanced(iso_time(call.now_s(practice=True)), round(offset_s / 86_400, 2))


def _advanced_lines(record: Advanced) -> Iterator[str]:
    yield f"The practice calendar now says {(record.practice_now or '')[:16].replace('T', ' ')} UTC, {record.ahead_days:g} days ahead."


@command("simulate", help="run virtual wands on real ports until Ctrl-C; other commands find them, marked SIMULATED",
         example="microderm simulate --pty --hand keys")  # fmt: skip
@click.option("--units", type=click.IntRange(1, UNITS_MOST), default=1, metavar="N", help="how many wands")
@click.option("--pty", "kind", flag_value="pty", help="on pseudo terminals; so unless told")
@click.option("--tcp", "kind", flag_value="tcp", help="on TCP ports of this computer")
@click.option("--tcp-port", type=click.IntRange(1, 65535 - UNITS_MOST), metavar="N", help="number of the first TCP port")
@click.option(
    "--hand",
    default="auto",
    metavar="HAND",
    help="auto (does what the wand asks), none, keys, bench (a technician's, with a fixture), or a script FILE",
)
@click.option("--tip", default="fine", metavar="NAME", help="fine, medium, coarse or none")
@click.option("--memory", type=click.Path(path_type=Path), metavar="DIR", help="where the wands keep their memory")
@click.option("--advance", metavar="TIME", help="move the practice calendar on, e.g. 28d; alone: then end")
@click.option("--no-hangup", is_flag=True, help="hide from the wand that its port was closed")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="what goes wrong: KIND[=VALUE][@S] in the wand, S seconds after its start; NAME=CHANCE,... on the link",
)
@click.option("--errors", metavar="ERRORS", help="how the sensor is wrong: NAME=VALUE,... e.g. gain=0.02,hysteresis_pa=150")
@click.option("--uncalibrated", is_flag=True, help="new wands come without a calibration")
@click.option("--gauge", type=click.Choice(tuple(DIALECTS)), help="serve a reference gauge too; it hangs on the wand that was opened first")
@click.option("--gauge-fault", "gauge_faults", multiple=True, metavar="FAULT", help="what goes wrong in the gauge: KIND[=VALUE][@S]")
@click.option("--trace", type=click.Path(path_type=Path), metavar="FILE", help="write what truly happens, a line of JSON a step")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="the same number gives the same run")
def simulate(call: Invocation, **options: Any) -> Report | None:
    """Serve virtual wands, or move the practice calendar."""
    memory = options.pop("memory") or call.data_dir() / SIM_MEMORY
    advance = options.pop("advance")
    if advance is not None:
        report = Report(advance_calendar(call, advance, memory), _advanced_lines)
        if _is_alone(options):
            return report
        call.printer.note("\n".join(_advanced_lines(report.record)))
    if options["hand"] == KEYS and not sys.stdin.isatty():
        raise UsageProblem("A hand that is moved by keys needs a terminal.", "Use --hand auto, none or a script FILE.")
    with ExitStack() as stack:
        _serve(call, stack, memory, **options)
    return None


def _is_alone(options: Mapping[str, Any]) -> bool:
    """Return whether nothing asks for wands to be served."""
    asked = ("kind", "tcp_port", "faults", "errors", "uncalibrated", "gauge", "gauge_faults", "trace", "seed")
    return not any(options[name] for name in asked) and options["units"] == 1 and options["hand"] == "auto"


def _serve(
    call: Invocation,
    stack: ExitStack,
    memory: Path,
    *,
    units: int,
    kind: str | None,
    tcp_port: int | None,
    hand: str,
    tip: str,
    no_hangup: bool,
    faults: tuple[str, ...],
    errors: str | None,
    uncalibrated: bool,
    gauge: str | None,
    gauge_faults: tuple[str, ...],
    trace: Path | None,
    seed: int | None,
) -> None:
    utc_s = call.now_s(practice=True)
    tracer = stack.enter_context(Trace(trace)) if trace is not None else None
    wrong = sort_faults(faults)
    told = partial(make_unit, hand=hand, memory=memory, seed=seed, tip=tip, faults=wrong.wand, utc_s=utc_s)
    made = [told(serial, errors=errors, calibrated=not uncalibrated) for serial in _serials(call, units)]
    notices = Notices(call, stack, hand == KEYS)
    is_tcp = kind == "tcp" or tcp_port is not None or sys.platform == "win32"
    gauge_number = tcp_port + units if tcp_port is not None else 0
    beside = _gauge(notices, made, gauge, gauge_faults, seed, "tcp" if is_tcp else "pty", gauge_number)
    serve = partial(serve_tcp, first_port=tcp_port or 0) if is_tcp else serve_pty
    calendar = Calendar(call.store(True), tracer)
    ended_by = serve(made, notices.ready, notices.gone, no_hangup=no_hangup, trace=calendar, link=wrong.link, seed=seed, beside=beside)
    if ended_by:
        raise Stopped("The virtual wands were stopped.")


def _gauge(
    notices: "Notices", units: list[Unit], dialect: str | None, faults: tuple[str, ...], seed: int | None, kind: str, number: int
) -> list[Port]:
    """Return the port of a gauge that is handed on from wand to wand; none where none is asked for."""
    if dialect is None:
        if faults:
            raise UsageProblem("Without a gauge nothing goes wrong in one.", "Add --gauge, or leave out --gauge-fault.")
        return []
    gauge = SimulatedGauge(
        vacuum_handed_on(units), gauge_errors(GAUGE_SERIAL), dialect=dialect, serial=GAUGE_SERIAL, faults=faults, seed=seed
    )
    return [gauge_port(gauge, notices.gauge_ready, kind, number)]


def _serials(call: Invocation, units: int) -> list[str]:
    """Return serial numbers that no running simulator has: the one asked for, or the first that are free."""
    taken = {one.serial for one in running_simulators(call.data_dir())}
    asked = call.options.serial
    if asked is not None:
        if units > 1 or asked in taken:
            raise UsageProblem(f"{asked} can be the serial number of one wand only.", "Leave out --serial, or --units.")
        return [asked]
    free = (name for number in range(1, 10_000) if (name := f"SIM-{number:04d}") not in taken)
    return [next(free) for _ in range(units)]


class Notices:
    """Tells other commands, and the person, on which ports the wands are."""

    def __init__(self, call: Invocation, stack: ExitStack, by_keys: bool) -> None:
        """Tell through an invocation; what is posted ends with the stack."""
        self._call = call
        self._stack = stack
        self._by_keys = by_keys
        self._posted: dict[str, ExitStack] = {}

    def ready(self, unit: Unit, path: str) -> None:
        """Say that a wand can be opened."""
        self._withdraw(unit)
        posted = self._stack.enter_context(ExitStack())
        posted.enter_context(registered(self._call.data_dir(), path, unit.serial))
        self._posted[unit.serial] = posted
        record = {"event": "ready", "kind": "wand", "serial": unit.serial, "port": path, "simulated": True, "pid": os.getpid()}
        self._call.printer.event(record, f"{unit.serial} SIMULATED on {path}")
        if self._by_keys:
            from microderm_ctl.simulator.keys import KEYS_HELP

            self._call.printer.note(KEYS_HELP)

    def gauge_ready(self, gauge: Unit, path: str) -> None:
        """Say that a gauge can be opened; it is not posted, for other commands look for wands."""
        record = {"event": "ready", "kind": "gauge", "serial": gauge.serial, "port": path, "simulated": True, "pid": os.getpid()}
        self._call.printer.event(record, f"gauge {gauge.serial} SIMULATED on {path}")

    def gone(self, unit: Unit) -> None:
        """Say that the cable of a wand was pulled."""
        self._withdraw(unit)
        self._call.printer.event({"event": "gone", "serial": unit.serial, "simulated": True}, f"{unit.serial} is unplugged")

    def _withdraw(self, unit: Unit) -> None:
        posted = self._posted.pop(unit.serial, None)
        if posted is not None:
            posted.close()
