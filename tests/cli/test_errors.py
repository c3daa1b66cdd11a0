"""Whatever happens becomes a sentence, a hint and an exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl import errors
from microderm_ctl.cli.context import typed_name
from microderm_ctl.link.ports import PortInfo
from tests.cli.conftest import Run

MICRODERM = [sys.executable, "-m", "microderm_ctl"]


def test_an_error_is_a_sentence_and_a_hint_on_standard_error(run: Run) -> None:
    ended = run("info", "--port", "/dev/nothing-is-here")

    assert ended.code == 4
    assert ended.out == ""
    assert ended.err.splitlines()[0] == "There is no port /dev/nothing-is-here."


def test_under_json_an_error_is_json(run: Run) -> None:
    told = json.loads(run("--json", "info", "--port", "/dev/nothing-is-here").err)

    assert (told["code"], told["exit_code"]) == ("port-missing", 4)
    assert told["error"] == "There is no port /dev/nothing-is-here."
    assert told["hint"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["limts"], "There is no command 'limts'. Did you mean 'limits'?"),
        (["profile", "creat"], "There is no command 'creat'. Did you mean 'create'?"),
        (["limits", "--zon", "nose"], "No such option '--zon'."),
        (["history", "--ended", "well"], "Invalid value for '--ended'"),
        (["demo", "now"], "Got unexpected extra argument (now)"),
        (["--port"], "Option '--port' requires an argument."),
    ],
)
def test_wrong_usage_is_two(run: Run, words: list[str], told: str) -> None:
    ended = run(*words)

    assert ended.code == 2
    assert told in ended.err.splitlines()[0]
    assert "--help" in ended.err


def test_two_wands_are_listed_and_the_flag_is_named(run: Run, mocker: MockerFixture) -> None:
    found = [PortInfo("/dev/ttyACM0", "MD-1"), PortInfo("/dev/ttyACM1", "MD-2")]
    mocker.patch("microderm_ctl.link.ports.find", return_value=found)

    ended = run("info")

    assert ended.code == 3
    assert "MD-1 at /dev/ttyACM0" in ended.err
    assert "--serial" in ended.err


def test_a_mistake_of_the_program_has_no_traceback_without_debug(run: Run, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.cli.words.columns", side_effect=ZeroDivisionError("oops"))
    mocker.patch("microderm_ctl.link.ports.find", return_value=[PortInfo("/dev/ttyACM0", "MD-1")])

    ended = run("devices")
    assert ended.code == 1
    assert ended.err.splitlines()[0] == "This is a mistake in microderm, not yours (ZeroDivisionError)."
    assert "Traceback" not in ended.err

    debugged = run("--debug", "devices")
    assert debugged.code == 1
    assert "Traceback" in debugged.err


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), errors.Stopped("Stopped.")])
def test_an_interruption_is_130(run: Run, mocker: MockerFixture, raised: BaseException) -> None:
    mocker.patch("microderm_ctl.cli.context.Invocation.candidates", side_effect=raised)

    ended = run("devices")

    assert (ended.code, ended.err.strip()) == (130, "Stopped.")


def test_every_error_of_the_tree_keeps_its_exit_code(run: Run, mocker: MockerFixture) -> None:
    kinds = [errors.NoWand, errors.PortBusy, errors.WandSilent, errors.LinkLost, errors.RuleRefusal, errors.WandFault, errors.CheckFailed]
    for kind in kinds:
        mocker.patch("microderm_ctl.cli.context.Invocation.candidates", side_effect=kind("Said.", "Do."))

        assert (run("devices").code, run("devices").err) == (kind.exit_code, "Said.\nDo.\n")


def test_a_reader_that_goes_is_no_error(data_dir: Path) -> None:
    piped = subprocess.Popen([*MICRODERM, "limits", "--skin", "oily", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if piped.stdout is None or piped.stderr is None:
        raise RuntimeError("no pipes")
    piped.stdout.close()
    told = piped.stderr.read()
    piped.stderr.close()

    assert (piped.wait(timeout=60), told) == (0, b"")


def test_a_data_directory_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = run("profile", "list", "--data-dir", str(tmp_path / "file"))

    assert ended.code == 9
    assert "--data-dir" in ended.err


def test_a_store_that_is_torn_or_from_the_future_stays_as_it_is(run: Run, ana: str, data_dir: Path) -> None:
    store = data_dir / "microderm.sqlite3"
    whole = store.read_bytes()
    future = whole[:60] + (9_999).to_bytes(4, "big") + whole[64:]
    for bytes_ in (future, whole[:5000], b"not a database at all" * 10):
        store.write_bytes(bytes_)

        ended = run("history")

        assert ended.code == 9
        assert "Traceback" not in ended.err
        assert store.read_bytes() == bytes_


def test_the_program_is_named_as_it_was_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "microderm"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")

    monkeypatch.setattr("sys.argv", [str(program)])
    assert typed_name() == str(Path(".venv") / "bin" / "microderm")
    monkeypatch.setattr("sys.argv", [".venv/bin/microderm"])
    assert typed_name() == str(Path(".venv") / "bin" / "microderm")
    monkeypatch.setenv("PATH", str(program.parent))
    assert typed_name() == "microderm"
    monkeypatch.setattr("sys.argv", ["/x/microderm_ctl/__main__.py"])
    assert typed_name().endswith("-m microderm_ctl")
