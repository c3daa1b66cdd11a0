"""The protocol from the computer's side, against a small wand on a cable that misbehaves."""

from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import pytest

from microderm_ctl.errors import LinkLost, VersionMismatch, WandGarbled, WandSilent
from microderm_ctl.link.link import STOP_FRAME, Link, version_mismatch
from microderm_ctl.link.requests import Outcome
from microderm_ctl.link.values import Reading, StateChange
from microderm_protocol import TABLE_HASH, BadValue, Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment
from tests.link.peer import Cable, Peer, nak, number_of

SET_POINT = treatment.SetPointRequest(0, 9_000)
RENEW = treatment.RenewRequest


@pytest.fixture
def cable() -> Cable:
    joined = Cable(Link(), Peer())
    joined.connect()
    return joined


def lose(*which: int) -> Callable[[bytes], bytes | None]:
    """Lose the chunks with these places, from 0."""
    place = count()
    return lambda data: None if next(place) in which else data


def flip(data: bytes) -> bytes:
    """Spoil one bit in the middle of a frame."""
    middle = len(data) // 2
    return data[:middle] + bytes((data[middle] ^ 0x10,)) + data[middle + 1 :]


def test_a_handshake_opens_a_session_and_reads_its_state(cable: Cable) -> None:
    assert cable.link.session == cable.peer.session != 0
    assert (cable.link.state, cable.link.boot_id, cable.link.lost) == ("LINKED", 5, None)
    assert isinstance(cable.link.events[-1], Reading)


def test_hello_is_asked_every_100_ms_as_one_request() -> None:
    cable = Cable(Link(), Peer())
    cable.to_peer = lose(0, 1, 2)
    ticket = cable.link.hello(0)
    cable.run(400)
    assert ticket.outcome is Outcome.ANSWERED
    assert cable.sent_at(handshake.HelloRequest) == [10, 110, 210, 310]
    frames = [Decoder().feed(data)[0] for _, data in cable.sent]
    assert len({frame.payload for frame in frames}) == len({frame.sequence for frame in frames}) == 1
    assert [frame.flags for frame in frames] == [0, 1, 1, 1]


def test_a_slow_wand_opens_one_session_for_all_tries_of_hello() -> None:
    cable = Cable(Link(), Peer())
    cable.delay_ms = 250
    cable.connect()
    cable.run(400)
    assert cable.peer.count(handshake.HelloRequest) == 1
    assert cable.link.session == cable.peer.session


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda data: None, WandSilent),
        (lambda data: b"ok T:20.1 /0.0\r\n", WandGarbled),
        (flip, WandGarbled),
    ],
)
def test_silence_and_garbage_are_told_apart(spoil: Callable[[bytes], bytes | None], error: type[Exception]) -> None:
    cable = Cable(Link(), Peer())
    cable.to_link = spoil
    ticket = cable.link.hello(0)
    cable.run(1_990)
    assert cable.link.lost is None
    cable.run(30)
    assert isinstance(cable.link.lost, error)
    assert ticket.outcome is Outcome.UNKNOWN


def test_garbage_is_shown_in_the_details() -> None:
    cable = Cable(Link(), Peer())
    cable.to_link = lambda data: b"\xffGrbl 1.1\r\n"
    cable.link.hello(0)
    cable.run(3_020)
    assert cable.link.lost is not None
    assert "Grbl 1.1" in str(cable.link.lost.details["received"])


def test_an_echo_is_no_wand() -> None:
    link = Link()
    link.hello(0)
    for now_ms in range(0, 3_100, 10):
        for frame in link.due(now_ms):
            link.feed(frame, now_ms)
    assert isinstance(link.lost, WandGarbled)


def test_a_wand_that_talks_and_does_not_answer_is_silent() -> None:
    cable = Cable(Link(), Peer())
    cable.peer.replies[handshake.HelloRequest] = lambda _: None
    cable.link.hello(0)
    cable.run(3_020)
    assert isinstance(cable.link.lost, WandSilent)
    assert "talks" in cable.link.lost.sentence


