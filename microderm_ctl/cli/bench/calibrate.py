"""``microderm bench calibrate``: from the box to the certificate, or on from where it was cut off."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.bench.certificate.document import Customer, freeze
from microderm_ctl.bench.gauges import Gauge, GaugeRecord
from microderm_ctl.bench.live import run
from microderm_ctl.bench.live.calibrate import BLANKED, Calibrating
from microderm_ctl.bench.live.fixture import Blanked
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun, open_runs
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.live.steps import Protections
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench import laboratory
from microderm_ctl.cli.bench.blanked import known_today
from microderm_ctl.cli.bench.papers import issue_files
from microderm_ctl.cli.bench.quantities import ROOM, asked_for, humidity_percent, pressure_pa, temperature_c
from microderm_ctl.cli.bench.station import Station, gauge_options, opened, opened_gauge, operator_option, unit_option
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import Invocation
from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.bench import BenchRow
from microderm_ctl.records.canonical import sha256_of

WORK: Final = "calibrate"
CERTIFICATE: Final = "certificate"
ABANDONED: Final = "abandoned by the operator"
NOT_STATED: Final = "not stated"
WANTED: Final = "wanted"


class Calibrated(NamedTuple):
    """How a calibration came out, with its certificate's number, hash and files."""

    event: str
    serial: str
    simulated: bool
    outcome: str
    reason: str
    number: str
    sha256: str
    files: tuple[str, ...]
    hand_actions: int


class Wanted(NamedTuple):
    """What stands on a certificate besides the results; authorised by the operator where nobody else is named. Empty: not stated."""

    customer: str = ""
    condition: str = ""
    authorised_by: str = ""

    def over(self, earlier: "Wanted") -> "Wanted":
        """Return what was said now, and what was said earlier where nothing is said now."""
        return Wanted(*(now or before for now, before in zip(self, earlier, strict=True)))


class Certified(NamedTuple):
    """What a run came to, with the number and the text of its certificate."""

    done: run.Done
    number: str
    text: str


@command(WORK, help="calibrate a unit against a gauge: measure, write, verify, certify; 16 minutes",
         example="microderm bench calibrate --port sim --gauge sim --operator Kim --temperature '22 C'")  # fmt: skip
@unit_option
@operator_option
@gauge_options
@click.option("--temperature", metavar="T", help="of the room, with its unit: '22.4 C'")
@click.option("--pressure", metavar="P", help="of the air, with its unit: '1013 hPa'")
@click.option("--humidity", metavar="H", help="of the air, with its unit: '45 %'")
@click.option("--customer", default="", metavar="NAME", help="for whom, as they said it")
@click.option("--condition", default="", metavar="TEXT", help="in which the unit was received")
@click.option("--authorised-by", default="", metavar="NAME", help="who answers for the certificate; the operator unless told")
@click.option(
    "--to", "directory", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="DIR", help="where its files go"
)
@click.option("--resume", is_flag=True, help="go on where the run on this unit was cut off")
@click.option("--abandon", is_flag=True, help="end the run that was cut off, and do nothing else")
@click.option("--yes", "says_yes", is_flag=True, help="consent beforehand to what is written to the unit")
def calibrate(call: Invocation, **asked: Any) -> None:
    """Lead through a calibration."""
    with opened(call, asked["label"], asked["says_yes"], streams=True) as station:
        if asked["abandon"]:
            _abandon(station)
            return
        waiting = open_runs(station.store, WORK, station.unit.serial)
        _judge_open(station, waiting, asked["resume"])
        with opened_gauge(station, asked["gauge"], asked["gauge_record"]) as (gauge, record):
            wanted = Wanted(asked["customer"], asked["condition"], asked["authorised_by"])
            journal = _taken_up(station, record, waiting[-1]) if waiting else _begun(station, record, asked, wanted)
            _, number, text = certified(station, journal, gauge, record, wanted)
    files = issue_files(text, asked["directory"], number)
    result = Calibrated(
        "result",
        journal.begun.serial,
        journal.begun.is_simulated,
        "pass",
        "",
        number,
        sha256_of(text),
        files,
        station.operator.hand_actions,
    )
    call.printer.event(result, list(_lines(result)))


def _judge_open(station: Station, waiting: tuple[BenchRow, ...], resumes: bool) -> None:
    """Refuse to begin beside a run that was cut off, and to resume where there is none."""
    if waiting and not resumes:
        raise UsageProblem(
            f"A calibration of unit {station.unit.serial} was cut off on {_day(waiting[-1].at_s)}.",
            "Add '--resume' to go on with it, or '--abandon' to end it.",
            {"run": waiting[-1].run_id},
        )
    if resumes and not waiting:
        raise UsageProblem(
            f"No calibration of unit {station.unit.serial} was cut off.",
            f"Leave out '--resume' to begin one. 'microderm bench units {station.unit.serial}' tells how the last one came out.",
            {"serial": station.unit.serial},
        )


def _taken_up(station: Station, record: GaugeRecord, row: BenchRow) -> Journal:
    """Take up a run that was cut off; the unit is unlocked where there is something left to do on it."""
    journal = resume_run(station, record, row)
    if journal.found("protections", Protections) is None:
        station.unlock()
    return journal


