"""The same sessions on a real image for the RP2040, where a person supplies one; and the way to it, on a pretended board, always."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance import emulated
from tests.conformance.runtime import find_or_skip
from tests.conformance.sessions import SESSIONS
from tests.conformance.tape import Tape
from tests.conformance.test_micropython import _first_difference


@pytest.fixture(scope="module")
def image() -> Iterator[emulated.Prompt]:
    """Return the prompt of the emulated board, with the program on its flash."""
    path = os.environ.get("RP2_UF2", "")
    if not path:
        pytest.skip("no image for the RP2040 was supplied: RP2_UF2=path make test-micropython")
    if not emulated.EMULATOR.exists():
        pytest.skip(f"the emulator is missing: {emulated.EMULATOR} (RP2_UF2=path make test-micropython sets it up)")
    port = emulated.free_port()
    with emulated.board([str(emulated.EMULATOR), "micropython", "--image", path, "--tcp-port", str(port)], port) as prompt:
        emulated.install(prompt)
        yield prompt


@pytest.mark.parametrize("name", sorted(SESSIONS))
def test_a_session_repeats_on_an_emulated_board(name: str, image: emulated.Prompt) -> None:
    tape = SESSIONS[name]()
    assert _first_difference(tape, emulated.repeat(image, tape)) == ""


def test_the_way_to_a_board_is_sound(tmp_path: Path) -> None:
    """Files are written and a tape is replayed through a raw prompt, behind which the native MicroPython stands for the board."""
    find_or_skip()
    port = emulated.free_port()
    tape = SESSIONS["silence"]()
    with emulated.board([sys.executable, "-m", "tests.conformance.raw_prompt", str(port), str(tmp_path)], port) as prompt:
        emulated.install(prompt)
        assert (tmp_path / "firmware" / "wire.py").read_bytes() == (emulated.FIRMWARE / "wire.py").read_bytes()
        assert _first_difference(tape, emulated.repeat(prompt, tape)) == ""


def test_a_difference_on_a_board_is_told(tmp_path: Path) -> None:
    find_or_skip()
    port = emulated.free_port()
    tape = SESSIONS["silence"]()
    other = Tape(tape.lines, (*tape.answers[:9], "x99", *tape.answers[10:]))
    with emulated.board([sys.executable, "-m", "tests.conformance.raw_prompt", str(port), str(tmp_path)], port) as prompt:
        emulated.install(prompt)
        assert "operation 9:" in _first_difference(other, emulated.repeat(prompt, tape))
