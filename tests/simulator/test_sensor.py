"""The sensor of a virtual wand: one model of its errors, a loop that follows the vacuum, warmth, walk, and what breaks."""

from itertools import pairwise
from random import Random
from statistics import mean, stdev

import pytest

from microderm_ctl.errors import UsageProblem
from microderm_ctl.firmware import calibration
from microderm_ctl.simulator.errors_model import UnitErrors, draw_errors, draw_whole_errors, errors_given, seen_pa
from microderm_ctl.simulator.sensor import COLD_K, CYCLE_S, PLAY_PA, Sensor, factory_record

LOOP = UnitErrors(hysteresis_pa=200.0, noise_pa=0.0)
MIDDLE_PA = 12_500


def read_pa(sensor: Sensor, vacuum_pa: float) -> float:
    """The mean of some readings, in pascals."""
    return mean(sensor.read(vacuum_pa) - 8_192 for _ in range(64)) * 2


def led(sensor: Sensor, *turns_pa: int) -> float:
    """What the sensor reads after the vacuum was led from one turn to the next."""
    for from_pa, to_pa in pairwise(turns_pa):
        for now_pa in [*range(from_pa, to_pa, 50 if to_pa > from_pa else -50), to_pa]:
            sensor.age(now_pa, 0.0)
    return read_pa(sensor, turns_pa[-1])


@pytest.mark.parametrize(
    ("serial", "seen"),
    [("SIM-0000", (-847, 11_524, 23_926)), ("SIM-0001", (538, 13_153, 25_793)), ("SIM-0042", (-853, 11_621, 24_078))],
)
def test_a_serial_number_draws_what_it_always_drew(serial: str, seen: tuple[int, int, int]) -> None:
    assert [round(seen_pa(draw_errors(serial), vacuum_pa, 0)) for vacuum_pa in (0, MIDDLE_PA, 25_000)] == list(seen)


def test_on_a_bench_the_same_unit_has_the_rest_of_its_errors_too() -> None:
    plain, whole = draw_errors("SIM-0007"), draw_whole_errors("SIM-0007")
    assert (whole.offset_pa, whole.gain, whole.bow_pa) == (plain.offset_pa, plain.gain, plain.bow_pa)
    assert plain == UnitErrors(plain.offset_pa, plain.gain, plain.bow_pa)
    assert all((whole.s_shape_pa, whole.hysteresis_pa, whole.zero_pa_k, whole.span_k, whole.drift_pa))
    assert whole == draw_whole_errors("SIM-0007") != draw_whole_errors("SIM-0008")


def test_what_is_read_is_the_one_model_on_the_converters_grid() -> None:
    errors = UnitErrors(500.0, -0.02, 80.0, noise_pa=0.0)
    sensor = Sensor(errors, Random(1))
    assert not sensor.ages
    for vacuum_pa in range(0, 26_000, 1_300):
        assert read_pa(sensor, vacuum_pa) == pytest.approx(seen_pa(errors, vacuum_pa, 0), abs=4.01)


def test_a_full_cycle_shows_the_whole_width_of_the_loop() -> None:
    sensor = Sensor(LOOP, Random(1))
    assert led(sensor, 0, MIDDLE_PA) == pytest.approx(MIDDLE_PA + 200, abs=4.01)
    assert led(sensor, MIDDLE_PA, 25_000, MIDDLE_PA) == pytest.approx(MIDDLE_PA - 200, abs=4.01)
    assert led(sensor, MIDDLE_PA, 0, MIDDLE_PA) == pytest.approx(MIDDLE_PA + 200, abs=4.01)


def test_a_small_turn_changes_over_only_part_of_the_way() -> None:
    sensor = Sensor(LOOP, Random(1))
    half = int(PLAY_PA)
    assert led(sensor, 0, MIDDLE_PA + half, MIDDLE_PA) == pytest.approx(MIDDLE_PA, abs=4.01)
    assert led(sensor, MIDDLE_PA, MIDDLE_PA + half) == pytest.approx(MIDDLE_PA + half + 200, abs=8.01)
    assert led(sensor, MIDDLE_PA + half, MIDDLE_PA + half - 100) > MIDDLE_PA + half - 100 + 170


def test_it_warms_after_it_is_switched_on_and_with_the_pump() -> None:
    errors = UnitErrors(zero_pa_k=100.0, noise_pa=0.0)
    sensor = Sensor(errors, Random(1))
    cold_pa = read_pa(sensor, 0)
    for _ in range(15_000):
        sensor.age(0.0, 0.0)
    warm_pa = read_pa(sensor, 0)
    assert warm_pa - cold_pa == pytest.approx(100 * COLD_K * 0.95, abs=10)
    sensor.age(0.0, 5.0)
    assert read_pa(sensor, 0) - warm_pa == pytest.approx(100.0, abs=10)


def test_the_zero_walks_by_its_size_over_a_cycle() -> None:
    ends = []
    for seed in range(60):
        sensor = Sensor(UnitErrors(drift_pa=500.0, noise_pa=0.0), Random(seed))
        for _ in range(500):
            sensor.age(0.0, 0.0)
        ends.append(read_pa(sensor, 0))
    assert stdev(ends) == pytest.approx(500 * (10 / CYCLE_S) ** 0.5, rel=0.3)


def test_a_sluggish_one_is_behind_by_its_time_constant() -> None:
    sensor = Sensor(UnitErrors(noise_pa=0.0), Random(1))
    sensor.lag_s = 2.0
    for _ in range(100):
        sensor.age(10_000.0, 0.0)
    assert read_pa(sensor, 10_000) == pytest.approx(10_000 * 0.632, rel=0.02)


def test_a_bit_that_is_stuck_is_always_set() -> None:
    sensor = Sensor(UnitErrors(), Random(1))
    sensor.stuck_bits = 1 << 7
    readings = [sensor.read(vacuum_pa) for vacuum_pa in range(0, 25_000, 10)]
    assert all(reading & 128 for reading in readings)
    assert len(set(readings)) > 1_000


def test_the_factory_calibrates_in_the_middle_of_the_loop() -> None:
    errors = UnitErrors(300.0, 0.02, 40.0, hysteresis_pa=400.0)
    record = calibration.read(factory_record(errors, "SIM-0001", 1), b"SIM-0001")
    assert record is not None
    zero, gain, curve, _ = record
    for vacuum_pa in range(0, 25_001, 2_500):
        raw = round(8_192 + seen_pa(errors, vacuum_pa, 0) / 2)
        assert calibration.vacuum_of(raw, zero, gain, curve) == pytest.approx(vacuum_pa, abs=30)


def test_errors_are_given_by_name_over_those_that_were_drawn() -> None:
    drawn = draw_whole_errors("SIM-0001")
    assert errors_given("gain=0.02, hysteresis_pa=150", drawn) == drawn._replace(gain=0.02, hysteresis_pa=150.0)
    assert errors_given("none", drawn) == UnitErrors()
    assert errors_given("none,s_shape_pa=-300", drawn) == UnitErrors(s_shape_pa=-300.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hysteresis=150", "Did you mean 'hysteresis_pa'"),
        ("", "no error ''"),
        ("gain=0.1,none", "no error 'none'"),
        ("gain", "'' is not a value"),
        ("gain=much", "'much' is not a value"),
        ("gain=nan", "'nan' is not a value"),
        ("gain=2", "'2' is not a value"),
        ("noise_pa=-1", "'-1' is not a value"),
        ("gain=0.1,gain=0.1", "given twice"),
    ],
)
def test_errors_that_are_unknown_or_silly_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        errors_given(text, UnitErrors())
