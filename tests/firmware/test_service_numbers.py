"""Each request of a technician by its numbers: who may ask, what is refused with which field, what it leaves behind."""

import binascii
from typing import Any

import pytest

from microderm_ctl.firmware import calibration, memory, service
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.unlock import code_for
from tests.firmware.bench import MODES
from tests.firmware.rig import SERIAL, PlainBoard
from tests.firmware.wands import KEY, NO_FIELD, ask, refused, resting, wand

HOST = bytes(range(16))
WRONG = bytes(32)
ENTERING = (k.LINKED, k.COOLDOWN, k.LOCKOUT)


def with_code(app: App, functions: int = 7, seconds: int = 600) -> tuple[int, int, bytes]:
    """Return the values of UNLOCK with the right code for a new challenge, the button held long enough."""
    app.state.held = app.c.unlock_held_steps
    return functions, seconds, code_for(KEY, app.unlock.challenge(HOST), HOST, SERIAL, functions, seconds)


def with_token(app: App, functions: int = 7, seconds: int = 600) -> bytes:
    """Return a token as a commit left it."""
    app.unlock.token_functions, app.unlock.token_seconds = functions, seconds
    return app.unlock.draw_token()


class Forgetting(PlainBoard):
    """A board that loses what is written to some slots."""

    lost: tuple[int, ...] = ()

    def write_slot(self, slot: int, content: bytes) -> None:
        if slot not in self.lost:
            super().write_slot(slot, content)


# The way in


@pytest.mark.parametrize(("wait_ms", "seconds"), [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (3_600_000, 3_600)])
def test_a_challenge_tells_the_wait_in_seconds_rounded_up(wait_ms: int, seconds: int) -> None:
    app = wand()
    app.unlock.wait_ms = wait_ms
    nonce, back_off_s = ask(service.challenge, app, HOST)
    assert (len(nonce), back_off_s) == (16, seconds)


def test_a_unit_without_a_key_is_locked_for_good() -> None:
    app = wand(key=b"")
    assert refused(service.challenge, app, HOST) == (w.LOCKED, NO_FIELD, 0, 0)
    assert refused(service.unlock, app, *with_code(app)) == (w.LOCKED, NO_FIELD, 0, 0)
    assert refused(service.unlock_again, app, with_token(app)) == (w.LOCKED, NO_FIELD, 0, 0)


@pytest.mark.parametrize("mode", MODES)
def test_service_opens_from_rest_alone(mode: int) -> None:
    """From LINKED, from the rest after a treatment, from LOCKOUT: not out of a treatment, nor out of a fault."""
    for how in (service.unlock, service.unlock_again):
        app = wand(mode)
        values = with_code(app) if how is service.unlock else (with_token(app),)
        if mode in ENTERING:
            assert ask(how, app, *values)[:2] == (7, 600)
            assert app.state.mode == k.SERVICE
        else:
            assert refused(how, app, *values) == (w.WRONG_STATE, NO_FIELD, 0, 0)
            assert app.state.mode == mode


@pytest.mark.parametrize("lease", [0, 1, 25])
def test_service_opens_with_a_live_lease(lease: int) -> None:
    for how in (service.unlock, service.unlock_again):
        app = wand(lease=lease)
        values = with_code(app) if how is service.unlock else (with_token(app),)
        if lease:
            assert ask(how, app, *values)[:2] == (7, 600)
        else:
            assert refused(how, app, *values) == (w.NO_LEASE, NO_FIELD, 0, 0)


@pytest.mark.parametrize("wait_ms", [1, 2, 3_000])
def test_no_code_is_looked_at_while_it_has_to_wait(wait_ms: int) -> None:
    app = wand()
    values = with_code(app)
    app.unlock.wait_ms = wait_ms
    assert refused(service.unlock, app, *values) == (w.BACK_OFF, NO_FIELD, 0, wait_ms)
    app.unlock.wait_ms = 0
    assert ask(service.unlock, app, *values)[0] == 7, "the challenge is still open"


@pytest.mark.parametrize(("held", "opens"), [(0, False), (149, False), (150, True), (151, True)])
def test_the_button_is_held_for_three_seconds(held: int, opens: bool) -> None:
    app = wand()
    values = with_code(app)
    app.state.held = held
    if opens:
        assert ask(service.unlock, app, *values)[0] == 7
    else:
        assert refused(service.unlock, app, *values) == (w.HOLD_BUTTON, NO_FIELD, held * 20, 3_000)


