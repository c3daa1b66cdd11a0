"""Simulated wands that are being served, so that discovery can list them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from microderm_ctl.records.notices import post, read_all

SIMULATORS: Final = "simulators"
"""The directory of these notices in the data directory."""


class RunningSimulator(NamedTuple):
    """A simulated wand on a port: a device path or a pyserial URL, the unit's serial, and who serves it."""

    port: str
    serial: str
    pid: int


@contextmanager
def registered(data_dir: Path, port: str, serial: str) -> Iterator[Path]:
    """Say for the time of the body that this process serves a simulated wand on a port.

    Raises:
        FileProblem: the note cannot be left.
    """
    path = post(data_dir / SIMULATORS, {"port": port, "serial": serial})
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def running_simulators(data_dir: Path) -> tuple[RunningSimulator, ...]:
    """Return the simulated wands that are served now; what dead processes left is removed."""
    notices = read_all(data_dir / SIMULATORS)
    return tuple(RunningSimulator(str(notice.get("port", "")), str(notice.get("serial", "")), notice["pid"]) for notice in notices)
