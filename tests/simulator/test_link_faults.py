"""Faults of the link: how they are written, what they do to frames, and where they can be had."""

import os
import select
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import serial
from click.testing import CliRunner

from microderm_ctl.cli.main import root
from microderm_ctl.errors import UsageProblem
from microderm_ctl.link.ports import SIMULATORS
from microderm_ctl.simulator import serve
from microderm_ctl.simulator.faults import Fault
from microderm_ctl.simulator.link_faults import (
    CHANCES,
    OLD_FRAMES,
    FaultyWire,
    Lane,
    LinkFaults,
    faulty,
    parse_link_faults,
    sort_faults,
)
from microderm_protocol import Decoder, Frame, decode, encode
from microderm_protocol.framing import build_frame
from microderm_protocol.messages import handshake, treatment
from tests.simulator.computer import UTC_S

FRAMES = [build_frame(Frame(1, 1, 0x10, 0, number, bytes((number % 251, 0, 7)))) for number in range(400)]


def passed(faults: LinkFaults, frames: list[bytes] = FRAMES, seed: int = 1, every_ms: int = 20) -> tuple[list[int], Lane]:
    """Return the numbers of the frames that come out whole, in order, and the lane."""
    lane, decoder, numbers = Lane(faults, Random(seed)), Decoder(), []
    for now_ms, frame in enumerate(frames):
        numbers += [one.sequence for one in decoder.feed(lane.take(frame, now_ms * every_ms))]
    for later in range(200):
        numbers += [one.sequence for one in decoder.feed(lane.take(b"", len(frames) * every_ms + later * 20))]
    return numbers, lane


# How they are written


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("drop=0.01", LinkFaults(drop=0.01)),
        ("drop=0.01,corrupt=0.5,delay=1", LinkFaults(drop=0.01, corrupt=0.5, delay=1)),
        (" drop = 0.25 , cut_at = 2.5 ", LinkFaults(drop=0.25, cut_at_ms=2_500)),
        ("delay=0.1,delay_ms=3000,toward=wand", LinkFaults(delay=0.1, delay_ms=3_000, toward="wand")),
        ("cut_at=0", LinkFaults(cut_at_ms=0)),
    ],
)
def test_faults_of_the_link_are_read(text: str, faults: LinkFaults) -> None:
    assert parse_link_faults(text) == faults
    assert sort_faults([text]) == ((), faults)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drp=0.1", "Did you mean 'drop'"),
        ("stuck-pumpe", "Did you mean 'stuck-pump'"),
        ("", "There is no fault ''"),
        ("drop", "'' is not a number from 0 to 1, which the fault 'drop' takes"),
        ("drop=1.01", "not a number from 0 to 1"),
        ("drop=-0.1", "not a number from 0 to 1"),
        ("drop=nan", "not a number from 0 to 1"),
        ("drop=0.1,drop=0.2", "said twice"),
        ("drop=0.1,", "There is no fault ''"),
        ("delay_ms=5", "from 20 to 30000"),
        ("cut_at=1e9", "from 0 to 86400"),
        ("toward=me", "not a direction"),
        ("drop=0.1,stuck-pump@6", "'stuck-pump' is a fault in the wand"),
        ("stuck-pump@6,drop=0.1", "more than one fault"),
        ("stuck-pump@6,sensor-dead@7", "more than one fault"),
        ("stuck-pump=fast", "not a value of the fault 'stuck-pump'"),
    ],
)
def test_bad_faults_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        sort_faults([text])


def test_an_unknown_fault_is_answered_with_all_names_and_where_they_sit() -> None:
    with pytest.raises(UsageProblem) as raised:
        sort_faults(["gremlin"])
    assert "in the wand are stuck-pump," in raised.value.hint
    assert "on the link drop, duplicate, reorder, delay, replay, corrupt, truncate, insert, delay_ms, cut_at, toward" in raised.value.hint


def test_both_kinds_are_told_apart_and_those_of_the_link_add_up() -> None:
    faults = sort_faults(["drop=0.1", "stuck-pump@6", "tip=none@2", "delay=0.2,delay_ms=100"])
    assert faults.wand == (Fault("stuck-pump", "on", 0.0, 6_000), Fault("tip", "none", 0.0, 2_000))
    assert faults.link == LinkFaults(drop=0.1, delay=0.2, delay_ms=100)
    assert sort_faults(["sensor-dead"]).link is None
    with pytest.raises(UsageProblem, match="said twice"):
        sort_faults(["drop=0.1", "drop=0.2"])


# What they do to frames


