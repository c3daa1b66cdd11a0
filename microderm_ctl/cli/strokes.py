"""Telling news from strokes: each stroke ends with the tip in the air and begins with it on the skin, and nobody wants to hear of that."""

from typing import Final

from microderm_ctl.safety import Zone
from microderm_ctl.treatment.events import Event, Running, TouchDown
from microderm_ctl.treatment.watching import Progress

OFF_MS: Final = 2_000
"""Longer than the way from one stroke to the next."""


class Strokes:
    """Follows a run and says what of it is news."""

    def __init__(self) -> None:
        """Begin before the first touch."""
        self._begun: Zone | None = None
        self._is_off = self._is_off_told = False
        self._off_from_ms: int | None = None

    def is_news(self, event: Event) -> bool:
        """Return whether an event is more than the end or the beginning of a stroke."""
        if isinstance(event, TouchDown) and event.zone == self._begun:
            self._is_off, self._off_from_ms = True, None
            return False
        self._is_off = False
        if isinstance(event, Running):
            is_first, self._begun = event.zone != self._begun, event.zone
            is_back, self._is_off_told = self._is_off_told, False
            return is_first or is_back
        return True

    def came_off(self, progress: Progress) -> bool:
        """Return whether the tip has now been off the skin for longer than a stroke's end; once each time."""
        now_ms = progress.reading.received_ms
        if not self._is_off:
            return False
        if self._off_from_ms is None:
            self._off_from_ms = now_ms
        if now_ms - self._off_from_ms < OFF_MS:
            return False
        self._is_off, self._is_off_told = False, True
        return True
