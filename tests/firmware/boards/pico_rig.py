"""The Pico's own files on a chip that is not there, with a computer at its USB port and a clock that only moves when told."""

import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware import constants as k
from microderm_protocol import TABLE_HASH, Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment

if TYPE_CHECKING:
    from tests.firmware.boards.fakes.machine import World

FAKES: Final = Path(__file__).with_name("fakes")
FIRMWARE: Final = Path(__file__).resolve().parents[3] / "microderm_ctl" / "firmware"
PACKAGE: Final = "microderm_ctl.firmware.boards"
SERIAL: Final = b"5838832F1A2B"
_FOREIGN: Final = ("machine", "micropython", "usb", "firmware")


def _is_foreign(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in _FOREIGN or name in (f"{PACKAGE}.pico", f"{PACKAGE}.loop")


@contextmanager
def chip(monkeypatch: pytest.MonkeyPatch) -> Iterator["World"]:
    """Put the chip in the place of MicroPython's modules, and take it away again."""
    kept = {name: module for name, module in sys.modules.items() if _is_foreign(name)}
    for name in kept:
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(FAKES))
    world: World = importlib.import_module("machine").world
    monkeypatch.setattr(time, "ticks_ms", lambda: world.now_us // 1000 & k.TICK_MASK, raising=False)
    monkeypatch.setattr(time, "sleep_us", lambda us: _pass(world, us), raising=False)
    monkeypatch.setattr(time, "sleep_ms", lambda ms: _pass(world, 1000 * ms), raising=False)
    try:
        yield world
    finally:
        for name in [name for name in sys.modules if _is_foreign(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _pass(world: "World", us: int) -> None:
    world.now_us += us


def program(name: str) -> ModuleType:
    """Return a file of the board's, which imports the chip."""
    return importlib.import_module(f"{PACKAGE}.{name}")


class Computer:
    """The other end of the port: it renews the lease while it is told to."""

    def __init__(self, world: "World", cdc: Any) -> None:
        self.world = world
        self.cdc = cdc
        self.decoder = Decoder()
        self.sequence = 0
        self.session = 0
        self.heard: list[Any] = []
        self.bytes = b""

    def open(self) -> None:
        """Open the port: DTR and RTS up."""
        self.cdc.host_line(3)

    def ask(self, message: Any) -> None:
        """Send a request; what comes back is in `heard`."""
        self.sequence += 1
        self.cdc.host_send(encode(message, self.sequence))

    def fetch(self) -> None:
        """Take what the wand sent."""
        data = self.cdc.host_fetch()
        self.bytes += data
        self.heard += [decode(frame) for frame in self.decoder.feed(data)]

    def last(self, kind: type) -> Any:
        """Return the newest message of a kind that was heard."""
        return next(message for message in reversed(self.heard) if isinstance(message, kind))


class Wand:
    """A Pico with the program on it, started as `main.py` does."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.loop = program("loop").start()
        self.board = self.loop.board
        self.app = self.loop.app
        self.cdc = importlib.import_module("usb.device").get().interfaces[0]
        self.computer = Computer(world, self.cdc)
        self.renews = False

    @property
    def mode(self) -> int:
        return int(self.app.state.mode)

    @property
    def cause(self) -> int:
        return int(self.app.state.cause)

    @property
    def is_off(self) -> bool:
        return self.world.pump_duty() == 0 and self.world.vent_is_open()

    def run(self, duration_ms: int) -> None:
        """Let time pass, the loop turning as in `run`; the hand moves the wand a little."""
        end_us = self.world.now_us + 1000 * duration_ms
        while self.world.now_us < end_us:
            if self.loop.turn():
                wave = 300 if self.loop.steps & 16 else -300
                self.world.lis.feel(*[(wave, 0, 1000)] * 4)
                if self.renews and self.loop.steps % 5 == 0:
                    self.computer.ask(treatment.RenewRequest(self.computer.session, self.app.now))
                self.computer.fetch()
            else:
                _pass(self.world, 1000)

    def hello(self) -> None:
        """Open the port and a session once the self-test has passed, with a lease."""
        self.run(800)
        computer = self.computer
        computer.open()
        self.run(40)
        computer.ask(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, 1))
        self.run(40)
        computer.session = computer.last(handshake.HelloAnswer).session
        self.renews = True
        self.run(200)

    def arm(self) -> None:
        """Send ARM for one row of 8 kPa."""
        rows = [(1,), (8_000,), (10,), (1_000,)]
        columns = [(*row, *[0] * 11) for row in rows]
        request = treatment.ArmRequest(self.computer.session, 77, 1_770_000_000, 99, 0, 106, 120_000, 1, *columns)
        self.computer.ask(request)
        self.run(40)

    def press(self) -> None:
        """Press the button for 100 ms."""
        self.world.levels[7] = 0
        self.run(100)
        self.world.levels[7] = 1
        self.run(60)

    def treat(self) -> None:
        """Go all the way into RUN, sealed at the set point."""
        self.hello()
        self.arm()
        self.computer.ask(treatment.ZoneRequest(self.computer.session, 0, 8_000))
        self.run(40)
        self.press()
        for part in range(1, 6):
            self.world.xgzp.vacuum_pa = 7_800 * part // 5
            self.run(100)


def calibrate(slots: Any) -> None:
    """Write the record that a bench would write."""
    for slot in (2 * memory.CALIBRATION, 2 * memory.CALIBRATION + 1):
        content = calibration.build(8192, SERIAL, 1_760_000_000, 8192, 0)
        slots.write(slot, memory.build_slot(memory.CALIBRATION, 1 + slot % 2, content))
