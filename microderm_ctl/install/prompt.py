"""MicroPython's prompt at a port, through mpremote, which is imported here and nowhere else.

Of mpremote the four calls are used that have been the same since its beginnings as
`pyboard.py`: a transport, entering the raw prompt, running a text, closing.
"""

import contextlib
import io
from ast import literal_eval
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

from microderm_ctl.errors import CheckFailed, FileProblem, LinkLost, WandGarbled, WandSilent
from microderm_ctl.link.ports import TROUBLE, open_port
from microderm_ctl.texts import firmware as texts

ENTER_S: Final = 5
RUN_S: Final = 30
"""Flash that is full of old files has to be erased first, up to 0.4 s a block."""
READ_S: Final = 1
NO_SPACE: Final = ("Errno 28", "ENOSPC", "OSError: 28")


class Prompt:
    """The raw prompt of a board; use it with ``with``."""

    def __init__(self, spec: str) -> None:
        """Open a port and interrupt what runs there.

        Raises:
            CheckFailed: mpremote is not installed.
            PortProblem: the port cannot be opened.
            WandSilent: nobody answers as MicroPython does.
        """
        self.spec = spec
        transport = _transport()
        open_port(spec).close()  # mpremote does not tell why a port cannot be opened
        with _quiet(), self._told_as_silence():
            self._transport: Any = transport(spec, timeout=READ_S)
            try:
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=ENTER_S)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        """Return the prompt itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the port."""
        self.close()

    def run(self, script: str) -> str:
        """Run a text on the board and return what it prints.

        Raises:
            LinkLost: the board is gone, or does not come to an end.
            FileProblem: its flash is full, or does not take a file.
            WandGarbled: it raised something else.
        """
        from mpremote.transport import TransportError

        try:
            with _quiet():
                out, wrong = self._transport.exec_raw(script, timeout=RUN_S)
        except (*TROUBLE, TransportError) as cause:
            raise LinkLost(texts.LOST.format(port=self.spec), texts.LOST_HINT, {"port": self.spec, "cause": str(cause)}) from cause
        if wrong:
            raise _explained(wrong.decode(errors="replace").strip(), self.spec)
        return str(out.decode(errors="replace"))

    def ask(self, script: str) -> Any:
        """Run a text that prints one Python literal, and return that.

        Raises:
            WandGarbled: it printed something else; and what ``run`` raises.
        """
        out = self.run(script)
        try:
            return literal_eval(out.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError) as cause:
            raise WandGarbled(texts.GARBLED.format(port=self.spec), texts.GARBLED_HINT, {"port": self.spec, "said": out[:200]}) from cause

    def interrupt(self) -> None:
        """End what was begun and not sent whole, so that another text can be run."""
        from mpremote.transport import TransportError

        with contextlib.suppress(*TROUBLE, TransportError), _quiet():
            self._transport.enter_raw_repl(soft_reset=False, timeout_overall=READ_S)

    def leave(self, script: str) -> None:
        """Begin a text that never ends, such as a reset, and let go of the port."""
        from mpremote.transport import TransportError

        with contextlib.suppress(*TROUBLE, TransportError), _quiet():
            self._transport.exec_raw_no_follow(script)
        self.close()

    def close(self) -> None:
        """Let go of the port; a second time does nothing."""
        with contextlib.suppress(*TROUBLE):
            self._transport.close()

    @contextlib.contextmanager
    def _told_as_silence(self) -> Iterator[None]:
        from mpremote.transport import TransportError

        try:
            yield
        except (*TROUBLE, TransportError) as cause:
            raise WandSilent(texts.SILENT.format(port=self.spec), texts.SILENT_HINT, {"port": self.spec, "cause": str(cause)}) from cause


def _transport() -> Any:
    try:
        from mpremote.transport_serial import SerialTransport
    except ImportError as cause:
        raise CheckFailed(texts.NO_MPREMOTE, texts.NO_MPREMOTE_HINT, {"package": "mpremote", "extra": "firmware"}) from cause
    return SerialTransport


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep mpremote from printing: it shows on standard output what it could not understand."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _explained(said: str, spec: str) -> FileProblem | WandGarbled:
    """Return the error for what MicroPython raised."""
    last = said.splitlines()[-1]
    details = {"port": spec, "said": said[-400:]}
    if any(mark in last for mark in NO_SPACE):
        return FileProblem(texts.FULL, texts.FULL_HINT, details)
    if last.startswith("OSError"):
        return FileProblem(texts.NOT_TAKEN.format(cause=last), texts.NOT_TAKEN_HINT, details)
    return WandGarbled(texts.RAISED.format(cause=last), texts.RAISED_HINT, details)
