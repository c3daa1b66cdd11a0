"""``microderm bench units``: the units that are known on this bench, and all that any bench did on one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import click

from microderm_ctl.cli.bench.story import Issued, Work, issued_in, stores, story_rows, works_in
from microderm_ctl.cli.commands import command, unknown
from microderm_ctl.cli.context import Invocation
from microderm_ctl.cli.printer import WIDTH, Fixed, Report
from microderm_ctl.cli.treat_lines import indented
from microderm_ctl.cli.words import columns
from microderm_ctl.texts import bench_records as texts

_About = TypeVar("_About", Work, Issued)


class UnitLine(NamedTuple):
    """A unit with the work that was begun last on it, whichever bench did it, and the certificate that was issued last."""

    unit: str
    simulated: bool
    works: int
    last_work: str | None
    outcome: str | None
    at: str | None
    bench: str | None
    here: bool
    certificate: str | None


class UnitsRecord(NamedTuple):
    """The units that are known; with SERIAL that one alone, and all works and certificates of it in the order of time."""

    units: tuple[UnitLine, ...]
    works: tuple[Work, ...]
    certificates: tuple[Issued, ...]


@command("units", help="list the units that are known here; with SERIAL tell all of one", example="microderm bench units W-0001")
@click.argument("unit", metavar="[SERIAL]", required=False)
def units(call: Invocation, unit: str | None) -> Report:
    """List units, or tell the story of one."""
    works: list[Work] = []
    issued: list[Issued] = []
    for store in stores(call):
        rows = story_rows(store, unit)
        own = store.bench_id() if rows else ""
        works += works_in(rows, own)
        issued += issued_in(rows, own)
    lines = tuple(_unit_lines(works, issued))
    in_tables = call.printer.in_tables
    if unit is None:
        return Report(UnitsRecord(lines, (), ()), lambda record: _list(record.units, in_tables))
    if not lines:
        raise unknown("unit", unit, _known(call), texts.SEE_UNITS)
    return Report(UnitsRecord(lines, tuple(works), tuple(issued)), _story)


def _known(call: Invocation) -> list[str]:
    return [unit for store in stores(call) for unit in store.known_units()]


def _unit_lines(works: Sequence[Work], issued: Sequence[Issued]) -> Iterator[UnitLine]:
    done_on, issued_for = _by_unit([one for one in works if one.unit]), _by_unit(issued)  # a batch is of no one unit
    for simulated, unit in sorted({*done_on, *issued_for}):
        done = done_on.get((simulated, unit), [])
        numbers = [one.number for one in issued_for.get((simulated, unit), [])]
        last = done[-1] if done else None
        yield UnitLine(
            unit=unit,
            simulated=simulated,
            works=len(done),
            last_work=last.work if last else None,
            outcome=last.outcome if last else None,
            at=(last.ended_at or last.began_at) if last else None,
            bench=last.bench if last else None,
            here=bool(last and last.here),
            certificate=numbers[-1] if numbers else None,
        )


def _by_unit(found: "Iterable[_About]") -> "dict[tuple[bool, str], list[_About]]":
    sorted_out: dict[tuple[bool, str], list[_About]] = {}
    for one in found:
        if one.unit:
            sorted_out.setdefault((one.simulated, one.unit), []).append(one)
    return sorted_out


def _list(known: Sequence[UnitLine], in_tables: bool) -> Iterator[str]:
    if not known:
        yield texts.NO_UNITS
        return
    table = columns([texts.HEAD, *map(_marked, known)]) if in_tables else []
    if table and max(map(len, table)) <= WIDTH:
        yield from map(Fixed, table)
    else:
        yield from map(_sentence, known)


def _marked(one: UnitLine) -> tuple[str, ...]:
    *cells, bench = _row(one)
    return (*cells, texts.IN_TABLE.format(bench=bench) if one.simulated else bench)


def _row(one: UnitLine) -> tuple[str, ...]:
    return (one.unit, one.last_work or texts.NONE, _outcome(one), one.certificate or texts.NONE, _day(one.at), _bench(one))


def _sentence(one: UnitLine) -> str:
    _, work, outcome, certificate, date, bench = _row(one)
    mark = texts.MARK if one.simulated else ""
    return texts.UNIT.format(unit=one.unit, work=work, outcome=outcome, date=date, bench=bench, certificate=certificate, mark=mark)


def _story(record: UnitsRecord) -> Iterator[str]:
    for unit in record.units:
        works = [one for one in record.works if one.simulated == unit.simulated]
        issued = [one for one in record.certificates if one.simulated == unit.simulated]
        mark = texts.MARK if unit.simulated else ""
        yield texts.STORY.format(unit=unit.unit, works=len(works), certificates=len(issued), mark=mark)
        told = [(one.began_at or "", _work_lines(one, mark)) for one in works]
        told += [(one.at or "", [_amends(one, mark)]) for one in issued if one.amends]
        for _, lines in sorted(told, key=lambda one: one[0]):
            yield from lines


def _work_lines(one: Work, mark: str) -> Iterable[str]:
    yield texts.WORK.format(
        date=_day(one.began_at),
        work=one.work or texts.UNKNOWN,
        outcome=_outcome(one),
        bench=_bench(one),
        operator=one.operator or texts.UNKNOWN,
        mark=mark,
    )
    if one.reason:
        yield indented(texts.REASON.format(reason=one.reason))
    if one.procedure:
        yield indented(
            texts.PROCEDURE.format(name=one.procedure, version=one.procedure_version, sha256=(one.procedure_sha256 or texts.NONE)[:12])
        )
    if one.gauge:
        yield indented(texts.GAUGE.format(gauge=one.gauge))
    for number in one.certificates:
        yield indented(texts.CERTIFICATE.format(number=number))


def _amends(one: Issued, mark: str) -> str:
    return texts.AMENDS.format(date=_day(one.at), number=one.number, amends=one.amends, bench=_bench(one), mark=mark)


def _outcome(one: UnitLine | Work) -> str:
    return one.outcome or texts.OPEN


def _bench(one: UnitLine | Work | Issued) -> str:
    return texts.HERE if one.here else one.bench or texts.NONE


def _day(at: str | None) -> str:
    return at[:10] if at else texts.NONE
