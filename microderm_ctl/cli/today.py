"""Today's answers: asked in short form at the terminal, or read from a file that a script made.

The short form shows a group of questions at once; one key says that nothing of it
applies. Only what applies is asked in full. Nothing else ever stands for "no to all".
"""

from collections.abc import Callable
from datetime import datetime
from textwrap import wrap
from typing import Any, Final

from microderm_ctl.cli.answers import read_object
from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.words import WIDTH
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import TODAY, Answers, Question, all_no, check_answers
from microderm_ctl.safety.questions import Answer, takes

FLAG: Final = "--answers FILE"
AT: Final = "at"
"""Key of the time stamp in a file of answers."""
_HEADS: Final = {
    "skin": "Your skin today, on any place that you want to treat and near it:",
    "lately": "The last days and weeks:",
    "health": "Your health:",
}
_HOW: Final = "'microderm questions --json' prints every id and what it takes."


def ask_today(ask: Asker, now_s: int) -> Answers:
    """Ask the questions of today in short form, one screen a group.

    Raises:
        UsageProblem: there is no terminal.
    """
    values = dict(all_no(now_s).values)
    for group in dict.fromkeys(question.group for question in TODAY):
        questions = [question for question in TODAY if question.group == group]
        ask.say("", _HEADS.get(group, group))
        for number, question in enumerate(questions, 1):
            ask.say(*wrap(question.text, WIDTH, initial_indent=f"{number:3} ", subsequent_indent="    "))
        if ask.key("n: none of these. y: one or more, or you are not sure.", "ny", FLAG) == "y":
            for question in _chosen(ask, questions):
                values[question.id] = _answer(ask, question)
    return Answers(values, now_s)


def _chosen(ask: Asker, questions: list[Question]) -> list[Question]:
    """Return the questions whose numbers are typed."""
    while True:
        words = ask.line("Which? Their numbers, with commas between.", FLAG).replace(",", " ").split()
        if words and all(word.isascii() and word.isdecimal() and len(word) < 4 and 1 <= int(word) <= len(questions) for word in words):
            return [questions[number - 1] for number in sorted({int(word) for word in words})]
        ask.say(f"Type numbers from 1 to {len(questions)}.")


def _answer(ask: Asker, question: Question) -> str:
    """Ask one question in full until its answer is understood."""
    if question.answer is Answer.YES_NO:
        return ask.choose(question.text, [("yes", "Yes"), ("not_sure", "I am not sure"), ("no", "No")], FLAG)
    how = "Where? For example: nose, left cheek" if question.answer is Answer.ZONES else "How long ago? For example: 20min, 5h, 3d"
    while True:
        typed = ask.line(f"{question.text}\n{how}. Or: not sure, no.", FLAG).casefold()
        value = typed.replace(" ", "_") if typed in ("not sure", "no") else typed
        if question.answer is Answer.WHEN:
            value = value.replace(" ", "")
        problems = check_answers({**all_no(0).values, question.id: value})
        if not problems:
            return value
        ask.say(f"That was not understood; it takes {takes(question)}.")


def read_today(source: str, shift_s: int = 0) -> Answers:
    """Read the answers of a script: one JSON object with every id of today, and the time stamp ``at``.

    Args:
        source: a file, or ``-`` for standard input.
        shift_s: how far the calendar in use is ahead of the computer's clock.

    Raises:
        FileProblem: the file cannot be read, or is no JSON object.
        UsageProblem: an id is missing or unknown, a value is not taken, or the time stamp is missing.
    """
    values = read_object(source)
    stamp = values.pop(AT, None)
    # What is no text becomes one that no question takes.
    problems = check_answers({name: value if isinstance(value, str) else f"{value!r}" for name, value in values.items()})
    if problems:
        listed = " ".join(problem.sentence for problem in problems)
        details = {"problems": [problem._asdict() for problem in problems]}
        raise UsageProblem(f"Today's answers are not complete: {listed}", _HOW, details)
    return Answers(values, _stamp(stamp) + shift_s)


def _stamp(value: object) -> int:
    """Return the time at which the answers were given, as a UTC second."""
    readers: dict[type, Callable[[Any], int]] = {int: int, str: _iso}
    reader = readers.get(type(value))
    if reader is None:
        raise UsageProblem(
            f"Today's answers have no time stamp '{AT}'.",
            "Add when they were given, as '2026-05-01T14:05:00Z' or in seconds since 1970. They hold for an hour.",
            {"missing": [AT]},
        )
    return reader(value)


def _iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("it has no time zone")
        return int(moment.timestamp())
    except (ValueError, OverflowError) as error:
        raise UsageProblem(
            f"'{text}' is no time stamp: {error}.", "Write it as '2026-05-01T14:05:00Z', or in seconds since 1970."
        ) from error
