"""The air in the virtual wand, against closed forms and a fine integration of the same physics."""

from collections.abc import Callable
from math import sqrt
from random import Random

import pytest

from microderm_ctl.simulator.pneumatics import DUTY_FULL, NO_FAULTS, OPEN_MM2, STEP_MS, Faults, Plant, Pneumatics, draw_plant

QUIET = Plant()


def settle(air: Pneumatics, duty: int, leak_mm2: float, steps: int = 250, vent_open: bool = False) -> float:
    for _ in range(steps):
        air.step(duty, vent_open, leak_mm2)
    return air.vacuum_pa


def steps_until(air: Pneumatics, done: Callable[[float], bool], duty: int, leak_mm2: float, vent_open: bool = False) -> int:
    for step in range(1, 500):
        if done(air.step(duty, vent_open, leak_mm2)):
            return step
    raise AssertionError("it never got there")


def at(vacuum_pa: float, plant: Plant = QUIET, faults: Faults = NO_FAULTS) -> Pneumatics:
    """A wand at a vacuum with its pump at rest."""
    air = Pneumatics(plant, faults)
    air.vacuum_pa = vacuum_pa
    return air


def orifice_m3_s(mm2: float, vacuum_pa: float) -> float:
    """Free air through a hole, from the textbook formula."""
    if vacuum_pa < 200:
        return 0.65 * mm2 * 1e-6 * sqrt(2 * 200 / 1.2) * vacuum_pa / 200
    return 0.65 * mm2 * 1e-6 * sqrt(2 * min(vacuum_pa, 47_800) / 1.2)


def finely(plant: Plant, vacuum_pa: float, speed: float, target: float, leak_mm2: float, seconds: float) -> float:
    """Integrate the same physics explicitly in steps of 10 us, with the vent closed."""
    for _ in range(round(seconds / 1e-5)):
        speed += (target - speed) * 1e-5 / (plant.pump_lag_ms / 1000)
        stall = plant.stall_pa * (1 - plant.droop + plant.droop * speed)
        flow = plant.pump_l_min / 60_000 * speed
        pumped = max(0.0, flow * (1 - vacuum_pa / stall)) / (1 + flow * plant.filter_pa_s_m3 / stall)
        lost = orifice_m3_s(leak_mm2 + plant.bleed_mm2, vacuum_pa)
        vacuum_pa += 1e-5 * 101_325 / (plant.volume_ml * 1e-6) * (pumped - lost)
    return vacuum_pa


@pytest.mark.parametrize(("flow_l_min", "reach_kpa"), [(8.0, 40.0), (4.0, 24.0), (2.0, 10.5)])
def test_full_duty_on_a_poor_seal_reaches_what_the_pump_can(flow_l_min: float, reach_kpa: float) -> None:
    vacuum_pa = settle(Pneumatics(Plant(pump_l_min=flow_l_min)), DUTY_FULL, 0.2)
    assert vacuum_pa / 1000 == pytest.approx(reach_kpa, rel=0.03)


def test_at_rest_pump_and_leaks_balance() -> None:
    air = Pneumatics()
    vacuum_pa = settle(air, 20_000, 0.1)
    stall = QUIET.stall_pa * (1 - QUIET.droop + QUIET.droop * air.pump_speed)
    flow = QUIET.pump_l_min / 60_000 * air.pump_speed
    pumped = flow * (1 - vacuum_pa / stall) / (1 + flow * QUIET.filter_pa_s_m3 / stall)
    assert pumped == pytest.approx(orifice_m3_s(0.1 + QUIET.bleed_mm2, vacuum_pa), rel=0.002)


@pytest.mark.parametrize("seconds", [0.06, 0.2, 0.6])
@pytest.mark.parametrize(("duty", "leak_mm2"), [(16_000, 0.02), (30_000, 0.2), (DUTY_FULL, 0.1)])
def test_a_sub_step_of_5_ms_is_near_a_fine_integration(duty: int, leak_mm2: float, seconds: float) -> None:
    air = Pneumatics()
    coarse = settle(air, duty, leak_mm2, round(seconds * 1000 / STEP_MS))
    speed = (duty - QUIET.start_duty) / (DUTY_FULL - QUIET.start_duty)
    fine = finely(QUIET, 0.0, 0.0, speed, leak_mm2, seconds)
    assert coarse == pytest.approx(fine, rel=0.12, abs=60)
    if seconds == 0.6:
        assert coarse == pytest.approx(fine, rel=0.01)


def test_the_bleed_alone_releases_30_kpa_in_under_a_second() -> None:
    steps = steps_until(at(30_000), lambda pa: pa < 3_000, 0, 0.0)
    assert steps * STEP_MS / 1000 == pytest.approx(0.89, abs=0.02)


