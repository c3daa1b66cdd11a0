"""A gauge at the end of a line: one question, one answer, every wait bounded.

What waits is thrown away before each question, so that no answer is taken for the next one's;
an answer that comes too late is waited for as long again, and thrown away too. What comes on a
second try counts only once it is sure that it is not the late answer to the first.
"""

import math
from contextlib import suppress
from typing import Final

from microderm_ctl.bench.gauges.description import Description, cut, part_of
from microderm_ctl.bench.gauges.gauge import GaugeReading, Identity
from microderm_ctl.bench.gauges.judge import check_unit
from microderm_ctl.bench.gauges.port import Line, PortLine
from microderm_ctl.bench.gauges.problems import GaugeGarbled, GaugeLost, GaugeProblem, GaugeRefusal, GaugeSilent, GaugeUnfit
from microderm_ctl.bench.gauges.units import UNITS_PA, Unit, parse_unit
from microderm_ctl.clock import Clock, RealClock
from microderm_ctl.errors import PortMissing, UsageProblem
from microderm_ctl.link.ports import open_port

ANSWER_MOST: Final = 512
"""Bytes; what goes on for longer without an end is no answer."""
SHOWN_MOST: Final = 60
"""Characters of a strange answer that a person is shown."""
NUMBER_MOST: Final = 1e9
"""In any unit; instruments write 9.9E37 for a display that is over its range."""
ZERO_MOST_PA: Final = 2_000.0
"""Further from zero than this is no vented port, or no gauge-pressure instrument: it is not zeroed away."""
DRAIN_MOST: Final = 64
"""Reads in one go of throwing away; a gauge that talks all the time must not hold us."""

QUIET_MS: Final = 50
"""No gap inside an answer is so long: the rest of a late one must not be taken for the next."""


def open_gauge(spec: str, description: Description, clock: Clock | None = None) -> "LineGauge":
    """Open a gauge at a serial port, a ``socket://HOST:PORT`` or a pseudo terminal; nothing is asked yet.

    Raises:
        UsageProblem: no such kind of port.
        PortProblem: it cannot be opened.
        GaugeLost: it went away at once.
    """
    if spec == "sim" or spec.startswith("sim:"):
        raise UsageProblem(
            f"'{spec}' is a virtual wand, not a gauge.", "A gauge is at a device such as /dev/ttyUSB0, or at 'socket://HOST:PORT'."
        )
    try:
        port = open_port(spec, line=description.line)
    except PortMissing as missing:
        if "://" not in spec:
            raise
        raise PortMissing(f"Nothing listens at {spec}.", "Is the gauge, or its network adapter, switched on?", missing.details) from missing
    try:
        return LineGauge(PortLine(port), description, clock or RealClock(), spec)
    except GaugeLost:
        port.close()
        raise


