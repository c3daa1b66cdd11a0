"""The zones of face and body: their names, neighbours, wire ids, and those that are never treated."""

from enum import StrEnum
from typing import Final


class Zone(StrEnum):
    """A part of the skin that is treated, tested or never touched, by its stable name."""

    FOREHEAD = "forehead"
    CHEEK_LEFT = "cheek_left"
    CHEEK_RIGHT = "cheek_right"
    NOSE = "nose"
    CHIN = "chin"
    TEMPLE_LEFT = "temple_left"
    TEMPLE_RIGHT = "temple_right"
    JAW_LEFT = "jaw_left"
    JAW_RIGHT = "jaw_right"
    NECK_LEFT = "neck_left"
    NECK_RIGHT = "neck_right"
    AROUND_MOUTH = "around_mouth"
    DECOLLETE = "decollete"
    HAND_LEFT = "hand_left"
    HAND_RIGHT = "hand_right"
    ARM = "arm"
    LEG = "leg"
    BACK = "back"
    INNER_FOREARM = "inner_forearm"
    NECK_SIDE = "neck_side"
    EYELID = "eyelid"
    ORBITAL_RIM = "orbital_rim"
    LIPS = "lips"
    MUCOSA = "mucosa"
    EAR_INSIDE = "ear_inside"
    NIPPLE = "nipple"
    GENITALS = "genitals"


class Region(StrEnum):
    """Zones that share one column of the table of caps."""

    NOSE_CHIN = "nose, chin"
    FOREHEAD_CHEEK = "forehead, cheek"
    TEMPLE_JAW = "temple, jaw line"
    DECOLLETE_HAND = "decollete, hand back"
    NECK_MOUTH = "neck (sides), around mouth"
    BODY = "body"


REGIONS: Final[dict[Zone, Region]] = {
    Zone.FOREHEAD: Region.FOREHEAD_CHEEK,
    Zone.CHEEK_LEFT: Region.FOREHEAD_CHEEK,
    Zone.CHEEK_RIGHT: Region.FOREHEAD_CHEEK,
    Zone.NOSE: Region.NOSE_CHIN,
    Zone.CHIN: Region.NOSE_CHIN,
    Zone.TEMPLE_LEFT: Region.TEMPLE_JAW,
    Zone.TEMPLE_RIGHT: Region.TEMPLE_JAW,
    Zone.JAW_LEFT: Region.TEMPLE_JAW,
    Zone.JAW_RIGHT: Region.TEMPLE_JAW,
    Zone.NECK_LEFT: Region.NECK_MOUTH,
    Zone.NECK_RIGHT: Region.NECK_MOUTH,
    Zone.AROUND_MOUTH: Region.NECK_MOUTH,
    Zone.DECOLLETE: Region.DECOLLETE_HAND,
    Zone.HAND_LEFT: Region.DECOLLETE_HAND,
    Zone.HAND_RIGHT: Region.DECOLLETE_HAND,
    Zone.ARM: Region.BODY,
    Zone.LEG: Region.BODY,
    Zone.BACK: Region.BODY,
}
"""The zones that may be treated, in the order in which people see them, each with its column."""

TREATABLE: Final[tuple[Zone, ...]] = tuple(REGIONS)
PATCH_SITES: Final = (Zone.INNER_FOREARM, Zone.NECK_SIDE)
"""Where a patch test is made, and nothing else."""
FORBIDDEN: Final[dict[Zone, str]] = {
    Zone.EYELID: "the skin of the eyelid is the thinnest of the face and the eye is right behind it",
    Zone.ORBITAL_RIM: "inside the bone around the eye the skin is thin and bruises at once",
    Zone.LIPS: "lips have no horny layer that could be taken off",
    Zone.MUCOSA: "moist inner skin has no horny layer and tears under suction",
    Zone.EAR_INSIDE: "suction in the ear can hurt the eardrum",
    Zone.NIPPLE: "the skin there is too thin and too tender for suction",
    Zone.GENITALS: "the skin there is too thin and too tender for suction",
}
"""Zones that are never treated, with the reason that people read."""

WHOLE_FACE: Final = (Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT, Zone.NOSE, Zone.CHIN)
OILY_ZONES: Final = frozenset({Zone.FOREHEAD, Zone.NOSE, Zone.CHIN})
"""The zones that are oily on a combination skin."""

GROUPS: Final[dict[str, tuple[Zone, ...]]] = {
    "face": WHOLE_FACE,
    "cheek": (Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT),
    "cheeks": (Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT),
    "temple": (Zone.TEMPLE_LEFT, Zone.TEMPLE_RIGHT),
    "temples": (Zone.TEMPLE_LEFT, Zone.TEMPLE_RIGHT),
    "jaw": (Zone.JAW_LEFT, Zone.JAW_RIGHT),
    "neck": (Zone.NECK_LEFT, Zone.NECK_RIGHT),
    "hand": (Zone.HAND_LEFT, Zone.HAND_RIGHT),
    "hands": (Zone.HAND_LEFT, Zone.HAND_RIGHT),
}
"""Names for several zones at once."""

