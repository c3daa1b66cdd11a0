"""Runs the wand's program on recorded inputs and writes down everything it did: on MicroPython and on CPython alike.

    micropython peer.py FOLDER < tape > answers

FOLDER is the one that holds the package `firmware`. The tape has one operation
a line, and what the board would have returned since the last line where it
differs; `tape.py` describes it. One line of answers comes back for each.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from microderm_ctl.firmware.app import App


FAILED = -0x80000000
"""Stands for an error of the board; nothing on it reads as this."""


def text(value: object) -> str:
    """Return a value as the tape writes it."""
    if value is True or value is False:
        return "T" if value else "F"
    if isinstance(value, (bytes, bytearray)):
        return "x" + "".join(["%02x" % byte for byte in value])
    return str(value)


def value_of(word: str) -> int | bytes | None:
    """Return the value of a word on the tape; FAILED where the board raises an error."""
    if word in ("T", "F"):
        return word == "T"
    if word in ("E", "N"):
        return FAILED if word == "E" else None
    return bytes_of(word) if word[0] == "x" else int(word)


def bytes_of(word: str) -> bytes:
    """Return the bytes of a word on the tape: x and two digits each."""
    return bytes([int(word[at : at + 2], 16) for at in range(1, len(word), 2)])


def flat(state: object) -> str:
    """Return a snapshot, tuples in tuples, as one line."""
    if isinstance(state, (tuple, list)):
        return "(" + ",".join([flat(part) for part in state]) + ")"
    return text(state)


class Replay:
    """A board that returns what was recorded, and notes what it is told."""

    def __init__(self) -> None:
        """Begin with nothing recorded."""
        self.recorded: dict[str, list[int | bytes | None]] = {}
        self.noted: list[str] = []

    def load(self, words: list[str]) -> None:
        """Take what changed: `name=value` or, for several reads, `name=first,second`."""
        for word in words:
            name, values = word.split("=")
            self.recorded[name] = [value_of(part) for part in values.split(",")]

    def become(self, words: list[str]) -> None:
        """Be another board, with these constants."""
        self.recorded = {}
        for word in words:
            name, value = word.split("=")
            setattr(self, name, value_of(value))

    def __getattr__(self, name: str) -> "Callable[..., int | bytes | None]":
        """Answer to whatever the program asks of a board."""

        def call(*arguments: object) -> "int | bytes | None":
            key = ":".join([name] + [text(argument) for argument in arguments])
            values = self.recorded.get(key)
            if arguments or values is None:
                self.noted.append(key)
            if values is None:
                return None
            value = values.pop(0) if len(values) > 1 else values[0]
            if value == FAILED:
                raise OSError(5)
            return value

        return call


def operate(app: "App | None", board: Replay, words: list[str]) -> str:
    """Carry out one operation and return its line."""
    said = b""
    if app is None:
        return text(said)
    if words[0] == "restore":
        app.state.restore(app.state.snapshot())
    if words[0] in ("snapshot", "restore"):
        return flat(app.state.snapshot())
    if words[0] == "feed":
        board.load(words[2:])
        said = app.feed(bytes_of(words[1]))
    elif words[0] == "step":
        board.load(words[1:])
        said = app.step()
    line = " ".join([text(said)] + board.noted)
    board.noted = []
    return line


def main() -> None:
    """Answer each line until there are no more."""
    sys.path.insert(0, sys.argv[1])
    program = __import__("firmware.app").app
    board = Replay()
    app = constants = None
    while True:
        words = sys.stdin.readline().split()
        if not words:
            return
        if words[0] == "board":
            board.become(words[1:])
            app = constants = None
        elif words[0] == "constants":
            constants = program.Constants()
            for word in words[1:]:
                name, value = word.split("=")
                setattr(constants, name, int(value))
        elif words[0] == "start":
            board.load(words[1:])
            app = program.App(board, constants)
        print(operate(app, board, words))


main()
