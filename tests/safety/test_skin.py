"""Which row and which Fitzpatrick type hold for a person, and which of two profiles allows more."""

from itertools import combinations
from typing import Any, Final

import pytest

from microderm_ctl.safety import Person, Skin, Thickness, narrower, widens
from microderm_ctl.safety.skin import CAREFUL_ORDER, fitzpatrick_of, row_of
from tests.safety.people import person

FROM_CAREFUL: Final = (Skin.SENSITIVE, Skin.DRY, Skin.COMBINATION, Skin.NORMAL, Skin.OILY)


def test_the_order_from_the_most_careful_skin_to_the_boldest() -> None:
    assert CAREFUL_ORDER == FROM_CAREFUL


@pytest.mark.parametrize("skin", Skin)
def test_a_skin_of_which_all_is_known_has_its_own_row(skin: Skin) -> None:
    assert row_of(person(skin)) is skin
    assert row_of(person(skin)._replace(thickness=Thickness.THICK)) is skin
    assert row_of(person(skin)._replace(thickness=Thickness.THIN)) is Skin.SENSITIVE


@pytest.mark.parametrize(("age_years", "keeps"), [(1, True), (30, True), (64, True), (65, False), (66, False), (121, False)])
def test_from_65_on_the_sensitive_row_holds(age_years: int, keeps: bool) -> None:
    assert row_of(person(age_years=age_years)) is (Skin.NORMAL if keeps else Skin.SENSITIVE)


@pytest.mark.parametrize("age_years", [None, 0, -1, -40])
def test_an_age_that_cannot_be_is_not_known(age_years: int | None) -> None:
    """And what is not known counts as old."""
    assert row_of(person()._replace(age_years=age_years)) is Skin.SENSITIVE


@pytest.mark.parametrize("field", ["skin", "thickness"])
@pytest.mark.parametrize("value", [None, "another"])
def test_what_is_missing_or_not_in_the_table_counts_as_sensitive(field: str, value: Any) -> None:
    """A kind of skin that is added some day is careful until it has a place in the order."""
    assert row_of(person(Skin.OILY)._replace(**{field: value})) is Skin.SENSITIVE


@pytest.mark.parametrize(("told", "counts"), [(1, 1), (2, 2), (5, 5), (6, 6), (7, 6), (12, 6), (0, 6), (-1, 6), (None, 6)])
def test_a_fitzpatrick_type_is_one_to_six_or_counts_as_six(told: int | None, counts: int) -> None:
    assert fitzpatrick_of(person()._replace(fitzpatrick=told)) == counts


@pytest.mark.parametrize(("careful", "bold"), list(combinations(FROM_CAREFUL, 2)))
def test_only_the_way_to_a_bolder_skin_widens(careful: Skin, bold: Skin) -> None:
    assert widens(person(careful), person(bold))
    assert not widens(person(bold), person(careful))


def test_only_the_way_to_a_lighter_skin_widens() -> None:
    assert widens(person(fitzpatrick=4), person(fitzpatrick=3))
    assert not widens(person(fitzpatrick=3), person(fitzpatrick=4))


def test_what_stays_the_same_does_not_widen() -> None:
    assert not widens(person(), person())
    assert not widens(person(age_years=30), person(age_years=31))


def test_a_step_to_either_side_widens_as_soon_as_one_does() -> None:
    """A drier and lighter skin, an oilier and darker one: each gives more of something."""
    assert widens(person(Skin.OILY, 4), person(Skin.DRY, 3))
    assert widens(person(Skin.DRY, 3), person(Skin.OILY, 4))


def test_the_narrower_of_two_takes_the_careful_skin_and_the_darker_type() -> None:
    """Whichever comes first; the tag is the second's."""
    one = Person(Skin.OILY, Thickness.NORMAL, 5, 30, "0000000a")
    other = Person(Skin.DRY, Thickness.THICK, 2, 40, "0000000b")
    assert narrower(one, other) == Person(Skin.DRY, Thickness.THICK, 5, 40, "0000000b")
    assert narrower(other, one) == Person(Skin.DRY, Thickness.THICK, 5, 40, "0000000a")


def test_of_two_skins_alike_the_profile_in_force_stays() -> None:
    first, second = person(age_years=30)._replace(tag="0000000a"), person(age_years=50)._replace(tag="0000000b")
    assert narrower(first, second) == first._replace(tag="0000000b")
