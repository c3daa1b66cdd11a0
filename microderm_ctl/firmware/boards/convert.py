"""From counts and registers to the units of the program. Every product stays below 2**30."""

import binascii

RAW_AMBIENT = 8_192
RAW_FULL = 65_535
ADC_FULL = 65_535
ADC_MV = 3_300
SUPPLY_DIVIDER = 2
"""10 kOhm to 10 kOhm."""
TIP_PULL_UP_OHM = 2_200
TIP_ABSENT_OHM = 10_000_000
SAMPLES = 16
"""12-bit readings summed for a finer one."""
SAMPLES_FULL = SAMPLES * 4_095
RAIL_LEAST = SAMPLES_FULL * 4_000 // (SUPPLY_DIVIDER * ADC_MV)
"""Sum for a sensor supply of 4 V, under which its output means nothing."""


def raw_of_vacuum(vacuum_pa: int) -> int:
    """Return the program's raw counts for a vacuum: 8192 at ambient, 1 more for each 2 Pa, held in 0..65535."""
    return max(0, min(RAW_AMBIENT + (vacuum_pa >> 1), RAW_FULL))


def raw_of_analog(output: int, rail: int) -> "int | None":
    """Return the raw counts of an MPXV6115V from two sums of 16 readings, None where they can be no measurement.

    ``Vout = Vs * (0.007652 * P + 0.92)``, P in kPa and negative (data sheet), so only
    the ratio counts: output through 10 kOhm over 20 kOhm (2/3), supply through 10 over
    10 (1/2). With q = output/rail in 1/16384: raw = 8192 + (0.92 - 0.75 * q/16384) / 0.007652e-3 / 2.
    """
    if rail < RAIL_LEAST or output >= SAMPLES_FULL - SAMPLES:
        return None
    quotient = output * 16_384 // rail
    return max(0, min(68_307 - (6_126 * quotient >> 11), RAW_FULL))


def ohm_of_tip(count: int) -> int:
    """Return the coding resistor below a pull-up of 2.2 kOhm; 10 MOhm where nothing is fitted."""
    left = ADC_FULL - count
    if left <= ADC_FULL // 400:
        return TIP_ABSENT_OHM
    return TIP_PULL_UP_OHM * count // left


def supply_mv(count: int) -> int:
    """Return the supply from a reading behind the divider, mV."""
    return count * (SUPPLY_DIVIDER * ADC_MV) // ADC_FULL


def signed(value: int, bits: int) -> int:
    """Return a two's complement number of so many bits."""
    return value - (1 << bits) if value >> (bits - 1) else value


def root(square: int) -> int:
    """Return the whole part of a square root."""
    low, high = 0, 1
    while high * high <= square:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle * middle <= square:
            low = middle
        else:
            high = middle
    return low


def serial_of(unique_id: bytes) -> bytes:
    """Return the serial number of a unit: the last 6 bytes of its flash chip's own number, in hexadecimal."""
    return binascii.hexlify(unique_id[-6:]).upper()
