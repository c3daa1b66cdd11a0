"""``microderm bench identify``: find a unit on the bench, and compare its label, its serial number and its record."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from microderm_ctl.bench.live.values import Record
from microderm_ctl.cli.bench.station import check_record_serial, opened, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import iso_time
from microderm_ctl.firmware import calibration as wand


class Identified(NamedTuple):
    """A unit: what its label says, what it says itself, and whose record it holds. ``label`` is none where nothing was scanned."""

    label: str | None
    serial: str
    record: str
    agree: bool
    simulated: bool
    board: str
    firmware: str
    generation: int
    calibrated_at: str | None


@command("identify", help="find a unit: it blinks and beeps; its label, its serial number and its record must agree",
         example="microderm bench identify --unit MD-000123")  # fmt: skip
@unit_option
@click.option("--blink/--no-blink", default=True, help="let the unit show itself")
def identify(call: Invocation, label: str | None, blink: bool) -> Report:
    """Let the unit show itself, and compare."""
    with opened(call, label) as station:
        station.unlock()
        unit = station.unit
        record = check_record_serial(unit)
        if blink:
            unit.show("identify")
        kept = unit.record(Record.CALIBRATION)
        read = wand.read(kept.content, unit.serial.encode())
        who = unit.identity
        found = Identified(
            label,
            who.serial,
            record,
            record in ("", who.serial),
            who.simulated,
            who.board,
            who.firmware,
            kept.generation,
            iso_time(read[3]) if read else None,
        )
    return Report(found, _lines)


def _lines(record: Identified) -> Iterator[str]:
    mark = "  SIMULATED" if record.simulated else ""
    yield f"label        {record.label or 'not scanned'}"
    yield f"unit         {record.serial}{mark}, board {record.board}, program {record.firmware}"
    made = f"of {record.record}, number {record.generation}, made {(record.calibrated_at or 'never')[:10]}" if record.record else "none"
    yield f"record       {made}"
    yield "They agree." if record.label else "Unit and record agree; scan the label with --unit."
