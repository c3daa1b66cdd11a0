"""Every number of the rules, written down a second time from the page of numbers and sources.

A number that is changed by mistake is seen here first; one that is changed on purpose
is changed here and in docs/ as well.
"""

from typing import Any, Final

import pytest

from microderm_ctl.safety import Depth, Grit, Skin, WandState, Zone, evidence, limits, planning, situation, skin, values
from microderm_ctl.safety.evidence import Number, Span
from microderm_ctl.safety.zones import Region

SKINS: Final = (Skin.SENSITIVE, Skin.DRY, Skin.COMBINATION, Skin.NORMAL, Skin.OILY)
GRITS: Final = (Grit.FINE, Grit.MEDIUM, Grit.COARSE)

SINGLE: Final = {
    "TRIP_PERMILLE": 150,
    "TRIP_LEAST_PA": 600,
    "TRIP_MOST_PA": 1_500,
    "FITZPATRICK_FINE_ONLY_FROM": 5,
    "FITZPATRICK_LONG_INTERVAL_FROM": 4,
    "FITZPATRICK_DARK_MARK_FROM": 3,
    "FIRST_PASSES": 1,
    "ZONES_AT_ONCE": 12,
    "COUNTS_FROM_MS": 10_000,
    "CALIBRATION_WARN_DAYS": 334,
    "CALIBRATION_WEAK_DAYS": 365,
    "CALIBRATION_END_DAYS": 730,
    "PATCH_S": 3,
    "PATCH_WAIT_S": 86_400,
    "FINISH_WITHIN_S": 7_200,
    "ANSWERS_FRESH_S": 3_600,
    "AHEAD_S": 86_400,
    "DAY_S": 86_400,
}
OWN: Final = {
    "CEILING_PA": 25_000,
    "LOWEST_PA": 2_500,
    "FIRST_PERMILLE": 600,
    "COURSE_MOST": 12,
    "CALIBRATION_PERMILLE": 800,
    "PATCH_RETRY_DAYS": 14,
    "STOP_LOCK_DAYS": 14,
}
SOURCED: Final = {"FITZPATRICK_FLOOR_DAYS": 14, "COURSE_TREATMENTS": 6, "PAUSE_DAYS": 90}
TABLES: Final[dict[str, dict[Any, tuple[int, bool]]]] = {
    "BASE_PA": dict(zip(SKINS, [(pa, False) for pa in (12_000, 15_000, 18_000, 20_000, 25_000)], strict=True)),
    "ZONE_PERMILLE": {
        Region.NOSE_CHIN: (1000, False),
        Region.FOREHEAD_CHEEK: (850, False),
        Region.TEMPLE_JAW: (700, False),
        Region.DECOLLETE_HAND: (700, False),
        Region.NECK_MOUTH: (600, False),
        Region.BODY: (1000, False),
    },
    "GRIT_PERMILLE": dict(zip(GRITS, [(1000, False), (900, False), (750, False)], strict=True)),
    "FITZPATRICK_PERMILLE": dict(enumerate([(permille, False) for permille in (1000, 1000, 1000, 900, 800, 800)], 1)),
    "DWELL_MS": dict(zip(SKINS, [(1_000, False), (1_000, False), (2_000, False), (2_000, False), (3_000, True)], strict=True)),
    "PASSES": dict(zip(SKINS, [(1, True), (1, True), (2, True), (2, True), (3, True)], strict=True)),
}
LARGE, SMALL = (36, 48, 60, 60, 72), (18, 24, 30, 30, 36)
SECONDS: Final[dict[Zone, tuple[int, ...]]] = {
    **dict.fromkeys((Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT), LARGE),
    **dict.fromkeys((Zone.NOSE, Zone.CHIN, Zone.TEMPLE_LEFT, Zone.TEMPLE_RIGHT, Zone.JAW_LEFT, Zone.JAW_RIGHT), SMALL),
    **dict.fromkeys((Zone.AROUND_MOUTH, Zone.HAND_LEFT, Zone.HAND_RIGHT), SMALL),
    **dict.fromkeys((Zone.NECK_LEFT, Zone.NECK_RIGHT), (15, 22, 30, 30, 30)),
    Zone.DECOLLETE: (30, 45, 60, 60, 60),
    **dict.fromkeys((Zone.ARM, Zone.LEG, Zone.BACK), (60, 90, 120, 120, 120)),
}
PER_SKIN: Final = {
    "TREATMENT_S": (180, 240, 300, 300, 360),
    "INTERVAL_DAYS": (56, 28, 28, 28, 28),
    "FLOOR_DAYS": (14, 14, 7, 7, 7),
}


