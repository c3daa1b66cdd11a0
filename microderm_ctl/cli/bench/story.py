"""What the rows of benches tell of units: the works that were done, how they came out, and their certificates.

A document may come from another bench with another version of this program, so what it lacks is None.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from microderm_ctl.cli.words import iso_time
from microderm_ctl.records.bench import BEGIN, CERTIFICATE, END, BenchRow

if TYPE_CHECKING:
    from microderm_ctl.cli.context import Invocation
    from microderm_ctl.records.store import Store


class Work(NamedTuple):
    """A piece of work on a unit. ``outcome`` is None while it has not ended; ``here`` says that this bench did it."""

    unit: str
    simulated: bool
    bench: str
    here: bool
    run_id: str
    work: str | None
    operator: str | None
    procedure: str | None
    procedure_version: int | None
    procedure_sha256: str | None
    gauge: str | None
    began_at: str | None
    ended_at: str | None
    outcome: str | None
    reason: str | None
    certificates: tuple[str, ...]


class Issued(NamedTuple):
    """A certificate by its number. ``amends`` is the number of the one that it takes the place of."""

    unit: str
    simulated: bool
    bench: str
    here: bool
    number: str
    at: str | None
    sha256: str | None
    amends: str | None


def stores(call: "Invocation") -> "tuple[Store, ...]":
    """Return the store of real work, and that of practice where there is one."""
    from microderm_ctl.records.store import PRACTICE_NAME

    practised = (call.data_dir() / PRACTICE_NAME).exists()
    return (call.store(), call.store(practice=True)) if practised else (call.store(),)


def all_rows(store: "Store", unit: str | None = None) -> tuple[BenchRow, ...]:
    """Return the rows of a store and what it has fetched from other benches, of one unit or of all."""
    return (*store.rows(unit=unit), *store.other_rows(unit))


def story_rows(store: "Store", unit: str | None = None) -> tuple[BenchRow, ...]:
    """Return of these rows the few that ``works_in`` and ``issued_in`` need."""
    kinds = (BEGIN, END, CERTIFICATE)
    return tuple(row for kind in kinds for row in (*store.rows(unit=unit, kind=kind), *store.other_rows(unit, kind)))


def works_in(rows: Iterable[BenchRow], own: str) -> tuple[Work, ...]:
    """Return the works that rows tell of, in the order in which they began; ``own`` is the bench that asks."""
    runs: dict[tuple[str, str], list[BenchRow]] = defaultdict(list)
    for row in rows:
        if row.run_id:
            runs[row.bench, row.run_id].append(row)
    begun = [(begin, run) for run in runs.values() for begin in run if begin.kind == BEGIN]
    begun.sort(key=lambda one: (one[0].at_s, one[0].bench, one[0].number))
    return tuple(_work(begin, run, own) for begin, run in begun)


def _work(begin: BenchRow, run: Iterable[BenchRow], own: str) -> Work:
    ends = [row for row in run if row.kind == END]
    end = ends[-1].document if ends else {}
    said = begin.document
    return Work(
        unit=begin.unit,
        simulated=begin.is_simulated,
        bench=begin.bench,
        here=begin.bench == own,
        run_id=begin.run_id,
        work=_text(said.get("work")),
        operator=_text(said.get("operator")),
        procedure=_text(said.get("procedure")),
        procedure_version=_whole(said.get("procedure_version")),
        procedure_sha256=_text(said.get("procedure_sha256")),
        gauge=_text(said.get("gauge")),
        began_at=iso_time(begin.at_s),
        ended_at=iso_time(ends[-1].at_s) if ends else None,
        outcome=_text(end.get("outcome")),
        reason=_text(end.get("reason")),
        certificates=tuple(row.document["number"] for row in run if _is_certificate(row)),
    )


def issued_in(rows: Iterable[BenchRow], own: str) -> tuple[Issued, ...]:
    """Return the certificates that rows tell of, the oldest first."""
    found = sorted((row for row in rows if _is_certificate(row)), key=lambda row: (row.at_s, row.bench, row.number))
    return tuple(
        Issued(
            row.unit,
            row.is_simulated,
            row.bench,
            row.bench == own,
            row.document["number"],
            iso_time(row.at_s),
            _text(row.document.get("sha256")),
            _text(row.document.get("amends")),
        )
        for row in found
    )


def _is_certificate(row: BenchRow) -> bool:
    return row.kind == CERTIFICATE and isinstance(row.document.get("number"), str)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None
