"""Sudden deaths of computer, cable and wand, each at a random moment of a real treatment over a pseudo terminal.

    python -m tests.kills 1000                     1000 of each kind, with hang-up detection and without
    python -m tests.kills 20 --kind sigkill --no-hangup --seed 7

Prints for each kind how long it took from the death until the pump was off, in the
wand's own clock, and what was lost of the records. Exits with 1 if anything was wrong.
"""

import argparse
import select
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.clock import RealClock
from tests.kills.patient import Patient
from tests.kills.trials import DEATHS, EndedBefore, Figures, NothingHappened, Trial
from tests.kills.ward import Bed, Ward

UNITS: Final = 8
TURN_S: Final = 0.003
READY_MOST_MS: Final = 60_000
OF_COMPUTER: Final = ("sigkill", "sigstop", "terminal")
COOLDOWN_EXIT: Final = 8
SHOWN_MOST: Final = 12
TRIES: Final = 3
"""A treatment that ends before it could be cut off is tried again, so often on average."""


class Batch(NamedTuple):
    """Deaths of a kind, with or without hang-up detection."""

    kind: str
    hangup: bool

    @property
    def name(self) -> str:
        return f"{self.kind}{'' if self.hangup else ' --no-hangup'}"


class Result(NamedTuple):
    """What the deaths of a batch showed, the words of those that could not be had, and of treatments that ended before."""

    figures: list[Figures]
    failed: list[str]
    before: list[str]


def wait_ready(ward: Ward) -> None:
    """Wait until every wand of a simulator has a port."""
    clock = RealClock()
    end_ms = clock.now_ms() + READY_MOST_MS
    while not ward.is_ready:
        if clock.now_ms() > end_ms or ward.process.poll() is not None:
            raise NothingHappened("the simulator did not start")
        select.select([ward], [], [], 1)
        ward.look()


def side_by_side(
    ward: Ward, count: int, make: Callable[[Bed], Trial], each_turn: Callable[[Sequence[Trial]], None] | None = None
) -> Result:
    """Lead so many trials on the wands of a ward, one on each at a time."""
    result = Result([], [], [])
    free = list(ward.beds)
    going: list[tuple[Trial, Bed, Callable[[], bool]]] = []
    tries = count * TRIES
    while going or (len(result.figures) + len(result.failed) < count and tries > 0):
        while free and tries > 0 and len(result.figures) + len(result.failed) + len(going) < count:
            tries -= 1
            bed = free.pop(0)
            trial = make(bed)
            going.append((trial, bed, _stepper(trial, result)))
        select.select([trial.patient for trial, _, _ in going if trial.patient and not trial.patient.has_ended()], [], [], TURN_S)
        ward.look()
        for one in tuple(going):
            trial, bed, goes_on = one
            if trial.patient is not None and not trial.patient.is_closed:
                trial.patient.hear()
            if not goes_on():
                going.remove(one)
                free.append(bed)
        if each_turn is not None:
            each_turn([trial for trial, _, _ in going])
    return result


def _stepper(trial: Trial, result: Result) -> Callable[[], bool]:
    """Return what leads a trial on by one turn, and says whether it goes on."""
    waits = trial.run()

    def goes_on() -> bool:
        try:
            next(waits)
        except StopIteration:
            if trial.figures is not None:
                result.figures.append(trial.figures)
            return False
        except NothingHappened as nothing:
            result.failed.append(f"{trial.kind}: {nothing}")
            return False
        except EndedBefore as ended:
            result.before.append(str(ended))
            return False
        return True

    return goes_on


