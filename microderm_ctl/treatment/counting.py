"""What a wand counted of a run, by its own ledger and rows."""

from typing import Final

from microderm_ctl.safety import PlannedZone
from microderm_ctl.treatment.book import Used
from microderm_ctl.wand import LedgerEntry, Wand

BOOK_MS: Final = 100
BOOK_TRIES: Final = 15
"""The wand writes its ledger within a second after a stop."""
REFUSED: Final = "refused"
"""The cause of a run that the wand never began."""


def counted(wand: Wand, command_id: int, zones: tuple[PlannedZone, ...], treatment_s: int) -> Used | None:
    """Return what a wand counted of the run with a command id; None while its ledger does not say.

    Raises:
        LinkLost: the wand is gone.
        Stopped: a signal came meanwhile.
    """
    entry = _closed_entry(wand, command_id)
    if entry is None:
        return Used(0, (0,) * len(zones), REFUSED, False)
    if entry.is_open:
        return None
    rows = wand.rows()
    row_ms = rows.sealed_ms[: len(zones)] if rows.command_id == command_id else (0,) * len(zones)
    whole_ms = min(treatment_s, sum(zone.seconds for zone in zones)) * 1000
    return Used(entry.used_ms, row_ms, entry.cause, entry.used_ms >= whole_ms)


def _closed_entry(wand: Wand, command_id: int) -> LedgerEntry | None:
    """Return the ledger entry of a run, once it is closed or the wand had time enough to close it."""
    entry = wand.ledger_of(command_id)
    for _ in range(BOOK_TRIES):
        if entry is None or not entry.is_open:
            break
        wand.wait(lambda _: False, BOOK_MS)
        entry = wand.ledger_of(command_id)
    return entry
