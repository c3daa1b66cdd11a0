"""What results speak for: narrow when in doubt, and never wider for a worse answer."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.records.journal import JournalEntry, Results
from microderm_ctl.safety import Aftermath, Ending, Treatment
from microderm_ctl.treatment.course import course_of
from microderm_ctl.treatment.scales import SCALES
from microderm_ctl.treatment.trend import HEADS, Trend, Verdict, trend
from tests.safety.people import DAY, NOW, history, past, person

ORDER = list(Verdict)
WELL = Results(3, 3, 5, 5)
SMOOTHER = WELL._replace(smoothness=4)


def told(*entries: tuple[int, Results], treated: tuple[Treatment, ...] | tuple[int, ...] = (40, 10), now_s: int = NOW) -> Trend:
    """Return the trend of entries, each so many days ago, after treatments so many days ago."""
    who = person()
    treatments = tuple(one if isinstance(one, Treatment) else past(one) for one in treated)
    written = [JournalEntry(number, 1, NOW - days * DAY, NOW - days * DAY, results) for number, (days, results) in enumerate(entries)]
    return trend(written, course_of(who, history(who, *treatments), now_s), treatments, now_s)


def said(results: Results, scale: str, step: int | None) -> Results:
    """Return results with another step of one scale."""
    steps = {one.id: step if one.id == scale else getattr(results, one.id) for one in SCALES}
    return Results(steps["smoothness"], steps["pores"], steps["redness"], steps["comfort"], results.clogged, results.words)


def found(one: Trend) -> tuple[Verdict, set[str]]:
    return one.verdict, {reason.code for reason in one.reasons}


def test_smoother_and_calm_is_a_reason_to_go_on() -> None:
    assert found(told((45, WELL), (2, SMOOTHER))) == (Verdict.GO_ON, {"better"})


@pytest.mark.parametrize(
    ("entries", "treated", "code"),
    [
        ((), (), "not-begun"),
        (((45, WELL),), (), "not-begun"),
        ((), (40, 10), "nothing-since"),
        (((45, WELL), (20, SMOOTHER)), (40, 10), "nothing-since"),
        (((45, WELL), (4, SMOOTHER)), (40, 10), "nothing-since"),
        (((45, WELL), (2, SMOOTHER._replace(redness=None))), (40, 10), "not-said"),
        (((45, WELL), (2, SMOOTHER._replace(comfort=None))), (40, 10), "not-said"),
        (((2, SMOOTHER),), (40, 10), "no-comparison"),
        (((45, Results(redness=5)), (2, Results(3, 3, 5, 5))), (40, 10), "no-comparison"),
        (((45, WELL), (2, WELL)), (40, 10), "no-change-yet"),
        (((45, WELL), (-1, SMOOTHER)), (40, 10), "entry-ahead"),
        (((145, WELL), (2, SMOOTHER)), (140, 100), "over"),
        (((140, WELL), (2, SMOOTHER)), (40, 10), "no-comparison"),
    ],
)
def test_what_is_missing_claims_nothing(entries: tuple[tuple[int, Results], ...], treated: tuple[int, ...], code: str) -> None:
    verdict, codes = found(told(*entries, treated=treated))
    assert verdict is Verdict.NO_CLAIM
    assert code in codes


def test_a_week_counts_from_the_last_treatment() -> None:
    assert told((45, WELL), (3, SMOOTHER)).verdict is Verdict.GO_ON
    early = told((45, WELL), (4, SMOOTHER))
    assert "2027-01-12" in early.reasons[0].sentence  # the last treatment was ten days before 2027-01-15


FULL = tuple(range(160, 0, -30))


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (WELL, (Verdict.STOP, {"done-no-change"})),
        (WELL._replace(pores=2), (Verdict.STOP, {"done-less"})),
        (WELL._replace(smoothness=5, pores=2), (Verdict.STOP, {"done-less"})),
        (SMOOTHER, (Verdict.REST, {"done-better"})),
        (SMOOTHER._replace(redness=4), (Verdict.WAIT, {"redness-worse"})),
        (SMOOTHER._replace(comfort=3), (Verdict.PROFESSIONAL, {"comfort-much-worse"})),
    ],
)
def test_after_a_full_course(last: Results, expected: tuple[Verdict, set[str]]) -> None:
    assert found(told((165, WELL), (1, last), treated=FULL)) == expected


@pytest.mark.parametrize(
    ("steps", "verdict", "code"),
    [
        ((5, 5), Verdict.GO_ON, "better"),
        ((5, 4), Verdict.WAIT, "worse"),
        ((4, 5, 4), Verdict.WAIT, "worse"),
        ((5, 3), Verdict.PROFESSIONAL, "much-worse"),
        ((5, 4, 3), Verdict.PROFESSIONAL, "much-worse"),
        ((5, 4, 4), Verdict.WAIT, "worse"),
        ((2, 2), Verdict.WAIT, "worse"),
        ((2, 3), Verdict.GO_ON, "better"),
        ((1, 1), Verdict.PROFESSIONAL, "strong"),
        ((2, 1), Verdict.PROFESSIONAL, "strong"),
    ],
)
@pytest.mark.parametrize("scale", ["redness", "comfort"])
def test_skin_that_is_not_calm_waits_or_is_shown(scale: str, steps: tuple[int, ...], verdict: Verdict, code: str) -> None:
    entries = [(45 - number, said(WELL, scale, step)) for number, step in enumerate(steps[:-1])]
    seen = told(*entries, (2, said(SMOOTHER, scale, steps[-1])))
    assert seen.verdict is verdict
    assert (code if verdict is Verdict.GO_ON else f"{scale}-{code}") in {reason.code for reason in seen.reasons}


def test_a_bad_sign_stays_until_something_newer_is_said() -> None:
    unsaid = SMOOTHER._replace(redness=None)
    assert told((45, WELL), (8, WELL._replace(redness=4)), (2, unsaid)).verdict is Verdict.WAIT
    assert told((45, WELL), (8, WELL._replace(redness=4)), (2, SMOOTHER)).verdict is Verdict.GO_ON


def treatment(days_ago: int, ending: Ending = Ending.DONE, aftermath: Aftermath = Aftermath.FINE) -> Treatment:
    return past(days_ago, aftermath=aftermath)._replace(ending=ending)


@pytest.mark.parametrize(
    ("treated", "expected"),
    [
        ((treatment(40), treatment(10, Ending.PAIN)), (Verdict.WAIT, {"hurt"})),
        ((treatment(40), treatment(10, Ending.BLEEDING)), (Verdict.WAIT, {"hurt"})),
        ((treatment(40, Ending.PAIN), treatment(10)), (Verdict.GO_ON, {"better"})),
        ((treatment(40, Ending.PAIN), treatment(10, Ending.BLEEDING)), (Verdict.PROFESSIONAL, {"hurt-again"})),
        ((treatment(40), treatment(10, aftermath=Aftermath.RED_OVER_24_H)), (Verdict.WAIT, {"long-red"})),
        (
            (treatment(40, aftermath=Aftermath.RED_OVER_24_H), treatment(10, aftermath=Aftermath.RED_OVER_24_H)),
            (Verdict.PROFESSIONAL, {"long-red-again"}),
        ),
        ((treatment(40, aftermath=Aftermath.DARK_MARK), treatment(10)), (Verdict.PROFESSIONAL, {"dark-mark"})),
        ((treatment(140, Ending.PAIN), treatment(10)), (Verdict.GO_ON, {"better"})),
        ((treatment(170, Ending.PAIN), treatment(140, Ending.PAIN), treatment(10)), (Verdict.GO_ON, {"better"})),
        ((treatment(140, aftermath=Aftermath.DARK_MARK), treatment(10)), (Verdict.PROFESSIONAL, {"dark-mark"})),
    ],
)
def test_what_treatments_did_speaks_too(treated: tuple[Treatment, ...], expected: tuple[Verdict, set[str]]) -> None:
    assert found(told((45, WELL), (2, SMOOTHER), treated=treated)) == expected


def test_a_worse_answer_never_widens() -> None:
    """Every pair of entries: a step down of the newest one, in any scale, leaves the verdict as it is or narrows it."""
    steps = (1, 2, 3, 4, 5)
    for full, before, rest in product((False, True), steps, steps):
        treated = FULL if full else (40, 10)
        begin = (165 if full else 45, Results(3, before, 5, rest))
        for scale in SCALES:
            ranks = []
            for step in steps:
                last = said(Results(3, before, 5, rest), scale.id, step)
                ranks.append(ORDER.index(told(begin, (1, last), treated=treated).verdict))
            assert ranks == sorted(ranks, reverse=True), (scale.id, before, rest, full)


_RESULTS = st.builds(Results, *([st.none() | st.integers(min_value=1, max_value=5)] * 4))
_ENTRIES = st.lists(st.tuples(st.integers(min_value=-5, max_value=300), _RESULTS), max_size=6)


@given(_ENTRIES, st.lists(st.integers(min_value=1, max_value=300), max_size=8, unique=True))
def test_going_on_needs_everything(entries: list[tuple[int, Results]], treated: list[int]) -> None:
    """Whatever was written: going on is only said of calm, fresh, compared and better skin."""
    entries = sorted(entries, key=lambda one: -one[0])
    seen = told(*entries, treated=tuple(sorted(treated, reverse=True)))
    assert seen.reasons and all(reason.verdict is seen.verdict for reason in seen.reasons)
    if seen.verdict in (Verdict.GO_ON, Verdict.REST):
        days, last = entries[-1]
        assert 0 <= days <= min(treated) - 7
        assert last.redness is not None and last.redness > 2
        assert last.comfort is not None and last.comfort > 2
        assert any(one.before is not None and one.now is not None and one.now > one.before for one in seen.changes[:2])


def test_every_verdict_has_words_and_a_source() -> None:
    assert set(HEADS) == set(Verdict)
    seen = told((45, WELL), (2, SMOOTHER))
    assert "medical advice" in seen.source and "Freedman" in seen.course_source
    assert tuple(seen.changes[0]) == ("smoothness", 3, 4)
