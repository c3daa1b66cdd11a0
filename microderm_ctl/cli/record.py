"""``--record FILE`` on any command that opens a wand: begun before the port is opened, ended after it is closed."""

from pathlib import Path
from typing import TYPE_CHECKING

from microderm_ctl.cli.keys import Keys
from microderm_ctl.texts import recording as texts

if TYPE_CHECKING:
    from microderm_ctl.cli.context import Invocation
    from microderm_ctl.clock import Clock
    from microderm_ctl.link.driver import Watcher
    from microderm_ctl.link.recorder import Recorder
    from microderm_ctl.treatment.events import Wish


def recording(call: "Invocation", path: Path) -> "Recorder":
    """Return what records this command; all wands that it opens go into one file.

    Raises:
        FileProblem: something is there already, or it cannot be written.
    """
    if call.recorder is None:
        from microderm_ctl import __version__
        from microderm_ctl.link.recorder import Recorder
        from microderm_protocol import TABLE_HASH

        call.recorder = Recorder(path, __version__, TABLE_HASH, call.command, call.clock.utc_s())
        call.printer.chat(1, texts.BEGUN.format(path=path))
    return call.recorder


def end_recording(call: "Invocation", path: Path) -> None:
    """End the recording, and say once if it is not whole, or if there was nothing to record."""
    if call.recorder is None:
        call.printer.note(texts.NOTHING_OPENED.format(path=path))
        return
    call.recorder.close()
    trouble = call.recorder.trouble
    if trouble is not None:
        call.printer.note(f"{trouble.sentence} {trouble.hint}")
    else:
        call.printer.chat(1, texts.ENDED.format(path=path))


def together(watchers: "list[Watcher]") -> "Watcher | None":
    """Return one watcher that tells all of them."""
    if len(watchers) < 2:
        return watchers[0] if watchers else None

    def tell(direction: str, data: bytes, now_ms: int) -> None:
        for watcher in watchers:
            watcher(direction, data, now_ms)

    return tell


class KeptKeys(Keys):
    """The keys of the terminal, each of which a recording keeps."""

    def __init__(self, recorder: "Recorder", clock: "Clock") -> None:
        """Keep keys with the times of a clock."""
        super().__init__()
        self._recorder = recorder
        self._clock = clock

    def wishes(self) -> "list[Wish]":
        """Return what was asked for since the last time, and keep it."""
        found = super().wishes()
        for wish in found:
            self._recorder.key(wish.value, self._clock.now_ms())
        return found
