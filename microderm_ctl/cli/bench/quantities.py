"""Numbers that are typed with their unit: the air of a bench. One without a unit is refused, with an example."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

from microderm_ctl.cli.ask import Asker
from microderm_ctl.errors import UsageProblem

T = TypeVar("T")

ROOM: Final = "Temperature of the room, for example '22.4 C'?"
_TYPED: Final = re.compile(r"\s*([+-]?\d{1,7}(?:[.,]\d{1,4})?)\s*(\S*)\s*", re.ASCII)
_KELVIN_AT_0_C: Final = 273.15
_TEMPERATURES: Final = {"c": 0.0, "degc": 0.0, "°c": 0.0, "k": -_KELVIN_AT_0_C}
_PRESSURES: Final = {"hpa": 100.0, "mbar": 100.0, "kpa": 1000.0, "pa": 1.0, "mmhg": 133.322}


def asked_for(ask: Asker, given: str | None, question: str, flag: str, reader: Callable[[str], T]) -> T:
    """Return what an option gave, or what is typed at a question; what is not understood there is asked again.

    Raises:
        UsageProblem: the option is not understood, or nobody can be asked.
    """
    if given is not None:
        return reader(given)
    while True:
        typed = ask.line(question, flag)
        try:
            return reader(typed)
        except UsageProblem as problem:
            ask.say(problem.sentence, *([problem.hint] if problem.hint else []))


def temperature_c(text: str) -> float:
    """Return a temperature in degrees Celsius: ``22.4 C``.

    Raises:
        UsageProblem: no number, no unit or another one, or no temperature of a room.
    """
    number, unit = _parts(text, "a temperature", "22.4 C")
    if unit not in _TEMPERATURES:
        raise UsageProblem(f"'{text}' is not a temperature that is understood here.", "Write it with its unit, for example '22.4 C'.")
    return _within(number + _TEMPERATURES[unit], -20, 60, text, "a temperature of a room")


def pressure_pa(text: str) -> int:
    """Return an air pressure in pascals: ``1013.2 hPa``.

    Raises:
        UsageProblem: no number, no unit or another one, or no pressure of air.
    """
    number, unit = _parts(text, "an air pressure", "1013.2 hPa")
    if unit not in _PRESSURES:
        raise UsageProblem(f"'{text}' is not an air pressure that is understood here.", "Write it with its unit, for example '1013.2 hPa'.")
    return round(_within(number * _PRESSURES[unit], 50_000, 110_000, text, "an air pressure"))


def humidity_percent(text: str) -> float:
    """Return a relative humidity in per cent: ``45 %``.

    Raises:
        UsageProblem: no number, no unit or another one, or out of range.
    """
    number, unit = _parts(text, "a humidity", "45 %")
    if unit not in ("%", "%rh"):
        raise UsageProblem(f"'{text}' is not a humidity that is understood here.", "Write it with its unit, for example '45 %'.")
    return _within(number, 0, 100, text, "a relative humidity")


def _parts(text: str, what: str, example: str) -> tuple[float, str]:
    match = _TYPED.fullmatch(text)
    if match is None:
        raise UsageProblem(f"'{text}' is not {what}.", f"Write it with its unit, for example '{example}'.")
    return float(match.group(1).replace(",", ".")), match.group(2).casefold()


def _within(value: float, least: float, most: float, text: str, what: str) -> float:
    if not least <= value <= most:
        raise UsageProblem(f"'{text}' is not {what}.", "Read the instrument again.")
    return value
