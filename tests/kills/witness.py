"""The oracle: what truly happened in a virtual wand and on its wire, step by step, and whether it was allowed to.

Nothing here believes what the wand says of itself: pump, vent, vacuum and seal are
those of the board; what was sent and what arrived is read from the wire.
"""

from typing import Final, NamedTuple

from microderm_ctl.firmware import wire as firmware_wire
from microderm_ctl.firmware.state import State
from microderm_ctl.simulator.unit import Unit
from microderm_protocol import Decoder, Frame, codes, decode
from microderm_protocol.messages import treatment

STEP_MS: Final = 20
SEALED_PA: Final = 900
LEASE_MS: Final = 500
ECHO_MS: Final = 300
RELEASE_MS: Final = 300
COUNT_SLACK_MS: Final = 2 * STEP_MS
"""Sensor noise shifts the edge of a seal by a step or two: what is true and what is counted may differ so much for each touch."""


class Bounds(NamedTuple):
    """What a plan allows, row by row."""

    cap_pa: tuple[int, ...]
    trip_pa: tuple[int, ...]
    row_ms: tuple[int, ...]
    dwell_ms: tuple[int, ...]
    treatment_ms: int


class Witness:
    """Sees every step of a unit, and every byte on either side of its bad link.

    Attributes:
        wrong: what should not have happened, in words.
        row_ms: true time under vacuum in RUN, by row.
        runs: how often the pump began to run.
    """

    def __init__(self, unit: Unit, bounds: Bounds) -> None:
        self.wrong: list[str] = []
        self.row_ms = [0] * codes.ROWS
        self.runs = 0
        self.most_pa = 0.0
        self.states: list[str] = []
        self._bounds = bounds
        self._unit = unit
        self._was_on = False
        self._left_vacuum_ms = 0
        self._echoed: int | None = None
        self._written: set[Frame] = set()
        self._said: set[Frame] = set()
        self._written_decoder, self._said_decoder, self._heard_decoder = Decoder(), Decoder(), Decoder()
        self._receiver = firmware_wire.Receiver()
        self.is_armed = False

    # The wand

    def row(self, unit: Unit, /) -> None:
        board = unit.board
        if not self.states or unit.state != self.states[-1]:
            self.states.append(unit.state)
        is_on = board.duty > 0
        if is_on:
            self._judge_on(unit)
        if not is_on and unit.state != "RUN":
            self._judge_off(unit)
        self._was_on = is_on
        self.most_pa = max(self.most_pa, board.vacuum_pa)

    def _judge_on(self, unit: Unit) -> None:
        board, app = unit.board, unit._app
        if not self._was_on:
            self.runs += 1
        renewed = self._echoed is not None and (board.ticks_ms() - self._echoed) & codes.TICK_MASK <= ECHO_MS + LEASE_MS + STEP_MS
        for is_so, text in (
            (unit.state == "RUN", f"the pump runs in {unit.state}"),
            (self.is_armed, "the pump runs although the computer never armed the wand"),
            (board.line_up(), "the pump runs after a hang-up"),
            (renewed, "the pump runs longer than any renewal that the computer sent allows"),
            (app is not None and app.state.row < len(self._bounds.cap_pa), "a row is in force that is not in the plan"),
        ):
            if not is_so:
                self._note(text)
        if app is not None and app.state.row < len(self._bounds.cap_pa):
            self._judge_limits(app.state, board.vacuum_pa)

    def _judge_limits(self, s: State, vacuum_pa: float) -> None:
        bounds, row = self._bounds, s.row
        if s.cap_pa[row] > bounds.cap_pa[row] or s.trip_pa[row] > bounds.trip_pa[row] or s.set_point_pa > bounds.cap_pa[row]:
            self._note("limits in force are wider than the plan")
        if s.limit[row] * STEP_MS > bounds.row_ms[row] or s.dwell_limit[row] * STEP_MS > bounds.dwell_ms[row]:
            self._note("times in force are wider than the plan")
        if vacuum_pa > bounds.trip_pa[row]:
            self._note(f"{vacuum_pa:.0f} Pa on the skin, over the trip of its row")
        if vacuum_pa > SEALED_PA:
            self.row_ms[row] += STEP_MS

    def _judge_off(self, unit: Unit) -> None:
        if not unit.board.vent_open:
            self._note(f"the vent is shut in {unit.state}")
        self._left_vacuum_ms = self._left_vacuum_ms + STEP_MS if unit.board.vacuum_pa > max(1_000, self.most_pa / 5) else 0
        if self._left_vacuum_ms > RELEASE_MS:
            self._note("vacuum is left 300 ms after the pump went off")

    # The wire

    def saw(self, direction: str, data: bytes, now_ms: int) -> None:
        """Take in what the computer wrote or read."""
        if direction == "tx":
            for frame in self._written_decoder.feed(data):
                self._written.add(frame)
                message = decode(frame)
                if isinstance(message, treatment.RenewRequest):
                    self._echoed = message.echo_ms
                self.is_armed = self.is_armed or isinstance(message, treatment.ArmRequest)
        else:
            for frame in self._heard_decoder.feed(data):
                if frame not in self._said:
                    self._note(f"the computer took a frame that the wand never sent: {frame}")

    def arrived(self, data: bytes) -> None:
        """Take in what reached the wand."""
        for version, kind, message, flags, sequence, payload in self._receiver.feed(data):
            if Frame(version, kind, message, flags, sequence, payload) not in self._written:
                self._note(f"the wand took a frame that the computer never sent: {message:#x} {payload.hex()}")

    def said(self, data: bytes) -> None:
        """Take in what the wand sent."""
        self._said.update(self._said_decoder.feed(data))

    # The verdict

    @property
    def total_ms(self) -> int:
        return sum(self.row_ms)

    def judge_end(self, used_ms: int | None) -> list[str]:
        """Say what is wrong once all is over; ``used_ms`` is what the wand's ledger counted, None if it has no entry."""
        unit, bounds = self._unit, self._bounds
        slack_ms = COUNT_SLACK_MS * max(1, self.runs)
        if unit.board.duty or not unit.board.vent_open or unit.board.vacuum_pa > 1_000:
            self._note("it did not end at rest")
        for row, most_ms in enumerate(bounds.row_ms):
            if self.row_ms[row] > most_ms + slack_ms:
                self._note(f"row {row} had {self.row_ms[row]} ms of {most_ms} ms")
        if self.total_ms > bounds.treatment_ms + slack_ms:
            self._note(f"{self.total_ms} ms of {bounds.treatment_ms} ms in all")
        if abs(self.total_ms - (used_ms or 0)) > slack_ms:
            self._note(f"{self.total_ms} ms were true, the ledger says {used_ms}")
        return self.wrong

    def _note(self, text: str) -> None:
        if text not in self.wrong:
            self.wrong.append(text)


class Tap:
    """Stands between a bad link and the wand, and tells the witness what passes."""

    def __init__(self, unit: Unit, witness: Witness) -> None:
        self._unit = unit
        self._witness = witness

    @property
    def now_ms(self) -> int:
        return self._unit.now_ms

    def feed(self, data: bytes, /) -> bytes:
        self._witness.arrived(data)
        out = self._unit.feed(data)
        self._witness.said(out)
        return out

    def step(self) -> bytes:
        out = self._unit.step()
        self._witness.said(out)
        return out