WIRE_IDS: Final[dict[Zone, int]] = {
    Zone.FOREHEAD: 1,
    Zone.CHEEK_LEFT: 2,
    Zone.CHEEK_RIGHT: 3,
    Zone.NOSE: 4,
    Zone.CHIN: 5,
    Zone.TEMPLE_LEFT: 6,
    Zone.TEMPLE_RIGHT: 7,
    Zone.JAW_LEFT: 8,
    Zone.JAW_RIGHT: 9,
    Zone.NECK_LEFT: 10,
    Zone.NECK_RIGHT: 11,
    Zone.AROUND_MOUTH: 12,
    Zone.DECOLLETE: 13,
    Zone.HAND_LEFT: 14,
    Zone.HAND_RIGHT: 15,
    Zone.ARM: 16,
    Zone.LEG: 17,
    Zone.BACK: 18,
    Zone.INNER_FOREARM: 100,
    Zone.NECK_SIDE: 101,
}
"""The number of a zone on the wire, 1..255, never reused. Zones that are never treated have none."""

_PAIRS: Final = (
    (Zone.FOREHEAD, Zone.TEMPLE_LEFT),
    (Zone.FOREHEAD, Zone.TEMPLE_RIGHT),
    (Zone.FOREHEAD, Zone.NOSE),
    (Zone.TEMPLE_LEFT, Zone.CHEEK_LEFT),
    (Zone.TEMPLE_RIGHT, Zone.CHEEK_RIGHT),
    (Zone.CHEEK_LEFT, Zone.NOSE),
    (Zone.CHEEK_RIGHT, Zone.NOSE),
    (Zone.CHEEK_LEFT, Zone.JAW_LEFT),
    (Zone.CHEEK_RIGHT, Zone.JAW_RIGHT),
    (Zone.CHEEK_LEFT, Zone.AROUND_MOUTH),
    (Zone.CHEEK_RIGHT, Zone.AROUND_MOUTH),
    (Zone.NOSE, Zone.AROUND_MOUTH),
    (Zone.CHIN, Zone.AROUND_MOUTH),
    (Zone.CHIN, Zone.JAW_LEFT),
    (Zone.CHIN, Zone.JAW_RIGHT),
    (Zone.JAW_LEFT, Zone.NECK_LEFT),
    (Zone.JAW_RIGHT, Zone.NECK_RIGHT),
    (Zone.NECK_LEFT, Zone.DECOLLETE),
    (Zone.NECK_RIGHT, Zone.DECOLLETE),
    (Zone.NECK_LEFT, Zone.NECK_SIDE),
    (Zone.NECK_RIGHT, Zone.NECK_SIDE),
    (Zone.NECK_SIDE, Zone.JAW_LEFT),
    (Zone.NECK_SIDE, Zone.JAW_RIGHT),
    (Zone.NECK_SIDE, Zone.DECOLLETE),
    (Zone.DECOLLETE, Zone.ARM),
    (Zone.NECK_LEFT, Zone.BACK),
    (Zone.NECK_RIGHT, Zone.BACK),
    (Zone.BACK, Zone.ARM),
    (Zone.ARM, Zone.HAND_LEFT),
    (Zone.ARM, Zone.HAND_RIGHT),
    (Zone.ARM, Zone.INNER_FOREARM),
    (Zone.LEG, Zone.BACK),
    (Zone.LIPS, Zone.AROUND_MOUTH),
    (Zone.ORBITAL_RIM, Zone.FOREHEAD),
    (Zone.ORBITAL_RIM, Zone.NOSE),
    (Zone.ORBITAL_RIM, Zone.CHEEK_LEFT),
    (Zone.ORBITAL_RIM, Zone.CHEEK_RIGHT),
    (Zone.ORBITAL_RIM, Zone.TEMPLE_LEFT),
    (Zone.ORBITAL_RIM, Zone.TEMPLE_RIGHT),
    (Zone.EYELID, Zone.ORBITAL_RIM),
    (Zone.NIPPLE, Zone.DECOLLETE),
)


def _neighbours() -> dict[Zone, frozenset[Zone]]:
    near: dict[Zone, set[Zone]] = {zone: set() for zone in Zone}
    for one, other in _PAIRS:
        near[one].add(other)
        near[other].add(one)
    return {zone: frozenset(others) for zone, others in near.items()}


NEIGHBOURS: Final[dict[Zone, frozenset[Zone]]] = _neighbours()
"""Which zones touch which; the relation goes both ways."""


def label(zone: Zone) -> str:
    """Return a zone's name as people read it: ``cheek_left`` becomes ``left cheek``."""
    stem, _, side = zone.value.rpartition("_")
    if side in ("left", "right"):
        return f"{side} {stem}"
    return zone.value.replace("_", " ")


def join_labels(zones: tuple[Zone, ...]) -> str:
    """Return several zones as people read them, in the order given."""
    *others, last = [label(zone) for zone in zones] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def resolve_zones(text: str) -> tuple[Zone, ...]:
    """Return the zones that a name means: a zone, its words in either order, or a group such as ``face``.

    Returns nothing for a name that is not known; `nearest_zone_name` then has the suggestion.
    """
    name = _plain(text)
    if name in GROUPS:
        return GROUPS[name]
    for zone in Zone:
        if name in (zone.value, _plain(label(zone))):
            return (zone,)
    return ()


def nearest_zone_name(text: str) -> str:
    """Return the known zone or group name that looks most like a text; always returns one."""
    from difflib import get_close_matches

    names = [*(zone.value for zone in TREATABLE), *GROUPS, *(zone.value for zone in PATCH_SITES), *(zone.value for zone in FORBIDDEN)]
    return get_close_matches(_plain(text), names, cutoff=0)[0]


def _plain(text: str) -> str:
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())
