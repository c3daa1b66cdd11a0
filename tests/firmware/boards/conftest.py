"""A Pico for the tests: the chip alone, or with the program on it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microderm_ctl.firmware.boards.slots import Slots
from tests.firmware.boards import pico_rig

if TYPE_CHECKING:
    from tests.firmware.boards.fakes.machine import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["World"]:
    """Return the chip, with an empty flash."""
    monkeypatch.chdir(tmp_path)
    with pico_rig.chip(monkeypatch) as world:
        yield world


@pytest.fixture
def start(world: "World") -> Callable[[], pico_rig.Wand]:
    """Return what starts a calibrated wand."""
    pico_rig.calibrate(Slots())
    return lambda: pico_rig.Wand(world)
