"""Serial ports: which of them are wands, and opening one for ourselves alone.

A port with a descriptor never blocks on writing and loses no byte: what the system
does not take waits in the port. Facts about pyserial 3.5 that shape this file: a
write with a time-out raises although all bytes were written (pyserial #281), and
one with a time-out of 0 spins for ever on a full buffer, so where its writes are
used a time-out means that the wand is gone; after a hang-up each call raises something else, ``termios.error`` and bare ``OSError``
among them (#401, #417, #713); an exclusive lock is advisory unless ``TIOCEXCL``
is set as well (#326).
"""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import serial

from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import LinkLost, NoWand, SeveralWands, UsageProblem
from microderm_ctl.link.trouble import explain_open

if sys.platform != "win32":
    import fcntl
    import select
    import termios

    TROUBLE: Final[tuple[type[Exception], ...]] = (OSError, TypeError, ValueError, termios.error)
else:
    TROUBLE: Final[tuple[type[Exception], ...]] = (OSError, TypeError, ValueError)

VENDOR_ID: Final = 0x1209
PRODUCT_ID: Final = 0x0001
"""A testing id of pid.codes, for the lab only; the product string tells our wand from other devices that use it."""
PRODUCT: Final = "microderm wand"
BAUD: Final = 115_200
"""Means nothing on USB; 1200 would, it sends some boards into their loader."""
READ_MOST: Final = 4096
SHORT_READ_S: Final = 0.02
"""How long a read waits where there is no descriptor to poll."""
WRITE_S: Final = 0.5
"""How long a write may take where there is no descriptor: a wand that reads nothing for so long is gone."""
SIMULATORS: Final = "microderm_ctl.simulator"
"""The package in which pyserial looks for ``protocol_sim``."""


class LineSettings(NamedTuple):
    """How bytes go over a serial line; the defaults are the wand's. They mean nothing on USB, TCP or a pseudo terminal."""

    baud: int = BAUD
    data_bits: int = 8
    """7 or 8."""
    parity: str = "N"
    """N(one), E(ven) or O(dd)."""
    stop_bits: int = 1
    """1 or 2."""


WAND_LINE: Final = LineSettings()


class PortInfo(NamedTuple):
    """A port at which a wand is; ``spec`` is what ``open_port`` takes."""

    spec: str
    serial: str
    simulated: bool = False


class SeenPort(NamedTuple):
    """A serial port of this computer; what USB says of it is None where it is not on USB or the system does not tell."""

    spec: str
    vendor_id: int | None
    product_id: int | None
    product: str | None
    serial: str
    is_wand: bool


def _all_ports() -> list[Any]:
    from serial.tools import list_ports

    return list(list_ports.comports())


def find(running: Iterable[PortInfo] = ()) -> list[PortInfo]:
    """Return the ports of all wands, real ones first, without opening any.

    Args:
        running: simulators that are known to run.
    """
    real = [PortInfo(port.spec, port.serial) for port in seen() if port.is_wand]
    return sorted(real) + sorted(port._replace(simulated=True) for port in running)


def seen() -> list[SeenPort]:
    """Return every serial port that the system lists, wands or not, without opening any."""
    return [
        SeenPort(str(port.device), port.vid, port.pid, port.product, str(port.serial_number or ""), _is_wand(port)) for port in _all_ports()
    ]


def _is_wand(port: Any) -> bool:
    if (port.vid, port.pid) != (VENDOR_ID, PRODUCT_ID):
        return False
    # Windows does not tell the product string; there the handshake alone decides.
    return port.product == PRODUCT or (port.product is None and sys.platform == "win32")


