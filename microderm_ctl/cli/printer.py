"""The one place from which anything is printed.

Standard output is data: the record that a command returned, as text or, under
``--json``, as one JSON value (streams: one a line). Standard error is everything else.
"""

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import PurePath
from typing import Any, Final, NamedTuple

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
    return str(value) if isinstance(value, PurePath) else value


_UTC: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def localized(text: str) -> str:
    """Return a text of the rules with its times, ``2026-05-01 14:05 UTC``, on the clock of this computer. JSON keeps them as they are."""

    def local(match: re.Match[str]) -> str:
        from datetime import datetime

        return datetime.fromisoformat(f"{match.group(1)}+00:00").astimezone().strftime("%Y-%m-%d %H:%M")

    return _UTC.sub(local, text)


class Printer:
    """Prints reports, streams, notes and errors in the form that was asked for."""

    def __init__(self, as_json: bool = False, debug: bool = False, verbose: int = 0) -> None:
        """Take the form: JSON or text, with or without tracebacks, and how much is told besides."""
        self.as_json = as_json
        self.debug = debug
        self.verbose = verbose

    def report(self, report: Report) -> None:
        """Print what a command returned."""
        if self.as_json:
            self._data(json.dumps(plain(report.record), indent=2))
        else:
            lines = list(report.lines(report.record))
            if lines:
                self._data("\n".join(lines))

    def event(self, record: object, line: str | None) -> None:
        """Print one record of a stream at once: a line of JSON, or a line of text (None: nothing).

        Raises:
            Stopped: nobody reads it any more, so what runs has to end.
        """
        text = json.dumps(plain(record), separators=(",", ":")) if self.as_json else line
        if text is None:
            return
        try:
            self._data(text)
        except BrokenPipeError:
            raise Stopped("Nobody reads the output any more, so this was stopped.") from None

    def note(self, text: str) -> None:
        """Say something besides the data, on standard error."""
        self.aside(json.dumps({"note": text}) if self.as_json else text)

    def chat(self, level: int, text: str) -> None:
        """Say something that is wanted only with so many ``-v``."""
        if self.verbose >= level:
            self.note(text)

    def aside(self, text: str) -> None:
        """Write a line to standard error as it is; a closed one is nobody's loss."""
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            return

    def error(self, problem: MicrodermError, cause: BaseException | None = None) -> None:
        """Print an error: its sentence and what to do, or as JSON; with ``--debug`` where it came from."""
        if self.debug:
            traceback.print_exception(cause or problem)
        if self.as_json:
            self.aside(json.dumps(plain(problem.record())))
            return
        self.aside(localized(problem.sentence))
        if problem.hint:
            self.aside(localized(problem.hint))

    def _data(self, text: str) -> None:
        print(text, flush=True)
