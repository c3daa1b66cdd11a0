"""What is said of a tip or a zone that cannot be used, and what holds for a skin and its type."""

from typing import Final, cast

import pytest

from microderm_ctl.safety import Depth, Grit, Kind, Person, Refusal, Skin, Zone, decide
from microderm_ctl.safety.evidence import GRIT_SOURCE
from microderm_ctl.safety.limits import WHOLE, Bound, Scale
from microderm_ctl.safety.rules_skin import depth, first_or_new_grit, fitzpatrick_scale, skin_bounds, up_to
from microderm_ctl.safety.situation import look_at
from tests.safety.people import NOW, ask, codes, history, judge, past, patch_request, person, wand

WHO: Final = person()
ELBOW: Final = cast("Zone", "elbow")
"""A name that is no zone, as a caller might hand in by mistake."""


def only(who: Person, grit: Grit) -> Refusal:
    """Return the one refusal of a treatment with a tip."""
    (refusal,) = decide(ask(), who, wand(grit), history(who, past(60)), NOW).refusals
    return refusal


@pytest.mark.parametrize(
    ("skin", "fitzpatrick", "grit", "rule", "names", "coarsest"),
    [
        (Skin.NORMAL, 2, Grit.COARSE, "skin: normal", "skin: normal", "medium"),
        (Skin.DRY, 2, Grit.MEDIUM, "skin: dry", "skin: dry", "fine"),
        (Skin.NORMAL, 5, Grit.COARSE, "skin: normal", "skin: normal and Fitzpatrick V", "fine"),
        (Skin.OILY, 6, Grit.COARSE, "Fitzpatrick VI", "Fitzpatrick VI", "fine"),
        (Skin.NORMAL, 5, Grit.MEDIUM, "Fitzpatrick V", "Fitzpatrick V", "fine"),
    ],
)
def test_a_tip_too_coarse_is_told_with_every_rule_and_the_coarsest_that_all_allow(
    skin: Skin, fitzpatrick: int, grit: Grit, rule: str, names: str, coarsest: str
) -> None:
    refusal = only(person(skin, fitzpatrick), grit)
    assert (refusal.code, refusal.rule) == ("grit-too-coarse", rule)
    assert refusal.why == f"The {grit} tip is too coarse for this skin ({names})."
    assert refusal.do_next.startswith(f"Put on the {coarsest} tip or a finer one;")
    assert (refusal.source == GRIT_SOURCE) is rule.startswith("skin")


@pytest.mark.parametrize(("asked", "on", "fits"), [(asked, on, asked in (None, on)) for asked in (None, *Grit) for on in Grit])
def test_the_tip_that_is_asked_for_is_the_one_that_is_on(asked: Grit | None, on: Grit, fits: bool) -> None:
    """On a skin that takes all three."""
    who = person(Skin.OILY)
    found = codes(decide(ask()._replace(grit=asked), who, wand(on), history(who, past(60)), NOW))
    assert found == (set() if fits else {"grit-not-on-wand"})


@pytest.mark.parametrize(
    ("coarsest", "grits"),
    [(Grit.FINE, {Grit.FINE}), (Grit.MEDIUM, {Grit.FINE, Grit.MEDIUM}), (Grit.COARSE, {Grit.FINE, Grit.MEDIUM, Grit.COARSE})],
)
def test_a_grit_and_all_that_are_finer(coarsest: Grit, grits: set[Grit]) -> None:
    assert up_to(coarsest) == grits


def test_a_row_of_the_table_bounds_each_limit() -> None:
    """Grit, dwell, passes, seconds and days of combination skin; from the fifth type on fine diamonds only."""
    grits = frozenset({Grit.FINE, Grit.MEDIUM})
    wanted = [{"grits": grits}, {"dwell_ms": 2_000}, {"passes": 2}, {"treatment_s": 300}, {"interval_days": 28}]
    bounds = skin_bounds(Skin.COMBINATION, 4)
    assert [bound.limits for bound in bounds] == [WHOLE._replace(**changes) for changes in wanted]  # type: ignore[arg-type]
    assert {bound.rule for bound in bounds} == {"skin: combination"}
    for fitzpatrick, name in ((5, "Fitzpatrick V"), (6, "Fitzpatrick VI")):
        *same, last = skin_bounds(Skin.COMBINATION, fitzpatrick)
        assert tuple(same) == bounds
        assert (last.rule, last.limits) == (name, WHOLE._replace(grits=frozenset({Grit.FINE})))


@pytest.mark.parametrize(
    ("fitzpatrick", "name", "permille"),
    [(1, "I", 1000), (2, "II", 1000), (3, "III", 1000), (4, "IV", 900), (5, "V", 800), (6, "VI", 800)],
)
def test_a_fitzpatrick_type_scales_every_cap(fitzpatrick: int, name: str, permille: int) -> None:
    assert fitzpatrick_scale(fitzpatrick)[:3] == (f"Fitzpatrick {name}", permille, False)


