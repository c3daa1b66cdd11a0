"""``microderm bench batch``: a day's work, unit after unit, the next one warming up while the present one is measured."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.bench.frozen import from_plain
from microderm_ctl.bench.gauges import GaugeRecord, load_record
from microderm_ctl.bench.live.ahead import LOOK_S, Ahead, SteppedAhead, ThreadedAhead
from microderm_ctl.bench.live.batch import WORK as BATCH
from microderm_ctl.bench.live.batch import Outcome, Queue, UnitResult, asked_for, begin_batch, open_batch
from microderm_ctl.bench.live.journal import Begun, Ended, Environment, begun
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli import offers
from microderm_ctl.cli.bench import laboratory
from microderm_ctl.cli.bench.batch_papers import result_lines, write_papers
from microderm_ctl.cli.bench.calibrate import NOT_STATED, Wanted, environment_of
from microderm_ctl.cli.bench.day import CLOCK, Day, Terms
from microderm_ctl.cli.bench.keys import find_key
from microderm_ctl.cli.bench.scanner import LABEL, Scanner, read_labels
from microderm_ctl.cli.bench.station import TYPED, gauge_options, gauge_record, operator_option
from microderm_ctl.cli.bench.story import stores
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import SIM, Invocation
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import CheckFailed, Stopped, UsageProblem
from microderm_ctl.link.signals import interruptible
from microderm_ctl.records.bench import BenchRow
from microderm_ctl.records.store import Store, open_store

ABANDONED: Final = "abandoned by the operator"
WRITES: Final = (
    "To each unit that passes its checks new coefficients are written (zero, and gain and curve where they have drifted). "
    "A unit that fails its verification gets its old ones back."
)
CONSENT: Final = "Write to each unit of this batch?"
SCAN: Final = "Scan a label, connect the unit; then the next. 'end' or Ctrl-D after the last one."


class UnitDone(NamedTuple):
    """What became of a unit."""

    event: str
    unit: UnitResult


class BatchDone(NamedTuple):
    """What became of all units, and the files that were written: the table, and the labels of those that passed."""

    event: str
    simulated: bool
    outcome: str
    passed: int
    units: tuple[UnitResult, ...]
    table: str
    labels: str


@command(BATCH, help="a day's work: calibrate unit after unit, the next one warming up meanwhile",
         example="microderm bench batch --port sim --gauge sim --labels labels.txt --operator Kim --temperature '22 C' --yes")  # fmt: skip
@operator_option
@gauge_options
@click.option("--temperature", metavar="T", help="of the room, with its unit: '22.4 C'")
@click.option("--pressure", metavar="P", help="of the air, with its unit: '1013 hPa'")
@click.option("--humidity", metavar="H", help="of the air, with its unit: '45 %'")
@click.option("--customer", default=NOT_STATED, metavar="NAME", help="for whom, as they said it")
@click.option("--condition", default=NOT_STATED, metavar="TEXT", help="in which the units were received")
@click.option("--authorised-by", metavar="NAME", help="who answers for the certificates; the operator unless told")
@click.option("--labels", type=click.Path(path_type=Path, dir_okay=False), shell_complete=offers.files, metavar="FILE",
              help="serial numbers, one a line; else they are scanned")  # fmt: skip
@click.option("--to", "directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="where its files go; here unless told")  # fmt: skip
@click.option("--resume", is_flag=True, help="go on with the batch that was cut off, as it was begun")
@click.option("--abandon", is_flag=True, help="end the batch that was cut off, and do nothing else")
@click.option("--yes", "says_yes", is_flag=True, help="consent beforehand to what is written to each unit")
def batch(call: Invocation, **asked: Any) -> None:
    """Lead through a day's work."""
    if call.options.serial is not None or call.options.port not in (None, SIM):
        raise UsageProblem(
            "A batch finds its units by their labels.", "Leave out --port and --serial; '--port sim' practises on virtual units."
        )
    waiting = _waiting(call)
    _judge_waiting(waiting, asked)
    if waiting and asked["abandon"]:
        _abandon(call, *waiting)
        return
    clock = _virtual_clock(call)
    day, queue = _taken_up(call, asked, *waiting, clock) if waiting else _begun(call, asked, clock)
    _finish(call, day, queue, _worked(call, day, queue, clock, asked["labels"]))


# Before the first unit


