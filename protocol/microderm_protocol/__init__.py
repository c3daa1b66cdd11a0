"""The wire between computer and wand: frames, messages and their layouts. See ``protocol/README.md``."""

from microderm_protocol.codec import decode, encode, encode_nak
from microderm_protocol.errors import BadLength, BadValue, ProtocolError, UnknownMessage
from microderm_protocol.framing import Counters, Decoder, Frame, build_frame
from microderm_protocol.messages import TABLE, TABLE_HASH

__all__ = [
    "TABLE",
    "TABLE_HASH",
    "BadLength",
    "BadValue",
    "Counters",
    "Decoder",
    "Frame",
    "ProtocolError",
    "UnknownMessage",
    "build_frame",
    "decode",
    "encode",
    "encode_nak",
]
