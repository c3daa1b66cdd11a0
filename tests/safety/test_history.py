"""What was before: patch test, interval, course, stops, dark marks, recorded times, edits, finishing."""

import pytest

from microderm_ctl.safety import (
    Aftermath,
    Ending,
    Grit,
    History,
    LedgerEntry,
    Patch,
    PatchResult,
    Person,
    ProfessionalPlan,
    ProfileEdit,
    Skin,
    Zone,
    decide,
    fixes_for,
    next_treatment_at_s,
)
from tests.safety.people import BORN, DAY, HOUR, NOW, ask, codes, history, judge, past, patch_request, person, wand


def refused_until(code: str, who: Person, past_of: History, retry_s: int, now_s: int = NOW) -> None:
    """Check that a rule refuses with a date, still one second before it, and no more on it."""
    first = judge(ask(at_s=now_s), who, past_of, now_s)
    assert {refusal.retry_at_s for refusal in first.refusals if refusal.code == code} == {retry_s}
    assert code in codes(judge(ask(at_s=retry_s - 1), who, past_of, retry_s - 1))
    assert code not in codes(judge(ask(at_s=retry_s), who, past_of, retry_s))


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.parametrize(
    ("skin", "fitzpatrick", "wait_days"), [(Skin.NORMAL, 2, 28), (Skin.OILY, 6, 28), (Skin.DRY, 1, 28), (Skin.SENSITIVE, 1, 56)]
)
def test_the_default_interval_ends_on_the_second(skin: Skin, fitzpatrick: int, wait_days: int) -> None:
    who = person(skin, fitzpatrick)
    refused_until("interval", who, history(who, past(1)), NOW + (wait_days - 1) * DAY)


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.parametrize(
    ("skin", "fitzpatrick", "theirs", "days"),
    [
        (Skin.NORMAL, 2, 1, 7),
        (Skin.NORMAL, 3, 10, 10),
        (Skin.NORMAL, 4, 1, 14),
        (Skin.DRY, 1, 1, 14),
        (Skin.SENSITIVE, 1, 3, 14),
        (Skin.OILY, 1, 60, 60),
    ],
)
def test_a_professionals_interval_never_goes_under_the_floor(skin: Skin, fitzpatrick: int, theirs: int, days: int) -> None:
    who = person(skin, fitzpatrick)
    plan = ProfessionalPlan("Dr. Example", NOW - DAY, NOW + 900 * DAY, interval_days=theirs)
    before = history(who, past(1))._replace(plan=plan)
    refused_until("interval", who, before, NOW + (days - 1) * DAY)


@pytest.mark.parametrize(
    "plan",
    [
        ProfessionalPlan("", NOW - DAY, NOW + DAY, 7),
        ProfessionalPlan("Dr. Example", NOW - 9 * DAY, NOW, 7),
        ProfessionalPlan("Dr. Example", NOW + 1, NOW + DAY, 7),
    ],
)
def test_a_plan_without_name_or_out_of_date_is_left_aside(plan: ProfessionalPlan) -> None:
    who = person()
    decision = judge(ask(), who, history(who, past(10))._replace(plan=plan))
    assert codes(decision) == {"interval"}
    assert any("plan" in note for note in decision.notes)


@pytest.mark.parametrize(("sealed_ms", "counts"), [(9_999, False), (10_000, True)])
def test_a_treatment_counts_from_ten_seconds(sealed_ms: int, counts: bool) -> None:
    who = person()
    decision = judge(ask(), who, history(who, past(1)._replace(sealed_ms=sealed_ms)))
    assert ("interval" in codes(decision)) is counts


@pytest.mark.hazard("H-05", "computer")
def test_after_six_treatments_comes_the_pause() -> None:
    who = person()
    course = [past(days) for days in (150, 120, 90, 60, 30)]
    assert judge(ask(), who, history(who, *course)).plan is not None
    refused_until("course-pause", who, history(who, *course, past(1)), NOW + 89 * DAY)


@pytest.mark.parametrize(("gap_days", "code"), [(89, "course-pause"), (90, "interval")])
def test_a_gap_of_90_days_begins_another_course(gap_days: int, code: str) -> None:
    who = person()
    last_five = [past(days) for days in (141, 106, 71, 36, 1)]
    assert code in codes(judge(ask(), who, history(who, past(141 + gap_days), *last_five)))


