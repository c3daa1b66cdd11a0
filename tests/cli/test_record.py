"""``--record`` as a person uses it: what is kept, what is refused, and that a treatment never suffers from it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from microderm_ctl.errors import LinkLost
from microderm_ctl.link import recorder as recorders
from tests.cli.treating import NOW_S, House

UNPLUG_IN_NOSE = "@press press\n@touch touch\n@running+4 unplug\n"


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, monkeypatch)
    made.add_person(name="Annabelle")
    made.add_clean_patch()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "treated.ndjson"


def _lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]


def test_a_treatment_is_recorded_whole(ready: House, file: Path) -> None:
    ran = ready.script("--zone", "nose", "--record", str(file))
    assert ran.code == 0, ran.err
    header, *rows = _lines(file)
    assert header["microderm"] == "recording" and header["command"] == "treat" and header["utc_s"] == NOW_S
    assert rows[0]["t"] == 0 and str(rows[0]["is"]).startswith("HELLO request")
    assert {kind for row in rows for kind in row} == {"t", "tx", "rx", "is", "end"}
    times = [int(str(row["t"])) for row in rows]
    assert times == sorted(times) and times[-1] > 12_000
    assert rows[-1]["end"] == "closed"
    for name in ("ARM request", "ARM answer", "ZONE request", "TELEMETRY event", "RENEW answer"):
        assert any(name in str(row.get("is")) for row in rows), name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
def test_only_the_owner_may_read_it(ready: House, file: Path) -> None:
    ready.script("--zone", "nose", "--record", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_says_nothing_about_the_person_but_the_tag(ready: House, file: Path) -> None:
    ready.script("--zone", "nose", "--record", str(file))
    content = file.read_text()
    assert "Annabelle" not in content and str(ready.directory) not in content and "sunburn" not in content
    with ready.store() as store:
        assert int(store.find_person().tag, 16).to_bytes(4, "little").hex()[:2] in content


def test_any_command_that_opens_a_wand_records(ready: House, file: Path) -> None:
    assert ready.run("info", "--port", "sim", "--record", str(file)).code == 0
    assert _lines(file)[0]["command"] == "info"


def test_a_command_that_opens_none_says_so(ready: House, file: Path) -> None:
    ran = ready.run("history", "--record", str(file))
    assert ran.code == 0 and "no wand was opened" in ran.err and not file.exists()


def test_a_file_that_is_there_is_never_written_over(ready: House, file: Path) -> None:
    file.write_text("mine")
    ran = ready.script("--zone", "nose", "--record", str(file))
    assert ran.code == 9 and "treated-2.ndjson" in ran.err and "no wand was opened" not in ran.err
    assert file.read_text() == "mine" and ready.treatments() == ()


@pytest.mark.parametrize("name", [".", "missing/x.ndjson", "/dev/full" if sys.platform == "linux" else "."])
def test_what_cannot_be_a_new_file_is_refused_before_anything_begins(ready: House, name: str) -> None:
    ran = ready.script("--zone", "nose", "--record", str(ready.directory / name))
    assert ran.code == 9, ran.err
    assert ready.treatments() == ()


def test_a_full_disk_ends_the_recording_and_nothing_else(ready: House, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room, write = [6_000], os.write  # the header and some twenty lines

    def filling(descriptor: int, data: bytes) -> int:
        taken = data[: room[0]]
        if not taken:
            raise OSError(28, "No space left on device")
        room[0] -= len(taken)
        return write(descriptor, taken)

    monkeypatch.setattr("microderm_ctl.link.recorder.os.write", filling)
    ran = ready.script("--zone", "nose", "--record", str(file))
    assert ran.code == 0, ran.err
    assert ran.err.count("The recording ended early: the disk is full.") == 1
    (record,) = ready.treatments()
    assert record.sealed_ms == 12_000 and record.cause == "treatment-done"
    monkeypatch.undo()
    assert _lines(file)[-1].get("end") is None  # whole lines, and no end
    traced = ready.run("trace", str(file))
    assert traced.code == 0 and "cut off" in traced.out


def test_a_disk_that_hangs_holds_up_nothing(ready: House, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    released = threading.Event()
    monkeypatch.setattr(recorders, "CLOSE_S", 0.05)
    monkeypatch.setattr(recorders.Recorder, "_write", lambda _self, _data: released.wait(60))
    try:
        ran = ready.script("--zone", "nose", "--record", str(file))
    finally:
        released.set()
    assert ran.code == 0 and "does not answer" in ran.err
    assert ready.treatments()[0].sealed_ms == 12_000


def test_a_pulled_cable_is_in_it(ready: House, file: Path) -> None:
    ran = ready.script("--zone", "nose", "--record", str(file), port=ready.port(UNPLUG_IN_NOSE))
    assert ran.code == LinkLost.exit_code
    assert "lost" in _lines(file)[-2] and _lines(file)[-1]["end"] == "closed"


def test_keys_are_in_it(ready: House, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    press_in_run(monkeypatch, {60: "-", 80: "q"})
    ran = ready.run("treat", "--port", ready.port(), "--zone", "nose", "--record", str(file), "--yes", "--answers", ready.answers())
    assert ran.code == 130, ran.err
    assert [row["key"] for row in _lines(file) if "key" in row] == ["down", "stop"]


def press_in_run(monkeypatch: pytest.MonkeyPatch, keys: dict[int, str]) -> None:
    """Press keys at the n-th look at the keyboard."""
    looks = iter(range(10_000))
    monkeypatch.setattr("microderm_ctl.cli.keys._Typed.read", lambda _: keys.get(next(looks), ""))


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
def test_a_kill_leaves_whole_lines(ready: House, file: Path) -> None:
    """A program that is killed in the middle: what it had written can be read and replayed."""
    words = ["treat", "--port", ready.port(), "--zone", "nose", "--yes", "--answers", ready.answers(), "--record", str(file)]
    script = (
        "import os, sys; from click.testing import CliRunner; from microderm_ctl.cli.main import root\n"
        "from microderm_ctl.cli.commands import CLOCK; from microderm_ctl.clock import VirtualClock\n"
        "from microderm_ctl.treatment import runner\n"
        "read = runner.Runner._read\n"
        "def killed(self, reading):\n"
        "    read(self, reading)\n"
        "    if reading.row_left_ms == 9_000 or 0 < reading.row_left_ms < 9_000: os.kill(os.getpid(), 9)\n"
        "runner.Runner._read = killed\n"
        f"CliRunner().invoke(root, {['--data-dir', str(ready.data), *words]!r}, obj={{CLOCK: VirtualClock({NOW_S})}})\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)
    assert ended.returncode == -9, ended.stderr
    content = file.read_bytes()
    assert content.count(b"\n") > 10  # what the writer had not got round to is lost
    traced = ready.run("trace", str(file), "--json")
    assert traced.code == 0 and not traced.stream[-1]["is_closed"]
    replayed = ready.run("treat", "--replay", str(file))
    assert replayed.code == 0 and "cut off" in replayed.out, replayed.err


def test_a_disk_without_room_for_the_first_line_is_told_before_anything_begins(
    ready: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr("microderm_ctl.link.recorder.os.write", lambda descriptor, data: write(descriptor, data[:20]))
    ran = ready.script("--zone", "nose", "--record", str(file))
    assert ran.code == 9 and "the disk is full" in ran.err, ran.err
    assert not file.exists() and ready.treatments() == ()
