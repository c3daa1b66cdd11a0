"""Labels as a hand scanner types them: a line each on standard input, until ``end`` or Ctrl-D."""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Final, TextIO

from microderm_ctl.errors import FileProblem

END: Final = "end"
LABEL: Final = re.compile(r"[\x21-\x7e]{1,32}")
"""A serial number: printed letters without a gap; a wand's has up to 12."""
_READ_BYTES: Final = 4096


def labels_in(lines: Iterator[str]) -> Iterator[str]:
    """Return the labels of lines up to ``end``; empty ones are passed over."""
    for line in lines:
        label = line.strip()
        if label.casefold() == END:
            return
        if label:
            yield label


def read_labels(path: Path) -> tuple[str, ...]:
    """Return the labels in a file.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        return tuple(labels_in(iter(path.read_text(encoding="utf-8-sig").splitlines())))
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(
            f"The labels in '{path}' cannot be read: {error}.", "It is a text file with a serial number in each line."
        ) from error


class Scanner:
    """Reads labels beside the work, and hands each on at once; None at the end."""

    def __init__(self, take: Callable[[str], bool], labels: "SimpleQueue[str | None]") -> None:
        """Hand labels on.

        Args:
            take: keeps a label, on the scanner's thread; False where it is not to be worked on.
            labels: where it goes then.
        """
        self._take = take
        self._labels = labels
        self._stream = sys.stdin
        self._failed: BaseException | None = None

    def begin(self) -> None:
        """Begin to read; the thread ends with its input, or with this process."""
        threading.Thread(target=self._run, name="scanner", daemon=True).start()

    def look(self) -> None:
        """Raise what has ended the reading before its time."""
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            for label in labels_in(lines_of(self._stream)):
                if self._take(label):
                    self._labels.put(label)
        except BaseException as error:  # raised where it is looked for
            self._failed = error
        self._labels.put(None)


def lines_of(stream: TextIO) -> Iterator[str]:
    """Return lines as they come.

    A descriptor is read directly: a thread that waits inside Python's own buffer would hold it locked
    when the program ends.
    """
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        yield from stream
        return
    waiting = b""
    while data := os.read(descriptor, _READ_BYTES):
        *whole, waiting = (waiting + data).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
    if waiting:
        yield waiting.decode("utf-8", "replace")
