"""Today's answers: asked in short form at the terminal, or read from a file that a script made.

The short form shows a group of questions at once; one key says that nothing of it
applies. Only what applies is asked in full. Nothing else ever stands for "no to all".
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from microderm_ctl.cli.answers import read_object
from microderm_ctl.cli.ask import Asker
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import TODAY, Answers, Question, all_no, check_answers
from microderm_ctl.safety.questions import NO, NOT_SURE, YES, Answer, takes
from microderm_ctl.texts import asking as texts

FLAG: Final = "--answers FILE"
AT: Final = "at"
"""Key of the time stamp in a file of answers."""


def ask_today(ask: Asker, now_s: int) -> Answers:
    """Ask the questions of today in short form, a group on one screen, or on several where it would not be seen at once.

    Raises:
        UsageProblem: there is no terminal.
    """
    values = dict(all_no(now_s).values)
    for group in dict.fromkeys(question.group for question in TODAY):
        for questions in _screens(ask, group):
            ask.say(*_screen(group, questions))
            if ask.key(texts.NONE_OR_ONE, "ny", FLAG) == "y":
                for question in _chosen(ask, questions):
                    values[question.id] = _answer(ask, question)
    return Answers(values, now_s)


def _screen(group: str, questions: list[Question]) -> list[str]:
    numbered = [f"{number:3} {question.text}" for number, question in enumerate(questions, 1)]
    return ["", texts.HEADS.get(group, group), *numbered]


def _screens(ask: Asker, group: str) -> Iterator[list[Question]]:
    """Yield the questions of a group, as many at once as are seen at once: nothing is agreed to that has scrolled away."""
    screen: list[Question] = []
    for question in (one for one in TODAY if one.group == group):
        if screen and not ask.fits(_screen(group, [*screen, question])):
            yield screen
            screen = []
        screen.append(question)
    yield screen


def _chosen(ask: Asker, questions: list[Question]) -> list[Question]:
    """Return the questions whose numbers are typed."""
    while True:
        words = ask.line(texts.WHICH, FLAG).replace(",", " ").split()
        if words and all(word.isascii() and word.isdecimal() and len(word) < 4 and 1 <= int(word) <= len(questions) for word in words):
            return [questions[number - 1] for number in sorted({int(word) for word in words})]
        ask.say(texts.TYPE_NUMBERS.format(most=len(questions)))


def _answer(ask: Asker, question: Question) -> str:
    """Ask one question in full until its answer is understood."""
    if question.answer is Answer.YES_NO:
        return ask.choose(question.text, [(YES, texts.YES), (NOT_SURE, texts.NOT_SURE), (NO, texts.NO)], FLAG)
    how = texts.WHERE if question.answer is Answer.ZONES else texts.WHEN
    words = {texts.NOT_SURE_TYPED: NOT_SURE, texts.NO.casefold(): NO}
    while True:
        typed = ask.line(how.format(question=question.text), FLAG).casefold()
        value = words.get(typed, typed)
        if question.answer is Answer.WHEN:
            value = value.replace(" ", "")
        problems = check_answers({**all_no(0).values, question.id: value})
        if not problems:
            return value
        ask.say(texts.NOT_UNDERSTOOD.format(takes=takes(question)))


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
        raise UsageProblem(texts.NOT_COMPLETE.format(problems=listed), texts.SEE_IDS, details)
    return Answers(values, _stamp(stamp) + shift_s)


def _stamp(value: object) -> int:
    """Return the time at which the answers were given, as a UTC second."""
    readers: dict[type, Callable[[Any], int]] = {int: int, str: _iso}
    reader = readers.get(type(value))
    if reader is None:
        raise UsageProblem(texts.NO_STAMP.format(at=AT), texts.ADD_STAMP, {"missing": [AT]})
    return reader(value)


def _iso(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(texts.NO_TIME_ZONE)
        return int(moment.timestamp())
    except (ValueError, OverflowError) as error:
        raise UsageProblem(texts.BAD_STAMP.format(text=text, error=error), texts.WRITE_STAMP) from error