def test_a_wrong_code_and_a_wrong_token_are_refused_by_their_field() -> None:
    app = wand()
    functions, seconds, _ = with_code(app)
    assert refused(service.unlock, app, functions, seconds, WRONG) == (w.LOCKED, 3, 0, 0)
    assert refused(service.unlock_again, wand(), bytes(16)) == (w.LOCKED, 1, 0, 0)
    late = wand()
    token = with_token(late)
    late.now = 60_001
    assert refused(service.unlock_again, late, token) == (w.LOCKED, 1, 0, 0)


@pytest.mark.parametrize(("seconds", "steps"), [(1, 50), (600, 30_000), (3_599, 179_950), (3_600, 180_000), (3_601, 180_000)])
def test_service_begins_at_rest_and_for_so_long(seconds: int, steps: int) -> None:
    """Whatever was driven or measured in the last one is forgotten; an hour is the most, whatever memory says."""
    for how in (service.unlock, service.unlock_again):
        app = wand(drive_mode=2, drive_left=9, drive_vent=0, stop_pa=9, service_idle=9, cause=k.STOP, functions=0)
        app.readings.add(5)
        values = with_code(app, 5, seconds) if how is service.unlock else (with_token(app, 5, seconds),)
        functions, answered_s, token = ask(how, app, *values)
        assert (functions, answered_s, token) == (5, seconds, app.unlock.token)
        assert len(token) == 16
        s = app.state
        assert (s.service, s.functions, s.service_idle, s.mode, s.cause) == (steps, 5, 0, k.SERVICE, k.NONE)
        assert (s.drive_mode, s.drive_left, s.drive_vent, s.stop_pa, app.readings.count) == (0, 0, 1, 0, 0)


# What is open to whom

NOTHING = (k.DRIVE_OFF, 0, 0, 1, 0)
BITS = [
    (service.leave_service, (), 0),
    (service.drive, NOTHING, 1),
    (service.measure, (), 0),
    (service.stage, (memory.MAP, 4, bytes(48)), 2),
    (service.record, (memory.MAP,), 0),
    (service.self_test, (), 0),
    (service.clear_latch, (), 4),
    (service.signal, (k.SIGNAL_IDENTIFY,), 0),
]
"""Handlers, harmless values, and the function that an unlock must have opened: to drive, to write, to clear; 0 for all."""


@pytest.mark.parametrize(("handler", "values", "bit"), BITS)
def test_a_request_needs_service_and_its_function(handler: Any, values: tuple[Any, ...], bit: int) -> None:
    """And each keeps SERVICE from idling out."""
    for mode in MODES:
        app = wand(mode, functions=0xFFFF)
        if mode != k.SERVICE:
            assert refused(handler, app, *values) == (w.LOCKED, NO_FIELD, 0, 0)
    for functions in (0, 1, 2, 4, 0xFFFF, 0xFFFF - bit):
        app = wand(k.SERVICE, functions=functions, service_idle=9)
        if bit and not functions & bit:
            assert refused(handler, app, *values) == (w.LOCKED, NO_FIELD, 0, 0)
            assert app.state.service_idle == 9
        else:
            ask(handler, app, *values)
            assert app.state.service_idle == 0


def test_leaving_stops() -> None:
    app = wand(k.SERVICE, drive_mode=2, duty=9, vent=0)
    assert ask(service.leave_service, app) == (k.STOPPING,)
    assert (app.state.cause, app.board.duty, app.board.vent) == (k.STOP, 0, True)  # type: ignore[attr-defined]


# Driving


@pytest.mark.parametrize("values", [(0, 0, 0, 0, 0), (0, 0, 0, 1, 0), (1, 2_500, 0, 0, 1), (1, 25_000, 9, 0, 180), (2, 0, 40_000, 0, 7)])
def test_a_drive_is_taken_as_it_is_asked(values: tuple[int, ...]) -> None:
    """Off, with the vent as it is wanted; to a set point; at a duty, that needs no set point."""
    app = wand(k.SERVICE, stop_pa=700)
    app.measured.vacuum_pa = 699
    mode, set_point_pa, duty, vent_open, seconds = values
    assert ask(service.drive, app, *values) == (mode, set_point_pa, duty, seconds)
    s = app.state
    assert (s.drive_mode, s.set_point_pa, s.drive_duty, s.drive_vent, s.drive_left) == (mode, set_point_pa, duty, vent_open, seconds * 50)
    assert s.stop_pa == 700


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ((1, 8_000, 0, 0, 0), (w.BAD_VALUE, 5, 0, 0)),
        ((2, 0, 9, 0, 0), (w.BAD_VALUE, 5, 0, 0)),
        ((1, 8_000, 0, 1, 9), (w.BAD_VALUE, 4, 0, 0)),
        ((2, 0, 9, 1, 9), (w.BAD_VALUE, 4, 0, 0)),
        ((1, 2_499, 0, 0, 9), (w.BAD_VALUE, 2, 2_499, 2_500)),
    ],
)
def test_a_drive_without_an_end_against_an_open_vent_or_below_the_least_is_refused(values: Any, refusal: tuple[int, ...]) -> None:
    app = wand(k.SERVICE)
    assert refused(service.drive, app, *values) == refusal
    assert (app.state.drive_mode, app.state.drive_left, app.state.set_point_pa) == (0, 0, 0)


