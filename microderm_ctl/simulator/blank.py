"""A fixture with nothing in it but a blank, and a technician's hand at its pump: a volume of air that leaks through fine gaps.

The leak is that of ``fixture`` at 20 kPa. The hand waits until the gauge was looked at, vented, and then draws.
"""

from typing import Final

from microderm_ctl.clock import STEP_MS

LEAK_PA_MIN: Final = 500.0
"""At 20 kPa, of a good fixture."""
LEAK_AT_PA: Final = 20_000.0
WAITS_MS: Final = 6_000
"""Until the gauge was read at vent."""
DRAWS_PA_S: Final = 6_000.0
DRAWS_TO_PA: Final = 23_000.0
REWARMS_PA: Final = 400.0
"""By so much the vacuum falls after it was drawn, since the gas has cooled down."""
REWARMS_S: Final = 2.5


class Blank:
    """The air in a blanked fixture; it is stepped by the clock of its gauge."""

    def __init__(self, leak_pa_min: float = LEAK_PA_MIN) -> None:
        """Begin vented; ``leak_pa_min`` is its leak at 20 kPa."""
        self.vacuum_pa = 0.0
        self._fall = leak_pa_min / 60 / LEAK_AT_PA * STEP_MS / 1000
        self._rewarm = STEP_MS / 1000 / REWARMS_S
        self._cold_pa = 0.0
        self._now_ms = 0
        self._is_drawn = False

    def step(self, now_ms: int) -> None:
        """Let 20 ms pass."""
        self._now_ms += STEP_MS
        if self._now_ms > WAITS_MS and not self._is_drawn:
            self.vacuum_pa += DRAWS_PA_S * STEP_MS / 1000
            self._cold_pa = REWARMS_PA
            self._is_drawn = self.vacuum_pa >= DRAWS_TO_PA
            return
        warmed_pa = self._cold_pa * self._rewarm
        self._cold_pa -= warmed_pa
        self.vacuum_pa -= self.vacuum_pa * self._fall + warmed_pa
