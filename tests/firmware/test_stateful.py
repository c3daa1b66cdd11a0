"""The real program on the virtual board under whatever people, computers and broken parts do, judged by the board's truth.

After every step of 20 ms, not only after every rule: ``judged_wand.py`` holds what is judged.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from microderm_ctl.firmware import constants as k
from microderm_ctl.simulator.faults import Fault, parse_fault
from microderm_ctl.simulator.pneumatics import Faults
from microderm_ctl.simulator.tips import TIP_OHM
from microderm_protocol import TABLE_HASH, codes
from microderm_protocol.messages import handshake, treatment
from tests.firmware.judged_wand import SENSOR_FAULTS, UTC_S, C, JudgedWand

CAPS: Final = (5_000, 8_000, 12_500, 20_000, 25_000)
FAULTS: Final = (
    "stuck-pump=on", "stuck-pump=on", "stuck-pump=on", "stuck-pump=off", "stuck-vent=closed", "stuck-vent=open", "clogged-filter=50",
    "sensor-frozen", "sensor-dead", "sensor-noisy=20", "sensor-drifting=300", "tip=coarse", "tip=none", "late-step=40", "late-step=80",
)  # fmt: skip
"""A pump at full speed three times: nothing else in the band gets past a trip, for the regulator is in front of it."""


def in_treatment(machine: Any) -> bool:
    """Return whether a rule would meet a treatment: what idle states answer is shown by the scan of all messages."""
    return machine.s.mode in k.ACTIVE


class TrueWand(JudgedWand):
    """One wand, one hand, one computer: what each may do."""

    # The computer

    @precondition(in_treatment)
    @rule(how=st.sampled_from(["stop", "hello", "hello_with_another_table", "hang_up"]), steps=st.sampled_from([1, 30]))
    def end_it(self, how: str, steps: int) -> None:
        getattr(self, how)()
        self.pass_time(steps)
        self.unit.set_line(True)

    def hang_up(self) -> None:
        self.unit.set_line(False)

    def hello(self) -> None:
        self.session = self.ask(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, self.sequence + 1)).session
        assert self.is_off
        self.renew()

    def hello_with_another_table(self) -> None:
        assert self.ask(handshake.HelloRequest(codes.MAGIC, 1, self.sequence + 1)).session == 0
        self.session = 0
        assert self.is_off

    @precondition(in_treatment)
    @rule(steps=st.sampled_from([5, 24, 30]))
    def fall_silent(self, steps: int) -> None:
        self.renews = False
        self.pass_time(steps)
        self.renews = True

    @precondition(lambda self: self.session and self.s.mode != k.COOLDOWN)
    @rule(caps=st.lists(st.sampled_from(CAPS), min_size=1, max_size=3), seconds=st.integers(1, 3), dwell_ms=st.sampled_from([500, 3_000]))
    def arm(self, caps: list[int], seconds: int, dwell_ms: int) -> None:
        rows, pad = len(caps), (0,) * (k.ROWS - len(caps))
        columns = ((*range(1, rows + 1), *pad), (*caps, *pad), (seconds,) * rows + pad, (dwell_ms,) * rows + pad)
        command_id = self.sequence + 1_000
        answer = self.ask(treatment.ArmRequest(self.session, command_id, UTC_S, 7, 0, 106, 5_000, rows, *columns))
        if isinstance(answer, treatment.ArmAnswer):
            assert self.armed is None
            assert all(force <= asked for force, asked in zip(answer.cap_pa, columns[1], strict=True))
            assert answer.treatment_ms <= 5_000
            self.armed, self.sealed, self.confirmed_pa = answer, [0] * k.ROWS, 0

    @precondition(in_treatment)
    @rule(row=st.integers(0, 3), set_point_pa=st.sampled_from((2_500, *CAPS)))
    def zone(self, row: int, set_point_pa: int) -> None:
        answer = self.ask(treatment.ZoneRequest(self.session, row, set_point_pa))
        if isinstance(answer, treatment.ZoneAnswer):
            assert set_point_pa <= self.armed.cap_pa[row]

    @precondition(in_treatment)
    @rule(set_point_pa=st.sampled_from((2_500, *CAPS)))
    def set_point(self, set_point_pa: int) -> None:
        self.ask(treatment.SetPointRequest(self.session, set_point_pa))

    @precondition(in_treatment)
    @rule(request=st.sampled_from([treatment.PauseRequest, treatment.ResumeRequest]))
    def pause_or_resume(self, request: Callable[[int], Any]) -> None:
        self.ask(request(self.session))

    @precondition(lambda self: self.s.mode == k.FAULT)
    @rule()
    def acknowledge(self) -> None:
        self.hello()
        if isinstance(self.ask(treatment.AcknowledgeRequest(self.session)), treatment.AcknowledgeAnswer):
            self.acknowledged = True

    def stop(self) -> None:
        self.ask(handshake.StopRequest())
        assert self.is_off

    # The person

    @precondition(lambda self: self.s.mode == k.COOLDOWN)
    @rule()
    def half_an_hour_passes(self) -> None:
        self.s.cooldown = 2
        self.pass_time(3)

    @precondition(lambda self: self.s.mode == k.LOCKOUT)
    @rule()
    def take_another_wand(self) -> None:
        self.pass_time(20)
        self.switch_on(self.serial, self.seed + 1)

    @precondition(lambda self: self.s.mode not in (k.SAFE, k.COOLDOWN, k.LOCKOUT))
    @rule(steps=st.sampled_from([1, 10, 60, 160]))
    def time(self, steps: int) -> None:
        self.pass_time(steps)

    @precondition(lambda self: self.s.mode not in (k.SAFE, k.COOLDOWN, k.LOCKOUT))
    @rule()
    def press(self) -> None:
        self.hand.press()
        self.pass_time(10)

    @precondition(in_treatment)
    @rule(does=st.sampled_from(["touch", "lift", "move", "still", "slip"]), steps=st.sampled_from([1, 20, 60]))
    def hands(self, does: str, steps: int) -> None:
        getattr(self.hand, does)()
        self.pass_time(steps)

    @precondition(lambda self: self.s.mode in (k.SAFE, k.LINKED))
    @rule(caps=st.lists(st.sampled_from(CAPS), min_size=1, max_size=3), steps=st.sampled_from([5, 40]))
    def begin_a_treatment(self, caps: list[int], steps: int) -> None:
        """Do all that a start needs in one go: few random courses would come so far."""
        self.unit.set_line(True)
        self.hand.lift()
        self.hello()
        self.pass_time(20)
        self.arm(caps, 2, 3_000)
        self.zone(0, caps[0])
        self.pass_time(2)
        self.press()
        self.hand.touch()
        self.pass_time(steps)

    # What breaks

    @precondition(lambda self: self.s.mode in (k.RUN, k.HOLD))
    @rule(row=st.integers(0, 2), cap=st.sampled_from(CAPS))
    def go_on_with_another_zone(self, row: int, cap: int) -> None:
        """End the zone in force, lift off, name another and touch down, as people do."""
        self.pause_or_resume(treatment.PauseRequest)
        self.hand.lift()
        self.pass_time(20)
        self.zone(row, cap)
        if self.s.press_needed:
            self.press()
        self.hand.touch()
        self.pause_or_resume(treatment.ResumeRequest)
        self.pass_time(60)

    @precondition(lambda self: "clogged-filter" in self.broken)
    @rule()
    def the_filter_clears(self) -> None:
        """And what the regulator had wound up for it is suddenly too much."""
        self.board.air.faults = self.board.air.faults._replace(filter_clog=1.0)
        self.pass_time(20)

    @precondition(lambda self: not self.broken and self.s.mode in (k.RUN, k.HOLD))
    @rule(words=st.sampled_from(FAULTS), steps=st.sampled_from([1, 20]))
    def break_something(self, words: str, steps: int) -> None:
        fault: Fault = parse_fault(words)
        self.unit.break_now(fault)
        self.broken.add(fault.kind)
        late = fault.kind == "late-step" and fault.number > C.late_most_ms
        was_running = self.s.mode == k.RUN
        self.tick()
        assert not (late and was_running) or self.is_off
        self.pass_time(steps)

    @precondition(lambda self: self.broken)
    @rule()
    def repair_all(self) -> None:
        sensor = self.board.sensor
        sensor.is_dead = sensor.is_frozen = False
        sensor.drift_pa_s, sensor._drift_pa, sensor.noise_factor = 0.0, 0.0, 1.0
        self.board.air.faults = Faults()
        self.board.air.pump_speed = self.board.air.vacuum_pa = 0.0  # a repair takes longer than a pump that was stuck runs on
        self.board.tip = TIP_OHM["fine"]
        # What a self-test took for zero under a bad sensor goes with the next start.
        if self.broken & set(SENSOR_FAULTS):
            self.power_cycle()
        self.broken.clear()

    @precondition(lambda self: self.s.mode in (*k.ACTIVE, k.STOPPING, k.LOCKOUT))
    @rule()
    def power_cycle(self) -> None:
        """Power that goes in a treatment costs its whole time, and no latch is lost."""
        was_open, latched, command = self.s.mode in k.ACTIVE or self.s.mode == k.STOPPING, self.s.latched, self.armed
        self.unit.power_cycle()
        assert self.is_off
        assert self.s.latched == latched
        self.session, self.acknowledged = 0, False
        if was_open and command is not None:
            entry = self.ask(treatment.LedgerRequest(command.command_id, 0))
            assert (entry.is_open, entry.used_ms) == (0, command.treatment_ms)
        self.armed = None
        self.pass_time(1)


@pytest.mark.hazard("H-02", "wand")
@pytest.mark.hazard("H-03", "wand")
@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-36", "wand")
@pytest.mark.hazard("H-40", "wand")
class TestTrueWand(TrueWand.TestCase):  # type: ignore[misc,valid-type]
    """The machine above, over many courses."""

    settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
