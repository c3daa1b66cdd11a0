"""What a unit in SERVICE answers: records, readings, its self-test."""

from enum import IntEnum
from typing import NamedTuple

from microderm_ctl.bench.settle import Sums
from microderm_protocol import codes


class Record(IntEnum):
    """What the wand keeps for a technician."""

    CALIBRATION = codes.RECORD_CALIBRATION
    MAP = codes.RECORD_MAP


class Kept(NamedTuple):
    """A record as it stands in the wand's memory; generation 0: there is none."""

    generation: int
    content: bytes


class Measured(NamedTuple):
    """What the wand read since the last time, and what it shows now."""

    sums: Sums
    raw_least: int
    raw_most: int
    vacuum_pa: int
    duty: float
    temperature_c: float
    supply_v: float
    pump_ma: int


class SelfTested(NamedTuple):
    """What the wand's last self-test found."""

    faults: tuple[str, ...]
    zero_raw: int
    noise_raw: int
