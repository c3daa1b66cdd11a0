"""Runs the wand's program on MicroPython, a line of integers a step, for a virtual board in another process.

    micropython live_peer.py FOLDER

FOLDER is the one that holds the package `firmware`. `live.py` says what the lines are.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from microderm_ctl.firmware.app import App

NO_RESTART = -1


def bytes_of(word: str) -> bytes:
    """Return the bytes of a word: two digits each, or - for none."""
    return bytes([int(word[at : at + 2], 16) for at in range(0, len(word), 2)]) if word != "-" else b""


def word_of(data: bytes) -> str:
    """Return bytes as a word."""
    return "".join(["%02x" % byte for byte in data]) or "-"


class Remote:
    """A board whose parts are in another process: what was measured comes with a line, what is driven goes with the next."""

    def __init__(self, words: list[str]) -> None:
        """Take kind, hardware, simulated, reset cause, ticks, serial number, random bytes and memory slots."""
        self.kind, self.hardware, self.simulated, self.cause, self.ticks = [int(word) for word in words[:5]]
        self.build = 0
        self.serial, self.random = bytes_of(words[5]), bytes_of(words[6])
        self.slots = {}
        for word in words[7:]:
            slot, content = word.split(":")
            self.slots[int(slot)] = bytes_of(content)
        self.inputs = [0] * 8
        self.duty = self.vent = self.signal = 0
        self.restarting = NO_RESTART
        self.written: list[str] = []

    def ticks_ms(self) -> int:
        return self.ticks

    def raw_pressure(self) -> int:
        return self.inputs[0]

    def motion_mg(self) -> int:
        return self.inputs[1]

    def tip_ohm(self) -> int:
        return self.inputs[2]

    def temperature_dc(self) -> int:
        return self.inputs[3]

    def supply_mv(self) -> int:
        return self.inputs[4]

    def pump_ma(self) -> int:
        return self.inputs[5]

    def line_up(self) -> bool:
        return self.inputs[6] == 1

    def button(self) -> bool:
        return self.inputs[7] == 1

    def serial_number(self) -> bytes:
        return self.serial

    def reset_cause(self) -> int:
        return self.cause

    def random8(self) -> bytes:
        drawn, self.random = self.random[:8], self.random[8:]
        return drawn

    def set_pump(self, duty: int) -> None:
        self.duty = duty

    def set_vent(self, is_open: bool) -> None:
        self.vent = 1 if is_open else 0

    def set_signal(self, signal: int) -> None:
        self.signal = signal

    def read_slot(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        self.slots[slot] = content
        self.written.append(str(slot) + ":" + word_of(content))

    def restart(self, to_loader: bool) -> None:
        self.restarting = 1 if to_loader else 0


def answer(app: "App", board: Remote, said: bytes) -> str:
    """Return the line that tells what came of the last one."""
    s = app.state
    numbers = [board.duty, board.vent, board.signal, board.restarting, s.mode, s.cause, s.lease]
    words = [word_of(said)] + [str(number) for number in numbers] + board.written
    board.written = []
    return " ".join(words)


def main() -> None:
    """Start with the first line, then feed or step with each until there are no more."""
    sys.path.insert(0, sys.argv[1])
    program = __import__("firmware.app").app
    board = Remote(sys.stdin.readline().split())
    app = program.App(board)
    print(answer(app, board, b""))
    while True:
        words = sys.stdin.readline().split()
        if not words:
            return
        if words[0] == "feed":
            board.random = bytes_of(words[1])
            said = app.feed(bytes_of(words[2]))
        else:
            numbers = [int(word) for word in words]
            board.ticks, board.inputs = numbers[0], numbers[1:]
            said = app.step()
        print(answer(app, board, said))


main()
