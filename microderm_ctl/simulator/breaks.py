"""What becomes of a virtual wand when one of the faults of ``faults`` befalls it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from microderm_ctl.firmware import board as base
from microderm_ctl.firmware import memory as slots
from microderm_ctl.simulator.faults import Fault
from microderm_ctl.simulator.tips import tip_ohm

if TYPE_CHECKING:
    from microderm_ctl.simulator.unit import Unit

_RECORD_SLOTS: Final = tuple(2 * kind + place for kind in (slots.CALIBRATION, slots.MAP) for place in (0, 1))
_ALL_SLOTS: Final = tuple(range(2 * slots.KEY + 2))


def break_unit(unit: "Unit", fault: Fault) -> None:
    """Let a fault befall a unit."""
    _BREAKS[fault.kind](unit, fault)


def _break_pump(unit: "Unit", fault: Fault) -> None:
    unit.board.air.faults = unit.board.air.faults._replace(pump_stuck=fault.word == "on")


def _break_vent(unit: "Unit", fault: Fault) -> None:
    unit.board.air.faults = unit.board.air.faults._replace(vent_stuck=fault.word == "open")


def _clog_filter(unit: "Unit", fault: Fault) -> None:
    unit.board.air.faults = unit.board.air.faults._replace(filter_clog=fault.number)


def _freeze_sensor(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.is_frozen = True


def _kill_sensor(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.is_dead = True


def _make_sensor_noisy(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.noise_factor = fault.number


def _let_sensor_drift(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.drift_pa_s = fault.number


def _age_sensor(unit: "Unit", fault: Fault) -> None:
    errors = unit.board.sensor.errors
    unit.board.sensor.errors = errors._replace(gain=errors.gain + fault.number)


def _slow_sensor(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.lag_s = fault.number


def _stick_bit(unit: "Unit", fault: Fault) -> None:
    unit.board.sensor.stuck_bits |= 1 << int(fault.number)


def _let_leak(unit: "Unit", fault: Fault) -> None:
    unit.board.air.faults = unit.board.air.faults._replace(leak_mm2=fault.number)


def _let_forget(unit: "Unit", fault: Fault) -> None:
    unit.board.memory.lose(_ALL_SLOTS if fault.word == "all" else _RECORD_SLOTS)


def _swap_unit(unit: "Unit", fault: Fault) -> None:
    unit.swap(fault.word)


def _swap_tip(unit: "Unit", fault: Fault) -> None:
    unit.board.tip = tip_ohm(fault.word)


def _brown_out(unit: "Unit", fault: Fault) -> None:
    unit.cut_power(int(fault.number), base.RESET_BROWN_OUT)


def _be_late(unit: "Unit", fault: Fault) -> None:
    unit.be_late(int(fault.number))


_BREAKS: Final[dict[str, "Callable[[Unit, Fault], None]"]] = {
    "stuck-pump": _break_pump,
    "stuck-vent": _break_vent,
    "clogged-filter": _clog_filter,
    "sensor-frozen": _freeze_sensor,
    "sensor-dead": _kill_sensor,
    "sensor-noisy": _make_sensor_noisy,
    "sensor-drifting": _let_sensor_drift,
    "sensor-aged": _age_sensor,
    "sluggish": _slow_sensor,
    "stuck-bit": _stick_bit,
    "leak": _let_leak,
    "memory-forgets": _let_forget,
    "swap": _swap_unit,
    "tip": _swap_tip,
    "brown-out": _brown_out,
    "late-step": _be_late,
}
