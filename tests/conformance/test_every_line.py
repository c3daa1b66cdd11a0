"""The sessions come by every line of the wand's program, so that MicroPython has run each: what it lacks cannot hide in a rare one."""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import pytest

from microderm_ctl import firmware
from tests.conformance.sessions import PLAYS
from tests.conformance.tape import Recorder

FOLDER: Final = Path(firmware.__file__).parent
BOARDS: Final = {"board.py", "boot.py", "main.py"}
"""The base class of boards has no line that runs; the start of a Pico has tests of its own on MicroPython."""
UNREACHED: Final = {
    "raise Refusal(w.LOCKED)  # app.py",  # every request in the table has a handler
    "return  # core.py",  # 22 minutes of readings that nobody asked for
    "return True  # ledger.py",  # asked only while an entry is open
    'raise ValueError("content")  # memory.py',  # every record is shorter
    "raise Refusal(w.SENSOR, 255, faults)  # service.py",  # a fault has ended SERVICE before
    "raise ValueError(form)  # wire.py",  # the handlers fill their answers
    "return None  # wire.py",  # a block has no zeros in it
    # Where records and keys are made, which is not in a wand:
    'return hmac_sha256(service_key, serial + b"\\0" * (12 - len(serial)))  # unlock.py',
    "return wire.pack(FORM, (VERSION, 0, zero_raw, serial, utc_s, gain, curve))  # calibration.py",
}
"""Guards that nothing outside of the program can reach, by line and file."""


class Lines:
    """Notes which lines of the program ran; a function of which all did costs nothing more."""

    def __init__(self) -> None:
        self.left: dict[CodeType, set[int]] = {}

    def watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function during which lines are noted; the sessions around it take their time without."""

        def call(*arguments: Any) -> Any:
            before = sys.gettrace()
            sys.settrace(self.trace)
            try:
                return function(*arguments)
            finally:
                sys.settrace(before)

        return call

    def unreached(self) -> set[str]:
        """Return the lines that never ran, each with the name of its file."""
        left = {(code.co_filename, code.co_firstlineno): lines for code, lines in self.left.items()}
        unreached = set()
        for file in sorted(FOLDER.glob("*.py")):
            source = file.read_text(encoding="utf-8")
            for code in functions_in(compile(source, str(file), "exec")):
                lines = left.get((str(file), code.co_firstlineno), lines_of(code))
                unreached |= {f"{source.splitlines()[line - 1].strip()}  # {file.name}" for line in lines if file.name not in BOARDS}
        return unreached

    def trace(self, frame: FrameType, event: str, arg: object) -> Any:
        code = frame.f_code
        left = self.left.get(code)
        if left is None:
            if not code.co_filename.startswith(str(FOLDER)):
                return None
            left = self.left[code] = lines_of(code)
        return self._in_function(left) if left else None

    def _in_function(self, left: set[int]) -> Any:
        def line(frame: FrameType, event: str, arg: object) -> Any:
            left.discard(frame.f_lineno)
            return line

        return line


def lines_of(code: CodeType) -> set[int]:
    """Return the lines of a function that run."""
    return {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}


def functions_in(code: CodeType) -> Iterator[CodeType]:
    """Yield the functions in a file, and the functions in these."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_OPTIMIZED:  # a function, not the body of a class
                yield constant
            yield from functions_in(constant)


def test_every_line_of_the_program_runs_in_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Lines()
    for name in ("start", "feed", "step", "restore"):
        monkeypatch.setattr(Recorder, name, lines.watched(getattr(Recorder, name)))
    for play in PLAYS:
        play()
    assert lines.unreached() == UNREACHED
