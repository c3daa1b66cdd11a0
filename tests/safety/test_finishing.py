"""Finishing what was interrupted from outside: within two hours, only open zones, only the seconds left."""

import pytest

from microderm_ctl.safety import Ending, Grit, History, Kind, PastZone, Treatment, Zone, next_treatment_at_s
from tests.safety.people import DAY, HOUR, NOW, ask, codes, history, judge, past, person, wand

FACE = (
    PastZone(Zone.FOREHEAD, 60_000, 60, True),
    PastZone(Zone.NOSE, 10_500, 30, False),
    PastZone(Zone.CHIN, 0, 30, False),
)


def interrupted(minutes_ago: int = 30, ending: Ending | None = Ending.INTERRUPTED) -> History:
    """Return a history whose last treatment was interrupted some minutes ago."""
    ended_s = NOW - minutes_ago * 60
    who = person()
    return history(who, past(60), Treatment(ended_s - 200, 70_500, Grit.FINE, ending, None, FACE, ended_s))


FINISH = ask()._replace(kind=Kind.FINISH, zones=())


def test_what_was_interrupted_may_be_finished() -> None:
    plan = judge(FINISH, person(), interrupted()).plan
    assert plan is not None
    assert {row.zone: row.seconds for row in plan.zones} == {Zone.NOSE: 19, Zone.CHIN: 30}
    assert plan.treatment_s == 49


def test_finishing_takes_only_the_seconds_that_the_ledger_has_left() -> None:
    plan = judge(FINISH, person(), interrupted(), on=wand()._replace(treatment_left_s=20)).plan
    assert plan is not None
    assert plan.treatment_s == 20
    assert codes(judge(FINISH, person(), interrupted(), on=wand()._replace(treatment_left_s=0))) == {"no-seconds-left"}


@pytest.mark.parametrize(("minutes_ago", "code"), [(120, None), (121, "finish-too-late")])
def test_finishing_ends_after_two_hours(minutes_ago: int, code: str | None) -> None:
    assert codes(judge(FINISH, person(), interrupted(minutes_ago))) == ({code} if code else set())


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.PAIN, Ending.BLEEDING, None])
def test_nothing_else_can_be_finished(ending: Ending | None) -> None:
    assert "nothing-to-finish" in codes(judge(FINISH, person(), interrupted(ending=ending)))
    assert "nothing-to-finish" in codes(judge(FINISH, person(), history(person())))


def test_a_zone_that_is_done_is_not_done_again() -> None:
    assert codes(judge(FINISH._replace(zones=(Zone.FOREHEAD,)), person(), interrupted())) == {"zone-not-to-finish"}


def test_todays_questions_are_asked_again_before_finishing() -> None:
    stale = FINISH._replace(answers=FINISH.answers._replace(at_s=NOW - HOUR))
    assert codes(judge(stale, person(), interrupted())) == {"answers-stale"}


def test_a_first_treatment_is_finished_as_a_first_one() -> None:
    who, ended_s = person(), NOW - HOUR
    before = history(who, Treatment(ended_s - 100, 70_500, Grit.FINE, Ending.INTERRUPTED, None, FACE, ended_s))
    plan = judge(FINISH, who, before).plan
    assert plan is not None
    assert plan.first
    assert {row.cap_pa for row in plan.zones} == {12_000}


def test_what_finished_a_treatment_is_part_of_it() -> None:
    who, before = person(), interrupted()
    begun = before.treatments[-1]
    rest = Treatment(NOW - 600, 49_000, Grit.FINE, Ending.DONE, None, (PastZone(Zone.NOSE, 19_000, 19, True),), NOW - 500, begun.at_s)
    joined = before._replace(treatments=(*before.treatments, rest))
    assert "nothing-to-finish" in codes(judge(FINISH, who, joined))
    assert next_treatment_at_s(who, wand(), joined, NOW) == begun.at_s + 28 * DAY


def test_finishing_never_takes_more_than_was_planned() -> None:
    before = interrupted()
    zones = (PastZone(Zone.NOSE, 2_000, 12, False),)
    before = before._replace(treatments=(before.treatments[0], before.treatments[1]._replace(zones=zones)))
    plan = judge(FINISH, person(), before).plan
    assert plan is not None
    assert plan.zones[0].seconds == 10
