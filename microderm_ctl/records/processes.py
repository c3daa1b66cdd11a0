"""Which of our own processes are alive: a process id alone is not enough, as it is given out again.

A process is named by its id and, where /proc tells, the boot and the clock tick at which it began.
"""

import os
import sys
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_START_FIELD: Final = 19
"""The start time, counted from the field after the command's closing parenthesis; proc(5)."""


def began(pid: int) -> str:
    """Return what tells a process from a later one with the same id; empty where the system does not say."""
    fields = _stat(pid)
    return f"{_boot_id()}:{fields[_START_FIELD]}" if fields else ""


def is_alive(pid: int, began_as: str) -> bool:
    """Say whether a process is still there and the same one; a zombie is not."""
    if pid <= 0:
        return False
    fields = _stat(pid)
    if fields:
        return fields[0] not in ("Z", "X") and (not began_as or began(pid) == began_as)
    return not _has_proc() and _answers(pid)


def _has_proc() -> bool:
    return (_PROC / str(os.getpid()) / "stat").exists()


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the command, or nothing."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _boot_id() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


if sys.platform == "win32":

    def _answers(pid: int) -> bool:
        # os.kill(pid, 0) would send Ctrl-C there
        import ctypes

        still_active = 259
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return False
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return bool(known) and code.value == still_active

else:

    def _answers(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
