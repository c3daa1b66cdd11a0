"""A gauge in the wrong unit, of the wrong type or sign, or asleep, is known by how it follows the wand."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_ctl.bench.gauges import GaugeReading, Pair, Unit, Watch, check_slope, check_vent, parse_unit
from microderm_ctl.bench.gauges.judge import likely_units, slope_of
from microderm_ctl.bench.gauges.problems import GaugeProblem, GaugeStale, GaugeUnfit
from microderm_ctl.bench.gauges.units import KPA, UNITS_PA
from microderm_ctl.simulator.errors_model import GaugeErrors, UnitErrors, seen_pa
from tests.bench.gauge_lines import EXACT, Bench

RAMP = range(0, 12_001, 1_000)
WAND = UnitErrors(offset_pa=-900, gain=0.03)


def readings(bench: Bench, vacuums: Sequence[int]) -> list[GaugeReading]:
    found = []
    for pa in vacuums:
        bench.vacuum.pa = pa
        found.append(bench.gauge.read())
    return found


def followed(bench: Bench, wand: UnitErrors = WAND) -> tuple[list[Pair], Unit]:
    """Return gauge and an uncalibrated wand over the first kPa of a preload."""
    found = readings(bench, RAMP)
    return [Pair(one.vacuum_pa, seen_pa(wand, pa, 1)) for one, pa in zip(found, RAMP, strict=True)], found[-1].unit


def mistake(problem: GaugeProblem) -> object:
    return problem.details["mistake"]


@pytest.mark.parametrize("gain", [-0.03, 0.0, 0.03])
def test_a_sound_gauge_passes_beside_any_uncalibrated_wand(gain: float) -> None:
    pairs, told = followed(Bench(), UnitErrors(offset_pa=1_800, gain=gain, bow_pa=150))
    assert 0.9 < check_slope(pairs, told).slope < 1.1


@pytest.mark.parametrize("gain", [-0.03, 0.03])
@pytest.mark.parametrize("really", ["psi", "mbar", "mmHg", "inHg", "mmH2O", "bar", "Pa"])
def test_numbers_in_another_unit_are_named(really: str, gain: float) -> None:
    """The display was switched, and the program was told kPa."""
    bench = Bench(faults=[f"wrong-unit={really}"], errors=EXACT._replace(resolution_pa=0.1))
    pairs, told = followed(bench, UnitErrors(gain=gain))
    with pytest.raises(GaugeUnfit, match=f"numbers are in .*{really}") as raised:
        check_slope(pairs, told)
    assert mistake(raised.value) == "unit"
    assert really in raised.value.details["likely"]  # type: ignore[operator]
    assert "kPa" in raised.value.hint


def test_kpa_that_are_taken_as_psi_are_named_too() -> None:
    pairs, told = followed(Bench(unit="psi", faults=["wrong-unit=kPa"]))
    with pytest.raises(GaugeUnfit, match=r"numbers are in kPa, not in psi: they move 6\.6"):
        check_slope(pairs, told)


def test_units_that_no_slope_tells_apart_are_named_together() -> None:
    assert likely_units(KPA, 10.0) == ["hPa", "mbar", "cmH2O"]
    assert likely_units(KPA, 7.5) == ["mmHg"]
    assert likely_units(KPA, 2.0) == []


@given(st.sampled_from(sorted(UNITS_PA)), st.sampled_from(sorted(UNITS_PA)), st.floats(0.95, 1.05), st.sampled_from([1, -1]))
def test_whatever_is_taken_for_whatever_the_true_unit_is_among_those_named(told: str, really: str, gain: float, sign: int) -> None:
    factor = sign * UNITS_PA[told] / UNITS_PA[really] / gain
    if abs(UNITS_PA[told] / UNITS_PA[really] - 1) > 0.2:
        assert really in likely_units(Unit(told), factor)


def test_a_wrong_sign_is_named_alone_and_with_a_wrong_unit() -> None:
    pairs, told = followed(Bench(faults=["sign"]))
    with pytest.raises(GaugeUnfit, match="wrong sign") as raised:
        check_slope(pairs, told)
    assert mistake(raised.value) == "sign"
    assert "vacuum_is" in raised.value.hint
    pairs, told = followed(Bench(faults=["sign", "wrong-unit=psi"]))
    with pytest.raises(GaugeUnfit, match=r"in psi, not in kPa.*sign is wrong as well"):
        check_slope(pairs, told)


@pytest.mark.parametrize("more", [[], ["sign"], ["wrong-unit=psi"], ["wrong-unit=mbar", "sign"]])
def test_an_absolute_gauge_is_named_by_its_slope(more: list[str]) -> None:
    pairs, told = followed(Bench(faults=["absolute", *more]))
    with pytest.raises(GaugeUnfit, match="absolute gauge") as raised:
        check_slope(pairs, told)
    assert mistake(raised.value) == "absolute"
    assert "zero it" in raised.value.hint


@pytest.mark.parametrize("unit", ["kPa", "psi", "mbar", "mmHg", "inHg"])
@pytest.mark.parametrize("wrong", ["", "psi", "mbar", "inHg"])
def test_an_absolute_gauge_is_named_at_vent(unit: str, wrong: str) -> None:
    bench = Bench(unit=unit, faults=["absolute", *([f"wrong-unit={wrong}"] if wrong and wrong != unit else [])])
    with pytest.raises(GaugeUnfit, match="absolute gauge") as raised:
        check_vent([bench.gauge.read()])
    assert mistake(raised.value) == "absolute"


def test_at_vent_a_tenth_of_a_kpa_is_let_pass_and_more_must_be_zeroed() -> None:
    assert check_vent(readings(Bench(errors=EXACT._replace(offset_pa=100)), [0] * 6)) == pytest.approx(100)
    assert check_vent(readings(Bench(errors=EXACT._replace(offset_pa=-100)), [0] * 6)) == pytest.approx(-100)
    with pytest.raises(GaugeUnfit, match="where it should show 0") as raised:
        check_vent(readings(Bench(errors=EXACT._replace(offset_pa=110)), [0] * 6))
    assert mistake(raised.value) == "zero"
    assert "ZERO" in raised.value.hint


def test_a_gauge_that_never_moves_and_one_on_another_hose_are_told_apart() -> None:
    bench = Bench(pa=0)
    bench.gauge.read()
    bench.simulated.break_now("stale")
    pairs, told = followed(bench)
    with pytest.raises(GaugeStale, match="repeats the same reading, though the wand's vacuum moved by 12"):
        check_slope(pairs, told)
    other = Bench(errors=GaugeErrors(noise_pa=20, resolution_pa=1))
    elsewhere = [Pair(one.vacuum_pa, 1_000 * place) for place, one in enumerate(readings(other, [0] * 12))]
    with pytest.raises(GaugeUnfit, match="does not follow") as raised:
        check_slope(elsewhere, KPA)
    assert mistake(raised.value) == "not connected"
    assert "same T" in raised.value.hint


def test_a_leaning_slope_fits_no_unit() -> None:
    with pytest.raises(GaugeUnfit, match="fits no unit"):
        check_slope([Pair(pa * 0.5, pa) for pa in RAMP], KPA)


def test_a_gauge_that_wavers_about_one_value_does_not_follow() -> None:
    with pytest.raises(GaugeUnfit, match="moves 0 times as far"):
        check_slope([Pair(5, 0), Pair(-5, 0), Pair(-5, 4_000), Pair(5, 4_000)], KPA)
    assert likely_units(KPA, 0.0) == []


def test_nothing_is_judged_before_the_wand_has_moved() -> None:
    with pytest.raises(ValueError, match="needs a reading"):
        check_vent([])
    with pytest.raises(ValueError, match="two pairs"):
        slope_of([Pair(0, 0)])
    with pytest.raises(ValueError, match="did not move"):
        slope_of([Pair(0, 5), Pair(1, 5)])
    with pytest.raises(ValueError, match=r"moved by 1\.99 kPa"):
        check_slope([Pair(0, 0), Pair(300, 1_990)], KPA)


def test_a_gauge_that_freezes_in_the_middle_is_noticed_within_half_a_kpa() -> None:
    bench, watch = Bench(pa=5_000), Watch()
    for pa in (5_000, 5_000, 5_000):
        watch.add(bench.gauge.read(), pa)
    bench.simulated.break_now("stale")
    for pa in (5_200, 5_400, 5_500):
        bench.vacuum.pa = pa
        watch.add(bench.gauge.read(), pa)
    bench.vacuum.pa = 5_520
    with pytest.raises(GaugeStale, match="repeats") as raised:
        watch.add(bench.gauge.read(), 5_520)
    assert "HOLD" in raised.value.hint
    assert len(watch.pairs) == 7


def test_a_coarse_display_may_repeat_itself_for_three_steps() -> None:
    reading, watch = GaugeReading(5_000, "-5", KPA, 0, 100), Watch(resolution_pa=1_000)
    for pa in (5_000, 6_000, 8_000):
        watch.add(reading, pa)
    with pytest.raises(GaugeStale):
        watch.add(reading, 8_001)


def test_a_still_vacuum_is_not_taken_for_a_frozen_gauge() -> None:
    bench, watch = Bench(pa=5_000), Watch()
    for noise in (-60, 40, 0, 60, -30) * 4:
        watch.add(bench.gauge.read(), 5_000 + noise)


def test_a_repeated_time_stamp_is_stale_at_once() -> None:
    reading = GaugeReading(5_000, "5.00,12:00:01", KPA, 0, 100, "12:00:01")
    watch = Watch()
    watch.add(reading, 5_000)
    watch.add(reading._replace(stamp="12:00:02"), 5_000)
    with pytest.raises(GaugeStale, match="same measurement twice"):
        watch.add(reading._replace(stamp="12:00:02"), 5_000)


def test_a_unit_key_pressed_during_a_series_is_noticed() -> None:
    bench, watch = Bench(pa=5_000), Watch()
    watch.add(bench.gauge.read(), 5_000)
    bench.simulated.break_now("unit=psi")
    with pytest.raises(GaugeUnfit, match="from kPa to psi"):
        watch.add(bench.gauge.read(), 5_000)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("KPA", Unit("kPa")),
        ("psi", Unit("psi")),
        ("PSIG", Unit("psi")),
        ("psia", Unit("psi", True)),
        ("kPa abs", Unit("kPa", True)),
        ("bar (g)", Unit("bar")),
        ("bara", Unit("bar", True)),
        ("INHG0C", Unit("inHg")),
        ("inHg@0C", Unit("inHg")),
        ("INH2O60F", Unit("inH2O")),
        ("CMH2O4C", Unit("cmH2O")),
        ("Torr", Unit("mmHg")),
        ("hPa", Unit("hPa")),
        ("Pa", Unit("Pa")),
        ("KG/CM2", Unit("kgf/cm2")),
        ("furlong", None),
        ("", None),
        ("kPa2", None),
        ("mA", None),
    ],
)
def test_units_are_known_as_instruments_write_them(text: str, unit: Unit | None) -> None:
    assert parse_unit(text) == unit
