"""The pressure sensor of a virtual wand: true vacuum to raw counts, with errors of its own that nobody is told.

Nominally ``raw = 8192 + Pa / 2``. Offset, gain and bow are drawn from the serial
number, with the sizes of a cheap analogue sensor of the MPXV6115V class (all in
+-1.5 % of full scale; bow 0.2 %). The converter is read 16 times over, which
leaves a step of 8 Pa and a noise of 20 Pa.
"""

from binascii import crc32
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.firmware import calibration

RAW_AT_AMBIENT: Final = 8192
PA_PER_COUNT: Final = 2
RAW_MOST: Final = 65_535
QUANTUM: Final = 4
"""Counts between two readings that the converter can tell apart."""
NOISE_PA: Final = 20.0
"""RMS of a single reading."""
NOISE_LENGTH: Final = 4093
"""A prime, so that the noise falls into step with nothing; it repeats after 82 s."""
BOW_SPAN_PA: Final = 60_000.0
BENCH_PA: Final = (0, 5_000, 10_000, 15_000, 20_000, 25_000)
"""Where the factory's bench takes its points."""
BENCH_NOISE_PA: Final = 8.0
"""What is left of gauge and noise in a point of the factory's bench."""


class SensorErrors(NamedTuple):
    """How one sensor departs from nominal."""

    offset_pa: float = 0.0
    gain: float = 0.0
    """As a fraction: 0.01 reads 1 % high."""
    bow_pa: float = 0.0
    """Error at 30 kPa, none at 0 and 60 kPa."""


def draw_errors(serial: str) -> SensorErrors:
    """Return the errors of the unit with a serial number: always the same ones."""
    random = Random(crc32(serial.encode()))
    return SensorErrors(_clipped(random, 600.0, 1_800.0), _clipped(random, 0.010, 0.030), _clipped(random, 120.0, 360.0))


def _clipped(random: Random, spread: float, most: float) -> float:
    return max(-most, min(most, random.gauss(0.0, spread)))


class Sensor:
    """Reads true vacuum into raw counts."""

    def __init__(self, errors: SensorErrors, random: Random) -> None:
        """Draw the noise once; a step then costs a look-up."""
        self.errors = errors
        self.noise_factor = 1.0
        self.drift_pa_s = 0.0
        self.is_frozen = False
        self.is_dead = False
        self._noise: Sequence[float] = [random.gauss(0.0, NOISE_PA) for _ in range(NOISE_LENGTH)]
        self._index = 0
        self._drift_pa = 0.0
        self._last = RAW_AT_AMBIENT

    def age(self, duration_ms: int) -> None:
        """Drift for a time, if it drifts."""
        self._drift_pa += self.drift_pa_s * duration_ms / 1000

    def read(self, vacuum_pa: float) -> int:
        """Return a fresh reading in counts, 0..65535."""
        if self.is_dead:
            return 0
        if self.is_frozen:
            return self._last
        self._index = index = (self._index + 1) % NOISE_LENGTH
        offset, gain, bow = self.errors
        ratio = vacuum_pa / BOW_SPAN_PA
        seen = vacuum_pa * (1 + gain) + offset + bow * 4 * ratio * (1 - ratio) + self._noise[index] * self.noise_factor + self._drift_pa
        raw = RAW_AT_AMBIENT + int(seen / (PA_PER_COUNT * QUANTUM) + 10_000.5) * QUANTUM - 10_000 * QUANTUM
        self._last = raw = 0 if raw < 0 else min(raw, RAW_MOST)
        return raw


def factory_record(errors: SensorErrors, serial: str, utc_s: int) -> bytes:
    """Return the calibration record that a bench would write for a sensor.

    Zero and a quadratic through it are fitted to readings at ``BENCH_PA``, each with a
    little noise left, so that calibrated vacuum is right within some 20 Pa, not exactly.
    """
    random = Random(crc32(serial.encode()) ^ 0x5EED)
    counts = [RAW_AT_AMBIENT + (_seen(errors, p) + random.gauss(0.0, BENCH_NOISE_PA)) / PA_PER_COUNT for p in BENCH_PA]
    zero = counts[0]
    gain, curve = _fit([count - zero for count in counts[1:]], BENCH_PA[1:])
    return calibration.build(round(zero), serial.encode(), utc_s, round(gain * 4096), round(curve * 2**30))


def _seen(errors: SensorErrors, vacuum_pa: float) -> float:
    ratio = vacuum_pa / BOW_SPAN_PA
    return vacuum_pa * (1 + errors.gain) + errors.offset_pa + errors.bow_pa * 4 * ratio * (1 - ratio)


def _fit(counts: Sequence[float], vacuum_pa: Sequence[float]) -> tuple[float, float]:
    """Return a and b of the least-squares ``vacuum = a x + b x**2``."""
    xx = sum(x**2 for x in counts)
    xxx = sum(x**3 for x in counts)
    xxxx = sum(x**4 for x in counts)
    xp = sum(x * p for x, p in zip(counts, vacuum_pa, strict=True))
    xxp = sum(x**2 * p for x, p in zip(counts, vacuum_pa, strict=True))
    determinant = xx * xxxx - xxx * xxx
    return (xp * xxxx - xxp * xxx) / determinant, (xx * xxp - xxx * xp) / determinant
