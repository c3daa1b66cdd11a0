"""What ``microderm profile`` asks and says."""

from typing import Final

SIX_QUESTIONS: Final = "Six short questions. Nothing leaves this computer; 'microderm profile forget' removes it all."
NEEDED: Final = "the questions about your skin"
NAME: Final = "What may I call you?"
BEGINS_AGAIN: Final = (
    "This allows more than before. So it begins again: a patch test, 24 hours, and the caps of a first treatment. "
    "Until that test is clean the more careful profile holds."
)
CHANGE: Final = "Change it?"
NOT_CHANGED: Final = "Nothing was changed."
FORGET: Final = "Forget {person}?"
REMOVES: Final = "This removes {person}, the journal, and {count} treatments with their traces. It cannot be undone."
NOT_REMOVED: Final = "Nothing was removed."
FORGOTTEN: Final = "{person} is forgotten, with {count} treatments."
LEDGER_STAYS: Final = "A wand's own ledger keeps its times, under a random number."

SKIN: Final = "treated as {skin} skin, Fitzpatrick {type}{age}"
YEARS: Final = ", {years} years"
NO_AGE: Final = ", age not known"
WHOSE: Final = "{person}: {skin}"
BEFORE: Final = "before, from {day}: {skin}"
UNTIL_TESTED: Final = "Until a new patch test is clean, this holds: {skin}."
ALLOWS: Final = "What it allows: 'microderm limits'."
NEXT: Final = "Next: {command}"
UNKNOWN: Final = "unknown"
ANSWER: Final = "{question}: {answer}."
NO_PROFILE: Final = "There is no profile yet. Make one with 'microderm profile create'."
LISTED_SKIN: Final = "{skin} skin"
SINCE: Final = "since {day}"
"""The words of a row of the list of people."""
