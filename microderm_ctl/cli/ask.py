"""Questions to the person at the terminal. Without a terminal nothing is asked: the flag is named, exit code 2."""

import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from microderm_ctl.cli.printer import Printer
from microderm_ctl.errors import Stopped, UsageProblem

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
        return not self._printer.as_json and sys.stdin.isatty() and sys.stderr.isatty()

    def need(self, what: str, flag: str) -> None:
        """Go on only where somebody can be asked.

        Raises:
            UsageProblem: nobody can; ``flag`` is what a script has to give.
        """
        if not self.can_ask:
            raise UsageProblem(f"There is no terminal to ask at: {what}", f"Give {flag}.", {"flag": flag})

    def choose(self, text: str, answers: Sequence[Choice | tuple[str, str]], flag: str, why: str = "", keep: str = "") -> str:
        """Ask for one of several answers and return its id; people type its number. Enter alone keeps the one named by ``keep``.

        Raises:
            UsageProblem: there is no terminal.
            Stopped: the input has ended.
        """
        choices = [Choice(*answer) for answer in answers]
        self.need(text, flag)
        self.say("", text, *([why] if why else []))
        self.say(*(f"{'*' if choice.id == keep else ' '} {number}  {choice.words}" for number, choice in enumerate(choices, 1)))
        self.screens += 1
        is_kept = keep in {choice.id for choice in choices}
        while True:
            typed = self._line(f"1-{len(choices)}{', Enter keeps *' if is_kept else ''}: ").casefold() or (keep if is_kept else "")
            if typed.isdecimal() and typed.isascii() and 1 <= int(typed) <= len(choices):
                return choices[int(typed) - 1].id
            for choice in choices:
                if typed in (choice.id.casefold(), choice.words.casefold()):
                    return choice.id
            self.say(f"Type a number from 1 to {len(choices)}.")

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
            typed = self._line(f"{least}-{most}{'' if keep is None else f', Enter keeps {keep}'}: ") or str(keep)
            if typed.isdecimal() and typed.isascii() and len(typed) < 8 and least <= int(typed) <= most:
                return int(typed)
            self.say(f"Type a number from {least} to {most}.")

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
        print(f"{text} [{'/'.join(keys)}] ", end="", file=sys.stderr, flush=True)
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

    def say(self, *lines: str) -> None:
        """Show lines on standard error."""
        for line in lines:
            self._printer.aside(line)

    def _line(self, prompt: str) -> str:
        print(prompt, end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline()
        if not typed:
            raise _ended()
        return typed.strip()


def _ended() -> Stopped:
    return Stopped("The input has ended, so nothing was done.", "Begin again when you like.")
