"""A hand that a person moves by key, in the terminal that runs the simulator.

    p or space   press the button            u   pull the cable, or put it back
    t            touch down and move         s   slip: lose the seal for a moment
    l            lift off                    q   end the simulator
    m            hold still, or move again   1-9 which wand the keys are for

The terminal is read once a step, without waiting, so that nothing needs a thread.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final

from microderm_ctl.simulator.hand import Hand

KEYS_HELP: Final = "p/space press  t touch  l lift  m still/move  s slip  u unplug/plug  q quit"
KEYS_AT_ONCE: Final = 64


class KeyHand(Hand):
    """A hand that does what keys say, one a step."""

    def __init__(self, random: Random | None = None) -> None:
        """Begin with the wand in the air."""
        super().__init__(random)
        self._waiting: list[str] = []
        self._actions = {
            "p": self.press,
            " ": self.press,
            "t": self.touch,
            "l": self.lift,
            "m": self._still_or_move,
            "s": self.slip,
            "u": self._unplug_or_plug,
            "q": self._end,
        }

    def key(self, key: str) -> None:
        """Do what a key says with the next step; other keys do nothing."""
        if key.lower() in self._actions:
            self._waiting.append(key.lower())

    def _think(self, signal: int, pulls: bool) -> None:
        if self._waiting:
            self._actions[self._waiting.pop(0)]()

    def _still_or_move(self) -> None:
        if self.is_moving:
            self.still()
        else:
            self.move()

    def _unplug_or_plug(self) -> None:
        if self.plugged:
            self.unplug()
        else:
            self.plug()

    def _end(self) -> None:
        self.wants_to_end = True


class Keyboard:
    """Hands the keys of a terminal to one of several hands; a digit says which."""

    def __init__(self, hands: Sequence[KeyHand]) -> None:
        """Begin with the first hand."""
        self._hands = tuple(hands)
        self._chosen = 0

    def take(self, keys: str) -> None:
        """Hand on what was typed."""
        for key in keys:
            if key.isdecimal() and 0 < int(key) <= len(self._hands):
                self._chosen = int(key) - 1
            else:
                self._hands[self._chosen].key(key)

    def poll(self) -> None:
        """Take what was typed since the last time; never waits."""
        self.take(_typed())


if sys.platform == "win32":
    import msvcrt

    def _typed() -> str:
        """Return what was typed."""
        typed = ""
        while msvcrt.kbhit() and len(typed) < KEYS_AT_ONCE:
            typed += msvcrt.getwch()
        return typed

    @contextmanager
    def key_by_key() -> Iterator[None]:
        """Deliver keys without Enter; this console always does."""
        yield

else:
    import select
    import termios
    import tty

    def _typed() -> str:
        """Return what was typed; an input that ended has nothing more to say."""
        if not select.select([sys.stdin.fileno()], [], [], 0)[0]:
            return ""
        return os.read(sys.stdin.fileno(), KEYS_AT_ONCE).decode("ascii", "ignore")

    @contextmanager
    def key_by_key() -> Iterator[None]:
        """Deliver keys without Enter and without showing them while the body runs; Ctrl-C works as ever."""
        descriptor = sys.stdin.fileno()
        if not os.isatty(descriptor):
            yield
            return
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)
        try:
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
