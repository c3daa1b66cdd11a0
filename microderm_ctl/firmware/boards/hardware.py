"""What the drivers need of MicroPython's `machine`, for a type checker; nothing of it exists on the board."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Pin(Protocol):
        """A pin."""

        def value(self, level: int = ...) -> int:
            """Read the level, or set it."""

    class Pwm(Protocol):
        """A PWM output."""

        def duty_u16(self, duty: int) -> None:
            """Set the duty, 0..65535."""

        def freq(self, hz: int) -> None:
            """Set the frequency."""

    class Adc(Protocol):
        """An analog input."""

        def read_u16(self) -> int:
            """Return a reading, 0..65535."""

    class Bus(Protocol):
        """An I2C bus; every method raises OSError when nobody answers."""

        def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
            """Read registers."""

        def writeto_mem(self, address: int, register: int, content: bytes) -> None:
            """Write registers."""

    class Cdc(Protocol):
        """The serial interface of micropython-lib's `usb.device.cdc`."""

        def is_open(self) -> bool:
            """Return whether the computer has configured the device."""

        def read(self, size: int) -> "bytes | None":
            """Read what is there."""

        def write(self, content: bytes) -> int:
            """Take as much as fits and return how much that was."""

        def set_line_state_cb(self, callback: Callable[[int], None]) -> None:
            """Name who is told of DTR and RTS."""
