"""The one place from which anything is printed.

Standard output is data: the record that a command returned, as text or, under
``--json``, as one JSON value (streams: one a line). Standard error is everything else.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import IO, Any, Final, NamedTuple

from microderm_ctl.errors import MicrodermError, Stopped


class Report(NamedTuple):
    """What a command returns: a record, and how it is written as lines of text.

    The lines are made from the record alone, so that nothing is known only to the screen.
    ``exit_code`` is that of DESIGN's table where a record is worth printing although not all went well.
    """

    record: Any
    lines: Callable[[Any], Iterable[str]]
    exit_code: int = 0


def plain(value: object) -> object:
    """Return a value as JSON knows it: named tuples as objects, enums as their values, paths as text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str | bytes):
        return [plain(member) for member in value]
    return str(value) if isinstance(value, os.PathLike) else value


def is_terminal(stream: IO[str] | None) -> bool:
    """Return whether a stream is a terminal; a program may be started with its streams closed, and then Python has none."""
    return stream is not None and stream.isatty()


class Fixed(str):
    """A line of a table or a drawing: its columns mean something, so it is never broken."""

    __slots__ = ()


WIDTH: Final = 79
"""No line is made longer than this on a terminal, however wide it is."""


def as_json(value: object, **settings: Any) -> str:
    """Return a value as JSON."""
    import json

    return json.dumps(plain(value), **settings)


def terminal_size() -> os.terminal_size:
    """Return the size of the terminal, 80 by 24 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size()


_VERBATIM: Final = re.compile(r'=="')
"""A line that is to be copied as it is: a rule for udev."""
_LEAD: Final = re.compile(r" *(?:\d+ {1,2}|\[\d+\] |-> )?")
"""What stands before the words of a line: the lines that go on with it begin below its words."""


def fitted(lines: Iterable[str], width: int | None) -> list[str]:
    """Return lines with each that is too long broken between words, and what goes on set below its beginning.

    Args:
        lines: lines without ends; ``Fixed`` ones stay as they are.
        width: columns that a line may have; None breaks nothing.
    """
    if width is None:
        return list(lines)
    from textwrap import wrap

    found: list[str] = []
    for line in lines:
        for part in [line] if isinstance(line, Fixed) else line.split("\n"):
            if len(part) <= width or isinstance(line, Fixed) or _VERBATIM.search(part):
                found.append(part)
                continue
            lead = _LEAD.match(part)
            below = " " * (lead.end() if lead else 0)
            first = part[: len(below)]
            found += wrap(
                part[len(below) :], width, initial_indent=first, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
            )
    return found


_UTC: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def localized(text: str) -> str:
    """Return a text of the rules with its times, ``2026-05-01 14:05 UTC``, on the clock of this computer. JSON keeps them as they are."""

    def local(match: re.Match[str]) -> str:
        from datetime import datetime

        return datetime.fromisoformat(f"{match.group(1)}+00:00").astimezone().strftime("%Y-%m-%d %H:%M")

    return _UTC.sub(local, text)


class Printer:
    """Prints reports, streams, notes and errors in the form that was asked for."""

    def __init__(self, as_json: bool = False, debug: bool = False, verbose: int = 0, plain: bool = False) -> None:
        """Take the form: JSON or text, with or without tracebacks, how much is told besides, and whether each line is one sentence."""
        self.as_json = as_json
        self.debug = debug
        self.verbose = verbose
        self.plain = plain

    @property
    def width(self) -> int | None:
        """Columns for a line of text; None where lines are not broken, without a terminal. A terminal itself would break words."""
        if not is_terminal(sys.stdout):
            return None
        return min(terminal_size().columns - 1, WIDTH)

    @property
    def height(self) -> int | None:
        """Lines that are seen at once; None without a terminal."""
        return terminal_size().lines if is_terminal(sys.stdout) else None

    @property
    def in_tables(self) -> bool:
        """Whether what has columns is shown as a table: not to a screen reader, nor where a table would not fit. Else in sentences."""
        return not self.plain and self.width in (None, WIDTH)

    def report(self, report: Report) -> None:
        """Print what a command returned."""
        if self.as_json:
            self._data(as_json(report.record, indent=2))
        else:
            lines = fitted(report.lines(report.record), self.width)
            if lines:
                self._data("\n".join(lines))

    def event(self, record: object, line: str | Iterable[str] | None) -> None:
        """Print one record of a stream at once: a line of JSON, or lines of text (None: nothing).

        Raises:
            Stopped: nobody reads it any more, so what runs has to end.
        """
        if self.as_json:
            text = as_json(record, separators=(",", ":"))
        elif line is None:
            return
        else:
            text = "\n".join(fitted([line] if isinstance(line, str) else line, self.width))
        try:
            self._data(text)
        except BrokenPipeError:
            raise Stopped("Nobody reads the output any more, so this was stopped.") from None

    def note(self, text: str) -> None:
        """Say something besides the data, on standard error."""
        self.aside(as_json({"note": text}) if self.as_json else "\n".join(fitted([text], self.width)))

    def chat(self, level: int, text: str) -> None:
        """Say something that is wanted only with so many ``-v``."""
        if self.verbose >= level:
            self.note(text)

    def say(self, *lines: str) -> None:
        """Write lines to standard error, in the width of the terminal."""
        for line in fitted(lines, self.width):
            self.aside(line)

    def aside(self, text: str) -> None:
        """Write a line to standard error as it is; a closed one is nobody's loss."""
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            return

    def error(self, problem: MicrodermError, cause: BaseException | None = None) -> None:
        """Print an error: its sentence and what to do, or as JSON; with ``--debug`` where it came from."""
        if self.debug:
            from traceback import print_exception

            print_exception(cause or problem)
        if self.as_json:
            self.aside(as_json(problem.record()))
            return
        self.say(localized(problem.sentence))
        if problem.hint:
            self.say(localized(problem.hint))

    def _data(self, text: str) -> None:
        print(text, flush=True)
