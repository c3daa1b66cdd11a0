"""Where records lie: written to on trial, modes, space, and both stores, read as a whole and left as they are."""

import errno
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from microderm_ctl.doctor.check import Check, Result, said
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.files import OUR_NAMES, PRIVATE_DIRECTORY, PRIVATE_FILE
from microderm_ctl.texts import doctor as texts

PROBE_BYTES: Final = 1_048_576
"""About what a long treatment writes."""
FREE_LEAST_BYTES: Final = 100_000_000
_MB: Final = 1_000_000
_KB: Final = 1_000
_TITLE: Final = "Data directory"
_ID: Final = "data-directory"
_RECORDS: Final = ("store", "Records", texts.STORE_TROUBLE_MEANS)
_PRACTICE: Final = ("practice-store", "Practice records", texts.PRACTICE_TROUBLE_MEANS)


def directory(path: Path) -> Iterator[Check]:
    """Yield whether records can be kept in a directory, by doing it; what was made for that is removed."""
    try:
        was_there = path.exists()
        with _made(path):
            is_private = _write_probe(path)
            free = shutil.disk_usage(path).free
            open_entries = _open_to_others(path)
    except OSError as error:
        yield _directory_trouble(path, error)
        return
    yield said(_ID, _TITLE, Result.OK, texts.DIRECTORY if was_there else texts.DIRECTORY_NEW, path=path)
    yield _privacy(path, is_private, open_entries)
    low = free < FREE_LEAST_BYTES
    yield said("disk-space", "Disk space", Result.WARN if low else Result.OK, texts.SPACE_LOW if low else texts.SPACE, free=free // _MB)


@contextmanager
def _made(path: Path) -> Iterator[None]:
    """Have a directory for the time of the body; what was not there before is removed again."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        yield
    finally:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()


def _write_probe(path: Path) -> bool:
    """Write a file, bring it to the disk and remove it; return whether it was private."""
    probe = path / f"microderm.probe.{os.getpid()}"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        left = memoryview(bytes(PROBE_BYTES))
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
        return stat.S_IMODE(os.fstat(descriptor).st_mode) == PRIVATE_FILE
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


def _directory_trouble(path: Path, error: OSError) -> Check:
    quoted = shlex.quote(str(path))
    lines: tuple[str, ...] = ()
    words = texts.DIRECTORY_TROUBLE
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = texts.DIRECTORY_FULL
    elif error.errno == errno.EROFS:
        words = texts.DIRECTORY_FIXED
    elif error.errno in (errno.EACCES, errno.EPERM):
        words = texts.DIRECTORY_CLOSED
        if sys.platform != "win32" and _is_seen(path):
            words = texts.DIRECTORY_FORBIDDEN
            lines = (f'sudo chown -R "$USER" {quoted}', f"chmod u+rwx {quoted}")
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        words = texts.DIRECTORY_FILE
    cause = error.strerror or str(error)
    return said(_ID, _TITLE, Result.WRONG, words, lines, path=path, cause=cause, size=PROBE_BYTES // _KB)


def _is_seen(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # behind a closed directory
        return False


def _open_to_others(path: Path) -> tuple[Path, ...]:
    """Return what others may read: the directory, where it holds nothing but records, and records in it."""
    if sys.platform == "win32" or not _is_open(path):
        return ()  # behind a closed directory nobody reaches the files
    entries = sorted(path.iterdir())
    ours = [entry for entry in entries if entry.name.startswith(OUR_NAMES)]
    found = [entry for entry in ours if entry.is_file() and _is_open(entry)]
    return tuple(found) if len(ours) < len(entries) else (path, *found)


def _is_open(entry: Path) -> bool:
    return bool(stat.S_IMODE(entry.stat().st_mode) & ~PRIVATE_DIRECTORY)


def _privacy(path: Path, is_private: bool, open_entries: tuple[Path, ...]) -> Check:
    if sys.platform == "win32":
        return said("privacy", "Privacy", Result.OK, texts.NOT_PRIVATE_WINDOWS)
    if not is_private:
        return said("privacy", "Privacy", Result.WARN, texts.NOT_PRIVATE_DISK)
    if not open_entries:
        return said("privacy", "Privacy", Result.OK, texts.PRIVATE)
    names = ", ".join(f"'{entry.name}'" for entry in open_entries)
    lines = [f"chmod {_narrowed(entry, path):o} {shlex.quote(str(entry))}" for entry in open_entries]
    return said("privacy", "Privacy", Result.WARN, texts.NOT_PRIVATE, lines, names=names)


def _narrowed(entry: Path, directory: Path) -> int:
    return PRIVATE_DIRECTORY if entry == directory else PRIVATE_FILE


def store(path: Path, is_practice: bool) -> Iterator[Check]:
    """Yield whether a store can be written and is whole; it is left as it is to the byte, and not brought up to date."""
    from microderm_ctl.records.readonly import looking_at, newest_version

    id_, title, means = _PRACTICE if is_practice else _RECORDS
    try:
        if not path.exists():
            yield said(id_, title, Result.OK, texts.STORE_NEW)
            return
    except OSError:
        yield said(id_, title, Result.UNCHECKED, texts.STORE_UNREACHED)
        return
    try:
        os.close(os.open(path, os.O_RDWR))
        with looking_at(path, is_practice) as (_, version):
            words = texts.STORE if version == newest_version() else texts.STORE_OLDER
            size = path.stat().st_size // _KB
            yield said(id_, title, Result.OK, words, version=version, newest=newest_version(), size=size)
    except OSError as error:
        folder, cause = shlex.quote(str(path.parent)), error.strerror or str(error)
        lines = () if sys.platform == "win32" else (f'sudo chown -R "$USER" {folder}', f"chmod -R u+rwX {folder}")
        yield said(id_, title, Result.WRONG, texts.STORE_FORBIDDEN, lines, path=path, cause=cause, trouble=means)
    except FileProblem as problem:
        yield Check(id_, None, title, Result.WRONG, problem.sentence, means, problem.hint)
