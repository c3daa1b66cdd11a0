"""Records on CPython what a board returned to the wand's program and what came of it, for another runtime to repeat.

A tape has one operation a line, then what changed of the board's inputs:

    board kind=2 simulated=T            the board's constants, once
    constants hold_steps=30             other constants than the program's own, for what takes minutes
    start reset_cause=0                 the program begins (again, after a restart)
    feed x0012ab00 random8=x0102...     bytes came from the computer
    step ticks_ms=20 raw_pressure=8192  20 ms passed
    snapshot                            the whole state is compared
    restore                             the state is taken over from its own snapshot, and compared

A value is an integer, T or F, x with bytes in hex, E for an error of the board or
N for nothing; `name=1,2` was read twice. A tape may begin anew with another
`board`. An argument follows a colon: `read_slot:3`. The answer to a line is the
bytes that the program returned and, in order, everything it told the board.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.board import Board
from microderm_ctl.firmware.constants import Constants

FAILED = "E"
NOTHING = "N"


class Tape(NamedTuple):
    """A recorded session."""

    lines: tuple[str, ...]
    answers: tuple[str, ...]


def spliced(tapes: Iterable[Tape]) -> Tape:
    """Return several sessions, each on a board of its own, as one."""
    lines: list[str] = []
    answers: list[str] = []
    for tape in tapes:
        lines += tape.lines
        answers += tape.answers
    return Tape(tuple(lines), tuple(answers))


class Recorder:
    """The wand's program on a board, with everything that passes between them written down."""

    def __init__(self, board: Board, constants: Mapping[str, int] | None = None) -> None:
        """Start the program, with some of its constants changed if asked."""
        self._board = board
        self._constants = Constants()
        self._known: dict[str, list[str]] = {}
        self._reads: dict[str, list[str]] = {}
        self._told: list[str] = []
        self._lines: list[str] = []
        self._answers: list[str] = []
        own = [name for name in dir(Board) if not name.startswith("_") and not callable(getattr(Board, name))]
        self._note("board " + " ".join(f"{name}={text(getattr(board, name))}" for name in own), "x")
        if constants:
            self._note("constants " + " ".join(f"{name}={value}" for name, value in constants.items()), "x")
        for name, value in (constants or {}).items():
            setattr(self._constants, name, value)
        self.start()

    def start(self) -> None:
        """Start the program, as power or a restart does."""
        self._app = App(self._watched(), self._constants)
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

    def restore(self) -> None:
        """Have the state taken over from its own snapshot, and compared."""
        self._app.state.restore(self._app.state.snapshot())
        self._note("restore", flat(self._app.state.snapshot()))

    def state(self) -> tuple[tuple[int, ...], ...]:
        """Return the whole state, as the program's snapshot."""
        return self._app.state.snapshot()

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
            key = ":".join([name, *map(text, arguments)])
            try:
                result = inner(*arguments)
            except OSError:
                self._told.append(key)
                self._reads.setdefault(key, []).append(FAILED)
                raise
            if arguments or result is None:
                self._told.append(key)
            if result is not None:
                self._reads.setdefault(key, []).append(text(result))
            elif key in self._reads or key in self._known:
                self._reads.setdefault(key, []).append(NOTHING)
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
