"""A day's work at the command line: what is set aside, cut off, resumed, and left on the disk."""

import csv
import json
import os
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from microderm_ctl.bench.certificate.labels import Label, render_labels
from microderm_ctl.bench.live.batch import Outcome, UnitResult
from microderm_ctl.cli.bench import calibrate, day, scanner
from microderm_ctl.cli.bench.batch_papers import table_of, write_papers
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.bench import BenchPart
from microderm_ctl.records.store import open_store
from tests.bench.live.virtual import QUICK
from tests.cli.conftest import Run

GIVEN = ("--gauge", "sim", "--operator", "Kim", "--temperature", "22 C", "--yes")
BATCH = ("bench", "batch", "--port", "sim", "--json")
NOISY, GOOD, STRANGE = "SIM-0401", "SIM-0402", "SIM-0403"
PASSED = UnitResult("SIM-0001", Outcome.PASS, "", -34.0, 76.0, "SIMULATED-SIM-A-2026-000001", "ab" * 32, 1_800_000_000, 970.2, 6)
ASIDE = UnitResult("SIM-0002", Outcome.ASIDE, "=it was not found", None, None, "", "", None, 0.0, 2)


class Dead(BaseException):
    """The computer has died."""


def events(out: str, *names: str) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, out.splitlines()) if one["event"] in names]


