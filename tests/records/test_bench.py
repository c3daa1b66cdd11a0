"""Bench rows: added, never changed, numbered without a gap, and whole after whatever happens to process, disk or file."""

import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.bench import DOCUMENT_MOST_BYTES, BenchRow
from microderm_ctl.records.canonical import sha256_of
from microderm_ctl.records.database import Migration, connect, shipped_migrations
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import STORE_NAME, Store, forget_everywhere, open_store

RUN = "0123456789abcdef" * 2
OTHER_RUN = "f" * 32
TABLES = ("bench_rows", "bench_other_rows", "bench_certificate_numbers", "bench_self")
APPENDS = """
import sys
from pathlib import Path
from microderm_ctl.records.store import open_store
with open_store(Path(sys.argv[1])) as store:
    for step in range(int(sys.argv[2])):
        row = store.append_row("point", {"who": sys.argv[3], "step": step}, at_s=step)
        print(row.number, store.next_certificate_number(1_767_225_600), flush=True)
"""


def appending(data_dir: Path, steps: int, who: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", APPENDS, str(data_dir), str(steps), who], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_row_comes_back_as_it_was_written(data_dir: Path, now_s: int) -> None:
    with open_store(data_dir) as store:
        document = {"vacuum_kpa": 12.5, "name": "Ω", "points": [1, None, True]}
        written = store.append_row("point", document, at_s=now_s, run_id=RUN, unit="W1")
        bench = store.bench_id()
    with open_store(data_dir) as store:
        assert store.rows() == (written,)
        assert store.bench_id() == bench
    text = '{"name":"Ω","points":[1,null,true],"vacuum_kpa":12.5}'
    assert written == BenchRow(bench, 1, RUN, "point", "W1", now_s, document, sha256_of(text))


def test_rows_are_asked_for_by_run_unit_and_kind(store: Store) -> None:
    for run_id, kind, unit in [(RUN, "begin", "W1"), (OTHER_RUN, "begin", "W2"), (RUN, "point", "W1"), ("", "golden", "")]:
        store.append_row(kind, {}, at_s=1, run_id=run_id, unit=unit)

    assert [row.number for row in store.rows()] == [1, 2, 3, 4]
    assert [row.number for row in store.rows(run_id=RUN)] == [1, 3]
    assert [row.number for row in store.rows(kind="begin")] == [1, 2]
    assert [row.number for row in store.rows(unit="W1", kind="point")] == [3]
    assert [row.number for row in store.rows(run_id="")] == [4]
    assert store.known_units() == ("W1", "W2")


def test_only_what_is_finished_may_be_shared(store: Store) -> None:
    for run_id, kind in [(RUN, "begin"), (OTHER_RUN, "begin"), ("", "golden"), (RUN, "end"), (OTHER_RUN, "point"), (RUN, "certificate")]:
        store.append_row(kind, {}, at_s=1, run_id=run_id)

    marks = store.finished_marks()
    assert list(marks) == [1, 3, 4, 6]
    rows = store.numbered_rows(list(marks))
    assert {row.number: row.mark for row in rows} == marks
    assert store.numbered_rows([]) == ()


def test_every_store_draws_an_id_and_practice_says_so(tmp_path: Path) -> None:
    ids = []
    for name, practice in [("a", False), ("b", False), ("a", True)]:
        with open_store(tmp_path / name, practice) as store:
            ids.append(store.bench_id())
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", ids[0])
    assert re.fullmatch("SIM-[0-9A-HJKMNP-TV-Z]{8}", ids[2])
    assert len(set(ids)) == 3


@pytest.mark.parametrize(("practice", "first"), [(False, "W-"), (True, "SIMULATED-SIM-")])
def test_certificate_numbers_count_on_over_the_years(data_dir: Path, now_s: int, practice: bool, first: str) -> None:
    with open_store(data_dir, practice) as store:
        numbers = [store.next_certificate_number(now_s + year * 366 * 86_400) for year in (0, 0, 1)]
        bench = store.bench_id()
    assert numbers[0].startswith(first)
    assert numbers == [number.format(store="SIMULATED" if practice else "W", bench=bench) for number in (
        "{store}-{bench}-2026-000001", "{store}-{bench}-2026-000002", "{store}-{bench}-2027-000003",
    )]  # fmt: skip


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_document_with_a_number_that_is_none_is_refused(store: Store, number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.append_row("point", {"vacuum_kpa": [number]}, at_s=1)
    assert store.rows() == ()


@pytest.mark.parametrize(
    ("kind", "run_id", "unit"),
    [("", "", ""), ("Point", "", ""), ("po int", "", ""), ("point", "ABC", ""), ("point", "F" * 32, ""), ("point", "", "W\x001"),
     ("point", "", "W" * 65), ("point", "", "W\n")],
)  # fmt: skip
def test_a_row_that_no_database_would_take_is_refused(store: Store, kind: str, run_id: str, unit: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        store.append_row(kind, {}, at_s=1, run_id=run_id, unit=unit)
    assert store.rows() == ()


def test_a_document_has_a_greatest_size(store: Store) -> None:
    longest = "Ω" * ((DOCUMENT_MOST_BYTES - len('{"a":""}')) // 2)
    assert store.append_row("note", {"a": longest}, at_s=1).number == 1
    with pytest.raises(UsageProblem, match="too long"):
        store.append_row("note", {"a": longest + "x"}, at_s=1)
    assert len(store.rows()) == 1


CHANGES = (
    "UPDATE bench_rows SET document = '{}'",
    "DELETE FROM bench_rows",
    "INSERT OR REPLACE INTO bench_rows SELECT 1, run_id, kind, unit, at_s, '{}', sha256 FROM bench_rows",
    "INSERT INTO bench_rows SELECT 3, run_id, kind, unit, at_s, document, sha256 FROM bench_rows",
    "UPDATE bench_self SET bench = 'ME'",
    "DELETE FROM bench_self",
    "INSERT OR REPLACE INTO bench_self VALUES (1, 'ME')",
    "UPDATE bench_certificate_numbers SET taken_s = 0",
    "DELETE FROM bench_certificate_numbers",
    "INSERT OR REPLACE INTO bench_certificate_numbers VALUES (1, 'mine', 0)",
    "UPDATE bench_other_rows SET unit = ''",
    "DELETE FROM bench_other_rows",
    "INSERT OR REPLACE INTO bench_other_rows SELECT bench, number, '', 'x', '', 0, '{}', '' FROM bench_other_rows",
)


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_ever_changed_or_removed(data_dir: Path, change: str) -> None:
    with open_store(data_dir) as store:
        row = store.append_row("golden", {"a": 1}, at_s=1)
        store.next_certificate_number(1)
        store.keep_other_rows([row._replace(bench="OTHER")])
        before = [store._read(f"SELECT * FROM {table}") for table in TABLES]
    with closing(sqlite3.connect(data_dir / STORE_NAME)) as stranger, pytest.raises(sqlite3.IntegrityError):
        stranger.execute(change)
    with open_store(data_dir) as store:
        assert [store._read(f"SELECT * FROM {table}") for table in TABLES] == before


EDITS = ("""'{"a":2}'""", "'{'", "''", "x'ff'", "7")


@pytest.mark.parametrize("edit", EDITS)
def test_a_document_that_was_edited_behind_its_back_is_named(data_dir: Path, edit: str) -> None:
    with open_store(data_dir) as store:
        row = store.append_row("golden", {"a": 1}, at_s=1)
        store.keep_other_rows([row._replace(bench="OTHER", unit="W1")])
        bench = store.bench_id()
    with closing(sqlite3.connect(data_dir / STORE_NAME, isolation_level=None)) as stranger:
        for trigger, table in [("bench_rows_stay", "bench_rows"), ("bench_other_rows_stay", "bench_other_rows")]:
            stranger.execute(f"DROP TRIGGER {trigger}")
            stranger.execute(f"UPDATE {table} SET document = {edit}")
    with open_store(data_dir) as store:
        with pytest.raises(FileProblem, match=f"Row 1 of bench {bench} .* was changed or damaged") as caught:
            store.rows()
        with pytest.raises(FileProblem, match="Row 1 of bench OTHER"):
            store.other_rows("W1")
    assert caught.value.details["number"] == 1


def test_rows_of_other_benches_are_kept_once(store: Store) -> None:
    own = store.append_row("golden", {"a": 1}, at_s=1)
    theirs = [own._replace(bench="OTHER", number=number, unit="W1") for number in (4, 7)]

    assert store.keep_other_rows(theirs) == 2
    assert store.keep_other_rows([*theirs, theirs[0]._replace(bench="THIRD", unit="W2")]) == 1
    assert store.other_rows("W1") == store.other_rows("W1", "golden") == tuple(theirs)
    assert store.other_rows(kind="point") == ()
    assert [row.bench for row in store.other_rows()] == ["OTHER", "OTHER", "THIRD"]
    assert store.rows() == (own,)


def test_other_content_under_a_known_number_names_both(store: Store) -> None:
    mine, yours = (store.append_row("golden", {"a": value}, at_s=1) for value in (1, 2))
    store.keep_other_rows([mine._replace(bench="OTHER")])
    with pytest.raises(FileProblem, match="not the same in both places: 'golden - ") as caught:
        store.keep_other_rows([yours._replace(bench="OTHER", number=5), yours._replace(bench="OTHER", number=1)])
    assert (caught.value.details["sha256_here"], caught.value.details["sha256_there"]) == (mine.sha256, yours.sha256)
    with pytest.raises(FileProblem, match="not the same"):
        store.keep_other_rows([mine._replace(bench="OTHER", unit="W1")])
    assert store.other_marks() == {("OTHER", 1): mine.mark}


def test_two_processes_never_get_the_same_number(data_dir: Path) -> None:
    open_store(data_dir).close()
    both = [appending(data_dir, 40, who) for who in ("one", "two")]
    told = [line.split() for process in both for line in process.communicate(timeout=120)[0].splitlines()]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted(int(number) for number, _ in told) == list(range(1, 81))
    assert len({certificate for _, certificate in told}) == 80
    assert len({certificate.split("-")[1] for _, certificate in told}) == 1
    with open_store(data_dir) as store:
        assert [row.number for row in store.rows()] == list(range(1, 81))
        assert {row.document["who"] for row in store.rows()} == {"one", "two"}


def test_a_process_that_is_killed_leaves_every_row_that_it_was_told_of(data_dir: Path) -> None:
    with appending(data_dir, 100_000, "killed") as process:
        assert process.stdout is not None
        told = [process.stdout.readline().split() for _ in range(25)]
        process.kill()
        told += [line.split() for line in process.stdout.read().splitlines()]
        assert process.wait(timeout=60) in (-signal.SIGKILL, 1)
    told = [words for words in told if len(words) == 2]

    with open_store(data_dir) as store:
        kept = store.rows()
        assert [row.number for row in kept] == list(range(1, len(kept) + 1))
        assert len(told) <= len(kept) <= len(told) + 1
        assert store.next_certificate_number(1_767_225_600) not in {certificate for _, certificate in told}


def test_a_row_on_a_full_disk_is_not_there_at_all(store: Store, data_dir: Path) -> None:
    store.append_row("golden", {"a": 1}, at_s=1)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(FileProblem, match="the disk is full"):
        store.append_row("point", {"long": "x" * 20_000}, at_s=2)
    with open_store(data_dir) as again:
        assert [row.number for row in again.rows()] == [1]
        assert again.append_row("point", {}, at_s=2).number == 2


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_was_removed_under_us_takes_nothing_more(replaced: bool, store: Store, data_dir: Path) -> None:
    """Else a whole calibration would go into a file that has no name any more."""
    store.append_row("golden", {}, at_s=1)
    store.path.unlink()
    if replaced:
        store.path.write_bytes(b"")
    with pytest.raises(FileProblem, match="is gone"):
        store.append_row("golden", {}, at_s=2)
    with pytest.raises(FileProblem, match="is gone"):
        store.next_certificate_number(2)


def test_rows_are_on_the_disk_when_they_are_told(store: Store) -> None:
    store._write_quickly("SELECT 1")
    store.append_row("golden", {}, at_s=1)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_a_store_from_before_the_bench_becomes_one(data_dir: Path) -> None:
    data_dir.mkdir()
    with closing(connect(data_dir / STORE_NAME, shipped_migrations()[:2])) as before:
        before.execute("INSERT INTO persons (name, name_key, tag, began_s) VALUES ('Ana', 'ana', '00000001', 5)")
    with open_store(data_dir) as store:
        assert store.rows() == ()
        assert store.append_row("golden", {}, at_s=1).number == 1
        assert store.find_person("Ana").name == "Ana"
    assert (data_dir / "backups" / "microderm-v2.sqlite3").exists()


def test_a_bench_from_the_future_is_refused_untouched(data_dir: Path) -> None:
    with open_store(data_dir) as store:
        store.append_row("golden", {}, at_s=1)
    later = Migration(len(shipped_migrations()) + 1, "CREATE TABLE later (x);")
    connect(data_dir / STORE_NAME, [*shipped_migrations(), later]).close()
    before = (data_dir / STORE_NAME).read_bytes()
    with pytest.raises(FileProblem, match="newer microderm"):
        open_store(data_dir)
    assert (data_dir / STORE_NAME).read_bytes() == before


@pytest.mark.parametrize("practice", [False, True])
def test_forgetting_a_person_leaves_the_bench_alone(data_dir: Path, profile: Profile, now_s: int, practice: bool) -> None:
    with open_store(data_dir, practice) as store:
        person: PersonRecord = store.create_person("Ana", profile, now_s)
        rows = tuple(store.append_row("golden", {"person": person.name}, at_s=now_s) for _ in range(3))
        store.keep_other_rows([rows[0]._replace(bench="OTHER")])
        number = store.next_certificate_number(now_s)
    assert forget_everywhere(data_dir, "Ana")
    with open_store(data_dir, practice) as store:
        assert store.persons() == ()
        assert store.rows() == rows
        assert len(store.other_rows()) == 1
        assert store.bench_id() == rows[0].bench
        assert store.next_certificate_number(now_s) > number
