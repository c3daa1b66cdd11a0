"""From raw counts to pascals, with the coefficients of the unit.

``vacuum = x * gain / 4096 + x**2-term``, x being counts above the zero that the
last self-test saw. A record that is not of this unit, or whose numbers no sensor
could have, is void.
"""

from . import wire

FORM = "<BBH12sIii"
VERSION = 1
ZERO = 2
SERIAL = 3
UTC = 4
GAIN = 5
CURVE = 6
GAIN_NOMINAL = 8192  # 2 Pa a count, in 1/4096
GAIN_WINDOW = 820  # 10 %
CURVE_WINDOW = 8192  # 1.2 kPa at 25 kPa
ZERO_NOMINAL = 8192
ZERO_WINDOW = 2000  # 4 kPa


def build(zero_raw: int, serial: bytes, utc_s: int, gain: int, curve: int) -> bytes:
    """Return the content of a calibration record; a short serial number is filled up with zero bytes."""
    return wire.pack(FORM, (VERSION, 0, zero_raw, serial, utc_s, gain, curve))


def read(content: bytes, serial: bytes) -> "tuple[int, int, int, int] | None":
    """Return zero, gain, curve and UTC of a record that is sound and of this unit, else None."""
    record: "tuple[int | bytes, ...] | None" = wire.unpack(FORM, content)
    if record is None or record[0] != VERSION or record[SERIAL] != serial + b"\0" * (12 - len(serial)):
        return None
    zero, utc_s, gain, curve = int(record[ZERO]), int(record[UTC]), int(record[GAIN]), int(record[CURVE])
    sound = abs(zero - ZERO_NOMINAL) <= ZERO_WINDOW and abs(gain - GAIN_NOMINAL) <= GAIN_WINDOW and abs(curve) <= CURVE_WINDOW
    return (zero, gain, curve, utc_s) if sound else None


def vacuum_of(raw: int, zero: int, gain: int, curve: int) -> int:
    """Return the vacuum in pascals of a raw reading; every product stays below 2**30."""
    x = raw - zero
    eighth = x >> 3
    return ((x * gain) >> 12) + ((((eighth * eighth) >> 12) * curve) >> 12)
