"""What light and buzzer do for each signal, as the table of the protocol says: pure functions of signal and time."""

OFF = (0, 0, 0)
RED = (1, 0, 0)
GREEN = (0, 1, 0)
BLUE = (0, 0, 1)
YELLOW = (1, 1, 0)
VIOLET = (1, 0, 1)
WHITE = (1, 1, 1)

LIGHTS: "tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...]" = (
    (1_000, (OFF,)),
    (500, (WHITE, OFF)),
    (500, (GREEN, OFF)),
    (1_000, (GREEN,)),
    (250, (BLUE, OFF)),
    (120, (WHITE, OFF)),
    (250, (YELLOW, OFF)),
    (1_000, (BLUE,)),
    (1_000, (RED,)),
    (1_000, (VIOLET,)),
    (250, (RED, GREEN, BLUE, WHITE)),
)
"""By signal: how long a colour lasts in ms, and the colours in turn."""

_TWO = ((0, 100, 2_400), (200, 100, 2_400))
_THREE = ((0, 100, 2_400), (200, 100, 2_400), (400, 100, 2_400))
SOUNDS: "tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...]" = (
    (0, ()),
    (2_000, _TWO),
    (0, ()),
    (0, ()),
    (0, ((0, 600, 2_400),)),
    (1_000, _TWO),
    (5_000, _THREE),
    (0, ((0, 150, 1_800), (200, 150, 2_400), (400, 300, 3_200))),
    (5_000, ((0, 600, 800),)),
    (0, ()),
    (1_000, ((0, 100, 2_400),)),
)
"""By signal: after how many ms it comes again (0: never), and the tones as begin, length and Hz."""


def colour(signal: int, shown_ms: int) -> "tuple[int, int, int]":
    """Return red, green and blue so long after a signal began; red for a signal that nobody knows."""
    if not 0 <= signal < len(LIGHTS):
        return RED
    each_ms, colours = LIGHTS[signal]
    return colours[shown_ms // each_ms % len(colours)]


def pitch_hz(signal: int, shown_ms: int) -> int:
    """Return the tone so long after a signal began, 0 for silence."""
    if not 0 <= signal < len(SOUNDS):
        return 0
    again_ms, tones = SOUNDS[signal]
    at_ms = shown_ms % again_ms if again_ms else shown_ms
    for begin_ms, length_ms, hz in tones:
        if begin_ms <= at_ms < begin_ms + length_ms:
            return hz
    return 0
