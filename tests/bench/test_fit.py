"""Least squares against NIST's certified digits, and against exact fractions."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microderm_ctl.bench.fit import fit

# NIST Statistical Reference Datasets, linear regression, Pontius (load cells of NIST, a quadratic):
# https://www.itl.nist.gov/div898/strd/lls/data/Pontius.shtml. Data of the U.S. government, in the public domain.
# Twenty loads of 150,000 each, run through twice.
FIRST_RUN = (
    .11019, .21956, .32949, .43899, .54803, .65694, .76562, .87487, .98292, 1.09146,
    1.20001, 1.30822, 1.41599, 1.52399, 1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844,
)  # fmt: skip
SECOND_RUN = (
    .11052, .22018, .32939, .43886, .54798, .65739, .76596, .87474, .98300, 1.09150,
    1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965, 1.84696, 1.95445, 2.06177, 2.16829,
)  # fmt: skip
LOADS = tuple(150_000.0 * step for step in range(1, 21)) * 2
CERTIFIED = (0.673565789473684e-03, 0.732059160401003e-06, -0.316081871345029e-14)
CERTIFIED_DEVIATIONS = (0.107938612033077e-03, 0.157817399981659e-09, 0.486652849992036e-16)
CERTIFIED_RESIDUAL = 0.205177424076185e-03


def test_pontius_to_the_certified_digits() -> None:
    found = fit(LOADS, FIRST_RUN + SECOND_RUN, (0, 1, 2))
    assert found.coefficients == pytest.approx(CERTIFIED, rel=2e-12, abs=0)
    assert found.deviations() == pytest.approx(CERTIFIED_DEVIATIONS, rel=1e-11, abs=0)
    assert found.residual_deviation == pytest.approx(CERTIFIED_RESIDUAL, rel=1e-11)
    assert found.degrees == 37


def exact(xs: list[int], ys: list[int]) -> tuple[Fraction, Fraction]:
    """Solve a quadratic through zero in whole fractions."""
    s = [Fraction(sum(x**p for x in xs)) for p in range(5)]
    t1, t2 = Fraction(sum(x * y for x, y in zip(xs, ys, strict=True))), Fraction(sum(x * x * y for x, y in zip(xs, ys, strict=True)))
    determinant = s[2] * s[4] - s[3] ** 2
    return (t1 * s[4] - t2 * s[3]) / determinant, (s[2] * t2 - s[3] * t1) / determinant


@settings(max_examples=40)
@given(st.lists(st.integers(1, 15_000), min_size=3, max_size=11, unique=True), st.data())
def test_a_quadratic_through_zero_as_in_exact_fractions(xs: list[int], data: st.DataObject) -> None:
    ys = data.draw(st.lists(st.integers(0, 30_000), min_size=len(xs), max_size=len(xs)))
    found, (a, b) = fit(xs, ys), exact(xs, ys)
    for x in xs:
        assert found.at(x) == pytest.approx(float(a * x + b * x * x), rel=1e-9, abs=1e-4)


def test_the_covariance_is_that_of_the_normal_equations() -> None:
    xs = [2_500.0, 5_000.0, 7_500.0, 10_000.0, 12_500.0]
    found = fit(xs, [5_010.0, 9_990.0, 15_020.0, 19_985.0, 25_005.0])
    s2, s3, s4 = (sum(x**p for x in xs) for p in (2, 3, 4))
    determinant = s2 * s4 - s3 * s3
    x = 9_000.0
    variance = (x * x * s4 - 2 * x**3 * s3 + x**4 * s2) / determinant
    assert found.leverage(x) == pytest.approx(sqrt(variance), rel=1e-9)
    assert found.leverage(0.0) == 0.0


@pytest.mark.parametrize(("xs", "ys"), [([1.0], [1.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), ([1.0, 2.0], [1.0, 2.0, 3.0])])
def test_points_that_say_too_little_are_refused(xs: list[float], ys: list[float]) -> None:
    with pytest.raises(ValueError, match="points"):
        fit(xs, ys)
