"""What the state machine counts and notices in a step: presses, seal, sensor, pump, waits and used time, each with its edges."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import regulator, states
from microderm_ctl.firmware.state import State
from tests.firmware.bench import MODES, C, measured, state

MANY = 1_000_000


def counted(s: State, name: str, **inputs: Any) -> int:
    """Return a count after one observation."""
    states.observe(C, s, measured(**inputs))
    found: int = getattr(s, name)
    return found


def test_the_counts_saturate_at_a_million() -> None:
    assert states.SATURATED == MANY


@pytest.mark.parametrize(
    ("name", "modes", "inputs"),
    [
        ("held", set(MODES), {"button": 1}),
        ("silent", set(MODES), {}),
        ("hold", {k.HOLD}, {}),
        ("wall", {k.RUN, k.HOLD}, {}),
        ("armed", {k.ARMED}, {}),
        ("service_idle", {k.SERVICE}, {}),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_count_goes_up_by_one_in_its_states_and_never_over_the_end(name: str, modes: set[int], inputs: Any, mode: int) -> None:
    steps = 1 if mode in modes else 0
    for before in (0, 7, MANY - 1):
        assert counted(state(mode, **{name: before}), name, **inputs) == before + steps
    assert counted(state(mode, **{name: MANY}), name, **inputs) == MANY


@pytest.mark.parametrize(
    ("name", "modes"), [("lease", set(MODES)), ("showing", set(MODES)), ("service", {k.SERVICE}), ("drive_left", {k.SERVICE})]
)
@pytest.mark.parametrize("mode", MODES)
def test_what_is_left_goes_down_by_one_and_never_under_nothing(name: str, modes: set[int], mode: int) -> None:
    steps = 1 if mode in modes else 0
    for before in (1, 2, 9):
        assert counted(state(mode, **{name: before}), name) == before - steps
    assert counted(state(mode, **{name: 0}), name) == 0


def test_a_press_is_the_first_step_of_it() -> None:
    """Held down it is no second press; let go and pressed again it is."""
    s = state(k.ARMED)
    presses = [counted(s, "pressed", button=button) for button in (0, 1, 1, 1, 0, 1)]
    assert presses == [0, 1, 0, 0, 0, 1]
    assert [counted(s, "held", button=button) for button in (1, 1, 0, 1)] == [2, 3, 0, 1]
    assert [counted(s, "button_was", button=button) for button in (1, 0)] == [1, 0]


@pytest.mark.parametrize(
    ("before", "vacuum_pa", "after"),
    [(0, 899, 0), (0, 900, 0), (0, 901, 1), (0, 5_000, 1), (1, 601, 1), (1, 600, 1), (1, 599, 0), (1, 0, 0), (1, -500, 0), (0, 600, 0)],
)
def test_the_seal_has_two_edges(before: int, vacuum_pa: int, after: int) -> None:
    """It begins above 0.9 kPa and ends below 0.6 kPa: between them nothing changes."""
    assert counted(state(k.SAFE, sealed=before), "sealed", vacuum_pa=vacuum_pa) == after


def test_equal_readings_count_while_the_pump_runs() -> None:
    assert counted(state(k.RUN, duty=1, frozen=3), "frozen") == 4
    assert counted(state(k.RUN, duty=20_000, frozen=3), "frozen") == 4
    assert counted(state(k.RUN, duty=0, frozen=3), "frozen") == 0
    for raw in (8_191, 8_193):
        assert counted(state(k.RUN, duty=1, frozen=3), "frozen", raw=raw) == 0
    assert counted(state(k.RUN, duty=1, frozen=MANY - 1), "frozen") == MANY
    assert counted(state(k.RUN, duty=1, frozen=MANY), "frozen") == MANY


@pytest.mark.parametrize(
    ("last", "raw", "jump"),
    [
        (8_192, 15_692, 0),
        (8_192, 15_693, 1),
        (8_192, 15_694, 1),
        (8_192, 300, 0),
        (0, 7_500, 0),
        (0, 7_501, 1),
        (1, 7_502, 1),
        (-1, 60_000, 0),
    ],
)
def test_a_jump_is_15_kpa_up_in_a_step(last: int, raw: int, jump: int) -> None:
    """Down is a lost seal, and before the first reading there is none to jump from."""
    s = state(k.RUN, last_raw=last)
    assert counted(s, "jump", raw=raw) == jump
    assert s.last_raw == raw


@pytest.mark.parametrize(
    ("duty", "vent", "off", "current"), [(0, 1, 6, 6), (0, 0, 0, 6), (1, 1, 0, 0), (30_000, 1, 0, 0), (30_000, 0, 0, 0)]
)
def test_off_is_a_pump_at_rest_with_the_vent_open(duty: int, vent: int, off: int, current: int) -> None:
    """Steps at rest count only with both; current of a pump at rest counts whatever the vent does."""
    s = state(k.STOPPING, duty=duty, vent=vent, off=5, current=5)
    states.observe(C, s, measured(pump_ma=C.off_ma + 1))
    assert (s.off, s.current) == (off, current)


def test_the_current_of_a_pump_at_rest_is_judged_above_40_ma() -> None:
    for pump_ma, count in ((C.off_ma - 1, 0), (C.off_ma, 0), (C.off_ma + 1, 4), (C.off_ma + 2, 4)):
        assert counted(state(k.SAFE, current=3), "current", pump_ma=pump_ma) == count
    for name in ("off", "current"):
        assert counted(state(k.SAFE, **{name: MANY - 1}), name, pump_ma=99) == MANY
        assert counted(state(k.SAFE, **{name: MANY}), name, pump_ma=99) == MANY


@pytest.mark.parametrize("mode", MODES)
def test_motion_counts_in_hold_after_a_second(mode: int) -> None:
    """Pulling the tip off is motion too, so the first second of HOLD does not count."""
    for hold, motion_mg, moved in [
        (0, C.moving_mg, 0),
        (C.hold_least_steps - 1, C.moving_mg, 0),
        (C.hold_least_steps, C.moving_mg, 1),
        (C.hold_least_steps + 5, C.moving_mg + 1, 1),
        (C.hold_least_steps, C.moving_mg - 1, 0),
    ]:
        assert counted(state(mode, hold=hold), "moved", motion_mg=motion_mg) == (moved if mode == k.HOLD else 0)


@pytest.mark.parametrize("mode", MODES)
def test_sealed_steps_count_on_the_row_in_force_in_run_alone(mode: int) -> None:
    s = state(mode, sealed=1, used=(3, 4, 5) + (0,) * 9, treatment=10, unsealed=7, dwell=2)
    states.observe(C, s, measured(vacuum_pa=7_000))
    if mode == k.RUN:
        assert (s.used, s.treatment, s.unsealed, s.dwell) == ((3, 5, 5) + (0,) * 9, 11, 0, 3)
    else:
        assert (s.used, s.treatment, s.unsealed, s.dwell) == ((3, 4, 5) + (0,) * 9, 10, 7, 2)


def test_without_a_seal_nothing_of_the_treatment_is_used_up() -> None:
    s = state(k.RUN, used=(3, 4) + (0,) * 10, treatment=10, unsealed=7, dwell=2, strain=9)
    states.observe(C, s, measured())
    assert (s.used[1], s.treatment, s.unsealed, s.dwell, s.strain) == (4, 10, 8, 0, 0)
    for before in (MANY - 1, MANY):
        assert counted(state(k.RUN, unsealed=before), "unsealed") == MANY


@pytest.mark.parametrize(("motion_mg", "dwell"), [(C.moving_mg - 1, 5), (C.moving_mg, 0), (C.moving_mg + 1, 0)])
def test_dwell_is_time_without_motion(motion_mg: int, dwell: int) -> None:
    assert counted(state(k.RUN, sealed=1, dwell=4), "dwell", vacuum_pa=7_000, motion_mg=motion_mg) == dwell


@pytest.mark.parametrize(
    ("more_duty", "under_pa", "strain"),
    [(0, 1_001, 5), (0, 1_000, 0), (0, 999, 0), (1, 1_001, 5), (-1, 1_001, 0), (0, 4_000, 5)],
)
def test_strain_is_all_the_duty_there_is_and_a_kilopascal_missing(more_duty: int, under_pa: int, strain: int) -> None:
    s = state(k.RUN, sealed=1, strain=4, duty=regulator.duty_most(C.gains, 7_000) + more_duty)
    assert counted(s, "strain", vacuum_pa=7_000 - under_pa) == strain
