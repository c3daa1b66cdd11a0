"""The wire in words, for ``-vv`` and ``-vvv``: a line a message on standard error, with its time."""

from typing import Final

from microderm_ctl.cli.printer import Printer
from microderm_ctl.link.decoded import HEARTBEAT, name_of, text
from microderm_protocol import Decoder, Frame

ALL: Final = 3
"""With so many ``-v`` the heartbeat of the link is shown too: renewals and telemetry."""


class WireTrace:
    """Sees the bytes of both directions and prints what they say."""

    def __init__(self, printer: Printer) -> None:
        """Print with a printer, as much as its level of detail asks for."""
        self._printer = printer
        self._decoders = {"tx": Decoder(), "rx": Decoder()}
        self._bad = {"tx": 0, "rx": 0}
        self._first_ms: int | None = None

    def __call__(self, direction: str, data: bytes, now_ms: int) -> None:
        """Take bytes that went by, or word of a signal or a lost port; the time is in ms."""
        self._first_ms = now_ms if self._first_ms is None else self._first_ms
        at = f"{(now_ms - self._first_ms) / 1000:9.3f} {direction}"
        decoder = self._decoders.get(direction)
        if decoder is None:
            self._printer.chat(ALL - 1, at)
            return
        for frame in decoder.feed(data):
            self._frame(at, frame)
        bad = sum(decoder.counters) - decoder.counters.frames
        if bad > self._bad[direction]:
            self._bad[direction] = bad
            self._printer.chat(ALL - 1, f"{at} garbage, {bad} in all: {data.hex(' ')}")

    def _frame(self, at: str, frame: Frame) -> None:
        level = ALL if name_of(frame) in HEARTBEAT else ALL - 1
        if self._printer.verbose >= level:
            self._printer.chat(level, f"{at} {text(frame)}")
