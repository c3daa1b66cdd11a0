"""A simulated reference gauge that follows a simulated vacuum, with errors and faults of its own.

    unit = make_unit(...)
    gauge = SimulatedGauge(vacuum_of(unit), draw_gauge(random), faults=["wrong-unit=psi@60"])
    line = VirtualLine(gauge, clock)                  # in this process, in virtual time
    with serving(gauge, "tcp") as path: ...           # or "pty": in real time, on a thread of its own

It owns no clock: its owner feeds it bytes and steps it every 20 ms, as a virtual wand. It speaks
as the instruments' manuals say, and shares no table with the program that reads it.

A fault is written ``KIND[=VALUE][@SECONDS]``, the seconds counted from the gauge's start:

    unit=NAME           somebody pressed its unit key; it says so, where it says its unit at all
    wrong-unit=NAME     its numbers are in this unit, whatever it says
    absolute            counts from empty space: shows the air pressure when vented
    sign                shows vacuum with the other sign
    stale               repeats its last reading for ever
    auto-off[=600]      switches itself off so many seconds after its start
    silent              answers nothing
    garbage             answers bytes that are no text
    refuses             does not understand the question for its reading
    slow[=1500]         answers after so many ms, 0 to 60000
"""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from random import Random
from typing import Final, NamedTuple, cast

from microderm_ctl.clock import STEP_MS, VirtualClock
from microderm_ctl.errors import PortProblem, UsageProblem
from microderm_ctl.simulator.errors_model import SPAN_PA, GaugeErrors
from microderm_ctl.simulator.faults import Fault
from microderm_ctl.simulator.pneumatics import AMBIENT_PA
from microderm_ctl.simulator.ports import OnReady, Port, TcpPort
from microderm_ctl.simulator.serve import Server
from microderm_ctl.simulator.unit import Unit

LATENCY_MS: Final = (50, 150)
"""How long a hand-held gauge takes to answer, from least to most."""
INPUT_MOST: Final = 250
"""Characters that such a gauge keeps of what it is sent (Fluke 719Pro users manual)."""
POINT_PA: Final = 500.0
"""A vacuum that has moved so far is another point: zero and line are drawn anew there."""
START_S: Final = 20.0
UNKNOWN_COMMAND: Final = 110
"""What the error queue holds after a question that is not understood."""
PA_OF: Final = {
    "Pa": 1.0,
    "kPa": 1e3,
    "MPa": 1e6,
    "mbar": 100.0,
    "bar": 1e5,
    "psi": 6894.757,
    "mmHg": 133.322,
    "inHg": 3386.39,
    "mmH2O": 9.80665,
    "inH2O": 249.089,
}
"""Units that it can be set to."""
_PLAIN: Final = ("absolute", "sign", "stale", "silent", "garbage", "refuses")
_NUMBERS: Final = {"auto-off": (600.0, 0.0, 86_400.0), "slow": (1_500.0, 0.0, 60_000.0)}
"""Default, least and most."""
_UNITS: Final = ("unit", "wrong-unit")
KINDS: Final = (*_UNITS, *_NUMBERS, *_PLAIN)


OVERFLOW: Final = 111
"""And after more than it can keep; both numbers are of this simulator, not of a manual."""


class Dialect(NamedTuple):
    """How one family of instruments talks."""

    end: bytes
    value: str
    """The question for a reading."""
    answers: Callable[["SimulatedGauge", str], str | None]
    """Answer to a question in capital letters; None where it is not understood."""


