"""Many deaths side by side, and again those that could not be judged: fewer at once where the machine has no time for so many."""

import select
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from microderm_ctl.clock import RealClock
from tests.kills.trials import WAIT_MOST_MS, Figures, InVain, NotJudged, Trial, Waits, Wrong
from tests.kills.ward import Bed, Ward

TURN_S: Final = 0.003
TRIES: Final = 20
"""So often, on average, is a death tried that could not be judged."""
VAIN_MOST: Final = 3

EachTurn = Callable[[Ward, Sequence[Trial]], None]


class Enough(Exception):
    """Nobody wants more deaths; raised by what looks on at each turn."""


class Result:
    """What many deaths showed.

    Attributes:
        figures: of those that were judged.
        failed: what went so wrong that there are no figures.
        not_judged: why others could not be judged.
        vain: how many waited in vain; after a few nothing more is tried.
        is_ended: whether somebody has had enough.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.figures: list[Figures] = []
        self.failed: list[str] = []
        self.not_judged: list[str] = []
        self.vain = 0
        self.is_ended = False

    @property
    def judged(self) -> int:
        """How many were judged."""
        return len(self.figures) + len(self.failed)

    @property
    def is_hopeless(self) -> bool:
        """Whether there is no sense in another try."""
        return self.is_ended or self.vain >= VAIN_MOST

    def add(self, other: "Result") -> None:
        """Take in what others showed."""
        self.figures += other.figures
        self.failed += other.failed
        self.not_judged += other.not_judged
        self.vain += other.vain
        self.is_ended = self.is_ended or other.is_ended

    def give_up(self, why: NotJudged) -> None:
        """Note that one could not be judged."""
        self.not_judged.append(str(why))
        self.vain += isinstance(why, InVain)


class Going(NamedTuple):
    """A trial on its way, and what leads it."""

    trial: Trial
    bed: Bed
    waits: Waits


class Round:
    """Trials on the wands of a ward, one on each at a time."""

    def __init__(self, ward: Ward, count: int, make: Callable[[Bed], Trial]) -> None:
        """Take how many are to be judged, and what begins one on a wand."""
        self.result = Result()
        self.going: list[Going] = []
        self._ward = ward
        self._count = count
        self._make = make
        self._free = list(ward.beds)
        self._tries = count * TRIES
        self._width = len(ward.beds)

    @property
    def _has_room(self) -> bool:
        wanted = self._count - self.result.judged - len(self.going)
        has_wand = bool(self._free) and len(self.going) < self._width
        return wanted > 0 and has_wand and self._tries > 0 and self._ward.is_alive and not self.result.is_hopeless

    def turn(self) -> bool:
        """Lead all on by one turn, and return whether there is more to do."""
        while self._has_room:
            self._tries -= 1
            bed = self._free.pop(0)
            trial = self._make(bed)
            self.going.append(Going(trial, bed, trial.run()))
        pipes = [one.trial.patient for one in self.going if one.trial.patient and not one.trial.patient.has_ended()]
        select.select(pipes, [], [], TURN_S)
        self._ward.look()
        for one in tuple(self.going):
            patient = one.trial.patient
            if patient is not None and not patient.is_closed:
                patient.hear()
            if not self._goes_on(one):
                self.going.remove(one)
                self._free.append(one.bed)
        return bool(self.going) or self._has_room

    def end(self) -> None:
        """End the computers of all that is on its way."""
        for one in self.going:
            one.waits.close()

    def _goes_on(self, one: Going) -> bool:
        """Lead a trial on by one turn, and return whether it goes on."""
        try:
            next(one.waits)
        except StopIteration:
            self._judged(one.trial)
        except NotJudged as why:
            self._not_judged(one.trial, why)
        except Wrong as wrong:
            self.result.failed.append("; ".join([*one.trial.wrong, f"{one.trial.kind}: {wrong}"]))
        else:
            return True
        return False

    def _judged(self, trial: Trial) -> None:
        if trial.figures is not None:
            self.result.figures.append(trial.figures)
        self._width = min(len(self._ward.beds), self._width + 1)

    def _not_judged(self, trial: Trial, why: NotJudged) -> None:
        """Go on with one less at a time; what was wrong until then is not forgotten."""
        if trial.wrong:
            self.result.failed.append("; ".join(trial.wrong))
        self.result.give_up(why)
        self._width = max(1, self._width - 1)


def side_by_side(ward: Ward, count: int, make: Callable[[Bed], Trial], each_turn: EachTurn | None = None) -> Result:
    """Lead trials on the wands of a ward until so many are judged, or there is no sense in going on."""
    leads = Round(ward, count, make)
    try:
        while leads.turn():
            if each_turn is not None:
                each_turn(ward, [one.trial for one in leads.going])
    except Enough:
        leads.result.is_ended = True
    finally:
        leads.end()
    if ward.failure:
        leads.result.failed.append(ward.failure)
    return leads.result


def wait_until(ward: Ward, is_so: Callable[[], bool], otherwise: str) -> None:
    """Wait until something is so of a ward.

    Raises:
        Wrong: its simulator has ended.
        InVain: it never was.
    """
    clock = RealClock()
    end_ms = clock.now_ms() + WAIT_MOST_MS
    while not is_so():
        if ward.failure:
            raise Wrong(ward.failure)
        if clock.now_ms() > end_ms:
            raise InVain(otherwise)
        select.select([ward], [], [], TURN_S)
        ward.look()
