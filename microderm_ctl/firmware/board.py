"""What the wand's program needs of a board, in integers.

A board only measures and drives; it decides nothing. Everything it is asked for
is fresh: the program reads each input once a step.
"""

RESET_POWER = 0
RESET_COMMAND = 1
RESET_WATCHDOG = 2
RESET_BROWN_OUT = 3

BOARD_UNKNOWN = 0
BOARD_PICO = 1
BOARD_VIRTUAL = 2


class Board:
    """The base class of all boards."""

    kind = BOARD_UNKNOWN
    hardware = 0
    simulated = False
    build = 0
    """First four bytes of the hash of the program's files; 0: unknown."""

    def ticks_ms(self) -> int:
        """Return milliseconds since the start; only differences modulo 2**30 count."""
        raise NotImplementedError

    def raw_pressure(self) -> int:
        """Return the sensor's reading, 0..65535 counts; nominally 8192 at ambient and 1 more for each 2 Pa of vacuum."""
        raise NotImplementedError

    def motion_mg(self) -> int:
        """Return how much the wand moves: accelerometer RMS without gravity, mg."""
        raise NotImplementedError

    def tip_ohm(self) -> int:
        """Return the coding resistor of the tip, ohm; 1,000,000 or more: no tip."""
        raise NotImplementedError

    def temperature_dc(self) -> int:
        """Return the temperature at the pump, 0.1 degC."""
        raise NotImplementedError

    def supply_mv(self) -> int:
        """Return the supply, mV."""
        raise NotImplementedError

    def pump_ma(self) -> int:
        """Return the pump's current, mA."""
        raise NotImplementedError

    def line_up(self) -> bool:
        """Return whether the computer is there: DTR up and USB not suspended."""
        raise NotImplementedError

    def button(self) -> bool:
        """Return whether the button is down."""
        raise NotImplementedError

    def serial_number(self) -> bytes:
        """Return the unit's serial number, up to 12 ASCII bytes."""
        raise NotImplementedError

    def random8(self) -> bytes:
        """Return 8 random bytes."""
        raise NotImplementedError

    def reset_cause(self) -> int:
        """Return why the board started: one of the RESET_ numbers."""
        raise NotImplementedError

    def set_pump(self, duty: int) -> None:
        """Drive the pump with a duty of 0..65535."""
        raise NotImplementedError

    def set_vent(self, is_open: bool) -> None:
        """Open or close the vent valve; it is open without power."""
        raise NotImplementedError

    def set_signal(self, signal: int) -> None:
        """Show a signal with light and buzzer, by its number in the protocol."""
        raise NotImplementedError

    def read_slot(self, slot: int) -> bytes:
        """Return the bytes of a memory slot; empty when nothing was ever written."""
        raise NotImplementedError

    def write_slot(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a memory slot, at most 64."""
        raise NotImplementedError

    def restart(self, to_loader: bool) -> None:
        """Restart the board, into its loader if asked."""
        raise NotImplementedError