@pytest.mark.parametrize(("theirs", "code"), [(2, "course-pause"), (3, "interval"), (99, "interval"), (0, "course-pause")])
def test_a_professional_sets_the_length_of_a_course(theirs: int, code: str) -> None:
    who = person()
    plan = ProfessionalPlan("Dr. Example", NOW - DAY, NOW + DAY, course_length=theirs)
    assert codes(judge(ask(), who, history(who, past(40), past(1))._replace(plan=plan))) == {code}


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize(
    ("tag", "own_tags", "counts"),
    [("0a0b0c0d", ("0a0b0c0d",), True), ("ffffffff", ("0a0b0c0d",), True), ("ffffffff", ("0a0b0c0d", "ffffffff"), False)],
)
def test_the_ledger_counts_for_its_owner_and_a_strangers_entry_for_everybody(tag: str, own_tags: tuple[str, ...], counts: bool) -> None:
    who = person()
    on = wand()._replace(ledger=(LedgerEntry(NOW - DAY, tag, 60_000),))
    decision = judge(ask(), who, history(who)._replace(own_tags=own_tags), on=on)
    assert ("interval" in codes(decision)) is counts


def test_a_strangers_entry_does_not_count_for_who_has_an_own_one() -> None:
    who = person()
    on = wand()._replace(ledger=(LedgerEntry(NOW - 40 * DAY, who.tag, 60_000), LedgerEntry(NOW - DAY, "ffffffff", 60_000)))
    assert "interval" not in codes(judge(ask(), who, history(who), on=on))


def test_an_own_entry_that_was_no_treatment_leaves_a_strangers_one_counting() -> None:
    who = person()
    on = wand()._replace(ledger=(LedgerEntry(NOW - DAY, who.tag, 0), LedgerEntry(NOW - DAY, "ffffffff", 60_000)))
    assert "interval" in codes(judge(ask(), who, history(who), on=on))


def test_a_ledger_entry_takes_the_first_factor_from_nobody() -> None:
    who = person()
    on = wand()._replace(ledger=(LedgerEntry(NOW - 40 * DAY, "ffffffff", 60_000),))
    plan = judge(ask(), who, history(who), on=on).plan
    assert plan is not None
    assert plan.first


def test_a_clock_set_back_shortens_nothing() -> None:
    who = person()
    before = history(who, past(0))
    decision = judge(ask(at_s=NOW - 20 * HOUR), who, before, NOW - 20 * HOUR)
    assert {refusal.retry_at_s for refusal in decision.refusals} == {NOW + 28 * DAY}


@pytest.mark.hazard("H-26", "computer")
@pytest.mark.hazard("H-27", "computer")
@pytest.mark.parametrize(("ahead_s", "refused"), [(24 * HOUR, False), (24 * HOUR + 1, True)])
def test_a_time_over_24_hours_ahead_refuses_with_its_remedy(ahead_s: int, refused: bool) -> None:
    who = person()
    before = history(who, past(0)._replace(at_s=NOW + ahead_s))
    decision = judge(ask(), who, before)
    assert ("recorded-ahead" in codes(decision)) is refused


def test_of_several_times_ahead_the_latest_is_told() -> None:
    who = person()
    before = history(who, past(0)._replace(at_s=NOW + 3 * 365 * DAY), past(0)._replace(at_s=NOW + 9 * DAY))
    (refusal,) = [one for one in judge(ask(), who, before).refusals if one.code == "recorded-ahead"]
    assert refusal.why == "Something was recorded at 2030-01-14 08:00 UTC, and the computer's clock says 2027-01-15 08:00 UTC."


def test_once_confirmed_a_time_ahead_counts_as_made_then() -> None:
    who = person()
    before = history(who, past(0)._replace(at_s=NOW + 900 * DAY))
    fixed = before._replace(clock_fixes=fixes_for(before, wand(), who, NOW))
    assert codes(judge(ask(), who, fixed)) == {"interval"}
    assert next_treatment_at_s(who, wand(), fixed, NOW) == NOW + 28 * DAY
    refused_until("interval", who, fixed, NOW + 28 * DAY)