def test_a_batch_that_was_cut_off_goes_on(run: Run, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit is too noisy, one is cut off in its series, one waits in SERVICE for longer than it stays there by itself."""
    virtual = day.Day._virtual
    monkeypatch.setattr(calibrate, "shipped", lambda: QUICK)
    monkeypatch.setattr(
        day.Day, "_virtual", lambda self, serial: virtual(self, serial) + ("&errors=noise_pa=300" if serial == NOISY else "")
    )
    assert run("bench", "calibrate", "--port", "sim", "--serial", STRANGE, "--unit", STRANGE, *GIVEN[:-1], "--json").code == 2  # no consent
    labels = tmp_path / "labels.txt"
    labels.write_text(f"{NOISY}\n\n{GOOD}\n{STRANGE}\nno number\n{GOOD}\nEND\nSIM-0404\n")
    asked = (*BATCH, *GIVEN, "--to", str(tmp_path / "out"))
    with monkeypatch.context() as patch:
        append, left = BenchPart.append_row, [7]

        def dying(self: Any, kind: str, *words: Any, **named: Any) -> Any:
            left[0] -= kind == "point"
            if not left[0]:
                raise Dead
            return append(self, kind, *words, **named)

        patch.setattr(BenchPart, "append_row", dying)
        with pytest.raises(Dead):
            run(*asked, "--labels", str(labels))
    beside = run(*asked, text="end\n")
    assert (beside.code, "--resume" in beside.err) == (2, True)

    ended = run(*BATCH, "--resume", text="end\n")
    assert ended.code == 10, ended.err
    (result,) = events(ended.out, "result")
    assert [(one["serial"], one["outcome"]) for one in result["units"]] == [(NOISY, "fail"), (GOOD, "pass"), (STRANGE, "aside")]
    noisy, good, strange = result["units"]
    assert "noise" in noisy["reason"]
    assert "cut off before" in strange["reason"]
    assert good["hand_actions"] == 6
    assert abs(good["worst_error_pa"]) + good["expanded_pa"] < 500
    told = [one["text"] for one in events(ended.out, "doing") if one["serial"] == GOOD]
    assert not [text for text in told if "warming up:" in text]  # what was done is not done again
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert [Path(name).suffix for name in files] == [".html", ".json", ".pdf", ".csv", ".html"]
    with open_store(data_dir, practice=True) as store:
        (begun,) = [row for row in store.rows(unit=GOOD, kind="begin") if row.document["work"] == "calibrate"]
        assert [row.kind for row in store.rows(run_id=begun.run_id)].count("batch") == 1
    assert run(*BATCH, "--resume").code == 2
    listed = run("bench", "units", "--json").record["units"]
    assert {one["unit"] for one in listed} == {NOISY, GOOD, STRANGE}


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--gauge", "typed"), 2, "by itself"),
        (("--gauge", "sim"), 2, "go together"),
        (("--gauge", "/dev/nowhere", "--port", "/dev/nowhere"), 2, "labels"),
        (("--gauge", "/dev/nowhere"), 2, "record"),
        ((), 2, "--gauge"),
        (("--resume",), 2, "No batch"),
        (("--abandon",), 2, "No batch"),
        (("--port", "sim", *GIVEN[:-1]), 2, "consent"),
        (("--port", "sim", *GIVEN, "--labels", "nowhere.txt"), 9, "nowhere.txt"),
    ],
)
def test_what_cannot_be_begun_is_said(run: Run, words: tuple[str, ...], code: int, text: str) -> None:
    ran = run("bench", "batch", *words)
    assert ran.code == code, ran.err
    assert text in ran.err


def test_a_batch_without_units_is_soon_over_and_one_can_be_abandoned(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran = run(*BATCH, *GIVEN, "--to", str(tmp_path), text="")
    assert ran.code == 0
    assert events(ran.out, "result")[0]["units"] == []
    assert not list(tmp_path.glob("batch*"))
    with monkeypatch.context() as patch:
        patch.setattr("microderm_ctl.cli.bench.batch._worked", lambda *_: (_ for _ in ()).throw(Dead))
        with pytest.raises(Dead):
            run(*BATCH, *GIVEN)
    ended = run(*BATCH, "--abandon")
    assert (ended.code, events(ended.out, "result")[0]["outcome"]) == (0, "stopped")
    assert run(*BATCH, "--resume").code == 2


def test_labels_come_from_a_descriptor_as_they_are_typed() -> None:
    """A line that comes in pieces is one label; what follows ``end`` is nobody's."""
    reading, writing = os.pipe()
    taken: SimpleQueue[str | None] = SimpleQueue()
    with os.fdopen(reading) as stream:
        typed = scanner.Scanner(lambda label: label != "seen", taken)
        typed._stream = stream
        typed.begin()
        for piece in (b"SIM-0001\r\nSIM", b"-0002\n", b"seen\n", b"End\nSIM-0003\n"):
            os.write(writing, piece)
        assert [taken.get(timeout=30) for _ in range(3)] == ["SIM-0001", "SIM-0002", None]
        os.close(writing)


def test_the_table_computes_nothing_and_replaces_nothing(tmp_path: Path) -> None:
    rows = list(csv.reader(table_of((PASSED, ASIDE), True).splitlines()))
    assert rows[1][:6] == ["SIM-0001", "yes", "pass", "-0.034", "0.076", PASSED.number]
    assert rows[2][-1] == "'=it was not found"
    first = write_papers((PASSED, ASIDE), True, tmp_path, 1_800_000_000)
    assert [Path(name).name for name in first] == ["batch-2027-01-15.csv", "labels-2027-01-15.html"]
    assert write_papers((PASSED, ASIDE), True, tmp_path, 1_800_000_000) == first
    other = write_papers((ASIDE,), True, tmp_path, 1_800_000_000)
    assert (Path(other[0]).name, other[1]) == ("batch-2027-01-15-2.csv", "")
    (tmp_path / "file").touch()
    with pytest.raises(FileProblem):
        write_papers((ASIDE,), True, tmp_path / "file", 0)


def test_a_page_of_labels_says_what_is_simulated() -> None:
    page = render_labels([Label("<W-1>", "2027-01-15", "W-A-2027-000001", "abc", False), Label("SIM-1", "2027-01-15", "S", "abc", True)])
    assert page.count('class="label"') == 2
    assert page.count(">SIMULATED<") == 1
    assert "&lt;W-1&gt;" in page
    assert "<script" not in page
