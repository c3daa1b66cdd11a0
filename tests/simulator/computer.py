"""The computer's side in a few lines, just enough to run a treatment on a unit in virtual time."""

from typing import Any, Final

from microderm_ctl.clock import STEP_MS
from microderm_ctl.simulator.unit import Unit
from microderm_protocol import TABLE_HASH, Decoder, codes, decode, encode
from microderm_protocol.messages import handshake, treatment

UTC_S: Final = 1_767_225_600
RENEW_STEPS: Final = 5
PADDING: Final = (0,) * codes.ROWS


class Computer:
    """Talks to one unit, step by step."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.telemetry: list[treatment.Telemetry] = []
        self.events: list[treatment.StateEvent] = []
        self.session = 0
        self.tick_ms = 0
        self.zones_done = 0
        self.set_points: tuple[int, ...] = ()
        self.renews = True
        self._sequence = 0
        self._steps = 0
        self._decoder = Decoder()
        unit.set_line(True)

    def ask(self, request: Any) -> Any:
        """Return the answer to a request, or its NAK."""
        self._sequence += 1
        answers = self._take(self.unit.feed(encode(request, self._sequence)))
        return answers[-1] if answers else None

    def hello(self) -> handshake.HelloAnswer:
        """Open a session."""
        answer: handshake.HelloAnswer = self.ask(handshake.HelloRequest(codes.MAGIC, TABLE_HASH, self._sequence + 7))
        self.session, self.tick_ms = answer.session, answer.tick_ms
        return answer

    def run(self, duration_ms: int) -> None:
        """Let time pass, renew the lease, and name the next zone when one is done."""
        for _ in range(duration_ms // STEP_MS):
            self._take(self.unit.step())
            self._steps += 1
            if self.session and self.renews and self._steps % RENEW_STEPS == 0:
                self.ask(treatment.RenewRequest(self.session, self.tick_ms))

    def run_until(self, *states: str, most_ms: int = 400_000) -> str:
        """Let time pass until the unit is in one of the states, and return which."""
        for _ in range(most_ms // STEP_MS):
            self.run(STEP_MS)
            if self.unit.state in states:
                return self.unit.state
        raise AssertionError(f"still in {self.unit.state} after {most_ms} ms, not in {states}")

    def arm(self, *set_points: int, seconds: int = 5, grit_um: int = 106, command_id: int = 1) -> Any:
        """Arm for zones with these caps, and name the first."""
        rows = len(set_points)
        pad = PADDING[rows:]
        answer = self.ask(
            treatment.ArmRequest(
                self.session, command_id, UTC_S, 99, codes.PURPOSE_TREATMENT, grit_um, rows * seconds * 1000, rows,
                (*range(1, rows + 1), *pad), (*set_points, *pad), ((seconds,) * rows) + pad, ((3000,) * rows) + pad,
            )
        )  # fmt: skip
        self.set_points, self.zones_done = set_points, 0
        self.name_zone()
        return answer

    def name_zone(self) -> None:
        """Put the next row in force."""
        self.ask(treatment.ZoneRequest(self.session, self.zones_done, self.set_points[self.zones_done]))

    def begin(self, *set_points: int, seconds: int = 5) -> None:
        """Run the self-test, shake hands and arm."""
        self.run(1_000)
        self.hello()
        self.run(200)
        self.arm(*set_points, seconds=seconds)

    def _take(self, data: bytes) -> list[Any]:
        messages = [decode(frame) for frame in self._decoder.feed(data)]
        for message in messages:
            if isinstance(message, treatment.Telemetry):
                self.telemetry.append(message)
                self.tick_ms = message.tick_ms
            elif isinstance(message, treatment.StateEvent):
                self.events.append(message)
                self._on_event(message)
        return messages

    def _on_event(self, event: treatment.StateEvent) -> None:
        if event.after == codes.HOLD and event.cause == codes.ZONE_DONE:
            self.zones_done += 1
            self.name_zone()
