"""Where exactly each rule begins and ends, and what it then says."""

from typing import Final

import pytest

from microderm_ctl.safety import (
    Aftermath,
    Ending,
    Grit,
    Kind,
    PastZone,
    Patch,
    PatchResult,
    ProfessionalPlan,
    Refusal,
    Request,
    Skin,
    Treatment,
    Zone,
    decide,
    next_treatment_at_s,
)
from microderm_ctl.safety.questions import BY_ID
from microderm_ctl.safety.rules_answers import closed_by
from microderm_ctl.safety.rules_history import course_length
from microderm_ctl.safety.situation import look_at
from tests.safety.people import DAY, HOUR, NOW, ask, codes, history, judge, past, person, wand

WHO: Final = person()
BEFORE: Final = history(WHO, past(60))
FINISH: Final = ask()._replace(kind=Kind.FINISH, zones=())


def answering(at_s: int | None = NOW, zones: tuple[Zone, ...] = (Zone.FOREHEAD,), **answers: str) -> Request:
    """Return a request with some answers that are not no."""
    request = ask(*zones)
    return request._replace(answers=request.answers._replace(values={**request.answers.values, **answers}, at_s=at_s))


def the(request: Request, code: str, now_s: int = NOW) -> Refusal | None:
    """Return the refusal of a code, None where there is none."""
    found = [refusal for refusal in judge(request, WHO, BEFORE, now_s).refusals if refusal.code == code]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("age_s", "is_stale"),
    [(-3_600, True), (-61, True), (-60, False), (0, False), (3_599, False), (3_600, True), (3_601, True), (90_000, True)],
)
def test_answers_hold_for_an_hour(age_s: int, is_stale: bool) -> None:
    """A minute ahead is a clock that was set; more is no answer of now."""
    assert ("answers-stale" in codes(judge(answering(NOW - age_s), WHO, BEFORE))) is is_stale


def test_no_closes_nothing_whatever_the_question() -> None:
    for question in BY_ID.values():
        assert closed_by(question, "no") == frozenset()


@pytest.mark.parametrize(
    ("named", "closes"),
    [("nose,chin", False), ("nose,chin,arm", True), ("nose,chin,arm,leg", True), ("face", True), ("no", False)],
)
def test_three_zones_with_a_condition_close_the_day(named: str, closes: bool) -> None:
    """Counted over all questions about zones; a yes to another question is no zone."""
    request = answering(zones=(Zone.HAND_LEFT,), inflamed_spots=named, thyroid="yes", sunburn="yes")
    assert ("many-zones" in codes(judge(request, WHO, BEFORE))) is closes


def test_zones_of_several_questions_count_together_and_once() -> None:
    three = answering(zones=(Zone.LEG,), inflamed_spots="nose", rash="chin", mole_or_tattoo="hand_left")
    assert "many-zones" in codes(judge(three, WHO, BEFORE))
    same = answering(zones=(Zone.LEG,), inflamed_spots="nose", rash="nose", mole_or_tattoo="chin")
    assert "many-zones" not in codes(judge(same, WHO, BEFORE))


@pytest.mark.parametrize(("ago", "refused"), [("6d", True), ("167h", True), ("168h", False), ("7d", False), ("8d", False), ("30d", False)])
def test_a_wait_is_over_to_the_second(ago: str, refused: bool) -> None:
    """Seven days after a retinoid; what lies longer back says nothing."""
    refusal = the(answering(retinoid=ago), "retinoid")
    assert (refusal is not None) is refused


def test_a_wait_is_counted_from_when_it_was_said() -> None:
    """An answer of half an hour ago that it was two days ago; one said ahead of the clock counts from the clock."""
    refusal = the(answering(NOW - 1_800, retinoid="2d"), "retinoid")
    assert refusal is not None
    assert refusal.retry_at_s == NOW - 1_800 + 5 * DAY
    assert "not sure" not in refusal.why
    ahead = the(answering(NOW + 30, retinoid="2d"), "retinoid")
    assert ahead is not None
    assert ahead.retry_at_s == NOW + 5 * DAY
    timeless = the(answering(None, retinoid="2d"), "retinoid")
    assert timeless is not None
    assert timeless.retry_at_s == NOW + 5 * DAY


