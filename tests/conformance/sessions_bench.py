"""A technician's work on a unit: locked, unlocked, driven, measured, written, restarted, cleared."""

import zlib
from typing import Any

from microderm_ctl.firmware import calibration, memory, unlock
from microderm_protocol import codes
from microderm_protocol.messages import bench
from microderm_protocol.messages.handshake import Nak, RestartRequest, StopRequest
from tests.conformance.computer import CALIBRATED_UTC_S, SERIAL, Computer, ScriptedBoard
from tests.conformance.tape import Tape, spliced

KEY = unlock.unit_key(b"the service centre's own", SERIAL)
NONCE = bytes(range(16))
ALL = 7
"""Every function: drive, write records, clear the latch."""


class Technician:
    """Asks, and says what was refused."""

    def __init__(self, *, key: bytes = KEY, **constants: int) -> None:
        """Begin with a unit that has passed its self-test."""
        board = ScriptedBoard()
        if key:
            board.slots[2 * memory.KEY] = memory.build_slot(memory.KEY, 1, key)
        self.computer = Computer(board, **constants)
        self.board = board
        self.greet()

    def greet(self) -> None:
        """Pass the self-test, open a session and let the lease begin."""
        self.computer.run(800)
        self.computer.greet()
        self.computer.run(200)

    def ask(self, kind: type, *values: Any) -> Any:
        """Send a request of the session and return its answer."""
        answer = self.computer.ask(kind(self.computer.session, *values))
        if isinstance(answer, Nak):
            raise AssertionError(f"{kind.__name__}{values}: {codes.NAK_CODES[answer.code]}")
        return answer

    def refused(self, code: str, kind: type, *values: Any) -> None:
        """Send a request that must be refused with a code."""
        answer = self.computer.ask(kind(self.computer.session, *values))
        if not isinstance(answer, Nak) or codes.NAK_CODES[answer.code] != code:
            raise AssertionError(f"{kind.__name__}{values} should be refused with {code}: {answer}")

    def code(self, functions: int = ALL, seconds: int = 600) -> tuple[int, int, bytes]:
        """Begin an unlock and return what opens it."""
        nonce = self.ask(bench.ChallengeRequest, NONCE).nonce
        return functions, seconds, unlock.code_for(KEY, nonce, NONCE, SERIAL, functions, seconds)

    def open(self, functions: int = ALL) -> bytes:
        """Hold the button, open SERVICE and return the token."""
        self.board.pressed = True
        self.computer.run(3_100)
        token: bytes = self.ask(bench.UnlockRequest, *self.code(functions)).token
        self.board.pressed = False
        self.computer.run(100)
        return token

    def restart(self) -> None:
        """Restart and open a session."""
        self.computer.ask(RestartRequest(codes.CONFIRM))
        self.computer.run(200)
        self.computer.wand.start()
        self.greet()

    def must_have(self, *states: str) -> None:
        """Fail a session that did not get where it meant to."""
        if not set(states) <= self.computer.states:
            raise AssertionError(f"{states} are not among {sorted(self.computer.states)}; last {self.computer.heard[-3:]}")


def service() -> Tape:
    """Everything that a technician may do, and may not."""
    played = (_locked(), _driven(), _written(), _latched(), _timed())
    return spliced(technician.computer.wand.tape() for technician in played)


def _locked() -> Technician:
    """No key, no lease, no button, a wrong code, and the wait after it; then open."""
    keyless = Technician(key=b"")
    keyless.refused("locked", bench.ChallengeRequest, NONCE)
    keyless.refused("locked", bench.UnlockRequest, ALL, 600, bytes(32))
    keyless.refused("locked", bench.MeasureRequest)
    keyless.board.slots[2 * memory.KEY] = memory.build_slot(memory.KEY, 1, KEY)
    keyless.computer.wand.start()
    keyless.computer.run(100)
    keyless.computer.greet()
    keyless.refused("wrong-state", bench.UnlockRequest, *keyless.code())
    keyless.computer.run(1_500)
    keyless.computer.greet()
    keyless.refused("no-lease", bench.UnlockRequest, *keyless.code())
    keyless.computer.run(200)
    keyless.refused("hold-button", bench.UnlockRequest, *keyless.code())
    keyless.board.pressed = True
    keyless.computer.run(3_100)
    for wait_ms in (1_100, 2_100):
        keyless.refused("locked", bench.UnlockRequest, ALL, 600, bytes(32))
        keyless.refused("back-off", bench.UnlockRequest, *keyless.code())
        keyless.computer.run(wait_ms)
    keyless.ask(bench.UnlockRequest, *keyless.code(functions=0))
    keyless.computer.run(200)
    keyless.refused("locked", bench.DriveRequest, 0, 0, 0, 1, 0)
    keyless.must_have("SERVICE")
    return keyless


