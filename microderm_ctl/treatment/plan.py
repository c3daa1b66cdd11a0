"""From records and a wand to what the rules are asked, and from their plan to what the wand is asked."""

from typing import Final, NamedTuple

from microderm_ctl.link import values
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PersonRecord, TreatmentRecord, WandEntry, tag_text
from microderm_ctl.records.store import Store
from microderm_ctl.safety import WIRE_IDS, History, LedgerEntry, Person, Plan, PlannedZone, WandState
from microderm_ctl.wand import Limits, LimitsInForce, Row, Wand

WHOLE_TREATMENT_S: Final = 360
"""What a treatment that is not a rest of another one may have at most; the rules allow less."""


class Prepared(NamedTuple):
    """All that ``decide`` needs besides the request, and what was closed on the way.

    ``newest_entry`` is the number of the newest entry in the wand's ledger, 0 for none;
    ``settled`` the treatments of this wand that had been cut off.
    """

    record: PersonRecord
    person: Person
    wand: WandState
    history: History
    now_s: int
    newest_entry: int
    settled: tuple[TreatmentRecord, ...]


def prepare(store: Store, record: PersonRecord, wand: Wand, now_s: int) -> Prepared:
    """Read the wand, close what was cut off on it, and bring everything together.

    Args:
        store: the practice store where the wand is simulated.
        record: whose treatment it will be.
        wand: open and at rest.
        now_s: the store's now, in seconds since 1970.

    Raises:
        LinkLost, WandRefusal: the wand does not say.
        FileProblem: the ledger cannot be kept.
    """
    entries = tuple(wand_entry(entry) for entry in wand.ledger_entries())
    settled = store.settle(wand.identity.serial, entries, now_s)
    left_s = seconds_left(last_parts(store, record.id), entries)
    state = wand_state(wand.limits(), seen_ledger(store), wand.identity.simulated, left_s)
    person = record.profile.person(record.tag, now_s)
    newest = max((entry.entry for entry in entries), default=0)
    return Prepared(record, person, state, summary(store, record, now_s), now_s, newest, settled)


def wand_entry(entry: values.LedgerEntry) -> WandEntry:
    """Return a ledger entry of the wand as the store keeps it."""
    return WandEntry(
        entry.entry,
        entry.command_id,
        tag_text(entry.person_tag),
        entry.utc_s,
        entry.is_patch_test,
        entry.is_open,
        entry.cause,
        entry.reserved_ms,
        entry.used_ms,
    )


def wand_state(limits: Limits, ledger: tuple[LedgerEntry, ...], simulated: bool, left_s: int = WHOLE_TREATMENT_S) -> WandState:
    """Return what a wand says of itself as the rules read it; whole seconds are rounded against the person."""
    return WandState(
        tip_um=limits.grit_um or None,
        calibrated_at_s=limits.calibrated_utc_s,
        calibration_void=not limits.is_calibrated and limits.calibrated_utc_s is not None,
        cap_pa=limits.set_point_most_pa,
        cap_least_pa=limits.cap_least_pa,
        treatment_s=limits.treatment_most_ms // 1000,
        zone_s=limits.treatment_most_ms // 1000,
        dwell_ms=limits.dwell_most_ms,
        treatment_left_s=left_s,
        cooldown_left_s=whole_seconds(limits.cooldown_ms),
        ledger=ledger,
        simulated=simulated,
    )


def whole_seconds(duration_ms: int) -> int:
    """Return whole seconds, rounded up."""
    return -(-duration_ms // 1000)


def last_parts(store: Store, person_id: int) -> tuple[TreatmentRecord, ...]:
    """Return the latest treatment of a person that used anything, with the parts before that it finishes, the first one first.

    The latest is the one that was written down last: its time may be wrong, if the clock was.
    """
    known = {record.id: record for record in store.treatments(person_id) if record.counted_ms > 0}
    parts: list[TreatmentRecord] = []
    record = max(known.values(), key=lambda one: one.id, default=None)
    while record is not None and record not in parts:
        parts.insert(0, record)
        record = known.get(record.finishes_id or 0)
    return tuple(parts)


def seconds_left(parts: tuple[TreatmentRecord, ...], entries: tuple[WandEntry, ...]) -> int:
    """Return the sealed seconds that a treatment in parts has left: what was reserved first, less what ledger or records count."""
    if not parts:
        return WHOLE_TREATMENT_S
    counted = {entry.command_id: entry.counted_ms for entry in entries}
    used_ms = sum(max(part.counted_ms, counted.get(part.command_id, 0)) for part in parts)
    return max(0, parts[0].reserved_ms - used_ms) // 1000


def rows_of(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of ARM, one for each zone of a plan, in its order."""
    return tuple(Row(WIRE_IDS[zone.zone], zone.cap_pa, zone.seconds, zone.dwell_ms) for zone in plan.zones)


def pass_number(zone: PlannedZone, left_ms: int) -> int:
    """Return which pass a zone is in, from 1: an equal share of its seconds each."""
    whole_ms = zone.seconds * 1000
    used_ms = min(max(whole_ms - left_ms, 0), whole_ms - 1)
    return used_ms * zone.passes // whole_ms + 1


def passes_done(zone: PlannedZone, sealed_ms: int) -> int:
    """Return how many passes of a zone were whole."""
    return min(zone.passes, sealed_ms * zone.passes // (zone.seconds * 1000))


def met_with(plan: Plan, in_force: LimitsInForce) -> tuple[PlannedZone, ...]:
    """Return the zones of a plan under the limits in force; a wand may allow less than was asked."""
    return tuple(
        zone._replace(
            cap_pa=row.cap_pa,
            trip_pa=row.trip_pa,
            seconds=max(1, row.seconds),
            dwell_ms=row.dwell_ms,
            level_pa=min(zone.level_pa, row.cap_pa),
        )
        for zone, row in zip(plan.zones, in_force.rows, strict=True)
    )
