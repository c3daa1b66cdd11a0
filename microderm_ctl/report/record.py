"""Everything that a report tells of one person, as one plain value; the page is a rendering of it.

Times are texts of UTC as in all JSON of this program, vacuum is pascals below ambient.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from microderm_ctl.records.history import summary
from microderm_ctl.records.journal import JournalEntry, standing_entries
from microderm_ctl.records.rows import PatchTest, PersonRecord, Profile, TreatmentRecord, ZoneRecord
from microderm_ctl.records.store import Store
from microderm_ctl.report.curves import TraceView, view_of
from microderm_ctl.safety import SETUP, TODAY, Person, ProfessionalPlan, Zone, label, limits_of, profile_in_force
from microderm_ctl.safety.questions import NO, named_zones
from microderm_ctl.texts.causes import CAUSES

_PRACTICE: Final = "p"
"""Stands before the number of a treatment on a simulated wand, as in ``history``."""


class Answered(NamedTuple):
    """A question as it was asked, and its answer in words."""

    id: str
    question: str
    answer: str


class ProfileView(NamedTuple):
    """A profile: the row of the table of caps and the Fitzpatrick type 1..6 that hold with it, and what it was made of.

    What was not known (None) is treated as the strictest; ``skin`` and ``fitzpatrick`` already are.
    """

    saved_at: str | None
    skin: str
    fitzpatrick: int
    thickness: str | None
    age_years: int | None


class PersonView(NamedTuple):
    """Whose report it is. ``in_force`` is narrower than ``profile`` while a wider edit waits for its patch test."""

    name: str
    since: str | None
    profile: ProfileView
    in_force: ProfileView
    waiting: bool
    answered: tuple[Answered, ...]
    edits: tuple[ProfileView, ...]


class WindowView(NamedTuple):
    """A treatment to come: its number in its course, from when, and until when at best."""

    number: int
    from_at: str | None
    until_at: str | None


class CourseView(NamedTuple):
    """The latest course, what is ahead, and what the results speak for.

    ``verdict`` is a stable word, ``verdict_words``, ``reasons`` and ``source`` say it to a person. ``why`` says what stands in
    the way of a treatment now, where something does. Times inside sentences are written as ``2026-05-01 14:05 UTC``.
    """

    done: int
    length: int
    interval_days: int
    by: str | None
    treatments_at: tuple[str | None, ...]
    is_full: bool
    is_over: bool
    allowed_now: bool
    allowed_from: str | None
    why: str
    windows: tuple[WindowView, ...]
    verdict: str
    verdict_words: str
    reasons: tuple[str, ...]
    source: str


class PlanView(NamedTuple):
    """What a professional wrote down; it never raises a cap."""

    by: str
    made_at: str | None
    expires_at: str | None
    interval_days: int | None
    course_length: int | None
    cleared: tuple[str, ...]
    in_date: bool


class ZoneView(NamedTuple):
    """What a zone was to get and got. ``number`` is its place in the plan, from 1; mean and greatest vacuum are over sealed time."""

    number: int
    zone: str
    level_pa: int
    cap_pa: int
    planned_s: int
    sealed_s: float
    mean_pa: int
    max_pa: int
    passes: int
    planned_passes: int
    completed: bool


class TreatmentView(NamedTuple):
    """A treatment. ``ended_by`` is the wand's word and ``why`` its sentence; ``ending``, ``felt`` and ``aftermath`` are the person's."""

    id: str
    at: str | None
    ended_at: str | None
    wand: str
    grit: str
    planned_s: int
    sealed_s: float
    ended_by: str | None
    why: str
    settled_by: str | None
    ending: str | None
    felt: str | None
    aftermath: str | None
    aftermath_at: str | None
    finishes: str | None
    said_before: tuple[Answered, ...]
    zones: tuple[ZoneView, ...]
    trace: TraceView | None


class ZoneTotal(NamedTuple):
    """What a zone got in all treatments together; vacuum is 0 where no trace was kept."""

    zone: str
    treatments: int
    sealed_s: float
    mean_pa: int
    max_pa: int


class PatchView(NamedTuple):
    """A patch test and how the spot looked; only a complete one counts."""

    at: str | None
    site: str
    vacuum_pa: int
    grit: str
    sealed_s: float | None
    complete: bool
    result: str | None
    result_at: str | None


class EntryView(NamedTuple):
    """An entry of the journal: steps from 1 (worst) to 5 (best), None where nothing was said."""

    at: str | None
    smoothness: int | None
    pores: int | None
    redness: int | None
    comfort: int | None
    clogged: tuple[str, ...] | None
    words: str


class ScaleView(NamedTuple):
    """A scale of the journal: its question, and the words of its steps from 1 (worst) up."""

    id: str
    question: str
    steps: tuple[str, ...]


class JournalView(NamedTuple):
    """The entries that count, by date, the scales that they are on, and how many were corrected or removed since."""

    scales: tuple[ScaleView, ...]
    entries: tuple[EntryView, ...]
    corrected: int
    removed: int


class ReportRecord(NamedTuple):
    """A report. Practice on simulated wands and treatments with real ones never meet in one."""

    simulated: bool
    written_at: str | None
    program: str
    person: PersonView
    course: CourseView
    professional_plan: PlanView | None
    zones: tuple[ZoneTotal, ...]
    treatments: tuple[TreatmentView, ...]
    patch_tests: tuple[PatchView, ...]
    journal: JournalView


def gather(
    store: Store, person: PersonRecord, now_s: int, course: CourseView, scales: tuple[ScaleView, ...], program: str = ""
) -> ReportRecord:
    """Return the report of a person.

    Args:
        store: of real wands or of practice.
        person: of that store.
        now_s: the UTC second of the report, on the store's calendar.
        course: where the person stands, as the rules and the course's own judgement see it.
        scales: of the journal.
        program: name and version of what writes it.

    Raises:
        FileProblem: the store cannot be read.
    """
    records = store.treatments(person.id)
    treatments = tuple(_treatment(store, record) for record in records)
    plan = store.plan(person.id)
    return ReportRecord(
        simulated=store.practice,
        written_at=iso(now_s),
        program=program,
        person=_person(store, person, now_s),
        course=course,
        professional_plan=None if plan is None else _plan(plan, now_s),
        zones=_totals(treatments),
        treatments=treatments,
        patch_tests=tuple(map(_patch, store.patch_tests(person.id))),
        journal=_journal(store.journal(person.id), scales),
    )


def iso(utc_s: int | None) -> str | None:
    """Return a UTC second as JSON has it: ``2026-05-01T12:05:00Z``."""
    return None if utc_s is None else datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _person(store: Store, known: PersonRecord, now_s: int) -> PersonView:
    saved = store.profiles(known.id) or (known.profile,)
    held = profile_in_force(known.judged(now_s), summary(store, known, now_s), now_s)
    views = tuple(_profile(one, one.person(known.tag, now_s)) for one in saved)
    in_force = _profile(known.profile, held.person)
    return PersonView(known.name, iso(known.began_s), views[-1], in_force, held.waiting, _setup(known.profile.answers), views[:-1])


def _profile(saved: Profile, person: Person) -> ProfileView:
    met = limits_of(person)
    thickness = person.thickness.value if person.thickness else None
    return ProfileView(iso(saved.at_s or None), met.row, met.fitzpatrick, thickness, person.age_years)


def _setup(answers: Mapping[str, str]) -> tuple[Answered, ...]:
    """Return the questions of the set-up that have words for answers, as they were answered."""
    asked = [(one.id, one.text, dict(one.answers)) for one in SETUP if one.answers]
    return tuple(Answered(name, text, words.get(answers[name], answers[name])) for name, text, words in asked if name in answers)


def _plan(plan: ProfessionalPlan, now_s: int) -> PlanView:
    in_date = plan.made_at_s <= now_s < plan.expires_at_s
    return PlanView(plan.name, iso(plan.made_at_s), iso(plan.expires_at_s), plan.interval_days, plan.course_length, plan.cleared, in_date)


def _treatment(store: Store, record: TreatmentRecord) -> TreatmentView:
    prefix = _PRACTICE if store.practice else ""
    return TreatmentView(
        id=f"{prefix}{record.id}",
        at=iso(record.started_s),
        ended_at=iso(record.ended_s),
        wand=record.wand_serial,
        grit=record.grit.value,
        planned_s=record.reserved_ms // 1000,
        sealed_s=record.counted_ms / 1000,
        ended_by=record.cause,
        why=CAUSES.get(record.cause or "", ("",))[0],
        settled_by=record.settled_by,
        ending=record.ending.value if record.ending else None,
        felt=record.felt,
        aftermath=record.aftermath.value if record.aftermath else None,
        aftermath_at=iso(record.aftermath_at_s),
        finishes=None if record.finishes_id is None else f"{prefix}{record.finishes_id}",
        said_before=_said(record.answers),
        zones=tuple(map(_zone, record.zones)),
        trace=view_of(store.trace(record.id)),
    )


def _zone(one: ZoneRecord) -> ZoneView:
    return ZoneView(
        one.row + 1, one.zone.value, one.level_pa, one.cap_pa, one.planned_s, one.sealed_ms / 1000,
        one.mean_pa, one.max_pa, one.passes, one.planned_passes, one.completed,
    )  # fmt: skip


def _said(answers: Mapping[str, object]) -> tuple[Answered, ...]:
    """Return the questions of the day to which the answer was another than no."""
    told = [(question, str(answers[question.id])) for question in TODAY if answers.get(question.id, NO) != NO]
    return tuple(Answered(question.id, question.text, _in_words(value)) for question, value in told)


def _in_words(answer: str) -> str:
    """Return an answer of the day as people read it: zones by their labels, else as it was given."""
    zones = named_zones(answer)
    return ", ".join(label(zone) for zone in Zone if zone in zones) if zones else answer.replace("_", " ")


def _totals(treatments: Iterable[TreatmentView]) -> tuple[ZoneTotal, ...]:
    """Return by zone what all treatments gave it; the mean is over the sealed time of which there is a trace."""
    by_zone: dict[str, list[ZoneView]] = {}
    for one in (zone for treatment in treatments for zone in treatment.zones if zone.sealed_s):
        by_zone.setdefault(one.zone, []).append(one)
    return tuple(_total(zone.value, by_zone[zone.value]) for zone in Zone if zone.value in by_zone)


def _total(name: str, parts: Sequence[ZoneView]) -> ZoneTotal:
    traced = [one for one in parts if one.max_pa]
    traced_s = sum(one.sealed_s for one in traced)
    mean_pa = round(sum(one.mean_pa * one.sealed_s for one in traced) / traced_s) if traced_s else 0
    return ZoneTotal(name, len(parts), sum(one.sealed_s for one in parts), mean_pa, max((one.max_pa for one in traced), default=0))


def _patch(test: PatchTest) -> PatchView:
    sealed_s = None if test.sealed_ms is None else test.sealed_ms / 1000
    result = test.result.value if test.result else None
    return PatchView(
        iso(test.started_s), test.site.value, test.vacuum_pa, test.grit.value, sealed_s, test.complete, result, iso(test.result_at_s)
    )


def _journal(entries: tuple[JournalEntry, ...], scales: tuple[ScaleView, ...]) -> JournalView:
    standing = standing_entries(entries)
    removed = sum(entry.removed_s is not None and entry.replaces_id is None for entry in entries)
    corrected = sum(entry.replaces_id is not None and entry.removed_s is None for entry in entries)
    return JournalView(scales, tuple(map(_entry, standing)), corrected, removed)


def _entry(entry: JournalEntry) -> EntryView:
    said = entry.results
    clogged = None if said.clogged is None else tuple(label(zone) for zone in said.clogged)
    return EntryView(iso(entry.at_s), said.smoothness, said.pores, said.redness, said.comfort, clogged, said.words)
