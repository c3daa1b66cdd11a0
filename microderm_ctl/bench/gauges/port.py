"""Bytes to a gauge and back: a port of this computer as a line, with every wait bounded."""

import selectors
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from microderm_ctl.bench.gauges.problems import GaugeLost
from microderm_ctl.clock import RealClock
from microderm_ctl.errors import LinkLost
from microderm_ctl.link.ports import Port


class Line(Protocol):
    """Bytes to a gauge and back."""

    def send(self, data: bytes, /) -> None:
        """Send bytes."""

    def receive(self, timeout_ms: int, /) -> bytes:
        """Return what is there, waiting for it at most so long; empty when nothing came."""

    def close(self) -> None:
        """Let go of it."""


class PortLine:
    """A port as a line, in real time."""

    def __init__(self, port: Port) -> None:
        """Take over an open port."""
        self._port = port

    def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            GaugeLost: the port is gone.
        """
        with self._guarded():
            self._port.write(data)

    def receive(self, timeout_ms: int) -> bytes:
        """Return what is there, waiting for it at most so long.

        Raises:
            GaugeLost: the port is gone.
        """
        clock = RealClock()
        deadline_ms = clock.now_ms() + timeout_ms
        with self._guarded():
            while not (data := self._port.read()):
                left_ms = deadline_ms - clock.now_ms()
                if left_ms <= 0:
                    break
                self._wait(left_ms)
        return data

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def _wait(self, duration_ms: int) -> None:
        descriptor = self._port.fileno()
        if descriptor is None:
            return  # reading waits by itself there
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            selector.select(duration_ms / 1000)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except LinkLost as lost:
            raise GaugeLost(
                f"The gauge at {self._port.name} is no longer connected.",
                "Check its cable and its power, then repeat the series.",
                {"port": self._port.name, "cause": lost.details.get("cause", "")},
            ) from lost
