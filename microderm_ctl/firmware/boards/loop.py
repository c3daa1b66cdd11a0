"""The real-time loop of the Pico: bytes in, one step each 20 ms, bytes out; the watchdog is fed after a whole step only."""

import gc
from time import sleep_ms  # type: ignore[attr-defined]

import machine  # type: ignore[import-not-found]
import micropython  # type: ignore[import-not-found]
import usb.device  # type: ignore[import-not-found]
from usb.device.cdc import CDCInterface  # type: ignore[import-not-found]

from ..app import App  # noqa: TID252
from . import config
from .convert import serial_of
from .pico import TICK_MASK, Pico
from .port import BURST, DataPort
from .slots import Slots

STEP_MS = 20
WATCHDOG_MS = 200
"""Ten steps. A step that is 50 ms late stops on its own; this is for one that never ends."""
WATCHDOG_LONG_MS = 5_000
"""While the flash is written and while the program starts, the pump off: a block may take 400 ms to erase."""
COLLECT_STEPS = 50
VENDOR_ID = 0x1209
PRODUCT_ID = 0x0001
"""A testing id of pid.codes, for the lab only."""
MANUFACTURER = "microderm"
PRODUCT = "microderm wand"
FRAME_NUMBER = 0x50110048
"""USB's last frame number (RP2040 data sheet, SOF_RD)."""


def read_frame_number() -> int:
    """Return the number of the last USB frame, 0..2047, one more each millisecond."""
    return int(machine.mem32[FRAME_NUMBER]) & 0x7FF


class Watchdog:
    """The hardware's own: once started nothing stops it, but it can be given another time."""

    def __init__(self) -> None:
        """Start it, with the long time of a start."""
        self._usual_ms = WATCHDOG_LONG_MS
        self._dog = machine.WDT(timeout=WATCHDOG_LONG_MS)

    def begin(self) -> None:
        """Let the short time hold from now on."""
        self._usual_ms = WATCHDOG_MS
        self.guard(False)

    def guard(self, is_writing: bool) -> None:
        """Give it the long time while the flash is written; the pump is off then."""
        self._dog = machine.WDT(timeout=WATCHDOG_LONG_MS if is_writing else self._usual_ms)

    def feed(self) -> None:
        """Say that a whole step was made."""
        self._dog.feed()


class Loop:
    """A board and the program on it, turn by turn."""

    def __init__(self, board: Pico, app: App, port: DataPort, watchdog: Watchdog) -> None:
        """Let the first step be due at once."""
        self.watchdog = watchdog
        self.board = board
        self.app = app
        self.port = port
        self.steps = 0
        self._last = (board.ticks_ms() - STEP_MS) & TICK_MASK

    def turn(self) -> bool:
        """Read what waits, and make a step if one is due; return whether it was made.

        The next one is due 20 ms after this one began, however late that was.
        """
        data = self.port.read()
        if data:
            self.port.send(self.app.feed(data))
        now = self.board.ticks_ms()
        if (now - self._last) & TICK_MASK < STEP_MS:
            return False
        self._last = now
        out = self.app.step()
        self.board.end_step()
        self.board.beat()
        self.watchdog.feed()
        self.port.send(out)
        self.steps += 1
        if self.steps % COLLECT_STEPS == 0:
            gc.collect()
        return True


def open_port(serial: bytes) -> DataPort:
    """Become the wand on USB: one CDC interface for data, and no console."""
    cdc = CDCInterface(timeout=0, rxbuf=BURST, txbuf=BURST)
    port = DataPort(cdc, read_frame_number)
    usb.device.get().init(
        cdc,
        builtin_driver=False,
        manufacturer_str=MANUFACTURER,
        product_str=PRODUCT,
        serial_str=serial.decode(),
        id_vendor=VENDOR_ID,
        id_product=PRODUCT_ID,
        device_class=0xEF,
        device_subclass=2,
        device_protocol=1,
    )
    return port


def read_build() -> int:
    """Return the build number that the folder of the program is named by; 0 where none is named."""
    try:
        with open(config.PROGRAM_FILE) as file:
            return config.build_of(file.read(64))
    except OSError:
        return 0


def read_config() -> str:
    """Return the pressure sensor that the board's file names."""
    try:
        with open(config.CONFIG_FILE) as file:
            return config.pressure_sensor(file.read(512))
    except OSError:
        return config.pressure_sensor("")


def start() -> Loop:
    """Set up everything; the long watchdog runs until the first turn is due."""
    watchdog = Watchdog()
    port = open_port(serial_of(machine.unique_id()))
    board = Pico(read_config(), port, Slots(), watchdog.guard)
    board.build = read_build()
    loop = Loop(board, App(board), port, watchdog)
    watchdog.begin()
    return loop


def run() -> None:
    """Be a wand for good."""
    micropython.kbd_intr(-1)
    loop = start()
    while True:
        if not loop.turn():
            sleep_ms(1)
