"""The units of a batch: opened by their labels, got ready, and calibrated one after the other on one gauge."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

from microderm_ctl.bench.certificate.document import thaw
from microderm_ctl.bench.live.ahead import Ready, await_gauge, prepare
from microderm_ctl.bench.live.batch import NOTE, Outcome, Queue, UnitResult
from microderm_ctl.bench.live.journal import Environment, open_runs
from microderm_ctl.bench.live.problems import NotKept, OutOfLimits
from microderm_ctl.bench.live.rig import Rig
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench import calibrate
from microderm_ctl.cli.bench.operator import TerminalOperator
from microderm_ctl.cli.bench.papers import issue_files
from microderm_ctl.cli.bench.selftest import keep_tested
from microderm_ctl.cli.bench.station import Station, check_record_serial, opened_gauge
from microderm_ctl.cli.context import Invocation
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import CheckFailed, FileProblem, MicrodermError, NoWand, Stopped, UsageProblem
from microderm_ctl.records.bench import CERTIFICATE
from microderm_ctl.records.canonical import sha256_of
from microderm_ctl.records.lock import treating
from microderm_ctl.wand import Wand

CLOCK: Final = "batch"
"""Name of the clock that virtual units share."""
CONNECT_MOST_MS: Final = 600_000
"""How long a unit may be on its way from the shelf to the cable."""
LOOK_MS: Final = 500
SCAN_AND_CONNECT: Final = 2
"""Hand actions that nobody is asked for."""


class Terms(NamedTuple):
    """What was asked for once."""

    operator: str
    environment: Environment
    gauge: str
    gauge_record: Path | None
    wanted: calibrate.Wanted
    directory: Path


class UnitOperator(TerminalOperator):
    """Tells of one unit among several; what is written was consented to when the batch began."""

    def __init__(self, call: Invocation, serial: str, lock: threading.Lock) -> None:
        """Tell through an invocation, a line at a time."""
        super().__init__(call, says_yes=True, streams=True)
        self._serial = serial
        self._lock = lock
        self.hand_actions = SCAN_AND_CONNECT

    def _say(self, event: str, text: str, line: str) -> None:
        lines = [f"{self._serial}  {one}" for one in line.split("\n")]
        with self._lock:
            self._call.printer.event({"event": event, "serial": self._serial, "text": text}, lines)


class Day:
    """A batch at work."""

    def __init__(self, call: Invocation, terms: Terms, key: bytes, practice: bool, clock: VirtualClock | None) -> None:
        """Take what was asked for.

        Args:
            call: the command.
            terms: as asked for.
            key: the service key.
            practice: whether the units are simulated.
            clock: of virtual units; None in real time.
        """
        self._call = call
        self.terms = terms
        self._key = key
        self.practice = practice
        self.clock = clock
        self._lock = threading.Lock()
        self._operators: dict[str, UnitOperator] = {}
        self.look: Callable[[], None] = lambda: None
        """Raises what ends the day, while a unit is waited for."""

    def now_s(self) -> int:
        """Return the UTC second by which the batch is dated."""
        return self.clock.utc_s() if self.clock else self._call.now_s(self.practice)

    def operator(self, serial: str) -> UnitOperator:
        """Return who works on a unit."""
        return self._operators.setdefault(serial, UnitOperator(self._call, serial, self._lock))

    # Getting ready

    def prepared(self, serial: str) -> Ready:
        """Get a unit ready, or say why not."""
        self._operators.pop(serial, None)
        return prepare(serial, self._opened, self._unlocked, shipped())

    def _opened(self, serial: str, held: ExitStack) -> BenchUnit:
        spec = self._awaited(serial)
        held.enter_context(treating(self._call.data_dir(), spec, serial, self._call.clock.utc_s()))
        unit = held.enter_context(BenchUnit(Wand.open(spec, serial), lambda: Wand.open(self._awaited(serial), serial)))
        if unit.identity.simulated != self.practice:
            kinds = ("a real one", "simulated")
            raise CheckFailed(
                f"Unit {serial} is {kinds[unit.identity.simulated]}, and the gauge of this batch is {kinds[self.practice]}.",
                "Real units are measured with a real gauge, simulated ones with a simulated gauge.",
            )
        return unit

    def _awaited(self, serial: str) -> str:
        """Return the port of a unit once it is connected."""
        if self.clock is not None:
            return self._virtual(serial)
        clock, asked = self._call.clock, False
        end_ms = clock.now_ms() + CONNECT_MOST_MS
        while clock.now_ms() < end_ms:
            ports = [port.spec for port in self._call.candidates() if port.serial == serial]
            if ports:
                return ports[0]
            if not asked:
                asked = True
                self.operator(serial).tell(f"waiting for it: connect unit {serial}, its tip closed with a blank")
            self.look()
            clock.sleep_ms(LOOK_MS)
        raise NoWand(f"Unit {serial} was not connected within {CONNECT_MOST_MS // 60_000} minutes.", "Scan its label again once it is.")

    def _virtual(self, serial: str) -> str:
        options = self._call.options._replace(serial=serial)
        with Invocation(options, self._call.clock, self._call.command) as beside:
            return f"{beside.chosen().spec}&clock={CLOCK}"

    def _unlocked(self, unit: BenchUnit) -> None:
        operator = self.operator(unit.serial)
        unit.unlock(self._key, lambda: operator.hands(f"Hold the button of unit {unit.serial} for 3 seconds."))
        check_record_serial(unit)
        operator.tell("tests itself, and warms up")

    # Its turn

    def worked_on(self, ready: Ready, queue: Queue) -> UnitResult:
        """Calibrate a unit whose turn has come, and return what became of it.

        Raises:
            Stopped: the person or a signal ended the batch.
            FileProblem: the records cannot be written.
        """
        serial, operator = ready.serial, self.operator(ready.serial)
        store = self._call.store(self.practice)
        if ready.checked is not None:
            keep_tested(store, serial, self.terms.operator, ready.checked, "", self.practice, self.now_s)
        if ready.unit is None:
            return self._put_down(queue, self._aside(serial, ready.problem, 0.0))
        begin_s = ready.unit.now_s
        with ready.held:
            try:
                number, text = self._certified(ready.unit, queue, operator)
            except Stopped:
                raise
            except MicrodermError as problem:
                return self._put_down(queue, self._aside(serial, problem, ready.unit.now_s - begin_s))
            result = self._passed(serial, number, text, ready.unit.now_s - begin_s)
        operator.hands(f"Unit {serial} is done: disconnect it.")
        return self._put_down(queue, result._replace(hand_actions=operator.hand_actions))

    def _certified(self, unit: BenchUnit, queue: Queue, operator: UnitOperator) -> tuple[str, str]:
        station = Station(self._call, unit, operator)
        waiting = open_runs(station.store, calibrate.WORK, unit.serial)
        begun = queue.run_of(unit.serial)
        if waiting and waiting[-1] != begun:
            raise UsageProblem(
                f"A calibration of unit {unit.serial} was cut off before this batch.",
                f"Go on with it alone: 'microderm bench calibrate --serial {unit.serial} --resume', or end it with '--abandon'.",
            )
        if not waiting:
            queue.begin_turn(unit.serial, self.now_s())
        terms = self.terms
        with opened_gauge(station, terms.gauge, terms.gauge_record) as (gauge, record):
            await_gauge(Rig(unit, gauge, record, shipped()), lambda: operator.hands(f"Set unit {unit.serial} on the fixture of the gauge."))
            if waiting:
                journal = calibrate.resume_run(station, record, waiting[-1])
            else:
                journal = calibrate.begin_run(station, record, terms.operator, terms.environment, terms.wanted)
                journal.log(NOTE, {"run": queue.run_id})
            _, number, text = calibrate.certified(station, journal, gauge, record, terms.wanted)
        return number, text

    def _passed(self, serial: str, number: str, text: str, seconds: float) -> UnitResult:
        """Write the files of a certificate, and return what became of its unit."""
        reason = ""
        try:
            issue_files(text, self.terms.directory, number)
        except FileProblem as problem:
            reason = problem.sentence
        document = thaw(text)
        worst = max(document.as_left, key=lambda one: abs(one.error_pa))
        return UnitResult(
            serial,
            Outcome.PASS,
            reason,
            worst.error_pa,
            worst.expanded_pa,
            number,
            sha256_of(text),
            document.dates.issued_s,
            round(seconds, 1),
            self.operator(serial).hand_actions,
        )

    def _aside(self, serial: str, problem: MicrodermError | None, seconds: float) -> UnitResult:
        operator = self.operator(serial)
        sentence, hint = (problem.sentence, problem.hint) if problem else ("", "")
        operator.tell(f"set aside: {sentence} {hint}".strip())
        outcome = Outcome.FAIL if isinstance(problem, OutOfLimits | NotKept) else Outcome.ASIDE
        return UnitResult(serial, outcome, sentence, None, None, "", "", None, round(seconds, 1), operator.hand_actions)

    def _put_down(self, queue: Queue, result: UnitResult) -> UnitResult:
        queue.put_down(result, self.now_s())
        return result

    def settle(self, queue: Queue) -> None:
        """Put down what became of units whose calibration had ended when the batch was cut off."""
        store = self._call.store(self.practice)
        for serial in queue.waiting():
            end = queue.ended_run(serial)
            issued = store.rows(run_id=end.run_id, kind=CERTIFICATE) if end else ()
            if issued:
                document: Mapping[str, Any] = issued[-1].document
                self._put_down(queue, self._passed(serial, document["number"], document["text"], 0.0))
            elif end:
                reason = str(end.document["reason"])
                self._put_down(queue, UnitResult(serial, Outcome.FAIL, reason, None, None, "", "", None, 0.0, SCAN_AND_CONNECT))
