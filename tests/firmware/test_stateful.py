"""The real program on the virtual board under whatever people, computers and broken parts do, judged by the board's truth.

After every step of 20 ms, not only after every rule. Nothing here believes telemetry:
vacuum, seal, motion, line and tip are taken from the board, the waits are counted anew.
"""

from collections.abc import Callable
from math import exp
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.state import State
from microderm_ctl.simulator.faults import Fault, parse_fault
from microderm_ctl.simulator.hand import Hand
from microderm_ctl.simulator.pneumatics import AMBIENT_PA, STEP_MS, Faults
from microderm_ctl.simulator.tips import TIP_OHM
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import TABLE_HASH, Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment

UTC_S: Final = 1_767_225_600
C: Final = k.Constants()
CAPS: Final = (5_000, 8_000, 12_500, 20_000, 25_000)
READS_OFF_PA: Final = 250
"""A calibrated reading is this near to the truth: 60 Pa of calibration, five times the noise of 20 Pa, and the drift of the
zero that a self-test takes from half a second of noise."""
SURELY_SEALED_PA: Final = C.sealed_pa + READS_OFF_PA
SENSOR_FAULTS: Final = ("sensor-frozen", "sensor-dead", "sensor-noisy", "sensor-drifting")
FAULTS: Final = (
    "stuck-pump=on", "stuck-pump=on", "stuck-pump=on", "stuck-pump=off", "stuck-vent=closed", "stuck-vent=open", "clogged-filter=50",
    "sensor-frozen", "sensor-dead", "sensor-noisy=20", "sensor-drifting=300", "tip=coarse", "tip=none", "late-step=40", "late-step=80",
)  # fmt: skip
"""A pump at full speed three times: nothing else in the band gets past a trip, for the regulator is in front of it."""


def in_treatment(machine: Any) -> bool:
    """Return whether a rule would meet a treatment: what idle states answer is shown by the scan of all messages."""
    return machine.s.mode in k.ACTIVE


