"""The course ahead as ``microderm plan`` shows it: the treatments, the zones in their order and why, a professional's plan."""

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from microderm_ctl.cli.outlook import FINE_UM, outlook
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.professional import PlanCheck, check_lines, held_against_rules
from microderm_ctl.cli.progress import CourseRecord, Progress, calendar_mark, course_lines, course_record, day
from microderm_ctl.cli.treat_lines import indented
from microderm_ctl.cli.words import columns, iso_time, join
from microderm_ctl.errors import RuleRefusal
from microderm_ctl.safety import Decision, Grit, Plan, Request, WandState, Zone, all_no, decide, label
from microderm_ctl.safety.decide import RULES
from microderm_ctl.safety.evidence import PATCH_WAIT_S
from microderm_ctl.texts import course as of_course
from microderm_ctl.texts import plan as texts
from microderm_ctl.treatment.choice import CLOGGED, NO_ROOM, OILY, by_need, clogged_zones, that_fit, why_first
from microderm_ctl.treatment.course import EXPECT, windows
from microderm_ctl.units import format_kpa

_NEEDS: Final = {CLOGGED: texts.BLACKHEADS, OILY: texts.OILY, "": ""}
_ANY_DAY: Final = tuple(rule for rule in RULES if not rule.__module__.endswith(".rules_history"))
"""The rules that look at zones, skin, tip and answers; what is treated next does not depend on today's date."""


class WindowRecord(NamedTuple):
    """A treatment ahead: its number in its course, and the days between which it lies."""

    number: int
    earliest: str | None
    latest: str | None


class ZoneRecord(NamedTuple):
    """A zone of the next treatment, in its order; ``first_because`` is empty where it has no reason to come first."""

    zone: str
    cap_pa: int
    seconds: int
    first_because: str


class PlanRecord(NamedTuple):
    """All that ``plan`` says. ``left_out`` found no room in one treatment, ``also_clogged`` were not chosen."""

    person: str
    simulated: bool
    now: str | None
    course: CourseRecord
    ahead: tuple[WindowRecord, ...]
    zones: tuple[ZoneRecord, ...]
    left_out: tuple[str, ...]
    also_clogged: tuple[str, ...]
    clogged_said: bool
    professional: PlanCheck | None
    expect: tuple[str, ...] = EXPECT


def report(known: Progress, asked: tuple[Zone, ...], in_tables: bool) -> Report:
    """Return the course ahead of a person; ``asked`` are the zones that they want to treat."""
    return Report(_record(known, asked), partial(_lines, in_tables=in_tables))


def _record(known: Progress, asked: tuple[Zone, ...]) -> PlanRecord:
    clogged = clogged_zones(known.entries)
    zones, decided = next_zones(known, asked, clogged)
    held = known.store.plan(known.record.id)
    ahead = windows(known.course, _earliest_s(known))
    return PlanRecord(
        person=known.record.name,
        simulated=known.store.practice,
        now=iso_time(known.now_s),
        course=course_record(known.course),
        ahead=tuple(WindowRecord(one.number, iso_time(one.from_s), iso_time(one.until_s)) for one in ahead),
        zones=tuple(
            ZoneRecord(row.zone.value, row.cap_pa, row.seconds, why_first(row.zone, clogged, known.person)) for row in decided.zones
        ),
        left_out=tuple(zone.value for zone in asked if zone not in zones),
        also_clogged=tuple(zone.value for zone in clogged if zone not in asked),
        clogged_said=any(entry.results.clogged is not None for entry in known.entries),
        professional=None if held is None else held_against_rules(held, known),
    )


def _earliest_s(known: Progress) -> int:
    """Return from when a treatment can be, as far as records tell; a patch test takes a day."""
    ahead = outlook(known.store, known.record, known.now_s)
    is_untested = any(refusal.code == "patch-test-missing" for refusal in ahead.refusals)
    return max(known.now_s + (PATCH_WAIT_S if is_untested else 0), ahead.from_s or 0)


def next_zones(known: Progress, asked: tuple[Zone, ...], clogged: tuple[Zone, ...]) -> tuple[tuple[Zone, ...], Plan]:
    """Return which zones one treatment holds, clogged and oily ones first, and its plan with the fine tip.

    Raises:
        RuleRefusal: a zone is never treated, or cannot be treated on this skin.
    """
    wand = WandState(tip_um=FINE_UM, calibrated_at_s=known.now_s, ledger=known.wand.ledger)

    def decided(zones: tuple[Zone, ...]) -> Decision:
        request = Request(zones, all_no(known.now_s), grit=Grit.FINE, clogged=clogged)
        return decide(request, known.person, wand, known.history, known.now_s, _ANY_DAY)

    decision = decided(asked)
    if any(refusal.code in NO_ROOM for refusal in decision.refusals):
        asked = that_fit(by_need(asked, clogged, known.person), decided)
        decision = decided(asked)
    if decision.plan is None:
        why = "\n".join(dict.fromkeys(refusal.why for refusal in decision.refusals))
        raise RuleRefusal(why, "\n".join(dict.fromkeys(refusal.do_next for refusal in decision.refusals)), {"refusals": decision.refusals})
    return asked, decision.plan


def _lines(record: PlanRecord, in_tables: bool) -> Iterator[str]:
    yield texts.PLAN.format(person=record.person, mark=calendar_mark(record.simulated, record.now))
    yield from course_lines(record.course, record.now)
    yield ""
    yield texts.AHEAD_NEW if record.course.is_full else texts.AHEAD
    yield from (indented(_window(one)) for one in record.ahead)
    yield ""
    yield texts.ZONES
    yield from _table(record.zones) if in_tables else map(_sentence, record.zones)
    yield from _besides(record)
    yield ""
    yield from check_lines(record.professional, in_tables) if record.professional else [texts.NO_FORM]
    yield ""
    yield of_course.EXPECT
    yield from map(indented, record.expect)


def _window(one: WindowRecord) -> str:
    if one.latest is None:
        return texts.WINDOW_OPEN.format(number=one.number, earliest=day(one.earliest))
    return texts.WINDOW.format(number=one.number, earliest=day(one.earliest), latest=day(one.latest))


def _table(zones: tuple[ZoneRecord, ...]) -> list[str]:
    return columns((indented(zone), *rest) for zone, *rest in [texts.ZONE_HEAD, *map(_row, zones)])


def _row(one: ZoneRecord) -> tuple[str, ...]:
    return _label(one.zone), format_kpa(one.cap_pa), texts.SECONDS.format(seconds=one.seconds), _NEEDS[one.first_because]


def _sentence(one: ZoneRecord) -> str:
    why = texts.ZONE_WHY.format(why=_NEEDS[one.first_because]) if one.first_because else ""
    return indented(texts.ZONE.format(zone=_label(one.zone), cap=format_kpa(one.cap_pa), seconds=one.seconds, why=why))


def _besides(record: PlanRecord) -> Iterator[str]:
    """Yield why the zones are in this order, and which are not among them."""
    yield texts.ORDER
    if record.left_out:
        yield texts.LEFT_OUT.format(zones=join(map(_label, record.left_out)))
    if record.also_clogged:
        names = ",".join([*(one.zone for one in record.zones), *record.also_clogged])
        yield texts.ALSO.format(zones=join(map(_label, record.also_clogged)), names=names)
    if not record.clogged_said:
        yield texts.TELL


def _label(zone: str) -> str:
    return label(Zone(zone))
