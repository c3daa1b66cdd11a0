"""A gauge whose display a person reads: every number is typed twice, and both must agree."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from microderm_ctl.bench.gauges.gauge import GaugeReading, Identity, Sign
from microderm_ctl.bench.gauges.judge import check_unit
from microderm_ctl.bench.gauges.problems import GaugeProblem
from microderm_ctl.bench.gauges.units import Unit, parse_unit
from microderm_ctl.clock import Clock
from microderm_ctl.errors import UsageProblem

DIGITS_APART: Final = 2
"""The display may move between two looks; more than two of its last digits is a slip of the finger."""
ROUNDS: Final = 3
_TYPED: Final = re.compile(r"([+-]?\d{1,7}(?:[.,]\d{0,6})?)(?:\s*([^\d\s.,+-].*))?", re.ASCII)


class TypedQuestion(NamedTuple):
    """What a person is to be asked; the caller says it in words."""

    time: int
    """1 for the first time, 2 for the second."""
    unit: str
    """In which the display shows it."""
    sign: Sign
    """How the display shows a vacuum."""
    problem: str = ""
    """Why it is asked again; empty otherwise."""


Asks = Callable[[TypedQuestion], str]
"""Shows the question and returns what was typed."""


class TypedGauge:
    """A gauge without a line."""

    can_zero = False
    is_typed = True

    def __init__(self, ask: Asks, clock: Clock, unit: Unit, sign: Sign = Sign.NEGATIVE, identity: Identity | None = None) -> None:
        """Take the way to ask.

        Args:
            ask: shows a question and returns what was typed; bench itself asks nothing.
            clock: gives readings their time.
            unit: in which its display shows.
            sign: how its display shows a vacuum.
            identity: as its record says, since nobody can ask it.

        Raises:
            GaugeUnfit: the unit is absolute.
        """
        check_unit(unit)
        self._ask = ask
        self._clock = clock
        self._unit = unit
        self._sign = sign
        self._identity = identity or Identity()

    def identify(self) -> Identity:
        """Return what its record says."""
        return self._identity

    def zero(self) -> None:
        """Refuse: a person presses its key.

        Raises:
            GaugeProblem: always.
        """
        raise GaugeProblem("This gauge cannot be zeroed from the computer.", "Vent it and press its ZERO key.")

    def close(self) -> None:
        """Do nothing: there is no port."""

    def read(self) -> GaugeReading:
        """Return the mean of two numbers typed one after the other, once they agree within two digits of the display.

        Raises:
            UsageProblem: after three rounds there were no two that agree.
        """
        problem = ""
        for _ in range(ROUNDS):
            asked_ms = self._clock.now_ms()
            first = self._ask(TypedQuestion(1, self._unit.name, self._sign, problem))
            problem = self._problem_of(first)
            if problem:
                continue
            second = self._ask(TypedQuestion(2, self._unit.name, self._sign))
            problem = self._problem_of(second) or _difference(_parsed(first), _parsed(second))
            if not problem:
                return self._reading(first, second, asked_ms)
        raise UsageProblem(f"The reading of the gauge was not taken: {problem}", "Read the display again, and repeat the point.")

    def _problem_of(self, text: str) -> str:
        match = _TYPED.fullmatch(text.strip())
        if match is None:
            return f"'{text.strip()}' is not a number as a display shows it."
        unit = parse_unit(match.group(2)) if match.group(2) else self._unit
        if unit != self._unit:
            return f"The gauge is entered as one in {self._unit.name}, not in '{match.group(2)}'."
        return ""

    def _reading(self, first: str, second: str, asked_ms: int) -> GaugeReading:
        shown = float((_parsed(first) + _parsed(second)) / 2)
        vacuum_pa = self._sign.vacuum_pa(shown, self._unit)
        return GaugeReading(vacuum_pa, f"{first.strip()} | {second.strip()}", self._unit, asked_ms, self._clock.now_ms())


def _parsed(text: str) -> Decimal:
    match = _TYPED.fullmatch(text.strip())
    return Decimal(match.group(1).replace(",", ".")) if match else Decimal(0)


def _digit(number: Decimal) -> Decimal:
    """Return one step of the last digit that was typed."""
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def _difference(first: Decimal, second: Decimal) -> str:
    """Return why two numbers do not agree, or nothing."""
    step = min(_digit(first), _digit(second))
    if abs(first - second) <= DIGITS_APART * step:
        return ""
    return f"{first} and {second} differ by more than {DIGITS_APART} digits."
