"""Answers that come in a file: one JSON object, the ids of questions with their answers."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.safety import SETUP
from microderm_ctl.safety.questions import NOT_SURE

STDIN: Final = "-"
AGE: Final = "age_years"
OLDEST: Final = 120
_MOST_BYTES: Final = 1_000_000


def read_object(source: str) -> dict[str, Any]:
    """Return the JSON object of a file, or of standard input where the name is ``-``.

    Raises:
        FileProblem: it cannot be read, is torn, or is not one JSON object.
    """
    name = "standard input" if source == STDIN else f"'{source}'"
    try:
        text = sys.stdin.read(_MOST_BYTES) if source == STDIN else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no text"
        raise FileProblem(f"The answers in {name} cannot be read: {cause}.", "Name a file that holds one JSON object.") from error
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_said_once)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FileProblem(f"The answers in {name} are torn or no JSON{where}.", "'microderm questions --json' shows the form.") from error
    if not isinstance(value, dict):
        raise FileProblem(f"The answers in {name} are not one JSON object.", "'microderm questions --json' shows the form.")
    return value


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("an id stands there twice")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no answer")


def setup_answers(given: Mapping[str, Any], may_miss: bool = False) -> dict[str, str]:
    """Return the answers to the questions of a first use, checked.

    Args:
        given: answers by id; an age may be a number.
        may_miss: whether questions may be left out.

    Raises:
        UsageProblem: an id is unknown or missing, or an answer is none of its question's; all are listed.
    """
    known = {question.id: tuple(answer for answer, _ in question.answers) for question in SETUP}
    wrong = [f"'{name}' is not a question of a first use" for name in given if name not in known]
    checked: dict[str, str] = {}
    for name, answers in known.items():
        if name not in given:
            wrong += [] if may_miss else [f"'{name}' is not answered"]
            continue
        value = given[name]
        text = str(value) if type(value) in (int, str) else ""
        if name == AGE and text != NOT_SURE and not _is_age(text):
            wrong.append(f"'{name}' takes a whole number from 0 to {OLDEST}")
        elif name != AGE and text not in answers:
            wrong.append(f"'{name}' takes {', '.join(answers)}")
        checked[name] = text
    if wrong:
        raise UsageProblem(
            "The answers do not fit: " + "; ".join(wrong) + ".", "'microderm questions --setup' shows them.", {"wrong": wrong}
        )
    return checked


def _is_age(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= OLDEST
