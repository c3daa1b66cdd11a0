"""Skin types from the most careful to the least, and when a changed profile allows more than before."""

from enum import StrEnum
from typing import Final, NamedTuple


class Skin(StrEnum):
    """How a skin behaves. It is derived from plain questions, never asked by name."""

    SENSITIVE = "sensitive"
    DRY = "dry"
    COMBINATION = "combination"
    NORMAL = "normal"
    OILY = "oily"


class Thickness(StrEnum):
    """How thick a skin is. Thin skin is treated as sensitive; thick skin never widens anything."""

    THIN = "thin"
    NORMAL = "normal"
    THICK = "thick"


MATURE_AGE_YEARS: Final = 65
"""From this age on the sensitive row holds. Blister time falls with age (Br J Dermatol, Hatje et al.); the cut-off is our own."""
STRICTEST_FITZPATRICK: Final = 6
CAREFUL_ORDER: Final = (Skin.SENSITIVE, Skin.DRY, Skin.COMBINATION, Skin.NORMAL, Skin.OILY)
"""Every limit of a skin type is at most that of the types after it; a test proves it."""


class Person(NamedTuple):
    """What the rules know of a person. What is missing counts as the strictest.

    ``fitzpatrick`` is 1..6 (skin types I to VI), ``tag`` the eight hex digits under
    which a wand's ledger keeps this person.
    """

    skin: Skin | None = None
    thickness: Thickness | None = None
    fitzpatrick: int | None = None
    age_years: int | None = None
    tag: str = ""


def row_of(person: Person) -> Skin:
    """Return the row of the table that holds for a person: sensitive when thin, 65 or older, or anything is unknown."""
    if person.skin in CAREFUL_ORDER and person.thickness in (Thickness.NORMAL, Thickness.THICK) and _age(person) < MATURE_AGE_YEARS:
        return person.skin
    return Skin.SENSITIVE


def fitzpatrick_of(person: Person) -> int:
    """Return a person's Fitzpatrick type 1..6, the strictest when it is missing or out of range."""
    known = person.fitzpatrick
    return min(known, STRICTEST_FITZPATRICK) if known is not None and known >= 1 else STRICTEST_FITZPATRICK


def widens(before: Person, after: Person) -> bool:
    """Say whether a changed profile would allow anything that the one before did not."""
    return _is_bolder(after, before) or fitzpatrick_of(after) < fitzpatrick_of(before)


def narrower(one: Person, other: Person) -> Person:
    """Return the profile that allows only what both allow, with the tag of the second."""
    careful = other if _is_bolder(one, other) else one
    return careful._replace(fitzpatrick=max(fitzpatrick_of(one), fitzpatrick_of(other)), tag=other.tag)


def _is_bolder(one: Person, other: Person) -> bool:
    """Say whether the first person's row allows more than the second's."""
    return CAREFUL_ORDER.index(row_of(one)) > CAREFUL_ORDER.index(row_of(other))


def _age(person: Person) -> int:
    known = person.age_years
    return known if known is not None and known > 0 else MATURE_AGE_YEARS
