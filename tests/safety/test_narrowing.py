"""Rules only narrow: properties over random people, histories, answers and orders, and what a refusal must hold."""

import ast
import sys
from itertools import pairwise, product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microderm_ctl.safety as package
from microderm_ctl.safety import (
    TODAY,
    Aftermath,
    Answers,
    Decision,
    Depth,
    Ending,
    Grit,
    History,
    Kind,
    LedgerEntry,
    Patch,
    PatchResult,
    Person,
    ProfileEdit,
    Request,
    Skin,
    Thickness,
    Treatment,
    WandState,
    Zone,
    cap_table,
    decide,
    explain_cap,
    narrower,
    widens,
)
from microderm_ctl.safety.decide import RULES
from microderm_ctl.safety.limits import WHOLE, Bound, Limits, Scale, cap_for, meet, trip_for
from microderm_ctl.safety.questions import Answer
from microderm_ctl.safety.skin import CAREFUL_ORDER
from microderm_ctl.safety.zones import TREATABLE
from tests.safety.people import DAY, NOW, ask, history, past, person, wand

LIMITS: Final = st.builds(
    Limits,
    st.integers(0, 30_000),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 4_000),
    st.integers(0, 5),
    st.integers(0, 99),
    st.frozensets(st.sampled_from(Grit)),
)
PEOPLE: Final = st.builds(
    Person,
    st.none() | st.sampled_from(Skin),
    st.none() | st.sampled_from(Thickness),
    st.none() | st.integers(0, 7),
    st.none() | st.integers(0, 99),
)
TIMES: Final = st.integers(NOW - 400 * DAY, NOW + 3 * DAY)
TREATMENTS: Final = st.builds(
    Treatment,
    TIMES,
    st.integers(0, 400_000),
    st.sampled_from(Grit),
    st.none() | st.sampled_from(Ending),
    st.none() | st.sampled_from(Aftermath),
)
PATCHES: Final = st.builds(Patch, TIMES, st.none() | st.sampled_from(PatchResult), st.none() | TIMES)
HISTORIES: Final = st.builds(
    History,
    st.lists(TREATMENTS, max_size=4).map(tuple),
    st.lists(PATCHES, max_size=2).map(tuple),
    st.lists(st.builds(ProfileEdit, TIMES, PEOPLE), max_size=2).map(tuple),
)
WANDS: Final = st.builds(WandState, st.none() | st.integers(0, 200), st.none() | TIMES, st.booleans(), st.integers(0, 30_000))
VALUES: Final = st.fixed_dictionaries({}, optional={q.id: st.sampled_from(["no", "yes", "not_sure", "3d", "nose", "arm"]) for q in TODAY})
REQUESTS: Final = st.builds(
    Request,
    st.lists(st.sampled_from(Zone), max_size=4).map(tuple),
    st.builds(Answers, VALUES, st.none() | st.just(NOW)),
    st.sampled_from(Kind),
    st.none() | st.integers(-1_000, 30_000),
    st.none() | st.sampled_from(Depth),
    st.none() | st.sampled_from(Grit),
    st.none() | st.booleans(),
    st.booleans(),
)


def no_wider(narrow: Decision, wide: Decision) -> bool:
    """Say whether the first decision allows nothing that the second does not."""
    if narrow.plan is None:
        return True
    if wide.plan is None:
        return False
    allowed = {row.zone: row for row in wide.plan.zones}
    return narrow.plan.treatment_s <= wide.plan.treatment_s and all(
        row.zone in allowed
        and row.cap_pa <= allowed[row.zone].cap_pa
        and row.trip_pa <= allowed[row.zone].trip_pa
        and row.seconds <= allowed[row.zone].seconds
        and row.passes <= allowed[row.zone].passes
        and row.dwell_ms <= allowed[row.zone].dwell_ms
        for row in narrow.plan.zones
    )


@pytest.mark.hazard("H-32", "computer")
@given(LIMITS, LIMITS, LIMITS)
def test_limits_meet_in_any_order_and_only_downward(one: Limits, two: Limits, three: Limits) -> None:
    assert meet(one, two) == meet(two, one)
    assert meet(meet(one, two), three) == meet(one, meet(two, three))
    assert meet(one, one) == one
    met = meet(one, two)
    assert met.vacuum_pa <= one.vacuum_pa
    assert met.interval_days >= one.interval_days
    assert met.grits <= one.grits


@pytest.mark.hazard("H-32", "computer")
@given(
    st.sampled_from(Skin), st.sampled_from(TREATABLE), st.sampled_from(Grit), st.lists(st.integers(-100, 5_000), max_size=4), st.randoms()
)
def test_a_factor_narrows_whatever_it_says_and_order_is_nothing(
    row: Skin, zone: Zone, grit: Grit, permilles: list[int], shuffler: object
) -> None:
    scales = tuple(Scale(f"rule {number}", permille, False, "a test") for number, permille in enumerate(permilles))
    cap = cap_for(row, zone, grit, scales)
    assert cap == cap_for(row, zone, grit, tuple(reversed(scales)))
    assert cap.vacuum_pa <= cap_for(row, zone, grit, scales[1:]).vacuum_pa
    assert 0 <= cap.vacuum_pa <= 25_000
    assert cap.vacuum_pa % 500 == 0
    afters = [line.after_pa for line in cap.factors]
    assert afters == sorted(afters, reverse=True)


def test_a_bound_on_vacuum_is_met() -> None:
    bound = Bound("a test", WHOLE._replace(vacuum_pa=7_900), "a test")
    assert cap_for(Skin.OILY, Zone.NOSE, Grit.FINE, (), (bound,)).vacuum_pa == 7_500


