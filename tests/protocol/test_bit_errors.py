"""No frame with flipped bits is ever taken for another one, by either end.

Every single error of every golden frame and every double error of one frame of each type
are tried here; ``python -m tests.fuzz.bits`` tries the double errors of all golden frames,
and a million bursts.
"""

import struct
from random import Random

import pytest

from microderm_ctl.firmware import wire
from microderm_protocol import Decoder
from microderm_protocol.framing import Frame
from tests.fuzz.bits import Golden, accepted_wrong, bursts, doubles, golden, one_each, singles

BEFORE = bytes.fromhex("0004010103020101010588c1d73100")
"""STOP, as pinned in the README of the protocol."""


@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-14", "computer")
@pytest.mark.parametrize("frame", one_each(), ids=lambda one: one.name)
def test_every_double_error_is_found(frame: Golden) -> None:
    count, wrong = accepted_wrong(frame, doubles(frame.bits))
    assert wrong == []
    assert count == frame.bits * (frame.bits - 1) // 2


@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-14", "computer")
@pytest.mark.parametrize("frame", golden(), ids=lambda one: one.name)
def test_every_single_error_costs_this_frame_and_no_other(frame: Golden) -> None:
    """The frames on both sides come through; the damaged one does not, in any shape."""
    (before,) = Decoder().feed(BEFORE)
    (sent,) = Decoder().feed(frame.wire)
    number, size = int.from_bytes(frame.wire), len(frame.wire)
    for mask in singles(frame.bits):
        stream = BEFORE + (number ^ mask).to_bytes(size) + BEFORE
        for found in (Decoder().feed(stream), [Frame(*one) for one in wire.Receiver().feed(stream)]):
            assert found in ([before, before], [before, sent, before] if mask >> size * 8 - 8 or mask < 256 else [before, before])


@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-14", "computer")
def test_bursts_are_found() -> None:
    random = Random(20)
    total = 0
    for frame in golden():
        count, wrong = accepted_wrong(frame, bursts(frame.bits, random, 200))
        assert wrong == []
        total += count
    assert total > 30_000


def test_the_search_finds_what_a_wand_without_check_sums_would_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none accepted means something."""

    def unchecked(body: bytes | None) -> tuple[int, int, int, int, int, bytes] | None:
        if body is None or len(body) < wire.BODY_LEAST:
            return None
        version, kind, message, flags, sequence, _ = struct.unpack(wire.HEADER, body[: wire.HEADER_SIZE])
        return version, kind, message, flags, sequence, body[wire.HEADER_SIZE : -4]

    monkeypatch.setattr(wire, "split_body", unchecked)
    frame = one_each()[0]
    wrong = accepted_wrong(frame, singles(frame.bits))[1]
    assert len(wrong) > 100 and all(one.startswith("wand") for one in wrong)
