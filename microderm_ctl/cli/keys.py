"""Keys of the terminal, taken without Enter and without waiting, on POSIX and on Windows.

    with Keys() as keys:
        for wish in keys.wishes(): ...

The terminal is given back as it was, whatever happens; Ctrl-C stays Ctrl-C.
"""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

from microderm_ctl.cli.printer import is_terminal
from microderm_ctl.treatment.events import Wish

BYTES_AT_ONCE: Final = 64
WISHES: Final = {
    " ": Wish.PAUSE, "p": Wish.PAUSE,
    "\x1b[A": Wish.UP, "\x1bOA": Wish.UP, "\xe0H": Wish.UP, "\x00H": Wish.UP, "+": Wish.UP,
    "\x1b[B": Wish.DOWN, "\x1bOB": Wish.DOWN, "\xe0P": Wish.DOWN, "\x00P": Wish.DOWN, "-": Wish.DOWN,
    "n": Wish.NEXT,
    "q": Wish.STOP, "\x03": Wish.STOP,
}  # fmt: skip
"""What keys mean: arrows as terminals (two modes) and the Windows console send them."""
_BEGIN_LONGER: Final = ("\x1b", "\xe0", "\x00")
_LONGEST: Final = 3


def wishes_in(typed: str) -> tuple[list[Wish], str]:
    """Return what typed text asks for, and what may be the beginning of a key that is still on its way."""
    found: list[Wish] = []
    while typed:
        length = next((size for size in (_LONGEST, 2, 1) if typed[:size].lower() in WISHES or typed[:size] in WISHES), 0)
        if length:
            key = typed[:length]
            found.append(WISHES.get(key) or WISHES[key.lower()])
            typed = typed[length:]
        elif typed.startswith(_BEGIN_LONGER) and len(typed) < _LONGEST and any(key.startswith(typed) for key in WISHES):
            return found, typed
        else:
            typed = typed[1:]
    return found, ""


def one_key() -> str:
    """Wait for one key and return it; what was typed before the question counts too.

    Raises:
        EOFError: the input has ended.
    """
    if not is_terminal(sys.stdin):
        import click

        return click.getchar()
    with Keys() as keys:
        return keys.wait()


class _Typed:
    """Where typed text comes from; this one never has any."""

    def open(self) -> None:
        """Take keys one by one from here on."""

    def close(self) -> None:
        """Give the terminal back."""

    def read(self) -> str:
        """Return what was typed since the last time."""
        return ""

    def wait(self) -> str:
        """Wait for one key; nobody is there to press one."""
        raise EOFError


if sys.platform == "win32":
    import msvcrt

    class _Terminal(_Typed):
        """The Windows console, which always gives keys one by one."""

        def read(self) -> str:
            """Return what was typed since the last time."""
            typed = ""
            while msvcrt.kbhit() and len(typed) < BYTES_AT_ONCE:
                typed += msvcrt.getwch()
            return typed

        def wait(self) -> str:
            """Wait for one key."""
            key = msvcrt.getwch()
            if key == "\x03":
                raise KeyboardInterrupt
            return key

else:
    import os
    import select
    import termios
    import tty

    class _Terminal(_Typed):
        """A POSIX terminal, key by key without echo while it is open."""

        def __init__(self) -> None:
            """Remember the terminal; nothing is changed."""
            self._descriptor = sys.stdin.fileno()
            self._before: list[Any] | None = None

        def open(self) -> None:
            """Take keys one by one from here on."""
            self._before = termios.tcgetattr(self._descriptor)
            # DRAIN, not FLUSH: a key that was typed ahead is kept.
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)

        def close(self) -> None:
            """Give the terminal back as it was."""
            if self._before is not None:
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
                self._before = None

        def read(self) -> str:
            """Return what was typed since the last time; an input that ended has nothing more to say."""
            try:
                if not select.select([self._descriptor], [], [], 0)[0]:
                    return ""
                return os.read(self._descriptor, BYTES_AT_ONCE).decode("utf-8", "ignore")
            except OSError:
                return ""

        def wait(self) -> str:
            """Wait for one key, and leave the next one for the next question."""
            data = os.read(self._descriptor, 1)
            if not data:
                raise EOFError
            return data.decode("ascii", "ignore")


class Keys:
    """The keys of the terminal at standard input; without one, no key is ever pressed."""

    def __init__(self) -> None:
        """Look whether there is a terminal."""
        self.is_there = is_terminal(sys.stdin)
        self._typed = _Terminal() if self.is_there else _Typed()
        self._rest = ""

    def __enter__(self) -> Self:
        """Take keys one by one."""
        self._typed.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the terminal back as it was."""
        self._typed.close()

    def wait(self) -> str:
        """Wait for one key and return it.

        Raises:
            EOFError: the input has ended.
        """
        return self._typed.wait()

    def wishes(self) -> list[Wish]:
        """Return what was asked for since the last time."""
        return list(self._read())

    def _read(self) -> Iterator[Wish]:
        found, self._rest = wishes_in(self._rest + self._typed.read())
        yield from found
