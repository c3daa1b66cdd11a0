"""What comes late, twice or from another session tells the computer nothing: it is counted and dropped."""

import pytest

from microderm_ctl.link.link import SIGNAL_SEQUENCE, Link
from microderm_ctl.link.values import StateChange
from microderm_protocol import codes, encode
from microderm_protocol.messages import handshake, treatment
from tests.link.peer import Cable, Peer, rest


@pytest.fixture
def cable() -> Cable:
    made = Cable(Link(), Peer())
    made.connect()
    return made


def changes(link: Link) -> list[tuple[str, str]]:
    return [(event.before, event.after) for event in link.events if isinstance(event, StateChange)]


def state_event(tick_ms: int, before: int, after: int) -> treatment.StateEvent:
    return treatment.StateEvent(tick_ms, before, after, 0)


@pytest.mark.hazard("H-15", "computer")
def test_an_event_that_comes_twice_is_told_once(cable: Cable) -> None:
    cable.link.events.clear()
    frame = cable.peer.event(state_event(5, codes.RUN, codes.HOLD))
    strays = cable.link.strays
    cable.link.feed(frame + frame, cable.now_ms)
    cable.run(300)
    cable.link.feed(frame, cable.now_ms)
    assert changes(cable.link) == [("RUN", "HOLD")]
    assert cable.link.strays == strays + 2


@pytest.mark.hazard("H-16", "computer")
def test_an_event_that_was_overtaken_does_not_bring_its_state_back(cable: Cable) -> None:
    hold = cable.peer.event(state_event(5, codes.RUN, codes.HOLD))
    run = cable.peer.event(state_event(6, codes.HOLD, codes.RUN))
    cable.link.events.clear()
    cable.link.feed(run + hold, cable.now_ms)
    assert changes(cable.link) == [("HOLD", "RUN")]
    assert cable.link.state == "RUN"


@pytest.mark.hazard("H-16", "computer")
def test_old_telemetry_earns_no_lease(cable: Cable) -> None:
    old = [cable.peer.event(rest(tick_ms, codes.LINKED, 0)) for tick_ms in (900, 1_000)]
    cable.link.feed(b"".join(old), cable.now_ms)
    cable.run(1_000)
    cable.peer.sends_telemetry = False
    cable.link.lease.wanted = True
    cable.run(300)
    assert cable.link.lease.is_earned(cable.now_ms)
    for _ in range(3):
        for frame in old:
            cable.link.feed(frame, cable.now_ms)
            cable.run(20)
    assert not cable.link.lease.is_earned(cable.now_ms)


def test_events_count_on_after_their_number_begins_anew(cable: Cable) -> None:
    cable.peer._events = 0xFFFE
    cable.connect()
    cable.link.events.clear()
    for tick_ms in range(4):
        cable.link.feed(cable.peer.event(state_event(tick_ms, codes.RUN, codes.HOLD)), cable.now_ms)
    assert len(changes(cable.link)) == 4


def test_a_wand_that_started_anew_is_heard_after_half_a_second(cable: Cable) -> None:
    cable.run(1_000)
    cable.peer._events = 0
    cable.link.events.clear()
    cable.run(400)
    assert not cable.link.events
    cable.run(200)
    assert [event.received_ms for event in cable.link.events] == [cable.now_ms - 100, cable.now_ms]


def test_old_events_with_new_ones_between_never_pass_for_a_new_start(cable: Cable) -> None:
    old = [cable.peer.event(state_event(tick_ms, codes.RUN, codes.HOLD)) for tick_ms in range(20)]
    cable.link.feed(b"".join(old), cable.now_ms)
    cable.link.events.clear()
    for frame in old:
        cable.link.feed(frame + cable.peer.event(state_event(99, codes.HOLD, codes.RUN)), cable.now_ms)
    assert set(changes(cable.link)) == {("HOLD", "RUN")}


def test_an_answer_to_another_stop_tells_nothing(cable: Cable) -> None:
    cable.link.feed(cable.peer.event(state_event(5, codes.ARMED, codes.RUN)), cable.now_ms)
    answer = handshake.StopAnswer(codes.LINKED, 0)
    cable.link.feed(encode(answer, 0x7FFF), cable.now_ms)
    assert cable.link.state == "RUN"
    cable.link.feed(encode(answer, SIGNAL_SEQUENCE), cable.now_ms)
    assert cable.link.state == "LINKED"
