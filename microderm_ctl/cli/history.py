"""``microderm history``: treatments as they were recorded, how they ended and felt, and from when the next is allowed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.graph import graph
from microderm_ctl.cli.outlook import outlook
from microderm_ctl.cli.printer import Report, localized
from microderm_ctl.cli.words import WIDTH, columns, iso_time, local_time
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PatchTest, PersonRecord, TreatmentRecord
from microderm_ctl.records.store import PRACTICE_NAME
from microderm_ctl.safety import Aftermath, Ending, WandState, Zone, fixes_for, label
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
@click.argument("treatment_id", metavar="[ID]", required=False)
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
            raise UsageProblem("Say which treatment is meant.", "For example 'microderm history 3 --ended done'.")
        return Report(_record(call, known), _lines)
    store, record = _find(call, known, treatment_id)
    record = _keep(call, store, record, **said)
    detail = Detail(_treatment(record, store.practice), record.limits, record.answers, record.plan, store.trace(record.id))
    return Report(detail, _detail_lines)


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
    code, why, do_next = (first.code, first.why, first.do_next) if first else (None, "", "microderm treat")
    return NextLine(store.practice, iso_time(now_s), ahead.is_open, iso_time(ahead.from_s), code, why, do_next, ahead.can_finish)


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
    raise UsageProblem(f"There is no treatment '{treatment_id}' of {known.name}.", "'microderm history' shows the numbers.")


def _keep(
    call: Invocation, store: "Store", record: TreatmentRecord, ended: str | None, felt: str | None, aftermath: str | None
) -> TreatmentRecord:
    """Keep what the person says; a word said of pain or bleeding is not taken back."""
    if felt is not None and ended is None and record.ending is None:
        raise UsageProblem("Say first why it ended.", "Add --ended, for example '--ended done'.")
    if ended is not None or felt is not None:
        ending = Ending(ended) if ended is not None else record.ending
        painful = (Ending.PAIN, Ending.BLEEDING)
        if record.ending in painful and ending not in painful:
            raise UsageProblem("It was said that this treatment ended with pain or bleeding; that stays.", "It ends by itself, with time.")
        record = store.keep_felt(record.id, ending or Ending.DONE, felt if felt is not None else record.felt)
    if aftermath is not None:
        if record.aftermath is Aftermath.DARK_MARK and aftermath != Aftermath.DARK_MARK:
            raise UsageProblem("A dark mark was recorded; that stays.", "Show it to a skin doctor.")
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
        question = f"Is it now {local_time(now_s)}? {len(fixes)} recorded times lie ahead and will count as made now."
        if not (yes or call.ask.confirm(question, "--yes")):
            raise Stopped("Nothing was changed. Set the computer's clock, then try again.")
        store.keep_clock_fixes(fixes)


def _lines(record: HistoryRecord) -> Iterator[str]:
    yield f"{record.person}: {len(record.treatments) or 'no'} treatments"
    if record.treatments:
        yield ""
        head = ("id", "began", "tip", "on skin", "vacuum", "ended by", "you said", "after", "")
        yield from columns([head, *map(_row, record.treatments)])
    for patch in record.patch_tests:
        state = patch.result or ("no result yet" if patch.complete else "not complete, so it does not count")
        yield f"patch test {_when(patch.at)}, {_label(patch.site)}: {state}{_mark(patch.simulated)}"
    for ahead in record.next:
        yield ""
        yield from _next_lines(ahead)


def _row(one: TreatmentLine) -> tuple[str, ...]:
    levels = sorted({zone.level_pa for zone in one.zones})
    vacuum = "-" if not levels else format_kpa(levels[0]) if len(levels) == 1 else f"{levels[0] / 1000:.1f}-{format_kpa(levels[-1])}"
    said = one.ending or "-"
    return (
        one.id,
        _when(one.at),
        one.grit,
        f"{one.sealed_s:.0f} s",
        vacuum,
        one.ended_by or "unknown",
        said,
        (one.aftermath or "-").replace("_", " "),
        MARK if one.simulated else "",
    )


def _next_lines(ahead: NextLine) -> Iterator[str]:
    where = f"On the practice calendar ({_when(ahead.now)}, {MARK}): " if ahead.simulated else ""
    if ahead.allowed_now:
        yield f"{where}The next treatment is allowed now: 'microderm treat'."
    else:
        why = localized(f"{ahead.why} {ahead.do_next}")
        day = _when(ahead.allowed_from)
        dated = f" A treatment is allowed from {day}." if ahead.allowed_from and day not in why else ""
        yield from wrap(f"{where}{why}{dated}", WIDTH, break_on_hyphens=False)
    if ahead.can_finish:
        yield "What was interrupted can still be finished: 'microderm treat --finish'."


def _detail_lines(record: Detail) -> Iterator[str]:
    one = record.treatment
    yield f"treatment {one.id}, {_when(one.at)}, wand {one.wand}, {one.grit} tip{_mark(one.simulated)}"
    yield f"{one.sealed_s:.0f} s on the skin; ended by {one.ended_by or 'unknown'}; you said: {one.ending or 'nothing yet'}{_felt(one)}"
    yield f"the skin afterwards: {(one.aftermath or 'not said').replace('_', ' ')}"
    if one.settled_by == "reserve":
        yield "How much was used is not known, so all that was planned counts."
    yield ""
    yield from columns([
        ("zone", "vacuum", "cap", "mean", "most", "on skin", "passes"),
        *(_zone_row(zone) for zone in one.zones),
    ])  # fmt: skip
    if record.samples:
        yield ""
        yield from graph([(sample.t_ms, sample.vacuum_pa) for sample in record.samples])
        yield f"{len(record.samples)} samples; --json holds them all."
    if one.ending is None:
        yield f"Say why it ended: 'microderm history {one.id} --ended done', or interrupted, pain, bleeding."


def _zone_row(zone: ZoneLine) -> tuple[str, ...]:
    seconds = f"{zone.sealed_s:.0f} of {zone.planned_s} s{'' if zone.completed else ', not whole'}"
    pascals = (zone.level_pa, zone.cap_pa, zone.mean_pa, zone.max_pa)
    return (_label(zone.zone), *(format_kpa(value) for value in pascals), seconds, f"{zone.passes} of {zone.planned_passes}")


def _felt(one: TreatmentLine) -> str:
    return f" ({one.felt})" if one.felt else ""


def _label(zone: str) -> str:
    return label(Zone(zone))


def _when(at: str | None) -> str:
    return local_time(int(datetime.fromisoformat(at).timestamp())) if at else "unknown"


def _mark(simulated: bool) -> str:
    return f"  {MARK}" if simulated else ""
