"""Each cause stops the pump and opens the vent within one step, and is kept."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.state import FIELDS, ROW_FIELDS
from microderm_protocol.messages import handshake, treatment
from tests.firmware.rig import PlainBoard, Rig


def test_it_runs_when_nothing_is_wrong() -> None:
    """Without this, every other test here would pass on a wand that never starts."""
    rig = Rig().run()
    assert rig.mode == k.RUN
    assert rig.board.duty > 0
    assert rig.app.state.sealed


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.hazard("H-07", "wand")
@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-12", "wand")
@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-19", "wand")
@pytest.mark.hazard("H-22", "wand")
@pytest.mark.hazard("H-31", "wand")
@pytest.mark.hazard("H-37", "wand")
@pytest.mark.hazard("H-48", "wand")
@pytest.mark.parametrize(
    ("inputs", "cause"),
    [
        ({"line": False}, k.HANG_UP),
        ({"pressed": True}, k.BUTTON),
        ({"vacuum_pa": 9_300}, k.OVER_TRIP),
        ({"vacuum_pa": 26_800}, k.OVER_HARD),
        ({"tip": 2_200}, k.TIP_CHANGED),
        ({"tip": k.TIP_ABSENT_OHM}, k.TIP_MISSING),
        ({"temperature": 560}, k.TEMPERATURE),
        ({"temperature": -10}, k.TEMPERATURE),
        ({"supply": 4_300}, k.SUPPLY),
        ({"supply": 5_600}, k.SUPPLY),
        ({"vacuum_pa": -3_000}, k.SENSOR_RANGE),
    ],
)
def test_one_step_is_enough(inputs: dict[str, Any], cause: int) -> None:
    """What is seen in a step stops in that step; the first cause is kept."""
    rig = Rig().run()
    rig.steps(1, **inputs)
    assert rig.is_off
    assert rig.mode == k.STOPPING
    assert rig.cause == cause


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.parametrize("cap", [5_000, 6_500, 8_000, 10_000, 25_000])
def test_the_trip_is_where_the_design_puts_it(cap: int) -> None:
    """Cap + 15 %, at least 0.6 and at most 1.5 kPa above it: one pascal less runs, one more stops."""
    trip = cap + min(max(cap * 15 // 100, 600), 1_500)
    assert k.trip_of(k.Constants(), cap) == trip
    rig = Rig().run(rows=((cap, 10, 1_000),))
    rig.board.noise = 1  # the next reading carries no noise
    rig.steps(1, vacuum_pa=trip)
    assert rig.mode == k.RUN
    rig.board.noise = 1
    rig.steps(1, vacuum_pa=trip + 2)
    assert (rig.mode, rig.cause) == (k.STOPPING, k.OVER_TRIP)


@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-10", "wand")
@pytest.mark.hazard("H-11", "wand")
def test_the_lease_lapses_after_500_ms() -> None:
    """25 steps after the last renewal the pump is off, not one later; before that it runs."""
    rig = Rig().run()
    rig.ask(treatment.RenewRequest(rig.session, rig.board.ticks))
    rig.renews = False
    rig.steps(24)
    assert rig.mode == k.RUN
    rig.steps(1)
    assert rig.is_off
    assert rig.cause == k.LEASE


@pytest.mark.hazard("H-11", "wand")
@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-16", "wand")
def test_a_stale_tick_renews_nothing() -> None:
    """An echo of 320 ms ago is refused, one of 300 ms ago is taken; a future one is refused."""
    rig = Rig().run()
    now = rig.board.ticks
    assert rig.ask(treatment.RenewRequest(rig.session, now - 300)).tick_ms == now
    before = rig.app.state.lease
    for echo in (now - 320, now + 20, 0):
        nak = rig.ask(treatment.RenewRequest(rig.session, echo))
        assert (nak.code, nak.allowed) == (22, 300)
    assert rig.app.state.lease == before


def test_renewals_across_the_wrap_of_the_tick() -> None:
    """Ticks wrap at 2**30 ms; the age of an echo is right on both sides of it."""
    board = PlainBoard()
    board.ticks = k.TICK_MASK - 2_000
    rig = Rig(board).run()
    rig.steps(200)
    assert rig.mode == k.RUN
    assert board.ticks < 100_000


@pytest.mark.hazard("H-03", "wand")
@pytest.mark.hazard("H-20", "wand")
def test_dwell_holds_and_motion_goes_on() -> None:
    """A second without motion leads to HOLD; it is left only once motion was seen."""
    rig = Rig().run()
    rig.steps(49, motion=0)
    assert rig.mode == k.RUN
    rig.steps(1)
    assert rig.is_off
    assert (rig.mode, rig.cause) == (k.HOLD, k.DWELL)
    rig.steps(80, vacuum_pa=0)
    assert rig.ask(treatment.ResumeRequest(rig.session)).code == 20
    rig.steps(3, motion=100)
    assert rig.mode == k.RUN


def test_moving_resets_dwell() -> None:
    """Only time without motion counts as dwell."""
    rig = Rig().run()
    for _ in range(5):
        rig.steps(30, motion=0)
        rig.steps(1, motion=100)
    assert rig.mode == k.RUN


@pytest.mark.hazard("H-04", "wand")
def test_a_zone_is_used_up_to_the_step() -> None:
    """Sealed steps count, unsealed ones do not; at the limit it holds."""
    rig = Rig().run(rows=((8_000, 2, 1_000), (8_000, 2, 1_000)))
    used = rig.app.state.used[0]
    rig.steps(50, vacuum_pa=0)
    rig.steps(1, vacuum_pa=8_000)
    assert rig.app.state.used[0] - used <= 2
    rig.steps(100 - rig.app.state.used[0] - 1)
    assert rig.mode == k.RUN
    rig.steps(2)
    assert (rig.mode, rig.cause) == (k.HOLD, k.ZONE_DONE)
    assert rig.app.state.used[0] == 100


def test_counts_survive_every_change_of_zone() -> None:
    """Naming a row again gives no time back."""
    rig = Rig().run(rows=((8_000, 2, 1_000), (8_000, 2, 1_000)))
    rig.steps(50)
    rig.ask(treatment.PauseRequest(rig.session))
    left = rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000)).left_ms
    assert left < 1_100
    rig.ask(treatment.ZoneRequest(rig.session, 1, 8_000))
    assert rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000)).left_ms == left


@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-05", "wand")
@pytest.mark.hazard("H-26", "wand")
@pytest.mark.hazard("H-27", "wand")
def test_the_treatment_ends_and_cools_down() -> None:
    """A used-up budget leads through STOPPING to 30 powered minutes, kept across power-off."""
    rig = Rig().run(treatment_ms=2_000)
    rig.steps(100)
    assert rig.cause == k.TREATMENT_DONE
    rig.steps(3, vacuum_pa=0)
    assert rig.mode == k.COOLDOWN
    rig.steps(3_000)
    rig = rig.power_cycle()
    assert rig.mode == k.COOLDOWN
    rig.hello()
    nak = rig.arm()
    assert nak.code == 32
    assert nak.allowed <= 1_740_000 + 1_000
    rig.steps(87_200)
    rig.hello()
    rig.steps(2)
    assert rig.arm().command_id == 77


@pytest.mark.hazard("H-47", "wand")
def test_ten_seconds_without_a_seal_hold() -> None:
    """A wand in the air is not left sucking."""
    rig = Rig().run()
    rig.steps(499, vacuum_pa=0)
    assert rig.mode == k.RUN
    rig.steps(2)
    assert (rig.mode, rig.cause) == (k.HOLD, k.UNSEALED)


@pytest.mark.hazard("H-47", "wand")
def test_hold_ends_after_five_minutes_with_a_warning_at_four() -> None:
    """HOLD does not last for ever."""
    rig = Rig().run()
    rig.ask(treatment.PauseRequest(rig.session))
    rig.steps(12_001, vacuum_pa=0)
    assert rig.board.signal == k.SIGNAL_WARNING
    rig.steps(2_997)
    assert rig.mode == k.HOLD
    rig.steps(3)
    assert rig.cause == k.HOLD_TIMEOUT
    assert rig.mode in (k.STOPPING, k.LINKED)


@pytest.mark.hazard("H-04", "wand")
def test_thirty_minutes_after_the_press_it_ends() -> None:
    """Whatever was sealed: a treatment has an end in time too."""
    rig = Rig().run(rows=((8_000, 360, 1_000),), treatment_ms=360_000)
    rig.app.state.wall = k.Constants.wall_steps - 2
    rig.steps(1)
    assert rig.mode == k.RUN
    rig.steps(1)
    assert rig.cause == k.TREATMENT_TIMEOUT


@pytest.mark.parametrize("drift_pa", [-700, 700])
def test_a_sensor_that_drifts_is_found_once_the_wand_is_vented(drift_pa: int) -> None:
    """A second into HOLD it must read ambient, give or take 600 Pa."""
    rig = Rig().run()
    rig.ask(treatment.PauseRequest(rig.session))
    rig.board.vent_works = False  # the rig leaves the reading alone
    rig.steps(49, vacuum_pa=drift_pa)
    assert rig.mode == k.HOLD
    rig.steps(5)
    assert rig.cause == k.SENSOR_RANGE


def test_zero_is_taken_in_the_self_test_and_again_after_a_start() -> None:
    """Within 1 kPa of the calibrated zero a start takes ambient for zero, however long the button is held; beyond, it is a fault."""
    board = PlainBoard()
    board.vacuum_pa, board.vent_works, board.pressed = -800, False, True
    rig = Rig(board)
    rig.steps(30)
    assert rig.mode == k.SELF_TEST
    rig.steps(40, pressed=False)
    assert rig.mode == k.SAFE
    assert abs(rig.app.measured.vacuum_pa) < 10
    other = PlainBoard()
    other.vacuum_pa, other.vent_works = -1_100, False
    assert Rig(other).mode == k.FAULT


@pytest.mark.hazard("H-22", "wand")
def test_a_frozen_sensor() -> None:
    """Equal readings for 200 ms while the pump runs are no readings."""
    rig = Rig().run()

    def frozen() -> int:
        return 12_192

    rig.board.raw_pressure = frozen  # type: ignore[method-assign]
    rig.steps(9)
    assert rig.mode == k.RUN
    rig.steps(2)
    assert rig.cause == k.SENSOR_FROZEN


@pytest.mark.hazard("H-22", "wand")
def test_a_jumping_sensor() -> None:
    """No pump of the band pulls 15 kPa in a step."""
    rig = Rig().run(rows=((25_000, 60, 1_000),))
    rig.steps(1, vacuum_pa=2_000)
    rig.steps(1, vacuum_pa=18_000)
    assert rig.cause == k.SENSOR_JUMP


@pytest.mark.hazard("H-21", "wand")
@pytest.mark.hazard("H-23", "wand")
@pytest.mark.hazard("H-45", "wand")
def test_full_duty_that_does_not_reach_the_set_point() -> None:
    """Two seconds of it hold; the third time it is a fault."""
    rig = Rig().run(rows=((10_000, 60, 1_000),))
    for _ in range(2):
        rig.steps(115, vacuum_pa=3_000)
        assert (rig.mode, rig.cause) == (k.HOLD, k.NO_SEAL_DRIVE)
        rig.steps(60, vacuum_pa=0)
        assert rig.mode == k.RUN
    rig.steps(115, vacuum_pa=3_000)
    rig.steps(3, vacuum_pa=0)
    assert (rig.mode, rig.cause) == (k.FAULT, k.SENSOR_DUTY)


@pytest.mark.hazard("H-18", "wand")
def test_current_while_off_locks_the_wand() -> None:
    """A pump that runs by itself: vent open, locked, and locked after a power cycle."""
    rig = Rig().run()
    rig.ask(handshake.StopRequest())
    rig.steps(20, vacuum_pa=0, current=200)
    assert (rig.mode, rig.cause) == (k.LOCKOUT, k.STUCK_PUMP)
    assert rig.is_off
    rig.board.current = 0
    rig = rig.power_cycle()
    assert rig.mode == k.LOCKOUT
    rig.hello()
    assert rig.arm().code == 31
    rig.press()
    assert rig.mode == k.LOCKOUT


@pytest.mark.hazard("H-19", "wand")
def test_vacuum_that_does_not_fall() -> None:
    """300 ms after the vent opened, vacuum must be nearly gone."""
    rig = Rig().run()
    rig.ask(handshake.StopRequest())
    rig.steps(14, vacuum_pa=5_000, vent_works=False)
    assert rig.mode == k.STOPPING
    rig.steps(4)
    assert (rig.mode, rig.cause) == (k.FAULT, k.STUCK_VENT)


@pytest.mark.hazard("H-38", "wand")
def test_a_late_step() -> None:
    """More than 50 ms late stops; less is only counted."""
    rig = Rig().run()
    rig.board.ticks += 50
    rig.steps(1)
    assert rig.mode == k.RUN
    rig.board.ticks += 60
    rig.steps(1)
    assert rig.cause == k.LATE_STEP
    assert rig.app.late_ms == 110


@pytest.mark.hazard("H-18", "wand")
@pytest.mark.hazard("H-19", "wand")
@pytest.mark.hazard("H-22", "wand")
def test_fault_is_left_by_acknowledge_and_press_alone() -> None:
    """And only with its cause gone."""
    rig = Rig().run()
    rig.steps(3, temperature=600, vacuum_pa=0)
    assert rig.mode == k.FAULT
    rig.press()
    assert rig.mode == k.FAULT
    rig.ask(treatment.AcknowledgeRequest(rig.session))
    rig.press()
    assert rig.mode == k.FAULT
    rig.board.temperature = 300
    rig.press()
    rig.steps(40)
    assert rig.mode in (k.SAFE, k.LINKED)


def test_a_snapshot_is_the_whole_state() -> None:
    """Taken over by another state, it goes on the same; every field is in it."""
    rig = Rig().run()
    snapshot = rig.app.state.snapshot()
    other = Rig().app.state
    other.restore(snapshot)
    assert other.snapshot() == snapshot
    assert set(FIELDS) | set(ROW_FIELDS) == set(vars(type(other))["__slots__"])
    assert all(type(one) is int for row in snapshot for one in row)
