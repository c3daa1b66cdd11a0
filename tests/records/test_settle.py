"""What a cut-off treatment counts as: what the wand says, or everything."""

import pytest

from microderm_ctl.records.rows import PersonRecord, TreatmentRecord, WandEntry
from microderm_ctl.records.store import Store
from microderm_ctl.records.traces import Sample
from microderm_ctl.safety import Grit, Plan, Zone


def entry_of(record: TreatmentRecord, person: PersonRecord, used_ms: int, is_open: bool = False) -> WandEntry:
    return WandEntry(5, record.command_id, person.tag, record.started_s, False, is_open, "lease", record.reserved_ms, used_ms)


def other_entry(number: int) -> WandEntry:
    return WandEntry(number, 1000 + number, "0badcafe", 5, False, False, "stop", 60_000, 60_000)


@pytest.fixture
def cut_off(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> TreatmentRecord:
    begun = store.begin_treatment(ana.id, "W1", plan, {}, now_s, entry_before=4)
    for number in range(300):  # 30 s on the forehead
        store.append_sample(begun.id, Sample((number + 1) * 100, 9_000, 9_000, 15_000, 5, 0, 1))
    return begun


def test_the_ledger_says_how_much_was_used(store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int) -> None:
    (settled,) = store.settle("W1", [entry_of(cut_off, ana, 30_500)], now_s + 3600)
    assert (settled.sealed_ms, settled.cause, settled.settled_by) == (30_500, "lease", "ledger")
    assert settled.ended_s == now_s + 30
    assert settled.ending is None  # for the person to say
    assert [(zone.sealed_ms, zone.passes, zone.completed) for zone in settled.zones] == [(30_500, 1, False), (0, 0, False)]
    assert settled.zones[0].mean_pa == 9_000
    assert store.open_treatments() == ()


@pytest.mark.hazard("H-13", "computer")
@pytest.mark.hazard("H-36", "computer")
def test_a_wand_that_lost_power_too_counts_in_full(store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int) -> None:
    (settled,) = store.settle("W1", [entry_of(cut_off, ana, 0, is_open=True)], now_s)
    assert (settled.sealed_ms, settled.settled_by) == (90_000, "ledger")
    assert all(zone.completed for zone in settled.zones)


@pytest.mark.hazard("H-09", "computer")
@pytest.mark.hazard("H-12", "computer")
@pytest.mark.hazard("H-17", "computer")
@pytest.mark.hazard("H-36", "computer")
def test_without_the_ledgers_word_everything_counts(store: Store, cut_off: TreatmentRecord, now_s: int) -> None:
    (settled,) = store.settle("W1", [other_entry(9)], now_s)  # entries 5 to 8 were overwritten
    assert (settled.sealed_ms, settled.cause, settled.settled_by) == (90_000, "unknown", "reserve")
    assert all(zone.completed for zone in settled.zones)


@pytest.mark.parametrize("numbers", [[4], [3, 4], [4, 5, 6], [5]])
def test_a_wand_that_never_heard_of_it_used_nothing(store: Store, cut_off: TreatmentRecord, now_s: int, numbers: list[int]) -> None:
    (settled,) = store.settle("W1", [other_entry(number) for number in numbers], now_s)
    assert (settled.sealed_ms, settled.cause) == (0, "not-begun")


@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize("numbers", [[], [3], [6]])
def test_a_ledger_that_was_wiped_or_has_gaps_proves_nothing(store: Store, cut_off: TreatmentRecord, now_s: int, numbers: list[int]) -> None:
    (settled,) = store.settle("W1", [other_entry(number) for number in numbers], now_s)
    assert settled.sealed_ms == 90_000


def test_without_a_number_from_before_absence_proves_nothing(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    (settled,) = store.settle("W1", [other_entry(1)], now_s)
    assert settled.sealed_ms == 90_000


def test_an_entry_that_was_seen_once_is_not_forgotten_with_the_wand(
    store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int
) -> None:
    store.keep_ledger("W1", [entry_of(cut_off, ana, 42_000)], now_s)
    (settled,) = store.settle("W1", [other_entry(30)], now_s)
    assert (settled.sealed_ms, settled.settled_by) == (42_000, "ledger")


def test_another_wand_settles_nothing(store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int) -> None:
    assert store.settle("W2", [entry_of(cut_off, ana, 0)], now_s) == ()
    assert [left.counted_ms for left in store.open_treatments()] == [90_000]


def test_settling_again_changes_nothing(store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int) -> None:
    (first,) = store.settle("W1", [entry_of(cut_off, ana, 30_500)], now_s)
    assert store.settle("W1", [other_entry(9)], now_s) == ()
    assert store.treatment(cut_off.id) == first


def test_time_that_the_trace_misses_goes_on_from_where_it_ended(
    store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int
) -> None:
    (settled,) = store.settle("W1", [entry_of(cut_off, ana, 70_000)], now_s)
    assert [(zone.sealed_ms, zone.completed) for zone in settled.zones] == [(60_000, True), (10_000, False)]


def test_a_patch_test_that_was_cut_off_is_none(store: Store, ana: PersonRecord, now_s: int) -> None:
    begun = store.begin_patch_test(ana.id, "W1", Zone.INNER_FOREARM, 2_500, Grit.FINE, now_s)
    entry = WandEntry(1, begun.command_id, ana.tag, now_s, True, False, "stop", 3_000, 2_000)
    store.settle("W1", [entry], now_s + 60)
    closed = store.patch_test(begun.id)
    assert (closed.ended_s, closed.sealed_ms, closed.complete) == (now_s, 2_000, False)


def test_a_later_reading_only_adds_to_what_was_used(store: Store, ana: PersonRecord, cut_off: TreatmentRecord, now_s: int) -> None:
    store.keep_ledger("W1", [entry_of(cut_off, ana, 0, is_open=True)], now_s)
    store.keep_ledger("W1", [entry_of(cut_off, ana, 50_000)], now_s + 1)
    store.keep_ledger("W1", [entry_of(cut_off, ana, 20_000)], now_s + 2)
    (known,) = store.ledger("W1")
    assert (known.counted_ms, known.is_open) == (50_000, False)
