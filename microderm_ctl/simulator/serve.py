"""Virtual wands behind real ports, in real time: one loop, one thread, any number of units.

    with Trace(Path("trace.ndjson")) as trace:
        unit = make_unit("SIM-0001", utc_s=RealClock().utc_s(), trace=trace)
        serve_pty([unit], on_ready=lambda unit, path: print(path))

The loop reads what waits before each step, makes at most one step a turn and leaves
out the time by which it was late, so that a stopped process does not act on what
piled up meanwhile. Nothing here holds the computer's end of a port, so that its last
close is seen as the hang-up that it is.
"""

import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Final

from microderm_ctl.clock import RealClock
from microderm_ctl.errors import UsageProblem
from microderm_ctl.simulator.link_faults import LinkFaults, faulty
from microderm_ctl.simulator.pace import Pace
from microderm_ctl.simulator.ports import OnReady, Port, TcpPort
from microderm_ctl.simulator.trace import Tracer
from microderm_ctl.simulator.unit import Unit

OnGone = Callable[[Unit], None]
"""Told when a unit has no port any more, because its cable was pulled."""
ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end a server in order, where the system has them."""


class Server:
    """Steps units in real time and moves bytes between them and their ports."""

    def __init__(self, ports: Sequence[Port], on_gone: OnGone | None = None, each_step: Callable[[], None] | None = None) -> None:
        """Take the ports, one a unit.

        Args:
            ports: still closed; ``run`` opens them, which tells their ``on_ready``.
            on_gone: told of each port that is gone because the cable was pulled.
            each_step: called before each step, to read keys for example.
        """
        self._ports = tuple(ports)
        self._on_gone = on_gone or (lambda unit: None)
        self._each_step = each_step or (lambda: None)
        self._reason: int | None = None
        self._awake, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    def stop(self, reason: int = 0) -> None:
        """End ``run`` soon, which returns the reason; from a signal handler or another thread."""
        self._reason = reason
        with suppress(OSError):
            self._wake.send(b"\0")

    def run(self) -> int:
        """Serve until ``stop``, or until a person at the keys ends it; return the reason, 0 unless told.

        Raises:
            PortProblem: a port cannot be made.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._awake, selectors.EVENT_READ, lambda: self._awake.recv(64))
            try:
                return self._loop(selector)
            finally:
                for port in self._ports:
                    port.close()
                self._awake.close()
                self._wake.close()

    def _loop(self, selector: selectors.BaseSelector) -> int:
        clock = RealClock()
        pace = Pace(clock.now_ms())
        self._look_after_cables(selector)
        while self._reason is None:
            for key, _ in selector.select(pace.wait_ms(clock.now_ms()) / 1000):
                key.data()
            if pace.take(clock.now_ms()):
                self._step(selector, pace.dropped_ms)
        return self._reason

    def _step(self, selector: selectors.BaseSelector, dropped_ms: int) -> None:
        self._each_step()
        for port in self._ports:
            unit = port.unit
            if port.is_open:
                port.take_in()
            unit.dropped_ms = dropped_ms
            port.send(port.wire.step())
            if unit.wants_to_end:
                self.stop()
        self._look_after_cables(selector)

    def _look_after_cables(self, selector: selectors.BaseSelector) -> None:
        """Make ports appear and vanish as cables are put in and pulled."""
        for port in self._ports:
            is_plugged = port.unit.is_plugged
            if is_plugged and not port.is_open:
                port.open(selector)
            elif not is_plugged and port.is_open:
                port.close()
                self._on_gone(port.unit)


def serve_pty(
    units: Sequence[Unit],
    on_ready: OnReady,
    on_gone: OnGone | None = None,
    *,
    no_hangup: bool = False,
    trace: Tracer | None = None,
    link: LinkFaults | None = None,
    seed: int | None = None,
    beside: Sequence[Port] = (),
) -> int:
    """Serve each unit on a pseudo terminal until a signal or a key ends it.

    Args:
        units: the wands, from ``make_unit``.
        on_ready: told of each unit's path once it can be opened, and again if the path changes.
        on_gone: told when a unit's cable was pulled and its path is gone.
        no_hangup: hide from the wand that a client has gone.
        trace: takes a line for each step of each unit.
        link: what goes wrong on the links.
        seed: of what goes wrong; None draws one.
        beside: ports of something else, a gauge, in the same loop.

    Returns:
        The number of the signal that ended it; 0 when a person at the keys did.

    Raises:
        PortProblem: a terminal cannot be made.
        UsageProblem: the system has no pseudo terminals.
    """
    if sys.platform != "win32":
        from microderm_ctl.simulator.pty_port import PtyPort

        return _serve([PtyPort(unit, on_ready, no_hangup) for unit in units], on_gone, trace, link, seed, beside)
    raise UsageProblem("This system has no pseudo terminals.", "Serve the simulated wand with --tcp.")


def serve_tcp(
    units: Sequence[Unit],
    on_ready: OnReady,
    on_gone: OnGone | None = None,
    *,
    no_hangup: bool = False,
    trace: Tracer | None = None,
    link: LinkFaults | None = None,
    seed: int | None = None,
    beside: Sequence[Port] = (),
    first_port: int = 0,
) -> int:
    """Serve each unit on loopback TCP, else as ``serve_pty``; paths are ``socket://127.0.0.1:PORT``.

    Args:
        units: the wands, from ``make_unit``.
        on_ready: told of each unit's path once it can be opened.
        on_gone: told when a unit's cable was pulled and its path is gone.
        no_hangup: hide from the wand that a client has gone.
        trace: takes a line for each step of each unit.
        link: what goes wrong on the links.
        seed: of what goes wrong; None draws one.
        beside: ports of something else, a gauge, in the same loop.
        first_port: of the first unit, the others follow it; 0 takes any that are free.
    """
    numbers = [first_port + place if first_port else 0 for place in range(len(units))]
    ports = [TcpPort(unit, on_ready, no_hangup, number) for unit, number in zip(units, numbers, strict=True)]
    return _serve(ports, on_gone, trace, link, seed, beside)


def _serve(
    ports: Sequence[Port],
    on_gone: OnGone | None,
    trace: Tracer | None,
    link: LinkFaults | None,
    seed: int | None,
    beside: Sequence[Port],
) -> int:
    for port in ports:
        port.wire = faulty(port.unit, link, seed, port.unit.serial)
        port.unit.trace = trace or port.unit.trace
    with ExitStack() as stack:
        server = Server([*ports, *beside], on_gone, _keys(stack, [port.unit for port in ports]))
        stack.enter_context(_ended_by_signals(server))
        return server.run()


def _keys(stack: ExitStack, units: Sequence[Unit]) -> Callable[[], None] | None:
    """Return what reads the keys, if a person moves a hand."""
    from microderm_ctl.simulator.keys import Keyboard, KeyHand, key_by_key

    hands = [unit.board.hand for unit in units if isinstance(unit.board.hand, KeyHand)]
    if not hands:
        return None
    stack.enter_context(key_by_key())
    return Keyboard(hands).poll


@contextmanager
def _ended_by_signals(server: Server) -> Iterator[None]:
    """Let signals end a server while the body runs; a thread other than the main one gets none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        server.stop(number)

    before = {number: signal.signal(number, end) for name in ENDING if (number := getattr(signal, name, None)) is not None}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
