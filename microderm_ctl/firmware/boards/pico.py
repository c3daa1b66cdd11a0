"""The wand on a Raspberry Pi Pico: what the program asks of a board, from real parts.

What cannot be measured is never measured well: a part that does not answer gives a
value that the interlock stops for, in that step or the next.
"""

import os
from time import sleep_us, ticks_ms  # type: ignore[attr-defined]

import machine  # type: ignore[import-not-found]

from .. import board as base  # noqa: TID252
from . import config, convert, sensors, signals
from .slots import Slots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .hardware import Bus, Pin, Pwm
    from .port import DataPort

TICK_MASK = 0x3FFFFFFF
NO_TEMPERATURE = 32_767
"""Outside of any range: the interlock stops for it."""
RAW_NO_PRESSURE = 0
RAW_NO_MOTION = 1
RAW_NO_CURRENT = 2
"""What the pressure reads as while a part cannot be read; all of them below what a sensor may read."""
PRESS_SAMPLES = 5
PRESS_US = 200
RELEASE_STEPS = 2
SERVICE_FILE = "service"
MARK = 0x4005800C
"""A register of the watchdog that outlives its reset (RP2040 data sheet, SCRATCH0)."""
COMMANDED = 0x6D646572


class Pico(base.Board):
    """The board."""

    kind = base.BOARD_PICO
    hardware = 1

    def __init__(self, sensor: str, port: "DataPort", slots: Slots, write_guard: "Callable[[bool], None]") -> None:
        """Put pump and vent to rest, then set up the rest.

        Args:
            sensor: the pressure sensor, by its name in `config`.
            port: the data port, asked for the state of the line.
            slots: the memory.
            write_guard: called with True before the flash is written and with False after.
        """
        self._pump_pin = machine.Pin(config.PUMP, machine.Pin.OUT, value=0)
        self._vent: "Pin" = machine.Pin(config.VENT, machine.Pin.OUT, value=0)
        self._pump: "Pwm | None" = None
        self._duty = 0
        self._is_open = True
        self._port = port
        self._slots = slots
        self._write_guard = write_guard
        self._left_out_ms = 0
        self._button: "Pin" = machine.Pin(config.BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
        self._pressed = False
        self._released = 0
        self._lamps = [machine.Pin(pin, machine.Pin.OUT, value=0) for pin in (config.RED, config.GREEN, config.BLUE)]
        self._alive: "Pin" = machine.Pin(config.ALIVE, machine.Pin.OUT, value=0)
        self._buzzer: "Pwm" = machine.PWM(machine.Pin(config.BUZZER), freq=2_400, duty_u16=0)
        self._pitch_hz = 0
        self._signal = 0
        self._signal_since = self.ticks_ms()
        self._failed_raw = -1
        self._missing_raw = -1
        self._set_up_sensors(sensor)
        self._cause = _read_cause()

    def _set_up_sensors(self, sensor: str) -> None:
        """Set up each part; one that is missing now is missing until the next start."""
        self._tip = machine.ADC(config.TIP)
        self._supply = machine.ADC(config.SUPPLY)
        bus = _open_bus()
        self._thermometer = sensors.Lm75a(bus)
        self._motion: "sensors.Lis3dh | None" = None
        self._current: "sensors.Ina219 | None" = None
        try:
            self._motion = sensors.Lis3dh(bus)
        except OSError:
            self._missing_raw = RAW_NO_MOTION
        try:
            self._current = sensors.Ina219(bus)
        except OSError:
            self._missing_raw = RAW_NO_CURRENT
        self._pressure: "sensors.Xgzp6897d | sensors.Mpxv6115v | sensors.NoSensor" = sensors.NoSensor()
        try:
            if sensor == config.XGZP6897D:
                self._pressure = sensors.Xgzp6897d(bus, sleep_us)
            elif sensor == config.MPXV6115V:
                self._pressure = sensors.Mpxv6115v(machine.ADC(config.PRESSURE), self._supply)
        except OSError:
            self._missing_raw = RAW_NO_PRESSURE

    # What is measured.

    def ticks_ms(self) -> int:
        """Return milliseconds since the start, without those that went into writing flash: no step was due then."""
        return int(ticks_ms() - self._left_out_ms) & TICK_MASK

    def raw_pressure(self) -> int:
        """Return the vacuum in raw counts; below 64 where it, motion or current could not be read."""
        failed, self._failed_raw = self._failed_raw, -1
        try:
            raw = self._pressure.raw()
        except OSError:
            raw = RAW_NO_PRESSURE
        if self._missing_raw >= 0:
            return self._missing_raw
        return failed if failed >= 0 else raw

    def motion_mg(self) -> int:
        """Return how much the wand moves, mg RMS; 0 where that cannot be read, and then the next pressure is no measurement."""
        if self._motion is None:
            return 0
        try:
            return self._motion.motion_mg()
        except OSError:
            self._failed_raw = RAW_NO_MOTION
            return 0

    def tip_ohm(self) -> int:
        """Return the coding resistor of the tip, ohm."""
        return convert.ohm_of_tip(self._tip.read_u16())

    def temperature_dc(self) -> int:
        """Return the temperature at the pump, 0.1 degC; far too hot where it cannot be read."""
        try:
            return self._thermometer.temperature_dc()
        except OSError:
            return NO_TEMPERATURE

    def supply_mv(self) -> int:
        """Return the supply, mV."""
        return convert.supply_mv(self._supply.read_u16())

    def pump_ma(self) -> int:
        """Return the pump's current, mA; 0 where that cannot be read, and then the next pressure is no measurement."""
        if self._current is None:
            return 0
        try:
            return self._current.pump_ma()
        except OSError:
            self._failed_raw = RAW_NO_CURRENT
            return 0

    def line_up(self) -> bool:
        """Return whether the computer holds the port open and the bus is alive."""
        return self._port.look()

    def button(self) -> bool:
        """Return whether the button is down: down once it is so for a millisecond, up once it is so in two steps."""
        if self._is_down():
            self._pressed, self._released = True, 0
        elif self._pressed:
            self._released += 1
            self._pressed = self._released < RELEASE_STEPS
        return self._pressed

    def _is_down(self) -> bool:
        for sample in range(PRESS_SAMPLES):
            if sample:
                sleep_us(PRESS_US)
            if self._button.value():
                return False
        return True

    def serial_number(self) -> bytes:
        """Return the last 6 bytes of the flash chip's own number, in hexadecimal."""
        return convert.serial_of(machine.unique_id())

    def random8(self) -> bytes:
        """Return 8 bytes of the chip's ring oscillator."""
        return os.urandom(8)

    def reset_cause(self) -> int:
        """Return why the board started."""
        return self._cause

    # What is driven.

    def set_pump(self, duty: int) -> None:
        """Drive the pump; at 0 the pin is no PWM output any more, but low."""
        duty = max(0, min(duty, 65_535))
        if duty and self._pump:
            if duty != self._duty:
                self._pump.duty_u16(duty)
        elif duty:
            self._pump = machine.PWM(self._pump_pin, freq=config.PUMP_HZ, duty_u16=duty)
        else:
            if self._pump:
                self._pump.duty_u16(0)
                self._pump = None
            self._pump_pin = machine.Pin(config.PUMP, machine.Pin.OUT, value=0)
        self._duty = duty

    def set_vent(self, is_open: bool) -> None:
        """Open or close the vent: closing takes current."""
        self._vent.value(0 if is_open else 1)
        self._is_open = bool(is_open)

    def rest(self) -> None:
        """Pump off and vent open."""
        self.set_pump(0)
        self.set_vent(True)

    def set_signal(self, signal: int) -> None:
        """Begin a signal of light and buzzer."""
        self._signal = signal
        self._signal_since = self.ticks_ms()
        self.end_step()

    def end_step(self) -> None:
        """Move light and buzzer on, and show that a whole step was made."""
        shown_ms = (self.ticks_ms() - self._signal_since) & TICK_MASK
        for lamp, level in zip(self._lamps, signals.colour(self._signal, shown_ms)):
            lamp.value(level)
        hz = signals.pitch_hz(self._signal, shown_ms)
        if hz != self._pitch_hz:
            self._pitch_hz = hz
            if hz:
                self._buzzer.freq(hz)
            self._buzzer.duty_u16(32_768 if hz else 0)

    def beat(self) -> None:
        """Show that a whole step was made with the pump wanted; without the pin's edges a one-shot cuts the pump's power."""
        self._alive.value(1 - self._alive.value() if self._duty else 0)

    # What is remembered.

    def read_slot(self, slot: int) -> bytes:
        """Return the bytes of a memory slot."""
        return self._slots.read(slot)

    def write_slot(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a memory slot.

        Raises:
            OSError: the pump is not off or the vent not open, or the flash does not take it.
        """
        if self._duty or not self._is_open:
            raise OSError("pump not off")
        begun = ticks_ms()
        self._write_guard(True)
        try:
            self._slots.write(slot, content)
        finally:
            self._write_guard(False)
            self._left_out_ms = (self._left_out_ms + ((ticks_ms() - begun) & TICK_MASK)) & TICK_MASK

    def restart(self, to_loader: bool) -> None:
        """Restart, pump off and vent open first; to the loader means: once to the prompt that mpremote needs."""
        was_off = not self._duty and self._is_open
        self.rest()
        if to_loader and was_off:
            self._write_guard(True)
            try:
                with open(SERVICE_FILE, "wb") as file:
                    file.write(b"1")
            except OSError:
                pass  # the flash is full or broken: it starts as a wand again
        machine.mem32[MARK] = COMMANDED
        machine.reset()


def _open_bus() -> "Bus":
    """Return the I2C bus; a part that was cut off in mid byte by a reset is clocked until it lets go."""
    clock = machine.Pin(config.SCL, machine.Pin.OPEN_DRAIN, value=1)
    data = machine.Pin(config.SDA, machine.Pin.IN, machine.Pin.PULL_UP)
    for _ in range(9):
        if data.value():
            break
        clock.value(0)
        sleep_us(5)
        clock.value(1)
        sleep_us(5)
    bus: "Bus" = machine.I2C(0, scl=machine.Pin(config.SCL), sda=machine.Pin(config.SDA), freq=config.I2C_HZ, timeout=config.I2C_TIMEOUT_US)
    return bus


def _read_cause() -> int:
    """Return why the board started; a restart on command looks like the watchdog's but for the mark that it left."""
    was_commanded = machine.mem32[MARK] == COMMANDED
    machine.mem32[MARK] = 0
    if machine.reset_cause() != machine.WDT_RESET:
        return base.RESET_POWER
    return base.RESET_COMMAND if was_commanded else base.RESET_WATCHDOG
