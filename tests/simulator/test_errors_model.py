"""The errors of simulated units and gauges have the sizes that they promise, and the fast draw of a mean is that of single readings."""

from math import sqrt
from random import Random
from statistics import mean, stdev

import pytest

from microderm_ctl.simulator.errors_model import (
    PA_PER_COUNT,
    RAW_AT_AMBIENT,
    GaugeErrors,
    Sizes,
    UnitErrors,
    counts_of,
    draw_gauge,
    draw_unit,
    gauge_mean_pa,
    seen_pa,
)


def test_units_scatter_by_the_sizes() -> None:
    random, sizes = Random(1), Sizes()
    units = [draw_unit(random) for _ in range(3_000)]
    for name in ("offset_pa", "gain", "bow_pa", "s_shape_pa", "zero_pa_k", "span_k"):
        assert stdev(getattr(unit, name) for unit in units) == pytest.approx(getattr(sizes, name), rel=0.06)
    assert max(abs(unit.offset_pa) for unit in units) <= 1_800
    assert sqrt(mean(unit.hysteresis_pa**2 for unit in units)) == pytest.approx(sizes.hysteresis_pa, rel=0.06)
    assert min(unit.hysteresis_pa for unit in units) >= 0


@pytest.mark.parametrize(
    ("errors", "vacuum_pa", "direction", "seen"),
    [
        (UnitErrors(), 10_000, 1, 10_000),
        (UnitErrors(offset_pa=500, gain=0.01), 10_000, 1, 10_600),
        (UnitErrors(bow_pa=50), 12_500, 1, 12_550),
        (UnitErrors(bow_pa=50, s_shape_pa=50, hysteresis_pa=50), 25_000, -1, 25_000),
        (UnitErrors(s_shape_pa=50), 25_000 * (0.5 - sqrt(1 / 12)), 1, 25_000 * (0.5 - sqrt(1 / 12)) + 50),
        (UnitErrors(hysteresis_pa=50), 12_500, -1, 12_450),
    ],
)
def test_each_term_is_what_its_name_says(errors: UnitErrors, vacuum_pa: float, direction: int, seen: float) -> None:
    assert seen_pa(errors, vacuum_pa, direction) == pytest.approx(seen, abs=1e-6)


def test_warmth_moves_zero_and_span() -> None:
    assert seen_pa(UnitErrors(zero_pa_k=6, span_k=1e-4), 20_000, 1, 2.0) == pytest.approx(20_016)


def test_gauges_keep_to_their_certificate() -> None:
    """U (k = 2) of 30 Pa, all along: the spread of what a line through vent leaves is nowhere over 15 Pa."""
    random = Random(2)
    gauges = [draw_gauge(random) for _ in range(3_000)]
    for ratio in (0.25, 0.5, 0.75, 1.0):
        off = [gauge.span_pa * ratio + gauge.bow_pa * 4 * ratio * (1 - ratio) for gauge in gauges]
        assert stdev(off) <= 15.0 * 1.04
    assert max(abs(gauge.drift_pa) for gauge in gauges) <= 8.33


def test_a_gauge_shows_whole_digits_and_its_mean_comes_through() -> None:
    gauge = GaugeErrors(offset_pa=4.0, span_pa=20.0, line_pa=0.0, wander_pa=0.0)
    random = Random(3)
    assert gauge_mean_pa(gauge._replace(noise_pa=0.0), 10_000, random, 6) % 10 == 0
    assert mean(gauge_mean_pa(gauge, 12_500, random, 6) for _ in range(800)) == pytest.approx(12_514, abs=1.0)


def test_the_mean_of_readings_on_the_converters_grid_is_as_good_as_a_fine_one() -> None:
    """So a point may be drawn at once: noise of 20 Pa reaches over the 8 Pa between two counts of the converter."""
    random = Random(4)
    for fraction in (0.0, 1.3, 4.0, 6.9):
        readings = [counts_of(5_000 + fraction + random.gauss(0, 20)) for _ in range(20_000)]
        assert (mean(readings) - RAW_AT_AMBIENT) * PA_PER_COUNT == pytest.approx(5_000 + fraction, abs=0.6)
        assert stdev(readings) * PA_PER_COUNT == pytest.approx(sqrt(20**2 + 8**2 / 12), rel=0.03)
