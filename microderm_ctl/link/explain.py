"""The sentence and the next step for every code and every cause that a wand can send.

Numbers are those of ``microderm_protocol.codes``; a test holds both tables
complete. A number from a newer wand gets a sentence that names it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import MicrodermError, WandFault, WandRefusal
from microderm_ctl.units import format_kpa
from microderm_protocol import codes


class Explanation(NamedTuple):
    """What happened, in a sentence, and what to do about it."""

    sentence: str
    hint: str


AGAIN: Final = "Nothing needs to be done; begin again when you like."
BUG: Final = "This is a mistake in the program, not yours. Unplug the wand and plug it in again; if it comes back, please report it."
SERVICE_PERSON: Final = "Unplug the wand and do not use it. It needs a technician."
ACKNOWLEDGE: Final = "Lift the wand off. When the cause is gone, press its button once. If it comes back, the wand needs a technician."

CAUSES: Final[dict[int, Explanation]] = {
    codes.NONE: Explanation("Nothing has stopped the wand.", AGAIN),
    codes.STOP: Explanation("The computer told the wand to stop.", AGAIN),
    codes.BUTTON: Explanation("The button on the wand was pressed.", AGAIN),
    codes.LEASE: Explanation(
        "The computer was silent for half a second, so the wand stopped on its own.",
        "Close other heavy programs, keep the computer awake, and begin again.",
    ),
    codes.HANG_UP: Explanation(
        "The connection to the computer was cut, so the wand stopped on its own.", "Check the cable and the plug, then begin again."
    ),
    codes.OVER_TRIP: Explanation(
        "The vacuum rose above what this zone allows, so the wand vented.", "Touch down more gently, or take a lower vacuum."
    ),
    codes.OVER_HARD: Explanation(
        "The vacuum rose above 26.7 kPa, the most that any treatment may reach, so the wand vented.",
        "Lift off and look at the skin. If it happens again, the wand needs a technician.",
    ),
    codes.DWELL: Explanation("The tip stayed on one spot for too long.", "Keep the tip moving; the wand goes on when it moves."),
    codes.ZONE_DONE: Explanation("The time of this zone is used up.", "Go on to the next zone."),
    codes.TREATMENT_DONE: Explanation("The time of the treatment is used up.", "The treatment is complete; the after-care comes next."),
    codes.PAUSED: Explanation("The treatment is paused.", "Resume to go on; a touch alone does not."),
    codes.UNSEALED: Explanation("The tip did not touch the skin for ten seconds.", "Touch down with the whole tip to go on."),
    codes.HOLD_TIMEOUT: Explanation("The treatment was paused for five minutes, so it ended.", "Begin again when you are ready."),
    codes.TREATMENT_TIMEOUT: Explanation(
        "Half an hour has passed since the first press, so the treatment ended.",
        "What is left may be finished: 'microderm treat --finish'.",
    ),
    codes.SESSION_REPLACED: Explanation("Another program took over the wand, so it stopped.", "Close the other program, then begin again."),
    codes.SENSOR_RANGE: Explanation("The vacuum sensor reads what cannot be.", ACKNOWLEDGE),
    codes.SENSOR_FROZEN: Explanation("The vacuum sensor does not move any more.", ACKNOWLEDGE),
    codes.SENSOR_JUMP: Explanation("The vacuum sensor jumps.", ACKNOWLEDGE),
    codes.SENSOR_DUTY: Explanation(
        "The pump works hard and the vacuum does not follow.",
        "Clean or change the filter and look for a leak at the tip, then press the button.",
    ),
    codes.STUCK_PUMP: Explanation("The pump draws current although it is switched off.", SERVICE_PERSON),
    codes.STUCK_VENT: Explanation(
        "The vacuum does not fall although the vent is open.", "Lift the tip off the skin sideways. " + SERVICE_PERSON
    ),
    codes.TIP_CHANGED: Explanation("The tip was changed while the wand was ready.", "Begin again with the tip that the plan names."),
    codes.TIP_MISSING: Explanation(
        "There is no tip on the wand, or none that it knows.", "Push the tip on until it clicks, then begin again."
    ),
    codes.TEMPERATURE: Explanation(
        "The wand is too warm or too cold.", "Let it lie at room temperature for half an hour, then press its button."
    ),
    codes.SUPPLY: Explanation(
        "The wand does not get the voltage that it needs.", "Plug it straight into the computer, without a hub, then press its button."
    ),
    codes.LATE_STEP: Explanation(
        "The wand was too slow for a moment, so it stopped.", "Begin again; if it comes back, the wand needs a technician."
    ),
    codes.MEMORY: Explanation("The wand cannot trust its memory.", SERVICE_PERSON),
    codes.RESET: Explanation("The wand started anew.", "If nobody unplugged it, check cable and supply; then begin again."),
    codes.NOT_PRESSED: Explanation(
        "The button on the wand was not pressed within ten seconds.", "Begin again, and press the button when the wand asks for it."
    ),
    codes.SILENT: Explanation("The computer said nothing for ten seconds, so the wand ended the session.", AGAIN),
    codes.SERVICE_TIME: Explanation("The time of the service session is used up.", "Unlock again to go on."),
    codes.NO_SEAL_DRIVE: Explanation(
        "The vacuum was not reached in spite of full power.", "Set the tip flat on the skin; clean or change the filter if it comes back."
    ),
    codes.INTERNAL: Explanation("The wand found a mistake in its own program.", BUG),
}
"""By cause: why the pump last went off."""

REFUSALS: Final[dict[int, Explanation]] = {
    1: Explanation("The wand is busy.", "Wait a moment and try again."),
    2: Explanation("The wand is not ready yet.", "Wait a moment and try again."),
    10: Explanation("The wand does not know this request.", "Its program may be older than this one: 'microderm info' tells."),
    11: Explanation("The wand found a request of the wrong length.", BUG),
    12: Explanation("The wand found a value that it does not take.", BUG),
    13: Explanation("The wand does not know a flag of the request.", "Its program may be older than this one: 'microderm info' tells."),
    14: Explanation("What was asked is above what the wand allows.", "Ask for no more than that."),
    20: Explanation("The wand cannot do that in its present state.", "Let it come to rest and begin again."),
    21: Explanation(
        "The wand no longer knows this computer: the session has ended.",
        "Another program may have taken over, or the wand started anew. Begin again.",
    ),
    22: Explanation("The word to go on came too late.", "Close other heavy programs and begin again."),
    23: Explanation("The wand will not start while it hears too little from the computer.", "Close other heavy programs and begin again."),
    24: Explanation("The wand speaks another version of the protocol.", "Bring both to the same version: 'microderm info' tells."),
    25: Explanation("This is for technicians, who unlock the wand first.", "Have a technician look at the wand."),
    26: Explanation("A request reached the wand out of order and was not acted on.", "Try again."),
    30: Explanation("The wand has found a fault in itself.", ACKNOWLEDGE),
    31: Explanation("The wand has locked itself.", SERVICE_PERSON),
    32: Explanation("The wand must cool down first, plugged in.", "'microderm info' shows how long it takes."),
    33: Explanation("The wand is not calibrated.", "A technician has to calibrate it before it may be used on skin."),
    34: Explanation(
        "The tip on the wand is not the one that the plan is made for.", "Change the tip, or make the plan for the tip that is on."
    ),
    35: Explanation("The vacuum sensor does not read what it should at rest.", "Hold the tip in free air and try again."),
    36: Explanation("The wand could not write its memory.", SERVICE_PERSON),
    37: Explanation("Too many wrong codes were tried.", "Wait until the wand takes codes again."),
    38: Explanation(
        "The wand's button has to be held down for this.", "Hold the button for three seconds, and send it again while it is down."
    ),
    40: Explanation("The wand found a mistake in its own program.", BUG),
}
"""By NAK code: why a request was not done."""

_FAULTS: Final = frozenset({30, 31, 35, 36, 40})


def _above_limit(nak: Any) -> str:
    return f"At most {nak.allowed} is allowed, {nak.asked} was asked (field {nak.field})."


def _tip(nak: Any) -> str:
    return f"The plan is for {nak.asked} um; " + (f"the tip has {nak.allowed} um." if nak.allowed else "no tip is on.")


def _cool_down(nak: Any) -> str:
    return f"It takes {_minutes(nak.allowed)} more."


_MORE: Final[dict[int, Callable[[Any], str]]] = {14: _above_limit, 32: _cool_down, 34: _tip}


def cause_of(number: int) -> Explanation:
    """Return the explanation of a cause, also of one that is not known here."""
    return CAUSES.get(number) or Explanation(f"The wand stopped for a reason that this program does not know (number {number}).", AGAIN)


def cause_name(number: int) -> str:
    """Return the word for a cause; ``unknown-N`` for one from a newer wand."""
    return codes.CAUSES[number] if number < len(codes.CAUSES) else f"unknown-{number}"


def state_name(number: int) -> str:
    """Return the word for a state; ``UNKNOWN-N`` for one from a newer wand."""
    return codes.STATES[number] if number < len(codes.STATES) else f"UNKNOWN-{number}"


def refusal(nak: Any, what: str) -> MicrodermError:
    """Return the error for a NAK.

    Args:
        nak: the message ``Nak``.
        what: the request that was refused, by its name in the protocol.
    """
    known = REFUSALS.get(
        nak.code, Explanation(f"The wand refused, for a reason that this program does not know (number {nak.code}).", AGAIN)
    )
    sentence, hint = known
    if nak.code in _MORE:
        sentence = f"{sentence} {_MORE[nak.code](nak)}"
    if nak.code in (30, 31) and nak.cause != codes.NONE:
        cause = cause_of(nak.cause)
        sentence, hint = f"{sentence} {cause.sentence}", cause.hint
    details = {
        "request": what,
        "nak": codes.NAK_CODES.get(nak.code, f"unknown-{nak.code}"),
        "class": codes.NAK_CLASSES.get(nak.reason_class, f"unknown-{nak.reason_class}"),
        "state": state_name(nak.state),
        "cause": cause_name(nak.cause),
        "asked": nak.asked,
        "allowed": nak.allowed,
    }
    return (WandFault if nak.code in _FAULTS else WandRefusal)(sentence, hint, details)


def fault(cause: int) -> WandFault:
    """Return the error for a wand that is in FAULT or LOCKOUT."""
    known = cause_of(cause)
    return WandFault(known.sentence, known.hint, {"cause": cause_name(cause)})


def wider(what: str, asked: int, in_force: int, is_vacuum: bool) -> WandRefusal:
    """Return the error for a wand that answered with a limit wider than asked."""
    show = format_kpa if is_vacuum else str
    return WandRefusal(
        f"The wand would allow more than was asked: {what} {show(in_force)} instead of {show(asked)}. It was stopped.",
        "Do not use this wand. Its program is not the one that it should be.",
        {"limit": what, "asked": asked, "in_force": in_force},
    )


def _minutes(duration_ms: int) -> str:
    seconds = -(-duration_ms // 1000)
    return f"{seconds // 60} min {seconds % 60:02d} s"
