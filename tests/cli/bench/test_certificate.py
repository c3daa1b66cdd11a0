"""``bench certificate``: what it lists and writes, what an amendment is, whose file is ours, and what is never lost."""

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.bench.certificate.document import Certificate, freeze, thaw
from microderm_ctl.bench.certificate.html import render_html
from microderm_ctl.cli.bench import papers
from microderm_ctl.errors import FileProblem
from microderm_ctl.records.canonical import sha256_of
from microderm_ctl.records.files import write_private
from microderm_ctl.records.store import Store, open_store
from tests.bench.certificate.sample import smallest
from tests.cli.conftest import Run

PROBE = """
import sys
from microderm_ctl.cli.main import main
try:
    main()
except SystemExit:
    pass
print([name for name in ("jinja2", "reportlab", "PIL") if name in sys.modules], file=sys.stderr)
"""
MOST = ("--yes", "--reason", "The name was misspelt.", "--customer", "Anna Kellner")


def issue(store: Store, certificate: Certificate | None = None, unit: str = "W-0117") -> str:
    """Issue a certificate as a calibration does, and return its number."""
    made = certificate or smallest(store.practice)
    number = store.next_certificate_number(made.dates.issued_s)
    text = freeze(made._replace(number=number))
    document = {"number": number, "sha256": sha256_of(text), "amends": None, "text": text}
    store.append_row("certificate", document, at_s=made.dates.issued_s, run_id="ab" * 16, unit=unit)
    return number


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to be in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    with open_store(data_dir) as opened:
        yield opened


@pytest.fixture
def number(store: Store) -> str:
    return issue(store)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def text_in(store: Store, number: str) -> str:
    (found,) = [row.document["text"] for row in store.rows(kind="certificate") if row.document["number"] == number]
    return str(found)


def test_there_may_be_none(run: Run) -> None:
    assert run("bench", "certificate").out == "No certificate has been issued yet.\n"
    assert run("bench", "certificate", "--json").record == {"did": "list", "certificates": [], "files": []}


def test_all_are_listed_and_the_simulated_are_marked(run: Run, store: Store, data_dir: Path) -> None:
    number = issue(store)
    with open_store(data_dir, practice=True) as practice:
        simulated = issue(practice)
    record = run("bench", "certificate", "--json").record
    told = {one["number"]: (one["simulated"], one["here"], one["unit"], one["issued_at"]) for one in record["certificates"]}
    assert told == {number: (False, True, "W-0117", "2026-11-25T10:25:00Z"), simulated: (True, True, "W-0117", "2026-11-25T10:25:00Z")}
    lines = run("bench", "certificate").out.splitlines()
    assert sorted(lines) == [f"{simulated}: unit W-0117, 2026-11-25. SIMULATED.", f"{number}: unit W-0117, 2026-11-25."]


def test_pdf_and_page_are_written_here(run: Run, number: str, here: Path, store: Store) -> None:
    ended = run("bench", "certificate", number, "--json")
    assert ended.code == 0 and names(here) == [f"{number}.html", f"{number}.pdf"]
    assert ended.record["files"] == [str(here / f"{number}.pdf"), str(here / f"{number}.html")]
    assert (here / f"{number}.pdf").read_bytes().startswith(b"%PDF-")
    assert (here / f"{number}.html").read_text(encoding="utf-8") == render_html(text_in(store, number))


def test_one_file_is_written_in_the_form_of_its_ending(run: Run, number: str, here: Path, store: Store) -> None:
    assert run("bench", "certificate", number, "--to", "a.JSON").code == 0
    assert run("bench", "certificate", number, "--to", "b.html").code == 0
    assert names(here) == ["a.JSON", "b.html"] and (here / "a.JSON").read_text(encoding="utf-8") == text_in(store, number)


def test_writing_it_again_changes_nothing_and_asks_nothing(run: Run, number: str, here: Path) -> None:
    assert run("bench", "certificate", number, "--to", "a.html").code == 0
    before = (here / "a.html").read_bytes()
    assert run("bench", "certificate", number, "--to", "a.html").code == 0 and (here / "a.html").read_bytes() == before


def test_another_file_is_not_replaced_in_silence(run: Run, number: str, here: Path, at_terminal: None) -> None:
    (here / "a.html").write_text("mine")
    kept = run("bench", "certificate", number, "--to", "a.html", text="n\n")
    assert kept.code == 130 and (here / "a.html").read_text() == "mine"
    assert run("bench", "certificate", number, "--to", "a.html", text="y\n").code == 0 and (here / "a.html").read_text() != "mine"


