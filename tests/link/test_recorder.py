"""The file that a recorder writes, line by line."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import FileProblem, LinkLost, Stopped
from microderm_ctl.link.driver import SteppedDriver, drive
from microderm_ctl.link.link import STOP_FRAME, Link
from microderm_ctl.link.ports import Port, open_port
from microderm_ctl.link.recorder import FORM, Recorder
from microderm_ctl.link.recording import KINDS, read_recording
from microderm_protocol import TABLE_HASH
from tests.link.peer import Peer, VirtualDevice


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "wire.ndjson"


@pytest.fixture
def recorder(file: Path) -> Recorder:
    return Recorder(file, "0.1", TABLE_HASH, "info", 1_780_000_000)


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_the_header_says_what_it_is_and_what_it_holds(recorder: Recorder, file: Path) -> None:
    recorder.close()
    header, end = rows_of(file)
    assert (header["microderm"], header["form"], header["program"], header["protocol"]) == ("recording", FORM, "0.1", f"{TABLE_HASH:08x}")
    assert (header["command"], header["utc_s"]) == ("info", 1_780_000_000) and "no name" in header["holds"]
    assert end == {"t": 0, "end": "closed"}


def test_times_count_from_the_first_piece(recorder: Recorder, file: Path) -> None:
    recorder("tx", STOP_FRAME, 5_000_123)
    recorder("rx", b"\x00half", 5_000_140)
    recorder("rx", b" a frame", 5_000_141)
    recorder.close()
    _, first, second, third, end = rows_of(file)
    assert first == {"t": 0, "tx": STOP_FRAME.hex(), "is": "STOP request #0"}
    assert second == {"t": 17, "rx": b"\x00half".hex()} and third["t"] == 18 and end["t"] == 18


def test_a_key_from_another_thread_never_turns_time_back(recorder: Recorder, file: Path) -> None:
    recorder("tx", STOP_FRAME, 1_000)
    recorder("tx", STOP_FRAME, 1_050)
    recorder.key("pause", 1_049)
    recorder("tx", STOP_FRAME, 1_060)
    recorder.close()
    assert [row["t"] for row in rows_of(file)[1:]] == [0, 50, 50, 60, 60]


def test_the_clock_of_another_wand_goes_on_where_the_one_before_stood(recorder: Recorder, file: Path) -> None:
    recorder("tx", STOP_FRAME, 80_000)
    recorder("tx", STOP_FRAME, 90_000)
    recorder("tx", STOP_FRAME, 20)
    recorder("tx", STOP_FRAME, 40)
    recorder.close()
    assert [row["t"] for row in rows_of(file)[1:]] == [0, 10_000, 10_000, 10_020, 10_020]


def test_closing_twice_ends_once(recorder: Recorder, file: Path) -> None:
    recorder.close()
    recorder.close()
    recorder("tx", STOP_FRAME, 5)
    assert len(rows_of(file)) == 2


def test_a_file_that_is_there_stays_as_it_is(file: Path) -> None:
    file.write_text("mine")
    with pytest.raises(FileProblem, match="already") as caught:
        Recorder(file, "0", 0, "info", 0)
    assert file.read_text() == "mine" and "wire-2.ndjson" in caught.value.hint


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.ndjson"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileProblem):
        Recorder(link, "0", 0, "info", 0)
    assert not (tmp_path / "elsewhere").exists()


def test_what_it_writes_is_read_back(recorder: Recorder, file: Path) -> None:
    recorder("tx", STOP_FRAME, 0)
    recorder("signal", STOP_FRAME, 10)
    recorder("lost", b"", 20)
    recorder.key("stop", 30)
    recorder("rx", bytes(range(256)), 40)
    recorder.close()
    recording = read_recording(file)
    assert [row.kind for row in recording.rows] == ["tx", "signal", "lost", "key", "rx", "end"]
    assert {row.kind for row in recording.rows} == set(KINDS)
    assert recording.rows[4].data == bytes(range(256)) and recording.rows[3].word == "stop" and recording.is_closed
    assert (recording.program, recording.protocol, recording.command) == ("0.1", TABLE_HASH, "info")


# With a driver


def test_a_signal_in_virtual_time_is_in_it(recorder: Recorder, file: Path) -> None:
    device = VirtualDevice(Peer())
    driver = drive(Port(device, "virtual"), recorder)
    driver.settled(driver.do(driver.link.hello))
    driver.signalled(signal.SIGINT)
    with pytest.raises(Stopped):
        driver.wait(lambda: False, 200)
    driver.close()
    recorder.close()
    rows = rows_of(file)
    place = next(number for number, row in enumerate(rows) if "signal" in row)
    assert rows[place]["signal"] == "" and str(rows[place + 1]["is"]).startswith("STOP request")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_signal_on_a_real_port_is_in_it_with_what_its_handler_wrote(recorder: Recorder, file: Path) -> None:
    from tests.link.station import Station

    station = Station(Peer())
    try:
        driver = drive(open_port(station.path), recorder)
        driver.settled(driver.do(driver.link.hello))
        driver.signalled(signal.SIGTERM)
        with pytest.raises(Stopped):
            driver.wait(lambda: False, 5_000)
        driver.close()
    finally:
        station.close()
    recorder.close()
    assert [row["signal"] for row in rows_of(file) if "signal" in row] == [STOP_FRAME.hex()]


class _Gone(Port):
    """A port that fails on reading."""

    def __init__(self) -> None:
        super().__init__(None, "gone")
        self.clock: VirtualClock = VirtualClock()

    def read(self) -> bytes:
        raise LinkLost("gone")

    def close(self) -> None:
        """Do nothing."""


def test_a_port_that_fails_is_in_it_once(recorder: Recorder, file: Path) -> None:
    port = _Gone()
    driver = SteppedDriver(port, Link(), port.clock, recorder)
    with pytest.raises(LinkLost):
        driver.wait(lambda: False, 200)
    driver.close()
    recorder.close()
    assert [list(row) for row in rows_of(file)[1:]] == [["t", "lost"], ["t", "end"]]


def test_a_watcher_that_fails_while_the_port_fails_changes_nothing() -> None:
    def failing(direction: str, data: bytes, now_ms: int) -> None:
        raise LinkLost(f"{direction} {len(data)} {now_ms}")

    port = _Gone()
    driver = SteppedDriver(port, Link(), port.clock, failing)
    with pytest.raises(LinkLost, match="gone"):
        driver.wait(lambda: False, 200)


def test_it_keeps_no_descriptor(file: Path) -> None:
    before = set(Path("/proc/self/fd").iterdir()) if sys.platform == "linux" else set()
    Recorder(file, "0", 0, "info", 0).close()
    after = set(Path("/proc/self/fd").iterdir()) if sys.platform == "linux" else set()
    assert len(after) <= len(before)
