"""From readings to coefficients, characteristic values and gates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microderm_ctl.bench.calibration import calibrate, judge
from microderm_ctl.bench.decision import Verdict, decide, find_errors, is_released, needs_adjustment, verify
from microderm_ctl.bench.measurement import Limits, Outcome
from microderm_ctl.bench.procedure import series_points, top_point
from microderm_ctl.bench.readings import FACTORY, Coefficients, Direction
from microderm_ctl.bench.uncertainty import TYPICAL, in_use
from microderm_ctl.firmware import calibration as wand
from microderm_ctl.simulator.errors_model import UnitErrors
from tests.bench.cycles import PROCEDURE, reading, series, series_of


def failed(**errors: float) -> set[str]:
    return {one.name for one in calibrate(PROCEDURE, series_of(errors)).gates if one.outcome is Outcome.FAIL}


def test_a_perfect_unit_gets_the_nominal_record() -> None:
    found = calibrate(PROCEDURE, series())
    assert found.coefficients == FACTORY
    assert found.has_passed
    assert all(one.outcome is Outcome.PASS for one in found.gates)


@settings(max_examples=40)
@given(
    st.floats(-1_800, 1_800), st.floats(-0.03, 0.03), st.floats(-150, 150), st.floats(0, 20), st.floats(-30, 30), st.floats(-30, 30)
)  # fmt: skip
def test_offset_gain_bow_and_a_gauge_off_at_vent_are_taken_away(
    offset: float, gain: float, bow: float, hysteresis: float, gauge: float, drift: float
) -> None:
    """The wand's own integers show the truth again, half a loop to either side, wherever its zero stands."""
    cycle = series(gauge_pa=gauge, drift_pa=drift, offset_pa=offset, gain=gain, bow_pa=bow, hysteresis_pa=hysteresis)
    found = calibrate(PROCEDURE, cycle)
    assert found.has_passed
    for point in range(0, 25_001, 2_500):
        both = [reading(UnitErrors(offset, gain, bow, 0.0, hysteresis), point, direction).raw for direction in Direction]
        middle = sum(both) / 2 - (wand.ZERO_NOMINAL + offset / 2)
        assert found.coefficients.vacuum_pa(middle) == pytest.approx(point, abs=1.5)


@given(st.integers(6_192, 10_192), st.integers(7_400, 9_000), st.integers(-8_000, 8_000), st.integers(0, 14_000))
def test_coefficients_mean_what_the_wand_makes_of_them(zero: int, gain: int, curve: int, counts: int) -> None:
    ours = Coefficients(zero, gain, curve)
    assert -4.0 <= wand.vacuum_of(zero + counts, zero, gain, curve) - ours.vacuum_pa(counts) <= 2.5
    assert ours.vacuum_pa(ours.counts(20_000)) == pytest.approx(20_000, abs=0.01)


def test_the_characteristic_values_are_those_that_were_put_in() -> None:
    loop = calibrate(PROCEDURE, series(hysteresis_pa=50.0)).characteristics
    assert loop.hysteresis_pa == pytest.approx((64, 96, 96, 64, 0), abs=0.5)
    assert loop.hysteresis_at(12_500) == pytest.approx(96.0, abs=0.5)
    assert loop.hysteresis_at(2_500) == pytest.approx(32.0, abs=0.5)
    assert loop.hysteresis_at(0) == 0
    values = calibrate(PROCEDURE, series(drift_pa=22.0, noise_pa=31.0)).characteristics
    assert values.zero_deviation_pa == pytest.approx(22.0, abs=0.1)
    assert values.noise_pa == pytest.approx(31.0, abs=0.1)


def test_a_second_approach_that_reads_otherwise_is_the_repeatability() -> None:
    cycle = series()
    other = cycle.up[-1]._replace(raw=cycle.up[-1].raw + 20)
    assert calibrate(PROCEDURE, cycle._replace(repeats=(other,))).characteristics.repeatability_pa == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize(
    ("errors", "gate"),
    [
        ({"offset_pa": 3_010.0}, "zero_offset"),
        ({"gain": 0.056}, "gain"),
        ({"bow_pa": 270.0}, "bow"),
        ({"s_shape_pa": 300.0}, "residual"),
        ({"hysteresis_pa": 170.0}, "hysteresis"),
        ({"drift_pa": 102.0}, "zero_deviation"),
        ({"noise_pa": 61.0}, "noise"),
    ],
)
def test_each_gate_closes_for_what_it_is_there_for(errors: dict[str, float], gate: str) -> None:
    assert gate in failed(**errors)
    weaker = {name: value * 0.5 for name, value in errors.items()}
    assert gate not in failed(**weaker)


def test_what_passes_the_gates_the_wand_would_take() -> None:
    """The program of the wand bounds gain and curve; gates that were wider would fail only when it is written."""
    n = PROCEDURE.gates
    for gain in (n.gain.least + 0.001, n.gain.most - 0.001):
        for bow in (n.bow.least + 1, n.bow.most - 1):
            found = calibrate(PROCEDURE, series(gain=1 / gain - 1, bow_pa=-bow))
            zero, factor, curve = found.coefficients
            if found.has_passed:
                assert wand.read(wand.build(zero, b"MW-1", 0, factor, curve), b"MW-1") is not None