def test_another_version_is_named_and_identity_can_still_be_read() -> None:
    cable = Cable(Link(), Peer(table_hash=0xABCD))
    cable.connect()
    assert (cable.link.other_hash, cable.link.session, cable.link.lost) == (0xABCD, 0, None)
    ticket = cable.link.request(handshake.IdentityRequest())
    cable.run(50)
    assert ticket.outcome is Outcome.ANSWERED
    error = version_mismatch(0xABCD, "Wand X")
    assert isinstance(error, VersionMismatch)
    assert "0000abcd" in error.sentence
    assert f"{TABLE_HASH:08x}" in error.sentence


def test_a_request_is_answered_with_the_session_filled_in(cable: Cable) -> None:
    ticket = cable.link.request(SET_POINT)
    cable.run(20)
    assert ticket.answer == treatment.SetPointAnswer(9_000)
    assert cable.peer.asked[-1].session == cable.peer.session


def test_a_request_that_cannot_be_sent_is_refused_before_it_is_queued(cable: Cable) -> None:
    with pytest.raises(BadValue):
        cable.link.request(treatment.SetPointRequest(0, 25_001))
    cable.run(50)
    assert cable.link.lost is None


@pytest.mark.hazard("H-15", "computer")
@pytest.mark.hazard("H-17", "computer")
@pytest.mark.parametrize("lost_answers", [1, 2])
def test_a_lost_answer_is_asked_for_again_and_acted_on_once(cable: Cable, lost_answers: int) -> None:
    cable.peer.sends_telemetry = cable.beats = False
    cable.to_link = lose(*range(lost_answers))
    ticket = cable.link.request(SET_POINT)
    cable.run(100 * lost_answers + 50)
    assert ticket.outcome is Outcome.ANSWERED
    assert cable.peer.count(treatment.SetPointRequest) == 1
    frames = [frame for frame in cable.peer.seen if frame.message_id == number_of(treatment.SetPointRequest)]
    assert len({(frame.sequence, frame.payload) for frame in frames}) == 1
    assert [frame.flags for frame in frames] == [0] + [codes.FLAG_RETRY] * lost_answers


def test_three_lost_requests_leave_the_outcome_unknown(cable: Cable) -> None:
    cable.peer.replies[treatment.SetPointRequest] = lambda _: None
    ticket = cable.link.request(SET_POINT)
    cable.run(650)
    assert ticket.outcome is Outcome.UNKNOWN
    assert len(cable.sent_at(treatment.SetPointRequest)) == 3
    assert cable.link.lost is None, "telemetry goes on, so the wand is not lost"


def test_what_writes_memory_has_a_second(cable: Cable) -> None:
    cable.peer.replies[treatment.AcknowledgeRequest] = lambda _: None
    cable.link.request(treatment.AcknowledgeRequest(0))
    cable.run(990)
    assert len(cable.sent_at(treatment.AcknowledgeRequest)) == 1
    cable.run(30)
    assert len(cable.sent_at(treatment.AcknowledgeRequest)) == 2


def test_requests_go_one_at_a_time_in_order(cable: Cable) -> None:
    cable.delay_ms = 40
    tickets = [cable.link.request(treatment.SetPointRequest(0, 5_000 + 500 * step)) for step in range(3)]
    cable.run(30)
    assert cable.peer.count(treatment.SetPointRequest) == 1
    cable.run(200)
    assert [ticket.answer.set_point_pa for ticket in tickets] == [5_000, 5_500, 6_000]


def test_a_refusal_is_kept_as_it_came(cable: Cable) -> None:
    cable.peer.replies[treatment.SetPointRequest] = lambda _: nak(14, asked=9_000, allowed=8_000)
    ticket = cable.link.request(SET_POINT)
    cable.run(20)
    assert ticket.outcome is Outcome.REFUSED
    assert (ticket.answer.code, ticket.answer.allowed) == (14, 8_000)


def test_a_repeat_that_came_too_late_for_the_cache_is_unknown_not_refused(cable: Cable) -> None:
    answers = iter([None, nak(26)])
    cable.peer.replies[treatment.SetPointRequest] = lambda _: next(answers)
    cable.peer._cache = _Forgetful()
    ticket = cable.link.request(SET_POINT)
    cable.run(150)
    assert ticket.outcome is Outcome.UNKNOWN


class _Forgetful(dict[Any, Any]):
    def __contains__(self, key: object) -> bool:
        return False


