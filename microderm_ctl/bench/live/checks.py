"""What a unit can be tried for without a gauge and without hands: its self-test, and what it reads of itself."""

from typing import Final, NamedTuple

from microderm_ctl.bench.live.steps import vent_time
from microderm_ctl.bench.live.unit import BenchUnit
from microderm_ctl.bench.live.values import Record
from microderm_ctl.bench.measurement import Limits, Measurement, measure
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.bench.readings import NOMINAL_PA_PER_COUNT
from microderm_ctl.firmware import calibration as wand

LOOK_S: Final = 1.0
NONE: Final = Limits(0, 0, 0, "1", "a fault that the self-test finds stands in the way of every treatment")
PRESENT: Final = Limits(1, 1, 0, "1", "the record must be of this unit, and whole")
SUPPLY: Final = Limits(4.5, 5.25, 0.1, "V", "USB gives 4.75 to 5.25 V; the wand's program stops under 4.4 V, and a pump takes 0.25 V")
UNIT_TEMPERATURE: Final = Limits(5, 50, 5, "degC", "the wand's program stops at 0 and 55 degrees")


class Checked(NamedTuple):
    """What the checks of a unit came to."""

    faults: tuple[str, ...]
    checks: tuple[Measurement, ...]


def check(unit: BenchUnit, procedure: Procedure) -> Checked:
    """Let a unit in SERVICE test itself, and judge what it reads at rest and how it vents.

    The fixture, or a blank on the tip, must close the chamber.
    """
    gates = procedure.gates
    tested = unit.self_test()
    unit.measure()
    unit.wait(LOOK_S)
    at_rest = unit.measure()
    spread = (at_rest.raw_most - at_rest.raw_least) / 2 * NOMINAL_PA_PER_COUNT / 3
    record = wand.read(unit.record(Record.CALIBRATION).content, unit.serial.encode())
    checks = (
        measure("faults", float(len(tested.faults)), NONE),
        measure("zero_offset", (tested.zero_raw - wand.ZERO_NOMINAL) * NOMINAL_PA_PER_COUNT, gates.zero_offset),
        measure("noise", spread, gates.noise),
        measure("idle_current", float(at_rest.pump_ma), gates.idle_current),
        measure("supply", at_rest.supply_v, SUPPLY),
        measure("temperature_inside", at_rest.temperature_c, UNIT_TEMPERATURE),
        measure("record", float(record is not None), PRESENT),
        measure("vent_time", vent_time(unit, procedure.numbers), gates.vent_time),
    )
    return Checked(tested.faults, checks)
