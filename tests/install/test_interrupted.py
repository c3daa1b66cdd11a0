"""Wherever an installation breaks off, what lies on the board starts as a wand or ends at its prompt, and never drives the pump."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from microderm_ctl.carried import Program, program
from microderm_ctl.install import copying
from microderm_ctl.install.prompt import Prompt
from microderm_protocol import Decoder, codes, decode, encode
from microderm_protocol.messages import handshake
from tests.cli.conftest import Run
from tests.firmware.boards.pico_rig import FAKES
from tests.install.rig import Board, put

Plug = Callable[..., Board]
PEER = Path(__file__).with_name("peer_boots.py")
CHUNK = 8_192
"""Fewer and larger parts than in earnest: each file is still cut open, half written, and whole."""


class Start(NamedTuple):
    """What a board became: the build of the wand that answered, or the error that ended at the prompt; and its outputs.

    A wand is ended by a reset, after which nobody drives the pump's pin.
    """

    build: int | None
    error: str
    pump: str
    vent: str
    driver: str


def starts(runtime: str, flashes: list[Path]) -> list[Start]:
    """Start a board from each flash."""
    asked = encode(handshake.IdentityRequest(), 1)
    done = subprocess.run(
        [runtime, str(PEER), str(FAKES), asked.hex()],
        input="".join(f"{flash}\n" for flash in flashes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return [_start(line.split()) for line in done.stdout.splitlines()]


def _start(words: list[str]) -> Start:
    kind, said, *outputs = words
    if kind == "prompt":
        return Start(None, said, *outputs)
    heard = [decode(frame) for frame in Decoder().feed(bytes.fromhex(said))]
    (identity,) = [message for message in heard if isinstance(message, handshake.IdentityAnswer)]
    assert identity.board == next(number for number, name in codes.BOARDS.items() if name == "pico")
    return Start(identity.build, "", *outputs)


def _content(flash: Path) -> dict[str, bytes]:
    return {path.relative_to(flash).as_posix(): path.read_bytes() if path.is_file() else b"" for path in flash.rglob("*")}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Board], list[Path]]:
    """Return what lets each text that has changed something on the board be followed by a copy of its flash."""
    monkeypatch.setattr(copying, "CHUNK", CHUNK)
    told = Prompt.run

    def keep(board: Board) -> list[Path]:
        flashes: list[Path] = []
        seen: list[dict[str, bytes]] = []

        def run_and_keep(self: Prompt, script: str) -> str:
            out = told(self, script)
            holds = _content(board.flash)
            if holds not in seen:
                seen.append(holds)
                flashes.append(tmp_path / f"after-{len(flashes)}")
                shutil.copytree(board.flash, flashes[-1])
            return out

        monkeypatch.setattr(Prompt, "run", run_and_keep)
        return flashes

    return keep


@pytest.mark.hazard("H-41", "computer")
def test_over_a_strangers_program(boards: Plug, run: Run, kept: Callable[[Board], list[Path]]) -> None:
    board = boards(lambda flash: (flash / "main.py").write_text("lamp = 1\n"))
    flashes = kept(board)
    assert run("firmware", "install", "--port", board.port, "--yes").code == 0
    found = starts(board.runtime, flashes)
    switched = next(place for place, one in enumerate(found) if one.build is not None)
    assert all(one == Start(program().build, "", "at-rest", "open", "nobody") for one in found[switched:])
    assert all((one.build, one.pump, one.vent) == (None, "at-rest", "open") for one in found[:switched])
    assert {one.error for one in found[:switched]} == {"none", "OSError"}
    assert switched > len(program().files) * 2


@pytest.mark.hazard("H-41", "computer")
def test_over_an_older_program(boards: Plug, run: Run, kept: Callable[[Board], list[Path]], older: Program) -> None:
    board = boards(lambda flash: put(flash, older))
    board.wait_for_mode("wand")
    flashes = kept(board)
    assert run("firmware", "install", "--yes").code == 0
    found = starts(board.runtime, flashes)
    switched = next(place for place, one in enumerate(found) if one.build != older.build)
    assert all(one == Start(older.build, "", "at-rest", "open", "nobody") for one in found[:switched])
    assert all(one == Start(program().build, "", "at-rest", "open", "nobody") for one in found[switched:])
    assert switched > len(program().files) * 2


@pytest.mark.hazard("H-41", "wand")
def test_a_flash_that_lost_any_file_ends_at_the_prompt(boards: Plug, tmp_path: Path) -> None:
    runtime = boards().runtime
    flashes: list[Path] = []
    for file in program().package_files:
        flash = tmp_path / f"without-{len(flashes)}"
        folder = put(flash, program())
        (flash / folder / "firmware" / file.path).unlink()
        flashes.append(flash)
    for name, text in (("program.txt", "wand-"), ("program.txt", ""), ("main.py", "")):
        flashes.append(tmp_path / f"without-{len(flashes)}")
        put(flashes[-1], program())
        (flashes[-1] / name).write_text(text)
    found = starts(runtime, flashes)
    assert len(found) == len(flashes)
    assert all((one.pump, one.vent, one.driver) == ("at-rest", "open", "nobody" if one.build else "out") for one in found)
    needed = [one.error for file, one in zip(program().package_files, found, strict=False) if _is_needed(file.path)]
    assert set(needed) == {"ImportError"}
    assert [one.error for one in found[-3:]] == ["ImportError", "ImportError", "none"]


def _is_needed(path: str) -> bool:
    """Say whether a board imports a file: not what a type checker alone reads, and packages need no `__init__.py` on MicroPython."""
    return not path.endswith(("hardware.py", "__init__.py"))
