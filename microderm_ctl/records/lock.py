"""Which process of ours is treating on which port, so that ``microderm stop`` in another terminal finds it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.errors import PortBusy
from microderm_ctl.records.notices import post, read_all

TREATING: Final = "treating"
"""The directory of these notices in the data directory."""


class Holder(NamedTuple):
    """A process of ours that holds a wand. ``since_s`` is UTC."""

    pid: int
    port: str
    serial: str
    since_s: int


@contextmanager
def treating(data_dir: Path, port: str, serial: str, now_s: int) -> Iterator[Path]:
    """Say for the time of the body that this process holds a port; the port itself is kept by the system.

    Raises:
        PortBusy: another process of ours holds the port or the wand.
        FileProblem: the note cannot be left.
    """
    for other in holders(data_dir):
        if other.port == port or other.serial == serial:
            raise PortBusy(
                f"Another microderm (process {other.pid}) uses the wand on {other.port}.",
                "End it with 'microderm stop', or wait for it.",
                {"pid": other.pid, "port": other.port, "serial": other.serial},
            )
    path = post(data_dir / TREATING, {"port": port, "serial": serial, "since_s": now_s})
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def holders(data_dir: Path) -> tuple[Holder, ...]:
    """Return the processes of ours that hold a wand now; what dead ones left is removed."""
    return tuple(
        Holder(notice["pid"], str(notice.get("port", "")), str(notice.get("serial", "")), notice.get("since_s", 0))
        for notice in read_all(data_dir / TREATING)
    )


def holder(data_dir: Path, port: str | None = None, serial: str | None = None) -> Holder | None:
    """Return the process of ours that holds a port or a wand; without either, the only one there is."""
    fitting = [known for known in holders(data_dir) if port in (None, known.port) and serial in (None, known.serial)]
    return fitting[0] if len(fitting) == 1 else None


def ask_to_stop(holding: Holder) -> bool:
    """Ask a process to stop its wand and end in good order; return whether it was there to be asked.

    Windows knows no such request: there the process ends at once, and the wand's lease does the rest.
    """
    try:
        os.kill(holding.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
