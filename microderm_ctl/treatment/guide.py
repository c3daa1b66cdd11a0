"""What a person is told with the wand in hand, in plain words, all in one place.

Strokes follow the makers' and teachers' advice: stretch the skin, overlap by half,
a second pass at right angles to the first (http://www.skin-disease-care.com/1575treatment_and_clinical_management.php),
on either side of the windpipe, tilt the tip off and never pull it (Rodan+Fields Pore Cleansing MD).
"""

from typing import Final, NamedTuple

from microderm_ctl.safety import Zone, label


class Guide(NamedTuple):
    """How one zone is done: where to begin, the strokes of odd and of even passes, and what to feel."""

    begin: str
    along: str
    across: str
    feel: str


_EASY: Final = "A light pull and a fine rubbing. It must not hurt or sting."
_THIN: Final = "The skin is thin here: hardly more than a tickle. Stop if it stings."
_CHEEK: Final = "beside the nose, one finger below the bone under the eye"
_LARGE: Final = "A light pull and a fine rubbing, like a cat's tongue. It must not hurt."
_BODY: Final = "A clear pull and a fine rubbing. It must not hurt."

GUIDES: Final[dict[Zone, Guide]] = {
    Zone.FOREHEAD: Guide(
        "in the middle, just above the eyebrows",
        "upwards to the hairline, from the middle to the sides",
        "from the middle to the temples, row by row",
        _EASY,
    ),
    Zone.CHEEK_LEFT: Guide(
        _CHEEK, "outwards to the left ear, row by row downwards", "upwards from the jaw to the bone under the eye", _EASY
    ),
    Zone.CHEEK_RIGHT: Guide(
        _CHEEK, "outwards to the right ear, row by row downwards", "upwards from the jaw to the bone under the eye", _EASY
    ),
    Zone.NOSE: Guide(
        "at the bridge, between the eyes but not on the lids",
        "downwards to the tip, then down each side",
        "short strokes from the bridge out to each side",
        "A light pull. On the bridge the seal is easily lost: turn the head and stretch the skin with a finger.",
    ),
    Zone.CHIN: Guide(
        "in the middle, below the lower lip but not on it",
        "outwards to each side, row by row downwards",
        "upwards from the jaw to just below the lip",
        _EASY,
    ),
    Zone.TEMPLE_LEFT: Guide("at the end of the left eyebrow", "outwards to the hairline", "upwards along the hairline", _THIN),
    Zone.TEMPLE_RIGHT: Guide("at the end of the right eyebrow", "outwards to the hairline", "upwards along the hairline", _THIN),
    Zone.JAW_LEFT: Guide("beside the chin", "along the bone to the left ear", "short strokes upwards over the edge of the jaw", _EASY),
    Zone.JAW_RIGHT: Guide("beside the chin", "along the bone to the right ear", "short strokes upwards over the edge of the jaw", _EASY),
    Zone.NECK_LEFT: Guide(
        "at the left side, a hand's width from the windpipe",
        "upwards from the collarbone to the jaw",
        "backwards, away from the windpipe",
        _THIN,
    ),
    Zone.NECK_RIGHT: Guide(
        "at the right side, a hand's width from the windpipe",
        "upwards from the collarbone to the jaw",
        "backwards, away from the windpipe",
        _THIN,
    ),
    Zone.AROUND_MOUTH: Guide(
        "beside the nose, with the lips pressed together",
        "downwards beside the mouth, never on the lips",
        "short strokes outwards, away from the lips",
        _THIN,
    ),
    Zone.DECOLLETE: Guide(
        "in the middle, below the collarbones", "outwards to the shoulders, row by row", "downwards, row by row outwards", _THIN
    ),
    Zone.HAND_LEFT: Guide("at the left wrist, with a loose fist", "from the wrist to the knuckles", "across the back of the hand", _THIN),
    Zone.HAND_RIGHT: Guide("at the right wrist, with a loose fist", "from the wrist to the knuckles", "across the back of the hand", _THIN),
    Zone.ARM: Guide("at the outside, above the wrist", "upwards to the shoulder", "around the arm, row by row", _BODY),
    Zone.LEG: Guide("at the shin's outside, above the ankle", "upwards to the knee, then to the hip", "around the leg, row by row", _BODY),
    Zone.BACK: Guide(
        "between the shoulder blades; let somebody help", "downwards beside the spine, never on it", "outwards from the spine", _BODY
    ),
    Zone.INNER_FOREARM: Guide("on the inside, a hand's width above the wrist", "slowly towards the elbow", "slowly across", _LARGE),
    Zone.NECK_SIDE: Guide("below the ear", "slowly down towards the shoulder", "slowly backwards", _LARGE),
}
"""By zone that may be treated or tested."""

