"""``microderm limits``: what a skin may get at most in each zone with each tip, which rules set it, and the arithmetic."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import ROMAN, WIDTH, columns, fitzpatrick_of, grit_of, skin_of, thickness_of, zones_of
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import (
    TREATABLE,
    CapRow,
    Factor,
    Grit,
    History,
    Person,
    Thickness,
    Zone,
    explain_cap,
    label,
    limits_of,
    profile_in_force,
)
from microderm_ctl.safety.evidence import COUNTS_FROM_MS, FIRST_PASSES
from microderm_ctl.safety.limits import ROUNDED
from microderm_ctl.safety.zones import FORBIDDEN, PATCH_SITES
from microderm_ctl.units import format_kpa

TOO_COARSE: Final = "grit-too-coarse"
TOO_LOW: Final = "cap-too-low"
NEVER: Final = "zone-forbidden"
PATCH_ONLY: Final = "zone-only-for-patch-test"
WHOLE_PERMILLE: Final = 1000


class LimitRow(NamedTuple):
    """One zone with one grit: its cap in pascals, or the code of the refusal; the rules that set it; the arithmetic.

    ``is_first``: the cap is that of a first treatment, or of a grit that is new to this skin.
    """

    zone: Zone
    grit: Grit
    cap_pa: int | None
    refused: str | None
    why: str
    rules: tuple[str, ...]
    is_first: bool
    first_cap_pa: int | None
    settled_cap_pa: int | None
    seconds: int
    passes: int
    factors: tuple[Factor, ...]


class LimitsRecord(NamedTuple):
    """All that ``limits`` says. ``skin`` is the row of the table that holds, ``not_given`` what counts as the strictest."""

    person: str | None
    skin: str
    fitzpatrick: int
    age_years: int | None
    treatment_s: int
    dwell_ms: int
    interval_days: int
    floor_days: int
    not_given: tuple[str, ...]
    waiting: bool
    rows: tuple[LimitRow, ...]


class Subject(NamedTuple):
    """Whose limits are shown: the skin, the name if there is a profile, and the grits that are not new to it."""

    person: Person
    name: str | None = None
    settled: frozenset[Grit] = frozenset()
    waiting: bool = False


@command("limits", help="show what your skin may get in each zone with each tip, and which rule set it",
         example="microderm limits --zone cheek --grit medium")  # fmt: skip
@click.option("--zone", "zones", multiple=True, metavar="NAME", help="only this zone; with --grit its arithmetic")
@click.option("--grit", "grits", multiple=True, metavar="NAME", help="only this tip: fine, medium or coarse")
@click.option("--skin", metavar="TYPE", help="without a profile: sensitive, dry, combination, normal or oily")
@click.option("--fitzpatrick", metavar="1-6", help="without a profile: how skin takes the sun, 1 to 6")
@click.option("--age", type=click.IntRange(0, 120), metavar="YEARS", help="without a profile: the age")
@click.option("--thickness", metavar="HOW", help="without a profile: thin, normal or thick; normal unless told")
@click.option("--settled", is_flag=True, help="the caps of later treatments, not of the first")
@person_option
def limits(call: Invocation, zones: tuple[str, ...], grits: tuple[str, ...], settled: bool, person: str | None, **skin: Any) -> Report:
    """Show the caps of a person, or of a skin that is described by options."""
    chosen_zones, chosen_grits = zones_of(zones), tuple(grit_of(text) for text in grits)
    described = {name: value for name, value in skin.items() if value is not None}
    if described and person is not None:
        raise UsageProblem("Either a profile or a described skin, not both.", "Leave out --person, or --skin and the like.")
    subject = _described(**described) if described else _known(call, person)
    if settled:
        subject = subject._replace(settled=frozenset(Grit))
    record = _record(subject, chosen_zones or (*TREATABLE, *PATCH_SITES, *FORBIDDEN), chosen_grits or tuple(Grit))
    return Report(record, _explained if chosen_zones and chosen_grits else _table)


def _described(skin: str | None = None, fitzpatrick: str | None = None, age: int | None = None, thickness: str | None = None) -> Subject:
    if skin is None:
        raise UsageProblem(
            "A skin is described beginning with its type.", "Add --skin, for example '--skin oily --fitzpatrick 2 --age 30'."
        )
    thick = Thickness.NORMAL if thickness is None else thickness_of(thickness)
    return Subject(Person(skin_of(skin), thick, None if fitzpatrick is None else fitzpatrick_of(fitzpatrick), age))


def _known(call: Invocation, name: str | None) -> Subject:
    """Return the subject of a profile: on practice, its history on the practice calendar."""
    practice = call.practices()
    person = call.person(name, practice)
    from microderm_ctl.records.history import summary

    now_s = call.now_s(practice)
    history = summary(call.store(practice), person, now_s)
    profile = profile_in_force(person.profile.person(person.tag, now_s), history, now_s)
    return Subject(profile.person, person.name, _settled(history, profile.since_s), profile.waiting)


def _settled(history: History, since_s: int | None) -> frozenset[Grit]:
    """Return the grits that are not new to a skin: those of treatments that count, since its profile began."""
    counted = [known for known in history.treatments if known.sealed_ms >= COUNTS_FROM_MS and known.at_s > (since_s or 0)]
    return frozenset(known.grit for known in counted if known.grit is not None)


def _record(subject: Subject, zones: tuple[Zone, ...], grits: tuple[Grit, ...]) -> LimitsRecord:
    person, met = subject.person, limits_of(subject.person)
    missing = {"--skin": person.skin, "--thickness": person.thickness, "--fitzpatrick": person.fitzpatrick, "--age": person.age_years}
    return LimitsRecord(
        subject.name,
        met.row,
        met.fitzpatrick,
        person.age_years,
        met.limits.treatment_s,
        met.limits.dwell_ms,
        met.limits.interval_days,
        met.floor_days,
        tuple(name for name, value in missing.items() if value is None),
        subject.waiting,
        tuple(_row(subject, zone, grit) for zone in zones for grit in grits),
    )


def _row(subject: Subject, zone: Zone, grit: Grit) -> LimitRow:
    if zone in FORBIDDEN:
        return _closed(zone, grit, NEVER, FORBIDDEN[zone], "zones that are never treated")
    if zone in PATCH_SITES:
        return _closed(zone, grit, PATCH_ONLY, "this place is only for the patch test", "zones of a patch test")
    caps = explain_cap(subject.person, zone, grit)
    is_first = grit not in subject.settled
    cap_pa, factors = (caps.first_cap_pa, caps.first_factors) if is_first else (caps.cap_pa, caps.factors)
    refused, why = _refused(caps, cap_pa)
    passes = min(caps.passes, FIRST_PASSES) if is_first else caps.passes
    seconds = caps.seconds * passes // caps.passes
    return LimitRow(
        zone, grit, cap_pa, refused, why, _rules(caps, factors), is_first, caps.first_cap_pa, caps.cap_pa, seconds, passes, factors
    )


def _closed(zone: Zone, grit: Grit, code: str, why: str, rule: str) -> LimitRow:
    return LimitRow(zone, grit, None, code, why, (rule,), False, None, None, 0, 0, ())


def _refused(caps: CapRow, cap_pa: int | None) -> tuple[str | None, str]:
    if cap_pa is not None:
        return None, ""
    if not caps.factors:
        return TOO_COARSE, f"the {caps.grit.value} tip is too coarse for this skin"
    return TOO_LOW, "the cap would be lower than a wand can hold"


def _rules(caps: CapRow, factors: tuple[Factor, ...]) -> tuple[str, ...]:
    """Return the rules that set a cap: the base, and whatever lowered it."""
    if not factors:
        return caps.set_by
    lowered = [line.name for line, before in zip(factors[1:], factors, strict=False) if line.after_pa < before.after_pa]
    return (factors[0].name, *(name for name in lowered if name != ROUNDED))


def _who(record: LimitsRecord) -> str:
    whose = f"{record.person}: " if record.person else ""
    return f"{whose}{record.skin} skin, Fitzpatrick {ROMAN[record.fitzpatrick - 1]}"


def _table(record: LimitsRecord) -> Iterator[str]:
    """Write the table, a zone a line; left and right share one where they are the same."""
    yield f"Caps for {_who(record)}"
    yield ""
    open_rows = [row for row in record.rows if row.refused not in (NEVER, PATCH_ONLY)]
    grits = list(dict.fromkeys(row.grit for row in record.rows))
    letters: dict[str, str] = {}
    cells = _cells(open_rows, letters)
    if cells:
        yield from columns([("zone", *(grit.value for grit in grits), "time", "passes"), *cells])
        yield ""
        yield from columns((letter, rule) for rule, letter in letters.items())
    closed = tuple(dict.fromkeys(row.zone for row in record.rows if row.refused == NEVER))
    if closed:
        yield f"never: {', '.join(label(zone) for zone in closed)}"
    yield from _below(record, open_rows)


def _cells(rows: list[LimitRow], letters: dict[str, str]) -> list[tuple[str, ...]]:
    by_zone: dict[Zone, list[LimitRow]] = {}
    for row in rows:
        by_zone.setdefault(row.zone, []).append(row)
    lines: dict[tuple[str, ...], list[str]] = {}
    for zone, of_zone in by_zone.items():
        cells = tuple(_cell(row, letters) for row in of_zone)
        stem = label(zone).removeprefix("left ").removeprefix("right ")
        lines.setdefault((stem, *cells, f"{of_zone[0].seconds} s", str(of_zone[0].passes)), []).append(label(zone))
    return [((names[0] if len(names) == 1 else f"{line[0]} (each)"), *line[1:]) for line, names in lines.items()]


def _cell(row: LimitRow, letters: dict[str, str]) -> str:
    """Return the cap with a letter for each rule that set it."""
    for rule in row.rules:
        letters.setdefault(_kind(rule), chr(ord("a") + len(letters)))
    marks = "".join(sorted(letters[_kind(rule)] for rule in row.rules))
    return f"{format_kpa(row.cap_pa)} {marks}" if row.cap_pa is not None else f"refused {marks}"


def _kind(rule: str) -> str:
    """Return the part of a rule's name that the table tells apart: zone and grit are seen from line and column."""
    return {"zone": "the zone's factor", "grit": "the grit's factor"}.get(rule.partition(":")[0], rule)