def test_without_a_terminal_it_needs_force(run: Run, number: str, here: Path) -> None:
    (here / "a.html").write_text("mine")
    assert run("bench", "certificate", number, "--to", "a.html").code == 2 and (here / "a.html").read_text() == "mine"
    assert run("bench", "certificate", number, "--to", "a.html", "--force").code == 0
    (here / "c.html").symlink_to("a.html")
    (here / "d.html").mkdir()
    for name in ("c.html", "d.html"):
        ended = run("bench", "certificate", number, "--to", name, "--force")
        assert ended.code == 9 and "no plain file" in ended.err


def test_a_full_disk_leaves_nothing_half(run: Run, number: str, here: Path, mocker: MockerFixture) -> None:
    calls: list[Path] = []

    def fills_up(path: Path, data: bytes) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_private(path, data)

    mocker.patch.object(papers, "write_private", fills_up)
    ended = run("bench", "certificate", number)
    assert ended.code == 9 and "No space left on device" in ended.err and "--to" in ended.err and names(here) == []


def test_a_place_that_cannot_be_written(run: Run, number: str, here: Path) -> None:
    (here / "file").write_text("")
    ended = run("bench", "certificate", number, "--to", "file/a.html")
    assert ended.code == 9 and names(here) == ["file"]


def test_an_unknown_number_names_the_nearest(run: Run, number: str) -> None:
    ended = run("bench", "certificate", number[:-1] + "7")
    assert ended.code == 2 and f"Did you mean '{number}'?" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{}", "--check", "a.json"], "one of NUMBER"),
        (["{}", "--to", "a.txt"], "has to end in .pdf, .html or .json"),
        (["--to", "a.pdf"], "which certificate"),
        (["--reason", "x"], "which one is to be amended"),
        (["{}", "--customer", "x"], "which one is to be amended"),
        (["--amend", "{}", "--customer", "x", "--yes"], "--reason"),
        (["--amend", "{}", "--reason", "x", "--customer", "Anna Keller", "--yes"], "nothing is changed"),
        (["--amend", "{}", "--reason", " ", "--customer", "B", "--yes"], "what was changed, and why"),
        (["--amend", "{}", "--reason", "x", "--customer", " ", "--yes"], "customer is missing"),
        (["--amend", "{}", "--reason", "x", "--customer", "B"], "--yes"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    run: Run, number: str, store: Store, here: Path, words: list[str], said: str
) -> None:
    ended = run("bench", "certificate", *(word.format(number) for word in words))
    assert ended.code == 2 and said in ended.err
    assert len(store.rows(kind="certificate")) == 1 and names(here) == []


def test_an_amendment_is_a_certificate_of_its_own(run: Run, number: str, store: Store, here: Path) -> None:
    before = text_in(store, number)
    ended = run("bench", "certificate", "--amend", number, *MOST, "--address", "Street 1\\nTown", "--json")
    (listed,) = ended.record["certificates"]
    assert listed["amends"] == number and listed["number"] != number and ended.record["did"] == "amend"
    assert names(here) == [f"{listed['number']}.html", f"{listed['number']}.pdf"]
    new, old = thaw(text_in(store, listed["number"])), thaw(before)
    assert text_in(store, number) == before, "the original stays"
    assert new.amendment == (number, sha256_of(before), "The name was misspelt.")
    assert (new.customer.name, new.laboratory.address) == ("Anna Kellner", "Street 1\nTown")
    assert new.as_found == old.as_found and new.laboratory.name == old.laboratory.name
    first, second = store.rows(kind="certificate")
    assert (second.run_id, second.unit, second.document["amends"]) == (first.run_id, first.unit, number)
    assert "customer name: 'Anna Keller' becomes 'Anna Kellner'" in ended.err


def test_everything_that_may_be_amended_is(run: Run, number: str, store: Store, here: Path) -> None:
    words = {"customer": "a", "customer-contact": "b", "laboratory": "c", "address": "d", "place": "e", "contact": "f", "condition": "g"}
    given = [part for name, word in (words | {"environment": "h"}).items() for part in (f"--{name}", word)]
    ended = run("bench", "certificate", "--amend", number, "--yes", "--reason", "all", *given, "--to", "new.html", "--json")
    new = thaw(text_in(store, ended.record["certificates"][0]["number"]))
    assert (*new.customer, *new.laboratory, new.item.condition, new.environment.remark) == tuple("abcdefgh")
    assert names(here) == ["new.html"]


def test_what_was_replaced_is_amended_no_more(run: Run, number: str, here: Path) -> None:
    newer = run("bench", "certificate", "--amend", number, *MOST, "--to", "new.json", "--json").record["certificates"][0]["number"]
    ended = run("bench", "certificate", "--amend", number, *MOST[:-1], "C")
    assert ended.code == 2 and f"replaced by {newer}" in ended.err
    assert f"It was replaced by {newer}." in run("bench", "certificate", number, "--to", "old.json").out
    assert run("bench", "certificate", "--amend", newer, *MOST[:-1], "C", "--to", "newest.json").code == 0


