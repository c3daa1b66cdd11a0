"""SERVICE: a fence that wants key, button and lease, and behind it the same hard limits."""

import binascii
from typing import Any

import pytest

from microderm_ctl.firmware import calibration, memory, unlock
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_protocol.messages import bench, handshake, treatment
from tests.firmware.rig import SERIAL, PlainBoard, Rig

SERVICE_KEY = b"the service centre's own"
ALL = 7
HOST_NONCE = bytes(range(16))


def keyed() -> Rig:
    """Return a unit with its key, in a session with a live lease."""
    rig = Rig()
    memory.Memory(rig.board).write(memory.KEY, unlock.unit_key(SERVICE_KEY, SERIAL))
    rig = rig.power_cycle()
    rig.hello()
    rig.steps(1)
    return rig


def try_unlock(rig: Rig, service_key: bytes = SERVICE_KEY, functions: int = ALL, seconds: int = 600, claimed: int | None = None) -> Any:
    """Hold the button for 3 s and answer the challenge."""
    nonce = rig.ask(bench.ChallengeRequest(rig.session, HOST_NONCE)).nonce
    rig.steps(155, pressed=True)
    code = unlock.code_for(unlock.unit_key(service_key, SERIAL), nonce, HOST_NONCE, SERIAL, functions, seconds)
    answer = rig.ask(bench.UnlockRequest(rig.session, functions if claimed is None else claimed, seconds, code))
    rig.steps(2, pressed=False)
    return answer


def opened(functions: int = ALL) -> Rig:
    """Return a unit in SERVICE."""
    rig = keyed()
    assert try_unlock(rig, functions=functions).functions == functions
    assert rig.mode == k.SERVICE
    return rig


def drive(rig: Rig, mode: int, **fields: Any) -> Any:
    """Send DRIVE."""
    request = bench.DriveRequest(rig.session, mode, 8_000, 30_000, 0, 10)
    return rig.ask(request._replace(**fields))


def test_hmac_is_the_published_one() -> None:
    """RFC 4231, case 2."""
    wanted = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert unlock.hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == wanted


def test_the_right_code_with_the_button_held_opens() -> None:
    """And the pump is still off."""
    rig = opened()
    assert rig.is_off


@pytest.mark.hazard("H-31", "wand")
def test_without_the_button_held_it_stays_shut() -> None:
    """Presence beats cryptography against a script."""
    rig = keyed()
    nonce = rig.ask(bench.ChallengeRequest(rig.session, HOST_NONCE)).nonce
    code = unlock.code_for(unlock.unit_key(SERVICE_KEY, SERIAL), nonce, HOST_NONCE, SERIAL, ALL, 600)
    rig.steps(140, pressed=True)
    nak = rig.ask(bench.UnlockRequest(rig.session, ALL, 600, code))
    assert nak.code == w.HOLD_BUTTON
    assert rig.mode == k.LINKED


@pytest.mark.hazard("H-31", "wand")
@pytest.mark.parametrize("wrong", [{"service_key": b"another"}, {"claimed": 1}])
def test_a_wrong_code_is_refused_and_costs_time(wrong: dict[str, Any]) -> None:
    """Doubling from a second, kept across power-off; then the right one opens."""
    rig = keyed()
    assert try_unlock(rig, **wrong).code == w.LOCKED
    assert try_unlock(rig, **wrong).code == w.LOCKED
    assert rig.app.unlock.failures == 2
    rig = rig.power_cycle()
    assert rig.app.unlock.wait_ms > 1_000
    rig.hello()
    rig.steps(1)
    assert 1 <= rig.ask(bench.ChallengeRequest(rig.session, HOST_NONCE)).back_off_s <= 2
    nak = rig.ask(bench.UnlockRequest(rig.session, ALL, 600, bytes(32)))
    assert nak.code == w.BACK_OFF
    rig.steps(100)
    assert try_unlock(rig).functions == ALL
    assert rig.app.unlock.failures == 0


