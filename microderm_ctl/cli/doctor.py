"""``microderm doctor``: what works and what does not, what that means, and how to fix it."""

from collections.abc import Iterator
from contextlib import suppress
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from microderm_ctl import __version__
from microderm_ctl.cli.commands import command
from microderm_ctl.cli.context import SIM_MEMORY, SIM_SERIAL, Invocation
from microderm_ctl.cli.printer import Fixed, Report, localized
from microderm_ctl.cli.words import WIDTH
from microderm_ctl.doctor.check import Check, Result, Subject
from microderm_ctl.errors import CheckFailed
from microderm_ctl.texts import doctor as texts

if TYPE_CHECKING:
    from pathlib import Path

INDENT: Final = "   "
TO_COPY: Final = "     "
ORDER: Final = (Result.WRONG, Result.WARN, Result.UNCHECKED, Result.OK)


class Health(NamedTuple):
    """What was looked at: the worst result of all, the program's version, and each check, in the order of the looking."""

    result: Result
    version: str
    system: str
    checks: tuple[Check, ...]


@command("doctor", help="find out what does not work, and how to fix it", example="microderm doctor")
def doctor(call: Invocation) -> Report:
    """Look at everything that a treatment needs; nothing is changed."""
    import platform

    from microderm_ctl.doctor.examine import examine

    checks: list[Check] = []
    for check in examine(_subject(call)):
        call.printer.chat(1, f"{check.title}: {check.result.value}")
        checks.append(check)
    found = {check.result for check in checks}
    result = next(one for one in (Result.WRONG, Result.WARN, Result.OK) if one in found)
    health = Health(result, __version__, platform.platform(terse=True), tuple(checks))
    return Report(health, _lines, CheckFailed.exit_code if result is Result.WRONG else 0)


def _subject(call: Invocation) -> Subject:
    from microderm_ctl.records.files import directory_path
    from microderm_ctl.records.readonly import practice_offset_s

    data_dir, now_s = directory_path(call.options.data_dir), call.clock.utc_s()
    practice_s = now_s + practice_offset_s(data_dir)
    return Subject(now_s, practice_s, data_dir, call.options.port, call.options.serial, _virtual(call, data_dir, practice_s))


def _virtual(call: Invocation, data_dir: "Path", now_s: int) -> str:
    """Return the wand behind ``--port sim``; it has the memory that is there, and none is made for it."""
    told = {"serial": call.options.serial or SIM_SERIAL, "utc": str(now_s)}
    with suppress(OSError):
        if (data_dir / SIM_MEMORY).is_dir():
            told["memory"] = str(data_dir / SIM_MEMORY)
    return f"sim://?{urlencode(told)}"


def _lines(record: Health) -> Iterator[str]:
    by_result = {result: [check for check in record.checks if check.result is result] for result in ORDER}
    yield _summary({result: len(found) for result, found in by_result.items()})
    for result in (Result.WRONG, Result.WARN):
        for check in by_result[result]:
            yield ""
            yield from _trouble(check)
    for result in (Result.UNCHECKED, Result.OK):
        if by_result[result]:
            yield ""
        for check in by_result[result]:
            yield from _in_order(check)


def _summary(count: dict[Result, int]) -> str:
    wrong, warn, unchecked, well = (count[result] for result in ORDER)
    if not wrong and not warn and not unchecked:
        return texts.ALL_WELL.format(count=well)
    parts = [(texts.NOTHING_WRONG, texts.ONE_WRONG)[wrong] if wrong < 2 else texts.SOME_WRONG.format(count=wrong)]
    parts += [
        words.format(count=number)
        for words, number in ((texts.TO_KNOW, warn), (texts.IN_ORDER, well), (texts.NOT_LOOKED_AT, unchecked))
        if number
    ]
    return f"{', '.join(parts)}."


def _trouble(check: Check) -> Iterator[str]:
    yield f"{texts.MARKS[check.result.value]}  {check.title}"
    for label, text in (("", check.found), (texts.THIS_MEANS, check.means), (texts.TO_FIX_IT, check.fix)):
        if text:
            yield from _wrapped(f"{label}{localized(text)}", INDENT)
    yield from (Fixed(f"{TO_COPY}{line}") for line in check.lines)


def _in_order(check: Check) -> Iterator[str]:
    mark = texts.MARKS[check.result.value]
    indent = " " * (len(mark) + 2)
    found, more = localized(check.found), localized(f"{check.means} {check.fix}".strip())
    yield from wrap(f"{mark}  {check.title}: {found}", WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    if more:
        yield from _wrapped(more, indent)


def _wrapped(text: str, indent: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        yield from wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
