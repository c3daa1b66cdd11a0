"""What a bench command works with: the unit behind its port, the service key, the gauge and its record."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from microderm_ctl.bench.gauges import (
    Gauge,
    GaugeRecord,
    Identity,
    LineGauge,
    TypedGauge,
    TypedQuestion,
    check_identity,
    check_record,
    describe,
    load_record,
    open_gauge,
    practice_record,
)
from microderm_ctl.bench.live.problems import UnitSwapped
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.live.unlock import service_key
from microderm_ctl.bench.live.values import Record
from microderm_ctl.cli.bench.keys import find_key
from microderm_ctl.cli.bench.operator import TerminalOperator
from microderm_ctl.cli.connect import connected
from microderm_ctl.cli.context import SIM, Invocation
from microderm_ctl.clock import Clock, VirtualClock
from microderm_ctl.errors import CheckFailed, UsageProblem
from microderm_ctl.firmware import calibration as wand
from microderm_ctl.records.lock import treating
from microderm_ctl.records.store import Store
from microderm_ctl.wand import Wand

if TYPE_CHECKING:
    from microderm_ctl.bench.gauges.port import Line

TYPED: Final = "typed"
"""What ``--gauge`` takes for a gauge whose display a person reads."""
BENCH_HAND: Final = "&hand=bench"
"""The hand behind ``--port sim`` on the bench: it holds the tip in the fixture, and the button when it is asked to."""

unit_option = click.option("--unit", "label", metavar="SERIAL", help="serial number on the unit's label, as scanned")
operator_option = click.option("--operator", metavar="NAME", help="who works")


def gauge_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name a gauge and its record."""
    for option in (
        click.option("--gauge-record", type=click.Path(path_type=Path), metavar="FILE", help="record of the gauge, a TOML file"),
        click.option("--gauge", metavar="PORT", help="port of the gauge, 'typed', or 'sim' beside a virtual unit"),
    ):
        function = option(function)
    return function


class Station:
    """One unit on the bench, for the time of a command."""

    def __init__(self, call: Invocation, unit: BenchUnit, operator: TerminalOperator) -> None:
        """Take over an open unit."""
        self.call = call
        self.unit = unit
        self.operator = operator
        self._key: bytes | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether the unit says that it is simulated."""
        return self.unit.identity.simulated

    @property
    def store(self) -> Store:
        """The store that this unit's records belong to."""
        return self.call.store(self.is_simulated)

    def now_s(self) -> int:
        """Return the UTC second: the unit's own virtual one, the practice calendar's, or the computer's."""
        clock = self.unit.clock
        return clock.utc_s() if isinstance(clock, VirtualClock) else self.call.now_s(self.is_simulated)

    def today(self) -> date:
        """Return the day of ``now_s``, UTC."""
        return datetime.fromtimestamp(self.now_s(), UTC).date()

    def key(self) -> bytes:
        """Return the service key, found or typed once a command."""
        if self._key is None:
            self._key = find_key(self.call, self.is_simulated)
        return self._key

    def unlock(self) -> None:
        """Open SERVICE, and compare the record in the unit with its label and serial number.

        Raises:
            UnitSwapped: the record is another unit's.
            WandRefusal: a wrong key, or too many of them.
        """
        serial = self.unit.serial
        self.unit.unlock(self.key(), lambda: self.operator.hands(f"Hold the button of unit {serial} for 3 seconds."))
        check_record_serial(self.unit)

    def unlock_with(self, typed: str) -> None:
        """Open SERVICE with a key that was typed, or with the one that is found where nothing was."""
        if typed:
            self._key = service_key(typed)
        self.unlock()


def check_record_serial(unit: BenchUnit) -> str:
    """Return whose calibration record is in a unit: its own serial number, or nothing where there is none.

    Raises:
        UnitSwapped: another unit's.
    """
    content = unit.record(Record.CALIBRATION).content
    if len(content) < wand.SERIAL:
        return ""
    found = content[4:16].rstrip(b"\0").decode("ascii", "replace")
    if found != unit.serial:
        raise UnitSwapped(
            f"Unit {unit.serial} holds the calibration record of {found}.",
            "Its memory came from another unit, or its serial number was changed. Set it aside, and find out which.",
            {"serial": unit.serial, "record": found},
        )
    return found


@contextmanager
def opened(call: Invocation, label: str | None, says_yes: bool = False, streams: bool = False) -> Iterator[Station]:
    """Open the unit that is meant, for the time of the body; its serial number must be the one that was scanned.

    Raises:
        UnitSwapped: another unit than the label says.
        NoWand, SeveralWands, PortProblem, WandSilent, WandGarbled, VersionMismatch: as their names say.
    """
    call = on_bench(call)
    with connected(call) as first:
        serial = first.identity.serial
        if label is not None and label != serial:
            raise UnitSwapped(
                f"The label says {label}, and the unit says that it is {serial}.",
                "Scan the label again. If it is right, another unit hangs on this port.",
                {"label": label, "serial": serial},
            )
        with ExitStack() as stack:
            stack.enter_context(treating(call.data_dir(), first.port, serial, call.clock.utc_s()))
            unit = stack.enter_context(BenchUnit(first, lambda: _opened_again(call, serial)))
            yield Station(call, unit, TerminalOperator(call, says_yes, streams))


