"""``microderm doctor`` as a person types it: what is said first, what JSON holds, which exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.records.lock import treating
from microderm_ctl.records.store import open_store
from tests.cli.conftest import Run
from tests.doctor.parts import linux, usb

HOST = {"python", "packages", "data-directory", "privacy", "disk-space", "store", "practice-store", "clock", "time-zone", "wands"}
RESULTS = ["wrong", "warn", "not checked", "ok"]


@pytest.fixture(autouse=True)
def calm(mocker: MockerFixture, tmp_path: Path) -> None:
    """No port is there, and no program that grabs ports."""
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])
    mocker.patch("microderm_ctl.doctor.examine.System", return_value=linux(tmp_path / "os"))


@pytest.fixture
def silent_port() -> Iterator[str]:
    os_openpty = getattr(os, "openpty", None)
    if os_openpty is None:
        pytest.skip("there are no pseudo terminals here")
    master, slave = os_openpty()
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


def test_with_nothing_attached_nothing_is_wrong(run: Run, data_dir: Path) -> None:
    ended = run("doctor", "--json")
    record = ended.record
    assert (ended.code, record["result"]) == (0, "warn")
    assert {check["id"] for check in record["checks"]} >= HOST
    assert all(set(check) == {"id", "about", "title", "result", "found", "means", "fix", "lines"} for check in record["checks"])
    assert {check["result"] for check in record["checks"]} <= set(RESULTS)
    assert not data_dir.exists(), "what was made on trial is gone"


def test_every_trouble_says_what_it_means_and_how_to_fix_it(run: Run, silent_port: str, data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    (data_dir / "microderm.sqlite3").write_bytes(b"nonsense" * 100)
    trouble = [check for check in run("doctor", "--port", silent_port, "--json").record["checks"] if check["result"] in ("wrong", "warn")]
    assert {"store", "connection"} <= {check["id"] for check in trouble}
    assert all(check["found"] and check["means"] and check["fix"] for check in trouble)


def test_what_is_wrong_comes_first_in_words_and_the_lines_can_be_copied(run: Run, silent_port: str, data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    data_dir.chmod(0o755)
    ended = run("doctor", "--port", silent_port)
    lines = ended.out.splitlines()
    assert ended.code == 10
    assert lines[0].startswith("1 thing is wrong, ")
    assert lines[2] == f"WRONG  Wand at {silent_port}"
    marks = [line.split("  ")[0] for line in lines if line.startswith(("WRONG", "WARN", "ok"))]
    assert marks == sorted(marks, key=("WRONG", "WARN", "ok").index)
    if os.name == "posix":
        assert f"     chmod 700 {data_dir}" in lines
    assert all(len(line) <= 79 or line.startswith("     ") or str(data_dir) in line for line in lines)
    assert ended.err == ""


def test_the_virtual_wand_is_looked_at_and_nothing_is_made_for_it(run: Run, data_dir: Path) -> None:
    ended = run("doctor", "--port", "sim", "--json")
    results = {check["id"]: check["result"] for check in ended.record["checks"]}
    assert ended.code == 0
    assert [results[id_] for id_ in ("connection", "protocol", "self-test", "calibration", "ledger")] == ["ok"] * 5
    assert not data_dir.exists()


def test_the_virtual_wand_lives_on_the_practice_calendar(run: Run) -> None:
    run("info", "--port", "sim")
    run("simulate", "--advance", "340d")
    before = _calibration(run)
    assert before["result"] == "warn"
    assert "over 12 months" in before["found"]


def _calibration(run: Run) -> dict[str, str]:
    (check,) = [check for check in run("doctor", "--port", "sim", "--json").record["checks"] if check["id"] == "calibration"]
    return dict(check)


def test_every_cause_is_told_apart(run: Run, mocker: MockerFixture, silent_port: str) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[usb("/dev/ttyUSB0", vid=0x1A86)])

    def found(*words: str) -> str:
        ended = run("doctor", "--json", *words)
        assert ended.code == 10
        (wrong,) = [check["found"] for check in ended.record["checks"] if check["result"] == "wrong"]
        return str(wrong)

    causes = [
        found("--port", "/dev/ttyACM9"),
        found("--port", silent_port),
        found("--port", "/dev/ttyUSB0"),
        found("--port", os.devnull),
        found("--port", "socket://127.0.0.1:1"),
        found("--port", "nonsense://x"),
        found("--serial", "MD-9"),
    ]
    assert len(set(causes)) == len(causes)


def test_a_treatment_that_runs_is_told_and_not_disturbed(run: Run, data_dir: Path, silent_port: str) -> None:
    with open_store(data_dir), treating(data_dir, silent_port, "MD-1", 0):
        ended = run("doctor", "--port", silent_port)
    assert ended.code == 0
    assert ended.out.splitlines()[0].endswith("1 not looked at.")
    assert f"not checked  Wand at {silent_port}: A microderm (process {os.getpid()}) is using it now." in ended.out


def test_a_directory_that_cannot_be_used_hides_no_other_check(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = run("doctor", "--data-dir", str(tmp_path / "file"), "--port", "sim", "--json")
    results = {check["id"]: check["result"] for check in ended.record["checks"]}
    assert (ended.code, results["data-directory"], results["self-test"]) == (10, "wrong", "ok")


def test_v_says_each_check_as_it_ends(run: Run) -> None:
    assert "Python: ok" in run("doctor", "-v").err


def test_it_works_in_a_process_of_its_own(data_dir: Path) -> None:
    words = [sys.executable, "-m", "microderm_ctl", "doctor", "--port", "sim", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["result"] in ("ok", "warn")
