"""Counts become the units of the program, and what can be no measurement does not pass for one."""

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.boards import convert


@pytest.mark.parametrize(("vacuum_pa", "raw"), [(0, 8_192), (2, 8_193), (-2, 8_191), (25_000, 20_692), (-101_000, 0), (131_000, 65_535)])
def test_raw_is_8192_and_one_for_two_pascals(vacuum_pa: int, raw: int) -> None:
    assert convert.raw_of_vacuum(vacuum_pa) == raw


def _analog(vacuum_pa: float, supply_mv: float) -> "int | None":
    """Return the raw counts that the data sheet's curve and the two dividers give."""
    output_mv = supply_mv * (0.92 - 0.007652 * vacuum_pa / 1000) * 2 / 3
    counts = [int(mv / 3300 * 4096) * convert.SAMPLES for mv in (output_mv, supply_mv / 2)]
    return convert.raw_of_analog(*counts)


@pytest.mark.parametrize("supply_mv", [4_750, 5_000, 5_250])
@pytest.mark.parametrize("vacuum_pa", [0, 2_500, 10_000, 25_000, 40_000, 100_000])
def test_the_analog_sensor_is_measured_against_its_own_supply(vacuum_pa: int, supply_mv: int) -> None:
    raw = _analog(vacuum_pa, supply_mv)
    assert raw is not None
    assert 2 * (raw - 8_192) == pytest.approx(vacuum_pa, abs=100)


def test_an_analog_sensor_that_is_cut_off_shorted_or_without_supply_is_no_measurement() -> None:
    rail = 12 * convert.SAMPLES_FULL // 16
    cut = convert.raw_of_analog(0, rail)
    assert cut is not None
    assert cut > k.Constants.raw_most
    assert convert.raw_of_analog(convert.SAMPLES_FULL, rail) is None
    assert convert.raw_of_analog(rail, 0) is None
    assert convert.raw_of_analog(100, convert.RAIL_LEAST - 1) is None
    assert convert.raw_of_analog(100, convert.RAIL_LEAST) is not None


@pytest.mark.parametrize(("ohm", "grit_um"), [(1_000, 106), (2_200, 125), (4_700, 150), (0, 0), (1_200, 0), (100_000, 0), (10_000_000, 0)])
@pytest.mark.parametrize("noise", [-60, 0, 60])
def test_the_tips_are_told_apart_through_the_divider(ohm: int, grit_um: int, noise: int) -> None:
    count = max(0, min(65_535 * ohm // (ohm + convert.TIP_PULL_UP_OHM) + noise, 65_535))
    assert k.grit_of(convert.ohm_of_tip(count)) == grit_um


@pytest.mark.parametrize("count", [65_535, 65_400])
def test_an_open_contact_is_no_tip(count: int) -> None:
    assert convert.ohm_of_tip(count) >= k.TIP_ABSENT_OHM


@pytest.mark.parametrize("supply_mv", [0, 4_400, 5_000, 5_500])
def test_the_supply_comes_through_its_divider(supply_mv: int) -> None:
    assert convert.supply_mv(supply_mv * 65_535 // 6_600) == pytest.approx(supply_mv, abs=1)


@pytest.mark.parametrize("square", [0, 1, 2, 3, 4, 899, 900, 901, 50_000_000])
def test_the_root_is_the_whole_part(square: int) -> None:
    assert convert.root(square) ** 2 <= square < (convert.root(square) + 1) ** 2


def test_the_serial_number_is_twelve_digits() -> None:
    assert convert.serial_of(bytes.fromhex("e66058388a2f1a2b")) == b"58388A2F1A2B"


def test_no_product_leaves_the_boards_small_integers() -> None:
    assert convert.SAMPLES_FULL * 16_384 < 2**30
    assert 65_535 * convert.SUPPLY_DIVIDER * convert.ADC_MV < 2**30
    assert 65_535 * convert.TIP_PULL_UP_OHM < 2**30
    assert 6_126 * (convert.SAMPLES_FULL * 16_384 // convert.RAIL_LEAST) < 2**30
    assert 3 * 8 * 4_095**2 < 2**30
