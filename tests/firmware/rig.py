"""A wand on a bench of plain numbers: the real program, a board whose inputs a test sets, and a computer that speaks the wire."""

from typing import Any

from microderm_ctl.firmware import board as base
from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.app import App
from microderm_protocol import TABLE_HASH, Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment

FINE_OHM = 1_000
SERIAL = b"MD-0001"


class PlainBoard(base.Board):
    """Inputs are attributes, outputs are kept."""

    kind = base.BOARD_VIRTUAL
    simulated = True

    def __init__(self) -> None:
        self.ticks = 0
        self.vacuum_pa = 0
        self.noise = 0
        self.vent_works = True
        self.motion = 100
        self.tip = FINE_OHM
        self.temperature = 250
        self.supply = 5_000
        self.current = 0
        self.line = True
        self.pressed = False
        self.duty = -1
        self.vent = False
        self.signal = 0
        self.slots: dict[int, bytes] = {}
        self.broken_memory = False
        self.restarts: list[bool] = []
        self.drawn = 0

    def ticks_ms(self) -> int:
        return self.ticks

    def raw_pressure(self) -> int:
        self.noise ^= 1  # a real sensor is never still
        return 8192 + self.vacuum_pa // 2 + self.noise

    def motion_mg(self) -> int:
        return self.motion

    def tip_ohm(self) -> int:
        return self.tip

    def temperature_dc(self) -> int:
        return self.temperature

    def supply_mv(self) -> int:
        return self.supply

    def pump_ma(self) -> int:
        return self.current

    def line_up(self) -> bool:
        return self.line

    def button(self) -> bool:
        return self.pressed

    def serial_number(self) -> bytes:
        return SERIAL

    def random8(self) -> bytes:
        self.drawn += 1
        return bytes([self.drawn, 2, 3, 4, 5, 6, 7, 8])

    def reset_cause(self) -> int:
        return base.RESET_POWER

    def set_pump(self, duty: int) -> None:
        self.duty = duty

    def set_vent(self, is_open: bool) -> None:
        self.vent = is_open

    def set_signal(self, signal: int) -> None:
        self.signal = signal

    def read_slot(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        if self.duty or not self.vent:
            raise AssertionError("memory may be written only with the pump off and the vent open")
        if not self.broken_memory:
            self.slots[slot] = content

    def restart(self, to_loader: bool) -> None:
        self.restarts.append(to_loader)


class Rig:
    """The program on a plain board, with a computer that renews its lease every 100 ms while it is told to."""

    def __init__(self, board: PlainBoard | None = None, is_calibrated: bool = True) -> None:
        self.board = board or PlainBoard()
        self.board.vent = True
        self.board.duty = 0
        if is_calibrated and not self.board.slots:
            memory.Memory(self.board).write(memory.CALIBRATION, calibration.build(8192, SERIAL, 1_760_000_000, 8192, 0))
        self.app = App(self.board)
        self.decoder = Decoder()
        self.sequence = 0
        self.session = 0
        self.renews = True
        self.events: list[Any] = []
        self.steps(30)

    @property
    def mode(self) -> int:
        """The state, by number."""
        return self.app.state.mode

    @property
    def cause(self) -> int:
        """The cause that is kept."""
        return self.app.state.cause

    @property
    def is_off(self) -> bool:
        """Whether the board is driven safe."""
        return self.board.duty == 0 and self.board.vent

    def power_cycle(self) -> "Rig":
        """Return the same board, started anew."""
        self.board.ticks = 0
        return Rig(self.board)

    def steps(self, count: int, **inputs: Any) -> None:
        """Let steps of 20 ms pass with some inputs of the board set."""
        for name, value in inputs.items():
            setattr(self.board, name, value)
        for number in range(count):
            if self.session and self.renews and number % 5 == 0:
                self.ask(treatment.RenewRequest(self.session, self.board.ticks))
            self.board.ticks = (self.board.ticks + 20) & k.TICK_MASK
            self.events += [decode(frame) for frame in self.decoder.feed(self.app.step())]
            if self.mode != k.RUN and self.is_off and self.board.vent_works:
                self.board.vacuum_pa = min(0, self.board.vacuum_pa)

    def ask(self, message: Any, sequence: int | None = None) -> Any:
        """Send a request and return its answer or NAK."""
        self.sequence = self.sequence + 1 if sequence is None else sequence
        (frame,) = self.decoder.feed(self.app.feed(encode(message, self.sequence)))
        return decode(frame)

    def hello(self) -> Any:
        """Open a session."""
        answer = self.ask(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, self.sequence + 1))
        self.session = answer.session
        return answer

    def arm(self, rows: tuple[tuple[int, int, int], ...] = ((8_000, 10, 1_000),), **changes: Any) -> Any:
        """Send ARM with rows of cap, seconds and dwell."""
        zones = [place + 1 for place in range(len(rows))]
        columns = [(*column, *[0] * (12 - len(rows))) for column in (zones, *zip(*rows, strict=True))]
        request = treatment.ArmRequest(self.session, 77, 1_770_000_000, 99, 0, 106, 120_000, len(rows), *columns)
        return self.ask(request._replace(**changes))

    def press(self) -> None:
        """Press the button for 100 ms."""
        self.steps(5, pressed=True)
        self.steps(1, pressed=False)

    def run(self, rows: tuple[tuple[int, int, int], ...] = ((8_000, 10, 1_000),), **changes: Any) -> "Rig":
        """Go all the way into RUN, sealed at the set point."""
        self.hello()
        self.steps(1)
        self.arm(rows, **changes)
        self.ask(treatment.ZoneRequest(self.session, 0, rows[0][0]))
        self.press()
        for part in range(1, 6):
            self.steps(2, vacuum_pa=rows[0][0] * part // 5)
        return self
