"""The virtual board: what the wand's program measures and drives, joined to air, sensor, motor and hand."""

from math import exp
from random import Random
from typing import Final

from microderm_ctl.carried import program
from microderm_ctl.firmware import board as base
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory as slots
from microderm_ctl.firmware.unlock import unit_key
from microderm_ctl.simulator.errors_model import UnitErrors, draw_errors
from microderm_ctl.simulator.hand import FELT_PA, Hand
from microderm_ctl.simulator.memory import Memory
from microderm_ctl.simulator.pneumatics import DUTY_FULL, STEP_MS, Plant, Pneumatics, draw_plant
from microderm_ctl.simulator.sensor import Sensor, factory_record
from microderm_ctl.simulator.tips import TIP_OHM

PRACTICE_SERVICE_KEY: Final = b"practice service key"
"""The service key of every virtual wand; it is no secret. A real unit gets its key when its program is installed."""
ROOM_C: Final = 24.0
WARMING_K: Final = 16.0
"""How much warmer than the room the pump gets at full speed for good."""
WARMING_S: Final = 180.0
"""Time constant of that."""
SUPPLY_MV: Final = 5_050
SAG_MV: Final = 250
"""How much the supply gives way at full speed."""
STALL_MA: Final = 700
FREE_MA: Final = 120
"""Pump current at full speed: in free air, and what 70 kPa add to it."""
LOAD_PA: Final = 70_000.0

_WARMING_GAIN: Final = 1 - exp(-STEP_MS / 1000 / WARMING_S)


class VirtualBoard(base.Board):
    """One unit's hardware; its plant and its sensor's errors follow from the serial number alone."""

    kind = base.BOARD_VIRTUAL
    hardware = 1
    simulated = True

    def __init__(
        self, serial: str, hand: Hand, memory: Memory, random: Random, plant: Plant | None = None, errors: UnitErrors | None = None
    ) -> None:
        """Begin at rest with a fine tip and the line down.

        Args:
            serial: up to 12 ASCII letters.
            hand: holds button, tip and cable.
            memory: the slots.
            random: draws the sensor's noise and the program's random bytes.
            plant: the pneumatic hardware; that of the serial number by default.
            errors: of the sensor; the plain ones of the serial number by default.
        """
        own = plant or draw_plant(Random(f"plant of {serial}"))
        self.air = Pneumatics(own._replace(volume_ml=own.volume_ml + hand.added_ml))
        self.air.vent_mm2 = self.air.plant.vent_mm2
        self.hand = hand
        hand.join(self.air)
        self.memory = memory
        self.sensor = Sensor(errors or draw_errors(serial), random)
        self.tip = TIP_OHM["fine"]
        self.line = False
        """Whether the computer holds the port open."""
        self.duty = 0
        self.vent_open = True
        self.signal = 0
        self.restarting: bool | None = None
        """Set when the program asked for a restart: True means into the loader."""
        self.cause = base.RESET_POWER
        self.build = program().build
        self._serial = serial.encode("ascii")
        self._random = random
        self._ticks = 0
        self._heat_k = 0.0

    def calibrate(self, utc_s: int) -> None:
        """Write the calibration record that the factory's bench would have written."""
        content = factory_record(self.sensor.errors, self._serial.decode(), utc_s)
        slots.Memory(self).write(slots.CALIBRATION, content)

    def take_key(self) -> None:
        """Write the unit's own key, made from the practice service key, if it has none."""
        memory = slots.Memory(self)
        if not memory.read(slots.KEY)[1]:
            memory.write(slots.KEY, unit_key(PRACTICE_SERVICE_KEY, self._serial))

    def reset(self, cause: int, ticks_ms: int = 0) -> None:
        """Do what a reset does to the hardware: pump off, vent open, no signal, ticks from the start."""
        self.memory.power_up()
        self.set_pump(0)
        self.set_vent(True)
        self.set_signal(0)
        self.cause = cause
        self.restarting = None
        self._ticks = ticks_ms & k.TICK_MASK

    def advance(self) -> None:
        """Let 20 ms of physics pass; the hand has moved just before."""
        self._ticks = (self._ticks + STEP_MS) & k.TICK_MASK
        self.air.step(self.duty, self.vent_open, self.hand.seal_mm2)
        self._heat_k += (self.air.pump_speed * WARMING_K - self._heat_k) * _WARMING_GAIN
        if self.sensor.ages:
            self.sensor.age(self.air.vacuum_pa, self._heat_k)

    @property
    def vacuum_pa(self) -> float:
        """The true vacuum, which the sensor only approximates."""
        return self.air.vacuum_pa

    @property
    def pulls(self) -> bool:
        """Whether somebody who holds the wand feels it draw."""
        return self.air.vacuum_pa > FELT_PA

    def ticks_ms(self) -> int:
        """Return milliseconds since the last reset, modulo 2**30."""
        return self._ticks

    def raw_pressure(self) -> int:
        """Return a fresh reading of the sensor, counts."""
        return self.sensor.read(self.air.vacuum_pa)

    def motion_mg(self) -> int:
        """Return how much the hand moves the wand, mg RMS."""
        return self.hand.motion_mg

    def tip_ohm(self) -> int:
        """Return the coding resistor of the tip, ohm."""
        return self.tip

    def temperature_dc(self) -> int:
        """Return the temperature at the pump, 0.1 degC."""
        return int((ROOM_C + self._heat_k) * 10)

    def supply_mv(self) -> int:
        """Return the supply, mV."""
        return SUPPLY_MV - int(SAG_MV * self.air.pump_speed)

    def pump_ma(self) -> int:
        """Return the pump's current, mA: none while its switch is off, for then it only runs out."""
        stuck = self.air.faults.pump_stuck
        if stuck is False or (stuck is None and self.duty == 0):
            return 0
        speed = self.air.pump_speed
        return int(speed * (FREE_MA + STALL_MA * min(1.0, self.air.vacuum_pa / LOAD_PA)))

    def line_up(self) -> bool:
        """Return whether the port is held open and the cable is in."""
        return self.line and self.hand.plugged

    def button(self) -> bool:
        """Return whether the hand holds the button down."""
        return self.hand.button

    def serial_number(self) -> bytes:
        """Return the unit's serial number."""
        return self._serial

    def random8(self) -> bytes:
        """Return 8 bytes of the seeded stream."""
        return self._random.randbytes(8)

    def reset_cause(self) -> int:
        """Return why the board last started."""
        return self.cause

    def set_pump(self, duty: int) -> None:
        """Drive the pump with a duty of 0..65535."""
        self.duty = max(0, min(DUTY_FULL, duty))

    def set_vent(self, is_open: bool) -> None:
        """Open or close the vent valve."""
        self.vent_open = bool(is_open)

    def set_signal(self, signal: int) -> None:
        """Show a signal, by number."""
        self.signal = signal

    def read_slot(self, slot: int) -> bytes:
        """Return the bytes of a memory slot."""
        return self.memory.read(slot)

    def write_slot(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a memory slot."""
        self.memory.write(slot, content)

    def restart(self, to_loader: bool) -> None:
        """Remember that a restart was asked for; the unit does it after this step."""
        self.restarting = bool(to_loader)
