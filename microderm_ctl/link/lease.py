"""The lease that keeps the wand going: renewed ten times a second, and only while it is earned.

A renewal proves two things: the treatment's own logic ticks (``beat``), and what
the wand says arrives (``hear``). A renewer that knows neither keeps a pump
running behind a frozen program, which MAVLink and Buttplug both warn about.
"""

from typing import Final

from microderm_protocol import codes

PERIOD_MS: Final = 100
"""Worst gap measured on a loaded desktop: 201 ms; with one renewal lost, 300 ms of the lease's 500."""
BEAT_MOST_MS: Final = 250
"""A treatment's logic that did not tick for so long earns nothing."""
TELEMETRY_MOST_MS: Final = 300
"""Telemetry older than this earns nothing: three of it are missing."""
NEVER: Final = -(10**9)


class Lease:
    """When to renew, and with which tick; times are the computer's, ticks the wand's, both in ms."""

    def __init__(self) -> None:
        """Begin with nothing wanted and nothing earned."""
        self.wanted = False
        self.tick_ms = 0
        self.worst_gap_ms = 0
        self._beat_ms = NEVER
        self._telemetry_ms = NEVER
        self._telemetry_tick_ms = -1
        self._renewed_ms = NEVER
        self._sent_ms = NEVER
        self._next_ms = NEVER

    def beat(self, now_ms: int) -> None:
        """Note that the treatment's logic ticked."""
        self._beat_ms = now_ms

    def hear(self, tick_ms: int) -> None:
        """Note a tick of the wand, if it is newer than the newest so far."""
        if (tick_ms - self.tick_ms) & codes.TICK_MASK < (codes.TICK_MASK + 1) // 2:
            self.tick_ms = tick_ms

    def restart(self, tick_ms: int) -> None:
        """Begin a session: the wand's tick may be anything."""
        self.tick_ms = tick_ms
        self._telemetry_tick_ms = -1
        self._telemetry_ms = self._renewed_ms = self._sent_ms = NEVER

    def telemetry(self, now_ms: int, tick_ms: int) -> None:
        """Note that telemetry has arrived; a wand whose tick stands still says nothing new."""
        if tick_ms != self._telemetry_tick_ms:
            self._telemetry_ms, self._telemetry_tick_ms = now_ms, tick_ms

    def renewed(self, now_ms: int) -> None:
        """Note that the wand has renewed the lease."""
        self._renewed_ms = now_ms

    def is_live(self, now_ms: int) -> bool:
        """Return whether the wand confirmed a renewal within three periods."""
        return now_ms - self._renewed_ms <= 3 * PERIOD_MS

    def is_earned(self, now_ms: int) -> bool:
        """Return whether a renewal may be sent."""
        return self.wanted and now_ms - self._beat_ms <= BEAT_MOST_MS and now_ms - self._telemetry_ms <= TELEMETRY_MOST_MS

    def is_due(self, now_ms: int) -> bool:
        """Return whether a renewal is to be sent now, and note that it is."""
        if now_ms < self._next_ms or not self.is_earned(now_ms):
            return False
        # Absolute deadlines hold the mean rate; what was missed is not made up for in a burst.
        self._next_ms += PERIOD_MS
        if self._next_ms <= now_ms:
            self._next_ms = now_ms + PERIOD_MS
        if self._sent_ms != NEVER:
            self.worst_gap_ms = max(self.worst_gap_ms, now_ms - self._sent_ms)
        self._sent_ms = now_ms
        return True

    def next_ms(self, now_ms: int) -> int | None:
        """Return when the next renewal falls due, None while none is earned."""
        return max(self._next_ms, now_ms) if self.is_earned(now_ms) else None
