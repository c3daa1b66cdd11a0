"""How questions are asked, and what is said of an answer that is not understood."""

from typing import Final

NO_TERMINAL: Final = "There is no terminal to ask at: {what}"
GIVE: Final = "Give {flag}."
AT_TERMINAL: Final = "a terminal to type it at"
KEEPS: Final = "{least}-{most}, Enter keeps {keep}: "
RANGE: Final = "{least}-{most}: "
AS_NOW: Final = "  {number}  {words} (as now)"
CHOICE: Final = "  {number}  {words}"
TYPE_A_NUMBER: Final = "Type a number from {least} to {most}."
INPUT_ENDED: Final = "The input has ended, so nothing was done."
BEGIN_AGAIN: Final = "Begin again when you like."

# Today's questions, in short form.
HEADS: Final = {
    "skin": "Your skin today, on any place that you want to treat and near it:",
    "lately": "The last days and weeks:",
    "health": "Your health:",
}
NONE_OR_ONE: Final = "n: none of these. y: one or more, or you are not sure."
WHICH: Final = "Which? Type their numbers, with commas between."
TYPE_NUMBERS: Final = "Type numbers from 1 to {most}."
YES: Final = "Yes"
NO: Final = "No"
NOT_SURE: Final = "I am not sure"
NOT_SURE_TYPED: Final = "not sure"
WHERE: Final = "{question}\nType where, for example: nose, left cheek. Or type: not sure, no."
WHEN: Final = "{question}\nType how long ago, for example: 20min, 5h, 3d. Or type: not sure, no."
NOT_UNDERSTOOD: Final = "That was not understood; it takes {takes}."

# Answers of a script.
NOT_COMPLETE: Final = "Today's answers are not complete: {problems}"
SEE_IDS: Final = "'microderm questions --json' prints every id and what it takes."
NO_STAMP: Final = "Today's answers have no time stamp '{at}'."
ADD_STAMP: Final = "Add when they were given, as '2026-05-01T14:05:00Z' or in seconds since 1970. They hold for an hour."
BAD_STAMP: Final = "'{text}' is no time stamp: {error}."
NO_TIME_ZONE: Final = "it has no time zone"
WRITE_STAMP: Final = "Write it as '2026-05-01T14:05:00Z', or in seconds since 1970."
MUST_BE_GIVEN: Final = "There is no terminal to ask at, so {flags} must be given."
AND: Final = " and "
CONSENT: Final = "'microderm questions --json' prints the ids; --yes is your consent to the plan."

# microderm questions
WHOLE_YEARS: Final = "a whole number of years"
TAKES: Final = "    Answers: {takes}"
HOLDS_AN_HOUR: Final = "In a file for --answers, '{at}' says when they were given (now: {now}); they hold for an hour."
