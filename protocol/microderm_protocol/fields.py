"""Fields of a message: a construct leaf with its range, unit and meaning, and the layouts they form.

A layout stands beside the NamedTuple that it fills. It is one flat construct
``Record`` of integers, so parsing gives plain values and never a Container.
Everything that leaves or enters is checked here: construct alone ignores
trailing bytes and misspelt keys, and what is narrower than its type.
"""

import struct
from io import BytesIO
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from construct import Array, Bytes, Construct, Container, Int8ul, Int16sl, Int16ul, Int32sl, Int32ul

from microderm_protocol.errors import BadLength, BadValue
from microderm_protocol.record import Record

Message = TypeVar("Message", bound=tuple[Any, ...])

_WHOLE: Final = {
    "u8": (0, 0xFF),
    "u16": (0, 0xFFFF),
    "u32": (0, 0xFFFF_FFFF),
    "i16": (-0x8000, 0x7FFF),
    "i32": (-0x8000_0000, 0x7FFF_FFFF),
}
"""What each type can hold, by its name."""
_CONTEXT: Final = Container()
"""What construct hands from part to part. Nothing here looks at it, and a new one for each message costs more than the message."""
_TYPES: Final[dict[int, type]] = {0: bytes, 1: int}
"""What a field of so many repeats holds; a column is a tuple."""


class Field(NamedTuple):
    """One field on the wire; a ``repeat`` above 1 makes it a column of equal integers, 0 marks octets."""

    leaf: "Construct[Any, Any]"
    type_name: str
    low: int
    high: int
    unit: str
    meaning: str
    repeat: int = 1


class IntegerField(Protocol):
    """Describes an integer on the wire: its meaning, range and unit."""

    def __call__(self, meaning: str, low: int = ..., high: int = ..., unit: str = "") -> Field:
        """Return the field."""


def _integer(leaf: "Construct[Any, Any]", name: str) -> IntegerField:
    lowest, highest = _WHOLE[name]

    def field(meaning: str, low: int = lowest, high: int = highest, unit: str = "") -> Field:
        return Field(leaf, name, low, high, unit, meaning)

    return field


u8 = _integer(Int8ul, "u8")
u16 = _integer(Int16ul, "u16")
u32 = _integer(Int32ul, "u32")
i16 = _integer(Int16sl, "i16")
i32 = _integer(Int32sl, "i32")


def column(count: int, field: Field) -> Field:
    """Describe a fixed number of equal integers, one after another."""
    return field._replace(leaf=Array(count, field.leaf), type_name=f"{field.type_name}[{count}]", repeat=count)


def octets(count: int, meaning: str) -> Field:
    """Describe a fixed number of bytes that are no number."""
    return Field(Bytes(count), f"octet[{count}]", count, count, "", meaning, 0)


class Layout(Generic[Message]):
    """The bytes of one message: builds them from its NamedTuple and parses them back."""

    def __init__(self, message: type[Message], **fields: Field) -> None:
        """Bind a NamedTuple to its fields, which carry the same names in the same order."""
        names: tuple[str, ...] = message._fields  # type: ignore[attr-defined]
        if names != tuple(fields):
            raise TypeError(f"{message.__name__} and its layout name different fields")
        self.message = message
        self.fields = fields
        self._specs = tuple(fields.values())
        self._record = Record(field.leaf for field in self._specs)
        self.size = int(self._record.sizeof())
        self._types = tuple(_TYPES.get(field.repeat, tuple) for field in self._specs)
        # What a type alone does not hold to: a narrower range, a number of octets, each integer of a column.
        self._narrow = tuple(
            (place, field.low, field.high)
            for place, field in enumerate(self._specs)
            if field.repeat == 1 and (field.low, field.high) != _WHOLE[field.type_name]
        )
        self._has_parts = any(field.repeat != 1 for field in self._specs)

    def build(self, message: Message) -> bytes:
        """Return the payload of a message.

        Raises:
            BadValue: a field is no integer or outside its range.
        """
        if self._has_parts or tuple(map(type, message)) != self._types or not self._is_within(message):
            self._check(message)
        try:
            stream = BytesIO()
            self._record._build(message, stream, _CONTEXT, "")
            return stream.getvalue()
        except struct.error:
            self._check(message)
            raise

    def parse(self, payload: bytes) -> Message:
        """Return the message in a payload.

        Raises:
            BadLength: the payload is shorter or longer than the layout.
            BadValue: a field is outside its range.
        """
        if len(payload) != self.size:
            raise BadLength(f"{self.message.__name__} is {self.size} bytes long, not {len(payload)}")
        values = self._record._parsereport(BytesIO(payload), _CONTEXT, "")
        if self._has_parts or not self._is_within(values):
            self._check(values)
        return tuple.__new__(self.message, values)

    def _is_within(self, values: tuple[Any, ...]) -> bool:
        """Return whether the numbers keep to the ranges that are narrower than their types."""
        for place, low, high in self._narrow:  # noqa: SIM110 (all() over a generator costs more than what it looks at)
            if not low <= values[place] <= high:
                return False
        return True

    def _check(self, values: tuple[Any, ...]) -> None:
        """Look at every field, and name the first that is wrong."""
        for position, (field, value) in enumerate(zip(self._specs, values, strict=True)):
            if field.repeat == 1:
                good = type(value) is int and field.low <= value <= field.high
            elif field.repeat == 0:
                good = type(value) is bytes and len(value) == field.low
            else:
                good = (
                    type(value) is tuple
                    and len(value) == field.repeat
                    and all(type(one) is int and field.low <= one <= field.high for one in value)
                )
            if not good:
                name = tuple(self.fields)[position]
                raise BadValue(position, f"{self.message.__name__}.{name} may not be {value!r}")