def test_yes_and_not_sure_count_as_today_and_only_one_says_so() -> None:
    for value, unsure in (("yes", False), ("not_sure", True), ("what?", True)):
        refusal = the(answering(retinoid=value), "retinoid")
        assert refusal is not None
        assert refusal.retry_at_s == NOW + 7 * DAY
        assert ("You were not sure" in refusal.why) is unsure


def test_what_is_there_now_has_no_date() -> None:
    """A sunburn ends when it is gone, not after a time."""
    refusal = the(answering(sunburn="yes"), "sunburn")
    assert refusal is not None
    assert refusal.retry_at_s is None
    assert refusal.why == BY_ID["sunburn"].why
    assert refusal.do_next == BY_ID["sunburn"].do_next


def plan_of(**changes: int | tuple[str, ...] | None) -> ProfessionalPlan:
    """Return a professional's plan that is in date."""
    return ProfessionalPlan("Dr. Example", NOW - 10 * DAY, NOW + 300 * DAY)._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("length", "count"), [(-3, 1), (0, 1), (1, 1), (2, 2), (12, 12), (13, 12)])
def test_a_course_has_one_treatment_at_least_and_twelve_at_most(length: int, count: int) -> None:
    """The pause of 90 days comes after the last of them, not before."""
    for made in (count - 1, count, count + 1):
        if not made:
            continue
        treatments = [past(40 * back + 40) for back in range(made)]
        before = history(WHO, *treatments)._replace(plan=plan_of(course_length=length, interval_days=28))
        days = 90 if made >= count else 28
        assert next_treatment_at_s(WHO, wand(), before, NOW) == NOW - 40 * DAY + days * DAY
        assert course_length(look_at(ask(), WHO, wand(), before, NOW)) == count


def test_gaps_of_90_days_and_more_begin_a_new_course() -> None:
    """Six in one course pause; the same six with a gap do not."""
    for gap, days in ((89, 90), (90, 28), (91, 28), (200, 28)):
        newest = [past(30 * back + 10) for back in range(5)]
        before = history(WHO, *newest, past(130 + gap))
        assert next_treatment_at_s(WHO, wand(), before, NOW) == NOW - 10 * DAY + days * DAY


def test_the_interval_names_the_last_treatment() -> None:
    before = history(WHO, past(90), past(10))
    (refusal,) = judge(ask(), WHO, before).refusals
    assert refusal.code == "interval"
    assert refusal.retry_at_s == NOW + 18 * DAY
    assert "2027-01-05" in refusal.why


@pytest.mark.parametrize(("ending", "said"), [(Ending.PAIN, "ended with pain"), (Ending.BLEEDING, "ended with bleeding or a purple mark")])
def test_a_painful_stop_is_told_by_its_name(ending: Ending, said: str) -> None:
    before = history(WHO, past(10)._replace(ending=ending))
    refusal = next(one for one in judge(ask(), WHO, before).refusals if one.code == "stopped-for-pain")
    assert said in refusal.why
    assert refusal.retry_at_s == NOW + 4 * DAY


@pytest.mark.parametrize(
    ("days_ago", "sealed_ms", "asked"),
    [(13, 1, True), (13, 0, False), (13, -1, False), (14, 1, False), (15, 1, False), (40, 60_000, False)],
)
def test_an_ending_that_nobody_explained_counts_for_14_days(days_ago: int, sealed_ms: int, asked: bool) -> None:
    before = history(WHO, past(days_ago)._replace(ending=None, sealed_ms=sealed_ms))
    found = {refusal.code: refusal for refusal in judge(ask(), WHO, before).refusals}
    assert ("ending-unsaid" in found) is asked
    if asked:
        assert found["ending-unsaid"].retry_at_s == NOW + (14 - days_ago) * DAY


def test_of_two_unexplained_endings_the_later_gives_the_date() -> None:
    before = history(WHO, past(3)._replace(ending=None), past(9)._replace(ending=None))
    refusal = next(one for one in judge(ask(), WHO, before).refusals if one.code == "ending-unsaid")
    assert refusal.retry_at_s == NOW + 11 * DAY


