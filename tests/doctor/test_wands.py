"""What a wand answers, or why it does not: each trouble provoked on a real pseudo terminal where it can be."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
from pytest_mock import MockerFixture

from microderm_ctl.doctor import wands
from microderm_ctl.doctor.check import Check, Result, Target
from microderm_ctl.doctor.examine import examine
from microderm_ctl.errors import PortBusy, Stopped
from microderm_ctl.link import link, values
from microderm_ctl.records.lock import treating
from microderm_ctl.safety.evidence import CALIBRATION_END_DAYS, CALIBRATION_WARN_DAYS, CALIBRATION_WEAK_DAYS, DAY_S
from microderm_protocol import codes
from microderm_protocol.messages import treatment
from tests.doctor.parts import NOW_S, by_id, subject, told
from tests.doctor.parts import linux as a_linux
from tests.link.peer import Peer, rest

fcntl = pytest.importorskip("fcntl", reason="there are no pseudo terminals here")

from tests.link.station import Station  # noqa: E402 - it needs what Windows lacks

HOLDER = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """A pseudo terminal at whose far end nobody does anything: its descriptor, and the path to open."""
    master, slave = os.openpty()
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def station() -> Iterator[Station]:
    one = Station(Peer())
    yield one
    one.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


def looked_at(spec: str, data_dir: Path, number: str | None = None) -> list[Check]:
    return list(wands.wand(Target(spec, spec), subject(data_dir, spec, number), a_linux(data_dir.parent / "os")))


def only(checks: list[Check]) -> Check:
    (check,) = checks
    return check


def test_a_port_that_is_missing(data_dir: Path) -> None:
    check = only(looked_at("/dev/ttyACM9", data_dir))
    assert (check.result, "There is no port" in check.found) == (Result.WRONG, True)


def test_a_port_that_is_silent_and_one_that_talks_nonsense(terminal: tuple[int, str], data_dir: Path) -> None:
    master, path = terminal
    silent = only(looked_at(path, data_dir))
    done = threading.Event()

    def talk() -> None:
        while not done.wait(0.02):
            os.write(master, b"login: \r\n")

    talker = threading.Thread(target=talk)
    talker.start()
    garbage = only(looked_at(path, data_dir))
    done.set()
    talker.join()
    assert "nothing answers" in silent.found
    assert "it is no wand" in garbage.found
    assert silent.means != garbage.means


def test_silence_is_told_within_three_seconds() -> None:
    """The rest of the three is for the program's own start."""
    silent = link.Link()
    silent.hello(0)
    for now_ms in range(0, 2_010, 10):
        silent.due(now_ms)
    assert silent.lost is not None


def test_a_port_that_another_program_holds_is_told_with_its_name(terminal: tuple[int, str], data_dir: Path) -> None:
    words = [sys.executable, "-c", HOLDER, terminal[1]]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        check = only(looked_at(terminal[1], data_dir))
        holder.communicate()
    assert (check.result, "in use" in check.found) == (Result.WRONG, True)
    if sys.platform == "linux":
        assert f"(process {holder.pid})" in check.found


@pytest.mark.parametrize(("program", "line"), [("ModemManager", "sudo cp"), ("brltty", "sudo systemctl stop brltty")])
def test_what_grabs_ports_is_ended_for_good(data_dir: Path, mocker: MockerFixture, program: str, line: str) -> None:
    mocker.patch("microderm_ctl.wand.Wand.open", side_effect=PortBusy(f"/dev/ttyACM0 is in use by {program} (process 7).", "Close it."))
    assert only(looked_at("/dev/ttyACM0", data_dir)).lines[0].startswith(line)


def test_a_port_that_is_forbidden(terminal: tuple[int, str], data_dir: Path, mocker: MockerFixture) -> None:
    """Root is let in everywhere, so what the system would say to others is put in its mouth."""
    mocker.patch("serial.serialposix.Serial.open", side_effect=serial.SerialException(13, "Permission denied"))
    check = only(looked_at(terminal[1], data_dir))
    assert (check.id, check.result, "may not open" in check.found) == ("permission", Result.WRONG, True)


def test_a_wand_that_is_pulled_in_the_middle(station: Station, data_dir: Path) -> None:
    target = Target(station.path, station.path)
    checks = wands.wand(target, subject(data_dir, station.path), a_linux(data_dir.parent / "os"))
    first = next(checks)
    station.cut()
    last = list(checks)[-1]
    assert (first.id, first.result) == ("connection", Result.OK)
    assert (last.id, last.result, "pulled" in last.found) == ("link-lost", Result.WRONG, True)


def test_a_wand_of_another_version(data_dir: Path) -> None:
    station = Station(Peer(table_hash=0x1234_5678))
    check = only(looked_at(station.path, data_dir))
    station.close()
    assert (check.id, check.result, "12345678" in check.found) == ("protocol", Result.WRONG, True)


def test_a_wand_with_another_number(station: Station, data_dir: Path) -> None:
    check = only(looked_at(station.path, data_dir, "MD-9"))
    assert (check.result, "not MD-9" in check.found) == (Result.WRONG, True)


def test_a_wand_that_a_treatment_uses_is_left_alone(station: Station, data_dir: Path) -> None:
    with treating(data_dir, station.path, "TEST-0001", NOW_S):
        check = only(looked_at(station.path, data_dir))
    assert (check.result, str(os.getpid()) in check.found) == (Result.UNCHECKED, True)
    assert station.peer.seen == []


def test_a_wand_inside_a_process_is_known_by_its_kind(data_dir: Path) -> None:
    with treating(data_dir, "sim://?serial=SIM-0000", "SIM-0000", NOW_S):
        checks = list(wands.wand(Target("sim://?utc=1", "sim", True), subject(data_dir, "sim"), a_linux(data_dir.parent / "os")))
    assert only(checks).result is Result.UNCHECKED