def test_the_vacuum_that_a_drive_found_counts_for_its_release() -> None:
    """A chamber that held more before is not taken for a vent that is stuck."""
    app = wand(k.SERVICE, stop_pa=700)
    app.measured.vacuum_pa = 701
    ask(service.drive, app, *NOTHING)
    assert app.state.stop_pa == 701


# Measuring


def test_a_measurement_tells_sums_and_the_state_of_the_wand() -> None:
    """The squares in two words, the low one first; then the sums begin anew."""
    app = wand(k.SERVICE, duty=12_345)
    for raw in (65_400, 65_300):
        app.readings.add(raw)
    app.readings.squares += 1 << 33
    m = app.measured
    m.vacuum_pa, m.temperature_dc, m.supply_mv, m.pump_ma = -5, 251, 5_001, 77
    squares = 65_400**2 + 65_300**2 + (1 << 33)
    assert squares >> 32 > 2
    sums = (2, 65_300, 65_400, 130_700, squares & 0xFFFFFFFF, squares >> 32)
    assert ask(service.measure, app) == (*sums, -5, 12_345, 251, 5_001, 77)
    assert ask(service.measure, app)[:6] == (0, 0, 0, 0, 0, 0)


# Records


def sound(zero: int = 8_200) -> bytes:
    """Return a calibration of this unit."""
    return calibration.build(zero, SERIAL, 1_780_000_000, 8_300, 10)


def stage(app: App, record: int, content: bytes) -> Any:
    """Stage a record."""
    return ask(service.stage, app, record, len(content), content + bytes(48 - len(content)))


def commit(app: App, record: int, content: bytes) -> Any:
    """Commit what is staged."""
    return ask(service.commit, app, record, binascii.crc32(content))


def test_a_staged_record_is_put_aside_and_changes_nothing() -> None:
    app = wand(k.SERVICE)
    assert stage(app, memory.CALIBRATION, sound()) == (memory.CALIBRATION, binascii.crc32(sound()))
    assert app.staged == (memory.CALIBRATION, sound())
    assert app.memory.read(memory.CALIBRATION)[0] == 2
    for record in (0, memory.MAP, 3):
        assert stage(app, record, b"any") == (record, binascii.crc32(b"any")), "only a calibration is looked into"


def test_a_calibration_that_cannot_be_this_units_is_not_staged() -> None:
    app = wand(k.SERVICE)
    for content in (calibration.build(8_200, b"MD-0002", 5, 8_300, 0), sound()[:-1], sound(50_000)):
        values = (memory.CALIBRATION, len(content), content + bytes(48 - len(content)))
        assert refused(service.stage, app, *values) == (w.BAD_VALUE, 3, 0, 0)
    assert app.staged == (0, b"")


@pytest.mark.parametrize("record", [memory.CALIBRATION, memory.MAP])
def test_a_commit_writes_once_what_was_staged_and_keeps_the_token(record: int) -> None:
    app = wand(k.SERVICE, service=3_000 * 50 + 49, functions=6)
    token = app.unlock.draw_token()
    stage(app, record, sound())
    generation, before = app.memory.read(record)
    assert commit(app, record, sound()) == (record, generation + (1 if before else 2))
    assert app.memory.read(record)[1] == sound()
    again = App(app.board)
    assert (again.unlock.token, again.unlock.token_functions, again.unlock.token_seconds) == (token, 6, 3_000)
    assert app.staged == (0, b"")
    assert refused(service.commit, app, record, binascii.crc32(sound())) == (w.BAD_VALUE, 2, 0, 0)


def test_a_commit_of_something_else_is_refused() -> None:
    """Of the other record in either direction, of another content, of nothing; and without the right to write."""
    app = wand(k.SERVICE)
    check = binascii.crc32(b"some")
    for staged, asked, crc in ((1, 2, check), (2, 1, check), (2, 2, check + 1), (2, 2, check - 1)):
        app.staged = (staged, b"some")
        assert refused(service.commit, app, asked, crc) == (w.BAD_VALUE, 2, 0, 0)
    app.state.functions = 5
    assert refused(service.commit, app, 2, check) == (w.LOCKED, NO_FIELD, 0, 0)


