"""The figures of the study at fixed seeds, over fewer units; `python -m tests.bench.study` prints them over 6,000."""

from collections.abc import Sequence

import pytest

from tests.bench import study

SEED = 11


def test_healthy_units_are_covered_sharp_and_all_accepted() -> None:
    """With 300 units a band has 300 readings: one standard deviation of its coverage is 0.8 %."""
    f = study.run(study.HEALTHY, 300, SEED)
    assert f.accepted == f.units
    assert study.COVERAGE_LEAST <= f.coverage <= study.COVERAGE_MOST
    assert len(f.by_band) == 10
    assert min(f.by_band.values()) >= 0.93
    assert f.median_u_pa <= study.U_MOST_PA
    assert f.rms_pa <= study.RMS_MOST_PA


def test_a_moved_top_point_is_covered_up_to_it() -> None:
    f = study.run(study.Population("top point moved", top_pa=23_000), 60, SEED)
    assert f.accepted == f.units
    assert f.coverage >= study.COVERAGE_LEAST


@pytest.mark.parametrize("population", study.UNSOUND, ids=lambda one: one.name)
def test_unsound_units_are_never_accepted(population: study.Population) -> None:
    assert study.run(population, 40, SEED).accepted == 0


@pytest.mark.parametrize(("population", "without", "is_linear"), study.TEETH, ids=lambda one: getattr(one, "name", ""))
def test_a_term_that_is_left_out_is_missed(population: study.Population, without: Sequence[str], is_linear: bool) -> None:
    """Where it dominates and the gates let it pass: with it the interval holds, without it it does not."""
    whole = study.run(population, 60, SEED)
    assert whole.accepted >= 54
    assert whole.coverage >= study.COVERAGE_LEAST
    assert study.run(population, 60, SEED, without, is_linear).coverage < study.COVERAGE_LEAST


def test_units_out_of_tolerance_do_not_pass() -> None:
    band = study.guard_band(120, SEED)
    assert band.outside > 20
    assert band.passed_outside <= 0.025 * band.outside
    assert band.passed_inside > 0


def test_the_benchmark_says_when_a_figure_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    good = study.run(study.HEALTHY, 20, SEED)._replace(coverage=0.99, by_band={}, accepted=20)
    assert study.holds(good)
    for worse in ({"coverage": 0.94}, {"coverage": 0.9995}, {"median_u_pa": 71.0}, {"rms_pa": 31.0}, {"accepted": 19}):
        assert not study.holds(good._replace(**worse))
    assert study.main(["10", "--seeds", "2"]) in (0, 1)
    assert "healthy, seed" in capsys.readouterr().out
