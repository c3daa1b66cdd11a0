"""The real program on a board that answers each question in every way.

An input is chosen when the program first reads it in a step, and each way of
choosing is played: what is never read needs no choice, so all combinations are
covered with few runs. "Anything" stands in for what would make the states endless:

* the regulator: whatever duty and vent it could answer, in any order;
* the last raw reading: equal to this one, or far below it, whenever that matters;
* the waits of minutes (silence, half an hour of wall clock, an hour of SERVICE):
  they may be over at any step;
* the code of a technician: right or wrong.

All of these allow more than the wand can do, never less.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final, cast

from microderm_ctl.firmware import board as base
from microderm_ctl.firmware import calibration, regulator
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory as slots
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.core import Core
from microderm_ctl.firmware.ledger import IS_OPEN, PURPOSE, Ledger
from microderm_ctl.firmware.state import Measured
from microderm_ctl.firmware.unlock import Unlock
from tests.explore.scale import GRIT_UM, VACUUMS

SERIAL: Final = b"MD-0001"
RAW: Final = 9_000
NOW: Final = 1_000
SOME_DUTY: Final = 20_000
FULL_DUTY: Final = regulator.DUTY_FULL
ANY_DUTY: Final = ((SOME_DUTY, False), (FULL_DUTY, False), (0, True))

Memory = tuple[int, int, int]
"""What outlives the power: cause of the latch, steps of cool-down, and 0 for a closed ledger, 1 or 2 for an open entry of a
treatment or patch test."""
NO_MEMORY: Final[Memory] = (0, 0, 0)


class Oracle:
    """Plays every way of answering, one run after the other."""

    def __init__(self, deviations: int) -> None:
        """Begin; ``deviations`` is how many inputs may be bad at once beside vacuum, motion and button."""
        self._deviations = deviations
        self._left = deviations
        self._random: Random | None = None
        self._trail: list[int] = []
        self._sizes: list[int] = []
        self._next = 0

    def follow(self, random: Random) -> None:
        """Answer at random from here on, one deviation in ten."""
        self._random = random

    def choose(self, size: int) -> int:
        """Return one of ``size`` answers."""
        if self._random is not None:
            return self._random.randrange(size)
        place = self._next
        self._next = place + 1
        if place < len(self._trail):
            return self._trail[place]
        self._trail.append(0)
        self._sizes.append(size)
        return 0

    def deviate(self, size: int) -> int:
        """Return 0 for a healthy answer, or one of the others while there may be more of those."""
        if not self._left or (self._random is not None and self._random.random() > 0.1):
            return 0
        chosen = self.choose(size)
        if chosen:
            self._left -= 1
        return chosen

    def runs(self) -> Iterator[None]:
        """Begin each run."""
        trail, sizes = self._trail, self._sizes
        trail.clear()
        sizes.clear()
        while True:
            self._next, self._left = 0, self._deviations
            yield
            while trail and trail[-1] == sizes[-1] - 1:
                trail.pop()
                sizes.pop()
            if not trail:
                return
            trail[-1] += 1


class AnyMeasured:
    """Inputs that are chosen when they are first read; ``None`` until then."""

    __slots__ = ("button", "c", "current", "is_running", "is_testing", "late", "line", "memory_ok", "motion", "oracle", "reading", "supply",
                 "temperature", "tip", "vacuum", "vacuums")  # fmt: skip

    def __init__(self, c: Constants, oracle: Oracle) -> None:
        """Take constants and the oracle."""
        self.c = c
        self.oracle = oracle
        self.memory_ok = 1
        self.button = 0
        self.is_running = self.is_testing = False
        self.vacuums = VACUUMS
        self.forget()

    def forget(self) -> None:
        """Begin a run: nothing is chosen."""
        self.vacuum: int | None = None
        self.motion: int | None = None
        self.tip: int | None = None
        self.temperature: int | None = None
        self.supply: int | None = None
        self.current: int | None = None
        self.line: int | None = None
        self.late: int | None = None
        self.reading: int | None = None

    @property
    def vacuum_pa(self) -> int:
        """Any vacuum."""
        if self.vacuum is None:
            self.vacuum = self.vacuums[self.oracle.choose(len(self.vacuums))]
        return self.vacuum

    @property
    def motion_mg(self) -> int:
        """Moving or still."""
        if self.motion is None:
            self.motion = (self.c.moving_mg, self.c.moving_mg - 1)[self.oracle.choose(2)]
        return self.motion

    @property
    def grit_um(self) -> int:
        """The tip that was armed, another, or none."""
        if self.tip is None:
            self.tip = (GRIT_UM, 150, 0)[self.oracle.deviate(3)]
        return self.tip

    @property
    def temperature_dc(self) -> int:
        """In range or above."""
        if self.temperature is None:
            self.temperature = (250, self.c.temperature_most_dc + 1)[self.oracle.deviate(2)]
        return self.temperature

    @property
    def supply_mv(self) -> int:
        """In range or below."""
        if self.supply is None:
            self.supply = (5_000, self.c.supply_least_mv - 1)[self.oracle.deviate(2)]
        return self.supply

    @property
    def pump_ma(self) -> int:
        """None, or a current."""
        if self.current is None:
            self.current = (0, self.c.off_ma + 1)[self.oracle.deviate(2)]
        return self.current

    @property
    def line_up(self) -> int:
        """Up or down."""
        if self.line is None:
            self.line = (1, 0)[self.oracle.deviate(2)]
        return self.line

    @property
    def late_ms(self) -> int:
        """In time or late."""
        if self.late is None:
            self.late = (0, self.c.late_most_ms + 1)[self.oracle.deviate(2)]
        return self.late

    @property
    def raw(self) -> int:
        """A new reading; the last one again, one far above it, or (in the self-test) one far from zero."""
        if self.reading is None:
            choices = 2 + (self.is_running or self.is_testing)
            self.reading = (RAW, RAW + self.c.jump_most_raw + 2, RAW - 1 if self.is_running else RAW - 4_000)[self.oracle.deviate(choices)]
        return self.reading


class AnyBoard(base.Board):
    """Memory and outputs; a write may fail, and must never come while anything is driven."""

    kind = base.BOARD_VIRTUAL
    simulated = True

    def __init__(self, oracle: Oracle) -> None:
        """Begin at rest with a calibrated unit's memory."""
        self.oracle = oracle
        self.duty = 0
        self.vent = True
        self.contents: dict[int, bytes] = {}
        self.was_written = self.was_wrong = False
        self.may_fail = True

    def ticks_ms(self) -> int:
        """Return the same time always."""
        return NOW

    def serial_number(self) -> bytes:
        """Return the unit's serial number."""
        return SERIAL

    def random8(self) -> bytes:
        """Return the same bytes always."""
        return b"\1\2\3\4\5\6\7\10"

    def set_pump(self, duty: int) -> None:
        """Keep the duty."""
        self.duty = duty

    def set_vent(self, is_open: bool) -> None:
        """Keep the valve."""
        self.vent = is_open

    def set_signal(self, signal: int) -> None:
        """Show nothing."""

    def read_slot(self, slot: int) -> bytes:
        """Return a slot."""
        return self.contents.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        """Write a slot, or fail."""
        self.was_wrong = self.was_wrong or self.duty != 0 or not self.vent
        if not self.may_fail or not self.oracle.choose(2):
            self.was_written = True
            self.contents = {**self.contents, slot: content}