def answering(**changes: Any) -> Peer:
    """Return a wand whose limits are those of a good one but for the changes."""
    peer = Peer()
    good = treatment.LimitsAnswer(2500, 5000, 25000, 26700, 360000, 3000, 500, 106, 0, NOW_S - 30 * DAY_S, 1, codes.CALIBRATED)
    names = set(good._fields)
    assert set(changes) <= names
    peer.replies[treatment.LimitsRequest] = lambda _: good._replace(**changes)
    return peer


def examined(peer: Peer, data_dir: Path) -> dict[str, Check]:
    station = Station(peer)
    checks = by_id(looked_at(station.path, data_dir))
    station.close()
    return checks


def test_a_state_of_fault_is_told_with_its_cause(data_dir: Path) -> None:
    peer = Peer()
    peer.state, peer.cause = codes.FAULT, codes.SENSOR_FROZEN
    check = examined(peer, data_dir)["self-test"]
    assert (check.result, "does not move" in check.found) == (Result.WRONG, True)


def test_a_fault_that_stands_is_told_in_any_state(data_dir: Path, mocker: MockerFixture) -> None:
    peer = Peer()
    standing = rest(0)._replace(faults=1 << codes.TEMPERATURE)
    mocker.patch("tests.link.peer.rest", side_effect=lambda tick_ms, *_: standing._replace(tick_ms=tick_ms))
    check = examined(peer, data_dir)["self-test"]
    assert (check.result, "too warm or too cold" in check.found) == (Result.WRONG, True)


def virtual(data_dir: Path, query: str, now_s: int = NOW_S) -> dict[str, Check]:
    url = f"sim://?utc={NOW_S}&{query}"
    return by_id(wands.wand(Target(url, "sim", True), subject(data_dir, "sim", now_s=now_s), a_linux(data_dir.parent / "os")))


def test_a_good_wand_is_good_in_everything(data_dir: Path) -> None:
    checks = virtual(data_dir, "")
    assert {check.id: check.result for check in checks.values()} == dict.fromkeys(
        ("connection", "protocol", "self-test", "tip", "calibration", "ledger"), Result.OK
    )
    assert "SIMULATED" in checks["protocol"].found


def test_an_older_program_is_told(data_dir: Path, mocker: MockerFixture) -> None:
    really = values.identity
    mocker.patch("microderm_ctl.link.values.identity", side_effect=lambda message: really(message)._replace(firmware="0.0.9"))
    check = virtual(data_dir, "")["protocol"]
    assert (check.result, "0.0.9" in check.found) == (Result.WARN, True)


def test_a_missing_tip_and_a_sensor_that_is_dead(data_dir: Path) -> None:
    assert virtual(data_dir, "tip=none")["tip"].result is Result.WARN
    assert virtual(data_dir, "fault=sensor-dead")["self-test"].result is Result.WRONG


@pytest.mark.parametrize(
    ("age_days", "result"),
    [
        (-2, Result.WRONG),
        (0, Result.OK),
        (CALIBRATION_WARN_DAYS - 1, Result.OK),
        (CALIBRATION_WARN_DAYS, Result.WARN),
        (CALIBRATION_WEAK_DAYS, Result.WARN),
        (CALIBRATION_END_DAYS - 1, Result.WARN),
        (CALIBRATION_END_DAYS, Result.WRONG),
    ],
)
def test_a_calibration_grows_old(data_dir: Path, age_days: int, result: Result) -> None:
    made_s = NOW_S - 30 * DAY_S  # as the virtual wand has it
    assert virtual(data_dir, "", made_s + age_days * DAY_S)["calibration"].result is result


def test_no_calibration_is_wrong(data_dir: Path) -> None:
    assert examined(Peer(), data_dir)["calibration"].result is Result.WRONG


@pytest.mark.parametrize(("ahead_s", "result"), [(0, Result.OK), (3_600, Result.WARN), (2 * DAY_S, Result.WRONG)])
def test_a_wand_whose_memory_lies_ahead_of_the_clock(data_dir: Path, ahead_s: int, result: Result, mocker: MockerFixture) -> None:
    entry = mocker.Mock(utc_s=NOW_S + ahead_s)
    mocker.patch("microderm_ctl.wand.Wand.ledger_entries", return_value=(entry,))
    assert virtual(data_dir, "")["ledger"].result is result


def test_one_check_that_breaks_off_hides_no_other(data_dir: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.doctor.computer.python", side_effect=ZeroDivisionError("by hand"))
    mocker.patch("microderm_ctl.doctor.ports.ports", side_effect=KeyError("port"))
    checks = by_id(examine(subject(data_dir, "sim"), a_linux(data_dir.parent / "os")))
    assert (checks["python"].result, "ZeroDivisionError: by hand" in checks["python"].found) == (Result.WRONG, True)
    assert checks["port"].result is Result.WRONG
    assert checks["protocol"].result is Result.OK
    assert "report" in told(checks["python"])


def test_a_person_who_stops_it_is_obeyed(data_dir: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.wand.Wand.open", side_effect=Stopped("Stopped."))
    with pytest.raises(Stopped):
        list(examine(subject(data_dir, "sim"), a_linux(data_dir.parent / "os")))


def test_several_wands_are_each_looked_at(data_dir: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.doctor.ports.targets", return_value=([], [Target("sim://?serial=A", "a", True), Target("/dev/none", "b")]))
    checks = [check for check in examine(subject(data_dir), a_linux(data_dir.parent / "os")) if check.id == "connection"]
    assert [(check.about, check.result) for check in checks] == [("a", Result.OK), ("b", Result.WRONG)]
