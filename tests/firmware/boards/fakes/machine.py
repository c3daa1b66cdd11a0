"""A Pico that is not there: pins, PWM, ADC, I2C with its parts, watchdog and registers, all of it written down.

Runs on CPython and MicroPython alike. The parts are written from their data sheets,
not from the drivers: what a driver leaves out or does in the wrong order does not work
here either.
"""

PWRON_RESET = 1
WDT_RESET = 3
FRAME_NUMBER = 0x50110048


class Part:
    """A part on the bus: registers of a byte, and what may go wrong with it."""

    def __init__(self) -> None:
        self.registers: dict[int, int] = {}
        self.is_gone = False
        self.fails = 0
        self.stuck = -1

    def check(self) -> None:
        """Raise what the board raises when nobody answers."""
        if self.fails:
            self.fails -= 1
            raise OSError(5)
        if self.is_gone:
            raise OSError(5)

    def write(self, register: int, content: bytes) -> None:
        for place, byte in enumerate(content):
            self.registers[register + place] = byte

    def read(self, register: int, count: int) -> bytes:
        return bytes([self.registers.get(register + place, 0) for place in range(count)])


class Xgzp(Part):
    """CFSensor XGZP6897D, -100..100 kPa (K 64): a conversion on command, 20 ms long."""

    def __init__(self) -> None:
        super().__init__()
        self.vacuum_pa = 0
        self.noise = 0
        self.convert_us = 18_000
        self.done_us = -1
        self.result = b"\0\0\0\x19\0"

    def write(self, register: int, content: bytes) -> None:
        if (register, content) != (0x30, b"\x0a"):
            raise AssertionError("not a combined conversion")
        self.done_us = world.now_us + self.convert_us
        self.noise ^= 64
        counts = (-self.vacuum_pa * 64 + self.noise * 2) & 0xFFFFFF
        self.result = bytes([counts >> 16, counts >> 8 & 255, counts & 255, 0x19, 0x80])

    def read(self, register: int, count: int) -> bytes:
        is_busy = 0 <= world.now_us < self.done_us
        if (register, count) == (0x30, 1):
            return b"\x0a" if is_busy else b"\x02"
        if (register, count) != (0x06, 5) or is_busy or self.done_us < 0:
            raise AssertionError("read what is not there yet")
        return self.result


