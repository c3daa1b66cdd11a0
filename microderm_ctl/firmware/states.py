"""The state machine: one step of 20 ms takes measurements in and leaves state, duty and vent behind.

Stop needs nothing, start needs everything. A step observes, asks the interlock,
and only then lets the regulator drive.
"""

from . import constants as k
from . import interlock, regulator
from .constants import Constants
from .state import Measured, State

SATURATED = 1_000_000


def step(c: Constants, s: State, m: Measured) -> None:
    """Take one control step."""
    observe(c, s, m)
    cause = interlock.judge(c, s, m)
    if cause:
        if cause == k.TREATMENT_DONE and not s.purpose:
            s.cooldown = c.cooldown_steps  # owed from here on, whatever goes wrong while it stops
        stop(s, m, cause)
    else:
        _advance(c, s, m)
    _drive(c, s, m)


def observe(c: Constants, s: State, m: Measured) -> None:
    """Bring contact, timers and edges up to date with the measurements of this step."""
    s.pressed = 1 if m.button and not s.button_was else 0
    s.button_was = 1 if m.button else 0
    s.held = min(SATURATED, s.held + 1) if m.button else 0
    s.showing = max(0, s.showing - 1)
    s.lease = max(0, s.lease - 1)
    s.silent = min(SATURATED, s.silent + 1)
    if m.vacuum_pa > c.sealed_pa:
        s.sealed = 1
    elif m.vacuum_pa < c.unsealed_pa:
        s.sealed = 0
    _observe_sensor(c, s, m)
    _observe_pump(c, s, m)
    if s.mode == k.RUN:
        _observe_run(c, s, m)
    elif s.mode == k.HOLD:
        s.hold = min(SATURATED, s.hold + 1)
        if s.hold > c.hold_least_steps and m.motion_mg >= c.moving_mg:
            s.moved = 1
    if s.mode in (k.RUN, k.HOLD):
        s.wall = min(SATURATED, s.wall + 1)
    if s.mode == k.ARMED:
        s.armed = min(SATURATED, s.armed + 1)
    if s.mode == k.SERVICE:
        s.service = max(0, s.service - 1)
        s.service_idle = min(SATURATED, s.service_idle + 1)
        s.drive_left = max(0, s.drive_left - 1)


def _observe_sensor(c: Constants, s: State, m: Measured) -> None:
    is_same = m.raw == s.last_raw and s.duty
    s.frozen = min(SATURATED, s.frozen + 1) if is_same else 0
    s.jump = 1 if s.last_raw >= 0 and m.raw - s.last_raw > c.jump_most_raw else 0
    s.last_raw = m.raw


def _observe_pump(c: Constants, s: State, m: Measured) -> None:
    is_off = not s.duty
    s.off = min(SATURATED, s.off + 1) if is_off and s.vent else 0
    s.current = min(SATURATED, s.current + 1) if is_off and m.pump_ma > c.off_ma else 0


def _observe_run(c: Constants, s: State, m: Measured) -> None:
    """Count sealed time only; without a seal, count towards HOLD."""
    if not s.sealed:
        s.unsealed = min(SATURATED, s.unsealed + 1)
        s.dwell = s.strain = 0
        return
    s.unsealed = 0
    s.treatment += 1
    s.used = s.used[: s.row] + (s.used[s.row] + 1,) + s.used[s.row + 1 :]
    s.dwell = 0 if m.motion_mg >= c.moving_mg else s.dwell + 1
    is_strained = s.duty >= regulator.duty_most(c.gains, s.set_point_pa) and m.vacuum_pa < s.set_point_pa - c.strain_below_pa
    s.strain = s.strain + 1 if is_strained else 0


def stop(s: State, m: Measured, cause: int) -> None:
    """Pump off and vent open from here on; the first cause of a stop is kept."""
    if s.mode == k.RUN or s.duty:
        s.stop_pa = max(0, m.vacuum_pa)
    s.strain = s.dwell = s.unsealed = 0
    if s.mode == k.RUN and cause in k.HOLD_CAUSES:
        s.strains += 1 if cause in k.STRAIN_CAUSES else 0
        s.mode, s.hold, s.hold_cause, s.cause, s.moved = k.HOLD, 0, cause, cause, 0
    elif s.mode == k.STOPPING:
        s.mode = k.LOCKOUT if cause == k.STUCK_PUMP else k.FAULT
        if cause == k.STUCK_PUMP or s.cause not in k.FAULT_CAUSES:
            s.cause = cause
    elif cause == k.STUCK_PUMP:
        s.mode, s.cause, s.service = k.LOCKOUT, cause, 0
    elif s.mode in k.ACTIVE or s.mode == k.SERVICE:
        s.mode, s.cause, s.service = k.STOPPING, cause, 0
    elif cause in k.FAULT_CAUSES:
        s.mode, s.cause = k.FAULT, cause
    s.idle = s.acknowledged = 0


