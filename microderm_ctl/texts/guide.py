"""What is said with the wand in hand: what to do now, what light and tones mean, what has happened."""

from typing import Final

HOW_TO_HOLD: Final = (
    "Wash and dry your skin, and tie your hair back.",
    "Stretch the skin with two fingers. Set the tip flat on it and keep it moving.",
    "Stroke beside stroke, each one half over the last one.",
    "To take the tip off, tilt it. Never pull it straight off.",
    "It must not hurt. If it hurts, stings or bleeds, press the button on the wand: it stops at once.",
)
"""Before the first touch."""

PRESS: Final = "Press the button on the wand when you are ready for the {zone}."
PRESS_TO_CONFIRM: Final = "The {zone} comes next, with a higher cap. Press the button on the wand briefly to allow it."
TOUCH: Final = "Touch down on the {zone}. Begin {begin}. {stretch}"
TOUCH_AGAIN: Final = "The tip is off the {zone}. Touch down again and move."
PASS: Final = "Pass {number} of {of} over the {zone}: {stroke}."
PASS_FIRST: Final = "Pass {number} of {of} over the {zone}: {stroke}. {feel}"
ZONE_DONE: Final = "The {zone} is done. Tilt the tip off; the {following} comes next."
ZONE_DONE_LAST: Final = "The {zone} is done. Tilt the tip off."
ZONE_LEFT: Final = "You leave the {zone}. Tilt the tip off; the {following} comes next, in a moment."
ZONE_LEFT_LAST: Final = "You leave the {zone}. Tilt the tip off."
ARMED: Final = "The wand is ready for {zones}: at most {seconds} s on the skin."
SEALED: Final = "The tip draws on the {zone}; {seconds} s left here."
SET_POINT: Final = "The vacuum is now {vacuum}; the cap is {cap}."
STOPPING: Final = "The wand stops and lets the air in. Tilt the tip off."
DONE: Final = "Done: {seconds} s on the skin."
ENDED: Final = "Ended: {seconds} s on the skin."

PRESS_FIRST: Final = "The wand waits for a short press of its button first."
NOTHING_TO_PAUSE: Final = "Nothing runs that could be paused."
NOT_RUNNING: Final = "The vacuum can be changed once the wand runs."
AT_THE_CAP: Final = "{vacuum} is the cap here."
AT_THE_LEAST: Final = "{vacuum} is the lowest setting."

HELD: Final[dict[str, str]] = {
    "dwell": "The tip stayed on one spot. Move it, and the wand goes on.",
    "unsealed": "The tip was off the skin for 10 s. Touch down and move to go on. If it does not draw, look at the filter.",
    "paused": "Paused, and the vacuum is gone. Press space to go on.",
    "no-seal-drive": "The vacuum was not reached. Set the tip flat on the skin and move it to go on.",
    "zone-done": "The time of this zone is used up. Tilt the tip off.",
}
"""What to do while the wand holds, by the cause."""
HELD_OTHERWISE: Final = "The wand waits. Touch down and move to go on."

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
UNKNOWN_PATTERN: Final = "the signal {signal}"
