"""What the rules are told of a person: the records as one plain value, without a judgement of its own."""

from microderm_ctl.records.rows import PersonRecord, TreatmentRecord
from microderm_ctl.records.store import Store
from microderm_ctl.safety import Ending, History, LedgerEntry, PastZone, Patch, ProfileEdit, Treatment

_SAYS_NOTHING = (None, Ending.DONE, Ending.INTERRUPTED)


def summary(store: Store, person: PersonRecord, now_s: int) -> History:
    """Return a person's history for ``decide``.

    A treatment that was cut off and is not settled yet counts with its whole reserve, and one of which
    the wand's ledger says more than the record counts with that. One that used nothing, as the
    wand was never armed or pressed, is left out, unless the person spoke of pain. Only complete
    patch tests are told. Ages are those of the year of ``now_s``.
    """
    records = {record.id: record for record in store.treatments(person.id)}
    ledger_ms = {entry.command_id: entry.counted_ms for entry in store.ledger() if entry.tag == person.tag}
    treatments = (_treatment(record, records, ledger_ms.get(record.command_id, 0)) for record in records.values())
    return History(
        treatments=tuple(known for known in treatments if known.sealed_ms or known.ending not in _SAYS_NOTHING),
        patches=tuple(Patch(test.started_s, test.result, test.result_at_s) for test in store.patch_tests(person.id) if test.complete),
        profiles=tuple(ProfileEdit(profile.at_s, profile.person(person.tag, now_s)) for profile in store.profiles(person.id)),
        plan=store.plan(person.id),
        clock_fixes=store.clock_fixes(),
        own_tags=tuple(known.tag for known in store.persons()),
    )


def seen_ledger(store: Store) -> tuple[LedgerEntry, ...]:
    """Return the treatments in the ledgers of all wands that were ever connected, for the wand's state in ``decide``.

    Keep the connected wand's entries first (``keep_ledger`` or ``settle``). Patch tests are left out:
    they are no treatments, and must not make a newcomer one who has "an entry of their own".
    """
    return tuple(LedgerEntry(entry.armed_s, entry.tag, entry.counted_ms) for entry in store.ledger() if not entry.patch_test)


def _treatment(record: TreatmentRecord, records: dict[int, TreatmentRecord], ledger_ms: int) -> Treatment:
    zones = tuple(PastZone(zone.zone, zone.sealed_ms, zone.planned_s, zone.completed) for zone in record.zones)
    return Treatment(
        at_s=record.started_s,
        sealed_ms=max(record.counted_ms, ledger_ms),
        grit=record.grit,
        ending=record.ending,
        aftermath=record.aftermath,
        zones=zones,
        ended_at_s=record.ended_s,
        finishes_at_s=_first_part_s(record, records),
    )


def _first_part_s(record: TreatmentRecord, records: dict[int, TreatmentRecord]) -> int | None:
    """Return when the treatment began that a record finishes, through all parts between; None if it is no part."""
    first = record
    while (before := records.get(first.finishes_id or 0)) is not None and before.id < first.id:
        first = before
    return None if first is record else first.started_s
