"""What the wand answers to a technician: behind the unlock, in front of the hard limits.

Limits of a treatment do not apply here; lease, line, STOP, button, 25.0 and
26.7 kPa, temperature and supply do. Records are staged, committed with the pump
off and the vent open, and come into force with a restart.
"""

import binascii

from . import calibration, interlock, memory
from . import constants as k
from . import messages as w
from .core import Core, Refusal

DRIVE_BIT = 1
WRITE_BIT = 2
CLEAR_BIT = 4
RECORD_SIZE = 48
IDENTIFY_STEPS = 150


def challenge(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Begin an unlock; a unit without a key cannot be unlocked."""
    if not app.unlock.key:
        raise Refusal(w.LOCKED)
    return (app.unlock.challenge(bytes(values[1])), (app.unlock.wait_ms + 999) // 1_000)


def unlock(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Open SERVICE for a right code, with the button held for 3 s."""
    _check_can_enter(app)
    functions, seconds = values[1], values[2]
    if app.unlock.wait_ms:
        raise Refusal(w.BACK_OFF, 255, 0, app.unlock.wait_ms)
    if app.state.held < app.c.unlock_held_steps:
        raise Refusal(w.HOLD_BUTTON, 255, app.state.held * app.c.step_ms, app.c.unlock_held_steps * app.c.step_ms)
    if not app.unlock.is_code(functions, seconds, bytes(values[3])):
        raise Refusal(w.LOCKED, 3)
    _enter(app, functions, seconds)
    return (functions, seconds, app.unlock.draw_token())


def unlock_again(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Open SERVICE once more after the restart of a commit."""
    _check_can_enter(app)
    if not app.unlock.is_token(bytes(values[1]), app.now):
        raise Refusal(w.LOCKED, 1)
    functions, seconds = app.unlock.token_functions, app.unlock.token_seconds
    _enter(app, functions, seconds)
    return (functions, seconds, app.unlock.draw_token())


def _check_can_enter(app: Core) -> None:
    if not app.unlock.key:
        raise Refusal(w.LOCKED)
    if app.state.mode not in (k.LINKED, k.COOLDOWN, k.LOCKOUT):
        raise Refusal(w.WRONG_STATE)
    if not app.state.lease:
        raise Refusal(w.NO_LEASE)


def _enter(app: Core, functions: int, seconds: int) -> None:
    s = app.state
    s.service = min(seconds * 1_000 // app.c.step_ms, app.c.service_steps)
    s.functions, s.service_idle, s.mode, s.cause = functions, 0, k.SERVICE, k.NONE
    s.drive_mode = s.drive_left = s.stop_pa = 0
    s.drive_vent = 1
    app.readings.clear()


def _check_open(app: Core, bit: int) -> None:
    """Refuse unless SERVICE is open for this function; every request keeps it from idling out."""
    s = app.state
    if s.mode != k.SERVICE or (bit and not s.functions & bit):
        raise Refusal(w.LOCKED)
    s.service_idle = 0


def leave_service(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Close SERVICE."""
    _check_open(app, 0)
    app.stop(k.STOP)
    return (app.state.mode,)


def drive(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Drive pump and vent into a closed chamber, for at most 180 s."""
    _check_open(app, DRIVE_BIT)
    s = app.state
    mode, set_point_pa, duty, vent_open, seconds = values[1:]
    if mode and not seconds:
        raise Refusal(w.BAD_VALUE, 5)
    if mode and vent_open:
        raise Refusal(w.BAD_VALUE, 4)
    if mode == k.DRIVE_SET_POINT and set_point_pa < app.c.set_point_least_pa:
        raise Refusal(w.BAD_VALUE, 2, set_point_pa, app.c.set_point_least_pa)
    s.drive_mode, s.drive_vent = mode, vent_open
    s.set_point_pa, s.drive_duty = set_point_pa, duty
    s.drive_left = seconds * 1_000 // app.c.step_ms
    s.stop_pa = max(s.stop_pa, app.measured.vacuum_pa)
    return (mode, set_point_pa, duty, seconds)


def measure(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Say what was read since the last time, and begin anew."""
    _check_open(app, 0)
    m, readings = app.measured, app.readings
    low, high = readings.squares & 0xFFFFFFFF, readings.squares >> 32
    sums = (readings.count, readings.least, readings.most, readings.total, low, high)
    readings.clear()
    return sums + (m.vacuum_pa, app.state.duty, m.temperature_dc, m.supply_mv, m.pump_ma)


def stage(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Put a record aside, if it could be this unit's."""
    _check_open(app, WRITE_BIT)
    record, length = values[1], values[2]
    content = bytes(values[3])[:length]
    if record == memory.CALIBRATION and calibration.read(content, app.board.serial_number()) is None:
        raise Refusal(w.BAD_VALUE, 3)
    app.staged = (record, content)
    return (record, binascii.crc32(content))


def commit(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Write what is staged and read it back; only with the pump off and the vacuum gone."""
    _check_open(app, WRITE_BIT)
    s = app.state
    record, content = app.staged
    if record != values[1] or binascii.crc32(content) != values[2]:
        raise Refusal(w.BAD_VALUE, 2)
    if s.duty or not s.vent or app.measured.vacuum_pa > app.c.released_least_pa:
        raise Refusal(w.WRONG_STATE)
    seconds = s.service * app.c.step_ms // 1_000
    if not app.memory.write(record, content) or not app.unlock.keep_token(s.functions, seconds):
        raise Refusal(w.NO_MEMORY)
    app.staged = (0, b"")
    return (record, app.memory.read(record)[0])


def record(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Show a record as it stands in memory."""
    _check_open(app, 0)
    generation, content = app.memory.read(values[1])
    content = content[:RECORD_SIZE]
    return (values[1], generation, len(content), content + b"\0" * (RECORD_SIZE - len(content)))


def self_test(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Run the self-test again; SERVICE goes on after it."""
    _check_open(app, 0)
    s = app.state
    s.mode, s.test, s.passing, s.drive_mode, s.drive_vent = k.SELF_TEST, 0, 0, k.DRIVE_OFF, 1
    app.rest()
    return (app.faults(), app.zero, app.test_noise)


def clear_latch(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Take the lock away, if nothing is wrong now."""
    _check_open(app, CLEAR_BIT)
    s = app.state
    if s.duty or not s.vent:
        raise Refusal(w.WRONG_STATE)
    faults = interlock.present(app.c, s, app.measured)
    if faults:
        raise Refusal(w.SENSOR, 255, faults)
    if not app.memory.write(memory.LATCH, b"\0"):
        raise Refusal(w.NO_MEMORY)
    cause, s.latched = s.latched, 0
    return (cause,)


def signal(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Show a signal for three seconds."""
    _check_open(app, 0)
    app.state.shown, app.state.showing = values[1], IDENTIFY_STEPS
    return (values[1],)


HANDLERS = {
    w.CHALLENGE: challenge,
    w.UNLOCK: unlock,
    w.UNLOCK_AGAIN: unlock_again,
    w.LEAVE_SERVICE: leave_service,
    w.DRIVE: drive,
    w.MEASURE: measure,
    w.STAGE: stage,
    w.COMMIT: commit,
    w.RECORD: record,
    w.SELF_TEST: self_test,
    w.CLEAR_LATCH: clear_latch,
    w.SIGNAL: signal,
}
