"""What is said of a recording, a replay and a dry run."""

from typing import Final

BEGUN: Final = "recording to {path}"
ENDED: Final = "recorded in {path}"
NOTHING_OPENED: Final = "Nothing was recorded in '{path}': no wand was opened."

# A trace

MESSAGES: Final = "Messages are {names}, and NAK."
NO_TIME: Final = "Nothing lies between {since} s and {until} s."
OTHER_PROTOCOL: Final = (
    "It was recorded with protocol {recorded}; this program speaks {own}. Only what never changes is decoded; the rest is shown as bytes."
)
TORN: Final = "{what}"
BAD: Final = "no message: {trouble} (line {line}) {bytes}"
SILENCE: Final = "nothing from the wand for {ms} ms"
WORDS: Final = {
    "key": "the person asked: {word}",
    "signal": "a signal came (Ctrl-C, or the system): STOP was written at once",
    "lost": "the port failed",
    "end": "the port was closed, the recording ended",
}
WHAT: Final = "Recorded by 'microderm {command}' ({program}) at {at}, {seconds:.1f} s."
COUNTS: Final = "{sent} messages sent, {received} received, {bad}."
NONE_BAD: Final = "none bad"
SOME_BAD: Final = "{bad} bad (line {lines})"
AND_MORE: Final = " and more"
LONGEST_SILENCE: Final = "The wand was silent for {ms} ms at most."
NEVER_HEARD: Final = "The wand said nothing."
LEASE: Final = "Renewals came {ms} ms apart at most, which left {left} ms of the lease of {lease} ms."
LEASE_LEAST: Final = "The wand itself saw its lease at {ms} ms at least."
NOT_CLOSED: Final = "It was cut off: the program was killed, or the disk was full."

# A replay

NO_TREATMENT: Final = "'{path}' holds no treatment: the wand was never armed in it."
NO_TREATMENT_HINT: Final = "'microderm trace {path}' shows what it holds."
REPLAY: Final = "REPLAY of '{path}', recorded at {at} by version {program}."
NOTHING_KEPT: Final = "No wand is touched, no record is made, and no time on the calendar counts. The plan is the one that was sent."
REPLAY_BAD: Final = "Bytes that are no message were played as they are (line {lines})."
REPLAY_CUT_OFF: Final = "The recording ends here; it was cut off."
REPLAYED: Final = "REPLAY: all {requests} requests were as recorded."

REPLAY_ALONE: Final = "A replay takes plan, zones and keys from the recording. So you cannot ask for others."
ONLY_REPLAY: Final = "Type 'microderm treat --replay FILE' alone."

# Neither opens a wand

NO_RECORD_WITH: Final = "Nothing can be recorded with {flag}, as no wand is opened."
LEAVE_OUT_RECORD: Final = "Leave out --record."

# A dry run

DRY_RUN: Final = "DRY RUN: no port is opened, nothing is sent and nothing is kept."
NO_WAND: Final = "of the rules"
STANDARD_WAND: Final = "No wand is asked. The plan is for one as the rules expect it: calibrated, at rest, {grit} tip ({tip_um} um)."
LAST_WAND: Final = "Wand {serial} was here last, on {at}; what its ledger said then counts."
AS_IF_NO: Final = "Today's questions are taken as answered with no. Give --answers FILE to try yours."
VENTS_ABOVE: Final = "On the {zone} the wand vents above {trip} (the cap is {cap}), and after {dwell} s on one spot."
WHOLE: Final = (
    "It ends after {seconds} s on the skin, and 30 min after the press. It ends half a second after the computer is silent, "
    "and at any press of its button. It never goes above 26.7 kPa."
)
WOULD_BE_SENT: Final = (
    "In this order, if nothing comes in between. The time is in seconds.\n"
    "Session, nonce, command id and the numbers after # are drawn anew.\n"
    "LEDGER is asked once for each entry that the wand has."
)
RENEWALS: Final = "RENEW request {times} times, until {until}"
NOTHING_SENT: Final = "Nothing was sent, and nothing was kept. STOP can be sent at any moment."