@pytest.mark.parametrize("chunk", [1, 2, 7])
def test_bytes_in_pieces_make_the_same_messages(chunk: int) -> None:
    cable = Cable(Link(), Peer())
    cable.chunk = chunk
    cable.connect()
    ticket = cable.link.request(SET_POINT)
    cable.run(300)
    assert ticket.outcome is Outcome.ANSWERED
    assert cable.link.strays == 0


def test_a_spoiled_answer_counts_as_a_lost_one(cable: Cable) -> None:
    spoiled = iter([True])
    cable.peer.sends_telemetry = cable.beats = False
    cable.to_link = lambda data: flip(data) if next(spoiled, False) else data
    ticket = cable.link.request(SET_POINT)
    cable.run(150)
    assert ticket.outcome is Outcome.ANSWERED
    assert len(cable.sent_at(treatment.SetPointRequest)) == 2


def test_a_late_answer_to_a_request_that_was_given_up_changes_nothing(cable: Cable) -> None:
    cable.link.request(SET_POINT)
    frame = cable.link.due(cable.now_ms + 10)[0]
    sequence = Decoder().feed(frame)[0].sequence
    cable.peer.replies[treatment.SetPointRequest] = lambda _: None
    cable.run(700)
    second = cable.link.request(treatment.LimitsRequest())
    cable.link.feed(encode(treatment.SetPointAnswer(9_000), sequence), cable.now_ms)
    assert not second.is_settled
    assert cable.link.strays == 1


def test_stop_goes_first_and_without_a_session() -> None:
    link = Link()
    link.hello(0)
    link.request(SET_POINT)
    link.stop(0)
    first = Decoder().feed(link.due(0)[0])[0]
    assert isinstance(decode(first), handshake.StopRequest)


def test_while_the_port_holds_back_bytes_only_stop_is_handed_out(cable: Cable) -> None:
    cable.link.request(treatment.LimitsRequest())
    assert cable.link.due(cable.now_ms + 10, only_stop=True) == []
    cable.link.stop(cable.now_ms)
    assert len(cable.link.due(cable.now_ms + 10, only_stop=True)) == 1


@pytest.mark.hazard("H-48", "computer")
def test_stop_is_repeated_until_it_is_answered(cable: Cable) -> None:
    cable.to_peer = lose(0, 1)
    cable.peer.sends_telemetry = False
    ticket = cable.link.stop(cable.now_ms)
    cable.run(250)
    assert ticket.outcome is Outcome.ANSWERED
    assert cable.link.cause == "stop"
    assert len(cable.sent_at(handshake.StopRequest)) == 3


@pytest.mark.hazard("H-16", "computer")
@pytest.mark.hazard("H-48", "computer")
def test_after_stop_nothing_that_moves_is_repeated_or_sent(cable: Cable) -> None:
    cable.peer.replies[treatment.ZoneRequest] = lambda _: None
    sent = cable.link.request(treatment.ZoneRequest(0, 0, 9_000))
    cable.run(20)
    waiting = cable.link.request(treatment.ResumeRequest(0))
    reading = cable.link.request(treatment.LimitsRequest())
    cable.link.stop(cable.now_ms)
    cable.run(500)
    assert (sent.outcome, waiting.outcome, reading.outcome) == (Outcome.UNKNOWN, Outcome.CANCELLED, Outcome.ANSWERED)
    assert len(cable.sent_at(treatment.ZoneRequest)) == 1
    assert cable.peer.names()[-2:] == ["Stop", "Limits"]


def test_the_frame_for_signal_handlers_is_a_stop() -> None:
    assert isinstance(decode(Decoder().feed(STOP_FRAME)[0]), handshake.StopRequest)
    assert STOP_FRAME[0] == 0, "a leading zero ends whatever frame it lands in"


def test_renewals_come_every_100_ms_and_echo_the_newest_tick(cable: Cable) -> None:
    cable.link.lease.wanted = True
    cable.run(1_000)
    times = cable.sent_at(RENEW)
    assert [later - earlier for earlier, later in pairwise(times)] == [100] * 9
    newest = [one for one in cable.peer.asked if isinstance(one, treatment.RenewRequest)][-1]
    assert cable.now_ms - newest.echo_ms <= 110
    assert cable.link.lease.is_live(cable.now_ms)


