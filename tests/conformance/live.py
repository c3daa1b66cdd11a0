"""A simulated wand whose program runs on a real MicroPython, in real time: the virtual board stays here.

    python -m tests.conformance.live simulate --pty

This is `microderm` with one thing changed: what a unit runs is `Native`, a native
MicroPython process with the firmware's own files, instead of the same files on this
Python. Board, air, hand, faults, trace and port are the simulator's. Two kinds of
line go over, each answered by one:

    TICKS RAW MOTION OHM TEMPERATURE SUPPLY CURRENT LINE BUTTON      20 ms passed: what the board measures now
    feed RANDOM BYTES                                                bytes came from the computer

    BYTES DUTY VENT SIGNAL RESTART STATE CAUSE LEASE [SLOT:CONTENT ...]   what the program sent, drives and wrote
"""

import os
import subprocess
from pathlib import Path
from typing import Final

from microderm_ctl.cli.main import main
from microderm_ctl.errors import LinkLost
from microderm_ctl.firmware import memory
from microderm_ctl.simulator import unit
from microderm_ctl.simulator.board import VirtualBoard
from tests.conformance.runtime import ROOT, find

PEER: Final = Path(__file__).with_name("live_peer.py")
PAIRS: Final = memory.KEY + 1
RANDOM_BYTES: Final = 32
"""More than any one request draws."""


class Shown:
    """What the simulator shows of the program's state."""

    mode = cause = lease = 0


class Native:
    """The wand's program on a MicroPython of its own, which ends with it."""

    def __init__(self, board: VirtualBoard) -> None:
        """Start it on a board."""
        self.state = Shown()
        self._board = board
        runtime = find()
        if not runtime:
            raise SystemExit("there is no MicroPython: make test-micropython")
        command = [runtime, str(PEER), str(ROOT / "microderm_ctl")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        if pid_file := os.environ.get("MICROPYTHON_PID_FILE"):
            Path(pid_file).write_text(str(self._process.pid), encoding="ascii")
        numbers = (board.kind, board.hardware, int(board.simulated), board.reset_cause(), board.ticks_ms())
        slots = [f"{slot}:{content.hex() or '-'}" for slot in range(2 * PAIRS) if (content := board.read_slot(slot))]
        self._tell(*numbers, board.serial_number().hex(), board.random8().hex(), *slots)

    def feed(self, data: bytes) -> bytes:
        """Give the program bytes from the computer and return its answers."""
        random = b"".join(self._board.random8() for _ in range(RANDOM_BYTES // 8))
        return self._tell("feed", random.hex(), data.hex() or "-")

    def step(self) -> bytes:
        """Let the program make one step on what the board measures now, and return what it sends."""
        board = self._board
        return self._tell(
            board.ticks_ms(), board.raw_pressure(), board.motion_mg(), board.tip_ohm(), board.temperature_dc(), board.supply_mv(),
            board.pump_ma(), int(board.line_up()), int(board.button()),
        )  # fmt: skip

    def _tell(self, *words: object) -> bytes:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(" ".join(map(str, words)) + "\n")
            said, *rest = self._process.stdout.readline().split()
        except (OSError, ValueError):
            self._board.reset(self._board.cause)  # what its watchdog does to a real one: pump off, vent open
            raise LinkLost("MicroPython has ended.", "Its port goes with it.") from None
        duty, vent, signal, restart, self.state.mode, self.state.cause, self.state.lease = map(int, rest[:7])
        self._drive(duty, vent, signal, restart)
        for word in rest[7:]:
            slot, _, content = word.partition(":")
            self._board.write_slot(int(slot), bytes.fromhex(content.strip("-")))
        return bytes.fromhex(said.strip("-"))

    def _drive(self, duty: int, vent: int, signal: int, restart: int) -> None:
        self._board.set_pump(duty)
        self._board.set_vent(bool(vent))
        self._board.set_signal(signal)
        if restart >= 0:
            self._board.restart(bool(restart))

    def __del__(self) -> None:
        """End the process with the unit's power."""
        process = getattr(self, "_process", None)
        if process is not None:
            process.kill()
            process.communicate()


def run_on_micropython() -> None:
    """Let every unit made from now on run its program on MicroPython."""
    setattr(unit, "App", Native)  # noqa: B010 - a name that the module does not export


if __name__ == "__main__":
    run_on_micropython()
    main()