@pytest.mark.parametrize("kind", [Kind.PATCH_TEST, Kind.FINISH])
def test_an_unexplained_ending_keeps_from_a_new_treatment_alone(kind: Kind) -> None:
    before = history(WHO, past(3)._replace(ending=None))
    zones = (Zone.INNER_FOREARM,) if kind is Kind.PATCH_TEST else ()
    assert "ending-unsaid" not in codes(judge(ask()._replace(kind=kind, zones=zones), WHO, before))


@pytest.mark.parametrize(
    ("made_days_ago", "cleared", "refused"),
    [(60, ("dark_mark",), False), (59, ("dark_mark",), False), (61, ("dark_mark",), True), (59, ("diabetes",), True), (59, (), True)],
)
def test_a_professional_clears_a_dark_mark_who_has_seen_it(made_days_ago: int, cleared: tuple[str, ...], refused: bool) -> None:
    """The plan must name it and be no older than the latest mark."""
    who = person(fitzpatrick=3)
    plan = plan_of(made_at_s=NOW - made_days_ago * DAY, cleared=cleared)
    marks = [past(days, aftermath=Aftermath.DARK_MARK) for days in (200, 60)]
    assert ("dark-mark" in codes(judge(ask(), who, history(who, *marks)._replace(plan=plan)))) is refused


def test_of_two_patch_tests_of_a_second_the_stricter_counts() -> None:
    """A result that was not clean is not hidden by a clean one of the same time, whichever was said later."""
    for said_clean_s, said_red_s in ((30, 26), (26, 30)):
        patches = (
            Patch(NOW - 20 * DAY, PatchResult.CLEAN, NOW - 20 * DAY + said_clean_s * HOUR),
            Patch(NOW - 20 * DAY, PatchResult.RED, NOW - 20 * DAY + said_red_s * HOUR),
        )
        for order in (patches, patches[::-1]):
            assert "patch-test-positive" in codes(judge(ask(), WHO, BEFORE._replace(patches=order)))


@pytest.mark.parametrize("other_s", [None, 20])
def test_of_two_clean_spots_of_a_second_the_one_that_was_looked_at_last_counts(other_s: int | None) -> None:
    """Whatever order they come in, and whether the other was looked at too early or never."""
    at_s = NOW - 20 * DAY
    looked = Patch(at_s, PatchResult.CLEAN, at_s + 30 * HOUR)
    other = Patch(at_s, None if other_s is None else PatchResult.CLEAN, None if other_s is None else at_s + other_s * HOUR)
    for order in ((looked, other), (other, looked)):
        assert judge(ask(), WHO, BEFORE._replace(patches=order)).plan is not None


@pytest.mark.parametrize(("result", "said"), [(PatchResult.RED, "was red"), (PatchResult.SORE, "was sore")])
def test_a_spot_that_was_not_clean_is_told_as_it_was(result: PatchResult, said: str) -> None:
    patch = Patch(NOW - 3 * DAY, result, NOW - DAY)
    refusal = next(one for one in judge(ask(), WHO, BEFORE._replace(patches=(patch,))).refusals if one.code == "patch-test-positive")
    assert said in refusal.why


@pytest.mark.parametrize(("days_ago", "refused"), [(13, True), (14, False), (15, False), (100, False)])
def test_a_new_spot_may_be_tested_after_14_days(days_ago: int, refused: bool) -> None:
    patch = Patch(NOW - days_ago * DAY, PatchResult.RED, NOW - days_ago * DAY + 25 * HOUR)
    before = BEFORE._replace(patches=(patch,))
    request = ask(Zone.INNER_FOREARM)._replace(kind=Kind.PATCH_TEST)
    assert ("patch-test-positive" in codes(judge(request, WHO, before))) is refused
    assert "patch-test-positive" in codes(judge(ask(), WHO, before))


def interrupted(minutes_ago: int, *zones: PastZone, sealed_ms: int = 60_000) -> Treatment:
    """Return a treatment that was interrupted some minutes ago."""
    ended_s = NOW - minutes_ago * 60
    return Treatment(ended_s - 300, sealed_ms, Grit.FINE, Ending.INTERRUPTED, None, zones, ended_s)


