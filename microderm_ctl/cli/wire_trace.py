"""The wire in words, for ``-vv`` and ``-vvv``: a line a message on standard error, with its time."""

from typing import Any, Final

from microderm_ctl.cli.printer import Printer
from microderm_protocol import Decoder, Frame, ProtocolError, decode
from microderm_protocol.messages import TABLE

ALL: Final = 3
"""With so many ``-v`` the heartbeat of the link is shown too: renewals and telemetry."""
_NAMES: Final = {entry.message_id: entry.name for entry in TABLE}
_KINDS: Final = {1: "request", 2: "answer", 3: "event", 4: "NAK"}
_HEARTBEAT: Final = frozenset({"RENEW", "TELEMETRY"})


class WireTrace:
    """Sees the bytes of both directions and prints what they say."""

    def __init__(self, printer: Printer) -> None:
        """Print with a printer, as much as its level of detail asks for."""
        self._printer = printer
        self._decoders = {"tx": Decoder(), "rx": Decoder()}
        self._bad = {"tx": 0, "rx": 0}
        self._first_ms: int | None = None

    def __call__(self, direction: str, data: bytes, now_ms: int) -> None:
        """Take bytes that went by; ``direction`` is ``tx`` or ``rx``, the time is in ms."""
        self._first_ms = now_ms if self._first_ms is None else self._first_ms
        at = f"{(now_ms - self._first_ms) / 1000:9.3f} {direction}"
        decoder = self._decoders[direction]
        for frame in decoder.feed(data):
            self._frame(at, frame)
        bad = sum(decoder.counters) - decoder.counters.frames
        if bad > self._bad[direction]:
            self._bad[direction] = bad
            self._printer.chat(2, f"{at} garbage, {bad} in all: {data.hex(' ')}")

    def _frame(self, at: str, frame: Frame) -> None:
        name = _NAMES.get(frame.message_id, f"message {frame.message_id:#04x}")
        level = ALL if name in _HEARTBEAT else ALL - 1
        self._printer.chat(level, f"{at} {name} {_KINDS.get(frame.kind, frame.kind)} #{frame.sequence} {_fields(frame)}".rstrip())


def _fields(frame: Frame) -> str:
    try:
        message: Any = decode(frame)
    except ProtocolError as error:
        return f"({error}) {frame.payload.hex(' ')}"
    return " ".join(f"{name}={_value(value)}" for name, value in message._asdict().items())


def _value(value: object) -> str:
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("ascii", "backslashreplace") if value.isascii() else value.hex()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