def test_a_code_is_good_once() -> None:
    """The challenge is void after any attempt; a recorded exchange opens nothing."""
    rig = keyed()
    nonce = rig.ask(bench.ChallengeRequest(rig.session, HOST_NONCE)).nonce
    code = unlock.code_for(unlock.unit_key(SERVICE_KEY, SERIAL), nonce, HOST_NONCE, SERIAL, ALL, 600)
    rig.steps(155, pressed=True)
    assert rig.ask(bench.UnlockRequest(rig.session, ALL, 600, code)).functions == ALL
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(3)
    assert rig.mode == k.LINKED
    assert rig.ask(bench.UnlockRequest(rig.session, ALL, 600, code)).code == w.LOCKED
    assert rig.mode == k.LINKED


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.hazard("H-31", "wand")
@pytest.mark.parametrize(
    ("inputs", "cause"),
    [
        ({"line": False}, k.HANG_UP),
        ({"renews": False}, k.LEASE),
        ({"vacuum_pa": 26_800}, k.OVER_HARD),
        ({"temperature": 600}, k.TEMPERATURE),
        ({"supply": 4_000}, k.SUPPLY),
    ],
)
def test_the_hard_limits_hold_for_technicians_too(inputs: dict[str, Any], cause: int) -> None:
    """Lease, line, 26.7 kPa, temperature and supply stop the pump and close SERVICE."""
    rig = opened()
    drive(rig, k.DRIVE_DUTY)
    rig.steps(1)
    for vacuum in (7_000, 14_000, 20_000):
        rig.steps(1, vacuum_pa=vacuum)
    assert rig.board.duty == 30_000
    inputs = dict(inputs)
    rig.renews = inputs.pop("renews", True)
    rig.steps(26 if cause == k.LEASE else 1, **inputs)
    assert rig.is_off
    assert rig.cause == cause
    assert rig.mode != k.SERVICE


def test_no_set_point_above_25_kpa() -> None:
    """The codec refuses to build it; a forged frame is refused by the wand."""
    rig = opened()
    assert drive(rig, k.DRIVE_SET_POINT, set_point_pa=25_000).set_point_pa == 25_000
    assert w.bad_field(w.DRIVE, (rig.session, 1, 25_001, 0, 0, 10)) == 2


def test_a_drive_ends_by_itself_and_by_the_button() -> None:
    """After its seconds, or with a press; SERVICE stays open."""
    rig = opened()
    drive(rig, k.DRIVE_SET_POINT, seconds=2)
    rig.steps(1)
    rig.steps(97, vacuum_pa=5_000)
    assert not rig.is_off
    rig.steps(3)
    assert rig.is_off
    drive(rig, k.DRIVE_DUTY)
    rig.steps(2)
    rig.press()
    assert rig.is_off
    assert rig.mode == k.SERVICE


def test_a_closed_chamber_may_hold_its_vacuum() -> None:
    """With the pump off and the vent closed nothing is judged stuck: that is the leak test."""
    rig = opened()
    drive(rig, k.DRIVE_OFF, vent_open=0, set_point_pa=0, duty=0, seconds=0)
    rig.steps(1)
    for part in range(1, 6):
        rig.steps(2, vacuum_pa=4_000 * part)
    rig.steps(500)
    assert rig.mode == k.SERVICE
    assert not rig.board.vent


def test_service_idles_out_and_runs_out() -> None:
    """Five minutes without a request, or the time it was opened for."""
    rig = opened()
    rig.app.state.service_idle = k.Constants.service_idle_steps - 2
    rig.steps(3)
    assert rig.cause == k.SERVICE_TIME
    other = opened()
    other.app.state.service = 2
    other.steps(3)
    assert other.cause == k.SERVICE_TIME


def test_functions_that_were_not_opened_stay_shut() -> None:
    """An unlock to drive does not write, one to write does not clear the latch."""
    rig = opened(functions=1)
    assert rig.ask(bench.StageRequest(rig.session, 1, 1, bytes(48))).code == w.LOCKED
    assert rig.ask(bench.ClearLatchRequest(rig.session)).code == w.LOCKED
    assert drive(rig, k.DRIVE_OFF, seconds=0).mode == 0