def parse_gauge_fault(text: str) -> Fault:
    """Return the fault that a text asks for.

    Raises:
        UsageProblem: no such kind (the nearest is named), or a value or time out of range.
    """
    body, at, when = text.strip().partition("@")
    kind, equals, value = body.partition("=")
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, 1)
        raise UsageProblem(
            f"A gauge has no fault '{kind}'." + (f" Did you mean '{near[0]}'?" if near else ""), f"Faults are {', '.join(KINDS)}."
        )
    at_ms = round(_number(when, text, 0, 86_400) * 1000) if at else 0
    if kind in _UNITS:
        if value not in PA_OF:
            raise UsageProblem(f"'{value}' is not a unit of a simulated gauge.", f"Units are {', '.join(PA_OF)}.")
        return Fault(kind, value, 0.0, at_ms)
    if kind in _NUMBERS:
        default, least, most = _NUMBERS[kind]
        return Fault(kind, "", _number(value, text, least, most) if equals else default, at_ms)
    if equals:
        raise UsageProblem(f"The fault '{kind}' takes no value.", f"Write '{kind}' or '{kind}@12' for 12 s after the start.")
    return Fault(kind, "", 0.0, at_ms)


def _number(value: str, text: str, least: float, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise UsageProblem(f"'{value}' in the fault '{text}' is not a number from {least:g} to {most:g}.")
    return number


def vacuum_of(unit: Unit) -> Callable[[], float]:
    """Return what gives the true vacuum of a virtual wand, in pascals below ambient."""
    return lambda: unit.board.vacuum_pa


def vacuum_handed_on(units: Sequence[Unit]) -> Callable[[], float]:
    """Return what gives the vacuum at a gauge that a technician hands on from wand to wand.

    It hangs on the wand that was opened first of those that are open, and stays there until another one is.
    """
    order: list[Unit] = []

    def vacuum_pa() -> float:
        opened = [unit for unit in order if unit.board.line]
        opened += [unit for unit in units if unit.board.line and unit not in opened]
        order[:] = opened or order[:1] or units[:1]
        return order[0].board.vacuum_pa

    return vacuum_pa


class SimulatedGauge:
    """A gauge on the same T as a simulated vacuum; behind a port it stands where a wand stands."""

    wants_to_end = False
    is_plugged = True

    def __init__(
        self,
        source: Callable[[], float],
        errors: GaugeErrors = GaugeErrors(),  # noqa: B008 (an immutable value)
        *,
        dialect: str = "fluke-val",
        serial: str = "SIM-G001",
        unit: str = "kPa",
        latency_ms: tuple[int, int] = LATENCY_MS,
        faults: Iterable[str | Fault] = (),
        seed: int | None = None,
    ) -> None:
        """Switch the gauge on.

        Args:
            source: gives the true vacuum, pascals below ambient, whenever it measures.
            errors: its own; ``draw_gauge`` draws those of a gauge within its certificate.
            dialect: fluke-val or druck-pace.
            serial: its serial number.
            unit: that it is set to, a name of ``PA_OF``.
            latency_ms: from least to most time between question and answer.
            faults: what goes wrong, and when.
            seed: of noise and latency; None draws one.

        Raises:
            UsageProblem: dialect, unit or fault is unknown.
        """
        if dialect not in DIALECTS or unit not in PA_OF:
            raise UsageProblem(
                f"There is no simulated gauge '{dialect}' in '{unit}'.", f"There are {', '.join(DIALECTS)}, in {', '.join(PA_OF)}."
            )
        self.serial = serial
        self.unit = unit
        self.errors = errors
        self.now_ms = 0
        self.dropped_ms = 0
        self.is_connected = False
        self.asked = 0
        """How many questions came."""
        self.error_queue: list[int] = []
        self._source = source
        self._dialect = DIALECTS[dialect]
        self._latency_ms = latency_ms
        self._random = Random(seed)
        self._faults = [parse_gauge_fault(one) if isinstance(one, str) else one for one in faults]
        self._active: dict[str, Fault] = {}
        self._input = b""
        self._output: list[tuple[int, bytes]] = []
        self._point_pa: float | None = None
        self._point_error_pa = 0.0
        self._last_number = ""
        self._take_faults()

    def break_now(self, fault: str | Fault) -> None:
        """Let something go wrong at once, whatever its time."""
        found = parse_gauge_fault(fault) if isinstance(fault, str) else fault
        if found.kind == "unit":
            self.unit = found.word
        self._active[found.kind] = found

    def repair(self) -> None:
        """End all faults that have begun; a changed unit stays, as it does on a real one."""
        self._active.clear()

    def set_line(self, is_up: bool) -> None:
        """Take notice of a client that comes or goes."""
        self.is_connected = is_up
        self._input = b""
        self._output.clear()

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the computer, and return what is answered at once."""
        self._input = (self._input + data).replace(b"\n", b"\r")
        while b"\r" in self._input:
            line, _, self._input = self._input.partition(b"\r")
            self._hear(line.decode("ascii", "replace").strip().upper())
        if len(self._input) > INPUT_MOST:
            self._input = b""
            self.error_queue.append(OVERFLOW)
        return self._due()

    def step(self) -> bytes:
        """Let 20 ms pass and return the answers that are due."""
        self.now_ms += STEP_MS
        self._take_faults()
        return self._due()

    def measure_pa(self) -> float:
        """Return what it makes of the vacuum of now, in pascals below ambient: with its errors, on the grid of its display."""
        errors, true_pa = self.errors, self._source()
        ratio = true_pa / SPAN_PA
        if self._point_pa is None or abs(true_pa - self._point_pa) > POINT_PA:
            self._point_pa = true_pa
            line_pa = self._random.gauss(0.0, errors.line_pa) if ratio else 0.0
            self._point_error_pa = self._random.gauss(0.0, errors.wander_pa) + line_pa
        seen_pa = true_pa + errors.offset_pa + (errors.span_pa + errors.drift_pa) * ratio + errors.bow_pa * 4 * ratio * (1 - ratio)
        seen_pa += self._point_error_pa + self._random.gauss(0.0, errors.noise_pa)
        return round(seen_pa / errors.resolution_pa) * errors.resolution_pa if errors.resolution_pa else seen_pa

    def number(self) -> str:
        """Return the number on its display, vacuum below zero, as it sends it."""
        if "stale" in self._active and self._last_number:
            return self._last_number
        shown_pa = -self.measure_pa()
        if "absolute" in self._active:
            shown_pa += AMBIENT_PA
        if "sign" in self._active:
            shown_pa = -shown_pa
        wrong = self._active.get("wrong-unit")
        self._last_number = f"{shown_pa / PA_OF[wrong.word if wrong else self.unit]:.5E}"
        return self._last_number

    def _take_faults(self) -> None:
        for fault in [one for one in self._faults if one.at_ms <= self.now_ms]:
            self._faults.remove(fault)
            self.break_now(fault)

    def _is_off(self) -> bool:
        auto = self._active.get("auto-off")
        return "silent" in self._active or (auto is not None and self.now_ms >= auto.number * 1000)

    def _hear(self, question: str) -> None:
        if not question or self._is_off():
            return
        self.asked += 1
        is_refused = question == self._dialect.value and "refuses" in self._active
        answer = None if is_refused else self._dialect.answers(self, question)
        if answer is None:
            self.error_queue.append(UNKNOWN_COMMAND)
            return
        sent = answer.encode("ascii") + self._dialect.end
        if "garbage" in self._active:
            sent = bytes(byte | 0x80 for byte in self._random.randbytes(12)) + self._dialect.end
        slow = self._active.get("slow")
        self._output.append((self.now_ms + (int(slow.number) if slow else self._random.randint(*self._latency_ms)), sent))

    def _due(self) -> bytes:
        due = [one for one in self._output if one[0] <= self.now_ms]
        self._output = [one for one in self._output if one[0] > self.now_ms]
        return b"".join(sent for _, sent in due)


def _fluke(gauge: SimulatedGauge, question: str) -> str | None:
    """Answer as a Fluke 700G: ``-3.00170E+01,KPA``; the error queue holds numbers, 0 when empty."""
    if question == "FAULT?":
        return str(gauge.error_queue.pop(0) if gauge.error_queue else 0)
    if question == "VAL?":
        return f"{gauge.number()},{gauge.unit.upper()}"
    return {"*IDN?": f"FLUKE,700G,{gauge.serial},1.00", "PRES_UNIT?": gauge.unit.upper()}.get(question)


def _pace(gauge: SimulatedGauge, question: str) -> str | None:
    """Answer as a Druck PACE, which echoes the header of the question."""
    if question == ":SYST:ERR?":
        return ':SYST:ERR -113,"Undefined header"' if gauge.error_queue and gauge.error_queue.pop(0) else ':SYST:ERR 0,"No error"'
    if question == ":SENS:PRES?":
        return f":SENS:PRES {float(gauge.number()):.7f}"
    return {"*IDN?": f"*IDN GE Druck,Pace1000,{gauge.serial},01.02.03", ":UNIT:PRES?": f":UNIT:PRES {gauge.unit.upper()}"}.get(question)


DIALECTS: Final = {"fluke-val": Dialect(b"\r", "VAL?", _fluke), "druck-pace": Dialect(b"\r\n", ":SENS:PRES?", _pace)}
"""By the name of the description that fits."""


class VirtualLine:
    """The way to a simulated gauge in this process and in virtual time: waiting for an answer lets time pass."""

    def __init__(self, gauge: SimulatedGauge, clock: VirtualClock) -> None:
        """Plug the gauge in; the clock steps it from here on."""
        self._gauge = gauge
        self._clock = clock
        self._received = b""
        gauge.set_line(True)
        clock.attach(self._step)

    def _step(self, now_ms: int) -> None:
        self._received += self._gauge.step()

    def send(self, data: bytes) -> None:
        """Hand bytes to the gauge."""
        self._received += self._gauge.feed(data)

    def receive(self, timeout_ms: int) -> bytes:
        """Return what is there, letting virtual time pass until something is or the time is over."""
        end_ms = self._clock.now_ms() + timeout_ms
        while not self._received and self._clock.now_ms() < end_ms:
            self._clock.sleep_ms(STEP_MS)
        taken, self._received = self._received, b""
        return taken

    def close(self) -> None:
        """Unplug the gauge; a second time does nothing."""
        self._clock.detach(self._step)
        self._gauge.set_line(False)


@contextmanager
def serving(gauge: SimulatedGauge, kind: str = "pty", number: int = 0) -> Iterator[str]:
    """Serve a gauge on a thread of its own while the body runs; give the name under which it can be opened.

    Args:
        gauge: to serve, in real time.
        kind: pty or tcp.
        number: of the TCP port; 0 takes any that is free.

    Raises:
        PortProblem: the port cannot be made.
        UsageProblem: the system has no pseudo terminals.
    """
    paths: list[str] = []
    troubles: list[PortProblem] = []
    is_known = threading.Event()

    def ready(unit: Unit, path: str) -> None:
        paths.append(path)
        is_known.set()

    def run() -> None:
        try:
            server.run()
        except PortProblem as problem:
            troubles.append(problem)
        finally:
            is_known.set()

    server = Server([gauge_port(gauge, ready, kind, number)])
    thread = threading.Thread(target=run, name=f"gauge {gauge.serial}", daemon=True)
    thread.start()
    try:
        if not is_known.wait(START_S) or not paths:
            raise troubles[0] if troubles else PortProblem(f"No port can be made for the simulated gauge {gauge.serial}.")
        yield paths[0]
    finally:
        server.stop()
        thread.join(START_S)


def gauge_port(gauge: SimulatedGauge, ready: OnReady, kind: str = "pty", number: int = 0) -> Port:
    """Return a port with a gauge behind it, still closed, for a server of its own or beside wands.

    Args:
        gauge: to serve.
        ready: told of its name once it can be opened.
        kind: pty or tcp.
        number: of the TCP port; 0 takes any that is free.

    Raises:
        UsageProblem: the system has no pseudo terminals.
    """
    # A port only feeds and steps what is behind it, by its number and its cable; a gauge has these too.
    behind = cast(Unit, gauge)
    if kind == "tcp":
        return TcpPort(behind, ready, number=number)
    if sys.platform != "win32":
        from microderm_ctl.simulator.pty_port import PtyPort

        return PtyPort(behind, ready)
    raise UsageProblem("This system has no pseudo terminals.", "Serve the simulated gauge with TCP.")
