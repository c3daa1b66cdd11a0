"""For tests of programs that use a wand: a recorded exchange is a test.

    from microderm_ctl.testing import replayed

    def test_the_tip_is_read() -> None:
        with replayed("recordings/info.ndjson") as wand:
            assert wand.limits().grit_um == 106

Record one with ``--record FILE`` on any command, or with a ``Recorder`` as the
watcher of ``Wand.open``. No wand, port or store is touched, and no time passes but
virtual time, so a minute on the skin takes moments.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from microderm_ctl.link.driver import Watcher
from microderm_ctl.link.recording import read_recording
from microderm_ctl.link.replay import ReplayDiffers, ReplayPort, replaying
from microderm_ctl.wand import Wand

__all__ = ["ReplayDiffers", "replayed"]


@contextmanager
def replayed(path: str | PathLike[str], watcher: Watcher | None = None) -> Iterator[Wand]:
    """Open the wand of a recording for the time of the body, which must ask of it what was asked when it was recorded.

    Sequence numbers, repeats after a late answer and the rhythm of renewals may differ; nothing else may.

    Args:
        path: what ``--record`` has written.
        watcher: sees the bytes as they go by, as with ``Wand.open``.

    Raises:
        ReplayDiffers: the body sent something else, something more, or less. The first difference is told, decoded.
        FileProblem: the recording cannot be read.
        VersionMismatch: it was recorded with another version of the protocol.
    """
    port = ReplayPort(read_recording(Path(path)))
    driver = replaying(port, watcher)
    try:
        with Wand.greet(driver) as wand:
            yield wand
    finally:
        driver.close()
        if port.difference is not None:
            raise port.difference
    port.finish()
