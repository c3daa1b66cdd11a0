"""Time as a value that is handed in: the real clock, and one that tests and the simulator turn by hand."""

import time
from collections.abc import Callable
from typing import Final, Protocol

STEP_MS: Final = 20
"""The wand's control step; virtual time moves in these."""


class Clock(Protocol):
    """What the program may know about time."""

    def now_ms(self) -> int:
        """Return milliseconds that only ever rise, from an arbitrary start."""

    def utc_s(self) -> int:
        """Return seconds since 1970, UTC, as the computer believes them."""

    def sleep_ms(self, duration_ms: int) -> None:
        """Let a time pass."""


class RealClock:
    """The computer's clock."""

    def now_ms(self) -> int:
        """Return monotonic milliseconds."""
        return time.monotonic_ns() // 1_000_000

    def utc_s(self) -> int:
        """Return seconds since 1970, UTC."""
        return int(time.time())

    def sleep_ms(self, duration_ms: int) -> None:
        """Wait in real time."""
        time.sleep(max(0, duration_ms) / 1000)


class VirtualClock:
    """A clock that moves only when somebody sleeps on it, and steps what is attached as it goes.

    Nothing runs beside it: wand, link and hand are stepped on the caller's thread,
    in the order in which they were attached, every 20 ms of virtual time.
    """

    def __init__(self, utc_s: int = 1_767_225_600, pace: float = 0.0) -> None:
        """Begin at a UTC second; a ``pace`` above 0 also waits that many real seconds per virtual one."""
        self._now_ms = 0
        self._utc_s = utc_s
        self._steps: list[Callable[[int], None]] = []
        self.pace = pace

    def attach(self, step: Callable[[int], None]) -> None:
        """Call ``step(now_ms)`` after every 20 ms from here on."""
        self._steps.append(step)

    def detach(self, step: Callable[[int], None]) -> None:
        """Stop calling a step."""
        if step in self._steps:
            self._steps.remove(step)

    def now_ms(self) -> int:
        """Return virtual milliseconds since the clock was made."""
        return self._now_ms

    def utc_s(self) -> int:
        """Return the virtual UTC second."""
        return self._utc_s + self._now_ms // 1000

    def set_utc_s(self, utc_s: int) -> None:
        """Move the calendar, and nothing else, so that it is now this UTC second."""
        self._utc_s = utc_s - self._now_ms // 1000

    def sleep_ms(self, duration_ms: int) -> None:
        """Move on by at least the duration, rounded up to whole steps."""
        for _ in range(-(-max(0, duration_ms) // STEP_MS)):
            self._now_ms += STEP_MS
            for step in tuple(self._steps):
                step(self._now_ms)
            if self.pace > 0:
                time.sleep(self.pace * STEP_MS / 1000)
