"""Sudden deaths, 20 of a kind, in real time over pseudo terminals; `python -m tests.kills 1000` makes more of them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals here", allow_module_level=True)
if not os.environ.get("MICRODERM_KILLS"):
    pytest.skip("these need a quiet machine: MICRODERM_KILLS=1 runs them here, `make kills` runs many", allow_module_level=True)

ROOT: Final = Path(__file__).resolve().parents[2]
COUNT: Final = 20
UNITS: Final = 10
MOST_S: Final = 170.0


@pytest.mark.hazard("H-09", "wand")
@pytest.mark.hazard("H-10", "wand")
@pytest.mark.hazard("H-12", "computer")
@pytest.mark.hazard("H-12", "wand")
@pytest.mark.hazard("H-36", "computer")
@pytest.mark.hazard("H-36", "wand")
@pytest.mark.parametrize(
    "words",
    [
        "sigkill --hangup",
        "sigkill --no-hangup",
        "sigstop --hangup",
        "sigstop --no-hangup",
        "terminal --hangup",
        "terminal --no-hangup",
        "unplug",
        "power",
    ],
)
def test_whatever_dies_the_pump_stops_in_time_and_no_record_is_lost(words: str) -> None:
    kind, *more = words.split()
    command = [sys.executable, "-m", "tests.kills", str(COUNT), "--units", str(UNITS), "--kind", kind, *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f" n    {COUNT} " in done.stdout and "wrong 0" in done.stdout