def _advance(c: Constants, s: State, m: Measured) -> None:
    """Move on where nothing forbids it."""
    if s.mode == k.SERVICE:
        if s.drive_mode and (s.pressed or not s.drive_left):
            s.drive_mode, s.drive_vent = k.DRIVE_OFF, 1
    elif s.mode == k.ARMED:
        if s.pressed and s.row < k.ROWS:
            s.confirmed_pa = s.cap_pa[s.row]
            _run(s)
    elif s.mode == k.HOLD:
        _advance_hold(c, s, m)
    elif s.mode == k.STOPPING:
        if m.vacuum_pa < interlock.released_below(c, s):
            _stopped(s)
    elif s.mode != k.RUN:
        _advance_idle(c, s, m)


def _advance_hold(c: Constants, s: State, m: Measured) -> None:
    """Leave HOLD by motion, after the vacuum is gone; a press confirms a higher cap, else it stops."""
    if s.pressed:
        if not s.press_needed:
            stop(s, m, k.BUTTON)
            return
        s.confirmed_pa = s.cap_pa[s.row]
        s.press_needed = 0
    if s.moved and s.hold_cause != k.PAUSED and may_run(s):
        _run(s)


def may_run(s: State) -> bool:
    """Return whether the row in force has time left and needs no press."""
    return s.row < k.ROWS and not s.press_needed and s.used[s.row] < s.limit[s.row] and s.treatment < s.treatment_limit


def _run(s: State) -> None:
    s.mode, s.cause = k.RUN, k.NONE
    s.unsealed = s.dwell = s.strain = s.armed = s.hold = s.hold_cause = s.sealed = 0


def resume(s: State) -> bool:
    """Leave HOLD at the computer's word; after dwell only once motion was seen."""
    if s.mode != k.HOLD or not may_run(s) or (s.hold_cause == k.DWELL and not s.moved) or not s.off:
        return False
    _run(s)
    return True


def _stopped(s: State) -> None:
    """Where a stop ends, once the vacuum is gone."""
    if s.cause in k.FAULT_CAUSES:
        s.mode = k.FAULT
    elif s.latched:
        s.mode, s.cause = k.LOCKOUT, s.latched
    elif s.cooldown:
        s.mode = k.COOLDOWN
    else:
        s.mode = k.LINKED if s.session else k.SAFE
    s.idle = 0


def _advance_idle(c: Constants, s: State, m: Measured) -> None:
    s.idle = min(SATURATED, s.idle + 1)
    if not m.line_up or s.silent >= c.silent_steps:
        s.session = 0
    if s.mode == k.BOOT:
        s.mode, s.test = k.SELF_TEST, 0
    elif s.mode == k.SELF_TEST:
        _advance_test(c, s, m)
    elif s.mode == k.COOLDOWN:
        s.cooldown = max(0, s.cooldown - 1)
        if not s.cooldown:
            s.mode = k.SAFE
    elif s.mode == k.FAULT and s.acknowledged and s.pressed and not interlock.present(c, s, m):
        s.mode, s.test, s.passing, s.acknowledged = k.SELF_TEST, 0, 0, 0
    if s.mode in (k.SAFE, k.LINKED):
        s.mode = k.LINKED if s.session else k.SAFE


def _advance_test(c: Constants, s: State, m: Measured) -> None:
    """Pass once everything was sound for half a second on end; fail after three, for what is wrong then."""
    s.test += 1
    faults = interlock.present(c, s, m)
    s.passing = 0 if faults or (m.button and not s.service) else s.passing + 1
    if s.passing >= c.test_steps:
        if s.latched and not s.service:
            s.mode, s.cause = k.LOCKOUT, s.latched
        else:
            s.mode = k.SERVICE if s.service else k.COOLDOWN if s.cooldown else k.SAFE
    elif s.test >= c.test_most_steps and not s.passing:
        s.service = 0
        s.mode, s.cause = k.FAULT, first_fault(faults)


def first_fault(faults: int) -> int:
    """Return the lowest cause among fault bits; BUTTON where none is set, for then it is the button that is held."""
    for cause in range(k.INTERNAL):
        if faults >> cause & 1:
            return cause
    return k.BUTTON


def _drive(c: Constants, s: State, m: Measured) -> None:
    """Let the regulator drive in RUN, and a technician in SERVICE; in every other state the pump is off and the vent open."""
    if s.mode == k.SERVICE and s.drive_mode != k.DRIVE_SET_POINT:
        s.duty = s.drive_duty if s.drive_mode else 0
        s.vent = 1 if s.drive_vent and not s.drive_mode else 0
        s.control = regulator.REST
        return
    if s.mode not in (k.RUN, k.SERVICE):
        s.duty, s.vent = 0, 1
        s.control = regulator.REST
        return
    s.duty, vent, s.control = regulator.regulate(c.gains, s.control, s.set_point_pa, m.vacuum_pa)
    s.vent = 1 if vent else 0
