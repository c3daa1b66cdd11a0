"""Where a person is in a course: as the rules count it, with the window of the next treatment and those after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.records.journal import JournalEntry, Results
from microderm_ctl.safety import ProfessionalPlan, Skin, Treatment, decide
from microderm_ctl.treatment.course import Course, course_of, entry_is_due, treatments_before, windows
from tests.safety.people import DAY, NOW, ask, history, past, person, wand

PLAN = ProfessionalPlan("Dr. Ada", NOW - DAY, NOW + DAY)


def course(*days_ago: int, skin: Skin = Skin.NORMAL, plan: ProfessionalPlan | None = None, now_s: int = NOW) -> Course:
    who = person(skin)
    return course_of(who, history(who, *map(past, days_ago))._replace(plan=plan), now_s)


def ago(days: int) -> int:
    return NOW - days * DAY


def test_before_the_first_treatment_there_is_no_date() -> None:
    assert course() == Course((), 6, 28, None, None, None, False, 7)


def test_the_next_treatment_is_four_to_eight_weeks_after_the_last() -> None:
    known = course(40, 10)
    assert (known.done, known.treatments_s) == (2, (ago(40), ago(10)))
    assert (known.next_from_s, known.next_until_s) == (ago(10) + 28 * DAY, ago(10) + 56 * DAY)
    assert known.new_from_s == ago(10) + 90 * DAY
    assert not known.is_full and not known.is_over


@pytest.mark.parametrize(("days_ago", "until_days"), [(55, 56), (56, 90), (89, 90)])
def test_who_is_late_has_until_the_course_ends(days_ago: int, until_days: int) -> None:
    known = course(days_ago)
    assert known.next_until_s == ago(days_ago) + until_days * DAY
    assert not known.is_over


@pytest.mark.parametrize(("gap_days", "done"), [(89, 2), (90, 1)])
def test_a_gap_of_ninety_days_begins_a_new_course(gap_days: int, done: int) -> None:
    assert course(gap_days + 5, 5).done == done
    assert course(gap_days).is_over is (gap_days == 90)


def test_sensitive_skin_waits_eight_weeks_and_then_has_until_the_course_ends() -> None:
    known = course(10, skin=Skin.SENSITIVE)
    assert (known.interval_days, known.floor_days) == (56, 14)
    assert (known.next_from_s, known.next_until_s) == (ago(10) + 56 * DAY, ago(10) + 90 * DAY)


def test_a_full_course_rests_and_has_no_window() -> None:
    known = course(*range(155, 0, -30))
    assert known.done == 6 and known.is_full
    assert (known.next_from_s, known.next_until_s) == (ago(5) + 90 * DAY, None)


def test_a_professional_changes_length_and_interval_but_not_the_floor() -> None:
    known = course(10, plan=PLAN._replace(interval_days=3, course_length=20))
    assert (known.interval_days, known.length, known.by) == (7, 12, "Dr. Ada")
    assert course(10, plan=PLAN._replace(interval_days=40, course_length=3)).interval_days == 40
    expired = course(10, plan=PLAN._replace(expires_at_s=NOW, course_length=3))
    assert (expired.length, expired.by) == (6, None)


@given(st.lists(st.integers(min_value=1, max_value=400), max_size=14, unique=True))
def test_the_rules_count_the_same(days_ago: list[int]) -> None:
    """What the course says of now is what a request now is told."""
    who, treatments = person(), [past(days) for days in days_ago]
    known = course_of(who, history(who, *treatments), NOW)
    refusals = {one.code: one for one in decide(ask(), who, wand(), history(who, *treatments), NOW).refusals}

    assert ("course-pause" in refusals) is (known.is_full and not known.is_over)
    if "course-pause" in refusals:
        assert f"A course of {known.done} treatments" in refusals["course-pause"].why
    waits = known.next_from_s is not None and known.next_from_s > NOW
    assert ("course-pause" in refusals or "interval" in refusals) is waits


def test_what_is_too_short_to_count_is_no_part_of_a_course() -> None:
    who = person()
    touched = Treatment(NOW - DAY, 9_999)
    assert course_of(who, history(who, touched), NOW).done == 0


def test_ahead_are_the_treatments_left_each_four_to_eight_weeks_after_the_one_before() -> None:
    ahead = windows(course(40, 10), NOW)
    assert [one.number for one in ahead] == [3, 4, 5, 6]
    assert (ahead[0].from_s, ahead[0].until_s) == (ago(10) + 28 * DAY, ago(10) + 56 * DAY)
    assert (ahead[1].from_s, ahead[1].until_s) == (ago(10) + 56 * DAY, ago(10) + 112 * DAY)


@pytest.mark.parametrize("days_ago", [(), tuple(range(155, 0, -30)), (120,)])
def test_ahead_is_a_whole_course_where_none_runs(days_ago: tuple[int, ...]) -> None:
    known = course(*days_ago)
    ahead = windows(known, NOW + DAY)
    assert [one.number for one in ahead] == [1, 2, 3, 4, 5, 6]
    assert tuple(ahead[0]) == (1, max(NOW + DAY, known.next_from_s or 0), None)
    assert ahead[1].until_s == ahead[0].from_s + 56 * DAY


@pytest.mark.parametrize(("days", "before"), [(301, 0), (300, 1), (281, 1), (280, 2), (191, 2), (190, 0), (11, 0), (10, 1), (0, 1)])
def test_a_time_lies_after_so_many_treatments_of_its_own_course(days: int, before: int) -> None:
    assert treatments_before(course(300, 280, 10), ago(days)) == before


def test_nothing_ahead_ends_before_it_may_begin() -> None:
    """A professional may want more than eight weeks in between."""
    ahead = windows(course(10, plan=PLAN._replace(interval_days=80)), NOW)
    assert [one.from_s - ago(10) for one in ahead[:2]] == [80 * DAY, 160 * DAY]
    assert all(one.until_s is not None and one.until_s >= one.from_s for one in ahead)


def test_nothing_ahead_is_earlier_than_it_may_be() -> None:
    late = windows(course(40), NOW + 3 * DAY)
    assert late[0].from_s == NOW + 3 * DAY
    assert all(one.until_s is None or one.from_s <= one.until_s for one in late)


@pytest.mark.parametrize(
    ("treated_days_ago", "written_days_ago", "due"),
    [((), (), False), ((6,), (), False), ((7,), (), True), ((7,), (8,), True), ((20,), (19,), False), ((40, 3), (20,), False)],
)
def test_an_entry_is_due_a_week_after_a_treatment(treated_days_ago: tuple[int, ...], written_days_ago: tuple[int, ...], due: bool) -> None:
    entries = [JournalEntry(number, 1, ago(days), ago(days), Results()) for number, days in enumerate(written_days_ago)]
    assert entry_is_due(entries, course(*treated_days_ago), NOW) is due
