"""A small wand that speaks the protocol, and a cable that loses, spoils, splits and delays what passes."""

from collections.abc import Callable
from io import UnsupportedOperation
from typing import Any, Final

from microderm_ctl.clock import VirtualClock
from microderm_ctl.link.link import Link
from microderm_protocol import TABLE_HASH, Decoder, Frame, codes, decode, encode, encode_nak
from microderm_protocol.messages import NUMBERS, handshake, treatment

TELEMETRY_MS: Final = 100
SERIAL: Final = "TEST-0001"


def rest(tick_ms: int, state: int = codes.LINKED, cause: int = 0, flags: int = codes.VENT_OPEN) -> treatment.Telemetry:
    """Return the telemetry of a wand at rest."""
    values = dict.fromkeys(treatment.Telemetry._fields, 0)
    return treatment.Telemetry(**values | {"tick_ms": tick_ms, "state": state, "cause": cause, "row": codes.NO_ROW, "flags": flags})


class Peer:
    """A wand that answers; it acts once on a request that comes twice.

    Attributes:
        asked: the requests it acted on, in order.
        seen: every frame that arrived.
        replies: what to answer instead, by request: a message, a ``Nak``, or None for nothing.
    """

    def __init__(self, table_hash: int = TABLE_HASH) -> None:
        self.table_hash = table_hash
        self.asked: list[Any] = []
        self.seen: list[Frame] = []
        self.replies: dict[type, Callable[[Any], Any]] = {}
        self.state = codes.LINKED
        self.cause = codes.NONE
        self.session = 0
        self.now_ms = 0
        self.sends_telemetry = True
        self.ledger: dict[int, treatment.ArmRequest] = {}
        self._decoder = Decoder()
        self._cache: dict[tuple[int, int, bytes], bytes] = {}
        self._events = 0

    def names(self) -> list[str]:
        """Return what it acted on but renewals, by name."""
        return [type(one).__name__.removesuffix("Request") for one in self.asked if not isinstance(one, treatment.RenewRequest)]

    def count(self, request: type) -> int:
        """Return how often a request was acted on."""
        return sum(isinstance(one, request) for one in self.asked)

    def feed(self, data: bytes) -> bytes:
        out = b""
        for frame in self._decoder.feed(data):
            self.seen.append(frame)
            key = (frame.message_id, frame.sequence, frame.payload)
            if key not in self._cache:
                self._cache[key] = self._answer(frame)
            out += self._cache[key]
        return out

    def tick(self, now_ms: int) -> bytes:
        """Let time pass; telemetry is due every 100 ms."""
        self.now_ms = now_ms
        if not self.sends_telemetry or now_ms % TELEMETRY_MS:
            return b""
        return self.event(rest(now_ms, self.state, self.cause))

    def event(self, message: Any) -> bytes:
        """Return the frame of an event, with the next number of all events."""
        self._events += 1
        return encode(message, self._events & 0xFFFF)

    def _answer(self, frame: Frame) -> bytes:
        request = decode(frame)
        self.asked.append(request)
        reply = self.replies.get(type(request), self._reply)(request)
        if reply is None:
            return b""
        if isinstance(reply, handshake.Nak):
            return encode_nak(reply, frame.message_id, frame.sequence)
        return encode(reply, frame.sequence)

    def _reply(self, request: Any) -> Any:
        if isinstance(request, handshake.HelloRequest):
            self.session = 7000 + len(self.asked) if self.table_hash == request.table_hash else 0
            return handshake.HelloAnswer(codes.MAGIC, self.table_hash, self.session, 5, self.now_ms, 500, self.state, self.cause)
        if isinstance(request, handshake.IdentityRequest):
            return handshake.IdentityAnswer(SERIAL.encode().ljust(12, b"\0"), 2, 1, 1, 0, 1, 0, 0)
        if isinstance(request, handshake.StopRequest):
            self.state, self.cause = codes.LINKED, codes.STOP
            return handshake.StopAnswer(self.state, self.cause)
        if "session" in request._fields and request.session != self.session:
            return nak(21)
        return self._reply_in_session(request)

    def _reply_in_session(self, request: Any) -> Any:
        if isinstance(request, treatment.RenewRequest):
            return treatment.RenewAnswer(self.now_ms)
        if isinstance(request, treatment.ArmRequest):
            self.state = codes.ARMED
            self.ledger[request.command_id] = request
            return in_force(request)
        if isinstance(request, treatment.LedgerRequest):
            found = self.ledger.get(request.command_id)
            if found is None:
                return treatment.LedgerAnswer(*(0,) * 10)
            return treatment.LedgerAnswer(1, 1, found.command_id, found.utc_s, found.person_tag, found.purpose, 1, 0, found.treatment_ms, 0)
        if isinstance(request, treatment.ZoneRequest):
            return treatment.ZoneAnswer(request.row, request.set_point_pa, request.set_point_pa, request.set_point_pa + 600, 1000, 0)
        if isinstance(request, treatment.SetPointRequest):
            return treatment.SetPointAnswer(request.set_point_pa)
        if isinstance(request, treatment.LimitsRequest):
            return treatment.LimitsAnswer(2500, 5000, 25000, 26700, 360000, 3000, 500, 106, 0, 0, 0, 0)
        return nak(10)


