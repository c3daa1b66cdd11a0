"""A board at its prompt, over TCP: a real image of MicroPython in an emulator of the RP2040, or whatever else speaks the raw prompt.

The image is a person's own (`RP2_UF2=path`): no package index carries one. The emulator is
`rp2040py` of the index. The program's own files are written to the board's flash,
unchanged; then each tape is replayed by `peer.py`, a line at a time.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.conformance.runtime import ROOT
from tests.conformance.tape import Tape

PEER: Final = Path(__file__).with_name("peer.py")
FIRMWARE: Final = ROOT / "microderm_ctl" / "firmware"
EMULATOR: Final = ROOT / ".venv-rp2040" / "bin" / "rp2040py"
START_S: Final = 300.0
KNOCK_S: Final = 10.0
ANSWER_S: Final = 300.0
"""For one line: an emulated board takes some fifty times as long as a real one."""
PIECE: Final = 256
"""Bytes of a script at a time: the board's ring holds 512."""
INTERRUPT, RAW, END = b"\x03", b"\x01", b"\x04"


class Prompt:
    """The raw prompt of MicroPython."""

    def __init__(self, link: socket.socket) -> None:
        """Take a connection, and come to the raw prompt."""
        self._link = link
        self._held = b""
        self._link.settimeout(KNOCK_S)
        end_s = time.monotonic() + START_S
        while not self._knock():
            if time.monotonic() > end_s:
                raise AssertionError(f"no prompt; the board said {self._held[-200:]!r}")
        self._link.settimeout(ANSWER_S)

    def _knock(self) -> bool:
        """Ask for the raw prompt; what is sent while the board starts is lost."""
        with suppress(TimeoutError):
            self._link.sendall(b"\r" + INTERRUPT + INTERRUPT + RAW)
            self.until(b"raw REPL; CTRL-B to exit\r\n>")
            return True
        return False

    def begin(self, script: str) -> None:
        """Start a script, which may then read lines and write some."""
        source = script.encode()
        for at in range(0, len(source), PIECE):
            self._link.sendall(source[at : at + PIECE])
        self._link.sendall(END)
        self.until(b"OK")

    def ask(self, line: str) -> str:
        """Give a line to the script that runs, and return the one it answers with."""
        self._link.sendall(line.encode() + b"\n")
        return self.until(b"\n").decode().strip()

    def stop(self) -> str:
        """Give an empty line to the script that runs, which ends it, and return its traceback if it had one."""
        self._link.sendall(b"\n")
        return self.end()

    def end(self) -> str:
        """Wait for the end of the script, and return its traceback if it had one."""
        self.until(END)
        error = self.until(END + b">")
        return error[:-2].decode()

    def until(self, mark: bytes) -> bytes:
        """Return what comes up to a mark, and the mark."""
        while mark not in self._held:
            data = self._link.recv(4096)
            if not data:
                raise EOFError(f"the board hung up after {self._held[-200:]!r}")
            self._held += data
        taken, _, self._held = self._held.partition(mark)
        return taken + mark


def install(prompt: Prompt) -> None:
    """Write the program's files, unchanged, to the board's flash."""
    prompt.begin("import os\nif 'firmware' not in os.listdir(): os.mkdir('firmware')\n")
    if error := prompt.end():
        raise AssertionError(error)
    for file in sorted(FIRMWARE.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        pieces = "".join(f"f.write({source[at : at + 1_000]!r})\n" for at in range(0, len(source), 1_000))
        prompt.begin(f"f = open('firmware/{file.name}', 'w')\n{pieces}f.close()\n")
        if error := prompt.end():
            raise AssertionError(error)


def repeat(prompt: Prompt, tape: Tape) -> tuple[str, ...]:
    """Replay a tape on the board and return its answers, up to the traceback if it broke off."""
    prompt.begin("import sys\nsys.argv[:] = ['peer', '/']\n" + PEER.read_text(encoding="utf-8"))
    answers: list[str] = []
    for line in tape.lines:
        answers.append(prompt.ask(line))
        if END.decode() in answers[-1]:
            answers.append(prompt.until(END + b">").decode())
            return tuple(answers)
    error = prompt.stop()
    return tuple([*answers, error] if error else answers)


@contextmanager
def board(command: list[str], port: int) -> Iterator[Prompt]:
    """Start an emulator that serves its console on a port, and come to its prompt."""
    emulator = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with _connected(port, emulator) as link:
            yield Prompt(link)
    finally:
        emulator.kill()
        emulator.wait()


def _connected(port: int, emulator: "subprocess.Popen[bytes]") -> socket.socket:
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s and emulator.poll() is None:
        with suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        time.sleep(0.05)
    raise AssertionError(f"the emulator does not answer on port {port}; exit code {emulator.poll()}")


def free_port() -> int:
    """Return a port of this computer that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
        return number
