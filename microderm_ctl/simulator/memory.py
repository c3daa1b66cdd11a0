"""Where a virtual wand keeps its slots: a directory of small files, or a dictionary."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from microderm_ctl.records.files import PRIVATE_DIRECTORY, explained, write_private

SLOT_BYTES: Final = 64
"""What a slot holds at most, as on the real board."""


class Memory:
    """Slots that live as long as the object."""

    def __init__(self) -> None:
        """Begin with every slot empty."""
        self._slots: dict[int, bytes] = {}
        self._lost: dict[int, bytes] = {}
        """What comes back, by slot, when what was written over it is lost."""
        self._loses: tuple[int, ...] = ()

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was ever written."""
        return not self._slots

    def read(self, slot: int) -> bytes:
        """Return the bytes of a slot; empty when it was never written."""
        return self._slots.get(slot, b"")

    def write(self, slot: int, content: bytes) -> None:
        """Replace the bytes of a slot.

        Raises:
            OSError: more than a slot holds, or the directory cannot be written.
        """
        if len(content) > SLOT_BYTES:
            raise OSError(f"a slot holds {SLOT_BYTES} bytes, not {len(content)}")
        if slot in self._loses:
            self._lost.setdefault(slot, self.read(slot))
        else:
            self._keep(slot, bytes(content))
        self._slots[slot] = bytes(content)

    def lose(self, slots: Iterable[int]) -> None:
        """Lose from here on what is written to these slots when the power goes or the program restarts; until then it reads well."""
        self._loses = tuple(slots)

    def power_up(self) -> None:
        """Bring back what stood before the writes that are lost."""
        self._slots.update(self._lost)
        self._lost.clear()

    def _keep(self, slot: int, content: bytes) -> None:
        """Make the content last beyond the object; a dictionary cannot."""


class DirectoryMemory(Memory):
    """Slots as files that only their owner may read: old or new after a crash, never half."""

    def __init__(self, directory: Path) -> None:
        """Read what is there, and make the directory if it is missing.

        Raises:
            FileProblem: the directory cannot be made, read or written.
        """
        super().__init__()
        self.directory = directory
        with explained(directory, "The virtual wand's memory cannot be used"):
            for made in (directory.parent, directory):  # parents=True gives no mode to what it makes on the way
                made.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            self._slots = {int(path.stem[5:]): path.read_bytes() for path in directory.glob("slot-[0-9][0-9].bin")}

    def _keep(self, slot: int, content: bytes) -> None:
        write_private(self.directory / f"slot-{slot:02d}.bin", content)
