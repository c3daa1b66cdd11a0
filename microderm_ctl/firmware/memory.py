"""Small records in pairs of slots: a write never touches the newest good copy, so power may go at any byte.

A slot is ``kind, length, 2 zero bytes, generation (u32), content, CRC-32``, at
most 64 bytes. Of a pair, the sound slot with the higher generation counts.
"""

import binascii

from . import wire
from .board import Board

CALIBRATION = 1
MAP = 2
LATCH = 3
COOLDOWN = 4
UNLOCK = 5
LEDGER = 6
LEDGER_PAIRS = 8
KEY = LEDGER + LEDGER_PAIRS
CONTENT_MOST = 52
_HEAD = "<BBHI"
_HEAD_SIZE = 8


def build_slot(kind: int, generation: int, content: bytes) -> bytes:
    """Return the bytes of a slot.

    Raises:
        ValueError: the content is over 52 bytes.
    """
    if len(content) > CONTENT_MOST:
        raise ValueError("content")
    body = wire.pack(_HEAD, (kind, len(content), 0, generation)) + content
    return body + wire.pack("<I", (binascii.crc32(body),))


def read_slot(kind: int, slot: bytes) -> "tuple[int, bytes] | None":
    """Return generation and content of a sound slot of this kind, else None."""
    head = wire.unpack(_HEAD, slot[:_HEAD_SIZE])
    if head is None or head[0] != kind or len(slot) != _HEAD_SIZE + head[1] + 4:
        return None
    body = slot[:-4]
    if wire.pack("<I", (binascii.crc32(body),)) != slot[-4:]:
        return None
    return head[3], body[_HEAD_SIZE:]


class Memory:
    """The records of one board."""

    def __init__(self, board: Board) -> None:
        """Use the slots of a board; pair k is slots 2k and 2k + 1."""
        self._board = board

    def read(self, kind: int) -> "tuple[int, bytes]":
        """Return generation and content of a record; generation 0 and nothing when there is none."""
        return self._newest(kind)[1]

    def is_intact(self, kind: int) -> bool:
        """Return whether a record is readable, or was never whole; two damaged slots are a loss."""
        slots = (self._board.read_slot(2 * kind), self._board.read_slot(2 * kind + 1))
        if not slots[0] or not slots[1]:
            return True
        return read_slot(kind, slots[0]) is not None or read_slot(kind, slots[1]) is not None

    def write(self, kind: int, content: bytes) -> bool:
        """Write a record over the older slot of its pair, read it back, and return whether it is there.

        The first write of all fills both slots, so that from then on one that rots is never the only one.
        """
        newest_slot, (generation, _) = self._newest(kind)
        target, other = 2 * kind + 1 - newest_slot, 2 * kind + newest_slot
        try:
            is_written = self._put(target, build_slot(kind, generation + 1, content))
            if is_written and not self._board.read_slot(other):
                is_written = self._put(other, build_slot(kind, generation + 2, content))
            return is_written
        except OSError:
            return False

    def _put(self, target: int, slot: bytes) -> bool:
        self._board.write_slot(target, slot)
        return self._board.read_slot(target) == slot

    def _newest(self, kind: int) -> "tuple[int, tuple[int, bytes]]":
        """Return which slot of the pair is newest (1 where none is) with its generation and content."""
        first = read_slot(kind, self._board.read_slot(2 * kind))
        second = read_slot(kind, self._board.read_slot(2 * kind + 1))
        if first is not None and (second is None or first[0] > second[0]):
            return 0, first
        if second is not None:
            return 1, second
        return 1, (0, b"")
