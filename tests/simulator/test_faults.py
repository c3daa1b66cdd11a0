"""Faults of a virtual wand: how they are written, and that the wand's program finds them."""

from binascii import crc32
from pathlib import Path
from statistics import mean

import pytest

from microderm_ctl.errors import UsageProblem
from microderm_ctl.firmware import memory as slots
from microderm_ctl.simulator.errors_model import UnitErrors
from microderm_ctl.simulator.faults import KINDS, Fault, parse_fault
from microderm_ctl.simulator.sensor import factory_record
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import codes
from microderm_protocol.messages import bench, handshake
from tests.simulator import technician
from tests.simulator.computer import UTC_S, Computer


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("stuck-pump", Fault("stuck-pump", "on")),
        ("stuck-pump=off@2.5", Fault("stuck-pump", "off", 0.0, 2_500)),
        ("stuck-vent=open", Fault("stuck-vent", "open")),
        ("clogged-filter", Fault("clogged-filter", "", 50.0)),
        ("sensor-frozen@10", Fault("sensor-frozen", "", 0.0, 10_000)),
        ("sensor-drifting=-20", Fault("sensor-drifting", "", -20.0)),
        ("tip=coarse@20", Fault("tip", "coarse", 0.0, 20_000)),
        ("late-step=100@1", Fault("late-step", "", 100.0, 1_000)),
        ("stuck-bit", Fault("stuck-bit", "", 7.0)),
        ("memory-forgets", Fault("memory-forgets", "records")),
        ("swap=SIM-0009@5", Fault("swap", "SIM-0009", 0.0, 5_000)),
    ],
)
def test_faults_are_read(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stuck-pumpe", "Did you mean 'stuck-pump'"),
        ("", "There is no fault ''"),
        ("stuck-pump=fast", "not a value"),
        ("tip", "not a value"),
        ("sensor-frozen=1", "takes no value"),
        ("clogged-filter=", "not a number"),
        ("clogged-filter=nan", "not a number from 1 to"),
        ("brown-out=1e9", "not a number"),
        ("stuck-pump@later", "not a number"),
        ("stuck-pump@-1", "not a number"),
        ("stuck-bit=1.5", "not a whole number"),
        ("stuck-bit=15", "not a whole number from 2 to 14"),
        ("leak=0", "not a number"),
        ("swap", "not a serial number"),
        ("swap=../x", "not a serial number"),
    ],
)
def test_bad_faults_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        parse_fault(text)


def test_every_kind_can_happen() -> None:
    unit = make_unit(hand="none", seed=1, utc_s=UTC_S)
    unit.break_now(parse_fault("swap=SIM-0002"))
    for kind in KINDS:
        if kind != "swap":
            unit.break_now(parse_fault("tip=none" if kind == "tip" else kind))
    unit.run(100)
    assert unit.board.tip_ohm() >= 1_000_000
    assert unit.board.raw_pressure() == 0


@pytest.mark.hazard("H-07", "wand")
@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-18", "wand")
@pytest.mark.hazard("H-22", "wand")
@pytest.mark.hazard("H-38", "wand")
@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        ("stuck-pump@6", {"over-trip", "stuck-pump"}),
        ("sensor-frozen@6", {"sensor-frozen"}),
        ("sensor-dead@6", {"sensor-range"}),
        ("sensor-noisy=200@6", {"over-trip", "over-hard-limit", "sensor-jump", "sensor-range"}),
        ("tip=coarse@6", {"tip-changed"}),
        ("tip=none@6", {"tip-missing"}),
        ("late-step@6", {"late-step"}),
        ("brown-out@6", {"reset"}),
    ],
)
def test_the_wand_finds_a_fault_and_stops(fault: str, causes: set[str]) -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=[fault]))
    computer.begin(20_000, seconds=8)
    computer.run(5_900 - computer.unit.now_ms)
    assert (computer.unit.state, computer.unit.signal) == ("RUN", "running")
    computer.run_until("FAULT", "LOCKOUT", "LINKED", "SAFE", "COOLDOWN", "HOLD", most_ms=30_000)
    stops = [codes.CAUSES[event.cause] for event in computer.events if event.before == codes.RUN]
    assert (stops or [computer.unit.cause])[0] in causes
    assert computer.unit.board.duty == 0


def test_a_pump_that_never_turns_never_seals() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=["stuck-pump=off"]))
    computer.begin(8_000)
    computer.run_until("HOLD", most_ms=20_000)
    assert computer.unit.cause == "unsealed"


