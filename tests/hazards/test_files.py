"""Torn, edited, swapped and lost files, and clocks that are wrong: the wait between two treatments is never shortened.

The wand's ledger holds the last eight entries and is read before each decision; what the store says may add to it and
never take away. What an edit of the store by hand can still do is to say something else about the skin (profile, result of
a patch test, how a treatment ended) or about the clock: nothing here can tell that from the person's own word.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.history import seen_ledger, summary
from microderm_ctl.records.rows import PersonRecord, Profile, WandEntry
from microderm_ctl.records.store import STORE_NAME, Store, open_store
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import (
    Decision,
    Ending,
    Grit,
    Kind,
    PatchResult,
    Request,
    Skin,
    Thickness,
    WandState,
    Zone,
    all_no,
    decide,
    next_treatment_at_s,
)
from microderm_ctl.treatment.plan import last_parts, seconds_left

NOW_S: Final = 1_780_000_000
DAY_S: Final = 86_400
HOUR_S: Final = 3_600
TREATED_S: Final = NOW_S - 10 * DAY_S
ALLOWED_S: Final = TREATED_S + 28 * DAY_S
SAME_S: Final = 30 * 60
"""A record and a ledger entry so close are the same treatment."""
SERIAL: Final = "W1"


class House(NamedTuple):
    """A data directory in which Ann had a treatment ten days ago, Ben has a profile, and what the wand's ledger says."""

    data: Path
    tag: str
    entries: tuple[WandEntry, ...]


def make(data: Path, ending: Ending = Ending.DONE, used_s: int = 30) -> House:
    with open_store(data) as store:
        skin = Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990)
        ann = store.create_person("Ann", skin, NOW_S - 100 * DAY_S)
        store.create_person("Ben", skin, NOW_S - 100 * DAY_S)
        test = store.begin_patch_test(ann.id, SERIAL, Zone.INNER_FOREARM, 2_500, Grit.FINE, TREATED_S - 2 * DAY_S)
        store.finish_patch_test(test.id, TREATED_S - 2 * DAY_S + 5, 3_000, "treatment-done", complete=True)
        store.keep_patch_result(test.id, PatchResult.CLEAN, TREATED_S - HOUR_S)
        plan = judge(store, ann, TREATED_S, zones=(Zone.FOREHEAD, Zone.NOSE)).plan
        if plan is None:
            raise RuntimeError("there is a plan")
        had = store.begin_treatment(ann.id, SERIAL, plan, all_no(TREATED_S).values, TREATED_S, entry_before=1)
        forehead_ms = min(used_s, plan.zones[0].seconds) * 1000
        uses = [ZoneUse(0, forehead_ms, 1, forehead_ms == plan.zones[0].seconds * 1000), ZoneUse(1, used_s * 1000 - forehead_ms, 0, False)]
        store.finish_treatment(had.id, TREATED_S + 60, used_s * 1000, "stop", uses)
        store.keep_felt(had.id, ending)
        patch = WandEntry(1, test.command_id, ann.tag, test.started_s, True, False, "treatment-done", 3_000, 3_000)
        entry = WandEntry(2, had.command_id, ann.tag, TREATED_S, False, False, "stop", had.reserved_ms, used_s * 1000)
        store.keep_ledger(SERIAL, (patch, entry), TREATED_S + 60)
        return House(data, ann.tag, (patch, entry))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make(tmp_path / "data")


def judge(
    store: Store, person: PersonRecord, now_s: int, kind: Kind = Kind.TREATMENT, left_s: int = 360, zones: tuple[Zone, ...] = (Zone.NOSE,)
) -> Decision:
    """Decide as ``treat`` does once the wand's ledger was read."""
    wand = WandState(106, now_s - DAY_S, ledger=seen_ledger(store), treatment_left_s=left_s)
    history = summary(store, person, now_s)
    return decide(Request(zones, all_no(now_s), kind), person.judged(now_s), wand, history, now_s)


