"""The lattice: whatever is made more careful in what goes in, nothing that comes out is wider.

Each narrowing takes a case that is mostly allowed and changes one thing in it. Every field of
the plan is compared, and from when the calendar allows the next treatment.
"""

from collections.abc import Callable, Iterator
from typing import Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microderm_ctl.safety import (
    TODAY,
    TREATABLE,
    Aftermath,
    Answers,
    Depth,
    Ending,
    Grit,
    History,
    Kind,
    Patch,
    PatchResult,
    ProfessionalPlan,
    Refusal,
    Skin,
    Treatment,
    Zone,
    decide,
    widens,
)
from microderm_ctl.safety.decide import RULES
from microderm_ctl.safety.limits import trip_for
from microderm_ctl.safety.situation import look_at
from microderm_ctl.safety.values import ClockFix
from tests.safety import people, test_narrowing
from tests.safety.narrowings import NARROWINGS, TOO_MUCH, Case, cases, interrupted, wider, wider_fields
from tests.safety.people import DAY, HOUR, NOW, TIP_UM

EXAMPLES: Final = 30
ONLY_THE_CALENDAR: Final = {"a_treatment_that_lasted_longer_than_was_counted"}
NOT_THE_CALENDAR: Final = {"a_clock_set_back"}


@pytest.mark.hazard("H-06", "computer")
@pytest.mark.hazard("H-07", "computer")
@pytest.mark.hazard("H-08", "computer")
@pytest.mark.parametrize("name", NARROWINGS)
def test_what_is_more_careful_never_widens(name: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(cases() | cases() | interrupted(), st.data())
    def holds(case: Case, data: st.DataObject) -> None:
        narrow = NARROWINGS[name](case, data)
        if name not in ONLY_THE_CALENDAR:
            assert wider(narrow, case) == []
        if name not in NOT_THE_CALENDAR:
            assert narrow.next_s() >= case.next_s()

    holds()


DEPTHS: Final = (Depth.LIGHT, Depth.REGULAR, Depth.DEEP)


@settings(max_examples=EXAMPLES)
@given(cases(), st.sampled_from([(0, 1), (1, 2), (0, 2)]))
def test_a_lesser_depth_never_widens(case: Case, pair: tuple[int, int]) -> None:
    light, deep = (case._replace(request=case.request._replace(depth=DEPTHS[number])) for number in pair)
    assert wider(light, deep) == []


@settings(max_examples=EXAMPLES)
@given(cases(), st.sampled_from([(0, 1), (1, 2), (0, 2)]), st.booleans())
def test_a_coarser_tip_never_widens(case: Case, pair: tuple[int, int], is_known: bool) -> None:
    """Whether a tip is new to the skin is held the same for both."""
    fine, coarse = (list(Grit)[number] for number in pair)
    before = [people.past(60, grit) for grit in (fine, coarse) if is_known]
    case = case.with_treatments([known._replace(at_s=known.at_s + number) for number, known in enumerate(before)])
    assert wider(case.with_wand(tip_um=TIP_UM[coarse]), case.with_wand(tip_um=TIP_UM[fine])) == []


@settings(max_examples=EXAMPLES)
@given(cases(), st.integers(0, 400), st.sampled_from(Grit), st.integers(0, 400_000))
def test_a_record_more_never_brings_the_date_nearer(case: Case, days_ago: int, grit: Grit, sealed_ms: int) -> None:
    more = case.with_treatments([*case.history.treatments, people.past(days_ago, grit)._replace(sealed_ms=sealed_ms)])
    assert more.next_s() >= case.next_s()


@settings(max_examples=EXAMPLES)
@given(cases(), st.integers(0, 70), st.integers(1, 14), st.lists(st.sampled_from(TODAY), max_size=3))
def test_a_professionals_plan_moves_no_limit_of_a_plan(case: Case, days: int, length: int, cleared: list[object]) -> None:
    ids = tuple(question.id for question in TODAY if question in cleared)
    without = case._replace(history=case.history._replace(plan=None))
    theirs = ProfessionalPlan("Dr. A", NOW - DAY, NOW + DAY, days, length, ids)
    with_it = case._replace(history=case.history._replace(plan=theirs))
    one, other = without.decide().plan, with_it.decide().plan
    assert one is None or other is None or one == other
    counted_s = [known.at_s for known in case.history.treatments if known.sealed_ms >= 10_000]
    assert with_it.next_s() >= max(counted_s) + 7 * DAY if counted_s else with_it.next_s() == 0


# Order


Shuffler = Callable[[list[object]], None]


def _shuffled(draw: st.DataObject, values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(draw.draw(st.permutations(values))) if values else ()


ANYTHING: Final = st.builds(
    Case, test_narrowing.REQUESTS, test_narrowing.PEOPLE, test_narrowing.WANDS, test_narrowing.HISTORIES, st.just(NOW)
)


@settings(max_examples=80)
@given(cases() | interrupted() | ANYTHING, st.data())
def test_the_order_of_anything_is_nothing(case: Case, data: st.DataObject) -> None:
    answers = case.request.answers
    values = dict(cast(tuple[tuple[str, str], ...], _shuffled(data, tuple(answers.values.items()))))
    zones = cast(tuple[Zone, ...], _shuffled(data, case.request.zones))
    repeated = (*zones, *zones[:1])
    history = case.history._replace(
        treatments=cast(tuple[Treatment, ...], _shuffled(data, case.history.treatments)),
        patches=cast(tuple[Patch, ...], _shuffled(data, case.history.patches)),
        own_tags=case.history.own_tags[::-1],
    )
    if len({edit.at_s for edit in history.profiles}) == len(history.profiles):
        history = history._replace(profiles=history.profiles[::-1])
    other = case._replace(
        request=case.request._replace(zones=repeated, answers=Answers(values, answers.at_s)),
        wand=case.wand._replace(ledger=case.wand.ledger[::-1]),
        history=history,
    )
    one, two = case.decide(), other.decide()
    assert one.plan == two.plan
    assert {refusal.code for refusal in one.refusals} == {refusal.code for refusal in two.refusals}
    assert {refusal.retry_at_s for refusal in one.refusals} == {refusal.retry_at_s for refusal in two.refusals}
    assert set(one.open_zones) == set(two.open_zones)
    assert case.next_s() == other.next_s()


@settings(max_examples=60)
@given(cases() | interrupted() | ANYTHING, st.permutations(RULES), st.integers(0, len(RULES)))
def test_a_rule_more_never_widens_whatever_goes_in(case: Case, order: list[object], count: int) -> None:
    chosen = tuple(rule for rule in RULES if rule in order[:count])
    whole, part = case.decide(), decide(*case, chosen)
    if whole.plan is not None:
        assert part.plan is not None or people.codes(part) <= TOO_MUCH
        assert part.plan is None or list(wider_fields(whole.plan, part.plan)) == []
    shuffled = tuple(rule for known in order for rule in RULES if rule is known)
    again = decide(*case, shuffled)
    assert again.plan == whole.plan
    assert set(again.refusals) == set(whole.refusals)


# What comes out


def leaves(value: object) -> Iterator[object]:
    """Yield everything that a value is made of."""
    if isinstance(value, tuple):
        for member in value:
            yield from leaves(member)
    else:
        yield value


@pytest.mark.hazard("H-01", "computer")
@pytest.mark.hazard("H-42", "computer")
@settings(max_examples=150)
@given(cases() | cases() | interrupted() | ANYTHING, st.integers(0, 400), st.integers(0, 400), st.integers(0, 4_000))
def test_nothing_is_over_a_hard_limit_and_nothing_is_a_fraction(case: Case, treatment_s: int, zone_s: int, dwell_ms: int) -> None:
    case = case.with_wand(treatment_s=treatment_s, zone_s=zone_s, dwell_ms=dwell_ms)
    decision = case.decide()
    assert {type(leaf) for leaf in leaves(decision) if not isinstance(leaf, str)} <= {int, bool, type(None)}
    assert (decision.plan is None) is bool(decision.refusals)
    if decision.plan is None:
        return
    plan, wand = decision.plan, case.wand
    is_patch = case.request.kind is Kind.PATCH_TEST
    assert 0 < plan.treatment_s <= min(360, wand.treatment_s)
    assert plan.treatment_s <= sum(row.seconds for row in plan.zones)
    assert 1 <= len(plan.zones) <= 12
    assert len({row.zone for row in plan.zones}) == len(plan.zones)
    for row in plan.zones:
        assert row.zone in (Zone.INNER_FOREARM, Zone.NECK_SIDE) if is_patch else row.zone in TREATABLE
        assert 2_500 <= row.level_pa <= row.cap_pa <= min(25_000, wand.cap_pa)
        assert row.level_pa % 500 == row.cap_pa % 500 == 0
        assert row.trip_pa == trip_for(row.cap_pa) <= 26_700
        assert 0 < row.seconds <= min(360, wand.zone_s)
        assert 1 <= row.passes <= 3
        assert 0 < row.dwell_ms <= min(3_000, wand.dwell_ms)
        if not is_patch:
            assert row.cap_pa >= wand.cap_least_pa
            assert row.factors[-1].after_pa == row.cap_pa
            assert [line.after_pa for line in row.factors] == sorted((line.after_pa for line in row.factors), reverse=True)
            assert all(line.name and line.source and 0 <= line.permille <= 1_000 for line in row.factors)


@settings(max_examples=60)
@given(cases() | interrupted() | ANYTHING)
def test_a_decision_names_the_rule_that_made_it(case: Case) -> None:
    """Without the one rule that tells of it, a refusal is gone; those of the plan itself are left."""
    decision = case.decide()
    asked = case.request._replace(zones=tuple(dict.fromkeys(case.request.zones)))
    situation = look_at(asked, case.person, case.wand, case.history, case.now_s)
    found = {rule: rule(situation) for rule in RULES}
    for refusal in decision.refusals:
        assert refusal.rule and refusal.why and refusal.source and refusal.do_next
        tellers = [rule for rule, told in found.items() if refusal in told]
        others = tuple(rule for rule in RULES if rule not in tellers)
        if tellers:
            assert len(tellers) == 1
            assert refusal not in decide(*case, others).refusals
        else:
            assert refusal.factors or refusal.rule in FROM_THE_PLAN


FROM_THE_PLAN: Final = {
    "the lowest setting",
    "settings",
    "zones in one treatment",
    "seconds of one treatment",
    "finishing a treatment",
}


# Records of the same second: a clock that is put right makes several of them count as made then


def _same_second(*treatments: Treatment) -> History:
    return people.history(people.person(), *treatments)


@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize("pain_first", [True, False])
def test_two_treatments_of_one_second_stay_two(pain_first: bool) -> None:
    hurt, fine = people.past(1)._replace(ending=Ending.PAIN), people.past(1)
    before = _same_second(*((hurt, fine) if pain_first else (fine, hurt)))
    assert "stopped-for-pain" in people.codes(people.judge(people.ask(), people.person(), before))


@pytest.mark.hazard("H-26", "computer")
@pytest.mark.hazard("H-33", "computer")
def test_treatments_that_a_clock_fix_brings_together_each_count_in_the_course() -> None:
    ahead = [people.past(-400 - 30 * number) for number in range(6)]
    before = _same_second(*ahead)._replace(clock_fixes=tuple(ClockFix(known.at_s, NOW) for known in ahead))
    case = Case(people.ask(), people.person(), people.wand(), before)
    assert people.codes(case.decide()) == {"course-pause"}
    assert case.next_s() == NOW + 90 * DAY


def test_a_part_stays_with_its_treatment_when_a_clock_fix_makes_their_times_one() -> None:
    first = people.past(-400)._replace(ending=Ending.INTERRUPTED, aftermath=None)
    part = people.past(-400)._replace(at_s=first.at_s + HOUR, finishes_at_s=first.at_s)
    fixes = (ClockFix(first.at_s, NOW), ClockFix(part.at_s, NOW))
    situation = look_at(people.ask(), people.person(), people.wand(), _same_second(first, part)._replace(clock_fixes=fixes), NOW)
    (whole,) = situation.treatments
    assert (whole.sealed_ms, whole.ending, whole.at_s) == (240_000, Ending.DONE, NOW)


@pytest.mark.parametrize("part_first", [True, False])
def test_of_two_patch_tests_of_one_second_the_red_one_counts(part_first: bool) -> None:
    at_s = NOW - 3 * DAY
    two = (Patch(at_s, PatchResult.RED, at_s + HOUR), Patch(at_s, PatchResult.CLEAN, at_s + 2 * DAY))
    before = people.history(people.person())._replace(patches=two if part_first else two[::-1])
    assert "patch-test-positive" in people.codes(people.judge(people.ask(), people.person(), before))


# Parts of one treatment


def _in_parts(begun: Treatment, part: Treatment) -> History:
    return _same_second(begun, part._replace(at_s=begun.at_s + HOUR, ended_at_s=begun.at_s + 2 * HOUR, finishes_at_s=begun.at_s))


@pytest.mark.parametrize(
    ("one", "other"), [(Ending.PAIN, Ending.DONE), (Ending.DONE, Ending.BLEEDING), (Ending.BLEEDING, Ending.INTERRUPTED)]
)
def test_pain_in_either_part_locks_from_the_end_of_that_part(one: Ending, other: Ending) -> None:
    before = _in_parts(people.past(2)._replace(ending=one), people.past(2)._replace(ending=other))
    refusals = people.judge(people.ask(), people.person(), before).refusals
    lock_s = {refusal.retry_at_s for refusal in refusals if refusal.code == "stopped-for-pain"}
    ended_s = before.treatments[0].at_s if one is not Ending.DONE else before.treatments[1].ended_at_s or 0
    assert lock_s == {ended_s + 14 * DAY}


@pytest.mark.parametrize("first_is_worse", [True, False])
@pytest.mark.parametrize(("worse", "step"), [(Aftermath.RED_OVER_24_H, 600), (Aftermath.FINE, 700)])
def test_the_worse_aftermath_of_two_parts_counts(worse: Aftermath, step: int, first_is_worse: bool) -> None:
    better = None if worse is Aftermath.FINE else Aftermath.FINE
    one, other = (worse, better) if first_is_worse else (better, worse)
    before = _in_parts(people.past(40)._replace(aftermath=one), people.past(40)._replace(aftermath=other))
    plan = people.judge(people.ask(), people.person(), before).plan
    assert plan is not None and plan.fraction_permille == step


@pytest.mark.parametrize("first_is_dark", [True, False])
def test_a_dark_mark_of_either_part_counts(first_is_dark: bool) -> None:
    one, other = (Aftermath.DARK_MARK, Aftermath.FINE) if first_is_dark else (Aftermath.FINE, Aftermath.DARK_MARK)
    who = people.person(fitzpatrick=4)
    begun, part = people.past(40)._replace(aftermath=one), people.past(40)._replace(aftermath=other)
    before = people.history(who, *_in_parts(begun, part).treatments)
    assert "dark-mark" in people.codes(people.judge(people.ask(), who, before))


# Every widening that there is, named: nothing else makes a plan wider


def test_only_time_and_a_good_treatment_widen() -> None:
    """What does widen, so that the properties above are not true of a decision that allows nothing."""
    who = people.person()
    first = Case(people.ask(Zone.NOSE), who, people.wand(), people.history(who))
    second = first.with_treatments([people.past(40)])
    third = first.with_treatments([people.past(80), people.past(40)])
    plans = [case.decide().plan for case in (first, second, third)]
    assert [plan and (plan.zones[0].level_pa, plan.zones[0].cap_pa, plan.zones[0].passes) for plan in plans] == [
        (12_000, 12_000, 1),
        (14_000, 20_000, 2),
        (16_000, 20_000, 2),
    ]
    assert widens(who, who._replace(skin=Skin.OILY)) and not widens(who, who._replace(skin=Skin.DRY))
    assert isinstance(first.with_wand(tip_um=None).decide().refusals[0], Refusal)