def in_force(request: treatment.ArmRequest, **changes: Any) -> treatment.ArmAnswer:
    """Return the answer of an honest wand to an ARM, or a changed one."""
    margins = (min(max(cap * 150 // 1000, 600), 1500) if cap else 0 for cap in request.cap_pa)
    trips = tuple(cap + margin for cap, margin in zip(request.cap_pa, margins, strict=True))
    answer = treatment.ArmAnswer(
        request.command_id, request.grit_um, request.treatment_ms, request.row_count,
        request.zone, request.cap_pa, request.seconds, request.dwell_ms, trips,
    )  # fmt: skip
    return answer._replace(**changes)


def nak(code: int, cause: int = 0, asked: int = 0, allowed: int = 0) -> handshake.Nak:
    """Return a NAK whose class is the one that its code belongs to."""
    return handshake.Nak(1 if code < 10 else code // 10 + 1, code, 0xFF, codes.LINKED, cause, asked, allowed)


def number_of(request: type) -> int:
    """Return the message id of a request."""
    return NUMBERS[request][1]


class Cable:
    """Joins a link and a peer in virtual time; each direction may be spoiled.

    Attributes:
        to_peer, to_link: what happens to a chunk on its way; None loses it.
    """

    def __init__(self, link: Link, peer: Peer) -> None:
        self.link = link
        self.peer = peer
        self.now_ms = 0
        self.beats = True
        self.to_peer: Callable[[bytes], bytes | None] = lambda data: data
        self.to_link: Callable[[bytes], bytes | None] = lambda data: data
        self.delay_ms = 0
        self.chunk = 4096
        self.sent: list[tuple[int, bytes]] = []
        self._on_the_way: list[tuple[int, bytes]] = []

    def run(self, duration_ms: int) -> None:
        """Let a time pass in steps of 10 ms."""
        for _ in range(duration_ms // 10):
            self.now_ms += 10
            if self.beats:
                self.link.lease.beat(self.now_ms)
            self._bring(self.peer.tick(self.now_ms))
            for frame in self.link.due(self.now_ms):
                self.sent.append((self.now_ms, frame))
                self._bring(self.peer.feed(self.to_peer(frame) or b""))
            self._deliver()

    def connect(self) -> None:
        """Shake hands."""
        self.link.hello(self.now_ms)
        self.run(200)

    def sent_at(self, request: type) -> list[int]:
        """Return when frames of a request left the link."""
        return [at_ms for at_ms, data in self.sent if Decoder().feed(data)[0].message_id == number_of(request)]

    def _bring(self, data: bytes) -> None:
        spoiled = self.to_link(data) if data else None
        if spoiled:
            self._on_the_way.append((self.now_ms + self.delay_ms, spoiled))

    def _deliver(self) -> None:
        while self._on_the_way and self._on_the_way[0][0] <= self.now_ms:
            data = self._on_the_way.pop(0)[1]
            for start in range(0, len(data), self.chunk):
                self.link.feed(data[start : start + self.chunk], self.now_ms)


class VirtualDevice:
    """A peer behind what looks like a pyserial object with a virtual clock."""

    def __init__(self, peer: Peer) -> None:
        self.clock = VirtualClock()
        self.peer = peer
        self.is_open = True
        self.spoil: Callable[[bytes], bytes] = lambda data: data
        self._received = bytearray()
        self.clock.attach(self._step)

    def _step(self, now_ms: int) -> None:
        self._received += self.spoil(self.peer.tick(now_ms))

    @property
    def in_waiting(self) -> int:
        return len(self._received)

    def read(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def write(self, data: bytes) -> int:
        self._received += self.spoil(self.peer.feed(data))
        return len(data)

    def fileno(self) -> int:
        raise UnsupportedOperation

    def close(self) -> None:
        self.is_open = False
        self.clock.detach(self._step)
