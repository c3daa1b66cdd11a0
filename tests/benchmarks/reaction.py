"""How fast something answers: a request over a pseudo terminal, and Ctrl-C until STOP is on the wire."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import TracebackType
from typing import Final, Self

from microderm_ctl.link.link import STOP_FRAME
from tests.benchmarks import peers
from tests.benchmarks.figures import Row
from tests.benchmarks.measure import percentile
from tests.benchmarks.port import READY, Answerer, Terminal, Wand, asker, bare, heard, opened, timed

MOST: Final = 2
BLOCK: Final = 100
WAIT_S: Final = 10.0
SETTLE_S: Final = (0.02, 0.06)
"""Between two signals: the link's own STOP follows the handler's, and the moment must not be always the same."""


def round_trip(blocks: int) -> Row:
    """Measure a request and its answer, in blocks in turn."""
    row = Row("round-trip")
    theirs_wand, ours_wand = Wand(), Wand()
    driver = opened(ours_wand.terminal.path)
    try:
        ours, theirs = asker(driver), bare(theirs_wand.terminal.slave)
        taken: dict[str, list[list[float]]] = {"ours": [], "theirs": []}
        for number in range(blocks + 1):
            pair = {"ours": timed(BLOCK, ours), "theirs": timed(BLOCK, theirs)}
            if number:
                for name, values in pair.items():
                    taken[name].append(values)
    finally:
        driver.close()
        ours_wand.close()
        theirs_wand.close()
    _percentiles(row, "a request and its answer", taken, "os.write and os.read")
    return row


def _percentiles(row: Row, what: str, taken: dict[str, list[list[float]]], against: str, unit: str = "us") -> None:
    """Add p50, which has to be reached, and p99 of blocks that were measured in turn."""
    for percent, most in ((50, MOST), (99, None)):
        ours, theirs = ([percentile(block, percent) for block in taken[name]] for name in ("ours", "theirs"))
        row.versus(f"{what}, p{percent}", unit, ours, against, theirs, most)


class Stoppable:
    """A child that waits at a terminal to be stopped."""

    def __init__(self, kind: str) -> None:
        self.terminal = Terminal()
        self._answerer = Answerer()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.port", kind, self.terminal.path], env=peers.environment(), cwd=peers.ROOT
        )

    def __enter__(self) -> Self:
        """Wait until it can be stopped."""
        seen = b""
        while READY not in seen:
            data = heard(self.terminal.master, WAIT_S)
            if not data:
                raise RuntimeError("the child did not come up")
            seen = data
            os.write(self.terminal.master, self._answerer.feed(data))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self.terminal.close()

    def stop(self) -> float:
        """Send SIGINT, and return how long it took until STOP could be read, in ms."""
        began = time.perf_counter()
        self._process.send_signal(signal.SIGINT)
        seen = b""
        while STOP_FRAME not in seen:
            data = heard(self.terminal.master, WAIT_S)
            if not data:
                raise RuntimeError("no STOP came")
            seen += data
            took_ms = (time.perf_counter() - began) * 1000
            os.write(self.terminal.master, self._answerer.feed(data))
        return took_ms

    def settle(self, duration_s: float) -> None:
        """Answer what else comes for a while."""
        end = time.perf_counter() + duration_s
        while (left_s := end - time.perf_counter()) > 0:
            os.write(self.terminal.master, self._answerer.feed(heard(self.terminal.master, left_s)))


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep some processes busy for the time of the body."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()


def stop(blocks: int, signals_each: int = 10) -> Row:
    """Measure Ctrl-C to STOP, idle and beside two busy processes, in blocks in turn."""
    row, random = Row("stop"), Random(11)
    for what, processes in (("idle", 0), ("beside two busy processes", 2)):
        with busy(processes), Stoppable("handler") as ours, Stoppable("bare") as theirs:
            taken: dict[str, list[list[float]]] = {"ours": [], "theirs": []}
            for number in range(blocks + 1):
                for name, child in (("ours", ours), ("theirs", theirs)):
                    values = _stops(child, signals_each, random)
                    if number:
                        taken[name].append(values)
        _percentiles(row, f"SIGINT to STOP, {what}", taken, "a handler with os.write", "ms")
    return row


def _stops(child: Stoppable, count: int, random: Random) -> list[float]:
    values = []
    for _ in range(count):
        values.append(child.stop())
        child.settle(random.uniform(*SETTLE_S))
    return values
