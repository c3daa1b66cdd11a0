"""A board at a port of this computer, and what is on its flash."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from microderm_ctl.carried import START_FILES, Program
from tests.firmware.boards.pico_rig import FAKES, FIRMWARE

PEER: Final = Path(__file__).with_name("peer.py")
ROOT: Final = FIRMWARE.parents[1]
OWN: Final = ROOT / ".venv-micropython" / "bin" / "micropython"
NUMBER: Final = b"\xe6\x60\x58\x38\x83\x2f\x1a\x2b"
SERIAL: Final = "5838832F1A2B"
PICO: Final[dict[str, Any]] = {
    "platform": "rp2",
    "machine": "Raspberry Pi Pico with RP2040",
    "version": (1, 28, 0, ""),
    "number": NUMBER,
    "blocks": 340,
    "usb": True,
}
SETTLE_S: Final = 10


def micropython() -> str:
    """Return the MicroPython to run, or skip."""
    if sys.platform == "win32":
        pytest.skip("there are no pseudo terminals here")
    chosen = os.environ.get("MICROPYTHON", "")
    if not chosen and not OWN.exists():
        pytest.skip(f"there is no MicroPython: MICROPYTHON is not set and {OWN.relative_to(ROOT)} is missing (make test-micropython)")
    return chosen or str(OWN)


class Board:
    """A Pico on a pseudo terminal: it has power from `plug` to `pull`."""

    def __init__(self, folder: Path, **what: Any) -> None:
        """Take a folder for flash and notes, and what this board says of itself otherwise than a Pico."""
        self.runtime = micropython()
        self.flash = folder / "flash"
        self.notes = folder / "notes"
        self.flash.mkdir(parents=True)
        self.notes.mkdir()
        self.what = PICO | what
        self.process: subprocess.Popen[bytes] | None = None
        self.port = ""

    def plug(self) -> None:
        """Give it power, and wait until its port is there."""
        import tty

        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.port = os.ttyname(self.slave)
        words = ["sh", "-c", 'while :; do "$@"; done', "sh", self.runtime, "-i", str(PEER), str(FAKES), str(self.notes), repr(self.what)]
        self.process = subprocess.Popen(
            words, cwd=self.flash, stdin=self.master, stdout=self.master, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.wait_for_mode()

    def wait_for_mode(self, wanted: str = "") -> str:
        """Wait until the board has started, as the wanted thing if one is named, and return as what."""
        end_s = time.monotonic() + SETTLE_S
        while time.monotonic() < end_s:
            mode = self.mode
            if mode and wanted in ("", mode):
                return mode
            time.sleep(0.01)
        raise AssertionError(f"the board is {self.mode or 'dead'}, not {wanted}")

    @property
    def mode(self) -> str:
        """How it shows itself on USB."""
        path = self.notes / "mode"
        return path.read_text() if path.exists() else ""

    @property
    def drove_the_pump(self) -> bool:
        """Whether the pump's pin was ever anything but low."""
        return (self.notes / "pump").exists()

    def pull(self) -> None:
        """Take power and port away."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            os.close(self.master)
            os.close(self.slave)
            (self.notes / "mode").unlink(missing_ok=True)

    def ports(self) -> list[Any]:
        """Return what pyserial would list of it."""
        if self.process is None or not self.mode:
            return []
        if self.mode == "wand":
            return [SimpleNamespace(device=self.port, vid=0x1209, pid=0x0001, product="microderm wand", serial_number=SERIAL)]
        return [SimpleNamespace(device=self.port, vid=0x2E8A, pid=0x0005, product="Board in FS mode", serial_number=NUMBER.hex())]


def put(flash: Path, program: Program) -> str:
    """Write a program to a flash, as an installation leaves it, and return its folder."""
    folder = f"wand-{program.build:08x}"
    for file in program.files:
        path = flash / file.path if file.path in START_FILES else flash / folder / "firmware" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    (flash / "program.txt").write_text(f"{folder}\n")
    return folder
