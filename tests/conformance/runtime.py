"""Where the native MicroPython is, and what to say where there is none."""

import os
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
OWN: Final = ROOT / ".venv-micropython" / ("Scripts/micropython.exe" if sys.platform == "win32" else "bin/micropython")


def find() -> str:
    """Return the program to run, from MICROPYTHON or the environment that `make` sets up; nothing where there is none."""
    return os.environ.get("MICROPYTHON", "") or (str(OWN) if OWN.exists() else "")


def find_or_skip() -> str:
    """Return the program to run, or leave a test out and say why."""
    found = find()
    if not found:
        pytest.skip(f"there is no MicroPython: MICROPYTHON is not set and {OWN.relative_to(ROOT)} is missing (make test-micropython)")
    return found
