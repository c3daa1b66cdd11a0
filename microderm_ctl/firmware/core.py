"""The program between board and wire: it measures, steps, drives and keeps the books."""

from . import calibration, interlock, memory, states
from . import constants as k
from .board import Board
from .constants import Constants
from .ledger import IS_OPEN, PURPOSE, RESERVED, Ledger
from .memory import Memory
from .state import Measured, State
from .unlock import Unlock


class Refusal(Exception):
    """A request that is not done: the code, the field, what was asked and what is allowed."""

    def __init__(self, code: int, field: int = 255, asked: int = 0, allowed: int = 0) -> None:
        """Keep the numbers of a NAK."""
        super().__init__(code)
        self.code = code
        self.field = field
        self.asked = asked
        self.allowed = allowed


class Readings:
    """Sums over raw readings, for a technician."""

    def __init__(self) -> None:
        """Begin with none."""
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.count = self.least = self.most = self.total = self.squares = 0

    def add(self, raw: int) -> None:
        """Take a reading, up to as many as their sum can hold."""
        if self.count >= 0xFFFF:
            return
        self.least = min(self.least, raw) if self.count else raw
        self.most = max(self.most, raw)
        self.count += 1
        self.total += raw
        self.squares += raw * raw


class Core:
    """The wand's program without its wire."""

    def __init__(self, board: Board, constants: "Constants | None" = None) -> None:
        """Start on a board: pump off and vent open before anything else, then read what memory holds."""
        board.set_pump(0)
        board.set_vent(True)
        self.board = board
        self.c = constants or Constants()
        self.state = State()
        self.measured = Measured()
        self.memory = Memory(board)
        self.ledger = Ledger(self.memory)
        self.unlock = Unlock(board, self.memory)
        self.readings = Readings()
        self.staged = (0, b"")
        self.command_id = self.token = 0
        self.lease_least = self.c.lease_steps
        self.late_ms = self.restart_in = self.test_sum = self.test_least = self.test_most = self.test_noise = self.signal = 0
        self.restart_to_loader = False
        random = board.random8()
        self.boot_id = 1 + (random[0] | random[1] << 8 | random[2] << 16)
        self.now = self._last = board.ticks_ms() & k.TICK_MASK
        self.events: "list[tuple[int, int, int]]" = []
        self._noted = self.state.mode
        self._read_calibration()
        self._read_books()

    def _read_calibration(self) -> None:
        generation, content = self.memory.read(memory.CALIBRATION)
        found = self.coefficients = calibration.read(content, self.board.serial_number())
        self.calibrated = (generation, found[3]) if found else (0, 0)
        self.wants_zero = found is None
        self.zero, self.gain, self.curve = found[:3] if found else (calibration.ZERO_NOMINAL, calibration.GAIN_NOMINAL, 0)

    def _read_books(self) -> None:
        """Take over latch and cool-down; a treatment that power cut short counts in full."""
        books = (memory.LATCH, memory.COOLDOWN)
        self.measured.memory_ok = int(self.ledger.intact and all(self.memory.is_intact(one) for one in books))
        content = self.memory.read(memory.COOLDOWN)[1]
        self.state.cooldown = int.from_bytes(content, "little") if len(content) == 4 else 0
        latch = self.memory.read(memory.LATCH)[1]
        if latch and latch[0]:
            self.state.mode, self.state.cause, self.state.latched = k.LOCKOUT, latch[0], latch[0]
        entry = self.ledger.by_age(0)
        if entry is not None and entry[IS_OPEN]:
            self._set_cooldown(0 if entry[PURPOSE] else self.c.cooldown_steps)
            self._keep(self.ledger.settle(entry[RESERVED], k.RESET))
            self.state.cause = self.state.cause or k.RESET

    def open_session(self, is_same_table: bool) -> None:
        """Draw a new token, or none for another table."""
        random = self.board.random8()
        drawn = random[0] | random[1] << 8 | random[2] << 16 | random[3] << 24
        self.token = (drawn or 1) if is_same_table else 0
        self.state.session = int(is_same_table)
        self.state.silent = self.state.lease = 0
        self.lease_least = self.c.lease_steps
        if self.state.mode in (k.SAFE, k.LINKED):
            self.state.mode = k.LINKED if is_same_table else k.SAFE

    def stop(self, cause: int) -> None:
        """Stop whatever runs, at once, not with the next step."""
        s = self.state
        if s.mode in k.ACTIVE or s.mode == k.SERVICE:
            states.stop(s, self.measured, cause)
            self.rest()
        elif s.mode == k.SELF_TEST:
            s.service = 0  # a technician's test does not lead back to SERVICE

    def rest(self) -> None:
        """Pump off and vent open, at once."""
        self.state.duty, self.state.vent = 0, 1
        self.board.set_pump(0)
        self.board.set_vent(True)

    def control_step(self) -> None:
        """Read, decide and drive, in that order; then write down what ended."""
        self._measure()
        s = self.state
        is_testing = s.mode == k.SELF_TEST
        states.step(self.c, s, self.measured)
        if is_testing:
            self._take_zero()
        self.board.set_pump(s.duty)
        self.board.set_vent(bool(s.vent))
        self._show()
        if s.mode == k.SERVICE:
            self.readings.add(self.measured.raw)
        self.unlock.wait_ms = max(0, self.unlock.wait_ms - self.c.step_ms)
        self.note_change()
        if s.mode == k.COOLDOWN and not s.cooldown % 3_000:
            self._set_cooldown(s.cooldown)

    def _measure(self) -> None:
        board, m = self.board, self.measured
        now = board.ticks_ms() & k.TICK_MASK
        m.late_ms = max(0, ((now - self._last) & k.TICK_MASK) - self.c.step_ms)
        self.late_ms = min(0xFFFF, self.late_ms + m.late_ms)
        self.now = self._last = now
        m.raw = board.raw_pressure()
        if self.wants_zero and self.state.mode in (k.BOOT, k.SELF_TEST) and self.c.raw_least <= m.raw <= self.c.raw_most:
            # Never calibrated: it has no zero before its self-test, which judges this one too. A sensor may need a step or two to begin.
            self.zero, self.wants_zero = m.raw, False
        m.vacuum_pa = calibration.vacuum_of(m.raw, self.zero, self.gain, self.curve)
        m.motion_mg = board.motion_mg()
        m.grit_um = k.grit_of(board.tip_ohm())
        m.temperature_dc = board.temperature_dc()
        m.supply_mv = board.supply_mv()
        m.pump_ma = board.pump_ma()
        m.line_up = int(board.line_up())
        m.button = int(board.button())

    def _take_zero(self) -> None:
        """Take ambient as zero at the end of a sound self-test, within a window around the calibrated one."""
        s = self.state
        raw = self.measured.raw
        is_first = s.passing <= 1
        self.test_sum = raw if is_first else self.test_sum + raw
        self.test_least = raw if is_first else min(self.test_least, raw)
        self.test_most = raw if is_first else max(self.test_most, raw)
        if s.mode in (k.SELF_TEST, k.FAULT, k.LOCKOUT):
            return
        self.test_noise = self.test_most - self.test_least
        zero = self.test_sum // self.c.test_steps
        calibrated = self.coefficients[0] if self.coefficients else calibration.ZERO_NOMINAL
        if abs(zero - calibrated) <= (self.c.zero_window_raw if self.coefficients else calibration.ZERO_WINDOW):
            self.zero = zero
        else:
            s.mode, s.cause, s.service = k.FAULT, k.SENSOR_RANGE, 0

    def note_change(self) -> None:
        """Tell a change of state, and write what it must leave in memory; the pump is off and the vent open then."""
        s = self.state
        before, self._noted = self._noted, s.mode
        if s.mode == before:
            return
        self.events.append((before, s.mode, s.cause))
        # What keeps somebody from harm is written first: power that goes in between leaves the entry open, and the reserve counts.
        if s.mode == k.LOCKOUT and not s.latched:
            s.latched = s.cause
            self._keep(self.memory.write(memory.LATCH, bytes((s.cause,))))
        is_over = s.mode not in k.ACTIVE and s.mode != k.STOPPING and self.ledger.is_open()
        if k.COOLDOWN in (s.mode, before) or (is_over and s.cooldown):
            self._set_cooldown(s.cooldown)
        if is_over:
            self._keep(self.ledger.settle(s.treatment * self.c.step_ms, s.cause))

    def _set_cooldown(self, steps: int) -> None:
        self.state.cooldown = steps
        self._keep(self.memory.write(memory.COOLDOWN, steps.to_bytes(4, "little")))

    def _keep(self, is_written: bool) -> None:
        if not is_written:
            self.measured.memory_ok = 0

    def flags(self) -> int:
        """Return the flags of telemetry."""
        s, m = self.state, self.measured
        bits = (
            s.sealed, m.motion_mg >= self.c.moving_mg, s.vent, s.press_needed, m.button, s.lease, m.line_up,
            self.coefficients is not None, s.treatment_limit and s.treatment >= s.treatment_limit, s.duty,
        )  # fmt: skip
        flags = 0
        for place, bit in enumerate(bits):
            if bit:
                flags |= 1 << place
        return flags

    def faults(self) -> int:
        """Return the faults that stand now, a bit for each cause."""
        return interlock.present(self.c, self.state, self.measured)

    def _show(self) -> None:
        signal = signal_of(self.c, self.state)
        if signal != self.signal:
            self.signal = signal
            self.board.set_signal(signal)


def signal_of(c: Constants, s: State) -> int:
    """Return what light and buzzer say in this state."""
    if s.showing:
        return s.shown
    if s.mode == k.ARMED:
        return k.SIGNAL_PRESS
    if s.mode == k.RUN:
        return k.SIGNAL_RUNNING if s.sealed else k.SIGNAL_TOUCH
    if s.mode == k.HOLD:
        return _hold_signal(c, s)
    if s.mode in (k.FAULT, k.LOCKOUT):
        return k.SIGNAL_FAULT
    if s.mode == k.SERVICE:
        return k.SIGNAL_SERVICE
    if s.cause == k.TREATMENT_DONE and s.idle < c.done_steps:
        return k.SIGNAL_DONE
    return k.QUIET


def _hold_signal(c: Constants, s: State) -> int:
    if s.press_needed:
        return k.SIGNAL_CONFIRM
    if s.hold >= c.hold_warn_steps:
        return k.SIGNAL_WARNING
    if s.hold_cause == k.ZONE_DONE:
        return k.SIGNAL_NEXT_ZONE
    return k.QUIET if s.hold_cause == k.PAUSED else k.SIGNAL_TOUCH