def _waiting(call: Invocation) -> tuple[Store, BenchRow] | None:
    """Return the batch that was cut off, and the store that it is in."""
    found = [(store, row) for store in stores(call) if (row := open_batch(store)) is not None]
    return found[-1] if found else None


def _judge_waiting(waiting: tuple[Store, BenchRow] | None, asked: Mapping[str, Any]) -> None:
    """Refuse to begin beside a batch that was cut off, and to resume where there is none."""
    goes_on = asked["resume"] or asked["abandon"]
    if waiting and not goes_on:
        raise UsageProblem(
            f"A batch was cut off on {datetime.fromtimestamp(waiting[1].at_s, UTC):%Y-%m-%d}.",
            "Add '--resume' to go on with it, or '--abandon' to end it.",
            {"run": waiting[1].run_id},
        )
    if goes_on and not waiting:
        raise UsageProblem("No batch was cut off.", "Leave out '--resume' and '--abandon' to begin one.")


def _abandon(call: Invocation, store: Store, row: BenchRow) -> None:
    queue = Queue(store, row.run_id)
    queue.end(Ended("stopped", ABANDONED), call.now_s(store.practice))
    done = _result(store.practice, "stopped", queue.results(), ("", ""))
    call.printer.event(done, [*result_lines(done.units), "The batch is ended. What was measured stays in the records."])


def _virtual_clock(call: Invocation) -> VirtualClock | None:
    """Return the clock that virtual units share; None in real time."""
    if call.options.port != SIM:
        return None
    from microderm_ctl.simulator.live import shared_clock

    return shared_clock(CLOCK, call.now_s(True))


def _begun(call: Invocation, asked: dict[str, Any], clock: VirtualClock | None) -> tuple[Day, Queue]:
    """Ask for everything that is asked for once, consent included, and begin."""
    record, practice = _gauge_of(call, asked["gauge"], asked["gauge_record"], clock is not None)
    store, ask = call.store(practice), call.ask
    laboratory.known(store)
    operator = asked["operator"] or ask.line("Who works?", "--operator")
    environment = environment_of(call, asked)
    call.printer.note(WRITES)
    if not asked["says_yes"]:
        ask.need("Nothing is written without consent.", "--yes")
        if not ask.confirm(CONSENT, "--yes"):
            raise Stopped("Nothing was begun.")
    key = find_key(call, practice)
    kept = {
        "gauge": asked["gauge"],
        "gauge_record": str(asked["gauge_record"].absolute()) if asked["gauge_record"] else "",
        "customer": asked["customer"],
        "condition": asked["condition"],
        "authorised_by": asked["authorised_by"] or "",
        "directory": str((asked["directory"] or Path()).absolute()),
    }
    day = Day(call, _terms(kept, operator, environment), key, practice, clock)
    head = begun(BATCH, "", operator, shipped(), record, environment, practice)
    return day, begin_batch(store, head, kept, day.now_s())


def _taken_up(call: Invocation, asked: dict[str, Any], store: Store, row: BenchRow, clock: VirtualClock | None) -> tuple[Day, Queue]:
    """Go on with a batch as it was begun; only port of the gauge and directory may be other ones by now."""
    head: Begun = from_plain(Begun, row.document)
    kept = asked_for(store, row.run_id)
    if not kept:
        raise UsageProblem("The batch was cut off before it had begun.", "End it with '--abandon', and begin anew.")
    kept |= {name: str(asked[name]) for name in ("gauge", "directory") if asked[name]}
    environment = Environment(head.temperature_c, head.pressure_pa, head.humidity_percent)
    terms = _terms(kept, head.operator, environment)
    _gauge_of(call, terms.gauge, terms.gauge_record, clock is not None)
    day, queue = Day(call, terms, find_key(call, store.practice), store.practice, clock), Queue(store, row.run_id)
    day.settle(queue)
    return day, queue


def _terms(kept: Mapping[str, str], operator: str, environment: Environment) -> Terms:
    wanted = Wanted(kept["customer"], kept["condition"], kept["authorised_by"])
    record = Path(kept["gauge_record"]) if kept["gauge_record"] else None
    return Terms(operator, environment, kept["gauge"], record, wanted, Path(kept["directory"]))


