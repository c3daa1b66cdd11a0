"""Frames and payloads at the wand's end: COBS, header, CRC-32, and packing that checks every range.

``struct`` on the board truncates what is too large and fills in what is missing,
so nothing is packed or unpacked anywhere else.
"""

import binascii
import struct

VERSION = 1
REQUEST = 1
ANSWER = 2
EVENT = 3
NAK = 4
HEADER = "<BBBBHH"
HEADER_SIZE = 8
BODY_LEAST = 12
PAYLOAD_MOST = 240
ENCODED_MOST = 253

RANGES = {
    "B": (0, 0xFF),
    "H": (0, 0xFFFF),
    "I": (0, 0xFFFFFFFF),
    "h": (-0x8000, 0x7FFF),
    "i": (-0x80000000, 0x7FFFFFFF),
}


OCTETS = (1, 0)
"""In the place of a range: a field of bytes has none."""

KNOWN: "dict[str, tuple[tuple[int, int], ...]]" = {}
"""The ranges of formats that were packed before, so that each frame does not work them out and leave the pieces behind."""


def ranges_of(form: str) -> "tuple[tuple[int, int], ...]":
    """Return the range of each value of a struct format: ``<I2H`` has three; octets are one value."""
    ranges = KNOWN.get(form)
    if ranges is None:
        ranges = KNOWN[form] = tuple(_ranges(form))
    return ranges


def _ranges(form: str) -> "list[tuple[int, int]]":
    ranges = []
    count = ""
    for char in form[1:]:
        if "0" <= char <= "9":
            count += char
        else:
            ranges += [OCTETS] if char == "s" else [RANGES[char]] * int(count or "1")
            count = ""
    return ranges


def size_of(form: str) -> int:
    """Return how many bytes a format takes."""
    return struct.calcsize(form)


def pack(form: str, values: "tuple[int | bytes, ...]") -> bytes:
    """Return the bytes of a format.

    Raises:
        ValueError: too few or too many values, or one out of the range of its type.
    """
    ranges = ranges_of(form)
    if len(ranges) != len(values):
        raise ValueError(form)
    for (low, high), value in zip(ranges, values):
        if low <= high and (not isinstance(value, int) or value < low or value > high):
            raise ValueError(form)
    return struct.pack(form, *values)


def unpack(form: str, payload: bytes) -> "tuple[int, ...] | None":
    """Return the values of a payload, or None when it is not exactly as long as the format."""
    if len(payload) != struct.calcsize(form):
        return None
    return struct.unpack(form, payload)


def cobs_encode(body: bytes) -> bytes:
    """Return a body of under 254 bytes without its zeros, one byte longer; each zero becomes the way to the next."""
    encoded = bytearray(b"\0" + body)
    last = 0
    zero = body.find(b"\0")
    while zero >= 0:
        encoded[last] = (zero + 1 - last) & 0xFF
        last = zero + 1
        zero = body.find(b"\0", last)
    encoded[last] = (len(encoded) - last) & 0xFF
    return bytes(encoded)


def cobs_decode(encoded: bytes) -> "bytes | None":
    """Return the body behind an encoded block, or None when it is malformed."""
    size = len(encoded)
    body = bytearray(encoded)
    position = 0
    while position < size:
        step = encoded[position]
        if step == 0:
            return None
        body[position] = 0
        position += step
    return bytes(body[1:]) if size and position == size else None


def build(kind: int, message: int, sequence: int, payload: bytes) -> bytes:
    """Return a whole frame, a zero before and after it."""
    body = struct.pack(HEADER, VERSION, kind, message, 0, sequence & 0xFFFF, len(payload)) + payload
    return b"\0" + cobs_encode(body + struct.pack("<I", binascii.crc32(body))) + b"\0"


def split_body(body: "bytes | None") -> "tuple[int, int, int, int, int, bytes] | None":
    """Return version, kind, message, flags, sequence and payload of a sound body, else None."""
    if body is None or len(body) < BODY_LEAST:
        return None
    if binascii.crc32(body[:-4]) != struct.unpack("<I", body[-4:])[0]:
        return None
    version, kind, message, flags, sequence, length = struct.unpack(HEADER, body[:HEADER_SIZE])
    if length != len(body) - BODY_LEAST:
        return None
    return version, kind, message, flags, sequence, body[HEADER_SIZE:-4]


class Receiver:
    """Turns chunks of bytes into sound bodies; what is damaged is counted and dropped."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.dropped = 0
        self._tail = b""
        self._skipping = False

    def feed(self, data: bytes) -> "list[tuple[int, int, int, int, int, bytes]]":
        """Return version, kind, message, flags, sequence and payload of every frame that these bytes complete."""
        blocks = (self._tail + data).split(b"\0")
        self._tail = blocks.pop()
        frames = []
        for block in blocks:
            if self._skipping:
                self._skipping = False
                continue
            if not block:
                continue
            frame = split_body(cobs_decode(block)) if len(block) <= ENCODED_MOST else None
            if frame is None:
                self.dropped += 1
            else:
                frames.append(frame)
        if len(self._tail) > ENCODED_MOST:
            self.dropped += 0 if self._skipping else 1
            self._skipping = True
            self._tail = b""
        return frames
