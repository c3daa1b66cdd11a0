"""The pressure sensor of a virtual wand: true vacuum to raw counts, with errors of its own that nobody is told.

Nominally ``raw = 8192 + Pa / 2``. What it sees is ``errors_model.seen_pa``, to which come the walk of its zero, its
noise and what is broken. The converter is read 16 times over, which leaves a step of 8 Pa.

Hysteresis is a real loop: a pointer is dragged along by the vacuum with some play, and where it stands in its play is
the branch. A full turn changes over to the other branch, a small one only part of the way.

A plain sensor, without loop, S-shape, warmth and walk, has no state that time would change; it costs a look-up a step.
"""

from binascii import crc32
from collections.abc import Sequence
from math import exp, sqrt
from random import Random
from typing import Final

from microderm_ctl.clock import STEP_MS
from microderm_ctl.firmware import calibration
from microderm_ctl.simulator.errors_model import PA_PER_COUNT, QUANTUM, RAW_AT_AMBIENT, RAW_MOST, SPAN_PA, UnitErrors, seen_pa

NOISE_LENGTH: Final = 4093
"""A prime, so that the noise falls into step with nothing; it repeats after 82 s."""
BENCH_PA: Final = (0, 5_000, 10_000, 15_000, 20_000, 25_000)
"""Where the factory's bench takes its points."""
BENCH_NOISE_PA: Final = 8.0
"""What is left of gauge and noise in a point of the factory's bench."""
PLAY_PA: Final = 1_000.0
"""Half the vacuum that it takes to change over to the other branch: under half a step between two points of a
technician, so that each point is read on its branch, and twenty times the ripple of a vacuum that is held."""
CYCLE_S: Final = 300.0
"""The walk of the zero reaches its size over one cycle of a technician, up and down."""
COLD_K: Final = 3.0
"""How much colder the sensor is when it is switched on than once it is warm,"""
COLD_S: Final = 100.0
"""and with which time constant it warms: after 5 min 0.15 K are left."""
PUMP_PART: Final = 0.2
"""What comes of the pump's warmth to the sensor."""
ROOM_K: Final = 0.5
"""Standard deviation of the bench's temperature from that of the calibration."""
_WARMING: Final = exp(-STEP_MS / 1000 / COLD_S)
_WALK: Final = sqrt(STEP_MS / 1000 / CYCLE_S)


class Sensor:
    """Reads true vacuum into raw counts."""

    def __init__(self, errors: UnitErrors, random: Random) -> None:
        """Draw the noise once; it is cold."""
        self.noise_factor = 1.0
        self.drift_pa_s = 0.0
        self.is_frozen = False
        self.is_dead = False
        self.stuck_bits = 0
        """Bits of the reading that are always set."""
        self.lag_s = 0.0
        """How far a sluggish one is behind."""
        self._noise: Sequence[float] = [random.gauss(0.0, errors.noise_pa) for _ in range(NOISE_LENGTH)]
        self._random = random
        self._index = 0
        self._drift_pa = 0.0
        self._pointer_pa = self._felt_pa = 0.0
        self._cold_k, self._room_k, self._pump_k = COLD_K, 0.0, 0.0
        self._last = RAW_AT_AMBIENT
        self.errors = errors
        if errors.zero_pa_k or errors.span_k:
            self._room_k = random.gauss(0.0, ROOM_K)

    @property
    def errors(self) -> UnitErrors:
        """How it is wrong now; may be set at any time, all but its noise."""
        return self._errors

    @errors.setter
    def errors(self, errors: UnitErrors) -> None:
        self._errors = errors
        self._is_plain = errors == UnitErrors(errors.offset_pa, errors.gain, errors.bow_pa, noise_pa=errors.noise_pa)
        self._offset_pa = errors.offset_pa
        self._linear = 1 + errors.gain + 4 * errors.bow_pa / SPAN_PA
        self._square = -4 * errors.bow_pa / SPAN_PA**2

    @property
    def ages(self) -> bool:
        """Whether time changes anything about it."""
        return not self._is_plain or self.drift_pa_s != 0.0 or self.lag_s != 0.0

    def age(self, vacuum_pa: float, pump_k: float) -> None:
        """Let 20 ms pass.

        Args:
            vacuum_pa: the truth.
            pump_k: how much warmer the pump is than the room.
        """
        part = STEP_MS / 1000 / (self.lag_s + STEP_MS / 1000)
        self._felt_pa += (vacuum_pa - self._felt_pa) * part
        self._pointer_pa = min(max(self._pointer_pa, self._felt_pa - PLAY_PA), self._felt_pa + PLAY_PA)
        self._cold_k *= _WARMING
        self._pump_k = pump_k * PUMP_PART
        self._drift_pa += self.drift_pa_s * STEP_MS / 1000
        if self._errors.drift_pa:
            self._drift_pa += self._random.gauss(0.0, self._errors.drift_pa * _WALK)

    def read(self, vacuum_pa: float) -> int:
        """Return a fresh reading in counts, 0..65535."""
        if self.is_dead:
            return 0
        if self.is_frozen:
            return self._last
        self._index = index = (self._index + 1) % NOISE_LENGTH
        if self.lag_s:
            vacuum_pa = self._felt_pa
        if self._is_plain:
            steady_pa = vacuum_pa * (self._linear + self._square * vacuum_pa) + self._offset_pa
        else:
            direction = (vacuum_pa - self._pointer_pa) / PLAY_PA
            steady_pa = seen_pa(self._errors, vacuum_pa, max(-1.0, min(1.0, direction)), self._room_k + self._pump_k - self._cold_k)
        seen = steady_pa + self._noise[index] * self.noise_factor + self._drift_pa
        raw = (RAW_AT_AMBIENT + int(seen / (PA_PER_COUNT * QUANTUM) + 10_000.5) * QUANTUM - 10_000 * QUANTUM) | self.stuck_bits
        self._last = raw = 0 if raw < 0 else min(raw, RAW_MOST)
        return raw


def factory_record(errors: UnitErrors, serial: str, utc_s: int) -> bytes:
    """Return the calibration record that a bench would write for a sensor.

    Zero and a quadratic through it are fitted to readings at ``BENCH_PA``, in the middle of the loop, each with a
    little noise left, so that calibrated vacuum is right within some 20 Pa, not exactly.
    """
    random = Random(crc32(serial.encode()) ^ 0x5EED)
    counts = [RAW_AT_AMBIENT + (seen_pa(errors, p, 0) + random.gauss(0.0, BENCH_NOISE_PA)) / PA_PER_COUNT for p in BENCH_PA]
    zero = counts[0]
    gain, curve = _fit([count - zero for count in counts[1:]], BENCH_PA[1:])
    return calibration.build(round(zero), serial.encode(), utc_s, round(gain * 4096), round(curve * 2**30))


def _fit(counts: Sequence[float], vacuum_pa: Sequence[float]) -> tuple[float, float]:
    """Return a and b of the least-squares ``vacuum = a x + b x**2``."""
    xx = sum(x**2 for x in counts)
    xxx = sum(x**3 for x in counts)
    xxxx = sum(x**4 for x in counts)
    xp = sum(x * p for x, p in zip(counts, vacuum_pa, strict=True))
    xxp = sum(x**2 * p for x, p in zip(counts, vacuum_pa, strict=True))
    determinant = xx * xxxx - xxx * xxx
    return (xp * xxxx - xxp * xxx) / determinant, (xx * xxp - xxx * xp) / determinant
