"""Why a wand stopped or refused, by the protocol's own words, each with what to do about it."""

from typing import Final

AGAIN: Final = "You need not do anything. Begin again when you like."
BUG: Final = "This is a mistake in the program, not yours. Unplug the wand and plug it in again. If it comes back, please report it."
SERVICE_PERSON: Final = "Unplug the wand and do not use it. It needs a technician."
ACKNOWLEDGE: Final = "Lift the wand off. When the cause is gone, press its button once. If it comes back, the wand needs a technician."
OLDER: Final = "Its program may be older than this one: 'microderm info' tells."

Told = tuple[str, str]

CAUSES: Final[dict[str, Told]] = {
    "none": ("Nothing has stopped the wand.", AGAIN),
    "stop": ("The computer told the wand to stop.", AGAIN),
    "button": ("The button on the wand was pressed.", AGAIN),
    "lease": (
        "The computer was silent for half a second, so the wand stopped on its own.",
        "Close other big programs and keep the computer awake. Then begin again.",
    ),
    "hang-up": (
        "The connection to the computer was cut, so the wand stopped on its own.",
        "Check the cable and the plug, then begin again.",
    ),
    "over-trip": (
        "The vacuum rose above what this zone allows, so the wand vented.",
        "Touch down more gently, or take a lower vacuum.",
    ),
    "over-hard-limit": (
        "The vacuum rose above 26.7 kPa, so the wand vented. It may never go so high.",
        "Lift off and look at the skin. If it happens again, the wand needs a technician.",
    ),
    "dwell": ("The tip stayed on one spot for too long.", "Keep the tip moving; the wand goes on when it moves."),
    "zone-done": ("The time of this zone is used up.", "Go on to the next zone."),
    "treatment-done": ("The time of the treatment is used up.", "All is done; the after-care comes next."),
    "paused": ("The treatment is paused.", "Resume to go on; a touch alone does not."),
    "unsealed": ("The tip did not touch the skin for ten seconds.", "Touch down with the whole tip to go on."),
    "hold-timeout": ("The treatment was paused for five minutes, so it ended.", "Begin again when you are ready."),
    "treatment-timeout": (
        "Half an hour has passed since the first press, so the treatment ended.",
        "What is left may be finished: 'microderm treat --finish'.",
    ),
    "session-replaced": ("Another program took over the wand, so it stopped.", "Close the other program, then begin again."),
    "sensor-range": ("The vacuum sensor reads what cannot be.", ACKNOWLEDGE),
    "sensor-frozen": ("The vacuum sensor does not move any more.", ACKNOWLEDGE),
    "sensor-jump": ("The vacuum sensor jumps.", ACKNOWLEDGE),
    "sensor-duty": (
        "The pump works hard and the vacuum does not follow.",
        "Clean or change the filter and look for a leak at the tip, then press the button.",
    ),
    "stuck-pump": ("The pump draws current although it is switched off.", SERVICE_PERSON),
    "stuck-vent": ("The vacuum does not fall although the vent is open.", "Lift the tip off the skin sideways. " + SERVICE_PERSON),
    "tip-changed": ("The tip was changed while the wand was ready.", "Begin again with the tip that the plan names."),
    "tip-missing": ("There is no tip on the wand, or none that it knows.", "Push the tip on until it clicks, then begin again."),
    "temperature": ("The wand is too warm or too cold.", "Let it lie in a warm room for half an hour, then press its button."),
    "supply": (
        "The wand does not get the voltage that it needs.",
        "Plug it straight into the computer, with no hub. Then press its button.",
    ),
    "late-step": ("The wand was too slow for a moment, so it stopped.", "Begin again; if it comes back, the wand needs a technician."),
    "memory": ("The wand cannot trust its memory.", SERVICE_PERSON),
    "reset": ("The wand started anew.", "If nobody unplugged it, check the cable and the plug. Then begin again."),
    "not-pressed": (
        "The button on the wand was not pressed within ten seconds.",
        "Begin again, and press the button when the wand asks for it.",
    ),
    "silent": ("The wand heard nothing for ten seconds, so it let go of the computer.", AGAIN),
    "service-time": ("The time of the service session is used up.", "Unlock again to go on."),
    "no-seal-drive": (
        "The vacuum was not reached in spite of full power.",
        "Set the tip flat on the skin; clean or change the filter if it comes back.",
    ),
    "internal": ("The wand found a mistake in its own program.", BUG),
}
"""By cause: why the pump last went off."""