def test_a_ledger_time_ahead_is_found_and_confirmed_too() -> None:
    who, on = person(), wand()._replace(ledger=(LedgerEntry(NOW + 99 * DAY, "0a0b0c0d", 60_000),))
    assert "recorded-ahead" in codes(judge(ask(), who, history(who), on=on))
    fixed = history(who)._replace(clock_fixes=fixes_for(history(who), on, who, NOW))
    assert codes(judge(ask(), who, fixed, on=on)) == {"interval"}


def new(who: Person, *patches: Patch) -> History:
    """Return the history of somebody whose profile is two days old."""
    return History((), patches, (ProfileEdit(NOW - 2 * DAY, who),))


@pytest.mark.hazard("H-08", "computer")
def test_without_a_patch_test_nothing_begins() -> None:
    assert codes(judge(ask(), person(), new(person()))) == {"patch-test-missing"}
    assert codes(judge(ask(), person(), History())) == {"patch-test-missing"}


def test_a_patch_test_older_than_the_profile_does_not_count() -> None:
    patch = Patch(NOW - 2 * DAY - 1, PatchResult.CLEAN, NOW)
    assert codes(judge(ask(), person(), new(person(), patch))) == {"patch-test-missing"}


@pytest.mark.parametrize(("at_s", "found"), [(-1, {"patch-test-missing"}), (0, set()), (1, set())])
def test_a_patch_test_before_all_time_is_none(at_s: int, found: set[str]) -> None:
    """With no profile to be older than: a time under nought was never read from a clock."""
    assert codes(judge(ask(), person(), History((), (Patch(at_s, PatchResult.CLEAN, at_s + DAY),)))) == found


def test_the_patch_test_is_waited_for_24_hours() -> None:
    refused_until("patch-test-waiting", person(), new(person(), Patch(NOW)), NOW + DAY)
    assert codes(judge(ask(at_s=NOW + DAY), person(), new(person(), Patch(NOW)), NOW + DAY)) == {"patch-test-unanswered"}


@pytest.mark.parametrize(("said_after_s", "code"), [(DAY - 1, "patch-test-unanswered"), (DAY, None)])
def test_a_clean_spot_counts_only_when_it_was_looked_at_after_24_hours(said_after_s: int, code: str | None) -> None:
    at_s = NOW - DAY - HOUR
    decision = judge(ask(), person(), new(person(), Patch(at_s, PatchResult.CLEAN, at_s + said_after_s)))
    assert codes(decision) == ({code} if code else set())


@pytest.mark.parametrize("result", [PatchResult.RED, PatchResult.SORE])
def test_a_red_spot_refuses_until_a_new_test(result: PatchResult) -> None:
    before = new(person(), Patch(NOW - 2 * DAY, result, NOW - DAY))
    assert codes(judge(ask(), person(), before)) == {"patch-test-positive"}
    assert codes(judge(patch_request(), person(), before)) == {"patch-test-positive"}
    then = NOW + 12 * DAY
    assert codes(judge(patch_request(then - 1), person(), before, then - 1)) == {"patch-test-positive"}
    assert judge(patch_request(then), person(), before, then).plan is not None
    assert codes(judge(ask(at_s=then), person(), before, then)) == {"patch-test-positive"}


def test_the_patch_test_is_the_lowest_setting_for_three_seconds() -> None:
    plan = judge(patch_request(), person(Skin.SENSITIVE), History()).plan
    assert plan is not None
    row = plan.zones[0]
    assert (row.level_pa, row.cap_pa, row.trip_pa, row.seconds, row.passes, row.dwell_ms) == (2_500, 2_500, 3_100, 3, 1, 3_000)


