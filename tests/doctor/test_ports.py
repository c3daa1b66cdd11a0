"""Which ports are there, why each is or is not a wand, and which are looked at."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.doctor import ports
from microderm_ctl.doctor.check import Result, Target
from microderm_ctl.records.running import registered
from tests.doctor.parts import linux as a_linux
from tests.doctor.parts import subject, usb

WAND = usb("/dev/ttyACM0")
SECOND = usb("/dev/ttyACM1", serial="MD-2")
STRANGER = usb("/dev/ttyUSB0", vid=0x1A86, pid=0x7523, product="USB Serial")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def listed(mocker: MockerFixture, *known: Any) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=list(known))


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (WAND, ("It is a wand", "1209:0001", "MD-1")),
        (STRANGER, ("no wand", "1a86:7523", "1209:0001", "Nothing was sent")),
        (usb("/dev/ttyACM3", product="CDC gadget"), ("no wand", "CDC gadget", "microderm wand", "Nothing was sent")),
        (usb("/dev/ttyACM4", vid=0x2E8A, pid=5, product="Board in FS mode"), ("no wand", "Raspberry Pi", "Nothing was sent")),
        (usb("/dev/ttyS0", vid=None, pid=None, product=None), ("Not on USB", "Nothing was sent")),
    ],
)
def test_each_port_says_why_it_is_or_is_not_a_wand(mocker: MockerFixture, port: Any, words: tuple[str, ...]) -> None:
    listed(mocker, port)
    (check,) = ports.ports()
    assert check.result is Result.OK
    assert all(word in check.found for word in words), check.found
    assert port.device in check.title


def test_ports_that_are_not_on_usb_are_one_line(mocker: MockerFixture) -> None:
    listed(mocker, *(usb(f"/dev/ttyS{number}", vid=None, pid=None, product=None) for number in range(32)))
    (check,) = ports.ports()
    assert "and 29 more" in check.title


def test_every_wand_is_looked_at_and_no_stranger(mocker: MockerFixture, data_dir: Path, tmp_path: Path) -> None:
    listed(mocker, WAND, STRANGER, SECOND)
    with registered(data_dir, "/dev/pts/99", "SIM-0042"):
        checks, targets = ports.targets(subject(data_dir), a_linux(tmp_path / "os"))
    assert [(target.spec, target.simulated, target.on_usb) for target in targets] == [
        ("/dev/ttyACM0", False, True),
        ("/dev/ttyACM1", False, True),
        ("/dev/pts/99", True, False),
    ]
    assert "3 found: MD-1, MD-2, SIM-0042 (SIMULATED)" in checks[-1].found


def test_no_wand_is_something_to_know_and_not_wrong(data_dir: Path, tmp_path: Path) -> None:
    (check,), targets = ports.targets(subject(data_dir), a_linux(tmp_path / "os"))
    assert (check.result, targets) == (Result.WARN, [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us see USB so")
def test_a_wand_on_usb_without_a_port_is_wrong(data_dir: Path, tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.doctor.ports.usb_without_port", return_value=True)
    (check,), _ = ports.targets(subject(data_dir), a_linux(tmp_path / "os"))
    assert (check.result, check.lines) == (Result.WRONG, ("sudo modprobe cdc_acm",))


def test_a_number_chooses_and_an_unknown_one_is_wrong(mocker: MockerFixture, data_dir: Path, tmp_path: Path) -> None:
    listed(mocker, WAND, SECOND)
    system = a_linux(tmp_path / "os")
    assert [target.spec for target in ports.targets(subject(data_dir, serial="MD-2"), system)[1]] == ["/dev/ttyACM1"]
    (check,), targets = ports.targets(subject(data_dir, serial="MD-9"), system)
    assert (check.result, targets) == (Result.WRONG, [])


def test_a_port_that_is_asked_for_is_looked_at_unless_it_is_a_strangers(mocker: MockerFixture, data_dir: Path, tmp_path: Path) -> None:
    listed(mocker, WAND, STRANGER)
    system = a_linux(tmp_path / "os")
    assert ports.targets(subject(data_dir, "/dev/ttyACM0"), system) == ([], [Target("/dev/ttyACM0", "/dev/ttyACM0", on_usb=True)])
    assert ports.targets(subject(data_dir, "/dev/pts/5"), system) == ([], [Target("/dev/pts/5", "/dev/pts/5")])
    assert ports.targets(subject(data_dir, "sim"), system) == ([], [Target("sim://", "sim", simulated=True)])
    (check,), targets = ports.targets(subject(data_dir, "/dev/ttyUSB0"), system)
    assert (check.result, targets) == (Result.WRONG, [])
    assert "Nothing was sent" in check.found
