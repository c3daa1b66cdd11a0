"""Small JSON files by which running processes of ours tell each other that they are there.

One file a notice, named by the process id, in a directory of its own. A notice whose
process is gone is removed by whoever reads it; one that is torn is a notice of nobody.
"""

import json
import os
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, Final

from microderm_ctl.records.files import PRIVATE_DIRECTORY, explained, write_private
from microderm_ctl.records.processes import began, is_alive

Notice = dict[str, Any]
"""What a notice says; ``pid`` and ``began`` name its process."""

_POSTING: Final = Lock()
"""Two threads would find the same name free."""


def post(directory: Path, content: Notice) -> Path:
    """Put up a notice of this process and return its file.

    Raises:
        FileProblem: it cannot be written.
    """
    pid = os.getpid()
    with _POSTING, explained(directory, "A note for the other commands could not be left"):
        directory.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        path = next(free for number in count() if not (free := directory / f"{pid}-{number}.json").exists())
        write_private(path, json.dumps({**content, "pid": pid, "began": began(pid)}).encode())
    return path


def read_all(directory: Path) -> list[Notice]:
    """Return the notices of processes that are alive, and remove the others.

    Raises:
        FileProblem: the directory cannot be read.
    """
    notices = []
    with explained(directory, "The notes of other commands cannot be read"):
        for path in sorted(directory.glob("*.json")):
            notice = _read(path)
            if notice is not None and is_alive(notice["pid"], notice["began"]):
                notices.append(notice)
            else:
                path.unlink(missing_ok=True)
    return notices


def _read(path: Path) -> Notice | None:
    """Return a notice, or None where it is torn or its process has just removed it."""
    try:
        notice = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if isinstance(notice, dict) and type(notice.get("pid")) is int and isinstance(notice.get("began"), str):
        return notice
    return None
