"""One sudden death: a treatment that is cut off at a random moment, and what is asserted of pump and records.

A trial is a generator that yields while it waits, so that many go on side by side on one
thread. All that is asserted is in the wand's own clock, or an order of events. Where the
machine was too slow for a verdict there is none (``NotJudged``), and the death is tried again.
"""

import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.clock import RealClock
from microderm_ctl.records.rows import TreatmentRecord
from microderm_ctl.records.store import open_store
from microderm_ctl.records.traces import Sample
from microderm_protocol import codes
from tests.kills.patient import PLAN, Patient
from tests.kills.ward import STEP_MS, Bed, Step, Ward

LEASE_MS: Final = 500
ECHO_MS: Final = 300
REST_MOST_MS: Final = 10_000
"""From its computer's death to a wand that can be treated with again, in the wand's clock; it takes less than two seconds."""
OFF_MOST_MS: Final = 3_000
PULL_MOST_MS: Final = 5_000
WAIT_MOST_MS: Final = 300_000
"""In real time, for what no clock of a wand bounds: longer than any machine needs, and no verdict even then."""
ENDS: Final = (0, 5, 6, 8)
"""Exit codes of a treatment that was over too early: done, no answer, link lost, refused. Others are mistakes."""
MOMENT_MOST_MS: Final = 1_500
LATER_MS: Final = 300
COUNT_SLACK_MS: Final = 60
VACUUM_SLACK_PA: Final = 400
RESERVED_MS: Final = PLAN.treatment_s * 1000

Waits = Generator[None, None, None]
Dying = Generator[None, None, "Step | None"]


class Figures(NamedTuple):
    """What one death showed: times in ms of the wand's own clock, None where there is none.

    Attributes:
        off_ms: from the last step before the death to the first with the pump off.
        sure_ms: from the last step that was known when the death was certain.
        lost: samples that were handed to the store and are not in it.
        wrong: what should not have been.
    """

    kind: str
    off_ms: int | None
    sure_ms: int | None
    lost: int
    wrong: tuple[str, ...]


class NotJudged(Exception):
    """A death could not be had, or not be judged, as where computer or simulator is starved of time."""


class InVain(NotJudged):
    """Something did not happen in any time that a machine could need for it."""


class Wrong(Exception):
    """Something is wrong and ends the trial."""


