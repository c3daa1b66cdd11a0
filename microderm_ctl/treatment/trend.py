"""What the results of a course speak for: a pure function of values, whole numbers only.

In doubt the answer is the narrower one. What was not said is never taken for good.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from microderm_ctl.records.journal import JournalEntry
from microderm_ctl.safety import Aftermath, Ending, Treatment
from microderm_ctl.safety.dates import when
from microderm_ctl.safety.evidence import COURSE_TREATMENTS, DAY_S, PAUSE_DAYS
from microderm_ctl.texts import course as texts
from microderm_ctl.treatment.course import SETTLED_DAYS, Course
from microderm_ctl.treatment.scales import CALM, GAIN

WORST: Final = 1
POOR: Final = 2
"""From this step of redness or comfort down, skin is not calm."""
COURSE_SOURCE: Final = COURSE_TREATMENTS.source
"""Where a course of six and the pause after it come from."""
_PAINFUL: Final = (Ending.PAIN, Ending.BLEEDING)


class Verdict(StrEnum):
    """What results speak for, from the widest to the narrowest."""

    GO_ON = "go_on"
    REST = "rest"
    NO_CLAIM = "no_claim"
    WAIT = "wait"
    STOP = "stop"
    PROFESSIONAL = "professional"


HEADS: Final[dict[Verdict, str]] = {
    Verdict.GO_ON: texts.GO_ON,
    Verdict.REST: texts.REST,
    Verdict.NO_CLAIM: texts.NO_CLAIM,
    Verdict.WAIT: texts.WAIT,
    Verdict.STOP: texts.STOP,
    Verdict.PROFESSIONAL: texts.PROFESSIONAL,
}
"""What each verdict says in short."""
_ORDER: Final = tuple(Verdict)


class Reason(NamedTuple):
    """One finding: what it speaks for, its stable code, and its sentence."""

    verdict: Verdict
    code: str
    sentence: str


class Change(NamedTuple):
    """The step of a scale at the beginning of a course and now; None where it was not said."""

    scale: str
    before: int | None
    now: int | None


class Trend(NamedTuple):
    """What the results of a course speak for: the narrowest of all reasons, and the changes since its beginning.

    ``source`` says whose reading this is, ``course_source`` where the length of a course comes from.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    source: str = texts.SOURCE
    course_source: str = COURSE_SOURCE


STRONG: Final = {"redness": texts.DEEP_RED, "comfort": texts.HURTS}
MUCH_WORSE: Final = {"redness": texts.EVER_REDDER, "comfort": texts.EVER_WORSE}
WORSE: Final = {"redness": texts.REDDER, "comfort": texts.FEELS_WORSE}


def trend(entries: Sequence[JournalEntry], course: Course, treatments: Sequence[Treatment], now_s: int) -> Trend:
    """Return what the results of a course speak for.

    Args:
        entries: those that count, by date (``standing_entries``).
        course: the latest course.
        treatments: a person's treatments, with how they ended and how the skin was afterwards, by date.
        now_s: the calendar of the records, in seconds since 1970.
    """
    begin_s = course.treatments_s[0] if course.done else 0
    since_s = begin_s - PAUSE_DAYS.value * DAY_S
    told = [entry for entry in entries if entry.at_s >= since_s]
    reasons = [
        *_dark_mark(treatments),
        *_told_of_treatments([known for known in treatments if known.at_s >= begin_s]),
        *(reason for scale in CALM for reason in _calm(scale, _values(told, scale))),
        *_gain(told, course, now_s),
    ]
    narrowest = max(reasons, key=lambda reason: _ORDER.index(reason.verdict)).verdict
    return Trend(narrowest, tuple(reason for reason in reasons if reason.verdict is narrowest), _changes(told))


def _dark_mark(treatments: Sequence[Treatment]) -> Iterator[Reason]:
    """Yield that a dark mark came, in whatever course."""
    if any(known.aftermath is Aftermath.DARK_MARK for known in treatments):
        yield Reason(Verdict.PROFESSIONAL, "dark-mark", texts.DARK_MARK)


