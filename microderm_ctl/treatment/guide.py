"""What a person is told with the wand in hand: the texts are those of ``texts.guide`` and ``texts.zones``, filled in here."""

from typing import Final, NamedTuple

from microderm_ctl.safety import Zone, label
from microderm_ctl.texts import guide as texts
from microderm_ctl.texts import zones


class Guide(NamedTuple):
    """How one zone is done.

    Attributes:
        begin: where to begin.
        stretch: how the skin is held taut.
        along: the strokes of odd passes.
        across: those of even passes, at right angles to the first.
        feel: what it feels like when all is well.
        stop: when to stop, or what to keep off.
        sources: where the advice comes from.
    """

    begin: str
    stretch: str
    along: str
    across: str
    feel: str
    stop: str
    sources: tuple[str, ...]


GUIDES: Final[dict[Zone, Guide]] = {Zone(name): Guide(*row) for name, row in zones.ZONES.items()}
"""By zone that may be treated or tested."""


def pattern(signal: str) -> str:
    """Return what light and buzzer do for a signal, also for one that is not known here."""
    return texts.PATTERNS.get(signal) or texts.UNKNOWN_PATTERN.format(signal=signal)


def stroke(zone: Zone, number: int) -> str:
    """Return the direction of a pass, counted from 1: every second one is at right angles to the one before."""
    guide = GUIDES[zone]
    return guide.along if number % 2 else guide.across


def press_text(zone: Zone, confirm: bool) -> str:
    """Return what to do while the wand waits for its button."""
    return (texts.PRESS_TO_CONFIRM if confirm else texts.PRESS).format(zone=label(zone))


def touch_text(zone: Zone) -> str:
    """Return what to do until the tip is sealed on a zone."""
    guide = GUIDES[zone]
    return texts.TOUCH.format(zone=label(zone), begin=guide.begin, stretch=guide.stretch)


def touch_again_text(zone: Zone) -> str:
    """Return what to do when the tip came off a zone that was begun."""
    return texts.TOUCH_AGAIN.format(zone=label(zone))


def pass_text(zone: Zone, number: int, of: int) -> str:
    """Return what to do during a pass; the first one also says what to feel."""
    text = texts.PASS_FIRST if number == 1 else texts.PASS
    return text.format(number=number, of=of, zone=label(zone), stroke=stroke(zone, number), feel=GUIDES[zone].feel)


def done_text(zone: Zone, following: Zone | None) -> str:
    """Return what to do when the time of a zone is used up."""
    if following is None:
        return texts.ZONE_DONE_LAST.format(zone=label(zone))
    return texts.ZONE_DONE.format(zone=label(zone), following=label(following))


def skipped_text(zone: Zone, following: Zone | None) -> str:
    """Return what to do when the person goes on before the time of a zone is used up."""
    if following is None:
        return texts.ZONE_LEFT_LAST.format(zone=label(zone))
    return texts.ZONE_LEFT.format(zone=label(zone), following=label(following))


def held_text(cause: str) -> str:
    """Return what to do while the wand holds."""
    return texts.HELD.get(cause, texts.HELD_OTHERWISE)