def test_nothing_is_finished_where_nothing_is_open() -> None:
    for last in (interrupted(5), interrupted(5, PastZone(Zone.NOSE, 30_000, 30, True)), past(60)):
        assert "nothing-to-finish" in codes(judge(FINISH, WHO, history(WHO, past(120), last)))


def test_too_late_to_finish_has_a_date_or_says_that_it_may_begin() -> None:
    """A treatment of under 10 s sealed does not count, so the next may begin at once."""
    open_zone = PastZone(Zone.NOSE, 1_000, 30, False)
    counted = history(WHO, interrupted(200, open_zone))
    refusal = next(one for one in judge(FINISH, WHO, counted).refusals if one.code == "finish-too-late")
    assert refusal.retry_at_s is not None
    assert refusal.do_next.startswith("The next treatment is possible from 20")
    short = history(WHO, interrupted(200, open_zone, sealed_ms=1_000))
    refusal = next(one for one in judge(FINISH, WHO, short).refusals if one.code == "finish-too-late")
    assert refusal.retry_at_s is None
    assert refusal.do_next == "Begin a new treatment: 'microderm treat'."


def test_only_the_wrong_zones_are_named_when_finishing() -> None:
    before = history(WHO, past(60), interrupted(5, PastZone(Zone.NOSE, 0, 30, False), PastZone(Zone.CHIN, 30_000, 30, True)))
    (refusal,) = judge(FINISH._replace(zones=(Zone.NOSE, Zone.CHIN)), WHO, before).refusals
    assert (refusal.code, refusal.zones) == ("zone-not-to-finish", (Zone.CHIN,))


@pytest.mark.parametrize(
    ("sealed_ms", "zones"),
    [
        (28_000, [Zone.NOSE, Zone.CHIN]),
        (29_000, [Zone.NOSE, Zone.CHIN]),
        (29_001, [Zone.CHIN]),
        (30_000, [Zone.CHIN]),
        (40_000, [Zone.CHIN]),
    ],
)
def test_a_zone_without_a_whole_second_left_is_not_finished(sealed_ms: int, zones: list[Zone]) -> None:
    last = interrupted(5, PastZone(Zone.NOSE, sealed_ms, 30, False), PastZone(Zone.CHIN, 0, 30, False))
    plan = judge(FINISH, WHO, history(WHO, past(60), last)).plan
    assert plan is not None
    assert [row.zone for row in plan.zones] == zones


def test_when_no_zone_has_a_second_left_nothing_is_left() -> None:
    last = interrupted(5, PastZone(Zone.NOSE, 40_000, 30, False))
    assert codes(judge(FINISH, WHO, history(WHO, past(60), last))) == {"no-seconds-left"}


def test_the_wands_least_cap_is_kept_to_zone_by_zone() -> None:
    """Under what the wand can keep to nothing is started; the refusal names the zone, its cap and that least."""
    decision = decide(ask(Zone.NOSE, Zone.NECK_LEFT)._replace(one_level=False), WHO, wand()._replace(cap_least_pa=15_000), BEFORE, NOW)
    (refusal,) = decision.refusals
    assert (refusal.code, refusal.zones) == ("cap-too-low", (Zone.NECK_LEFT,))
    assert refusal.why == "The cap for left neck is 12.0 kPa, under the 15.0 kPa below which the wand cannot keep to a cap."
    at_it = decide(ask(Zone.NECK_LEFT), WHO, wand()._replace(cap_least_pa=12_000), BEFORE, NOW)
    assert at_it.plan is not None


def test_the_lowest_setting_may_be_asked_for() -> None:
    plan = judge(ask(Zone.NOSE)._replace(level_pa=2_500), WHO, BEFORE).plan
    assert plan is not None
    assert plan.zones[0].level_pa == 2_500


def test_each_cap_that_is_exceeded_is_refused_once_with_its_zones() -> None:
    """From the lowest cap to the highest, each with its own zones and arithmetic."""
    request = ask(Zone.NOSE, Zone.CHIN, Zone.FOREHEAD, Zone.NECK_LEFT)._replace(level_pa=25_000)
    found = [(one.allowed_pa, one.zones, one.source) for one in judge(request, WHO, BEFORE).refusals]
    assert [(cap_pa, zones) for cap_pa, zones, _ in found] == [
        (12_000, (Zone.NECK_LEFT,)),
        (17_000, (Zone.FOREHEAD,)),
        (20_000, (Zone.NOSE, Zone.CHIN)),
    ]
    assert all("26.7 kPa" in source for _, _, source in found)


