"""A wand under judgement: the real program on the virtual board, and after every step what the board's truth says of it.

Nothing here believes telemetry: vacuum, seal, motion, line and tip are taken from the
board, the waits are counted anew. What people, computers and broken parts do is the
business of the rules in ``test_stateful.py``.
"""

from math import exp
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.state import State
from microderm_ctl.simulator.hand import Hand
from microderm_ctl.simulator.pneumatics import AMBIENT_PA, STEP_MS
from microderm_ctl.simulator.tips import TIP_OHM
from microderm_ctl.simulator.unit import make_unit
from microderm_protocol import Decoder, codes, decode, encode
from microderm_protocol.messages import treatment

UTC_S: Final = 1_767_225_600
C: Final = k.Constants()
READS_OFF_PA: Final = 250
"""A calibrated reading is this near to the truth: 60 Pa of calibration, five times the noise of 20 Pa, and the drift of the
zero that a self-test takes from half a second of noise."""
SURELY_SEALED_PA: Final = C.sealed_pa + READS_OFF_PA
SENSOR_FAULTS: Final = ("sensor-frozen", "sensor-dead", "sensor-noisy", "sensor-drifting")


class JudgedWand(RuleBasedStateMachine):
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
