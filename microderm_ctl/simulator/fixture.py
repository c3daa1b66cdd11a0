"""A technician's hand and fixture: the tip sits in a closed chamber with a gauge and a hand pump, and nothing moves.

It does what a technician is asked for, by the signals of the wand's light:

- *quiet* for 5 s: it holds the button down for 4 s, for the unlock, and rests for 2 s, until SERVICE shows. A self-test,
  which is over in 3 s, sees no button.
- *service*: it leaves the button alone.
- *touch*, which a computer shows in SERVICE while it asks for the hand pump: it draws, slowly over 20 kPa, until the wand
  vents by itself, or up to 29 kPa. It draws again only after another signal.
- *fault*: in turn it presses shortly, which ends FAULT once the computer has acknowledged it, and holds, which opens LOCKOUT.

Unlike other hands it sees the vacuum too: on the gauge, which hangs on the same chamber.
"""

from random import Random
from typing import Final

from microderm_ctl.firmware import constants as k
from microderm_ctl.simulator.hand import PRESS_MS, Hand
from microderm_ctl.simulator.pneumatics import STEP_MS, Pneumatics

FIXTURE_ML: Final = 10.0
"""Chamber, T and tubes; at most 20 mL are allowed."""
FIXTURE_MM2: Final = 7e-6
"""The leak of a good fixture: 0.5 kPa/min at 20 kPa in the fixture alone."""
QUIET_MS: Final = 5_000
HOLD_MS: Final = 4_000
"""The unlock wants 3 s."""
REST_MS: Final = 2_000
REACTION_MS: Final = 600
FAST_PA_S: Final = 6_000.0
SLOW_PA_S: Final = 1_500.0
"""Slow enough to read at which vacuum the wand vents: 30 Pa in a step of it."""
SLOWLY_ABOVE_PA: Final = 20_000.0
GIVES_UP_PA: Final = 29_000.0
"""A wand that has not vented here never will."""
VENTED_PA: Final = 3_000.0
"""So far below the most of this draw, the wand has vented."""
FLOW_PER_PA: Final = 3e-9
"""How hard it draws, m3/s for each pascal that is missing."""
FLOW_MOST: Final = 6e-5
"""A hand pump of 30 mL, twice a second."""


class BenchHand(Hand):
    """The hand of a technician, with the wand in its fixture."""

    added_ml = FIXTURE_ML

    def __init__(self, random: Random | None = None) -> None:
        """Begin with the tip in the fixture."""
        super().__init__(random)
        self.seal_mm2 = FIXTURE_MM2
        self._air: Pneumatics | None = None
        self._signal = k.QUIET
        self._next_ms = QUIET_MS
        self._was_hold = True
        self._wanted_pa = self._most_pa = 0.0
        self._is_done = False

    def join(self, air: Pneumatics) -> None:
        """Put a wand with this air into the fixture."""
        self._air = air

    def _move(self, now_ms: int) -> None:
        """Nothing moves in a fixture."""

    def _think(self, signal: int, pulls: bool) -> None:
        if signal != self._signal:
            self._notice(signal)
        if signal == k.SIGNAL_TOUCH and self._now_ms >= self._next_ms and not self._is_done:
            self._pump()
        elif self._air is not None and self._air.drawn_pa:
            self._air.draw(0.0)
        if signal in (k.QUIET, k.SIGNAL_FAULT) and self._now_ms >= self._next_ms:
            self._push(signal)

    def _notice(self, signal: int) -> None:
        """Let go of the button, and take a moment over a new signal."""
        self._signal = signal
        self._press_until_ms = 0
        self._next_ms = self._now_ms + (REACTION_MS if signal == k.SIGNAL_TOUCH else QUIET_MS)
        self._wanted_pa = self._most_pa = 0.0
        self._is_done = False

    def _push(self, signal: int) -> None:
        is_hold = signal == k.QUIET or not self._was_hold
        self._was_hold = is_hold
        duration_ms = HOLD_MS if is_hold else PRESS_MS
        self.press(duration_ms)
        self._next_ms = self._now_ms + duration_ms + (REST_MS if signal == k.QUIET else QUIET_MS)

    def _pump(self) -> None:
        """Draw after a wish that rises: what is missing to it is how hard the hand draws."""
        if self._air is None:
            return
        seen_pa = self._air.vacuum_pa
        self._most_pa = max(self._most_pa, seen_pa)
        if seen_pa > GIVES_UP_PA or seen_pa < self._most_pa - VENTED_PA:
            self._is_done = True
            self._air.draw(0.0)
            return
        rate_pa_s = SLOW_PA_S if seen_pa > SLOWLY_ABOVE_PA else FAST_PA_S
        self._wanted_pa = max(self._wanted_pa, seen_pa) + rate_pa_s * STEP_MS / 1000
        self._air.draw(min(FLOW_MOST, FLOW_PER_PA * (self._wanted_pa - seen_pa)))
