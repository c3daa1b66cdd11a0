"""What ``microderm demo`` says."""

from typing import Final

SCENE: Final = "\n--- scene {number} of 3: {title} ---\n"
SCENE_PLAIN: Final = "\nScene {number} of 3: {title}.\n"
NEXT: Final = "\nThat was all virtual. To begin with your own profile, type:\n  {command}"
KILLED: Final = "The computer's side was killed."
WHO: Final = "This is {person}: normal skin, Fitzpatrick type III. Her wand is virtual (SIMULATED) and has a fine tip."
YOURS_STAYS: Final = "Nothing here touches your own records. The wand's program is the one that runs on a real board."
SKIPPED: Final = (
    "Skipped: the patch test ({vacuum} for 3 s on the forearm) ran unseen. The 24 hours after it did not pass: "
    "the practice calendar was moved on. That works for virtual wands alone."
)
REFUSED: Final = "a setting is refused, and why"
TREATED: Final = "a complete guided treatment"
DIES: Final = "the computer dies"
ASKS: Final = "{person} asks for {vacuum} on both cheeks: microderm treat --zone cheek --level '20 kPa'"
NOT_STARTED: Final = "Not started: {why}"
SOURCES: Final = "Each number, with its source or our reason: 'microderm limits --zone cheek --grit fine'."
HAND: Final = "The virtual hand presses the button and follows what the wand asks for."
KEPT: Final = "{seconds} s on the skin. What the record keeps, beside the trace of ten samples a second:"
RECORD_HEAD: Final = ("zone", "set", "mean", "most", "on skin")
RECORD_ZONE: Final = "{zone}: set to {set}, on average {mean}, at most {most}, {seconds} s on the skin."
SECONDS: Final = "{seconds} s"
LATER: Final = "28 days later on the practice calendar ({now}), on the left cheek."
FROM_HERE: Final = "Killed: from here on not a byte leaves the computer. The cable stays in; the wand is alone."
COUNTED: Final = "Plugged in again, its ledger says what counts: {seconds} s on the skin, ended by: {cause}."
TRACE: Final = "The wand's vacuum, in the wand's own time; 0 is when the computer died:"
PUMP_OFF: Final = "{ms:5} ms  pump off and vent open, cause: {cause} (the lease is 500 ms and has no off switch)"
VENTED: Final = "{ms:5} ms  below 1.0 kPa"
