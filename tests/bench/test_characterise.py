"""Start duty, duty map and gains from samples, on curves whose truth is known and on the simulated air."""

from itertools import pairwise
from math import exp, inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microderm_ctl.bench.characterise import (
    Gains,
    MapPoint,
    Plant,
    StepSample,
    duty_map,
    identify,
    judge_step,
    map_duties,
    next_start_duty,
    pool,
    start_duty,
    tune,
)
from microderm_ctl.bench.measurement import Outcome
from microderm_ctl.simulator.pneumatics import DUTY_FULL, Pneumatics
from tests.bench.cycles import PROCEDURE

N, GATES = PROCEDURE.numbers, PROCEDURE.gates


@pytest.mark.parametrize("truth", [0.12, 0.137, 0.25])
def test_the_start_duty_is_found_upwards_within_a_hundredth(truth: float) -> None:
    tried: list[MapPoint] = []
    while (duty := next_start_duty(tried, N.start_duty_step_permille / 1000)) is not None:
        tried.append(MapPoint(duty, 2_000.0 if duty >= truth else 5.0))
    assert truth <= start_duty(tried) <= truth + 0.0101
    assert len(tried) < 20


def test_a_pump_that_never_turns_ends_the_search() -> None:
    tried: list[MapPoint] = []
    while (duty := next_start_duty(tried, 0.25)) is not None:
        tried.append(MapPoint(duty, 0.0))
    assert [one.duty for one in tried] == [0.25, 0.5, 0.75, 1.0]
    with pytest.raises(ValueError, match="turn"):
        start_duty(tried)


@given(st.lists(st.floats(0, 30_000), min_size=1, max_size=14))
@settings(max_examples=60)
def test_pooled_values_rise_and_keep_their_mean(values: list[float]) -> None:
    levels = pool(values)
    assert levels == sorted(levels)
    assert sum(levels) == pytest.approx(sum(values), rel=1e-9, abs=1e-6)
    assert pool(sorted(values)) == sorted(values)


@given(st.lists(st.floats(0, 25_000), min_size=2, max_size=12), st.floats(0.0, 1.0))
@settings(max_examples=60)
def test_the_map_rises_everywhere_and_goes_both_ways(values: list[float], part: float) -> None:
    samples = [MapPoint(duty, value) for duty, value in zip(map_duties(0.12, 0.8, len(values)), values, strict=True)]
    found = duty_map(samples)
    curve = [found.vacuum_at(0.12 + 0.68 * i / 200) for i in range(201)]
    assert all(b >= a - 1e-6 for a, b in pairwise(curve))
    low, high = found.points[0].vacuum_pa, found.points[-1].vacuum_pa
    wanted = low + (high - low) * part
    assert found.vacuum_at(found.duty_for(wanted)) == pytest.approx(wanted, abs=0.5)


def test_a_map_of_twelve_points_stays_near_a_smooth_pump() -> None:
    random = Random(2)

    def truth(duty: float) -> float:
        return 32_000 * (1 - exp(-2.2 * (duty - 0.12)))

    found = duty_map([MapPoint(duty, truth(duty) + random.gauss(0, 60)) for duty in map_duties(0.12, 0.9, N.map_points)])
    worst = max(abs(found.vacuum_at(duty / 100) - truth(duty / 100)) for duty in range(13, 90))
    assert worst < 400
    assert found.violation_pa < 300


def test_a_fall_is_told_and_what_is_no_map_is_refused() -> None:
    found = duty_map([MapPoint(0.2, 5_000), MapPoint(0.4, 4_000), MapPoint(0.6, 9_000)])
    assert found.violation_pa == 1_000
    assert [one.vacuum_pa for one in found.points] == [4_500, 4_500, 9_000]
    assert found.vacuum_at(0.0) == 4_500
    assert found.vacuum_at(1.0) == 9_000
    with pytest.raises(ValueError, match="reach"):
        found.duty_for(10_000)
    with pytest.raises(ValueError, match="duties"):
        duty_map([MapPoint(0.2, 5_000), MapPoint(0.2, 5_100)])
    with pytest.raises(ValueError, match="way"):
        map_duties(0.5, 0.5)


def step_of(plant: Plant, noise_pa: float = 0.0) -> list[StepSample]:
    random = Random(4)
    times = [i * 0.02 for i in range(400)]
    return [
        StepSample(t, 8_000 + 0.2 * plant.gain_pa * (1 - exp(-max(0.0, t - plant.dead_s) / plant.lag_s)) + random.gauss(0, noise_pa))
        for t in times
    ]


