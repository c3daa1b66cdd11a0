"""The budget against the GUM's own table and example, and against a library that differentiates by itself."""

from math import inf, sqrt
from typing import Any

import pytest
from uncertainties import ufloat  # type: ignore[import-untyped]

from microderm_ctl.bench.budget import Component, Shape, combine, coverage_factor, state, student_within
from microderm_ctl.bench.calibration import calibrate, means
from microderm_ctl.bench.readings import Series
from microderm_ctl.bench.uncertainty import TYPICAL, in_use
from tests.bench.cycles import PROCEDURE, series

# JCGM 100:2008 (GUM), table G.2, the column of 95.45 %.
TABLE = {
    1: 13.97,
    2: 4.53,
    3: 3.31,
    4: 2.87,
    5: 2.65,
    6: 2.52,
    7: 2.43,
    8: 2.37,
    9: 2.32,
    10: 2.28,
    15: 2.18,
    20: 2.13,
    50: 2.05,
    100: 2.025,
}


@pytest.mark.parametrize(("degrees", "k"), TABLE.items())
def test_k_is_that_of_the_gums_table(degrees: int, k: float) -> None:
    assert coverage_factor(degrees) == pytest.approx(k, abs=0.005)


def test_k_without_end_is_two() -> None:
    assert coverage_factor(inf) == pytest.approx(2.0, abs=1e-4)


def test_the_two_ways_to_k_meet() -> None:
    for degrees in (29, 30, 31, 60, 199):
        assert student_within(coverage_factor(degrees), degrees) == pytest.approx(0.9545, abs=2e-6)


def test_degrees_are_cut_and_never_missing() -> None:
    assert coverage_factor(5.99) == coverage_factor(5)
    for degrees in (0.5, float("nan")):
        with pytest.raises(ValueError, match="degree"):
            coverage_factor(degrees)


def test_the_end_gauge_of_the_gum() -> None:
    """GUM H.1: 25 nm (18 degrees), 9.7 (25.6), 2.9 (50), 16.6 (2) have 16 effective degrees; k for 99 % is 2.92."""
    parts = ((25.0, 18.0), (9.7, 25.6), (2.9, 50.0), (16.6, 2.0))
    found = combine(0.0, (Component(str(u), u, "nm", Shape.NORMAL, 1.0, degrees) for u, degrees in parts))
    assert found.combined == pytest.approx(31.7, abs=0.05)
    assert int(found.degrees) == 16
    assert coverage_factor(found.degrees, 0.99) == pytest.approx(2.92, abs=0.005)


@pytest.mark.parametrize(
    ("value", "expanded", "stated"),
    [
        (12.3456, 0.0471, (12.346, 0.048, 3)),
        (12.3456, 0.047, (12.346, 0.047, 3)),
        (-0.0049, 0.0993, (0.0, 0.10, 2)),
        (123.4, 47.01, (123.0, 48.0, 0)),
        (1234.5, 471.0, (1230.0, 480.0, -1)),
        (1.0, 1.0, (1.0, 1.0, 1)),
    ],
)
def test_a_result_is_stated_to_the_place_of_u(value: float, expanded: float, stated: tuple[float, float, int]) -> None:
    assert tuple(state(value, expanded)) == pytest.approx(stated)


