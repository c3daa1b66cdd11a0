"""The whole program as its owner sees it: bytes in, bytes out, one step every 20 ms; no loop and no clock of its own."""

import binascii

from . import constants as k
from . import messages as w
from . import replies, wire
from .board import Board
from .constants import Constants
from .core import Core, Refusal

CACHE = 4
RENEWALS = 0
COMMANDS = 1


class App(Core):
    """The wand's program."""

    def __init__(self, board: Board, constants: "Constants | None" = None) -> None:
        """Start on a board, pump off and vent open."""
        super().__init__(board, constants)
        self.receiver = wire.Receiver()
        self.dropped = 0
        self._event_sequence = 0
        self._until_telemetry = 0
        self._lanes = [-1, -1]
        self._cache: "list[tuple[int, int, int, bytes]]" = []
        self._renewal: "list[tuple[int, int, int, bytes]]" = []
        self._greeting: "list[tuple[int, int, int, bytes]]" = []

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the computer and return the answers."""
        out = b""
        for version, kind, message, flags, sequence, payload in self.receiver.feed(data):
            if kind != wire.REQUEST:
                self.dropped += 1
                continue
            self.state.silent = 0
            out += self._answer(version, message, flags, sequence, payload)
        return out

    def step(self) -> bytes:
        """Take one control step and return the events to send."""
        self.control_step()
        out = b"".join([self._event(w.STATE, (self.now,) + event) for event in self.events])
        self.events = []
        self._until_telemetry -= 1
        if self._until_telemetry <= 0:
            self._until_telemetry = self.c.telemetry_steps
            out += self._event(w.TELEMETRY, self._telemetry())
        if self.restart_in:
            self.restart_in -= 1
            if self.restart_in == 0:
                self.board.restart(self.restart_to_loader)
        return out

    def _answer(self, version: int, message: int, flags: int, sequence: int, payload: bytes) -> bytes:
        """Return the frame that answers a request: its answer, the cached one of a repeat, or a NAK."""
        if message == w.STOP:
            version, flags, payload = wire.VERSION, 0, b""
        try:
            values = self._check(version, message, flags, payload)
        except Refusal as refusal:
            return self._nak(message, sequence, refusal)
        check = binascii.crc32(payload)
        frame = self._cached(message, sequence, check)
        if frame is None:
            frame = self._act(message, sequence, values)
            self._remember(message, sequence, check, frame)
        return frame

    def _act(self, message: int, sequence: int, values: "tuple[int, ...]") -> bytes:
        """Do what is asked, if it comes in order, and return the answer or NAK."""
        try:
            self._check_order(message, sequence)
            handler = replies.HANDLERS.get(message)
            if handler is None:
                raise Refusal(w.LOCKED)
            answer = wire.pack(w.ANSWERS[message], handler(self, values))
            self.note_change()
            return wire.build(wire.ANSWER, message, sequence, answer)
        except Refusal as refusal:
            return self._nak(message, sequence, refusal)

    def _check(self, version: int, message: int, flags: int, payload: bytes) -> "tuple[int, ...]":
        """Return the values of a sound request of this session."""
        if message not in w.REQUESTS:
            raise Refusal(w.UNKNOWN_MESSAGE, 255, message)
        if version != wire.VERSION and message not in w.FROZEN:
            raise Refusal(w.OTHER_VERSION, 255, version, wire.VERSION)
        if flags & 0xF0:
            raise Refusal(w.UNSUPPORTED_FLAG, 255, flags)
        form, _ranges = w.REQUESTS[message]
        values = wire.unpack(form, payload)
        if values is None:
            raise Refusal(w.BAD_LENGTH, 255, len(payload), wire.size_of(form))
        field = w.bad_field(message, values)
        if field >= 0:
            raise Refusal(w.BAD_VALUE, field)
        if needs_session(message) and (not self.state.session or values[0] != self.token):
            self.dropped += 1
            raise Refusal(w.NO_SESSION, 0)
        return values

    def _cached(self, message: int, sequence: int, check: int) -> "bytes | None":
        """Return what this very request was answered before."""
        kept = self._cache
        if message == w.RENEW:
            kept = self._renewal
        elif message == w.HELLO:
            kept = self._greeting
        for entry in kept:
            if entry[:3] == (message, sequence, check):
                return entry[3]
        return None

    def _check_order(self, message: int, sequence: int) -> None:
        """Refuse a request of the session that is older than one already seen in its lane."""
        if not needs_session(message):
            return
        lane = RENEWALS if message == w.RENEW else COMMANDS
        last = self._lanes[lane]
        if last >= 0 and not 0 < ((sequence - last) & 0xFFFF) < 0x8000:
            self.dropped += 1
            raise Refusal(w.OUT_OF_ORDER, 255, sequence, last)
        self._lanes[lane] = sequence

    def _remember(self, message: int, sequence: int, check: int, frame: bytes) -> None:
        if message == w.HELLO:
            self._lanes = [-1, -1]
            self._cache = []
            self._renewal = []
            self._greeting = [(message, sequence, check, frame)]
        elif message == w.RENEW:
            self._renewal = [(message, sequence, check, frame)]
        elif needs_session(message):
            self._cache = [(message, sequence, check, frame)] + self._cache[: CACHE - 1]

    def _nak(self, message: int, sequence: int, refusal: Refusal) -> bytes:
        code = refusal.code
        reason_class = 1 if code < 10 else code // 10 + 1
        values = (reason_class, code, refusal.field, self.state.mode, self.state.cause, refusal.asked, refusal.allowed)
        return wire.build(wire.NAK, message, sequence, wire.pack(w.NAK_FORM, values))

    def _event(self, message: int, values: "tuple[int, ...]") -> bytes:
        self._event_sequence = (self._event_sequence + 1) & 0xFFFF
        return wire.build(wire.EVENT, message, self._event_sequence, wire.pack(w.EVENTS[message], values))

    def _telemetry(self) -> "tuple[int, ...]":
        s, m, step_ms = self.state, self.measured, self.c.step_ms
        has_row = s.row != k.NO_ROW and s.mode in k.ACTIVE
        cap, trip = (s.cap_pa[s.row], s.trip_pa[s.row]) if has_row else (0, self.c.trip_most_pa)
        row_left = max(0, s.limit[s.row] - s.used[s.row]) if has_row else 0
        wait = self.c.hold_steps - s.hold if s.mode == k.HOLD else self.c.press_steps - s.armed if s.mode == k.ARMED else 0
        lease_least = min(self.lease_least, s.lease)
        self.lease_least = self.c.lease_steps
        return (
            self.now, s.mode, s.cause, s.row if has_row else k.NO_ROW, self.signal, self.flags(), m.vacuum_pa,
            s.set_point_pa if has_row else 0, cap, trip, s.duty, min(0xFFFF, m.motion_mg), min(0xFFFF, s.dwell * step_ms),
            row_left * step_ms, max(0, s.treatment_limit - s.treatment) * step_ms if s.mode in k.ACTIVE else 0,
            max(0, wait) * step_ms, s.cooldown * step_ms, m.grit_um, m.temperature_dc, m.supply_mv, self.faults(),
            lease_least * step_ms, self.late_ms, (self.dropped + self.receiver.dropped) & 0xFFFF,
        )  # fmt: skip


def needs_session(message: int) -> bool:
    """Return whether a request carries the session's token as its first field."""
    return message >= w.RENEW and message not in (w.LIMITS, w.ROWS, w.LEDGER)
