"""Caps against a table that was written down on its own, over every combination."""

from itertools import product
from typing import Final

import pytest

from microderm_ctl.safety import Grit, Person, Skin, Thickness, Zone, cap_table, decide, explain_cap
from microderm_ctl.safety.limits import cap_for, part_of, trip_for
from microderm_ctl.safety.zones import TREATABLE
from tests.safety.people import NOW, ask, codes, history, past, person, wand

# nose+chin, forehead+cheek, temple+jaw, decollete+hand, neck+around mouth, body; kPa, 0 means refused
TABLE: Final = {
    ("sensitive", "fine"): (12.0, 10.0, 8.0, 8.0, 7.0, 12.0),
    ("sensitive", "medium"): (0, 0, 0, 0, 0, 0),
    ("sensitive", "coarse"): (0, 0, 0, 0, 0, 0),
    ("dry", "fine"): (15.0, 12.5, 10.5, 10.5, 9.0, 15.0),
    ("dry", "medium"): (0, 0, 0, 0, 0, 0),
    ("dry", "coarse"): (0, 0, 0, 0, 0, 0),
    ("normal", "fine"): (20.0, 17.0, 14.0, 14.0, 12.0, 20.0),
    ("normal", "medium"): (18.0, 15.0, 12.5, 12.5, 10.5, 18.0),
    ("normal", "coarse"): (0, 0, 0, 0, 0, 0),
    ("combination", "fine"): (18.0, 15.0, 12.5, 12.5, 10.5, 18.0),
    ("combination", "medium"): (16.0, 13.5, 11.0, 11.0, 9.5, 16.0),
    ("combination", "coarse"): (0, 0, 0, 0, 0, 0),
    ("oily", "fine"): (25.0, 21.0, 17.5, 17.5, 15.0, 25.0),
    ("oily", "medium"): (22.5, 19.0, 15.5, 15.5, 13.5, 22.5),
    ("oily", "coarse"): (18.5, 15.5, 13.0, 13.0, 11.0, 18.5),
}
COLUMN: Final = {
    "nose": 0,
    "chin": 0,
    "forehead": 1,
    "cheek_left": 1,
    "cheek_right": 1,
    "temple_left": 2,
    "temple_right": 2,
    "jaw_left": 2,
    "jaw_right": 2,
    "decollete": 3,
    "hand_left": 3,
    "hand_right": 3,
    "neck_left": 4,
    "neck_right": 4,
    "around_mouth": 4,
    "arm": 5,
    "leg": 5,
    "back": 5,
}
BASE: Final = {"sensitive": 12, "dry": 15, "normal": 20, "combination": 18, "oily": 25}
ZONE_IN_100THS: Final = (100, 85, 70, 70, 60, 100)
GRIT_IN_100THS: Final = {"fine": 100, "medium": 90, "coarse": 75}
PIGMENT_IN_10THS: Final = (10, 10, 10, 9, 8, 8)


def expected_pa(skin: str, fitzpatrick: int, zone: str, grit: str, first: bool) -> int:
    """Return the cap as the table and its factors give it, worked out in another way than the rules do."""
    if TABLE[skin, grit][0] == 0 or (fitzpatrick >= 5 and grit != "fine"):
        return 0
    hundredths = ZONE_IN_100THS[COLUMN[zone]] * GRIT_IN_100THS[grit]
    product_of_all = BASE[skin] * hundredths * PIGMENT_IN_10THS[fitzpatrick - 1] * (6 if first else 10)
    half_kpa = product_of_all * 2 // 1_000_000
    return min(25_000, half_kpa * 500)


@pytest.mark.parametrize(("skin", "grit"), TABLE)
def test_the_table_comes_out(skin: str, grit: str) -> None:
    for row in cap_table(person(Skin(skin), fitzpatrick=1), grits=(Grit(grit),)):
        assert (row.cap_pa or 0) == TABLE[skin, grit][COLUMN[row.zone]] * 1000, row.zone


@pytest.mark.hazard("H-01", "computer")
@pytest.mark.hazard("H-07", "computer")
def test_every_combination_of_the_table() -> None:
    for skin, fitzpatrick in product(Skin, range(1, 7)):
        for row in cap_table(person(skin, fitzpatrick)):
            assert (row.cap_pa or 0) == expected_pa(skin, fitzpatrick, row.zone, row.grit, False)
            assert (row.first_cap_pa or 0) == expected_pa(skin, fitzpatrick, row.zone, row.grit, True)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("skin", Skin)