class Lis3dh(Part):
    """ST LIS3DH: 32 samples in its memory once that is switched on; the register counts up only with its high bit set."""

    def __init__(self) -> None:
        super().__init__()
        self.registers = {0x0F: 0x33, 0x20: 0x07}
        self.samples: list[tuple[int, int, int]] = []

    def is_on(self) -> bool:
        at = self.registers
        return bool(at.get(0x20, 0) >> 4 and at.get(0x24, 0) & 0x40 and at.get(0x2E, 0) >> 6 == 2 and at.get(0x23, 0) & 0x08)

    def feel(self, *samples: tuple[int, int, int]) -> None:
        """Feel accelerations, mg."""
        if self.is_on():
            self.samples = (self.samples + list(samples))[-32:]

    def read(self, register: int, count: int) -> bytes:
        if register == 0x2F:
            return bytes([min(len(self.samples), 31)])
        if register & 0x7F != 0x28:
            return Part.read(self, register & 0x7F, count)
        if not register & 0x80 and count > 1:
            raise AssertionError("the register does not count up by itself")
        out = b""
        for _ in range(count // 6):
            sample = self.samples.pop(0) if self.samples else (0, 0, 0)
            for axis in sample:
                word = (axis << 4) & 0xFFFF
                out += bytes([word & 255, word >> 8])
        return out


class Words(Part):
    """Registers of 16 bits, high byte first."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[int, int] = {}

    def write(self, register: int, content: bytes) -> None:
        self.words[register] = content[0] << 8 | content[1]

    def read(self, register: int, count: int) -> bytes:
        word = self.words.get(register, 0) & 0xFFFF
        return bytes([word >> 8, word & 255])[:count]


class Ina219(Words):
    """TI INA219 with 0.1 Ohm: 10 uV a count."""

    def __init__(self) -> None:
        super().__init__()
        self.words = {0: 0x399F}

    def flow(self, current_ma: int) -> None:
        self.words[1] = current_ma * 10


class Lm75a(Words):
    """TI LM75A: 0.125 degC a count, left-justified in 11 bits."""

    def warm(self, eighths: int) -> None:
        self.words[0] = (eighths & 0x7FF) << 5


class World:
    """Everything around the chip."""

    def __init__(self) -> None:
        self.now_us = 5_000_000
        self.driven: list[tuple[object, ...]] = []
        self.levels: dict[int, int] = {}
        self.roles: dict[int, str] = {}
        self.duty: dict[int, int] = {}
        self.slices: dict[int, tuple[int, int]] = {}
        self.adc = {26: 60_897, 27: 20_480, 28: 49_650}
        self.xgzp = Xgzp()
        self.lis = Lis3dh()
        self.ina = Ina219()
        self.lm75 = Lm75a()
        self.lm75.warm(200)
        self.parts: dict[int, Part] = {0x6D: self.xgzp, 0x18: self.lis, 0x40: self.ina, 0x48: self.lm75}
        self.traffic: list[tuple[str, int, int, bytes]] = []
        self.memory: dict[int, int] = {}
        self.bus_lives = True
        self.frame = 0
        self.watchdog_ms = 0
        self.feeds = 0
        self.cause = PWRON_RESET
        self.resets = 0

    def pump_duty(self) -> int:
        """What the gate of the pump sees, 0..65535, whatever drives it."""
        return self.duty.get(2, 0) if self.roles.get(2) == "pwm" else 65_535 * self.levels.get(2, 0)

    def vent_is_open(self) -> bool:
        return not self.levels.get(3, 0)


class Pin:
    """A pin; without a mode it is left as it is."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1

    def __init__(self, number: int, mode: int = -1, pull: int = -1, value: "int | None" = None) -> None:
        self.number = number
        if mode == Pin.IN:
            world.roles[number] = "in"
            if pull == Pin.PULL_UP and number not in world.levels:
                world.levels[number] = 1
        elif mode >= 0:
            if value is None:
                raise AssertionError("an output without a level")
            world.roles[number] = "out"
            world.levels[number] = value
            world.driven.append(("pin", number, value))

    def value(self, level: "int | None" = None) -> int:
        if level is not None:
            if world.roles.get(self.number) != "out":
                raise AssertionError("not an output")
            world.levels[self.number] = level
            world.driven.append(("pin", self.number, level))
        return world.levels.get(self.number, 0)


class PWM:
    """A PWM output; the two pins of a slice have one frequency."""

    def __init__(self, pin: Pin, freq: int, duty_u16: int) -> None:
        self.number = pin.number
        world.roles[self.number] = "pwm"
        self.freq(freq)
        self.duty_u16(duty_u16)

    def freq(self, hz: int) -> None:
        owner = world.slices.get(self.number >> 1 & 7, (self.number, 0))[0]
        if owner != self.number:
            raise AssertionError("a slice is shared")
        world.slices[self.number >> 1 & 7] = (self.number, hz)
        world.driven.append(("hz", self.number, hz))

    def duty_u16(self, duty: int) -> None:
        if not 0 <= duty <= 65_535:
            raise AssertionError("no duty")
        world.duty[self.number] = duty
        world.driven.append(("duty", self.number, duty))


class ADC:
    """An analog input."""

    def __init__(self, pin: int) -> None:
        if not 26 <= pin <= 29:
            raise ValueError("Pin doesn't have ADC capabilities")
        world.roles[pin] = "adc"
        self.pin = pin

    def read_u16(self) -> int:
        return world.adc[self.pin]


class I2C:
    """The bus: what goes over it is written down and takes its time."""

    def __init__(self, number: int, scl: Pin, sda: Pin, freq: int, timeout: int) -> None:
        if (sda.number % 4, scl.number % 4) != (2 * number, 2 * number + 1):
            raise ValueError("bad SCL or SDA pin")
        self.timeout_us = timeout
        self.byte_us = 9_000_000 // freq
        world.roles[scl.number] = world.roles[sda.number] = "i2c"

    def _part(self, address: int) -> Part:
        part = world.parts.get(address)
        if part is None or part.is_gone:
            world.now_us += 2 * self.byte_us
            raise OSError(5)
        part.check()
        return part

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        part = self._part(address)
        world.now_us += (count + 3) * self.byte_us
        data = bytes([part.stuck]) * count if part.stuck >= 0 else part.read(register, count)
        world.traffic.append(("read", address, register, data))
        return data

    def writeto_mem(self, address: int, register: int, content: bytes) -> None:
        part = self._part(address)
        world.now_us += (len(content) + 2) * self.byte_us
        world.traffic.append(("write", address, register, bytes(content)))
        part.write(register, bytes(content))


class WDT:
    """The watchdog: each new one gives it another time."""

    def __init__(self, timeout: int) -> None:
        if not 1 <= timeout <= 8_388:
            raise ValueError("timeout exceeds 8388")
        world.watchdog_ms = timeout

    def feed(self) -> None:
        world.feeds += 1


class Registers:
    """The chip's own memory; the frame number of USB moves by itself while the bus lives."""

    def __getitem__(self, address: int) -> int:
        if address == FRAME_NUMBER:
            if world.bus_lives:
                world.frame = world.now_us // 1000 & 0x7FF
            return world.frame
        return world.memory.get(address, 0)

    def __setitem__(self, address: int, value: int) -> None:
        world.memory[address] = value


world = World()
mem32 = Registers()


class Reset(Exception):
    """The chip starts anew here."""


def unique_id() -> bytes:
    """Return the number of the flash chip."""
    return b"\xe6\x60\x58\x38\x83\x2f\x1a\x2b"


def reset_cause() -> int:
    """Return why the chip started."""
    return world.cause


def reset() -> None:
    """Start anew: pins are inputs again."""
    world.resets += 1
    world.roles, world.levels, world.duty = {}, {}, {}
    world.cause = WDT_RESET
    raise Reset
