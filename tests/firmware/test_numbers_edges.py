"""The numbers of the wand's program: as on the wire, and as written down on their own from the design."""

from typing import Final

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.state import Measured
from microderm_protocol import codes

STEP_MS: Final = 20

MILLISECONDS: Final = {
    "lease_steps": 500,
    "silent_steps": 10_000,
    "press_steps": 10_000,
    "wall_steps": 30 * 60_000,
    "hold_steps": 5 * 60_000,
    "hold_warn_steps": 4 * 60_000,
    "hold_least_steps": 1_000,
    "unsealed_steps": 10_000,
    "release_steps": 300,
    "off_current_steps": 300,
    "frozen_steps": 200,
    "strain_steps": 2_000,
    "test_steps": 500,
    "test_most_steps": 3_000,
    "done_steps": 5_000,
    "cooldown_steps": 30 * 60_000,
    "unlock_held_steps": 3_000,
    "service_steps": 60 * 60_000,
    "service_idle_steps": 5 * 60_000,
    "ambient_steps": 1_000,
    "telemetry_steps": 100,
}
"""Times that are counted in steps of 20 ms."""

PLAIN: Final = {
    "step_ms": STEP_MS,
    "echo_most_ms": 300,
    "late_most_ms": 50,
    "strains_most": 3,
    "set_point_least_pa": 2_500,
    "cap_least_pa": 5_000,
    "set_point_most_pa": 25_000,
    "trip_most_pa": 26_700,
    "trip_margin_permille": 150,
    "trip_margin_least_pa": 600,
    "trip_margin_most_pa": 1_500,
    "treatment_most_ms": 360_000,
    "patch_most_ms": 3_000,
    "dwell_most_ms": 3_000,
    "sealed_pa": 900,
    "unsealed_pa": 600,
    "moving_mg": 30,
    "released_least_pa": 1_000,
    "released_permille": 200,
    "ambient_window_pa": 600,
    "vacuum_least_pa": -1_500,
    "vacuum_most_pa": 40_000,
    "raw_least": 64,
    "raw_most": 65_400,
    "jump_most_raw": 7_500,
    "strain_below_pa": 1_000,
    "off_ma": 40,
    "temperature_least_dc": 0,
    "temperature_most_dc": 550,
    "supply_least_mv": 4_400,
    "supply_most_mv": 5_500,
    "zero_window_raw": 500,
}


def test_every_limit_and_time_is_what_the_design_says() -> None:
    """Written down twice, in other units: a slip of a finger in either is seen."""
    own = {name: value for name, value in vars(Constants).items() if isinstance(value, int)}
    assert {name: value for name, value in own.items() if name in PLAIN} == PLAIN
    assert {name: value * STEP_MS for name, value in own.items() if name not in PLAIN} == MILLISECONDS


def test_states_and_causes_have_the_numbers_of_the_wire() -> None:
    for name in codes.STATES:
        assert getattr(k, name) == getattr(codes, name), name
    for number, text in enumerate(codes.CAUSES):
        name = {"over-hard-limit": "OVER_HARD"}.get(text, text.upper().replace("-", "_"))
        assert getattr(k, name) == number, name


def test_signals_and_drives_have_the_numbers_of_the_wire() -> None:
    own = (k.QUIET, k.SIGNAL_PRESS, k.SIGNAL_TOUCH, k.SIGNAL_RUNNING, k.SIGNAL_NEXT_ZONE, k.SIGNAL_CONFIRM, k.SIGNAL_WARNING)
    more = (k.SIGNAL_DONE, k.SIGNAL_FAULT, k.SIGNAL_SERVICE, k.SIGNAL_IDENTIFY)
    assert own + more == tuple(range(len(codes.SIGNALS)))
    assert (k.DRIVE_OFF, k.DRIVE_SET_POINT, k.DRIVE_DUTY) == (codes.DRIVE_OFF, codes.DRIVE_SET_POINT, codes.DRIVE_DUTY)
    assert (k.TICK_MASK, k.ROWS, k.NO_ROW) == (codes.TICK_MASK, codes.ROWS, codes.NO_ROW)


def test_what_holds_what_is_a_fault_and_what_runs() -> None:
    """HOLD is for what a hand puts right; a fault is what no hand does."""
    assert {codes.CAUSES[cause] for cause in k.HOLD_CAUSES} == {"dwell", "zone-done", "paused", "unsealed", "no-seal-drive"}
    assert {codes.CAUSES[cause] for cause in k.FAULT_CAUSES} == {
        "sensor-range", "sensor-frozen", "sensor-jump", "sensor-duty", "stuck-vent", "temperature", "supply", "memory", "internal",
    }  # fmt: skip
    assert {codes.STATES[mode] for mode in k.ACTIVE} == {"ARMED", "RUN", "HOLD"}
    assert [codes.STATES[mode] for mode in k.CONFIRMING] == ["HOLD"]
    assert [codes.CAUSES[cause] for cause in k.STRAIN_CAUSES] == ["no-seal-drive"]


@pytest.mark.parametrize(("low", "high", "grit_um"), [(900, 1_100, 106), (2_000, 2_400, 125), (4_200, 5_200, 150)])
def test_a_tip_is_known_by_its_resistor_and_nothing_between(low: int, high: int, grit_um: int) -> None:
    """1, 2.2 and 4.7 kilo-ohm, with what the resistor and its contact may be off."""
    assert [k.grit_of(ohm) for ohm in (low - 1, low, (low + high) // 2, high, high + 1)] == [0, grit_um, grit_um, grit_um, 0]
    assert k.grit_of(0) == 0
    assert k.grit_of(k.TIP_ABSENT_OHM) == 0
    assert len(k.TIPS) == 3


def test_an_absent_tip_is_a_megohm() -> None:
    assert k.TIP_ABSENT_OHM == 1_000_000


@pytest.mark.parametrize(
    ("cap_pa", "trip_pa"),
    [
        (2_500, 3_100),
        (4_000, 4_600),
        (4_010, 4_611),
        (8_000, 9_200),
        (9_999, 11_498),
        (10_001, 11_501),
        (25_000, 26_500),
        (25_200, 26_700),
        (25_201, 26_700),
        (30_000, 26_700),
    ],
)
def test_the_trip_of_a_cap(cap_pa: int, trip_pa: int) -> None:
    """15 % above, at least 0.6 and at most 1.5 kPa, never above 26.7 kPa."""
    assert k.trip_of(Constants(), cap_pa) == trip_pa


def test_a_wand_before_its_first_reading_is_healthy_at_rest_and_held_by_nobody() -> None:
    m = Measured()
    assert (m.vacuum_pa, m.raw, m.motion_mg, m.grit_um, m.temperature_dc, m.supply_mv) == (0, 8_192, 0, 0, 250, 5_000)
    assert (m.pump_ma, m.line_up, m.button, m.late_ms, m.memory_ok) == (0, 0, 0, 0, 1)


def test_records_have_pairs_of_slots_of_their_own() -> None:
    """Their numbers are in every wand's memory and never change; the wire names two of them."""
    kinds = (memory.CALIBRATION, memory.MAP, memory.LATCH, memory.COOLDOWN, memory.UNLOCK, memory.LEDGER)
    assert kinds == (1, 2, 3, 4, 5, 6)
    assert kinds[:2] == (codes.RECORD_CALIBRATION, codes.RECORD_MAP)
    assert (memory.LEDGER_PAIRS, memory.KEY) == (8, 14)