def test_measure_sums_and_begins_anew() -> None:
    """Count, bounds, sum and squares of the raw readings."""
    rig = opened()
    rig.ask(bench.MeasureRequest(rig.session))
    rig.steps(10)
    answer = rig.ask(bench.MeasureRequest(rig.session))
    assert answer.readings == 10
    assert (answer.raw_least, answer.raw_most) == (8_192, 8_193)
    assert answer.raw_sum == 81_925
    assert answer.square_sum_low == (5 * 8_192**2 + 5 * 8_193**2) & 0xFFFFFFFF


def test_commit_restart_and_unlock_again() -> None:
    """Staged, checked, written, read back; in force after the restart; the token opens once."""
    rig = keyed()
    token = try_unlock(rig).token
    content = calibration.build(8_200, SERIAL, 1_780_000_000, 8_300, 10)
    padded = content + bytes(48 - len(content))
    staged = rig.ask(bench.StageRequest(rig.session, 1, len(content), padded))
    assert staged.crc32 == binascii.crc32(content)
    assert rig.ask(bench.CommitRequest(rig.session, 1, staged.crc32 ^ 1)).code == w.BAD_VALUE
    before = rig.app.gain
    written = rig.ask(bench.CommitRequest(rig.session, 1, staged.crc32))
    assert rig.app.gain == before
    shown = rig.ask(bench.RecordRequest(rig.session, 1))
    assert (shown.generation, shown.content[: shown.length]) == (written.generation, content)
    rig = rig.power_cycle()
    assert rig.app.gain == 8_300
    rig.hello()
    rig.steps(1)
    again = rig.ask(bench.UnlockAgainRequest(rig.session, token))
    assert again.functions == ALL
    assert again.seconds <= 600
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(3)
    assert rig.ask(bench.UnlockAgainRequest(rig.session, token)).code == w.LOCKED
    rig = rig.power_cycle()
    rig.hello()
    rig.steps(1)
    assert rig.ask(bench.UnlockAgainRequest(rig.session, token)).code == w.LOCKED


def test_a_record_of_another_unit_is_not_staged() -> None:
    """Nor one whose numbers no sensor could have."""
    rig = opened()
    for content in (calibration.build(8_200, b"MD-0002", 5, 8_300, 0), calibration.build(8_200, SERIAL, 5, 20_000, 0), b"x"):
        padded = content + bytes(48 - len(content))
        assert rig.ask(bench.StageRequest(rig.session, 1, len(content), padded)).code == w.BAD_VALUE


@pytest.mark.hazard("H-25", "wand")
def test_nothing_is_written_while_anything_is_driven() -> None:
    """COMMIT waits for pump off and vent open."""
    rig = opened()
    staged = rig.ask(bench.StageRequest(rig.session, 2, 4, b"duty" + bytes(44)))
    drive(rig, k.DRIVE_DUTY)
    rig.steps(1)
    assert rig.ask(bench.CommitRequest(rig.session, 2, staged.crc32)).code == w.WRONG_STATE


def test_a_lockout_is_left_through_service_alone() -> None:
    """The latch goes by CLEAR_LATCH, with nothing wrong any more; leaving without it leads back."""
    rig = keyed()
    rig.steps(20, current=200)
    assert rig.mode == k.LOCKOUT
    rig.board.current = 0
    try_unlock(rig)
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(3)
    assert rig.mode == k.LOCKOUT
    try_unlock(rig)
    assert rig.ask(bench.ClearLatchRequest(rig.session)).cause == k.STUCK_PUMP
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(3)
    assert rig.mode == k.LINKED
    assert rig.power_cycle().mode == k.SAFE


@pytest.mark.hazard("H-18", "wand")
def test_a_fault_in_service_is_no_way_around_the_latch() -> None:
    """It ends in FAULT; acknowledge, press and a sound self-test lead back to LOCKOUT, not to SAFE."""
    rig = keyed()
    rig.steps(20, current=200)
    rig.board.current = 0
    try_unlock(rig)
    rig.steps(3, temperature=600)
    assert rig.mode == k.FAULT
    rig.board.temperature = 250
    rig.ask(treatment.AcknowledgeRequest(rig.session))
    rig.press()
    assert rig.mode == k.SELF_TEST
    rig.steps(30)
    assert (rig.mode, rig.cause) == (k.LOCKOUT, k.STUCK_PUMP)


