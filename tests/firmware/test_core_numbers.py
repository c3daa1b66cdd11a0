"""The program between board and wire: what a start takes over, what a step reads and drives, and its readings and signals."""

from typing import Any

import pytest

from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.core import Core, Readings, Refusal, signal_of
from microderm_ctl.firmware.memory import Memory
from tests.firmware.bench import MODES, C, state
from tests.firmware.rig import SERIAL, PlainBoard
from tests.firmware.wands import TREATED, resting, wand


class Telling(PlainBoard):
    """A board that notes in which order it is driven."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Any]] = []

    def set_pump(self, duty: int) -> None:
        self.told.append(("pump", duty))
        super().set_pump(duty)

    def set_vent(self, is_open: bool) -> None:
        self.told.append(("vent", is_open))
        super().set_vent(is_open)

    def set_signal(self, signal: int) -> None:
        self.told.append(("signal", signal))
        super().set_signal(signal)

    def random8(self) -> bytes:
        self.told.append(("random", 8))
        return super().random8()

    def read_slot(self, slot: int) -> bytes:
        self.told.append(("slot", slot))
        return super().read_slot(slot)


class Zeros(PlainBoard):
    """A board whose chance is all zeros."""

    def random8(self) -> bytes:
        return bytes(8)


def step(app: Core, ms: int = 20, **inputs: Any) -> None:
    """Let one step pass with some inputs of the board set."""
    board: Any = app.board
    for name, value in inputs.items():
        setattr(board, name, value)
    board.ticks += ms
    app.control_step()


# Refusals and readings


def test_a_refusal_without_more_names_no_field_and_no_number() -> None:
    refusal = Refusal(5)
    assert (refusal.code, refusal.field, refusal.asked, refusal.allowed) == (5, 255, 0, 0)
    assert Refusal(5, 1, 2, 3).args == (5,)


def test_readings_keep_bounds_and_sums() -> None:
    readings = Readings()
    assert (readings.count, readings.least, readings.most, readings.total, readings.squares) == (0, 0, 0, 0, 0)
    for raw in (7, 5, 9):
        readings.add(raw)
    assert (readings.count, readings.least, readings.most, readings.total, readings.squares) == (3, 5, 9, 21, 155)


@pytest.mark.parametrize(("count", "after"), [(65_533, 65_534), (65_534, 65_535), (65_535, 65_535), (65_536, 65_536)])
def test_readings_end_where_their_sum_would_no_longer_fit(count: int, after: int) -> None:
    readings = Readings()
    readings.count = count
    readings.add(65_535)
    assert (readings.count, readings.total) == (after, 65_535 * (after - count))


# A start


def test_a_start_drives_off_and_open_before_it_reads_anything() -> None:
    board = Telling()
    Core(board)
    assert board.told[:2] == [("pump", 0), ("vent", True)]
    assert ("slot", 2) in board.told


def test_a_start_knows_of_no_session_and_no_request() -> None:
    board = resting()
    board.ticks, board.drawn = 0x4000_0005, 100
    app = Core(board)
    assert (app.staged, app.command_id, app.token, app.lease_least, app.late_ms, app.restart_in) == ((0, b""), 0, 0, 25, 0, 0)
    assert (app.test_sum, app.test_least, app.test_most, app.test_noise, app.signal, app.events) == (0, 0, 0, 0, 0, [])
    assert app.restart_to_loader is False
    assert (app.now, app.boot_id) == (5, 1 + (101 | 2 << 8 | 3 << 16))
    step(app)
    assert (app.now, app.measured.late_ms) == (25, 0)


def test_the_constants_may_be_handed_in() -> None:
    class Short(Constants):
        lease_steps = 3

    assert Core(resting(), Short()).lease_least == 3
    assert Core(resting()).c.lease_steps == 25


def test_a_calibration_comes_into_force_with_a_start() -> None:
    board = resting()
    blank = Core(board)
    assert (blank.coefficients, blank.calibrated, blank.zero, blank.gain, blank.curve) == (None, (0, 0), 8_192, 8_192, 0)
    Memory(board).write(memory.CALIBRATION, calibration.build(8_200, SERIAL, 5, 8_300, 10))
    app = Core(board)
    assert (app.coefficients, app.calibrated, app.zero, app.gain, app.curve) == ((8_200, 8_300, 10, 5), (2, 5), 8_200, 8_300, 10)


@pytest.mark.parametrize("kind", [memory.LATCH, memory.COOLDOWN, memory.LEDGER, memory.LEDGER + 7])
def test_a_book_that_is_lost_is_noticed(kind: int) -> None:
    """One damaged book is enough; a damaged calibration is void, and not a book."""
    board = resting()
    assert Core(board).measured.memory_ok == 1
    board.slots[2 * memory.CALIBRATION] = board.slots[2 * memory.CALIBRATION + 1] = b"damaged"
    assert Core(board).measured.memory_ok == 1
    board.slots[2 * kind] = board.slots[2 * kind + 1] = b"damaged"
    assert Core(board).measured.memory_ok == 0


@pytest.mark.parametrize(
    ("content", "steps"), [(b"", 0), (b"\x05\0\0\0", 5), (b"\x05\x01\0\0", 261), (b"\x05\0\0", 0), (b"\x05\0\0\0\0", 0)]
)
def test_a_rest_goes_on_after_power_off(content: bytes, steps: int) -> None:
    board = resting()
    Memory(board).write(memory.COOLDOWN, content)
    assert Core(board).state.cooldown == steps
    assert Core(resting()).state.cooldown == 0


@pytest.mark.parametrize(("content", "latched"), [(b"", 0), (b"\0", 0), (b"\0\x07", 0), (b"\x13", 19), (b"\x13\x07", 19)])
def test_a_latch_goes_on_after_power_off(content: bytes, latched: int) -> None:
    board = resting()
    Memory(board).write(memory.LATCH, content)
    s = Core(board).state
    assert (s.mode, s.cause, s.latched) == ((k.LOCKOUT, latched, latched) if latched else (k.BOOT, k.NONE, 0))


@pytest.mark.parametrize("purpose", [0, 1])
@pytest.mark.parametrize("latched", [0, k.STUCK_PUMP])
def test_a_treatment_that_power_cut_short_counts_in_full(purpose: int, latched: int) -> None:
    """And is rested for; a patch test needs no rest. What locked the wand stays its cause."""
    board = resting()
    app = wand(board=board)
    app.ledger.reserve(5, 6, 7, purpose, 8_000)
    Memory(board).write(memory.LATCH, bytes((latched,)))
    again = Core(board)
    assert again.ledger.by_age(0) == (1, 5, 6, 7, purpose, 0, k.RESET, 0, 8_000, 8_000)
    assert again.state.cooldown == (0 if purpose else 90_000)
    assert int.from_bytes(again.memory.read(memory.COOLDOWN)[1], "little") == again.state.cooldown
    assert again.state.cause == (latched or k.RESET)
    assert again.measured.memory_ok == 1


def test_a_treatment_that_was_settled_is_not_touched_by_a_start() -> None:
    board = resting()
    app = wand(board=board)
    app.ledger.reserve(5, 6, 7, 0, 8_000)
    app.ledger.settle(1_000, k.STOP)
    again = Core(board)
    assert again.ledger.by_age(0) == (1, 5, 6, 7, 0, 0, k.STOP, 0, 8_000, 1_000)
    assert (again.state.cooldown, again.state.cause) == (0, k.NONE)


def test_a_start_that_cannot_settle_does_not_trust_its_memory() -> None:
    board = resting()
    wand(board=board).ledger.reserve(5, 6, 7, 0, 8_000)
    board.broken_memory = True
    assert Core(board).measured.memory_ok == 0


# Sessions and stops


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("is_same_table", [True, False])
def test_a_session_draws_four_bytes_and_begins_without_a_lease(mode: int, is_same_table: bool) -> None:
    app = wand(mode, silent=9, session=1 - is_same_table)
    app.lease_least = 3
    app.board.drawn = 100  # type: ignore[attr-defined]
    app.open_session(is_same_table)
    s = app.state
    assert app.token == (101 | 2 << 8 | 3 << 16 | 4 << 24 if is_same_table else 0)
    assert (s.session, s.silent, s.lease, app.lease_least) == (int(is_same_table), 0, 0, 25)
    assert s.mode == ((k.LINKED if is_same_table else k.SAFE) if mode in (k.SAFE, k.LINKED) else mode)


def test_no_session_has_the_token_of_none() -> None:
    app = Core(resting(Zeros))
    app.open_session(True)
    assert app.token == 1


@pytest.mark.parametrize("mode", MODES)
def test_a_stop_is_at_once_where_something_runs(mode: int) -> None:
    """And a self-test that a technician began does not lead back to SERVICE."""
    app = wand(mode, duty=9, vent=0, service=9, cause=k.LEASE)
    board: Any = app.board
    board.duty, board.vent = 9, False
    app.stop(k.STOP)
    s = app.state
    if mode in (*k.ACTIVE, k.SERVICE):
        assert (s.mode, s.cause, s.duty, s.vent, board.duty, board.vent) == (k.STOPPING, k.STOP, 0, 1, 0, True)
    else:
        assert (s.mode, s.cause, s.duty, s.vent) == (mode, k.LEASE, 9, 0)
        assert s.service == (0 if mode == k.SELF_TEST else 9)


# A step


def test_a_step_reads_everything_once() -> None:
    app = wand(k.SAFE)
    inputs = {"motion": 77, "tip": 2_200, "temperature": 301, "supply": 4_900, "current": 33, "line": True, "pressed": True}
    step(app, vacuum_pa=400, **inputs)
    m = app.measured
    assert (m.raw, m.vacuum_pa) == (8_393, 402)
    assert (m.motion_mg, m.grit_um, m.temperature_dc, m.supply_mv, m.pump_ma, m.line_up, m.button) == (77, 125, 301, 4_900, 33, 1, 1)
    step(app, line=False, pressed=False)
    assert (m.line_up, m.button) == (0, 0)


@pytest.mark.parametrize(("ms", "late_ms"), [(0, 0), (19, 0), (20, 0), (21, 1), (70, 50), (5_000, 4_980)])
def test_a_step_is_late_by_what_is_over_20_ms(ms: int, late_ms: int) -> None:
    """Over the turn of the ticks too; all of it together is counted up to 65,535."""
    for begin in (0, k.TICK_MASK - 10):
        board = resting()
        board.ticks = begin
        app = wand(k.SAFE, board)
        app.late_ms = 3
        step(app, ms)
        assert (app.measured.late_ms, app.late_ms, app.now) == (late_ms, 3 + late_ms, (begin + ms) & k.TICK_MASK)
        app.late_ms = 65_535 - 1
        step(app, 22)
        assert (app.measured.late_ms, app.late_ms) == (2, 65_535)


def test_a_step_drives_pump_and_vent_as_it_decided() -> None:
    board = resting(Telling)
    app = wand(k.SERVICE, board, drive_mode=k.DRIVE_DUTY, drive_left=2, drive_duty=9_000, drive_vent=0, showing=0)
    board.told.clear()  # type: ignore[attr-defined]
    step(app)
    step(app)
    pump_and_vent = [one for one in board.told if one[0] in ("pump", "vent")]  # type: ignore[attr-defined]
    assert pump_and_vent == [("pump", 9_000), ("vent", False), ("pump", 0), ("vent", True)]


def test_a_signal_is_given_when_it_changes() -> None:
    board = resting(Telling)
    app = wand(k.SAFE, board, shown=k.SIGNAL_IDENTIFY, showing=3)
    for _ in range(6):
        step(app)
    told = [value for name, value in board.told if name == "signal"]  # type: ignore[attr-defined]
    assert told == [k.SIGNAL_IDENTIFY, k.QUIET]
    assert app.signal == k.QUIET


@pytest.mark.parametrize("mode", MODES)
def test_readings_are_summed_in_service(mode: int) -> None:
    app = wand(mode, **TREATED)
    step(app)
    assert app.readings.count == (1 if mode == k.SERVICE else 0)
    assert app.readings.total == (app.measured.raw if mode == k.SERVICE else 0)


@pytest.mark.parametrize(("before_ms", "after_ms"), [(0, 0), (1, 0), (20, 0), (21, 1), (1_000, 980)])
def test_the_wait_for_codes_runs_down(before_ms: int, after_ms: int) -> None:
    app = wand(k.SAFE)
    app.unlock.wait_ms = before_ms
    step(app)
    assert app.unlock.wait_ms == after_ms


@pytest.mark.parametrize("mode", set(MODES) - {k.STOPPING})
def test_the_rest_is_written_down_once_a_minute(mode: int) -> None:
    """In every 3,000th step, so that power off costs at most a minute more of it; a stop writes it when it ends."""
    for left, is_written in ((3_000, True), (2_999, False), (6_000, True), (1, False)):
        app = wand(mode, cooldown=left + (1 if mode == k.COOLDOWN else 0), **TREATED)
        step(app)
        content = app.memory.read(memory.COOLDOWN)[1]
        assert content == (left.to_bytes(4, "little") if is_written and mode == k.COOLDOWN else b"")


# Signals


@pytest.mark.parametrize("mode", MODES)
def test_what_light_and_buzzer_say(mode: int) -> None:
    """By the state; in RUN by the seal; what a technician or the plan shows goes before all."""
    said = {
        k.ARMED: k.SIGNAL_PRESS, k.RUN: k.SIGNAL_TOUCH, k.HOLD: k.SIGNAL_TOUCH, k.FAULT: k.SIGNAL_FAULT, k.LOCKOUT: k.SIGNAL_FAULT,
        k.SERVICE: k.SIGNAL_SERVICE,
    }  # fmt: skip
    assert signal_of(C, state(mode)) == said.get(mode, k.QUIET)
    assert signal_of(C, state(mode, sealed=1)) == (k.SIGNAL_RUNNING if mode == k.RUN else said.get(mode, k.QUIET))
    for showing in (1, 9):
        assert signal_of(C, state(mode, shown=k.SIGNAL_IDENTIFY, showing=showing)) == k.SIGNAL_IDENTIFY
    for cause, idle, is_done in [
        (k.TREATMENT_DONE, 0, True),
        (k.TREATMENT_DONE, 249, True),
        (k.TREATMENT_DONE, 250, False),
        (k.TREATMENT_DONE, 251, False),
        (k.TREATMENT_DONE - 1, 0, False),
        (k.TREATMENT_DONE + 1, 0, False),
    ]:
        assert signal_of(C, state(mode, cause=cause, idle=idle)) == said.get(mode, k.SIGNAL_DONE if is_done else k.QUIET)


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({"hold_cause": k.PAUSED}, k.QUIET),
        ({"hold_cause": k.PAUSED - 1}, k.SIGNAL_TOUCH),
        ({"hold_cause": k.PAUSED + 1}, k.SIGNAL_TOUCH),
        ({"hold_cause": k.ZONE_DONE - 1}, k.SIGNAL_TOUCH),
        ({"hold_cause": k.ZONE_DONE}, k.SIGNAL_NEXT_ZONE),
        ({"hold_cause": k.ZONE_DONE, "hold": 11_999}, k.SIGNAL_NEXT_ZONE),
        ({"hold_cause": k.ZONE_DONE, "hold": 12_000}, k.SIGNAL_WARNING),
        ({"hold_cause": k.PAUSED, "hold": 12_001}, k.SIGNAL_WARNING),
        ({"hold_cause": k.PAUSED, "hold": 12_001, "press_needed": 1}, k.SIGNAL_CONFIRM),
    ],
)
def test_what_hold_says(changes: dict[str, int], signal: int) -> None:
    """A press that is asked for goes before the warning, the warning before the next zone."""
    assert signal_of(C, state(k.HOLD, **changes)) == signal
