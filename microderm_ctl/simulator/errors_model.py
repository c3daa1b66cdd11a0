"""How simulated wands and gauges are wrong: the sizes of their errors, and the errors of one unit.

Offset and gain are those of a 115 kPa analogue sensor (MPXV6115V class: +-1.5 % of its full
scale for everything, offset stability +-0.5 %); they do not shrink because only 25 kPa are used.
Bow, S-shape and hysteresis are taken as parts of the span that is used (0.2, 0.05 and 0.05 %
of 25 kPa). The gauge is of the -100..0 kPa class, 0.05 % of full scale. All are plausible sizes; none
was measured on a device, so what is concluded from them is tried with other sizes as well.

A wand's errors follow from its serial number. In a hand it has the plain ones (offset, gain, bow), which is
all that a treatment could tell; on a bench the whole of them. They may be given too: ``NAME=VALUE,...``
with the names of ``UnitErrors`` puts these in the place of what was drawn, and ``none`` before them takes
all others away:

    gain=0.02,hysteresis_pa=150          none,s_shape_pa=300
"""

from binascii import crc32
from collections.abc import Sequence
from difflib import get_close_matches
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.errors import UsageProblem

SPAN_PA: Final = 25_000.0
RAW_AT_AMBIENT: Final = 8192
PA_PER_COUNT: Final = 2.0
QUANTUM: Final = 4
"""Counts between two readings that the converter can tell apart: 12 bits over 115 kPa, read 16 times over."""
RAW_MOST: Final = 65_535
_S_MOST: Final = 0.0962250448649376
"""Most of r (1 - r) (1 - 2 r) for r from 0 to 1: 1 / (6 sqrt 3)."""
_DRAWN_OVER_PA: Final = 60_000.0
"""The bow of a serial number is drawn over this span, 120 Pa at its middle: 21 Pa at the middle of 25 kPa, and some gain."""
NONE: Final = "none"
"""Takes away what was drawn, before errors that are given."""


class Sizes(NamedTuple):
    """Standard deviations over many units, unless it says otherwise."""

    offset_pa: float = 600.0
    gain: float = 0.010
    clip: float = 3.0
    """Offset and gain beyond so many standard deviations are sorted out by the maker."""
    bow_pa: float = 50.0
    """At mid-span; 0.2 %."""
    s_shape_pa: float = 12.5
    """At its crests, 21 and 79 % of the span; 0.05 %. What a quadratic cannot take away."""
    hysteresis_pa: float = 12.5
    """Half the width of the loop at mid-span; 0.05 %."""
    zero_pa_k: float = 6.0
    span_k: float = 1e-4
    """Parts of the vacuum a kelvin."""
    drift_pa: float = 10.0
    """Random walk of the zero over one cycle, end to end."""
    noise_pa: float = 20.0
    """Of one reading; the same for all units."""


class UnitErrors(NamedTuple):
    """How one sensor is wrong, in pascals of its reading."""

    offset_pa: float = 0.0
    gain: float = 0.0
    bow_pa: float = 0.0
    s_shape_pa: float = 0.0
    hysteresis_pa: float = 0.0
    zero_pa_k: float = 0.0
    span_k: float = 0.0
    drift_pa: float = 0.0
    noise_pa: float = 20.0


_RANGES: Final = {
    "offset_pa": (-6_000.0, 6_000.0),
    "gain": (-0.2, 0.2),
    "bow_pa": (-2_000.0, 2_000.0),
    "s_shape_pa": (-2_000.0, 2_000.0),
    "hysteresis_pa": (0.0, 2_000.0),
    "zero_pa_k": (-200.0, 200.0),
    "span_k": (-0.01, 0.01),
    "drift_pa": (0.0, 2_000.0),
    "noise_pa": (0.0, 2_000.0),
}
"""Least and most that may be given: well beyond every gate of a technician's procedure, and still a sensor."""


class GaugeErrors(NamedTuple):
    """How one gauge is wrong, in pascals."""

    offset_pa: float = 0.0
    """What zeroing left; it shows at vent."""
    span_pa: float = 0.0
    """Of its calibration, at 25 kPa, in proportion to the vacuum."""
    drift_pa: float = 0.0
    """Since then, at 25 kPa, in proportion to the vacuum."""
    bow_pa: float = 0.0
    """Of its calibration, at mid-span."""
    wander_pa: float = 5.0
    """Standard deviation of its zero from point to point."""
    line_pa: float = 3.0
    """Standard deviation of what tube and level put between gauge and wand."""
    noise_pa: float = 4.0
    resolution_pa: float = 10.0


def draw_unit(random: Random, sizes: Sizes = Sizes()) -> UnitErrors:  # noqa: B008 (an immutable value)
    """Return the errors of one unit of many."""
    gauss = random.gauss
    return UnitErrors(
        _clipped(random, sizes.offset_pa, sizes.clip),
        _clipped(random, sizes.gain, sizes.clip),
        gauss(0.0, sizes.bow_pa),
        gauss(0.0, sizes.s_shape_pa),
        abs(gauss(0.0, sizes.hysteresis_pa)),
        gauss(0.0, sizes.zero_pa_k),
        gauss(0.0, sizes.span_k),
        sizes.drift_pa,
        sizes.noise_pa,
    )


