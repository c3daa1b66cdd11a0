"""What moves the link's bytes: a thread on real ports, the caller itself in virtual time."""

import os
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from microderm_ctl.clock import Clock, RealClock, VirtualClock
from microderm_ctl.errors import LinkLost, MicrodermError, Stopped
from microderm_ctl.link import explain, signals
from microderm_ctl.link.link import STOP_FRAME, Link
from microderm_ctl.link.ports import Port
from microderm_ctl.link.requests import Outcome, Ticket

if sys.platform != "win32":
    import select

SLICE_MS: Final = 100
"""Longest single wait: on Windows a lock wait hears no Ctrl-C before Python 3.14 (cpython #125541)."""
VENT_MOST_MS: Final = 2_000
"""The wand vents within 300 ms or says that it cannot."""
BUSY_TRIES: Final = 5
JOIN_S: Final = 5.0
STEP_MS: Final = 20
LOOK_MS: Final = 50
"""The thread looks this often even if nothing is due; a request's own deadline of 100 ms then wakes nobody."""

Watcher = Callable[[str, bytes, int], None]
"""Sees the bytes on the wire: ``tx`` or ``rx``, the bytes, and the time in ms.

Also told: ``signal`` with the bytes that its handler wrote itself, if it could, and ``lost`` when the port fails."""


class Driver(ABC):
    """Moves the bytes between a port and a link, and waits.

    Attributes:
        interrupted: number of the last signal that came, 0 for none.
    """

    def __init__(self, port: Port, link: Link, clock: Clock, watcher: Watcher | None = None) -> None:
        """Take over an open port; nothing moves yet."""
        self.port = port
        self.link = link
        self.clock = clock
        self.interrupted = 0
        self._watcher = watcher
        self._signals = 0
        self._signals_seen = 0
        self._is_told = False
        self._is_closing = False
        self._failure: Exception | None = None

    @abstractmethod
    def wait(self, is_done: Callable[[], bool], timeout_ms: int) -> bool:
        """Wait until something is so; False once the time is over.

        Raises:
            Stopped: a signal came; once, so that the end can be orderly.
            LinkLost: the wand is gone.
        """

    @abstractmethod
    def do(self, action: Callable[[int], Any]) -> Any:
        """Do something with the link, at the time now, while nobody else does; return what it returns."""

    @abstractmethod
    def _halt(self) -> None:
        """Move no more bytes."""

    def signalled(self, number: int) -> None:
        """Stop the wand from inside a signal handler: write STOP, set plain attributes, nothing else."""
        self._write_stop()
        self.interrupted = number
        self._signals += 1

    def _write_stop(self) -> bool:
        """Write STOP past all else, and return whether the system took it; the link's next turn sends one in any case."""
        descriptor = self.port.fileno()
        if descriptor is not None:
            with suppress(OSError):  # a full buffer takes none
                return os.write(descriptor, STOP_FRAME) == len(STOP_FRAME)
        return False

    def call(self, message: Any) -> Any:
        """Send a request and return its answer; waiting for it counts as a beat.

        Raises:
            WandRefusal, WandFault: the wand said no.
            LinkLost: the wand is gone, or never answered: whether it acted is unknown.
            Stopped: a signal came meanwhile.
        """
        ticket = self.ticket(message)
        if ticket.outcome is Outcome.ANSWERED:
            return ticket.answer
        if ticket.outcome is Outcome.REFUSED:
            raise explain.refusal(ticket.answer, ticket.name)
        self.raise_failure()
        raise LinkLost(
            f"The wand did not answer {ticket.name}." if ticket.tries else f"{ticket.name} was not sent, because the wand was stopped.",
            "Check the cable, then begin again. 'microderm info' shows what the wand wrote down.",
            {"request": ticket.name, "outcome": ticket.outcome.value},
        )

    def ticket(self, message: Any) -> Ticket:
        """Send a request, again while the wand is busy, and return what became of it."""
        for _ in range(BUSY_TRIES):
            ticket: Ticket = self.do(lambda _now: self.link.request(message))
            self.settled(ticket)
            if ticket.outcome is not Outcome.REFUSED or ticket.answer.reason_class != 1:
                break
            self.wait(lambda: False, SLICE_MS)
        return ticket

    def settled(self, ticket: Ticket) -> Ticket:
        """Wait until something became of a ticket; the link's own deadlines bound it."""

        def is_settled() -> bool:
            self.beat()
            return ticket.is_settled

        while not self.wait(is_settled, SLICE_MS):
            pass
        return ticket

    def beat(self) -> None:
        """Note that the treatment's logic ticked."""
        self.link.lease.beat(self.clock.now_ms())

    def close(self) -> bool:
        """End in order: STOP if anything may move, wait until it has vented, drop DTR; return whether all is at rest.

        Never raises a ``MicrodermError``; a second time does nothing.
        """
        if self._is_closing:
            return True
        self._is_closing = True
        at_rest = False
        try:
            at_rest = self._come_to_rest()
        except MicrodermError:
            at_rest = False
        finally:
            signals.release(self)
            self._halt()
            self.port.close()
        return at_rest

    def _come_to_rest(self) -> bool:
        link = self.link
        if link.lost is not None:
            return False
        if not self.interrupted and not link.may_move(self.clock.now_ms()):
            return True
        stop = self.do(link.stop)
        if not link.session and link.reading is None:  # nobody there so far
            return self.wait(lambda: stop.tries > 0, SLICE_MS)
        self.settled(stop)
        return self.wait_for_rest(VENT_MOST_MS)

    def wait_for_rest(self, timeout_ms: int) -> bool:
        """Wait until telemetry newer than now says that nothing moves and the vacuum is gone."""
        since_ms = self.clock.now_ms()

        def is_at_rest() -> bool:
            reading = self.link.reading
            return reading is not None and reading.received_ms >= since_ms and reading.is_at_rest

        return self.wait(is_at_rest, timeout_ms)

    # Inside; on the thread with the lock held, or on the caller's thread in virtual time

    def _receive(self, data: bytes, now_ms: int) -> None:
        if data:
            self._watch("rx", data, now_ms)
            self.link.feed(data, now_ms)

    def _send(self, now_ms: int) -> bool:
        """Send what is due, and return whether anything was."""
        if self._signals_seen != self._signals:
            self._signals_seen = self._signals
            self.link.stop(now_ms)
            self._watch("signal", b"" if self.port.fileno() is None else STOP_FRAME, now_ms)
        only_stop = self.port.waiting > 0
        frames = self.link.due(now_ms, only_stop)
        for frame in frames:
            self._watch("tx", frame, now_ms)
            self.port.write(frame, first=only_stop)
        if only_stop:
            self.port.flush()
        return bool(frames)

    def _watch(self, direction: str, data: bytes, now_ms: int) -> None:
        if self._watcher is not None:
            self._watcher(direction, data, now_ms)

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
            with suppress(Exception):  # it may be the watcher that failed
                self._watch("lost", b"", self.clock.now_ms())
        known = error if isinstance(error, MicrodermError) else LinkLost("The link ended because of a mistake in this program.")
        self.link.fail(known)

    def _raise_stopped(self) -> None:
        if self.interrupted and not self._is_told and not self._is_closing:
            self._is_told = True
            raise Stopped(f"Stopped: {signals.name_of(self.interrupted)}.", "The wand was told to stop and vents.")

    def raise_failure(self) -> None:
        """Raise why the link is over, if it is."""
        error = self._failure or self.link.lost
        if isinstance(error, MicrodermError):
            raise type(error)(error.sentence, error.hint, error.details)
        if error is not None:
            raise error


