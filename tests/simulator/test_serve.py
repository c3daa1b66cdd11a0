"""Virtual wands behind real pseudo terminals and sockets, in real time; every wait ends at an event or a deadline."""

import errno
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from microderm_ctl.simulator import pty_port
from microderm_ctl.simulator.hand import Hand
from microderm_ctl.simulator.keys import KeyHand
from microderm_ctl.simulator.ports import Port, TcpPort
from microderm_ctl.simulator.serve import Server
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_protocol import Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment
from tests.simulator.computer import UTC_S

fcntl = pytest.importorskip("fcntl", reason="there are no pseudo terminals here")
termios = pytest.importorskip("termios")
assert sys.platform != "win32", "the modules above are not there"

PtyPort = pty_port.PtyPort
MOST_S: Final = 20.0
TIOCGEXCL: Final = 0x8004_5440
"""Linux: is the terminal in exclusive mode? Needed since nothing shuts root out."""


class Watch:
    """Waits for something to be true of a unit at the end of one of its steps, where nothing is half done."""

    def __init__(self) -> None:
        self._truth: Callable[[], bool] | None = None
        self._is_true = threading.Event()

    def row(self, unit: Unit) -> None:
        if self._truth is not None and self._truth():
            self._truth = None
            self._is_true.set()

    def wait_for(self, truth: Callable[[], bool]) -> None:
        self._is_true.clear()
        self._truth = truth
        if not self._is_true.wait(MOST_S):
            raise AssertionError("it did not come true")


class Served:
    """A unit that a server serves in a thread of its own."""

    def __init__(self, kind: type[Port], hand: Hand | None = None, no_hangup: bool = False, serial: str = "SIM-0001") -> None:
        self.watch = Watch()
        self.unit = make_unit(serial, hand=hand or Hand(), seed=1, utc_s=UTC_S, trace=self.watch)
        self.paths: list[str] = []
        self.gone = 0
        self.port = kind(self.unit, lambda unit, path: self.paths.append(path), no_hangup)

    def wait_for_line(self, is_up: bool) -> None:
        self.watch.wait_for(lambda: self.unit.board.line == is_up)

    def wait_for_path(self, count: int = 1) -> str:
        self.watch.wait_for(lambda: len(self.paths) >= count)
        return self.paths[-1]


@contextmanager
def serving(*served: Served) -> Iterator[Server]:
    """Serve units while the body runs."""

    def gone(unit: Unit) -> None:
        for one in served:
            one.gone += one.unit is unit

    server = Server([one.port for one in served], gone)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for one in served:
            one.wait_for_path()
        yield server
    finally:
        server.stop()
        thread.join(MOST_S)
        assert not thread.is_alive()


@contextmanager
def opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_until(descriptor: int, kind: type) -> object:
    """Return the first message of a kind that arrives."""
    decoder, end = Decoder(), time.monotonic() + MOST_S
    while time.monotonic() < end:
        if select.select([descriptor], [], [], 1.0)[0]:
            for frame in decoder.feed(os.read(descriptor, 4096)):
                message = decode(frame)
                if isinstance(message, kind):
                    return message
    raise AssertionError(f"no {kind.__name__} came")


def telemetry_of(descriptor: int) -> treatment.Telemetry:
    message = read_until(descriptor, treatment.Telemetry)
    assert isinstance(message, treatment.Telemetry)
    return message


def ask_who(descriptor: int) -> bytes:
    os.write(descriptor, encode(handshake.IdentityRequest(), 1))
    answer = read_until(descriptor, handshake.IdentityAnswer)
    assert isinstance(answer, handshake.IdentityAnswer)
    return answer.serial.rstrip(b"\0")


def test_a_wand_on_a_terminal_answers_and_reports() -> None:
    served = Served(PtyPort)
    with serving(served), opened(served.paths[0]) as client:
        assert ask_who(client) == b"SIM-0001"
        assert telemetry_of(client).grit_um == 106
        served.wait_for_line(True)