def test_a_sound_link_passes_every_byte_in_order() -> None:
    numbers, lane = passed(LinkFaults())
    assert numbers == list(range(400))
    assert set(lane.counts.values()) == {0}


def test_frames_cut_into_single_bytes_pass_whole() -> None:
    lane, out = Lane(LinkFaults(), Random(1)), b""
    for byte in FRAMES[3] + FRAMES[4]:
        out += lane.take(bytes((byte,)), 0)
    assert [frame.sequence for frame in Decoder().feed(out)] == [3, 4]


def test_text_without_an_end_is_not_held_back_for_ever() -> None:
    lane = Lane(LinkFaults(), Random(1))
    assert lane.take(b"x" * 2_000, 0) == b"x" * 2_000


def test_dropped_frames_are_missing_and_the_others_in_order() -> None:
    numbers, lane = passed(LinkFaults(drop=0.2))
    assert len(numbers) == 400 - lane.counts["drop"] and 50 < lane.counts["drop"] < 110
    assert numbers == sorted(set(numbers))


def test_duplicated_frames_come_twice_at_once_or_later() -> None:
    numbers, lane = passed(LinkFaults(duplicate=0.2))
    assert Counter(Counter(numbers).values()) == {1: 400 - lane.counts["duplicate"], 2: lane.counts["duplicate"]}
    assert numbers != sorted(numbers)


def test_reordered_frames_come_after_the_next_and_none_is_lost() -> None:
    numbers, lane = passed(LinkFaults(reorder=0.1))
    assert sorted(numbers) == list(range(400)) and numbers != sorted(numbers)
    assert lane.counts["reorder"] > 20


def test_a_frame_that_nothing_overtakes_goes_on_after_a_time() -> None:
    lane = Lane(LinkFaults(reorder=1), Random(1))
    assert lane.take(FRAMES[0], 0) == b""
    assert lane.take(b"", 280) == b""
    assert lane.take(b"", 300) == FRAMES[0]


def test_a_late_frame_holds_back_those_behind_it() -> None:
    numbers, lane = passed(LinkFaults(delay=0.05, delay_ms=500))
    assert numbers == list(range(400)) and lane.counts["delay"] > 5
    lane = Lane(LinkFaults(delay=1, delay_ms=100), Random(3))
    assert lane.take(FRAMES[0], 0) == b""
    assert lane.take(b"", 100) == FRAMES[0]


def test_replayed_frames_are_old_ones_unchanged() -> None:
    numbers, lane = passed(LinkFaults(replay=0.3))
    assert len(numbers) == 400 + lane.counts["replay"] and set(numbers) == set(range(400))
    assert len(lane._old) == OLD_FRAMES and min(decode_number(frame) for frame in lane._old) < 100


def decode_number(frame: bytes) -> int:
    return Decoder().feed(frame)[0].sequence


@pytest.mark.parametrize("kind", ["corrupt", "truncate", "insert"])
@pytest.mark.hazard("H-14", "computer")
def test_damaged_frames_are_never_read_and_cost_at_most_their_neighbours(kind: str) -> None:
    numbers, lane = passed(parse_link_faults(f"{kind}=0.2"))
    hurt = lane.counts[kind]
    assert hurt > 50
    assert numbers == sorted(set(numbers))  # none is read as another, none twice
    assert 400 - 2 * hurt <= len(numbers) < 400


def test_after_the_cut_nothing_passes() -> None:
    numbers, lane = passed(LinkFaults(cut_at_ms=2_000, delay=0.1, delay_ms=300))
    assert numbers == list(range(len(numbers))) and 80 <= len(numbers) <= 100
    assert lane.counts["cut_at"] == 300


def test_the_same_seed_gives_the_same_faults() -> None:
    faults = parse_link_faults(",".join(f"{name}=0.1" for name in CHANCES))
    lane_of = {seed: b"".join(Lane(faults, Random(seed)).take(frame, 0) for frame in FRAMES[:50]) for seed in (1, 2)}
    assert lane_of[1] == b"".join(Lane(faults, Random(1)).take(frame, 0) for frame in FRAMES[:50])
    assert passed(faults, seed=1)[0] == passed(faults, seed=1)[0] != passed(faults, seed=2)[0]


# Before a wand


class Echo:
    """A wand that says again what it heard."""

    now_ms = 0

    def feed(self, data: bytes, /) -> bytes:
        return data

    def step(self) -> bytes:
        self.now_ms += 20
        return FRAMES[9]


