"""A virtual wand as a pyserial URL, in this process and in virtual time.

    import serial
    serial.protocol_handler_packages.append("microderm_ctl.simulator")
    port = serial.serial_for_url("sim://?serial=SIM-0007&hand=auto&seed=1")

    serial=TEXT     serial number                      tip=fine|medium|coarse|none
    hand=auto|none|bench|FILE                          fault=FAULT    as often as needed
    memory=DIR      keep the wand's memory there       trace=FILE     what really happens, a line a step
    seed=N          another run; 0 unless told         utc=SECONDS    now on the practice calendar; the computer's clock unless told

    errors=TEXT     of the sensor, as ``errors_model`` says; calibrated=no leaves a new wand as it was built
    clock=NAME      share the clock of this name with other wands that are open in this process

A fault is one in the wand, ``KIND[=VALUE][@SECONDS]``, or ``NAME=CHANCE[,NAME=CHANCE...]`` on its link (see ``link_faults``).

Time passes only when somebody sleeps on ``port.clock``, or waits in ``read()``. A
read with a time-out of 0 returns what is there. The line is DTR and the open port;
``close()`` is a hang-up, after which the wand runs on for a second, so that it stops
and writes its books. Opening the same object again finds the same wand.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from serial.serialutil import PortNotOpenError, SerialBase, SerialException

from microderm_ctl.clock import STEP_MS, RealClock, VirtualClock
from microderm_ctl.errors import UsageProblem
from microderm_ctl.simulator.link_faults import Wire, faulty, sort_faults
from microderm_ctl.simulator.live import announce, shared_clock
from microderm_ctl.simulator.trace import Trace
from microderm_ctl.simulator.unit import DEFAULT_SERIAL, Unit, make_unit

OPTIONS: Final = ("serial", "hand", "memory", "seed", "tip", "fault", "errors", "calibrated", "clock", "trace", "utc")
YES_OR_NO: Final = {"yes": True, "no": False}
BLOCKED_MOST_MS: Final = 60_000
"""A read that would wait for ever in real time gives up after so much virtual time."""
AFTER_CLOSE_MS: Final = 1_000


class Serial(SerialBase):
    """A port with a virtual wand behind it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what every pyserial port takes."""
        self.clock = VirtualClock()
        """The only clock of this wand; it is replaced with the first ``open()``."""
        self.unit: Unit | None = None
        self.wire: Wire | None = None
        """The link to the wand: the wand itself, unless something goes wrong on the way."""
        self._received = bytearray()
        self._trace: Trace | None = None
        self._trace_path: Path | None = None
        super().__init__(*args, **kwargs)

    def open(self) -> None:
        """Switch the wand on with the first opening, and raise the line.

        Raises:
            SerialException: no port is named, it is open already, or its cable is out.
            UsageProblem, FileProblem: an option is unknown or wrong.
        """
        if self.is_open or self.port is None:
            raise SerialException("The port is already open." if self.is_open else "No port is named.")
        if self.unit is None:
            self.unit = self._make(_options(self.port))
        if not self.unit.is_plugged:
            raise SerialException(f"{self.port}: the cable is out.")
        if self._trace_path is not None:
            self._trace = self.unit.trace = Trace(self._trace_path, append=self.unit.now_ms > 0)
        self._received.clear()
        self.is_open = True
        self._update_dtr_state()
        self.clock.attach(self._step)
        announce(self)

    def _make(self, options: dict[str, list[str]]) -> Unit:
        def one(name: str, otherwise: str) -> str:
            return options[name][-1] if name in options else otherwise

        utc_s = _whole("utc", one("utc", str(RealClock().utc_s())))
        seed = _whole("seed", one("seed", "0"))
        if "trace" in options:
            self._trace_path = Path(one("trace", ""))
        faults = sort_faults(options.get("fault", []))
        unit = make_unit(
            one("serial", DEFAULT_SERIAL),
            hand=one("hand", "auto"),
            memory=Path(one("memory", "")) if "memory" in options else None,
            seed=seed,
            tip=one("tip", "fine"),
            faults=faults.wand,
            errors=options["errors"][-1] if "errors" in options else None,
            calibrated=_yes_or_no("calibrated", one("calibrated", "yes")),
            utc_s=utc_s,
        )
        self.wire = faulty(unit, faults.link, seed, unit.serial)
        self.clock = shared_clock(one("clock", ""), utc_s) if "clock" in options else VirtualClock(utc_s)
        return unit

    def close(self) -> None:
        """Hang up, and let the wand run on until its books are written."""
        if not self.is_open or self.unit is None or self.wire is None:
            return
        self.is_open = False
        self.clock.detach(self._step)
        self.unit.set_line(False)
        for _ in range(AFTER_CLOSE_MS // STEP_MS):
            self.wire.step()
        if self._trace is not None:
            self._trace.close()
            self.unit.trace = None

    def _step(self, now_ms: int) -> None:
        if self.wire is not None:
            self._received += self.wire.step()

    def _live(self) -> Wire:
        """Return the link to the wand behind the open port; a pulled cable is noticed here, as with a real one."""
        if not self.is_open or self.unit is None or self.wire is None:
            raise PortNotOpenError()
        if not self.unit.is_plugged:
            raise SerialException(f"{self.port}: the device is gone.")
        return self.wire

    @property
    def in_waiting(self) -> int:
        """How many bytes are there to read."""
        self._live()
        return len(self._received)

    def read(self, size: int = 1, /) -> bytes:
        """Return up to ``size`` bytes, letting virtual time pass until they are there or the time-out is over.

        Raises:
            SerialException: the port is closed or its cable is out, or without a time-out
                nothing came for a minute.
        """
        self._live()
        waited_ms = 0
        timeout_s = self.timeout
        most_ms = BLOCKED_MOST_MS if timeout_s is None else round(timeout_s * 1000)
        while len(self._received) < size and waited_ms < most_ms:
            self.clock.sleep_ms(STEP_MS)
            waited_ms += STEP_MS
            self._live()
        if timeout_s is None and len(self._received) < size:
            raise SerialException(f"{self.port}: nothing came for {BLOCKED_MOST_MS // 1000} s, and no time-out is set.")
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def write(self, data: Any, /) -> int:
        """Hand bytes to the wand, which answers at once."""
        taken = bytes(data)
        self._received += self._live().feed(taken)
        return len(taken)

    def flush(self) -> None:
        """Do nothing: what is written has arrived."""

    def reset_input_buffer(self) -> None:
        """Forget what was not read."""
        self._received.clear()

    def reset_output_buffer(self) -> None:
        """Do nothing: what is written has arrived."""

    @property
    def out_waiting(self) -> int:
        """Nothing ever waits to be sent."""
        return 0

    def _update_dtr_state(self) -> None:
        if self.unit is not None:
            self.unit.set_line(bool(self.dtr))

    def _update_rts_state(self) -> None:
        """The wand does not look at RTS."""

    def _update_break_state(self) -> None:
        """The wand does not look at a break."""

    def _reconfigure_port(self) -> None:
        """Baud rate, parity and the like mean nothing on USB."""

    @property
    def cts(self) -> bool:
        """The wand always takes bytes."""
        return True

    @property
    def dsr(self) -> bool:
        """The wand is there."""
        return True

    @property
    def ri(self) -> bool:
        """Nobody rings."""
        return False

    @property
    def cd(self) -> bool:
        """The wand is there."""
        return True


def _options(url: str) -> dict[str, list[str]]:
    options = parse_qs(urlsplit(url).query, keep_blank_values=True)
    for name in options:
        if name not in OPTIONS:
            raise UsageProblem(f"A simulated wand has no option '{name}'.", f"Options are {', '.join(OPTIONS)}.")
    return options


def _yes_or_no(name: str, text: str) -> bool:
    if text not in YES_OR_NO:
        raise UsageProblem(f"'{text}' is not a value for the option '{name}' of a simulated wand.", "It is yes or no.")
    return YES_OR_NO[text]


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise UsageProblem(f"'{text}' is not a number for the option '{name}' of a simulated wand.")
    return int(text)