def test_the_terminal_is_raw_and_says_nothing_before_it_is_asked() -> None:
    served = Served(PtyPort)
    with serving(served):
        served.watch.wait_for(lambda: served.unit.now_ms > 400)
        with opened(served.paths[0]) as client:
            flags = termios.tcgetattr(client)
            assert not flags[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
            assert not flags[0] & (termios.ICRNL | termios.IXON)
            assert telemetry_of(client).tick_ms > 400


def test_the_last_close_is_a_hang_up_and_the_same_path_opens_again() -> None:
    served = Served(PtyPort)
    with serving(served):
        for _ in range(3):
            with opened(served.port.path) as client:
                assert ask_who(client) == b"SIM-0001"
                assert served.unit.board.line
            served.wait_for_line(False)
    assert served.paths == served.paths[:1]


def test_what_a_killed_client_did_not_read_is_not_there_for_the_next() -> None:
    served = Served(PtyPort)
    with serving(served):
        with opened(served.port.path):
            served.wait_for_line(True)
            start_ms = served.unit.now_ms
            served.watch.wait_for(lambda: served.unit.now_ms > start_ms + 300)
        served.wait_for_line(False)
        with opened(served.port.path) as client, pytest.raises(BlockingIOError):
            os.read(client, 4096)


def test_exclusive_mode_of_a_killed_client_does_not_shut_the_next_one_out() -> None:
    served = Served(PtyPort)
    with serving(served):
        with opened(served.port.path) as client:
            fcntl.ioctl(client, termios.TIOCEXCL)
            served.wait_for_line(True)
        served.wait_for_line(False)
        with opened(served.port.path) as client:
            assert ask_who(client) == b"SIM-0001"
            if sys.platform == "linux":
                assert fcntl.ioctl(client, TIOCGEXCL, bytes(4)) == bytes(4)


def test_a_terminal_that_stays_shut_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(PtyPort)
    tried: list[str] = []

    def shut(path: str) -> int:
        tried.append(path)
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(pty_port, "open_slave", shut)
    with serving(served):
        with opened(served.port.path) as client:
            assert ask_who(client) == b"SIM-0001"
        served.watch.wait_for(lambda: tried != [] and not served.port.is_connected)
        served.wait_for_line(False)
        with opened(served.paths[-1]) as client:
            assert ask_who(client) == b"SIM-0001"
    assert tried[0] == served.paths[0]


def test_without_hang_up_the_line_stays_up() -> None:
    served = Served(PtyPort, no_hangup=True)
    with serving(served):
        with opened(served.port.path) as client:
            ask_who(client)
        served.watch.wait_for(lambda: not served.port.is_connected)
        assert served.unit.board.line


def test_a_pulled_cable_takes_the_terminal_away_and_gives_another() -> None:
    hand = KeyHand()
    served = Served(PtyPort, hand)
    with serving(served):
        with opened(served.paths[0]) as client:
            ask_who(client)
            hand.key("u")
            served.watch.wait_for(lambda: served.gone == 1)
            assert select.select([client], [], [], MOST_S)[0]
        assert not served.unit.board.line_up()
        hand.key("u")
        with opened(served.wait_for_path(2)) as client:
            assert ask_who(client) == b"SIM-0001"


def test_a_client_that_does_not_read_neither_stops_the_wand_nor_breaks_a_frame() -> None:
    served = Served(PtyPort)
    with serving(served), opened(served.port.path) as client:
        served.wait_for_line(True)
        for _ in range(120):
            os.write(client, 20 * encode(handshake.IdentityRequest(), 1))
            start_ms = served.unit.now_ms
            served.watch.wait_for(lambda before=start_ms: served.unit.now_ms > before)  # type: ignore[misc]
            if served.port.dropped_bytes:
                break
        decoder = Decoder()
        while select.select([client], [], [], 0.1)[0] and decoder.counters.frames < 200:
            decoder.feed(os.read(client, 4096))
        assert decoder.counters.frames > 10
        assert decoder.counters[1:] == (0, 0, 0, 0)


def test_several_units_are_served_by_one_loop() -> None:
    served = [Served(PtyPort, serial=f"SIM-{number:04d}") for number in range(1, 6)]
    with serving(*served), ExitStack() as stack:
        clients = [stack.enter_context(opened(one.paths[0])) for one in served]
        assert [ask_who(client) for client in clients] == [one.unit.serial.encode() for one in served]


def connect(path: str) -> socket.socket:
    host, _, number = path.removeprefix("socket://").partition(":")
    client = socket.create_connection((host, int(number)), MOST_S)
    client.setblocking(False)
    return client


def test_a_wand_on_tcp_serves_one_client_at_a_time_and_sees_it_hang_up() -> None:
    served = Served(TcpPort)
    with serving(served):
        with connect(served.paths[0]) as client:
            assert ask_who(client.fileno()) == b"SIM-0001"
            with connect(served.paths[0]) as second:
                assert select.select([second], [], [], MOST_S)[0]
                assert second.recv(10) == b""
            assert ask_who(client.fileno()) == b"SIM-0001"
            assert served.unit.board.line
        served.wait_for_line(False)
        with connect(served.paths[0]) as client:
            assert ask_who(client.fileno()) == b"SIM-0001"


def test_a_cable_put_back_gives_the_same_tcp_port() -> None:
    hand = KeyHand()
    served = Served(TcpPort, hand)
    with serving(served):
        with connect(served.paths[0]) as client:
            ask_who(client.fileno())
            hand.key("u")
            served.watch.wait_for(lambda: served.gone == 1)
            assert select.select([client], [], [], MOST_S)[0]
        hand.key("u")
        assert served.wait_for_path(2) == served.paths[0]
        with connect(served.paths[0]) as client:
            assert ask_who(client.fileno()) == b"SIM-0001"


def test_the_person_at_the_keys_ends_it() -> None:
    hand = KeyHand()
    served = Served(TcpPort, hand)
    server = Server([served.port])
    hand.key("q")
    assert server.run() == 0


SERVE: Final = """
    import sys
    from pathlib import Path
    from microderm_ctl.simulator import serve
    from microderm_ctl.simulator.trace import Trace
    from microderm_ctl.simulator.unit import make_unit

    with Trace(Path(sys.argv[1])) as trace:
        units = [make_unit(hand=sys.argv[2], utc_s=1767225600)]
        reason = getattr(serve, sys.argv[3])(units, lambda unit, path: print(path, flush=True), trace=trace)
    print("ended", reason, flush=True)
"""


@contextmanager
def simulator(trace: Path, hand: str = "none", how: str = "serve_pty", stdin: int | None = None) -> Iterator["subprocess.Popen[str]"]:
    program = [sys.executable, "-c", textwrap.dedent(SERVE), str(trace), hand, how]
    process = subprocess.Popen(program, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watchdog = threading.Timer(MOST_S, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_quietly(tmp_path: Path, number: signal.Signals) -> None:
    with simulator(tmp_path / "trace") as process:
        assert process.stdout is not None
        with opened(process.stdout.readline().strip()) as client:
            assert ask_who(client) == b"SIM-0001"
            process.send_signal(number)
            said, complained = process.communicate(timeout=MOST_S)
    assert (said, complained, process.returncode) == (f"ended {int(number)}\n", "", 0)


def test_the_trace_survives_the_death_of_the_simulator(tmp_path: Path) -> None:
    with simulator(tmp_path / "trace") as process:
        assert process.stdout is not None
        with opened(process.stdout.readline().strip()) as client:
            while telemetry_of(client).tick_ms < 100:
                pass
            process.kill()
            process.wait(MOST_S)
            with pytest.raises(OSError, match="Input/output error"):
                while os.read(client, 4096):
                    pass
                raise OSError(errno.EIO, "Input/output error")
    lines = (tmp_path / "trace").read_text().splitlines()
    assert len(lines) >= 5
    assert all(line.endswith("}") for line in lines)


def test_keys_come_from_the_terminal_without_enter_and_leave_it_as_it_was(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    before = termios.tcgetattr(terminal)
    with ExitStack() as stack:
        stack.callback(os.close, keyboard)
        stack.callback(os.close, terminal)
        process = stack.enter_context(simulator(tmp_path / "trace", "keys", "serve_tcp", terminal))
        assert process.stdout is not None
        with connect(process.stdout.readline().strip()) as client:
            assert not telemetry_of(client.fileno()).flags & codes.BUTTON_DOWN
            os.write(keyboard, b"p")
            while not telemetry_of(client.fileno()).flags & codes.BUTTON_DOWN:
                pass
            os.write(keyboard, b"q")
            said, complained = process.communicate(timeout=MOST_S)
        assert (said, complained) == ("ended 0\n", "")
        assert termios.tcgetattr(terminal) == before
