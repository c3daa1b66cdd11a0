"""Every hazard has its tests on each side that protects, and the page says which."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hazards import page, trace
from tests.hazards.deletions import Deletion, load
from tests.hazards.trace import ROOT, SEVERITIES, Hazard, Mark

ROW = Hazard("H-01", "Too much", "It happens.", "bruise", "S2", "Refuses.", "Trips.", "")
OURS, THEIRS = "tests/safety/test_caps.py::test_a", "tests/firmware/test_app.py::test_b"
MARKS = (Mark(OURS, "H-01", "computer"), Mark(THEIRS, "H-01", "wand"))
EDITS = (
    Deletion("one", ("H-01",), "microderm_ctl/safety/caps.py", "a", "b", ("safety/test_caps.py::test_a[x]",)),
    Deletion("other", ("H-01",), "microderm_ctl/firmware/app.py", "a", "b", ("firmware/test_app.py::test_b",)),
)


@pytest.fixture(scope="module")
def marks() -> tuple[Mark, ...]:
    return trace.collect()


def test_every_protection_has_a_test_and_is_taken_out(marks: tuple[Mark, ...]) -> None:
    assert list(page.problems(trace.hazards(), marks, load())) == []


def test_the_page_is_made_of_todays_marks(marks: tuple[Mark, ...]) -> None:
    """`python -m tests.hazards` would change nothing."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.count(page.BEGIN) == text.count(page.END) == 1
    assert page.page_with(page.tables(trace.hazards().values(), marks, load()), text) == text


def test_the_table_is_whole() -> None:
    rows = trace.hazards()
    assert list(rows) == [f"H-{number:02d}" for number in range(1, len(rows) + 1)]
    assert len(rows) >= 48, "an id is never taken away"
    for row in rows.values():
        assert row.severity in SEVERITIES
        assert row.title and row.happens.endswith(".") and row.harm
        assert row.protected_on() or row.missing
        assert all(not text or text.endswith(".") for text in (row.computer, row.wand, row.missing))
        assert "|" not in "".join(row) and "\n" not in "".join(row)


def test_the_figures_of_this_table_are_todays() -> None:
    """The other figures have a date; these two are known here."""
    figures = page.PAGE.read_text(encoding="utf-8").split("## Figures")[1]
    sides = sum(len(row.protected_on()) for row in trace.hazards().values())
    assert f"| {len(load())} of {len(load())} |" in figures
    assert f"| {len(trace.hazards())} hazards, {sides} protected sides, none without |" in figures


def test_nothing_claims_conformity() -> None:
    """A norm may be named where the page says that it is not claimed, and nowhere else."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert "claims no conformity with any standard" in " ".join(text.split())
    assert not [word for word in ("compliant", "certified", "complies", "conforms to") if word in text.lower()]


@pytest.mark.parametrize(
    ("rows", "known", "edits", "says"),
    [
        ((ROW,), MARKS, EDITS, []),
        ((ROW,), MARKS[1:], EDITS[1:], ["side of the computer, and no test", "side of the computer, and nothing takes"]),
        ((ROW,), MARKS[:1], EDITS[:1], ["side of the wand, and no test", "side of the wand, and nothing takes"]),
        ((ROW._replace(wand=""),), MARKS, EDITS, ["tells of no protection there"]),
        ((ROW,), MARKS, (*EDITS, EDITS[0]._replace(name="third", hazards=("H-02",))), ["'third' is for H-02"]),
        ((ROW,), MARKS, (*EDITS, EDITS[0]._replace(name="third", tests=("x.py::test_x",))), ["'third' is for H-01"]),
    ],
)
def test_what_is_lacking_is_said(rows: tuple[Hazard, ...], known: tuple[Mark, ...], edits: tuple[Deletion, ...], says: list[str]) -> None:
    found = list(page.problems({row.id: row for row in rows}, known, edits))
    assert len(found) == len(says)
    assert all(part in sentence for part, sentence in zip(says, found, strict=True))


@pytest.mark.parametrize("mark", ['"H-99", "wand"', '"H-01", "hand"', '"H-01"', '"H-1", "wand"', 'id="H-01", side="wand"'])
def test_a_mark_that_names_no_hazard_ends_the_run(tmp_path: Path, mark: str) -> None:
    """Before a single test has run."""
    (tmp_path / "conftest.py").write_text("from tests.hazards.trace import check_marks as pytest_collection_modifyitems\n")
    (tmp_path / "test_it.py").write_text(f"import pytest\n@pytest.mark.hazard({mark})\ndef test_it(): print('it ran')\n")
    words = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    done = subprocess.run([*words, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert "names no hazard" in done.stderr
    assert "it ran" not in done.stdout
