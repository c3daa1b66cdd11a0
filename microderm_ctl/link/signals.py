"""Ctrl-C, SIGTERM and a closed terminal stop the wand before anything else happens.

The handler takes no lock and touches no queue or event: those dead-lock when the
signal lands inside the same primitive. It calls ``signalled`` of everything that
is guarded, which writes STOP to a descriptor and sets plain attributes.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from microderm_ctl.errors import Stopped

SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Guarded(Protocol):
    """What a signal stops."""

    def signalled(self, number: int) -> None:
        """Stop, without lock, queue or event: this runs inside a signal handler."""


_guarded: tuple[Guarded, ...] = ()
_before: dict[int, Callable[..., Any] | int | None] = {}


def guard(target: Guarded) -> None:
    """Stop a target on each signal from now on.

    Handlers can only be set on the main thread. From another one the target is
    stopped by handlers that the main thread has set, if it has.
    """
    global _guarded
    _guarded = (*_guarded, target)
    if not _before and threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            # What is ignored stays so: nohup and background jobs mean it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                _before[number] = signal.signal(number, _handle)


def release(target: Guarded) -> None:
    """Stop a target no more; the last one to go puts the former handlers back."""
    global _guarded
    _guarded = tuple(one for one in _guarded if one is not target)
    if not _guarded and threading.current_thread() is threading.main_thread():
        while _before:
            number, handler = _before.popitem()
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


class Interrupt:
    """Remembers a signal for work whose wands are waited for on other threads."""

    def __init__(self) -> None:
        """Begin without one."""
        self.number = 0

    def signalled(self, number: int) -> None:
        """Remember it."""
        self.number = number

    def look(self) -> None:
        """Go on where no signal has come.

        Raises:
            Stopped: one has.
        """
        if self.number:
            raise Stopped(f"Stopped: {name_of(self.number)}.", "The wands were told to stop and vent.")


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Let signals stop what is guarded from any thread, for the time of the body; use it on the main thread."""
    interrupt = Interrupt()
    guard(interrupt)
    try:
        yield interrupt
    finally:
        release(interrupt)


def _handle(number: int, _frame: object) -> None:
    for target in _guarded:
        target.signalled(number)


def name_of(number: int) -> str:
    """Return what a person calls a signal."""
    return {"SIGINT": "Ctrl-C", "SIGHUP": "the terminal was closed"}.get(signal.Signals(number).name, signal.Signals(number).name)
