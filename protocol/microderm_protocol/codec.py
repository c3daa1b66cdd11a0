"""Messages to frames and back."""

from typing import Any, TypeAlias

from microderm_protocol import codes
from microderm_protocol.errors import UnknownMessage
from microderm_protocol.framing import Frame, framed
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT, NUMBERS

AnyMessage: TypeAlias = Any
"""One of the NamedTuples of ``microderm_protocol.messages``."""


def encode(message: AnyMessage, sequence: int, flags: int = 0) -> bytes:
    """Return the bytes of a message other than NAK, delimiters included.

    Args:
        message: a NamedTuple of ``microderm_protocol.messages``.
        sequence: 0 to 65535; an answer repeats its request's.
        flags: the frame's flags.

    Raises:
        UnknownMessage: it is no message.
        BadValue: a field is out of its range.
    """
    number = NUMBERS.get(type(message))
    if number is None:
        raise UnknownMessage(f"{type(message).__name__} is not a message")
    kind, message_id = number
    payload = LAYOUTS[number].build(message)
    return framed(codes.VERSION, kind, message_id, flags, sequence & 0xFFFF, payload)


def encode_nak(nak: AnyMessage, message_id: int, sequence: int) -> bytes:
    """Return the bytes of a NAK to the request with this id and sequence."""
    return framed(codes.VERSION, codes.NAK, message_id, 0, sequence & 0xFFFF, NAK_LAYOUT.build(nak))


def decode(frame: Frame) -> AnyMessage:
    """Return the message in a frame.

    Raises:
        UnknownMessage: no layout has its kind and id.
        BadLength: its payload is not exactly as long as its layout.
        BadValue: a field is out of its range.
    """
    layout = NAK_LAYOUT if frame.kind == codes.NAK else LAYOUTS.get((frame.kind, frame.message_id))
    if layout is None:
        raise UnknownMessage(f"kind {frame.kind}, message {frame.message_id:#04x}")
    return layout.parse(frame.payload)
