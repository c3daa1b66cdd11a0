"""``microderm devices`` and ``info``, on port lists and on the virtual wand in this process."""

from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.link.ports import PortInfo
from microderm_ctl.records.running import registered
from tests.cli.conftest import Run


def test_wands_are_listed_with_how_to_choose_one(run: Run, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])
    assert run("devices", "--json").record == {"wands": []}
    assert "--port sim" in run("devices").out

    mocker.patch("microderm_ctl.link.ports.find", return_value=[PortInfo("/dev/ttyACM0", "MD-1")])
    assert run("devices").out.splitlines()[1].split() == ["MD-1", "/dev/ttyACM0", "--serial", "MD-1"]


def test_running_simulators_are_marked_and_found(run: Run, data_dir: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])
    data_dir.mkdir(mode=0o700)
    with registered(data_dir, "/dev/pts/99", "SIM-0042"):
        wands = run("devices", "--json").record["wands"]
    gone = run("devices", "--json").record["wands"]

    assert wands == [{"serial": "SIM-0042", "port": "/dev/pts/99", "simulated": True, "choose": "--serial SIM-0042"}]
    assert gone == []


def test_info_of_the_virtual_wand(run: Run) -> None:
    told = run("info", "--port", "sim", "--json").record

    assert (told["serial"], told["port"], told["simulated"], told["board"]) == ("SIM-0000", "sim", True, "virtual")
    assert (told["state"], told["grit"], told["tip_um"]) == ("LINKED", "fine", 106)
    assert told["limits"]["set_point_most_pa"] == 25_000
    assert told["limits"]["lease_ms"] == 500
    assert (told["calibration"]["state"], told["calibration"]["age_days"]) == ("good", 30)
    assert "SIMULATED" in run("info", "--port", "sim").out


@pytest.mark.parametrize(("advance", "state"), [("310d", "due"), ("340d", "weak"), ("701d", "refused")])
def test_a_calibration_grows_old_on_the_practice_calendar(run: Run, advance: str, state: str) -> None:
    run("info", "--port", "sim")
    run("simulate", "--advance", advance)

    assert run("info", "--port", "sim", "--json").record["calibration"]["state"] == state


def test_the_serial_number_of_the_virtual_wand_can_be_chosen(run: Run) -> None:
    assert run("info", "--port", "sim", "--serial", "SIM-0009", "--json").record["serial"] == "SIM-0009"


@pytest.mark.parametrize(
    ("flag", "seen", "unseen"),
    [("-v", "wand SIM-0000", "HELLO"), ("-vv", "HELLO request", "TELEMETRY"), ("-vvv", "TELEMETRY event", "garbage")],
)
def test_more_v_show_more_of_the_wire_on_standard_error(run: Run, flag: str, seen: str, unseen: str) -> None:
    ended = run("info", "--port", "sim", flag)

    assert seen in ended.err
    assert unseen not in ended.err
    assert "HELLO" not in ended.out


def test_the_environment_names_a_port(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICRODERM_PORT", "sim")

    assert run("info", "--json").record["simulated"]
    assert run("info", "--port", "/dev/nothing").code == 4
