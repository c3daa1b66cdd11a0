"""A technician's hand: button, fixture and hand pump, and what the wand's program makes of them in SERVICE."""

from itertools import pairwise
from random import Random
from statistics import mean

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import memory as slots
from microderm_ctl.simulator.fixture import FIXTURE_ML, BenchHand
from microderm_ctl.simulator.pneumatics import Plant, Pneumatics, draw_plant
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_protocol import codes
from microderm_protocol.messages import bench, treatment
from tests.simulator import technician
from tests.simulator.computer import UTC_S, Computer

STEP_MS = 20


def pushes(hand: BenchHand, signal: int, duration_ms: int) -> list[tuple[int, int]]:
    """When the hand pushes the button while a signal shows, and for how long, in ms."""
    found: list[tuple[int, int]] = []
    before = False
    for now_ms in range(STEP_MS, duration_ms, STEP_MS):
        hand.step(now_ms, signal, False)
        if hand.button and not before:
            found.append((now_ms, 0))
        if hand.button:
            found[-1] = (found[-1][0], found[-1][1] + STEP_MS)
        before = hand.button
    return found


def test_it_holds_the_button_while_nothing_shows_and_rests_between() -> None:
    assert pushes(BenchHand(), k.QUIET, 18_000) == [(5_000, 4_000), (11_000, 4_000), (17_000, 1_000)]


@pytest.mark.parametrize("signal", [k.SIGNAL_SERVICE, k.SIGNAL_TOUCH, k.SIGNAL_IDENTIFY])
def test_it_leaves_the_button_alone_in_service(signal: int) -> None:
    assert pushes(BenchHand(), signal, 20_000) == []


def test_on_a_fault_it_presses_and_holds_in_turn() -> None:
    assert [length for _, length in pushes(BenchHand(), k.SIGNAL_FAULT, 24_000)] == [150 + 10, 4_000, 150 + 10]


def test_service_opens_with_its_button_and_without_a_fault_on_the_way() -> None:
    computer = technician.opened()
    unit = computer.unit
    assert (unit.state, unit.cause) == ("SERVICE", "none")
    unit.run(5 * STEP_MS)
    assert not unit.board.hand.button
    assert all(event.after != codes.FAULT for event in computer.events)


def test_service_opens_again_after_it_was_left_and_after_a_restart() -> None:
    computer = technician.opened()
    computer.ask(bench.LeaveServiceRequest(computer.session))
    technician.unlocked(computer)
    computer.unit.power_cycle()
    computer.run(6_000)
    assert computer.unit.state == "SAFE"
    computer.hello()
    computer.run(100)
    technician.unlocked(computer)
    assert computer.unit.state == "SERVICE"


def test_a_wand_keeps_its_own_key_and_one_without_gets_the_practice_key() -> None:
    first = technician.opened("SIM-0003").unit
    key = [first.board.read_slot(slot) for slot in (28, 29)]
    again = make_unit("SIM-0003", hand="bench", seed=2, utc_s=UTC_S, memory=first.board.memory)
    assert [again.board.read_slot(slot) for slot in (28, 29)] == key
    bare = first.board.memory
    bare.write(28, b"")
    bare.write(29, b"")
    technician.unlocked(_greeted(make_unit("SIM-0003", hand="bench", seed=2, utc_s=UTC_S, memory=bare)))


def _greeted(unit: Unit) -> Computer:
    computer = Computer(unit)
    computer.run(1_000)
    computer.hello()
    computer.run(200)
    return computer


def test_its_button_opens_service_from_lockout_and_ends_a_fault() -> None:
    unit = make_unit("SIM-0001", hand="bench", seed=1, utc_s=UTC_S)
    slots.Memory(unit.board).write(slots.LATCH, bytes((codes.CAUSES.index("stuck-pump"),)))
    unit.power_cycle()
    computer = _greeted(unit)
    assert computer.run_until("LOCKOUT", most_ms=3_000)
    technician.unlocked(computer)
    assert unit.state == "SERVICE"

    computer = Computer(make_unit("SIM-0001", hand="bench", seed=1, utc_s=UTC_S, faults=["sensor-dead"]))
    computer.run_until("FAULT", most_ms=6_000)
    computer.unit.board.sensor.is_dead = False
    computer.hello()
    for _ in range(3):
        computer.ask(treatment.AcknowledgeRequest(computer.session))
        computer.run(10_000)
    assert computer.unit.state == "LINKED"


