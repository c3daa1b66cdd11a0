"""Records on CPython what a board returned to the wand's program and what came of it, for another runtime to repeat.

A tape has one operation a line, then what changed of the board's inputs:

    board kind=2 simulated=T            the board's constants, once
    start reset_cause=0                 the program begins (again, after a restart)
    feed x0012ab00 random8=x0102...     bytes came from the computer
    step ticks_ms=20 raw_pressure=8192  20 ms passed
    snapshot                            the whole state is compared

A value is an integer, T or F, or x with bytes in hex; `name=1,2` was read
twice. An argument follows a colon: `read_slot:3`. The answer to a line is the
bytes that the program returned and, in order, everything it told the board.
"""

from collections.abc import Callable
from typing import NamedTuple

from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.board import Board


class Tape(NamedTuple):
    """A recorded session."""

    lines: tuple[str, ...]
    answers: tuple[str, ...]


class Recorder:
    """The wand's program on a board, with everything that passes between them written down."""

    def __init__(self, board: Board) -> None:
        """Start the program."""
        self._board = board
        self._known: dict[str, list[str]] = {}
        self._reads: dict[str, list[str]] = {}
        self._told: list[str] = []
        self._lines: list[str] = []
        self._answers: list[str] = []
        constants = [name for name in dir(Board) if not name.startswith("_") and not callable(getattr(Board, name))]
        self._note("board " + " ".join(f"{name}={text(getattr(board, name))}" for name in constants), "x")
        self.start()

    def start(self) -> None:
        """Start the program, as power or a restart does."""
        self._app = App(self._watched())
        self._end("start", b"")

    def feed(self, data: bytes) -> bytes:
        """Give the program bytes and return its answers."""
        said = self._app.feed(data)
        self._end("feed " + text(data), said)
        return said

    def step(self) -> bytes:
        """Let the program make one step, and return what it sent."""
        said = self._app.step()
        self._end("step", said)
        return said

    def snapshot(self) -> None:
        """Have the whole state compared here."""
        self._note("snapshot", flat(self._app.state.snapshot()))

    def tape(self) -> Tape:
        """Return what was recorded so far."""
        return Tape(tuple(self._lines), tuple(self._answers))

    def _note(self, line: str, answer: str) -> None:
        self._lines.append(line)
        self._answers.append(answer)

    def _end(self, operation: str, said: bytes) -> None:
        changes = []
        for key, values in self._reads.items():
            read = values[:1] if len(set(values)) == 1 else values
            if self._known.get(key) != read:
                changes.append(f"{key}={','.join(read)}")
            self._known[key] = values[-1:]
        self._note(" ".join([operation, *changes]), " ".join([text(said), *self._told]))
        self._reads, self._told = {}, []

    def _watched(self) -> Board:
        names = [name for name in dir(Board) if not name.startswith("_")]
        members = {name: self._watch(name) if callable(getattr(Board, name)) else getattr(self._board, name) for name in names}
        watched: Board = type("WatchedBoard", (Board,), members)()
        return watched

    def _watch(self, name: str) -> Callable[..., object]:
        inner: Callable[..., object] = getattr(self._board, name)

        def call(_self: object, *arguments: object) -> object:
            result = inner(*arguments)
            key = ":".join([name, *map(text, arguments)])
            if arguments or result is None:
                self._told.append(key)
            if result is not None:
                self._reads.setdefault(key, []).append(text(result))
            return result

        return call


def text(value: object) -> str:
    """Return a value as the tape writes it."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (bytes, bytearray)):
        return "x" + value.hex()
    return str(value)


def flat(state: object) -> str:
    """Return a snapshot, tuples in tuples, as one line."""
    if isinstance(state, (tuple, list)):
        return "(" + ",".join(map(flat, state)) + ")"
    return text(state)
