"""Zones, their columns, neighbours and names, written down a second time as a map of face and body."""

from typing import Final

import pytest

from microderm_ctl.safety import WIRE_IDS, Zone, label, nearest_zone_name, resolve_zones
from microderm_ctl.safety.zones import FORBIDDEN, GROUPS, NEIGHBOURS, OILY_ZONES, PATCH_SITES, REGIONS, TREATABLE, WHOLE_FACE, join_labels

COLUMNS: Final = {
    "nose, chin": "nose chin",
    "forehead, cheek": "forehead cheek_left cheek_right",
    "temple, jaw line": "temple_left temple_right jaw_left jaw_right",
    "decollete, hand back": "decollete hand_left hand_right",
    "neck (sides), around mouth": "neck_left neck_right around_mouth",
    "body": "arm leg back",
}
MAP: Final = {
    "forehead": "temple_left temple_right nose orbital_rim",
    "temple_left": "forehead cheek_left orbital_rim",
    "temple_right": "forehead cheek_right orbital_rim",
    "nose": "forehead cheek_left cheek_right around_mouth orbital_rim",
    "cheek_left": "temple_left nose jaw_left around_mouth orbital_rim",
    "cheek_right": "temple_right nose jaw_right around_mouth orbital_rim",
    "around_mouth": "cheek_left cheek_right nose chin lips",
    "chin": "around_mouth jaw_left jaw_right",
    "jaw_left": "cheek_left chin neck_left neck_side",
    "jaw_right": "cheek_right chin neck_right neck_side",
    "neck_left": "jaw_left decollete neck_side back",
    "neck_right": "jaw_right decollete neck_side back",
    "neck_side": "neck_left neck_right jaw_left jaw_right decollete",
    "decollete": "neck_left neck_right neck_side arm nipple",
    "back": "neck_left neck_right arm leg",
    "arm": "decollete back hand_left hand_right inner_forearm",
    "hand_left": "arm",
    "hand_right": "arm",
    "inner_forearm": "arm",
    "leg": "back",
    "orbital_rim": "forehead nose cheek_left cheek_right temple_left temple_right eyelid",
    "eyelid": "orbital_rim",
    "lips": "around_mouth",
    "nipple": "decollete",
}
SINGLE_NAMES: Final = {
    "face": "forehead cheek_left cheek_right nose chin",
    "cheek": "cheek_left cheek_right",
    "cheeks": "cheek_left cheek_right",
    "temple": "temple_left temple_right",
    "temples": "temple_left temple_right",
    "jaw": "jaw_left jaw_right",
    "neck": "neck_left neck_right",
    "hand": "hand_left hand_right",
    "hands": "hand_left hand_right",
}


def zones(names: str) -> tuple[Zone, ...]:
    """Return the zones of a text."""
    return tuple(Zone(name) for name in names.split())


@pytest.mark.parametrize("zone", Zone)
def test_the_neighbours_of_a_zone(zone: Zone) -> None:
    """Whoever names a spot closes these as well; what has none is moist or far from all others."""
    assert NEIGHBOURS[zone] == frozenset(zones(MAP.get(zone.value, "")))


def test_every_zone_has_its_column() -> None:
    assert {zone.value: region.value for zone, region in REGIONS.items()} == {
        zone.value: column for column, names in COLUMNS.items() for zone in zones(names)
    }
    assert tuple(REGIONS) == TREATABLE


def test_a_zone_is_treated_tested_or_never_touched() -> None:
    """And never two of these."""
    assert sorted([*TREATABLE, *PATCH_SITES, *FORBIDDEN]) == sorted(Zone)
    assert zones("inner_forearm neck_side") == PATCH_SITES
    assert set(FORBIDDEN) == set(zones("eyelid orbital_rim lips mucosa ear_inside nipple genitals"))


def test_wire_ids_are_those_that_were_given_out() -> None:
    assert [WIRE_IDS[zone] for zone in (*TREATABLE, *PATCH_SITES)] == [*range(1, 19), 100, 101]
    assert not set(WIRE_IDS) & set(FORBIDDEN)


def test_the_zones_of_a_group() -> None:
    assert {name: zones(names) for name, names in SINGLE_NAMES.items()} == GROUPS
    assert zones("forehead cheek_left cheek_right nose chin") == WHOLE_FACE
    assert frozenset(zones("forehead nose chin")) == OILY_ZONES


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (Zone.CHEEK_LEFT, "left cheek"),
        (Zone.HAND_RIGHT, "right hand"),
        (Zone.NOSE, "nose"),
        (Zone.AROUND_MOUTH, "around mouth"),
        (Zone.NECK_SIDE, "neck side"),
        (Zone.ORBITAL_RIM, "orbital rim"),
    ],
)
def test_a_zone_is_named_as_people_say_it(zone: Zone, words: str) -> None:
    assert label(zone) == words
    assert resolve_zones(words) == (zone,)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("", ""),
        ("nose", "nose"),
        ("nose chin", "nose and chin"),
        ("nose chin cheek_left", "nose, chin and left cheek"),
        ("nose chin cheek_left leg", "nose, chin, left cheek and leg"),
    ],
)
def test_several_zones_are_told_in_one_phrase(names: str, words: str) -> None:
    assert join_labels(zones(names)) == words


@pytest.mark.parametrize("zone", Zone)
def test_every_zone_is_found_by_its_own_name(zone: Zone) -> None:
    """A name of one zone is never that of a group, and is its own nearest."""
    assert resolve_zones(zone.value) == (zone,)
    assert resolve_zones(f"  {zone.value.replace('_', '-').upper()} ") == (zone,)
    assert nearest_zone_name(zone.value) == zone.value


@pytest.mark.parametrize("text", ["zzz", "", "12345"])
def test_something_is_suggested_whatever_was_typed(text: str) -> None:
    assert resolve_zones(nearest_zone_name(text))
