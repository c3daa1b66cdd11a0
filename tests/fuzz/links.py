"""Fuzzed: the computer's link, with a wand whose words are forged, doubled, lost, cut or made up."""

from typing import Any, Final

from microderm_ctl.errors import MicrodermError
from microderm_ctl.link import explain, values
from microderm_ctl.link.link import EVENTS_MOST, SILENCE_MS, Link
from microderm_protocol import Decoder, Frame, ProtocolError, build_frame, codes, decode, encode
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT, bench, handshake, treatment
from tests.fuzz.bits import golden
from tests.fuzz.tape import Tape, forged
from tests.link.peer import Cable, Peer

TURN_MS: Final = 50
REQUESTS: Final = (
    handshake.IdentityRequest(), treatment.LimitsRequest(), treatment.RowsRequest(), treatment.LedgerRequest(1, 0),
    treatment.ZoneRequest(1, 0, 5_000), treatment.SetPointRequest(1, 5_000), treatment.PauseRequest(1), treatment.ResumeRequest(1),
    treatment.AcknowledgeRequest(1), bench.MeasureRequest(1), bench.ChallengeRequest(1, bytes(16)), handshake.RestartRequest(codes.CONFIRM),
)  # fmt: skip
FROM_WAND: Final = tuple(one.wire for one in golden() if one.kind != codes.REQUEST)


def seeds() -> list[bytes]:
    """Return runs that shake hands, ask everything, and spoil each answer in one way."""
    asks = b"".join(bytes((0x20, number, 0x00)) for number in range(len(REQUESTS)))
    spoilt = [bytes((0x00, 0x80 | way, *range(0x90, 0xC0))) + asks for way in range(0, 0x80, 4)]
    said = [bytes((0x00, 0x00, 0x60, number)) + asks[:9] for number in range(len(FROM_WAND))]
    return [asks, b"\x20\x04\x00\x40\x20\x05\x00", *spoilt, *said]


class Spoiler:
    """What happens to the wand's words on their way, as a tape says."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.is_on = False
        self._decoder = Decoder()

    def __call__(self, data: bytes) -> bytes | None:
        """Return what arrives of what was sent."""
        if not self.is_on or self.tape.is_over:
            return data
        way = self.tape.byte() & 7
        if way == 0:
            return data
        if way == 1:
            return None
        if way == 2:
            return data + data
        if way == 3:
            return data[: self.tape.byte() % (len(data) + 1)]
        if way == 4:
            return self.tape.take(self.tape.byte()) + data
        return b"".join(self._forge(frame) for frame in self._decoder.feed(data))

    def _forge(self, frame: Frame) -> bytes:
        """Send another sound message of the same type, or under another number, or as a NAK."""
        layout = NAK_LAYOUT if frame.kind == codes.NAK else LAYOUTS[frame.kind, frame.message_id]
        payload = layout.build(forged(layout, layout.parse(frame.payload), self.tape))
        way = self.tape.byte()
        if way > 0xF0:
            frame = frame._replace(sequence=(frame.sequence + way) & 0xFFFF)
        elif way > 0xE0:
            frame = frame._replace(message_id=self.tape.byte(), kind=self.tape.byte() % 6)
        elif way > 0xD0 and frame.kind == codes.ANSWER:
            nak = forged(NAK_LAYOUT, NAK_LAYOUT.message(2, 20, 255, 3, 0, 0, 0), self.tape)
            frame, payload = frame._replace(kind=codes.NAK), NAK_LAYOUT.build(nak)
        return build_frame(frame._replace(payload=payload))


def run(data: bytes) -> object:
    """Lead one link through what the bytes say; return what became of its requests."""
    tape = Tape(data)
    link = Link(lambda bits: (1 << bits) - 2)
    spoiler, tickets = Spoiler(tape), []
    cable = Cable(link, Peer())
    cable.to_link = spoiler
    tickets.append(link.hello(0))
    for _ in range(40):
        if tape.is_over:
            break
        order = tape.byte()
        spoiler.is_on = order >= 0x80
        order = order >> 5 & 3
        if order == 1:
            tickets.append(link.request(REQUESTS[tape.byte() % len(REQUESTS)]))
        elif order == 2:
            link.lease.wanted = True
        elif order == 3:
            _say(link, tape, cable.now_ms)
        cable.run(TURN_MS * (1 + tape.byte() % 16))
        _hold(link, cable.now_ms)
    tickets.append(link.stop(cable.now_ms))
    return _end(link, cable, spoiler, tickets)


def _say(link: Link, tape: Tape, now_ms: int) -> None:
    """Say something that no wand would say now: a golden frame of its own, or a forged event."""
    frame = FROM_WAND[tape.byte() % len(FROM_WAND)]
    link.feed(frame, now_ms)
    (sound,) = Decoder().feed(frame)
    _read(sound)


def _read(frame: Frame) -> None:
    """Put what the wand may say into words, as the floor above does."""
    message = decode(frame)
    words: dict[type, Any] = {
        handshake.IdentityAnswer: values.identity, treatment.LimitsAnswer: values.limits, treatment.ArmAnswer: values.limits_in_force,
        treatment.ZoneAnswer: values.zone_in_force, treatment.LedgerAnswer: values.ledger_entry,
    }  # fmt: skip
    if type(message) in words:
        words[type(message)](message)
    elif frame.kind == codes.NAK:
        assert explain.refusal(message, "ARM").sentence


def _hold(link: Link, now_ms: int) -> None:
    """What holds at any moment."""
    assert len(link.events) <= EVENTS_MOST and len(link._sample) <= 80
    assert link.lost is None or isinstance(link.lost, MicrodermError)
    assert link.next_ms(now_ms) <= now_ms + 2_000
    assert 0 <= link.session <= 0xFFFF_FFFF and (link.lost is None or link.session == 0)


def _end(link: Link, cable: Cable, spoiler: Spoiler, tickets: list[Any]) -> object:
    """Cut the cable: within the longest wait everything is settled, and an open session is known to be lost."""
    spoiler.is_on, cable.to_link = False, lambda data: None
    cable.run(SILENCE_MS + 5_000)
    had_session = link.session != 0
    assert not had_session, "silence ends a session"
    if link.lost is not None:
        assert all(ticket.is_settled for ticket in tickets)
        assert link.lost.sentence and link.lost.hint
    for ticket in tickets:
        if ticket.is_settled and ticket.outcome.value == "refused":
            assert explain.refusal(ticket.answer, ticket.name).sentence
        elif ticket.outcome.value == "answered":
            try:
                _read(Decoder().feed(encode(ticket.answer, 0))[0])
            except ProtocolError as error:
                raise AssertionError("what was taken in cannot be read") from error
    return tuple(ticket.outcome.value for ticket in tickets), type(link.lost).__name__, min(link.strays, 3), link.state, link.cause
