"""Tones of the computer during a treatment: the terminal's bell, in patterns that are told apart by their number.

The wand has light and tones of its own; these add what it has none for, above all the
turn of the strokes at each new pass. A bell is one byte. It is written only where the
terminal takes it at once, and whatever goes wrong with it goes unheard.
"""

import os
import select
import sys
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from microderm_ctl.cli.strokes import Strokes
from microderm_ctl.clock import Clock, RealClock
from microderm_ctl.treatment.events import Ended, Event, Held, PassBegins, PressButton, TouchDown, Wish, ZoneDone
from microderm_ctl.treatment.watching import Progress, Watcher

_RING: Final = b"\a"
_MOST_WAITING: Final = 12
"""Bells that wait; more would tell of what is long past."""
_BETWEEN_MS: Final = 600
"""Silence between two patterns."""
_PAUSED: Final = "paused"


class Pattern(NamedTuple):
    """So many bells, so far apart."""

    bells: int
    apart_ms: int


TOUCH: Final = Pattern(1, 0)
"""Touch down."""
TURN: Final = Pattern(2, 180)
"""Another pass, in another direction."""
PRESS: Final = Pattern(2, 400)
"""Press the button on the wand."""
ZONE: Final = Pattern(3, 180)
"""The zone is done: lift off."""
HELD: Final = Pattern(4, 180)
"""The wand has let go: move, or touch down again."""
OVER: Final = Pattern(5, 180)
"""It is over."""


def pattern_of(event: Event) -> Pattern | None:
    """Return what is heard of an event; None for what the hand feels or has asked for."""
    match event:
        case PressButton():
            return PRESS
        case TouchDown():
            return TOUCH
        case PassBegins(_, number, _):
            return TURN if number > 1 else None
        case ZoneDone():
            return ZONE
        case Held(_, cause):
            return None if cause == _PAUSED else HELD
        case Ended():
            return OVER
    return None


def ring() -> bool:
    """Ring the terminal's bell once, if it takes it at once; return whether it did."""
    try:
        descriptor = sys.stderr.fileno()
        if sys.platform != "win32" and not select.select([], [descriptor], [], 0)[1]:
            return False
        return os.write(descriptor, _RING) == 1
    except (OSError, ValueError):
        return False


class Bell:
    """Rings patterns one after another, a bell at each turn of whoever holds it."""

    def __init__(self, clock: Clock | None = None, strike: Callable[[], bool] = ring) -> None:
        """Take the time in which people hear, and what is struck."""
        self._clock = clock or RealClock()
        self._strike = strike
        self._due_ms: list[int] = []

    def play(self, pattern: Pattern) -> None:
        """Let a pattern follow what still rings."""
        begin_ms = self._clock.now_ms()
        if self._due_ms:
            begin_ms = max(begin_ms, self._due_ms[-1] + _BETWEEN_MS)
        self._due_ms += [begin_ms + number * pattern.apart_ms for number in range(pattern.bells)]
        del self._due_ms[_MOST_WAITING:]

    def turn(self) -> None:
        """Ring what is due; what the terminal does not take is left."""
        while self._due_ms and self._due_ms[0] <= self._clock.now_ms():
            del self._due_ms[0]
            self._strike()

    def finish(self) -> None:
        """Ring what is left, in its time; nothing else waits for it any more."""
        self.turn()
        while self._due_ms:
            self._clock.sleep_ms(max(0, self._due_ms[0] - self._clock.now_ms()))
            self.turn()


class Sounding:
    """Watches a run for the ear, and lets another one watch it for the eye."""

    def __init__(self, view: Watcher, bell: Bell) -> None:
        """Take who shows the run, and the bell."""
        self._view = view
        self._bell = bell
        self._strokes = Strokes()

    def told(self, event: Event, t_ms: int) -> None:
        """Show what has happened, and ring."""
        self._view.told(event, t_ms)
        pattern = pattern_of(event)
        if self._strokes.is_news(event) and pattern is not None:
            self._bell.play(pattern)
        self._bell.turn()

    def shown(self, progress: Progress) -> None:
        """Show where the run stands; ring if the tip came off."""
        self._view.shown(progress)
        if self._strokes.came_off(progress):
            self._bell.play(TOUCH)
        self._bell.turn()

    def wishes(self) -> Sequence[Wish]:
        """Return what was asked for by key."""
        self._bell.turn()
        return self._view.wishes()
