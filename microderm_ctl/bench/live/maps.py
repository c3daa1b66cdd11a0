"""The duty map as the unit keeps it: twelve pairs of duty and vacuum, whole numbers, little-endian."""

import struct
from collections.abc import Sequence
from typing import Final

from microderm_ctl.bench.characterise import MapPoint

PAIRS: Final = 12
"""Twelve pairs of two bytes each fill a record of 48 bytes."""
DUTY_FULL: Final = 65_535
_FORM: Final = f"<{2 * PAIRS}H"


def map_record(points: Sequence[MapPoint]) -> bytes:
    """Return the content of the record; duty in 1/65535, vacuum in Pa.

    Raises:
        ValueError: not twelve points, or one that no wand can have.
    """
    numbers = [number for one in points for number in (round(one.duty * DUTY_FULL), round(one.vacuum_pa))]
    if len(points) != PAIRS or not all(0 <= number <= DUTY_FULL for number in numbers):
        raise ValueError("a map in a unit has twelve points")
    return struct.pack(_FORM, *numbers)


def read_map(content: bytes) -> tuple[MapPoint, ...]:
    """Return the points of a record; none where there is no map.

    Raises:
        ValueError: it is no map.
    """
    if not content:
        return ()
    if len(content) != struct.calcsize(_FORM):
        raise ValueError("this record is no duty map")
    numbers = struct.unpack(_FORM, content)
    return tuple(MapPoint(numbers[i] / DUTY_FULL, float(numbers[i + 1])) for i in range(0, 2 * PAIRS, 2))
