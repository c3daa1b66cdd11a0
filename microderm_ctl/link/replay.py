"""A recording played back: the wand's side speaks as it did, and what the computer sends is compared.

``ReplayPort`` is a port with nothing behind it but a file. It lives in virtual time,
so nobody waits, and it cannot reach a device, as it opens none.

Each request that was recorded is a gate: what the wand said after it is held back
until the program sends the same one, and from there on the recorded times count
from that moment. So a person's pauses cost nothing, and the order of what both sides
said stays as it was. Requests are compared whole but for their sequence numbers,
which renewals share and which so depend on the moment; answers are sent back with
the number that was asked with. Repeats, renewals and keep-alives come when they fall
due and are no gates; renewals must still come while they were recorded, and only then.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import CheckFailed, LinkLost, UsageProblem, VersionMismatch
from microderm_ctl.link import values
from microderm_ctl.link.decoded import differing, head_of, name_of, text, told
from microderm_ctl.link.driver import SteppedDriver, Watcher
from microderm_ctl.link.explain import state_name
from microderm_ctl.link.link import Link
from microderm_ctl.link.ports import Port
from microderm_ctl.link.recording import Piece, Recording, is_keep_alive, pieces
from microderm_protocol import TABLE_HASH, Decoder, Frame, ProtocolError, build_frame, codes, decode

LATE_MOST_MS: Final = 1_000
"""A request that comes so much later than recorded, counted from the one before, does not come; silence ends a link at 1.5 s."""
EARLY_MOST_MS: Final = 1_000
"""How much earlier than recorded a request may come while something may run; at rest a person took their time."""
LEASE_MS: Final = 500
RENEWED_NEAR_MS: Final = 1_000
"""A renewal must have one in the recording no further away than this."""
SLACK_MS: Final = 100
SEQUENCE_BITS: Final = 16


class ReplayDiffers(CheckFailed):
    """The program does not send what was recorded."""

    code = "replay-differs"


class Gate(NamedTuple):
    """A request that was recorded: its place among the pieces, its number among the requests, and the piece."""

    place: int
    number: int
    piece: Piece


class ReplayPort(Port):
    """A port at which a recorded wand is.

    Attributes:
        keys: what was pressed up to now and not taken yet, by name.
        on_signal: called where a signal was recorded.
        matched: how many requests were as recorded.
        difference: the first difference, None so far.
    """

    def __init__(self, recording: Recording) -> None:
        """Begin before the first piece.

        Raises:
            VersionMismatch: it was recorded with another version of the protocol.
            UsageProblem: nothing was sent in it.
        """
        super().__init__(None, f"replay of {recording.path.name}")
        if recording.protocol != TABLE_HASH:
            raise VersionMismatch(
                f"'{recording.path}' was recorded with protocol {recording.protocol:08x}; this program speaks {TABLE_HASH:08x}.",
                "Replay it with the program that recorded it, or record anew. 'microderm trace' shows it all the same.",
                {"recorded_hash": f"{recording.protocol:08x}", "own_hash": f"{TABLE_HASH:08x}"},
            )
        self.clock: VirtualClock = VirtualClock(recording.utc_s)
        self.keys: deque[str] = deque()
        self.on_signal: Callable[[], None] = lambda: None
        self.matched = 0
        self.difference: ReplayDiffers | None = None
        self._recording = recording
        self._pieces = tuple(pieces(recording.rows))
        self._gates = deque(_gates(self._pieces))
        if not self._gates:
            raise UsageProblem(f"'{recording.path}' holds nothing that the computer sent, so there is nothing to replay.")
        self._all_gates = tuple(self._gates)
        self._renewals = [piece.t_ms for piece in self._pieces if _is(piece, "RENEW")]
        self._at = 0
        self._read_line = 0
        self._offset_ms = 0
        self._synced_ms = 0
        self._sent_ms = 0
        self._renewed_ms = 0
        self._wanted: tuple[Gate, int] | None = None
        self._sequences: dict[int, int] = {}
        self._inbox = bytearray()
        self._may_move = False
        self._is_lost = False

    # As a port

    def read(self) -> bytes:
        """Return what the wand says by now.

        Raises:
            ReplayDiffers: a request that was recorded did not come.
            LinkLost: the port failed here when it was recorded.
        """
        self._go_on(self.clock.now_ms())
        if self._inbox:
            data = bytes(self._inbox)
            self._inbox.clear()
            return data
        if self._is_lost:
            raise LinkLost("The wand is no longer connected.", "So it was recorded.", {"port": self.name})
        return b""

    def write(self, data: bytes, first: bool = False) -> None:
        """Compare what the program sends.

        Raises:
            ReplayDiffers: it is not what was recorded.
        """
        for frame in Decoder().feed(data):
            self._take(frame, self.clock.now_ms())

    def flush(self) -> None:
        """Do nothing: what is written has arrived."""

    def close(self) -> None:
        """Do nothing: nothing is open."""

    # What the program is given from the recording

    def draw(self, bits: int) -> int:
        """Return the random number that was drawn when it was recorded: the first sequence number, or a nonce."""
        gate = self._gates[0] if self._gates else self._all_gates[-1]
        frame = gate.piece.frame
        if frame is None:
            return 0
        if bits == SEQUENCE_BITS:
            return (frame.sequence - 1) & 0xFFFF
        fields = told(frame).fields or {}
        return int(fields.get("nonce", 0))

    def requests(self, name: str | None = None) -> tuple[Any, ...]:
        """Return the requests that were recorded, all or those of a name, in order, each once, as messages; damaged ones are left out."""
        frames = [gate.piece.frame for gate in self._all_gates if gate.piece.frame is not None]
        return tuple(decode(frame) for frame in frames if name in (None, name_of(frame)) and told(frame).fields is not None)

    @property
    def has_ended(self) -> bool:
        """Whether the recording has nothing more to say or to expect."""
        return self._at >= len(self._pieces)

    @property
    def bad(self) -> tuple[Piece, ...]:
        """The pieces that are no frames."""
        return tuple(piece for piece in self._pieces if piece.trouble)

    def finish(self, why: str = "") -> None:
        """Check that all that was recorded was sent; ``why`` is the reason why the program ended.

        Raises:
            ReplayDiffers: the first difference, or what was not sent.
        """
        if self.difference is None and self._gates:
            gate = self._gates[0]
            ended = f" The program ended before: {why}" if why else " The program ended before."
            self.difference = self._differs(gate, f"was recorded and not sent.{ended}", None)
        if self.difference is not None:
            raise self.difference

    # Going through the pieces

    def _go_on(self, now_ms: int) -> None:
        if self._wanted is not None and now_ms - self._wanted[1] > SLACK_MS:
            self._fail(self._wanted[0], "was recorded, and the program lets the lease lapse.", None)
        while self._at < len(self._pieces) and self.difference is None:
            piece = self._pieces[self._at]
            due_ms = piece.t_ms + self._offset_ms
            gate = self._gates[0] if self._gates and self._gates[0].place == self._at else None
            if gate is not None:
                if now_ms - due_ms > LATE_MOST_MS:
                    self._fail(gate, f"was recorded and not sent within {LATE_MOST_MS / 1000:.0f} s of its time.", None)
                return
            # What was read at once is read at once, and nothing more: the program had its turn in between.
            if due_ms > now_ms or (self._inbox and piece.kind == "rx" and piece.line != self._read_line):
                return
            self._at += 1
            self._read_line = piece.line
            self._pass(piece, now_ms)

    def _pass(self, piece: Piece, now_ms: int) -> None:
        if piece.kind == "rx":
            self._inbox += self._answered(piece)
        elif piece.kind == "key":
            self.keys.append(piece.word)
        elif piece.kind == "signal":
            self.on_signal()
        elif piece.kind == "lost":
            self._is_lost = True
        elif _is(piece, "RENEW") and self._wanted is None and now_ms - max(self._renewed_ms, self._synced_ms) > LEASE_MS:
            # It may be what only now arrives that earns this one, so the program has its turn first.
            self._wanted = (Gate(self._at, self.matched, piece), now_ms)

    def _answered(self, piece: Piece) -> bytes:
        """Return what the wand said, an answer with the sequence number that it was asked with."""
        frame = piece.frame
        if frame is None:
            return piece.raw
        self._note_state(frame)
        if frame.kind not in (codes.ANSWER, codes.NAK) or self._sequences.get(frame.sequence, frame.sequence) == frame.sequence:
            return piece.raw
        return build_frame(frame._replace(sequence=self._sequences[frame.sequence]))

    def _note_state(self, frame: Frame) -> None:
        try:
            message = decode(frame)
        except ProtocolError:
            return
        state = getattr(message, "after", getattr(message, "state", None)) if frame.kind == codes.EVENT else None
        if state is not None:
            self._may_move = state_name(state) in values.MOVING_STATES

    # Comparing

    def _take(self, frame: Frame, now_ms: int) -> None:
        name, quiet_ms = name_of(frame), now_ms - self._sent_ms
        self._sent_ms = now_ms
        if self.difference is not None or frame.flags & codes.FLAG_RETRY:
            return
        if name == "RENEW":
            self._take_renewal(frame, now_ms)
        elif not is_keep_alive(frame, quiet_ms):
            self._compare(frame, now_ms)

    def _take_renewal(self, frame: Frame, now_ms: int) -> None:
        self._renewed_ms, self._wanted = now_ms, None
        if self.has_ended and not self._recording.is_closed:
            return
        t_ms = now_ms - self._offset_ms
        place = bisect_left(self._renewals, t_ms)
        if not any(abs(near - t_ms) <= RENEWED_NEAR_MS for near in self._renewals[max(0, place - 1) : place + 1]):
            self._fail(self._next(), "is next in the recording, and the program renews the lease, which was not renewed here.", frame)

    def _compare(self, frame: Frame, now_ms: int) -> None:
        gate = self._next()
        if gate is None:
            if self._recording.is_closed:
                self._fail(None, "", frame)
            return
        recorded = gate.piece.frame
        if recorded is None:
            self._fail(gate, f"was recorded with bytes that are no message ({gate.piece.trouble}).", frame)
        elif (recorded.kind, recorded.message_id) != (frame.kind, frame.message_id):
            self._fail(gate, f"was recorded, {name_of(frame)} was sent.", frame)
        elif recorded.payload != frame.payload:
            self._fail(gate, f"differs: {'; '.join(differing(recorded, frame))} (recorded, not sent).", frame)
        elif self._may_move and gate.piece.t_ms + self._offset_ms - now_ms > EARLY_MOST_MS:
            early_ms = gate.piece.t_ms + self._offset_ms - now_ms
            self._fail(gate, f"was sent {early_ms / 1000:.1f} s earlier than recorded.", frame)
        else:
            self._pass_gate(gate, recorded, frame, now_ms)

    def _pass_gate(self, gate: Gate, recorded: Frame, frame: Frame, now_ms: int) -> None:
        """Let everything through that was recorded up to here, and count the times from now on."""
        self._synced_ms, self._wanted = now_ms, None
        for piece in self._pieces[self._at : gate.place]:
            self._pass(piece, now_ms)
        self._at = gate.place + 1
        self._offset_ms = now_ms - gate.piece.t_ms
        self._sequences[recorded.sequence] = frame.sequence
        self._gates.popleft()
        self.matched += 1

    def _next(self) -> Gate | None:
        return self._gates[0] if self._gates else None

    def _fail(self, gate: Gate | None, what: str, sent: Frame | None) -> None:
        self.difference = self._differs(gate, what, sent)
        raise self.difference

    def _differs(self, gate: Gate | None, what: str, sent: Frame | None) -> ReplayDiffers:
        details: dict[str, object] = {"matched": self.matched, "sent": None if sent is None else _record(sent)}
        if gate is None:
            name = "" if sent is None else name_of(sent)
            sentence = f"The exchange differs after message {self.matched}: {name} was sent, where nothing more was recorded."
            lines = []
        else:
            frame, piece = gate.piece.frame, gate.piece
            name = "a message" if frame is None else name_of(frame)
            where = f"message {gate.number} (line {piece.line}, {piece.t_ms / 1000:.3f} s)"
            sentence = f"The exchange differs at {where}: {name} {what}"
            details |= {"message": gate.number, "line": piece.line, "recorded": None if frame is None else _record(frame)}
            lines = [f"recorded: {piece.raw.hex(' ') if frame is None else text(frame)}"]
        lines += [] if sent is None else [f"sent: {text(sent)}"]
        bad = [piece for piece in self.bad if gate is None or piece.line <= gate.piece.line]
        lines += [f"Line {piece.line} holds bytes that are no message: {piece.trouble}." for piece in bad[:3]]
        return ReplayDiffers(sentence, "\n".join(lines), details | {"bad_lines": [piece.line for piece in bad]})


def replaying(port: ReplayPort, watcher: Watcher | None = None) -> SteppedDriver:
    """Return a driver whose wand is recorded, and whose random numbers are those of the recording."""
    driver = SteppedDriver(port, Link(port.draw), port.clock, watcher)
    port.on_signal = lambda: driver.signalled(2)
    return driver


def _gates(found: tuple[Piece, ...]) -> list[Gate]:
    """Return the requests that a replay must send: no repeats, renewals and keep-alives."""
    gates: list[Gate] = []
    before_ms = 0
    for place, piece in enumerate(found):
        if piece.kind != "tx":
            continue
        quiet_ms, before_ms = piece.t_ms - before_ms, piece.t_ms
        is_repeat = piece.frame is not None and bool(piece.frame.flags & codes.FLAG_RETRY)
        keeps_alive = piece.frame is not None and is_keep_alive(piece.frame, quiet_ms)
        if not (is_repeat or keeps_alive or _is(piece, "RENEW")):
            gates.append(Gate(place, len(gates) + 1, piece))
    return gates


def _is(piece: Piece, name: str) -> bool:
    return piece.kind == "tx" and piece.frame is not None and name_of(piece.frame) == name


def _record(frame: Frame) -> dict[str, object]:
    return {"message": head_of(frame), **told(frame)._asdict()}
