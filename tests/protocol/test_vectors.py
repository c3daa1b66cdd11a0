"""The golden frames, against both ends: this package, and the wand's own program."""

import json
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.firmware import messages as wand
from microderm_ctl.firmware import wire
from microderm_protocol import TABLE_HASH, Decoder, codes, decode
from microderm_protocol.framing import Frame, build_frame
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"
GOOD = [one for family in ("handshake", "treatment", "bench") for one in json.loads((FOLDER / f"{family}.json").read_text())["vectors"]]
DAMAGED = json.loads((FOLDER / "damaged.json").read_text())["streams"]


def form_of(kind: int, message_id: int) -> str:
    """Return the wand's format for a kind and id."""
    if kind == codes.REQUEST:
        return wand.REQUESTS[message_id][0]
    if kind == codes.NAK:
        return wand.NAK_FORM
    return {codes.ANSWER: wand.ANSWERS, codes.EVENT: wand.EVENTS}[kind][message_id]


def flat(fields: dict[str, Any]) -> tuple[Any, ...]:
    """Return the fields as the wand sees them: one value after another, columns unrolled."""
    out: list[Any] = []
    for one in fields.values():
        out += one if isinstance(one, list) else [bytes.fromhex(one) if isinstance(one, str) else one]
    return tuple(out)


@pytest.mark.parametrize("vector", GOOD, ids=lambda one: f"{one['kind']} {one['name']}")
def test_the_computers_end(vector: dict[str, Any]) -> None:
    """Parses to the fields, and builds the same bytes again."""
    stream = bytes.fromhex(vector["wire"])
    (frame,) = Decoder().feed(stream)
    message = decode(frame)
    plain = {
        key: one.hex() if isinstance(one, bytes) else list(one) if isinstance(one, tuple) else one for key, one in message._asdict().items()
    }
    assert plain == vector["fields"]
    assert (frame.kind, frame.message_id, frame.sequence) == (vector["kind"], vector["id"], vector["sequence"])
    assert build_frame(frame) == stream


@pytest.mark.parametrize("vector", GOOD, ids=lambda one: f"{one['kind']} {one['name']}")
def test_the_wands_end(vector: dict[str, Any]) -> None:
    """The wand's program reads and writes the same bytes."""
    stream = bytes.fromhex(vector["wire"])
    ((_, kind, message_id, _, sequence, payload),) = wire.Receiver().feed(stream)
    form = form_of(kind, message_id)
    values = wire.unpack(form, payload)
    assert values == flat(vector["fields"])
    assert wire.build(kind, message_id, sequence, wire.pack(form, values)) == stream
    if kind == codes.REQUEST:
        assert wand.bad_field(message_id, values) == -1


@pytest.mark.parametrize("stream", DAMAGED, ids=lambda one: one["name"])
def test_damage_costs_only_what_it_hits(stream: dict[str, str]) -> None:
    """Both ends find the frames that are whole, and none else."""
    wanted = [bytes.fromhex(one) for one in stream["frames"].split()]
    assert [build_frame(frame) for frame in Decoder().feed(bytes.fromhex(stream["stream"]))] == wanted
    found = wire.Receiver().feed(bytes.fromhex(stream["stream"]))
    assert [build_frame(Frame(*frame)) for frame in found] == wanted


def test_every_message_has_its_vectors() -> None:
    """A message without a golden frame is a message that nobody else can write."""
    have = {(one["kind"], one["id"]) for one in GOOD}
    assert have - {(codes.NAK, 0x12)} == set(LAYOUTS)


def test_the_wand_knows_the_same_table() -> None:
    """Formats, ranges and hash of both ends agree."""
    assert wand.TABLE_HASH == TABLE_HASH
    for (kind, message_id), layout in LAYOUTS.items():
        assert wire.size_of(form_of(kind, message_id)) == layout.size, (kind, message_id)
    assert wire.size_of(wand.NAK_FORM) == NAK_LAYOUT.size


@pytest.mark.hazard("H-01", "wand")
@pytest.mark.hazard("H-32", "wand")
def test_the_wand_checks_the_same_ranges() -> None:
    """Each end of each range of each request: inside passes, outside is named by its field."""
    for (kind, message_id), layout in LAYOUTS.items():
        if kind != codes.REQUEST:
            continue
        lowest = {
            key: [field.low] * field.repeat if field.repeat > 1 else "00" * field.low if not field.repeat else field.low
            for key, field in layout.fields.items()
        }
        for place, (key, field) in enumerate(layout.fields.items()):
            type_low, type_high = (
                wire.RANGES[{"u8": "B", "u16": "H", "u32": "I"}[field.type_name.split("[")[0]]] if field.repeat else (0, 0)
            )
            for number, good in ((field.low - 1, False), (field.high, True), (field.high + 1, False)):
                if field.repeat and type_low <= number <= type_high:
                    forged = lowest | {key: [number] * field.repeat if field.repeat > 1 else number}
                    assert wand.bad_field(message_id, flat(forged)) == (-1 if good else place), (layout.message, key, number)
