"""How the rig moves a unit that reads high, beyond the highest set point and back; the truth is the simulator's."""

from pathlib import Path

import pytest

from microderm_ctl.bench.gauges import TypedGauge, TypedQuestion
from microderm_ctl.bench.live import steps
from microderm_ctl.bench.live.problems import PassedBy
from microderm_ctl.bench.live.rig import TYPED_READINGS, Line, Rig, Seen
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.readings import Direction
from tests.bench.live.virtual import on_bench, rig_of, truth


def high(unit: BenchUnit, gain: float) -> Rig:
    """Return the rig of a unit that reads high, as it is after the first preload."""
    rig = rig_of(unit)
    rig.line = Line((Seen(0.0, 0.0), Seen(25_000.0, 25_000.0 * (1 + gain))))
    return rig


def watched(unit: BenchUnit) -> list[float]:
    """Return a list that the true vacuum is added to from here on, each 20 ms."""
    seen: list[float] = []
    unit.clock.attach(lambda _: seen.append(truth(unit).board.vacuum_pa))  # type: ignore[attr-defined]
    return seen


def test_a_unit_that_reads_high_comes_down_without_passing_the_next_point(tmp_path: Path) -> None:
    """The regulator takes over with its pump at rest, and swings."""
    with on_bench("SIM-7111", tmp_path, errors="none,gain=0.03", calibrated="no", seed="11") as unit:
        rig = high(unit, 0.03)
        rig.go(25_000)
        unit.wait(2)
        seen = watched(unit)
        rig.go(20_000)
        unit.wait(2.5)
        assert min(seen) > 20_000 - 250
        assert seen[-1] == pytest.approx(20_000, abs=150)


def test_at_the_top_it_stays_at_the_top(tmp_path: Path) -> None:
    """The top point of the series that goes down is not come to from below."""
    with on_bench("SIM-7111", tmp_path, errors="none,gain=0.03", calibrated="no") as unit:
        rig = high(unit, 0.03)
        rig.go(25_000)
        unit.wait(2)
        seen = watched(unit)
        rig.go(25_000)
        unit.wait(3)
        assert min(seen) > 24_800


def test_a_display_that_a_person_types_is_read_once_the_wand_rests(tmp_path: Path) -> None:
    """Somebody needs four seconds for a number; the wand is looked at meanwhile by itself."""
    typed: list[float] = []
    with on_bench("SIM-0110", tmp_path, errors="none") as unit:
        rig = rig_of(unit)

        def ask(question: TypedQuestion) -> str:
            unit.clock.sleep_ms(4_000)
            typed.append(truth(unit).board.vacuum_pa)
            return f"{-typed[-1] / 1000:.2f}"

        rig.gauge = TypedGauge(ask, unit.clock, rig.record.unit)
        assert abs(rig.check_zero()) < 10
        typed.clear()
        point = rig.point(12_500, Direction.UP)
        assert len(typed) == 2 * TYPED_READINGS
        assert point.reading.reference_pa == pytest.approx(sum(typed) / len(typed), abs=15)
        assert point.reading.samples > 50 * 4 * 2 * TYPED_READINGS * 0.9
        rig.line = Line((Seen(0.0, 0.0), Seen(25_000.0, 26_000.0)))
        with pytest.raises(PassedBy):
            rig.point(20_000, Direction.UP)


def test_nobody_types_while_they_pump(tmp_path: Path) -> None:
    """The wand, verified by then, tells itself at which vacuum it vents."""

    def ask(question: TypedQuestion) -> str:
        raise AssertionError("both hands are at the pump")

    with on_bench("SIM-0110", tmp_path, errors="none") as unit:
        rig = rig_of(unit)
        rig.gauge = TypedGauge(ask, unit.clock, rig.record.unit)
        trip_pa, cause = steps.trip(rig)
    assert cause == "over-hard-limit"
    assert trip_pa == pytest.approx(26_700, abs=300)