@pytest.mark.parametrize("zones", [(Zone.FOREHEAD,), (), (Zone.INNER_FOREARM, Zone.NECK_SIDE)])
def test_a_patch_test_has_one_spot_in_its_place(zones: tuple[Zone, ...]) -> None:
    assert "patch-site" in codes(judge(patch_request()._replace(zones=zones), person(), History()))


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("ending", [Ending.PAIN, Ending.BLEEDING])
@pytest.mark.parametrize("sealed_ms", [0, 60_000])
def test_a_painful_stop_locks_14_days_and_until_a_clean_patch_test(ending: Ending, sealed_ms: int) -> None:
    who = person()
    before = history(who, past(1)._replace(ending=ending, sealed_ms=sealed_ms))
    refused_until("stopped-for-pain", who, before, NOW + 13 * DAY)
    then = NOW + 40 * DAY
    assert codes(judge(ask(at_s=then), who, before, then)) == {"patch-test-missing"}
    tested = before._replace(patches=(*before.patches, Patch(then - DAY, PatchResult.CLEAN, then)))
    assert judge(ask(at_s=then), who, tested, then).plan is not None
    assert codes(judge(patch_request(), who, before)) == {"stopped-for-pain"}


def test_an_ending_that_nobody_explained_waits_14_days() -> None:
    who = person()
    plan = ProfessionalPlan("Dr. Example", NOW - DAY, NOW + 99 * DAY, interval_days=7)
    before = history(who, past(8)._replace(ending=None))._replace(plan=plan)
    refused_until("ending-unsaid", who, before, NOW + 6 * DAY)
    assert "ending-unsaid" not in codes(judge(ask(), who, history(who, past(8)._replace(ending=None, sealed_ms=0))))


@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize(("fitzpatrick", "refused"), [(1, False), (2, False), (3, True), (4, True), (6, True)])
def test_a_dark_mark_refuses_from_the_third_type_on(fitzpatrick: int, refused: bool) -> None:
    who = person(fitzpatrick=fitzpatrick)
    decision = judge(ask(), who, history(who, past(60, aftermath=Aftermath.DARK_MARK)))
    assert ("dark-mark" in codes(decision)) is refused


@pytest.mark.parametrize(("made_days_ago", "refused"), [(59, False), (61, True)])
def test_a_professional_who_saw_the_dark_mark_can_clear_it(made_days_ago: int, refused: bool) -> None:
    who = person(fitzpatrick=5)
    plan = ProfessionalPlan("Dr. Example", NOW - made_days_ago * DAY, NOW + DAY, cleared=("dark_mark",))
    before = history(who, past(60, aftermath=Aftermath.DARK_MARK))._replace(plan=plan)
    assert ("dark-mark" in codes(judge(ask(), who, before))) is refused


WIDER = person(Skin.OILY, 2)


def edited(*patches: Patch) -> History:
    """Return the history of a dry skin, much treated, that was called oily ten days ago."""
    before = history(person(Skin.DRY), past(90), past(60))
    return before._replace(profiles=(*before.profiles, ProfileEdit(NOW - 10 * DAY, WIDER)), patches=(*before.patches, *patches))


def nose_cap(past_of: History, who: Person = WIDER) -> int:
    """Return the cap of the nose."""
    plan = judge(ask(Zone.NOSE), who, past_of).plan
    assert plan is not None
    return plan.zones[0].cap_pa


@pytest.mark.hazard("H-06", "computer")
def test_a_wider_profile_waits_and_the_narrower_one_holds() -> None:
    assert nose_cap(edited()) == 15_000
    assert any("narrower" in note for note in judge(ask(), WIDER, edited()).notes)


def test_after_a_clean_patch_test_a_wider_profile_begins_as_a_first_treatment() -> None:
    assert nose_cap(edited(Patch(NOW - 2 * DAY, PatchResult.CLEAN, NOW - DAY))) == 15_000
    plan = judge(ask(Zone.NOSE), WIDER, edited(Patch(NOW - 2 * DAY, PatchResult.CLEAN, NOW - DAY))).plan
    assert plan is not None
    assert plan.first
    assert plan.zones[0].passes == 1


def test_a_patch_test_made_before_the_edit_opens_nothing() -> None:
    assert nose_cap(edited(Patch(NOW - 11 * DAY, PatchResult.CLEAN, NOW - 9 * DAY))) == 15_000
    plan = judge(ask(Zone.NOSE), WIDER, edited(Patch(NOW - 11 * DAY, PatchResult.CLEAN, NOW - 9 * DAY))).plan
    assert plan is not None
    assert not plan.first


