"""Every count, edge and way of the state machine, one step at a time."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import regulator, states
from microderm_ctl.firmware.state import FIELDS, State
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


def stepped(s: State, **inputs: Any) -> State:
    """Take one step and return the state."""
    states.step(C, s, measured(**inputs))
    return s


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
    s = stepped(state(mode, acknowledged=acknowledged, test=9), **inputs)
    if mode == k.FAULT and acknowledged and inputs == {"button": 1}:
        assert (s.mode, s.test, s.acknowledged) == (k.SELF_TEST, 0, 0)
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


def test_a_self_test_that_fails_for_the_button_alone_is_an_internal_fault() -> None:
    s = stepped(state(k.SELF_TEST, test=149, service=0), button=1)
    assert (s.mode, s.cause) == (k.FAULT, k.INTERNAL)


def test_the_first_fault_is_that_of_the_lowest_number() -> None:
    for cause in range(32):
        assert states.first_fault(1 << cause) == cause
        assert states.first_fault(1 << cause | 1 << 31) == cause
    assert states.first_fault(0) == states.first_fault(1 << 40) == k.INTERNAL
    assert states.first_fault(0b1100) == 2


@pytest.mark.parametrize("mode", MODES)
def test_the_pump_runs_in_run_and_for_a_technician_alone(mode: int) -> None:
    """In every other state it is off, the vent open and the regulator forgotten."""
    driven = {"drive_duty": 9, "drive_mode": k.DRIVE_DUTY, "drive_left": 9}
    s = stepped(state(mode, duty=20_000, vent=0, control=(2, 5, 5, 5, 5, 1), **driven))
    if mode == k.RUN:
        assert s.duty > 0
    elif mode == k.SERVICE:
        assert (s.duty, s.vent, s.control) == (9, 0, regulator.REST)
    else:
        assert (s.duty, s.vent, s.control) == (0, 1, regulator.REST)


@pytest.mark.parametrize(
    ("drive_mode", "drive_vent", "duty", "vent"),
    [(k.DRIVE_OFF, 0, 0, 0), (k.DRIVE_OFF, 1, 0, 1), (k.DRIVE_DUTY, 0, 9_000, 0), (k.DRIVE_DUTY, 1, 9_000, 0)],
)
def test_a_technician_drives_pump_and_vent(drive_mode: int, drive_vent: int, duty: int, vent: int) -> None:
    s = stepped(state(k.SERVICE, drive_mode=drive_mode, drive_vent=drive_vent, drive_duty=9_000, drive_left=9, control=(2, 5, 5, 5, 5, 1)))
    assert (s.duty, s.vent, s.control) == (duty, vent, regulator.REST)


@pytest.mark.parametrize("mode", [k.RUN, k.SERVICE])
def test_the_regulator_drives_run_and_a_set_point_of_service(mode: int) -> None:
    for vacuum_pa in (0, 7_000, 7_900):
        s = state(mode, drive_mode=k.DRIVE_SET_POINT, drive_left=9, drive_vent=1)
        control = s.control
        duty, vent, control = regulator.regulate(C.gains, control, 7_000, vacuum_pa)
        stepped(s, vacuum_pa=vacuum_pa)
        assert (s.duty, s.vent, s.control) == (duty, 1 if vent else 0, control)


@pytest.mark.parametrize(("left", "button", "drive_mode"), [(2, 0, 2), (1, 0, 0), (0, 0, 0), (9, 1, 0)])
@pytest.mark.parametrize("begun", [k.DRIVE_SET_POINT, k.DRIVE_DUTY])
def test_a_drive_ends_by_itself_or_by_the_button_and_vents(left: int, button: int, drive_mode: int, begun: int) -> None:
    s = stepped(state(k.SERVICE, drive_mode=begun, drive_left=left, drive_duty=5), button=button)
    if drive_mode:
        assert (s.drive_mode, s.drive_vent) == (begun, 0)
    else:
        assert (s.drive_mode, s.drive_vent, s.duty, s.vent) == (k.DRIVE_OFF, 1, 0, 1)


def test_a_closed_vent_at_rest_stays_closed_for_the_leak_test() -> None:
    """Off is a choice of the technician too: the button and the end of a drive do not open what was closed on purpose."""
    s = stepped(state(k.SERVICE, drive_mode=k.DRIVE_OFF, drive_vent=0, drive_left=0), button=1)
    assert (s.drive_vent, s.vent) == (0, 0)


def test_a_state_begins_with_everything_off_and_nothing_known() -> None:
    """The power-on state: no session, no lease, no row, pump off, vent open."""
    s = State()
    known = {"row": k.NO_ROW, "vent": 1, "last_raw": -1}
    assert {name: getattr(s, name) for name in FIELDS} == {name: known.get(name, 0) for name in FIELDS}
    assert s.zone == s.cap_pa == s.trip_pa == s.limit == s.dwell_limit == s.used == ()
    assert s.control == regulator.REST
