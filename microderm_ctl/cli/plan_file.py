"""A professional's plan as a small TOML file: read, checked line by line, and the form to be filled in."""

import re
import sys
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from microderm_ctl.cli.answers import STDIN
from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.safety import TODAY, ProfessionalPlan
from microderm_ctl.safety.evidence import COURSE_MOST, FLOOR_DAYS, INTERVAL_DAYS
from microderm_ctl.texts import plan as texts

MOST_BYTES: Final = 20_000
"""A plan is a page of text; what is longer is something else."""
MOST_DAYS: Final = 731
"""A plan holds for two years at most; our own choice, as skin changes and a year is easily mistyped."""
NUMBERS: Final = {"interval_days": 365, "course_length": 100}
"""Numbers that a plan may hold, from 1 to these; what the rules make of them is theirs to say."""
NAME_MOST: Final = 60
NOBODYS_DAYS: Final = (FLOOR_DAYS.sensitive, INTERVAL_DAYS.sensitive)
"""Least and usual days between two treatments where nobody is known: the most careful ones."""
DARK_MARK: Final = "dark_mark"
CLEARABLE: Final = (*(question.id for question in TODAY if question.doctor_first), DARK_MARK)
"""The conditions that a professional may clear."""
ASKED: Final = (*(question.id for question in TODAY), DARK_MARK)
KEYS: Final = ("name", "date", "expires", "interval_days", "course_length", "cleared")
NEEDED: Final = ("name", "date", "expires")
YEARS: Final = (2020, 2100)


def example(today: date, floor_days: int, interval_days: int) -> str:
    """Return the form of a plan, which can be imported as soon as the name is filled in."""
    words = {question.id: question.text for question in TODAY} | {DARK_MARK: texts.MARK_CONDITION}
    conditions = "".join(texts.CONDITION.format(name=name, words=words[name]) for name in CLEARABLE)
    expires = today + timedelta(days=365)
    return texts.EXAMPLE.format(
        name=texts.NAME_TO_FILL, date=today, expires=expires, floor=floor_days, interval=interval_days, most=COURSE_MOST.value,
        conditions=conditions,
    )  # fmt: skip


def write(name: str, form: str) -> None:
    """Write a form to a file that is not there yet.

    Raises:
        FileProblem: it is there, or cannot be written.
    """
    try:
        with Path(name).open("x", encoding="utf-8") as file:
            file.write(form)
    except (OSError, ValueError) as error:
        is_there = isinstance(error, FileExistsError)
        cause = texts.IS_THERE if is_there else (error.strerror if isinstance(error, OSError) else None) or texts.NO_FILE
        raise FileProblem(texts.NOT_WRITTEN.format(path=name, cause=cause), texts.ELSEWHERE, {"path": name}) from error


def read_plan(source: str, now_s: int) -> ProfessionalPlan:
    """Return the plan of a file, or of standard input where the name is ``-``; days begin on the clock of this computer.

    Raises:
        FileProblem: it cannot be read, is too long, or is no TOML; the line is named.
        UsageProblem: a key or a value does not fit, or the plan is not in date; lines are named.
    """
    where = texts.STDIN if source == STDIN else f"'{source}'"
    text = _text(source, where)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileProblem(texts.NO_TOML.format(where=where, cause=_first_small(str(error))), texts.SEE_FORM, {"path": source}) from error
    wrong = [*_unknown(values, text), *_missing(values), *_unfit(values, text)]
    if not wrong:
        wrong = _out_of_date(values, text, datetime.fromtimestamp(now_s).astimezone().date())
    if wrong:
        sentence = "\n  ".join([texts.DOES_NOT_FIT.format(where=where), *wrong])
        raise UsageProblem(sentence, f"{texts.SEE_FORM} {texts.NO_LIMITS}", {"wrong": wrong})
    return ProfessionalPlan(
        " ".join(values["name"].split()), _begin_s(values["date"]), _begin_s(values["expires"]), values.get("interval_days"),
        values.get("course_length"), tuple(dict.fromkeys(values.get("cleared", ()))),
    )  # fmt: skip


def _text(source: str, where: str) -> str:
    try:
        if source == STDIN:
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        cause = (error.strerror if isinstance(error, OSError) else None) or texts.NO_FILE
        raise FileProblem(texts.UNREADABLE.format(where=where, cause=cause), texts.NAME_A_FILE, {"path": source}) from error
    if len(content) > MOST_BYTES:
        raise FileProblem(texts.TOO_LARGE.format(where=where, most=MOST_BYTES), texts.SEE_FORM, {"path": source})
    try:
        encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"  # PowerShell's > writes the former
        return content.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileProblem(texts.NO_TEXT.format(where=where, line=line), texts.SEE_FORM, {"path": source}) from error


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _line(key: str, text: str) -> str:
    """Return where a key stands, for the beginning of a sentence."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}\b", line):
            return texts.LINE.format(number=number)
    return ""


def _unknown(values: Mapping[str, Any], text: str) -> list[str]:
    return [texts.NOT_KNOWN.format(line=_line(key, text), key=key, near=_near(key, KEYS)) for key in values if key not in KEYS]


def _near(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    return texts.NEAR.format(near=near[0]) if near else ""


def _problem(key: str, text: str, problem: str) -> str:
    return texts.PROBLEM.format(line=_line(key, text), key=key, problem=problem)


def _missing(values: Mapping[str, Any]) -> list[str]:
    return [texts.MISSING.format(key=key) for key in NEEDED if key not in values]


def _unfit(values: Mapping[str, Any], text: str) -> list[str]:
    """Return what is wrong with the values that are there."""
    checks: dict[str, Callable[[Any], str]] = {
        "name": _check_name,
        "date": _check_date,
        "expires": _check_date,
        "interval_days": lambda value: _check_number(value, NUMBERS["interval_days"]),
        "course_length": lambda value: _check_number(value, NUMBERS["course_length"]),
        "cleared": _check_cleared,
    }
    found = [(key, checks[key](values[key])) for key in KEYS if key in values]
    return [_problem(key, text, problem) for key, problem in found if problem]


def _check_name(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > NAME_MOST or not text.isprintable():
        return texts.TAKES_NAME.format(most=NAME_MOST)
    return texts.NOT_FILLED if text.casefold() == texts.NAME_TO_FILL.casefold() else ""


def _check_date(value: Any) -> str:
    least, most = YEARS
    if type(value) is not date:
        return texts.TAKES_DAY
    return "" if least <= value.year <= most else texts.TAKES_YEAR.format(least=least, most=most)


def _check_number(value: Any, most: int) -> str:
    return "" if type(value) is int and 1 <= value <= most else texts.TAKES_NUMBER.format(most=most)


def _check_cleared(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return texts.TAKES_LIST
    unknown = [f"'{name}'{_near(name, CLEARABLE)}" for name in value if name not in ASKED]
    return texts.NOT_A_CONDITION.format(names=", ".join(unknown)) if unknown else ""


def _out_of_date(values: Mapping[str, Any], text: str, today: date) -> list[str]:
    made, expires = values["date"], values["expires"]
    wrong = []
    if made > today:
        wrong.append(_problem("date", text, texts.LIES_AHEAD.format(today=today)))
    if expires <= made:
        wrong.append(_problem("expires", text, texts.NOT_AFTER))
    elif expires <= today:
        wrong.append(_problem("expires", text, texts.EXPIRED))
    elif (expires - made).days > MOST_DAYS:
        wrong.append(_problem("expires", text, texts.TOO_LONG))
    return wrong


def _begin_s(day: date) -> int:
    return int(datetime(day.year, day.month, day.day).astimezone().timestamp())
