"""Where a person is in a course of treatments: pure functions of values, whole numbers only."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from microderm_ctl.records.journal import JournalEntry
from microderm_ctl.safety import Answers, History, Person, Request, WandState
from microderm_ctl.safety.evidence import DAY_S, PAUSE_DAYS
from microderm_ctl.safety.rules_history import course_length, interval_days, next_treatment_at_s
from microderm_ctl.safety.situation import Situation, look_at
from microderm_ctl.texts import course as texts

EXPECT: Final = (texts.CLEARS, texts.ABOUT_SIX, texts.EVERY_SKIN, texts.NO_PAIN)
"""What to expect, in short."""
LATE_DAYS: Final = 56
"""Eight weeks: the later end of the time between two treatments."""
SETTLED_DAYS: Final = 7
"""Days after a treatment before results are read from the skin; our own choice, as a first redness has gone by then."""


class Course(NamedTuple):
    """The latest course of a person, on the calendar of the store it was read from.

    ``treatments_s`` are the times of its treatments that count, the first one first. ``next_from_s`` and
    ``next_until_s`` bound the next treatment (None before the first, and no end after a full course); from
    ``new_from_s`` on a treatment begins a new course, and ``is_over`` says that this time has come.
    ``floor_days`` is what ``interval_days`` never goes under, ``by`` the professional whose plan is in force,
    ``counted_s`` the times of the treatments of all courses.
    """

    treatments_s: tuple[int, ...]
    length: int
    interval_days: int
    next_from_s: int | None
    next_until_s: int | None
    new_from_s: int | None
    is_over: bool
    floor_days: int
    by: str | None = None
    counted_s: tuple[int, ...] = ()

    @property
    def done(self) -> int:
        """Treatments of this course so far."""
        return len(self.treatments_s)

    @property
    def is_full(self) -> bool:
        """Whether no treatment of this course is left."""
        return self.done >= self.length


class Window(NamedTuple):
    """A treatment to come: its number in its course, from when, and until when at best; a course may begin at any time."""

    number: int
    from_s: int
    until_s: int | None


def course_of(person: Person, history: History, now_s: int, wand: WandState | None = None) -> Course:
    """Return a person's latest course; ``wand`` carries the ledgers that count besides the records."""
    return course_in(look_at(Request((), Answers({}, None)), person, wand or WandState(None, None), history, now_s))


def course_in(situation: Situation) -> Course:
    """Return the latest course of a situation."""
    by = None if situation.plan is None else situation.plan.name
    length, interval, floor = course_length(situation), interval_days(situation), situation.floor_days
    times = _latest(situation.counted_s)
    next_s = next_treatment_at_s(situation)
    if next_s is None:
        return Course((), length, interval, None, None, None, False, floor, by)
    new_s = times[-1] + PAUSE_DAYS.value * DAY_S
    late_s = times[-1] + LATE_DAYS * DAY_S
    until_s = None if len(times) >= length else late_s if late_s > max(next_s, situation.now_s) else max(new_s, next_s)
    return Course(times, length, interval, next_s, until_s, new_s, situation.now_s >= new_s, floor, by, situation.counted_s)


def _latest(counted_s: tuple[int, ...]) -> tuple[int, ...]:
    """Return the treatments of the latest course: those with gaps under 90 days belong together."""
    begin = len(counted_s) - 1
    while begin > 0 and counted_s[begin] - counted_s[begin - 1] < PAUSE_DAYS.value * DAY_S:
        begin -= 1
    return counted_s[max(begin, 0) :]


def treatments_before(course: Course, at_s: int) -> int:
    """Return how many treatments of the course of that time came before it."""
    before = tuple(known_s for known_s in course.counted_s if known_s <= at_s)
    return 0 if not before or at_s - before[-1] >= PAUSE_DAYS.value * DAY_S else len(_latest(before))


def windows(course: Course, earliest_s: int) -> tuple[Window, ...]:
    """Return the treatments ahead, none before ``earliest_s``: those left of the course, or all of the next one.

    The first one follows the last treatment, each other one the one before it.
    """
    is_new = course.is_full or course.is_over or not course.done
    step_s, late_s = course.interval_days * DAY_S, max(LATE_DAYS, course.interval_days) * DAY_S
    from_s = max(earliest_s, course.next_from_s or 0)
    until_s = from_s if is_new or course.next_until_s is None else max(from_s, course.next_until_s)
    first = 1 if is_new else course.done + 1
    count = course.length - first + 1
    ahead = [Window(first + number, from_s + number * step_s, until_s + number * late_s) for number in range(count)]
    return tuple(one._replace(until_s=None) if one.number == 1 else one for one in ahead)


def entry_is_due(entries: Sequence[JournalEntry], course: Course, now_s: int) -> bool:
    """Say whether it is time to write: nothing stands there since a treatment that is a week old or older."""
    if not course.done:
        return False
    settled_s = course.treatments_s[-1] + SETTLED_DAYS * DAY_S
    return now_s >= settled_s and not any(entry.at_s >= course.treatments_s[-1] for entry in entries)
