"""The order in which a program is put on a board, with a board that only listens."""

from hashlib import sha256
from typing import Any

import pytest

from microderm_ctl.carried import program
from microderm_ctl.errors import CheckFailed
from microderm_ctl.install import copying, scripts
from microderm_ctl.install.copying import Found

FOUND = Found("rp2", (1, 28, 0), "Raspberry Pi Pico with RP2040", "5838832F1A2B", ("boot.py", "wand-1"), "wand-00000001", "", True)


class Listening:
    """A board that keeps files in a dictionary, and may keep some of them otherwise than they were sent."""

    def __init__(self, damages: str = "") -> None:
        self.files: dict[str, bytes] = {}
        self.renamed: list[str] = []
        self.damages = damages
        self._path = ""

    def run(self, script: str) -> str:
        names: dict[str, Any] = {}
        if script.startswith("f = open("):
            self._path = script.partition("'")[2].partition("'")[0]
            self.files[self._path] = b""
        elif script.startswith("assert w("):
            exec(script, {"w": self._take}, names)
        elif script.startswith("import os; os.rename("):
            old, new = script.split("'")[1::2]
            self.files[new] = self.files.pop(old)
            self.renamed.append(new)
        return ""

    def ask(self, script: str) -> Any:
        if script == scripts.FREE:
            return 1_400_000
        paths = script.rpartition("for path in ")[2].rpartition("])")[0]
        return [sha256(self.files[path]).hexdigest() if path in self.files else "" for path in eval(paths)]

    def _take(self, content: bytes) -> int:
        self.files[self._path] += content if self._path != self.damages else b"?"
        return len(content)


def install(board: Listening) -> str:
    prompt: Any = board
    return copying.copy(prompt, FOUND, program(), (("board.txt", b"pressure mpxv6115v\n"),), lambda text: None)


@pytest.mark.hazard("H-41", "computer")
def test_what_starts_a_board_goes_first_and_what_puts_a_program_in_force_last() -> None:
    board = Listening()
    folder = install(board)
    assert board.renamed == ["boot.py", "main.py", "board.txt", "program.txt"]
    assert board.files["program.txt"] == f"{folder}\n".encode()


@pytest.mark.hazard("H-41", "computer")
def test_no_file_takes_the_place_of_another_before_it_is_read_back() -> None:
    board = Listening(damages="main.py.new")
    with pytest.raises(CheckFailed):
        install(board)
    assert board.renamed == ["boot.py"]


@pytest.mark.hazard("H-41", "computer")
def test_no_program_is_put_in_force_before_it_is_read_back() -> None:
    board = Listening(damages=f"wand-{program().build:08x}/firmware/states.py")
    with pytest.raises(CheckFailed):
        install(board)
    assert "program.txt" not in board.files
