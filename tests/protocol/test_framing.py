"""Bytes in, frames out: every chunking gives the same, and damage costs only what it hits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microderm_protocol import Decoder, Frame, build_frame
from microderm_protocol.framing import ENCODED_MOST, PAYLOAD_MOST, cobs_decode, cobs_encode

payloads = st.binary(max_size=PAYLOAD_MOST)
frames = st.builds(
    Frame,
    version=st.just(1),
    kind=st.integers(1, 4),
    message_id=st.integers(0, 255),
    flags=st.integers(0, 255),
    sequence=st.integers(0, 65535),
    payload=payloads,
)


def test_the_frame_of_the_readme() -> None:
    """STOP is the frame that everybody must be able to send; it is pinned as bytes, not built."""
    assert build_frame(Frame(1, 1, 3, 0, 1, b"")) == bytes.fromhex("0004010103020101010588c1d73100")


@given(st.binary(max_size=252))
def test_cobs_takes_out_every_zero_and_comes_back(body: bytes) -> None:
    """One byte longer, no zero inside, and the same again."""
    encoded = cobs_encode(body)
    assert b"\0" not in encoded
    assert len(encoded) == len(body) + 1
    assert cobs_decode(encoded) == body


@given(st.binary(max_size=260))
def test_cobs_decode_takes_anything(block: bytes) -> None:
    """Whatever comes is decoded or refused; what is decoded encodes back to the same."""
    body = cobs_decode(block)
    if body is not None and b"\0" not in block and len(body) < 254:
        assert cobs_encode(body) == block


@given(st.lists(frames, max_size=5), st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_any_chunking_gives_the_same_frames(sent: list[Frame], sizes: list[int]) -> None:
    """The decoder does not care where the stream is cut."""
    stream = b"".join(build_frame(frame) for frame in sent)
    decoder, received, position = Decoder(), [], 0
    while position < len(stream):
        size = sizes[position % len(sizes)]
        received += decoder.feed(stream[position : position + size])
        position += size
    assert received == sent


@given(frames, st.binary(max_size=600).filter(lambda noise: b"\0" not in noise), frames)
def test_garbage_between_frames_costs_neither(first: Frame, noise: bytes, second: Frame) -> None:
    """Text or noise between two frames leaves both."""
    assert Decoder().feed(build_frame(first) + noise + build_frame(second)) == [first, second]


@pytest.mark.hazard("H-14", "computer")
@given(frames, st.data())
def test_a_damaged_frame_is_never_taken_for_a_good_one(frame: Frame, data: st.DataObject) -> None:
    """One or two flipped bits: the frame is lost, and nothing else comes out of it."""
    wire = bytearray(build_frame(frame))
    bits = data.draw(st.lists(st.integers(0, len(wire) * 8 - 1), min_size=1, max_size=2, unique=True))
    for bit in bits:
        wire[bit // 8] ^= 1 << bit % 8
    assert [one for one in Decoder().feed(b"\0" + bytes(wire) + b"\0") if one != frame] == []


def test_an_endless_block_is_dropped_in_bounded_memory() -> None:
    """Nothing is kept of a block that never ends; the frame after it is found."""
    decoder = Decoder()
    for _ in range(100):
        assert decoder.feed(b"\x01" * 4096) == []
        assert len(decoder._tail) <= ENCODED_MOST
    assert decoder.counters.oversize == 1
    frame = Frame(1, 1, 3, 0, 7, b"")
    assert decoder.feed(build_frame(frame)) == [frame]


@pytest.mark.hazard("H-14", "computer")
def test_what_was_dropped_is_counted_by_reason() -> None:
    """Each kind of damage has its counter."""
    decoder = Decoder()
    good = build_frame(Frame(1, 1, 3, 0, 1, b""))
    decoder.feed(good[:-2] + b"\x32\0")
    decoder.feed(b"\0\x09\x01\0")
    decoder.feed(good)
    assert decoder.counters == (1, 1, 1, 0, 0)
