"""Beats for a wand while a technician works, and no longer than the work has said.

A step that waits for a gauge or for a person cannot beat by itself, and without a beat the
wand's lease ends after half a second. So the beat stands beside the work. It stays earned: each verb
of the unit extends it by what that verb may take, and a program that hangs is let go of.
"""

import threading
from collections.abc import Callable
from typing import Final

from microderm_ctl.clock import Clock, VirtualClock

BEAT_MS: Final = 100
"""As often as the lease is renewed."""
STEP_MOST_MS: Final = 30_000
"""The longest that a step may be silent; the longest wait for a gauge is three tries of a second."""


class Keeper:
    """Beats until a time that is moved on by the work."""

    def __init__(self, clock: Clock, beat: Callable[[], None]) -> None:
        """Begin to beat.

        Args:
            clock: by which the wand lives.
            beat: what a beat does; called on a thread of its own in real time.
        """
        self._clock = clock
        self._beat = beat
        self._until_ms = clock.now_ms() + STEP_MOST_MS
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if isinstance(clock, VirtualClock):
            clock.attach(self._tick)
        else:
            self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
            self._thread.start()

    def extend(self, duration_ms: int = STEP_MOST_MS) -> None:
        """Go on for so long from now, and no longer, whatever was said before."""
        self._until_ms = self._clock.now_ms() + duration_ms

    def let_go(self) -> None:
        """Beat no more until ``extend``."""
        self._until_ms = self._clock.now_ms() - 1

    def end(self) -> None:
        """End for good; a second time does nothing."""
        self._ended.set()
        if isinstance(self._clock, VirtualClock):
            self._clock.detach(self._tick)
        elif self._thread is not None:
            self._thread.join()

    def _tick(self, now_ms: int) -> None:
        if now_ms <= self._until_ms:
            self._beat()

    def _run(self) -> None:
        while not self._ended.wait(BEAT_MS / 1000):
            self._tick(self._clock.now_ms())
