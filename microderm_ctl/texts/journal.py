"""What ``microderm journal`` asks and says."""

from typing import Final

# The questions, with the words of their steps from the worst to the best.
SMOOTHNESS: Final = "Stroke your face with clean fingers. How smooth is it?"
SMOOTHNESS_STEPS: Final = ("Very rough", "Rough", "Smooth in parts", "Smooth", "Very smooth")
PORES: Final = "Look in the mirror in good light. How many pores do you see?"
PORES_STEPS: Final = ("Very many", "Many", "Some", "Few", "None")
REDNESS: Final = "How red is your face?"
REDNESS_STEPS: Final = ("Deep red", "Red", "Pink", "A little pink in places", "Not red")
COMFORT: Final = "How does your skin feel?"
COMFORT_STEPS: Final = ("It hurts", "It stings or burns", "It itches, or feels tight", "A little tender", "Fine")
CANNOT_SAY: Final = "I cannot say"
WHERE: Final = "Where do you see blackheads or clogged pores? Like: nose, chin. Or: none."
WORDS: Final = "Anything else, in your own words?"
NOTHING: Final = "nothing"
HOW_SKIN_IS: Final = "how your skin is"

FIRST: Final = "Nothing is written yet. Begin before the first treatment, so that you can compare."
DAYS_AGO: Final = "The last treatment was {days} days ago, and nothing is written since."
WRITE_NOW: Final = "Write down how your skin is now?"
WHICH_ENTRY: Final = "Entry {id} of {at}."
REMOVE: Final = "Remove it? What it says is lost for good."
REMOVING: Final = "remove entry {id}?"
NOT_REMOVED: Final = "Nothing was removed."

EITHER: Final = "You can remove an entry or write one, not both at once."
EITHER_HINT: Final = "Leave out --remove, or what you want to write."
TWO_SOURCES: Final = "The results come from a file or from options, not from both."
TWO_SOURCES_HINT: Final = "Leave out --answers FILE, or the options."
WRONG: Final = "The results do not fit: {wrong}."
NOT_ASKED: Final = "'{name}' is not asked"
TAKES: Final = "'{name}' takes {ids}"
SAYS_NOTHING: Final = "The results say nothing."
SEE_HELP: Final = "'microderm journal --help' shows what each one takes."
ZONES_WRONG: Final = "'clogged' takes zone names with commas between, or none."
NEVER_TREATED: Final = "The {zone} is never treated."
NEVER_TREATED_HINT: Final = "Leave it out; 'microderm limits' lists the zones."
TOO_LONG: Final = "Your own words can have {most} letters, and only letters that can be shown."
TOO_LONG_HINT: Final = "Write them shorter."

KEPT: Final = "Kept as entry {id}."
REMOVED: Final = "Entry {id} is removed."
JOURNAL: Final = "Journal of {person}{mark}"
NO_RESULTS: Final = "No results yet: 'microderm journal --write' asks six short questions."
HEAD: Final = ("id", "date", "when", "smoothness", "pores", "redness", "comfort")
START: Final = "at the start"
TREATMENT: Final = "after treatment {number}"
ENTRY: Final = "Entry {id}, {day}, {after}. Smoothness: {smoothness}. Pores: {pores}. Redness: {redness}. Comfort: {comfort}."
NOT_TOLD: Final = "-"
BLACKHEADS: Final = "{id}: blackheads: {zones}"
NO_ZONES: Final = "none"
OWN_WORDS: Final = "{id}: {words}"
BESIDES: Final = "Besides: {corrected} corrected, {removed} removed; they do not count. --json shows them."
SAYS: Final = "What your results say: {says}"
CHANGE: Final = "{scale} from {before} to {now}"
CHANGED: Final = "Since the start: {changes}."
SOURCE: Final = "This is {source}."
COURSE_SOURCE: Final = "A course of six and then a rest: {source}"
IS_DUE: Final = "It is time to write down how your skin is: 'microderm journal --write'."