@pytest.mark.hazard("H-18", "wand")
def test_the_latch_is_not_cleared_while_anything_is_driven() -> None:
    """It is written, and writing waits for pump off and vent open."""
    rig = keyed()
    rig.steps(20, current=200)
    rig.board.current = 0
    try_unlock(rig)
    drive(rig, k.DRIVE_OFF, vent_open=0, set_point_pa=0, duty=0, seconds=0)
    rig.steps(1)
    assert rig.ask(bench.ClearLatchRequest(rig.session)).code == w.WRONG_STATE
    assert rig.app.state.latched == k.STUCK_PUMP


@pytest.mark.hazard("H-31", "wand")
@pytest.mark.parametrize("how", ["stop", "hello"])
def test_a_self_test_does_not_carry_service_over_stop_or_hello(how: str) -> None:
    """It ends in LINKED: another session must unlock for itself."""
    rig = opened()
    rig.ask(bench.SelfTestRequest(rig.session))
    rig.hello() if how == "hello" else rig.ask(handshake.StopRequest())
    rig.steps(30)
    assert rig.mode == k.LINKED


def test_a_self_test_lets_go_at_once() -> None:
    """Pump off and vent open before the answer leaves, and no drive goes on after it."""
    rig = opened()
    drive(rig, k.DRIVE_DUTY)
    rig.steps(1)
    rig.ask(bench.SelfTestRequest(rig.session))
    assert rig.is_off
    drive_left = opened()
    drive(drive_left, k.DRIVE_OFF, vent_open=0, set_point_pa=0, duty=0, seconds=0)
    drive_left.steps(1)
    drive_left.ask(bench.SelfTestRequest(drive_left.session))
    drive_left.steps(30)
    assert drive_left.mode == k.SERVICE
    assert drive_left.is_off


def test_service_is_no_way_out_of_a_fault() -> None:
    """A unit in FAULT is acknowledged first."""
    rig = keyed()
    rig.board.vacuum_pa, rig.board.vent_works = 3_000, False
    rig.steps(30)
    assert rig.mode == k.FAULT
    assert try_unlock(rig).code == w.WRONG_STATE


def test_the_self_test_comes_back_to_service() -> None:
    """And says what ambient read."""
    rig = opened()
    rig.ask(bench.SelfTestRequest(rig.session))
    assert rig.mode == k.SELF_TEST
    rig.steps(30)
    assert rig.mode == k.SERVICE
    answer = rig.ask(bench.SelfTestRequest(rig.session))
    assert (answer.faults, answer.zero_raw, answer.noise_raw) == (0, 8_192, 1)


def test_a_signal_to_find_the_unit() -> None:
    """For three seconds."""
    rig = opened()
    rig.ask(bench.SignalRequest(rig.session, k.SIGNAL_IDENTIFY))
    rig.steps(2)
    assert rig.board.signal == k.SIGNAL_IDENTIFY
    rig.steps(150)
    assert rig.board.signal == k.SIGNAL_SERVICE


def test_stop_and_hello_close_service() -> None:
    """Whoever holds it must unlock again."""
    for request in (handshake.StopRequest(), None):
        rig = opened()
        drive(rig, k.DRIVE_DUTY)
        rig.steps(1)
        rig.hello() if request is None else rig.ask(request)
        assert rig.is_off
        rig.steps(3)
        assert rig.mode == k.LINKED


def test_a_service_unit_does_not_treat() -> None:
    """ARM is for LINKED alone, and a treatment's messages do nothing here."""
    rig = opened()
    assert rig.arm().code == w.WRONG_STATE
    assert rig.ask(treatment.ResumeRequest(rig.session)).code == w.WRONG_STATE


def test_a_unit_without_a_key_cannot_be_unlocked() -> None:
    """Not by any code."""
    rig = Rig(PlainBoard())
    rig.hello()
    rig.steps(1)
    assert rig.ask(bench.ChallengeRequest(rig.session, HOST_NONCE)).code == w.LOCKED
    rig.steps(155, pressed=True)
    code = unlock.code_for(b"", b"", HOST_NONCE, SERIAL, ALL, 600)
    assert rig.ask(bench.UnlockRequest(rig.session, ALL, 600, code)).code == w.LOCKED
