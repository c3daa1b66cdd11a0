"""Fuzzed: both decoders, with any bytes in any chunks."""

from typing import Final

from microderm_ctl.firmware import messages, wire
from microderm_protocol import Decoder, ProtocolError, codes, decode
from microderm_protocol.framing import ENCODED_MOST, Frame
from tests.fuzz.bits import FOLDER, golden
from tests.fuzz.tape import Tape

LONG: Final = 4
"""The first bytes of an input say how it is cut."""

_old_computer, _old_wand = Decoder(), wire.Receiver()


def seeds() -> list[bytes]:
    """Return the golden frames, alone and in a row, and the damaged streams."""
    import json

    frames = [one.wire for one in golden()]
    rows = [b"".join(frames[at : at + 5]) for at in range(0, len(frames), 5)]
    damaged = [bytes.fromhex(one["stream"]) for one in json.loads((FOLDER / "damaged.json").read_text())["streams"]]
    endless = [b"\x01" * 700, frames[0] + b"\x02" * 300, b"\x03" * 400 + frames[0]]
    return [b"\x03\x0a\x01\xff" + one for one in frames + rows + damaged + endless]


def run(data: bytes) -> object:
    """Feed a stream whole and in chunks, to new decoders and to two that have heard everything before; return what was found."""
    cuts, stream = data[:LONG] or b"\1", data[LONG:]
    computer, wand = Decoder(), wire.Receiver()
    whole = computer.feed(stream)
    assert [Frame(*one) for one in wand.feed(stream)] == whole, "both ends read the same"
    assert _chunked(Decoder(), stream, cuts) == whole, "any chunking gives the same"
    assert [Frame(*one) for one in _chunked(wire.Receiver(), stream, cuts)] == whole
    assert computer.counters.frames == len(whole)
    dropped = sum(computer.counters) - len(whole)
    assert wand.dropped == dropped, "both ends count the same"
    _old_computer.feed(stream)
    _old_wand.feed(stream)
    for tail in (computer._tail, wand._tail, _old_computer._tail, _old_wand._tail):
        assert len(tail) <= ENCODED_MOST
    return tuple(sorted({_read(frame) for frame in whole})), tuple(min(count, 3) for count in computer.counters)


def _chunked(decoder: "Decoder | wire.Receiver", stream: bytes, cuts: bytes) -> list[tuple[int, int, int, int, int, bytes]]:
    tape, found, at = Tape(cuts * (1 + len(stream) // len(cuts))), list[tuple[int, int, int, int, int, bytes]](), 0
    while at < len(stream):
        size = max(1, tape.byte())
        found += decoder.feed(stream[at : at + size])
        at += size
    return found


def _read(frame: Frame) -> tuple[int, int, bool]:
    """Read the payload at both ends: they agree on what is a message."""
    try:
        decode(frame)
        is_message = True
    except ProtocolError:
        is_message = False
    if frame.kind == codes.REQUEST and frame.message_id in messages.REQUESTS:
        values = wire.unpack(messages.REQUESTS[frame.message_id][0], frame.payload)
        assert is_message == (values is not None and messages.bad_field(frame.message_id, values) < 0)
    return frame.kind, frame.message_id if is_message else -1, is_message
