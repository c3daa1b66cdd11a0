"""The parts on the I2C bus, and the analog pressure sensor.

Each is set up once and read once a step. Whoever cannot say what is there now
raises OSError; none returns what it knew before. Registers are those of the
makers' data sheets: XGZP6897D (CFSensor), MPXV6115V (NXP), LIS3DH (ST), INA219
and LM75A (TI).
"""

from . import convert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .hardware import Adc, Bus

BUSY_POLLS = 8
BUSY_US = 500


class Xgzp6897d:
    """Gauge pressure sensor of -100 to 100 kPa, 24 bits, at 0x6D.

    A conversion is begun after each reading and fetched with the next, 20 ms
    later, which is the time that it takes.
    """

    ADDRESS = 0x6D
    COMMAND = 0x30
    DATA = 0x06
    CONVERT = b"\x0a"
    CONVERTING = 0x08
    COUNTS_PER_PA = 64
    """K for 65 to 131 kPa."""

    def __init__(self, bus: "Bus", sleep_us: "Callable[[int], None]") -> None:
        """Begin the first conversion.

        Raises:
            OSError: nobody answers.
        """
        self._bus = bus
        self._sleep_us = sleep_us
        self._is_running = False
        self._begin()

    def raw(self) -> int:
        """Return the vacuum of the conversion that was begun last, raw counts.

        Raises:
            OSError: nobody answers, no conversion is running or done, or the bus is stuck at one level.
        """
        if not self._is_running:
            self._begin()
            raise OSError("no conversion")
        self._is_running = False  # whatever fails from here on, the next reading is of a new one
        self._wait()
        data = self._bus.readfrom_mem(self.ADDRESS, self.DATA, 5)  # 3 of pressure, 2 of temperature
        self._begin()
        if data in (b"\0\0\0\0\0", b"\xff\xff\xff\xff\xff"):
            raise OSError("bus stuck")
        counts = convert.signed(data[0] << 16 | data[1] << 8 | data[2], 24)
        return convert.raw_of_vacuum(-counts // self.COUNTS_PER_PA)

    def _begin(self) -> None:
        self._bus.writeto_mem(self.ADDRESS, self.COMMAND, self.CONVERT)
        self._is_running = True

    def _wait(self) -> None:
        """Give a conversion that is a little late 4 ms more."""
        for _ in range(BUSY_POLLS):
            if not self._bus.readfrom_mem(self.ADDRESS, self.COMMAND, 1)[0] & self.CONVERTING:
                return
            self._sleep_us(BUSY_US)
        raise OSError("conversion late")


class Mpxv6115v:
    """Analog vacuum sensor of 0 to 115 kPa, measured against its own supply."""

    def __init__(self, output: "Adc", rail: "Adc") -> None:
        """Take the inputs of its output (through 2/3) and of its supply (through 1/2)."""
        self._output = output
        self._rail = rail

    def raw(self) -> int:
        """Return the vacuum, raw counts.

        Raises:
            OSError: the supply is too low, or the output is at the end of the converter's range.
        """
        output = rail = 0
        for _ in range(convert.SAMPLES):
            output += self._output.read_u16() >> 4
            rail += self._rail.read_u16() >> 4
        raw = convert.raw_of_analog(output, rail)
        if raw is None:
            raise OSError("no measurement")
        return raw


class NoSensor:
    """Stands for a sensor that is not there, or that nobody knows."""

    def raw(self) -> int:
        """Never return."""
        raise OSError("no sensor")


class Lis3dh:
    """Accelerometer at 0x18, 200 samples a second in its own memory, 2 g, 1/16 mg a count.

    What shakes faster than a hand can must not count as motion, else the pump's own
    vibration would end every dwell: in its high-resolution mode the part cuts off at
    a ninth of the rate (22 Hz), and a filter here at 4 Hz.
    """

    ADDRESS = 0x18
    SETUP = (
        (0x20, b"\x67"),  # CTRL_REG1: 200 Hz, three axes
        (0x23, b"\x88"),  # CTRL_REG4: whole samples only, 2 g, high resolution
        (0x24, b"\x40"),  # CTRL_REG5: use the FIFO
        (0x2E, b"\x80"),  # FIFO_CTRL_REG: stream
    )
    WHO_AM_I = 0x0F
    IDENTITY = 0x33
    STORED = 0x2F
    DATA = 0x28 | 0x80
    """OUT_X_L, with the bit that counts the register up."""
    SAMPLES_MOST = 8
    SMOOTHING = 8
    SETTLING = 64
    AXIS_MOST_MG = 4_095

    def __init__(self, bus: "Bus") -> None:
        """Set it up and read that back.

        Raises:
            OSError: nobody answers, or somebody else.
        """
        self._bus = bus
        if bus.readfrom_mem(self.ADDRESS, self.WHO_AM_I, 1)[0] != self.IDENTITY:
            raise OSError("not a LIS3DH")
        for register, content in self.SETUP:
            bus.writeto_mem(self.ADDRESS, register, content)
            if bus.readfrom_mem(self.ADDRESS, register, 1) != content:
                raise OSError("not set up")
        self._smooth: "list[int]" = []
        self._gravity = [0, 0, 0]

    def motion_mg(self) -> int:
        """Return the RMS of the filtered acceleration, without gravity, over the samples since the last call, mg.

        Without a sample it is 0: a wand that cannot feel motion stands still.

        Raises:
            OSError: nobody answers.
        """
        count = min(self._bus.readfrom_mem(self.ADDRESS, self.STORED, 1)[0] & 0x1F, self.SAMPLES_MOST)
        if not count:
            return 0
        data = self._bus.readfrom_mem(self.ADDRESS, self.DATA, 6 * count)
        squares = 0
        for place in range(0, 6 * count, 6):
            squares += self._square_mg2(data[place : place + 6])
        return convert.root(squares // count)

    def _square_mg2(self, sample: bytes) -> int:
        """Take one sample into the filters and return the square of what it moves by."""
        axes = [convert.signed(sample[place] | sample[place + 1] << 8, 16) for place in (0, 2, 4)]
        if not self._smooth:
            self._smooth = [self.SMOOTHING * one for one in axes]
            self._gravity = [self.SETTLING * one for one in axes]
        square = 0
        for axis in range(3):
            self._smooth[axis] += axes[axis] - self._smooth[axis] // self.SMOOTHING
            smooth = self._smooth[axis] // self.SMOOTHING
            self._gravity[axis] += smooth - self._gravity[axis] // self.SETTLING
            moved_mg = min(abs(smooth - self._gravity[axis] // self.SETTLING) >> 4, self.AXIS_MOST_MG)
            square += moved_mg * moved_mg
        return square


class Ina219:
    """Pump current over a shunt of 0.1 Ohm, at 0x40: 10 uV a count, so 10 counts a milliampere."""

    ADDRESS = 0x40
    CONFIGURATION = 0x00
    SHUNT = 0x01
    SETUP = b"\x11\xe7"
    """160 mV (1.6 A), the shunt averaged over 8.5 ms so that PWM is no ripple, continuously."""

    def __init__(self, bus: "Bus") -> None:
        """Set it up and read that back.

        Raises:
            OSError: nobody answers, or it was not taken.
        """
        self._bus = bus
        bus.writeto_mem(self.ADDRESS, self.CONFIGURATION, self.SETUP)
        if bus.readfrom_mem(self.ADDRESS, self.CONFIGURATION, 2) != self.SETUP:
            raise OSError("not set up")

    def pump_ma(self) -> int:
        """Return the current, mA; what flows back counts as much.

        Raises:
            OSError: nobody answers.
        """
        data = self._bus.readfrom_mem(self.ADDRESS, self.SHUNT, 2)
        return abs(convert.signed(data[0] << 8 | data[1], 16)) // 10


class Lm75a:
    """Thermometer glued to the pump, at 0x48: 0.125 degC a count, 11 bits."""

    ADDRESS = 0x48
    TEMPERATURE = 0x00

    def __init__(self, bus: "Bus") -> None:
        """Take its bus; it needs no setting up."""
        self._bus = bus

    def temperature_dc(self) -> int:
        """Return the temperature, 0.1 degC.

        Raises:
            OSError: nobody answers.
        """
        data = self._bus.readfrom_mem(self.ADDRESS, self.TEMPERATURE, 2)
        return convert.signed((data[0] << 8 | data[1]) >> 5, 11) * 5 // 4
