"""From records and wand to what the rules are asked, and from a plan to rows."""

import pytest

from microderm_ctl.records.rows import PersonRecord, WandEntry
from microderm_ctl.records.store import Store
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import Ending, Zone
from microderm_ctl.treatment.plan import last_parts, pass_number, passes_done, prepare, rows_of, seconds_left
from microderm_ctl.wand import Row, Wand
from tests.treatment.leading import NOW_S, plan_of, planned

NOSE = planned(Zone.NOSE, seconds=9, passes=3)


def test_rows_carry_wire_id_cap_seconds_and_dwell() -> None:
    assert rows_of(plan_of(NOSE, planned(Zone.CHIN))) == (Row(4, 12_000, 9, 2_000), Row(5, 12_000, 5, 2_000))


@pytest.mark.parametrize(("left_ms", "number"), [(9_000, 1), (6_001, 1), (6_000, 2), (3_000, 3), (1, 3), (0, 3), (9_500, 1)])
def test_passes_are_shares_of_what_is_left(left_ms: int, number: int) -> None:
    assert pass_number(NOSE, left_ms) == number


@pytest.mark.parametrize(("sealed_ms", "done"), [(0, 0), (2_999, 0), (3_000, 1), (8_999, 2), (9_000, 3), (9_100, 3)])
def test_only_whole_passes_count(sealed_ms: int, done: int) -> None:
    assert passes_done(NOSE, sealed_ms) == done


def test_a_wand_is_read_as_the_rules_want_it(store: Store, person: PersonRecord) -> None:
    with Wand.open(f"sim://?utc={NOW_S}&seed=1&tip=medium") as wand:
        known = prepare(store, person, wand, NOW_S)
    assert known.wand.tip_um == 125 and known.wand.simulated
    assert known.wand.calibrated_at_s == NOW_S - 30 * 86_400 and not known.wand.calibration_void
    assert (known.wand.cap_pa, known.wand.treatment_s, known.wand.dwell_ms) == (25_000, 360, 3_000)
    assert known.newest_entry == 0 and known.settled == () and known.wand.treatment_left_s == 360


def test_a_wand_without_a_tip_has_none(store: Store, person: PersonRecord) -> None:
    with Wand.open(f"sim://?utc={NOW_S}&seed=1&tip=none") as wand:
        assert prepare(store, person, wand, NOW_S).wand.tip_um is None


@pytest.mark.hazard("H-04", "computer")
@pytest.mark.hazard("H-17", "computer")
def test_what_is_left_counts_all_parts_and_the_ledger_where_it_knows_more(store: Store, person: PersonRecord) -> None:
    plan = plan_of(NOSE, planned(Zone.CHIN))
    first = store.begin_treatment(person.id, "W", plan, {}, NOW_S)
    store.finish_treatment(first.id, NOW_S + 20, 4_000, "button", [ZoneUse(0, 4_000, 1, False)])
    store.keep_felt(first.id, Ending.INTERRUPTED)
    second = store.begin_treatment(person.id, "W", plan, {}, NOW_S + 60, finishes_id=first.id)
    store.finish_treatment(second.id, NOW_S + 80, 3_500, "button", [ZoneUse(0, 3_500, 1, False)])
    unpressed = store.begin_treatment(person.id, "W", plan, {}, NOW_S + 90, finishes_id=second.id)
    store.finish_treatment(unpressed.id, NOW_S + 100, 0, "not-pressed")
    parts = last_parts(store, person.id)
    assert [part.id for part in parts] == [first.id, second.id]
    assert seconds_left(parts, ()) == 6  # 14 s less 7.5 s, rounded down
    entry = WandEntry(1, second.command_id, person.tag, NOW_S + 60, False, False, "button", 14_000, 5_000)
    assert seconds_left(parts, (entry,)) == 5
    assert seconds_left((), ()) == 360
