"""Virtual wands in this process: a gauge beside one of them, and several on one clock."""

import gc
from pathlib import Path
from statistics import mean

import pytest

from microderm_ctl.bench.gauges.port import Line
from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import NoWand, UsageProblem
from microderm_ctl.simulator.bench_gauge import gauge_beside, gauge_errors
from microderm_ctl.simulator.faults import parse_fault
from microderm_ctl.simulator.live import find_live, shared_clock
from microderm_ctl.wand import Wand
from tests.simulator.computer import UTC_S

NOW = f"utc={UTC_S}&hand=bench"


def asked(line: Line) -> float:
    """What the gauge shows, in kPa below ambient."""
    line.send(b"VAL?\r")
    return -float(line.receive(1_000).split(b",")[0])


def test_a_gauge_sees_the_wand_that_is_open_on_its_clock() -> None:
    with Wand.open(f"sim://?serial=SIM-0021&{NOW}") as wand:
        unit, clock = find_live("SIM-0021")
        assert clock is wand.clock
        line = gauge_beside("SIM-0021")
        before_ms = clock.now_ms()
        assert asked(line) == pytest.approx(gauge_errors("SIM-G001").offset_pa / 1000, abs=0.05)
        assert 50 <= clock.now_ms() - before_ms <= 200
        for fault in ("stuck-pump", "stuck-vent"):
            unit.break_now(parse_fault(fault))
        clock.sleep_ms(5_000)
        assert unit.board.vacuum_pa > 30_000
        assert asked(line) == pytest.approx(unit.board.vacuum_pa / 1000, abs=0.3)
        line.close()


def test_the_same_gauge_is_wrong_in_the_same_way_and_another_in_another() -> None:
    assert gauge_errors("SIM-G001") == gauge_errors("SIM-G001") != gauge_errors("SIM-G002")


def test_no_gauge_stands_beside_a_wand_that_is_not_open() -> None:
    with pytest.raises(NoWand, match="SIM-0022"):
        gauge_beside("SIM-0022")
    Wand.open(f"sim://?serial=SIM-0022&{NOW}").close()
    with pytest.raises(NoWand, match="SIM-0022"):
        gauge_beside("SIM-0022")


def test_the_wand_that_was_opened_last_is_meant() -> None:
    with Wand.open(f"sim://?serial=SIM-0023&{NOW}"), Wand.open(f"sim://?serial=SIM-0023&{NOW}") as second:
        assert find_live("SIM-0023")[1] is second.clock


def test_two_wands_share_a_clock_and_keep_their_leases_while_one_is_waited_on() -> None:
    with (
        Wand.open(f"sim://?serial=SIM-0024&clock=bench&{NOW}") as one,
        Wand.open(f"sim://?serial=SIM-0025&clock=bench&{NOW}") as two,
    ):
        assert one.clock is two.clock

        def both_beat(_reading: object) -> bool:
            one.heartbeat()
            two.heartbeat()
            return False

        one.take_lease()
        two.take_lease()
        for waited_on in (one, two):
            waited_on.wait(both_beat, 3_000)
            for wand in (one, two):
                assert find_live(wand.identity.serial)[0].lease_ms > 300
                assert wand.worst_gap_ms < 500
        one.close()
        before_ms = two.clock.now_ms()
        two.wait(both_beat, 3_000)
        assert two.clock.now_ms() >= before_ms + 3_000
        assert find_live("SIM-0025")[0].lease_ms > 300
        assert two.reading is not None and two.clock.now_ms() - two.reading.received_ms <= 100
        assert two.limits().grit_um == 106


def test_a_shared_clock_goes_when_nobody_holds_it() -> None:
    first = shared_clock("for a while", 1)
    assert shared_clock("for a while", 2) is first
    first.sleep_ms(1_000)
    del first
    gc.collect()
    assert isinstance(shared_clock("for a while", 3), VirtualClock)
    assert shared_clock("for a while", 3).now_ms() == 0


def test_errors_and_a_wand_that_was_never_calibrated_are_options(tmp_path: Path) -> None:
    with Wand.open(f"sim://?serial=SIM-0026&errors=none,offset_pa=400&calibrated=no&memory={tmp_path}&{NOW}") as wand:
        board = find_live("SIM-0026")[0].board
        assert mean(board.raw_pressure() for _ in range(500)) == pytest.approx(8_192 + 200, abs=3)
        assert wand.limits().calibrated_utc_s is None
    with Wand.open(f"sim://?serial=SIM-0026&memory={tmp_path}&{NOW}") as wand:
        assert wand.limits().calibrated_utc_s is None


@pytest.mark.parametrize("query", ["errors=gian=1", "errors=", "calibrated=maybe"])
def test_wrong_errors_are_usage_problems(query: str) -> None:
    with pytest.raises(UsageProblem):
        Wand.open(f"sim://?{query}")