def _told_of_treatments(treatments: list[Treatment]) -> Iterator[Reason]:
    """Yield what speaks against going on in how treatments ended and how the skin was after them."""
    hurt = [known.ending in _PAINFUL for known in treatments]
    red = [known.aftermath is Aftermath.RED_OVER_24_H for known in treatments]
    if sum(hurt) > 1:
        yield Reason(Verdict.PROFESSIONAL, "hurt-again", texts.HURT_AGAIN)
    if sum(red) > 1:
        yield Reason(Verdict.PROFESSIONAL, "long-red-again", texts.LONG_RED_AGAIN)
    if hurt and hurt[-1]:
        yield Reason(Verdict.WAIT, "hurt", texts.HURT)
    if red and red[-1]:
        yield Reason(Verdict.WAIT, "long-red", texts.LONG_RED)


def _calm(scale: str, steps: list[int]) -> Iterator[Reason]:
    """Yield what speaks against going on in the steps of redness or comfort, the oldest first."""
    if not steps:
        return
    now, before = steps[-1], steps[-2:-1]
    fell = [later < earlier for later, earlier in zip(steps[1:], steps, strict=False)]
    if now == WORST:
        yield Reason(Verdict.PROFESSIONAL, f"{scale}-strong", STRONG[scale])
    if fell[-2:] == [True, True] or (before and before[0] - now > 1):
        yield Reason(Verdict.PROFESSIONAL, f"{scale}-much-worse", MUCH_WORSE[scale])
    if now <= POOR or now < steps[0] or fell[-1:] == [True]:
        yield Reason(Verdict.WAIT, f"{scale}-worse", WORSE[scale])


def _gain(told: list[JournalEntry], course: Course, now_s: int) -> Iterator[Reason]:
    """Yield what a course has brought, or why that cannot be said."""
    if not course.done:
        yield Reason(Verdict.NO_CLAIM, "not-begun", texts.NOT_BEGUN)
        return
    settled_s = course.treatments_s[-1] + SETTLED_DAYS * DAY_S
    if told and told[-1].at_s > now_s:
        yield Reason(Verdict.NO_CLAIM, "entry-ahead", texts.AHEAD)
    if not told or told[-1].at_s < settled_s:
        yield Reason(Verdict.NO_CLAIM, "nothing-since", texts.NOTHING_SINCE.format(day=when(settled_s)))
        return
    if any(_step(told[-1], scale) is None for scale in CALM):
        yield Reason(Verdict.NO_CLAIM, "not-said", texts.NOT_SAID)
    known = [(change.now, change.before) for change in _changes(told) if change.scale in GAIN]
    gains = [now - before for now, before in known if now is not None and before is not None]
    yield _read(gains, course)


def _read(gains: list[int], course: Course) -> Reason:
    if not gains:
        return Reason(Verdict.NO_CLAIM, "no-comparison", texts.NO_COMPARISON)
    if min(gains) < 0:
        return Reason(Verdict.STOP, "done-less", texts.DONE_LESS) if course.is_full else Reason(Verdict.WAIT, "less", texts.LESS)
    if max(gains) == 0:
        done = Reason(Verdict.STOP, "done-no-change", texts.DONE_NO_CHANGE)
        return done if course.is_full else Reason(Verdict.NO_CLAIM, "no-change-yet", texts.NO_CHANGE_YET)
    if course.is_over:
        return Reason(Verdict.NO_CLAIM, "over", texts.PAST)
    if course.is_full:
        return Reason(Verdict.REST, "done-better", texts.DONE_BETTER.format(day=when(course.next_from_s or 0)))
    return Reason(Verdict.GO_ON, "better", texts.BETTER)


def _changes(told: list[JournalEntry]) -> tuple[Change, ...]:
    """Return each scale at the first entry that tells it, and at the newest one; nothing before a second entry."""
    return tuple(_change(told, scale) for scale in (*GAIN, *CALM)) if len(told) > 1 else ()


def _change(told: list[JournalEntry], scale: str) -> Change:
    before = _values(told[:-1], scale)
    return Change(scale, before[0] if before else None, _step(told[-1], scale))


def _values(told: list[JournalEntry], scale: str) -> list[int]:
    return [step for entry in told if (step := _step(entry, scale)) is not None]


def _step(entry: JournalEntry, scale: str) -> int | None:
    step = getattr(entry.results, scale)
    return step if isinstance(step, int) else None
