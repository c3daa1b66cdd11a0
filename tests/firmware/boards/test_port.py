"""The data port: the line is up only while somebody holds it open on a living bus, and frames go whole or not at all."""

import pytest

from microderm_ctl.firmware.boards.port import BURST, WAITING_MOST, DataPort
from tests.firmware.boards.fakes.usb.device.cdc import CDCInterface


class Frames:
    """USB's frame number, which moves while the bus lives."""

    def __init__(self) -> None:
        self.number = 0
        self.lives = True

    def __call__(self) -> int:
        self.number = (self.number + 20 * self.lives) & 0x7FF
        return self.number


@pytest.fixture
def cdc() -> CDCInterface:
    return CDCInterface(timeout=0, rxbuf=BURST, txbuf=BURST)


@pytest.fixture
def frames() -> Frames:
    return Frames()


@pytest.fixture
def port(cdc: CDCInterface, frames: Frames) -> DataPort:
    return DataPort(cdc, frames)


def test_the_line_is_up_while_dtr_is(cdc: CDCInterface, port: DataPort) -> None:
    assert not port.look()
    cdc.host_line(2)
    assert not port.look()
    for state, is_up in ((1, True), (3, True), (2, False), (0, False), (3, True)):
        cdc.host_line(state)
        assert port.look() is is_up


def test_a_bus_that_sleeps_or_a_plug_that_is_pulled_is_seen_in_the_next_step(cdc: CDCInterface, port: DataPort, frames: Frames) -> None:
    cdc.host_line(3)
    assert port.look()
    frames.lives = False
    assert not port.look()
    frames.lives = True
    assert not port.look(), "DTR of before counts no more"
    cdc.host_line(3)
    assert port.look()
    cdc.is_configured = False
    assert not port.look()
    cdc.is_configured = True
    assert not port.look()


def test_what_waits_when_the_line_goes_down_is_forgotten(cdc: CDCInterface, port: DataPort) -> None:
    cdc.host_line(3)
    port.look()
    port.send(b"x" * 600)
    cdc.host_send(b"old")
    cdc.host_line(0)
    port.look()
    cdc.host_fetch()
    cdc.host_line(3)
    assert port.look()
    assert port.read() == b""
    port.send(b"new")
    assert cdc.host_fetch() == b"new"


def test_a_computer_that_does_not_read_costs_whole_frames_and_never_waits(cdc: CDCInterface, port: DataPort) -> None:
    cdc.host_line(3)
    port.look()
    frame = b"\0" + b"f" * 98 + b"\0"
    for _ in range(40):
        port.send(frame)
    sent = b""
    while chunk := cdc.host_fetch():
        sent += chunk
        port.send(b"")
    assert set(sent.split(b"\0")) == {b"", b"f" * 98}
    assert len(sent) + port.dropped == 40 * len(frame)
    assert len(sent) <= BURST + WAITING_MOST


def test_nothing_is_sent_or_read_while_nobody_is_there(cdc: CDCInterface, port: DataPort) -> None:
    cdc.host_send(b"anything")
    port.send(b"telemetry")
    assert port.read() == b""
    assert cdc.host_fetch() == b""