def test_a_new_grit_takes_the_first_factor_and_one_pass() -> None:
    found = first_or_new_grit(look_at(ask(), WHO, wand(Grit.MEDIUM), history(WHO, past(60)), NOW))
    scale, bound = found
    assert isinstance(scale, Scale)
    assert isinstance(bound, Bound)
    assert scale[:3] == ("first treatment or new grit", 600, False)
    assert bound[:2] == ("first treatment or new grit", WHOLE._replace(passes=1))
    assert first_or_new_grit(look_at(ask(), WHO, wand(), history(WHO, past(60)), NOW)) == ()


@pytest.mark.parametrize("wish", Depth)
@pytest.mark.parametrize("grit", Grit)
def test_a_depth_takes_its_grit_or_a_finer_one(wish: Depth, grit: Grit) -> None:
    who = person(Skin.OILY)
    fits = list(Grit).index(grit) <= list(Depth).index(wish)
    found = codes(decide(ask()._replace(depth=wish), who, wand(grit), history(who, past(60, grit)), NOW))
    assert found == (set() if fits else {"depth-grit"})


def test_a_depth_says_nothing_of_a_tip_that_is_not_known() -> None:
    """That the tip is missing is told by its own rule."""
    assert depth(look_at(ask()._replace(depth=Depth.DEEP), WHO, wand()._replace(tip_um=None), history(WHO), NOW)) == ()
    assert depth(look_at(ask(), WHO, wand(), history(WHO), NOW)) == ()


def test_each_zone_that_cannot_be_treated_is_refused_on_its_own() -> None:
    """With its own name; the others stay open."""
    decision = judge(ask(Zone.EYELID, Zone.NOSE, Zone.LIPS, Zone.NECK_SIDE), WHO, history(WHO, past(60)))
    assert [(refusal.code, refusal.zones) for refusal in decision.refusals] == [
        ("zone-forbidden", (Zone.EYELID,)),
        ("zone-forbidden", (Zone.LIPS,)),
        ("zone-only-for-patch-test", (Zone.NECK_SIDE,)),
    ]
    assert decision.refusals[0].why.startswith("The eyelid is never treated: ")
    assert decision.refusals[2].why == "The neck side is only for the patch test."
    assert decision.open_zones == (Zone.NOSE,)


@pytest.mark.parametrize(
    ("zones", "unknown"), [((), ()), ((ELBOW,), (ELBOW,)), ((Zone.NOSE, ELBOW), (ELBOW,)), ((Zone.NOSE,), None), ((Zone.NECK_SIDE,), None)]
)
def test_a_zone_that_is_not_known_is_missing(zones: tuple[Zone, ...], unknown: tuple[Zone, ...] | None) -> None:
    found = [one.zones for one in judge(ask()._replace(zones=zones), WHO, history(WHO, past(60))).refusals if one.code == "zone-missing"]
    assert found == ([] if unknown is None else [unknown])


def test_who_finishes_need_not_name_a_zone() -> None:
    request = ask()._replace(kind=Kind.FINISH, zones=())
    assert "zone-missing" not in codes(judge(request, WHO, history(WHO, past(60))))


@pytest.mark.parametrize(
    ("zones", "wrong"),
    [
        ((), ()),
        ((Zone.FOREHEAD,), (Zone.FOREHEAD,)),
        ((Zone.INNER_FOREARM, Zone.FOREHEAD), (Zone.FOREHEAD,)),
        ((Zone.INNER_FOREARM, Zone.NECK_SIDE), ()),
        ((Zone.INNER_FOREARM,), None),
        ((Zone.NECK_SIDE,), None),
    ],
)
def test_a_patch_test_names_the_spots_that_are_none(zones: tuple[Zone, ...], wrong: tuple[Zone, ...] | None) -> None:
    found = [one.zones for one in judge(patch_request()._replace(zones=zones), WHO, history(WHO)).refusals if one.code == "patch-site"]
    assert found == ([] if wrong is None else [wrong])


@pytest.mark.parametrize(
    ("size_um", "why"),
    [
        (None, "The wand reads no tip, or one that it does not know."),
        (0, "The wand reads no tip, or one that it does not know."),
        (-1, "The wand reads no tip, or one that it does not know."),
        (151, "The tip has diamonds of 151 um; nothing coarser than 150 um is used."),
    ],
)
def test_a_tip_that_cannot_be_used_is_told_as_what_it_is(size_um: int | None, why: str) -> None:
    (refusal,) = decide(ask(), WHO, wand()._replace(tip_um=size_um), history(WHO, past(60)), NOW).refusals
    assert refusal.why == why