@pytest.mark.parametrize(
    ("changes", "vacuum_pa", "goes"),
    [({}, 1_000, True), ({}, 1_001, False), ({"duty": 1}, 0, False), ({"vent": 0}, 0, False), ({}, -900, True)],
)
def test_a_commit_waits_for_rest(changes: Any, vacuum_pa: int, goes: bool) -> None:
    app = wand(k.SERVICE, **changes)
    app.measured.vacuum_pa = vacuum_pa
    app.staged = (memory.MAP, b"some")
    if goes:
        assert commit(app, memory.MAP, b"some")[0] == memory.MAP
    else:
        assert refused(service.commit, app, memory.MAP, binascii.crc32(b"some")) == (w.WRONG_STATE, NO_FIELD, 0, 0)
        assert app.memory.read(memory.MAP) == (0, b"")


@pytest.mark.parametrize("lost", [memory.MAP, memory.UNLOCK])
def test_a_commit_that_is_not_in_memory_is_told(lost: int) -> None:
    """Be it the record or the token: without the token nobody could verify after the restart."""
    board = Forgetting()
    board.duty, board.vent = 0, True
    app = wand(k.SERVICE, board)
    board.lost = (2 * lost, 2 * lost + 1)
    app.staged = (memory.MAP, b"some")
    assert refused(service.commit, app, memory.MAP, binascii.crc32(b"some")) == (w.NO_MEMORY, NO_FIELD, 0, 0)
    assert app.staged == (memory.MAP, b"some"), "it may be tried again"


def test_a_record_is_shown_with_its_length() -> None:
    app = wand(k.SERVICE)
    app.memory.write(memory.MAP, b"some")
    assert ask(service.record, app, memory.MAP) == (memory.MAP, 2, 4, b"some" + bytes(44))
    app.memory.write(memory.MAP, bytes(range(52)))
    assert ask(service.record, app, memory.MAP) == (memory.MAP, 3, 48, bytes(range(48)))
    assert ask(service.record, wand(k.SERVICE), memory.MAP) == (memory.MAP, 0, 0, bytes(48))


# Self-test, latch and signal


def test_a_self_test_begins_anew_with_everything_off() -> None:
    app = wand(k.SERVICE, test=9, passing=9, drive_mode=2, drive_vent=0, duty=9, vent=0)
    app.board.duty, app.board.vent = 9, False  # type: ignore[attr-defined]
    app.measured.supply_mv, app.zero, app.test_noise = 0, 8_205, 3
    assert ask(service.self_test, app) == (1 << k.SUPPLY, 8_205, 3)
    s = app.state
    assert (s.mode, s.test, s.passing, s.drive_mode, s.drive_vent, s.duty, s.vent) == (k.SELF_TEST, 0, 0, k.DRIVE_OFF, 1, 0, 1)
    assert (app.board.duty, app.board.vent) == (0, True)  # type: ignore[attr-defined]


@pytest.mark.parametrize("changes", [{"duty": 1}, {"vent": 0}])
def test_the_latch_is_cleared_at_rest(changes: Any) -> None:
    app = wand(k.SERVICE, latched=k.STUCK_PUMP, **changes)
    assert refused(service.clear_latch, app) == (w.WRONG_STATE, NO_FIELD, 0, 0)
    assert app.state.latched == k.STUCK_PUMP


def test_the_latch_is_cleared_with_nothing_wrong_any_more() -> None:
    app = wand(k.SERVICE, latched=k.STUCK_PUMP)
    app.measured.supply_mv = 0
    assert refused(service.clear_latch, app) == (w.SENSOR, NO_FIELD, 1 << k.SUPPLY, 0)
    assert app.state.latched == k.STUCK_PUMP


def test_a_cleared_latch_is_out_of_memory_too() -> None:
    app = wand(k.SERVICE, latched=k.STUCK_PUMP)
    assert ask(service.clear_latch, app) == (k.STUCK_PUMP,)
    assert app.state.latched == 0
    assert app.memory.read(memory.LATCH)[1] == b"\0"


def test_a_latch_that_stays_in_memory_stays() -> None:
    app = wand(k.SERVICE, resting(), latched=k.STUCK_PUMP)
    app.board.broken_memory = True  # type: ignore[attr-defined]
    assert refused(service.clear_latch, app) == (w.NO_MEMORY, NO_FIELD, 0, 0)
    assert app.state.latched == k.STUCK_PUMP


def test_a_signal_is_shown_for_three_seconds() -> None:
    app = wand(k.SERVICE)
    assert ask(service.signal, app, k.SIGNAL_IDENTIFY) == (k.SIGNAL_IDENTIFY,)
    assert (app.state.shown, app.state.showing) == (k.SIGNAL_IDENTIFY, 150)
