"""What a decision holds besides its plan: which zones stay open, what is noted, and what is in force."""

from typing import Final

import pytest

from microderm_ctl.safety import (
    Answers,
    Grit,
    History,
    LedgerEntry,
    ProfessionalPlan,
    ProfileEdit,
    Request,
    Skin,
    Zone,
    next_treatment_at_s,
)
from microderm_ctl.safety.caps import cap_table, explain_cap, limits_of
from microderm_ctl.safety.decide import limits_in_force
from microderm_ctl.safety.limits import WHOLE, Bound, Limits, Scale
from microderm_ctl.safety.questions import BY_ID
from microderm_ctl.safety.rules_answers import closed_by, conditions
from microderm_ctl.safety.situation import look_at
from tests.safety.people import DAY, NOW, ask, codes, history, judge, past, person, wand

WHO: Final = person()
BEFORE: Final = history(WHO, past(60))


def saying(*zones: Zone, at_s: int = NOW, **answers: str) -> Request:
    """Return a request with some answers that are not no."""
    request = ask(*zones)
    return request._replace(answers=Answers({**request.answers.values, **answers}, at_s))


@pytest.mark.parametrize(
    ("request_", "open_zones"),
    [
        (saying(Zone.NOSE, Zone.ARM), (Zone.NOSE, Zone.ARM)),
        (saying(Zone.NOSE, Zone.ARM, rash="nose"), (Zone.ARM,)),
        (saying(Zone.NOSE, Zone.ARM, rash="nose", sunburn="yes"), ()),
        (saying(Zone.NOSE, Zone.ARM, sunburn="yes"), ()),
        (saying(Zone.NOSE, Zone.ARM, waxing="yes"), ()),
        (saying(Zone.NOSE, Zone.ARM)._replace(level_pa=22_000), (Zone.NOSE, Zone.ARM)),
        (saying(Zone.NOSE, Zone.ARM)._replace(level_pa=10_250), ()),
        (saying(Zone.ARM, Zone.LEG, Zone.BACK), (Zone.ARM, Zone.LEG, Zone.BACK)),
        (saying(Zone.ARM, Zone.LEG, Zone.BACK, Zone.EYELID, Zone.NECK_SIDE), (Zone.ARM, Zone.LEG, Zone.BACK)),
    ],
    ids=[
        "planned",
        "one closed",
        "day closed too",
        "day closed",
        "day closed for a time",
        "above the cap",
        "no setting",
        "too long",
        "too long and forbidden",
    ],
)
def test_the_zones_that_stay_open_can_be_offered(request_: Request, open_zones: tuple[Zone, ...]) -> None:
    """What closes the day leaves none; too long a list or too high a level closes no zone."""
    assert judge(request_, WHO, BEFORE).open_zones == open_zones


def test_a_zone_named_twice_is_treated_once() -> None:
    decision = judge(ask(Zone.NOSE, Zone.ARM, Zone.NOSE), WHO, BEFORE)
    assert decision.plan is not None
    assert sorted(row.zone for row in decision.plan.zones) == [Zone.ARM, Zone.NOSE]
    assert decision.open_zones == (Zone.NOSE, Zone.ARM)


def test_a_decision_in_order_notes_nothing() -> None:
    assert judge(ask(), WHO, BEFORE).notes == ()
    assert judge(ask(), WHO, History()).notes == ()


def test_what_waits_is_noted_and_what_is_left_aside_too() -> None:
    """Also beside a plan, not only beside refusals."""
    wider = BEFORE._replace(profiles=(*BEFORE.profiles, ProfileEdit(NOW - DAY, person(Skin.OILY))))
    plan = ProfessionalPlan("Dr. Example", NOW - 9 * DAY, NOW - DAY)
    decision = judge(ask(), person(Skin.OILY), wider._replace(plan=plan))
    assert decision.plan is not None
    waits, aside = decision.notes
    assert waits.startswith("Your changed profile allows more than the one before.")
    assert aside == "The professional's plan has no name or is out of date, so it is left aside."
    used = judge(ask(), WHO, BEFORE._replace(plan=plan._replace(expires_at_s=NOW + DAY)))
    assert used.notes == ()


def test_the_limits_in_force_are_those_of_every_rule() -> None:
    """Row, type, wand and a new grit met at once, whether or not a treatment is refused."""
    on = wand(Grit.MEDIUM)._replace(cap_pa=19_000, zone_s=50)
    for before in (BEFORE, history(WHO, past(1))):
        assert limits_in_force(ask(), WHO, on, before, NOW) == Limits(19_000, 300, 50, 2_000, 1, 28, frozenset({Grit.FINE, Grit.MEDIUM}))
    assert limits_in_force(ask(), WHO, wand(), BEFORE, NOW).passes == 2


