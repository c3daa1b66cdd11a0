"""A recording that is read back: its header, its lines, and the frames in them. ``recorder`` has the form."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.link.decoded import name_of
from microderm_ctl.link.link import KEEP_ALIVE_MS
from microderm_ctl.link.recorder import FORM
from microderm_ctl.records.files import os_problem
from microderm_protocol import Decoder, Frame

LINE_MOST: Final = 65_536
"""A burst of 4096 bytes is a line of some 9,000 characters."""
KEPT_EARLY_MS: Final = 100
"""A keep-alive may seem so much early, as its time is taken after the one before was sent."""
KINDS: Final = ("tx", "rx", "signal", "lost", "key", "end")
_BYTES: Final = frozenset({"tx", "rx", "signal", "lost"})
_SIMULATED: Final = frozenset({"serial", "tick", "state", "vacuum_pa"})
"""Keys of a line of ``simulate --trace``."""
_TROUBLE: Final = {
    "bad_cobs": "no frame",
    "bad_crc": "its check sum is wrong",
    "bad_length": "its length is wrong",
    "oversize": "too long for a frame",
}


class Row(NamedTuple):
    """One line: its number in the file, its time in ms, what it is (one of ``KINDS``), and its bytes or its word."""

    line: int
    t_ms: int
    kind: str
    data: bytes = b""
    word: str = ""


class Recording(NamedTuple):
    """A whole recording. ``torn`` says what is wrong with its last line, if it is; ``protocol`` is a hash.

    Attributes:
        is_closed: whether it was ended in order; if not, the program was killed or the disk was full.
    """

    path: Path
    program: str
    protocol: int
    command: str
    utc_s: int
    rows: tuple[Row, ...]
    torn: str | None
    is_closed: bool


class Piece(NamedTuple):
    """What one or more rows complete: a frame, bytes that are none (``trouble`` says why), or another row's word.

    ``raw`` holds the bytes in order, so that all pieces of a direction together are all its bytes.
    """

    line: int
    t_ms: int
    kind: str
    raw: bytes = b""
    frame: Frame | None = None
    trouble: str = ""
    word: str = ""


def read_recording(path: Path) -> Recording:
    """Read a recording; a last line that is not whole is told and left out.

    Raises:
        FileProblem: it cannot be read, is empty, damaged, no recording, or of a form from a newer program.
        UsageProblem: it is what ``simulate --trace`` writes.
    """
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(LINE_MOST), b"")
            first = next(lines, b"")
            header = _header(path, first)
            rows, torn = _rows(path, lines)
    except OSError as error:
        problem = os_problem(error, path, "The recording cannot be read")
        hint = "Name a file that 'microderm treat --record FILE' has written."
        raise FileProblem(problem.sentence.replace("may not be written", "may not be read"), hint, problem.details) from error
    is_closed = bool(rows) and rows[-1].kind == "end"
    protocol = int(str(header["protocol"]), 16)
    return Recording(path, str(header["program"]), protocol, str(header["command"]), int(header["utc_s"]), tuple(rows), torn, is_closed)


def pieces(rows: Iterable[Row]) -> Iterator[Piece]:
    """Yield the frames of the rows, both ways, in the order in which they were whole, with all that is between."""
    streams = {"tx": _Stream("tx"), "rx": _Stream("rx")}
    last: Row | None = None
    for row in rows:
        last = row
        if row.kind in streams:
            yield from streams[row.kind].take(row)
        else:
            yield Piece(row.line, row.t_ms, row.kind, row.data, word=row.word)
    if last is not None:
        for stream in streams.values():
            yield from stream.rest(last)


def is_keep_alive(frame: Frame, quiet_ms: int) -> bool:
    """Return whether a request, sent so long after the one before, does nothing but keep a quiet session open."""
    return name_of(frame) == "IDENTITY" and quiet_ms >= KEEP_ALIVE_MS - KEPT_EARLY_MS


class _Stream:
    """One direction: cuts bytes after each zero, and says of each cut what it holds."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._decoder = Decoder()
        self._zeros = b""
        self._tail = b""

    def take(self, row: Row) -> Iterator[Piece]:
        *blocks, self._tail = (self._tail + row.data).split(b"\0")
        for block in blocks:
            if not block:
                self._zeros += b"\0"
                continue
            raw, self._zeros = self._zeros + block + b"\0", b""
            before = self._decoder.counters
            frames = self._decoder.feed(block + b"\0")
            if frames:
                yield Piece(row.line, row.t_ms, self._kind, raw, frames[0])
            else:
                after = self._decoder.counters
                wrong = next((name for name in _TROUBLE if getattr(after, name) > getattr(before, name)), "bad_cobs")
                yield Piece(row.line, row.t_ms, self._kind, raw, trouble=_TROUBLE[wrong])

    def rest(self, last: Row) -> Iterator[Piece]:
        if self._tail:
            yield Piece(last.line, last.t_ms, self._kind, self._zeros + self._tail, trouble="half a frame")


