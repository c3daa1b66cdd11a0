"""A terminal for programs that ask: a pseudo terminal in which answers are typed when a question waits for them."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

PROMPT: Final = re.compile(rb"(\d+-\d+: |(?<!>>)> |\[[^\]\r\n]*\] |practice key\): )$")
"""What a question of the program ends with, while it waits."""
QUIT: Final = b"q"
READ_BYTES: Final = 65_536
LONGEST_S: Final = 30
"""A program that says nothing for so long hangs, and fails its test; nothing else depends on it."""


class Ended(NamedTuple):
    """How a program ended, and all that stood on the terminal."""

    code: int
    text: str


def run_at_terminal(
    words: Sequence[str],
    typed: Sequence[str],
    environment: Mapping[str, str],
    directory: Path,
    until: str | None = None,
    by_signal: bool = False,
) -> Ended:
    """Run a program at a terminal of 80x24 and type one answer at each question.

    An answer that does not end with a line feed is a single key. Once ``until`` is
    printed, q is typed; or the program gets the signal of Ctrl-C.

    Raises:
        AssertionError: it asks more than is answered, or answers are left over.
    """
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    program = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=dict(environment), cwd=directory, start_new_session=True)
    os.close(slave)
    left, shown, waiting = list(typed), bytearray(), bytearray()
    try:
        while True:
            assert select.select([master], [], [], LONGEST_S)[0], f"it says nothing more:\n{shown[-1500:].decode()}"
            try:
                piece = os.read(master, READ_BYTES)
            except OSError:  # EIO: the program has closed its end
                break
            if not piece:
                break
            shown += piece
            waiting += piece
            if until is not None and until.encode() in waiting:
                if by_signal:
                    program.send_signal(signal.SIGINT)
                else:
                    _wait_for_keys(master)
                    os.write(master, QUIT)
                until = None
            elif PROMPT.search(waiting):
                assert left, f"nothing is typed at: {waiting[-500:].decode()}"
                answer = left.pop(0)
                if not answer.endswith("\n"):
                    _wait_for_keys(master)
                os.write(master, answer.encode())
                waiting.clear()
        code = program.wait()
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
        os.close(master)
    text = shown.decode("utf-8", "replace").replace("\r\n", "\n")
    assert not left, f"was never asked for {left}:\n{text}"
    return Ended(code, text)


def _wait_for_keys(master: int) -> None:
    """Wait until the terminal takes keys one by one; what is typed before that is thrown away."""
    import termios

    for _ in range(LONGEST_S * 100):
        if not termios.tcgetattr(master)[3] & termios.ICANON:
            return
        select.select([], [], [], 0.01)
    raise AssertionError("the program does not take single keys")


def program() -> list[str]:
    """Return the words that start `microderm` as it is installed beside this Python."""
    return [str(Path(sys.executable).with_name("microderm"))]
