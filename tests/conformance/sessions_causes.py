"""Every cause that stops the wand, every way out of a state, and every request that is refused, once each."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

from microderm_ctl.firmware import memory, wire
from microderm_ctl.firmware import messages as w
from microderm_protocol import TABLE_HASH, codes
from microderm_protocol.messages.handshake import HelloRequest, RestartRequest, StopRequest
from microderm_protocol.messages.treatment import (
    AcknowledgeRequest,
    ArmRequest,
    LimitsRequest,
    PauseRequest,
    RenewRequest,
    ResumeRequest,
    SetPointRequest,
)
from tests.conformance.computer import Computer, ScriptedBoard
from tests.conformance.tape import Tape, spliced

Disturb = Callable[[Computer], object]


def _set(**changes: Any) -> Disturb:
    """Return what changes the board and lets a second pass."""

    def disturb(computer: Computer) -> None:
        for name, value in changes.items():
            setattr(computer.board, name, value)
        computer.run(1_000)

    return disturb


def _late(computer: Computer) -> None:
    computer.board.tick_ms += 80
    computer.run(1_000)


def _land(computer: Computer) -> None:
    computer.board.vacuum_pa = 18_600  # just landed, under the trip, faster than any pump
    computer.run(1_000)


def _lift(computer: Computer) -> None:
    computer.board.touching = False
    computer.run(3_000)


def _pause_and(then: Disturb) -> Disturb:
    def disturb(computer: Computer) -> None:
        computer.ask(PauseRequest(computer.session))
        computer.board.moving = False
        computer.run(300)
        then(computer)

    return disturb


def _stop_blocked(computer: Computer) -> None:
    computer.board.is_blocked = True
    computer.ask(StopRequest())
    computer.run(1_000)


def _fill_memory(computer: Computer) -> None:
    """Nothing can be written any more: the treatment that ends cannot be settled, and none begins."""
    computer.board.is_full = True
    computer.ask(StopRequest())
    computer.run(1_000)
    _refused(computer, "sensor", lambda: computer.arm(60_000, ((1, 10_000, 20),), 8))


def _strain(computer: Computer) -> None:
    for _ in range(3):
        computer.board.pull_pa = 3_000
        computer.run(4_000)


IN_RUN: tuple[tuple[str, Disturb, dict[str, int]], ...] = (
    ("over-trip", _set(vacuum_pa=13_500), {}),
    ("over-hard-limit", _set(vacuum_pa=31_000), {}),
    ("sensor-range", _set(stuck_raw=10), {}),
    ("tip-changed", _set(ohm=1_000), {}),
    ("temperature", _set(temperature=700), {}),
    ("supply", _set(millivolts=4_000), {}),
    ("late-step", _late, {}),
    ("stuck-vent", _pause_and(_set(vacuum_pa=6_000, is_blocked=True)), {}),
    ("stuck-vent", _stop_blocked, {}),
    ("stop", _fill_memory, {}),
    ("stuck-pump", _pause_and(_set(stuck_ma=200)), {}),
    ("button", _pause_and(Computer.press), {}),
    ("hold-timeout", _pause_and(_set()), {"hold_steps": 40, "hold_warn_steps": 10}),
    ("treatment-timeout", _set(), {"wall_steps": 80}),
    ("unsealed", _lift, {"unsealed_steps": 50}),
    ("no-seal-drive", _strain, {}),
    ("sensor-duty", _strain, {"strains_most": 1}),
    ("hang-up", _set(line=False), {}),
)
"""What happens on the skin, and the cause that it leads to."""


def _in_run() -> list[Computer]:
    played = []
    for cause, disturb, constants in IN_RUN:
        computer = Computer(ScriptedBoard(), **constants)
        computer.ready()
        disturb(computer)
        computer.wand.restore()
        computer.run(1_000)
        _require(cause in computer.causes, computer, cause)
        played.append(computer)
    return played


def _jumps() -> Computer:
    """From the air to 18 kPa in one step."""
    computer = Computer(ScriptedBoard())
    computer.run(2_000)
    computer.greet()
    computer.run(400)
    computer.arm(60_000, ((1, 20_000, 20),))
    computer.zone(0, 20_000)
    computer.press()
    _land(computer)
    _require("sensor-jump" in computer.causes, computer, "sensor-jump")
    return computer


def _not_pressed() -> Computer:
    computer = Computer(ScriptedBoard(), press_steps=20)
    computer.run(2_000)
    computer.greet()
    computer.run(400)
    computer.arm(60_000, ((1, 10_000, 20),))
    computer.run(1_000)
    _require("not-pressed" in computer.causes, computer, "not-pressed")
    return computer


def _at_rest() -> list[Computer]:
    """What is found while nothing runs, during the self-test, and after a restart."""
    held, low, blocked, stuck = (Computer(ScriptedBoard()) for _ in range(4))
    held.board.pressed = True
    held.run(4_000)
    low.board.offset_raw = -600
    low.run(2_000)
    blocked.run(2_000)
    blocked.board.vacuum_pa, blocked.board.is_blocked = 3_000, True
    blocked.run(1_000)
    stuck.run(2_000)
    stuck.board.stuck_ma = 200
    stuck.run(1_000)
    stuck.board.stuck_ma = -1
    stuck.wand.start()
    stuck.run(2_000)
    stuck.greet()
    stuck.run(400)
    _refused(stuck, "lockout", lambda: stuck.arm(60_000, ((1, 10_000, 20),)))
    _require({"LOCKOUT"} <= stuck.states and {"FAULT"} <= low.states & held.states & blocked.states, stuck, "faults")
    return [held, low, blocked, stuck]


def _drift() -> Computer:
    """Ambient that does not read as ambient any more: refused, and still refused when acknowledged."""
    computer = Computer(ScriptedBoard())
    computer.run(2_000)
    computer.greet()
    computer.board.offset_raw = 400
    computer.run(1_500)
    _refused(computer, "sensor", lambda: computer.arm(60_000, ((1, 10_000, 20),)))
    return computer


def causes() -> Tape:
    """Everything that stops a treatment or keeps one from beginning."""
    return spliced(computer.wand.tape() for computer in [*_in_run(), _jumps(), _not_pressed(), *_at_rest(), _drift()])


def _hold_ways() -> Computer:
    """A higher cap after a zone needs a press; a PAUSE in HOLD, a RESUME too early; lifting off; the cool-down ends."""
    computer = Computer(ScriptedBoard(), cooldown_steps=30)
    computer.ready(rows=((1, 8_000, 2), (2, 12_000, 20)), treatment_ms=5_000)
    computer.run(2_500)
    computer.zone(1, 12_000)
    _refused(computer, "wrong-state", lambda: computer.ask(ResumeRequest(computer.session)))
    computer.ask(PauseRequest(computer.session))
    computer.run(200)
    computer.press()
    computer.run(1_000)
    computer.ask(ResumeRequest(computer.session))
    computer.run(1_000)
    computer.board.touching = False
    computer.run(500)
    computer.board.touching = True
    computer.run(5_000)
    _require("treatment-done" in computer.causes and "COOLDOWN" in computer.states, computer, "cool-down")
    return computer


def _power_cut() -> Computer:
    """Power goes in mid treatment: the reserve counts, the cool-down is owed, and ends."""
    computer = Computer(ScriptedBoard(), cooldown_steps=150)
    computer.ready()
    computer.wand.start()
    computer.run(2_000)
    computer.greet()
    computer.run(200)
    _refused(computer, "cool-down", lambda: computer.arm(60_000, ((1, 10_000, 20),), 8))
    computer.run(3_000)
    _require("reset" in computer.causes, computer, "reset")
    return computer


def _refused_arms() -> Computer:
    """ARM without a lease, with the wrong tip, with rows that cannot be, with a full memory, and in FAULT."""
    computer = Computer(ScriptedBoard())
    rows = ((1, 10_000, 20),)
    computer.run(2_000)
    _refused(computer, "no-session", lambda: computer.ask(PauseRequest(5)))
    computer.greet()
    _refused(computer, "no-lease", lambda: computer.arm(60_000, rows))
    computer.run(400)
    computer.board.ohm = 1_000
    computer.run(40)
    _refused(computer, "tip", lambda: computer.arm(60_000, rows))
    computer.board.ohm = 2_200
    computer.run(40)
    _refused(computer, "bad-value", lambda: computer.arm(60_000, ((1, 3_000, 20),)))
    _refused(computer, "bad-value", lambda: computer.ask(_with_a_row_too_many(computer)))
    computer.board.is_full = True
    _refused(computer, "memory", lambda: computer.arm(60_000, rows))
    computer.board.is_full = False
    computer.run(2_000)
    computer.board.temperature = 700
    computer.wand.start()
    computer.run(4_000)
    computer.greet()
    computer.run(200)
    _refused(computer, "fault", lambda: computer.arm(60_000, rows))
    return computer


def _with_a_row_too_many(computer: Computer) -> ArmRequest:
    none = (0,) * (codes.ROWS - 2)
    return ArmRequest(computer.session, 9, 1, 1, 0, 125, 60_000, 1, (1, 2, *none), (10_000, 0, *none), (20, 0, *none), (3_000, 0, *none))


def _uncalibrated() -> Computer:
    """Without a calibration there is no ARM; with two damaged slots memory is not intact."""
    board = ScriptedBoard()
    good = board.slots[2 * memory.CALIBRATION]
    board.slots = {2 * memory.CALIBRATION: good[:-1] + b"x"}
    board.slots |= {2 * memory.LATCH + place: b"damaged" for place in (0, 1)}
    computer = Computer(board)
    computer.run(4_000)
    board.slots = {}
    computer.wand.start()
    computer.run(2_000)
    computer.greet()
    computer.run(200)
    _refused(computer, "calibration", lambda: computer.arm(60_000, ((1, 10_000, 20),)))
    return computer


def _refused_while_it_runs() -> Computer:
    """What only another state allows, rows and vacuums that are not there, and echoes that are too old."""
    computer = Computer(ScriptedBoard())
    computer.run(2_000)
    computer.greet()
    computer.run(400)
    for request in (SetPointRequest(computer.session, 8_000), PauseRequest(computer.session), AcknowledgeRequest(computer.session)):
        _refused(computer, "wrong-state", lambda request=request: computer.ask(request))  # type: ignore[misc]
    _refused(computer, "wrong-state", lambda: computer.zone(0, 8_000))
    computer.arm(60_000, ((1, 10_000, 20),))
    _refused(computer, "wrong-state", lambda: computer.arm(60_000, ((1, 10_000, 20),)))
    _refused(computer, "bad-value", lambda: computer.zone(3, 8_000))
    _refused(computer, "bad-value", lambda: computer.zone(0, 2_600))
    _refused(computer, "above-limit", lambda: computer.zone(0, 12_000))
    _refused(computer, "wrong-state", lambda: computer.ask(RestartRequest(codes.CONFIRM)))
    computer.zone(0, 8_000)
    computer.press()
    tick_ms = computer.board.ticks_ms()
    computer.run(400)
    _refused(computer, "stale", lambda: computer.ask(RenewRequest(computer.session, tick_ms)))
    return computer


def _frames() -> Computer:
    """Frames that are whole and wrong: message, version, flags, length, a value, the order; and one that comes twice."""
    computer = Computer(ScriptedBoard())
    computer.run(2_000)
    computer.greet()
    computer.run(200)
    for code, frame in (
        ("unknown-message", _frame(0x7F, b"")),
        ("other-version", _frame(w.LIMITS, b"", version=9)),
        ("unsupported-flag", _frame(w.LIMITS, b"", flags=0x80)),
        ("bad-length", _frame(w.LIMITS, b"123")),
        ("bad-value", _frame(w.SET_POINT, struct.pack("<IH", computer.session, 0))),
    ):
        _refused(computer, code, lambda frame=frame: computer.send(frame)[-1])  # type: ignore[misc]
    computer.wand.feed(_frame(w.LIMITS, b"", kind=wire.EVENT) + b"\x05\x01\x00")
    request = SetPointRequest(computer.session, 8_000)
    first, again = computer.ask(request), computer.repeat(request)
    _require(first == again, computer, "a repeat")
    computer._sequence -= 2
    _refused(computer, "out-of-order", lambda: computer.ask(request))
    computer._sequence += 2
    computer.ask(HelloRequest(codes.MAGIC, TABLE_HASH ^ 1, 77))
    computer.ask(LimitsRequest())
    return computer


def _frame(message: int, payload: bytes, *, kind: int = wire.REQUEST, version: int = wire.VERSION, flags: int = 0) -> bytes:
    body = struct.pack(wire.HEADER, version, kind, message, flags, 7, len(payload)) + payload
    return b"\0" + wire.cobs_encode(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def refusals() -> Tape:
    """Everything that is asked and not done."""
    played = (_hold_ways(), _power_cut(), _refused_arms(), _uncalibrated(), _refused_while_it_runs(), _frames())
    return spliced(computer.wand.tape() for computer in played)


def _refused(computer: Computer, code: str, ask: Callable[[], Any]) -> None:
    answer = ask()
    said = codes.NAK_CODES.get(getattr(answer, "code", 0), str(answer))
    _require(said == code, computer, f"{code}, not {said}")


def _require(holds: bool, computer: Computer, what: str) -> None:
    """Fail a session that did not get where it meant to: it would compare nothing."""
    if not holds:
        raise AssertionError(f"{what}: states {sorted(computer.states)}, causes {sorted(computer.causes)}, last {computer.heard[-3:]}")
