"""The slots of memory as small files, the two of a pair in two folders.

littlefs writes a folder's small files into a pair of blocks of its own and goes
round through the flash; so the two slots of a pair never share a block, and wear
is spread. What a torn write leaves is found by the record's CRC, and the other
slot holds the record before.
"""

import os

FOLDERS = ("slots-a", "slots-b")
SLOT_BYTES = 64
DAMAGED = b"\xff"
"""What a slot reads as that is there and cannot be read: not empty, and no record."""


class Slots:
    """Files of up to 64 bytes."""

    def __init__(self, base: str = "") -> None:
        """Use two folders here, or below a path; they are made with the first write."""
        self._base = base

    def read(self, slot: int) -> bytes:
        """Return the bytes of a slot; empty when it was never written, one byte that is no record when it cannot be read."""
        folder, name = self._place(slot)
        try:
            if not self._has_folder(slot) or name not in os.listdir(folder):
                return b""
            with open(folder + "/" + name, "rb") as file:
                return file.read(SLOT_BYTES + 1) or DAMAGED
        except OSError:
            return DAMAGED

    def write(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a slot.

        Raises:
            OSError: more than a slot holds, or the flash does not take it.
        """
        if len(content) > SLOT_BYTES:
            raise OSError("slot too long")
        folder, name = self._place(slot)
        if not self._has_folder(slot):
            os.mkdir(folder)
        with open(folder + "/" + name, "wb") as file:
            file.write(content)

    def _has_folder(self, slot: int) -> bool:
        return FOLDERS[slot & 1] in (os.listdir(self._base) if self._base else os.listdir())

    def _place(self, slot: int) -> "tuple[str, str]":
        folder = FOLDERS[slot & 1]
        return (self._base + "/" + folder if self._base else folder), str(slot // 2)
