"""The table of all messages: which number means which layout, and the hash that both ends must share."""

from typing import Any, Final, NamedTuple
from zlib import crc32

from microderm_protocol.codes import ANSWER, EVENT, NAK, REQUEST
from microderm_protocol.fields import Layout
from microderm_protocol.messages import bench, handshake, treatment


class Entry(NamedTuple):
    """A row of the table; ``layouts`` maps a kind of frame to what it carries."""

    message_id: int
    name: str
    frozen: bool
    layouts: dict[int, Layout[Any]]


def _request(message_id: int, name: str, request: Layout[Any], answer: Layout[Any], frozen: bool = False) -> Entry:
    return Entry(message_id, name, frozen, {REQUEST: request, ANSWER: answer})


def _event(message_id: int, name: str, event: Layout[Any]) -> Entry:
    return Entry(message_id, name, False, {EVENT: event})


TABLE: Final = (
    _request(0x01, "HELLO", handshake.HELLO_REQUEST, handshake.HELLO_ANSWER, frozen=True),
    _request(0x02, "IDENTITY", handshake.IDENTITY_REQUEST, handshake.IDENTITY_ANSWER, frozen=True),
    _request(0x03, "STOP", handshake.STOP_REQUEST, handshake.STOP_ANSWER, frozen=True),
    _request(0x04, "RESTART", handshake.RESTART_REQUEST, handshake.RESTART_ANSWER, frozen=True),
    _request(0x05, "LOADER", handshake.LOADER_REQUEST, handshake.LOADER_ANSWER, frozen=True),
    _request(0x10, "RENEW", treatment.RENEW_REQUEST, treatment.RENEW_ANSWER),
    _request(0x11, "LIMITS", treatment.LIMITS_REQUEST, treatment.LIMITS_ANSWER),
    _request(0x12, "ARM", treatment.ARM_REQUEST, treatment.ARM_ANSWER),
    _request(0x13, "ZONE", treatment.ZONE_REQUEST, treatment.ZONE_ANSWER),
    _request(0x14, "SET_POINT", treatment.SET_POINT_REQUEST, treatment.SET_POINT_ANSWER),
    _request(0x15, "PAUSE", treatment.PAUSE_REQUEST, treatment.PAUSE_ANSWER),
    _request(0x16, "RESUME", treatment.RESUME_REQUEST, treatment.RESUME_ANSWER),
    _request(0x17, "ACKNOWLEDGE", treatment.ACKNOWLEDGE_REQUEST, treatment.ACKNOWLEDGE_ANSWER),
    _request(0x18, "ROWS", treatment.ROWS_REQUEST, treatment.ROWS_ANSWER),
    _request(0x19, "LEDGER", treatment.LEDGER_REQUEST, treatment.LEDGER_ANSWER),
    _request(0x30, "CHALLENGE", bench.CHALLENGE_REQUEST, bench.CHALLENGE_ANSWER),
    _request(0x31, "UNLOCK", bench.UNLOCK_REQUEST, bench.UNLOCK_ANSWER),
    _request(0x32, "UNLOCK_AGAIN", bench.UNLOCK_AGAIN_REQUEST, bench.UNLOCK_AGAIN_ANSWER),
    _request(0x33, "LEAVE_SERVICE", bench.LEAVE_SERVICE_REQUEST, bench.LEAVE_SERVICE_ANSWER),
    _request(0x34, "DRIVE", bench.DRIVE_REQUEST, bench.DRIVE_ANSWER),
    _request(0x35, "MEASURE", bench.MEASURE_REQUEST, bench.MEASURE_ANSWER),
    _request(0x36, "STAGE", bench.STAGE_REQUEST, bench.STAGE_ANSWER),
    _request(0x37, "COMMIT", bench.COMMIT_REQUEST, bench.COMMIT_ANSWER),
    _request(0x38, "RECORD", bench.RECORD_REQUEST, bench.RECORD_ANSWER),
    _request(0x39, "SELF_TEST", bench.SELF_TEST_REQUEST, bench.SELF_TEST_ANSWER),
    _request(0x3A, "CLEAR_LATCH", bench.CLEAR_LATCH_REQUEST, bench.CLEAR_LATCH_ANSWER),
    _request(0x3B, "SIGNAL", bench.SIGNAL_REQUEST, bench.SIGNAL_ANSWER),
    _event(0x40, "TELEMETRY", treatment.TELEMETRY),
    _event(0x41, "STATE", treatment.STATE_EVENT),
)
"""Every message but NAK, whose frame carries the id of the request that it refuses."""

LAYOUTS: Final[dict[tuple[int, int], Layout[Any]]] = {
    (kind, row.message_id): layout for row in TABLE for kind, layout in row.layouts.items()
}
"""Layouts by kind and id."""

NUMBERS: Final[dict[type, tuple[int, int]]] = {layout.message: number for number, layout in LAYOUTS.items()}
"""Kind and id by NamedTuple."""

NAK_LAYOUT: Final = handshake.NAK_LAYOUT


def canonical_table() -> str:
    """Return the table as text, one line a message: what the hash is taken over."""
    lines = [f"{NAK} nak {_fields(NAK_LAYOUT)}"]
    lines += [f"{kind} {number:02x} {_fields(layout)}" for (kind, number), layout in sorted(LAYOUTS.items())]
    return "\n".join(lines) + "\n"


def _fields(layout: Layout[Any]) -> str:
    return " ".join(f"{name}:{field.type_name}:{field.low}:{field.high}" for name, field in layout.fields.items()) or "-"


TABLE_HASH: Final = crc32(canonical_table().encode("ascii"))
"""CRC-32 of the canonical table. Another hash at the other end means: identify, tell, update, nothing else."""