@pytest.mark.parametrize("vent_mm2", [1.0, 3.0])
def test_the_vent_releases_25_kpa_in_a_few_steps(vent_mm2: float) -> None:
    steps = steps_until(at(25_000, Plant(vent_mm2=vent_mm2, volume_ml=50.0)), lambda pa: pa < 1_000, 0, 0.02, vent_open=True)
    assert steps * STEP_MS <= (160 if vent_mm2 == 1.0 else 80)


def test_the_vent_takes_a_moment_to_open_and_to_close() -> None:
    air = at(10_000)
    air.step(0, True, 0.02)
    assert 0.9 * QUIET.vent_mm2 < air.vent_mm2 < QUIET.vent_mm2
    air.step(30_000, False, 0.02)
    assert 0 < air.vent_mm2 < 0.1 * QUIET.vent_mm2


def test_lifting_off_lets_go_within_a_step_and_nothing_falls_below_ambient() -> None:
    random = Random(5)
    for _ in range(200):
        air = at(random.uniform(0, 70_000), draw_plant(random))
        air.step(random.randrange(DUTY_FULL), random.random() < 0.5, OPEN_MM2)
        assert 0 <= air.vacuum_pa < 2_000
        for _ in range(20):
            assert air.step(random.randrange(DUTY_FULL), random.random() < 0.5, random.choice((0.0, 0.02, 2.0, OPEN_MM2))) >= 0


def test_below_its_start_duty_the_pump_stands_still() -> None:
    assert settle(Pneumatics(), QUIET.start_duty, 0.02) == 0
    assert settle(Pneumatics(), QUIET.start_duty + 2_000, 0.02) > 500


def test_the_pump_spins_up_with_its_lag() -> None:
    air = Pneumatics()
    settle(air, DUTY_FULL, OPEN_MM2, steps=3)
    assert air.pump_speed == pytest.approx(0.632, abs=0.002)


def test_a_pump_past_its_stall_passes_nothing_either_way() -> None:
    plant = Plant(bleed_mm2=0.0)
    air = at(60_000, plant)
    settle(air, plant.start_duty + 3_000, 0.0, steps=10)
    assert air.vacuum_pa == pytest.approx(60_000)


@pytest.mark.parametrize(
    "more",
    [Plant(pump_l_min=10.0), Plant(stall_pa=77_000.0), Plant(droop=0.3), Plant(bleed_mm2=0.05), Plant(filter_pa_s_m3=0.0)],
)
def test_what_helps_the_pump_gives_more_vacuum(more: Plant) -> None:
    assert settle(Pneumatics(more), 20_000, 0.1) > settle(Pneumatics(), 20_000, 0.1) + 50


def test_a_larger_chamber_is_slower_and_ends_at_the_same() -> None:
    small, large = Pneumatics(Plant(volume_ml=30.0)), Pneumatics(Plant(volume_ml=50.0))
    assert settle(large, 20_000, 0.1, steps=5) < 0.8 * settle(small, 20_000, 0.1, steps=5)
    assert settle(large, 20_000, 0.1) == pytest.approx(settle(small, 20_000, 0.1), rel=1e-3)


def test_a_stuck_pump_runs_on_or_never_turns() -> None:
    assert settle(Pneumatics(faults=Faults(pump_stuck=True)), 0, 0.1) > 40_000
    assert settle(Pneumatics(faults=Faults(pump_stuck=False)), DUTY_FULL, 0.1) == 0


def test_a_stuck_vent_stays_as_it_is() -> None:
    closed = at(20_000, faults=Faults(vent_stuck=False))
    assert settle(closed, 0, 0.02, steps=5, vent_open=True) > 10_000
    opened = Pneumatics(faults=Faults(vent_stuck=True))
    assert settle(opened, 20_000, 0.02) < 1_000


def test_a_clogged_filter_weakens_the_pump_and_may_clear_again() -> None:
    air = Pneumatics()
    clean = settle(air, 40_000, 0.1)
    air.faults = Faults(filter_clog=50.0)
    assert settle(air, 40_000, 0.1) < 0.7 * clean
    air.faults = Faults()
    assert settle(air, 40_000, 0.1) == pytest.approx(clean, rel=1e-3)


def test_at_rest_it_stays_at_rest_and_follows_the_vent() -> None:
    air = Pneumatics()
    assert settle(air, 0, OPEN_MM2, vent_open=True) == 0
    assert (air.pump_speed, air.vent_mm2) == (0, QUIET.vent_mm2)


def test_a_drawn_plant_is_in_the_band_and_the_same_for_the_same_seed() -> None:
    plants = [draw_plant(Random(seed)) for seed in range(300)]
    assert plants[7] == draw_plant(Random(7)) != plants[8]
    for plant in plants:
        assert 6 <= plant.pump_l_min <= 10
        assert 63e3 <= plant.stall_pa <= 77e3
        assert 0.3 <= plant.droop <= 0.8
        assert 30 <= plant.volume_ml <= 50
        assert 1 <= plant.vent_mm2 <= 3
