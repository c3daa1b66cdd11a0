"""What is exported: every row with a hash that can be checked, or the works as a table that no spreadsheet computes."""

import csv
import json
import sys
from io import StringIO
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.cli.bench.export import table_of
from microderm_ctl.records.canonical import canonical, sha256_of
from microderm_ctl.records.store import open_store
from tests.cli.conftest import Run

RUN_ID = "a" * 32


@pytest.fixture
def to(data_dir: Path, tmp_path: Path) -> Path:
    """A bench with work of its own, of another bench, and of practice; return where to write."""
    for practice in (False, True):
        with open_store(data_dir, practice) as store:
            store.append_row("begin", {"work": "calibrate", "operator": "=HYPERLINK(1)"}, at_s=1, run_id=RUN_ID, unit="W-1")
            row = store.append_row("end", {"outcome": "pass", "reason": "Ω\n"}, at_s=2, run_id=RUN_ID, unit="W-1")
            store.append_row("golden", {"zero_pa": 1.5}, at_s=3)
            store.keep_other_rows([row._replace(bench="SIM-7K3M9QXZ" if practice else "7K3M9QXZ", unit="W-2")])
    return tmp_path / "out"


def test_every_row_is_a_line_whose_hash_can_be_checked(run: Run, to: Path) -> None:
    told = run("bench", "export", "--to", str(to), "--json").record
    lines = [json.loads(line) for line in to.read_text(encoding="utf-8").split("\n")[:-1]]

    assert told == {"file": str(to), "format": "ndjson", "rows": 8}
    assert len(lines) == 8
    assert all(sha256_of(canonical(line["document"])) == line["sha256"] for line in lines)
    assert [line["simulated"] for line in lines] == [False] * 4 + [True] * 4
    assert {line["unit"] for line in lines} == {"", "W-1", "W-2"}


def test_one_unit_alone(run: Run, to: Path) -> None:
    run("bench", "export", "--to", str(to), "--unit", "W-2")
    lines = [json.loads(line) for line in to.read_text(encoding="utf-8").splitlines()]
    assert [(line["bench"], line["kind"]) for line in lines] == [("7K3M9QXZ", "end"), ("SIM-7K3M9QXZ", "end")]


def test_a_table_has_a_line_for_each_work_and_computes_nothing(run: Run, to: Path) -> None:
    assert "Works: 2." in run("bench", "export", "--csv", "--to", str(to)).out
    rows = list(csv.DictReader(StringIO(to.read_bytes().decode())))

    assert [(row["unit"], row["simulated"], row["outcome"]) for row in rows] == [("W-1", "no", "pass"), ("W-1", "yes", "pass")]
    assert rows[0]["operator"] == "'=HYPERLINK(1)"
    assert rows[0]["reason"] == "Ω\n"
    assert rows[0]["began_at"] == "1970-01-01T00:00:01Z"


def test_no_work_is_a_table_with_its_names() -> None:
    assert table_of([]).startswith("unit,simulated,bench,")


def test_a_file_is_not_replaced_unasked(run: Run, to: Path) -> None:
    to.write_text("mine")
    refused = run("bench", "export", "--to", str(to))
    assert (refused.code, to.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert run("bench", "export", "--to", str(to), "--force").code == 0
    assert len(to.read_text(encoding="utf-8").splitlines()) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes")
def test_only_its_owner_may_read_it(run: Run, to: Path) -> None:
    run("bench", "export", "--to", str(to))
    assert to.stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_leaves_nothing(run: Run, to: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.records.files.os.fsync", side_effect=OSError(28, "No space left on device"))
    told = run("bench", "export", "--to", str(to))
    assert told.code == 9
    assert "No space left" in told.err
    assert not to.exists()


def test_a_directory_is_no_file(run: Run, to: Path) -> None:
    to.mkdir()
    assert run("bench", "export", "--to", str(to), "--force").code == 9


def test_a_unit_that_is_not_known_writes_nothing(run: Run, to: Path) -> None:
    told = run("bench", "export", "--to", str(to), "--unit", "W-9")
    assert told.code == 2
    assert "There is no unit 'W-9'" in told.err
    assert not to.exists()
