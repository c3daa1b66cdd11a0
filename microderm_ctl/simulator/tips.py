"""The tips that a virtual wand can carry, by the coding resistor that its board reads."""

from difflib import get_close_matches
from typing import Final

from microderm_ctl.errors import UsageProblem

TIP_OHM: Final = {"fine": 1_000, "medium": 2_200, "coarse": 4_700, "none": 10_000_000}
"""Nominal resistors, in the middle of what the wand's program takes for 106, 125 and 150 um."""


def tip_ohm(name: str) -> int:
    """Return the coding resistor of a tip in ohm.

    Raises:
        UsageProblem: there is no such tip (the nearest is named).
    """
    if name not in TIP_OHM:
        near = get_close_matches(name, TIP_OHM, 1)
        question = f" Did you mean '{near[0]}'?" if near else ""
        raise UsageProblem(f"There is no tip '{name}'.{question}", f"Tips are {', '.join(TIP_OHM)}.")
    return TIP_OHM[name]
