"""Writes ``protocol/vectors/*.json``; run by hand when the message table changes: ``python tests/protocol/make_vectors.py``.

Each good vector holds the fields of a message, its kind, id, sequence and flags, and
the bytes on the wire: once with every field at its lowest, once at its highest,
once in between. Bad vectors hold bytes and what a decoder must make of them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from microderm_protocol import build_frame, codes
from microderm_protocol.fields import Field, Layout
from microderm_protocol.framing import Frame
from microderm_protocol.messages import NAK_LAYOUT, TABLE, TABLE_HASH

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"
FAMILIES = {"handshake": range(0x10), "treatment": (*range(0x10, 0x30), *range(0x40, 0x50)), "bench": range(0x30, 0x40)}


def value(field: Field, position: int, choice: str) -> Any:
    """Return a value for a field: its lowest, its highest, or one in between that differs from field to field."""
    if field.repeat == 0:
        fill = {"lowest": 0, "highest": 0xFF, "between": 0x30 + position}[choice]
        return bytes([fill] * field.low)
    span = field.high - field.low
    between = field.low + (span * (7 * position + 3)) % (span + 1) // 3
    number = {"lowest": field.low, "highest": field.high, "between": between}[choice]
    return number if field.repeat == 1 else tuple([number] * field.repeat)


def good(layout: Layout[Any], kind: int, message_id: int, name: str) -> list[dict[str, Any]]:
    """Return the vectors of one layout."""
    vectors = []
    for number, choice in enumerate(("lowest", "highest", "between") if layout.fields else ("lowest",)):
        values = {key: value(field, place, choice) for place, (key, field) in enumerate(layout.fields.items())}
        sequence = (0, 0xFFFF, 0x0100)[number]
        payload = layout.build(layout.message(**values))
        wire = build_frame(Frame(codes.VERSION, kind, message_id, 0, sequence, payload))
        fields = {key: one.hex() if isinstance(one, bytes) else one for key, one in values.items()}
        vectors.append(
            {"name": f"{name} {choice}", "kind": kind, "id": message_id, "sequence": sequence, "fields": fields, "wire": wire.hex()}
        )
    return vectors


def bad() -> list[dict[str, str]]:
    """Return streams that hold damage, with the frames (as hex of whole frames) that a decoder must still find."""
    stop = build_frame(Frame(1, codes.REQUEST, 0x03, 0, 1, b""))
    limits = build_frame(Frame(1, codes.REQUEST, 0x11, 0, 2, b""))
    repeat = build_frame(Frame(1, codes.REQUEST, 0x11, codes.FLAG_RETRY, 2, b""))
    other = build_frame(Frame(7, codes.REQUEST, 0x03, 0xF0, 9, b"more"))
    longest = build_frame(Frame(1, codes.EVENT, 0x7F, 0, 3, bytes(range(1, 241))))
    flipped = bytearray(stop)
    flipped[5] ^= 0x10
    cases = [
        ("text before a frame", b"boot: ok\r\n" + stop, [stop]),
        ("one bit flipped", bytes(flipped) + limits, [limits]),
        ("a byte lost", stop[:6] + stop[7:] + limits, [limits]),
        ("a byte inserted", stop[:6] + b"\x55" + stop[6:] + limits, [limits]),
        ("the last byte and the delimiter lost", stop[:-2] + limits, [limits]),
        ("a code byte that points past the end", b"\0\x09\x01\x02\0" + limits, [limits]),
        ("a length that says less", _length(stop, 0xFFFF), []),
        ("a repeat", repeat, [repeat]),
        ("STOP of another version, with a payload", other, [other]),
        ("the longest payload, without a zero", longest, [longest]),
        ("empty blocks", b"\0\0\0" + stop + b"\0\0", [stop]),
        ("an endless block", b"\x01" * 600 + stop + limits, [stop, limits]),
        ("shorter than a header", b"\0\x05\x01\x02\x03\x04\0" + limits, [limits]),
    ]
    return [{"name": name, "stream": stream.hex(), "frames": " ".join(frame.hex() for frame in frames)} for name, stream, frames in cases]


def _length(frame: bytes, length: int) -> bytes:
    """Return the frame of an empty request whose length field lies, with a CRC-32 that is right."""
    from zlib import crc32

    from microderm_protocol.framing import CRC, HEADER, cobs_encode

    body = HEADER.pack(1, codes.REQUEST, frame[5], 0, 1, length)
    return b"\0" + cobs_encode(body + CRC.pack(crc32(body))) + b"\0"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for family, ids in FAMILIES.items():
        vectors = [
            one
            for row in TABLE
            if row.message_id in ids
            for kind, layout in row.layouts.items()
            for one in good(layout, kind, row.message_id, row.name)
        ]
        if family == "handshake":
            vectors += good(NAK_LAYOUT, codes.NAK, 0x12, "NAK")
        write(family, {"table_hash": TABLE_HASH, "vectors": vectors})
    write("damaged", {"streams": bad()})


def write(family: str, content: dict[str, Any]) -> None:
    """Write one file, a vector a line."""
    (key, rows) = next((key, rows) for key, rows in content.items() if isinstance(rows, list))
    head = "".join(f" {json.dumps(name)}: {json.dumps(one)},\n" for name, one in content.items() if name != key)
    body = ",\n".join("  " + json.dumps(row) for row in rows)
    (FOLDER / f"{family}.json").write_text("{\n" + head + f' "{key}": [\n{body}\n ]\n}}\n', encoding="ascii")
    sys.stdout.write(f"{family}: {len(rows)}\n")


if __name__ == "__main__":
    main()
