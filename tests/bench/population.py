"""Simulated units on a simulated bench: the cycle, the restart, the verification and readings in use, with the truth beside them."""

from math import sqrt
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import Coefficients, Direction, Reading, Series
from microderm_ctl.firmware import calibration as wand
from microderm_ctl.simulator.errors_model import (
    PA_PER_COUNT,
    QUANTUM,
    RAW_AT_AMBIENT,
    GaugeErrors,
    UnitErrors,
    counts_of,
    gauge_mean_pa,
    seen_pa,
)

SAMPLE_HZ: Final = 50
SCATTER_PA: Final = 150.0
"""How far a set point is missed, one standard deviation; wand and gauge both see the vacuum that is there."""
BENCH_K: Final = 0.5
"""Spread of the bench's temperature against that of the cycle."""
CONVERTER_PA: Final = QUANTUM * PA_PER_COUNT / sqrt(12)
SIGN: Final = {Direction.UP: 1, Direction.DOWN: -1}


class Truth(NamedTuple):
    """One reading in use: the vacuum that was there, and what the wand showed."""

    vacuum_pa: float
    direction: Direction
    shown_pa: float


class Drift:
    """A random walk of the zero that grows to its size from vent to vent of a cycle, and something steady on top."""

    def __init__(self, size_pa: float, steady_pa: float, steps: int, random: Random) -> None:
        self.now_pa = 0.0
        self._step_pa, self._steady_pa, self._random = size_pa / sqrt(steps), steady_pa / steps, random

    def step(self) -> float:
        self.now_pa += self._random.gauss(0.0, self._step_pa) + self._steady_pa
        return self.now_pa


class Bench:
    """One unit with one gauge; ``steady_pa`` is a drift in one direction over the cycle."""

    def __init__(self, procedure: Procedure, unit: UnitErrors, gauge: GaugeErrors, random: Random, steady_pa: float = 0.0) -> None:
        self.procedure, self.unit, self.gauge, self.random = procedure, unit, gauge, random
        points = procedure.points.series_pa
        self.drift = Drift(unit.drift_pa, steady_pa, 2 * len(points) - 1, random)

    def read(self, set_pa: int, direction: Direction, warmer_k: float = 0.0) -> Reading:
        """Return a settled point. The mean of many noisy readings on a fine grid is drawn at once, not reading by reading."""
        n, random = self.procedure.numbers, self.random
        vacuum_pa = max(0.0, set_pa + random.gauss(0.0, SCATTER_PA)) if set_pa else 0.0
        count = (n.mean_s if set_pa else n.zero_s) * SAMPLE_HZ
        spread_pa = sqrt(self.unit.noise_pa**2 + CONVERTER_PA**2)
        sensed_pa = seen_pa(self.unit, vacuum_pa, SIGN[direction], warmer_k) + self.drift.step()
        raw = RAW_AT_AMBIENT + (sensed_pa + random.gauss(0.0, spread_pa / sqrt(count))) / PA_PER_COUNT
        spread_raw = spread_pa * (1 + random.gauss(0.0, 1 / sqrt(2 * count))) / PA_PER_COUNT
        return Reading(set_pa, gauge_mean_pa(self.gauge, vacuum_pa, random, n.gauge_readings), raw, spread_raw, count)

    def cycle(self) -> Series:
        """Preload, go up, go down."""
        points = self.procedure.points.series_pa
        preloads = [self.read(points[-1], Direction.UP) for _ in range(self.procedure.numbers.preloads)]
        up = [self.read(point, Direction.UP) for point in points]
        down = [self.read(point, Direction.DOWN) for point in reversed(points)]
        return Series(tuple(up), tuple(reversed(down)), tuple(preloads[1:]))

    def self_test(self, warmer_k: float = 0.0) -> int:
        """Return the zero that the wand takes, in whole counts."""
        unit, samples = self.unit, self.procedure.numbers.zero_samples
        spread_pa = sqrt(unit.noise_pa**2 + CONVERTER_PA**2) / sqrt(samples)
        ambient_pa = seen_pa(unit, 0.0, 1, warmer_k) + self.drift.now_pa + self.random.gauss(0.0, spread_pa)
        return int((RAW_AT_AMBIENT + ambient_pa / PA_PER_COUNT) // 1)

    def verification(self) -> tuple[int, float, list[tuple[Direction, Reading]]]:
        """Restart, then read the points between those of the fit; zero of wand and gauge, and the points."""
        zero_raw = self.self_test()
        vent = self.read(0, Direction.UP)
        points = self.procedure.points.verification_pa
        up = [(Direction.UP, self.read(point, Direction.UP)) for point in points]
        down = [(Direction.DOWN, self.read(point, Direction.DOWN)) for point in reversed(points)]
        return zero_raw, vent.reference_pa, [*up, *down]

    def largest_error_pa(self, coefficients: Coefficients) -> float:
        """Return the largest true error at the points of verification, without noise and drift."""

        def shown_pa(vacuum_pa: float, sign: int) -> float:
            return coefficients.vacuum_pa((seen_pa(self.unit, vacuum_pa, sign) - seen_pa(self.unit, 0.0, sign)) / PA_PER_COUNT)

        points = self.procedure.points.verification_pa
        return max(abs(shown_pa(point, sign) - point) for point in points for sign in SIGN.values())

    def use(self, coefficients: Coefficients, vacuum_pa: float, direction: Direction) -> Truth:
        """Let the wand show a vacuum: a self-test that morning, then 1 s of telemetry in the wand's own integers."""
        unit, random = self.unit, self.random
        warmer_k = random.gauss(0.0, BENCH_K)
        zero_raw = self.self_test(random.gauss(0.0, BENCH_K))
        steady_pa = seen_pa(unit, vacuum_pa, SIGN[direction], warmer_k) + self.drift.now_pa + random.gauss(0.0, unit.drift_pa / sqrt(2))
        shown = [
            wand.vacuum_of(counts_of(steady_pa + random.gauss(0.0, unit.noise_pa)), zero_raw, coefficients.gain, coefficients.curve)
            for _ in range(self.procedure.numbers.reading_samples)
        ]
        return Truth(vacuum_pa, direction, sum(shown) / len(shown))