def on_bench(call: Invocation) -> Invocation:
    """Return an invocation whose virtual unit is held by a technician's hand."""
    if call.options.port != SIM:
        return call
    call.options = call.options._replace(port=call.chosen().spec + BENCH_HAND)
    return call


def _opened_again(call: Invocation, serial: str) -> Wand:
    return Wand.open(call.chosen().spec, serial)


@contextmanager
def opened_gauge(station: Station, spec: str | None, record_file: Path | None) -> Iterator[tuple[Gauge, GaugeRecord]]:
    """Open the gauge that is meant, for the time of the body.

    Raises:
        UsageProblem: it is not said which, or it has no record.
        CheckFailed: a real unit is not calibrated with a simulated gauge.
        GaugeOverdue, GaugeUnfit: its record forbids to use it.
    """
    record = gauge_record(spec, record_file, station.today())
    if (record.is_simulated or spec == SIM) and not station.is_simulated:
        raise CheckFailed(
            f"Unit {station.unit.serial} is a real one, and this gauge is simulated.",
            "A real unit is measured with a real gauge only. Try things out on a simulated unit: '--port sim'.",
        )

    def beside() -> "Line":
        from microderm_ctl.simulator.bench_gauge import gauge_beside

        return gauge_beside(station.unit.serial, record.description)

    with _open(station.call, str(spec), record, station.unit.clock, beside) as gauge:
        yield gauge, record


class GaugeAlone(NamedTuple):
    """A gauge on a fixture with no unit in it."""

    gauge: Gauge
    record: GaugeRecord
    clock: Clock
    is_simulated: bool


@contextmanager
def opened_gauge_alone(call: Invocation, spec: str | None, record_file: Path | None) -> Iterator[GaugeAlone]:
    """Open a gauge without a unit, for the time of the body; ``sim`` hangs on a simulated fixture.

    Raises:
        UsageProblem: it is not said which, or it has no record.
        GaugeOverdue, GaugeUnfit: its record forbids to use it.
    """
    now_s = call.now_s(practice=spec == SIM)
    record = gauge_record(spec, record_file, datetime.fromtimestamp(now_s, UTC).date())
    clock = VirtualClock(now_s) if spec == SIM else None

    def beside() -> "Line":
        from microderm_ctl.simulator.bench_gauge import gauge_on_blank

        return gauge_on_blank(clock or VirtualClock(), record.description)

    with _open(call, str(spec), record, clock or call.clock, beside) as gauge:
        yield GaugeAlone(gauge, record, clock or call.clock, record.is_simulated or clock is not None)


def gauge_record(spec: str | None, record_file: Path | None, today: date) -> GaugeRecord:
    """Return the record of the gauge that is meant; it is in force today.

    Raises:
        UsageProblem: it is not said which, or it has no record.
        GaugeOverdue, GaugeUnfit: its record forbids to use it.
        FileProblem: the record cannot be read.
    """
    if spec is None:
        raise UsageProblem(
            "Which gauge is to be read?", "Name its port with --gauge PORT, or 'typed' where you read its display.", {"flag": "--gauge"}
        )
    if spec == SIM:
        record = practice_record(today) if record_file is None else load_record(record_file)
    elif record_file is None:
        raise UsageProblem(
            "A gauge needs its record.", "Name it with --gauge-record FILE; docs/bench/gauges.md shows one.", {"flag": "--gauge-record"}
        )
    else:
        record = load_record(record_file)
    check_record(record, today)
    return record


@contextmanager
def _open(call: Invocation, spec: str, record: GaugeRecord, clock: Clock, beside: "Callable[[], Line]") -> Iterator[Gauge]:
    """Open a gauge, and ask it who it is."""
    gauge = _gauge(call, spec, record, clock, beside)
    try:
        check_identity(record, gauge.identify())  # a silent one is noticed now, not after the warm-up
        yield gauge
    finally:
        gauge.close()


def _gauge(call: Invocation, spec: str, record: GaugeRecord, clock: Clock, beside: "Callable[[], Line]") -> Gauge:
    if spec == TYPED:
        call.ask.need("The gauge's display has to be read by a person.", "--gauge PORT")
        identity = Identity(record.maker, record.model, record.serial)
        return TypedGauge(lambda question: _typed(call, question), clock, record.unit, record.vacuum_is, identity)
    description = describe(record.description)
    return LineGauge(beside(), description, clock, SIM) if spec == SIM else open_gauge(spec, description, clock)


def _typed(call: Invocation, question: TypedQuestion) -> str:
    again = "once more" if question.time > 1 else f"in {question.unit}, vacuum {'below' if question.sign == 'negative' else 'above'} zero"
    text = f"What does the gauge show now ({again})?"
    return call.ask.line(f"{question.problem} {text}".strip(), "--gauge PORT")