def test_what_is_decided_is_what_the_table_says(skin: Skin, first: bool) -> None:
    for fitzpatrick, zone, grit in product(range(1, 7), TREATABLE, Grit):
        who = person(skin, fitzpatrick)
        before = history(who) if first else history(who, past(60, grit))
        decision = decide(ask(zone), who, wand(grit)._replace(cap_least_pa=2_500), before, NOW)
        expected = expected_pa(skin, fitzpatrick, zone, grit, first)
        if expected == 0:
            assert codes(decision) == {"grit-too-coarse"}
        else:
            assert decision.plan is not None, (decision.refusals, zone)
            assert decision.plan.zones[0].cap_pa == expected
            assert 2_500 <= decision.plan.zones[0].level_pa <= expected


@pytest.mark.hazard("H-06", "computer")
@pytest.mark.parametrize(
    "who",
    [
        Person(),
        person()._replace(thickness=Thickness.THIN),
        person()._replace(age_years=65),
        person()._replace(age_years=None),
        person()._replace(skin=None),
        person()._replace(thickness=None),
        person()._replace(age_years=-1),
        person()._replace(age_years=500),
    ],
)
def test_thin_old_or_unknown_skin_takes_the_sensitive_row(who: Person) -> None:
    row = explain_cap(who._replace(fitzpatrick=1), Zone.NOSE, Grit.FINE)
    assert row.cap_pa == 12_000
    assert explain_cap(who._replace(fitzpatrick=1), Zone.NOSE, Grit.MEDIUM).cap_pa is None


def test_a_person_of_64_keeps_their_row() -> None:
    assert explain_cap(person(age_years=64), Zone.NOSE, Grit.FINE).cap_pa == 20_000


@pytest.mark.hazard("H-06", "computer")
@pytest.mark.parametrize("fitzpatrick", [None, 0, 7, -3])
def test_an_unknown_fitzpatrick_type_counts_as_the_sixth(fitzpatrick: int | None) -> None:
    assert explain_cap(person()._replace(fitzpatrick=fitzpatrick), Zone.NOSE, Grit.FINE).cap_pa == 16_000


def test_thick_skin_widens_nothing() -> None:
    thick = person()._replace(thickness=Thickness.THICK)
    assert cap_table(thick) == cap_table(person())


def test_the_arithmetic_is_shown_line_by_line() -> None:
    row = explain_cap(person(Skin.OILY, 4), Zone.CHEEK_LEFT, Grit.COARSE)
    assert [line.after_pa for line in row.first_factors] == [25_000, 21_250, 15_937, 14_343, 8_606, 8_500]
    assert row.first_cap_pa == 8_500
    assert row.set_by == ("skin: oily", "zone: forehead, cheek", "grit: coarse", "Fitzpatrick IV")
    assert all(line.source for line in row.first_factors)


def test_a_refused_grit_names_every_rule_that_refuses_it() -> None:
    assert explain_cap(person(Skin.DRY, 5), Zone.NOSE, Grit.MEDIUM).set_by == ("skin: dry", "Fitzpatrick V")


@pytest.mark.parametrize(
    ("cap_pa", "trip_pa"), [(2_500, 3_100), (4_000, 4_600), (4_500, 5_175), (10_000, 11_500), (10_500, 12_000), (25_000, 26_500)]
)
def test_the_trip_is_15_percent_above_the_cap_within_its_bounds(cap_pa: int, trip_pa: int) -> None:
    assert trip_for(cap_pa) == trip_pa


@pytest.mark.parametrize(
    ("cap_pa", "permille", "part_pa"),
    [(3_000, 700, 2_500), (10_000, 700, 7_000), (9_500, 850, 8_000), (2_500, 600, 2_500), (9_000, 1_400, 9_000)],
)
def test_a_part_of_a_cap_is_a_setting_within_it(cap_pa: int, permille: int, part_pa: int) -> None:
    assert part_of(cap_pa, permille) == part_pa


def test_a_cap_does_not_depend_on_a_float() -> None:
    assert type(cap_for(Skin.OILY, Zone.NOSE, Grit.FINE).vacuum_pa) is int
