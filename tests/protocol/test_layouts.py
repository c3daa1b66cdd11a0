"""Layouts: what leaves and what enters is checked, to the byte and to the range."""

from typing import Any

import pytest
from construct import Sequence
from hypothesis import given
from hypothesis import strategies as st

from microderm_protocol import BadLength, BadValue, Decoder, UnknownMessage, codes, decode, encode, encode_nak
from microderm_protocol.fields import Field, Layout, u8, u16
from microderm_protocol.framing import PAYLOAD_MOST
from microderm_protocol.messages import LAYOUTS, NAK_LAYOUT, NUMBERS, TABLE, TABLE_HASH, canonical_table
from microderm_protocol.messages.handshake import Nak, StopAnswer, StopRequest
from microderm_protocol.messages.treatment import ArmRequest, SetPointRequest, Telemetry

ALL = [*LAYOUTS.values(), NAK_LAYOUT]


def values(field: Field) -> st.SearchStrategy[Any]:
    """Return what a field may hold."""
    if field.repeat == 0:
        return st.binary(min_size=field.low, max_size=field.low)
    number = st.integers(field.low, field.high)
    return number if field.repeat == 1 else st.tuples(*[number] * field.repeat)


@given(st.data())
def test_every_message_survives_the_wire(data: st.DataObject) -> None:
    """Any message that may be built comes back equal."""
    layout = data.draw(st.sampled_from(ALL))
    message = layout.message(*[data.draw(values(field)) for field in layout.fields.values()])
    wire = encode_nak(message, 0x12, 9) if layout is NAK_LAYOUT else encode(message, 9)
    (frame,) = Decoder().feed(wire)
    assert decode(frame) == message
    assert frame.sequence == 9


@given(st.data())
def test_one_leaf_is_what_construct_makes_of_the_fields(data: st.DataObject) -> None:
    """The record builds and parses what a Sequence of the same fields does, byte for byte."""
    layout = data.draw(st.sampled_from(ALL))
    message = layout.message(*[data.draw(values(field)) for field in layout.fields.values()])
    sequence = Sequence(*(field.leaf for field in layout.fields.values()))
    payload = sequence.build([list(value) if isinstance(value, tuple) else value for value in message])
    assert layout.build(message) == payload
    parsed = tuple(tuple(value) if isinstance(value, list) else value for value in sequence.parse(payload))
    assert layout.parse(payload) == parsed == message


@pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.message.__name__)
def test_a_payload_of_another_length_is_refused(layout: Layout[Any]) -> None:
    """One byte more is too many, one less too few."""
    payload = bytes(layout.size)
    with pytest.raises(BadLength):
        layout.parse(payload + b"\0")
    if payload:
        with pytest.raises(BadLength):
            layout.parse(payload[:-1])


@given(st.data())
def test_a_field_out_of_its_range_is_refused_both_ways(data: st.DataObject) -> None:
    """Nothing outside a range is built; what is forged on the wire is not parsed."""
    layout = data.draw(st.sampled_from([one for one in ALL if one.fields]))
    message = layout.message(*[data.draw(values(field)) for field in layout.fields.values()])
    place = data.draw(st.integers(0, len(layout.fields) - 1))
    field = list(layout.fields.values())[place]
    wrong: Any = field.high + 1 if field.repeat == 1 else (field.high + 1,) * field.repeat
    wrong = b"" if field.repeat == 0 else wrong
    with pytest.raises(BadValue) as caught:
        layout.build(layout.message(*message[:place], wrong, *message[place + 1 :]))
    assert caught.value.field == place


@pytest.mark.hazard("H-42", "computer")
@pytest.mark.parametrize("wrong", [True, 1.0, "1", None, float("nan")])
def test_only_integers_are_integers(wrong: Any) -> None:
    """A NaN passes every comparison, a bool is an int: neither goes on the wire."""
    with pytest.raises(BadValue):
        encode(StopAnswer(wrong, 0), 1)


def test_a_forged_value_is_refused_on_the_way_in() -> None:
    """A set point above 25 kPa in a sound frame is no set point."""
    layout = LAYOUTS[NUMBERS[SetPointRequest]]
    payload = layout.build(SetPointRequest(1, 25_000))
    with pytest.raises(BadValue):
        layout.parse(payload[:-2] + (25_001).to_bytes(2, "little"))


def test_an_unknown_message_has_a_name_for_its_error() -> None:
    """Neither a strange tuple nor a strange id is a message."""
    with pytest.raises(UnknownMessage):
        encode((1, 2), 1)
    (frame,) = Decoder().feed(encode(StopRequest(), 1))
    with pytest.raises(UnknownMessage):
        decode(frame._replace(message_id=0x7F))


def test_a_layout_names_the_fields_of_its_message() -> None:
    """A field too many, or in another order, is seen when the layout is made."""
    with pytest.raises(TypeError):
        Layout(StopAnswer, cause=u8(""), state=u8(""))
    with pytest.raises(TypeError):
        Layout(StopAnswer, state=u8(""), cause=u8(""), more=u16(""))


def test_every_payload_fits_a_frame() -> None:
    """No message is longer than a frame holds, and a burst holds the longest pair."""
    assert max(layout.size for layout in ALL) <= PAYLOAD_MOST


def test_every_unknown_number_survives() -> None:
    """A state that this version does not know is kept, not refused."""
    layout = LAYOUTS[NUMBERS[Telemetry]]
    zeros = Telemetry(*[0] * len(Telemetry._fields))
    assert layout.parse(layout.build(zeros._replace(state=99, flags=0xFFFF))).state == 99


def test_whatever_renews_or_moves_carries_the_token() -> None:
    """Every request of the treatment and the bench that changes something begins with the session."""
    free = {"LIMITS", "ROWS", "LEDGER"}
    for row in TABLE:
        if codes.REQUEST in row.layouts and not row.frozen and row.name not in free:
            assert next(iter(row.layouts[codes.REQUEST].fields)) == "session", row.name


def test_any_change_is_another_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is over names, types and ranges of every field of every message."""
    text = canonical_table()
    assert text.count("\n") == len(ALL)
    assert "cap_pa:u16[12]:0:25000" in text
    layout = LAYOUTS[NUMBERS[ArmRequest]]
    monkeypatch.setitem(layout.fields, "purpose", u8("", high=2))
    assert canonical_table() != text


def test_ids_are_used_once() -> None:
    """No two rows share an id, and the hash fits its field."""
    ids = [row.message_id for row in TABLE]
    assert len(set(ids)) == len(ids)
    assert 0 < TABLE_HASH < 1 << 32


def test_nak_repeats_id_and_sequence() -> None:
    """A refusal can be told apart from every other."""
    (frame,) = Decoder().feed(encode_nak(Nak(2, 12, 0, 3, 0, 1, 2), 0x12, 77))
    assert (frame.kind, frame.message_id, frame.sequence) == (codes.NAK, 0x12, 77)
