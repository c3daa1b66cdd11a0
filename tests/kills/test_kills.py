"""Sudden deaths, 20 of a kind, in real time over pseudo terminals; `python -m tests.kills 1000` makes more of them.

None of the verdicts depends on how fast the machine is. Where it is too slow for any, the
tests say so and fail.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals here", allow_module_level=True)

ROOT: Final = Path(__file__).resolve().parents[2]
COUNT: Final = 20
COUNT_STUTTERING: Final = 4
UNITS: Final = 10
MOST_S: Final = 170.0
"""Under the 180 s after which the suite ends; on two cores a kind takes less than 10 s."""


def verdict(count: int, words: str) -> str:
    """Return what `python -m tests.kills` says of so many deaths; they are all to be judged, and all well."""
    kind, *more = words.split()
    command = [sys.executable, "-m", "tests.kills", str(count), "--units", str(UNITS), "--kind", kind, *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as going:
        try:
            said, _ = going.communicate(timeout=MOST_S)
        except subprocess.TimeoutExpired:
            going.terminate()
            said, _ = going.communicate()
            pytest.fail(f"no verdict: this machine was too slow for {count} deaths in {MOST_S:.0f} s\n{said}")
    assert going.returncode == 0, said
    return said


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
    said = verdict(COUNT, words)
    assert f" n    {COUNT} " in said and "wrong 0" in said


@pytest.mark.parametrize("words", ["sigkill --hangup", "power"])
def test_a_machine_that_stands_still_now_and_then_makes_no_false_verdict(words: str) -> None:
    said = verdict(COUNT_STUTTERING, f"{words} --stutter")
    assert f" n     {COUNT_STUTTERING} " in said and "wrong 0" in said
