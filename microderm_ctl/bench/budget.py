"""A budget of uncertainty after the GUM (JCGM 100:2008): components as data, effective degrees of freedom, k and U.

Nothing here knows what is measured. A component is stated as people state it (a value and
what it is: a half width, a full width, one standard deviation, an expanded uncertainty);
divisor and sensitivity make of it what it adds to the result, in the result's unit.
"""

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from math import atan, ceil, cos, floor, fsum, inf, isfinite, log10, pi, sin, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

COVERAGE: Final = 0.9545
"""Two standard deviations of a normal distribution (GUM table G.2)."""
DEGREES_MOST: Final = 1_000_000
"""More degrees of freedom are taken as so many; k is then 2.000."""
EXPANSION_FROM: Final = 30
"""From so many on k is found by an expansion for large degrees; below by bisection of the exact sum."""


class Shape(Enum):
    """What the stated value is; its divisor makes it a standard uncertainty (GUM 4.3)."""

    NORMAL = ("normal", 1.0)
    """One standard deviation."""
    EXPANDED = ("normal, k = 2", 2.0)
    """An expanded uncertainty with k = 2, as certificates state it."""
    RECTANGULAR = ("rectangular, half width", sqrt(3))
    WIDTH = ("rectangular, full width", 2 * sqrt(3))
    """A resolution, or the distance of two readings (zero deviation, repeatability)."""
    U_SHAPED = ("U-shaped, full width", 2 * sqrt(2))
    """Both ends are the likeliest (arcsine distribution): a loop of which a reading is on one branch or the other."""

    def __init__(self, words: str, divisor: float) -> None:
        """Keep how a certificate calls it, and by what the stated value is divided."""
        self.words = words
        self.divisor = divisor


class Component(NamedTuple):
    """One source of uncertainty."""

    name: str
    value: float
    """As stated, in the component's own unit."""
    unit: str
    shape: Shape
    sensitivity: float = 1.0
    """Result's unit per component's unit."""
    degrees: float = inf
    """Degrees of freedom; infinite for what is known from elsewhere (type B)."""

    @property
    def contribution(self) -> float:
        """Standard uncertainty that it adds, in the result's unit."""
        return abs(self.sensitivity * self.value) / self.shape.divisor


class Budget(NamedTuple):
    """All components at one value of the measurand."""

    vacuum_pa: float
    components: tuple[Component, ...]
    combined: float
    """Combined standard uncertainty."""
    degrees: float
    """Effective degrees of freedom, by Welch and Satterthwaite."""
    k: float
    expanded: float
    """U = k times the combined one, for a level of confidence of 95.45 %."""


def combine(vacuum_pa: float, components: Iterable[Component]) -> Budget:
    """Return the budget of components that do not depend on each other (GUM 5.1.2, G.4.1)."""
    all_components = tuple(components)
    variance = fsum(one.contribution**2 for one in all_components)
    weight = fsum(one.contribution**4 / one.degrees for one in all_components if isfinite(one.degrees) and one.contribution)
    degrees = variance**2 / weight if weight else inf
    k = coverage_factor(degrees)
    combined = sqrt(variance)
    return Budget(vacuum_pa, all_components, combined, degrees, k, k * combined)


class Stated(NamedTuple):
    """A value as it is written down."""

    value: float
    expanded: float
    decimals: int
    """How many to write; negative for tens and more."""


def state(value: float, expanded: float) -> Stated:
    """Return a value with its U as a certificate states them: U rounded up to two digits, the value to the same place (GUM 7.2.6).

    Raises:
        ValueError: U is not positive.
    """
    if not (expanded > 0 and isfinite(expanded)):
        raise ValueError("U is positive")
    decimals = 1 - floor(log10(expanded))
    rounded = ceil(expanded * 10.0**decimals - 1e-9) / 10.0**decimals
    if rounded * 10.0**decimals > 99.5:
        decimals -= 1
    return Stated(round(value, decimals), round(rounded, decimals), decimals)


def coverage_factor(degrees: float, coverage: float = COVERAGE) -> float:
    """Return k of Student's t for a level of confidence; degrees are cut to a whole number, as GUM G.4.1 has it.

    Raises:
        ValueError: less than one degree of freedom.
    """
    if not degrees >= 1:
        raise ValueError("k needs at least one degree of freedom")
    return _quantile(int(min(degrees, DEGREES_MOST)), coverage)


def student_within(t: float, degrees: int) -> float:
    """Return the probability of |T| <= t for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(degrees))
    square = cos(angle) ** 2
    if degrees % 2:
        term, total = cos(angle), 0.0
        for i in range(1, degrees - 1, 2):
            total += term
            term *= square * (i + 1) / (i + 2)
        return (angle + sin(angle) * total) * 2 / pi
    term, total = 1.0, 0.0
    for i in range(0, degrees - 1, 2):
        total += term
        term *= square * (i + 1) / (i + 2)
    return sin(angle) * total


@lru_cache(maxsize=512)
def _quantile(degrees: int, coverage: float) -> float:
    return _by_expansion(degrees, coverage) if degrees >= EXPANSION_FROM else _by_bisection(degrees, coverage)


def _by_bisection(degrees: int, coverage: float) -> float:
    low, high = 0.0, 2.0
    while student_within(high, degrees) < coverage:
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if student_within(middle, degrees) < coverage else (low, middle)
    return (low + high) / 2


def _by_expansion(degrees: int, coverage: float) -> float:
    """Return the quantile by Abramowitz and Stegun 26.7.5, right to six digits from 30 degrees on."""
    z = NormalDist().inv_cdf((1 + coverage) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / degrees + second / degrees**2 + third / degrees**3