BUTTON_HELD: Final = (
    "The button on the wand was down while the wand tested itself.",
    "Let go of the button, then press it once. If nobody touches it and this comes back, it is stuck: the wand needs a technician.",
)
"""What the cause "button" means in FAULT, where no press has stopped anything."""

REFUSALS: Final[dict[int, Told]] = {
    1: ("The wand is busy.", "Wait a moment and try again."),
    2: ("The wand is not ready yet.", "Wait a moment and try again."),
    10: ("The wand does not know this request.", OLDER),
    11: ("The wand found a request of the wrong length.", BUG),
    12: ("The wand found a value that it does not take.", BUG),
    13: ("The wand does not know a flag of the request.", OLDER),
    14: ("What was asked is above what the wand allows.", "Ask for no more than that."),
    20: ("The wand cannot do that in its present state.", "Let it come to rest and begin again."),
    21: (
        "The wand no longer knows this computer: the session has ended.",
        "Does another program hold the wand, or did the wand start anew? Begin again.",
    ),
    22: ("The word to go on came too late.", "Close other big programs and begin again."),
    23: ("The wand will not start while it hears too little from the computer.", "Close other big programs and begin again."),
    24: ("The wand speaks another version of the protocol.", "Bring both to the same version: 'microderm info' tells."),
    25: ("This is for technicians, who unlock the wand first.", "Have a technician look at the wand."),
    26: ("A request reached the wand out of order and was not acted on.", "Try again."),
    30: ("The wand has found a fault in itself.", ACKNOWLEDGE),
    31: ("The wand has locked itself.", SERVICE_PERSON),
    32: ("The wand must cool down first, plugged in.", "'microderm info' shows how long it takes."),
    33: ("The wand is not calibrated.", "A technician has to calibrate it before you use it on skin."),
    34: ("The tip on the wand is not the one that the plan is made for.", "Change the tip, or make the plan for the tip that is on."),
    35: ("The vacuum sensor does not read what it should at rest.", "Hold the tip in free air and try again."),
    36: ("The wand could not write its memory.", SERVICE_PERSON),
    37: ("Too many wrong codes were tried.", "Wait until the wand takes codes again."),
    38: ("The wand's button has to be held down for this.", "Hold the button for three seconds, and send it again while it is down."),
    40: ("The wand found a mistake in its own program.", BUG),
}
"""By the number of the NAK: why a request was not done."""

ABOVE_LIMIT: Final = "At most {allowed} is allowed, {asked} was asked (field {field})."
WRONG_TIP: Final = "The plan is for {asked} um; the tip has {allowed} um."
NO_TIP: Final = "The plan is for {asked} um; no tip is on."
COOL_DOWN: Final = "It takes {minutes} min {seconds:02d} s more."
UNKNOWN_CAUSE: Final = "The wand stopped for a reason that this program does not know (number {number})."
UNKNOWN_REFUSAL: Final = "The wand refused, for a reason that this program does not know (number {number})."
WIDER: Final = "The wand would allow more than was asked: {what} {in_force} instead of {asked}. It was stopped."
WIDER_HINT: Final = "Do not use this wand. Its program is not the one that it should be."

STOPPED_BY_BUTTON: Final = "Stopped with the button on the wand."
STOPPED: Final = "Stopped."
VENTED: Final = "The wand has vented."
HOLD_TIMEOUT: Final = "It was paused for five minutes, so it ended."
TREATMENT_TIMEOUT: Final = "Thirty minutes after the first press it ended, even if some was left."
NOT_PRESSED: Final = "The button on the wand was not pressed within ten seconds, so nothing was begun."
WHEN_READY: Final = "Begin again when you are ready."