def test_a_result_without_u_is_none() -> None:
    for expanded in (0.0, -1.0, inf, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            state(1.0, expanded)


def test_divisors() -> None:
    stated = {
        Shape.NORMAL: 1.0,
        Shape.EXPANDED: 0.5,
        Shape.RECTANGULAR: 1 / sqrt(3),
        Shape.WIDTH: 1 / sqrt(12),
        Shape.U_SHAPED: 1 / sqrt(8),
    }
    assert {shape: Component("", 1.0, "Pa", shape).contribution for shape in Shape} == pytest.approx(stated)


@pytest.mark.parametrize("vacuum_pa", [500.0, 7_500.0, 12_500.0, 25_000.0])
def test_the_whole_budget_as_uncertainties_has_it(vacuum_pa: float) -> None:
    """The model is written down once more as a formula, and the library finds the sensitivities."""
    whole = series(hysteresis_pa=40.0, drift_pa=14.0, s_shape_pa=30.0, bow_pa=90.0)
    top = whole.repeats[0]
    cycle = whole._replace(repeats=(top._replace(raw=top.raw + 9),))
    calibration = calibrate(PROCEDURE, cycle)
    budget = in_use(PROCEDURE, calibration, TYPICAL, vacuum_pa)
    stated = {one.name: one for one in budget.components}
    counts = calibration.coefficients.counts(vacuum_pa)
    _, gain, curve = calibration.coefficients

    def standard(name: str) -> float:
        return stated[name].value / stated[name].shape.divisor

    x = ufloat(counts, standard("noise of a reading"))
    z = ufloat(0.0, standard("noise of the wand's zero")) + ufloat(0.0, standard("rounding of the wand's zero"))
    a, b = _fitted(cycle, stated["lack of fit"].value)
    total = gain / 4096 * (x - z) + curve / 2**30 * (x - z) ** 2
    total += (a - a.nominal_value) * counts + (b - b.nominal_value) * counts**2
    total += ufloat(0.0, standard("coefficients as whole numbers")) * counts
    total += ufloat(0.0, 0.5) * PROCEDURE.numbers.temperature_zero_pa_k
    plain = (
        "reference: certificate", "reference: drift since its calibration", "reference: zero", "reference: resolution", "line and level",
        "hysteresis", "zero deviation", "repeatability", "lack of fit", "drift of the wand's zero", "rounding of the wand's reading",
    )  # fmt: skip
    for name in plain:
        total += ufloat(0.0, standard(name))
    assert total.nominal_value == pytest.approx(vacuum_pa, abs=1e-6)
    assert budget.combined == pytest.approx(total.std_dev, rel=1e-9)
    assert len(plain) + 6 == len(stated)


def test_a_noisier_unit_has_a_wider_interval_and_a_quiet_minute_no_narrower_one() -> None:
    def noise_of(noise_pa: float) -> float:
        budget = in_use(PROCEDURE, calibrate(PROCEDURE, series(noise_pa=noise_pa)), TYPICAL, 10_000)
        return next(one.contribution for one in budget.components if one.name == "noise of a reading")

    assert noise_of(55.0) == pytest.approx(55 / sqrt(10), rel=1e-3)
    assert noise_of(3.0) == noise_of(20.0) == pytest.approx(20 / sqrt(10), rel=1e-3)


def test_a_poor_fit_of_three_degrees_asks_for_a_larger_k() -> None:
    sound, poor = (in_use(PROCEDURE, calibrate(PROCEDURE, series(s_shape_pa=size)), TYPICAL, 5_000) for size in (0.0, 120.0))
    assert sound.k < 2.05
    assert 3 <= poor.degrees < 8
    assert poor.k > 2.3


def _fitted(cycle: Series, deviation_pa: float) -> tuple[Any, Any]:
    """Return the two coefficients with the covariance that the normal equations give, made of two that do not depend on each other."""
    counts, vacuum_pa = means(cycle)
    s2, s3, s4 = (sum((x / 1e4) ** p for x in counts) for p in (2, 3, 4))
    t1, t2 = (sum((x / 1e4) ** p * v for x, v in zip(counts, vacuum_pa, strict=True)) for p in (1, 2))
    d = s2 * s4 - s3 * s3
    one, other = ufloat(0.0, 1.0), ufloat(0.0, 1.0)
    spread, share = deviation_pa * sqrt(s4 / d), -s3 / s4
    a = (t1 * s4 - t2 * s3) / d + spread * one
    b = (s2 * t2 - s3 * t1) / d + spread * share * one + deviation_pa / sqrt(s4) * other
    return a / 1e4, b / 1e8
