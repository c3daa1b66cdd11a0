"""A Pico that waits at a port: real MicroPython, its prompt its own, with a chip and a USB that are not there.

    micropython -i peer.py FAKES FOLDER WHAT

It runs in the board's flash, a folder. FOLDER takes notes of what is going on: `mode`
is how the port shows itself, `pump` is made if the pump's pin was ever driven. WHAT is
what the board says of itself, as a Python literal. A reset ends this process, and who
started it starts it again.
"""

import os
import select
import sys
from time import ticks_us  # type: ignore[attr-defined]

NOTES = sys.argv[2]
WHAT = eval(sys.argv[3])
sys.path.insert(0, sys.argv[1])
PYTHON_SYS = sys
PYTHON_OS = os


class Implementation:
    """What `sys.implementation` is on a Pico."""

    _machine = WHAT["machine"]

    def __getitem__(self, place: int) -> object:
        return ("micropython", WHAT["version"])[place]


class Sys:
    """MicroPython's `sys`, of a Pico."""

    platform = WHAT["platform"]
    implementation = Implementation()
    path = sys.path
    print_exception = sys.print_exception  # type: ignore[attr-defined]


class Os:
    """MicroPython's `os`, with a flash for a disk."""

    listdir = os.listdir
    remove = os.remove
    rmdir = os.rmdir
    mkdir = os.mkdir
    stat = os.stat
    rename = os.rename
    urandom = os.urandom

    @staticmethod
    def chdir(path: str) -> None:
        if path != "/":
            raise OSError(2)

    @staticmethod
    def statvfs(path: str) -> "tuple[int, int, int, int]":
        return (4096, 4096, 352, WHAT["blocks"])


def note(name: str, text: str) -> None:
    with open(NOTES + "/" + name, "w") as file:
        file.write(text)


sys.modules["sys"] = Sys()  # type: ignore[assignment]
sys.modules["os"] = Os()  # type: ignore[assignment]
import machine  # type: ignore[import-not-found]  # noqa: E402


class Driven(list):  # type: ignore[type-arg]
    """What was driven; the pump's pin is told of."""

    def append(self, one: "tuple[object, ...]") -> None:
        if one[1] == 2 and one[0] != "hz" and one[2]:
            note("pump", str(one))


machine.world.driven = Driven()
machine.unique_id = lambda: WHAT["number"]


def reset() -> None:
    """Start anew: nothing of this process outlives it."""
    PYTHON_OS.system("kill -9 $PPID")


machine.reset = reset
if not WHAT["usb"]:
    sys.modules["usb"] = machine
else:
    from usb.device.cdc import CDCInterface  # type: ignore[import-not-found]

    poll = select.poll()
    poll.register(PYTHON_SYS.stdin, select.POLLIN)

    def is_open(self: CDCInterface) -> bool:
        """Be a port that the computer holds open; the chip's clock follows the real one."""
        machine.world.now_us = max(machine.world.now_us, 5_000_000 + ticks_us())
        if not self.is_configured:
            note("mode", "wand")
            self.host_line(3)
        return True

    def read(self: CDCInterface, size: int) -> bytes:
        """Take what came."""
        data = b""
        while poll.poll(0) and len(data) < 512:
            data += PYTHON_SYS.stdin.buffer.read(1)
        return data

    def write(self: CDCInterface, content: bytes) -> int:
        """Send it."""
        return PYTHON_SYS.stdout.buffer.write(content)

    CDCInterface.is_open = is_open
    CDCInterface.read = read
    CDCInterface.write = write


def start() -> None:
    """Do what power does: `boot.py`, `main.py`, and the prompt when they end."""
    for name in ("boot.py", "main.py"):
        if name in os.listdir():
            with open(name) as file:
                text = file.read()
            try:
                exec(text, {"__name__": "__main__"})
            except Exception as error:
                PYTHON_SYS.print_exception(error)  # type: ignore[attr-defined]
    note("mode", "prompt")


start()
