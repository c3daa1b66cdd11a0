"""The wand's own files, unchanged, do on MicroPython what they do on CPython: every byte, drive, slot and state."""

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.runtime import ROOT, find_or_skip
from tests.conformance.sessions import SESSIONS
from tests.conformance.tape import Tape

PEER = Path(__file__).with_name("peer.py")


@pytest.fixture(scope="module")
def micropython() -> str:
    """Return the program to run, from MICROPYTHON or the environment that `make` sets up."""
    return find_or_skip()


@functools.cache
def _played(name: str) -> Tape:
    return SESSIONS[name]()


def _repeat(runtime: str, tape: Tape) -> tuple[str, ...]:
    command = [runtime, str(PEER), str(ROOT / "microderm_ctl")]
    done = subprocess.run(command, input="\n".join(tape.lines) + "\n", capture_output=True, text=True, timeout=120, check=False)
    answers = tuple(done.stdout.splitlines())
    return answers if done.returncode == 0 else (*answers, f"exit code {done.returncode}: {done.stderr}")


def _first_difference(tape: Tape, answers: tuple[str, ...]) -> str:
    """Say at which operation two runs part, and how; nothing when they do not."""
    for number, (line, expected) in enumerate(zip(tape.lines, tape.answers, strict=True)):
        answer = answers[number] if number < len(answers) else "nothing"
        if answer != expected:
            return f"operation {number}: {line}\n  CPython: {expected}\n  there:   {answer}"
    return "" if len(answers) == len(tape.lines) else f"more than was asked: {answers[len(tape.lines) :]}"


@pytest.mark.parametrize("name", sorted(SESSIONS))
def test_a_session_repeats_on_cpython(name: str) -> None:
    assert _first_difference(_played(name), _repeat(sys.executable, _played(name))) == ""


@pytest.mark.parametrize("name", sorted(SESSIONS))
def test_a_session_repeats_on_micropython(name: str, micropython: str) -> None:
    assert _first_difference(_played(name), _repeat(micropython, _played(name))) == ""


def test_it_is_micropython_and_not_this_python(micropython: str) -> None:
    done = subprocess.run(
        [micropython, "-c", "import sys; print(sys.implementation.name)"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "micropython"


def test_a_difference_names_the_operation() -> None:
    tape = Tape(("start", "step ticks_ms=20", "step ticks_ms=40"), ("x", "x set_pump:0", "x"))
    assert _first_difference(tape, tape.answers) == ""
    assert "operation 1: step ticks_ms=20" in _first_difference(tape, ("x", "x set_pump:1", "x"))
    assert "operation 2" in _first_difference(tape, tape.answers[:2])
