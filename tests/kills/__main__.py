"""Sudden deaths of computer, cable and wand, each at a random moment of a real treatment over a pseudo terminal.

    python -m tests.kills 1000                     1000 of each kind, with hang-up detection and without
    python -m tests.kills 20 --kind sigkill --no-hangup --seed 7
    python -m tests.kills 20 --stutter             on a machine that stands still now and then

Prints for each kind how long it took from the death until the pump was off, in the
wand's own clock, and what was lost of the records. No verdict depends on how fast the
machine is: what it was too slow for is tried again, and told. Exits with 1 if anything was
wrong, with 3 if too few could be judged. SIGTERM ends it with the figures so far.
"""

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, NamedTuple

from tests.kills.patient import Patient
from tests.kills.rounds import TRIES, EachTurn, Enough, Result, side_by_side, wait_until
from tests.kills.stutter import Stutter
from tests.kills.trials import DEATHS, InVain, NotJudged, Trial, Wrong
from tests.kills.ward import Bed, Ward

UNITS: Final = 8
OF_COMPUTER: Final = ("sigkill", "sigstop", "terminal")
NO_ANSWER: Final = (5, 6)
COOLDOWN_EXIT: Final = 8
STARTING: Final = ("", "BOOT", "SELF_TEST")
CUT_MOST_MS: Final = 1_500
PATIENCE_MS: Final = 5_000
"""How long a power cut waits for wands that do not run yet, in the time of the one that has run longest."""
SHOWN_MOST: Final = 12
WRONG: Final = 1
NOT_JUDGED: Final = 3


class Batch(NamedTuple):
    """Deaths of a kind, with or without hang-up detection."""

    kind: str
    hangup: bool

    @property
    def name(self) -> str:
        return f"{self.kind}{'' if self.hangup else ' --no-hangup'}"


class Overseer:
    """Looks on at each turn, until a SIGTERM; then it has had enough."""

    def __init__(self) -> None:
        """Hear the signal, so that nothing that was started stays behind."""
        self.has_enough = False
        self.stutter: Stutter | None = None
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.has_enough = True

    def __call__(self, ward: Ward, trials: Sequence[Trial]) -> None:
        """Make the machine stutter, if it should."""
        if self.has_enough:
            raise Enough
        if self.stutter is not None:
            self.stutter(ward, trials)


def of_computer_or_cable(batch: Batch, count: int, units: int, random: Random, look_on: EachTurn) -> Result:
    """Let computers die, or cables be pulled."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Ward(directory, min(units, count), random, no_hangup=not batch.hangup, unplugs=batch.kind == "unplug") as ward:
            wait_until(ward, lambda: ward.is_ready, "the simulator did not start")
            return side_by_side(
                ward, count, lambda bed: Trial(batch.kind, ward, bed, directory / bed.serial, random, batch.hangup), look_on
            )


def of_power(count: int, units: int, random: Random, look_on: EachTurn) -> Result:
    """Let simulators die with all their wands, and look at each wand again once it has power."""
    result = Result()
    for _ in range(count // units + TRIES):
        left = count - result.judged
        if left <= 0 or result.is_hopeless:
            break
        with tempfile.TemporaryDirectory() as name:
            result.add(PowerCut(Path(name), min(units, left), random).run(look_on))
    return result


class PowerCut:
    """One power cut for several wands, and what they and their computers make of it."""

    def __init__(self, directory: Path, units: int, random: Random) -> None:
        """Take an empty directory, which the wands' memories outlive in."""
        self._directory = directory
        self._units = units
        self._random = random
        self._due_ms = random.randrange(CUT_MOST_MS)
        self._cut: dict[str, Trial] = {}

    def run(self, look_on: EachTurn) -> Result:
        """Treat with all wands, cut the power, give it back, and begin again with each."""
        with Ward(self._directory, self._units, self._random) as ward:
            wait_until(ward, lambda: ward.is_ready, "the simulator did not start")

            def each_turn(ward: Ward, trials: Sequence[Trial]) -> None:
                self._cut_when_due(ward, trials)
                look_on(ward, trials)

            result = side_by_side(ward, self._units, lambda bed: self._trial(ward, bed), each_turn)
        result.figures.clear()  # they count once their wands have settled
        if result.is_ended:
            return result
        with Ward(self._directory, self._units, self._random) as ward:
            for bed in ward_beds(ward):
                self._settled(ward, bed, result)
        return result

    def _trial(self, ward: Ward, bed: Bed) -> Trial:
        self._cut[bed.serial] = trial = Trial("power", ward, bed, self._directory / bed.serial, self._random, True)
        return trial

    def _cut_when_due(self, ward: Ward, trials: Sequence[Trial]) -> None:
        """Cut it once all have run for long enough, or one has for so long that the others are not worth waiting for."""
        waited = [-1 if trial.waits_since_ms is None else trial.bed.now_ms - trial.waits_since_ms for trial in trials]
        if ward.is_alive and waited and (min(waited) >= self._due_ms or max(waited) >= self._due_ms + PATIENCE_MS):
            ward.kill()

    def _settled(self, ward: Ward, bed: Bed, result: Result) -> None:
        """Begin again on a wand that had lost its power: the treatment before is settled, and the wand rests."""
        cut = self._cut[bed.serial]
        if cut.figures is None:
            return
        bed.true_ms = cut.bed.true_ms
        trial = Trial("power", ward, bed, self._directory / bed.serial, self._random, True)
        try:
            wait_until(ward, lambda: bed.state not in STARTING, "a wand with power again did not start")
            if bed.state != "COOLDOWN":
                raise Wrong(f"{bed.serial}: {bed.state} after a power cut")
            self._begin_again(trial)
        except NotJudged as why:
            result.give_up(why)
        except Wrong as wrong:
            result.failed.append(str(wrong))
        else:
            result.figures.append(cut.figures._replace(wrong=(*cut.figures.wrong, *trial.wrong)))

    def _begin_again(self, trial: Trial) -> None:
        """Ask for a treatment, again while the wand does not answer in time."""
        settled: list[tuple[int, int, int]] = []
        for place in range(TRIES):
            patient = Patient(trial.bed.port, self._directory / trial.bed.serial)
            try:
                patient.has_ended(wait=True)
                trial.judge_settled(patient)
            finally:
                patient.close()
            settled += patient.settled
            if patient.exit_code in NO_ANSWER:
                continue
            if place and not settled:
                raise NotJudged("it was settled, but by a try whose wand did not answer in time")
            if patient.exit_code != COOLDOWN_EXIT or len(settled) != 1:
                trial.wrong.append(f"{trial.bed.serial}: exit code {patient.exit_code}, settled {settled}")
            return
        raise InVain("the wand did not answer after a power cut")