@pytest.mark.hazard("H-10", "computer")
def test_without_the_treatments_beat_nothing_is_renewed(cable: Cable) -> None:
    cable.link.lease.wanted = True
    cable.run(500)
    cable.beats = False
    stopped_ms = cable.now_ms
    cable.run(1_000)
    assert max(cable.sent_at(RENEW)) <= stopped_ms + 250


@pytest.mark.hazard("H-10", "computer")
@pytest.mark.hazard("H-11", "computer")
@pytest.mark.hazard("H-38", "computer")
def test_without_fresh_telemetry_nothing_is_renewed(cable: Cable) -> None:
    cable.link.lease.wanted = True
    cable.run(500)
    cable.peer.sends_telemetry = False
    stopped_ms = cable.now_ms
    cable.run(1_000)
    assert max(cable.sent_at(RENEW)) <= stopped_ms + 300


@pytest.mark.hazard("H-16", "computer")
@pytest.mark.hazard("H-48", "computer")
def test_nothing_is_renewed_before_it_is_wanted_or_after_stop(cable: Cable) -> None:
    cable.run(500)
    assert cable.sent_at(RENEW) == []
    cable.link.lease.wanted = True
    cable.run(300)
    cable.link.stop(cable.now_ms)
    sent = len(cable.sent_at(RENEW))
    cable.run(500)
    assert len(cable.sent_at(RENEW)) == sent == 3


def test_a_session_that_only_waits_is_kept_open(cable: Cable) -> None:
    cable.run(9_000)
    assert 3 <= cable.peer.count(handshake.IdentityRequest) <= 5
    assert cable.link.strays == 0


@pytest.mark.hazard("H-12", "computer")
@pytest.mark.hazard("H-38", "computer")
def test_silence_of_a_second_and_a_half_is_a_lost_link(cable: Cable) -> None:
    waiting = cable.link.request(treatment.LimitsRequest())
    cable.to_link = lambda data: None
    cable.run(1_450)
    assert cable.link.lost is None
    cable.run(200)
    assert isinstance(cable.link.lost, LinkLost)
    assert waiting.outcome is Outcome.UNKNOWN
    assert cable.link.request(SET_POINT).outcome is Outcome.CANCELLED


@pytest.mark.hazard("H-13", "computer")
def test_a_session_that_the_wand_has_ended_is_known_to_be_over(cable: Cable) -> None:
    cable.peer.session += 1
    ticket = cable.link.request(SET_POINT)
    cable.run(20)
    assert ticket.answer.code == 21
    assert cable.link.session == 0
    cable.connect()
    assert cable.link.session == cable.peer.session


def test_state_changes_and_readings_are_events_in_order(cable: Cable) -> None:
    cable.link.events.clear()
    cable.link.feed(cable.peer.event(treatment.StateEvent(5, codes.ARMED, codes.RUN, 0)), cable.now_ms)
    cable.run(100)
    change, reading = cable.link.events
    assert change == StateChange(cable.now_ms - 100, 5, "ARMED", "RUN", "none", 0)
    assert isinstance(reading, Reading)


def test_events_that_nobody_takes_are_dropped_oldest_first_and_counted(cable: Cable) -> None:
    cable.run(60_000)
    assert len(cable.link.events) == 512
    assert cable.link.events_dropped > 0
    assert cable.link.events[-1].received_ms == cable.now_ms


def test_what_may_move_is_known_from_state_and_freshness(cable: Cable) -> None:
    assert not cable.link.may_move(cable.now_ms)
    cable.peer.state = codes.HOLD
    cable.run(100)
    assert cable.link.may_move(cable.now_ms)


def test_the_next_deadline_is_never_later_than_what_falls_due(cable: Cable) -> None:
    cable.link.lease.wanted = True
    cable.link.request(SET_POINT)
    for _ in range(100):
        deadline_ms = cable.link.next_ms(cable.now_ms)
        before = len(cable.sent)
        cable.run(10)
        if len(cable.sent) > before:
            assert deadline_ms <= cable.now_ms


def test_bytes_of_anything_never_raise() -> None:
    link = Link()
    link.hello(0)
    for kind in range(8):
        for message_id in (0x01, 0x03, 0x10, 0x40, 0x77):
            link.feed(b"\0" + bytes((kind, message_id)) * 40 + b"\0", 0)
    assert link.lost is None
