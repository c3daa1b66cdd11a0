"""A check as a value, and how one that breaks off is told like any other."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from microderm_ctl.errors import MicrodermError, Stopped
from microderm_ctl.texts import doctor as texts


class Result(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"
    UNCHECKED = "not checked"


class Check(NamedTuple):
    """One thing that was looked at.

    Attributes:
        id: a stable word for programs.
        about: the port, where it is about one.
        title: what was looked at, for people.
        result: how it ended.
        found: what was found, in a sentence.
        means: what that means for this person; empty where all is well.
        fix: how to fix it; empty where nothing needs to be.
        lines: what to copy into a terminal for that.
    """

    id: str
    about: str | None
    title: str
    result: Result
    found: str
    means: str = ""
    fix: str = ""
    lines: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What is to be looked at.

    Attributes:
        now_s: the computer's clock, UTC.
        practice_now_s: the practice calendar, UTC.
        data_dir: where records lie, whether it exists or not.
        port: the port that was asked for; None looks at every wand.
        serial: the serial number that was asked for.
        virtual: the URL of the wand behind ``--port sim``.
    """

    now_s: int
    practice_now_s: int
    data_dir: Path
    port: str | None = None
    serial: str | None = None
    virtual: str = "sim://"


class Target(NamedTuple):
    """A port at which a wand is to be looked at; ``name`` is what people call it, ``on_usb`` that USB says it is one."""

    spec: str
    name: str
    simulated: bool = False
    on_usb: bool = False


def said(
    id: str,  # noqa: A002 - the field's own name
    title: str,
    result: Result,
    words: texts.Said,
    lines: Iterable[str] = (),
    about: str | None = None,
    **fields: object,
) -> Check:
    """Return a check in the words of a text, with its fields filled in."""
    found, means, fix = (part.format(**fields) for part in words)
    return Check(id, about, title, result, found, means, fix, tuple(lines))


def proven(id: str, title: str, probe: Callable[[], Iterable[Check]], about: str | None = None) -> Iterator[Check]:  # noqa: A002
    """Yield what a probe finds; one that breaks off is itself something wrong, and hides none of the others.

    Raises:
        Stopped: the person stopped it.
    """
    try:
        yield from probe()
    except Stopped:
        raise
    except MicrodermError as problem:
        yield Check(id, about, title, Result.WRONG, problem.sentence, "", problem.hint)
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
        yield said(id, title, Result.WRONG, texts.BROKEN, about=about, cause=cause, place=_place(error))


def _place(error: Exception) -> str:
    """Return where something was raised: ``files.py:88``."""
    from traceback import extract_tb

    frame = extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
