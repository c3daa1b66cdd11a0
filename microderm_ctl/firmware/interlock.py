"""What stops the pump: one judgement a step, a pure function of constants, state and measurements.

The state's timers were brought up to date by ``observe`` before it; the first
cause found, from the gravest down, is the answer. Nothing here drives anything.
"""

from . import constants as k
from .constants import Constants
from .state import Measured, State


def judge(c: Constants, s: State, m: Measured) -> int:
    """Return the cause for which the pump must be off and the vent open in this step; NONE if there is none."""
    if s.mode in (k.BOOT, k.SELF_TEST, k.FAULT, k.LOCKOUT):
        return k.STUCK_PUMP if s.current >= c.off_current_steps else k.NONE
    cause = _judge_off(c, s, m)
    if cause:
        return cause
    if s.mode in k.ACTIVE:
        return _judge_skin(c, s, m) or _judge_link(s, m) or _judge_wand(c, s, m) or _judge_tip(s, m) or _judge_times(c, s)
    if s.mode == k.SERVICE:
        return _judge_skin(c, s, m) or _judge_link(s, m) or _judge_wand(c, s, m) or _judge_service(c, s)
    return k.NONE


def present(c: Constants, s: State, m: Measured) -> int:
    """Return the faults that stand now, a bit for each cause: what refuses ARM and keeps FAULT."""
    faults = 0
    for cause in (
        judge_sensor(c, s, m),
        k.TEMPERATURE if not c.temperature_least_dc <= m.temperature_dc <= c.temperature_most_dc else k.NONE,
        k.SUPPLY if not c.supply_least_mv <= m.supply_mv <= c.supply_most_mv else k.NONE,
        k.MEMORY if not m.memory_ok else k.NONE,
        k.STUCK_PUMP if s.current >= c.off_current_steps else k.NONE,
        k.STUCK_VENT if s.off > c.release_steps and m.vacuum_pa > released_below(c, s) else k.NONE,
    ):
        if cause:
            faults |= 1 << cause
    return faults


def released_below(c: Constants, s: State) -> int:
    """Return the vacuum below which a stop is done, in pascals: 20 % of what there was, at least 1.0 kPa."""
    return max(c.released_least_pa, s.stop_pa * c.released_permille // 1000)


def judge_sensor(c: Constants, s: State, m: Measured) -> int:
    """Return what is implausible about the pressure sensor."""
    if not c.raw_least <= m.raw <= c.raw_most or not c.vacuum_least_pa <= m.vacuum_pa <= c.vacuum_most_pa:
        return k.SENSOR_RANGE
    if s.off >= c.ambient_steps and s.mode not in (k.SELF_TEST, k.SERVICE) and abs(m.vacuum_pa) > c.ambient_window_pa:
        return k.SENSOR_RANGE
    if s.frozen >= c.frozen_steps:
        return k.SENSOR_FROZEN
    if s.jump:
        return k.SENSOR_JUMP
    return k.NONE


def _judge_off(c: Constants, s: State, m: Measured) -> int:
    """What is wrong while the pump should be off."""
    if s.current >= c.off_current_steps:
        return k.STUCK_PUMP
    if s.off > c.release_steps and m.vacuum_pa > released_below(c, s):
        return k.STUCK_VENT
    return k.NONE


def _judge_skin(c: Constants, s: State, m: Measured) -> int:
    """What would hurt: too much vacuum, too long in one place, too long in all."""
    if m.vacuum_pa > c.trip_most_pa:
        return k.OVER_HARD
    if s.mode != k.RUN:
        return k.NONE
    if m.vacuum_pa > s.trip_pa[s.row]:
        return k.OVER_TRIP
    if s.treatment >= s.treatment_limit:
        return k.TREATMENT_DONE
    if s.used[s.row] >= s.limit[s.row]:
        return k.ZONE_DONE
    if s.dwell >= s.dwell_limit[s.row]:
        return k.DWELL
    return k.NONE


def _judge_link(s: State, m: Measured) -> int:
    """Whether the person or the computer wants it to stop, or is gone."""
    if not m.line_up:
        return k.HANG_UP
    if s.mode == k.RUN and s.pressed:
        return k.BUTTON
    if s.lease <= 0:
        return k.LEASE
    return k.NONE


def _judge_wand(c: Constants, s: State, m: Measured) -> int:
    """What is wrong with the wand itself."""
    if m.late_ms > c.late_most_ms:
        return k.LATE_STEP
    cause = judge_sensor(c, s, m)
    if cause:
        return cause
    if not c.temperature_least_dc <= m.temperature_dc <= c.temperature_most_dc:
        return k.TEMPERATURE
    if not c.supply_least_mv <= m.supply_mv <= c.supply_most_mv:
        return k.SUPPLY
    return k.NONE if m.memory_ok else k.MEMORY


def _judge_tip(s: State, m: Measured) -> int:
    """Whether the tip is still the one that the plan was made for."""
    if m.grit_um == s.grit_um:
        return k.NONE
    return k.TIP_CHANGED if m.grit_um else k.TIP_MISSING


def _judge_service(c: Constants, s: State) -> int:
    """Whether a technician's time has run out."""
    return k.SERVICE_TIME if s.service <= 0 or s.service_idle >= c.service_idle_steps else k.NONE


def _judge_times(c: Constants, s: State) -> int:
    """Which wait has run out; those of ARMED and HOLD are nothing once it runs."""
    if s.wall >= c.wall_steps:
        return k.TREATMENT_TIMEOUT
    if s.armed >= c.press_steps:
        return k.NOT_PRESSED
    if s.hold >= c.hold_steps:
        return k.HOLD_TIMEOUT
    if s.mode == k.RUN and s.unsealed >= c.unsealed_steps:
        return k.UNSEALED
    if s.mode == k.RUN and s.strain >= c.strain_steps:
        return k.SENSOR_DUTY if s.strains + 1 >= c.strains_most else k.NO_SEAL_DRIVE
    return k.NONE