class TrueWand(RuleBasedStateMachine):
    """One wand, one hand, one computer."""

    @initialize(serial=st.sampled_from([f"SIM-{number:04d}" for number in range(8)]), seed=st.integers(0, 7))
    def switch_on(self, serial: str, seed: int) -> None:
        self.serial, self.seed = serial, seed
        self.hand = Hand()
        self.unit = make_unit(serial, hand=self.hand, seed=seed, utc_s=UTC_S)
        self.board = self.unit.board
        self.decoder = Decoder()
        self.sequence = self.session = self.since_renewal = 0
        self.renews = True
        self.broken: set[str] = set()
        self.armed: Any = None
        self.sealed = [0] * k.ROWS
        self.still = self.frozen = 0
        self.acknowledged = False
        self.confirmed_pa = 0
        self.unit.set_line(True)
        self.pass_time(60)

    # What is true

    @property
    def s(self) -> State:
        app = self.unit._app
        assert app is not None
        return app.state

    @property
    def is_off(self) -> bool:
        return self.board.duty == 0 and self.board.vent_open

    @property
    def is_trusted(self) -> bool:
        """Whether the sensor tells the truth."""
        return not self.broken & set(SENSOR_FAULTS)

    def rise_most_pa(self, steps: int) -> float:
        """Return what the pump can add in these steps: it gets ``steps`` intervals of its flow at the speed it can have by then.

        No air comes in, the chamber is as small as it is, and the motor runs up to the duty in force: an upper bound.
        """
        plant, air, rise, speed, vacuum = self.board.air.plant, self.board.air, 0.0, self.board.air.pump_speed, self.board.vacuum_pa
        duty = max(0, (self.board.duty - plant.start_duty) / (0xFFFF - plant.start_duty))
        target = 1.0 if air.faults.pump_stuck else duty
        for _ in range(steps):
            speed = max(speed, target + (speed - target) * exp(-STEP_MS / plant.pump_lag_ms))
            stall = plant.stall_pa * (1 - plant.droop + plant.droop * speed)
            slope = plant.pump_l_min / 60_000 * speed * max(0.0, 1 - vacuum / stall)
            rise += STEP_MS / 1000 * AMBIENT_PA / (plant.volume_ml * 1e-6) * slope
        return rise

    # Time

    def pass_time(self, steps: int) -> None:
        for _ in range(steps):
            self.tick()

    def tick(self) -> None:
        """Let one step pass and judge it."""
        if self.renews and self.session and self.since_renewal % 5 == 4:
            self.renew()
        s, board = self.s, self.board
        before, row, had_button, used = s.mode, s.row, s.button_was, s.used
        may_rise = self.rise_most_pa(1)
        was_pa, hold_cause = board.vacuum_pa, s.hold_cause
        self.take(self.unit.step())
        self.since_renewal += 1
        s = self.s
        has_press = self.hand.button and not had_button
        self.count(before, row)
        self.judge_causes(before, row, has_press)
        self.judge_vacuum(before, row, was_pa, may_rise)
        self.judge_ways(before, s.mode, has_press, hold_cause)
        if before in k.ACTIVE and s.mode in k.ACTIVE:
            assert all(now >= then for now, then in zip(s.used, used, strict=True))
        if s.mode in k.ACTIVE:
            self.judge_limits()
        elif self.armed is not None and s.mode != k.STOPPING:
            self.judge_ledger()

    def count(self, before: int, row: int) -> None:
        """Count sealed and still time anew, from the truth."""
        if before != k.RUN:
            self.still = 0
            return
        is_sealed = self.board.vacuum_pa > SURELY_SEALED_PA
        self.sealed[row] += is_sealed
        self.still = self.still + 1 if is_sealed and self.hand.motion_mg < C.moving_mg else 0

    def judge_causes(self, before: int, row: int, has_press: bool) -> None:
        """Pump off and vent open within this very step for each cause that the board or the count of waits shows."""
        s, board = self.s, self.board
        if s.mode not in (k.RUN, k.SERVICE):
            assert self.is_off, codes.STATES[s.mode]
        if before != k.RUN:
            return
        fresh_frozen = "sensor-frozen" in self.broken and board.duty
        self.frozen = self.frozen + 1 if fresh_frozen else 0
        causes = {
            "line": not board.line,
            "lease": self.since_renewal >= C.lease_steps,
            "button": has_press,
            "tip": board.tip != TIP_OHM["fine"],
            "dead sensor": board.sensor.is_dead,
            "frozen sensor": self.frozen > C.frozen_steps + 1,
            "trip": self.is_trusted and board.vacuum_pa > s.trip_pa[row] + READS_OFF_PA,
            "zone": self.is_trusted and self.sealed[row] > self.armed.seconds[row] * 50,
            "treatment": self.is_trusted and sum(self.sealed) > self.armed.treatment_ms // STEP_MS,
            "dwell": self.is_trusted and self.still > self.armed.dwell_ms[row] // STEP_MS,
        }
        for cause, is_there in causes.items():
            assert not is_there or (self.is_off and s.mode != k.RUN), cause

    def judge_vacuum(self, before: int, row: int, was_pa: float, may_rise: float) -> None:
        """True vacuum never passes the trip by more than the reading is off and the pump can add before the next reading.

        Once the vent is open it falls: even the smallest valve passes more at any trip than a pump of the band that runs out. A pump
        that is stuck at full speed, or a valve that is stuck shut, is out of reach of any program: there is the relief valve for that.
        """
        if not self.is_trusted or self.broken & {"stuck-pump", "stuck-vent"}:
            return
        now_pa = self.board.vacuum_pa
        if before == k.RUN:
            most = self.s.trip_pa[row] + READS_OFF_PA + may_rise
            assert now_pa <= most, (now_pa, most)
        elif self.is_off and self.board.air.vent_mm2 > 0.9 * self.board.air.plant.vent_mm2:
            assert now_pa <= max(was_pa, C.released_least_pa) + 1

    def judge_ways(self, before: int, after: int, has_press: bool, hold_cause: int) -> None:
        """FAULT is left by acknowledge and press, LOCKOUT not at all, RUN begins with a press or in HOLD."""
        if before == k.FAULT != after:
            assert after == k.LOCKOUT or (after == k.SELF_TEST and self.acknowledged and has_press)
            self.acknowledged = False
        assert before != k.LOCKOUT or after == k.LOCKOUT
        if after == k.RUN and before == k.ARMED:
            assert has_press
            self.confirmed_pa = self.s.cap_pa[self.s.row]
        elif after in (k.RUN, k.HOLD) and before not in (k.RUN, k.HOLD):
            raise AssertionError((codes.STATES[before], codes.STATES[after]))
        if before == k.HOLD and has_press and after in (k.RUN, k.HOLD):
            self.confirmed_pa = max(self.confirmed_pa, self.s.cap_pa[self.s.row])
        if after == k.RUN:
            assert self.s.cap_pa[self.s.row] <= self.confirmed_pa
            assert before != k.HOLD or hold_cause != k.PAUSED

    def judge_limits(self) -> None:
        """What is in force is what ARM was answered with, and no set point passes its cap."""
        s, armed = self.s, self.armed
        assert (s.cap_pa, s.trip_pa) == (armed.cap_pa, armed.trip_pa)
        assert tuple(one * STEP_MS // 1000 for one in s.limit) == armed.seconds
        assert s.treatment_limit * STEP_MS <= armed.treatment_ms <= C.treatment_most_ms
        assert s.row == k.NO_ROW or s.set_point_pa <= s.cap_pa[s.row]

    def judge_ledger(self) -> None:
        """The entry is closed and holds at least what was truly sealed."""
        entry = self.ask(treatment.LedgerRequest(self.armed.command_id, 0))
        assert entry.found
        assert not entry.is_open
        if self.is_trusted:
            assert entry.used_ms >= sum(self.sealed) * STEP_MS
        self.armed = None

    # The computer

    def take(self, data: bytes) -> list[Any]:
        return [decode(frame) for frame in self.decoder.feed(data)]

    def ask(self, request: Any) -> Any:
        """Ask, and see that no request drives anything."""
        self.sequence += 1
        duty, is_open = self.board.duty, self.board.vent_open
        answers = self.take(self.unit.feed(encode(request, self.sequence)))
        assert self.board.duty <= duty
        assert self.board.vent_open >= is_open
        return answers[-1] if answers else None

    def renew(self) -> None:
        app = self.unit._app
        if app is not None and type(self.ask(treatment.RenewRequest(self.session, app.now))) is treatment.RenewAnswer:
            self.since_renewal = 0

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
