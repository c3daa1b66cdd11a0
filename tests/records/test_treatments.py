"""A treatment's record: intent, limits, trace, end, aftermath; and the patch test before it."""

import subprocess
import sys
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.rows import PersonRecord, to_json
from microderm_ctl.records.store import STORE_NAME, Store, open_store
from microderm_ctl.records.traces import CHUNK_SAMPLES, Sample, pack, unpack, use_of_rows
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import Aftermath, Ending, Grit, PatchResult, Plan, Zone


def sample(number: int, row: int = 0, sealed: bool = True, vacuum_pa: int = 9_000) -> Sample:
    return Sample((number + 1) * 100, vacuum_pa, 9_000, 15_000, 5, row, int(sealed))


def test_intent_is_there_for_others_before_anything_happens(
    data_dir: Path, store: Store, ana: PersonRecord, plan: Plan, now_s: int
) -> None:
    begun = store.begin_treatment(ana.id, "W1", plan, {"sunburn": "no"}, now_s, entry_before=4)
    with open_store(data_dir) as other:
        seen = other.treatment(begun.id)
    assert seen == begun
    assert (seen.counted_ms, seen.ended_s, seen.entry_before, seen.grit) == (90_000, None, 4, Grit.MEDIUM)
    assert 1 <= seen.command_id < 2**32
    assert seen.answers == {"sunburn": "no"}
    assert seen.plan["zones"][0]["zone"] == "forehead"  # type: ignore[index]
    assert [(zone.row, zone.zone, zone.planned_s, zone.sealed_ms) for zone in seen.zones] == [
        (0, Zone.FOREHEAD, 60, 0),
        (1, Zone.NOSE, 30, 0),
    ]


