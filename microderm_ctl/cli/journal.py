"""``microderm journal``: where the course is, how the skin was by date, and what that speaks for."""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.journal_answers import ask_results, given_results, merged, read_results
from microderm_ctl.cli.printer import Report, localized
from microderm_ctl.cli.progress import (
    CourseRecord,
    Progress,
    calendar_mark,
    course_lines,
    course_record,
    day,
    days_since,
    progress,
    when,
)
from microderm_ctl.cli.treat_lines import indented
from microderm_ctl.cli.words import columns, iso_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.records.journal import JournalEntry, Results, standing_entries
from microderm_ctl.safety import Zone, label
from microderm_ctl.texts import course as of_course
from microderm_ctl.texts import journal as texts
from microderm_ctl.treatment.course import EXPECT, treatments_before
from microderm_ctl.treatment.scales import SCALES
from microderm_ctl.treatment.trend import HEADS, Reason, trend

_EXPECTED: Final = 2
"""Entries from which a person knows what to expect."""


class EntryRecord(NamedTuple):
    """One entry. ``after`` is how many treatments of the course came before it; ``counts``: not corrected, not removed."""

    id: int
    at: str | None
    written_at: str | None
    after: int
    counts: bool
    corrects: int | None
    removed_at: str | None
    smoothness: str | None
    pores: str | None
    redness: str | None
    comfort: str | None
    clogged: tuple[str, ...] | None
    words: str


class ChangeRecord(NamedTuple):
    """A scale at the beginning of the course and now."""

    scale: str
    before: str | None
    now: str | None


class TrendRecord(NamedTuple):
    """What the results speak for, in short and with every reason."""

    verdict: str
    says: str
    reasons: tuple[Reason, ...]
    changes: tuple[ChangeRecord, ...]
    source: str
    course_source: str


class JournalRecord(NamedTuple):
    """All that ``journal`` says. ``kept`` is the number of the entry that was just written, ``removed`` of the one just removed."""

    person: str
    simulated: bool
    now: str | None
    course: CourseRecord
    entries: tuple[EntryRecord, ...]
    trend: TrendRecord
    entry_is_due: bool
    expect: tuple[str, ...]
    kept: int | None = None
    removed: int | None = None


