"""Units of pressure as gauges write them, in pascals: one table for every conversion.

Factors are those of NIST SP 811 (2008), appendix B; columns of mercury are at 0 degC, of water the
conventional ones unless the name carries a temperature.
"""

import re
from typing import Final, NamedTuple

UNITS_PA: Final = {
    "Pa": 1.0,
    "hPa": 100.0,
    "kPa": 1_000.0,
    "MPa": 1_000_000.0,
    "mbar": 100.0,
    "bar": 100_000.0,
    "psi": 6_894.757,
    "mmHg": 133.3224,
    "cmHg": 1_333.224,
    "inHg": 3_386.389,
    "mmH2O": 9.80665,
    "cmH2O": 98.0665,
    "inH2O": 249.0889,
    "kgf/cm2": 98_066.5,
    "atm": 101_325.0,
}
"""By the name that people are shown."""

_ALIASES: Final = {
    "torr": "mmHg",
    "mm hg": "mmHg",
    "in hg": "inHg",
    "kg/cm2": "kgf/cm2",
    "kgcm2": "kgf/cm2",
    "mmwc": "mmH2O",
    "cmwc": "cmH2O",
    "inwc": "inH2O",
    "pascal": "Pa",
    "kilopascal": "kPa",
}
_BY_LOWER: Final = {name.lower(): name for name in UNITS_PA} | _ALIASES
_TEMPERATURE: Final = re.compile(r"(hg|h2o)@?(0|4|15|16|20|25|60|68)(?:deg)?[cf]?", re.ASCII)
"""A column's temperature changes it by at most 0.4 %; nobody's gauge is named wrong for that."""
_KIND: Final = re.compile(r"[ (_-]*(absolute|abs|gau?ge|[ag])\)?", re.ASCII)
"""What may follow a unit: ``PSIA``, ``kPa abs``, ``bar (g)``."""


class Unit(NamedTuple):
    """A unit that a gauge names."""

    name: str
    """As in ``UNITS_PA``."""
    is_absolute: bool = False
    """Whether the name says that it counts from empty space (``psia``, ``kPa abs``)."""

    @property
    def pa(self) -> float:
        """Pascals of one unit."""
        return UNITS_PA[self.name]


KPA: Final = Unit("kPa")


def parse_unit(text: str) -> Unit | None:
    """Return the unit that a text names, whatever its case, or None: ``KPA``, ``Inches`` no, ``INHG0C``, ``psia``."""
    word = _TEMPERATURE.sub(r"\1", " ".join(text.split()).lower())
    if word in _BY_LOWER:
        return Unit(_BY_LOWER[word])
    for end in range(len(word), 1, -1):
        kind = _KIND.fullmatch(word[end:])
        if kind and word[:end] in _BY_LOWER:
            return Unit(_BY_LOWER[word[:end]], kind.group(1).startswith("a"))
    return None
