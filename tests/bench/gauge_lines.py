"""Gauges for tests: simulated ones in virtual time, and instruments that say only what a test tells them to."""

from collections.abc import Callable, Mapping
from typing import Any

from microderm_ctl.bench.gauges import Gauge, LineGauge, describe
from microderm_ctl.bench.gauges.description import Description
from microderm_ctl.clock import VirtualClock
from microderm_ctl.simulator.errors_model import GaugeErrors
from microderm_ctl.simulator.gauge import SimulatedGauge, VirtualLine

EXACT = GaugeErrors(wander_pa=0.0, line_pa=0.0, noise_pa=0.0)
"""A gauge with nothing wrong but the grid of its display, 10 Pa."""


def same(gauge: Gauge) -> Gauge:
    """Return what it is given; both kinds of gauge are one for the type checker."""
    return gauge


class Vacuum:
    """A vacuum that a test sets."""

    def __init__(self, pa: float = 0.0) -> None:
        self.pa = pa

    def __call__(self) -> float:
        return self.pa


class Bench:
    """A vacuum, a simulated gauge on it and the program's end of its line, in virtual time."""

    def __init__(self, dialect: str = "fluke-val", pa: float = 0.0, **options: Any) -> None:
        self.vacuum = Vacuum(pa)
        self.clock = VirtualClock()
        self.simulated = SimulatedGauge(self.vacuum, options.pop("errors", EXACT), dialect=dialect, seed=1, **options)
        self.gauge = LineGauge(VirtualLine(self.simulated, self.clock), describe(dialect), self.clock)


class Scripted:
    """A line to an instrument that answers each question as it is told, bytes and all."""

    def __init__(self, clock: VirtualClock, answers: Mapping[bytes, bytes | Callable[[], bytes]]) -> None:
        self.clock = clock
        self.answers = answers
        self.sent: list[bytes] = []
        self.waiting: list[bytes] = []
        self.is_closed = False

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        answer = self.answers.get(data, b"")
        said = answer if isinstance(answer, bytes) else answer()
        if said:
            self.waiting.append(said)

    def receive(self, timeout_ms: int) -> bytes:
        if self.waiting:
            return self.waiting.pop(0)
        self.clock.sleep_ms(timeout_ms)
        return b""

    def close(self) -> None:
        self.is_closed = True


def scripted(description: Description, answers: Mapping[bytes, bytes | Callable[[], bytes]]) -> tuple[LineGauge, Scripted]:
    """Return a gauge that talks to an instrument of a test, and that instrument."""
    clock = VirtualClock()
    line = Scripted(clock, answers)
    return LineGauge(line, description, clock), line