def ward_beds(ward: Ward) -> list[Bed]:
    """Return the wands of a ward once all have a port."""
    wait_until(ward, lambda: ward.is_ready, "the simulator did not start")
    return ward.beds


def shown(batch: Batch, count: int, units: int, random: Random, look_on: EachTurn) -> Result:
    """Return what the deaths of a batch showed."""
    try:
        if batch.kind == "power":
            return of_power(count, units, random, look_on)
        return of_computer_or_cable(batch, count, units, random, look_on)
    except NotJudged as why:
        result = Result()
        result.give_up(why)
    except Wrong as wrong:
        result = Result()
        result.failed.append(str(wrong))
    return result


def told(batch: Batch, result: Result, count: int) -> tuple[str, int]:
    """Return lines of figures, and the exit code that they deserve."""
    figures, wrong = result.figures, [text for one in result.figures for text in one.wrong] + result.failed
    off = sorted(one.off_ms for one in figures if one.off_ms is not None)
    sure = sorted(one.sure_ms for one in figures if one.sure_ms is not None)
    times = "pump off with the power" if batch.kind == "power" else "no times"
    if off:
        times = f"off p50 {off[len(off) // 2]} ms, max {off[-1]} ms; once dead for sure p50 {sure[len(sure) // 2]} ms, max {sure[-1]} ms"
    lines = [f"{batch.name:24} n {len(figures):5}  {times}; samples lost {sum(one.lost for one in figures)}; wrong {len(wrong)}"]
    lines += [f"    {text}" for text in wrong[:SHOWN_MOST]]
    lines += [f"    {number} could not be judged and were tried again: {text}" for text, number in Counter(result.not_judged).most_common()]
    if result.judged < count:
        lines.append(f"    ONLY {result.judged} OF {count} COULD BE JUDGED: no verdict on the others")
    return "\n".join(lines), WRONG if wrong else NOT_JUDGED if result.judged < count else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the deaths that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="deaths of each kind")
    parser.add_argument("--kind", choices=tuple(DEATHS), action="append", help="only these")
    parser.add_argument("--hangup", action=argparse.BooleanOptionalAction, help="only with, or only without hang-up detection")
    parser.add_argument("--units", type=int, default=UNITS, help="how many treatments at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stutter", action="store_true", help="let simulator and computers stand still now and then")
    asked = parser.parse_args(arguments)
    batches = [Batch(kind, hangup) for kind in asked.kind or DEATHS for hangup in (True, False)]
    if asked.hangup is not None:
        batches = [batch for batch in batches if batch.hangup == asked.hangup]
    overseer, codes = Overseer(), set[int]()
    for batch in batches:
        if batch.kind not in OF_COMPUTER and not batch.hangup:
            continue  # a wand without its cable, or without power, needs no hang-up to be told
        random = Random(f"{asked.seed} {batch.name}")
        overseer.stutter = Stutter(Random(f"stutter {asked.seed} {batch.name}")) if asked.stutter else None
        line, code = told(batch, shown(batch, asked.count, asked.units, random, overseer), asked.count)
        print(line, flush=True)
        codes.add(code)
        if overseer.has_enough:
            break
    return WRONG if WRONG in codes else max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
