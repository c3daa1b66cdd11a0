"""One virtual wand, whole: program, board, hand, memory and what goes wrong with it.

A unit owns no loop and no clock: its owner feeds it bytes and steps it every 20 ms,
in virtual or in real time.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Final

from microderm_ctl.firmware import board as base
from microderm_ctl.firmware.app import App
from microderm_ctl.simulator.board import VirtualBoard
from microderm_ctl.simulator.breaks import break_unit
from microderm_ctl.simulator.errors_model import UnitErrors, draw_errors, draw_whole_errors, errors_given
from microderm_ctl.simulator.faults import Fault, check_serial, parse_fault
from microderm_ctl.simulator.fixture import BenchHand
from microderm_ctl.simulator.hand import AutoHand, Hand
from microderm_ctl.simulator.memory import DirectoryMemory, Memory
from microderm_ctl.simulator.pneumatics import STEP_MS, Plant
from microderm_ctl.simulator.tips import tip_ohm
from microderm_ctl.simulator.trace import Tracer
from microderm_protocol import codes

DEFAULT_SERIAL: Final = "SIM-0001"
CALIBRATED_DAYS_AGO: Final = 30
DAY_S: Final = 86_400
RESTART_MS: Final = 300
"""How long a board is silent while it restarts."""


class Unit:
    """A virtual wand that its owner steps."""

    def __init__(
        self,
        board: VirtualBoard,
        faults: Iterable[Fault] = (),
        trace: Tracer | None = None,
        another: Callable[[str], VirtualBoard] | None = None,
    ) -> None:
        """Switch the wand on.

        Args:
            board: its hardware.
            faults: what goes wrong, and when.
            trace: takes a line a step.
            another: gives the hardware of another serial number in the same hand, for the fault ``swap``.
        """
        self.board = board
        self._another = another
        self.trace = trace
        self.serial = board.serial_number().decode("ascii")
        self.now_ms = 0
        """Milliseconds since the first start; goes on over resets."""
        self.dropped_ms = 0
        """Real time by which its owner was late and that it left out."""
        self._faults = sorted(faults, key=lambda fault: fault.at_ms)
        self._hand = board.hand
        self._off_until_ms = 0
        self._off_cause = base.RESET_POWER
        self._in_loader = False
        self._late_ms = 0
        self._app: App | None = App(board)

    @property
    def state(self) -> str:
        """The state of the wand's program, by name; OFF without power, LOADER in its loader."""
        if self._app is None:
            return "LOADER" if self._in_loader else "OFF"
        return codes.STATES[self._app.state.mode]

    @property
    def cause(self) -> str:
        """Why the pump last went off, by name."""
        return codes.CAUSES[self._app.state.cause] if self._app else codes.CAUSES[0]

    @property
    def lease_ms(self) -> int:
        """How long the wand would go on without another renewal."""
        return self._app.state.lease * STEP_MS if self._app else 0

    @property
    def signal(self) -> str:
        """What light and buzzer say, by name."""
        return codes.SIGNALS[self.board.signal]

    @property
    def is_plugged(self) -> bool:
        """Whether the cable is in: without it there is no port."""
        return self._hand.plugged

    @property
    def wants_to_end(self) -> bool:
        """Whether the person who moves the hand wants the simulator to end."""
        return self._hand.wants_to_end

    def set_line(self, is_up: bool) -> None:
        """Say whether the computer holds the port open (DTR up, not suspended)."""
        self.board.line = is_up

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the computer and return the answers; a wand without power or cable takes none."""
        if self._app is None or not self._hand.plugged:
            return b""
        return self._app.feed(data)

    def step(self) -> bytes:
        """Let 20 ms pass and return the events that the wand sends."""
        board = self.board
        self.now_ms += STEP_MS
        while self._faults and self._faults[0].at_ms <= self.now_ms:
            self.break_now(self._faults.pop(0))
        self._hand.step(self.now_ms, board.signal, board.pulls)
        board.advance()
        while self._late_ms > 0:
            self._late_ms -= STEP_MS
            self.now_ms += STEP_MS
            board.advance()
        out = self._step_app() if self._app else self._wait()
        if self.trace is not None:
            self.trace.row(self)
        return out if self._hand.plugged else b""

    def run(self, duration_ms: int) -> bytes:
        """Step for a time and return all that the wand sent."""
        return b"".join([self.step() for _ in range(duration_ms // STEP_MS)])

    def power_cycle(self, cause: int = base.RESET_POWER) -> None:
        """Cut the power and give it back at once: the program starts anew on the same memory."""
        self.board.reset(cause)
        self._in_loader = False
        self._app = App(self.board)

    def cut_power(self, duration_ms: int, cause: int = base.RESET_POWER) -> None:
        """Cut the power for a time."""
        self.board.reset(cause)
        self._app = None
        self._off_cause = cause
        self._off_until_ms = self.now_ms + duration_ms

    def swap(self, serial: str) -> None:
        """Hang another wand on the cable; it takes as long as a restart, and the port stays."""
        if self._another is None:
            return
        board = self._another(serial)
        board.line = self.board.line
        self.board, self.serial, self._in_loader = board, serial, False
        self.cut_power(RESTART_MS)

    def _step_app(self) -> bytes:
        app = self._app
        out = app.step() if app else b""
        if self.board.restarting is not None:
            self._in_loader = self.board.restarting
            self.cut_power(RESTART_MS, base.RESET_COMMAND)
        return out

    def _wait(self) -> bytes:
        """Wait without power, or for good in the loader."""
        if not self._in_loader and self.now_ms >= self._off_until_ms:
            self.power_cycle(self._off_cause)
        return b""

    def break_now(self, fault: Fault) -> None:
        """Let something go wrong at once, whatever its time."""
        break_unit(self, fault)

    def be_late(self, duration_ms: int) -> None:
        """Take the next step so much later than it is due."""
        self._late_ms += duration_ms


def make_unit(
    serial: str = DEFAULT_SERIAL,
    *,
    hand: str | Hand = "auto",
    memory: Path | Memory | None = None,
    seed: int | None = None,
    tip: str = "fine",
    faults: Iterable[str | Fault] = (),
    plant: Plant | None = None,
    errors: str | UnitErrors | None = None,
    calibrated: bool = True,
    utc_s: int,
    trace: Tracer | None = None,
) -> Unit:
    """Return a virtual wand, switched on and calibrated.

    Args:
        serial: up to 12 ASCII letters; plant and sensor errors follow from it.
        hand: auto, none, keys, bench, the path of a script, or a hand.
        memory: a directory in which each serial number has its own; None forgets everything.
        seed: of noise, hand and tokens; the same one gives the same run. None draws one.
        tip: fine, medium, coarse or none.
        faults: what goes wrong, as ``faults.parse_fault`` reads it.
        plant: the pneumatic hardware, if not that of the serial number.
        errors: of the sensor, as ``errors_model.errors_given`` reads them, if not those of the serial number.
        calibrated: False leaves a wand without a record as it comes from whoever built it.
        utc_s: now on the practice calendar; a wand without a record was calibrated 30 days before it.
        trace: takes a line a step.

    Raises:
        UsageProblem: one of the values is not understood.
        FileProblem: script or memory cannot be read or made.
    """
    random = Random(int.from_bytes(os.urandom(8), "little") if seed is None else f"{seed} {serial}")
    check_serial(serial)
    body = make_hand(hand, random) if isinstance(hand, str) else hand
    made_s = utc_s - CALIBRATED_DAYS_AGO * DAY_S if calibrated else None

    def board_of(
        serial: str, errors: str | UnitErrors | None = None, plant: Plant | None = None, kept: Memory | None = None
    ) -> VirtualBoard:
        if kept is None:
            kept = DirectoryMemory(memory / serial) if isinstance(memory, Path) else Memory()
        board = VirtualBoard(serial, body, kept, random, plant, _errors_of(serial, body, errors))
        board.tip = tip_ohm(tip)
        if kept.is_fresh and made_s is not None:
            board.calibrate(made_s)
        board.take_key()
        return board

    board = board_of(serial, errors, plant, memory if isinstance(memory, Memory) else None)
    return Unit(board, [parse_fault(one) if isinstance(one, str) else one for one in faults], trace, board_of)


def _errors_of(serial: str, hand: Hand, given: str | UnitErrors | None) -> UnitErrors:
    """Return the errors of a sensor: all of them on a bench, the plain ones in other hands, unless they are given."""
    if isinstance(given, UnitErrors):
        return given
    drawn = draw_whole_errors(serial) if isinstance(hand, BenchHand) else draw_errors(serial)
    return drawn if given is None else errors_given(given, drawn)


def make_hand(spec: str, random: Random | None = None) -> Hand:
    """Return the hand that ``--hand`` means: auto, none, keys, bench, or the path of a script.

    Raises:
        FileProblem: the script cannot be read.
        UsageProblem: a line of it is not understood.
    """
    if spec == "auto":
        return AutoHand(random)
    if spec == "none":
        return Hand(random)
    if spec == "bench":
        return BenchHand(random)
    if spec == "keys":
        from microderm_ctl.simulator.keys import KeyHand

        return KeyHand(random)
    from microderm_ctl.simulator.script import ScriptHand, read_script

    return ScriptHand(read_script(Path(spec)), random)
