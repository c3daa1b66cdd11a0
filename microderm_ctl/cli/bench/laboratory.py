"""Who issues the certificates of a bench: kept as a row, the newest holds."""

from typing import Final

from microderm_ctl.bench.certificate.document import Laboratory
from microderm_ctl.bench.frozen import conform, from_plain, to_plain
from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.store import Store

KIND: Final = "laboratory"
PRACTICE: Final = Laboratory("Practice bench", "this computer", "a simulated bench")
"""Whose name stands on a certificate that certifies nothing."""


def keep(store: Store, laboratory: Laboratory, at_s: int) -> None:
    """Keep who issues certificates from here on."""
    store.append_row(KIND, to_plain(conform(laboratory)), at_s=at_s)


def known(store: Store) -> Laboratory:
    """Return who issues certificates.

    Raises:
        UsageProblem: nobody has said so yet; practice has an answer of its own.
    """
    rows = store.rows(kind=KIND)
    if rows:
        return from_plain(Laboratory, rows[-1].document)
    if store.practice:
        return PRACTICE
    raise UsageProblem(
        "A certificate says who issues it, and this bench has not been told yet.",
        "Tell it once: 'microderm bench setup'.",
        {"missing": "laboratory"},
    )
