"""Which zones come first: those with blackheads, then the oily ones. Caps and seconds are for the rules to say."""

from collections.abc import Callable, Sequence
from typing import Final

from microderm_ctl.records.journal import JournalEntry
from microderm_ctl.safety import Decision, Person, Skin, Zone
from microderm_ctl.safety.skin import row_of
from microderm_ctl.safety.zones import OILY_ZONES

CLOGGED: Final = "clogged"
OILY: Final = "oily"
NO_ROOM: Final = frozenset({"treatment-too-long", "too-many-zones"})
"""Refusals of more zones than one treatment holds."""


def clogged_zones(entries: Sequence[JournalEntry]) -> tuple[Zone, ...]:
    """Return where a person has blackheads, as they said last; ``entries`` are those that count, by date."""
    return next((entry.results.clogged for entry in reversed(entries) if entry.results.clogged is not None), ())


def why_first(zone: Zone, clogged: Sequence[Zone], person: Person) -> str:
    """Return why a zone comes before others: clogged or oily; empty where it does not."""
    if zone in clogged:
        return CLOGGED
    return OILY if row_of(person) in (Skin.COMBINATION, Skin.OILY) and zone in OILY_ZONES else ""


def by_need(zones: Sequence[Zone], clogged: Sequence[Zone], person: Person) -> tuple[Zone, ...]:
    """Return zones with those that have blackheads first, then the oily ones, then the others; else as they stood."""
    rank = {CLOGGED: 0, OILY: 1, "": 2}
    return tuple(sorted(zones, key=lambda zone: rank[why_first(zone, clogged, person)]))


def that_fit(zones: Sequence[Zone], decided: Callable[[tuple[Zone, ...]], Decision]) -> tuple[Zone, ...]:
    """Return the zones that one treatment holds, taken in their order; ``decided`` asks the rules about some zones."""
    chosen: tuple[Zone, ...] = ()
    for zone in zones:
        if not any(refusal.code in NO_ROOM for refusal in decided((*chosen, zone)).refusals):
            chosen = (*chosen, zone)
    return chosen