class SteppedDriver(Driver):
    """Virtual time: each step of the clock moves the bytes, on the caller's thread, after the wand's own step."""

    def __init__(self, port: Port, link: Link, clock: VirtualClock, watcher: Watcher | None = None) -> None:
        """Attach to the clock that drives the wand."""
        super().__init__(port, link, clock, watcher)
        clock.attach(self._step)
        self._virtual = clock

    def wait(self, is_done: Callable[[], bool], timeout_ms: int) -> bool:
        """Let virtual time pass until something is so."""
        end_ms = self.clock.now_ms() + timeout_ms
        while True:
            self._raise_stopped()
            if is_done():
                return True
            self.raise_failure()
            if self.clock.now_ms() >= end_ms:
                return False
            self.clock.sleep_ms(STEP_MS)

    def do(self, action: Callable[[int], Any]) -> Any:
        """Do something with the link and move what it has to send at once."""
        result = action(self.clock.now_ms())
        self._step(self.clock.now_ms())
        return result

    def _step(self, now_ms: int) -> None:
        if self._failure is not None:
            return
        try:
            self._receive(self.port.read(), now_ms)
            if self._send(now_ms):
                self._receive(self.port.read(), now_ms)
        except Exception as error:  # raised where somebody waits, as on the thread
            self._fail(error)

    def _halt(self) -> None:
        self._virtual.detach(self._step)


