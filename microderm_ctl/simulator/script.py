"""A hand that follows a script, and how a script is written.

``--hand FILE``: the file has a line for each thing that the hand does:

    2.0 press              at 2.0 s after the wand's first start
    +1 touch               1 s after the line before
    @next-zone lift        as soon as the wand shows the signal next-zone
    @touch+0.5 touch       0.5 s after it began to show the signal touch
    # a comment            empty lines and comments do nothing

    press [SECONDS]        presses the button, for 0.15 s unless told
    touch [MM2]            touches down and moves; the tip leaks 0.08 mm2 unless told
    lift                   lifts off
    move                   moves over the skin
    still [SECONDS]        stops moving, for good or for a time
    slip [SECONDS]         loses the seal for 0.3 s unless told
    seal MM2               another seal: 0.02 is the best, 0.2 the worst on skin
    better, worse          the same as seal 0.03 and seal 0.2
    unplug [SECONDS]       pulls the cable, for good or for a time
    plug                   puts it back

The signals are those of the protocol, and a line waits for the ones before it.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.firmware import constants as k
from microderm_ctl.simulator.hand import BETTER_MM2, FOREVER_MS, PRESS_MS, SEAL_MM2, SLIP_MS, WORSE_MM2, Hand
from microderm_ctl.simulator.pneumatics import OPEN_MM2

SIGNALS: Final = {
    "quiet": k.QUIET, "press": k.SIGNAL_PRESS, "touch": k.SIGNAL_TOUCH, "running": k.SIGNAL_RUNNING,
    "next-zone": k.SIGNAL_NEXT_ZONE, "press-to-confirm": k.SIGNAL_CONFIRM, "warning": k.SIGNAL_WARNING,
    "done": k.SIGNAL_DONE, "fault": k.SIGNAL_FAULT, "service": k.SIGNAL_SERVICE, "identify": k.SIGNAL_IDENTIFY,
}  # fmt: skip


class Line(NamedTuple):
    """A line of a script."""

    number: int
    signal: int | None
    """Wait for this signal first."""
    is_relative: bool
    """Whether the time counts from the line before, or from its signal."""
    delay_ms: int
    verb: str
    argument: float | None


class ScriptHand(Hand):
    """A hand that follows a script."""

    def __init__(self, lines: tuple[Line, ...], random: Random | None = None) -> None:
        """Take the lines of ``parse_script``."""
        super().__init__(random)
        self._lines = lines
        self._next = 0
        self._from_ms = 0
        self._seen_ms: int | None = None

    def _think(self, signal: int, pulls: bool) -> None:
        while self._next < len(self._lines) and self._is_due(self._lines[self._next], signal):
            line = self._lines[self._next]
            self._next += 1
            self._from_ms, self._seen_ms = self._now_ms, None
            _VERBS[line.verb].act(self, line.argument)

    def _is_due(self, line: Line, signal: int) -> bool:
        if line.signal is not None:
            if self._seen_ms is None and signal == line.signal:
                self._seen_ms = self._now_ms
            return self._seen_ms is not None and self._now_ms >= self._seen_ms + line.delay_ms
        return self._now_ms >= line.delay_ms + (self._from_ms if line.is_relative else 0)


class _Verb(NamedTuple):
    act: Callable[[Hand, float | None], None]
    least: float = 0.0
    most: float = 0.0
    """Range of the argument; none is taken where both are 0."""
    is_needed: bool = False


def _ms(seconds: float | None, otherwise_ms: int) -> int:
    return otherwise_ms if seconds is None else round(seconds * 1000)


_LONGEST_S: Final = 86_400
_VERBS: Final = {
    "press": _Verb(lambda hand, seconds: hand.press(_ms(seconds, PRESS_MS)), 0.02, 60),
    "touch": _Verb(lambda hand, mm2: hand.touch(SEAL_MM2 if mm2 is None else mm2), 0.001, OPEN_MM2),
    "lift": _Verb(lambda hand, _: hand.lift()),
    "move": _Verb(lambda hand, _: hand.move()),
    "still": _Verb(lambda hand, seconds: hand.still(_ms(seconds, FOREVER_MS)), 0.02, _LONGEST_S),
    "slip": _Verb(lambda hand, seconds: hand.slip(_ms(seconds, SLIP_MS)), 0.02, 60),
    "seal": _Verb(lambda hand, mm2: hand.seal(SEAL_MM2 if mm2 is None else mm2), 0.001, OPEN_MM2, True),
    "better": _Verb(lambda hand, _: hand.seal(BETTER_MM2)),
    "worse": _Verb(lambda hand, _: hand.seal(WORSE_MM2)),
    "unplug": _Verb(lambda hand, seconds: hand.unplug(_ms(seconds, FOREVER_MS)), 0.02, _LONGEST_S),
    "plug": _Verb(lambda hand, _: hand.plug()),
}


def parse_script(text: str) -> tuple[Line, ...]:
    """Return the lines of a script.

    Raises:
        UsageProblem: a line is not understood; its number is named.
    """
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            lines.append(_parse_line(number, words))
    return tuple(lines)


def _parse_line(number: int, words: list[str]) -> Line:
    if len(words) not in (2, 3):
        raise _bad_line(number, "needs a time, what to do, and at most one number")
    when, name, *rest = words
    if name not in _VERBS:
        raise _bad_line(number, f"'{name}' is none of {', '.join(_VERBS)}")
    verb = _VERBS[name]
    if verb.is_needed and not rest:
        raise _bad_line(number, f"'{name}' needs a number")
    if rest and verb.most == 0:
        raise _bad_line(number, f"'{name}' takes no number")
    argument = _number(number, rest[0], verb.least, verb.most) if rest else None
    return Line(number, *_parse_when(number, when), name, argument)


def _parse_when(number: int, when: str) -> tuple[int | None, bool, int]:
    """Return the signal to wait for, whether the time is relative, and the time in ms."""
    if not when.startswith("@"):
        return None, when.startswith("+"), round(_number(number, when.removeprefix("+"), 0, _LONGEST_S) * 1000)
    name, plus, delay = when[1:].partition("+")
    if name not in SIGNALS:
        raise _bad_line(number, f"'{name}' is no signal; they are {', '.join(SIGNALS)}")
    return SIGNALS[name], True, round(_number(number, delay, 0, _LONGEST_S) * 1000) if plus else 0


def _number(number: int, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise _bad_line(number, f"'{text}' is not a number from {least:g} to {most:g}")
    return value


def _bad_line(number: int, what: str) -> UsageProblem:
    return UsageProblem(f"Line {number} of the hand's script: {what}.", "A line is for example '2.0 press' or '@touch touch'.")


def read_script(path: Path) -> tuple[Line, ...]:
    """Return the lines of a script in a file.

    Raises:
        FileProblem: it cannot be read.
        UsageProblem: a line is not understood.
    """
    try:
        return parse_script(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"The hand's script '{path}' cannot be read.", "It is a text file; or take auto, none or keys.") from error