def test_an_edit_that_was_not_kept_counts_as_made_now() -> None:
    assert nose_cap(history(person(Skin.DRY), past(90), past(60))) == 15_000


def test_a_narrower_profile_holds_at_once() -> None:
    before = history(person(Skin.OILY), past(60))
    narrow = before._replace(profiles=(*before.profiles, ProfileEdit(NOW, person(Skin.SENSITIVE))))
    assert nose_cap(narrow, person(Skin.SENSITIVE)) == 12_000


@pytest.mark.parametrize(
    ("feelings", "permille"),
    [
        ((), 1000),
        ((Aftermath.FINE,), 700),
        ((None,), 600),
        ((Aftermath.RED_OVER_24_H,), 600),
        ((Aftermath.FINE, Aftermath.FINE), 800),
        ((Aftermath.FINE, Aftermath.RED_OVER_24_H), 600),
        ((Aftermath.FINE, Aftermath.FINE, None), 800),
        ((Aftermath.FINE, Aftermath.FINE, Aftermath.RED_OVER_24_H), 700),
        ((Aftermath.FINE,) * 4, 1000),
        ((Aftermath.FINE,) * 5, 1000),
    ],
)
def test_later_treatments_climb_step_by_step(feelings: tuple[Aftermath | None, ...], permille: int) -> None:
    who = person()
    before = history(who, *(past(400 - 28 * count, aftermath=feeling) for count, feeling in enumerate(feelings)))
    plan = judge(ask(Zone.NOSE), who, before).plan
    assert plan is not None
    assert plan.fraction_permille == permille
    assert plan.zones[0].level_pa == plan.zones[0].cap_pa * permille // 1000 // 500 * 500


@pytest.mark.hazard("H-07", "computer")
def test_a_grit_that_is_new_begins_again() -> None:
    who = person()
    before = history(who, past(60), past(90))
    for grit, cap_pa in ((Grit.FINE, 20_000), (Grit.MEDIUM, 10_500)):
        plan = decide(ask(Zone.NOSE), who, wand(grit), before, NOW).plan
        assert plan is not None
        assert plan.zones[0].cap_pa == cap_pa


def test_times_before_the_profile_are_no_treatments_of_it() -> None:
    who = person()
    before = history(who)._replace(treatments=(past(0)._replace(at_s=BORN - DAY),))
    plan = judge(ask(), who, before).plan
    assert plan is not None
    assert plan.first


def test_a_clean_spot_of_which_nobody_knows_when_it_was_said_does_not_count() -> None:
    assert codes(judge(ask(), person(), new(person(), Patch(NOW - DAY - HOUR, PatchResult.CLEAN)))) == {"patch-test-unanswered"}


@pytest.mark.hazard("H-26", "computer")
def test_now_is_the_newest_record_when_the_clock_is_a_little_behind() -> None:
    who = person()
    before = history(who, past(0)._replace(at_s=NOW - 28 * DAY + 10 * HOUR))
    assert codes(judge(ask(), who, before)) == {"interval"}
    newer = before._replace(profiles=(*before.profiles, ProfileEdit(NOW + 10 * HOUR, who)))
    assert judge(ask(), who, newer).plan is not None


def test_a_profile_that_is_narrower_than_the_saved_one_holds_though_it_was_not_saved() -> None:
    careful, bold = person(Skin.SENSITIVE), person(Skin.OILY)
    patch = Patch(NOW - 40 * DAY, PatchResult.CLEAN, NOW - 38 * DAY)
    before = History((), (patch,), (ProfileEdit(BORN, careful), ProfileEdit(NOW - 41 * DAY, bold)))
    assert nose_cap(before, bold) == 15_000
    assert nose_cap(before, careful) == 7_000


def test_an_edit_that_narrows_one_thing_and_widens_another_narrows_first() -> None:
    before = history(person(Skin.NORMAL, 4), past(60))
    after = person(Skin.DRY, 1)
    edited_now = before._replace(profiles=(*before.profiles, ProfileEdit(NOW - DAY, after)))
    assert nose_cap(edited_now, after) == 13_500
