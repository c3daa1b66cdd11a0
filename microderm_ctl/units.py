"""Vacuum as people write it, and as the rules carry it.

Vacuum is pascals below ambient, positive, a whole number. People see kPa with
one decimal. Caps and set points are multiples of 500 Pa from 2,500 to 25,000.
"""

import re
from typing import Final

from microderm_ctl.errors import UsageProblem

PA_PER_KPA: Final = 1000
VACUUM_STEP_PA: Final = 500
"""Caps and set points are multiples of this."""
LEVEL_STEP_PA: Final = 2500
"""One level of ``--level 1..10``."""
LEVELS: Final = 10
VACUUM_LOWEST_PA: Final = 2_500
VACUUM_HIGHEST_PA: Final = 25_000

OTHER_UNITS_PA: Final = {"mmhg": 133.322, "torr": 133.322, "inhg": 3386.39, "cmhg": 1333.22, "mbar": 100.0, "hpa": 100.0,
                         "bar": 100_000.0, "psi": 6894.76, "mpa": 1_000_000.0, "atm": 101_325.0}  # fmt: skip
_QUANTITY = re.compile(r"\s*([+-]?\d{1,12}(?:\.\d{1,6})?)\s*([a-zA-Z]*)\s*", re.ASCII)
_HOW = "Write a level from 1 to 10, or a vacuum with its unit, for example '12 kPa'."


def format_kpa(vacuum_pa: int) -> str:
    """Return a vacuum in pascals as people read it: ``12500`` becomes ``12.5 kPa``."""
    return f"{vacuum_pa / PA_PER_KPA:.1f} kPa"


def floor_to_step(vacuum_pa: int) -> int:
    """Return the highest permitted set point at or below a vacuum in pascals."""
    return vacuum_pa // VACUUM_STEP_PA * VACUUM_STEP_PA


def parse_vacuum(text: str) -> int:
    """Return the pascals that ``--level`` means: a level 1..10, or a number with kPa or Pa.

    Raises:
        UsageProblem: no number, another unit (its kPa value is named), off the 0.5 kPa
            grid, or outside 2.5 to 25 kPa.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise UsageProblem(f"'{text}' is not a vacuum.", _HOW)
    number, unit = match.group(1), match.group(2).lower()
    if unit == "":
        return _level(number)
    if unit in OTHER_UNITS_PA:
        kpa = float(number) * OTHER_UNITS_PA[unit] / PA_PER_KPA
        raise UsageProblem(
            f"'{text}' is in a unit that is easily mistaken; it is {kpa:.1f} kPa.", f"If you mean that, write '{kpa:.1f} kPa'. {_HOW}"
        )
    if unit not in ("kpa", "pa"):
        raise UsageProblem(f"'{match.group(2)}' is not a unit of vacuum that is understood here.", _HOW)
    return _on_grid(text, float(number) * (PA_PER_KPA if unit == "kpa" else 1))


def _level(number: str) -> int:
    if not number.isdecimal() or not 1 <= int(number) <= LEVELS:
        raise UsageProblem(f"{number} is not a level, and a vacuum needs its unit.", _HOW)
    return int(number) * LEVEL_STEP_PA


def _on_grid(text: str, value_pa: float) -> int:
    if not VACUUM_LOWEST_PA <= value_pa <= VACUUM_HIGHEST_PA:
        raise UsageProblem(
            f"'{text}' is outside what the wand can hold: {format_kpa(VACUUM_LOWEST_PA)} to {format_kpa(VACUUM_HIGHEST_PA)}.", _HOW
        )
    if value_pa % VACUUM_STEP_PA:
        raise UsageProblem(
            f"'{text}' is between two settings; they are 0.5 kPa apart.",
            f"The next lower setting is {format_kpa(floor_to_step(int(value_pa)))}.",
        )
    return int(value_pa)
