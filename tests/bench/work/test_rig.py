"""How the rig moves a unit that reads high, beyond the highest set point and back; the truth is the simulator's."""

from pathlib import Path

import pytest

from microderm_ctl.bench.work.rig import Line, Rig, Seen
from microderm_ctl.bench.work.unit import BenchUnit
from tests.bench.work.virtual import on_bench, rig_of, truth


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