def _scale_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each scale, with the ids of its steps."""
    for scale in reversed(SCALES):
        steps = click.Choice([step.id for step in scale.steps])
        function = click.option(f"--{scale.id}", type=steps, help=f"say it at once: {scale.question}")(function)
    return function


@command(
    "journal",
    help="show the course and your results by date; write down how your skin is",
    example="microderm journal --write",
)
@click.option("--write", is_flag=True, help="be asked how your skin is now, and keep it")
@_scale_options
@click.option("--clogged", metavar="ZONES", shell_complete=offers.zones, help="where there are blackheads, as nose,chin; or none")
@click.option("--words", metavar="TEXT", help="anything else, in your own words")
@click.option("--answers", metavar="FILE", shell_complete=offers.files, help="the same as JSON, '-' for standard input")
@click.option("--correct", type=click.IntRange(1), metavar="ID", help="write entry ID anew; the old one no longer counts")
@click.option("--remove", type=click.IntRange(1), metavar="ID", help="empty entry ID for good; only its date stays")
@click.option("--yes", is_flag=True, help="do not ask before --remove")
@person_option
def journal(
    call: Invocation,
    write: bool,
    answers: str | None,
    correct: int | None,
    remove: int | None,
    yes: bool,
    person: str | None,
    **said: str | None,
) -> Report:
    """Keep what is said, and show the course with its results."""
    given = _given(answers, said)
    if remove is not None and (write or correct is not None or given is not None):
        raise UsageProblem(texts.EITHER, texts.EITHER_HINT)
    known = progress(call, person)
    if remove is not None:
        _remove(call, known, remove, yes)
        return _report(call, _record(progress(call, person))._replace(removed=remove))
    before = known.store.counted_entry(known.record.id, correct) if correct is not None else None
    if given is None and (write or before is not None or _wants_to_write(call, known)):
        given = ask_results(call.ask, before.results if before else None, known.entries)
    elif given is not None and before is not None:
        given = merged(before.results, given)
    if given is None:
        return _report(call, _record(known))
    kept = known.store.keep_results(known.record.id, given, known.now_s, correct)
    return _report(call, _record(progress(call, person))._replace(kept=kept.id))


def _report(call: Invocation, record: JournalRecord) -> Report:
    return Report(record, partial(_lines, in_tables=call.printer.in_tables))


def _given(answers: str | None, said: Mapping[str, str | None]) -> Results | None:
    """Return what was said by flags or in a file; None where nothing was."""
    if answers is not None and any(value is not None for value in said.values()):
        raise UsageProblem(texts.TWO_SOURCES, texts.TWO_SOURCES_HINT)
    return read_results(answers) if answers is not None else given_results(said)


def is_read() -> bool:
    """Return whether the journal goes to a terminal, not to a file or a pager."""
    return sys.stdout.isatty()


def _wants_to_write(call: Invocation, known: Progress) -> bool:
    """Offer to write where it is time for it, and somebody sits there and reads."""
    is_first = not known.entries and not known.course.done
    if not (known.is_due or is_first) or not call.ask.can_ask or not is_read():
        return False
    ago = days_since(known.course.treatments_s[-1], known.now_s) if known.course.done else 0
    call.ask.say(texts.FIRST if is_first else texts.DAYS_AGO.format(days=ago))
    return call.ask.key(texts.WRITE_NOW, "yn", "--write") == "y"


def _remove(call: Invocation, known: Progress, entry_id: int, yes: bool) -> None:
    entry = known.store.counted_entry(known.record.id, entry_id)
    if not yes:
        call.ask.need(texts.REMOVING.format(id=entry_id), "--yes")
        call.ask.say(texts.WHICH_ENTRY.format(id=entry_id, at=when(iso_time(entry.at_s))))
        if not call.ask.confirm(texts.REMOVE, "--yes"):
            raise Stopped(texts.NOT_REMOVED)
    known.store.remove_results(known.record.id, entry_id, known.now_s)


# The record


def _record(known: Progress) -> JournalRecord:
    told = trend(known.entries, known.course, known.treatments, known.now_s)
    changes = tuple(ChangeRecord(one.scale, _step(one.scale, one.before), _step(one.scale, one.now)) for one in told.changes)
    entries = known.store.journal(known.record.id)
    counted = {entry.id for entry in standing_entries(entries)}
    return JournalRecord(
        person=known.record.name,
        simulated=known.store.practice,
        now=iso_time(known.now_s),
        course=course_record(known.course),
        entries=tuple(_entry(entry, known, entry.id in counted) for entry in sorted(entries, key=lambda one: (one.at_s, one.id))),
        trend=TrendRecord(told.verdict.value, HEADS[told.verdict], told.reasons, changes, told.source, told.course_source),
        entry_is_due=known.is_due,
        expect=EXPECT if len(counted) < _EXPECTED else (),
    )


def _entry(entry: JournalEntry, known: Progress, counts: bool) -> EntryRecord:
    results = entry.results
    return EntryRecord(
        id=entry.id,
        at=iso_time(entry.at_s),
        written_at=iso_time(entry.written_s),
        after=treatments_before(known.course, entry.at_s),
        counts=counts,
        corrects=entry.replaces_id,
        removed_at=iso_time(entry.removed_s),
        smoothness=_step("smoothness", results.smoothness),
        pores=_step("pores", results.pores),
        redness=_step("redness", results.redness),
        comfort=_step("comfort", results.comfort),
        clogged=None if results.clogged is None else tuple(zone.value for zone in results.clogged),
        words=results.words,
    )


def _step(scale_id: str, value: int | None) -> str | None:
    step = next(scale for scale in SCALES if scale.id == scale_id).step(value)
    return step.id if step else None


# The text


def _lines(record: JournalRecord, in_tables: bool) -> Iterator[str]:
    if record.kept is not None:
        yield texts.KEPT.format(id=record.kept)
    if record.removed is not None:
        yield texts.REMOVED.format(id=record.removed)
    yield texts.JOURNAL.format(person=record.person, mark=calendar_mark(record.simulated, record.now))
    yield from course_lines(record.course, record.now)
    yield ""
    yield from _results(record.entries, in_tables)
    yield ""
    yield from _says(record.trend)
    if record.course.is_full:
        yield indented(texts.COURSE_SOURCE.format(source=record.trend.course_source))
    if record.expect:
        yield ""
        yield of_course.EXPECT
        yield from map(indented, record.expect)
    if record.entry_is_due and record.kept is None:
        yield ""
        yield texts.IS_DUE


def _results(entries: tuple[EntryRecord, ...], in_tables: bool) -> Iterator[str]:
    counted = [entry for entry in entries if entry.counts]
    if not counted:
        yield texts.NO_RESULTS
    elif in_tables:
        yield from columns([texts.HEAD, *map(_row, counted)])
    else:
        yield from map(_sentence, counted)
    for entry in counted:
        yield from _besides(entry)
    removed = sum(entry.removed_at is not None for entry in entries)
    corrected = len(entries) - len(counted) - removed
    if corrected or removed:
        yield texts.BESIDES.format(corrected=corrected, removed=removed)


def _after(entry: EntryRecord) -> str:
    return texts.TREATMENT.format(number=entry.after) if entry.after else texts.START


def _row(entry: EntryRecord) -> tuple[str, ...]:
    steps = (entry.smoothness, entry.pores, entry.redness, entry.comfort)
    return str(entry.id), day(entry.at), _after(entry), *map(_short, steps)


def _sentence(entry: EntryRecord) -> str:
    return texts.ENTRY.format(
        id=entry.id, day=day(entry.at), after=_after(entry), smoothness=_short(entry.smoothness), pores=_short(entry.pores),
        redness=_short(entry.redness), comfort=_short(entry.comfort),
    )  # fmt: skip


def _short(step_id: str | None) -> str:
    return texts.NOT_TOLD if step_id is None else step_id.replace("_", " ")


def _besides(entry: EntryRecord) -> Iterator[str]:
    """Yield what an entry says besides its steps."""
    if entry.clogged is not None:
        where = ", ".join(label(Zone(zone)) for zone in entry.clogged)
        yield indented(texts.BLACKHEADS.format(id=entry.id, zones=where or texts.NO_ZONES))
    if entry.words:
        yield indented(texts.OWN_WORDS.format(id=entry.id, words=entry.words))


def _says(told: TrendRecord) -> Iterator[str]:
    yield texts.SAYS.format(says=told.says)
    for reason in told.reasons:
        yield indented(localized(reason.sentence))
    changed = [
        texts.CHANGE.format(scale=one.scale, before=_short(one.before), now=_short(one.now))
        for one in told.changes
        if one.before and one.now and one.before != one.now
    ]
    if changed:
        yield indented(texts.CHANGED.format(changes="; ".join(changed)))
    yield indented(texts.SOURCE.format(source=told.source))