def _clipped(random: Random, spread: float, clip: float) -> float:
    return max(-clip * spread, min(clip * spread, random.gauss(0.0, spread)))


def draw_errors(serial: str) -> UnitErrors:
    """Return offset, gain and bow of the unit with a serial number: always the same ones."""
    random, sizes = Random(crc32(serial.encode())), Sizes()
    offset_pa, gain = _clipped(random, sizes.offset_pa, sizes.clip), _clipped(random, sizes.gain, sizes.clip)
    bow_pa, part = _clipped(random, 120.0, sizes.clip), SPAN_PA / _DRAWN_OVER_PA
    return UnitErrors(offset_pa, gain + 4 * bow_pa / _DRAWN_OVER_PA * (1 - part), bow_pa * part**2)


def draw_whole_errors(serial: str) -> UnitErrors:
    """Return all errors of the unit with a serial number; offset, gain and bow are those of ``draw_errors``."""
    plain = draw_errors(serial)
    rest = draw_unit(Random(f"errors of {serial}"))
    return rest._replace(offset_pa=plain.offset_pa, gain=plain.gain, bow_pa=plain.bow_pa)


def errors_given(text: str, drawn: UnitErrors) -> UnitErrors:
    """Return the errors that a text asks for, those that it does not name as they were drawn.

    Raises:
        UsageProblem: a name is unknown (the nearest is named) or said twice, or a value is out of range.
    """
    parts = [part.strip() for part in text.split(",")]
    if parts[0] == NONE:
        drawn = UnitErrors()
        del parts[0]
    given: dict[str, float] = {}
    for part in parts:
        name, _, value = (one.strip() for one in part.partition("="))
        if name not in _RANGES:
            near = get_close_matches(name, _RANGES, 1)
            question = f" Did you mean '{near[0]}'?" if near else ""
            raise UsageProblem(f"A sensor has no error '{name}'.{question}", f"Errors are {', '.join(_RANGES)}; or '{NONE}' before them.")
        if name in given:
            raise UsageProblem(f"The error '{name}' is given twice.")
        given[name] = _number(name, value)
    return drawn._replace(**given)


def _number(name: str, value: str) -> float:
    least, most = _RANGES[name]
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise UsageProblem(f"'{value}' is not a value of the error '{name}'.", f"It is a number from {least:g} to {most:g}.")
    return number


def draw_gauge(random: Random) -> GaugeErrors:
    """Return the errors of one gauge that is within its certificate: U 30 Pa (k = 2) all along, drift up to 0.02 kPa at 60.

    With 15 Pa at the top and 12 at mid-span its spread is nowhere over the 15 Pa that U means.
    """
    return GaugeErrors(random.gauss(0.0, 10.0), random.gauss(0.0, 15.0), random.uniform(-8.33, 8.33), random.gauss(0.0, 12.0))


def seen_pa(errors: UnitErrors, vacuum_pa: float, direction: float, warmer_k: float = 0.0) -> float:
    """Return what the sensor sees, without drift and noise.

    Args:
        errors: of the unit.
        vacuum_pa: the truth.
        direction: +1 while it deepens, -1 while it releases, between them after a turn.
        warmer_k: than when the unit was calibrated.
    """
    ratio = vacuum_pa / SPAN_PA
    bow = 4 * ratio * (1 - ratio)
    shape = ratio * (1 - ratio) * (1 - 2 * ratio) / _S_MOST
    return (
        vacuum_pa * (1 + errors.gain + errors.span_k * warmer_k)
        + errors.offset_pa
        + errors.bow_pa * bow
        + errors.s_shape_pa * shape
        + direction * errors.hysteresis_pa * max(0.0, bow)
        + errors.zero_pa_k * warmer_k
    )


def counts_of(reading_pa: float) -> int:
    """Return the counts of one reading, 0 to 65535, on the converter's grid."""
    raw = RAW_AT_AMBIENT + round(reading_pa / (PA_PER_COUNT * QUANTUM)) * QUANTUM
    return max(0, min(RAW_MOST, raw))


def gauge_mean_pa(errors: GaugeErrors, vacuum_pa: float, random: Random, readings: int) -> float:
    """Return the mean of some readings of a gauge at a point, each on the grid of its display."""
    ratio = vacuum_pa / SPAN_PA
    steady = vacuum_pa + errors.offset_pa + (errors.span_pa + errors.drift_pa) * ratio + errors.bow_pa * 4 * ratio * (1 - ratio)
    if vacuum_pa:
        steady += random.gauss(0.0, errors.line_pa)
    steady += random.gauss(0.0, errors.wander_pa)
    shown: Sequence[float] = [
        round((steady + random.gauss(0.0, errors.noise_pa)) / errors.resolution_pa) * errors.resolution_pa for _ in range(readings)
    ]
    return sum(shown) / readings
