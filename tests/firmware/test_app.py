"""The wand as the computer meets it: session, order, repeats, refusals, and the way into and out of a treatment."""

from typing import Any

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_protocol import Decoder, Frame, build_frame, codes, decode, encode
from microderm_protocol.messages import LAYOUTS, bench, handshake, treatment
from tests.firmware.rig import PlainBoard, Rig


def test_reset_means_off() -> None:
    """The first thing that a start does is pump off, vent open."""
    board = PlainBoard()
    Rig(board)
    assert board.duty == 0
    assert board.vent


@pytest.mark.hazard("H-30", "wand")
def test_a_session_needs_the_same_table() -> None:
    """With another hash the wand says who it is, stops, and nothing else."""
    rig = Rig()
    answer = rig.ask(handshake.HelloRequest(codes.MAGIC, 1, 5))
    assert (answer.session, answer.table_hash) == (0, w.TABLE_HASH)
    assert rig.mode == k.SAFE
    assert rig.ask(handshake.IdentityRequest()).serial.rstrip(b"\0") == b"MD-0001"
    assert rig.ask(treatment.RenewRequest(1, 0)).code == 21


def test_start_needs_everything() -> None:
    """Press before ARM, ARM without lease, a press without a row: none starts."""
    rig = Rig()
    rig.press()
    rig.hello()
    rig.renews = False
    assert rig.arm().code == 23
    rig.renews = True
    rig.steps(1)
    assert rig.arm().row_count == 1
    rig.press()
    assert rig.mode == k.ARMED
    rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000))
    assert rig.board.duty == 0
    rig.press()
    assert rig.mode == k.RUN


@pytest.mark.hazard("H-40", "wand")
def test_a_button_held_down_does_not_start() -> None:
    """Only a fresh press after ARM counts."""
    rig = Rig()
    rig.steps(5, pressed=True)
    rig.hello()
    rig.steps(1)
    rig.arm()
    rig.ask(treatment.ZoneRequest(rig.session, 0, 8_000))
    rig.steps(100)
    assert rig.mode == k.ARMED


@pytest.mark.hazard("H-40", "wand")
def test_arm_times_out_and_gives_the_time_back() -> None:
    """Ten seconds without a press: LINKED again, nothing used."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    rig.arm()
    rig.steps(505)
    assert (rig.mode, rig.cause) == (k.LINKED, k.NOT_PRESSED)
    entry = rig.ask(treatment.LedgerRequest(77, 0))
    assert (entry.found, entry.is_open, entry.used_ms, entry.cause) == (1, 0, 0, k.NOT_PRESSED)


@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-06", "wand")
@pytest.mark.hazard("H-32", "wand")
def test_the_limits_in_force_are_a_meet() -> None:
    """What is asked above the wand's own limits comes back narrowed, never widened."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    answer = rig.arm(rows=((25_000, 360, 3_000), (4_000, 5, 500)), purpose=1, treatment_ms=360_000)
    assert answer.treatment_ms == 3_000
    assert answer.seconds[:3] == (3, 3, 0)
    assert answer.trip_pa[:3] == (26_500, 4_600, 0)
    assert answer.cap_pa[:2] == (25_000, 4_000)


@pytest.mark.hazard("H-07", "wand")
@pytest.mark.parametrize(
    ("rows", "changes", "code", "field"),
    [
        (((2_000, 10, 1_000),), {}, w.BAD_VALUE, 9),
        (((8_000, 0, 1_000),), {}, w.BAD_VALUE, 10),
        (((8_000, 10, 0),), {}, w.BAD_VALUE, 11),
        (((8_000, 10, 1_000), (8_000, 10, 1_000)), {"row_count": 1}, w.BAD_VALUE, 8),
        (((8_000, 10, 1_000),), {"grit_um": 150}, w.WRONG_TIP, 5),
    ],
)
def test_arm_is_refused(rows: Any, changes: dict[str, Any], code: int, field: int) -> None:
    """Each with the field that is wrong; nothing is reserved."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    nak = rig.arm(rows, **changes)
    assert (nak.code, nak.field) == (code, field)
    assert rig.mode == k.LINKED
    assert not rig.ask(treatment.LedgerRequest(0, 0)).found


@pytest.mark.hazard("H-24", "wand")
def test_without_calibration_nothing_starts() -> None:
    """An uncalibrated unit talks and refuses."""
    rig = Rig(is_calibrated=False)
    rig.hello()
    rig.steps(1)
    assert rig.arm().code == w.NO_CALIBRATION


@pytest.mark.hazard("H-35", "wand")
def test_without_memory_nothing_starts() -> None:
    """The reserve must be written before anything runs."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    rig.board.broken_memory = True
    assert rig.arm().code == w.NO_MEMORY
    assert rig.mode == k.LINKED


