"""The sessions that are played on CPython and repeated on MicroPython. Each shows that it got where it meant to."""

import json
from collections.abc import Callable
from pathlib import Path

from microderm_protocol import codes, encode
from microderm_protocol.messages.handshake import IdentityRequest, RestartRequest, StopRequest
from microderm_protocol.messages.treatment import (
    AcknowledgeRequest,
    LedgerRequest,
    LimitsRequest,
    PauseRequest,
    ResumeRequest,
    RowsRequest,
    SetPointRequest,
)
from tests.conformance.computer import Computer, ScriptedBoard
from tests.conformance.sessions_bench import service
from tests.conformance.sessions_causes import causes, refusals
from tests.conformance.tape import Tape

VECTORS = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


def treatment() -> Tape:
    """Two zones, a pause, the budget used up and the cool-down; the tick wraps on the way."""
    computer = Computer(ScriptedBoard(first_tick_ms=0x3FFFFFFF - 5_000))
    computer.run(2_000)
    computer.greet()
    computer.run(300)
    computer.ask(IdentityRequest())
    computer.ask(LimitsRequest())
    computer.arm(9_000, ((1, 10_000, 4), (2, 14_000, 20)))
    computer.zone(0, 8_000)
    computer.run(300)
    computer.press()
    computer.run(500)
    computer.board.touching = computer.board.moving = True
    computer.run(2_000)
    computer.ask(SetPointRequest(computer.session, 10_000))
    computer.run(3_000)
    computer.zone(1, 14_000)
    computer.press()
    computer.run(2_000)
    computer.ask(PauseRequest(computer.session))
    computer.run(1_500)
    computer.ask(ResumeRequest(computer.session))
    computer.run(8_000)
    computer.ask(RowsRequest())
    computer.ask(LedgerRequest(7, 0))
    _require({"zone-done", "paused", "treatment-done"} <= computer.causes, computer)
    _require({"ARMED", "RUN", "HOLD", "STOPPING", "COOLDOWN"} <= computer.states, computer)
    _require(computer.telemetry is not None and computer.telemetry.tick_ms < 60_000, computer)
    return computer.wand.tape()


def silence() -> Tape:
    """The computer stops renewing in mid-treatment, and comes back."""
    computer = Computer(ScriptedBoard())
    computer.ready()
    computer.renews = False
    computer.run(2_000)
    computer.renews = True
    computer.greet()
    computer.ask(LedgerRequest(0, 0))
    computer.run(1_000)
    _require("lease" in computer.causes, computer)
    return computer.wand.tape()


def stops() -> Tape:
    """STOP without a session, the button, the line gone, the tip taken off, and dwelling in one place."""
    computer = Computer(ScriptedBoard())
    computer.ready()
    computer.wand.feed(encode(StopRequest(), 9))
    computer.run(1_000)
    for command_id, disturb in enumerate((_button, _hang_up, _take_tip, _stand_still), start=20):
        computer.greet()
        computer.run(400)
        computer.arm(60_000, ((3, 12_000, 20),), command_id)
        computer.zone(0, 12_000)
        computer.press()
        computer.board.moving = True
        computer.run(1_500)
        disturb(computer)
        computer.run(1_000)
    _require({"stop", "button", "hang-up", "tip-missing", "dwell"} <= computer.causes, computer)
    return computer.wand.tape()


def _button(computer: Computer) -> None:
    computer.press()


def _hang_up(computer: Computer) -> None:
    computer.board.line = False
    computer.run(200)
    computer.board.line = True


def _take_tip(computer: Computer) -> None:
    computer.board.ohm = 1_000_000
    computer.run(200)
    computer.board.ohm = 2_200


def _stand_still(computer: Computer) -> None:
    computer.board.moving = False
    computer.run(4_000)


def faults() -> Tape:
    """A sensor that sticks, then heat; each acknowledged and cleared by a press, and the memory read again after a restart."""
    computer = Computer(ScriptedBoard())
    computer.ready()
    computer.board.stuck_raw = 12_000
    computer.run(1_000)
    computer.board.stuck_raw = -1
    computer.run(1_000)
    computer.ask(AcknowledgeRequest(computer.session))
    computer.press()
    computer.run(2_000)
    computer.ask(RestartRequest(codes.CONFIRM))
    computer.run(1_000)
    _require(computer.board.is_restarting, computer)
    computer.wand.start()
    computer.board.touching = False
    computer.board.temperature = 700
    computer.run(5_000)
    _require("sensor-frozen" in computer.causes and "FAULT" in computer.states, computer)
    return computer.wand.tape()


def garbage() -> Tape:
    """Bytes that are no frames, frames cut in two, bits turned over, lengths and values that no request has."""
    computer = Computer(ScriptedBoard())
    computer.ready()
    number = 1
    for size in range(1, 300, 7):
        number = number * 48_271 % 2_147_483_647
        computer.wand.feed(bytes((number >> (place % 23)) * (place + 3) % 256 for place in range(size)))
        if size % 3 == 0:
            computer.run(20)
    computer.wand.feed(b"\0")
    good = encode(LimitsRequest(), 4_000)
    for at in range(len(good)):
        computer.wand.feed(good[:at])
        computer.wand.feed(good[at:])
        computer.wand.feed(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :] + b"\0")
    computer.arm(60_000, ((1, 10_000, 20),))
    computer.zone(0, 25_000)
    computer.ask(SetPointRequest(computer.session, 11))
    computer.ask(ResumeRequest(computer.session + 1))
    computer.run(1_000)
    _require(computer.telemetry is not None and computer.telemetry.dropped > 0, computer)
    return computer.wand.tape()


def golden() -> Tape:
    """Every golden frame and every damaged stream: before a session, in one, and while it runs."""
    files = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(VECTORS.glob("*.json"))]
    vectors = [bytes.fromhex(row["wire"]) for file in files for row in file.get("vectors", ())]
    streams = [bytes.fromhex(row["stream"]) for file in files for row in file.get("streams", ())]
    computer = Computer(ScriptedBoard())
    stages: tuple[Callable[[], None], ...] = (lambda: computer.run(1_000), computer.greet, computer.ready)
    for come in stages:
        come()
        for data in vectors + streams:
            computer.wand.feed(data)
        computer.run(1_000)
        computer.wand.snapshot()
    _require(len(vectors) > 20 and len(streams) > 5 and "session-replaced" in computer.causes, computer)
    return computer.wand.tape()


def _require(holds: bool, computer: Computer) -> None:
    """Fail a session that did not get where it meant to: it would compare nothing."""
    if not holds:
        raise AssertionError(f"states {sorted(computer.states)}, causes {sorted(computer.causes)}, last {computer.heard[-3:]}")


PLAYS = (treatment, silence, stops, faults, causes, refusals, service, garbage, golden)
SESSIONS: dict[str, Callable[[], Tape]] = {play.__name__: play for play in PLAYS}
