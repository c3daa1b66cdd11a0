"""Pressure decay against closed forms, against the regulator-grade formula, and on the simulated air."""

from math import exp, sqrt
from random import Random
from statistics import stdev

import pytest

from microderm_ctl.bench.leak import AMBIENT_PA, Decay, Law, Sample, decay, subtract
from microderm_ctl.bench.measurement import Outcome
from microderm_ctl.simulator.pneumatics import Plant, Pneumatics
from tests.bench.cycles import PROCEDURE

N = PROCEDURE.numbers


def laminar(tau_s: float, noise_pa: float = 0.0, random: Random | None = None) -> list[Sample]:
    return [Sample(t / 2, 20_000 * exp(-t / 2 / tau_s) + (random.gauss(0, noise_pa) if random else 0.0)) for t in range(61)]


def test_a_laminar_leak_is_found_exactly() -> None:
    found = decay(laminar(600), 20_000, Law.LAMINAR)
    assert found.rate_pa_s == pytest.approx(20_000 / 600, rel=1e-9)
    assert found.scatter_pa == pytest.approx(0.0, abs=1e-6)


def test_an_orifice_is_found_exactly_between_start_and_end() -> None:
    samples = [Sample(t / 50, max(0.0, sqrt(20_000) - 60 * t / 50) ** 2) for t in range(100)]
    waiting = [Sample(-1.0, 20_100.0), Sample(-0.5, 19_950.0)]
    found = decay([*waiting, *samples, Sample(3.0, 9_000.0)], 20_000, Law.ORIFICE, 18_000, 6_000)
    assert found.rate_pa_s == pytest.approx(2 * sqrt(20_000) * 60, rel=1e-9)
    assert found.samples == sum(6_000 < one.vacuum_pa <= 18_000 for one in samples)
    assert found.degrees == found.samples - 2
    assert found.scatter_pa == pytest.approx(0.0, abs=1e-6)


def test_regression_scatters_far_less_than_two_points_and_knows_how_much() -> None:
    random = Random(5)
    found = [decay(laminar(600, 5.0, random), 20_000, Law.LAMINAR) for _ in range(200)]
    two = [(one[0].vacuum_pa - one[-1].vacuum_pa) / 30 for one in (laminar(600, 5.0, random) for _ in range(200))]
    rates = [one.rate_pa_s for one in found]
    assert stdev(rates) < stdev(two) / 1.8
    assert stdev(rates) == pytest.approx(sum(one.deviation_pa_s for one in found) / 200, rel=0.2)


def test_too_little_to_see_is_refused() -> None:
    with pytest.raises(ValueError, match="samples"):
        decay(laminar(600)[:2], 20_000, Law.LAMINAR)
    with pytest.raises(ValueError, match="samples"):
        decay(laminar(600), 20_000, Law.LAMINAR, 19_000, 18_990)
    with pytest.raises(ValueError, match="vacuum"):
        decay(laminar(600), 0, Law.LAMINAR)


def test_the_fixture_is_taken_off_with_its_part_of_the_volume() -> None:
    """Free air q_unit and q_fixture into 40 and 20 mL: q = V dp/dt / ambient, as in 40 CFR 1065.644 at one temperature."""
    q_unit, q_fixture = 2e-8, 0.5e-8
    fixture = Decay(20_000, AMBIENT_PA * q_fixture / 20e-6, 0.2, 50, 52, 1.0)
    total = Decay(20_000, AMBIENT_PA * (q_unit + q_fixture) / 60e-6, 0.3, 50, 52, 1.0)
    found = subtract(total, fixture, 40, 20)
    assert found.flow_ml_min == pytest.approx(q_unit * 1e6 * 60, rel=1e-9)
    assert found.rate_pa_s == pytest.approx(AMBIENT_PA * q_unit / 60e-6, rel=1e-9)
    parts = {one.name: one.contribution for one in found.budget.components}
    assert parts["scatter of the fixture's decay"] == pytest.approx(0.2 / 3)
    assert found.budget.expanded == pytest.approx(found.budget.k * sqrt(sum(one**2 for one in parts.values())))
    assert subtract(total, None, 40, 0).rate_pa_s == total.rate_pa_s


def test_what_does_not_belong_together_is_refused() -> None:
    one = Decay(20_000, 1.0, 0.1, 5, 7, 1.0)
    with pytest.raises(ValueError, match="vacuums"):
        subtract(one, one._replace(at_pa=10_000), 40, 20)
    with pytest.raises(ValueError, match="volume"):
        subtract(one, one, 0, 20)


def bled(plant: Plant, seal_mm2: float, fixture_ml: float) -> float:
    """Draw 20 kPa, let go, and return the rate at 20 kPa that the procedure finds."""
    air = Pneumatics(plant._replace(volume_ml=plant.volume_ml + fixture_ml))
    air.vacuum_pa = 20_000.0
    random = Random(3)
    samples = [Sample(i * 0.02, air.step(0, False, seal_mm2) + random.gauss(0, 20)) for i in range(150)]
    found = decay(samples, N.leak_from_pa, Law.ORIFICE, N.leak_start_pa, N.leak_end_pa)
    assert found.samples >= N.leak_samples
    return found.rate_pa_s


def test_the_bleed_of_a_sound_wand_is_a_pass_and_a_blocked_one_or_a_leak_is_not() -> None:
    limits = PROCEDURE.gates.bleed
    for plant in (Plant(volume_ml=30), Plant(), Plant(volume_ml=50)):
        assert limits.judge(bled(plant, 0.0, 10)) is Outcome.PASS
    area_m2 = 0.126e-6 * 0.65 * sqrt(2 / 1.2)
    assert bled(Plant(), 0.0, 10) == pytest.approx(AMBIENT_PA / 50e-6 * area_m2 * sqrt(20_000), rel=0.02)
    assert limits.judge(bled(Plant(bleed_mm2=0.06), 0.0, 10)) is Outcome.FAIL
    assert limits.judge(bled(Plant(), 0.1, 10)) is Outcome.FAIL


@pytest.mark.parametrize("law", Law)
def test_a_law_is_bent_back_as_it_was_made_straight(law: Law) -> None:
    assert law.curved(law.straight(12_345.0)) == pytest.approx(12_345.0)
    assert law.curved(-1.0) >= 0
