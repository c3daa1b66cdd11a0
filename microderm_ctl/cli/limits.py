"""``microderm limits``: what a skin may get at most in each zone with each tip, which rules set it, and the arithmetic."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import click

from microderm_ctl.cli import offers
from microderm_ctl.cli.commands import command, person_option
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import Report
from microderm_ctl.cli.words import ROMAN, columns, fitzpatrick_of, grit_of, skin_of, thickness_of, zones_of
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
from microderm_ctl.texts import limits as texts
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
@click.option(
    "--zone", "zones", multiple=True, metavar="NAME", shell_complete=offers.zones, help="only this zone; with --grit its arithmetic"
)
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
        raise UsageProblem(texts.EITHER, texts.EITHER_HINT)
    subject = _described(**described) if described else _known(call, person)
    if settled:
        subject = subject._replace(settled=frozenset(Grit))
    record = _record(subject, chosen_zones or (*TREATABLE, *PATCH_SITES, *FORBIDDEN), chosen_grits or tuple(Grit))
    in_tables = call.printer.in_tables
    if chosen_zones and chosen_grits:
        return Report(record, lambda record: _explained(record, in_tables))
    return Report(record, _table if in_tables else _sentences)


def _described(skin: str | None = None, fitzpatrick: str | None = None, age: int | None = None, thickness: str | None = None) -> Subject:
    if skin is None:
        raise UsageProblem(texts.SKIN_FIRST, texts.SKIN_FIRST_HINT)
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
        return _closed(zone, grit, NEVER, FORBIDDEN[zone], texts.NEVER_RULE)
    if zone in PATCH_SITES:
        return _closed(zone, grit, PATCH_ONLY, texts.ONLY_PATCH, texts.PATCH_RULE)
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
        return TOO_COARSE, texts.TOO_COARSE.format(grit=caps.grit.value)
    return TOO_LOW, texts.TOO_LOW


def _rules(caps: CapRow, factors: tuple[Factor, ...]) -> tuple[str, ...]:
    """Return the rules that set a cap: the base, and whatever lowered it."""
    if not factors:
        return caps.set_by
    lowered = [line.name for line, before in zip(factors[1:], factors, strict=False) if line.after_pa < before.after_pa]
    return (factors[0].name, *(name for name in lowered if name != ROUNDED))


def _who(record: LimitsRecord) -> str:
    skin = texts.SKIN.format(skin=record.skin, type=ROMAN[record.fitzpatrick - 1])
    return texts.WHOSE.format(person=record.person, skin=skin) if record.person else skin


def _table(record: LimitsRecord) -> Iterator[str]:
    """Write the table, a zone a line; left and right share one where they are the same."""
    yield texts.CAPS_FOR.format(who=_who(record))
    yield ""
    open_rows = [row for row in record.rows if row.refused not in (NEVER, PATCH_ONLY)]
    grits = list(dict.fromkeys(row.grit for row in record.rows))
    letters: dict[str, str] = {}
    cells = _cells(open_rows, letters)
    if cells:
        yield from columns([(texts.HEAD[0], *(grit.value for grit in grits), *texts.HEAD[1:]), *cells])
        yield ""
        yield from columns((letter, rule) for rule, letter in letters.items())
    yield from _never(record)
    yield from _below(record, open_rows)


def _sentences(record: LimitsRecord) -> Iterator[str]:
    """Write the same in sentences, one for each cap and the zones that share it."""
    yield texts.CAPS_FOR.format(who=_who(record))
    same: dict[tuple[Any, ...], list[str]] = {}
    open_rows = [row for row in record.rows if row.refused not in (NEVER, PATCH_ONLY)]
    for row in open_rows:
        same.setdefault((row.grit, row.cap_pa, row.why, row.seconds, row.passes, row.rules), []).append(label(row.zone))
    for (grit, cap_pa, why, seconds, passes, rules), zones in same.items():
        told = {"zones": ", ".join(zones), "grit": grit.value, "why": why, "seconds": seconds, "rules": "; ".join(rules)}
        if cap_pa is None:
            yield texts.REFUSED_HERE.format(**told)
        else:
            how_often = texts.ONE_PASS if passes == 1 else texts.PASSES.format(passes=passes)
            yield texts.AT_MOST.format(**told, cap=format_kpa(cap_pa), passes=how_often)
    yield from _never(record)
    yield from _below(record, open_rows)


def _never(record: LimitsRecord) -> Iterator[str]:
    closed = tuple(dict.fromkeys(row.zone for row in record.rows if row.refused == NEVER))
    if closed:
        yield texts.NEVER.format(zones=", ".join(label(zone) for zone in closed))


def _stem(zone: Zone) -> str:
    """Return the name that a zone shares with its mirror."""
    name = label(zone)
    for side in texts.SIDES:
        name = name.removeprefix(side)
    return name


def _cells(rows: list[LimitRow], letters: dict[str, str]) -> list[tuple[str, ...]]:
    by_zone: dict[Zone, list[LimitRow]] = {}
    for row in rows:
        by_zone.setdefault(row.zone, []).append(row)
    lines: dict[tuple[str, ...], list[str]] = {}
    for zone, of_zone in by_zone.items():
        cells = tuple(_cell(row, letters) for row in of_zone)
        lines.setdefault((_stem(zone), *cells, texts.SECONDS.format(seconds=of_zone[0].seconds), str(of_zone[0].passes)), []).append(
            label(zone)
        )
    return [((names[0] if len(names) == 1 else texts.EACH.format(zone=line[0])), *line[1:]) for line, names in lines.items()]


def _cell(row: LimitRow, letters: dict[str, str]) -> str:
    """Return the cap with a letter for each rule that set it."""
    for rule in row.rules:
        letters.setdefault(_kind(rule), chr(ord("a") + len(letters)))
    marks = "".join(sorted(letters[_kind(rule)] for rule in row.rules))
    return f"{format_kpa(row.cap_pa)} {marks}" if row.cap_pa is not None else f"{texts.REFUSED} {marks}"


def _kind(rule: str) -> str:
    """Return the part of a rule's name that the table tells apart: zone and grit are seen from line and column."""
    return {"zone": texts.ZONE_FACTOR, "grit": texts.GRIT_FACTOR}.get(rule.partition(":")[0], rule)


