"""Keeps what crosses the wire in a file, a line of JSON for each piece, as it goes by.

    {"microderm": "recording", "form": 1, "program": "0.1.0", "protocol": "9c5af2a1", "command": "treat", ...}
    {"t": 0, "tx": "00...00", "is": "HELLO request #512"}
    {"t": 20, "rx": "00...00", "is": "HELLO answer #512"}
    {"t": 8120, "key": "pause"}
    {"t": 31000, "end": "closed"}

``t`` is milliseconds of the link's clock since the first piece; ``tx`` is what the
computer sent, ``rx`` what arrived, as it was read, so that one line may hold half a
frame or several; ``is`` names the frames that a line completes, for people, and no
reader needs it. ``signal`` says that a signal came, with the bytes that its handler
wrote itself; ``lost`` that the port failed. A recording without ``end`` was cut off.

Treating comes first. The file is written on a thread of its own, so a slow disk
cannot hold up the link; when it cannot be written the recording ends, and nothing
else does. Each line is one ``write``, so a kill leaves whole lines but for the last.
"""

import errno
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from microderm_ctl.errors import FileProblem
from microderm_ctl.link.decoded import head_of
from microderm_ctl.records.files import PRIVATE_FILE, os_problem
from microderm_protocol import Decoder

FORM: Final = 1
"""Rises when a reader of the form before would misread a file."""
HOLDS: Final = (
    "every byte between computer and wand with its time, the keys that were pressed while it ran, and signals; "
    "of a person only what the wand is told: a random tag, caps and times; no name, profile or answers"
)
WAITING_MOST: Final = 100_000
"""Lines that may wait for the disk: an hour of a wand that talks, some 30 MB."""
CLOSE_S: Final = 5.0
SAME_CLOCK_MS: Final = 1_000
"""A time that is older by less comes from another thread, not from another clock."""


class Recorder:
    """A watcher that keeps what it sees. It never raises once it is made.

    Attributes:
        path: the file.
        trouble: why the recording ended early, None if it did not.
    """

    def __init__(self, path: Path, program: str, protocol: int, command: str, utc_s: int) -> None:
        """Begin a new file that only its owner may read, mode 0600.

        Args:
            path: where; nothing may be there yet.
            program: this program's version.
            protocol: hash of the message table.
            command: what is recorded, as it is typed.
            utc_s: the computer's UTC now.

        Raises:
            FileProblem: something is there already, or it cannot be written.
        """
        self.path = path
        self.trouble: FileProblem | None = None
        head = {"microderm": "recording", "form": FORM, "program": program, "protocol": f"{protocol:08x}", "command": command}
        header = _line({**head, "utc_s": utc_s, "holds": HOLDS}).encode("ascii")
        self._descriptor = _begin(path, header)
        self._size = len(header)
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._decoders = {"tx": Decoder(), "rx": Decoder()}
        self._begun_ms: int | None = None
        self._now_ms = 0
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def __call__(self, direction: str, data: bytes, now_ms: int) -> None:
        """Keep what went by: a driver's watcher."""
        row: dict[str, object] = {"t": self._time(now_ms), direction: data.hex()}
        if direction in self._decoders and (frames := self._decoders[direction].feed(data)):
            row["is"] = ", ".join(map(head_of, frames))
        self._put(row)

    def key(self, word: str, now_ms: int) -> None:
        """Keep that a key was pressed while the wand ran."""
        self._put({"t": self._time(now_ms), "key": word})

    def close(self) -> None:
        """End the recording in order; a second time does nothing."""
        if self._descriptor < 0:
            return
        self._put({"t": self._now_ms, "end": "closed"})
        self._queue.put(None)
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            # The disk hangs; the thread has the descriptor, and ends with the program.
            self._give_up(OSError("the disk does not answer"))
        else:
            os.close(self._descriptor)
        self._descriptor = -1

    # Inside

    def _time(self, now_ms: int) -> int:
        """Return the time since the first piece; the clock of another wand goes on from where the one before stood."""
        if self._begun_ms is None or now_ms - self._begun_ms < self._now_ms - SAME_CLOCK_MS:
            self._begun_ms = now_ms - self._now_ms
        self._now_ms = max(self._now_ms, now_ms - self._begun_ms)
        return self._now_ms

    def _put(self, row: dict[str, object]) -> None:
        if self.trouble is not None:
            return
        if self._queue.qsize() > WAITING_MOST:
            self._give_up(OSError("the disk is too slow"))
            return
        self._queue.put(_line(row))

    def _run(self) -> None:
        while (line := self._queue.get()) is not None:
            if self.trouble is None:
                self._write(line.encode("ascii"))

    def _write(self, data: bytes) -> None:
        try:
            taken = os.write(self._descriptor, data)
            while taken < len(data):
                taken += os.write(self._descriptor, data[taken:])
            self._size += len(data)
        except OSError as error:
            self._give_up(error)
            with suppress(OSError):  # what there was no room for whole is taken back
                os.ftruncate(self._descriptor, self._size)

    def _give_up(self, error: OSError) -> None:
        problem = os_problem(error, self.path, "The recording ended early")
        hint = "Nothing else was touched by it. What was kept until then can be read: 'microderm trace'."
        self.trouble = FileProblem(problem.sentence, hint, problem.details)


def _begin(path: Path, header: bytes) -> int:
    """Make the file with its first line, and return its descriptor; what is not whole is taken away again."""
    descriptor = -1
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE_FILE)
        if os.write(descriptor, header) < len(header):
            raise OSError(errno.ENOSPC, "there is no room for its first line")
    except FileExistsError:
        free = _free_name(path)
        raise FileProblem(
            f"There is a file '{path}' already. A recording never writes over one.",
            f"Choose another name, such as '{free}'.",
            {"path": str(path), "free": str(free)},
        ) from None
    except OSError as error:
        if descriptor >= 0:
            os.close(descriptor)
            path.unlink(missing_ok=True)
        problem = os_problem(error, path, "The recording cannot be begun")
        raise FileProblem(
            problem.sentence, "Choose a file in a directory that is there, may be written and has room.", problem.details
        ) from error
    return descriptor


def _free_name(path: Path) -> Path:
    if path.is_dir():
        path = path / "recording.ndjson"
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 1_000))
    return path if not path.exists() else next((name for name in names if not name.exists()), path)


def _line(row: dict[str, object]) -> str:
    return json.dumps(row) + "\n"
