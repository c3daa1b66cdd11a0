"""Codecs and decoders in one process, measured in turn; run by the peers' interpreter, printed as JSON.

    python -m tests.benchmarks.codec_cases codec|stream ROUNDS

Imports nothing of the project but the protocol: the peers' interpreter has no more.
"""

import json
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any, Final
from zlib import crc32

from microderm_protocol import Decoder, decode, encode, encode_nak
from microderm_protocol.fields import Field
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT
from microderm_protocol.messages.treatment import LimitsAnswer, Telemetry
from tests.benchmarks.measure import cpu_us, in_turn

TELEMETRY: Final = Telemetry(
    123_456, 5, 0, 1, 3, 0x3FF, 9_800, 10_000, 12_000, 13_500, 23_000, 120, 40, 55_000, 300_000, 0, 0, 106, 251, 4_990, 0, 440, 0, 0
)  # fmt: skip
LIMITS: Final = LimitsAnswer(2_500, 5_000, 25_000, 26_700, 360_000, 3_000, 500, 106, 0, 1_760_000_000, 3, 64)
BY_HAND: Final = struct.Struct("<BBBBHHIBBBBHiHHHHHHIIIIHhHIHHH")
CRC: Final = struct.Struct("<I")
LENGTHS: Final = tuple(bytes((length + 1,)) for length in range(254))
CALLS: Final = 400
FRAMES: Final = 2_000
CHUNKS: Final = (1, 64, 4096)
DAMAGED_PERCENT: Final = 1


def by_hand_build(values: tuple[Any, ...]) -> bytes:
    """Build a telemetry frame as a struct codec written by hand does: header and payload in one format."""
    body = BY_HAND.pack(1, 3, 0x40, 0, 7, BY_HAND.size - 8, *values)
    body += CRC.pack(crc32(body))
    return b"\0" + b"".join([LENGTHS[len(one)] + one for one in body.split(b"\0")]) + b"\0"


def by_hand_parse(block: bytes) -> Telemetry | None:
    """Parse what stands between two zero bytes."""
    body = bytearray(block)
    place = 0
    while place < len(block):
        step = block[place]
        body[place] = 0
        place += step
    if CRC.unpack_from(body, len(body) - 4)[0] != crc32(body[1:-4]):
        return None
    return Telemetry(*BY_HAND.unpack_from(body, 1)[6:])


def ours_parse(frame: bytes) -> Any:
    """Take a whole frame from the wire to the typed message, through a decoder as the link does."""
    return decode(_DECODER.feed(frame)[0])


_DECODER: Final = Decoder()
Pair = tuple[Callable[[], object], Callable[[], object]]
"""How a codec builds its message, and how it parses it back."""


def codecs() -> dict[str, Pair]:
    """Return every codec that is there."""
    telemetry, limits, by_hand = encode(TELEMETRY, 7), encode(LIMITS, 7), by_hand_build(TELEMETRY)
    if by_hand != telemetry:
        raise RuntimeError("the codec by hand builds another frame")
    found: dict[str, Pair] = {
        "telemetry (24 fields)": (lambda: encode(TELEMETRY, 7), lambda: ours_parse(telemetry)),
        "limits (12 fields)": (lambda: encode(LIMITS, 7), lambda: ours_parse(limits)),
        "struct by hand (24 fields)": (lambda: by_hand_build(TELEMETRY), lambda: by_hand_parse(by_hand[1:-1])),
    }
    for name, make in (("pymavlink SYS_STATUS (13 fields)", _pymavlink), ("pymodbus RTU (15 registers)", _pymodbus)):
        try:
            found[name] = make()
        except ImportError:
            continue
    return found


def _pymavlink() -> Pair:
    dialect = import_module("pymavlink.dialects.v20.common")
    link = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
    message = dialect.MAVLink_sys_status_message(1, 2, 3, 500, 12_000, 1_500, 80, 0, 0, 1, 2, 3, 4)
    frame = bytes(message.pack(link))
    return (lambda: message.pack(link)), (lambda: link.parse_char(frame))


def _pymodbus() -> Pair:
    framer_of, pdu, register = (import_module(f"pymodbus.{name}") for name in ("framer", "pdu", "pdu.register_message"))
    framer = framer_of.FramerRTU(pdu.DecodePDU(False))
    message = register.ReadHoldingRegistersResponse(registers=list(range(1000, 1015)), dev_id=1)
    frame = framer.buildFrame(message)
    return (lambda: framer.buildFrame(message)), (lambda: framer.handleFrame(frame, 1, 0))


def whole_table() -> tuple[Callable[[], object], Callable[[], object], int]:
    """Return how every message of the table is built and parsed, one after another, and how many they are."""
    random = Random(7)
    messages = [_filled(layout, random) for layout in LAYOUTS.values()]
    frames = [encode(one, 7) for one in messages]
    nak = _filled(NAK_LAYOUT, random)
    frames.append(encode_nak(nak, 0x12, 7))

    def build() -> None:
        for message in messages:
            encode(message, 7)
        encode_nak(nak, 0x12, 7)

    def parse() -> None:
        for frame in frames:
            ours_parse(frame)

    return build, parse, len(frames)


