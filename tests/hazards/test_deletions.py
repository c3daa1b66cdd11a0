"""Each protection is taken out in turn, and its tests notice; `python -m tests.hazards.deletions` tells which."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hazards.deletions import load, stale
from tests.hazards.trace import ROOT

PARTS = 12
"""So many runs, which the workers of a parallel run share."""
LIST = """
[[deletion]]
name = "{name}"
hazards = ["H-01"]
file = "{file}"
old = '''
{old}'''
new = '''
{new}'''
tests = ["safety/test_caps.py::test_the_trip_is_15_percent_above_the_cap_within_its_bounds"]
"""
LIMITS = "microderm_ctl/safety/limits.py"
TRIP = "    return cap_pa + max(TRIP_LEAST_PA, min(TRIP_MOST_PA, cap_pa * TRIP_PERMILLE // ONE))"

forks = pytest.mark.skipif(sys.platform == "win32", reason="the runner forks, which Windows cannot")


def take_out(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the runner in a process of its own, which has loaded nothing of ours."""
    return subprocess.run(
        [sys.executable, "-m", "tests.hazards.deletions", "--jobs", "1", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_edit_fits_its_source() -> None:
    assert stale(load()) == []


def test_every_deletion_has_a_name_of_its_own() -> None:
    names = [deletion.name for deletion in load()]
    assert len(set(names)) == len(names)
    edits = [(deletion.file, deletion.old, deletion.new) for deletion in load()]
    assert len(set(edits)) == len(edits)


@forks
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_every_protection_taken_out_turns_its_tests_red(part: int) -> None:
    done = take_out("--part", f"{part}/{PARTS}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT DETECTED" not in done.stdout


@forks
@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (LIMITS, TRIP, TRIP.replace("max(", "min("), "1 of 1"),
        (LIMITS, TRIP, TRIP.replace("cap_pa +", "0 + cap_pa +"), "NOT DETECTED: still green"),
        (LIMITS, TRIP, TRIP.replace("max(", "maxx("), "NOT DETECTED: broken by the edit (NameError)"),
        (LIMITS, TRIP, TRIP.replace("max(", "max(("), "limits.py"),
        (LIMITS, TRIP, TRIP + "  # a remark", "changes nothing of the program"),
        (LIMITS, "no such text", "x", "is stale"),
        (LIMITS, "from .", "from  .", "is stale"),
        ("microderm_ctl/bench/none.py", "x", "y", "none.py"),
        ("microderm_ctl/treatment/plan.py", "WHOLE_TREATMENT_S: Final = 360", "WHOLE_TREATMENT_S: Final = 1", "NOT DETECTED: never loaded"),
    ],
    ids=["detected", "survives", "broken", "no-syntax", "no-change", "stale", "several", "no-file", "not-loaded"],
)
def test_the_runner_tells_what_is_detected_from_what_is_not(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    listed = tmp_path / "deletions.toml"
    listed.write_text(LIST.format(name="it", file=file, old=old, new=new))
    done = take_out(str(listed))
    assert says in done.stdout, done.stdout + done.stderr
    assert done.returncode == (0 if says == "1 of 1" else 1)


@forks
def test_tests_that_fail_without_an_edit_prove_nothing(tmp_path: Path) -> None:
    listed = tmp_path / "deletions.toml"
    text = LIST.format(name="it", file=LIMITS, old=TRIP, new=TRIP.replace("max(", "min("))
    listed.write_text(text.replace("test_the_trip_is", "test_there_is_none"))
    done = take_out(str(listed))
    assert done.returncode == 1
    assert "without any edit" in done.stdout