def _below(record: LimitsRecord, rows: list[LimitRow]) -> Iterator[str]:
    yield ""
    if any(row.is_first for row in rows):
        yield texts.ARE_FIRST
    dwell = f"{record.dwell_ms / 1000:.0f}"
    yield texts.ONE_TREATMENT.format(seconds=record.treatment_s, dwell=dwell, days=record.interval_days)
    if record.not_given:
        yield texts.NOT_KNOWN.format(names=", ".join(record.not_given))
    if record.waiting:
        yield texts.WAITING
    yield texts.ONLY_LOWER


def _explained(record: LimitsRecord, in_tables: bool) -> Iterator[str]:
    """Write the arithmetic of each cap, zones with the same one together."""
    same: dict[tuple[Any, ...], list[LimitRow]] = {}
    for row in record.rows:
        same.setdefault((row.grit, row.cap_pa, row.refused, row.why, row.factors), []).append(row)
    for number, rows in enumerate(same.values()):
        yield from ([""] if number else [])
        yield from _explained_row(record, rows, in_tables)


def _explained_row(record: LimitsRecord, rows: list[LimitRow], in_tables: bool) -> Iterator[str]:
    row, where = rows[0], ", ".join(label(one.zone) for one in rows)
    first = texts.FIRST if row.is_first and row.factors else ""
    yield texts.WHERE.format(zones=where, grit=row.grit.value, who=_who(record), first=first)
    yield ""
    yield from arithmetic(row.factors, in_tables=in_tables)
    rules = "; ".join(row.rules)
    if row.cap_pa is None:
        yield texts.REFUSED_BY.format(code=row.refused, why=row.why, rules=rules)
        return
    yield texts.MOST_BY.format(cap=format_kpa(row.cap_pa), rules=rules)
    if row.is_first and row.settled_cap_pa is not None:
        yield texts.LATER.format(cap=format_kpa(row.settled_cap_pa))


def arithmetic(factors: tuple[Factor, ...], with_sources: bool = True, in_tables: bool = True) -> list[str]:
    """Return a cap's arithmetic as lines: each factor, the vacuum after it, sourced or our own; the sources below.

    Args:
        factors: the base, and what follows it.
        with_sources: whether sources are numbered and listed.
        in_tables: whether the lines are a table; else sentences.
    """
    if not factors:
        return []
    sources = list(dict.fromkeys(factor.source for factor in factors))
    rows = []
    for number, factor in enumerate(factors):
        is_factor = number > 0 and factor.name != ROUNDED and factor.permille < WHOLE_PERMILLE
        times = f"{factor.permille / WHOLE_PERMILLE:.3g}" if is_factor else ""
        mark = texts.SOURCED if factor.sourced else texts.OUR_OWN
        mark += f" [{sources.index(factor.source) + 1}]" if with_sources else ""
        rows.append((factor.name, times, f"{factor.after_pa / 1000:.3f} kPa", mark))
    lines = columns((name, times and texts.TIMES.format(factor=times), *rest) for name, times, *rest in rows)
    if not in_tables:
        lines = [_step(*row) for row in rows]
    notes = [f"[{number}] {source}" for number, source in enumerate(sources, 1)]
    return [*lines, "", *([*notes, ""] if with_sources else [])]


def _step(rule: str, times: str, vacuum: str, mark: str) -> str:
    text = texts.STEP_TIMES if times else texts.STEP
    return text.format(rule=rule, factor=times, vacuum=vacuum, mark=mark)