def _begun(station: Station, record: GaugeRecord, asked: dict[str, Any], wanted: Wanted) -> Journal:
    """Ask for what is not told, unlock the unit, and begin a run: a wrong key leaves none behind."""
    ask = station.call.ask
    laboratory.known(station.store)  # asked for now, not after 16 minutes
    label = asked["label"] or ask.line("Scan the label of the unit:", "--unit")
    if label != station.unit.serial:
        raise UsageProblem(f"The label says {label}, and the unit says that it is {station.unit.serial}.", "Scan the label again.")
    operator = asked["operator"] or ask.line("Who works?", "--operator")
    environment = environment_of(station.call, asked)
    station.unlock()
    return begin_run(station, record, operator, environment, wanted)


def environment_of(call: Invocation, asked: dict[str, Any]) -> Environment:
    """Return the air of the bench as it was given; its temperature is asked for where it was not."""
    return Environment(
        asked_for(call.ask, asked["temperature"], ROOM, "--temperature", temperature_c),
        pressure_pa(asked["pressure"]) if asked["pressure"] else None,
        humidity_percent(asked["humidity"]) if asked["humidity"] else None,
    )


def begin_run(station: Station, record: GaugeRecord, operator: str, environment: Environment, wanted: Wanted) -> Journal:
    """Write down that a calibration of an unlocked unit has begun."""
    simulated = station.is_simulated or record.is_simulated
    head = begun(WORK, station.unit.serial, operator, shipped(), record, environment, simulated)
    journal = Journal.begin(station.store, head, station.now_s)
    journal.keep(BLANKED, Blanked(known_today(station.store, station.now_s())))
    journal.keep(WANTED, wanted)
    return journal


def resume_run(station: Station, record: GaugeRecord, row: BenchRow) -> Journal:
    """Take up a calibration that was cut off, with the same gauge.

    Raises:
        UsageProblem: procedure or gauge is another one by now.
    """
    journal = Journal.resume(station.store, row, shipped(), station.now_s)
    if journal.begun.gauge_certificate != record.certificate or journal.begun.gauge != record.label:
        raise UsageProblem(
            f"The run was begun with the gauge {journal.begun.gauge} (certificate {journal.begun.gauge_certificate}).",
            "Go on with that one, or end the run with '--abandon' and begin anew.",
        )
    return journal


def certified(station: Station, journal: Journal, gauge: Gauge, record: GaugeRecord, wanted: Wanted) -> Certified:
    """Carry a run on to its end, and issue its certificate; the unit is in SERVICE where something is left to do on it.

    ``wanted`` stands over what was wanted when the run began.
    """
    work = Calibrating(Rig(station.unit, gauge, record, shipped()), journal, station.operator)
    done = run.carry_out(work)
    wanted = wanted.over(journal.found(WANTED, Wanted) or Wanted())
    papers = run.Papers(
        laboratory.known(station.store),
        Customer(wanted.customer or NOT_STATED),
        wanted.condition or NOT_STATED,
        wanted.authorised_by or journal.begun.operator,
        offset_min=_offset_min(station.now_s()),
    )
    number, text = issue(station, work, done, papers)
    return Certified(done, number, text)


def issue(station: Station, work: Calibrating, done: run.Done, papers: run.Papers) -> tuple[str, str]:
    """Issue the certificate of a run once, and end the run; return its number and text."""
    store, journal = station.store, work.journal
    issued = store.rows(run_id=journal.run_id, kind=CERTIFICATE)
    if issued:
        document = issued[-1].document
    else:
        now_s = station.now_s()
        number = store.next_certificate_number(now_s)
        text = freeze(run.certify(work, done, papers, number, now_s))
        document = {"number": number, "sha256": sha256_of(text), "amends": None, "text": text}
        journal.log(CERTIFICATE, document)
    journal.end(Ended("pass", "", document["number"]))
    return document["number"], document["text"]


def _abandon(station: Station) -> None:
    waiting = open_runs(station.store, WORK, station.unit.serial)
    _judge_open(station, waiting, True)
    for row in waiting:
        station.store.append_row("end", {"outcome": "stopped", "reason": ABANDONED, "certificate": ""}, at_s=station.now_s(),
                                 run_id=row.run_id, unit=row.unit)  # fmt: skip
    result = Calibrated("result", station.unit.serial, station.is_simulated, "stopped", ABANDONED, "", "", (), 0)
    station.call.printer.event(result, list(_lines(result)))


def _lines(record: Calibrated) -> Iterator[str]:
    mark = " SIMULATED" if record.simulated else ""
    if record.outcome != "pass":
        yield f"The run on unit {record.serial}{mark} is ended. What was measured stays in the records."
        return
    yield f"Unit {record.serial}{mark} passed. Certificate {record.number}:"
    yield from (f"  {name}" for name in record.files)


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")


def _offset_min(at_s: int) -> int:
    """Return by how many minutes the clock of this bench is ahead of UTC."""
    offset = datetime.fromtimestamp(at_s, UTC).astimezone().utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
