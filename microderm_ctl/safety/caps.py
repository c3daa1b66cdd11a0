"""The limits of a person as a table over zones and grits, and which rule set each; no treatment is asked for."""

from typing import Final, NamedTuple

from .evidence import LOWEST_PA, ZONE_S
from .limits import Bound, Cap, Limits, Scale, cap_for, meet_all
from .rules_skin import FIRST_SCALE, fitzpatrick_scale, skin_bounds
from .situation import floor_days
from .skin import Person, fitzpatrick_of, row_of
from .values import Factor, Grit
from .zones import TREATABLE, Zone


class CapRow(NamedTuple):
    """The cap of one zone with one grit.

    ``cap_pa`` and ``first_cap_pa`` (a first treatment, or a grit that is new) are pascals, None where refused;
    ``set_by`` names the rules that set the cap or refuse, ``factors`` and ``first_factors`` are the arithmetic.
    """

    zone: Zone
    grit: Grit
    cap_pa: int | None
    first_cap_pa: int | None
    set_by: tuple[str, ...]
    factors: tuple[Factor, ...]
    first_factors: tuple[Factor, ...]
    seconds: int
    passes: int


class PersonLimits(NamedTuple):
    """What holds for a person in every zone: the row of the table, met limits, and the least days between treatments."""

    row: str
    fitzpatrick: int
    limits: Limits
    floor_days: int
    bounds: tuple[Bound, ...]


_REFUSED: Final[tuple[Factor, ...]] = ()


def limits_of(person: Person) -> PersonLimits:
    """Return the limits of a person that do not depend on zone, wand or history."""
    row, fitzpatrick = row_of(person), fitzpatrick_of(person)
    bounds = skin_bounds(row, fitzpatrick)
    return PersonLimits(row.value, fitzpatrick, meet_all(bounds), floor_days(row, fitzpatrick), bounds)


def explain_cap(person: Person, zone: Zone, grit: Grit, scales: tuple[Scale, ...] = (), bounds: tuple[Bound, ...] = ()) -> CapRow:
    """Return the cap of a treatable zone with a grit, and its arithmetic; more factors and bounds may be added.

    Raises:
        KeyError: the zone is never treated.
    """
    row, fitzpatrick = row_of(person), fitzpatrick_of(person)
    all_bounds = (*skin_bounds(row, fitzpatrick), *bounds)
    limits = meet_all(all_bounds)
    scales = (fitzpatrick_scale(fitzpatrick), *scales)
    cap = cap_for(row, zone, grit, scales, bounds)
    first = cap_for(row, zone, grit, (*scales, FIRST_SCALE), bounds)
    seconds = min(limits.zone_s, ZONE_S[zone].of(row))
    if grit not in limits.grits:
        refused_by = tuple(dict.fromkeys(bound.rule for bound in all_bounds if grit not in bound.limits.grits))
        return CapRow(zone, grit, None, None, refused_by, _REFUSED, _REFUSED, seconds, limits.passes)
    return CapRow(zone, grit, _or_none(cap), _or_none(first), cap.set_by, cap.factors, first.factors, seconds, limits.passes)


def cap_table(person: Person, zones: tuple[Zone, ...] = TREATABLE, grits: tuple[Grit, ...] = tuple(Grit)) -> tuple[CapRow, ...]:
    """Return the caps of a person over zones and grits."""
    return tuple(explain_cap(person, zone, grit) for zone in zones for grit in grits)


def _or_none(cap: Cap) -> int | None:
    return cap.vacuum_pa if cap.vacuum_pa >= LOWEST_PA.value else None
