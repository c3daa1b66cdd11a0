"""A line between a program and a server that can be cut, or fall silent, at any byte."""

import socket
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

TO_SERVER: Final = "to server"
FROM_SERVER: Final = "from server"
CHUNK: Final = 4096
PATIENCE_S: Final = 60


class WireCutter:
    """Listens on a port of this computer and passes bytes on, until so many have gone one way. Use it with ``with``.

    Then the line is cut, or with ``silent`` it stays open and passes nothing on; ``reached`` is set.
    """

    def __init__(self, server: Any, way: str = TO_SERVER, after: int | None = None, silent: bool = False) -> None:
        """Take where the server listens, a path or a host with its port, and when to cut; None never does."""
        self._server = server
        self._way = way
        self._after = after
        self._silent = silent
        self._lines: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.passed = {TO_SERVER: 0, FROM_SERVER: 0}
        self.reached = Event()

    def __enter__(self) -> Self:
        """Begin to listen."""
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Cut every line."""
        self._listener.close()
        self._cut()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX if isinstance(self._server, str) else socket.AF_INET)
                far.connect(self._server)
                self._lines += [near, far]
                Thread(target=self._pass_on, args=(near, far, TO_SERVER), daemon=True).start()
                Thread(target=self._pass_on, args=(far, near, FROM_SERVER), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                left = self._left(way)
                if left is not None and len(data) >= left:
                    target.sendall(data[:left])
                    self.passed[way] += left
                    self.reached.set()
                    if not self._silent:
                        self._cut()
                    return
                target.sendall(data)
                self.passed[way] += len(data)
        self._cut()

    def _left(self, way: str) -> int | None:
        return None if self._after is None or way != self._way else max(0, self._after - self.passed[way])

    def _cut(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