def test_the_regulator_holds_in_the_closed_fixture_from_below_and_from_above() -> None:
    computer = technician.opened("SIM-0004")
    for from_pa, to_pa in ((2_500, 5_000), (5_000, 15_000), (15_000, 25_000), (25_000, 17_500), (17_500, 2_500)):
        vacuum_pa = technician.hold(computer, from_pa, to_pa)
        sign = 1 if to_pa > from_pa else -1
        resting_pa = vacuum_pa[-100:]
        assert mean(resting_pa) == pytest.approx(to_pa, abs=70)
        assert max(resting_pa) - min(resting_pa) < 150
        if from_pa > 2_500:
            assert max(sign * (one - to_pa) for one in vacuum_pa) < 250
    assert computer.unit.state == "SERVICE"


def test_the_pump_may_run_on_with_one_drive_after_another() -> None:
    computer = technician.opened()
    technician.hold(computer, 2_500, 20_000)
    for _ in range(3):
        technician.drive(computer, codes.DRIVE_SET_POINT, 20_000, seconds=4)
        assert min(technician.watched(computer, 3_000)) > 19_500
    assert max(technician.watched(computer, 2_500)[-10:]) < 1_000
    assert computer.unit.state == "SERVICE"


def test_the_vacuum_goes_through_the_bleed_and_nothing_is_judged() -> None:
    computer = technician.opened()
    technician.hold(computer, 2_500, 20_000)
    technician.drive(computer, codes.DRIVE_OFF)
    vacuum_pa = technician.watched(computer, 3_000)
    reached = next(place for place, one in enumerate(vacuum_pa) if one < 6_000)
    assert 600 < reached * STEP_MS < 1_400
    assert (computer.unit.state, computer.unit.cause) == ("SERVICE", "none")


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.parametrize("serial", ["SIM-0001", "SIM-0004", "SIM-0012"])
def test_the_hand_pump_goes_past_25_kpa_until_the_wand_vents_by_itself(serial: str) -> None:
    """With the pump off and the vent closed; afterwards nothing is latched, and SERVICE opens anew."""
    computer = technician.opened(serial)
    unit = computer.unit
    technician.drive(computer, codes.DRIVE_OFF)
    vacuum_pa: list[float] = []
    while unit.state == "SERVICE" and len(vacuum_pa) < 2_000:
        computer.ask(bench.SignalRequest(computer.session, codes.SIGNALS.index("touch")))
        vacuum_pa += technician.watched(computer, 1_000)
    rates = [50 * (after - before) for before, after in pairwise(vacuum_pa) if 22_000 < before < 26_000]
    assert (unit.state, unit.cause) == ("LINKED", "over-hard-limit")
    assert 26_300 < max(vacuum_pa) < 27_100
    assert 900 < mean(rate for rate in rates if rate > 0) < 1_700
    assert [(codes.STATES[event.after], codes.CAUSES[event.cause]) for event in computer.events[-2:]] == [
        ("STOPPING", "over-hard-limit"),
        ("LINKED", "over-hard-limit"),
    ]
    assert max(technician.watched(computer, 4_000)) < 1_000
    assert computer.telemetry[-1].faults == 0
    technician.unlocked(computer)


def test_a_wand_that_does_not_vent_is_given_up() -> None:
    hand, air = BenchHand(), Pneumatics(Plant(volume_ml=70.0))
    hand.join(air)
    vacuum_pa = []
    for now_ms in range(STEP_MS, 40_000, STEP_MS):
        hand.step(now_ms, k.SIGNAL_TOUCH, False)
        vacuum_pa.append(air.step(0, False, hand.seal_mm2))
    assert 29_000 < max(vacuum_pa) < 29_500
    assert max(vacuum_pa[-100:]) < 1_000


def test_the_fixture_adds_its_volume_and_leaks_as_little_as_a_good_one() -> None:
    unit = make_unit("SIM-0001", hand="bench", seed=1, utc_s=UTC_S)
    assert unit.board.air.plant.volume_ml == draw_plant(Random("plant of SIM-0001")).volume_ml + FIXTURE_ML
    alone = Pneumatics(Plant(volume_ml=FIXTURE_ML, bleed_mm2=0.0))
    alone.vacuum_pa = 20_000.0
    for _ in range(30 * 50):
        alone.step(0, False, unit.board.hand.seal_mm2)
    assert 20_000 - alone.vacuum_pa == pytest.approx(250, rel=0.1)
