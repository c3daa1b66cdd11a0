"""What the wand answers to each request: one small function a message.

A handler gets the app and the values of the payload and returns the values of the
answer, or a refusal. Whoever reaches a handler has a sound, in-range request of the
session, in order.
"""

from . import constants as k
from . import interlock, service, states
from . import messages as w
from .core import Core, Refusal

VERSION_NUMBERS = (0, 1, 0)
RESTART_STEPS = 5  # the answer leaves first


def hello(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Open a session if the tables agree; whatever session there was ends, and a treatment with it."""
    s = app.state
    app.stop(k.SESSION_REPLACED)
    app.open_session(values[1] == w.TABLE_HASH)
    return (w.MAGIC, w.TABLE_HASH, app.token, app.boot_id, app.now, app.c.lease_steps * app.c.step_ms, s.mode, s.cause)


def identity(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Say what the wand is."""
    board = app.board
    serial = board.serial_number()
    padded = serial + b"\0" * (12 - len(serial))
    return (padded, board.kind, int(board.simulated), board.hardware) + VERSION_NUMBERS + (board.build,)


def stop(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Stop whatever runs."""
    app.stop(k.STOP)
    return (app.state.mode, app.state.cause)


def restart(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Restart shortly after this answer."""
    return _restart(app, False)


def loader(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Restart into the loader shortly after this answer."""
    return _restart(app, True)


def _restart(app: Core, to_loader: bool) -> "tuple[int | bytes, ...]":
    if app.state.mode in k.ACTIVE or app.state.mode == k.STOPPING or app.state.duty:
        raise Refusal(w.WRONG_STATE)
    app.restart_in, app.restart_to_loader = RESTART_STEPS, to_loader
    return ()


def renew(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Renew the lease if the echoed tick is fresh; what was buffered or slept over is not."""
    age = (app.now - values[1]) & k.TICK_MASK
    if age > app.c.echo_most_ms:
        raise Refusal(w.STALE, 1, age, app.c.echo_most_ms)
    app.lease_least = min(app.lease_least, app.state.lease)
    app.state.lease = app.c.lease_steps
    return (app.now,)


def limits(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Say what the wand itself allows."""
    c = app.c
    generation, utc_s = app.calibrated
    return (
        (c.set_point_least_pa, c.cap_least_pa, c.set_point_most_pa, c.trip_most_pa, c.treatment_most_ms, c.dwell_most_ms)
        + (c.lease_steps * c.step_ms, app.measured.grit_um, app.state.cooldown * c.step_ms)
        + (utc_s, generation, app.flags())
    )


def arm(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Take the limits of a treatment, met with the wand's own, once everything that a start needs is there."""
    _check_ready(app, values[5])
    purpose, count = values[4], values[7]
    zone, cap, seconds, dwell = values[8:20], values[20:32], values[32:44], values[44:]
    _check_rows(app, purpose, count, zone, cap, seconds, dwell)
    c, s = app.c, app.state
    most_ms = c.patch_most_ms if purpose else c.treatment_most_ms
    treatment_ms = min(values[6], most_ms)
    if not app.ledger.reserve(values[1], values[2], values[3], purpose, treatment_ms):
        raise Refusal(w.NO_MEMORY)
    s.cap_pa = tuple([min(one, c.set_point_most_pa) for one in cap])
    s.trip_pa = tuple([k.trip_of(c, one) if one else 0 for one in s.cap_pa])
    s.limit = tuple([min(one * 1000, most_ms) // c.step_ms for one in seconds])
    s.dwell_limit = tuple([min(one, c.dwell_most_ms) // c.step_ms for one in dwell])
    s.zone, s.used, s.row = zone, (0,) * k.ROWS, k.NO_ROW
    s.treatment_limit, s.treatment = treatment_ms // c.step_ms, 0
    app.command_id = values[1]
    s.grit_um, s.purpose, s.count = values[5], purpose, count
    s.armed = s.hold = s.wall = s.strains = s.stop_pa = s.cause = s.confirmed_pa = s.press_needed = s.set_point_pa = 0
    s.mode = k.ARMED
    answered_seconds = tuple([one * c.step_ms // 1000 for one in s.limit])
    answered_dwell = tuple([one * c.step_ms for one in s.dwell_limit])
    return (values[1], values[5], treatment_ms, count) + zone + s.cap_pa + answered_seconds + answered_dwell + s.trip_pa


def _check_ready(app: Core, grit_um: int) -> None:
    """Refuse ARM unless the wand is sound, calibrated, cooled down, leased and fitted with this tip."""
    s, m = app.state, app.measured
    for mode, code in ((k.FAULT, w.IN_FAULT), (k.LOCKOUT, w.IN_LOCKOUT)):
        if s.mode == mode:
            raise Refusal(code, 255, s.cause)
    if s.mode == k.COOLDOWN:
        raise Refusal(w.IN_COOLDOWN, 255, 0, s.cooldown * app.c.step_ms)
    if s.mode != k.LINKED:
        raise Refusal(w.WRONG_STATE)
    if not s.lease:
        raise Refusal(w.NO_LEASE)
    if app.coefficients is None:
        raise Refusal(w.NO_CALIBRATION)
    faults = interlock.present(app.c, s, m)
    if faults:
        raise Refusal(w.SENSOR, 255, faults)
    if m.grit_um != grit_um:
        raise Refusal(w.WRONG_TIP, 5, grit_um, m.grit_um)


def _check_rows(app: Core, purpose: int, count: int, zones: "tuple[int, ...]", *limits: "tuple[int, ...]") -> None:
    """Refuse rows in use that are empty or under what the wand keeps to, and rows not in use that are not."""
    least_pa = app.c.set_point_least_pa if purpose else app.c.cap_least_pa
    for field, least in enumerate((least_pa, 1, app.c.step_ms)):
        for value in limits[field][:count]:
            if value < least:
                raise Refusal(w.BAD_VALUE, 9 + field, value, least)
    for field, column in enumerate((zones,) + limits):
        for value in column[count:]:
            if value:
                raise Refusal(w.BAD_VALUE, 8 + field, value)


def zone(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Put a row in force; a higher cap than a press has confirmed needs another."""
    s = app.state
    row, set_point_pa = values[1], values[2]
    if s.mode not in (k.ARMED, k.HOLD):
        raise Refusal(w.WRONG_STATE)
    if row >= s.count:
        raise Refusal(w.BAD_VALUE, 1, row, s.count - 1)
    _check_set_point(app, row, set_point_pa, 2)
    s.row, s.set_point_pa = row, set_point_pa
    s.press_needed = 1 if s.mode in k.CONFIRMING and s.cap_pa[row] > s.confirmed_pa else 0
    left_ms = max(0, s.limit[row] - s.used[row]) * app.c.step_ms
    return (row, set_point_pa, s.cap_pa[row], s.trip_pa[row], left_ms, s.press_needed)


def _check_set_point(app: Core, row: int, set_point_pa: int, field: int) -> None:
    if set_point_pa < app.c.set_point_least_pa or set_point_pa % 500:
        raise Refusal(w.BAD_VALUE, field, set_point_pa, app.c.set_point_least_pa)
    if set_point_pa > app.state.cap_pa[row]:
        raise Refusal(w.ABOVE_LIMIT, field, set_point_pa, app.state.cap_pa[row])


def set_point(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Hold another vacuum, within the cap of the row in force."""
    s = app.state
    if s.mode not in k.ACTIVE or s.row >= k.ROWS:
        raise Refusal(w.WRONG_STATE)
    _check_set_point(app, s.row, values[1], 1)
    s.set_point_pa = values[1]
    return (values[1],)


def pause(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Hold until RESUME."""
    s = app.state
    if s.mode == k.HOLD:
        s.hold_cause = k.PAUSED
    elif s.mode == k.RUN:
        app.stop(k.PAUSED)
    else:
        raise Refusal(w.WRONG_STATE)
    return (s.mode,)


def resume(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Leave HOLD."""
    if not states.resume(app.state):
        raise Refusal(w.WRONG_STATE)
    return (app.state.mode,)


def acknowledge(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Keep that the person knows; a press then leaves FAULT, if its cause is gone."""
    if app.state.mode != k.FAULT:
        raise Refusal(w.WRONG_STATE)
    app.state.acknowledged = 1
    return (app.state.mode, app.state.cause)


def rows(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Say how much sealed time each row has had."""
    used = app.state.used or (0,) * k.ROWS
    return (app.command_id,) + tuple([one * app.c.step_ms for one in used])


def ledger(app: Core, values: "tuple[int, ...]") -> "tuple[int | bytes, ...]":
    """Show one entry of the ledger."""
    entry = app.ledger.by_command(values[0]) if values[0] else app.ledger.by_age(values[1])
    if entry is None:
        return (0,) * 10
    return (1,) + entry[:7] + entry[8:]


HANDLERS = {
    w.HELLO: hello,
    w.IDENTITY: identity,
    w.STOP: stop,
    w.RESTART: restart,
    w.LOADER: loader,
    w.RENEW: renew,
    w.LIMITS: limits,
    w.ARM: arm,
    w.ZONE: zone,
    w.SET_POINT: set_point,
    w.PAUSE: pause,
    w.RESUME: resume,
    w.ACKNOWLEDGE: acknowledge,
    w.ROWS: rows,
    w.LEDGER: ledger,
}
HANDLERS.update(service.HANDLERS)
