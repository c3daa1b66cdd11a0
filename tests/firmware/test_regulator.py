"""The suction regulator: its rules step by step, and what it reaches on the plants of the band."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.firmware.constants import Constants, trip_of
from microderm_ctl.firmware.regulator import (
    DUTY_FULL,
    REST,
    SCALE,
    SEARCH_DUTY_MOST,
    VACUUM_MOST_PA,
    Gains,
    duty_most,
    regulate,
)
from microderm_ctl.simulator.pneumatics import OPEN_MM2, STEP_MS, Plant, Pneumatics
from tests.firmware.suction import Hand, change, corners, landing, measure, reserve, run, slip

GAINS = Gains()
SET_POINTS_PA = (2_500, 3_000, 4_000, 5_000, 8_000, 10_000, 16_000, 25_000)
PLANTS = tuple(corners())[::4]
"""The nominal one and a mixture of eight corners."""


def steps(readings_pa: list[int], set_point_pa: int = 10_000, gains: Gains = GAINS) -> list[tuple[int, bool, tuple[int, ...]]]:
    """Return what the regulator answers to a row of readings, from rest."""
    memory, answers = REST, []
    for reading_pa in readings_pa:
        duty, vent, memory = regulate(gains, memory, set_point_pa, reading_pa)
        answers.append((duty, vent, memory))
    return answers


def test_in_the_air_it_searches_with_a_low_duty_that_grows_with_the_set_point() -> None:
    duties = [steps([0], set_point_pa)[0][0] for set_point_pa in SET_POINTS_PA]
    assert duties == sorted(duties)
    assert GAINS.start_duty < duties[0] < duties[-1] == SEARCH_DUTY_MOST == DUTY_FULL * 26 // 100


def test_no_gain_makes_the_search_stronger_than_26_percent() -> None:
    class Strong(Gains):
        search_duty = 50_000
        climb_duty = 9_000

    assert {duty for duty, _, _ in steps([500] * 9, 2_500, Strong())} == {SEARCH_DUTY_MOST}


def test_a_touch_lets_the_search_climb_and_the_air_lets_it_fall_back() -> None:
    duties = [duty for duty, _, _ in steps([200, 201, 300, 201, 200], 2_500)]
    assert duties[1:4] == [duties[0] + n * GAINS.climb_duty for n in (1, 2, 3)]
    assert duties[4] == duties[0]


def test_a_seal_begins_above_900_pa_and_ends_below_600() -> None:
    phases = [memory[0] for _, _, memory in steps([899, 900, 901, 600, 599, 700, 900, 901])]
    assert phases == [0, 0, 1, 1, 0, 0, 0, 1]


def test_a_seal_starts_from_the_measured_vacuum_without_a_kick() -> None:
    assert steps([2_500], 2_500)[0][0] == GAINS.start_duty, "already there: nothing to add to what only turns the pump"
    reference_pa = steps([950], 10_000)[0][2][3]
    assert 950 < reference_pa < 10_000


def test_a_seal_goes_on_from_what_the_search_had_to_climb() -> None:
    climbed = steps([500] * 10 + [2_500], 2_500)[-1][0]
    assert climbed > GAINS.start_duty + 9 * GAINS.climb_duty


def test_lifting_off_forgets_what_was_integrated() -> None:
    held = steps([1_000] + [5_000] * 100, 10_000)[-1]
    assert held[2][1] > 1_000_000
    duty, vent, memory = regulate(GAINS, held[2], 10_000, 0)
    assert (duty, vent, memory) == steps([0], 10_000)[0]


def test_lifting_off_forgets_the_climb_even_while_some_vacuum_is_left() -> None:
    answers = steps([500] * 10 + [950, 500], 2_500)
    assert answers[-1][0] == steps([500], 2_500)[0][0]


def test_a_seal_that_begins_above_the_set_point_is_vented_at_once() -> None:
    assert steps([2_801], 2_500)[0][:2] == (0, True)
    assert steps([2_700], 2_500)[0][2][3] == 2_500


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.hazard("H-20", "wand")
def test_the_vent_opens_above_300_pa_over_and_closes_near_the_set_point() -> None:
    vents = [vent for _, vent, _ in steps([9_990] * 30 + [10_300, 10_301, 10_299, 10_011, 10_010])[-5:]]
    assert vents == [False, True, True, True, False]


def test_while_the_vent_is_open_the_pump_is_off_and_the_integral_shrinks() -> None:
    before, during = steps([9_990] * 30 + [10_400])[-2:]
    assert before[0] > 0
    assert during[0] == 0
    assert during[2][1] == before[2][1] // 2


def test_the_vent_works_in_search_too() -> None:
    class Never(Gains):
        sealed_above_pa = 60_000

    assert [(duty, vent) for duty, vent, _ in steps([3_000], 2_500, Never())] == [(0, True)]


@pytest.mark.parametrize(("set_point_pa", "vents"), [(9_500, False), (2_500, True)])
def test_half_a_kilopascal_less_needs_no_vent_but_seven_do(set_point_pa: int, vents: bool) -> None:
    memory, opened = steps([10_000] * 60)[-1][2], False
    for reading_pa in (10_000, 9_950, 9_850, 9_750, 9_650):
        _, vent, memory = regulate(GAINS, memory, set_point_pa, reading_pa)
        opened = opened or vent
    assert opened is vents


def test_after_a_lowering_the_reference_arrives_and_the_vent_guards_the_new_set_point() -> None:
    memory = steps([10_000] * 60)[-1][2]
    for _ in range(60):
        _, _, memory = regulate(GAINS, memory, 9_500, 9_600)
    assert memory[3] == 9_500
    assert regulate(GAINS, memory, 9_500, 9_801)[1]


@pytest.mark.hazard("H-21", "wand")
@pytest.mark.hazard("H-45", "wand")
def test_the_duty_has_a_ceiling_that_grows_with_the_set_point_and_nothing_winds_up_at_it() -> None:
    answers = steps([1_000] * 400, 10_000)
    assert answers[-1][0] == duty_most(GAINS, 10_000) < duty_most(GAINS, 25_000) <= DUTY_FULL
    assert answers[-1][2][1] == answers[200][2][1]


def test_nothing_winds_down_while_the_pump_is_off_already() -> None:
    answers = steps([10_290] * 400, 10_000)
    assert answers[-1][:2] == (0, False)
    assert answers[-1][2][1] == answers[200][2][1]


def test_the_reference_arrives_at_the_set_point() -> None:
    assert steps([5_000] * 60, 10_000)[-1][2][3] == 10_000


def test_more_damping_brakes_a_rise() -> None:
    class Undamped(Gains):
        damping = 0

    readings = [950, 1_500, 2_500]
    assert steps(readings)[-1][0] < steps(readings, 10_000, Undamped())[-1][0]


def test_readings_below_ambient_and_beyond_reason_are_bounded() -> None:
    assert steps([-1_500]) == steps([0])
    assert steps([2**29])[0] == steps([VACUUM_MOST_PA])[0]


@given(st.lists(st.integers(-1_500, 80_000), max_size=60), st.sampled_from(range(2_500, 25_001, 500)))
def test_whatever_is_read_the_answer_is_possible_and_its_numbers_stay_small(readings_pa: list[int], set_point_pa: int) -> None:
    small = 2**30 - DUTY_FULL * SCALE - VACUUM_MOST_PA * (GAINS.reference + GAINS.proportional + GAINS.damping)
    for reading_pa, (duty, vent, memory) in zip(readings_pa, steps(readings_pa, set_point_pa), strict=True):
        assert 0 <= duty <= duty_most(GAINS, set_point_pa)
        assert vent is (reading_pa > set_point_pa) or not vent
        assert duty == 0 or not vent
        assert all(abs(number) < small for number in memory), "with every product at its largest the sum is still below 2**30"


@given(st.lists(st.integers(0, 30_000), min_size=1, max_size=40))
def test_the_memory_is_all_there_is(readings_pa: list[int]) -> None:
    whole = steps(readings_pa)
    half = len(readings_pa) // 2
    memory = tuple(whole[half - 1][2]) if half else REST
    for reading_pa, answer in zip(readings_pa[half:], whole[half:], strict=True):
        duty, vent, memory = regulate(GAINS, memory, 10_000, reading_pa)
        assert (duty, vent, memory) == answer


def holds(plant: Plant, set_point_pa: int, hand: Hand) -> bool:
    """Whether the plant passes a tenth more than leaks at its worst."""
    return reserve(plant, set_point_pa, hand.worst_mm2) > 1.1


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.parametrize(
    "hand",
    [landing(0.02), landing(0.2), landing(0.02, 100), slip(40, 0.2, 0.02), slip(100, 0.1, 0.02), slip(400, 0.1, 0.1)],
    ids=lambda hand: hand.name,
)
def test_landing_and_lifting_off_never_come_near_the_trip(hand: Hand) -> None:
    for number, plant in enumerate(PLANTS):
        for set_point_pa in SET_POINTS_PA:
            if not holds(plant, set_point_pa, hand):
                continue
            course = run(GAINS, plant, set_point_pa, hand, seed=number)
            assert course.over_pa < 450, (plant, set_point_pa)
            assert not course.tripped, (plant, set_point_pa)
            assert course.settled_ms <= 1_000 or reserve(plant, set_point_pa, hand.worst_mm2) < 1.3, (plant, set_point_pa)


@pytest.mark.hazard("H-46", "wand")
@pytest.mark.parametrize(
    "hand", [change(0.15, 0.03), change(0.15, 0.03, 50), change(0.2, 0.02, 100), change(0.02, 0.2)], ids=lambda hand: hand.name
)
def test_from_5_kpa_a_changing_seal_stays_within_its_bounds_and_below_the_trip(hand: Hand) -> None:
    for number, plant in enumerate(PLANTS):
        for set_point_pa in (pa for pa in SET_POINTS_PA if pa >= 5_000 and holds(plant, pa, hand)):
            for late_ms in (0.0, 10.0):
                course = run(GAINS, plant, set_point_pa, hand, late_ms, seed=number)
                assert course.over_pa <= hand.over_most_pa, (plant, set_point_pa, late_ms)
                assert course.over_ms <= 200, (plant, set_point_pa, late_ms)
                assert not course.tripped, (plant, set_point_pa, late_ms)
                assert course.settled_ms <= 1_000 or reserve(plant, set_point_pa, hand.worst_mm2) < 1.3, (plant, set_point_pa)


def test_below_that_the_nominal_wand_still_holds_the_same_changes() -> None:
    for set_point_pa in (2_500, 3_000, 3_500, 4_000, 4_500):
        for hand in (change(0.15, 0.03), change(0.15, 0.03, 50), change(0.2, 0.02, 100)):
            course = run(GAINS, Plant(), set_point_pa, hand)
            assert not course.tripped, (set_point_pa, hand.name)
            assert course.over_ms <= 200


def test_without_the_search_a_landing_at_a_low_set_point_overshoots_by_far() -> None:
    class NoSearch(Gains):
        sealed_above_pa = -1
        unsealed_below_pa = -1

    hasty = Plant(pump_l_min=10.0, volume_ml=30.0)
    for set_point_pa in (2_500, 5_000):
        assert run(NoSearch(), hasty, set_point_pa, landing(0.02)).over_pa > 700
        assert run(GAINS, hasty, set_point_pa, landing(0.02)).over_pa < 200


def test_without_its_ceiling_a_barely_touching_tip_winds_the_pump_up() -> None:
    class NoCeiling(Gains):
        ceiling_duty = DUTY_FULL

    readings = [1_000] * 100
    assert steps(readings, 2_500, NoCeiling())[-1][0] > 2 * steps(readings, 2_500)[-1][0]


def test_without_the_vent_a_better_seal_stays_over_for_longer() -> None:
    class NoVent(Gains):
        vent_opens_pa = 60_000

    hand, plant = change(0.15, 0.03), Plant(pump_l_min=10.0, volume_ml=30.0)
    assert run(NoVent(), plant, 8_000, hand).over_pa > 1.3 * run(GAINS, plant, 8_000, hand).over_pa


@pytest.mark.parametrize("set_point_pa", [2_500, 10_000])
def test_an_hour_of_strokes_trips_nothing(set_point_pa: int) -> None:
    random, air, memory, leak_mm2, to_mm2 = Random(set_point_pa), Pneumatics(), REST, OPEN_MM2, OPEN_MM2
    trip_pa = trip_of(Constants(), set_point_pa)
    sealed_steps = 0
    for step in range(3_600_000 // STEP_MS):
        in_stroke = step % 250
        if in_stroke % 25 == 0:
            # Strokes of 4.5 s with half a second in the air between; on the skin the seal wanders.
            to_mm2 = OPEN_MM2 if in_stroke == 0 else random.uniform(0.03, 0.15)
        leak_mm2 += (to_mm2 - leak_mm2) / 5
        measured_pa = measure(air.vacuum_pa, random)
        assert measured_pa <= trip_pa, step
        duty, vent, memory = regulate(GAINS, memory, set_point_pa, measured_pa)
        air.step(duty, vent, leak_mm2)
        sealed_steps += memory[0]
    assert sealed_steps > 0.7 * 3_600_000 / STEP_MS
