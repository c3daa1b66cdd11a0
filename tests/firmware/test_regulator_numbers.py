"""The regulator's arithmetic by hand: each gain in its unit, each rounding and each end, in numbers worked out on paper.

What the gains reach on pumps and skin is in ``test_regulator.py``; here a gain that is
twice or half of what it should be is seen in one step.
"""

import pytest

from microderm_ctl.firmware import regulator
from microderm_ctl.firmware.regulator import DUTY_FULL, REST, Gains, approach, duty_most, regulate, seal, search

G = Gains()
Memory = tuple[int, ...]


def held(integral: int = 0, last_pa: int = 7_900, reference_pa: int = 8_000, vented: int = 0, climb: int = 0) -> Memory:
    """Return the memory of a seal at some vacuum."""
    return (1, integral, last_pa, reference_pa, climb, vented)


@pytest.mark.parametrize(
    ("set_point_pa", "duty"),
    [(2_500, 7_864 + 870 + 2_578), (6_400, 7_864 + 870 + 6_600), (8_053, 17_038), (8_054, 17_039), (25_000, 17_039)],
)
def test_the_search_begins_where_the_pump_turns_and_goes_with_the_set_point(set_point_pa: int, duty: int) -> None:
    """12 % and 870 counts, and 66 counts for each 64 Pa of set point, up to 26 % of full duty."""
    assert search(G, 0, set_point_pa, 0) == (duty, 0)


@pytest.mark.parametrize(("vacuum_pa", "climb"), [(0, 0), (199, 0), (200, 0), (201, 1_380), (202, 1_380), (900, 1_380)])
def test_the_search_climbs_380_counts_a_step_above_200_pa(vacuum_pa: int, climb: int) -> None:
    base = 7_864 + 870 + 2_578
    assert search(G, 1_000, 2_500, vacuum_pa) == (base + climb, climb)


def test_the_climb_ends_at_26_percent_and_remembers_no_more_than_it_gave() -> None:
    """Else a tip that has touched for long would have to fall back through what was never driven."""
    base = 7_864 + 870 + 2_578
    assert search(G, 17_039 - base - 1, 2_500, 500) == (17_039, 17_039 - base)
    assert search(G, 17_039 - base, 2_500, 500) == (17_039, 17_039 - base)
    assert search(G, 0, 25_000, 500) == (17_039, 0)


@pytest.mark.parametrize(
    ("reference_pa", "next_pa"),
    [
        (3_600, 6_600),
        (9_998, 9_999),
        (9_997, 9_998),
        (9_999, 10_000),
        (10_000, 10_000),
        (10_001, 10_000),
        (10_002, 10_001),
        (16_400, 13_400),
    ],
)
def test_the_reference_goes_30_parts_of_64_and_arrives(reference_pa: int, next_pa: int) -> None:
    """From below the last two pascals are a pascal each, for 30/64 of them is nothing."""
    assert approach(G, reference_pa, 10_000) == next_pa


@pytest.mark.parametrize(("set_point_pa", "most"), [(2_500, 21_601), (6_400, 28_000), (25_000, 58_515)])
def test_the_ceiling_is_17500_counts_and_105_for_each_64_pa(set_point_pa: int, most: int) -> None:
    assert duty_most(G, set_point_pa) == most


def test_no_gain_makes_the_ceiling_more_than_full_duty() -> None:
    class High(Gains):
        ceiling_duty = 60_000

    assert duty_most(High(), 25_000) == 65_535
    assert DUTY_FULL == 65_535


@pytest.mark.parametrize(
    ("reference_pa", "vacuum_pa", "rise_pa", "integral", "duty"),
    [
        (0, 0, 0, 0, 7_864),
        (256, 0, 0, 0, 7_864 + 1_310),
        (0, 256, 0, 2_560_000, 7_864 - 1_760 + 10_000),
        (0, 0, 256, 2_560_000, 7_864 - 2_530 + 10_000),
        (0, 0, -256, 0, 7_864 + 2_530),
        (0, 0, 0, 255, 7_864),
        (0, 0, 0, 256, 7_865),
        (0, 0, 0, -1, 7_863),
        (0, 0, 0, -2_013_184, 0),
        (0, 0, 0, -2_013_184 - 25_600, 0),
        (0, 0, 0, 25_600_000, 28_000),
    ],
)
def test_the_duty_of_a_seal(reference_pa: int, vacuum_pa: int, rise_pa: int, integral: int, duty: int) -> None:
    """From where the pump turns, in 1/256: 1,310 a Pa of reference, 1,760 against each Pa measured, 2,530 against each Pa of rise."""
    assert seal(G, integral, 6_400, reference_pa, vacuum_pa, rise_pa)[0] == duty


