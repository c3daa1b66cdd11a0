"""What becomes of a treatment whose process was cut off: the wand's ledger says, or everything counts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from microderm_ctl.records.rows import SETTLED_BY_LEDGER, SETTLED_BY_RESERVE, TreatmentRecord, WandEntry, ZoneRecord
from microderm_ctl.records.traces import RowUse, Sample, use_of_rows
from microderm_ctl.records.treatments import TreatmentsPart, ZoneUse

NOT_BEGUN: Final = "not-begun"
"""The cause of a treatment that the wand never heard of."""
UNKNOWN: Final = "unknown"


class Verdict(NamedTuple):
    """How much of a cut-off treatment counts, why it ended, and who says so."""

    sealed_ms: int
    cause: str
    settled_by: str


def judge(record: TreatmentRecord, entries: Sequence[WandEntry]) -> Verdict:
    """Say what counts of a cut-off treatment, from all that is known of its wand's ledger.

    Nothing counts only where every entry since its beginning is known and none is its own.
    """
    for entry in entries:
        if entry.command_id == record.command_id:
            return Verdict(entry.counted_ms, entry.cause, SETTLED_BY_LEDGER)
    if record.entry_before is not None and _complete_since(record.entry_before, entries):
        return Verdict(0, NOT_BEGUN, SETTLED_BY_LEDGER)
    return Verdict(record.reserved_ms, UNKNOWN, SETTLED_BY_RESERVE)


def _complete_since(entry_before: int, entries: Sequence[WandEntry]) -> bool:
    numbers = {entry.entry for entry in entries}
    newest = max(numbers, default=0)
    return newest >= entry_before and all(number in numbers for number in range(entry_before + 1, newest + 1))


def share_out(zones: Sequence[ZoneRecord], traced: dict[int, RowUse], sealed_ms: int) -> tuple[ZoneUse, ...]:
    """Return what each zone got: as the trace shows; the counted time that it misses goes to the last zone in it, then to the others."""
    used = [min(traced.get(zone.row, RowUse()).sealed_ms, zone.planned_s * 1000) for zone in zones]
    missing_ms = max(0, sealed_ms - sum(used))
    last = max((index for index, ms in enumerate(used) if ms), default=0)
    for index in (*range(last, len(used)), *range(last)):
        more_ms = min(missing_ms, zones[index].planned_s * 1000 - used[index])
        used[index] += more_ms
        missing_ms -= more_ms
    return tuple(ZoneUse(zone.row, ms, _passes(zone, ms), ms >= zone.planned_s * 1000) for zone, ms in zip(zones, used, strict=True))


def _passes(zone: ZoneRecord, sealed_ms: int) -> int:
    """Return the passes that were whole: each is an equal share of the zone's seconds."""
    return sealed_ms * zone.planned_passes // max(zone.planned_s * 1000, 1)


class SettlePart(TreatmentsPart):
    """Closing what was cut off."""

    def settle(self, wand_serial: str, entries: Sequence[WandEntry], now_s: int) -> tuple[TreatmentRecord, ...]:
        """Keep a wand's ledger as it was just read, close everything of this wand that was cut off, and return those treatments.

        Nothing may be running on the wand; whoever could read its ledger holds its port.
        Why such a treatment ended is for the person to say.
        """
        self.keep_ledger(wand_serial, entries, now_s)
        seen = {entry.command_id: entry for entry in self.ledger(wand_serial)}
        read = {entry.command_id: entry for entry in entries}
        cut_off = self.open_treatments(wand_serial)
        with self._write():
            for record in cut_off:
                known = [*entries, *(entry for command, entry in seen.items() if command == record.command_id and command not in read)]
                self._close(record, judge(record, known))
            self._settle_patch_tests(wand_serial, {command: entry.counted_ms for command, entry in seen.items()})
        return tuple(self.treatment(record.id) for record in cut_off)

    def _close(self, record: TreatmentRecord, verdict: Verdict) -> None:
        samples = self.trace(record.id)
        traced = use_of_rows(samples)
        for zone in share_out(record.zones, traced, verdict.sealed_ms):
            self._keep_zone(record.id, zone, traced.get(zone.row, RowUse()))
        self._end(record.id, _last_seen_s(record, samples), verdict.sealed_ms, verdict.cause, verdict.settled_by)


def _last_seen_s(record: TreatmentRecord, samples: Sequence[Sample]) -> int:
    """Return when a treatment was last heard of: what may be finished within two hours is counted from here."""
    return record.started_s + (samples[-1].t_ms // 1000 if samples else 0)
