"""The certificates in the records: those of this bench, of its practice, and those fetched from other benches."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from microderm_ctl.cli.bench.story import stores
from microderm_ctl.cli.commands import unknown
from microderm_ctl.cli.words import iso_time
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.bench import CERTIFICATE, BenchRow
from microderm_ctl.records.canonical import sha256_of

if TYPE_CHECKING:
    from microderm_ctl.cli.context import Invocation
    from microderm_ctl.records.store import Store


class Listed(NamedTuple):
    """A certificate. ``here``: this bench issued it; ``amends`` and ``replaced_by`` are numbers of others."""

    number: str
    unit: str
    simulated: bool
    bench: str
    here: bool
    issued_at: str | None
    sha256: str
    amends: str | None
    replaced_by: str | None


class Issued(NamedTuple):
    """A certificate with the row that it stands in, and its store."""

    listed: Listed
    text: str
    row: BenchRow
    store: "Store"


def all_issued(call: "Invocation") -> tuple[Issued, ...]:
    """Return all certificates that are known here, the oldest first."""
    found: list[Issued] = []
    for store in stores(call):
        own = store.rows(kind=CERTIFICATE)
        others = tuple(row for row in store.other_rows() if row.kind == CERTIFICATE)
        found += _issued(store, (*own, *others), len(own))
    return tuple(sorted(found, key=lambda one: (one.row.at_s, one.row.bench, one.row.number)))


def find(issued: tuple[Issued, ...], number: str) -> Issued:
    """Return the certificate of a number.

    Raises:
        UsageProblem: there is none.
    """
    for one in issued:
        if one.listed.number == number:
            return one
    raise unknown("certificate", number, [one.listed.number for one in issued], "'microderm bench certificate' lists them.")


def _issued(store: "Store", rows: tuple[BenchRow, ...], own: int) -> Iterator[Issued]:
    replaced = {str(row.document.get("amends")): str(row.document.get("number")) for row in rows if row.document.get("amends")}
    for place, row in enumerate(rows):
        number, text, sha256 = (row.document.get(name) for name in ("number", "text", "sha256"))
        if not isinstance(number, str) or not isinstance(text, str) or sha256 != sha256_of(text):
            raise FileProblem(
                f"Row {row.number} of bench {row.bench} holds no whole certificate.",
                "Nothing was changed. Take the records from a copy.",
                {"bench": row.bench, "number": row.number},
            )
        amends = row.document.get("amends")
        listed = Listed(
            number,
            row.unit,
            store.practice,
            row.bench,
            place < own,
            iso_time(row.at_s),
            sha256,
            str(amends) if amends else None,
            replaced.get(number),
        )
        yield Issued(listed, text, row, store)