class AnyCode:
    """In place of the fence of ``unlock.py``: a code or token that is right or wrong."""

    key = b"key"
    wait_ms = 0
    token_functions = 7
    token_seconds = 3_600

    def __init__(self, oracle: Oracle) -> None:
        """Take the oracle."""
        self._oracle = oracle

    def challenge(self, host_nonce: bytes) -> bytes:
        """Return a nonce."""
        return host_nonce

    def is_code(self, functions: int, seconds: int, code: bytes) -> bool:
        """Return either."""
        return self._oracle.choose(2) == 0

    def is_token(self, token: bytes, since_start_ms: int) -> bool:
        """Return either."""
        return self._oracle.choose(2) == 0

    def draw_token(self) -> bytes:
        """Return a token."""
        return bytes(16)


class Wand(Core):
    """The program, with its measurements chosen instead of read."""

    def __init__(self, c: Constants, oracle: Oracle, kept: Memory = NO_MEMORY) -> None:
        """Start on memory that holds this."""
        self.oracle = oracle
        self.any_board = AnyBoard(oracle)
        self.kept_as: dict[Memory, tuple[dict[int, bytes], list[tuple[int, ...]]]] = {}
        self._read: dict[tuple[tuple[int, bytes], ...], Memory] = {}
        self.any_board.contents = written(c, kept)
        super().__init__(self.any_board, c)
        memory_ok = self.measured.memory_ok
        self.any = AnyMeasured(c, oracle)
        self.any.memory_ok = memory_ok
        self.measured = cast(Measured, self.any)
        self.unlock = cast(Unlock, AnyCode(oracle))

    def _measure(self) -> None:
        """Leave it to the reader."""

    def put_memory(self, kept: Memory) -> None:
        """Let memory hold this."""
        if kept not in self.kept_as:
            self.any_board.contents = written(self.c, kept)
            ledger = Ledger(self.memory)
            self.kept_as[kept] = (self.any_board.contents, ledger._entries)
        self.any_board.contents, self.ledger._entries = self.kept_as[kept]

    def get_memory(self) -> Memory:
        """Return what memory holds."""
        key = tuple(self.any_board.contents.items())
        if key not in self._read:
            self._read[key] = self._read_memory()
        return self._read[key]

    def _read_memory(self) -> Memory:
        latch = self.memory.read(slots.LATCH)[1]
        cooldown = self.memory.read(slots.COOLDOWN)[1]
        entry = Ledger(self.memory).by_age(0)
        is_open = entry is not None and entry[IS_OPEN]
        return (latch[0] if latch else 0, int.from_bytes(cooldown, "little"), 1 + entry[PURPOSE] if entry and is_open else 0)


