"""How limits combine: bounds are met, factors multiplied, and nothing widens.

A rule yields a `Bound`, a `Scale` or a refusal; there is no value by which it
could allow more. Vacuum is one exact product, rounded down once, at the end.
"""

from typing import Final, NamedTuple

from microderm_ctl.units import floor_to_step

from .evidence import BASE_PA, CEILING_PA, GRIT_PERMILLE, LOWEST_PA, TRIP_LEAST_PA, TRIP_MOST_PA, TRIP_PERMILLE, ZONE_PERMILLE, Number
from .skin import Skin
from .values import Factor, Grit
from .zones import REGIONS, Zone

ONE: Final = 1000
"""A factor that changes nothing, in permille."""


class Limits(NamedTuple):
    """What may be done at most; vacuum in pascals, sealed seconds, dwell in milliseconds. ``interval_days`` is a least."""

    vacuum_pa: int = CEILING_PA.value
    treatment_s: int = 360
    zone_s: int = 360
    dwell_ms: int = 3_000
    passes: int = 3
    interval_days: int = 0
    grits: frozenset[Grit] = frozenset(Grit)


class Bound(NamedTuple):
    """Limits that one rule sets, with its name and source."""

    rule: str
    limits: Limits
    source: str


class Scale(NamedTuple):
    """A factor in permille that one rule puts on every cap; above 1000 it counts as 1000."""

    rule: str
    permille: int
    sourced: bool
    source: str


class Cap(NamedTuple):
    """The most vacuum for a zone in pascals, on the 0.5 kPa grid, with its arithmetic."""

    vacuum_pa: int
    factors: tuple[Factor, ...]

    @property
    def set_by(self) -> tuple[str, ...]:
        """Return the names of the lines that lowered the cap, besides the base."""
        lowered = [line.name for line, before in zip(self.factors[1:], self.factors, strict=False) if line.after_pa < before.after_pa]
        return (self.factors[0].name, *(name for name in lowered if name != ROUNDED))


ROUNDED: Final = "rounded down to 0.5 kPa"
WHOLE: Final = Limits()
"""The limits before any rule: those that are constants of the wand's program."""


def meet(one: Limits, other: Limits) -> Limits:
    """Return the limits that both allow."""
    return Limits(
        vacuum_pa=min(one.vacuum_pa, other.vacuum_pa),
        treatment_s=min(one.treatment_s, other.treatment_s),
        zone_s=min(one.zone_s, other.zone_s),
        dwell_ms=min(one.dwell_ms, other.dwell_ms),
        passes=min(one.passes, other.passes),
        interval_days=max(one.interval_days, other.interval_days),
        grits=one.grits & other.grits,
    )


def meet_all(bounds: tuple[Bound, ...]) -> Limits:
    """Return the meet of all bounds with the constants of the wand's program; order does not matter."""
    limits = WHOLE
    for bound in bounds:
        limits = meet(limits, bound.limits)
    return limits


def cap_for(row: Skin, zone: Zone, grit: Grit, scales: tuple[Scale, ...] = (), bounds: tuple[Bound, ...] = ()) -> Cap:
    """Return the cap of a row, a treatable zone and a grit under the factors and bounds of the rules.

    The factors are whole permille and multiplied exactly; the result is rounded down to 0.5 kPa once.
    """
    base, region = BASE_PA[row], REGIONS[zone]
    lines = [
        _line(f"zone: {region.value}", ZONE_PERMILLE[region]),
        _line(f"grit: {grit.value}", GRIT_PERMILLE[grit]),
        *sorted(scales, key=lambda scale: scale.rule),
    ]
    factors = [Factor(f"skin: {row.value}", ONE, base.value, base.sourced, base.source)]
    numerator, denominator = base.value, 1
    for line in lines:
        permille = max(0, min(ONE, line.permille))
        numerator, denominator = numerator * permille, denominator * ONE
        factors.append(Factor(line.rule, permille, numerator // denominator, line.sourced, line.source))
    return _bounded(numerator // denominator, factors, bounds)


def trip_for(cap_pa: int) -> int:
    """Return where the wand vents on its own: the cap and 15 %, at least 600 and at most 1500 Pa above it."""
    return cap_pa + max(TRIP_LEAST_PA, min(TRIP_MOST_PA, cap_pa * TRIP_PERMILLE // ONE))


def part_of(cap_pa: int, permille: int) -> int:
    """Return a part of a cap as a set point: on the grid, at least the lowest setting, never above the cap."""
    return min(cap_pa, max(LOWEST_PA.value, floor_to_step(cap_pa * min(ONE, permille) // ONE)))


def _line(name: str, number: Number) -> Scale:
    return Scale(name, number.value, number.sourced, number.source)


def _bounded(vacuum_pa: int, factors: list[Factor], bounds: tuple[Bound, ...]) -> Cap:
    ceiling = Bound("ceiling", WHOLE, CEILING_PA.source)
    for bound in sorted((ceiling, *bounds), key=lambda known: (-known.limits.vacuum_pa, known.rule)):
        if bound.limits.vacuum_pa < vacuum_pa:
            vacuum_pa = bound.limits.vacuum_pa
            factors.append(Factor(bound.rule, ONE, vacuum_pa, False, bound.source))
    rounded = max(0, floor_to_step(vacuum_pa))
    factors.append(Factor(ROUNDED, ONE, rounded, False, "set points are 0.5 kPa apart"))
    return Cap(rounded, tuple(factors))