def choose(candidates: Iterable[PortInfo], serial_number: str | None = None) -> PortInfo:
    """Return the one wand that can be meant; a simulator only if no real wand is there or its number is given.

    Raises:
        NoWand: none is there, or none with this serial number.
        SeveralWands: more than one could be meant.
    """
    known = list(candidates)
    if serial_number is not None:
        meant = [port for port in known if port.serial == serial_number]
    else:
        meant = [port for port in known if not port.simulated] or known
    if len(meant) == 1:
        return meant[0]
    if meant:
        listed = "\n".join(f"  {_described(port)}" for port in meant)
        flag = "--port PORT" if serial_number is not None else "--serial NUMBER, or --port PORT"
        raise SeveralWands(
            f"{len(meant)} wands are connected:\n{listed}", f"Choose one with {flag}.", {"wands": [port._asdict() for port in meant]}
        )
    if serial_number is not None and known:
        raise NoWand(
            f"No wand with the serial number {serial_number} is connected.", "Connected: " + ", ".join(_described(port) for port in known)
        )
    raise NoWand("No wand is connected.", "Plug the wand in by USB, or try it out on the virtual wand: add '--port sim'.")


def _described(port: PortInfo) -> str:
    return f"{port.serial or 'without a number'} at {port.spec}{' (SIMULATED)' if port.simulated else ''}"


def _lost(name: str, cause: Exception) -> LinkLost:
    return LinkLost(
        "The wand is no longer connected.",
        "The wand stops on its own. Check the cable, then begin again.",
        {"port": name, "cause": str(cause)},
    )


class Port:
    """An open port: bytes in and out, never blocking for long, one kind of error: ``LinkLost``.

    Attributes:
        name: the port as it was asked for.
        clock: the virtual clock that drives the wand behind this port; None where time is real.
    """

    def __init__(self, device: Any, name: str) -> None:
        """Take over an open pyserial object."""
        self._device = device
        self._waiting = bytearray()
        self.name = name
        self.clock: VirtualClock | None = getattr(device, "clock", None)

    def fileno(self) -> int | None:
        """Return the descriptor to poll and write to, or None where there is none."""
        return None

    @property
    def waiting(self) -> int:
        """How many bytes the system has not taken yet."""
        return len(self._waiting)

    def write(self, data: bytes, first: bool = False) -> None:
        """Send bytes in order; ``first`` puts a whole frame before all that waits.

        Raises:
            LinkLost: the port is gone.
        """
        if first:
            self._waiting[:0] = data
        else:
            self._waiting += data
        self.flush()

    def flush(self) -> None:
        """Hand on what waits, as much as the system takes now.

        Raises:
            LinkLost: the port is gone.
        """
        while self._waiting:
            try:
                taken = self._send(bytes(self._waiting))
            except BlockingIOError:
                return
            except TROUBLE as cause:
                raise _lost(self.name, cause) from cause
            if not taken:
                return
            del self._waiting[:taken]

    def read(self) -> bytes:
        """Return what is there; without a descriptor, wait up to 20 ms for it.

        Raises:
            LinkLost: the port is gone.
        """
        try:
            return self._receive()
        except BlockingIOError:
            return b""
        except TROUBLE as cause:
            raise _lost(self.name, cause) from cause

    def close(self) -> None:
        """Close the port, which drops DTR; a second time does nothing."""
        descriptor = _descriptor_of(self._device)
        with suppress(*TROUBLE):
            if descriptor is not None:
                _share_again(descriptor)
        with suppress(*TROUBLE):
            self._device.close()

    def _send(self, data: bytes) -> int:
        return int(self._device.write(data) or 0)

    def _receive(self) -> bytes:
        waiting = self._device.in_waiting
        if not waiting and self.clock is not None:
            return b""  # in virtual time nothing comes by waiting for it here
        data = bytes(self._device.read(waiting or 1))
        while data and len(data) < READ_MOST and (more := self._device.in_waiting):
            data += self._device.read(more)
        return data


