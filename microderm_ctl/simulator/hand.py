"""The hand that holds a virtual wand: it presses the button, touches the skin, moves, lifts off and pulls the cable.

A hand is stepped every 20 ms with what a person would see and feel, the signal of
light and buzzer and whether the wand draws, and with nothing else of its state.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from microderm_ctl.firmware import constants as k
from microderm_ctl.simulator.pneumatics import OPEN_MM2, STEP_MS, Pneumatics

FELT_PA: Final = 800.0
"""Below this nobody feels whether the wand draws."""
SEAL_MM2: Final = 0.08
BETTER_MM2: Final = 0.03
WORSE_MM2: Final = 0.2
LEANING: Final = 3.3
"""Factor on the leak in one step: 28 mm2 become 0.08 mm2 within 100 ms, as a rim of skin closes."""
RESTING_MG: Final = 4
"""A wand that is held still."""
STROKE_MG: Final = (60, 200)
STROKES_LENGTH: Final = 997
PRESS_MS: Final = 150
SLIP_MS: Final = 300
SLIPPED_MM2: Final = 6.0
FOREVER_MS: Final = 1 << 60


class Hand:
    """A hand that does nothing: the wand lies there, plugged in."""

    added_ml: float = 0.0
    """What it puts the tip on adds so much to the wand's own volume."""

    def __init__(self, random: Random | None = None) -> None:
        """Draw how it moves."""
        self.button = False
        self.seal_mm2 = OPEN_MM2
        """Leak at the tip, mm2: 28 in the air."""
        self.motion_mg = RESTING_MG
        self.plugged = True
        self.is_down = False
        """Whether the tip is on the skin."""
        self.wants_to_end = False
        """Whether the person wants the simulator to end."""
        self._random = random or Random(0)
        self._strokes = self._draw_strokes()
        self._now_ms = 0
        self._moves = False
        self._seal_mm2 = SEAL_MM2
        self._press_until_ms = self._still_until_ms = self._slip_until_ms = 0
        self._plug_at_ms = FOREVER_MS

    def _draw_strokes(self) -> list[int]:
        """Return the motion of strokes over a face: a walk between the two bounds."""
        least, most = STROKE_MG
        strokes, motion = [], (least + most) / 2
        for _ in range(STROKES_LENGTH):
            motion = min(most, max(least, motion + self._random.uniform(-25, 25)))
            strokes.append(int(motion))
        return strokes

    @property
    def is_moving(self) -> bool:
        """Whether it moves the wand over the skin now."""
        return self._moves and self._now_ms >= self._still_until_ms

    def join(self, air: Pneumatics) -> None:
        """Take hold of a wand with this air in it."""

    def step(self, now_ms: int, signal: int, pulls: bool) -> None:
        """Move on by 20 ms.

        Args:
            now_ms: milliseconds since the wand's first start.
            signal: what light and buzzer say, by number.
            pulls: whether the wand is felt to draw.
        """
        self._now_ms = now_ms
        self._think(signal, pulls)
        self.button = now_ms < self._press_until_ms
        if now_ms >= self._plug_at_ms:
            self.plug()
        self._move(now_ms)

    def _think(self, signal: int, pulls: bool) -> None:
        """Decide what to do; this hand never does anything."""

    def _move(self, now_ms: int) -> None:
        if self._moves and now_ms >= self._still_until_ms:
            stroke = self._strokes[now_ms // STEP_MS % STROKES_LENGTH]
            self.motion_mg = stroke
            target = self._seal_mm2 * (0.85 + stroke / 1000)
        else:
            self.motion_mg = RESTING_MG
            target = self._seal_mm2
        if not self.is_down:
            target = OPEN_MM2
        elif now_ms < self._slip_until_ms:
            target = SLIPPED_MM2
        self._lean(target)

    def _lean(self, target: float) -> None:
        """Bring the leak at the tip nearer to where it should be."""
        now = self.seal_mm2
        self.seal_mm2 = max(target, now / LEANING) if target < now else min(target, now * LEANING)

    def press(self, duration_ms: int = PRESS_MS) -> None:
        """Press the button."""
        self._press_until_ms = self._now_ms + duration_ms

    def touch(self, seal_mm2: float = SEAL_MM2) -> None:
        """Touch down and move over the skin."""
        self._seal_mm2 = seal_mm2
        self.is_down = self._moves = True
        self._still_until_ms = 0

    def lift(self) -> None:
        """Lift off."""
        self.is_down = self._moves = False

    def move(self) -> None:
        """Move over the skin."""
        self._moves, self._still_until_ms = True, 0

    def still(self, duration_ms: int = FOREVER_MS) -> None:
        """Stop moving for a time."""
        self._still_until_ms = self._now_ms + duration_ms

    def slip(self, duration_ms: int = SLIP_MS) -> None:
        """Lose the seal for a time."""
        self._slip_until_ms = self._now_ms + duration_ms

    def seal(self, seal_mm2: float) -> None:
        """Hold the tip so that it leaks so much."""
        self._seal_mm2 = seal_mm2

    def unplug(self, duration_ms: int = FOREVER_MS) -> None:
        """Pull the cable for a time."""
        self.plugged, self._plug_at_ms = False, self._now_ms + duration_ms

    def plug(self) -> None:
        """Put the cable back."""
        self.plugged, self._plug_at_ms = True, FOREVER_MS


class AutoHand(Hand):
    """A polite person's hand: it does what light and buzzer ask, after a moment."""

    REACTION_MS: Final = 700
    PATIENCE_MS: Final = 3_000
    """How long it waits on the skin for the wand to draw before it tries again."""
    AGAIN_MS: Final = 1_500

    def __init__(self, random: Random | None = None) -> None:
        """Begin with the wand in the air."""
        super().__init__(random)
        self._signal = k.QUIET
        self._next_ms = 0
        self._felt_ms = 0
        self._reactions: dict[int, Callable[[], None]] = {
            k.SIGNAL_PRESS: self._on_press,
            k.SIGNAL_CONFIRM: self._on_press,
            k.SIGNAL_TOUCH: self._on_touch,
            k.SIGNAL_WARNING: self._on_touch,
            k.SIGNAL_RUNNING: self._on_touch,
            k.SIGNAL_NEXT_ZONE: self._on_touch,
        }

    def _think(self, signal: int, pulls: bool) -> None:
        now_ms = self._now_ms
        if pulls:
            self._felt_ms = now_ms
        if signal != self._signal:
            self._notice(signal)
        elif now_ms >= self._next_ms:
            self._reactions.get(signal, self._rest)()

    def _notice(self, signal: int) -> None:
        """Take a moment over a new signal; a zone that is done is left before that."""
        self._signal = signal
        self._next_ms = self._felt_ms = self._now_ms + self.REACTION_MS
        if signal == k.SIGNAL_NEXT_ZONE and self.is_down:
            self.lift()
            self._next_ms += self.AGAIN_MS

    def _on_press(self) -> None:
        if self.is_down:
            self.lift()
            self._next_ms = self._now_ms + self.REACTION_MS
        else:
            self.press()
            self._next_ms = self._now_ms + self.AGAIN_MS

    def _on_touch(self) -> None:
        if not self.is_down:
            self.touch()
            self._felt_ms = self._now_ms
        elif self._now_ms - self._felt_ms > self.PATIENCE_MS:
            self.lift()
            self._next_ms = self._now_ms + self.AGAIN_MS

    def _rest(self) -> None:
        if self.is_down:
            self.lift()