def _driven() -> Technician:
    """Set point and duty into a closed chamber, what cannot be driven, sums of readings, and the ways it ends."""
    technician = Technician()
    technician.open()
    technician.board.touching = True
    for values in ((1, 8_000, 0, 0, 0), (2, 0, 20_000, 1, 5), (1, 1_000, 0, 0, 5)):
        technician.refused("bad-value", bench.DriveRequest, *values)
    technician.ask(bench.DriveRequest, 1, 8_000, 0, 0, 60)
    technician.computer.run(2_000)
    technician.ask(bench.MeasureRequest)
    technician.refused("wrong-state", bench.ClearLatchRequest)
    technician.ask(bench.DriveRequest, 2, 0, 20_000, 0, 1)
    technician.computer.run(2_000)
    technician.ask(bench.DriveRequest, 2, 0, 20_000, 0, 60)
    technician.computer.run(500)
    technician.computer.press()
    technician.ask(bench.SignalRequest, codes.SIGNALS.index("identify"))
    technician.computer.run(500)
    technician.ask(bench.SelfTestRequest)
    technician.computer.run(1_500)
    technician.ask(bench.MeasureRequest)
    technician.ask(bench.LeaveServiceRequest)
    technician.computer.run(500)
    technician.refused("locked", bench.MeasureRequest)
    technician.open()
    technician.ask(bench.SelfTestRequest)
    technician.computer.ask(StopRequest())
    technician.computer.run(1_500)
    technician.must_have("SERVICE", "STOPPING", "SELF_TEST", "LINKED")
    return technician


def _record(serial: bytes = SERIAL, gain: int = calibration.GAIN_NOMINAL) -> tuple[int, int, bytes, int]:
    """Return number, length, padded content and CRC-32 of a calibration record."""
    content = calibration.build(8_200, serial, CALIBRATED_UTC_S, gain, 5)
    return memory.CALIBRATION, len(content), content + bytes(bench.RECORD_MOST - len(content)), zlib.crc32(content)


def _written() -> Technician:
    """A record is staged, committed, read back, and in force after a restart that the token survives once."""
    technician = Technician()
    technician.open(functions=3)
    for wrong in (_record(b"MD-OTHER-001"), _record(gain=20_000)):
        technician.refused("bad-value", bench.StageRequest, *wrong[:3])
    *record, check = _record()
    technician.ask(bench.StageRequest, *record)
    technician.refused("bad-value", bench.CommitRequest, memory.CALIBRATION, check ^ 1)
    technician.ask(bench.DriveRequest, 2, 0, 20_000, 0, 60)
    technician.computer.run(100)
    technician.refused("wrong-state", bench.CommitRequest, memory.CALIBRATION, check)
    technician.ask(bench.DriveRequest, 0, 0, 0, 1, 0)
    technician.computer.run(400)
    technician.board.is_full = True
    technician.refused("memory", bench.CommitRequest, memory.CALIBRATION, check)
    technician.board.is_full = False
    technician.ask(bench.CommitRequest, memory.CALIBRATION, check)
    technician.ask(bench.RecordRequest, memory.CALIBRATION)
    technician.ask(bench.RecordRequest, memory.MAP)
    token = next(message.token for message in reversed(technician.computer.heard) if isinstance(message, bench.UnlockAnswer))
    technician.ask(bench.LeaveServiceRequest)
    technician.restart()
    next_token = technician.ask(bench.UnlockAgainRequest, token).token
    technician.computer.run(200)
    technician.ask(bench.RecordRequest, memory.CALIBRATION)
    technician.ask(bench.LeaveServiceRequest)
    technician.restart()
    technician.refused("locked", bench.UnlockAgainRequest, next_token)
    technician.must_have("SERVICE")
    return technician


def _latched() -> Technician:
    """A pump that ran by itself locks the unit, through restarts, until a technician clears it with nothing wrong."""
    technician = Technician()
    technician.board.stuck_ma = 200
    technician.computer.run(1_000)
    technician.board.stuck_ma = -1
    technician.restart()
    technician.open()
    technician.ask(bench.LeaveServiceRequest)
    technician.computer.run(500)
    technician.open()
    technician.board.temperature = 700
    technician.computer.run(40)
    technician.board.temperature = 281
    technician.computer.run(1_000)
    technician.restart()
    technician.open()
    technician.ask(bench.SelfTestRequest)
    technician.computer.ask(StopRequest())
    technician.computer.run(1_500)
    technician.open()
    technician.board.offset_raw = 2_000
    technician.board.is_full = True
    technician.refused("memory", bench.ClearLatchRequest)
    technician.board.is_full, technician.board.offset_raw = False, 0
    technician.ask(bench.ClearLatchRequest)
    technician.ask(bench.LeaveServiceRequest)
    technician.restart()
    technician.must_have("LOCKOUT", "SERVICE", "STOPPING", "LINKED")
    return technician


def _timed() -> Technician:
    """SERVICE ends when nothing is asked for long enough."""
    technician = Technician(service_idle_steps=60)
    technician.open()
    technician.computer.run(1_500)
    if "service-time" not in technician.computer.causes:
        raise AssertionError(f"SERVICE did not idle out: {technician.computer.causes}")
    return technician