def _filled(layout: Any, random: Random) -> Any:
    return layout.message(*(_value(field, random) for field in layout.fields.values()))


def _value(field: Field, random: Random) -> Any:
    if field.repeat == 0:
        return random.randbytes(field.low)
    drawn = [random.randint(field.low, field.high) for _ in range(field.repeat)]
    return drawn[0] if field.repeat == 1 else tuple(drawn)


def codec(rounds: int) -> dict[str, list[float]]:
    """Measure building and parsing, in us of CPU time for each message."""
    cases: dict[str, Callable[[], float]] = {}
    for name, (build, parse) in codecs().items():
        cases[f"build {name}"] = cpu_us(build, CALLS)
        cases[f"parse {name}"] = cpu_us(parse, CALLS)
    build_all, parse_all, count = whole_table()
    taken = in_turn(cases | {"build all": cpu_us(build_all, 10), "parse all": cpu_us(parse_all, 10)}, rounds)
    for name in ("build all", "parse all"):
        taken[name] = [one / count for one in taken[name]]
    return taken


def streams(frame: bytes, frames: int) -> dict[str, bytes]:
    """Return a clean stream of a frame, and one of which some frames are damaged."""
    random = Random(3)
    damaged = bytearray(frame * frames)
    for number in range(0, frames, 100 // DAMAGED_PERCENT):
        damaged[number * len(frame) + random.randrange(1, len(frame) - 1)] ^= 1 << random.randrange(8)
    return {"clean": frame * frames, f"{DAMAGED_PERCENT} % damaged": bytes(damaged)}


def in_chunks(data: bytes, size: int) -> list[bytes]:
    """Cut a stream."""
    return [data[place : place + size] for place in range(0, len(data), size)]


def feed_ours(chunks: list[bytes]) -> int:
    """Decode a stream to typed messages, as the link does."""
    decoder, found = Decoder(), 0
    for chunk in chunks:
        for frame in decoder.feed(chunk):
            found += decode(frame) is not None
    return found


def feed_by_hand(chunks: list[bytes]) -> int:
    """Decode a stream with bytes.split and struct."""
    tail, found = b"", 0
    for chunk in chunks:
        *blocks, tail = (tail + chunk).split(b"\0")
        for block in blocks:
            if block:
                try:
                    found += by_hand_parse(block) is not None
                except (IndexError, struct.error):
                    continue
    return found


def stream(rounds: int, frames: int = FRAMES) -> dict[str, list[float]]:
    """Measure decoders on a stream, in us of CPU time for each frame."""
    cases: dict[str, Callable[[], float]] = {}
    for kind, data in streams(encode(TELEMETRY, 7), frames).items():
        for size in CHUNKS:
            chunks = in_chunks(data, size)
            cases[f"ours, {size} bytes, {kind}"] = cpu_us(lambda chunks=chunks: feed_ours(chunks), 1)  # type: ignore[misc]
            cases[f"split and struct, {size} bytes, {kind}"] = cpu_us(lambda chunks=chunks: feed_by_hand(chunks), 1)  # type: ignore[misc]
    cases |= _pymavlink_streams(frames)
    cases["ours, four times the stream"] = _long(in_chunks(encode(TELEMETRY, 7) * frames * 4, 4096))
    cases["ours, nothing but noise"] = _long(in_chunks(Random(5).randbytes(90 * frames), 64))
    cases["ours, no zero at all"] = _long(in_chunks(b"\x5a" * (90 * frames), 64))
    taken = {name: [one / frames for one in values] for name, values in in_turn(cases, rounds).items()}
    taken["ours, four times the stream"] = [one / 4 for one in taken["ours, four times the stream"]]
    return taken


def _long(chunks: list[bytes]) -> Callable[[], float]:
    return cpu_us(lambda: feed_ours(chunks), 1)


def _pymavlink_streams(frames: int) -> dict[str, Callable[[], float]]:
    try:
        dialect = import_module("pymavlink.dialects.v20.common")
    except ImportError:
        return {}
    message = dialect.MAVLink_sys_status_message(1, 2, 3, 500, 12_000, 1_500, 80, 0, 0, 1, 2, 3, 4)
    frame = bytes(message.pack(dialect.MAVLink(None, srcSystem=1, srcComponent=1)))

    def feed(chunks: list[bytes]) -> None:
        link = dialect.MAVLink(None)
        link.robust_parsing = True
        for chunk in chunks:
            link.parse_buffer(chunk)

    cases = {}
    for kind, data in streams(frame, frames).items():
        for size in CHUNKS:
            chunks = in_chunks(data, size)
            cases[f"pymavlink, {size} bytes, {kind}"] = cpu_us(lambda chunks=chunks: feed(chunks), 1)  # type: ignore[misc]
    return cases


def main() -> None:
    """Measure one of them, and print what was taken."""
    what, rounds = sys.argv[1], int(sys.argv[2])
    print(json.dumps(codec(rounds) if what == "codec" else stream(rounds)))


if __name__ == "__main__":
    main()
