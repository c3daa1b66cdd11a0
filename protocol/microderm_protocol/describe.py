"""The message table as Markdown: ``python -m microderm_protocol.describe`` prints what ``protocol/README.md`` holds."""

from typing import Any, Final

from microderm_protocol import codes
from microderm_protocol.fields import Field, Layout
from microderm_protocol.messages import NAK_LAYOUT, TABLE, TABLE_HASH

KINDS: Final = {codes.REQUEST: "request", codes.ANSWER: "answer", codes.EVENT: "event", codes.NAK: "NAK"}


def tables() -> str:
    """Return every message with its fields, then every number that stands for a word."""
    parts = [f"The hash of this table is **{TABLE_HASH}** (`0x{TABLE_HASH:08X}`).\n"]
    for row in TABLE:
        frozen = " (frozen)" if row.frozen else ""
        parts.append(f"### 0x{row.message_id:02X} {row.name}{frozen}\n")
        parts += [_layout(KINDS[kind], layout) for kind, layout in row.layouts.items()]
    parts.append("### NAK\n")
    parts.append(_layout(KINDS[codes.NAK], NAK_LAYOUT))
    parts += [_numbers(title, dict(rows)) for title, rows in _NUMBERS]
    return "\n".join(parts)


def _layout(kind: str, layout: Layout[Any]) -> str:
    doc = (layout.message.__doc__ or "").strip().splitlines()[0]
    head = f"**{kind}**, {layout.size} bytes: {doc}\n"
    if not layout.fields:
        return head
    rows = [_row(name, field) for name, field in layout.fields.items()]
    return "\n".join([head, "| field | type | range | unit | meaning |", "|---|---|---|---|---|", *rows, ""])


def _row(name: str, field: Field) -> str:
    bounds = "" if field.repeat == 0 else f"{field.low}..{field.high}"
    return f"| `{name}` | {field.type_name} | {bounds} | {field.unit} | {field.meaning} |"


def _numbers(title: str, rows: dict[int, str]) -> str:
    lines = [f"| {number} | {word} |" for number, word in rows.items()]
    return "\n".join([f"### {title}\n", "| number | word |", "|---|---|", *lines, ""])


def _bits(names: tuple[str, ...]) -> dict[int, str]:
    return {1 << place: name for place, name in enumerate(names)}


_NUMBERS: Final = (
    ("States", dict(enumerate(codes.STATES))),
    ("Causes", dict(enumerate(codes.CAUSES))),
    ("Classes of a NAK", codes.NAK_CLASSES),
    ("Codes of a NAK: 1 to 9 are of class 1, then each ten a class of its own", codes.NAK_CODES),
    ("Flags of telemetry and LIMITS, by value", _bits(codes.FLAG_MEANINGS)),
    ("Boards", codes.BOARDS),
)


if __name__ == "__main__":
    print(tables())  # noqa: T201
