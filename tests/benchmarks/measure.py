"""Measuring side by side: cases in turn, A B A B, so that what slows the machine down slows down both; ratios pair by pair.

Nothing here is of the project: the peers' interpreter imports it too.
"""

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

WARM_ROUNDS: Final = 1
"""Rounds that are not counted: caches of files and of the interpreter."""


class Spread(NamedTuple):
    """A median, and the quartiles around it."""

    median: float
    low: float
    high: float

    def times(self, factor: float) -> "Spread":
        """Return it in another unit."""
        return Spread(*(one * factor for one in self))


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the others do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the ratio of each pair that was measured one right after the other."""
    return [a / b for a, b in zip(ours, theirs, strict=True) if b]


def in_turn(cases: Mapping[str, Callable[[], float]], rounds: int, warm: int = WARM_ROUNDS) -> dict[str, list[float]]:
    """Return what each case measured in each round; a round takes every case once, in their order."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(-warm, rounds):
        for name, case in cases.items():
            value = case()
            if number >= 0:
                taken[name].append(value)
    return taken


def cpu_us(function: Callable[[], object], calls: int) -> Callable[[], float]:
    """Return what measures the CPU time of one call, in us, over a number of them."""

    def measure() -> float:
        began = time.thread_time()
        for _ in range(calls):
            function()
        return (time.thread_time() - began) / calls * 1e6

    return measure


def process_cpu_ms(words: Sequence[str], environment: Mapping[str, str]) -> Callable[[], float]:
    """Return what runs a program to its end, its output thrown away, and measures its user and system time, in ms."""
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]

    def measure() -> float:
        pid = os.posix_spawn(words[0], list(words), dict(environment), file_actions=nowhere)
        _, status, usage = os.wait4(pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"{' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
        return (usage.ru_utime + usage.ru_stime) * 1000

    return measure


def yardstick_us() -> float:
    """Return the CPU time of a fixed piece of plain Python, in us: how fast this machine is at this moment."""

    def work() -> None:
        table: dict[int, int] = {}
        for number in range(2_000):
            table[number & 63] = table.get(number & 63, 0) + (number * 7 >> 3)

    return statistics.median(in_turn({"": cpu_us(work, 10)}, 9)[""])