class Trial:
    """One death of one kind on one wand; ``run`` leads it.

    Attributes:
        figures: what it showed, once it is over.
        patient: the process that treats.
        is_dying: whether its moment has come.
        waits_since_ms: since when it has been waiting for its wand to lose its power, in the wand's clock.
        wrong: what should not have been.
    """

    def __init__(self, kind: str, ward: Ward, bed: Bed, data: Path, random: Random, hangup: bool) -> None:
        """Take a wand at rest, and the data directory of the computer that treats with it."""
        self.kind = kind
        self.figures: Figures | None = None
        self.patient: Patient | None = None
        self.waits_since_ms: int | None = None
        self.is_dying = False
        self.wrong: list[str] = []
        self.bed = bed
        self._ward = ward
        self._data = data
        self._random = random
        self._hangup = hangup
        self._pulls = bed.pulls
        self._before_ms = self._after_ms = 0

    def run(self) -> Waits:
        """Treat, die, and look at what is left.

        Raises:
            NotJudged: nothing can be said.
            Wrong: it went so wrong that it has no figures.
        """
        rested_ms = self.bed.left_ms + LATER_MS  # by then it is known what the computer before has left behind
        yield from self._until(lambda: self.bed.is_resting and self.bed.now_ms >= rested_ms, "no port, or no rest", REST_MOST_MS)
        self.bed.begin()
        self.patient = patient = Patient(self.bed.port, self._data, with_terminal=self.kind == "terminal")
        try:
            yield from self._until(lambda: (self.bed.is_treating and patient.armed) or patient.has_ended(), "it never ran")
            self._goes_on(patient)
            self._before_ms = self.bed.now_ms
            off = yield from DEATHS[self.kind](self, patient)
            lost = self._judge_records(patient)
            self.figures = Figures(
                self.kind,
                None if off is None else off.ms - self._before_ms,
                None if off is None else off.ms - self._after_ms,
                lost,
                tuple(self.wrong),
            )
        finally:
            patient.close()
            self._ward.look()
            self.bed.left_ms = self.bed.now_ms

    def _goes_on(self, patient: Patient) -> None:
        """Give up where the treatment has ended on its own."""
        if not patient.has_ended():
            return
        if patient.exit_code not in ENDS:
            raise Wrong(f"{self.bed.serial}: exit code {patient.exit_code} of a treatment ({self.bed.cause})")
        raise NotJudged(f"the treatment had ended before (exit code {patient.exit_code}, {self.bed.cause})")

    # Deaths

    def _killed(self, patient: Patient) -> Dying:
        yield from self._moment(patient)
        patient.kill(signal.SIGKILL)
        patient.has_ended(wait=True)
        if patient.exit_code != -signal.SIGKILL:
            self._goes_on(patient)
        off = yield from self._off()
        if self._hangup:
            self._not_by_lease(off, self._after_ms + STEP_MS)
            self._expect(off.cause == "hang-up", f"the cause is {off.cause}")
            self._expect(off.ms <= self._after_ms + 2 * STEP_MS, f"off {off.ms - self._after_ms} ms after a death by SIGKILL")
        else:
            self._expect(off.cause == "lease", f"the cause is {off.cause}")
        return off

    def _suspended(self, patient: Patient) -> Dying:
        yield from self._moment(patient)
        patient.kill(signal.SIGSTOP)
        if not patient.wait_until_stopped():
            self._goes_on(patient)
        off = yield from self._off()
        self._expect(off.cause == "lease", f"the cause is {off.cause}")
        patient.kill(signal.SIGCONT)
        yield from self._until(patient.has_ended, "it never noticed that it was suspended")
        self._expect_of(patient, 6, "after a suspension")
        return off

    def _closed(self, patient: Patient) -> Dying:
        yield from self._moment(patient)
        patient.close_terminal()
        yield from self._until(patient.has_ended, "it goes on without its terminal")
        self._ward.look()
        ended_ms = self.bed.now_ms
        off = yield from self._off(ended_ms)
        self._not_by_lease(off, ended_ms + STEP_MS)
        self._expect(off.cause in ("stop", "hang-up"), f"the cause is {off.cause}")
        self._expect(off.ms <= ended_ms + 2 * STEP_MS, "the pump ran on after the program was gone")
        self._expect_served(off.ms <= ended_ms, "the program ended before the pump was off")
        self._expect_of(patient, 130, "without a terminal")
        return off

    def _unplugged(self, patient: Patient) -> Dying:
        """The hand pulls the cable on its own; the moment is known from the trace."""
        yield from self._until(
            lambda: self.bed.pulls > self._pulls or self.bed.state != "RUN" or patient.has_ended(), "nobody pulled the cable", PULL_MOST_MS
        )
        yield from self._until(lambda: self.bed.pulls > self._pulls or patient.has_ended(), "it never noticed that the wand stopped")
        self._ward.look()
        if self.bed.pulls == self._pulls:
            self._goes_on(patient)
        self.is_dying = True
        down = self.bed.first(self._before_ms, line=False)
        if down is None or self.bed.first(down.ms - 2 * STEP_MS, state="RUN", ms=down.ms - STEP_MS) is None:
            raise NotJudged("the treatment had ended before the cable was pulled")
        self._before_ms = self._after_ms = down.ms - STEP_MS
        off = yield from self._off(self._after_ms)
        self._expect(
            off.cause == "hang-up" and off.ms - self._before_ms == STEP_MS, f"{off.cause} {off.ms - self._before_ms} ms after an unplug"
        )
        yield from self._until(patient.has_ended, "it never noticed that the cable is out")
        self._expect_of(patient, 6, "after an unplug")
        return off

    def _unpowered(self, patient: Patient) -> Dying:
        """Whoever leads the trial kills the simulator; a board without power has its pump off."""
        self.waits_since_ms = self.bed.now_ms
        while self._ward.is_alive and self.bed.state == "RUN":
            yield
        self._ward.look()
        if self.bed.state != "RUN":
            raise NotJudged(f"the treatment had ended before ({self.bed.cause})")
        self.is_dying = True
        yield from self._until(patient.has_ended, "it never noticed that the wand is dead", without_wand=True)
        self._expect_of(patient, 6, "after the wand died")
        return None

    # Waiting

    def _until(self, is_so: Callable[[], bool], otherwise: str, most_ms: int | None = None, without_wand: bool = False) -> Waits:
        """Wait until something is so.

        It is wrong if it takes the wand more than ``most_ms`` of its own time. In real time
        nothing is ever wrong.
        """
        clock = RealClock()
        end_ms, begun_ms = clock.now_ms() + WAIT_MOST_MS, self.bed.now_ms
        while not is_so():
            if most_ms is not None and self.bed.now_ms - begun_ms > most_ms:
                raise Wrong(f"{self.bed.serial}: {otherwise} in {most_ms} ms of its own time ({self.bed.steps[-1:]})")
            if not without_wand and not self._ward.is_alive:
                raise NotJudged(f"the simulator was gone: {otherwise}")
            if clock.now_ms() > end_ms:
                code = None if self.patient is None else self.patient.exit_code
                raise InVain(f"{otherwise} (exit code {code}, {self.bed.steps[-1:]})")
            yield

    def _moment(self, patient: Patient) -> Waits:
        """Wait for a random moment of the treatment, in the wand's clock."""
        due_ms = self.bed.now_ms + self._random.randrange(MOMENT_MOST_MS)
        yield from self._until(lambda: self.bed.now_ms >= due_ms or patient.has_ended(), "its time stands still")
        self._goes_on(patient)
        self._ward.look()
        self._before_ms = self.bed.now_ms
        if self.bed.state != "RUN":
            raise NotJudged(f"the treatment had ended before ({self.bed.cause})")
        self.is_dying = True

    def _not_by_lease(self, off: Step, latest_ms: int) -> None:
        """Give up where the lease lapsed before the death could stop anything."""
        if off.cause == "lease" and off.ms <= latest_ms:
            raise NotJudged("the lease had lapsed before")

    def _off(self, after_ms: int | None = None) -> Generator[None, None, Step]:
        """Wait until the pump is off, and a time more, and return the first step that shows it."""
        self._ward.look()
        self._after_ms = self.bed.now_ms if after_ms is None else after_ms
        yield from self._until(lambda: self.bed.off_after(self._before_ms) is not None, "the pump runs on", OFF_MOST_MS)
        off = self.bed.off_after(self._before_ms)
        if off is None:
            raise Wrong("the pump runs on")
        renewed = self.bed.renewed_before(off)
        self._expect(off.ms - renewed.ms <= LEASE_MS + STEP_MS, f"off {off.ms - renewed.ms} ms after the last renewal")
        # What the kernel still held when the computer died arrives once; an older tick than this renews nothing.
        self._expect(renewed.ms - self._after_ms <= ECHO_MS, f"renewed {renewed.ms - self._after_ms} ms after the death")
        yield from self._until(lambda: self.bed.now_ms >= off.ms + LATER_MS, "its time stands still")
        self._expect(all(step.is_off for step in self.bed.steps if step.ms >= off.ms), "the pump ran again")
        return off

    # Records

    def _judge_records(self, patient: Patient) -> int:
        """Compare the store, opened anew, with what was handed to it and with the simulator's trace."""
        self._ward.look()
        with open_store(self._data, practice=True) as store:
            record = store.treatment(patient.begun)
            samples = store.trace(patient.begun)
        self._expect(patient.samples_kept <= len(samples) <= patient.samples_given, "a sample that was kept is gone")
        lost = patient.samples_given - len(samples)
        self._expect(lost <= 1, f"{lost} samples are lost")
        self._expect(lost == 0 or self.kind == "sigkill", "a sample is lost without a SIGKILL")
        self._judge_trace(samples, patient.ticks)
        self._judge_end(record)
        self.judge_settled(patient)
        return lost

    def judge_settled(self, patient: Patient) -> None:
        """Compare what this start of the program made of the treatments that were cut off with ledger and truth."""
        for number, sealed_ms, ledger_ms in patient.settled:
            true_ms = self.bed.true_ms.get(number, -1)
            if true_ms < 0:
                continue  # of a treatment that ended before it could be cut off
            self._expect(sealed_ms == ledger_ms, f"treatment {number} was settled with {sealed_ms} ms, the ledger says {ledger_ms}")
            # A wand that lost its power counts the whole reserve.
            is_like = sealed_ms == RESERVED_MS if self.kind == "power" else abs(sealed_ms - true_ms) <= COUNT_SLACK_MS
            self._expect(is_like, f"treatment {number} was settled with {sealed_ms} ms, {true_ms} ms are true")

    def _judge_trace(self, samples: Sequence[Sample], ticks: Mapping[int, int]) -> None:
        truth = {step.tick: step for step in self.bed.steps}
        self._expect(len(ticks) > 0, "no sample to compare")
        for sample, tick in ((samples[place], tick) for place, tick in ticks.items() if place < len(samples)):
            step = truth.get(tick)
            if step is None:
                self.wrong.append(f"a sample of tick {tick}, of which the simulator knows nothing")
                return
            is_like = codes.STATES[sample.state] == step.state and abs(sample.vacuum_pa - step.vacuum_pa) <= VACUUM_SLACK_PA
            self._expect(is_like, f"{sample} is not {step}")

    def _judge_end(self, record: TreatmentRecord) -> None:
        true_ms = self.bed.true_ms[record.id] = sum(STEP_MS for step in self.bed.steps if step.is_treating)
        if record.ended_s is not None:
            counted_ms = record.sealed_ms or 0
            self._expect(abs(counted_ms - true_ms) <= COUNT_SLACK_MS, f"the store has {counted_ms} ms, {true_ms} ms are true")
        else:
            self._expect(record.counted_ms >= true_ms - COUNT_SLACK_MS, f"{record.counted_ms} ms count, {true_ms} ms are true")

    def _expect(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.wrong.append(f"{self.bed.serial}: {otherwise}")

    def _expect_served(self, is_so: bool, otherwise: str) -> None:
        """Expect what holds where computer and simulator have their time; never anything about the pump."""
        if not is_so and self.bed.was_starved():
            raise NotJudged(f"{otherwise}, but the machine was too slow to tell")
        self._expect(is_so, otherwise)

    def _expect_of(self, patient: Patient, exit_code: int, after: str) -> None:
        self._expect(patient.exit_code in (exit_code, *ENDS), f"exit code {patient.exit_code} {after}")
        self._expect_served(patient.exit_code == exit_code, f"exit code {patient.exit_code} {after}")


Death = Callable[[Trial, Patient], Dying]
DEATHS: Final[dict[str, Death]] = {
    "sigkill": Trial._killed,
    "sigstop": Trial._suspended,
    "terminal": Trial._closed,
    "unplug": Trial._unplugged,
    "power": Trial._unpowered,
}