@pytest.mark.hazard("H-01", "wand")
def test_a_set_point_stays_within_the_cap() -> None:
    """Above the cap: refused with what is allowed; between two settings: refused."""
    rig = Rig().run()
    nak = rig.ask(treatment.SetPointRequest(rig.session, 8_500))
    assert (nak.code, nak.asked, nak.allowed) == (w.ABOVE_LIMIT, 8_500, 8_000)
    assert rig.ask(treatment.SetPointRequest(rig.session, 7_700)).code == w.BAD_VALUE
    assert rig.ask(treatment.SetPointRequest(rig.session, 7_500)).set_point_pa == 7_500


@pytest.mark.hazard("H-44", "wand")
def test_a_higher_cap_needs_a_press() -> None:
    """In HOLD, motion alone does not start a row with a higher cap; a press does not stop there."""
    rig = Rig().run(rows=((8_000, 2, 1_000), (9_000, 2, 1_000), (8_000, 2, 1_000)))
    rig.steps(110)
    assert rig.ask(treatment.ZoneRequest(rig.session, 1, 9_000)).press_needed == 1
    rig.steps(100, vacuum_pa=0)
    assert rig.mode == k.HOLD
    assert rig.board.signal == k.SIGNAL_CONFIRM
    rig.press()
    assert rig.mode == k.RUN
    rig.steps(120, vacuum_pa=9_000)
    assert rig.ask(treatment.ZoneRequest(rig.session, 2, 8_000)).press_needed == 0


@pytest.mark.hazard("H-48", "wand")
def test_a_press_in_hold_stops() -> None:
    """Where no press is asked for, a press means stop."""
    rig = Rig().run()
    rig.ask(treatment.PauseRequest(rig.session))
    rig.steps(20, vacuum_pa=0)
    rig.press()
    assert (rig.mode, rig.cause) == (k.LINKED, k.BUTTON)


@pytest.mark.hazard("H-47", "wand")
def test_pause_is_left_by_resume_alone() -> None:
    """Motion does not end a pause."""
    rig = Rig().run()
    assert rig.ask(treatment.PauseRequest(rig.session)).state == k.HOLD
    assert rig.is_off
    rig.steps(200, vacuum_pa=0)
    assert rig.mode == k.HOLD
    assert rig.ask(treatment.ResumeRequest(rig.session)).state == k.RUN


@pytest.mark.hazard("H-48", "wand")
@pytest.mark.parametrize("version", [0, 1, 2, 255])
@pytest.mark.parametrize("flags", [0, 0xF0])
def test_stop_needs_nothing(version: int, flags: int) -> None:
    """Any version, any flags, any payload, any sequence: the pump is off before the answer leaves."""
    rig = Rig().run()
    answer = rig.app.feed(build_frame(Frame(version, codes.REQUEST, w.STOP, flags, 0, b"more")))
    assert rig.is_off
    (frame,) = Decoder().feed(answer)
    assert decode(frame).state == k.STOPPING


@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-17", "wand")
def test_a_repeat_is_answered_and_not_done_again() -> None:
    """The same ARM twice makes one entry; the same set point after another one does not come back."""
    rig = Rig().run()
    first = rig.ask(treatment.SetPointRequest(rig.session, 6_000), sequence=900)
    rig.ask(treatment.SetPointRequest(rig.session, 7_000), sequence=901)
    assert rig.ask(treatment.SetPointRequest(rig.session, 6_000), sequence=900) == first
    assert rig.app.state.set_point_pa == 7_000


def test_a_refusal_is_repeated_too() -> None:
    """A retry of a refused request gets the same NAK."""
    rig = Rig().run()
    first = rig.ask(treatment.SetPointRequest(rig.session, 8_500), sequence=900)
    assert rig.ask(treatment.SetPointRequest(rig.session, 8_500), sequence=900) == first
    assert first.code == w.ABOVE_LIMIT


@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-16", "wand")
def test_an_old_frame_changes_nothing() -> None:
    """Out of order: refused, counted, and no lease or set point moves."""
    rig = Rig().run()
    rig.ask(treatment.SetPointRequest(rig.session, 7_000), sequence=900)
    dropped = rig.app.dropped
    assert rig.ask(treatment.SetPointRequest(rig.session, 6_500), sequence=899).code == w.OUT_OF_ORDER
    assert rig.app.state.set_point_pa == 7_000
    assert rig.app.dropped == dropped + 1


def test_a_request_may_be_repeated_after_renewals() -> None:
    """Renewals go in a lane of their own: their newer sequence does not age a command."""
    rig = Rig().run()
    rig.ask(treatment.RenewRequest(rig.session, rig.board.ticks), sequence=950)
    assert rig.ask(treatment.SetPointRequest(rig.session, 7_000), sequence=900).set_point_pa == 7_000


