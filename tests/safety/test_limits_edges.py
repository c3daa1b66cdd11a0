"""How a cap is made and told, line by line."""

import pytest

from microderm_ctl.safety import Grit, Skin, Zone, limits
from microderm_ctl.safety.evidence import BASE_PA, Number
from microderm_ctl.safety.limits import WHOLE, Bound, Cap, Limits, Scale, cap_for, meet, part_of, trip_for
from microderm_ctl.safety.values import Factor


def bound(name: str, vacuum_pa: int) -> Bound:
    """Return a bound on vacuum alone."""
    return Bound(name, WHOLE._replace(vacuum_pa=vacuum_pa), f"source of {name}")


def line(name: str, after_pa: int) -> Factor:
    """Return a line of a cap's arithmetic."""
    return Factor(name, 1000, after_pa, False, "")


def test_a_cap_is_set_by_the_lines_that_lowered_it() -> None:
    """A line that changed nothing is not named, one that would raise it neither, nor the rounding; the base always is."""
    cap = Cap(0, (line("base", 9_000), line("same", 9_000), line("lower", 8_100), line("higher", 8_200), line(limits.ROUNDED, 8_000)))
    assert cap.set_by == ("base", "lower")


@pytest.mark.parametrize("permille", [0, -1, -1_000])
def test_a_factor_of_nothing_leaves_nothing(permille: int) -> None:
    cap = cap_for(Skin.OILY, Zone.NOSE, Grit.FINE, (Scale("none", permille, False, ""),))
    assert cap.vacuum_pa == 0
    assert cap.factors[-2] == Factor("none", 0, 0, False, "")


@pytest.mark.parametrize("permille", [1_000, 1_001, 5_000])
def test_a_factor_over_one_is_one(permille: int) -> None:
    cap = cap_for(Skin.OILY, Zone.NOSE, Grit.FINE, (Scale("more", permille, True, "x"),))
    assert cap.vacuum_pa == 25_000
    assert cap.factors[-2] == Factor("more", 1_000, 25_000, True, "x")


def test_the_product_is_exact_and_rounded_once() -> None:
    """12 kPa x 0.85 x 0.9 x 0.7 is 6,426 Pa, and 6.0 kPa on the grid; no step between is rounded."""
    cap = cap_for(Skin.SENSITIVE, Zone.FOREHEAD, Grit.MEDIUM, (Scale("b", 700, False, ""),))
    assert [known.after_pa for known in cap.factors] == [12_000, 10_200, 9_180, 6_426, 6_000]
    thirds = tuple(Scale(name, 333, False, "") for name in "abc")
    assert [known.after_pa for known in cap_for(Skin.OILY, Zone.NOSE, Grit.FINE, thirds).factors[3:6]] == [8_325, 2_772, 923]


def test_no_table_is_above_the_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a base written higher, 25 kPa would still be the most, and the line says so."""
    monkeypatch.setitem(BASE_PA, Skin.OILY, Number(40_000, False, ""))
    cap = cap_for(Skin.OILY, Zone.NOSE, Grit.FINE)
    assert cap.vacuum_pa == 25_000
    assert cap.factors[-2][:3] == ("ceiling", 1000, 25_000)


def test_bounds_are_told_from_the_widest_to_the_narrowest() -> None:
    """Whatever order they come in and whatever they are called; one that does not lower the cap has no line."""
    bounds = (bound("a", 10_000), bound("y", 15_000), bound("wide", 25_000), bound("z", 15_000), bound("m", 12_300))
    wanted = [
        Factor("y", 1000, 15_000, False, "source of y"),
        Factor("m", 1000, 12_300, False, "source of m"),
        Factor("a", 1000, 10_000, False, "source of a"),
        Factor(limits.ROUNDED, 1000, 10_000, False, "set points are 0.5 kPa apart"),
    ]
    for order in (bounds, bounds[::-1]):
        assert list(cap_for(Skin.NORMAL, Zone.NOSE, Grit.FINE, (), order).factors[3:]) == wanted


@pytest.mark.parametrize(("bound_pa", "cap_pa"), [(-500, 0), (-1, 0), (0, 0), (499, 0), (500, 500), (501, 500)])
def test_a_cap_is_on_the_grid_and_never_below_nothing(bound_pa: int, cap_pa: int) -> None:
    cap = cap_for(Skin.NORMAL, Zone.NOSE, Grit.FINE, (), (bound("low", bound_pa),))
    assert (cap.vacuum_pa, cap.factors[-1].after_pa, cap.factors[-1].sourced) == (cap_pa, cap_pa, False)


@pytest.mark.parametrize(
    ("cap_pa", "over_pa"), [(2_500, 600), (4_000, 600), (4_010, 601), (8_000, 1_200), (10_000, 1_500), (25_000, 1_500)]
)
def test_the_trip_over_a_cap(cap_pa: int, over_pa: int) -> None:
    assert trip_for(cap_pa) == cap_pa + over_pa


@pytest.mark.parametrize(
    ("cap_pa", "permille", "part_pa"),
    [(20_000, 1000, 20_000), (20_000, 1500, 20_000), (20_000, 850, 17_000), (5_000, 100, 2_500), (2_000, 1000, 2_000), (7_000, 999, 6_500)],
)
def test_a_part_of_a_cap_is_a_setting_within_it(cap_pa: int, permille: int, part_pa: int) -> None:
    assert part_of(cap_pa, permille) == part_pa


def test_the_limits_of_the_wands_program_are_where_all_begins() -> None:
    """25 kPa, 360 s, 3 s dwell, three passes, no interval, every grit: rules only take away."""
    assert Limits(25_000, 360, 360, 3_000, 3, 0, frozenset(Grit)) == WHOLE


def test_every_limit_is_met_on_its_own() -> None:
    """The smaller of each, and the longer of intervals."""
    one = Limits(10, 20, 30, 40, 1, 7, frozenset({Grit.FINE, Grit.MEDIUM}))
    other = Limits(11, 19, 31, 39, 2, 6, frozenset({Grit.FINE, Grit.COARSE}))
    assert meet(one, other) == meet(other, one) == Limits(10, 19, 30, 39, 1, 7, frozenset({Grit.FINE}))