@pytest.mark.hazard("H-21", "wand")
def test_a_clogged_filter_is_more_than_the_pump_can_do() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=["clogged-filter=2000"]))
    computer.begin(20_000)
    computer.run_until("HOLD", "FAULT", most_ms=20_000)
    assert computer.unit.board.duty == 0


@pytest.mark.hazard("H-19", "wand")
def test_a_vent_that_does_not_open_is_found_when_the_vacuum_stays() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=["stuck-vent@6"]))
    computer.begin(20_000, seconds=8)
    computer.run_until("FAULT", most_ms=30_000)
    assert computer.unit.cause == "stuck-vent"


@pytest.mark.hazard("H-23", "wand")
def test_a_sensor_that_drifts_down_is_found_by_what_the_pump_must_do() -> None:
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, faults=["sensor-drifting=-2000@6"]))
    computer.begin(10_000, seconds=60)
    computer.run_until("HOLD", "FAULT", most_ms=60_000)
    assert computer.unit.cause in ("no-seal-drive", "sensor-duty")


def committed(computer: Computer) -> bytes:
    """Write another calibration into a unit in SERVICE, as it says that it did."""
    unit = computer.unit
    content = factory_record(UnitErrors(gain=0.01), unit.serial, UTC_S)
    computer.ask(bench.StageRequest(computer.session, slots.CALIBRATION, len(content), content.ljust(48, b"\0")))
    answer = computer.ask(bench.CommitRequest(computer.session, slots.CALIBRATION, crc32(content)))
    assert isinstance(answer, bench.CommitAnswer)
    return content


def recorded(computer: Computer) -> bytes:
    """The calibration as it stands in memory."""
    answer = computer.ask(bench.RecordRequest(computer.session, slots.CALIBRATION))
    return bytes(answer.content[: answer.length])


@pytest.mark.parametrize("kept_in_files", [False, True])
def test_a_memory_that_forgets_reads_well_until_the_restart(kept_in_files: bool, tmp_path: Path) -> None:
    computer = technician.opened(faults=["memory-forgets"], memory=tmp_path if kept_in_files else None)
    before = recorded(computer)
    content = committed(computer)
    assert recorded(computer) == content != before
    computer.unit.power_cycle()
    computer.run(1_000)
    computer.hello()
    computer.run(100)
    technician.unlocked(computer)
    assert recorded(computer) == before


def test_a_sound_memory_keeps_what_was_committed() -> None:
    computer = technician.opened()
    content = committed(computer)
    computer.unit.power_cycle()
    computer.run(1_000)
    computer.hello()
    computer.run(100)
    technician.unlocked(computer)
    assert recorded(computer) == content


def test_another_wand_hangs_on_the_cable(tmp_path: Path) -> None:
    computer = technician.opened("SIM-0001", faults=["swap=SIM-0002@10"], memory=tmp_path)
    unit = computer.unit
    key, zero = unit.board.read_slot(28), unit.board.sensor.errors.offset_pa
    assert computer.run_until("SAFE", most_ms=6_000) == "SAFE"
    assert computer.ask(handshake.IdentityRequest()).serial.rstrip(b"\0") == b"SIM-0002"
    assert unit.serial == "SIM-0002"
    assert unit.board.read_slot(28) != key
    assert unit.board.sensor.errors.offset_pa != zero
    assert computer.ask(bench.MeasureRequest(computer.session)).code == 21
    assert {path.name for path in tmp_path.iterdir()} == {"SIM-0001", "SIM-0002"}
    computer.hello()
    computer.run(100)
    technician.unlocked(computer)


def test_an_aged_sensor_reads_off_by_what_its_gain_has_moved() -> None:
    sound, aged = technician.opened(), technician.opened(faults=["sensor-aged=0.03"])
    seen = []
    for computer in (sound, aged):
        computer.unit.board.air.vacuum_pa = 20_000
        seen.append(mean(computer.unit.board.raw_pressure() for _ in range(500)))
    assert (seen[1] - seen[0]) * 2 == pytest.approx(600, abs=10)


def test_a_leak_of_the_fixture_lets_the_vacuum_go_faster() -> None:
    fallen = []
    for faults in ([], ["leak=0.1"]):
        computer = technician.opened(faults=faults)
        technician.hold(computer, 2_500, 15_000)
        technician.drive(computer, codes.DRIVE_OFF)
        fallen.append(next(place for place, one in enumerate(technician.watched(computer, 3_000)) if one < 6_000))
    assert fallen[1] < 0.7 * fallen[0]
