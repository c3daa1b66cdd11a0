"""The wand as an object: on the virtual wand, and on one that answers what it should not."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.errors import LinkLost, NoWand, SeveralWands, Stopped, UsageProblem, VersionMismatch, WandFault, WandRefusal
from microderm_ctl.link.ports import Port, PortInfo
from microderm_ctl.link.values import Reading, StateChange
from microderm_ctl.wand import Row, Wand
from microderm_protocol import codes
from microderm_protocol.messages import handshake, treatment
from tests.link.peer import SERIAL, Peer, VirtualDevice, in_force, nak

ROWS = (Row(1, 10_000, 3, 1_500), Row(2, 12_000, 3, 1_500))
SIM = "sim://?serial=SIM-0007&seed=3"


class Bench:
    """A wand object over a small peer, in virtual time."""

    def __init__(self, mocker: MockerFixture, peer: Peer) -> None:
        self.peer = peer
        self.device = VirtualDevice(peer)
        mocker.patch("microderm_ctl.wand.open_port", return_value=Port(self.device, "virtual"))


@pytest.fixture
def bench(mocker: MockerFixture) -> Bench:
    return Bench(mocker, Peer())


@pytest.fixture
def wand(bench: Bench) -> Iterator[Wand]:
    with Wand.open("virtual") as opened:
        yield opened


def _arm(wand: Wand, **changes: Any) -> Any:
    asked: dict[str, Any] = {"rows": ROWS, "treatment_s": 6, "grit_um": 106, "person_tag": 9, "command_id": 42}
    return wand.arm(utc_s=wand.clock.utc_s(), **asked | changes)


def _run(wand: Wand) -> list[Reading | StateChange]:
    """Run a treatment to its end as a runner would, zone after zone."""
    events: list[Reading | StateChange] = []
    next_row = 1
    while not events or wand.state not in ("LINKED", "COOLDOWN", "FAULT", "LOCKOUT"):
        wand.heartbeat()
        event = wand.next_event(200)
        if event is None:
            raise AssertionError("a wand speaks ten times a second")
        events.append(event)
        if isinstance(event, StateChange) and (event.after, event.cause) == ("HOLD", "zone-done"):
            wand.zone(next_row, 9_000)
            next_row += 1
    return events


def test_the_virtual_wand_runs_a_whole_treatment() -> None:
    with Wand.open(SIM) as wand:
        assert (wand.identity.serial, wand.identity.simulated, wand.identity.board) == ("SIM-0007", True, "virtual")
        limits = _arm(wand)
        assert limits.rows[0] == (1, 10_000, 3, 1_500, 11_500)
        assert wand.zone(0, 9_000).cap_pa == 10_000
        readings = [event for event in _run(wand) if isinstance(event, Reading)]
        assert max(reading.vacuum_pa for reading in readings) <= 11_500
        assert any(reading.sealed and reading.pump_on for reading in readings)
        assert wand.rows() == (42, (3_000, 3_000, *(0,) * 10))
        entry = wand.ledger_of(42)
        assert entry is not None
        assert (entry.used_ms, entry.cause, entry.is_open, entry.person_tag) == (6_000, "treatment-done", False, 9)
        assert wand.ledger_entries() == (entry,)
        assert wand.ledger_of(43) is None


@pytest.mark.hazard("H-09", "computer")
@pytest.mark.hazard("H-48", "computer")
def test_leaving_in_mid_treatment_vents_first() -> None:
    with pytest.raises(ZeroDivisionError), Wand.open(SIM) as wand:
        _arm(wand)
        wand.zone(0, 9_000)

        def runs(reading: Reading) -> bool:
            wand.heartbeat()
            return reading.sealed

        assert wand.wait(runs, 20_000)
        raise ZeroDivisionError
    assert wand.state == "LINKED"
    assert wand.reading is not None
    assert wand.reading.is_at_rest
    assert wand.reading.vacuum_pa < 2_000


@pytest.mark.hazard("H-10", "wand")
def test_without_a_heartbeat_the_wand_stops_on_its_own() -> None:
    with Wand.open(SIM) as wand:
        _arm(wand)
        wand.zone(0, 9_000)

        def runs(reading: Reading) -> bool:
            wand.heartbeat()
            return reading.state == "RUN"

        assert wand.wait(runs, 20_000)
        assert wand.wait(lambda reading: reading.is_at_rest, 2_000), "waiting alone earns no lease"
        assert wand.cause == "lease"


def test_pause_resume_and_set_point() -> None:
    with Wand.open(SIM) as wand:
        _arm(wand, rows=(Row(1, 10_000, 60, 3_000),), treatment_s=60)
        wand.zone(0, 9_000)

        def seals(reading: Reading) -> bool:
            wand.heartbeat()
            return reading.sealed

        assert wand.wait(seals, 20_000)
        assert wand.set_point(8_000) == 8_000
        with pytest.raises(WandRefusal, match="10000"):
            wand.set_point(10_500)
        assert wand.pause() == "HOLD"
        wand.clock.sleep_ms(100)
        assert wand.resume() == "RUN"
        assert wand.stop() is True
        assert wand.cause == "stop"


def test_a_session_that_the_wand_has_ended_is_opened_again_for_arm(bench: Bench, wand: Wand) -> None:
    bench.peer.session += 1
    with pytest.raises(WandRefusal):
        wand.set_point(5_000)
    assert _arm(wand).command_id == 42


@pytest.mark.hazard("H-01", "computer")
@pytest.mark.hazard("H-02", "computer")
@pytest.mark.hazard("H-06", "computer")
@pytest.mark.hazard("H-32", "computer")
@pytest.mark.parametrize(
    "changes",
    [
        {"cap_pa": (10_500, 12_000, *(0,) * 10)},
        {"seconds": (3, 4, *(0,) * 10)},
        {"dwell_ms": (1_520, 1_500, *(0,) * 10)},
        {"zone": (1, 3, *(0,) * 10)},
        {"zone": (0, 2, *(0,) * 10)},
        {"treatment_ms": 6_020},
        {"row_count": 1},
        {"command_id": 41},
        {"grit_um": 125},
        {"trip_pa": (11_501, 13_500, *(0,) * 10)},
    ],
)
def test_limits_wider_than_asked_stop_the_wand(bench: Bench, wand: Wand, changes: dict[str, Any]) -> None:
    bench.peer.replies[treatment.ArmRequest] = lambda request: in_force(request, **changes)
    with pytest.raises(WandRefusal, match="more than was asked"):
        _arm(wand)
    assert bench.peer.names()[-1] == "Stop"


def test_narrower_limits_are_taken(bench: Bench, wand: Wand) -> None:
    narrower = {"cap_pa": (9_000, 12_000, *(0,) * 10), "trip_pa": (10_350, 13_500, *(0,) * 10), "treatment_ms": 5_000}
    bench.peer.replies[treatment.ArmRequest] = lambda request: in_force(request, **narrower)
    assert _arm(wand).rows[0].cap_pa == 9_000


@pytest.mark.hazard("H-01", "computer")
def test_a_higher_set_point_than_asked_stops_the_wand(bench: Bench, wand: Wand) -> None:
    bench.peer.replies[treatment.SetPointRequest] = lambda request: treatment.SetPointAnswer(request.set_point_pa + 500)
    with pytest.raises(WandRefusal, match=r"9\.5 kPa instead of 9\.0 kPa"):
        wand.set_point(9_000)
    assert bench.peer.names()[-1] == "Stop"


def _losing_arm(peer: Peer, times: int, acts: bool) -> None:
    """Lose the answers of the first ARMs, each with its repeats, with or without acting on them."""
    honest, left = peer._reply, [times]

    def answer(request: Any) -> Any:
        left[0] -= 1
        reply = honest(request) if acts or left[0] < 0 else None
        return None if left[0] >= 0 else reply

    peer.replies[treatment.ArmRequest] = answer


@pytest.mark.hazard("H-17", "computer")
def test_an_arm_that_arrived_without_an_answer_is_stopped_and_never_sent_again(bench: Bench, wand: Wand) -> None:
    _losing_arm(bench.peer, 1, acts=True)
    with pytest.raises(LinkLost, match="stopped before anything ran") as caught:
        _arm(wand)
    assert caught.value.details["command_id"] == 42
    assert bench.peer.count(treatment.ArmRequest) == 1
    assert bench.peer.names()[-3:] == ["Arm", "Ledger", "Stop"]


def test_an_arm_that_never_arrived_is_sent_once_more(bench: Bench, wand: Wand) -> None:
    _losing_arm(bench.peer, 1, acts=False)
    assert _arm(wand).command_id == 42
    assert [name for name in bench.peer.names() if name in ("Arm", "Ledger")] == ["Arm", "Ledger", "Arm"]


def test_an_arm_that_never_arrives_is_not_tried_for_ever(bench: Bench, wand: Wand) -> None:
    _losing_arm(bench.peer, 9, acts=False)
    with pytest.raises(LinkLost):
        _arm(wand)
    assert bench.peer.count(treatment.ArmRequest) == 2


def test_arm_needs_a_lease_that_the_wand_confirmed(bench: Bench, wand: Wand) -> None:
    bench.peer.replies[treatment.RenewRequest] = lambda _: nak(22)
    with pytest.raises(WandRefusal, match="hears too little"):
        _arm(wand)
    assert bench.peer.count(treatment.ArmRequest) == 0


def test_a_wand_in_fault_says_what_is_wrong(bench: Bench, wand: Wand) -> None:
    bench.peer.state, bench.peer.cause = codes.FAULT, codes.SENSOR_FROZEN
    wand.clock.sleep_ms(200)
    with pytest.raises(WandFault, match="does not move any more"):
        _arm(wand)


@pytest.mark.parametrize(
    ("changes", "words"), [({"rows": ()}, "1 to 12"), ({"rows": ROWS * 7}, "1 to 12"), ({"treatment_s": 361}, "360000|361000")]
)
def test_what_the_protocol_cannot_carry_is_refused_here(wand: Wand, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        _arm(wand, **changes)


def test_a_set_point_out_of_range_is_wrong_usage(wand: Wand) -> None:
    with pytest.raises(UsageProblem, match="set_point_pa"):
        wand.set_point(26_000)


@pytest.mark.hazard("H-30", "computer")
def test_another_version_names_wand_and_both_hashes(mocker: MockerFixture) -> None:
    bench = Bench(mocker, Peer(table_hash=0xABCD))
    with pytest.raises(VersionMismatch, match=r"TEST-0001.*0000abcd"):
        Wand.open("virtual")
    assert not bench.device.is_open


def test_a_wand_of_another_version_can_be_identified_when_that_is_asked_for(mocker: MockerFixture) -> None:
    Bench(mocker, Peer(table_hash=0xABCD))
    with Wand.open("virtual", accept_other_version=True) as wand:
        assert wand.other_version
        assert wand.identity.firmware == "0.1.0"
        assert wand.reading is None


def test_the_wrong_serial_number_is_not_opened(bench: Bench) -> None:
    with pytest.raises(NoWand, match=SERIAL):
        Wand.open("virtual", "MD-0001")
    assert not bench.device.is_open


def test_the_one_wand_is_found_and_two_are_not_guessed(bench: Bench, mocker: MockerFixture) -> None:
    mocker.patch("serial.tools.list_ports.comports", return_value=[])
    with Wand.open(running=[PortInfo("virtual", SERIAL)]) as wand:
        assert wand.identity.serial == SERIAL
    with pytest.raises(SeveralWands):
        Wand.open(running=[PortInfo("virtual", SERIAL), PortInfo("other", "SIM-2")])
    with pytest.raises(NoWand):
        Wand.open()


def test_a_hello_that_is_refused_is_a_refusal(bench: Bench) -> None:
    bench.peer.replies[handshake.HelloRequest] = lambda _: nak(1)
    with pytest.raises(WandRefusal, match="busy"):
        Wand.open("virtual")


def test_a_wand_that_never_reports_is_told_apart(bench: Bench) -> None:
    bench.peer.sends_telemetry = False
    with pytest.raises(LinkLost, match="no readings"):
        Wand.open("virtual")


def test_a_stop_that_nobody_answers_says_what_to_do(bench: Bench, wand: Wand) -> None:
    bench.peer.replies[handshake.StopRequest] = lambda _: None
    with pytest.raises(LinkLost, match="STOP") as caught:
        wand.stop()
    assert "button" in caught.value.hint


def test_a_signal_ends_the_treatment_and_is_told_once(bench: Bench, wand: Wand) -> None:
    _arm(wand)
    wand._driver.signalled(2)
    with pytest.raises(Stopped):
        wand.next_event(500)
    assert wand.is_interrupted
    assert wand.limits().grit_um == 106
    assert bench.peer.names().count("Stop") == 1


def test_importing_the_wand_loads_nothing_that_is_not_needed() -> None:
    unneeded = ("serial.tools", "rich", "click", "asyncio", "sqlite3")
    code = f"import sys, microderm_ctl.wand; print([name for name in sys.modules if name.startswith({unneeded})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
