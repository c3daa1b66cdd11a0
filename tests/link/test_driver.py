"""The thread on real pseudo terminals, the steps of virtual time, and signals."""

import os
import signal
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from microderm_ctl.errors import LinkLost, Stopped, WandRefusal
from microderm_ctl.link import signals
from microderm_ctl.link.driver import Driver, SteppedDriver, ThreadDriver, drive
from microderm_ctl.link.link import Link
from microderm_ctl.link.ports import Port, open_port
from microderm_ctl.link.requests import Outcome
from microderm_protocol import codes
from microderm_protocol.messages import handshake, treatment
from tests.link.peer import Peer, VirtualDevice, nak
from tests.link.station import Station

pytest.importorskip("fcntl", reason="there are no pseudo terminals here")
LIMITS = treatment.LimitsRequest()


@pytest.fixture
def station() -> Iterator[Station]:
    served = Station(Peer())
    yield served
    served.close()


@pytest.fixture(params=[True, False], ids=["descriptor", "without"])
def driver(request: pytest.FixtureRequest, station: Station) -> Iterator[Driver]:
    """A driver with an open session, on the path with a descriptor and on the one that Windows takes."""
    made = drive(open_port(station.path, request.param))
    signals.guard(made)
    made.settled(made.do(made.link.hello))
    assert made.wait(lambda: made.link.reading is not None, 5_000)
    yield made
    made.close()


@pytest.fixture
def stepped() -> Iterator[tuple[SteppedDriver, VirtualDevice]]:
    device = VirtualDevice(Peer())
    made = drive(Port(device, "virtual"))
    assert isinstance(made, SteppedDriver)
    made.settled(made.do(made.link.hello))
    yield made, device
    made.close()


def test_a_request_comes_back_with_its_answer(driver: Driver) -> None:
    assert isinstance(driver, ThreadDriver)
    assert driver.call(LIMITS).grit_um == 106


