"""``microderm firmware install`` on a board: a real MicroPython at its prompt, spoken to through mpremote."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from microderm_ctl.carried import Program, program
from microderm_ctl.firmware.boards.slots import Slots
from microderm_ctl.firmware.memory import KEY, read_slot
from microderm_ctl.firmware.unlock import unit_key
from microderm_ctl.install import copying, scripts
from microderm_ctl.install.prompt import Prompt
from microderm_ctl.records.lock import treating
from tests.cli.conftest import Run
from tests.docs.pages import environment
from tests.docs.terminal import program as microderm
from tests.install.rig import SERIAL, Board, put

Plug = Callable[..., Board]
SERVICE_KEY = "the key of a service centre"


def in_force(board: Board) -> str:
    return (board.flash / "program.txt").read_text().strip()


def test_a_bare_board_becomes_a_wand(boards: Plug, run: Run) -> None:
    board = boards()
    ended = run("firmware", "install", "--port", board.port, "--yes", "--json")
    assert ended.code == 0, ended.err
    build = f"{program().build:08x}"
    assert (ended.record["serial"], ended.record["build"], ended.record["changed"]) == (SERIAL, build, True)
    assert in_force(board) == f"wand-{build}"
    there = {path.relative_to(board.flash).as_posix(): path.read_bytes() for path in board.flash.rglob("*.py")}
    assert there == {
        **{file.path: file.content for file in program().start_files},
        **{f"wand-{build}/firmware/{file.path}": file.content for file in program().package_files},
    }
    told = run("firmware", "check", "--json")
    assert (told.code, told.record["wand"]["matches"], told.record["wand"]["board"]) == (0, True, "pico")
    assert run("firmware", "install", "--yes", "--json").record["changed"] is False
    assert not board.drove_the_pump


def test_a_wand_of_another_version_is_sent_to_its_prompt_and_brought_up_to_date(boards: Plug, run: Run, older: Program) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    (board.flash / "slots-a").mkdir(exist_ok=True)
    (board.flash / "slots-a" / "1").write_bytes(b"calibration")
    (board.flash / "wand-00000001").mkdir()
    before = run("firmware", "check", "--json")
    assert (before.code, before.record["wand"]["build"]) == (10, f"{older.build:08x}")
    assert "microderm firmware install" in before.record["to_do"]
    ended = run("firmware", "install", "--yes")
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"Wand {SERIAL} at {board.port} runs program 0.1.0, build {program().build:08x}.")
    assert (board.flash / "slots-a" / "1").read_bytes() == b"calibration"
    assert {path.name for path in board.flash.glob("wand-*")} == {f"wand-{older.build:08x}", in_force(board)}
    assert not board.drove_the_pump


def test_a_program_that_is_damaged_is_copied_beside_itself(boards: Plug, run: Run) -> None:
    board = boards(lambda flash: put(flash, program()))
    board.wait_for_mode("wand")
    whole = in_force(board)
    (board.flash / whole / "firmware" / "states.py").write_bytes(b"half")
    ended = run("firmware", "install", "--yes", "--again")
    assert (ended.code, in_force(board)) == (0, f"{whole}b"), ended.err
    assert run("firmware", "install", "--yes", "--again").code == 0, "whole already: nothing is copied"
    assert in_force(board) == f"{whole}b"


def test_a_key_is_made_from_the_service_key_and_is_never_sent(
    boards: Plug, run: Run, at_terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = [SERVICE_KEY, SERVICE_KEY]
    sent: list[str] = []
    told = Prompt.run
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed.pop(0))

    def noted(self: Prompt, script: str) -> str:
        sent.append(script)
        return told(self, script)

    monkeypatch.setattr(Prompt, "run", noted)
    board = boards()
    ended = run("firmware", "install", "--yes", "--with-key", "--pressure", "mpxv6115v", "--port", board.port)
    assert ended.code == 0, ended.err
    assert "key of its own" in ended.out
    slots = Slots(str(board.flash))
    key = unit_key(SERVICE_KEY.encode(), SERIAL.encode())
    assert [read_slot(KEY, slots.read(2 * KEY + half)) for half in (0, 1)] == [(1, key), (2, key)]
    assert (board.flash / "board.txt").read_text() == "pressure mpxv6115v\n"
    assert not any(SERVICE_KEY in script for script in sent)


@pytest.mark.parametrize(
    ("typed", "words"),
    [(["short"], "8 to 64"), (["k" * 65], "8 to 64"), ([SERVICE_KEY, SERVICE_KEY + "."], "not the same")],
)
def test_a_key_is_asked_for_twice_and_has_a_form(
    boards: Plug, run: Run, at_terminal: None, monkeypatch: pytest.MonkeyPatch, typed: list[str], words: str
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed.pop(0))
    board = boards()
    ended = run("firmware", "install", "--yes", "--with-key", "--port", board.port)
    assert (ended.code, words in ended.err) == (2, True), ended.err
    assert list(board.flash.iterdir()) == []


def test_a_key_is_taken_from_no_script(boards: Plug, run: Run) -> None:
    board = boards()
    ended = run("firmware", "install", "--yes", "--with-key", "--port", board.port, "--json", text=f"{SERVICE_KEY}\n" * 2)
    assert (ended.code, list(board.flash.iterdir())) == (2, [])


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ({"machine": "Raspberry Pi Pico 2 with RP2350"}, 10, "no Raspberry Pi Pico"),
        ({"platform": "esp32", "machine": "Generic ESP32 module"}, 10, "no Raspberry Pi Pico"),
        ({"version": (1, 27, 9, "")}, 10, "MicroPython 1.27.9"),
        ({"usb": False}, 10, "usb-device-cdc"),
        ({"blocks": 20}, 9, "flash of the board is full"),
    ],
)
def test_a_board_that_cannot_be_a_wand_is_refused_and_left_as_it_was(
    boards: Plug, run: Run, what: dict[str, object], code: int, words: str
) -> None:
    board = boards(lambda flash: (flash / "main.py").write_text("old = 1\n"), **what)
    ended = run("firmware", "install", "--port", board.port, "--yes")
    assert (ended.code, words in ended.err) == (code, True), ended.err
    if code == 10:
        assert [path.name for path in board.flash.iterdir()] == ["main.py"]
        assert (board.flash / "main.py").read_text() == "old = 1\n"
    assert not (board.flash / "program.txt").exists()
    assert board.wait_for_mode() == "prompt"


@pytest.mark.hazard("H-41", "computer")
def test_what_is_read_back_otherwise_is_not_put_to_use(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch, older: Program) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    told = Prompt.run

    def wrong(self: Prompt, script: str) -> str:
        return told(self, script.replace("def judge", "def jugde"))

    monkeypatch.setattr(Prompt, "run", wrong)
    ended = run("firmware", "install", "--yes", "--json")
    error = json.loads(ended.err.splitlines()[-1])
    assert (ended.code, error["files"]) == (10, [f"wand-{program().build:08x}/firmware/interlock.py"])
    assert in_force(board) == f"wand-{older.build:08x}"
    assert board.wait_for_mode("wand") == "wand", "it was started again as the wand that it was"


def test_a_full_flash_and_one_that_fails_are_told_apart(boards: Plug) -> None:
    board = boards()
    with Prompt(board.port) as prompt:
        for raised, words in (("OSError(28)", "full"), ("OSError(5)", "could not write"), ("ValueError('x')", "broke off: ValueError: x")):
            with pytest.raises(Exception, match=words):
                prompt.run(f"raise {raised}")
        with pytest.raises(Exception, match="no one can read"):
            prompt.ask("print('{[')")


def test_a_crash_that_was_written_down_is_told_and_taken_away(boards: Plug, run: Run) -> None:
    board = boards(lambda flash: (flash / "crash.txt").write_text("Traceback:\n  here\nValueError: no\n"))
    ended = run("firmware", "install", "--port", board.port, "--yes")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-3:] == ["  Traceback:", "    here", "  ValueError: no"]
    assert not (board.flash / "crash.txt").exists()


# Which board


def test_two_boards_are_listed_and_none_is_touched(boards: Plug, run: Run) -> None:
    both = [boards(), boards(lambda flash: put(flash, program()))]
    both[1].wait_for_mode("wand")
    ended = run("firmware", "install", "--yes")
    assert ended.code == 3
    assert f"wand {SERIAL} at {both[1].port}" in ended.err
    assert f"board {SERIAL} at {both[0].port}" in ended.err
    assert "--port PORT" in ended.err
    assert list(both[0].flash.iterdir()) == []


def test_without_a_board_the_way_to_one_is_told(boards: Plug, run: Run) -> None:
    for words in ((), ("--serial", "5838832F1A2C")):
        ended = run("firmware", "install", "--yes", *words)
        assert (ended.code, "first-power-up.md" in ended.err) == (3, True)


def test_a_script_has_to_name_a_board_that_is_no_wand_yet(boards: Plug, run: Run) -> None:
    board = boards()
    for words, flag in ((("--yes",), f"--port {board.port}"), ((), "--yes")):
        ended = run("firmware", "install", *words)
        assert (ended.code, flag in ended.err, list(board.flash.iterdir())) == (2, True, []), ended.err


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_person_who_says_no_has_sent_nothing(
    boards: Plug, run: Run, at_terminal: None, monkeypatch: pytest.MonkeyPatch, is_listed: bool
) -> None:
    board = boards()
    if not is_listed:
        monkeypatch.setattr("microderm_ctl.link.ports._all_ports", list)
    opened: list[str] = []
    monkeypatch.setattr(Prompt, "__init__", lambda self, spec: opened.append(spec))
    words = () if is_listed else ("--port", board.port)
    ended = run("firmware", "install", *words, text="n\n")
    assert (ended.code, opened) == (130, [])
    assert board.port in ended.err
    assert ("does not know what is at" in ended.err) is not is_listed


def test_a_virtual_wand_needs_no_program(run: Run) -> None:
    ended = run("firmware", "install", "--port", "sim", "--yes")
    assert (ended.code, "virtual" in ended.err) == (2, True)


# What stands in the way


@pytest.mark.hazard("H-41", "computer")
def test_it_is_refused_while_a_treatment_runs(boards: Plug, run: Run, older: Program, data_dir: Path) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    data_dir.mkdir()
    for port, number in ((board.port, "other"), ("elsewhere", SERIAL)):
        with treating(data_dir, port, number, 1_770_000_000):
            ended = run("firmware", "install", "--yes")
            assert (ended.code, "microderm stop" in ended.err) == (4, True), ended.err
    assert board.mode == "wand"


@pytest.mark.parametrize("state", ["RUN", "HOLD", "ARMED", "STOPPING", "SERVICE"])
def test_it_is_refused_while_the_wand_is_in_use(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    board = boards(lambda flash: put(flash, program()))
    board.wait_for_mode("wand")
    monkeypatch.setattr("microderm_ctl.install.installation.READY_MS", 0)
    monkeypatch.setattr("microderm_ctl.wand.Wand.state", state)
    monkeypatch.setattr("microderm_ctl.link.values.Reading.is_at_rest", False)
    ended = run("firmware", "install", "--yes", "--again")
    assert (ended.code, f"in use: {state}" in ended.err) == (8, True), ended.err
    assert not (board.flash / "service").exists()


def test_without_mpremote_it_says_how_to_get_it(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    board = boards()
    monkeypatch.setitem(sys.modules, "mpremote.transport_serial", None)
    ended = run("firmware", "install", "--port", board.port, "--yes")
    assert (ended.code, "pip install 'microderm-ctl[firmware]'" in ended.err) == (10, True)


@pytest.mark.parametrize(("number", "words"), [(errno.ENOENT, "There is no port"), (errno.EACCES, "may not open"), (errno.EBUSY, "in use")])
def test_a_port_that_cannot_be_opened_is_told_as_everywhere(run: Run, monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    def refused(self: serial.Serial) -> None:
        raise serial.SerialException(number, "no")

    monkeypatch.setattr("microderm_ctl.link.ports._all_ports", list)
    monkeypatch.setattr(serial.Serial, "open", refused)
    ended = run("firmware", "install", "--port", "/dev/ttyNOWHERE", "--yes")
    assert (ended.code, words in ended.err) == (4, True), ended.err


def test_a_person_who_ends_it_half_way_gets_the_old_wand_back(
    boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch, older: Program
) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    told, count = Prompt.run, [0]

    def stopped(self: Prompt, script: str) -> str:
        count[0] += 1
        if count[0] == 40:
            raise KeyboardInterrupt
        return told(self, script)

    monkeypatch.setattr(Prompt, "run", stopped)
    assert run("firmware", "install", "--yes").code == 130
    assert board.wait_for_mode("wand") == "wand"
    assert (in_force(board), board.drove_the_pump) == (f"wand-{older.build:08x}", False)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo terminals here")
def test_what_is_no_prompt_is_told_after_a_while(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microderm_ctl.link.ports._all_ports", list)
    monkeypatch.setattr("microderm_ctl.install.prompt.ENTER_S", 1)
    master, slave = os.openpty()
    ended = run("firmware", "install", "--port", os.ttyname(slave), "--yes", "--json")
    os.close(master)
    os.close(slave)
    assert (ended.code, ended.out) == (5, "")


def test_a_wand_that_does_not_come_back_is_told(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    board = boards()
    monkeypatch.setattr("microderm_ctl.install.installation.BACK_MS", 500)
    monkeypatch.setattr(scripts, "RESET", "pass")
    ended = run("firmware", "install", "--port", board.port, "--yes")
    assert (ended.code, f"no wand {SERIAL} answers" in ended.err) == (10, True), ended.err


def test_another_build_that_answers_is_told(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch, older: Program) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    monkeypatch.setattr(copying, "copy", lambda prompt, found, program, extra, tell: found.in_force)
    ended = run("firmware", "install", "--yes")
    assert (ended.code, f"it runs build {older.build:08x}" in ended.err) == (10, True), ended.err


def test_a_cable_that_is_pulled_is_told_and_harmless(boards: Plug, run: Run, monkeypatch: pytest.MonkeyPatch, older: Program) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    told, count = Prompt.run, [0]

    def pulled(self: Prompt, script: str) -> str:
        count[0] += 1
        if count[0] == 40:
            board.pull()
        return told(self, script)

    monkeypatch.setattr(Prompt, "run", pulled)
    ended = run("firmware", "install", "--yes")
    assert (ended.code, "was lost on the way" in ended.err) == (6, True), ended.err
    board.plug()
    assert board.wait_for_mode("wand") == "wand"
    assert (in_force(board), board.drove_the_pump) == (f"wand-{older.build:08x}", False)


@pytest.mark.parametrize("files", [1, 12])
def test_an_installer_that_is_killed_leaves_a_board_that_answers(boards: Plug, run: Run, tmp_path: Path, files: int) -> None:
    board = boards()
    words = [*microderm(), "firmware", "install", "--port", board.port, "--yes"]
    with subprocess.Popen(words, env=environment(tmp_path), stderr=subprocess.DEVNULL) as installer:
        end_s = time.monotonic() + 30
        while len(list(board.flash.rglob("*.py"))) < files + 2 and time.monotonic() < end_s:
            time.sleep(0.001)
        installer.send_signal(signal.SIGKILL)
    assert not (board.flash / "program.txt").exists()
    assert board.mode == "prompt"
    ended = run("firmware", "install", "--port", board.port, "--yes")
    assert (ended.code, board.mode, board.drove_the_pump) == (0, "wand", False), ended.err
