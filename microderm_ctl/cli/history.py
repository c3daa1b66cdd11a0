"""``microderm history``: treatments as they were recorded, how they ended and felt, and from when the next is allowed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.after_care import care_record, care_until_s
from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.graph import graph
from microderm_ctl.cli.outlook import outlook
from microderm_ctl.cli.printer import WIDTH, Report, localized
from microderm_ctl.cli.words import columns, iso_time, local_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PatchTest, PersonRecord, TreatmentRecord
from microderm_ctl.records.store import PRACTICE_NAME
from microderm_ctl.safety import Aftermath, Ending, WandState, Zone, fixes_for, label
from microderm_ctl.texts import after_care
from microderm_ctl.texts import history as texts
from microderm_ctl.units import format_kpa

if TYPE_CHECKING:
    from microderm_ctl.records.store import Store
    from microderm_ctl.records.traces import Sample

MARK: Final = "SIMULATED"
PRACTICE: Final = "p"
"""Stands before the number of a treatment on a simulated wand."""


class ZoneLine(NamedTuple):
    """What a zone was to get and got; mean and greatest vacuum are over sealed time."""

    zone: str
    level_pa: int
    cap_pa: int
    planned_s: int
    sealed_s: float
    passes: int
    planned_passes: int
    mean_pa: int
    max_pa: int
    completed: bool


class TreatmentLine(NamedTuple):
    """A treatment; ``id`` begins with p where the wand was simulated. ``ended_by`` is the wand's word, ``ending`` the person's."""

    id: str
    simulated: bool
    at: str | None
    wand: str
    grit: str
    sealed_s: float
    ended_at: str | None
    ended_by: str | None
    settled_by: str | None
    ending: str | None
    felt: str | None
    aftermath: str | None
    finishes: str | None
    zones: tuple[ZoneLine, ...]


class PatchLine(NamedTuple):
    """A patch test and how the spot looked."""

    simulated: bool
    at: str | None
    site: str
    vacuum_pa: int
    complete: bool
    result: str | None


class NextLine(NamedTuple):
    """From when a treatment is allowed: now, from a date, or not until something is done."""

    simulated: bool
    now: str | None
    allowed_now: bool
    allowed_from: str | None
    because: str | None
    why: str
    do_next: str
    can_finish: bool
    after_care_until: str | None


class HistoryRecord(NamedTuple):
    """Everything that is recorded of a person. Practice on simulated wands counts for itself alone."""

    person: str
    treatments: tuple[TreatmentLine, ...]
    patch_tests: tuple[PatchLine, ...]
    next: tuple[NextLine, ...]


class Detail(NamedTuple):
    """One treatment with its plan, the limits in force, the answers of its day and its whole trace."""

    treatment: TreatmentLine
    limits_in_force: Mapping[str, object] | None
    answers: Mapping[str, object]
    plan: Mapping[str, object]
    samples: "tuple[Sample, ...]"


@command("history", help="show treatments and the next date; with an ID all of one, its trace too", example="microderm history 3")
@click.argument("treatment_id", metavar="[ID]", required=False, shell_complete=offers.treatments)
@click.option("--ended", type=click.Choice([one.value for one in Ending]), help="say why treatment ID ended")
@click.option("--felt", metavar="TEXT", help="say in your words how it felt; with --ended")
@click.option("--aftermath", type=click.Choice([one.value for one in Aftermath]), help="say how the skin was in the days after ID")
@click.option("--confirm-clock", is_flag=True, help="the computer's clock is right: what lies ahead of it counts as made today")
@click.option("--yes", is_flag=True, help="do not ask")
@person_option
def history(call: Invocation, treatment_id: str | None, confirm_clock: bool, yes: bool, person: str | None, **said: str | None) -> Report:
    """Show the history, or one treatment; keep what the person says of it."""
    known = call.store().find_person(person)
    if confirm_clock:
        _confirm_clock(call, known, yes)
    if treatment_id is None:
        if any(said.values()):
            raise UsageProblem(texts.WHICH, texts.WHICH_HINT)
        in_tables = call.printer.in_tables
        return Report(_record(call, known), lambda record: _lines(record, in_tables))
    store, record = _find(call, known, treatment_id)
    record = _keep(call, store, record, **said)
    detail = Detail(_treatment(record, store.practice), record.limits, record.answers, record.plan, store.trace(record.id))
    in_tables = call.printer.in_tables
    return Report(detail, lambda detail: _detail_lines(detail, in_tables))


def _stores(call: Invocation, known: PersonRecord) -> "list[tuple[Store, PersonRecord]]":
    """Return the store, and the practice store where there is one that knows the person."""
    found = [(call.store(), known)]
    if (call.data_dir() / PRACTICE_NAME).exists():
        practice = call.store(practice=True)
        found += [(practice, one) for one in practice.persons() if one.name.casefold() == known.name.casefold()]
    return found


def _record(call: Invocation, known: PersonRecord) -> HistoryRecord:
    treatments: list[TreatmentLine] = []
    patches: list[PatchLine] = []
    ahead: list[NextLine] = []
    for store, person in _stores(call, known):
        treatments += [_treatment(one, store.practice) for one in store.treatments(person.id)]
        patches += [_patch(one, store.practice) for one in store.patch_tests(person.id)]
        ahead.append(_next(store, person, call.now_s(store.practice)))
    return HistoryRecord(known.name, tuple(treatments), tuple(patches), tuple(ahead))


def _treatment(record: TreatmentRecord, practice: bool) -> TreatmentLine:
    zones = tuple(
        ZoneLine(
            one.zone.value,
            one.level_pa,
            one.cap_pa,
            one.planned_s,
            one.sealed_ms / 1000,
            one.passes,
            one.planned_passes,
            one.mean_pa,
            one.max_pa,
            one.completed,
        )
        for one in record.zones
    )
    finishes = None if record.finishes_id is None else _id(record.finishes_id, practice)
    return TreatmentLine(
        id=_id(record.id, practice),
        simulated=practice,
        at=iso_time(record.started_s),
        wand=record.wand_serial,
        grit=record.grit.value,
        sealed_s=record.counted_ms / 1000,
        ended_at=iso_time(record.ended_s),
        ended_by=record.cause,
        settled_by=record.settled_by,
        ending=record.ending.value if record.ending else None,
        felt=record.felt,
        aftermath=record.aftermath.value if record.aftermath else None,
        finishes=finishes,
        zones=zones,
    )


def _patch(record: PatchTest, practice: bool) -> PatchLine:
    result = record.result.value if record.result else None
    return PatchLine(practice, iso_time(record.started_s), record.site.value, record.vacuum_pa, record.complete, result)


def _next(store: "Store", person: PersonRecord, now_s: int) -> NextLine:
    ahead = outlook(store, person, now_s)
    first = ahead.refusals[0] if ahead.refusals else None
    care_s = care_until_s(care_record(store, person.id, person.name, now_s))
    code, why, do_next = (first.code, first.why, first.do_next) if first else (None, "", "microderm treat")
    return NextLine(
        store.practice, iso_time(now_s), ahead.is_open, iso_time(ahead.from_s), code, why, do_next, ahead.can_finish, iso_time(care_s)
    )


def _id(number: int, practice: bool) -> str:
    return f"{PRACTICE if practice else ''}{number}"


def _find(call: Invocation, known: PersonRecord, treatment_id: str) -> "tuple[Store, TreatmentRecord]":
    number = treatment_id.casefold().removeprefix(PRACTICE)
    is_practice = treatment_id.casefold().startswith(PRACTICE)
    if number.isascii() and number.isdecimal() and len(number) < 10:
        for store, person in _stores(call, known):
            for record in store.treatments(person.id):
                if record.id == int(number) and store.practice == is_practice:
                    return store, record
    raise UsageProblem(texts.NO_SUCH.format(id=treatment_id, person=known.name), texts.SEE_NUMBERS)


def _keep(
    call: Invocation, store: "Store", record: TreatmentRecord, ended: str | None, felt: str | None, aftermath: str | None
) -> TreatmentRecord:
    """Keep what the person says; a word said of pain or bleeding is not taken back."""
    if felt is not None and ended is None and record.ending is None:
        raise UsageProblem(texts.SAY_FIRST, texts.SAY_FIRST_HINT)
    if ended is not None or felt is not None:
        ending = Ending(ended) if ended is not None else record.ending
        painful = (Ending.PAIN, Ending.BLEEDING)
        if record.ending in painful and ending not in painful:
            raise UsageProblem(texts.PAIN_STAYS, texts.PAIN_STAYS_HINT)
        record = store.keep_felt(record.id, ending or Ending.DONE, felt if felt is not None else record.felt)
    if aftermath is not None:
        if record.aftermath is Aftermath.DARK_MARK and aftermath != Aftermath.DARK_MARK:
            raise UsageProblem(texts.MARK_STAYS, texts.MARK_STAYS_HINT)
        record = store.keep_aftermath(record.id, Aftermath(aftermath), call.now_s(store.practice))
    return record


def _confirm_clock(call: Invocation, known: PersonRecord, yes: bool) -> None:
    """Let what was recorded ahead of the clock count as made now, once the person has said that the clock is right."""
    for store, person in _stores(call, known):
        now_s = call.now_s(store.practice)
        wand = WandState(tip_um=None, calibrated_at_s=now_s, ledger=seen_ledger(store))
        fixes = fixes_for(summary(store, person, now_s), wand, person.profile.person(person.tag, now_s), now_s)
        if not fixes:
            continue
        question = texts.IS_IT_NOW.format(now=local_time(now_s), count=len(fixes))
        if not (yes or call.ask.confirm(question, "--yes")):
            raise Stopped(texts.NOT_CHANGED)
        store.keep_clock_fixes(fixes)


def _lines(record: HistoryRecord, in_tables: bool) -> Iterator[str]:
    count = len(record.treatments)
    counted = {0: texts.NO_TREATMENTS, 1: texts.ONE_TREATMENT}.get(count, texts.COUNT)
    yield counted.format(person=record.person, count=count)
    table = columns([texts.HEAD, *map(_row, record.treatments)]) if record.treatments and in_tables else []
    if table and max(map(len, table)) <= WIDTH:
        yield from ("", *table)
        if any(one.simulated for one in record.treatments):
            yield texts.MARKED.format(letter=PRACTICE, mark=MARK)
    else:  # a row that does not fit is a sentence, for a terminal would break it anywhere
        yield from map(_sentence, record.treatments)
    for patch in record.patch_tests:
        state = patch.result or (texts.NO_RESULT if patch.complete else texts.NOT_COMPLETE)
        yield texts.PATCH.format(at=_when(patch.at), site=_label(patch.site), result=state, mark=_mark(patch.simulated))
    for ahead in record.next:
        yield ""
        yield from _next_lines(ahead)


def _vacuum(one: TreatmentLine) -> str:
    levels = sorted({zone.level_pa for zone in one.zones})
    if len(levels) < 2:
        return "".join(map(format_kpa, levels))
    return f"{levels[0] / 1000:.1f}-{format_kpa(levels[-1])}"


def _row(one: TreatmentLine) -> tuple[str, ...]:
    return (
        one.id,
        _when(one.at),
        one.grit,
        texts.SECONDS.format(seconds=f"{one.sealed_s:.0f}"),
        _vacuum(one) or "-",
        one.ended_by or texts.UNKNOWN,
        one.ending or "-",
        (one.aftermath or "-").replace("_", " "),
    )


def _sentence(one: TreatmentLine) -> str:
    vacuum = _vacuum(one)
    return texts.ONE.format(
        id=one.id,
        at=_when(one.at),
        grit=one.grit,
        seconds=f"{one.sealed_s:.0f}",
        vacuum=texts.AT.format(vacuum=vacuum) if vacuum else "",
        cause=one.ended_by or texts.UNKNOWN,
        said=one.ending or texts.NOT_SAID,
        after=(one.aftermath or texts.SKIN_NOT_SAID).replace("_", " "),
        mark=texts.MARK if one.simulated else "",
    )


def _next_lines(ahead: NextLine) -> Iterator[str]:
    where = texts.PRACTICE.format(now=_when(ahead.now), mark=MARK) if ahead.simulated else ""
    if ahead.allowed_now:
        yield texts.ALLOWED.format(where=where)
    else:
        why = localized(f"{ahead.why} {ahead.do_next}")
        day = _when(ahead.allowed_from)
        dated = texts.ALLOWED_FROM.format(day=day) if ahead.allowed_from and day not in why else ""
        yield f"{where}{why}{dated}"
    if ahead.can_finish:
        yield texts.CAN_FINISH
    if ahead.after_care_until:
        yield where + after_care.STILL.format(until=_when(ahead.after_care_until))


def _detail_lines(record: Detail, in_tables: bool) -> Iterator[str]:
    one = record.treatment
    yield texts.DETAIL.format(id=one.id, at=_when(one.at), wand=one.wand, grit=one.grit, mark=_mark(one.simulated))
    told = {"seconds": f"{one.sealed_s:.0f}", "cause": one.ended_by or texts.UNKNOWN, "said": one.ending or texts.NOT_SAID}
    yield texts.DETAIL_END.format(**told, felt=_felt(one))
    yield texts.DETAIL_SKIN.format(after=(one.aftermath or texts.SKIN_NOT_SAID).replace("_", " "))
    if one.settled_by == "reserve":
        yield texts.ALL_COUNTS
    if in_tables:
        yield ""
        yield from columns([texts.ZONE_HEAD, *map(_zone_row, one.zones)])
    else:
        yield from map(_zone_sentence, one.zones)
    yield from _trace_lines(record.samples, in_tables)
    if one.ending is None:
        yield texts.SAY_WHY.format(id=one.id)


def _trace_lines(samples: "tuple[Sample, ...]", in_tables: bool) -> Iterator[str]:
    if not samples:
        return
    if in_tables:
        yield ""
        yield from graph([(sample.t_ms, sample.vacuum_pa) for sample in samples])
    else:
        most_pa = max(0, *(sample.vacuum_pa for sample in samples))
        yield texts.TRACE.format(most=format_kpa(most_pa), seconds=f"{samples[-1].t_ms / 1000:.0f}")
    yield texts.SAMPLES.format(count=len(samples))


def _zone_row(zone: ZoneLine) -> tuple[str, ...]:
    seconds = texts.ZONE_SECONDS.format(
        used=f"{zone.sealed_s:.0f}", planned=zone.planned_s, whole="" if zone.completed else texts.NOT_WHOLE
    )
    pascals = (zone.level_pa, zone.cap_pa, zone.mean_pa, zone.max_pa)
    passes = texts.ZONE_PASSES.format(done=zone.passes, planned=zone.planned_passes)
    return (_label(zone.zone), *(format_kpa(value) for value in pascals), seconds, passes)


def _zone_sentence(zone: ZoneLine) -> str:
    name, level, cap, mean, most, seconds, passes = _zone_row(zone)
    return texts.ZONE.format(zone=name, level=level, cap=cap, mean=mean, most=most, seconds=seconds, passes=passes)


def _felt(one: TreatmentLine) -> str:
    return f" ({one.felt})" if one.felt else ""


def _label(zone: str) -> str:
    return label(Zone(zone))


def _when(at: str | None) -> str:
    return local_time(int(datetime.fromisoformat(at).timestamp())) if at else texts.UNKNOWN


def _mark(simulated: bool) -> str:
    return f"  {MARK}" if simulated else ""
