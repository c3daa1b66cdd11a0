"""Where a person is in their course and what its results speak for, as records; read by several commands."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.words import iso_time, local_time
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.journal import JournalEntry, standing_entries
from microderm_ctl.safety import History, Person, ProfessionalPlan, Request, Treatment, WandState, all_no
from microderm_ctl.safety.evidence import DAY_S
from microderm_ctl.safety.situation import look_at
from microderm_ctl.texts import course as texts
from microderm_ctl.treatment.course import Course, course_in, course_of, entry_is_due

if TYPE_CHECKING:
    from microderm_ctl.records.rows import PersonRecord
    from microderm_ctl.records.store import Store


class Progress(NamedTuple):
    """A person with a store, the records in it and what follows from them.

    ``treatments`` are whole ones with their parts together, at the times that count, by date. ``entries`` are those of
    the journal that count, by date; ``is_due`` says that it is time for one.
    """

    store: "Store"
    record: "PersonRecord"
    person: Person
    now_s: int
    history: History
    wand: WandState
    course: Course
    treatments: tuple[Treatment, ...]
    entries: tuple[JournalEntry, ...]
    is_due: bool

    def with_plan(self, plan: ProfessionalPlan | None) -> Course:
        """Return the course as it would be with another plan of a professional, or with none."""
        return course_of(self.person, self.history._replace(plan=plan), self.now_s, self.wand)


def progress(call: Invocation, name: str | None) -> Progress:
    """Return the progress of a person: on practice where the wand that is meant is simulated.

    Raises:
        UsageProblem: there is no such person.
    """
    practice = call.practices()
    return progress_in(call.store(practice), call.person(name, practice), call.now_s(practice))


def progress_in(store: "Store", record: "PersonRecord", now_s: int) -> Progress:
    """Return the progress of a person by one store."""
    person, history = record.judged(now_s), summary(store, record, now_s)
    wand = WandState(None, None, ledger=seen_ledger(store))
    situation = look_at(Request((), all_no(now_s)), person, wand, history, now_s)
    course, entries = course_in(situation), standing_entries(store.journal(record.id))
    is_due = entry_is_due(entries, course, now_s)
    return Progress(store, record, person, now_s, history, wand, course, situation.treatments, entries, is_due)


class CourseRecord(NamedTuple):
    """A course as JSON tells it. ``next_until`` is None where no end is advised, ``new_course_from`` before the first treatment."""

    done: int
    length: int
    treatments: tuple[str | None, ...]
    interval_days: int
    next_from: str | None
    next_until: str | None
    new_course_from: str | None
    is_full: bool
    is_over: bool
    professional: str | None


def course_record(course: Course) -> CourseRecord:
    """Return a course with its times as texts."""
    return CourseRecord(
        done=course.done,
        length=course.length,
        treatments=tuple(iso_time(at_s) for at_s in course.treatments_s),
        interval_days=course.interval_days,
        next_from=iso_time(course.next_from_s),
        next_until=iso_time(course.next_until_s),
        new_course_from=iso_time(course.new_from_s),
        is_full=course.is_full,
        is_over=course.is_over,
        professional=course.by,
    )


def course_lines(record: CourseRecord, now: str | None) -> list[str]:
    """Return a course in sentences: how far, and when the next treatment is."""
    first, last = (record.treatments[0], record.treatments[-1]) if record.treatments else (None, None)
    span = texts.BETWEEN.format(first=day(first), last=day(last)) if record.done > 1 else texts.ON_DAY.format(day=day(last))
    lines = [texts.DONE.format(done=record.done, length=record.length, span=span if record.done else "")]
    if record.is_over:
        lines.append(texts.OVER)
    elif record.is_full:
        lines.append(texts.FULL.format(at=when(record.next_from)))
    elif record.next_from is not None and record.next_until is not None:
        is_open = now is not None and now >= record.next_from
        begin = texts.NOW if is_open else texts.FROM.format(at=when(record.next_from))
        late = texts.LATE if record.next_until == record.new_course_from else ""
        lines.append(texts.NEXT.format(begin=begin, day=day(record.next_until), late=late))
    return lines


def calendar_mark(simulated: bool, now: str | None) -> str:
    """Return the mark of practice with the date of its calendar; nothing for a real wand."""
    return texts.SIMULATED.format(now=when(now)) if simulated else ""


def day(at: str | None) -> str:
    """Return the local day of an ISO time."""
    return when(at)[:10]


def when(at: str | None) -> str:
    """Return an ISO time on the clock of this computer."""
    return local_time(int(datetime.fromisoformat(at).timestamp())) if at else texts.UNKNOWN


def days_since(at_s: int, now_s: int) -> int:
    """Return whole days that have passed."""
    return max(0, now_s - at_s) // DAY_S
