"""Why a port did not open, as an error that a person can act on."""

import errno
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from microderm_ctl.errors import MicrodermError, PortBusy, PortForbidden, PortMissing, PortProblem

if TYPE_CHECKING:
    from pathlib import Path

MISSING: Final = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ECONNREFUSED, errno.ENOTDIR)
FORBIDDEN: Final = (errno.EACCES, errno.EPERM)
BUSY: Final = (errno.EBUSY, errno.EAGAIN)


def explain_open(name: str, cause: Exception, present: Sequence[str] = ()) -> MicrodermError:
    """Return the error for a port that would not open.

    Args:
        name: the port as it was asked for.
        cause: what was raised on opening.
        present: the ports that are there, to name the nearest ones.
    """
    number = _number_of(cause)
    if number in MISSING:
        return _missing(name, present)
    if number in FORBIDDEN:
        return PortForbidden(f"You may not open {name}.", _permission_hint(name))
    if number in BUSY:
        return _busy(name, holders(name))
    return PortProblem(f"{name} cannot be opened as a serial port.", f"The system said: {cause}", {"port": name})


def _number_of(cause: Exception) -> int | None:
    number = getattr(cause, "errno", None)
    if isinstance(number, int):
        return number
    text = str(cause)
    if "FileNotFoundError" in text or "Errno 2]" in text:
        return errno.ENOENT
    if "PermissionError" in text:
        # Windows says "access is denied" of a port that another program holds.
        return errno.EBUSY
    return errno.ECONNREFUSED if "onnection refused" in text else None


def _missing(name: str, present: Sequence[str]) -> PortMissing:
    if "://" in name:
        return PortMissing(
            f"Nothing listens at {name}.", "Is the virtual wand running? 'microderm simulate --tcp' prints its address.", {"port": name}
        )
    from difflib import get_close_matches

    near = get_close_matches(name, present, n=3, cutoff=0.5) or list(present[:3])
    there = f"These ports are there: {', '.join(near)}." if near else "No serial port is there at all: is the cable in?"
    return PortMissing(f"There is no port {name}.", there, {"port": name, "nearest": near})


def _busy(name: str, programs: Sequence[tuple[int, str]]) -> PortBusy:
    listed = ", ".join(f"{program} (process {pid})" for pid, program in programs)
    sentence = f"{name} is in use by {listed}." if listed else f"{name} is in use by another program."
    return PortBusy(
        sentence,
        "Close that program, or end what it does, and try again.",
        {"port": name, "held_by": [{"pid": pid, "program": program} for pid, program in programs]},
    )


def _permission_hint(name: str) -> str:
    if sys.platform != "linux":
        return "Ask the person who looks after this computer to let you use the port."
    import grp
    from pathlib import Path

    try:
        group = grp.getgrgid(Path(name).stat().st_gid).gr_name
    except (OSError, KeyError):
        group = "dialout"
    if group == "root":
        return "'microderm doctor' shows the rule that opens it, and the lines to copy."
    return f"Type 'sudo usermod -aG {group} $USER', log out and in again. 'microderm doctor' shows a way without logging out."


def holders(name: str, processes: "Path | None" = None) -> list[tuple[int, str]]:
    """Return the process ids and names of the programs that hold a port, as far as Linux lets us see."""
    from pathlib import Path

    processes = processes or Path("/proc")
    if not processes.is_dir():
        return []
    device = os.path.realpath(name)
    return [(pid, _program(processes / str(pid))) for pid in sorted(_numbered(processes)) if device in _open_files(processes / str(pid))]


def _numbered(folder: "Path") -> Iterable[int]:
    return (int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal())


def _open_files(process: "Path") -> set[str]:
    try:
        links = list((process / "fd").iterdir())
    except OSError:
        return set()
    opened = set()
    for link in links:
        try:
            opened.add(str(link.readlink()))
        except OSError:
            continue
    return opened


def _program(process: "Path") -> str:
    try:
        return (process / "comm").read_text().strip() or "a program"
    except OSError:
        return "a program"