@pytest.mark.parametrize(("skin", "is_oily"), [(Skin.COMBINATION, True), (Skin.OILY, True), (Skin.NORMAL, False), (Skin.DRY, False)])
def test_where_caps_tie_clogged_zones_come_first_and_oily_ones_next(skin: Skin, is_oily: bool) -> None:
    """At one level all caps tie; on a skin that is oily in places nose and chin go before a cheek that is not clogged."""
    who = person(skin)
    request = ask(Zone.CHEEK_LEFT, Zone.NOSE, Zone.CHIN, Zone.CHEEK_RIGHT)._replace(one_level=True, clogged=(Zone.CHEEK_RIGHT,))
    plan = judge(request, who, history(who, past(60))).plan
    assert plan is not None
    wanted = [Zone.NOSE, Zone.CHIN, Zone.CHEEK_LEFT] if is_oily else [Zone.CHEEK_LEFT, Zone.NOSE, Zone.CHIN]
    assert [row.zone for row in plan.zones] == [Zone.CHEEK_RIGHT, *wanted]


def test_the_plan_says_which_tip_it_is_for() -> None:
    for size_um in (1, 90, 106):
        plan = decide(ask(Zone.NOSE), WHO, wand()._replace(tip_um=size_um), BEFORE, NOW).plan
        assert plan is not None
        assert plan.tip_um == size_um


@pytest.mark.parametrize(
    ("made_s", "code"),
    [
        (-1, "calibration-unknown"),
        (0, "calibration-unknown"),
        (1, "calibration-old"),
        (NOW - 800 * DAY, "calibration-old"),
        (NOW - 731 * DAY, "calibration-old"),
        (NOW + DAY, None),
        (NOW + DAY + 1, "calibration-unknown"),
        (NOW + 60, None),
    ],
)
def test_the_age_of_a_calibration_must_be_known(made_s: int, code: str | None) -> None:
    """Nought is no date; a day ahead is a clock that was set, more is no age."""
    assert codes(decide(ask(), WHO, wand()._replace(calibrated_at_s=made_s), BEFORE, NOW)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("age_days", "begins"),
    [(340, "From "), (364, "From "), (365, "Caps are lowered"), (366, "Caps are lowered"), (729, "Caps are lowered")],
)
def test_the_note_of_a_calibration_says_what_comes_next(age_days: int, begins: str) -> None:
    """First from when caps are lowered, then that they are and from when nothing starts."""
    (note,) = decide(ask(), WHO, wand()._replace(calibrated_at_s=NOW - age_days * DAY), BEFORE, NOW).notes
    assert note.startswith(begins)


@pytest.mark.parametrize(("left_s", "minutes"), [(1, 1), (59, 1), (60, 1), (61, 2), (120, 2), (1_800, 30)])
def test_the_rest_is_told_in_whole_minutes(left_s: int, minutes: int) -> None:
    (refusal,) = decide(ask(), WHO, wand()._replace(cooldown_left_s=left_s), BEFORE, NOW).refusals
    assert f"rests for {minutes} more min" in refusal.why
    assert refusal.retry_at_s == NOW + left_s


@pytest.mark.parametrize("left_s", [0, -1, -500])
def test_a_rest_that_is_over_refuses_nothing(left_s: int) -> None:
    assert decide(ask(), WHO, wand()._replace(cooldown_left_s=left_s), BEFORE, NOW).plan is not None


@pytest.mark.parametrize(("size_um", "code"), [(-5, "tip-unknown"), (0, "tip-unknown"), (151, "tip-too-coarse"), (900, "tip-too-coarse")])
def test_a_tip_that_is_none_and_one_that_is_too_coarse_are_told_apart(size_um: int, code: str) -> None:
    assert codes(decide(ask(), WHO, wand()._replace(tip_um=size_um), BEFORE, NOW)) == {code}
