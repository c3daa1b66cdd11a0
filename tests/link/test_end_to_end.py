"""The whole way in real time: a virtual wand behind a real port, and a computer's side that ends in every way it can.

The wand's program runs on this Python and, where the name says so, on a real MicroPython.
"""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator

import pytest

from microderm_ctl.clock import RealClock
from microderm_ctl.link.values import Reading
from microderm_ctl.simulator.ports import Port, TcpPort
from microderm_ctl.simulator.serve import Server
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_ctl.wand import Row, Wand
from tests.conformance import runtime
from tests.conformance.live import Native

pty_port = pytest.importorskip("microderm_ctl.simulator.pty_port")
if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals on Windows", allow_module_level=True)

MOST_S = 20.0
COMPUTER = """
    import sys
    from microderm_ctl.errors import MicrodermError
    from microderm_ctl.wand import Row, Wand

    try:
        with Wand.open(sys.argv[1], use_descriptor=sys.argv[2] == "True") as wand:
            wand.arm([Row(1, 10_000, 60, 3_000)], 60, 106, wand.clock.utc_s(), 9)
            wand.zone(0, 9_000)
            said = False
            while True:
                wand.heartbeat()
                wand.next_event(100)
                if wand.state == "RUN" and not said:
                    print("RUN", flush=True)
                    said = True
    except MicrodermError as error:
        sys.exit(error.exit_code)
"""


class Served:
    """A unit that a server steps on a thread of its own, and that can be waited for."""

    def __init__(self, make_port: type[Port]) -> None:
        self.unit: Unit = make_unit("SIM-0042", seed=5, utc_s=RealClock().utc_s())
        self.unit.trace = self
        self.path = ""
        self._changed = threading.Condition()
        self._server = Server([make_port(self.unit, self._ready)])
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.await_that(lambda: self.path != "")

    def _ready(self, unit: Unit, path: str) -> None:
        with self._changed:
            self.path = path

    def row(self, unit: Unit) -> None:
        with self._changed:
            self._changed.notify_all()

    def await_that(self, is_so: Callable[[], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(is_so, MOST_S):
                raise AssertionError(f"it did not come true; the wand is in {self.unit.state} by {self.unit.cause}")

    def close(self) -> None:
        self._server.stop()
        self._thread.join()


PORTS: dict[str, type[Port]] = {"pty": pty_port.PtyPort, "tcp": TcpPort, "micropython": pty_port.PtyPort}


def put_on_micropython(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program of every unit run on MicroPython, or leave the test out."""
    runtime.find_or_skip()
    monkeypatch.setattr("microderm_ctl.simulator.unit.App", Native)


@pytest.fixture
def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    if request.param == "micropython":
        put_on_micropython(monkeypatch)
    one = Served(PORTS[request.param])
    yield one
    one.close()


@pytest.mark.parametrize(
    ("served", "use_descriptor"), [("pty", True), ("pty", False), ("tcp", True), ("tcp", False), ("micropython", True)], indirect=["served"]
)
def test_a_treatment_begins_runs_and_ends_over_a_real_port(served: Served, use_descriptor: bool) -> None:
    with Wand.open(served.path, use_descriptor=use_descriptor) as wand:
        assert wand.identity.serial == "SIM-0042"
        wand.arm([Row(1, 10_000, 1, 1_000)], 1, 106, wand.clock.utc_s(), 9, command_id=77)
        wand.zone(0, 9_000)
        highest_pa = 0

        def is_over(reading: Reading) -> bool:
            nonlocal highest_pa
            wand.heartbeat()
            highest_pa = max(highest_pa, reading.vacuum_pa)
            return reading.state == "COOLDOWN"

        assert wand.wait(is_over, 20_000)
        assert 8_000 < highest_pa < 11_500
        entry = wand.ledger_of(77)
        assert entry is not None
        assert (entry.used_ms, entry.cause) == (1_000, "treatment-done")
    served.await_that(lambda: not served.unit.board.line)


@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-48", "computer")
@pytest.mark.parametrize(
    ("number", "use_descriptor", "causes", "exit_code", "wand_on"),
    [
        (signal.SIGKILL, True, {"hang-up"}, -signal.SIGKILL, "cpython"),
        (signal.SIGKILL, False, {"hang-up"}, -signal.SIGKILL, "cpython"),
        (signal.SIGTERM, True, {"stop"}, 130, "cpython"),
        (signal.SIGINT, False, {"stop"}, 130, "cpython"),
        (signal.SIGHUP, True, {"stop"}, 130, "cpython"),
        (signal.SIGKILL, True, {"hang-up"}, -signal.SIGKILL, "micropython"),
        (signal.SIGTERM, True, {"stop"}, 130, "micropython"),
    ],
)
def test_whatever_ends_the_computers_side_ends_the_treatment(
    number: signal.Signals, use_descriptor: bool, causes: set[str], exit_code: int, wand_on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wand_on == "micropython":
        put_on_micropython(monkeypatch)
    served = Served(pty_port.PtyPort)
    arguments = [sys.executable, "-c", textwrap.dedent(COMPUTER), served.path, str(use_descriptor)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as computer:
        assert computer.stdout is not None
        assert computer.stdout.readline() == "RUN\n"
        computer.send_signal(number)
        served.await_that(lambda: served.unit.state not in ("ARMED", "RUN", "HOLD", "STOPPING"))
        assert computer.wait(MOST_S) == exit_code
    assert served.unit.cause in causes
    assert served.unit.board.air.vacuum_pa < 2_000
    served.close()
