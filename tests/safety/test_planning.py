"""From limits to a plan: seconds, passes, one level, the patch test, and where no plan is left."""

from typing import Any, Final

import pytest

from microderm_ctl.safety import (
    Aftermath,
    Decision,
    Depth,
    Ending,
    Factor,
    Grit,
    History,
    Kind,
    PastZone,
    Person,
    Plan,
    PlannedZone,
    Request,
    Skin,
    Treatment,
    Zone,
    decide,
    explain_cap,
)
from microderm_ctl.safety.limits import WHOLE, Bound
from microderm_ctl.safety.planning import draft
from microderm_ctl.safety.situation import look_at
from tests.safety.people import NOW, ask, codes, history, past, patch_request, person, wand

WHO: Final = person()
BEFORE: Final = history(WHO, past(60))
FINISH: Final = ask()._replace(kind=Kind.FINISH, zones=())


def told(request: Request, who: Person = WHO, before: History = BEFORE, **on: Any) -> Decision:
    """Return the decision with a wand of which some things are said otherwise."""
    return decide(request, who, wand()._replace(**on), before, NOW)


def plan_of(decision: Decision) -> Plan:
    """Return the plan that there must be."""
    assert decision.plan is not None, decision.refusals
    return decision.plan


@pytest.mark.parametrize(("dwell_ms", "is_left"), [(-1, False), (0, False), (1, True), (2_000, True)])
def test_without_dwell_there_is_no_treatment(dwell_ms: int, is_left: bool) -> None:
    decision = told(ask(), dwell_ms=dwell_ms)
    assert codes(decision) == (set() if is_left else {"no-seconds-left"})
    assert (decision.plan is not None) is is_left


@pytest.mark.parametrize("who", [person(), person(Skin.SENSITIVE)], ids=["zone by zone", "one level"])
@pytest.mark.parametrize(("zone_s", "is_left"), [(-1, False), (0, False), (1, True)])
def test_without_seconds_for_a_zone_there_is_no_treatment(who: Person, zone_s: int, is_left: bool) -> None:
    decision = told(ask(), who, history(who, past(60)), zone_s=zone_s)
    assert codes(decision) == (set() if is_left else {"no-seconds-left"})


def test_no_dwell_hides_no_other_reason() -> None:
    """What can be put right is told before that nothing is left."""
    assert codes(told(ask()._replace(level_pa=10_250), dwell_ms=0)) == {"level-invalid"}


@pytest.mark.parametrize(("field", "value", "code"), [
    ("cap_pa", 2_500, None), ("cap_pa", 2_499, "cap-too-low"), ("cap_pa", 0, "cap-too-low"),
    ("treatment_s", 4, None), ("treatment_s", 3, None), ("treatment_s", 2, "no-seconds-left"),
    ("zone_s", 4, None), ("zone_s", 3, None), ("zone_s", 2, "no-seconds-left"),
    ("dwell_ms", 1, None), ("dwell_ms", 0, "no-seconds-left"), ("dwell_ms", -1, "no-seconds-left"),
])  # fmt: skip
def test_a_patch_test_needs_its_vacuum_and_its_three_seconds(field: str, value: int, code: str | None) -> None:
    decision = decide(patch_request(), WHO, wand()._replace(**{field: value}), history(WHO), NOW)  # type: ignore[arg-type]
    assert codes(decision) == ({code} if code else set())
    assert (decision.plan is None) is bool(code)


def test_a_wand_too_weak_for_a_patch_test_is_told_without_a_zone() -> None:
    (refusal,) = told(patch_request(), before=history(WHO), cap_pa=2_000).refusals
    assert refusal.why == "The cap is 2.0 kPa, under the 2.5 kPa below which the wand cannot keep to a cap."
    assert refusal.zones == ()


def test_the_plan_of_a_patch_test() -> None:
    """One spot for 3 s at 2.5 kPa with all that goes with it, whatever the skin; dwell is the three seconds."""
    factors = (Factor("patch test: the lowest setting", 1000, 2_500, True, "Beurer FC 76 manual, p. 18"),)
    row = PlannedZone(Zone.INNER_FOREARM, 2_500, 2_500, 3_100, 3, 1, 3_000, factors)
    plan = plan_of(told(patch_request(), before=history(WHO), dwell_ms=9_000, tip_um=100))
    assert plan == Plan(Kind.PATCH_TEST, (row,), 3, 100, Grit.FINE, True, True, 1000)


def test_a_shorter_dwell_of_the_wand_holds_in_a_patch_test() -> None:
    assert plan_of(told(patch_request(), before=history(WHO), dwell_ms=2_000)).zones[0].dwell_ms == 2_000


@pytest.mark.parametrize("zones", [(), (Zone.INNER_FOREARM, Zone.NECK_SIDE)])
def test_even_with_no_rule_a_patch_test_has_one_spot(zones: tuple[Zone, ...]) -> None:
    """Planning itself plans nothing else; the rules only say why."""
    assert decide(patch_request()._replace(zones=zones), WHO, wand(), BEFORE, NOW, ()).plan is None