class _Blank(base.Board):
    """Memory alone, as the real ``Memory`` writes it."""

    def __init__(self) -> None:
        self.contents: dict[int, bytes] = {}

    def read_slot(self, slot: int) -> bytes:
        return self.contents.get(slot, b"")

    def write_slot(self, slot: int, content: bytes) -> None:
        self.contents[slot] = content


def written(c: Constants, kept: Memory) -> dict[int, bytes]:
    """Return slots that hold a calibration and this."""
    board = _Blank()
    memory = slots.Memory(board)
    latch, cooldown, is_open = kept
    memory.write(slots.CALIBRATION, calibration.build(RAW, SERIAL, 1, 8192, 0))
    if latch:
        memory.write(slots.LATCH, bytes((latch,)))
    if cooldown:
        memory.write(slots.COOLDOWN, cooldown.to_bytes(4, "little"))
    if is_open:
        Ledger(memory).reserve(1, 1, 1, is_open - 1, c.treatment_most_ms)
    return board.contents


def any_regulator(oracle: Oracle) -> Callable[..., tuple[int, bool, tuple[int, ...]]]:
    """Return a regulator that answers anything: some duty, full duty, or none with the vent open."""

    def regulate(gains: object, memory: object, set_point_pa: int, vacuum_pa: int) -> tuple[int, bool, tuple[int, ...]]:
        return (*ANY_DUTY[oracle.choose(len(ANY_DUTY))], regulator.REST)

    return regulate


ACTIVE: Final = frozenset(k.ACTIVE)
