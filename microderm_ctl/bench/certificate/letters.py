"""The letters of the PDF: DejaVu Sans, embedded, and what stands for a letter that it lacks.

The fonts that every PDF reader brings know Latin letters only, and a reader may put others in
their place. DejaVu has Latin, Greek, Cyrillic, Armenian, Georgian and the signs of measurement.
What it lacks, and what runs from right to left (which needs more than a font), becomes a white
square, and the certificate says which letters they were: never nothing, never a guess.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "DejaVuSans"
BOLD: Final = "DejaVuSans-Bold"
FONTS: Final = Path(__file__).parent / "fonts"
INSTEAD: Final = "\N{WHITE SQUARE}"
_LEFTWARDS: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
_SPACES: Final = {"\t": " ", "\r": ""}
_NAMED_MOST: Final = 24
"""So many letters are named; the rest is counted."""


@cache
def _known() -> frozenset[int]:
    """Register both fonts, and return the letters that both have."""
    found: list[Any] = []
    for name in (REGULAR, BOLD):
        font = TTFont(name, str(FONTS / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
        found.append(font.face.charToGlyph)
    return frozenset(set(found[0]) & set(found[1]))


class Letters:
    """Makes texts fit to be set, and remembers what could not be."""

    def __init__(self) -> None:
        """Load the fonts, where that was not done yet."""
        self._known = _known()
        self.count = 0
        self.lacking: list[str] = []

    def plain(self, text: str) -> str:
        """Return a text with every letter that can be drawn; lines are kept."""
        return "".join(self._letter(one) for one in unicodedata.normalize("NFC", text))

    def marked(self, text: str) -> str:
        """Return the same as reportlab's paragraphs take it."""
        return escape(self.plain(text)).replace("\n", "<br/>")

    def named(self) -> str:
        """Return what could not be drawn, by code point."""
        named = ", ".join(f"U+{ord(one):04X}" for one in self.lacking[:_NAMED_MOST])
        more = len(self.lacking) - _NAMED_MOST
        return f"{named} and {more} others" if more > 0 else named

    def _letter(self, letter: str) -> str:
        if letter == "\n":
            return letter
        letter = _SPACES.get(letter, letter)
        if not letter or self._can_draw(letter):
            return letter
        self.count += 1
        if letter not in self.lacking:
            self.lacking.append(letter)
        return INSTEAD

    def _can_draw(self, letter: str) -> bool:
        is_shown = unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        return is_shown and ord(letter) in self._known and unicodedata.bidirectional(letter) not in _LEFTWARDS