@pytest.mark.parametrize("request_", [patch_request(), ask()], ids=["patch test", "treatment"])
def test_even_with_no_rule_nothing_is_planned_without_a_tip_that_is_known(request_: Request) -> None:
    for size_um in (None, 0, 151):
        assert decide(request_, WHO, wand()._replace(tip_um=size_um), BEFORE, NOW, ()).plan is None


@pytest.mark.parametrize("zones", [(), (Zone.EYELID,), (Zone.INNER_FOREARM,)])
def test_even_with_no_rule_only_zones_that_are_treated_are_planned(zones: tuple[Zone, ...]) -> None:
    assert decide(ask()._replace(zones=zones), WHO, wand(), BEFORE, NOW, ()).plan is None


@pytest.mark.parametrize(("depth", "permille"), [(Depth.LIGHT, 700), (Depth.REGULAR, 850), (Depth.DEEP, 1000)])
def test_a_depth_names_its_part_of_the_cap(depth: Depth, permille: int) -> None:
    assert plan_of(told(ask()._replace(depth=depth))).fraction_permille == permille


def test_a_dark_mark_on_light_skin_takes_a_step_back() -> None:
    """On types I and II it refuses nothing, and the next treatment is weaker."""
    feelings = (Aftermath.FINE, Aftermath.FINE, Aftermath.DARK_MARK)
    before = history(WHO, *(past(400 - 30 * number, aftermath=feeling) for number, feeling in enumerate(feelings)))
    assert plan_of(told(ask(), before=before)).fraction_permille == 700


@pytest.mark.parametrize(("fitzpatrick", "is_one"), [(1, False), (3, False), (4, True), (5, True), (6, True)])
def test_darker_skin_is_treated_at_one_level(fitzpatrick: int, is_one: bool) -> None:
    who = person(fitzpatrick=fitzpatrick)
    plan = plan_of(told(ask(Zone.NOSE, Zone.NECK_LEFT), who, history(who, past(60))))
    assert plan.one_level is is_one
    assert (len({row.cap_pa for row in plan.zones}) == 1) is is_one


def test_one_level_is_a_line_where_it_lowers_a_cap() -> None:
    """The zone that holds the others down, and one that ties with it, keep their own arithmetic."""
    request = ask(Zone.NOSE, Zone.JAW_LEFT, Zone.NECK_LEFT, Zone.NECK_RIGHT)._replace(one_level=True)
    rows = {row.zone: row for row in plan_of(told(request)).zones}
    line = Factor("one level: the lowest cap of the chosen zones", 1000, 12_000, False, "our own choice")
    for zone, lines in {Zone.NOSE: (line,), Zone.JAW_LEFT: (line,), Zone.NECK_LEFT: (), Zone.NECK_RIGHT: ()}.items():
        own = explain_cap(WHO, zone, Grit.FINE).factors
        assert rows[zone].cap_pa == 12_000
        assert rows[zone].factors == (*own, *lines)


def begun(*zones: PastZone, sealed_ms: int = 60_000) -> Treatment:
    """Return a treatment that was interrupted five minutes ago."""
    return Treatment(NOW - 600, sealed_ms, Grit.FINE, Ending.INTERRUPTED, None, zones, NOW - 300)


def test_a_zone_that_is_done_still_holds_the_level_down_when_the_rest_is_finished() -> None:
    """The neck is done at 7.0 kPa: what is left of the treatment does not go up."""
    who = person(Skin.SENSITIVE)
    last = begun(PastZone(Zone.NECK_LEFT, 15_000, 15, True), PastZone(Zone.NOSE, 0, 18, False))
    plan = plan_of(told(FINISH, who, history(who, past(90), last)))
    assert [(row.zone, row.cap_pa, row.factors[-1].after_pa) for row in plan.zones] == [(Zone.NOSE, 7_000, 7_000)]


def test_a_zone_that_is_never_treated_holds_no_level_down() -> None:
    """A record that names a patch site among its zones is read past."""
    who = person(Skin.SENSITIVE)
    last = begun(PastZone(Zone.INNER_FOREARM, 3_000, 3, True), PastZone(Zone.NOSE, 0, 18, False))
    plan = plan_of(told(FINISH, who, history(who, past(90), last)))
    assert [(row.zone, row.cap_pa) for row in plan.zones] == [(Zone.NOSE, 12_000)]


@pytest.mark.parametrize(("left_s", "planned_s"), [(30, 28), (28, 28), (27, 27), (1, 1), (0, None), (-1, None), (-40, None)])
def test_finishing_takes_what_the_wand_has_left(left_s: int, planned_s: int | None) -> None:
    """The nose has 28 s left of its own; without a second of the treatment nothing is finished."""
    decision = told(FINISH, before=history(WHO, past(60), begun(PastZone(Zone.NOSE, 2_000, 30, False))), treatment_left_s=left_s)
    if planned_s is None:
        assert codes(decision) == {"no-seconds-left"}
    else:
        assert plan_of(decision).treatment_s == planned_s


