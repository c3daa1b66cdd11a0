"""A small wand at the far end of a real pseudo terminal, on a thread of its own."""

import os
import select
import threading
from collections.abc import Callable

from microderm_ctl.clock import RealClock
from tests.link.peer import TELEMETRY_MS, Peer


class Station:
    """Serves a peer until it is closed; ``path`` is what the computer opens.

    Attributes:
        hung_up: set once the computer's side has closed its port.
    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.changed = threading.Condition()
        self.hung_up = threading.Event()
        self._master, slave = os.openpty()
        self.path = os.ttyname(slave)
        self._slave: int | None = slave  # held until somebody else has opened it, else its absence reads as a hang-up
        self._wake_read, self._wake_write = os.pipe()
        self._orders: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Hold the computer's end no longer, so that its closing is seen."""
        self._order("release")

    def cut(self) -> None:
        """Pull the cable."""
        self._order("end")
        self._thread.join()

    def close(self) -> None:
        if self._thread.is_alive():
            self.cut()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def await_that(self, is_so: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Wait until something is so at the wand's end."""
        with self.changed:
            return self.changed.wait_for(is_so, timeout_s)

    def _order(self, order: str) -> None:
        self._orders.append(order)
        os.write(self._wake_write, b"\0")

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        clock, next_ms, ticks = RealClock(), 0, 0
        while True:
            for ready, events in poll.poll(max(0, next_ms - clock.now_ms())):
                if ready == self._wake_read:
                    os.read(self._wake_read, 100)
                elif events & select.POLLIN:
                    self._take_in()
                else:
                    self.hung_up.set()
                    poll.unregister(self._master)
            if clock.now_ms() >= next_ms:
                next_ms = clock.now_ms() + TELEMETRY_MS
                ticks += 1
                self._say(self.peer.tick(ticks * TELEMETRY_MS))
            if "release" in self._orders and self._slave is not None:
                os.close(self._slave)
                self._slave = None
            if "end" in self._orders:
                break
        for descriptor in (self._master, self._slave):
            if descriptor is not None:
                os.close(descriptor)

    def _take_in(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return
        with self.changed:
            answer = self.peer.feed(data)
            self.changed.notify_all()
        self._say(answer)

    def _say(self, data: bytes) -> None:
        if data and not self.hung_up.is_set():
            os.write(self._master, data)
