"""The benchmarks run, count right, and the page shows what was kept. Nothing here looks at a clock."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import codec_cases, peers, rules, store, tables, virtual
from tests.benchmarks.__main__ import FULL, QUICK, missed
from tests.benchmarks.figures import RESULT, Result, Row, changes, from_json, merged, to_json
from tests.benchmarks.measure import Spread, in_turn, percentile, ratios, spread

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and needs pseudo terminals")
MACHINE = {"processor": "a", "cores": "2", "system": "Linux 6", "python": "3.11"}


def a_row(ours: float = 2.0) -> Row:
    row = Row("start")
    row.versus("a thing", "ms", [ours, ours], "a peer", [4.0, 4.0], 1)
    row.within("another", "ms", [3.0], 5)
    return row


def result(row: Row, yardstick_us: float = 100.0) -> Result:
    return Result(MACHINE, yardstick_us, {"gone": "no wheel"}, tuple(row.figures))


def test_cases_are_taken_in_turn_and_the_first_round_is_not_counted() -> None:
    seen: list[str] = []

    def case(name: str) -> float:
        seen.append(name)
        return float(len(seen))

    taken = in_turn({"a": lambda: case("a"), "b": lambda: case("b")}, 2)
    assert seen == ["a", "b"] * 3
    assert taken == {"a": [3.0, 5.0], "b": [4.0, 6.0]}


def test_ratios_are_taken_pair_by_pair() -> None:
    """The machine was half as fast in the second round; the ratio does not see it."""
    assert ratios([1.0, 2.0], [2.0, 4.0]) == [0.5, 0.5]
    assert spread([1.0, 2.0, 3.0]) == Spread(2.0, 1.5, 2.5)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0)
    assert percentile(list(range(100)), 99) == 99


def test_what_is_reached_is_told() -> None:
    row = a_row()
    row.versus("slow", "ms", [3.0], "a peer", [2.0], 1.4)
    row.least("many", "x", [10.0], 20)
    row.told("nothing asked", "ms", [1.0])
    assert [figure.reached for figure in row.figures] == [True, True, False, False, None]
    assert [figure.what for figure in missed(row.figures)] == ["slow", "many"]


def test_a_result_comes_back_from_its_file() -> None:
    known = result(a_row())
    assert from_json(to_json(known)) == known


def test_runs_are_compared_by_ratio() -> None:
    """A machine that is half as fast changes nothing; a figure that is half as fast does."""
    before, slower = result(a_row()), result(a_row(), 200.0)
    assert list(changes(before, result(a_row()))) == []
    assert [told.split(":")[1].strip() for told in changes(before, slower)] == ["another"]
    assert list(changes(before, result(a_row(4.0)))) == ["start: a thing / a peer: 2.00 x what it was"]


def test_rows_that_were_not_measured_stay() -> None:
    other = Row("codec")
    other.told("x", "us", [1.0])
    both = merged(result(a_row()), result(other))
    assert [figure.row for figure in both.figures] == ["start", "start", "codec"]
    assert merged(None, both) == both


def test_the_page_is_written_between_its_marks() -> None:
    page = "before\n<!-- start: made by `make bench` -->\nold\n<!-- end of start -->\nafter\n"
    written = tables.written(page, result(a_row()))
    assert "old" not in written and "| a thing | 2.00 ms | a peer | 4.00 ms | 0.50 | ahead | yes |" in written
    assert written.startswith("before\n") and written.endswith("<!-- end of start -->\nafter\n")
    assert tables.written(written, result(a_row())) == written


def test_the_page_shows_what_was_kept() -> None:
    page = tables.PAGE.read_text(encoding="utf-8")
    assert tables.written(page, from_json(RESULT.read_text(encoding="utf-8"))) == page


def test_every_row_has_a_title_and_a_place_on_the_page() -> None:
    page = tables.PAGE.read_text(encoding="utf-8")
    assert list(FULL) == list(QUICK) == list(tables.TITLES)
    assert all(f"<!-- {row}: made by `make bench` -->" in page for row in FULL)
    assert {figure.row for figure in from_json(RESULT.read_text(encoding="utf-8")).figures} == set(FULL)


def test_peers_that_were_never_set_up_are_told(tmp_path: Path) -> None:
    assert set(peers.left_out(tmp_path)) == set(peers.wanted()) >= {"pymavlink", "pymodbus", "liquidctl"}
    assert peers.program("liquidctl", tmp_path) is None


def test_the_codec_by_hand_and_ours_take_the_same_frames() -> None:
    taken = codec_cases.codec(1)
    assert {"parse telemetry (24 fields)", "build struct by hand (24 fields)", "parse all"} <= set(taken)
    data = codec_cases.streams(codec_cases.by_hand_build(codec_cases.TELEMETRY), 20)
    for size in codec_cases.CHUNKS:
        for kind, found in (("clean", 20), ("1 % damaged", 19)):
            chunks = codec_cases.in_chunks(data[kind], size)
            assert codec_cases.feed_ours(chunks) == found
            assert codec_cases.feed_by_hand(chunks) in (found, found - 1)  # a bit in a delimiter may cost it a second one


def test_decisions_and_records_are_measured() -> None:
    assert len(rules.rules(1).figures) == 4
    assert [figure.what for figure in store.store(1, 10, 3, 60).figures][:2] == [
        "write a treatment with 60 samples",
        "open a trace of 60 samples",
    ]


def test_treatments_in_virtual_time_are_measured() -> None:
    assert len(virtual.virtual(1, 12).figures) == 4


@linux
def test_whole_processes_and_a_terminal_are_measured() -> None:
    from tests.benchmarks import reaction, start

    assert len(start.device(1).figures) == 2
    assert [figure.what for figure in reaction.round_trip(1).figures] == ["a request and its answer, p50", "a request and its answer, p99"]
    with reaction.Stoppable("handler") as child:
        assert child.stop() > 0


@linux
def test_wands_in_real_time_are_treated_with() -> None:
    from tests.benchmarks import wands

    with wands.simulated(1) as (pid, paths):
        found = wands.together(paths, pid, 0.2)
    assert found["running"] == 1


@linux
def test_a_row_can_be_chosen() -> None:
    words = [sys.executable, "-m", "tests.benchmarks", "nothing"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, env=peers.environment(), cwd=peers.ROOT)
    assert ended.returncode == 2
    assert "there is no row nothing" in ended.stderr