@pytest.mark.parametrize(
    ("sealed_ms", "planned_s"), [(270_000, 28), (272_000, 28), (272_001, 27), (299_000, 1), (299_001, None), (400_000, None)]
)
def test_finishing_takes_what_the_treatment_has_left(sealed_ms: int, planned_s: int | None) -> None:
    """300 s less what was sealed, counted in begun seconds."""
    last = begun(PastZone(Zone.NOSE, 2_000, 30, False), sealed_ms=sealed_ms)
    decision = told(FINISH, before=history(WHO, past(60), last))
    if planned_s is None:
        assert codes(decision) == {"no-seconds-left"}
    else:
        assert plan_of(decision).treatment_s == planned_s


@pytest.mark.parametrize(("treatment_s", "code"), [(121, None), (120, None), (119, "treatment-too-long")])
def test_a_treatment_may_take_all_its_seconds(treatment_s: int, code: str | None) -> None:
    """Forehead and left cheek take 60 s each; the refusal says how much is too much."""
    decision = told(ask(Zone.FOREHEAD, Zone.CHEEK_LEFT), treatment_s=treatment_s)
    assert codes(decision) == ({code} if code else set())
    if code:
        assert "take 120 s together; one treatment has 119 s" in decision.refusals[0].why
        assert "Leave out zones that take 1 s together: forehead 60 s, cheek_left 60 s." in decision.refusals[0].do_next
    else:
        assert plan_of(decision).treatment_s == 120


def test_twelve_zones_go_into_one_treatment() -> None:
    small = (Zone.NOSE, Zone.CHIN, Zone.TEMPLE_LEFT, Zone.TEMPLE_RIGHT, Zone.JAW_LEFT, Zone.JAW_RIGHT, Zone.NECK_LEFT, Zone.NECK_RIGHT)
    twelve = (*small, Zone.AROUND_MOUTH, Zone.HAND_LEFT, Zone.HAND_RIGHT, Zone.DECOLLETE)
    assert "too-many-zones" not in codes(told(ask(*twelve)))
    (refusal,) = told(ask(*twelve, Zone.FOREHEAD)).refusals
    assert refusal.code == "too-many-zones"
    assert refusal.why == "13 zones were chosen; one treatment takes 12."


def test_a_cap_at_the_lowest_setting_is_offered_and_never_taken_quietly() -> None:
    decision = told(ask()._replace(level_pa=5_000), cap_pa=2_500, cap_least_pa=2_500)
    assert [(refusal.code, refusal.allowed_pa) for refusal in decision.refusals] == [("above-cap", 2_500)]


def test_a_refused_level_is_explained_for_the_first_zone_that_was_named() -> None:
    """Nose and arm have the same cap by different columns."""
    for first, other in ((Zone.NOSE, Zone.ARM), (Zone.ARM, Zone.NOSE)):
        (refusal,) = told(ask(first, other)._replace(level_pa=25_000)).refusals
        assert refusal.zones == (first, other)
        assert refusal.factors == explain_cap(WHO, first, Grit.FINE).factors


def test_a_cap_under_the_lowest_setting_is_not_offered() -> None:
    decision = told(ask()._replace(level_pa=5_000), cap_pa=2_400, cap_least_pa=0)
    assert [(refusal.code, refusal.allowed_pa) for refusal in decision.refusals] == [("cap-too-low", None)]


def drafted(*bounds: Bound, skin: Skin = Skin.OILY) -> PlannedZone:
    """Return the nose of a plan under some bounds and no other rule."""
    who = person(skin)
    plan, refusals = draft(look_at(ask(Zone.NOSE), who, wand(), history(who, past(60)), NOW), (), bounds)
    assert plan is not None, refusals
    return plan.zones[0]


def passes_of(name: str, passes: int) -> Bound:
    """Return a bound on passes alone."""
    return Bound(name, WHOLE._replace(passes=passes), "a test")


@pytest.mark.parametrize("name", ["a rule", "z rule"])
@pytest.mark.parametrize(("passes", "planned", "seconds"), [(3, 3, 36), (2, 2, 24), (1, 1, 12), (0, 1, 12), (-1, 1, 12)])
def test_fewer_passes_take_their_share_of_the_seconds(name: str, passes: int, planned: int, seconds: int) -> None:
    """Oily skin has three passes over the nose in 36 s; there is one at least, whatever a rule says, or whatever it is called."""
    row = drafted(passes_of(name, passes))
    assert (row.passes, row.seconds) == (planned, seconds)


def test_the_passes_of_the_own_row_take_no_seconds_away() -> None:
    """Sensitive skin has one pass, and all of its 18 s for it, but no more than a bolder skin would have for one."""
    row = drafted(passes_of("skin: sensitive", 1), skin=Skin.SENSITIVE)
    assert (row.passes, row.seconds) == (1, 18)
    assert drafted(passes_of("skin: oily", 1)).seconds == 36
