"""Who treats on which port, and which simulated wands are served: told by files that outlive their process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.errors import FileProblem, PortBusy
from microderm_ctl.records.files import data_directory
from microderm_ctl.records.lock import TREATING, Holder, ask_to_stop, holder, holders, treating
from microderm_ctl.records.processes import began, is_alive
from microderm_ctl.records.running import RunningSimulator, registered, running_simulators

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

TREATS = """
import sys
from pathlib import Path
from microderm_ctl.records.lock import treating
with treating(Path(sys.argv[1]), "/dev/ttyX", "W9", 77):
    print("treating", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def directory(data_dir: Path) -> Path:
    return data_directory(data_dir)


@pytest.fixture
def other(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that treats."""
    command = [sys.executable, "-c", TREATS, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "treating\n"
        yield process
        process.kill()


def test_this_process_is_alive_and_itself() -> None:
    assert is_alive(os.getpid(), began(os.getpid()))


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 5])
def test_no_process_is_not_alive(pid: int) -> None:
    assert not is_alive(pid, "")


@linux
def test_a_later_process_with_the_same_id_is_another() -> None:
    assert not is_alive(os.getpid(), began(os.getpid()) + "0")


def test_a_zombie_is_dead() -> None:
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}").exists()
        assert not is_alive(process.pid, "")


@posix
def test_without_proc_the_process_is_asked(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.records.processes._PROC", tmp_path)
    assert began(os.getpid()) == ""
    assert is_alive(os.getpid(), "")
    assert not is_alive(2**22 + 5, "")


def test_a_holder_is_named_while_it_treats(directory: Path) -> None:
    assert holders(directory) == ()
    with treating(directory, "/dev/ttyX", "W1", 77):
        assert holder(directory) == Holder(os.getpid(), "/dev/ttyX", "W1", 77)
        assert holder(directory, port="/dev/ttyX") == holder(directory, serial="W1") == holder(directory)
        assert holder(directory, port="/dev/ttyY") is None
    assert holders(directory) == ()


def test_two_treatments_are_never_confused(directory: Path) -> None:
    with treating(directory, "/dev/ttyX", "W1", 77), treating(directory, "/dev/ttyY", "W2", 78):
        assert holder(directory) is None
        found = holder(directory, serial="W2")
        assert found is not None
        assert found.port == "/dev/ttyY"


@pytest.mark.hazard("H-28", "computer")
@pytest.mark.parametrize(("port", "serial"), [("/dev/ttyX", "W2"), ("/dev/ttyY", "W1")])
def test_the_same_port_or_wand_is_refused(directory: Path, port: str, serial: str) -> None:
    with treating(directory, "/dev/ttyX", "W1", 77):
        with pytest.raises(PortBusy, match=str(os.getpid())) as caught, treating(directory, port, serial, 78):
            pass
        assert "microderm stop" in caught.value.hint
        assert len(holders(directory)) == 1


@posix
def test_another_process_is_found_and_asked_to_stop(directory: Path, other: subprocess.Popen[str]) -> None:
    found = holder(directory)
    assert found == Holder(other.pid, "/dev/ttyX", "W9", 77)
    assert ask_to_stop(found) is True
    assert other.wait(timeout=60) == -signal.SIGTERM


@posix
def test_what_a_killed_process_left_is_removed(directory: Path, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait(timeout=60)
    assert len(list((directory / TREATING).iterdir())) == 1
    assert holders(directory) == ()
    assert list((directory / TREATING).iterdir()) == []
    assert ask_to_stop(Holder(other.pid, "/dev/ttyX", "W9", 77)) is False


@pytest.mark.parametrize(
    "torn", ["", "{", "[]", '{"pid": "7", "began": ""}', json.dumps({"pid": os.getpid()}), '{"pid": true, "began": ""}'], ids=range(6)
)
def test_a_torn_note_is_one_of_nobody(directory: Path, torn: str) -> None:
    (directory / TREATING).mkdir()
    (directory / TREATING / "1-0.json").write_text(torn)
    assert holders(directory) == ()
    assert list((directory / TREATING).iterdir()) == []


@posix
def test_notes_are_private(directory: Path) -> None:
    with treating(directory, "/dev/ttyX", "W1", 77) as path:
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


def test_a_note_that_cannot_be_left_is_explained(directory: Path) -> None:
    (directory / TREATING).write_text("in the way")
    with pytest.raises(FileProblem, match="could not be left"), treating(directory, "/dev/ttyX", "W1", 77):
        pass


def test_one_process_serves_several_wands(directory: Path) -> None:
    pid = os.getpid()
    first = registered(directory, "/dev/pts/1", "SIM-1")
    with first, registered(directory, "socket://127.0.0.1:7000", "SIM-2"):
        both = (RunningSimulator("/dev/pts/1", "SIM-1", pid), RunningSimulator("socket://127.0.0.1:7000", "SIM-2", pid))
        assert running_simulators(directory) == both
    assert running_simulators(directory) == ()


def test_a_number_is_free_again_without_taking_anothers(directory: Path) -> None:
    first = registered(directory, "/dev/pts/1", "SIM-1")
    first.__enter__()
    with registered(directory, "/dev/pts/2", "SIM-2"):
        first.__exit__(None, None, None)
        with registered(directory, "/dev/pts/3", "SIM-3"):
            assert {known.serial for known in running_simulators(directory)} == {"SIM-2", "SIM-3"}


def test_nothing_is_running_where_nothing_ever_was(tmp_path: Path) -> None:
    assert running_simulators(tmp_path / "none") == ()