def test_the_calendar_can_be_asked_without_a_request() -> None:
    assert next_treatment_at_s(WHO, wand(), history(WHO), NOW) is None
    assert next_treatment_at_s(WHO, wand(), BEFORE, NOW) == NOW - 32 * DAY
    on = wand()._replace(ledger=(LedgerEntry(NOW - DAY, WHO.tag, 60_000),))
    assert next_treatment_at_s(WHO, on, BEFORE, NOW) == NOW + 27 * DAY


def test_an_answer_to_no_question_closes_no_zone() -> None:
    """It is refused for what it is, and the zones in it are not counted."""
    assert codes(judge(saying(Zone.HAND_LEFT, nonsense="nose,chin,leg"), WHO, BEFORE)) == {"answers-incomplete"}


def test_zones_in_an_answer_to_another_question_are_not_counted() -> None:
    """It is no answer, and counts as the strictest one that its own question takes."""
    assert codes(judge(saying(Zone.HAND_LEFT, sunburn="nose,chin,leg"), WHO, BEFORE)) == {"answers-incomplete", "sunburn"}


def test_an_answer_that_closes_nothing_yields_nothing() -> None:
    """Neither a time that is over nor a spot far from what is asked for."""
    for request in (saying(Zone.NOSE, retinoid="30d"), saying(Zone.NOSE, rash="leg")):
        assert conditions(look_at(request, WHO, wand(), BEFORE, NOW)) == ()


def test_not_sure_never_runs_out() -> None:
    """However long ago it was said: it counts as that day, and needs another answer, not more time."""
    found = codes(judge(saying(Zone.NOSE, at_s=NOW - 40 * DAY, retinoid="not_sure"), WHO, BEFORE))
    assert found == {"answers-stale", "retinoid"}
    assert codes(judge(saying(Zone.NOSE, at_s=NOW - 40 * DAY, retinoid="yes"), WHO, BEFORE)) == {"answers-stale"}


@pytest.mark.parametrize("value", ["yes", "not_sure", "what?"])
def test_a_question_with_its_own_zones_closes_these_alone(value: str) -> None:
    assert closed_by(BY_ID["cold_sores_often"], value) == {Zone.AROUND_MOUTH, Zone.CHIN}


def test_the_lowest_setting_is_a_cap_and_less_is_refused() -> None:
    for bound_pa, cap_pa in ((2_500, 2_500), (2_499, None), (2_999, 2_500), (3_000, 3_000)):
        bound = Bound("a rule", WHOLE._replace(vacuum_pa=bound_pa), "a test")
        assert explain_cap(WHO, Zone.NOSE, Grit.FINE, (), (bound,)).cap_pa == cap_pa


def test_more_bounds_and_factors_hold_in_every_part_of_an_explanation() -> None:
    """Seconds, passes, grit and both caps, with the names of those that set them."""
    row = explain_cap(
        person(Skin.OILY),
        Zone.NOSE,
        Grit.FINE,
        (Scale("a factor", 500, False, "a test"),),
        (Bound("a rule", WHOLE._replace(vacuum_pa=7_000, zone_s=20, passes=2), "a test"),),
    )
    assert (row.cap_pa, row.first_cap_pa, row.seconds, row.passes) == (7_000, 7_000, 20, 2)
    assert row.set_by == ("skin: oily", "a factor", "a rule")
    no_fine = Bound("no fine", WHOLE._replace(grits=frozenset({Grit.COARSE})), "a test")
    refused = explain_cap(WHO, Zone.NOSE, Grit.FINE, (), (no_fine, no_fine))
    assert (refused.cap_pa, refused.first_cap_pa, refused.set_by) == (None, None, ("no fine",))
    assert (refused.factors, refused.first_factors, refused.seconds, refused.passes) == ((), (), 30, 2)


def test_what_a_person_may_get_is_told_without_a_wand() -> None:
    met = limits_of(person(Skin.OILY, 5))
    assert (met.row, met.fitzpatrick, met.floor_days) == ("oily", 5, 14)
    assert met.limits == Limits(25_000, 360, 360, 3_000, 3, 28, frozenset({Grit.FINE}))
    assert [bound.rule for bound in met.bounds] == ["skin: oily"] * 5 + ["Fitzpatrick V"]


def test_the_table_of_caps_has_each_zone_with_each_grit() -> None:
    rows = cap_table(WHO, (Zone.NOSE, Zone.ARM), (Grit.FINE, Grit.COARSE))
    assert [(row.zone, row.grit, row.cap_pa) for row in rows] == [
        (Zone.NOSE, Grit.FINE, 20_000),
        (Zone.NOSE, Grit.COARSE, None),
        (Zone.ARM, Grit.FINE, 20_000),
        (Zone.ARM, Grit.COARSE, None),
    ]
    assert len(cap_table(WHO)) == 18 * 3
