"""Finding wands, opening real pseudo terminals, and what each trouble is called."""

import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from pytest_mock import MockerFixture

from microderm_ctl.errors import (
    LinkLost,
    MicrodermError,
    NoWand,
    PortBusy,
    PortForbidden,
    PortMissing,
    PortProblem,
    SeveralWands,
    UsageProblem,
)
from microderm_ctl.link.ports import PortInfo, choose, find, open_port
from microderm_ctl.link.trouble import explain_open, holders

fcntl = pytest.importorskip("fcntl", reason="there are no pseudo terminals here")
TIOCGEXCL = 0x8004_5440
REAL = PortInfo("/dev/ttyACM0", "MD-0001")
OTHER = PortInfo("/dev/ttyACM1", "MD-0002")
SIMULATED = PortInfo("/dev/pts/7", "SIM-0001", simulated=True)


def usb(device: str, vid: int | None = 0x1209, product: str | None = "microderm wand", serial_number: str | None = "MD-0001") -> Any:
    return SimpleNamespace(device=device, vid=vid, pid=0x0001 if vid else None, product=product, serial_number=serial_number)


@pytest.fixture
def terminal() -> Any:
    """A pseudo terminal: the wand's end as a descriptor, the computer's end as a path."""
    master, slave = os.openpty()
    path = os.ttyname(slave)
    os.close(slave)
    ends = SimpleNamespace(master=master, path=path)
    yield ends
    if ends.master is not None:
        os.close(ends.master)


def _hang_up(terminal: Any) -> None:
    os.close(terminal.master)
    terminal.master = None


@pytest.fixture(params=[True, False], ids=["descriptor", "without"])
def use_descriptor(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def _is_exclusive(descriptor: int) -> bool:
    return bool(fcntl.ioctl(descriptor, TIOCGEXCL, bytes(4)) != bytes(4))


@pytest.mark.hazard("H-29", "computer")
def test_wands_are_found_by_usb_id_and_product_and_strangers_are_left_alone(mocker: MockerFixture) -> None:
    strangers = [usb("/dev/ttyS0", vid=None), usb("/dev/ttyACM3", product="CDC gadget"), usb("/dev/ttyACM4", product=None)]
    mocker.patch("serial.tools.list_ports.comports", return_value=[*strangers, usb("/dev/ttyACM0")])
    assert find([SIMULATED._replace(simulated=False)]) == [REAL, SIMULATED]


def test_one_wand_needs_no_flag() -> None:
    assert choose([REAL]) == REAL
    assert choose([SIMULATED]) == SIMULATED


def test_a_simulator_is_never_picked_over_a_real_wand() -> None:
    assert choose([SIMULATED, REAL]) == REAL
    assert choose([SIMULATED, REAL], "SIM-0001") == SIMULATED


@pytest.mark.hazard("H-29", "computer")
def test_two_wands_are_never_guessed() -> None:
    with pytest.raises(SeveralWands) as caught:
        choose([REAL, OTHER, SIMULATED])
    assert all(word in caught.value.sentence for word in ("MD-0001", "MD-0002", "/dev/ttyACM1"))
    assert "--serial" in caught.value.hint
    assert "SIM" not in caught.value.sentence


def test_no_wand_and_no_such_wand() -> None:
    with pytest.raises(NoWand, match="No wand is connected"):
        choose([])
    with pytest.raises(NoWand, match="MD-0009") as caught:
        choose([REAL], "MD-0009")
    assert "MD-0001" in caught.value.hint


def test_a_missing_port_names_the_nearest_ones(mocker: MockerFixture) -> None:
    mocker.patch("serial.tools.list_ports.comports", return_value=[usb("/dev/ttyACM0"), usb("/dev/ttyUSB3")])
    with pytest.raises(PortMissing) as caught:
        open_port("/dev/ttyACM9")
    assert "/dev/ttyACM0" in caught.value.hint


def test_a_url_without_a_listener_is_missing() -> None:
    with pytest.raises(PortMissing, match="Nothing listens"):
        open_port("socket://127.0.0.1:1")


@pytest.mark.parametrize("spec", ["nonsense://x", "socket://127.0.0.1:notaport"])
def test_a_url_that_is_none_is_a_mistake_in_typing(spec: str) -> None:
    with pytest.raises(MicrodermError) as caught:
        open_port(spec)
    assert isinstance(caught.value, UsageProblem | PortProblem)


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PortProblem, match="cannot be opened as a serial port"):
        open_port(str(tmp_path / "file"))


