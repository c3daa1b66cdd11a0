"""Faults of a virtual wand: how they are written, and that the wand's program finds them."""

import pytest

from microderm_ctl.errors import UsageProblem
from microderm_ctl.simulator.faults import KINDS, Fault, parse_fault
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import codes
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
    ],
)
def test_bad_faults_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        parse_fault(text)


def test_every_kind_can_happen() -> None:
    unit = make_unit(hand="none", seed=1, utc_s=UTC_S)
    for kind in KINDS:
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