@pytest.mark.hazard("H-12", "wand")
@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-16", "wand")
def test_a_frame_of_another_session_changes_nothing() -> None:
    """A token that is not this session's renews nothing and moves nothing."""
    rig = Rig().run()
    lease = rig.app.state.lease
    for request in (treatment.RenewRequest(1, rig.board.ticks), treatment.SetPointRequest(1, 7_000), treatment.PauseRequest(1)):
        assert rig.ask(request).code == w.NO_SESSION
    assert (rig.app.state.lease, rig.mode, rig.app.state.set_point_pa) == (lease, k.RUN, 8_000)


@pytest.mark.hazard("H-28", "wand")
def test_a_second_hello_ends_the_first_session() -> None:
    """And the treatment with it; its frames are then of another session."""
    rig = Rig().run()
    old = rig.session
    rig.hello()
    assert rig.is_off
    assert rig.cause == k.SESSION_REPLACED
    assert rig.session != old
    assert rig.ask(treatment.ResumeRequest(old)).code == w.NO_SESSION


def test_ten_silent_seconds_end_an_idle_session() -> None:
    """LINKED falls back to SAFE."""
    rig = Rig()
    rig.hello()
    rig.renews = False
    rig.steps(510)
    assert rig.mode == k.SAFE
    assert rig.arm().code == w.NO_SESSION


def test_telemetry_comes_ten_times_a_second_whatever_happens() -> None:
    """Every fifth step, in every state."""
    rig = Rig()
    rig.events.clear()
    rig.steps(100)
    assert len([one for one in rig.events if isinstance(one, treatment.Telemetry)]) == 20


@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-33", "wand")
@pytest.mark.hazard("H-34", "wand")
@pytest.mark.hazard("H-36", "wand")
def test_an_interrupted_treatment_counts_in_full() -> None:
    """Power goes while it runs: at the next start the reserve is used, and the wand rests."""
    rig = Rig().run(treatment_ms=60_000).power_cycle()
    entry = rig.ask(treatment.LedgerRequest(0, 0))
    assert (entry.is_open, entry.used_ms, entry.cause) == (0, 60_000, k.RESET)
    assert rig.mode == k.COOLDOWN


@pytest.mark.hazard("H-33", "wand")
@pytest.mark.hazard("H-34", "wand")
@pytest.mark.hazard("H-36", "wand")
def test_a_stopped_treatment_counts_what_was_sealed() -> None:
    """The ledger holds the sealed time, the tag and the cause."""
    rig = Rig().run()
    rig.steps(100)
    used = rig.app.state.treatment * 20
    rig.ask(handshake.StopRequest())
    rig.steps(3, vacuum_pa=0)
    entry = rig.ask(treatment.LedgerRequest(77, 0))
    assert (entry.used_ms, entry.person_tag, entry.cause, entry.is_open) == (used, 99, k.STOP, 0)
    assert rig.ask(treatment.RowsRequest()).sealed_ms[0] == used


@pytest.mark.hazard("H-41", "wand")
@pytest.mark.parametrize("how", [handshake.RestartRequest, handshake.LoaderRequest])
def test_restart_only_while_nothing_runs(how: Any) -> None:
    """Refused in RUN; done after the answer left in LINKED; the confirming word is needed."""
    rig = Rig().run()
    assert rig.ask(how(codes.CONFIRM)).code == w.WRONG_STATE
    rig.ask(handshake.StopRequest())
    rig.steps(3, vacuum_pa=0)
    assert rig.ask(how(codes.CONFIRM)) == ()
    assert rig.board.restarts == []
    rig.steps(5)
    assert rig.board.restarts == [how is handshake.LoaderRequest]


@pytest.mark.hazard("H-31", "wand")
def test_the_bench_is_closed() -> None:
    """Without an unlock every technician's message is refused, and nothing moves."""
    rig = Rig()
    rig.hello()
    rig.steps(1)
    for row, layout in LAYOUTS.items():
        if row[0] == codes.REQUEST and 0x30 <= row[1] < 0x40:
            values = [rig.session] + [bytes(one.low) if not one.repeat else max(one.low, 0) for one in list(layout.fields.values())[1:]]
            assert rig.ask(layout.message(*values)).code == w.LOCKED
    assert rig.is_off
    assert rig.mode == k.LINKED
    assert rig.ask(bench.MeasureRequest(1)).code == w.NO_SESSION


@pytest.mark.hazard("H-39", "wand")
def test_garbage_in_every_state_moves_nothing() -> None:
    """Noise, REPL control bytes and half frames do not stop a treatment and start none."""
    rig = Rig().run()
    for noise in (b"\x03\x03\x04\x01", bytes(range(256)), b"\x01" * 2_000, encode(treatment.RowsRequest(), 1)[:5]):
        rig.app.feed(noise)
    rig.steps(5)
    assert rig.mode == k.RUN
    idle = Rig()
    for noise in (bytes(range(256)) * 4, b"\0\x03" * 200):
        idle.app.feed(noise)
    assert idle.is_off
