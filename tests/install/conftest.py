"""A board for the tests of installing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.carried import Program, program, program_of
from tests.cli.conftest import at_terminal, data_dir, run
from tests.install.rig import Board

__all__ = ["at_terminal", "boards", "data_dir", "run"]


def nothing(flash: Path) -> None:
    """Leave a flash empty."""


@pytest.fixture
def boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Board]]:
    """Return what plugs a board in; the computer sees all of them, and no other port."""
    plugged: list[Board] = []

    def plug(prepare: Callable[[Path], Any] = nothing, **what: Any) -> Board:
        board = Board(tmp_path / f"board-{len(plugged)}", **what)
        prepare(board.flash)
        board.plug()
        plugged.append(board)
        return board

    monkeypatch.setattr("microderm_ctl.link.ports._all_ports", lambda: [port for board in plugged for port in board.ports()])
    yield plug
    for board in plugged:
        board.pull()


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Return another program: one that speaks another version of the protocol, so that only what is frozen works with it."""
    folder = tmp_path_factory.mktemp("older")
    for file in program().files:
        path = folder / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.content.replace(b"TABLE_HASH = 0x", b"TABLE_HASH = 0x1 + 0x"))
    return program_of(folder)
