"""How hard a text is to read: the Flesch-Kincaid grade, and what is fair to a text that is too short for it.

The formula is that of Kincaid and others, Derivation of New Readability Formulas for Navy
Enlisted Personnel, 1975: ``0.39 words/sentences + 11.8 syllables/words - 15.59``. As there, and
with Flesch, a full unit of speech counts as a sentence: what ends with a full stop, a colon,
a semicolon, a question mark or an exclamation mark.
"""

import re
from typing import Final, NamedTuple

SHORT: Final = 10
"""With fewer words one long word moves the grade by years, so short texts are measured by their words."""
MOST_SYLLABLES: Final = 3
"""What a word of a short text may have."""
GRADE: Final = 6.0
"""Sixth grade is the school year of children of eleven and twelve."""

FIELD_WORDS: Final = frozenset({
    "calibration", "calibrated", "certificate", "certificates", "diabetes", "directory", "interrupted", "isotretinoin", "microderm",
    "professional", "simulated",
})  # fmt: skip
"""Names of the field that a short text may have although they are long; each is explained where it first stands."""

_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*")
_TYPED: Final = re.compile(r"(?<!\w)'[^']*'(?!\w)|--[a-z-]+(?: [A-Z]+)?|\{[^}]*\}|\b[A-Z]+_[A-Z_]+\b")
"""What is typed as it is, or filled in: it counts as one plain word."""
_END: Final = re.compile(r"[.:;?!]+(?=[\s)'\"]|$)|\n")
_VOWELS: Final = re.compile(r"[aeiouy]+")
_APART: Final = re.compile(r"(?<!c)ia|i(?:o(?!n|us)|u)|eo(?!n)|[aeiou]ing|ua(?!r)|[^q]uie|crea(?=t)|dnt|rior|sm$")
_SILENT: Final = re.compile(
    r"(?:[^laeiouy]|[aeiouy]l|rl)e$|[^tdaeiouy]ed$|(?:[^aeioucsxzghly]|[aeiouy]l)es$|[^aeiouy]ely$|[^aeiouy]eful$|[^aeiouy]eless$"
)
_KNOWN: Final = {
    "blue": 1, "people": 2, "kpa": 1, "um": 1, "someone": 2, "something": 2, "somebody": 3, "sometimes": 2, "forehead": 2,
    "diabetes": 4, "being": 2, "area": 3, "idea": 3, "every": 2, "evening": 2, "different": 3, "usb": 3, "json": 2, "id": 2, "ids": 2,
    "before": 2, "outside": 2, "sideways": 2, "everywhere": 3, "nowhere": 2, "therefore": 2, "elsewhere": 2, "useful": 2, "careful": 2,
    "carefully": 3,
    "create": 2, "created": 3, "beneath": 2, "science": 2, "quiet": 2, "diet": 2, "lion": 2, "reptilian": 4, "creature": 2,
    "pale": 1, "whole": 1, "while": 1, "rule": 1, "rules": 1, "file": 1, "profile": 2, "profiles": 2, "role": 1, "pole": 1, "scale": 1,
    "mole": 1, "moles": 1, "cable": 2, "table": 2, "possible": 3, "simple": 2, "eczema": 3, "psoriasis": 4, "lotion": 2,
    "readable": 3, "seemingly": 3, "gauze": 1, "area's": 3, "don't": 1, "doesn't": 2, "isn't": 2, "wasn't": 2, "can't": 1,
    "aspirin": 2, "everything": 3, "layer": 2, "safety": 2, "whoever": 3, "quietly": 3, "acne": 2, "ambient": 3, "equal": 2,
    "greatest": 2, "tongue": 1, "braille": 1, "html": 4, "expires": 2, "face's": 2, "keyboard": 2, "benzoyl": 3,
    "vacuum": 2, "usual": 3, "usually": 4, "actual": 3, "manual": 3, "one": 1, "ones": 1, "once": 1, "done": 1, "gone": 1,
}  # fmt: skip
"""Words that the rules below would get wrong."""


class Reading(NamedTuple):
    """What was counted in a text."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The school year that it takes to read it."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def syllables_of(word: str) -> int:
    """Return the syllables of an English word; a number and a single letter count as one."""
    word = word.casefold()
    if "-" in word:
        return sum(syllables_of(part) for part in word.split("-") if part)
    if word in _KNOWN:
        return _KNOWN[word]
    if any(letter.isdecimal() for letter in word):
        return 1
    stem = word.removesuffix("'s").replace("'", "")
    if stem in _KNOWN:
        return _KNOWN[stem]
    count = len(_VOWELS.findall(stem)) + len(_APART.findall(stem)) - len(_SILENT.findall(stem))
    return max(1, count)


def plain_words(text: str) -> str:
    """Return a text with what is typed, and what is filled in, as one plain word each."""
    return _TYPED.sub(" it ", text)


def read(text: str) -> Reading:
    """Return what is counted in a text."""
    text = plain_words(text)
    words = _WORD.findall(text)
    parts = [part for part in _END.split(text) if _WORD.search(part)]
    return Reading(max(1, len(parts)), max(1, len(words)), sum(map(syllables_of, words)))


def too_hard(text: str) -> str:
    """Return why a text is too hard for a reader of twelve; nothing if it is not."""
    counted = read(text)
    if counted.words >= SHORT:
        return f"grade {counted.grade:.1f}" if counted.grade > GRADE else ""
    words = _WORD.findall(plain_words(text))
    long = [word for word in words if syllables_of(word) > MOST_SYLLABLES and word.casefold() not in FIELD_WORDS]
    return f"long words: {', '.join(long)}" if long else ""
