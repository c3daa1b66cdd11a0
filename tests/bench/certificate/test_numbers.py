"""Numbers as they are written."""

from math import inf

import pytest

from microderm_ctl.bench.certificate.numbers import bound, day_of, digits, exact, fixed, kpa, signed, stated_kpa, time_of


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-1.25, 2, "\u22121.25"), (1234.6, 0, "1235"), (-inf, 1, "\u2212\u221e"), (1234.0, -2, "1200")],
)
def test_fixed(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(("value", "text"), [(0.04, "0.0"), (0.06, "+0.1"), (-0.06, "\u22120.1"), (0.0, "0.0")])
def test_nought_has_no_sign(value: float, text: str) -> None:
    assert signed(value, 1) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (12.345, "12.3"), (0.000244, "0.000244"), (26_690.0, "26690"), (1.0, "1.00"), (inf, "\u221e"), (1.5e-7, "1.50e\u221207")],
)
def test_three_digits(value: float, text: str) -> None:
    assert digits(value) == text


@pytest.mark.parametrize(("value", "text"), [(1.05, "1.05"), (-3000.0, "\u22123000"), (0.0, "0"), (0.3, "0.3"), (50_000.0, "50000")])
def test_a_limit_is_never_rounded(value: float, text: str) -> None:
    assert exact(value) == text


@pytest.mark.parametrize(
    ("error_pa", "expanded_pa", "stated"),
    [
        (12.4, 43.6, ("+0.012", "0.044", 3)),
        (-12.6, 43.0, ("\u22120.013", "0.043", 3)),
        (546.0, 124.2, ("+0.55", "0.13", 2)),
        (1.0, 8.01, ("+0.0010", "0.0081", 4)),
    ],
)
def test_u_is_rounded_up_to_two_digits_and_the_error_to_the_same_place(
    error_pa: float, expanded_pa: float, stated: tuple[str, str, int]
) -> None:
    assert stated_kpa(error_pa, expanded_pa) == stated


def test_pascals_are_written_as_kpa() -> None:
    assert kpa(25_000, 1) == "25.0" and kpa(-9.0, 4) == "\u22120.0090"


def test_times_are_those_of_the_benchs_clock() -> None:
    assert time_of(0, 0) == "1970-01-01 00:00 (UTC)"
    assert time_of(0, -210) == "1969-12-31 20:30 (UTC-03:30)"
    assert day_of(0, -1) == "1969-12-31" and day_of(0, 0) == "1970-01-01"


def test_numbers_stay_with_their_units() -> None:
    assert bound("0.50 kPa and 2.5 %, 21 \u00b0C, 3 points") == "0.50\u00a0kPa and 2.5\u00a0%, 21\u00a0\u00b0C, 3 points"