if sys.platform != "win32":

    class DescriptorPort(Port):
        """A port whose descriptor is polled, read and written directly: 5 us a frame where pyserial takes 10 to 300."""

        def __init__(self, device: Any, name: str) -> None:
            """Take over an open pyserial object with a descriptor."""
            super().__init__(device, name)
            self._descriptor: int | None = device.fileno()
            self._poll = select.poll()
            self._poll.register(device.fileno(), select.POLLIN)

        def fileno(self) -> int | None:
            """Return the descriptor, None once closed."""
            return self._descriptor

        def close(self) -> None:
            """Close the port; the descriptor is forgotten first, so that no signal handler writes to its successor."""
            self._descriptor = None
            super().close()

        def _send(self, data: bytes) -> int:
            return os.write(self._open_descriptor(), data)

        def _receive(self) -> bytes:
            if not self._poll.poll(0):
                return b""
            # With VMIN 0 an idle terminal reads as b"" too; after poll it can only be a hang-up.
            data = os.read(self._open_descriptor(), READ_MOST)
            if not data:
                raise OSError("hang-up")
            return data

        def _open_descriptor(self) -> int:
            if self._descriptor is None:
                raise OSError("closed")
            return self._descriptor

    def _take_for_ourselves(descriptor: int) -> None:
        """Keep every second opener out, and let no small frame wait for another."""
        if os.isatty(descriptor):
            with suppress(OSError):
                fcntl.ioctl(descriptor, termios.TIOCEXCL)
            return
        import socket

        with suppress(OSError), socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as twin:
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _share_again(descriptor: int) -> None:
        # A pseudo terminal would stay exclusive after its last close.
        fcntl.ioctl(descriptor, termios.TIOCNXCL)

    def _wrap(device: Any, name: str, use_descriptor: bool) -> Port:
        descriptor = _descriptor_of(device)
        if descriptor is None:
            return Port(device, name)
        _take_for_ourselves(descriptor)
        return DescriptorPort(device, name) if use_descriptor else Port(device, name)

else:

    def _share_again(descriptor: int) -> None:
        """Windows shares no port, and keeps no mark of it."""

    def _wrap(device: Any, name: str, use_descriptor: bool) -> Port:
        return Port(device, name)


def _descriptor_of(device: Any) -> int | None:
    try:
        return int(device.fileno()) if device.is_open else None
    except TROUBLE:  # io.UnsupportedOperation is both an OSError and a ValueError
        return None


def open_port(spec: str, use_descriptor: bool = True, line: LineSettings = WAND_LINE) -> Port:
    """Open a port for ourselves alone.

    Args:
        spec: a device (``/dev/ttyACM0``, ``COM3``), a pyserial URL (``socket://host:port``,
            ``sim://?seed=1``), or ``sim``.
        use_descriptor: False takes the path without a descriptor, which Windows always takes.
        line: how its bytes go; a reference gauge has settings of its own.

    Raises:
        UsageProblem: no such kind of URL.
        PortProblem: PortMissing, PortForbidden or PortBusy, where the cause is known.
    """
    url = "sim://" if spec == "sim" else spec
    if SIMULATORS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(SIMULATORS)
    device = _opened(url, spec, line)
    port = _wrap(device, spec, use_descriptor)
    if port.fileno() is None and port.clock is None:
        try:
            device.timeout = SHORT_READ_S
        except TROUBLE as cause:
            raise _lost(spec, cause) from cause
    return port


def _opened(url: str, spec: str, line: LineSettings) -> Any:
    try:
        device: Any = serial.serial_for_url(
            url,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=line.parity,
            stopbits=line.stop_bits,
            timeout=0,
            write_timeout=WRITE_S,
            exclusive=True,
            do_not_open=True,
        )
    except TROUBLE as cause:
        raise UsageProblem(
            f"'{spec}' is no port that can be opened.", "A port is a device, 'socket://HOST:PORT', or 'sim' for the virtual wand."
        ) from cause
    try:
        # DTR and RTS are up on opening; pyserial itself forgives a PTY that has neither.
        device.open()
    except TROUBLE as cause:
        raise explain_open(spec, cause, _names(_all_ports)) from cause
    return device


def _names(ports: Callable[[], list[Any]]) -> list[str]:
    with suppress(*TROUBLE):
        return sorted(str(port.device) for port in ports())
    return []