def connect(house: House, now_s: int = NOW_S) -> Decision | None:
    """Connect the wand and decide, one second before the wait is over; None where the store is refused."""
    try:
        with open_store(house.data) as store:
            store.settle(SERIAL, house.entries, now_s)
            people = [known for known in store.persons() if known.name == "Ann"]
            return judge(store, people[0], now_s) if people else None
    except FileProblem:
        return None


def may_begin(house: House, now_s: int) -> bool:
    decision = connect(house, now_s)
    return decision is not None and decision.plan is not None


def edit(house: House, *statements: str) -> None:
    with closing(sqlite3.connect(house.data / STORE_NAME)) as store, store:
        for statement in statements:
            store.execute(statement)


def test_without_an_edit_the_wait_ends_on_its_second(house: House) -> None:
    assert not may_begin(house, ALLOWED_S - 1)
    assert may_begin(house, ALLOWED_S)


# Torn


EVERY_BYTE: Final = 97


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = make(tmp_path_factory.mktemp("whole") / "data")
    with closing(sqlite3.connect(house.data / STORE_NAME)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.execute("PRAGMA journal_mode=DELETE")
    return house


def _used_offsets(content: bytes) -> Iterator[int]:
    """Yield every 97th byte of the pages, but for stretches of zeros, which hold nothing."""
    for offset in range(0, len(content), EVERY_BYTE):
        if content[max(0, offset - 8) : offset + 8].strip(b"\0"):
            yield offset


@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize("mask", [0xFF, 0x01])
def test_a_flipped_byte_never_shortens_the_wait(whole: House, tmp_path: Path, mask: int) -> None:
    content = (whole.data / STORE_NAME).read_bytes()
    told = {"refused": 0, "held": 0}
    for number, offset in enumerate(_used_offsets(content)):
        data = tmp_path / str(number)
        data.mkdir(mode=0o700)
        torn = bytearray(content)
        torn[offset] ^= mask
        (data / STORE_NAME).write_bytes(torn)
        decision = connect(whole._replace(data=data), ALLOWED_S - SAME_S - 1)
        assert decision is None or decision.plan is None, offset
        told["refused" if decision is None else "held"] += 1
        shutil.rmtree(data)
    assert min(told.values()) > 10, told


@pytest.mark.hazard("H-33", "computer")
def test_a_store_that_was_cut_anywhere_is_refused_or_holds(whole: House, tmp_path: Path) -> None:
    content = (whole.data / STORE_NAME).read_bytes()
    for number, length in enumerate(range(1, len(content), EVERY_BYTE * 8)):
        data = tmp_path / str(number)
        data.mkdir(mode=0o700)
        (data / STORE_NAME).write_bytes(content[:length])
        decision = connect(whole._replace(data=data), ALLOWED_S - 1)
        assert decision is None or decision.plan is None, length
        shutil.rmtree(data)


# Edited


EARLIER: Final = f"started_s = started_s - {40 * DAY_S}, ended_s = ended_s - {40 * DAY_S}"
FORGOTTEN: Final = "DELETE FROM ledger_seen"
EDITS: Final = {
    "at": [f"UPDATE treatments SET {EARLIER}"],
    "at, and the ledger that was seen": [f"UPDATE treatments SET {EARLIER}", f"UPDATE ledger_seen SET armed_s = armed_s - {40 * DAY_S}"],
    "at, and the ledger that was seen is gone": [f"UPDATE treatments SET {EARLIER}", FORGOTTEN],
    "sealed": ["UPDATE treatments SET sealed_ms = 0, reserved_ms = 0"],
    "sealed, and the ledger": ["UPDATE treatments SET sealed_ms = 0", "UPDATE ledger_seen SET used_ms = 0, reserved_ms = 0, is_open = 0"],
    "whose": ["UPDATE treatments SET person_id = 2"],
    "whose, and in the ledger": [
        "UPDATE treatments SET person_id = 2",
        "UPDATE ledger_seen SET tag = (SELECT tag FROM persons WHERE id = 2)",
    ],
    "which command": ["UPDATE treatments SET command_id = 5", f"UPDATE treatments SET {EARLIER}"],
    "which wand": ["UPDATE treatments SET wand_serial = 'W2', sealed_ms = 0"],
    "no treatment but a patch test": ["DELETE FROM treatments", "UPDATE ledger_seen SET patch_test = 1"],
    "the person's tag": ["UPDATE persons SET tag = '00000001' WHERE id = 1"],
    "the person's tag, and no record": ["UPDATE persons SET tag = '00000001' WHERE id = 1", "DELETE FROM treatments", FORGOTTEN],
    "zones": ["DELETE FROM treatment_zones"],
    "deleted": ["DELETE FROM treatments"],
    "deleted, and the ledger that was seen": ["DELETE FROM treatments", "DELETE FROM ledger_seen"],
    "deleted with all wands": ["PRAGMA foreign_keys=OFF", "DELETE FROM treatments", "DELETE FROM ledger_seen", "DELETE FROM wands"],
    "reopened": ["UPDATE treatments SET ended_s = NULL, sealed_ms = NULL, entry_before = 2, command_id = 5"],
    "the calendar": ["INSERT OR REPLACE INTO meta VALUES ('calendar_offset_s', '9999999')"],
}


@pytest.mark.hazard("H-05", "computer")
@pytest.mark.hazard("H-33", "computer")
@pytest.mark.parametrize("what", EDITS)
def test_an_edited_record_never_shortens_the_wait(house: House, what: str) -> None:
    edit(house, *EDITS[what])
    assert not may_begin(house, ALLOWED_S - 1)


def test_an_edit_and_the_ledger_that_it_contradicts_lock_nobody_for_ever(house: House) -> None:
    for statements in EDITS.values():
        edit(house, *statements)
    edit(house, "UPDATE persons SET tag = 'abcdef01' WHERE id = 1")
    assert may_begin(house, ALLOWED_S)


ZONE_EDITS: Final = {
    "not sealed": "UPDATE treatment_zones SET sealed_ms = 0, completed = 0",
    "more planned": "UPDATE treatment_zones SET planned_s = 9999, completed = 0",
    "more reserved": "UPDATE treatments SET reserved_ms = 999999, sealed_ms = 0",
    "all of it": "UPDATE treatment_zones SET sealed_ms = 0, completed = 0, planned_s = 9999",
}


@pytest.mark.hazard("H-04", "computer")
@pytest.mark.parametrize("what", ZONE_EDITS)
def test_an_edited_zone_finishes_no_more_than_a_treatment_has(tmp_path: Path, what: str) -> None:
    house = make(tmp_path / "data", Ending.INTERRUPTED, used_s=20)
    now_s = TREATED_S + HOUR_S
    edit(house, ZONE_EDITS[what])
    with open_store(house.data) as store:
        store.settle(SERIAL, house.entries, now_s)
        ann = store.find_person("Ann")
        left_s = seconds_left(last_parts(store, ann.id), house.entries)
        plan = judge(store, ann, now_s, Kind.FINISH, left_s, zones=()).plan
    reserved_s, used_s = house.entries[1].reserved_ms // 1000, 20
    most_s = 300 - used_s if what == "more reserved" else reserved_s - used_s
    assert plan is None or plan.treatment_s <= most_s
    assert plan is None or all(row.seconds <= 60 for row in plan.zones)


# Swapped and lost


@pytest.mark.hazard("H-33", "computer")
def test_an_older_copy_of_the_store_does_not_shorten_the_wait(house: House, tmp_path: Path) -> None:
    edit(house, "DELETE FROM treatments", "DELETE FROM ledger_seen", "DELETE FROM patch_tests")
    assert not may_begin(house, ALLOWED_S - 1)
    refusals = getattr(connect(house, ALLOWED_S), "refusals", ())
    assert {refusal.code for refusal in refusals} == {"patch-test-missing"}


@pytest.mark.hazard("H-33", "computer")
@pytest.mark.hazard("H-05", "computer")
def test_a_store_of_another_computer_waits_for_what_the_wand_knows(house: House, tmp_path: Path) -> None:
    """A second computer with the same wand: the entry of a tag that nobody here owns counts for who has none."""
    other = make(tmp_path / "other")
    edit(other, "DELETE FROM treatments", "DELETE FROM ledger_seen")
    both = House(other.data, other.tag, house.entries)
    assert not may_begin(both, ALLOWED_S - 1)
    assert may_begin(both, ALLOWED_S)


@pytest.mark.hazard("H-33", "computer")
def test_swapped_stores_of_two_people_hold_by_the_wand(house: House, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    edit(other, f"UPDATE treatments SET {EARLIER}", f"UPDATE ledger_seen SET armed_s = armed_s - {40 * DAY_S}")
    shutil.copy(other.data / STORE_NAME, house.data / STORE_NAME)
    assert not may_begin(house._replace(entries=(*house.entries, *other.entries)), ALLOWED_S - 1)


@pytest.mark.parametrize("version", [2, 99])
def test_a_store_from_the_future_decides_nothing_and_stays_as_it_is(house: House, version: int) -> None:
    edit(house, f"PRAGMA user_version={version + 50}", "PRAGMA wal_checkpoint(TRUNCATE)")
    before = (house.data / STORE_NAME).read_bytes()
    assert connect(house) is None
    assert (house.data / STORE_NAME).read_bytes() == before


# Clocks


@pytest.mark.hazard("H-26", "computer")
@pytest.mark.hazard("H-27", "computer")
@pytest.mark.parametrize("wrong_s", [-20 * 365 * DAY_S, -11 * DAY_S, -DAY_S, -1, 1, DAY_S, 400 * DAY_S])
def test_a_clock_that_went_wrong_and_right_again_shortens_nothing(house: House, wrong_s: int) -> None:
    """The wand was connected while it was wrong; forward beyond the wait nobody here can tell, and nothing is kept of it."""
    decision = connect(house, NOW_S + wrong_s)
    assert decision is not None
    assert (decision.plan is not None) is (NOW_S + wrong_s >= ALLOWED_S)
    assert not may_begin(house, ALLOWED_S - 1)
    assert may_begin(house, ALLOWED_S)


@pytest.mark.hazard("H-26", "computer")
def test_a_clock_that_is_confirmed_gives_nothing_away(house: House) -> None:
    """Whoever sets the clock back and confirms it waits from then on, as after a treatment made then."""
    back_s = TREATED_S - 5 * DAY_S
    with open_store(house.data) as store:
        ann = store.find_person("Ann")
        from microderm_ctl.safety import fixes_for

        wand = WandState(106, back_s - DAY_S, ledger=seen_ledger(store))
        store.keep_clock_fixes(fixes_for(summary(store, ann, back_s), wand, ann.judged(back_s), back_s))
        assert next_treatment_at_s(ann.judged(back_s), wand, summary(store, ann, back_s), back_s) == back_s + 28 * DAY_S


@pytest.mark.hazard("H-26", "computer")
@pytest.mark.parametrize("now_s", [ALLOWED_S - 1, ALLOWED_S])
def test_time_zones_and_summer_time_change_no_date(house: House, now_s: int) -> None:
    """The same store is asked in four zones, one of which has just changed to summer time, in processes of their own."""
    program = (
        "import sys; from click.testing import CliRunner; from microderm_ctl.cli.main import root;"
        "from microderm_ctl.clock import VirtualClock; from microderm_ctl.cli.commands import CLOCK;"
        "run = CliRunner().invoke(root, sys.argv[2:], obj={CLOCK: VirtualClock(int(sys.argv[1]))});"
        "print(run.stdout)"
    )
    told = []
    for zone in ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns") if now_s == ALLOWED_S else ("Pacific/Pago_Pago",):
        words = [str(now_s), "--data-dir", str(house.data), "history", "--person", "Ann", "--json"]
        ended = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, timeout=60, env=os.environ | {"TZ": zone}
        )
        (ahead,) = json.loads(ended.stdout)["next"]
        told.append((ahead["allowed_now"], ahead["allowed_from"]))
    (only,) = set(told)
    assert only[0] is (now_s == ALLOWED_S)
    assert now_s == ALLOWED_S or only[1] == "2026-06-15T20:26:40Z"