class ThreadDriver(Driver):
    """Real time: one thread owns the port, reads it, and sends what falls due."""

    def __init__(self, port: Port, link: Link, clock: Clock | None = None, watcher: Watcher | None = None) -> None:
        """Start the thread."""
        super().__init__(port, link, clock or RealClock(), watcher)
        self._changed = threading.Condition(threading.RLock())
        self._is_halted = False
        self._wakes_ms = 0
        """When the thread looks again by itself."""
        self._wake_read, self._wake_write = -1, -1
        loop = self._loop_reading
        if sys.platform != "win32" and port.fileno() is not None:
            self._wake_read, self._wake_write = os.pipe()
            os.set_blocking(self._wake_read, False)
            os.set_blocking(self._wake_write, False)
            loop = self._loop_polling
        self._thread = threading.Thread(target=self._run, args=(loop,), name=f"link {port.name}", daemon=True)
        self._thread.start()

    def signalled(self, number: int) -> None:
        """Stop the wand from inside a signal handler, and wake the thread if STOP was not taken.

        Where it was, the thread follows with the link's own at its next look: woken at once, it would
        hold up what brings the written one to the other end.
        """
        is_written = self._write_stop()
        self.interrupted = number
        self._signals += 1
        if not is_written:
            self._wake()

    def wait(self, is_done: Callable[[], bool], timeout_ms: int) -> bool:
        """Wait until something is so, looking again whenever bytes have moved."""
        end_ms = self.clock.now_ms() + timeout_ms
        with self._changed:
            while True:
                self._raise_stopped()
                if is_done():
                    return True
                self.raise_failure()
                left_ms = end_ms - self.clock.now_ms()
                if left_ms <= 0:
                    return False
                self._changed.wait(min(left_ms, SLICE_MS) / 1000)

    def do(self, action: Callable[[int], Any]) -> Any:
        """Do something with the link under its lock, and send at once what is due then; the thread is woken only for a nearer deadline."""
        with self._changed:
            now_ms = self.clock.now_ms()
            result = action(now_ms)
            if self._wake_write >= 0 and self._failure is None:
                try:
                    self._send(now_ms)
                except Exception as error:  # raised where somebody waits, as on the thread
                    self._fail(error)
                    self._changed.notify_all()
            is_waited_for = not self.port.waiting and self.link.next_ms(now_ms) >= self._wakes_ms
        if not is_waited_for:
            self._wake()
        return result

    def beat(self) -> None:
        """Note that the treatment's logic ticked; the first tick after a pause wakes the thread."""
        was_earned = self.link.lease.is_earned(self.clock.now_ms())
        super().beat()
        if self.link.lease.wanted and not was_earned:
            self._wake()

    def _wake(self) -> None:
        if self._wake_write >= 0:
            with suppress(OSError):
                os.write(self._wake_write, b"\0")

    def _run(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # a thread that dies silently would leave its callers waiting
            with self._changed:
                self._fail(error)
                self._changed.notify_all()

    def _turn(self, data: bytes) -> int:
        """Take in bytes, send what is due, and return how long to wait at most, in ms."""
        with self._changed:
            now_ms = self.clock.now_ms()
            self._receive(data, now_ms)
            self._send(now_ms)
            self._changed.notify_all()
            # While the port holds bytes back nothing else is handed out, so what is due must not keep us awake.
            wait_ms = STEP_MS if self.port.waiting else min(LOOK_MS, max(0, self.link.next_ms(now_ms) - now_ms))
            self._wakes_ms = now_ms + wait_ms
            return wait_ms

    def _loop_reading(self) -> None:
        while not self._is_halted:
            self._turn(self.port.read())

    if sys.platform != "win32":

        def _loop_polling(self) -> None:
            descriptor = self.port.fileno()
            if descriptor is None:
                return
            poll = select.poll()
            poll.register(self._wake_read, select.POLLIN)
            wait_ms = 0
            while not self._is_halted:
                poll.register(descriptor, select.POLLIN | (select.POLLOUT if self.port.waiting else 0))
                if any(ready == self._wake_read for ready, _ in poll.poll(wait_ms)):
                    os.read(self._wake_read, 4096)
                wait_ms = self._turn(self.port.read())

    def _halt(self) -> None:
        self._is_halted = True
        self._wake()
        self._thread.join(JOIN_S)
        for descriptor in (self._wake_read, self._wake_write):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_read = self._wake_write = -1


def drive(port: Port, watcher: Watcher | None = None) -> Driver:
    """Return the driver for a port: in virtual time where the port has a clock, else on a thread."""
    if port.clock is not None:
        return SteppedDriver(port, Link(), port.clock, watcher)
    return ThreadDriver(port, Link(), None, watcher)