def of_computer_or_cable(batch: Batch, count: int, units: int, random: Random) -> Result:
    """Let computers die, or cables be pulled."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Ward(directory, min(units, count), random, no_hangup=not batch.hangup, unplugs=batch.kind == "unplug") as ward:
            wait_ready(ward)
            return side_by_side(ward, count, lambda bed: Trial(batch.kind, ward, bed, directory / bed.serial, random, batch.hangup))


def of_power(count: int, units: int, random: Random) -> Result:
    """Let simulators die with all their wands, and look at each wand again once it has power."""
    result = Result([], [], [])
    while count > 0:
        with tempfile.TemporaryDirectory() as name:
            shown = _one_power_cut(Path(name), min(units, count), random)
        result.figures.extend(shown.figures)
        result.failed.extend(shown.failed)
        result.before.extend(shown.before)
        count -= units
    return result


def _one_power_cut(directory: Path, units: int, random: Random) -> Result:
    kept: dict[str, dict[int, int]] = {}
    with Ward(directory, units, random) as ward:
        wait_ready(ward)
        due_ms = random.randrange(1_500)

        def cut(trials: Sequence[Trial]) -> None:
            waited = [-1 if trial.waits_since_ms is None else trial.bed.now_ms - trial.waits_since_ms for trial in trials]
            if ward.process.poll() is None and waited and min(waited) >= due_ms:
                ward.kill()

        result = side_by_side(ward, units, lambda bed: Trial("power", ward, bed, directory / bed.serial, random, True), cut)
        kept = {bed.serial: bed.true_ms for bed in ward.beds}
    with Ward(directory, units, random) as ward:
        wait_ready(ward)
        for bed in ward.beds:
            bed.true_ms = kept[bed.serial]
            if bed.true_ms:
                result.failed.extend(_settle(ward, bed, directory / bed.serial, random))
    return result


def _settle(ward: Ward, bed: Bed, data: Path, random: Random) -> list[str]:
    """Begin again on a wand that had lost its power: the treatment before is settled, and the wand rests."""
    trial = Trial("power", ward, bed, data, random, True)
    patient = Patient(bed.port, data)
    try:
        patient.has_ended(wait=True)
        trial.judge_settled(patient)
        if patient.exit_code != COOLDOWN_EXIT or len(patient.settled) != 1:
            trial.wrong.append(f"{bed.serial}: exit code {patient.exit_code}, settled {patient.settled}")
    finally:
        patient.close()
    return trial.wrong


def told(batch: Batch, result: Result) -> tuple[str, bool]:
    """Return a line of figures, and whether all was as it should be."""
    shown, wrong = result.figures, [text for one in result.figures for text in one.wrong] + result.failed
    off = sorted(one.off_ms for one in shown if one.off_ms is not None)
    sure = sorted(one.sure_ms for one in shown if one.sure_ms is not None)
    times = "pump off with the power"
    if off:
        times = f"off p50 {off[len(off) // 2]} ms, max {off[-1]} ms; once dead for sure p50 {sure[len(sure) // 2]} ms, max {sure[-1]} ms"
    lines = [f"{batch.name:24} n {len(shown):5}  {times}; samples lost {sum(one.lost for one in shown)}; wrong {len(wrong)}"]
    lines += [f"    {text}" for text in wrong[:SHOWN_MOST]]
    lines += [f"    {number} more had stopped before: {text}" for text, number in Counter(result.before).items()]
    return "\n".join(lines), not wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the deaths that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="deaths of each kind")
    parser.add_argument("--kind", choices=tuple(DEATHS), action="append", help="only these")
    parser.add_argument("--hangup", action=argparse.BooleanOptionalAction, help="only with, or only without hang-up detection")
    parser.add_argument("--units", type=int, default=UNITS, help="how many treatments at once")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    batches = [Batch(kind, hangup) for kind in asked.kind or DEATHS for hangup in (True, False)]
    if asked.hangup is not None:
        batches = [batch for batch in batches if batch.hangup == asked.hangup]
    all_well = True
    for batch in batches:
        if batch.kind not in OF_COMPUTER and not batch.hangup:
            continue  # a wand without its cable, or without power, needs no hang-up to be told
        random = Random(f"{asked.seed} {batch.name}")
        if batch.kind == "power":
            result = of_power(asked.count, asked.units, random)
        else:
            result = of_computer_or_cable(batch, asked.count, asked.units, random)
        line, is_well = told(batch, result)
        print(line, flush=True)
        all_well = all_well and is_well and len(result.figures) == asked.count
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