def test_a_curve_that_bends_over_is_stopped_at_either_end() -> None:
    values = calibrate(PROCEDURE, series()).characteristics
    steep = judge(PROCEDURE.gates, Coefficients(8_192, 9_020, -6_000), values, 12_500)
    flat = judge(PROCEDURE.gates, Coefficients(8_192, 7_360, 5_000), values, 12_500)
    assert {one.name for one in steep if one.outcome is Outcome.FAIL} == {"gain", "monotone_most"}
    assert {one.name for one in flat if one.outcome is Outcome.FAIL} == {"gain", "monotone_least"}


def test_limits_are_included_and_nothing_else_passes() -> None:
    limits = Limits(0.0, 10.0, 2.0, "Pa", "a test")
    assert [limits.judge(value) for value in (0.0, 8.0, 8.1, 10.0)] == [Outcome.PASS, Outcome.PASS, Outcome.MARGINAL, Outcome.MARGINAL]
    assert [limits.judge(value) for value in (-0.1, 10.1, float("nan"), float("inf"))] == [Outcome.FAIL] * 4
    assert Limits(-5.0, 5.0, 1.0, "Pa", "a test").judge(-4.5) is Outcome.MARGINAL


def test_incomplete_cycles_are_refused() -> None:
    whole = series()
    for broken in (
        whole._replace(down=whole.down[:-1]),
        whole._replace(up=whole.up[:3], down=whole.down[:3]),
        whole._replace(up=whole.up[1:], down=whole.down[1:]),
        whole._replace(up=whole.up[::-1], down=whole.down[::-1]),
    ):
        with pytest.raises(ValueError, match=r"points"):
            calibrate(PROCEDURE, broken)


def test_as_found_is_the_old_record_on_the_same_readings() -> None:
    cycle = series(gauge_pa=12.0, gain=0.02, offset_pa=400.0)
    found = calibrate(PROCEDURE, cycle)
    errors = find_errors(PROCEDURE, FACTORY._replace(zero_raw=8_392), found, cycle, TYPICAL)
    assert [one.set_pa for one in errors] == [*PROCEDURE.points.series_pa, *reversed(PROCEDURE.points.series_pa)]
    assert [one.error_pa for one in errors[:6]] == pytest.approx([0, 100, 200, 300, 400, 500], abs=0.5)
    assert errors[5].verdict is Verdict.CONDITIONAL_PASS
    assert errors[4].verdict is Verdict.PASS
    assert needs_adjustment(PROCEDURE, errors, is_first=False)
    assert not needs_adjustment(PROCEDURE, errors[:4], is_first=False)
    assert needs_adjustment(PROCEDURE, errors[:4], is_first=True)


@pytest.mark.parametrize(
    ("error_pa", "verdict"),
    [
        (450.0, Verdict.PASS), (-450.0, Verdict.PASS), (450.1, Verdict.CONDITIONAL_PASS), (500.0, Verdict.CONDITIONAL_PASS),
        (500.1, Verdict.CONDITIONAL_FAIL), (-550.0, Verdict.CONDITIONAL_FAIL), (550.1, Verdict.FAIL), (float("nan"), Verdict.FAIL),
    ],
)  # fmt: skip
def test_the_guard_band_is_as_wide_as_u(error_pa: float, verdict: Verdict) -> None:
    assert decide(error_pa, 50.0, 500.0) is verdict


def test_only_a_unit_that_passes_everywhere_is_released() -> None:
    found = calibrate(PROCEDURE, series())
    points = [(Direction.UP, reading(UnitErrors(), point, Direction.UP)) for point in PROCEDURE.points.verification_pa]
    errors = verify(PROCEDURE, found, TYPICAL, points, 8_192, 0.0)
    assert is_released(errors)
    assert not is_released(())
    shifted = [(direction, one._replace(reference_pa=one.reference_pa + 40)) for direction, one in points]
    assert [one.error_pa for one in verify(PROCEDURE, found, TYPICAL, shifted, 8_192, 40.0)] == pytest.approx([0.0] * 5, abs=0.01)
    off = [*points[:-1], (Direction.UP, points[-1][1]._replace(raw=points[-1][1].raw + 240))]
    assert not is_released(verify(PROCEDURE, found, TYPICAL, off, 8_192, 0.0))


def test_a_unit_that_would_trip_first_is_calibrated_to_a_lower_top() -> None:
    assert not top_point(PROCEDURE, 1.03).is_moved
    top = top_point(PROCEDURE, 1.06, 100.0)
    assert (top.vacuum_pa, top.is_moved) == (24_500, True)
    assert "24.5 kPa" in top.sentence
    points = series_points(PROCEDURE, top)
    assert points == (0, 5_000, 10_000, 15_000, 20_000, 24_500)
    found = calibrate(PROCEDURE, series(points=points, bow_pa=40.0, gain=0.04))
    assert found.top_pa == 24_500
    assert found.has_passed
    assert in_use(PROCEDURE, found, TYPICAL, 24_500).expanded < 50
    for slope in (1.2, 0.0, float("nan")):
        with pytest.raises(ValueError, match=r"trip|rise"):
            top_point(PROCEDURE, slope)