def test_many_callers_each_get_their_own_answer(driver: Driver) -> None:
    answers: list[int] = []

    def ask(set_point_pa: int) -> None:
        answers.append(driver.call(treatment.SetPointRequest(0, set_point_pa)).set_point_pa - set_point_pa)

    callers = [threading.Thread(target=ask, args=(5_000 + 500 * place,)) for place in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [0] * 8


def test_a_refusal_is_an_error_that_names_the_request(driver: Driver, station: Station) -> None:
    station.peer.replies[treatment.LimitsRequest] = lambda _: nak(20)
    with pytest.raises(WandRefusal) as caught:
        driver.call(LIMITS)
    assert caught.value.details["request"] == "LIMITS"


def test_a_busy_wand_is_asked_again(driver: Driver, station: Station) -> None:
    replies = iter([nak(1), nak(2)])
    honest = station.peer._reply
    station.peer.replies[treatment.LimitsRequest] = lambda request: next(replies, None) or honest(request)
    assert driver.call(LIMITS).grit_um == 106
    assert station.peer.count(treatment.LimitsRequest) == 3


def test_a_pulled_cable_is_a_lost_link_for_whoever_waits(driver: Driver, station: Station) -> None:
    station.peer.replies[treatment.LimitsRequest] = lambda _: None
    ticket = driver.do(lambda _now: driver.link.request(LIMITS))
    station.cut()
    with pytest.raises(LinkLost):
        driver.wait(lambda: False, 5_000)
    assert ticket.outcome in (Outcome.UNKNOWN, Outcome.CANCELLED)
    with pytest.raises(LinkLost):
        driver.call(LIMITS)
    assert driver.close() is False


def test_closing_at_rest_sends_nothing_and_drops_the_line(driver: Driver, station: Station) -> None:
    station.release()
    assert driver.close() is True
    assert station.hung_up.wait(10)
    assert station.peer.count(handshake.StopRequest) == 0


def test_closing_while_something_may_run_stops_it_and_waits_until_it_has_vented(driver: Driver, station: Station) -> None:
    station.peer.state = codes.RUN
    assert driver.wait(lambda: driver.link.state == "RUN", 5_000)
    assert driver.close() is True
    assert station.peer.count(handshake.StopRequest) >= 1
    assert driver.link.state == "LINKED"
    assert driver.close() is True, "a second time does nothing"


@pytest.mark.hazard("H-19", "computer")
@pytest.mark.hazard("H-48", "computer")
def test_a_wand_that_does_not_come_to_rest_bounds_the_wait(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    driver, device = stepped
    device.peer.state = codes.STOPPING
    device.peer.replies[handshake.StopRequest] = lambda _: handshake.StopAnswer(codes.STOPPING, codes.STOP)
    driver.clock.sleep_ms(200)
    began_ms = driver.clock.now_ms()
    assert driver.close() is False
    assert 2_000 <= driver.clock.now_ms() - began_ms <= 2_200
    assert not device.is_open


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_wand_and_is_told_once(driver: Driver, station: Station, number: signal.Signals) -> None:
    station.peer.state = codes.RUN
    os.kill(os.getpid(), number)
    with pytest.raises(Stopped):
        driver.wait(lambda: False, 5_000)
    assert driver.interrupted == number
    assert station.await_that(lambda: station.peer.count(handshake.StopRequest) >= 1)
    assert driver.call(LIMITS).grit_um == 106, "the end may still ask for what the record needs"


def test_more_signals_do_not_break_the_orderly_end(driver: Driver, station: Station) -> None:
    station.peer.state = codes.RUN
    station.release()
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Stopped):
        driver.wait(lambda: False, 5_000)
    os.kill(os.getpid(), signal.SIGINT)
    assert driver.close() is True
    assert station.hung_up.wait(10)


@pytest.mark.hazard("H-48", "computer")
def test_the_handler_itself_writes_stop_where_there_is_a_descriptor() -> None:
    """With its thread gone nobody else could have written it."""
    station = Station(Peer())
    driver = drive(open_port(station.path))
    driver._halt()
    driver.signalled(signal.SIGINT)
    assert station.await_that(lambda: station.peer.count(handshake.StopRequest) == 1)
    driver.port.close()
    station.close()


def test_without_a_descriptor_the_next_turn_sends_stop(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    driver, device = stepped
    driver.signalled(signal.SIGINT)
    assert device.peer.count(handshake.StopRequest) == 0
    driver.clock.sleep_ms(20)
    assert device.peer.count(handshake.StopRequest) == 1
    with pytest.raises(Stopped, match="Ctrl-C"):
        driver.wait(lambda: False, 100)


def test_stop_passes_what_the_port_holds_back(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    driver, device = stepped
    takes = device.write
    device.write = lambda data: 0  # type: ignore[method-assign]
    driver.do(lambda _now: driver.link.request(LIMITS))
    assert driver.port.waiting > 0
    driver.do(driver.link.stop)
    device.write = takes  # type: ignore[method-assign]
    driver.clock.sleep_ms(20)
    assert [type(one).__name__ for one in device.peer.asked[-2:]] == ["StopRequest", "LimitsRequest"]


def test_handlers_are_put_back_when_the_last_one_leaves(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    before = {number: signal.getsignal(number) for number in signals.SIGNALS}
    first, second = stepped[0], SteppedDriver(stepped[0].port, Link(), stepped[0]._virtual)
    signals.guard(first)
    signals.guard(second)
    signals.release(first)
    assert signal.getsignal(signal.SIGINT) is signals._handle
    signals.release(second)
    assert {number: signal.getsignal(number) for number in signals.SIGNALS} == before


def test_a_signal_that_is_ignored_stays_ignored(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.guard(stepped[0])
    kept = signal.getsignal(signal.SIGHUP)
    signals.release(stepped[0])
    signal.signal(signal.SIGHUP, before)
    assert kept is signal.SIG_IGN


def test_renewals_go_out_on_the_thread_while_the_caller_beats(driver: Driver, station: Station) -> None:
    driver.link.lease.wanted = True

    def has_renewed() -> bool:
        driver.beat()
        return station.peer.count(treatment.RenewRequest) >= 5

    assert driver.wait(has_renewed, 10_000)
    ticks = [one.echo_ms for one in station.peer.asked if isinstance(one, treatment.RenewRequest)]
    assert all(later >= earlier for earlier, later in pairwise(ticks))


def test_a_watcher_sees_every_byte_both_ways() -> None:
    seen: list[tuple[str, bytes, int]] = []
    device = VirtualDevice(Peer())
    driver = drive(Port(device, "virtual"), lambda *what: seen.append(what))
    driver.settled(driver.do(driver.link.hello))
    driver.close()
    assert {direction for direction, _, _ in seen} == {"tx", "rx"}
    sent = b"".join(data for direction, data, _ in seen if direction == "tx")
    assert Peer().feed(sent) != b""


def test_virtual_time_takes_a_whole_treatment_without_a_thread(stepped: tuple[SteppedDriver, VirtualDevice]) -> None:
    driver, device = stepped
    threads = threading.active_count()
    driver.link.lease.wanted = True

    def is_over() -> bool:
        driver.beat()
        return driver.clock.now_ms() >= 360_000

    assert driver.wait(is_over, 400_000)
    assert threading.active_count() == threads
    assert device.peer.count(treatment.RenewRequest) == pytest.approx(3_600, abs=5)


@pytest.mark.parametrize("is_virtual", [True, False])
def test_a_mistake_of_the_program_is_raised_where_somebody_waits(station: Station, is_virtual: bool) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("a mistake")

    driver = drive(Port(VirtualDevice(Peer()), "virtual") if is_virtual else open_port(station.path), stumble)
    with pytest.raises(KeyError):
        driver.wait(lambda: False, 5_000)
    driver.close()