def each(row_of: Span) -> tuple[int, ...]:
    """Return what a table has for each skin, asked one by one."""
    return tuple(row_of.of(kind) for kind in SKINS)


@pytest.mark.parametrize("name", SINGLE)
def test_a_plain_number(name: str) -> None:
    assert getattr(evidence, name) == SINGLE[name]


@pytest.mark.parametrize(("name", "is_sourced"), [*((name, False) for name in OWN), *((name, True) for name in SOURCED)])
def test_a_number_says_whether_a_source_gives_it(name: str, is_sourced: bool) -> None:
    number: Number = getattr(evidence, name)
    assert (number.value, number.sourced) == ((SOURCED if is_sourced else OWN)[name], is_sourced)
    assert number.source.startswith("our own choice: ") is not is_sourced


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_numbers(name: str) -> None:
    table: dict[Any, Number] = getattr(evidence, name)
    assert {key: (number.value, number.sourced) for key, number in table.items()} == TABLES[name]
    assert all(number.source.startswith("our own choice: ") is not number.sourced for number in table.values())


@pytest.mark.parametrize("name", PER_SKIN)
def test_a_number_for_each_skin(name: str) -> None:
    assert each(getattr(evidence, name)) == PER_SKIN[name]


def test_the_seconds_of_each_zone() -> None:
    assert {zone: each(span) for zone, span in evidence.ZONE_S.items()} == SECONDS


def test_the_published_pressures() -> None:
    """In pascals: 4 and 8 inHg, 200 and 250 mmHg, 30 and 40 kPa; each with a source."""
    assert [(anchor.value, anchor.sourced) for anchor in evidence.ANCHORS.values()] == [
        (13_500, True),
        (27_100, True),
        (26_700, True),
        (33_300, True),
        (30_000, True),
        (40_000, True),
    ]


def test_the_sizes_of_diamonds() -> None:
    """ASTM 140, 120 and 100 mesh."""
    assert evidence.GRIT_UP_TO_UM == ((106, Grit.FINE), (125, Grit.MEDIUM), (150, Grit.COARSE))
    assert evidence.GRIT_ORDER == GRITS
    assert {kind: evidence.COARSEST[kind] for kind in SKINS} == {
        Skin.SENSITIVE: Grit.FINE,
        Skin.DRY: Grit.FINE,
        Skin.COMBINATION: Grit.MEDIUM,
        Skin.NORMAL: Grit.MEDIUM,
        Skin.OILY: Grit.COARSE,
    }


def test_the_parts_of_a_cap() -> None:
    assert evidence.LADDER_PERMILLE == (600, 700, 800, 900, 1000)
    assert evidence.DEPTH_PERMILLE == {Depth.LIGHT: 700, Depth.REGULAR: 850, Depth.DEEP: 1000}
    assert evidence.DEPTH_PASSES == {Depth.LIGHT: 1, Depth.REGULAR: 2, Depth.DEEP: 3}
    assert evidence.DEPTH_COARSEST == {Depth.LIGHT: Grit.FINE, Depth.REGULAR: Grit.MEDIUM, Depth.DEEP: Grit.COARSE}


def test_the_numbers_that_stand_beside_their_rule() -> None:
    """From 65 the sensitive row, six types, half an hour for two records of one treatment, one is 1000 permille."""
    assert (skin.MATURE_AGE_YEARS, skin.STRICTEST_FITZPATRICK) == (65, 6)
    assert situation._SAME_S == 1_800
    assert limits.ONE == 1000
    assert list(planning._STEP.values()) == [1, -1, -1]


def test_what_a_wand_is_taken_for_that_says_nothing_else() -> None:
    """The hard limits of its program, with 5 kPa as the least that it can keep to; nothing used, nothing void, real."""
    silent = WandState(None, None)
    assert silent == (None, None, False, 25_000, 5_000, 360, 360, 3_000, 360, 0, (), False)


def test_what_a_request_leaves_open_is_the_careful_or_the_plain() -> None:
    """A treatment, at no level of the person's own and without consent to more than a cap."""
    request = values.Request((), values.Answers({}, None))
    assert request[2:] == (values.Kind.TREATMENT, None, None, None, None, False, ())
