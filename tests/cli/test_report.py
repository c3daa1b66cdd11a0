"""``report``: where the page goes, who may read it, what is never lost, and whose treatments are in it."""

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.records.store import Store, open_store
from tests.cli.conftest import Run
from tests.report.course import add_entry, add_person, add_treatment, long_trace

PROBE = """
import sys
from microderm_ctl.cli.main import main
try:
    main()
except SystemExit:
    pass
print([name for name in ("jinja2", "leather", "markupsafe") if name in sys.modules], file=sys.stderr)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to be in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def real(data_dir: Path) -> Iterator[Store]:
    with open_store(data_dir) as store:
        yield store


@pytest.fixture
def tried(data_dir: Path) -> Iterator[Store]:
    with open_store(data_dir, practice=True) as store:
        yield store


@pytest.fixture
def treated(real: Store) -> None:
    """Ann has had a treatment."""
    ann = add_person(real)
    add_treatment(real, ann, samples=long_trace(20), felt="warm")
    add_entry(real, ann, ann.began_s + 3600)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("treated")
def test_it_is_written_here_for_its_owner_alone(run: Run, here: Path) -> None:
    ended = run("report")
    assert ended.code == 0, ended.err
    (name,) = names(here)
    assert name.startswith("microderm-report-ann-20") and name.endswith(".html")
    assert f"Your report: {here / name}" in ended.out
    assert "Ann. Treatments: 1. Patch tests: 1. Journal entries: 1." in ended.out
    assert "Open it in a browser" in ended.out and "Give it only to those" in ended.out
    assert "Treatment report of Ann" in (here / name).read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE((here / name).stat().st_mode) == 0o600


@pytest.mark.usefixtures("treated")
def test_a_file_is_never_lost_unsaid(run: Run, here: Path) -> None:
    mine = here / "mine.html"
    mine.write_text("mine")
    refused = run("report", "--out", "mine.html")
    assert refused.code == 2 and "--force" in refused.err and mine.read_text() == "mine"
    forced = run("report", "--out", "mine.html", "--force")
    assert forced.code == 0 and "in place of the one before" in forced.out and "Ann" in mine.read_text()
    assert names(here) == ["mine.html"]


@pytest.mark.usefixtures("treated", "at_terminal")
def test_at_a_terminal_it_asks(run: Run, here: Path) -> None:
    mine = here / "mine.html"
    mine.write_text("mine")
    kept = run("report", "--out", "mine.html", text="n\n")
    assert kept.code == 130 and "Nothing was written" in kept.err and mine.read_text() == "mine"
    assert run("report", "--out", "mine.html", text="y\n").code == 0
    assert "Ann" in mine.read_text()


@pytest.mark.usefixtures("treated")
def test_what_is_no_file_is_not_replaced(run: Run, here: Path) -> None:
    (here / "folder").mkdir()
    ended = run("report", "--out", "folder", "--force")
    assert ended.code == 9 and "no plain file" in ended.err
    if sys.platform != "win32":
        (here / "link.html").symlink_to(here / "elsewhere.html")
        ended = run("report", "--out", "link.html", "--force")
        assert ended.code == 9 and not (here / "elsewhere.html").exists()


@pytest.mark.usefixtures("treated")
def test_a_place_that_is_not_there(run: Run, here: Path) -> None:
    ended = run("report", "--out", "nowhere/mine.html", "--json")
    assert ended.code == 9 and json.loads(ended.err)["hint"].startswith("Choose another place with --out")
    assert names(here) == []


@pytest.mark.usefixtures("treated")
@pytest.mark.parametrize("begun", [True, False])
def test_a_full_disk_leaves_nothing_half_written(run: Run, here: Path, mocker: MockerFixture, begun: bool) -> None:
    (here / "old.html").write_text("old")
    assert run("history").code == 0  # the store is open and up to date
    real_fsync = os.fsync

    def full(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}")
        if not place.exists() or str(here) in str(place.readlink()):
            raise OSError(errno.ENOSPC, "No space left on device")
        real_fsync(descriptor)

    mocker.patch("os.fsync", full)
    ended = run("report", "--out", "old.html" if begun else "new.html", "--force")
    assert ended.code == 9 and "No space left" in ended.err and "half-written" in ended.err
    assert names(here) == ["old.html"] and (here / "old.html").read_text() == "old"


@pytest.mark.usefixtures("treated")
def test_json_is_the_record_of_which_the_page_is_made(run: Run, here: Path) -> None:
    record = run("report", "--json").record
    assert record["file"] is None and names(here) == []
    (one,) = record["report"]["treatments"]
    assert one["felt"] == "warm" and one["trace"]["samples"] == 200 and len(one["zones"]) == 4
    assert record["report"]["journal"]["entries"][0]["smoothness"] == 3
    both = run("report", "--json", "--out", "mine.html").record
    assert both["file"] == str(here / "mine.html") and names(here) == ["mine.html"]
    assert both["report"]["treatments"] == record["report"]["treatments"]


def test_practice_is_taken_where_there_is_nothing_else(run: Run, here: Path, ana: str, tried: Store) -> None:
    practised = add_person(tried, ana)
    add_treatment(tried, practised)
    ended = run("report")
    assert ended.code == 0 and "SIMULATED, so nobody was treated." in ended.out
    (name,) = names(here)
    assert name.endswith("-simulated.html") and "watermark" in (here / name).read_text()


def test_practice_and_treatments_never_meet(run: Run, here: Path, real: Store, tried: Store) -> None:
    add_treatment(real, add_person(real))
    add_treatment(tried, add_person(tried))
    add_treatment(tried, tried.find_person())
    ended = run("report", "--out", "real.html")
    assert "Practice is left out" in ended.out and "microderm report --port sim" in ended.out
    assert "SIMULATED" not in (here / "real.html").read_text()
    record = run("report", "--json").record
    assert record["practice_left_out"] and not record["report"]["simulated"] and len(record["report"]["treatments"]) == 1
    other = run("report", "--port", "sim", "--json").record
    assert other["report"]["simulated"] and [one["id"] for one in other["report"]["treatments"]] == ["p1", "p2"]


def test_practice_of_somebody_else_is_nobodys(run: Run, here: Path, ana: str, tried: Store) -> None:
    add_treatment(tried, add_person(tried, "Somebody"))
    record = run("report", "--json").record
    assert record["report"]["person"]["name"] == ana and not record["report"]["simulated"] and not record["report"]["treatments"]


def test_a_first_day_has_a_report(run: Run, here: Path, ana: str) -> None:
    ended = run("report", "--out", "mine.html")
    assert ended.code == 0
    page = (here / "mine.html").read_text()
    assert "There is no treatment yet." in page and "0 of 6 treatments" in page
    assert "oily" in page and "It shines all over" in page


def test_whose_report_it_is_has_to_be_said(run: Run, here: Path, real: Store) -> None:
    add_person(real, "Ann")
    add_person(real, "Bo/../../x <b>")
    assert run("report").code == 2 and names(here) == []
    assert run("report", "--person", "bo/../../x <b>").code == 0
    (name,) = names(here)
    assert name.startswith("microderm-report-bo-x-b-20")


def test_nobody_is_no_report(run: Run, here: Path) -> None:
    ended = run("report")
    assert ended.code == 2 and "microderm profile create" in ended.err and names(here) == []


@pytest.mark.parametrize("words", [["report", "--help"], ["history"], ["--version"]])
def test_pages_and_charts_are_loaded_for_a_page_alone(words: list[str], data_dir: Path) -> None:
    with open_store(data_dir) as store:
        add_person(store)
    ended = subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stderr.strip() == "[]"