def _below(record: LimitsRecord, rows: list[LimitRow]) -> Iterator[str]:
    yield ""
    if any(row.is_first for row in rows):
        yield "These caps are for a first treatment, or a tip that is new to this skin; --settled shows later ones."
    most = f"at most {record.treatment_s} s on the skin, {record.dwell_ms / 1000:.0f} s on one spot"
    yield f"One treatment: {most}; the next after {record.interval_days} days."
    if record.not_given:
        yield f"Not known, so the strictest counts: {', '.join(record.not_given)}."
    if record.waiting:
        yield "The changed profile allows more than the one before; until its patch test is clean, the narrower one is shown."
    yield "Wand, calibration, today's answers and history can only lower these. --zone NAME --grit NAME shows the arithmetic."


def _explained(record: LimitsRecord) -> Iterator[str]:
    """Write the arithmetic of each cap, zones with the same one together."""
    same: dict[tuple[Any, ...], list[LimitRow]] = {}
    for row in record.rows:
        same.setdefault((row.grit, row.cap_pa, row.refused, row.why, row.factors), []).append(row)
    for number, rows in enumerate(same.values()):
        yield from ([""] if number else [])
        yield from _explained_row(record, rows)


def _explained_row(record: LimitsRecord, rows: list[LimitRow]) -> Iterator[str]:
    row, where = rows[0], ", ".join(label(one.zone) for one in rows)
    first = ", first treatment" if row.is_first and row.factors else ""
    yield f"{where}, {row.grit.value} tip, {_who(record)}{first}"
    yield ""
    yield from arithmetic(row.factors)
    if row.cap_pa is None:
        yield f"Refused ({row.refused}): {row.why}. Set by {'; '.join(row.rules)}."
        return
    yield f"At most {format_kpa(row.cap_pa)}. Set by {'; '.join(row.rules)}."
    if row.is_first and row.settled_cap_pa is not None:
        yield f"Later treatments: at most {format_kpa(row.settled_cap_pa)} (--settled)."


def arithmetic(factors: tuple[Factor, ...], with_sources: bool = True) -> list[str]:
    """Return a cap's arithmetic as lines: each factor, the vacuum after it, sourced or our own; the sources below."""
    if not factors:
        return []
    sources = list(dict.fromkeys(factor.source for factor in factors))
    lines = []
    for number, factor in enumerate(factors):
        is_factor = number > 0 and factor.name != ROUNDED and factor.permille < WHOLE_PERMILLE
        times = f"x {factor.permille / WHOLE_PERMILLE:.3g}" if is_factor else ""
        mark = "sourced" if factor.sourced else "our own"
        mark += f" [{sources.index(factor.source) + 1}]" if with_sources else ""
        lines.append((factor.name, times, f"{factor.after_pa / 1000:.3f} kPa", mark))
    notes = [line for number, source in enumerate(sources, 1) for line in _note(number, source)]
    return [*columns(lines), "", *([*notes, ""] if with_sources else [])]


def _note(number: int, source: str) -> list[str]:
    return wrap(f"[{number}] {source}", WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
