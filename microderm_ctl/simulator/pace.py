"""When the steps of a wand are due in real time: absolute deadlines, and what is missed is left out, never caught up."""

from microderm_ctl.clock import STEP_MS


class Pace:
    """Deadlines 20 ms apart. After a stop of the whole process there is one step, not a hundred."""

    def __init__(self, now_ms: int) -> None:
        """Let the first step be due 20 ms from now; times are monotonic milliseconds."""
        self._due_ms = now_ms + STEP_MS
        self.dropped_ms = 0
        """How much time was left out because its owner was late."""

    def wait_ms(self, now_ms: int) -> int:
        """Return how long it is until the next step is due."""
        return max(0, self._due_ms - now_ms)

    def take(self, now_ms: int) -> bool:
        """Return whether a step is due now, and take it; less than a step of lateness is made up for."""
        late_ms = now_ms - self._due_ms
        if late_ms < 0:
            return False
        if late_ms >= STEP_MS:
            self.dropped_ms += late_ms
            self._due_ms = now_ms
        self._due_ms += STEP_MS
        return True