def test_a_whole_treatment_comes_back(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    begun = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    store.keep_limits(begun.id, {"cap_pa": [15_000, 18_000], "lease_ms": 500})
    for number in range(120):
        store.append_sample(begun.id, sample(number, row=number // 100, vacuum_pa=9_000 + number))
    store.finish_treatment(begun.id, now_s + 70, 12_000, "treatment-done", [ZoneUse(0, 10_000, 2, True), ZoneUse(1, 2_000, 0, False)])
    store.keep_felt(begun.id, Ending.DONE, "a little warm")
    ended = store.keep_aftermath(begun.id, Aftermath.RED_OVER_24_H, now_s + 86_400)
    assert ended.limits == {"cap_pa": [15_000, 18_000], "lease_ms": 500}
    assert (ended.ended_s, ended.sealed_ms, ended.cause, ended.settled_by) == (now_s + 70, 12_000, "treatment-done", "run")
    assert (ended.ending, ended.felt) == (Ending.DONE, "a little warm")
    assert (ended.aftermath, ended.aftermath_at_s) == (Aftermath.RED_OVER_24_H, now_s + 86_400)
    assert [(zone.sealed_ms, zone.passes, zone.completed, zone.mean_pa, zone.max_pa) for zone in ended.zones] == [
        (10_000, 2, True, 9_049, 9_099),
        (2_000, 0, False, 9_109, 9_119),
    ]
    assert len(store.trace(begun.id)) == 120
    assert store.open_treatments() == ()
    assert store.treatments(ana.id) == (ended,)


def test_a_treatment_ends_once(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    begun = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    store.abandon_treatment(begun.id, now_s + 1, "calibration")
    with pytest.raises(ValueError, match="not open"):
        store.finish_treatment(begun.id, now_s + 9, 50_000, "stop", [ZoneUse(0, 50_000, 2, True)])
    left = store.treatment(begun.id)
    assert (left.sealed_ms, left.cause, left.zones[0].sealed_ms) == (0, "calibration", 0)


def test_an_unknown_treatment_is_bad_input(store: Store) -> None:
    with pytest.raises(UsageProblem, match="number 7"):
        store.treatment(7)


def test_open_treatments_are_told_by_wand(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    first = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    second = store.begin_treatment(ana.id, "W2", plan, {}, now_s)
    assert store.open_treatments("W2") == (second,)
    assert store.open_treatments() == (first, second)
    assert [wand.serial for wand in store.wands()] == ["W1", "W2"]


def test_a_trace_comes_back_across_chunks_and_treatments(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    one = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    two = store.begin_treatment(ana.id, "W2", plan, {}, now_s)
    count = 2 * CHUNK_SAMPLES + 7
    for number in range(count):
        store.append_sample(one.id, sample(number))
        if number % 10 == 0:
            store.append_sample(two.id, sample(number, vacuum_pa=-40))
    assert store.trace(one.id) == tuple(sample(number) for number in range(count))
    assert store.trace(two.id) == tuple(sample(number, vacuum_pa=-40) for number in range(0, count, 10))


def test_samples_survive_packing_at_the_ends_of_their_ranges() -> None:
    ends = [Sample(0, -(2**31), 0, 0, 0, 0, 0), Sample(2**32 - 1, 2**31 - 1, 65_535, 65_535, 255, 255, 65_535)]
    assert unpack(1, pack(ends)) == ends


@pytest.mark.parametrize(("layout", "cut"), [(2, 0), (1, 1), (1, 15)])
def test_a_chunk_that_is_none_is_refused(layout: int, cut: int) -> None:
    with pytest.raises(ValueError, match="not a chunk"):
        unpack(layout, pack([sample(0)])[: 16 - cut])


def test_a_torn_trace_is_called_damaged(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    begun = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    store.append_sample(begun.id, sample(0))
    store._run("UPDATE traces SET samples = substr(samples, 1, 9)")
    with pytest.raises(FileProblem, match="damaged"):
        store.trace(begun.id)


def test_only_sealed_time_counts_and_a_gap_counts_little() -> None:
    samples = (sample(0), sample(1, sealed=False), sample(2, row=1), sample(50, row=1, vacuum_pa=19_000))
    used = use_of_rows(samples)
    assert used[0].sealed_ms == 100
    assert used[1] == (350, (9_000 * 100 + 19_000 * 250) // 350, 19_000)
    assert use_of_rows(()) == {}


KILLED = """
import os, signal, sys
from pathlib import Path
from microderm_ctl.records.store import open_store
from microderm_ctl.records.traces import Sample
store = open_store(Path(sys.argv[1]))
treatment, = store.open_treatments()
for number in range(int(sys.argv[2])):
    store.append_sample(treatment.id, Sample(number * 100, 9000, 9000, 15000, 5, 0, 1))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("count", [1, CHUNK_SAMPLES, CHUNK_SAMPLES + 3])
def test_a_kill_in_mid_trace_loses_no_sample_that_was_handed_over(
    data_dir: Path, store: Store, ana: PersonRecord, plan: Plan, now_s: int, count: int
) -> None:
    begun = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    store.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(data_dir), str(count)], timeout=60, check=False)
    assert killed.returncode == -9
    assert (data_dir / f"{STORE_NAME}-wal").exists()  # it could not tidy up
    with open_store(data_dir) as after:
        assert [known.t_ms for known in after.trace(begun.id)] == [number * 100 for number in range(count)]
        assert after.open_treatments() == (begun,)


def test_a_patch_test_from_intent_to_result(store: Store, ana: PersonRecord, now_s: int) -> None:
    begun = store.begin_patch_test(ana.id, "W1", Zone.INNER_FOREARM, 2_500, Grit.FINE, now_s)
    assert (begun.ended_s, begun.complete, begun.result) == (None, False, None)
    store.finish_patch_test(begun.id, now_s + 4, 3_000, "treatment-done", complete=True)
    done = store.keep_patch_result(begun.id, PatchResult.CLEAN, now_s + 90_000)
    assert store.patch_tests(ana.id) == (done,)
    assert (done.sealed_ms, done.complete, done.result, done.result_at_s) == (3_000, True, PatchResult.CLEAN, now_s + 90_000)
    assert (done.site, done.grit, done.vacuum_pa) == (Zone.INNER_FOREARM, Grit.FINE, 2_500)


def test_json_keeps_the_names_of_fields(plan: Plan) -> None:
    text = to_json({"plan": plan, "zones": (Zone.NOSE,)})
    assert '"treatment_s":90' in text
    assert '"zones":["nose"]' in text


def test_json_refuses_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"vacuum_pa": float("nan")})