def _gauge_of(call: Invocation, spec: str | None, record_file: Path | None, is_virtual: bool) -> tuple[GaugeRecord, bool]:
    """Return the record of the gauge, and whether it is one for simulated units."""
    if spec == TYPED:
        raise UsageProblem("A batch needs a gauge that answers by itself.", "Calibrate unit by unit: 'microderm bench calibrate'.")
    if spec is not None and is_virtual != (spec == SIM):
        raise UsageProblem("'--port sim' and '--gauge sim' go together.", "Virtual units have their gauge beside them.")
    practice = spec == SIM or (record_file is not None and load_record(record_file).is_simulated)
    today = datetime.fromtimestamp(call.now_s(practice), UTC).date()
    return gauge_record(spec, record_file, today), practice


# Unit after unit


def _worked(call: Invocation, day: Day, queue: Queue, clock: VirtualClock | None, labels_file: Path | None) -> tuple[UnitResult, ...]:
    """Work until no label is left, and return what became of all units."""
    labels: SimpleQueue[str | None] = SimpleQueue()
    for label in queue.waiting():
        labels.put(label)
    take = partial(_taken, call, day, queue.run_id)
    scanner = Scanner(take, labels)
    if labels_file is not None:
        for label in filter(take, read_labels(labels_file)):
            labels.put(label)
        labels.put(None)
    else:
        call.printer.note(SCAN)
        scanner.begin()
    try:
        with interruptible() as interrupt:

            def look() -> None:
                interrupt.look()
                scanner.look()

            day.look = look
            with _ahead(day, labels, clock) as ahead:
                while (ready := ahead.take()) is not None:
                    result = day.worked_on(ready, queue)
                    call.printer.event(UnitDone("unit", result), list(result_lines((result,))) if result.outcome is Outcome.PASS else None)
    except Stopped as stopped:
        raise Stopped(stopped.sentence, "What was scanned and measured is kept: 'microderm bench batch --resume' goes on.") from stopped
    return queue.results()


def _taken(call: Invocation, day: Day, run_id: str, label: str) -> bool:
    """Keep a label, on whichever thread it is scanned; False where it is not to be worked on."""
    if not LABEL.fullmatch(label):
        day.operator("-").tell(f"{label!r} is no serial number: scan it again")
        return False
    with open_store(call.options.data_dir, day.practice) as store:
        at_s = store.now_s(call.clock.utc_s()) if day.clock is None else day.now_s()
        is_new = Queue(store, run_id).scan(label, at_s)
    if not is_new:
        day.operator(label).tell("was scanned already")
    return is_new


def _ahead(day: Day, labels: "SimpleQueue[str | None]", clock: VirtualClock | None) -> Ahead:
    if clock is None:
        return ThreadedAhead(labels, day.prepared, day.look)
    ended: list[None] = []

    def following() -> str | None:
        while not ended:
            day.look()
            with suppress(Empty):
                label = labels.get(timeout=LOOK_S)
                if label is not None:
                    return label
                ended.append(None)
        return None

    return SteppedAhead(following, day.prepared, clock)


# Afterwards


def _finish(call: Invocation, day: Day, queue: Queue, results: tuple[UnitResult, ...]) -> None:
    """Write the papers, end the batch, and say what became of it.

    Raises:
        CheckFailed: not every unit has passed.
    """
    files = write_papers(results, day.practice, day.terms.directory, day.now_s()) if results else ("", "")
    failed = sum(one.outcome is not Outcome.PASS for one in results)
    outcome = "fail" if failed else "pass"
    queue.end(Ended(outcome, f"{failed} of {len(results)} set aside" if failed else ""), day.now_s())
    done = _result(day.practice, outcome, results, files)
    call.printer.event(done, list(_lines(done)))
    if failed:
        raise CheckFailed(
            f"{failed} of {len(results)} units did not pass.", "The table has the reasons; scan a unit again once it is mended."
        )


def _result(practice: bool, outcome: str, results: tuple[UnitResult, ...], files: tuple[str, str]) -> BatchDone:
    passed = sum(one.outcome is Outcome.PASS for one in results)
    return BatchDone("result", practice, outcome, passed, results, *files)


def _lines(record: BatchDone) -> Iterator[str]:
    if not record.units:
        yield "No unit was scanned."
        return
    yield f"The batch{' of SIMULATED units' if record.simulated else ''} is done: {record.passed} of {len(record.units)} passed."
    yield from result_lines(record.units)
    yield f"Table: {record.table}"
    if record.labels:
        yield f"Labels: {record.labels}"
