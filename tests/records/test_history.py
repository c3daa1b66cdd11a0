"""What the rules conclude from the records: the summary is judged by ``decide`` itself."""

import pytest

from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PersonRecord, Profile, WandEntry
from microderm_ctl.records.store import Store
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import (
    Aftermath,
    Ending,
    Grit,
    Kind,
    PatchResult,
    Person,
    Plan,
    ProfessionalPlan,
    Request,
    Skin,
    WandState,
    Zone,
    all_no,
    decide,
    fixes_for,
    next_treatment_at_s,
)

DAY_S = 86_400
STRANGER = "0badcafe"


def wand_now(store: Store, now_s: int) -> WandState:
    return WandState(125, now_s - 30 * DAY_S, ledger=seen_ledger(store))


def refusals(
    store: Store, person: PersonRecord, now_s: int, kind: Kind = Kind.TREATMENT, zones: tuple[Zone, ...] = (Zone.NOSE,)
) -> set[str]:
    history = summary(store, person, now_s)
    decision = decide(Request(zones, all_no(now_s), kind), person.judged(now_s), wand_now(store, now_s), history, now_s)
    return {refusal.code for refusal in decision.refusals}


def next_days(store: Store, person: PersonRecord, now_s: int) -> int | None:
    """Days from now until the calendar allows a treatment."""
    at_s = next_treatment_at_s(person.judged(now_s), wand_now(store, now_s), summary(store, person, now_s), now_s)
    return None if at_s is None else (at_s - now_s) // DAY_S


def patch_tested(store: Store, person: PersonRecord, at_s: int, complete: bool = True) -> None:
    begun = store.begin_patch_test(person.id, "W1", Zone.INNER_FOREARM, 2_500, Grit.MEDIUM, at_s)
    store.finish_patch_test(begun.id, at_s + 4, 3_000, "treatment-done", complete)
    store.keep_patch_result(begun.id, PatchResult.CLEAN, at_s + DAY_S)


def treat(store: Store, person: PersonRecord, plan: Plan, at_s: int, sealed_ms: int = 60_000) -> int:
    begun = store.begin_treatment(person.id, "W1", plan, {}, at_s)
    store.finish_treatment(begun.id, at_s + 90, sealed_ms, "treatment-done", [ZoneUse(0, sealed_ms, 2, True)])
    store.keep_felt(begun.id, Ending.DONE)
    return begun.id


@pytest.fixture
def tested(store: Store, ana: PersonRecord, now_s: int) -> PersonRecord:
    """Ana, a day after a clean patch test."""
    patch_tested(store, ana, now_s - DAY_S)
    store._run("UPDATE profiles SET at_s = ?", now_s - 2 * DAY_S)
    return store.find_person()


def test_only_a_complete_patch_test_opens_the_first_treatment(store: Store, ana: PersonRecord, now_s: int) -> None:
    assert refusals(store, ana, now_s) == {"patch-test-missing"}
    patch_tested(store, ana, now_s, complete=False)
    assert refusals(store, ana, now_s + DAY_S) == {"patch-test-missing"}
    patch_tested(store, ana, now_s)
    assert refusals(store, ana, now_s + DAY_S) == set()


def test_a_patch_test_waits_for_its_day_and_its_result(store: Store, ana: PersonRecord, now_s: int) -> None:
    begun = store.begin_patch_test(ana.id, "W1", Zone.INNER_FOREARM, 2_500, Grit.MEDIUM, now_s)
    store.finish_patch_test(begun.id, now_s + 4, 3_000, "treatment-done", complete=True)
    assert refusals(store, ana, now_s + DAY_S - 1) == {"patch-test-waiting"}
    assert refusals(store, ana, now_s + DAY_S) == {"patch-test-unanswered"}
    store.keep_patch_result(begun.id, PatchResult.SORE, now_s + DAY_S)
    assert refusals(store, ana, now_s + DAY_S) == {"patch-test-positive"}


def test_an_edit_that_widens_begins_again(store: Store, tested: PersonRecord, now_s: int) -> None:
    assert refusals(store, tested, now_s) == set()
    wider = store.edit_profile(tested.id, tested.profile._replace(skin=Skin.OILY), now_s)
    history = summary(store, wider, now_s)
    assert [edit.person.skin for edit in history.profiles] == [Skin.NORMAL, Skin.OILY]
    narrow = store.edit_profile(tested.id, tested.profile._replace(skin=Skin.SENSITIVE), now_s + 1)
    assert [edit.at_s for edit in summary(store, narrow, now_s).profiles] == [now_s - 2 * DAY_S, now_s, now_s + 1]


@pytest.mark.parametrize(("sealed_ms", "wait_days"), [(9_999, None), (10_000, 28)])
def test_a_treatment_counts_from_ten_seconds(
    store: Store, tested: PersonRecord, plan: Plan, now_s: int, sealed_ms: int, wait_days: int | None
) -> None:
    treat(store, tested, plan, now_s, sealed_ms)
    assert next_days(store, tested, now_s) == wait_days


def test_a_treatment_that_was_cut_off_counts_until_the_wand_says_otherwise(
    store: Store, tested: PersonRecord, plan: Plan, now_s: int
) -> None:
    begun = store.begin_treatment(tested.id, "W1", plan, {}, now_s, entry_before=0)
    assert next_days(store, tested, now_s) == 28
    assert summary(store, tested, now_s).treatments[0].sealed_ms == 90_000
    entry = WandEntry(1, begun.command_id, tested.tag, now_s, False, False, "not-pressed", 90_000, 0)
    store.settle("W1", [entry], now_s + 60)
    assert next_days(store, tested, now_s) is None
    assert refusals(store, tested, now_s + 60) == set()


