"""Starts a board once for each flash that is named on standard input, on a chip that is not there, and says what came of it.

    micropython peer_boots.py FAKES FRAMES

For each folder one line comes back: `wand`, what it answered to the FRAMES in hex,
or `prompt` and the error; then whether the pump's pin was ever driven, the vent, and
who drives the pump's pin now. Time is virtual.
"""

import binascii
import os
import sys

sys.path.insert(0, sys.argv[1])
FRAMES = bytes([int(sys.argv[2][at : at + 2], 16) for at in range(0, len(sys.argv[2]), 2)])
SEARCHED = list(sys.path)
LINE_AT = 2
ASK_AT = 5
END_AT = 9


class Time:
    """MicroPython's `time`, which passes only when somebody sleeps."""

    @staticmethod
    def ticks_ms() -> int:
        return int(chip().now_us) // 1000 & 0x3FFFFFFF

    @staticmethod
    def sleep_us(us: int) -> None:
        chip().now_us += us

    @staticmethod
    def sleep_ms(ms: int) -> None:
        chip().now_us += 1000 * ms


class Enough(BaseException):
    """The wand has been asked, and has had time to answer."""


sys.modules["time"] = Time()  # type: ignore[assignment]
import machine  # type: ignore[import-not-found]  # noqa: E402
import usb.device  # type: ignore[import-not-found]  # noqa: E402


def chip() -> machine.World:
    return machine.world


def fed(self: machine.WDT) -> None:
    """Take a whole step for the time to open the port, to ask, or to end."""
    machine.world.feeds += 1
    cdc = usb.device.get().interfaces[0]
    if machine.world.feeds == LINE_AT:
        cdc.host_line(3)
    elif machine.world.feeds == ASK_AT:
        cdc.host_send(FRAMES)
    elif machine.world.feeds == END_AT:
        raise Enough


machine.WDT.feed = fed


def start() -> str:
    """Do what power does, and say what the board is then."""
    for name in ("boot.py", "main.py"):
        if name in os.listdir():
            with open(name) as file:
                text = file.read()
            try:
                exec(text, {"__name__": "__main__"})
            except machine.Reset:
                cdc = usb.device.get().interfaces
                said = cdc[0].host_fetch() if cdc else b""
                return "wand " + binascii.hexlify(said).decode()
            except Exception as error:
                return "prompt " + type(error).__name__
    return "prompt none"


def main() -> None:
    """Start each board."""
    while True:
        folder = sys.stdin.readline().strip()
        if not folder:
            return
        os.chdir(folder)
        machine.world = machine.World()
        usb.device.get().interfaces = ()
        sys.path[:] = SEARCHED
        for name in list(sys.modules):
            if name.split(".")[0] == "firmware":
                del sys.modules[name]
        said = start()
        world = machine.world
        pump = any(one[1] == 2 and one[0] != "hz" and one[2] for one in world.driven)
        print(said, "driven" if pump else "at-rest", "open" if world.vent_is_open() else "closed", world.roles.get(2, "nobody"))


main()