@pytest.mark.parametrize(
    ("duty", "up", "down"), [(27_999, 1, 1), (28_000, 0, 1), (28_001, 0, 1), (1, 1, 1), (0, 1, 0), (-1, 1, 0), (9_000, 1, 1)]
)
def test_the_integral_stands_still_at_the_end_that_it_pushes_against(duty: int, up: int, down: int) -> None:
    """160 for each Pa that is missing; at the most only down, at the least only up."""
    for error_pa, moves in ((10, up), (-10, down), (1, up), (-1, down)):
        vacuum_pa = 5_000 - error_pa
        integral = 256 * (duty - 7_864) - 1_310 * 5_000 + 1_760 * vacuum_pa
        assert seal(G, integral, 6_400, 5_000, vacuum_pa, 0)[1] == integral + moves * 160 * error_pa


def test_a_seal_begins_with_the_duty_that_the_search_had() -> None:
    """360/256 of the climb, and what lets the measured vacuum count for nothing; no rise is counted that nobody measured."""
    _, _, memory = regulate(G, (0, 0, 100, 0, 1_000, 0), 8_000, 1_000)
    begun = 360 * 1_000 + (1_760 - 1_310) * 1_000
    reference_pa = 1_000 + 7_000 * 30 // 64
    assert memory == (1, begun + 160 * (reference_pa - 1_000), 1_000, reference_pa, 1_000, 0)
    duty = regulate(G, (0, 0, 100, 0, 1_000, 0), 8_000, 1_000)[0]
    assert duty == 7_864 + (1_310 * reference_pa - 1_760 * 1_000 + begun) // 256


def test_a_rise_is_from_one_step_to_the_next() -> None:
    still, _, memory = regulate(G, held(6_400_000, last_pa=7_900), 8_000, 7_900)
    rising, _, _ = regulate(G, held(6_400_000, last_pa=7_644), 8_000, 7_900)
    assert 2_530 < still == rising + 2_530
    assert memory[2] == 7_900


@pytest.mark.parametrize(
    ("vented", "vacuum_pa", "vent"),
    [(0, 8_300, False), (0, 8_301, True), (1, 8_010, False), (1, 8_011, True), (1, 8_301, True), (0, 8_011, False)],
)
def test_the_vent_opens_300_pa_above_and_closes_10_above(vented: int, vacuum_pa: int, vent: bool) -> None:
    duty, is_open, memory = regulate(G, held(6_400, vented=vented), 8_000, vacuum_pa)
    assert (is_open, memory[5]) == (vent, 1 if vent else 0)
    if vent:
        assert (duty, memory[1], memory[3]) == (0, 3_200, 8_000)


def test_after_a_lowering_the_vent_follows_the_reference_down() -> None:
    """The reference comes down by 30/64 of the way, and the vent is judged from it: a small lowering needs none."""
    before = held(last_pa=10_000, reference_pa=10_000)
    duty, vent, memory = regulate(G, before, 3_600, 10_200)
    assert (vent, memory[3]) == (False, 7_000)
    duty, vent, memory = regulate(G, memory, 3_600, 10_100)
    assert (duty, vent, memory[3]) == (0, True, 7_000 - 1_594)
    assert regulate(G, held(reference_pa=3_000), 3_600, 5_000)[2][3] == 3_600


@pytest.mark.parametrize(
    ("reading_pa", "taken_pa"), [(-1_500, 0), (-1, 0), (0, 0), (1, 1), (69_999, 69_999), (70_000, 70_000), (70_001, 70_000)]
)
def test_a_reading_is_taken_between_ambient_and_70_kpa(reading_pa: int, taken_pa: int) -> None:
    assert regulate(G, REST, 25_000, reading_pa)[2][2] == taken_pa
    assert regulator.VACUUM_MOST_PA == 70_000


def test_in_the_air_nothing_is_remembered_but_the_climb() -> None:
    assert regulate(G, REST, 2_500, 500)[2] == (0, 0, 500, 0, 380, 0)
    assert regulate(G, held(9_999, climb=777), 2_500, 599)[2] == (0, 0, 599, 0, 380, 0)
    assert REST == (0, 0, 0, 0, 0, 0)