def test_it_is_asked_before_it_is_issued(run: Run, number: str, store: Store, here: Path, at_terminal: None) -> None:
    ended = run("bench", "certificate", "--amend", number, "--customer", "B", text="misspelt\nn\n")
    assert ended.code == 130 and len(store.rows(kind="certificate")) == 1 and names(here) == []
    assert store.next_certificate_number(0).endswith("000002"), "no number was used up"


def test_an_amendment_of_practice_is_practice(run: Run, data_dir: Path, here: Path) -> None:
    with open_store(data_dir, practice=True) as practice:
        number = issue(practice, smallest(True)._replace(dates=smallest().dates._replace(from_s=0, to_s=1, issued_s=2)))
    ended = run("bench", "certificate", "--amend", number, *MOST, "--to", "new.json", "--json")
    assert ended.record["certificates"][0]["number"].startswith("SIMULATED-") and ended.record["certificates"][0]["simulated"]


def test_a_clock_that_was_set_back_hinders_no_amendment(run: Run, store: Store, here: Path) -> None:
    later_s = 4_000_000_000
    number = issue(store, smallest()._replace(dates=smallest().dates._replace(to_s=later_s, issued_s=later_s)))
    ended = run("bench", "certificate", "--amend", number, *MOST, "--to", "new.json", "--json")
    assert ended.code == 0 and thaw((here / "new.json").read_text(encoding="utf-8")).dates.issued_s == later_s


def test_a_file_of_ours_is_known(run: Run, number: str, here: Path) -> None:
    run("bench", "certificate", number, "--to", "a.json")
    ended = run("bench", "certificate", "--check", "a.json")
    assert ended.code == 0 and ended.out == f"This is certificate {number} of unit W-0117, unchanged.\n"
    assert run("bench", "certificate", "--check", "a.json", "--json").record["did"] == "check"


def changed(text: str, path: str, value: Any) -> str:
    table = json.loads(text)
    inner = table
    *way, last = path.split(".")
    for name in way:
        inner = inner[name]
    inner[last] = value
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def test_a_file_that_was_changed_is_noticed(run: Run, number: str, here: Path, store: Store) -> None:
    text = text_in(store, number)
    cases = {
        changed(text, "certificate.customer.name", "Somebody"): "Somebody has changed it",
        changed(text, "certificate.number", "W-0000-2026-000009"): "is not in the records",
        changed(text, "format", 2): "newer version",
        json.dumps(json.loads(text), indent=1): "has changed it",
        "{}": "no certificate",
    }
    for content, said in cases.items():
        (here / "a.json").write_text(content, encoding="utf-8")
        ended = run("bench", "certificate", "--check", "a.json")
        assert ended.code == 10 and said in ended.err, said


def test_what_is_no_file_of_text(run: Run, number: str, here: Path) -> None:
    (here / "a.json").write_bytes(b"\xff\xfe")
    assert run("bench", "certificate", "--check", "a.json").code == 10
    missing = run("bench", "certificate", "--check", "none.json")
    assert missing.code == 9 and "--data-dir" not in missing.err
    assert run("bench", "certificate", "--check", ".").code == 9


def test_without_reportlab_the_page_is_there_and_the_pdf_is_explained(
    run: Run, number: str, here: Path, mocker: MockerFixture, store: Store
) -> None:
    mocker.patch.object(papers, "has_pdf", return_value=False)
    mocker.patch("microderm_ctl.cli.bench.certificate.has_pdf", return_value=False)
    ended = run("bench", "certificate", number)
    assert ended.code == 2 and "reportlab" in ended.err and "pip install" in ended.err and names(here) == []
    assert run("bench", "certificate", number, "--to", "a.html").code == 0
    assert run("bench", "certificate", "--amend", number, *MOST).code == 0 and len(names(here)) == 2
    files = papers.issue_files(text_in(store, number), here / "new", number)
    assert [Path(name).suffix for name in files] == [".html", ".json"]


def test_files_are_issued_once(number: str, store: Store, here: Path) -> None:
    text = text_in(store, number)
    files = papers.issue_files(text, here / "out", number)
    assert [Path(name).name for name in files] == [f"{number}.pdf", f"{number}.html", f"{number}.json"]
    assert papers.issue_files(text, here / "out", number) == files
    other = freeze(thaw(text)._replace(moved_top="moved"))
    with pytest.raises(FileProblem, match="something else"):
        papers.issue_files(other, here / "out", number)


def test_a_list_loads_nothing_that_sets_pages(data_dir: Path, number: str) -> None:
    script = f"import sys; sys.argv = ['microderm', 'bench', 'certificate']\n{PROBE}"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert number in ended.stdout and ended.stderr.strip() == "[]"
