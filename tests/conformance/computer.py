"""The other end for conformance: a board that a script sets by hand, and a computer that talks to the program on it."""

from typing import Any

from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware.board import BOARD_VIRTUAL, Board
from microderm_protocol import TABLE_HASH, Decoder, codes, decode, encode
from microderm_protocol.messages.handshake import HelloRequest
from microderm_protocol.messages.treatment import ArmRequest, RenewRequest, StateEvent, Telemetry, ZoneRequest
from tests.conformance.tape import Recorder

STEP_MS = 20
RENEW_STEPS = 5
SERIAL = b"MD-CONF-0001"
CALIBRATED_UTC_S = 1_767_225_600


class ScriptedBoard(Board):
    """A board without physics: vacuum follows the duty by a rule of whole numbers."""

    kind = BOARD_VIRTUAL
    hardware = 1
    simulated = True

    def __init__(self, first_tick_ms: int = 0) -> None:
        """Begin calibrated, with a medium tip, at rest in the air."""
        self.tick_ms = first_tick_ms
        self.vacuum_pa = self.duty = self.noise = self.draws = 0
        self.vent = self.line = True
        self.touching = self.moving = self.pressed = self.is_restarting = False
        self.stuck_raw = self.stuck_ma = -1
        self.offset_raw = 0
        self.pull_pa = 40_000
        """What full duty reaches on the skin."""
        self.is_blocked = self.is_full = False
        """The vent lets nothing in; the memory takes nothing."""
        self.ohm, self.temperature, self.millivolts = 2_200, 281, 5_010
        content = calibration.build(8_192, SERIAL, CALIBRATED_UTC_S, calibration.GAIN_NOMINAL, 0)
        self.slots = {2 * memory.CALIBRATION: memory.build_slot(memory.CALIBRATION, 1, content)}

    def advance(self) -> None:
        """Let 20 ms pass."""
        self.tick_ms += STEP_MS
        self.noise = (self.noise * 1_103 + 12_345) % 65_536
        target_pa = self.duty * (self.pull_pa if self.touching else 300) // 65_535
        if not self.is_blocked:
            self.vacuum_pa += (0 - self.vacuum_pa) // 3 if self.vent else (target_pa - self.vacuum_pa) // 8

    def ticks_ms(self) -> int:
        return self.tick_ms & 0x3FFFFFFF

    def raw_pressure(self) -> int:
        return self.stuck_raw if self.stuck_raw >= 0 else 8_192 + self.offset_raw + self.vacuum_pa // 2 + self.noise // 4_096

    def motion_mg(self) -> int:
        return 120 + self.noise // 1_024 if self.moving else self.noise // 8_192

    def tip_ohm(self) -> int:
        return self.ohm

    def temperature_dc(self) -> int:
        return self.temperature

    def supply_mv(self) -> int:
        return self.millivolts

    def pump_ma(self) -> int:
        return self.stuck_ma if self.stuck_ma >= 0 else 320 if self.duty else 4

    def line_up(self) -> bool:
        return self.line

    def button(self) -> bool:
        return self.pressed

    def serial_number(self) -> bytes:
        return SERIAL

    def random8(self) -> bytes:
        self.draws += 1
        return bytes((self.draws * place + 17) % 256 for place in range(1, 9))

    def reset_cause(self) -> int:
        return 0

    def set_pump(self, duty: int) -> None:
        self.duty = duty

    def set_vent(self, is_open: bool) -> None:
        self.vent = is_open

    def set_signal(self, signal: int) -> None:
        pass

    def read_slot(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        if self.is_full:
            raise OSError("no memory")
        self.slots[slot] = bytes(content)

    def restart(self, to_loader: bool) -> None:
        self.is_restarting = True


class Computer:
    """Talks to the recorded program, renews its lease, and keeps what was heard."""

    def __init__(self, board: ScriptedBoard, **constants: int) -> None:
        """Start the program on a board, with some of its constants changed to see what else takes minutes."""
        self.board = board
        self.wand = Recorder(board, constants)
        self.session = self._sequence = self._steps = 0
        self.renews = True
        self.telemetry: Telemetry | None = None
        self.heard: list[Any] = []
        self._decoder = Decoder()

    @property
    def causes(self) -> set[str]:
        """Everything that stopped the wand so far, in words."""
        return {codes.CAUSES[message.cause] for message in self.heard if isinstance(message, (StateEvent, Telemetry))}

    @property
    def states(self) -> set[str]:
        """Every state the wand was in so far."""
        numbers = {message.state for message in self.heard if isinstance(message, Telemetry)}
        return {codes.STATES[one] for one in numbers | {message.after for message in self.heard if isinstance(message, StateEvent)}}

    def ask(self, request: object) -> Any:
        """Send a request and return its answer or NAK."""
        self._sequence += 1
        return self._heard(self.wand.feed(encode(request, self._sequence)))[-1]

    def greet(self) -> None:
        """Open a session."""
        self.session = self.ask(HelloRequest(codes.MAGIC, TABLE_HASH, self._sequence)).session

    def send(self, data: bytes) -> list[Any]:
        """Send bytes as they are and return what came back."""
        return self._heard(self.wand.feed(data))

    def repeat(self, request: object) -> Any:
        """Send the last request's number once more."""
        return self.send(encode(request, self._sequence))[-1]

    def run(self, duration_ms: int) -> None:
        """Let time pass, the lease renewed every 100 ms and the whole state compared every second."""
        for _ in range(duration_ms // STEP_MS):
            self.board.advance()
            self._heard(self.wand.step())
            self._steps += 1
            if self.session and self.renews and self.telemetry and self._steps % RENEW_STEPS == 0:
                self.ask(RenewRequest(self.session, self.telemetry.tick_ms))
            if self._steps % (1_000 // STEP_MS) == 0:
                self.wand.snapshot()

    def press(self) -> None:
        """Press the button shortly."""
        self.board.pressed = True
        self.run(100)
        self.board.pressed = False
        self.run(40)

    def arm(self, treatment_ms: int, rows: tuple[tuple[int, int, int], ...], command_id: int = 7) -> Any:
        """Arm for rows of zone, cap in pascals and seconds; 3 s of dwell."""
        empty = (0,) * (codes.ROWS - len(rows))
        zone, cap_pa, seconds = (tuple(column) + empty for column in zip(*rows, strict=True))
        dwell_ms = (3_000,) * len(rows) + empty
        return self.ask(
            ArmRequest(
                self.session, command_id, CALIBRATED_UTC_S + 86_400, 77, 0, 125, treatment_ms, len(rows), zone, cap_pa, seconds, dwell_ms
            )
        )

    def zone(self, row: int, set_point_pa: int) -> Any:
        """Put a row in force."""
        return self.ask(ZoneRequest(self.session, row, set_point_pa))

    def ready(self, rows: tuple[tuple[int, int, int], ...] = ((1, 10_000, 20),), treatment_ms: int = 60_000) -> None:
        """Come from power to a treatment that runs on the skin."""
        self.run(800)
        self.greet()
        self.run(200)
        self.arm(treatment_ms, rows)
        self.zone(0, rows[0][1])
        self.press()
        self.board.touching = self.board.moving = True
        self.run(1_000)

    def _heard(self, data: bytes) -> list[Any]:
        messages = [decode(frame) for frame in self._decoder.feed(data)]
        self.heard += messages
        for message in messages:
            if isinstance(message, Telemetry):
                self.telemetry = message
        return messages
