"""Frames on a stream of bytes: COBS between zero bytes, a header, a payload and a CRC-32.

    00 | COBS( version kind id flags sequence length payload crc32 ) | 00

Pure functions and a decoder that is fed; no port, no clock.
"""

import struct
from typing import Final, NamedTuple
from zlib import crc32

HEADER: Final = struct.Struct("<BBBBHH")
CRC: Final = struct.Struct("<I")
PAYLOAD_MOST: Final = 240
BODY_LEAST: Final = HEADER.size + CRC.size
ENCODED_MOST: Final = BODY_LEAST + PAYLOAD_MOST + 1
"""A whole body is under 254 bytes, so COBS adds exactly one byte and needs no 0xFF block."""
BURST_MOST: Final = 512
"""No end sends more than this without hearing from the other: the wand's receive ring holds it."""
_CODES: Final = tuple(bytes((length + 1,)) for length in range(ENCODED_MOST))
"""The byte before a block without zeros, by the block's length."""


class Frame(NamedTuple):
    """A frame whose check sum and length are right; its payload is not yet read."""

    version: int
    kind: int
    message_id: int
    flags: int
    sequence: int
    payload: bytes


class Counters(NamedTuple):
    """What a decoder has seen and dropped so far."""

    frames: int = 0
    bad_cobs: int = 0
    bad_crc: int = 0
    bad_length: int = 0
    oversize: int = 0


def cobs_encode(body: bytes) -> bytes:
    """Return a body of under 254 bytes without its zeros, one byte longer."""
    return b"".join([_CODES[len(block)] + block for block in body.split(b"\0")])


def cobs_decode(encoded: bytes) -> bytes | None:
    """Return the body behind an encoded block of under 255 bytes, or None when it is malformed."""
    if not encoded:
        return None
    body = bytearray(encoded)
    position, size = 0, len(encoded)
    while position < size:
        step = encoded[position]
        if step == 0:
            return None
        body[position] = 0
        position += step
    return bytes(body[1:]) if position == size else None


def build_frame(frame: Frame) -> bytes:
    """Return the bytes of a frame, delimiters on both sides.

    Raises:
        ValueError: the payload is over 240 bytes.
    """
    return framed(*frame)


def framed(version: int, kind: int, message_id: int, flags: int, sequence: int, payload: bytes) -> bytes:
    """Return the bytes of the frame with these parts, as ``build_frame`` does, without a ``Frame`` in between."""
    if len(payload) > PAYLOAD_MOST:
        raise ValueError(f"a payload holds at most {PAYLOAD_MOST} bytes")
    body = HEADER.pack(version, kind, message_id, flags, sequence, len(payload)) + payload
    return b"\0" + cobs_encode(body + CRC.pack(crc32(body))) + b"\0"


class Decoder:
    """Turns chunks of a stream into frames; any garbage costs at most the frame it hits."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.frames = 0
        """Sound frames so far."""
        self._dropped: dict[str, int] = {}
        self._tail = b""
        self._skipping = False

    @property
    def counters(self) -> Counters:
        """What was seen and dropped so far."""
        return Counters(self.frames, **self._dropped)

    def feed(self, data: bytes) -> list[Frame]:
        """Return the whole frames that these bytes complete, in order. Never raises."""
        blocks = (self._tail + data).split(b"\0")
        tail = blocks.pop()
        frames = []
        for block in blocks:
            if self._skipping:
                self._skipping = False
            elif block and (frame := self._open(block)) is not None:
                frames.append(frame)
        if len(tail) > ENCODED_MOST:
            if not self._skipping:
                self._count("oversize")
            self._skipping, tail = True, b""
        self._tail = tail
        return frames

    def _open(self, block: bytes) -> Frame | None:
        if len(block) > ENCODED_MOST:
            self._count("oversize")
            return None
        body = cobs_decode(block)
        if body is None or len(body) < BODY_LEAST:
            self._count("bad_cobs")
            return None
        if crc32(body[:-4]) != CRC.unpack_from(body, len(body) - 4)[0]:
            self._count("bad_crc")
            return None
        version, kind, message_id, flags, sequence, length = HEADER.unpack_from(body)
        if length != len(body) - BODY_LEAST:
            self._count("bad_length")
            return None
        self.frames += 1
        return Frame(version, kind, message_id, flags, sequence, body[HEADER.size : -4])

    def _count(self, what: str) -> None:
        self._dropped[what] = self._dropped.get(what, 0) + 1
