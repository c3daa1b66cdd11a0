"""What happens in a treatment, as plain values: for the screen, for lines, for NDJSON.

Each event has a stable name (``name_of``) and the sentence that a person reads
(``sentence_of``); ``record_of`` is the object of the NDJSON stream.
"""

from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from microderm_ctl.safety import Zone, label
from microderm_ctl.texts import guide as texts
from microderm_ctl.treatment import guide
from microderm_ctl.units import format_kpa


class Armed(NamedTuple):
    """The wand has taken the limits; ``cap_pa`` are those in force, by row."""

    zones: tuple[Zone, ...]
    cap_pa: tuple[int, ...]
    treatment_s: int


class PressButton(NamedTuple):
    """The wand waits for its button: for the start (10 s), or to confirm a higher cap."""

    zone: Zone
    cap_pa: int
    confirm: bool


class TouchDown(NamedTuple):
    """The wand is ready to be set on a zone."""

    zone: Zone
    set_point_pa: int


class Running(NamedTuple):
    """The tip is sealed, and the time of the zone runs."""

    zone: Zone
    left_ms: int


class PassBegins(NamedTuple):
    """An equal share of a zone's seconds begins, in another direction; nothing counts strokes."""

    zone: Zone
    number: int
    of: int


class ZoneDone(NamedTuple):
    """The time of a zone is used up, or the person went on; ``following`` is the next zone."""

    zone: Zone
    following: Zone | None
    skipped: bool


class Held(NamedTuple):
    """Pump off and vent open, to go on later; the cause is the wand's word."""

    zone: Zone
    cause: str


class SetPoint(NamedTuple):
    """Another vacuum is held."""

    zone: Zone
    set_point_pa: int
    cap_pa: int


class Refused(NamedTuple):
    """A wish that was not done, and why."""

    why: str


class Stopping(NamedTuple):
    """The wand vents for good."""

    cause: str


class Ended(NamedTuple):
    """It is over; ``done`` when all time was used or every zone was left as the person wished."""

    cause: str
    sealed_ms: int
    done: bool


Event: TypeAlias = Armed | PressButton | TouchDown | Running | PassBegins | ZoneDone | Held | SetPoint | Refused | Stopping | Ended


class Wish(Enum):
    """What the person asks for while it runs."""

    PAUSE = "pause"
    """Pause, or go on when it is paused."""
    UP = "up"
    DOWN = "down"
    NEXT = "next"
    STOP = "stop"


_NAMES: Final[dict[type[Event], str]] = {
    Armed: "armed",
    PressButton: "press-button",
    TouchDown: "touch-down",
    Running: "running",
    PassBegins: "pass-begins",
    ZoneDone: "zone-done",
    Held: "held",
    SetPoint: "set-point",
    Refused: "wish-refused",
    Stopping: "stopping",
    Ended: "ended",
}


def name_of(event: Event) -> str:
    """Return the stable name of an event."""
    return _NAMES[type(event)]


def record_of(event: Event, t_ms: int) -> dict[str, object]:
    """Return an event as the object that the NDJSON stream prints; ``t_ms`` counts from ARM."""
    return {"event": name_of(event), "t_ms": t_ms, **event._asdict(), "text": sentence_of(event)}


def sentence_of(event: Event) -> str:
    """Return what a person reads of an event."""
    match event:
        case Armed(zones, _, treatment_s):
            return texts.ARMED.format(zones=", ".join(label(zone) for zone in zones), seconds=treatment_s)
        case PressButton(zone, _, confirm):
            return guide.press_text(zone, confirm)
        case TouchDown(zone, set_point_pa):
            return f"{guide.touch_text(zone)} ({format_kpa(set_point_pa)})"
        case Running(zone, left_ms):
            return texts.SEALED.format(zone=label(zone), seconds=seconds(left_ms))
        case PassBegins(zone, number, of):
            return guide.pass_text(zone, number, of)
        case ZoneDone(zone, following, skipped):
            return guide.skipped_text(zone, following) if skipped else guide.done_text(zone, following)
        case Held(_, cause):
            return guide.held_text(cause)
    return _sentence_of_rest(event)


def _sentence_of_rest(event: SetPoint | Refused | Stopping | Ended) -> str:
    match event:
        case SetPoint(_, set_point_pa, cap_pa):
            return texts.SET_POINT.format(vacuum=format_kpa(set_point_pa), cap=format_kpa(cap_pa))
        case Refused(why):
            return why
        case Stopping():
            return texts.STOPPING
        case Ended(_, sealed_ms, done):
            return (texts.DONE if done else texts.ENDED).format(seconds=f"{sealed_ms / 1000:.0f}")


def seconds(duration_ms: int) -> int:
    """Return whole seconds for people, rounded up, so that 0 means over."""
    return -(-duration_ms // 1000)
