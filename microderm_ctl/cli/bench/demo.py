"""``microderm bench demo``: a whole calibration on a simulated unit and gauge, with nothing plugged in and no records touched."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

import click

from microderm_ctl.bench.decision import Error
from microderm_ctl.bench.live.journal import Environment
from microderm_ctl.cli.bench import calibrate
from microderm_ctl.cli.bench.keys import practice_key
from microderm_ctl.cli.bench.measurements import error_lines
from microderm_ctl.cli.bench.papers import has_pdf, issue_files
from microderm_ctl.cli.bench.station import Station, opened, opened_gauge
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import BENCH, SIM, Invocation
from microderm_ctl.records.canonical import sha256_of

SERIAL: Final = "SIM-0042"
ERRORS: Final = "gain=0.03,offset_pa=1200,bow_pa=60,hysteresis_pa=30"
"""3 % too high, as a unit may come from whoever built it; small enough to be calibrated."""
OPERATOR: Final = "Kim"
ROOM: Final = Environment(22.0, 101_300, 45.0)
INTRODUCTION: Final = (
    f"A unit, {SERIAL}, that was never calibrated and reads some 3 % too high; a gauge on the same fixture; a technician, {OPERATOR}.",
    "All three are SIMULATED, and their time runs as fast as this computer can: a quarter of an hour takes about a minute.",
    "Nothing is plugged in, and your records are not touched.",
    "",
)
NO_PDF: Final = "The PDF needs reportlab, which is not here: pip install 'microderm-ctl[bench]'."


@command("demo", help="a whole calibration on a simulated unit and gauge, from the first reading to the certificate",
         example="microderm bench demo --to demo")  # fmt: skip
@click.option("--to", "directory", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="DIR",
              help="where the certificate's files go; here unless told")  # fmt: skip
def demo(call: Invocation, directory: Path) -> None:
    """Play a calibration, and say where its certificate is."""
    for line in INTRODUCTION:
        _say(call, line)
    with TemporaryDirectory(prefix="microderm-demo-") as kept:
        inner = Invocation(call.options._replace(port=_unit(call, Path(kept)), serial=None, data_dir=Path(kept)), call.clock, call.command)
        with inner, opened(inner, SERIAL, says_yes=True, streams=True) as station:
            result, found, left = _calibrated(station, directory)
    for line in (*_told("As found", found), *_told("As left", left)):
        _say(call, line)
    call.printer.event(result, list(_lines(result)))


def _unit(call: Invocation, kept: Path) -> str:
    told = {"serial": SERIAL, "hand": BENCH, "errors": ERRORS, "calibrated": "no", "memory": str(kept / "memory")}
    told["utc"] = str(call.clock.utc_s())
    return f"sim://?{urlencode(told)}"


def _say(call: Invocation, line: str) -> None:
    call.printer.event({"event": "doing", "text": line}, line)


def _calibrated(station: Station, directory: Path) -> tuple[calibrate.Calibrated, tuple[Error, ...], tuple[Error, ...]]:
    with opened_gauge(station, SIM, None) as (gauge, record):
        journal = calibrate.begin_run(station, record, OPERATOR, ROOM, calibrate.Wanted())
        station.unlock_with(practice_key().decode())
        done, number, text = calibrate.certified(station, journal, gauge, record, calibrate.Wanted())
    files = issue_files(text, directory, number)
    hands = station.operator.hand_actions
    result = calibrate.Calibrated("result", station.unit.serial, True, "pass", "", number, sha256_of(text), files, hands)
    return result, done.judged.as_found, done.as_left


def _told(when: str, errors: tuple[Error, ...]) -> Iterator[str]:
    yield ""
    yield f"{when}:"
    yield from error_lines(errors)


def _lines(record: calibrate.Calibrated) -> Iterator[str]:
    yield ""
    yield f"Unit {record.serial} SIMULATED passed. A technician's hands were asked for {record.hand_actions} times."
    if not has_pdf():
        yield NO_PDF
    yield "Its certificate, with the same content in each form:"
    yield from (f"  {name}" for name in reversed(record.files))
