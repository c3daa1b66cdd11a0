"""What a frame says, in words: shared by the trace on the screen, by recordings and by replays.

Numbers keep the units of the protocol's table; numbers that stand for words become
the words, and an unknown number stays as it is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from microderm_ctl.link.explain import cause_name, state_name
from microderm_protocol import Frame, ProtocolError, codes, decode
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT, TABLE

HEARTBEAT: Final = frozenset({"RENEW", "TELEMETRY"})
"""What comes ten times a second and says little by itself."""
KINDS: Final = {codes.REQUEST: "request", codes.ANSWER: "answer", codes.EVENT: "event", codes.NAK: "NAK"}
_NAMES: Final = {entry.message_id: entry.name for entry in TABLE}
_SINCE_1970: Final = "s since 1970"
_TENTHS: Final = "0.1 degC"
_FIELD_UNITS: Final = ("_pa", "_ms", "_s", "_um", "_mg", "_mv", "_dc")
"""How the names of fields end that carry their unit."""


class Told(NamedTuple):
    """A frame in words; ``fields`` is None, and ``problem`` says why, where its payload is not understood."""

    name: str
    kind: str
    sequence: int
    is_retry: bool
    fields: dict[str, Any] | None
    problem: str = ""


def name_of(frame: Frame) -> str:
    """Return the name of a frame's message."""
    return _NAMES.get(frame.message_id, f"message {frame.message_id:#04x}")


def head_of(frame: Frame) -> str:
    """Return which message a frame is, without its fields: ``ARM request #12``."""
    again = " again" if frame.flags & codes.FLAG_RETRY else ""
    return f"{name_of(frame)} {KINDS.get(frame.kind, frame.kind)} #{frame.sequence}{again}"


def told(frame: Frame) -> Told:
    """Return what a frame says. Never raises."""
    head = (name_of(frame), str(KINDS.get(frame.kind, frame.kind)), frame.sequence, bool(frame.flags & codes.FLAG_RETRY))
    try:
        message: Any = decode(frame)
    except ProtocolError as error:
        return Told(*head, None, str(error))
    fields = message._asdict()
    return Told(*head, {name: _word(name, value, fields) for name, value in fields.items()})


def text(frame: Frame) -> str:
    """Return a frame as one line: which message, its fields with their units, or its bytes where it is not understood."""
    message = told(frame)
    if message.fields is None:
        return f"{head_of(frame)} ({message.problem}) {frame.payload.hex(' ')}".rstrip()
    units = _units(frame)
    return " ".join([head_of(frame), *(_field(name, value, units.get(name, "")) for name, value in message.fields.items())])


def differing(recorded: Frame, other: Frame) -> list[str]:
    """Return the fields in which two frames of the same message differ, each with both values."""
    before, after, units = told(recorded).fields, told(other).fields, _units(recorded)
    if before is None or after is None:
        return [f"payload {recorded.payload.hex(' ')}, not {other.payload.hex(' ')}"]
    return [
        f"{_field(name, before[name], units.get(name, ''))}, not {_value(after[name], units.get(name, ''))}"
        for name in before
        if before[name] != after[name]
    ]


def _units(frame: Frame) -> Mapping[str, str]:
    layout = NAK_LAYOUT if frame.kind == codes.NAK else LAYOUTS.get((frame.kind, frame.message_id))
    return {} if layout is None else {name: field.unit for name, field in layout.fields.items()}


def _word(name: str, value: Any, fields: Mapping[str, Any]) -> Any:
    """Return a value as scripts read it: words for numbers that stand for words, columns as long as they are used."""
    if isinstance(value, bytes):
        stripped = value.rstrip(b"\0")
        return stripped.decode("ascii") if stripped.isascii() and stripped.decode("ascii").isprintable() else value.hex()
    if isinstance(value, tuple):
        return list(value[: fields["row_count"]] if "row_count" in fields else value)
    if name == "flags" and "board" in fields:
        return ["simulated"] if value & codes.IDENTITY_SIMULATED else []
    reader = _WORDS.get(name)
    return reader(value) if reader is not None else value


def _bits(names: tuple[str, ...]) -> Callable[[int], Any]:
    def read(value: int) -> Any:
        return [names[bit] for bit in range(len(names)) if value >> bit & 1] if value < 1 << len(names) else value

    return read


def _listed(names: tuple[str, ...]) -> Callable[[int], Any]:
    return lambda value: names[value] if value < len(names) else value


_WORDS: Final[dict[str, Callable[[int], Any]]] = {
    "state": state_name,
    "before": state_name,
    "after": state_name,
    "cause": cause_name,
    "signal": _listed(codes.SIGNALS),
    "flags": _bits(codes.FLAG_NAMES),
    "faults": lambda value: [cause_name(bit) for bit in range(32) if value >> bit & 1],
    "row": lambda value: None if value == codes.NO_ROW else value,
    "purpose": _listed(("treatment", "patch-test")),
    "reason_class": lambda value: codes.NAK_CLASSES.get(value, value),
    "code": lambda value: codes.NAK_CODES.get(value, value),
    "magic": lambda value: "MDRM" if value == codes.MAGIC else value,
    "board": lambda value: codes.BOARDS.get(value, value),
    "table_hash": lambda value: f"{value:08x}",
}


def _field(name: str, value: object, unit: str) -> str:
    ending = next((one for one in _FIELD_UNITS if unit and name.endswith(one)), "")
    return f"{name.removesuffix(ending)}={_value(value, unit)}"


def _value(value: object, unit: str) -> str:
    if isinstance(value, list):
        joined = ",".join(map(str, value)) or "-"
        return f"{joined} {unit}".rstrip() if unit else joined
    if value is None:
        return "none"
    if unit == _SINCE_1970 and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else "never"
    if unit == _TENTHS and isinstance(value, int):
        return f"{value / 10:.1f} degC"
    return f"{value} {unit}".rstrip()