def _header(path: Path, line: bytes) -> dict[str, Any]:
    if not line:
        raise FileProblem(
            f"'{path}' is empty.", "The recording was cut off before anything was sent. Make another one.", {"path": str(path)}
        )
    found = _object(line)
    if found is not None and found.get("microderm") == "recording":
        return _checked(path, found)
    if found is not None and found.keys() >= _SIMULATED:
        raise UsageProblem(
            f"'{path}' holds what truly happened in a virtual wand ('simulate --trace'), not what crossed the wire.",
            f"It has one JSON object a line, in the wand's own time: jq -c 'select(.state==\"RUN\")' {path}",
            {"path": str(path)},
        )
    raise FileProblem(
        f"'{path}' is no recording: line 1 does not say so.",
        "Name a file that 'microderm treat --record FILE' has written.",
        {"path": str(path), "line": 1},
    )


def _checked(path: Path, header: dict[str, Any]) -> dict[str, Any]:
    form = header.get("form")
    if not isinstance(form, int) or form > FORM:
        raise FileProblem(
            f"'{path}' was written by a newer program ({header.get('program')}): form {form}; this one reads form {FORM}.",
            "Bring this program up to date, and read it again.",
            {"path": str(path), "line": 1, "form": form},
        )
    try:
        int(str(header["protocol"]), 16), int(header["utc_s"]), header["program"], header["command"]
    except (KeyError, ValueError, TypeError) as error:
        raise _damaged(path, 1, f"the header lacks {error}") from error
    return header


def _rows(path: Path, lines: Iterator[bytes]) -> tuple[list[Row], str | None]:
    """Return the rows, and what is wrong with the last line; anywhere else that is an error."""
    rows: list[Row] = []
    trouble: tuple[int, str] | None = None
    for number, line in enumerate(lines, 2):
        if trouble is not None:
            raise _damaged(path, *trouble)
        row = _row(number, line)
        if isinstance(row, Row):
            rows.append(row)
        else:
            trouble = (number, row)
    return rows, None if trouble is None else f"Line {trouble[0]}, the last one, is not whole ({trouble[1]}); it is left out."


def _row(number: int, line: bytes) -> Row | str:
    """Return a line as a row, or what is wrong with it."""
    if not line.endswith(b"\n"):
        return "it is cut off" if len(line) < LINE_MOST else "it is too long"
    found = _object(line)
    if found is None:
        return "it is no JSON object"
    t_ms, kind = found.get("t"), next((kind for kind in KINDS if kind in found), None)
    if type(t_ms) is not int or t_ms < 0:
        return "it has no time 't'"
    if kind is None:
        return f"it has none of {', '.join(KINDS)}"
    value = found[kind]
    if not isinstance(value, str):
        return f"its '{kind}' is no text"
    if kind not in _BYTES:
        return Row(number, t_ms, kind, word=value)
    try:
        return Row(number, t_ms, kind, bytes.fromhex(value))
    except ValueError:
        return f"its '{kind}' is not in hexadecimal"


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    return found if isinstance(found, dict) else None


def _damaged(path: Path, number: int, what: str) -> FileProblem:
    keep = (
        f"What is before it can be read once it stands alone: head -n {number - 1} {path} > whole.ndjson"
        if number > 1
        else "Copy the file anew, or make another one."
    )
    return FileProblem(f"'{path}' is damaged at line {number}: {what}.", keep, {"path": str(path), "line": number})