class LineGauge:
    """A gauge that answers questions as its description says."""

    is_typed = False

    def __init__(self, line: Line, description: Description, clock: Clock, name: str = "") -> None:
        """Take over a line, and wake the gauge.

        Args:
            line: to it.
            description: how it talks.
            clock: gives readings their time.
            name: of its port, for messages.
        """
        self.description = description
        self._line = line
        self._clock = clock
        self._name = name or description.name
        self._unit = description.fixed_unit
        self._buffer = b""
        self._answered = 0
        self._has_failed = False
        if description.talk.wake:
            self._line.send(description.talk.wake.encode("ascii"))
            self._throw_away(description.talk.timeout_ms // 10)

    @property
    def can_zero(self) -> bool:
        """Whether its description says how."""
        return self.description.zero is not None

    def close(self) -> None:
        """Let go of the line."""
        self._line.close()

    def identify(self) -> Identity:
        """Return who it says it is (nothing, where it cannot say), and learn its unit anew.

        Raises:
            GaugeProblem: silent, garbled or refusing.
            GaugeLost: its port went away.
        """
        asked = self.description.identify
        found = Identity()
        if asked is not None:
            parts = cut(_without_header(self._ask(asked.question.ask), asked.question.ask), asked.question.separator)
            found = Identity(*(part_of(parts, place) for place in (asked.maker, asked.model, asked.serial)))
        if self.description.ask_unit is not None:
            self._unit = self._learn_unit()
        return found

    def read(self) -> GaugeReading:
        """Return a fresh reading.

        Raises:
            GaugeProblem: silent, garbled or refusing.
            GaugeLost: its port went away.
        """
        if self._unit is None and self.description.ask_unit is not None:
            self._unit = self._learn_unit()
        asked_ms = self._clock.now_ms()
        trouble: GaugeProblem | None = None
        for _ in range(self.description.talk.tries):
            asked_ms = self._clock.now_ms()
            answer = self._ask(self.description.read.question.ask)
            try:
                return self._understood(answer, asked_ms)
            except GaugeGarbled as garbled:
                trouble = garbled
        raise trouble or GaugeGarbled("The gauge was not asked.")

    def zero(self) -> None:
        """Let it take the pressure of now as zero.

        Raises:
            GaugeUnfit: it reads more than 2 kPa, so its port is not vented or it is no gauge-pressure instrument.
            GaugeProblem: it cannot be zeroed from here.
        """
        zero = self.description.zero
        if zero is None:
            raise GaugeProblem("This gauge cannot be zeroed from the computer.", "Vent it and press its ZERO key.")
        reading = self.read()
        if abs(reading.vacuum_pa) > ZERO_MOST_PA:
            raise GaugeUnfit(
                f"The gauge was not zeroed: it shows {_quoted(reading.raw)}, too far from zero.",
                "Vent it first. An absolute gauge shows about 100 kPa when vented; it is never zeroed and cannot be used here.",
                {"mistake": "not vented", "raw": reading.raw},
            )
        self._say(zero.send)
        self._clock.sleep_ms(zero.wait_ms)

    def _understood(self, answer: str, asked_ms: int) -> GaugeReading:
        read = self.description.read
        parts = cut(_without_header(answer, read.question.ask), read.question.separator)
        unit = self._unit if read.unit == 0 else self._unit_in(part_of(parts, read.unit), answer)
        if unit is None:
            raise _garbled(self._name, answer, "no unit")
        value = _number(part_of(parts, read.value))
        if value is None:
            raise _garbled(self._name, answer, "no number where its description has one")
        if abs(value) > NUMBER_MOST:
            raise GaugeUnfit(
                f"The gauge at {self._name} is over its range: {_quoted(answer)}.",
                "Vent it. If it stays so, its sensor or module is missing or broken.",
                {"mistake": "over range", "raw": answer},
            )
        vacuum_pa = self.description.vacuum_is.vacuum_pa(value, unit)
        return GaugeReading(vacuum_pa, answer, unit, asked_ms, self._clock.now_ms(), part_of(parts, read.stamp))

    def _learn_unit(self) -> Unit:
        asked = self.description.ask_unit
        if asked is None:
            raise GaugeProblem("The gauge has no question for its unit.")
        answer = self._ask(asked.question.ask)
        return self._unit_in(part_of(cut(_without_header(answer, asked.question.ask), asked.question.separator), asked.unit), answer)

    def _unit_in(self, text: str, answer: str) -> Unit:
        unit = parse_unit(text)
        if unit is None:
            raise _garbled(self._name, answer, f"'{_printable(text)}' is no unit of pressure known here ({', '.join(UNITS_PA)})")
        check_unit(unit)
        return unit

    def _ask(self, question: str) -> str:
        """Return the answer to a question, asked as often as its description allows."""
        talk = self.description.talk
        got_something = False
        self._settle()
        first_ms = self._clock.now_ms()
        for _ in range(talk.tries):
            self._say(question)
            late_ms = self._clock.now_ms() - first_ms
            answer = self._answer(talk.timeout_ms, question)
            if answer is not None and not (got_something := self._is_of_an_earlier_try(late_ms)):
                self._answered += 1
                self._check_refusal(question, answer)
                return answer
            got_something |= self._throw_away(talk.timeout_ms)
        self._has_failed = True
        raise self._no_answer(question, got_something)

    def _settle(self) -> None:
        """After a failure hear out what may still come, so that it is not taken for the answer to another question."""
        if self._has_failed:
            talk = self.description.talk
            for _ in range(talk.tries + 1):
                if not self._throw_away(2 * talk.tries * talk.timeout_ms):
                    break
            self._has_failed = False

    def _is_of_an_earlier_try(self, late_ms: int) -> bool:
        """Return whether an answer that came was a late one to an earlier try: then that to this try is still to come.

        Args:
            late_ms: how long after the first try this one was asked; an answer to it comes as much later.
        """
        timeout_ms = self.description.talk.timeout_ms
        return late_ms >= timeout_ms and self._throw_away(late_ms + timeout_ms // 4)

    def _say(self, text: str) -> None:
        self._clock.sleep_ms(self.description.talk.pause_ms)
        self._throw_away(0)
        self._line.send((text + self.description.talk.send_end).encode("ascii"))

    def _throw_away(self, wait_ms: int) -> bool:
        """Forget what came and comes, until it is quiet; return whether there was any."""
        had_any = bool(self._buffer)
        self._buffer = b""
        for turn in range(DRAIN_MOST):
            if not self._line.receive(min(wait_ms, QUIET_MS) if turn else wait_ms):
                break
            had_any = True
        return had_any

    def _answer(self, timeout_ms: int, question: str) -> str | None:
        """Return the next line that is neither empty nor our own question echoed, or None in time."""
        deadline_ms = self._clock.now_ms() + timeout_ms
        while True:
            while (line := self._next_line()) is not None:
                if line and line != question:
                    return line
            left_ms = deadline_ms - self._clock.now_ms()
            if left_ms <= 0 or len(self._buffer) > ANSWER_MOST:
                return None
            data = self._line.receive(left_ms)
            if not data:
                return None
            self._buffer += data

    def _next_line(self) -> str | None:
        ends = [place for end in self.description.talk.answer_end if (place := self._buffer.find(end.encode("ascii"))) >= 0]
        if not ends:
            return None
        line, self._buffer = self._buffer[: min(ends)], self._buffer[min(ends) + 1 :]
        return line.decode("latin-1").strip()

    def _check_refusal(self, question: str, answer: str) -> None:
        if answer.upper().startswith(tuple(start.upper() for start in self.description.errors.starts)):
            raise GaugeRefusal(
                f"The gauge at {self._name} answered '{question}' with an error: {_quoted(answer)}.",
                "Look the error up in its manual, and check that the description fits this gauge.",
                {"raw": answer},
            )

    def _no_answer(self, question: str, got_something: bool) -> GaugeProblem:
        told = "" if got_something else self._last_error(question)
        if told:
            return GaugeRefusal(
                f"The gauge at {self._name} does not answer '{question}'. Its error: {_quoted(told)}.",
                "Check that the description fits this gauge.",
                {"raw": told},
            )
        timeout_ms, tries = self.description.talk.timeout_ms, self.description.talk.tries
        if got_something:
            return GaugeGarbled(
                f"The gauge at {self._name} sends bytes, but no whole answer within {timeout_ms} ms.",
                "Check baud, data bits, parity and stop bits on both sides; a slow gauge needs a longer timeout_ms in its description.",
            )
        if self._answered:
            return GaugeSilent(
                f"The gauge at {self._name} has fallen silent: no answer to {tries} questions.",
                "Has it switched itself off? Switch its auto-off to 'never', or use its mains supply; then zero it and repeat the series.",
                {"answers_before": self._answered},
            )
        return GaugeSilent(
            f"The gauge at {self._name} does not answer '{question}' (asked {tries} times).",
            "Is it on, is its remote mode on, do baud and cable (crossed or straight) fit, and is it the gauge of this description?",
            {"answers_before": 0},
        )

    def _last_error(self, failed: str) -> str:
        """Return what the gauge says of its last error; nothing where it says none, or cannot be asked."""
        ask = self.description.errors.ask
        if not ask or ask == failed:
            return ""
        with suppress(GaugeProblem):
            self._say(ask)
            told = self._answer(self.description.talk.timeout_ms, ask) or ""
            words = told.replace(",", " ").split()
            is_none = any(_number(word) == 0 for word in words[:2])
            return "" if is_none else told
        return ""


def _without_header(answer: str, ask: str) -> str:
    """Return an answer without the words of its question, which SCPI instruments may repeat before it."""
    header = ask.rstrip("?") + " "
    return answer[len(header) :] if answer.upper().startswith(header.upper()) else answer


def _number(text: str) -> float | None:
    """Return the number that the last word of a text is."""
    words = text.split()
    try:
        value = float(words[-1]) if words and "_" not in words[-1] else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _garbled(name: str, answer: str, why: str) -> GaugeGarbled:
    return GaugeGarbled(
        f"The gauge at {name} answered {_quoted(answer)}: {why}.",
        "Check that the description fits this gauge, and baud and parity on both sides.",
        {"raw": _printable(answer)},
    )


def _printable(text: str) -> str:
    return "".join(one if " " <= one <= "~" else f"\\x{ord(one):02x}" for one in text)


def _quoted(text: str) -> str:
    shown = _printable(text)
    return f"'{shown[:SHOWN_MOST]}...'" if len(shown) > SHOWN_MOST else f"'{shown}'"
