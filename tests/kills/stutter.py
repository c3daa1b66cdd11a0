"""A machine that is far too busy, made on purpose: simulator and computers stand still now and then for up to two seconds."""

import os
import signal
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.clock import RealClock
from tests.kills.trials import Trial
from tests.kills.ward import Ward

STILL_MS: Final = (100, 2_000)
EVERY_MS: Final = (200, 1_500)


class Still(NamedTuple):
    """A process that stands still, and until when; the trial whose computer it is."""

    pid: int
    end_ms: int
    trial: Trial | None


class Stutter:
    """Holds processes and lets them go again, a turn at a time."""

    def __init__(self, random: Random) -> None:
        """Take what draws the moments."""
        self._random = random
        self._clock = RealClock()
        self._still: list[Still] = []
        self._next_ms = self._drawn(EVERY_MS)

    def __call__(self, ward: Ward, trials: Sequence[Trial]) -> None:
        """Let go what has stood still for long enough, and hold another."""
        now_ms = self._clock.now_ms()
        for one in [one for one in self._still if one.end_ms <= now_ms or _is_over(one, ward)]:
            self._still.remove(one)
            if not _is_over(one, ward) and not (one.trial is not None and one.trial.is_dying and one.trial.kind == "sigstop"):
                os.kill(one.pid, signal.SIGCONT)
        if now_ms >= self._next_ms:
            self._next_ms = self._drawn(EVERY_MS)
            self._hold(ward, trials)

    def _drawn(self, bounds: tuple[int, int]) -> int:
        return self._clock.now_ms() + self._random.randint(*bounds)

    def _hold(self, ward: Ward, trials: Sequence[Trial]) -> None:
        held = {one.pid for one in self._still}
        alive = [trial for trial in trials if trial.patient is not None and not trial.is_dying and not trial.patient.has_ended()]
        choice: list[tuple[int, Trial | None]] = [(trial.patient.pid, trial) for trial in alive if trial.patient is not None]
        choice += [(ward.process.pid, None)] if ward.is_alive else []
        free = [one for one in choice if one[0] not in held]
        if free:
            pid, trial = self._random.choice(free)
            os.kill(pid, signal.SIGSTOP)
            self._still.append(Still(pid, self._drawn(STILL_MS), trial))


def _is_over(one: Still, ward: Ward) -> bool:
    """Return whether a process is no more."""
    if one.trial is None:
        return not ward.is_alive
    return one.trial.patient is None or one.trial.patient.has_ended()