@pytest.mark.parametrize(("toward", "down", "up"), [("both", 1, 0), ("wand", 1, 0), ("computer", 0, 1)])
def test_faults_can_be_had_in_one_direction(toward: str, down: int, up: int) -> None:
    wire = FaultyWire(Echo(), LinkFaults(drop=1, toward=toward), Random(1))
    assert wire.feed(FRAMES[0]) == b""
    assert (wire.down.counts["drop"], wire.up.counts["drop"]) == (down, up)
    assert wire.step() == (FRAMES[9] if toward == "wand" else b"")


def test_a_cut_is_in_both_directions() -> None:
    wire = FaultyWire(Echo(), LinkFaults(cut_at_ms=20, toward="wand"), Random(1))
    assert wire.feed(FRAMES[0]) == FRAMES[0]
    assert wire.step() == b"" and wire.feed(FRAMES[0]) == b""


def test_what_was_late_reaches_the_wand_with_a_step() -> None:
    wire = FaultyWire(Echo(), LinkFaults(delay=1, delay_ms=20, toward="wand"), Random(1))
    assert wire.feed(FRAMES[0]) == b""
    assert wire.step() == FRAMES[9] + FRAMES[0]


def test_without_faults_the_wand_itself_is_the_wire() -> None:
    wand = Echo()
    assert faulty(wand, None, 1, "W") is wand
    wires = [faulty(wand, LinkFaults(drop=0.5), seed, serial) for seed, serial in ((1, "A"), (1, "B"), (1, "A"))]
    heard = [b"".join(wire.feed(frame) for frame in FRAMES[:100]) for wire in wires]
    assert heard[0] == heard[2] != heard[1]


# Where they can be had


def test_a_sim_url_takes_both_kinds() -> None:
    if SIMULATORS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(SIMULATORS)
    opened: Any = serial.serial_for_url(f"sim://?utc={UTC_S}&seed=1&fault=drop=1,toward=wand&fault=tip=none@0.1", timeout=0)
    with opened as port:
        port.clock.sleep_ms(1_000)
        port.write(encode(handshake.IdentityRequest(), 1))
        messages = [decode(frame) for frame in Decoder().feed(port.read(4096))]
    assert {type(message) for message in messages} <= {treatment.Telemetry, treatment.StateEvent}
    last = messages[-1]
    assert isinstance(last, treatment.Telemetry) and last.grit_um == 0


def test_a_bad_fault_in_a_sim_url_is_refused() -> None:
    with pytest.raises(UsageProblem, match="Did you mean 'drop'"):
        serial.serial_for_url(f"sim://?utc={UTC_S}&fault=drip=1", timeout=0)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals here")
def test_a_served_wand_has_its_link() -> None:
    from microderm_ctl.simulator.pty_port import PtyPort
    from tests.simulator.test_serve import Served, opened, serving, telemetry_of

    served = Served(PtyPort)
    wire = FaultyWire(served.unit, LinkFaults(drop=1, toward="wand"), Random(1))
    served.port.wire = wire
    with serving(served), opened(served.paths[0]) as client:
        assert telemetry_of(client).grit_um == 106
        os.write(client, encode(handshake.IdentityRequest(), 1))
        served.watch.wait_for(lambda: wire.down.counts["drop"] == 1)
        decoder = Decoder()
        for _ in range(5):
            assert select.select([client], [], [], 20)[0]
            for frame in decoder.feed(os.read(client, 4096)):
                assert not isinstance(decode(frame), handshake.IdentityAnswer)


@pytest.mark.parametrize("kind", ["--pty", "--tcp"])
def test_simulate_serves_wands_behind_bad_links(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "--pty" and sys.platform == "win32":
        pytest.skip("there are no pseudo terminals here")
    served: list[Any] = []

    class Glance(serve.Server):
        def run(self) -> int:
            served.extend(self._ports)
            self.stop()
            return super().run()

    monkeypatch.setattr(serve, "Server", Glance)
    words = ["simulate", kind, "--units", "2", "--seed", "3", "--fault", "drop=0.5,toward=wand", "--fault", "tip=none@0"]
    result = CliRunner().invoke(root, [*words, "--data-dir", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    heard = [b"".join(port.wire.down.take(frame, 0) for frame in FRAMES[:100]) for port in served]
    assert len(heard) == 2 and heard[0] != heard[1]
    for port in served:
        port.wire.step()
        assert 20 < port.wire.down.counts["drop"] < 80
        assert port.unit.board.tip_ohm() >= 1_000_000


def test_simulate_says_what_faults_there_are(tmp_path: Path) -> None:
    result = CliRunner().invoke(root, ["simulate", "--fault", "drip=0.5", "--data-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "There is no fault 'drip'. Did you mean 'drop'?" in result.stderr
    assert "Faults in the wand are stuck-pump" in result.stderr and "on the link drop" in result.stderr