def test_a_wand_that_was_never_pressed_locks_nobody(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    begun = store.begin_treatment(tested.id, "W1", plan, {}, now_s)
    store.abandon_treatment(begun.id, now_s + 5, "tip")
    assert refusals(store, tested, now_s + 10) == set()
    store.keep_felt(begun.id, Ending.PAIN)
    assert "stopped-for-pain" in refusals(store, tested, now_s + 10)


def test_the_wand_is_believed_where_it_says_more(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    treatment = store.treatment(treat(store, tested, plan, now_s, sealed_ms=2_000))
    assert next_days(store, tested, now_s) is None
    store.keep_ledger("W1", [WandEntry(1, treatment.command_id, tested.tag, now_s, False, False, "lease", 90_000, 61_000)], now_s)
    assert summary(store, tested, now_s).treatments[0].sealed_ms == 61_000
    assert next_days(store, tested, now_s) == 28


def test_a_course_of_six_and_its_pause(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    for number in range(6):
        at_s = now_s + number * 60 * DAY_S
        treat(store, tested, plan, at_s)
        assert next_days(store, tested, at_s) == (28 if number < 5 else 90)


def test_a_gap_of_ninety_days_begins_a_new_course(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    for number in range(5):
        treat(store, tested, plan, now_s + number * 28 * DAY_S)
    at_s = now_s + 4 * 28 * DAY_S + 90 * DAY_S
    treat(store, tested, plan, at_s)
    assert next_days(store, tested, at_s) == 28


def see(store: Store, tag: str, at_s: int, used_ms: int = 60_000, patch_test: bool = False) -> None:
    store.keep_ledger("W7", [WandEntry(1, at_s % 2**32, tag, at_s, patch_test, False, "stop", 90_000, used_ms)], at_s)


def test_a_strangers_entry_counts_for_who_has_none(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    see(store, STRANGER, now_s - 2 * DAY_S)
    assert next_days(store, tested, now_s) == 26
    see(store, tested.tag, now_s - DAY_S, used_ms=3_000, patch_test=True)
    assert next_days(store, tested, now_s) == 26  # a patch test makes nobody known
    see(store, tested.tag, now_s - 40 * DAY_S)
    assert next_days(store, tested, now_s) == -12


def test_the_entry_of_another_profile_counts_for_nobody_else(store: Store, tested: PersonRecord, profile: Profile, now_s: int) -> None:
    ben = store.create_person("Ben", profile, now_s)
    see(store, ben.tag, now_s - DAY_S)
    assert next_days(store, tested, now_s) is None
    assert next_days(store, ben, now_s) == 27


@pytest.mark.hazard("H-33", "computer")
def test_forgetting_somebody_does_not_shorten_the_wait_on_their_wand(
    store: Store, tested: PersonRecord, profile: Profile, now_s: int
) -> None:
    tag = tested.tag
    store.forget(tested.id)
    anew = store.create_person("Ana", profile, now_s)
    see(store, tag, now_s - DAY_S)
    assert next_days(store, anew, now_s) == 27


def test_what_was_interrupted_can_be_finished_in_parts(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    first = store.begin_treatment(tested.id, "W1", plan, {}, now_s)
    store.finish_treatment(first.id, now_s + 40, 30_000, "hang-up", [ZoneUse(0, 30_000, 1, False)])
    assert "ending-unsaid" in refusals(store, tested, now_s + 60)
    store.keep_felt(first.id, Ending.INTERRUPTED)
    assert refusals(store, tested, now_s + 60) >= {"interval"}
    assert refusals(store, tested, now_s + 60, Kind.FINISH) == set()
    second = store.begin_treatment(tested.id, "W1", plan, {}, now_s + 100, finishes_id=first.id)
    store.finish_treatment(second.id, now_s + 140, 30_000, "hang-up", [ZoneUse(0, 30_000, 1, True)])
    third = store.begin_treatment(tested.id, "W1", plan, {}, now_s + 200, finishes_id=second.id)
    store.abandon_treatment(third.id, now_s + 210, "tip")
    store.keep_felt(third.id, Ending.PAIN)
    assert [known.finishes_at_s for known in summary(store, tested, now_s).treatments] == [None, now_s, now_s]


def test_aftermath_and_plan_reach_the_rules(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    treatment = treat(store, tested, plan, now_s)
    store.keep_aftermath(treatment, Aftermath.RED_OVER_24_H, now_s + DAY_S)
    theirs = ProfessionalPlan("Dr. A", now_s - DAY_S, now_s + 300 * DAY_S, interval_days=14)
    store.keep_plan(tested.id, theirs, now_s)
    history = summary(store, tested, now_s)
    assert history.treatments[0].aftermath is Aftermath.RED_OVER_24_H
    assert history.plan == theirs
    assert next_days(store, tested, now_s) == 14


def test_a_time_ahead_refuses_until_it_is_confirmed(store: Store, tested: PersonRecord, plan: Plan, now_s: int) -> None:
    treat(store, tested, plan, now_s + 400 * DAY_S)
    assert "recorded-ahead" in refusals(store, tested, now_s)
    history = summary(store, tested, now_s)
    store.keep_clock_fixes(fixes_for(history, wand_now(store, now_s), tested.judged(now_s), now_s))
    assert refusals(store, tested, now_s) == {"interval"}
    assert next_days(store, tested, now_s) == 28


def test_the_summary_judges_a_person_as_of_now(store: Store, ana: PersonRecord, now_s: int) -> None:
    history = summary(store, ana, now_s)
    assert history.profiles[-1].person == ana.judged(now_s) == Person(Skin.NORMAL, ana.profile.thickness, 2, 36, ana.tag)
    assert history.own_tags == (ana.tag,)
