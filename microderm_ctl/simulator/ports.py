"""The wand's end of a port: a client comes, sends and takes bytes, and hangs up; or the cable is pulled.

Reads and writes never wait. What a client does not take is kept up to a bound and
then dropped by whole frames, as a wand drops telemetry that nobody reads.
"""

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from microderm_ctl.errors import PortProblem
from microderm_ctl.simulator.link_faults import Wire
from microderm_ctl.simulator.unit import Unit

READ_BYTES: Final = 4096
UNSENT_MOST: Final = 4096
LOOPBACK: Final = "127.0.0.1"

OnReady = Callable[[Unit, str], None]
"""Told of each port that a computer may open, also when it comes back under another name."""


class Port:
    """One unit's port; the ways in which bytes really move are in its subclasses."""

    def __init__(self, unit: Unit, on_ready: OnReady, no_hangup: bool = False) -> None:
        """Begin closed.

        Args:
            unit: the wand behind it.
            on_ready: told of the name under which it can be opened.
            no_hangup: leave the line up when the client goes, as a cable that shows no
                hang-up does; only the lease then stops the wand.
        """
        self.unit = unit
        self.wire: Wire = unit
        """The link to the wand: the wand itself, unless something goes wrong on the way."""
        self.path = ""
        self.is_open = False
        self.is_connected = False
        """Whether a client has it open."""
        self.dropped_bytes = 0
        """What clients did not take."""
        self._on_ready = on_ready
        self._no_hangup = no_hangup
        self._unsent = b""
        self._selector: selectors.BaseSelector | None = None

    def open(self, selector: selectors.BaseSelector) -> None:
        """Make the port, and have it watched; its callbacks stand in ``key.data``.

        Raises:
            PortProblem: the system will not make it.
        """
        self._selector = selector
        try:
            self._open()
        except OSError as error:
            raise PortProblem(f"No port can be made for the simulated wand {self.unit.serial}: {error}.") from error
        self.is_open = True
        self._on_ready(self.unit, self.path)

    def close(self) -> None:
        """Take the port away; a client sees an unplugged wand."""
        if self.is_open:
            self.is_open = False
            self._hang_up()
            self._close()

    def take_in(self) -> None:
        """Notice a client, and feed the wand what it sent."""
        try:
            data = self._receive()
        except BlockingIOError:
            self._answer()
            return
        except OSError:
            data = b""
        if data:
            self._answer()
            self.send(self.wire.feed(data))
        else:
            self._hang_up()

    def send(self, data: bytes) -> None:
        """Send bytes to the client, as far as it takes them."""
        if not self.is_connected:
            return
        if len(self._unsent) + len(data) > UNSENT_MOST:
            self.dropped_bytes += len(data)
        else:
            self._unsent += data
        if self._unsent:
            try:
                self._unsent = self._unsent[self._transmit(self._unsent) :]
            except BlockingIOError:
                pass
            except OSError:
                self._hang_up()

    def _answer(self) -> None:
        """Raise the line for a client that has come."""
        if not self.is_connected:
            self.is_connected = True
            self._watch_client()
            self.unit.set_line(True)

    def _hang_up(self) -> None:
        """Drop the line after a client that has gone."""
        if self.is_connected:
            self.is_connected = False
            self._unsent = b""
            if not self._no_hangup:
                self.unit.set_line(False)
            self._forget_client()

    def _watch(self, watched: socket.socket | int, callback: Callable[[], None]) -> None:
        if self._selector is not None:
            self._selector.register(watched, selectors.EVENT_READ, callback)

    def _unwatch(self, watched: socket.socket | int) -> None:
        if self._selector is not None:
            with suppress(KeyError):
                self._selector.unregister(watched)

    def _open(self) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError

    def _receive(self) -> bytes:
        """Return what a client sent; BlockingIOError when it is silent, nothing or OSError when there is none."""
        raise NotImplementedError

    def _transmit(self, data: bytes) -> int:
        raise NotImplementedError

    def _watch_client(self) -> None:
        raise NotImplementedError

    def _forget_client(self) -> None:
        raise NotImplementedError


class TcpPort(Port):
    """A port on the loopback interface: one client at a time, others are turned away."""

    def __init__(self, unit: Unit, on_ready: OnReady, no_hangup: bool = False, number: int = 0) -> None:
        """Begin closed; number 0 takes any free port, and keeps it when the cable is pulled and put back."""
        super().__init__(unit, on_ready, no_hangup)
        self._number = number
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    def _open(self) -> None:
        self._listener = socket.create_server((LOOPBACK, self._number))
        self._listener.setblocking(False)
        self._number = self._listener.getsockname()[1]
        self.path = f"socket://{LOOPBACK}:{self._number}"
        self._watch(self._listener, self._accept)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        if self._client is not None:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._answer()

    def _close(self) -> None:
        if self._listener is not None:
            self._unwatch(self._listener)
            self._listener.close()
            self._listener = None

    def _receive(self) -> bytes:
        return self._client.recv(READ_BYTES) if self._client is not None else b""

    def _transmit(self, data: bytes) -> int:
        return self._client.send(data) if self._client is not None else len(data)

    def _watch_client(self) -> None:
        if self._client is not None:
            self._watch(self._client, self.take_in)

    def _forget_client(self) -> None:
        if self._client is not None:
            self._unwatch(self._client)
            self._client.close()
            self._client = None