def test_a_more_careful_skin_never_widens() -> None:
    for careful, bold in pairwise(CAREFUL_ORDER):
        for zone, grit, fitzpatrick in product(TREATABLE, Grit, range(1, 7)):
            small, large = (explain_cap(person(skin, fitzpatrick), zone, grit) for skin in (careful, bold))
            assert (small.cap_pa or 0) <= (large.cap_pa or 0)
            assert (small.first_cap_pa or 0) <= (small.cap_pa or 0)
            assert small.seconds <= large.seconds
            darker = explain_cap(person(careful, min(6, fitzpatrick + 1)), zone, grit)
            assert (darker.cap_pa or 0) <= (small.cap_pa or 0)


@given(PEOPLE, st.sampled_from(["skin", "thickness", "fitzpatrick", "age_years"]))
def test_a_missing_answer_never_widens(who: Person, field: str) -> None:
    without = Person(**{**who._asdict(), field: None})
    assert not widens(who, without)
    for known, less in zip(cap_table(who), cap_table(without), strict=True):
        assert (less.cap_pa or 0) <= (known.cap_pa or 0)


@given(PEOPLE, PEOPLE)
def test_the_narrower_of_two_profiles_is_no_wider_than_either(one: Person, other: Person) -> None:
    both = narrower(one, other)
    assert not widens(one, both)
    assert not widens(other, both)


@pytest.mark.hazard("H-01", "computer")
@settings(max_examples=150)
@given(REQUESTS, PEOPLE, WANDS, HISTORIES)
def test_whatever_goes_in_a_decision_is_sound(request: Request, who: Person, on: WandState, before: History) -> None:
    decision = decide(request, who, on, before, NOW)
    assert (decision.plan is None) is bool(decision.refusals)
    assert decision == decide(
        request, who, on, before._replace(treatments=before.treatments[::-1], patches=before.patches[::-1]), NOW
    ) or _ties(before)
    for refusal in decision.refusals:
        assert refusal.code
        assert refusal.rule
        assert refusal.why.endswith(".")
        assert refusal.source
        assert refusal.do_next.endswith(".")
        assert refusal.retry_at_s is not None or "'" in refusal.do_next or refusal.do_next.split()[0].istitle()
    if decision.plan is not None:
        for row in decision.plan.zones:
            assert 2_500 <= row.level_pa <= row.cap_pa <= min(25_000, on.cap_pa)
            assert row.trip_pa == trip_for(row.cap_pa) <= 26_700
            assert 0 < row.seconds <= 360
            assert 0 < row.dwell_ms <= 3_000


def _ties(before: History) -> bool:
    return len({known.at_s for known in before.treatments}) < len(before.treatments) or len({p.at_s for p in before.patches}) < len(
        before.patches
    )


@settings(max_examples=80)
@given(st.sampled_from(TODAY), st.data(), st.sampled_from(Skin), st.integers(1, 6), st.sampled_from(TREATABLE))
def test_a_condition_more_never_widens(question: object, data: st.DataObject, skin: Skin, fitzpatrick: int, zone: Zone) -> None:
    known = next(one for one in TODAY if one == question)
    who, request = person(skin, fitzpatrick), ask(zone)
    value = data.draw(st.sampled_from(["nose", "arm", "not_sure"] if known.answer is Answer.ZONES else ["yes", "not_sure"]))
    worse = request._replace(answers=Answers({**request.answers.values, known.id: value}, NOW))
    before = history(who, past(60))
    assert no_wider(decide(worse, who, wand(), before, NOW), decide(request, who, wand(), before, NOW))


@settings(max_examples=80)
@given(st.integers(0, 400), st.integers(0, 99_000), st.sampled_from(Skin), st.integers(1, 6))
def test_a_ledger_entry_more_never_widens(days_ago: int, sealed_ms: int, skin: Skin, fitzpatrick: int) -> None:
    who = person(skin, fitzpatrick)
    before, on = history(who, past(100)), wand()
    more = on._replace(ledger=(LedgerEntry(NOW - days_ago * DAY, who.tag, sealed_ms),))
    assert no_wider(decide(ask(), who, more, before, NOW), decide(ask(), who, on, before, NOW))


@settings(max_examples=60)
@given(PEOPLE, st.permutations(RULES), st.integers(0, len(RULES)))
def test_a_rule_more_never_widens_and_their_order_is_nothing(who: Person, rules: list[object], count: int) -> None:
    chosen = tuple(rule for rule in RULES if rule in rules[:count])
    shuffled = tuple(rule for known in rules for rule in RULES if rule is known)
    before, request = history(who, past(60)), ask(Zone.NOSE, Zone.JAW_LEFT)
    all_of_them = decide(request, who, wand(), before, NOW)
    assert no_wider(all_of_them, decide(request, who, wand(), before, NOW, chosen))
    other = decide(request, who, wand(), before, NOW, shuffled)
    assert other.plan == all_of_them.plan
    assert set(other.refusals) == set(all_of_them.refusals)


SOURCES: Final = sorted(Path(package.__file__).parent.glob("*.py"))
ALLOWED: Final = {"collections.abc", "enum", "typing", "difflib", "microderm_ctl.units"}


@pytest.mark.hazard("H-32", "computer")
@pytest.mark.hazard("H-42", "computer")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_rules_know_nobody_and_count_in_whole_numbers(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert)
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not isinstance(node, ast.Div)
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round", "open", "print"})
        if isinstance(node, ast.Import):
            pytest.fail(f"{path.name} imports {node.names[0].name}")
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or node.module in ALLOWED
    assert "microderm_ctl.safety" in sys.modules
