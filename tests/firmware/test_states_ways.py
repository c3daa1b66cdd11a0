"""Every way from one state to another: stops, starts, HOLD, rest, self-test and fault, one step at a time."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import states
from tests.firmware.bench import MODES, C, measured, state, stepped

MANY = 1_000_000

STOPPED = [
    (cause, k.HOLD if cause in (k.DWELL, k.ZONE_DONE, k.PAUSED, k.UNSEALED, k.NO_SEAL_DRIVE) else k.STOPPING)
    for cause in range(k.STOP, k.INTERNAL + 1)
    if cause != k.STUCK_PUMP
]


@pytest.mark.parametrize(("cause", "mode"), STOPPED)
def test_where_run_stops_to(cause: int, mode: int) -> None:
    """Five causes hold and go on; every other ends the treatment."""
    s = state(k.RUN, strain=1, dwell=1, unsealed=1, idle=9, acknowledged=1, hold=9, moved=1, strains=1, service=5)
    states.stop(s, measured(vacuum_pa=6_000), cause)
    assert (s.mode, s.cause, s.stop_pa) == (mode, cause, 6_000)
    assert (s.strain, s.dwell, s.unsealed, s.idle, s.acknowledged) == (0, 0, 0, 0, 0)
    if mode == k.HOLD:
        assert (s.hold, s.hold_cause, s.moved) == (0, cause, 0)
        assert s.strains == (2 if cause == k.NO_SEAL_DRIVE else 1)
    else:
        assert (s.strains, s.service) == (1, 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cause", range(k.STOP, k.INTERNAL + 1))
def test_where_every_other_state_stops_to(cause: int, mode: int) -> None:
    """A pump that runs by itself locks; a treatment and SERVICE stop; at rest only a fault matters; while stopping it ends in FAULT."""
    if mode == k.RUN:
        mode = k.HOLD
    s = state(mode, cause=k.STOP)
    states.stop(s, measured(), cause)
    is_fault = cause in (15, 16, 17, 18, 20, 23, 24, 26, 32)
    if cause == k.STUCK_PUMP:
        assert (s.mode, s.cause, s.service) == (k.LOCKOUT, cause, 100 if mode == k.STOPPING else 0)
    elif mode == k.STOPPING:
        assert (s.mode, s.cause) == (k.FAULT, cause)
    elif mode in (k.ARMED, k.HOLD, k.SERVICE):
        assert (s.mode, s.cause, s.service) == (k.STOPPING, cause, 0)
    elif is_fault:
        assert (s.mode, s.cause) == (k.FAULT, cause)
    else:
        assert (s.mode, s.cause) == (mode, k.STOP)


@pytest.mark.parametrize("first", [k.SENSOR_RANGE, k.MEMORY, k.LEASE])
def test_while_stopping_the_first_fault_is_kept(first: int) -> None:
    """A fault is not overwritten by the next; a stop that was no fault is; a stuck pump is graver than all."""
    s = state(k.STOPPING, cause=first)
    states.stop(s, measured(), k.STUCK_VENT)
    assert (s.mode, s.cause) == (k.FAULT, k.STUCK_VENT if first == k.LEASE else first)
    s = state(k.STOPPING, cause=first)
    states.stop(s, measured(), k.SENSOR_FROZEN)
    assert s.cause == (k.SENSOR_FROZEN if first == k.LEASE else first)
    s = state(k.STOPPING, cause=first)
    states.stop(s, measured(), k.STUCK_PUMP)
    assert (s.mode, s.cause) == (k.LOCKOUT, k.STUCK_PUMP)


@pytest.mark.parametrize("mode", MODES)
def test_the_vacuum_of_a_stop_is_kept_where_the_pump_ran(mode: int) -> None:
    for duty, vacuum_pa, stop_pa in [(0, 6_000, 111), (1, 6_000, 6_000), (0, -50, 111), (1, -50, 0), (1, 0, 0), (1, 1, 1)]:
        s = state(mode, duty=duty, stop_pa=111)
        states.stop(s, measured(vacuum_pa=vacuum_pa), k.STOP)
        assert s.stop_pa == (max(0, vacuum_pa) if mode == k.RUN else stop_pa)


def test_a_press_begins_where_a_row_is_in_force() -> None:
    """ARMED goes to RUN by a press alone, and only once the computer named a row; its cap is then confirmed."""
    s = stepped(state(k.ARMED, unsealed=5, dwell=5, strain=5, hold_cause=k.DWELL, sealed=0, cause=k.STOP), button=1)
    assert (s.mode, s.cause, s.confirmed_pa) == (k.RUN, k.NONE, 8_000)
    assert (s.unsealed, s.dwell, s.strain, s.hold_cause) == (0, 0, 0, 0)
    assert stepped(state(k.ARMED), button=0).mode == k.ARMED
    assert stepped(state(k.ARMED, button_was=1), button=1).mode == k.ARMED
    for row in (k.ROWS, k.ROWS + 1, k.NO_ROW):
        assert stepped(state(k.ARMED, row=row), button=1).mode == k.ARMED
    s = stepped(state(k.ARMED, armed=7, hold=9), button=1)
    assert (s.armed, s.hold) == (0, 0)
    assert stepped(state(k.ARMED, row=0), button=1).confirmed_pa == 5_000


def test_a_step_into_run_forgets_the_seal_of_before() -> None:
    s = state(k.ARMED, sealed=1)
    stepped(s, button=1, vacuum_pa=950)
    assert (s.mode, s.sealed) == (k.RUN, 0)


@pytest.mark.parametrize(
    ("changes", "inputs", "mode", "cause"),
    [
        ({"moved": 1}, {}, k.RUN, k.NONE),
        ({"moved": 0}, {}, k.HOLD, 0),
        ({"moved": 1, "hold_cause": k.UNSEALED}, {}, k.RUN, k.NONE),
        ({"moved": 1, "row": k.ROWS}, {}, k.HOLD, 0),
        ({"moved": 1, "hold_cause": k.PAUSED}, {}, k.HOLD, 0),
        ({"moved": 1, "press_needed": 1}, {}, k.HOLD, 0),
        ({"moved": 0, "press_needed": 1}, {"button": 1}, k.HOLD, 0),
        ({"moved": 1, "press_needed": 1}, {"button": 1}, k.RUN, k.NONE),
        ({"moved": 1}, {"button": 1}, k.STOPPING, k.BUTTON),
        ({"moved": 1, "row": k.NO_ROW}, {}, k.HOLD, 0),
        ({"moved": 1, "used": (0, 400) + (0,) * 10}, {}, k.HOLD, 0),
        ({"moved": 1, "used": (0, 401) + (0,) * 10}, {}, k.HOLD, 0),
        ({"moved": 1, "used": (0, 399) + (0,) * 10}, {}, k.RUN, k.NONE),
        ({"moved": 1, "treatment": 1_000}, {}, k.HOLD, 0),
        ({"moved": 1, "treatment": 1_001}, {}, k.HOLD, 0),
        ({"moved": 1, "treatment": 999}, {}, k.RUN, k.NONE),
    ],
)
def test_the_ways_out_of_hold(changes: Any, inputs: Any, mode: int, cause: int) -> None:
    s = stepped(state(k.HOLD, **{"hold_cause": k.ZONE_DONE, **changes}), **inputs)
    assert (s.mode, s.cause) == (mode, cause)


def test_a_press_in_hold_confirms_the_higher_cap() -> None:
    s = stepped(state(k.HOLD, press_needed=1, confirmed_pa=5_000), button=1)
    assert (s.press_needed, s.confirmed_pa, s.mode) == (0, 8_000, k.HOLD)


@pytest.mark.parametrize("mode", MODES)
def test_the_computers_word_leaves_hold_alone(mode: int) -> None:
    s = state(mode, off=1, hold_cause=k.PAUSED)
    assert states.resume(s) is (mode == k.HOLD)
    assert s.mode == (k.RUN if mode == k.HOLD else mode)


@pytest.mark.parametrize(
    ("changes", "goes"),
    [
        ({"hold_cause": k.DWELL}, False),
        ({"hold_cause": k.DWELL, "moved": 1}, True),
        ({"hold_cause": k.UNSEALED}, True),
        ({"off": 0}, False),
        ({"off": 2}, True),
        ({"press_needed": 1}, False),
    ],
)
def test_what_the_computers_word_needs(changes: Any, goes: bool) -> None:
    """After dwell motion, and the vent open for a step at least."""
    assert states.resume(state(k.HOLD, **{"off": 1, **changes})) is goes


@pytest.mark.parametrize(
    ("changes", "mode", "cause"),
    [
        ({"cause": k.SENSOR_RANGE}, k.FAULT, k.SENSOR_RANGE),
        ({"cause": k.STOP, "latched": k.STUCK_PUMP}, k.LOCKOUT, k.STUCK_PUMP),
        ({"cause": k.STOP, "cooldown": 5}, k.COOLDOWN, k.STOP),
        ({"cause": k.STOP}, k.LINKED, k.STOP),
        ({"cause": k.STOP, "session": 0}, k.SAFE, k.STOP),
    ],
)
def test_where_a_stop_ends(changes: Any, mode: int, cause: int) -> None:
    s = stepped(state(k.STOPPING, idle=7, **changes))
    assert (s.mode, s.cause, s.idle) == (mode, cause, 0)


@pytest.mark.parametrize(("stop_pa", "below_pa"), [(0, 1_000), (8_000, 1_600)])
def test_a_stop_ends_below_a_fifth_of_the_vacuum(stop_pa: int, below_pa: int) -> None:
    for vacuum_pa, mode in ((below_pa - 1, k.LINKED), (below_pa, k.STOPPING), (below_pa + 1, k.STOPPING)):
        assert stepped(state(k.STOPPING, cause=k.STOP, stop_pa=stop_pa), vacuum_pa=vacuum_pa).mode == mode


@pytest.mark.parametrize("purpose", [0, 1])
def test_a_used_up_budget_owes_a_rest(purpose: int) -> None:
    """From the step that ends it; a patch test owes none."""
    s = stepped(state(k.RUN, treatment=1_000, purpose=purpose))
    assert (s.mode, s.cause, s.cooldown) == (k.STOPPING, k.TREATMENT_DONE, 0 if purpose else C.cooldown_steps)
    for changes in ({"wall": C.wall_steps}, {"lease": 0}, {"dwell": 99}):
        assert stepped(state(k.RUN, **changes)).cooldown == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_session_ends_with_the_line_or_after_ten_silent_seconds(mode: int) -> None:
    """Where nothing runs. Where something does, the lease ends it."""
    idle = mode not in (k.ARMED, k.RUN, k.HOLD, k.STOPPING, k.SERVICE)
    for changes, inputs, session in [
        ({}, {}, 1),
        ({}, {"line_up": 0}, 0),
        ({"silent": C.silent_steps - 2}, {}, 1),
        ({"silent": C.silent_steps - 1}, {}, 0),
        ({"silent": C.silent_steps}, {}, 0),
        ({"session": 0}, {}, 0),
    ]:
        s = stepped(state(mode, **changes), vacuum_pa=0, **inputs)
        assert s.session == (session if idle else changes.get("session", 1))
        if mode in (k.SAFE, k.LINKED):
            assert s.mode == (k.LINKED if session else k.SAFE)


@pytest.mark.parametrize("mode", MODES)
def test_idle_counts_where_nothing_runs(mode: int) -> None:
    idle = mode not in (k.ARMED, k.RUN, k.HOLD, k.STOPPING, k.SERVICE)
    for before in (0, 5, MANY - 1):
        s = stepped(state(mode, idle=before))
        assert s.test == (1 if mode == k.SELF_TEST else 0)
        assert s.idle == (before + 1 if idle else 0 if mode == k.STOPPING else before)
    assert stepped(state(mode, idle=MANY)).idle == (0 if mode == k.STOPPING else MANY)


def test_the_rest_after_a_treatment_is_counted_down() -> None:
    for before, left, mode in ((3, 2, k.COOLDOWN), (2, 1, k.COOLDOWN), (1, 0, k.LINKED), (0, 0, k.LINKED)):
        s = stepped(state(k.COOLDOWN, cooldown=before))
        assert (s.cooldown, s.mode) == (left, mode)
    assert stepped(state(k.COOLDOWN, cooldown=1, session=0)).mode == k.SAFE
    for mode in set(MODES) - {k.COOLDOWN}:
        assert stepped(state(mode, cooldown=3)).cooldown == 3


def test_boot_leads_to_the_self_test_and_begins_it_anew() -> None:
    s = stepped(state(k.BOOT, test=9))
    assert (s.mode, s.test) == (k.SELF_TEST, 0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("acknowledged", [0, 1])
@pytest.mark.parametrize("inputs", [{}, {"button": 1}, {"button": 1, "supply_mv": 0}, {"button": 1, "memory_ok": 0}])
def test_fault_is_left_by_a_press_once_it_is_acknowledged_and_gone(inputs: Any, acknowledged: int, mode: int) -> None:
    s = stepped(state(mode, acknowledged=acknowledged, test=9, passing=9), **inputs)
    if mode == k.FAULT and acknowledged and inputs == {"button": 1}:
        assert (s.mode, s.test, s.passing, s.acknowledged) == (k.SELF_TEST, 0, 0, 0)
    elif mode == k.FAULT:
        assert (s.mode, s.acknowledged) == (k.FAULT, acknowledged)
    else:
        assert s.mode != k.SELF_TEST or mode in (k.BOOT, k.SELF_TEST)


@pytest.mark.parametrize(
    ("changes", "inputs", "mode"),
    [
        ({"passing": 23}, {}, k.SELF_TEST),
        ({"passing": 24}, {}, k.SAFE),
        ({"passing": 30}, {}, k.SAFE),
        ({"passing": 24, "cooldown": 5}, {}, k.COOLDOWN),
        ({"passing": 24, "service": 50}, {}, k.SERVICE),
        ({"passing": 24, "service": 50, "cooldown": 5, "latched": 19}, {}, k.SERVICE),
        ({"passing": 24, "latched": 19}, {}, k.LOCKOUT),
        ({"passing": 24}, {"button": 1}, k.SELF_TEST),
        ({"passing": 24, "service": 50}, {"button": 1}, k.SERVICE),
        ({"passing": 24}, {"supply_mv": 0}, k.SELF_TEST),
        ({"passing": 24, "service": 50}, {"supply_mv": 0}, k.SELF_TEST),
        ({"test": 148}, {"supply_mv": 0}, k.SELF_TEST),
        ({"test": 149}, {"supply_mv": 0}, k.FAULT),
        ({"test": 160}, {"supply_mv": 0}, k.FAULT),
        ({"test": 149, "passing": 24}, {}, k.SAFE),
        ({"test": 149, "passing": 0}, {}, k.SELF_TEST),
        ({"test": 160, "passing": 3}, {}, k.SELF_TEST),
    ],
)
def test_the_self_test_passes_after_half_a_second_and_fails_after_three(changes: Any, inputs: Any, mode: int) -> None:
    s = stepped(state(k.SELF_TEST, **{"service": 0, "session": 0, **changes}), **inputs)
    assert s.mode == mode
    assert s.passing == (0 if inputs.get("supply_mv") == 0 or (inputs and not changes.get("service")) else changes.get("passing", 0) + 1)
    if mode == k.FAULT:
        assert (s.cause, s.service) == (k.SUPPLY, 0)
    if mode == k.LOCKOUT:
        assert s.cause == 19


def test_the_self_test_counts_its_steps() -> None:
    s = state(k.SELF_TEST, test=3)
    assert stepped(s).test == 4
    s = stepped(state(k.SELF_TEST, test=149, passing=3, service=9), button=1, supply_mv=0)
    assert (s.mode, s.service) == (k.FAULT, 0)


def test_a_self_test_that_fails_for_the_button_alone_says_so() -> None:
    s = stepped(state(k.SELF_TEST, test=149, service=0), button=1)
    assert (s.mode, s.cause) == (k.FAULT, k.BUTTON)
    s = stepped(state(k.SELF_TEST, test=149, service=0), button=1, supply_mv=0)
    assert (s.mode, s.cause) == (k.FAULT, k.SUPPLY)


def test_a_button_pressed_again_and_again_fails_for_the_button_too() -> None:
    """Three seconds without half a second of peace: whatever the last step was like, the cause is what disturbed it."""
    s = state(k.SELF_TEST, service=0)
    while s.mode == k.SELF_TEST:
        stepped(s, button=s.test % 20 < 2)
    assert (s.mode, s.cause, s.test) == (k.FAULT, k.BUTTON, 161)


def test_a_press_of_one_step_out_of_fault_still_tests_for_half_a_second() -> None:
    """What passed before the fault does not count, nor do its readings for the zero."""
    s = stepped(state(k.FAULT, acknowledged=1, passing=C.test_steps, session=0, service=0), button=1)
    steps = 0
    while s.mode == k.SELF_TEST:
        stepped(s)
        steps += 1
    assert (s.mode, steps) == (k.SAFE, C.test_steps)


def test_the_first_fault_is_that_of_the_lowest_number() -> None:
    for cause in range(32):
        assert states.first_fault(1 << cause) == cause
        assert states.first_fault(1 << cause | 1 << 31) == cause
    assert states.first_fault(0) == states.first_fault(1 << 40) == k.BUTTON
    assert states.first_fault(0b1100) == 2
