"""Bytes of a fuzzer as a source of choices, and as the fields of messages."""

from typing import Any

from microderm_protocol.fields import Field, Layout


class Tape:
    """Reads choices from bytes; past their end everything is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_over(self) -> bool:
        """Whether all was read."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """Return the next byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def take(self, size: int) -> bytes:
        """Return the next bytes, padded with zeros."""
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken.ljust(size, b"\0")

    def integer(self, low: int, high: int, known: int) -> int:
        """Return an integer of a range: what is known to be good, an end of the range, one beside it, a small one, or any."""
        choice = self.byte()
        if choice < 0x90:
            return known
        if choice < 0xD0:
            near = (low, high, low + 1, high - 1, known + 1, known - 1, (low + high) // 2, known ^ 1 << choice % 32)[choice % 8]
        elif choice < 0xE8:
            near = self.byte()
        else:
            near = int.from_bytes(self.take(4), "little")
        return near if low <= near <= high else low + near % (high - low + 1)


def forged(layout: Layout[Any], known: Any, tape: Tape) -> Any:
    """Return a message of a layout that can be sent: its fields those of ``known`` where the tape does not change them."""
    fields = (_value(field, getattr(known, name), tape) for name, field in layout.fields.items())
    return layout.message(*fields)


def _value(field: Field, known: Any, tape: Tape) -> Any:
    if field.repeat == 0:
        return tape.take(field.low) if tape.byte() > 0xC0 else known
    if field.repeat == 1:
        return tape.integer(field.low, field.high, known)
    if tape.byte() < 0xA0:
        return known
    return tuple(tape.integer(field.low, field.high, one) for one in known)
