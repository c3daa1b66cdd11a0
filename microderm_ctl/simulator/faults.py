"""What can be wrong with a virtual wand, and from when on.

A fault is written ``KIND[=VALUE][@SECONDS]``, the seconds counted from the wand's first start:

    stuck-pump[=on|off]         runs at full speed whatever it is told (on), or never turns
    stuck-vent[=closed|open]    the valve no longer moves
    clogged-filter[=50]         factor on the resistance of a clean filter, 1 to 10000
    sensor-frozen               the last reading, for ever
    sensor-dead                 reads the lowest count
    sensor-noisy[=20]           factor on the noise, 1 to 1000
    sensor-drifting[=200]       Pa per second, -5000 to 5000
    sensor-aged[=0.02]          its gain has moved since it was calibrated, -0.1 to 0.1
    sluggish[=5]                the sensor follows with a time constant of so many seconds, 0.1 to 60
    stuck-bit[=7]               a bit of the converter is always set, 2 to 14 (256 Pa is bit 7)
    leak[=2]                    a seal or the fixture leaks through so many mm2, 0.001 to 28
    memory-forgets[=records|all]  writes read well and are gone after the next restart: of calibration and map, or all
    swap=SERIAL                 another wand hangs on the cable: other identity, other errors, other memory
    tip=NAME                    another tip: fine, medium, coarse, none
    brown-out[=300]             the supply fails for so many ms, 20 to 60000
    late-step[=80]              one step comes so many ms late, 20 to 5000

Faults of the link (frames lost, doubled, late) do not sit in the wand: see ``link_faults``.
"""

from difflib import get_close_matches
from typing import Final, NamedTuple

from microderm_ctl.errors import UsageProblem
from microderm_ctl.simulator.tips import TIP_OHM

MOST_S: Final = 86_400
SERIAL_MOST: Final = 12


class Fault(NamedTuple):
    """One thing that goes wrong at a time."""

    kind: str
    """One of the kinds above."""
    word: str = ""
    """The value of a kind that takes a word."""
    number: float = 0.0
    """The value of a kind that takes a number."""
    at_ms: int = 0
    """From when on, in ms since the wand's first start."""


class _Words(NamedTuple):
    default: str
    words: tuple[str, ...]


class _Range(NamedTuple):
    default: float
    least: float
    most: float
    is_whole: bool = False


class _Serial(NamedTuple):
    """A serial number."""


_KINDS: Final[dict[str, _Words | _Range | _Serial | None]] = {
    "stuck-pump": _Words("on", ("on", "off")),
    "stuck-vent": _Words("closed", ("closed", "open")),
    "clogged-filter": _Range(50, 1, 10_000),
    "sensor-frozen": None,
    "sensor-dead": None,
    "sensor-noisy": _Range(20, 1, 1_000),
    "sensor-drifting": _Range(200, -5_000, 5_000),
    "sensor-aged": _Range(0.02, -0.1, 0.1),
    "sluggish": _Range(5, 0.1, 60),
    "stuck-bit": _Range(7, 2, 14, True),
    "leak": _Range(2, 0.001, 28),
    "memory-forgets": _Words("records", ("records", "all")),
    "swap": _Serial(),
    "tip": _Words("", tuple(TIP_OHM)),
    "brown-out": _Range(300, 20, 60_000),
    "late-step": _Range(80, 20, 5_000),
}
KINDS: Final = tuple(_KINDS)


def parse_fault(text: str) -> Fault:
    """Return the fault that a text asks for.

    Raises:
        UsageProblem: no such kind (the nearest is named), or a value or time out of range.
    """
    body, at, when = text.strip().partition("@")
    kind, equals, value = body.partition("=")
    if kind not in _KINDS:
        raise _unknown(kind)
    at_ms = round(_number(when, text, 0, MOST_S) * 1000) if at else 0
    rule = _KINDS[kind]
    if rule is None and equals:
        raise UsageProblem(f"The fault '{kind}' takes no value.", f"Write '{kind}' or '{kind}@12' for 12 s after the start.")
    if isinstance(rule, _Words):
        return Fault(kind, _word(value or rule.default, kind, rule), 0.0, at_ms)
    if isinstance(rule, _Range):
        return Fault(kind, "", _number(value, text, rule.least, rule.most, rule.is_whole) if equals else rule.default, at_ms)
    if isinstance(rule, _Serial):
        check_serial(value)
        return Fault(kind, value, 0.0, at_ms)
    return Fault(kind, "", 0.0, at_ms)


def _unknown(kind: str) -> UsageProblem:
    near = get_close_matches(kind, KINDS, 1)
    question = f" Did you mean '{near[0]}'?" if near else ""
    return UsageProblem(f"There is no fault '{kind}'.{question}", f"Faults are {', '.join(KINDS)}.")


def _word(value: str, kind: str, rule: _Words) -> str:
    if value not in rule.words:
        raise UsageProblem(f"'{value}' is not a value of the fault '{kind}'.", f"It takes {', '.join(rule.words)}.")
    return value


def _number(value: str, text: str, least: float, most: float, is_whole: bool = False) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most or (is_whole and number % 1):
        raise UsageProblem(f"'{value}' in the fault '{text}' is not a {'whole ' if is_whole else ''}number from {least:g} to {most:g}.")
    return number


def check_serial(serial: str) -> None:
    """Accept a serial number that fits the wire and a file name.

    Raises:
        UsageProblem: it does not.
    """
    is_plain = serial.isascii() and serial.replace("-", "").replace("_", "").isalnum()
    if not is_plain or not 0 < len(serial) <= SERIAL_MOST:
        raise UsageProblem(f"'{serial}' is not a serial number.", f"It has up to {SERIAL_MOST} letters, digits, '-' and '_'.")
