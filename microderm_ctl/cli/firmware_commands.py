"""``microderm firmware info``, ``check`` and ``install``."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from microderm_ctl.carried import Program, program
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import SIM, Invocation
from microderm_ctl.cli.printer import Fixed, Report
from microderm_ctl.errors import CheckFailed, NoWand, Stopped, UsageProblem
from microderm_ctl.texts import firmware as texts

if TYPE_CHECKING:
    from microderm_ctl.install.installation import Installed
    from microderm_ctl.install.targets import Target
    from microderm_ctl.link.values import Identity
    from microderm_ctl.wand import Wand

BOARD: Final = "pico"
OURS: Final = ("pico", "virtual")
"""Boards that run our program; others have one of their own, of which the protocol alone can be compared."""
SENSORS: Final = ("xgzp6897d", "mpxv6115v")


class Carried(NamedTuple):
    """The program that this computer has for a wand: version, build (the hash of its files), hash of its messages, board, files."""

    firmware: str
    build: str
    protocol: str
    board: str
    files: int
    bytes: int


class InWand(NamedTuple):
    """The program that a wand says it runs."""

    serial: str
    port: str
    simulated: bool
    board: str
    hardware: int
    firmware: str
    build: str
    protocol: str
    matches: bool


class FirmwareRecord(NamedTuple):
    """The program here and the one in the wand; ``wand`` is None where none is plugged in, ``to_do`` where nothing is."""

    carried: Carried
    wand: InWand | None
    finding: str
    to_do: str | None


class InstalledRecord(NamedTuple):
    """What was installed: ``changed`` is false where the wand had it already, ``crash`` what the board had written down before."""

    serial: str
    port: str
    firmware: str
    build: str
    protocol: str
    changed: bool
    key_written: bool
    crash: str | None


@command("info", help="show the program that is here, and the one in the wand", example="microderm firmware info")
def info(call: Invocation) -> Report:
    """Show version, build, protocol and board of both."""
    try:
        return Report(_looked(call), _lines)
    except NoWand:
        if call.options.port is not None or call.options.serial is not None:
            raise
    return Report(FirmwareRecord(_carried(program()), None, texts.NO_WAND_HERE, None), _lines)


@command("check", help="see whether computer and wand match; ends with 10 if not", example="microderm firmware check")
def check(call: Invocation) -> Report:
    """Compare the two, and say what to do."""
    record = _looked(call)
    return Report(record, _lines, 0 if record.wand is not None and record.wand.matches else CheckFailed.exit_code)


@command(
    "install",
    help="put the program of this computer on a wand, or on a new board; nothing may run",
    example="microderm firmware install",
)
@click.option("--yes", is_flag=True, help="do not ask before")
@click.option("--again", is_flag=True, help="also where the wand has this program already")
@click.option("--with-key", is_flag=True, help="ask for the service key, and give the unit a key of its own")
@click.option("--pressure", type=click.Choice(SENSORS), help="the pressure sensor that is wired to the board")
def install(call: Invocation, yes: bool, again: bool, with_key: bool, pressure: str | None) -> Report:
    """Copy, read back, switch over, restart and hear who answers."""
    from microderm_ctl.install.installation import Installer, Order

    target = _target(call)
    _confirm(call, target, yes)
    service_key = _service_key(call) if with_key else None
    with _held(call, target) as before:
        if before is not None and _has_it(before) and not (again or with_key or pressure):
            return Report(_unchanged(before, target.spec), _installed_lines)
        extra = (("board.txt", f"pressure {pressure}\n".encode()),) if pressure else ()
        done = Installer(target, program(), call.clock, call.printer.note).install(Order(extra, service_key))
    return Report(_record(done, service_key is not None), _installed_lines)


def _looked(call: Invocation) -> FirmwareRecord:
    from microderm_ctl.cli.connect import connected

    carried = _carried(program())
    with connected(call, accept_other_version=True) as wand:
        there = _in_wand(wand, call.options.port or wand.port)
    finding, to_do = _judged(there, carried)
    return FirmwareRecord(carried, there._replace(matches=to_do is None), finding, to_do)


def _carried(known: Program) -> Carried:
    from microderm_ctl.firmware.replies import VERSION_NUMBERS
    from microderm_protocol import TABLE_HASH

    version = ".".join(str(number) for number in VERSION_NUMBERS)
    return Carried(version, f"{known.build:08x}", f"{TABLE_HASH:08x}", BOARD, len(known.files), known.size)


def _in_wand(wand: "Wand", port: str) -> InWand:
    who = wand.identity
    return InWand(
        who.serial, port, who.simulated, who.board, who.hardware, who.firmware, f"{who.build:08x}", f"{wand.table_hash:08x}", False
    )


def _judged(there: InWand, carried: Carried) -> tuple[str, str | None]:
    """Return what was found, and what to do about it; None where both match."""
    is_ours = there.board in OURS
    if there.protocol != carried.protocol:
        return texts.OTHER_PROTOCOL, texts.TO_INSTALL if is_ours else texts.TO_REPLACE
    if not is_ours:
        return texts.OTHER_MAKE, None
    return (texts.SAME, None) if there.build == carried.build else (texts.OTHER_BUILD, texts.TO_INSTALL)


def _target(call: Invocation) -> "Target":
    """Return what is meant; a virtual wand needs no program."""
    from microderm_ctl.install.targets import choose
    from microderm_ctl.link.ports import seen
    from microderm_ctl.records.running import running_simulators

    port = call.options.port
    if port is not None and (port.startswith(SIM) or any(one.port == port for one in running_simulators(call.data_dir()))):
        raise UsageProblem(texts.VIRTUAL, texts.VIRTUAL_HINT, {"port": port})
    return choose(seen(), port, call.options.serial)


def _confirm(call: Invocation, target: "Target", yes: bool) -> None:
    """Ask before a byte is sent; what is no wand yet has to be named in a script."""
    from microderm_ctl.install.targets import Kind

    carried = _carried(program())
    if yes:
        if target.kind is Kind.BOARD and call.options.port is None:
            port = {"port": target.spec}
            raise UsageProblem(texts.BARE_NEEDS_PORT.format(**port), texts.BARE_NEEDS_PORT_HINT.format(**port), port)
        return
    words = {Kind.WAND: texts.ASK_WAND, Kind.BOARD: texts.ASK_BOARD, Kind.STRANGER: texts.ASK_STRANGER}[target.kind]
    question = words.format(serial=target.serial or "-", port=target.spec, firmware=carried.firmware, build=carried.build)
    if not call.ask.can_ask:
        call.ask.need(texts.WHAT_TO_INSTALL.format(port=target.spec), "--yes")
    if not call.ask.confirm(question, "--yes"):
        raise Stopped(texts.NOT_DONE)


def _service_key(call: Invocation) -> bytes:
    """Ask for the service key, twice and hidden; it is taken from nowhere else, for nothing tells of a wrong one here."""
    from microderm_ctl.bench.live.unlock import service_key

    if not call.ask.can_ask:
        raise UsageProblem(texts.KEY_NEEDS_TERMINAL, texts.KEY_NEEDS_TERMINAL_HINT)
    key = service_key(call.ask.secret(texts.KEY_PROMPT))
    if service_key(call.ask.secret(texts.KEY_AGAIN)) != key:
        raise UsageProblem(texts.KEY_DIFFERENT)
    return key


@contextmanager
def _held(call: Invocation, target: "Target") -> "Iterator[Identity | None]":
    """Keep every treatment away for the time of the body, and say who a wand is before.

    Raises:
        PortBusy: a process of ours uses the port or the wand.
    """
    from microderm_ctl.install.targets import Kind
    from microderm_ctl.records.lock import treating
    from microderm_ctl.wand import Wand

    with treating(call.data_dir(), target.spec, target.serial or target.spec, call.now_s()):
        opened = Wand.open(target.spec, call.options.serial, accept_other_version=True) if target.kind is Kind.WAND else nullcontext()
        with opened as wand:
            before = wand.identity if wand is not None else None
        if before is not None and before.simulated:
            raise UsageProblem(texts.VIRTUAL, texts.VIRTUAL_HINT, {"port": target.spec})
        if before is not None and before.board != BOARD:
            raise CheckFailed(texts.OTHER_WAND.format(serial=before.serial), texts.OTHER_WAND_HINT, {"board": before.board})
        yield before


def _has_it(before: "Identity") -> bool:
    return before.build == program().build


def _unchanged(before: "Identity", port: str) -> InstalledRecord:
    carried = _carried(program())
    return InstalledRecord(before.serial, port, carried.firmware, carried.build, carried.protocol, False, False, None)


def _record(done: "Installed", key_written: bool) -> InstalledRecord:
    carried = _carried(program())
    return InstalledRecord(
        done.identity.serial, done.port, carried.firmware, carried.build, carried.protocol, True, key_written, done.crash or None
    )


def _lines(record: FirmwareRecord) -> Iterator[str]:
    yield from _program_lines(texts.HERE, record.carried, record.carried.board)
    if record.wand is not None:
        mark = "  SIMULATED" if record.wand.simulated else ""
        yield from _program_lines(f"wand {record.wand.serial} at {record.wand.port}{mark}", record.wand, record.wand.board)
    yield record.finding
    if record.to_do is not None:
        yield record.to_do


def _program_lines(title: str, told: Carried | InWand, board: str) -> Iterator[str]:
    yield title
    yield Fixed(f"  program   {told.firmware}, build {told.build}")
    yield Fixed(f"  protocol  {told.protocol}")
    yield Fixed(f"  board     {board}")


def _installed_lines(record: InstalledRecord) -> Iterator[str]:
    if not record.changed:
        yield texts.NOTHING_TO_DO.format(serial=record.serial, build=record.build)
        return
    yield texts.DONE.format(serial=record.serial, port=record.port, firmware=record.firmware, build=record.build)
    yield texts.KEY_WRITTEN if record.key_written else texts.NO_KEY
    if record.crash is not None:
        yield texts.CRASHED
        yield from (Fixed(f"  {line}") for line in record.crash.splitlines())
