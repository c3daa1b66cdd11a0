"""What the wand writes down of each treatment: reserved before it runs, settled after it.

Entries go round through eight records. One that was never settled is a power cut:
its whole reserve counts as used.
"""

from . import wire
from .memory import LEDGER, LEDGER_PAIRS, Memory

FORM = "<IIIIBBBBII"
ENTRY = 0
COMMAND = 1
UTC = 2
TAG = 3
PURPOSE = 4
IS_OPEN = 5
CAUSE = 6
RESERVED = 8
USED = 9


class Ledger:
    """The entries of one wand, newest first by age."""

    def __init__(self, memory: Memory) -> None:
        """Read all entries once; later reads cost no memory access."""
        self._memory = memory
        self.intact = True
        self._entries: "list[tuple[int, ...]]" = []
        for pair in range(LEDGER_PAIRS):
            self.intact = self.intact and memory.is_intact(LEDGER + pair)
            entry = wire.unpack(FORM, memory.read(LEDGER + pair)[1])
            if entry is not None:
                self._insert(entry)

    def by_age(self, age: int) -> "tuple[int, ...] | None":
        """Return the entry of an age, 0 the newest."""
        return self._entries[age] if 0 <= age < len(self._entries) else None

    def by_command(self, command_id: int) -> "tuple[int, ...] | None":
        """Return the entry that a command made."""
        for entry in self._entries:
            if entry[COMMAND] == command_id:
                return entry
        return None

    def reserve(self, command_id: int, utc_s: int, tag: int, purpose: int, reserved_ms: int) -> bool:
        """Write a new open entry and return whether it is in memory."""
        number = self._entries[0][ENTRY] + 1 if self._entries else 1
        return self._put((number, command_id, utc_s, tag, purpose, 1, 0, 0, reserved_ms, reserved_ms))

    def settle(self, used_ms: int, cause: int) -> bool:
        """Close the newest entry with what was really used; nothing to do when it is closed."""
        entry = self.by_age(0)
        if entry is None or not entry[IS_OPEN]:
            return True
        used_ms = min(used_ms, entry[RESERVED])
        return self._put(entry[:IS_OPEN] + (0, cause, 0, entry[RESERVED], used_ms))

    def is_open(self) -> bool:
        """Return whether the newest entry was never settled."""
        entry = self.by_age(0)
        return entry is not None and bool(entry[IS_OPEN])

    def _put(self, entry: "tuple[int, ...]") -> bool:
        if not self._memory.write(LEDGER + entry[ENTRY] % LEDGER_PAIRS, wire.pack(FORM, entry)):
            return False
        self._insert(entry)
        return True

    def _insert(self, entry: "tuple[int, ...]") -> None:
        newer = [old for old in self._entries if old[ENTRY] > entry[ENTRY]]
        older = [old for old in self._entries if old[ENTRY] < entry[ENTRY]]
        self._entries = (newer + [entry] + older)[:LEDGER_PAIRS]
