"""A pseudo terminal with the simplest wand behind it: what answers at once, so that the rest is ours.

python -m tests.benchmarks.port handler|bare PATH     what is stopped by Ctrl-C, for `stop`
"""

import os
import select
import signal
import sys
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from microderm_ctl.errors import Stopped
from microderm_ctl.link import signals
from microderm_ctl.link.driver import Driver, drive
from microderm_ctl.link.link import STOP_FRAME
from microderm_ctl.link.ports import open_port
from microderm_protocol import TABLE_HASH, Decoder, codes, encode
from microderm_protocol.messages import NUMBERS
from microderm_protocol.messages.handshake import (
    HelloAnswer,
    HelloRequest,
    IdentityAnswer,
    IdentityRequest,
    StopAnswer,
    StopRequest,
)

READY: Final = b"\x05"
"""What a child sends once it can be stopped; no frame begins so."""
FRAME_MOST: Final = 4096
ANSWERS: Final = {
    NUMBERS[HelloRequest][1]: HelloAnswer(codes.MAGIC, TABLE_HASH, 77, 1, 1_000, 500, 3, 0),
    NUMBERS[IdentityRequest][1]: IdentityAnswer(b"BENCH-1".ljust(12, b"\0"), 2, 1, 1, 0, 1, 0, 0),
    NUMBERS[StopRequest][1]: StopAnswer(3, 1),
}


class Answerer:
    """Answers requests as they come in."""

    def __init__(self) -> None:
        self._decoder = Decoder()

    def feed(self, data: bytes) -> bytes:
        """Return the answers to what came."""
        frames = self._decoder.feed(data)
        return b"".join(encode(ANSWERS[frame.message_id], frame.sequence) for frame in frames if frame.message_id in ANSWERS)


class Terminal:
    """A pseudo terminal in raw mode; ``path`` is the computer's end."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)

    def close(self) -> None:
        for descriptor in (self.master, self.slave):
            with suppress(OSError):
                os.close(descriptor)


class Wand:
    """A process that answers at the other end of a terminal."""

    def __init__(self) -> None:
        self.terminal = Terminal()
        self.pid = os.fork()
        if self.pid == 0:
            _answer_for_ever(self.terminal.master)

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.terminal.close()


def _answer_for_ever(master: int) -> None:
    answerer = Answerer()
    try:
        while True:
            os.write(master, answerer.feed(os.read(master, FRAME_MOST)))
    finally:
        os._exit(0)


def timed(calls: int, call: Callable[[], object]) -> list[float]:
    """Return how long each of some calls took, in us of real time."""
    taken = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1e6)
    return taken


def asker(driver: Driver) -> Callable[[], object]:
    """Return a request and its answer through all that is ours."""
    driver.settled(driver.do(driver.link.hello))
    return lambda: driver.call(IdentityRequest())


def bare(descriptor: int) -> Callable[[], object]:
    """Return a request and its answer with nothing but the system's calls."""
    frame = encode(IdentityRequest(), 7)
    size = len(encode(ANSWERS[NUMBERS[IdentityRequest][1]], 7))

    def call() -> None:
        os.write(descriptor, frame)
        left = size
        while left > 0:
            left -= len(os.read(descriptor, FRAME_MOST))

    return call


def opened(path: str) -> Driver:
    """Return a driver on a terminal."""
    return drive(open_port(path))


def _child(kind: str, path: str) -> None:
    if kind == "bare":
        _be_bare(path)
    driver = opened(path)
    signals.guard(driver)
    driver.port.write(READY)
    while True:
        driver.interrupted, driver._is_told = 0, False
        with suppress(Stopped):
            driver.wait(lambda: False, 1_000)


def _be_bare(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    signal.signal(signal.SIGINT, lambda _number, _frame: os.write(descriptor, STOP_FRAME))
    os.write(descriptor, READY)
    while True:
        signal.pause()


def heard(master: int, wait_s: float) -> bytes:
    """Return what comes within a time, nothing when it is over."""
    ready, _, _ = select.select([master], [], [], wait_s)
    return os.read(master, FRAME_MOST) if ready else b""


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2])