@pytest.mark.parametrize("noise_pa", [0.0, 20.0])
def test_a_step_shows_gain_lag_and_dead_time(noise_pa: float) -> None:
    found = identify(step_of(Plant(40_000, 1.2, 0.15), noise_pa), 0.2)
    assert found.gain_pa == pytest.approx(40_000, rel=0.01)
    assert found.lag_s == pytest.approx(1.2, rel=0.05)
    assert found.dead_s == pytest.approx(0.15, abs=0.03)


def test_simc_as_published() -> None:
    """Kc = tau / (K (tc + theta)), Ti = min(tau, 4 (tc + theta)), tc = 2 theta."""
    gains = tune(Plant(40_000, 1.2, 0.15))
    assert gains.proportional_per_pa == pytest.approx(1.2 / (40_000 * 0.45))
    assert gains.integral_s == 1.2
    assert tune(Plant(40_000, 9.0, 0.15)).integral_s == pytest.approx(1.8)
    assert tune(Plant(40_000, 1.2, 0.0)) == tune(Plant(40_000, 1.2, 0.04))


def closed_loop(plant: Plant, gains: Gains) -> list[StepSample]:
    """A PI loop every 20 ms around a plant of first order with dead time."""
    vacuum, integral = float(N.step_from_pa), N.step_from_pa / plant.gain_pa
    waiting = [integral] * max(1, round(plant.dead_s / 0.02))
    samples = []
    for i in range(300):
        error = N.step_to_pa - vacuum
        integral += gains.proportional_per_pa * error * 0.02 / gains.integral_s
        waiting.append(min(1.0, max(0.0, gains.proportional_per_pa * error + integral)))
        vacuum += (plant.gain_pa * waiting.pop(0) - vacuum) * (1 - exp(-0.02 / plant.lag_s))
        samples.append(StepSample((i + 1) * 0.02, vacuum))
    return samples


@pytest.mark.parametrize("off", [0.7, 1.0, 1.3])
def test_the_gains_hold_the_step_of_the_procedure(off: float) -> None:
    """Also where the pump is 30 % weaker or stronger than the step told."""
    plant = Plant(40_000, 1.2, 0.15)
    found = judge_step(closed_loop(plant._replace(gain_pa=40_000 * off), tune(plant)), N.step_from_pa, N.step_to_pa)
    assert GATES.overshoot.judge(found.overshoot) is not Outcome.FAIL
    assert GATES.settle.judge(found.settle_s) is not Outcome.FAIL
    assert found.ripple_pa < 100


def test_a_loop_that_rings_or_never_arrives_is_seen() -> None:
    plant = Plant(40_000, 1.2, 0.15)
    gains = tune(plant)
    ringing = judge_step(closed_loop(plant, Gains(gains.proportional_per_pa * 3.5, 0.4)), N.step_from_pa, N.step_to_pa)
    assert GATES.overshoot.judge(ringing.overshoot) is Outcome.FAIL
    assert judge_step([StepSample(t / 10, 12_000.0) for t in range(20)], 8_000, 16_000).settle_s == inf


def test_no_step_no_plant() -> None:
    samples = step_of(Plant(40_000, 1.2, 0.15))
    for broken, change in (
        (samples[:5], 0.2),
        (samples, 0.0),
        (samples, -0.2),
        ([one._replace(vacuum_pa=8_000.0) for one in samples], 0.2),
    ):
        with pytest.raises(ValueError, match="step"):
            identify(broken, change)


def test_the_simulated_air_is_identified_too() -> None:
    """Its pump is not linear; the first order that is found predicts its step within a tenth of the way."""
    air = Pneumatics()
    for _ in range(400):
        air.step(round(0.20 * DUTY_FULL), False, 0.02)
    samples = [StepSample(0.0, air.vacuum_pa)]
    samples += [StepSample((i + 1) * 0.02, air.step(round(0.26 * DUTY_FULL), False, 0.02)) for i in range(300)]
    plant = identify(samples, 0.06)
    way = samples[-1].vacuum_pa - samples[0].vacuum_pa
    for one in samples:
        told = samples[0].vacuum_pa + 0.06 * plant.gain_pa * (1 - exp(-max(0.0, one.time_s - plant.dead_s) / plant.lag_s))
        assert told == pytest.approx(one.vacuum_pa, abs=0.1 * way)
