"""What ``microderm plan`` asks and says, and the form that a professional fills in."""

from typing import Final

PLAN: Final = "Plan of {person}{mark}"
AHEAD: Final = "The treatments ahead:"
AHEAD_NEW: Final = "If your results and a professional speak for it, a new course:"
WINDOW: Final = "number {number}: from {earliest} to {latest}"
WINDOW_OPEN: Final = "number {number}: from {earliest} on"
ZONES: Final = "The zones of the next treatment, with the fine tip:"
ZONE_HEAD: Final = ("zone", "cap", "time", "goes first for")
ZONE: Final = "{zone}: cap {cap}, {seconds} s{why}"
ZONE_WHY: Final = ", goes first for {why}"
SECONDS: Final = "{seconds} s"
BLACKHEADS: Final = "blackheads"
OILY: Final = "oily skin"
ORDER: Final = "They go from the lowest cap to the highest. Where caps are the same, clogged zones go first, then oily ones."
LEFT_OUT: Final = "One treatment has no room for {zones}. Clogged and oily zones go first."
ALSO: Final = "You see blackheads here too: {zones}. Add them: 'microderm treat --zone {names}'."
ROOM: Final = "One treatment has room for these, clogged and oily ones first: --zone {names}"
TELL: Final = "Where do you see blackheads? Write it down: 'microderm journal --write'."
NO_FORM: Final = "No plan of a professional. 'microderm plan example' prints a form for one."

AFTER: Final = "These options come after the word that follows 'plan'."
AFTER_HINT: Final = "For example 'microderm plan {word} --person NAME'."
KEEP: Final = "Keep this plan?"
NOT_KEPT: Final = "Nothing was kept."
REPLACES: Final = "It takes the place of the plan of {name}."
REMOVE: Final = "Remove the plan? Then the rules alone hold."
NOT_REMOVED: Final = "Nothing was removed."
WHOSE: Final = "The plan of {name}, from {day}."
NO_PLAN: Final = "There is no plan of a professional to remove."
SEE_PLAN: Final = "'microderm plan' shows what holds."
FOR: Final = "For {person}{mark}"
MARK: Final = " (SIMULATED)"
IS_KEPT: Final = "It is kept: 'microderm plan' shows the course ahead."
IS_NOW: Final = "The plan of {name} is {done}.{mark}"
KEPT: Final = "kept"
REMOVED: Final = "removed"

# Held against the rules.
CHECK: Final = "Plan of {name}, from {made}. It ends on {expires}."
OUT_OF_DATE: Final = "It is out of date, so the rules alone hold. Ask for a new one."
CHECK_HEAD: Final = ("what", "without", "asked", "holds", "why")
CHECK_LINE: Final = "{what}: without it {without}, asked {asked}, holds {holds}: {why}."
DAYS: Final = "days between two"
TREATMENTS: Final = "treatments"
LIMITS: Final = "vacuum, time, zones"
BY_RULES: Final = "by the rules"
NOT_IN_PLAN: Final = "-"
ALLOWED: Final = "allowed"
NOT_ALLOWED: Final = "not allowed"
AS_ASKED: Final = "as asked"
NOT_SAID: Final = "not in the plan"
PLAN_ENDED: Final = "the plan is out of date"
LEAST_DAYS: Final = "this skin needs {limit} at least"
MOST_TREATMENTS: Final = "a course has {limit} at most"
NO_PLAN_CLEARS: Final = "no plan can allow this"
MARK_LATER: Final = "the mark came after the plan"
NEVER_RAISES: Final = "no plan raises a limit"

# What is wrong with a file.
THE_PLAN_IN: Final = "The plan in {where}"
STDIN: Final = "standard input"
NO_TOML: Final = "The plan in {where} is no TOML: {cause}."
UNREADABLE: Final = "The plan in {where} cannot be read: {cause}."
NO_FILE: Final = "it is no file"
TOO_LARGE: Final = "The plan in {where} is longer than {most} bytes, so it is no plan."
NO_TEXT: Final = "The plan in {where} is no text (line {line})."
DOES_NOT_FIT: Final = "The plan in {where} does not fit."
SEE_FORM: Final = "'microderm plan example' prints the form."
NAME_A_FILE: Final = "Name a TOML file; 'microderm plan example' prints one."
NO_LIMITS: Final = "A plan sets no vacuum, zones or tips: those stay with the rules."
LINE: Final = "line {number}: "
NOT_KNOWN: Final = "{line}'{key}' is not known{near}"
NEAR: Final = "; did you mean '{near}'?"
MISSING: Final = "'{key}' is missing"
PROBLEM: Final = "{line}'{key}' {problem}"
TAKES_NAME: Final = 'takes who wrote it, up to {most} letters between ""'
NOT_FILLED: Final = "is not filled in"
TAKES_DAY: Final = 'takes a day without "", as 2026-05-01'
TAKES_YEAR: Final = "takes a year from {least} to {most}"
TAKES_NUMBER: Final = 'takes a whole number from 1 to {most}, without ""'
TAKES_LIST: Final = 'takes a list, as ["diabetes", "keloid"]'
NOT_A_CONDITION: Final = "names what is not asked: {names}"
LIES_AHEAD: Final = "lies ahead: it is {today} now"
NOT_AFTER: Final = "is not after 'date'"
EXPIRED: Final = "has passed: the plan is out of date, ask for a new one"
TOO_LONG: Final = "is more than two years after 'date'"

WRITTEN: Final = "The form is written: {path}"
NEXT: Final = "Once it is filled in: 'microderm plan import {path}'"
NOT_WRITTEN: Final = "The form cannot be written to '{path}': {cause}."
IS_THERE: Final = "there is a file with this name"
ELSEWHERE: Final = "Choose another name with --out."
MARK_CONDITION: Final = "A dark mark came after a treatment."
NAME_TO_FILL: Final = "Your name here"
CONDITION: Final = '#     "{name}",  # {words}\n'
EXAMPLE: Final = """\
# A plan for microderm, to be filled in by a skin doctor or another professional.
# Take away the sign # before what you fill in. Numbers stand alone, texts between "".
#
# It never raises a limit of the wand. It can say how many treatments a course has,
# how many days lie between two (for this skin {floor} at least), and which of the
# conditions below this person may be treated with.

name = "{name}"  # who wrote this plan
date = {date}  # when
expires = {expires}  # the first day on which it does not hold any more

# course_length = 6  # treatments, {most} at most; 6 unless you say so
# interval_days = {interval}  # days between two treatments; {interval} unless you say so

# For these the program says "ask a doctor first". Keep the lines that you allow.
# cleared = [
{conditions}# ]
"""
