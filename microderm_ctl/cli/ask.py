"""Questions to the person at the terminal. Without a terminal nothing is asked: the flag is named, exit code 2."""

import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from microderm_ctl.cli.printer import Printer, fitted, is_terminal, terminal_size
from microderm_ctl.errors import Stopped, UsageProblem
from microderm_ctl.texts import asking as texts

QUESTION_LINES: Final = 3
YES: Final = ("y", "yes")
NO: Final = ("n", "no")


class Choice(NamedTuple):
    """One answer to choose: its stable id, and its words."""

    id: str
    words: str


class Asker:
    """Asks on standard error, reads from standard input; one question is one screen."""

    def __init__(self, printer: Printer) -> None:
        """Ask in the form of a printer: under ``--json`` nothing is asked."""
        self._printer = printer
        self.screens = 0
        """How many questions were asked so far."""

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits at a terminal."""
        return not self._printer.as_json and is_terminal(sys.stdin) and is_terminal(sys.stderr)

    def need(self, what: str, flag: str) -> None:
        """Go on only where somebody can be asked.

        Raises:
            UsageProblem: nobody can; ``flag`` is what a script has to give.
        """
        if not self.can_ask:
            raise UsageProblem(texts.NO_TERMINAL.format(what=what), texts.GIVE.format(flag=flag), {"flag": flag})

    def choose(self, text: str, answers: Sequence[Choice | tuple[str, str]], flag: str, why: str = "", keep: str = "") -> str:
        """Ask for one of several answers and return its id; people type its number. Enter alone keeps the one named by ``keep``.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        choices = [Choice(*answer) for answer in answers]
        self.need(text, flag)
        self.say("", text, *([why] if why else []))
        kept = next((number for number, choice in enumerate(choices, 1) if choice.id == keep), None)
        for number, choice in enumerate(choices, 1):
            self.say((texts.AS_NOW if number == kept else texts.CHOICE).format(number=number, words=choice.words))
        self.screens += 1
        while True:
            typed = self._line(_range(1, len(choices), kept)).casefold() or (keep if kept else "")
            if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= len(choices):
                return choices[int(typed) - 1].id
            for choice in choices:
                if typed in (choice.id.casefold(), choice.words.casefold()):
                    return choice.id
            self.say(texts.TYPE_A_NUMBER.format(least=1, most=len(choices)))

    def confirm(self, text: str, flag: str) -> bool:
        """Ask yes or no; Enter alone is neither, so that no stray key agrees to anything.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        self.need(text, flag)
        self.screens += 1
        while True:
            typed = self._line(f"{text} [y/n] ").casefold()
            if typed in YES + NO:
                return typed in YES

    def number(self, text: str, least: int, most: int, flag: str, keep: int | None = None) -> int:
        """Ask for a whole number in a range. Enter alone keeps the one given, if any.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        self.need(text, flag)
        self.say("", text)
        self.screens += 1
        while True:
            typed = self._line(_range(least, most, keep)) or str(keep)
            if typed.isdecimal() and typed.isascii() and len(typed) < 8 and least <= int(typed) <= most:
                return int(typed)
            self.say(texts.TYPE_A_NUMBER.format(least=least, most=most))

    def line(self, text: str, flag: str, default: str = "") -> str:
        """Ask for a line of text; Enter alone takes the default, where there is one.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        self.need(text, flag)
        self.say("", text)
        self.screens += 1
        while True:
            typed = self._line(f"[{default}] " if default else "> ") or default
            if typed:
                return typed

    def secret(self, text: str, may_be_empty: bool = False) -> str:
        """Ask for something that is not shown while it is typed.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        from getpass import getpass

        self.need(text, texts.AT_TERMINAL)
        self.screens += 1
        while True:
            try:
                typed = getpass(f"{text} ").strip()
            except EOFError:
                raise _ended() from None
            if typed or may_be_empty:
                return typed

    def key(self, text: str, keys: str, flag: str) -> str:
        """Ask for one key, taken without Enter, and return it in lower case; Enter and other keys are passed over.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
            KeyboardInterrupt: Ctrl-C.
        """
        from microderm_ctl.cli.keys import one_key

        self.need(text, flag)
        self.screens += 1
        *before, last = fitted([f"{text} [{'/'.join(keys)}] "], self._printer.width)
        self.say(*before)
        print(f"{last.rstrip()} ", end="", file=sys.stderr, flush=True)
        while True:
            try:
                typed = one_key().casefold()
            except EOFError:
                raise _ended() from None
            if not typed:
                raise _ended()
            if typed in keys:
                self.say(typed)
                return typed

    def fits(self, lines: Sequence[str]) -> bool:
        """Return whether lines are seen at once, with a question of two lines below them."""
        height = self._printer.height
        width = self._printer.width or terminal_size().columns
        return height is None or len(fitted(lines, width)) <= height - QUESTION_LINES

    def say(self, *lines: str) -> None:
        """Show lines on standard error."""
        self._printer.say(*lines)

    def _line(self, prompt: str) -> str:
        print(prompt, end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline()
        if not typed:
            raise _ended()
        return typed.strip()


def _range(least: int, most: int, keep: int | None) -> str:
    """Return what stands before the answer: the numbers that are taken, and the one that Enter keeps."""
    return (texts.RANGE if keep is None else texts.KEEPS).format(least=least, most=most, keep=keep)


def _ended() -> Stopped:
    return Stopped(texts.INPUT_ENDED, texts.BEGIN_AGAIN)
