"""What a bench reads, and what a wand makes of it: readings, series, coefficients.

Vacuum is pascals below ambient. Raw is the wand's own counts (nominally 2 Pa each). Means are
floats; what the wand keeps are the whole numbers of its record.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from microderm_ctl.firmware import calibration as wand

NOMINAL_PA_PER_COUNT: Final = wand.GAIN_NOMINAL / 4096
GAIN_UNIT: Final = 4096
"""The record keeps pascals a count in 1/4096."""
CURVE_UNIT: Final = 2**30
"""And pascals a count squared in 2**-30: the wand takes x >> 3, squares, and shifts by 12 twice."""


class Direction(StrEnum):
    """From where a point was approached."""

    UP = "up"
    """Deepening."""
    DOWN = "down"
    """Releasing."""


class Reading(NamedTuple):
    """One settled point: the mean of some seconds."""

    set_pa: int
    """What was to be set; 0 is vented."""
    reference_pa: float
    """Mean of the gauge, corrected by its certificate."""
    raw: float
    """Mean of the wand's counts."""
    spread_raw: float
    """Standard deviation of single readings, in counts."""
    samples: int
    """How many of the wand's readings."""


class Series(NamedTuple):
    """One cycle, both ways in ascending order, from vent to top."""

    up: tuple[Reading, ...]
    down: tuple[Reading, ...]
    repeats: tuple[Reading, ...] = ()
    """More readings at the top point, approached upwards (the preloads)."""

    @property
    def zero_raw(self) -> float:
        """Counts at vent, the mean of before and after: a steady drift is then in the middle of its way."""
        return (self.up[0].raw + self.down[0].raw) / 2

    @property
    def zero_reference_pa(self) -> float:
        """What the gauge showed at vent, where the vacuum is 0 by definition."""
        return (self.up[0].reference_pa + self.down[0].reference_pa) / 2

    def points(self) -> tuple[tuple[Direction, Reading], ...]:
        """Return all points in the order in which they were taken."""
        return (*((Direction.UP, one) for one in self.up), *((Direction.DOWN, one) for one in reversed(self.down)))


class Coefficients(NamedTuple):
    """What the wand keeps: whole numbers, ``vacuum = x * gain / 4096 + x**2 * curve / 2**30``, x being counts above zero."""

    zero_raw: int
    gain: int
    curve: int

    def vacuum_pa(self, counts: float) -> float:
        """Return the vacuum of counts above the zero, before the wand rounds it down."""
        return counts * self.gain / GAIN_UNIT + counts * counts * self.curve / CURVE_UNIT

    def slope(self, counts: float) -> float:
        """Return pascals a count at counts above the zero."""
        return self.gain / GAIN_UNIT + 2 * counts * self.curve / CURVE_UNIT

    def counts(self, vacuum_pa: float) -> float:
        """Return the counts above the zero at which a vacuum is shown."""
        counts = vacuum_pa * GAIN_UNIT / self.gain
        for _ in range(4):
            counts -= (self.vacuum_pa(counts) - vacuum_pa) / self.slope(counts)
        return counts


FACTORY: Final = Coefficients(wand.ZERO_NOMINAL, wand.GAIN_NOMINAL, 0)
"""What a wand without a record works with."""


def check_series(series: Series) -> None:
    """Refuse a cycle from which nothing can be fitted.

    Raises:
        ValueError: up and down have other points, they do not begin at vent and rise, or they are too few.
    """
    ups, downs = [one.set_pa for one in series.up], [one.set_pa for one in series.down]
    if ups != downs:
        raise ValueError("the points up and down are not the same")
    if len(ups) < 4 or ups[0] != 0 or ups != sorted(set(ups)):
        raise ValueError("a series begins at vent and has at least three more points, rising")
