"""Where records lie, who may read them, and what a failing disk is called.

The directory is for its owner alone (0700), and so is every file in it (0600).
Where the system knows no such modes (Windows), the profile directory already
belongs to one user.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from microderm_ctl.errors import FileProblem

APP_NAME: Final = "microderm"
PRIVATE_DIRECTORY: Final = 0o700
PRIVATE_FILE: Final = 0o600
OUR_NAMES: Final = ("microderm.", "practice.", "backups", "treating", "simulators")
"""How the names of everything that we put into the data directory begin."""
BALLAST_BYTES: Final = 65_536
"""Held back while a treatment runs; its end needs a few 4 KiB pages."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ELSEWHERE: Final = "Choose another directory with --data-dir or MICRODERM_DATA_DIR"


def data_directory(chosen: Path | None) -> Path:
    """Return the directory of the records, made if it is missing: the chosen one, or the platform's.

    A directory that holds nothing but records is narrowed to its owner. One that holds
    other things is left as it is, as somebody may have pointed at a shared directory.

    Raises:
        FileProblem: it cannot be made or read, or a file has its name.
    """
    directory = directory_path(chosen)
    with explained(directory, "The directory for the records cannot be used"):
        try:
            directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True)
        except FileExistsError:
            if not directory.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "it is a file", str(directory)) from None
        _narrow_directory(directory)
    return directory


def directory_path(chosen: Path | None) -> Path:
    """Return where the records lie, without a look at it."""
    if chosen is not None:
        return chosen
    from platformdirs import user_data_path

    return user_data_path(APP_NAME, appauthor=False)


def _narrow_directory(directory: Path) -> None:
    mode = directory.stat().st_mode
    shared = stat.S_IMODE(mode) & ~PRIVATE_DIRECTORY
    if shared and not mode & stat.S_ISVTX and all(entry.name.startswith(OUR_NAMES) for entry in directory.iterdir()):
        directory.chmod(PRIVATE_DIRECTORY)


def make_private(path: Path) -> None:
    """Make a file if it is missing, and let nobody but its owner read it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    if stat.S_IMODE(path.stat().st_mode) != PRIVATE_FILE:
        path.chmod(PRIVATE_FILE)


def write_private(path: Path, data: bytes) -> None:
    """Write a whole file that only its owner may read; after a crash it is the old or the new one, never half."""
    half = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise


def ballast_path(store: Path) -> Path:
    """Return the file beside a store that keeps room for the end of a treatment."""
    return store.with_suffix(".ballast")


def lay_ballast(store: Path) -> None:
    """Hold disk space back beside a store, so that the end of a treatment can be written on a disk that has filled up."""
    with explained(store, "There is no room to keep a treatment"):
        write_private(ballast_path(store), os.urandom(BALLAST_BYTES))


def drop_ballast(store: Path) -> bool:
    """Give the space back; return whether any was held."""
    try:
        ballast_path(store).unlink()
    except OSError:
        return False
    return True


@contextmanager
def explained(path: Path, sentence: str) -> Iterator[None]:
    """Turn an ``OSError`` of the body into a ``FileProblem`` that begins with the sentence and says what to do."""
    try:
        yield
    except OSError as error:
        raise os_problem(error, path, sentence) from error


def os_problem(error: OSError, path: Path, sentence: str) -> FileProblem:
    """Return the problem that stands for an ``OSError`` at a path."""
    details = {"path": str(path), "cause": error.strerror or str(error)}
    if error.errno in _FULL:
        return full_problem(path, sentence)
    if error.errno in _FORBIDDEN:
        return FileProblem(f"{sentence}: '{path}' may not be written.", f"{_ELSEWHERE}, or make this one writable.", details)
    return FileProblem(f"{sentence}: '{path}': {details['cause']}.", f"{_ELSEWHERE}.", details)


def full_problem(path: Path, sentence: str) -> FileProblem:
    """Return the problem of a full disk."""
    hint = f"Free some space where '{path.parent}' lies, and try again. Nothing was half-written."
    return FileProblem(f"{sentence}: the disk is full.", hint, {"path": str(path), "cause": "disk full"})
