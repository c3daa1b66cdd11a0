"""What a reader finds in our PDFs, which are not compressed: pages, and the ASCII letters on them."""

import re

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\(\d{3}|.)", re.DOTALL)


def pages_of(content: bytes) -> list[str]:
    """The text of each page; letters that are no ASCII are left out."""
    return [_text(stream) for stream in _STREAM.findall(content) if b" Tj" in stream and b"BT" in stream]


def _text(stream: bytes) -> str:
    shown = [_ESCAPED.sub(_letter, one) for one in _SHOWN.findall(stream)]
    return " ".join("".join(chr(letter) for letter in one if 32 <= letter < 127) for one in shown)


def _letter(match: "re.Match[bytes]") -> bytes:
    told = match[1]
    return bytes([int(told, 8)]) if told.isdigit() and len(told) == 3 else told