def test_a_port_in_use_is_busy_and_says_by_whom(terminal: Any) -> None:
    first = open_port(terminal.path)
    with pytest.raises(PortBusy) as caught:
        open_port(terminal.path)
    first.close()
    if sys.platform == "linux":
        assert str(os.getpid()) in caught.value.sentence


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_holders_of_other_things_are_not_named(terminal: Any) -> None:
    assert holders(terminal.path) == []


def test_no_permission_says_how_to_get_it(terminal: Any, mocker: MockerFixture) -> None:
    refused = serial.SerialException(errno.EACCES, "could not open port")
    mocker.patch("serial.serialposix.Serial.open", side_effect=refused)
    with pytest.raises(PortForbidden) as caught:
        open_port(terminal.path)
    if sys.platform == "linux":
        assert "'microderm doctor'" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("could not open port 'COM9': FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)", PortMissing),
        ("could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)", PortBusy),
        ("could not open port 'COM3': OSError(22, 'A device which does not exist was specified.', None, 433)", PortProblem),
    ],
)
def test_what_windows_says_is_understood(text: str, error: type[Exception]) -> None:
    assert type(explain_open("COM3", serial.SerialException(text))) is error


def test_bytes_pass_both_ways(terminal: Any, use_descriptor: bool) -> None:
    port = open_port(terminal.path, use_descriptor)
    assert (port.fileno() is not None) is use_descriptor
    port.write(b"\x00\x03\x11\x13\r\n")
    assert os.read(terminal.master, 100) == b"\x00\x03\x11\x13\r\n", "raw: no byte means anything to the terminal"
    os.write(terminal.master, bytes(range(256)))
    received = b""
    while len(received) < 256:
        received += port.read()
    assert received == bytes(range(256))
    assert port.read() == b"", "nothing there is nothing, not a hang-up"
    port.close()


def test_what_the_system_does_not_take_waits_and_is_not_lost(terminal: Any) -> None:
    port = open_port(terminal.path)
    os.set_blocking(terminal.master, False)
    sent = bytes(value % 251 for value in range(100_000))
    port.write(sent)
    assert port.waiting > 0
    received = b""
    while len(received) < len(sent):
        port.flush()
        received += os.read(terminal.master, 65_536)
    assert received == sent
    assert port.waiting == 0
    port.close()


def test_without_a_descriptor_a_wand_that_reads_nothing_is_gone(terminal: Any) -> None:
    port = open_port(terminal.path, use_descriptor=False)
    with pytest.raises(LinkLost):
        port.write(b"x" * 100_000)
    port.close()


def test_a_frame_that_goes_first_passes_all_that_waits(terminal: Any) -> None:
    port = open_port(terminal.path)
    os.set_blocking(terminal.master, False)
    port.write(b"a" * 100_000)
    taken = 100_000 - port.waiting
    port.write(b"STOP", first=True)
    received = b""
    while len(received) < 100_004:
        port.flush()
        received += os.read(terminal.master, 65_536)
    assert received == b"a" * taken + b"STOP" + b"a" * (100_000 - taken)
    port.close()


def test_a_hang_up_is_a_lost_link_on_reading_and_writing(terminal: Any, use_descriptor: bool) -> None:
    port = open_port(terminal.path, use_descriptor)
    _hang_up(terminal)
    with pytest.raises(LinkLost):
        for _ in range(100):
            port.read()
    with pytest.raises(LinkLost):
        port.write(b"x")
    port.close()


def test_closing_twice_does_nothing_and_a_closed_port_is_lost(terminal: Any, use_descriptor: bool) -> None:
    port = open_port(terminal.path, use_descriptor)
    port.close()
    port.close()
    assert port.fileno() is None
    with pytest.raises(LinkLost):
        port.write(b"x")


def test_a_closed_port_is_free_again(terminal: Any) -> None:
    open_port(terminal.path).close()
    open_port(terminal.path).close()


@pytest.mark.hazard("H-28", "computer")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked")
def test_the_terminal_is_ours_alone(terminal: Any) -> None:
    """Root passes TIOCEXCL, so the terminal is asked what it says, and again after closing."""
    port = open_port(terminal.path)
    assert _is_exclusive(port.fileno() or -1)
    port.close()
    with Path(terminal.path).open("rb", buffering=0) as other:
        assert not _is_exclusive(other.fileno())


def test_sim_is_a_port_with_a_clock_of_its_own() -> None:
    port = open_port("sim")
    assert port.clock is not None
    assert port.fileno() is None
    port.close()
