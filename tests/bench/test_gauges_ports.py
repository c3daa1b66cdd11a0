"""Gauges on real pseudo terminals and sockets, in real time; every wait ends at an event or a deadline."""

import os
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from microderm_ctl.bench.gauges import LineGauge, PortLine, Watch, check_slope, describe, open_gauge
from microderm_ctl.bench.gauges.description import Description
from microderm_ctl.bench.gauges.problems import GaugeLost, GaugeSilent
from microderm_ctl.clock import RealClock
from microderm_ctl.errors import PortBusy, UsageProblem
from microderm_ctl.link.ports import open_port
from microderm_ctl.simulator.gauge import SimulatedGauge, serving, vacuum_of
from microderm_ctl.simulator.unit import make_unit
from tests.bench.gauge_lines import EXACT, Vacuum

KINDS = ["tcp"] if sys.platform == "win32" else ["pty", "tcp"]
MOST_S = 20.0


def patient(name: str = "fluke-val") -> Description:
    """Return a description whose answers may take as long as a busy machine needs."""
    description = describe(name)
    return description._replace(talk=description.talk._replace(timeout_ms=10_000, wake=""))


def hasty(name: str = "fluke-val") -> Description:
    description = describe(name)
    return description._replace(talk=description.talk._replace(timeout_ms=50, tries=2))


def simulated(vacuum: Vacuum, dialect: str = "fluke-val", *faults: str) -> SimulatedGauge:
    return SimulatedGauge(vacuum, EXACT, dialect=dialect, latency_ms=(0, 40), faults=faults, seed=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", ["fluke-val", "druck-pace"])
def test_a_served_gauge_follows_its_vacuum(kind: str, dialect: str) -> None:
    vacuum, watch = Vacuum(), Watch()
    with serving(simulated(vacuum, dialect), kind) as path:
        gauge = open_gauge(path, patient(dialect))
        assert gauge.identify().serial == "SIM-G001"
        for pa in (0, 2_500, 5_000, 10_000):
            vacuum.pa = pa
            reading = gauge.read()
            assert reading.vacuum_pa == pytest.approx(pa)
            assert reading.at_ms >= reading.asked_ms
            watch.add(reading, pa)
        assert check_slope(watch.pairs, reading.unit).slope == pytest.approx(1)
        gauge.close()
        gauge.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_gauge_on_the_t_of_a_virtual_wand_reads_its_vacuum(kind: str) -> None:
    unit = make_unit(seed=1, utc_s=1_767_225_600)
    unit.board.air.vacuum_pa = 7_500.0
    gauge = SimulatedGauge(vacuum_of(unit), EXACT, latency_ms=(0, 0), seed=1)
    with serving(gauge, kind) as path:
        opened = open_gauge(path, patient())
        assert opened.read().vacuum_pa == pytest.approx(7_500)
        opened.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_gauge_can_be_opened_again_and_wakes_up(kind: str) -> None:
    vacuum = Vacuum(5_000)
    with serving(simulated(vacuum), kind) as path:
        for _ in range(2):
            gauge = open_gauge(path, patient()._replace(talk=patient().talk._replace(wake="\r")))
            assert gauge.read().vacuum_pa == pytest.approx(5_000)
            gauge.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_gauge_that_goes_away_is_lost(kind: str) -> None:
    with serving(simulated(Vacuum()), kind) as path:
        gauge = open_gauge(path, patient())
        gauge.read()
    with pytest.raises(GaugeLost, match=r"The gauge at .* is no longer connected") as raised:
        for _ in range(3):  # a socket may still take one question
            gauge.read()
    assert raised.value.exit_code == 6
    gauge.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_gauge_is_given_up_in_bounded_time(kind: str) -> None:
    with serving(simulated(Vacuum(), "fluke-val", "silent"), kind) as path:
        gauge = open_gauge(path, hasty())
        with pytest.raises(GaugeSilent, match=f"The gauge at {path} does not answer"):
            gauge.read()
        gauge.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals here")
def test_a_gauge_that_another_program_reads_is_busy() -> None:
    with serving(simulated(Vacuum()), "pty") as path:
        gauge = open_gauge(path, patient())
        with pytest.raises(PortBusy):
            open_gauge(path, patient())
        assert gauge.read().unit.name == "kPa"
        gauge.close()


def test_a_port_without_a_descriptor_reads_too() -> None:
    """As on Windows."""
    with serving(simulated(Vacuum(12_000)), "tcp") as path:
        gauge = LineGauge(PortLine(open_port(path, use_descriptor=False)), patient(), RealClock())
        assert gauge.read().vacuum_pa == pytest.approx(12_000)
        gauge.close()


class Instrument:
    """A second gauge program: a Fluke 719Pro on a bare socket, written from its users manual."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.path = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        client, _ = self._server.accept()
        with client, client.makefile("rb") as lines:
            buffer = b""
            while byte := lines.read(1):
                buffer += byte
                if byte == b"\r":
                    said = buffer.decode("ascii").strip().upper()
                    self.heard.append(said)
                    buffer = b""
                    client.sendall(self._answer(said))

    def _answer(self, said: str) -> bytes:
        known = {"*IDN?": "FLUKE,719PRO,1234567,1.00", "VAL?": "-2.175000E00,PSI,0.000000E00,PSI,0.000000E+00,A", "FAULT?": "0"}
        return (known[said] + "\r\n").encode("ascii") if said in known else b""

    def close(self) -> None:
        self._server.close()
        self.thread.join(MOST_S)


@pytest.fixture
def instrument() -> Iterator[Instrument]:
    found = Instrument()
    yield found
    found.close()


def test_a_program_written_from_the_manual_is_read(instrument: Instrument) -> None:
    gauge = open_gauge(instrument.path, patient())
    assert gauge.identify() == ("FLUKE", "719PRO", "1234567")
    assert gauge.read().vacuum_pa == pytest.approx(2.175 * 6894.757)
    assert instrument.heard == ["*IDN?", "VAL?"]
    gauge.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals here")
def test_line_settings_reach_the_terminal() -> None:
    termios = pytest.importorskip("termios")
    master, slave = os.openpty()
    path = os.ttyname(slave)
    description = patient()
    port = open_port(path, line=description.line._replace(baud=19_200, stop_bits=2))
    attributes = termios.tcgetattr(slave)
    assert attributes[4] == attributes[5] == termios.B19200
    assert attributes[2] & termios.CSTOPB
    assert attributes[2] & termios.CSIZE == termios.CS8
    port.close()
    os.close(slave)
    os.close(master)


def test_an_unknown_kind_of_port_is_no_gauge() -> None:
    with pytest.raises(UsageProblem):
        open_gauge("nonsense://x", describe("fluke-val"))