HOW_TO_HOLD: Final = (
    "Wash and dry the skin, and tie your hair back.",
    "Stretch the skin with two fingers, set the tip flat on it, and keep it moving: strokes side by side, half over the last one.",
    "To take the tip off, tilt it. Never pull it straight off.",
    "If it hurts, press the button on the wand or tilt the tip off: it stops at once.",
)
"""Before the first touch."""

AFTER_CARE: Final = (
    "Rinse with cool water, pat dry, and use a plain cream without perfume, acids or retinol.",
    "Use sunscreen of factor 30 or more for at least three days, and stay out of strong sun for a week.",
    "No sauna, tanning bed or sport today and tomorrow; no make-up today.",
    "No retinol, fruit acid, peel or scrub for a week.",
    "A little redness goes within a day. Blisters, bleeding, purple marks or redness beyond a day: show it to a doctor.",
    "Rinse the tip and wipe it with alcohol, and look at the filter.",
)
"""After a treatment: sunscreen from the Philips VisaCare manual p. 8, sauna from Beurer FC 76 p. 18, the waits as in today's questions."""

AFTER_CARE_PATCH: Final = (
    "Leave the spot alone for 24 hours: no cream with acids, no sauna, no sun.",
    "Then look at it, and say how it is: 'microderm patch-test --result clean', 'red' or 'sore'.",
)
"""After a patch test."""

PATTERNS: Final[dict[str, str]] = {
    "quiet": "the light is off",
    "press": "white light, blinking slowly; two short tones every 2 s",
    "touch": "green light, blinking slowly",
    "running": "green light, steady",
    "next-zone": "blue light, blinking; one long tone",
    "press-to-confirm": "white light, blinking fast; two short tones every second",
    "warning": "yellow light, blinking; three short tones every 5 s",
    "done": "blue light; three rising tones",
    "fault": "red light; a low tone every 5 s",
    "service": "violet light",
    "identify": "all colours; a short tone every second",
}
"""What light and buzzer of the wand do, by signal, as the protocol fixes it."""


def pattern(signal: str) -> str:
    """Return what light and buzzer do for a signal, also for one that is not known here."""
    return PATTERNS.get(signal, f"the signal {signal}")


def stroke(zone: Zone, number: int) -> str:
    """Return the direction of a pass, counted from 1: every second one is at right angles to the one before."""
    guide = GUIDES[zone]
    return guide.along if number % 2 else guide.across


def press_text(zone: Zone, confirm: bool) -> str:
    """Return what to do while the wand waits for its button."""
    if confirm:
        return f"The {label(zone)} comes next, with a higher cap. Press the button on the wand briefly to allow it."
    return f"Press the button on the wand when you are ready for the {label(zone)}."


def touch_text(zone: Zone) -> str:
    """Return what to do until the tip is sealed on a zone."""
    return f"Touch down on the {label(zone)}: begin {GUIDES[zone].begin}."


def pass_text(zone: Zone, number: int, of: int) -> str:
    """Return what to do during a pass."""
    return f"Pass {number} of {of} over the {label(zone)}: {stroke(zone, number)}."


def done_text(zone: Zone, following: Zone | None) -> str:
    """Return what to do when the time of a zone is used up."""
    if following is None:
        return f"The {label(zone)} is done. Tilt the tip off."
    return f"The {label(zone)} is done. Tilt the tip off; the {label(following)} comes next."


def skipped_text(zone: Zone, following: Zone | None) -> str:
    """Return what to do when the person goes on before the time of a zone is used up."""
    if following is None:
        return f"The {label(zone)} is left. Tilt the tip off."
    return f"The {label(zone)} is left. Tilt the tip off; the {label(following)} comes next, in a moment."


HELD: Final[dict[str, str]] = {
    "dwell": "The tip stayed on one spot. Move it, and the wand goes on.",
    "unsealed": "The tip was off the skin for 10 s. Touch down and move to go on. If it does not draw, look at the filter.",
    "paused": "Paused, and the vacuum is gone. Press space to go on.",
    "no-seal-drive": "The vacuum was not reached. Set the tip flat on the skin and move it to go on.",
    "zone-done": "The time of this zone is used up. Tilt the tip off.",
}
"""What to do while the wand holds, by the cause."""


def held_text(cause: str) -> str:
    """Return what to do while the wand holds."""
    return HELD.get(cause, "The wand waits. Touch down and move to go on.")
