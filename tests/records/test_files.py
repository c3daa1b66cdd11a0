"""Where records lie, who may read them, and what happens when the disk says no."""

import errno
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.database import sql_problem
from microderm_ctl.records.files import ballast_path, data_directory, os_problem, write_private
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import PRACTICE_NAME, STORE_NAME, Store, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.safety import Plan

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_directory_and_every_file_are_for_the_owner_alone(store: Store, ana: PersonRecord, plan: Plan, now_s: int, data_dir: Path) -> None:
    store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    assert mode(data_dir) == 0o700
    files = {path.name: mode(path) for path in data_dir.iterdir()}
    assert {STORE_NAME, f"{STORE_NAME}-wal", ballast_path(store.path).name} <= set(files)
    assert set(files.values()) == {0o600}


@posix
def test_a_readable_store_is_narrowed_on_opening(data_dir: Path) -> None:
    open_store(data_dir).close()
    (data_dir / STORE_NAME).chmod(0o644)
    data_dir.chmod(0o755)
    open_store(data_dir).close()
    assert mode(data_dir / STORE_NAME) == 0o600
    assert mode(data_dir) == 0o700


@posix
def test_a_directory_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").write_text("mine")
    assert data_directory(tmp_path) == tmp_path
    assert mode(tmp_path) == 0o755


def test_without_a_choice_the_platform_says_where(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("platformdirs.user_data_path", return_value=tmp_path / "microderm")
    assert data_directory(None) == tmp_path / "microderm"
    assert (tmp_path / "microderm").is_dir()


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_where_the_directory_should_be_is_explained(tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").write_text("a letter")
    with pytest.raises(FileProblem) as caught:
        open_store(tmp_path / "taken" / below)
    assert "--data-dir" in caught.value.hint
    assert (tmp_path / "taken").read_text() == "a letter"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_directory_that_may_not_be_written_is_explained(data_dir: Path, mocker: MockerFixture, number: int) -> None:
    mocker.patch("pathlib.Path.mkdir", side_effect=OSError(number, os.strerror(number)))
    with pytest.raises(FileProblem, match="may not be written") as caught:
        open_store(data_dir)
    assert caught.value.exit_code == 9
    assert "MICRODERM_DATA_DIR" in caught.value.hint


def test_a_read_only_database_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (x)")
    read_only = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        read_only.execute("INSERT INTO t VALUES (1)")
    read_only.close()
    made.close()
    assert "may not be written" in sql_problem(caught.value, path, "No").sentence


@pytest.mark.parametrize(("free", "said"), [(20_000, "the disk is full"), (10**9, "disk I/O error")])
def test_an_io_error_on_a_disk_without_room_is_a_full_disk(tmp_path: Path, mocker: MockerFixture, free: int, said: str) -> None:
    mocker.patch("microderm_ctl.records.database.shutil.disk_usage", return_value=mocker.Mock(free=free))
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert said in sql_problem(error, tmp_path / "store", "No").sentence


def test_a_full_disk_at_opening_leaves_nothing_behind(data_dir: Path, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.records.database.os.open", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(FileProblem, match="the disk is full") as caught:
        open_store(data_dir)
    assert "Free some space" in caught.value.hint
    assert list(data_dir.iterdir()) == []


@pytest.mark.hazard("H-34", "computer")
def test_without_room_for_its_end_no_treatment_begins(
    store: Store, ana: PersonRecord, plan: Plan, now_s: int, mocker: MockerFixture
) -> None:
    mocker.patch("microderm_ctl.records.files.os.fsync", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(FileProblem, match="no room to keep a treatment: the disk is full"):
        store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    assert store.treatments(ana.id) == ()
    assert sorted(path.suffix for path in store.path.parent.iterdir() if path.suffix in (".new", ".ballast")) == []


def fill(store: Store) -> None:
    """Let the file grow no further, as on a full disk."""
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count={pages}")


@pytest.mark.hazard("H-34", "computer")
def test_a_disk_that_fills_up_before_arming_leaves_nothing_half_written(
    store: Store, ana: PersonRecord, plan: Plan, now_s: int, data_dir: Path
) -> None:
    fill(store)
    answers = {"long": "x" * 20_000}
    with pytest.raises(FileProblem, match="the disk is full"):
        store.begin_treatment(ana.id, "W1", plan, answers, now_s)
    assert store.treatments(ana.id) == ()
    assert store.wands() == ()
    with open_store(data_dir) as again:
        assert again.persons() == (ana,)
        assert again.open_treatments() == ()


def test_a_disk_that_fills_up_in_a_trace_keeps_the_samples_before(store: Store, ana: PersonRecord, plan: Plan, now_s: int) -> None:
    treatment = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    fill(store)
    kept = 0
    with pytest.raises(FileProblem, match="the disk is full"):
        for kept in range(10_000):
            store.append_sample(treatment.id, Sample(kept * 100, 9_000, 9_000, 15_000, 5, 0, 1))
    assert [sample.t_ms for sample in store.trace(treatment.id)] == [number * 100 for number in range(kept)]


@pytest.mark.hazard("H-34", "computer")
def test_the_end_of_a_treatment_is_written_in_the_room_that_was_held_back(
    store: Store, ana: PersonRecord, plan: Plan, now_s: int, mocker: MockerFixture
) -> None:
    treatment = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    ballast = ballast_path(store.path)
    assert ballast.stat().st_size == 65_536
    end = store._end

    def end_on_a_full_disk(*values: object) -> None:
        if ballast.exists():
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        end(*values)  # type: ignore[arg-type]

    mocker.patch.object(store, "_end", end_on_a_full_disk)
    assert store.finish_treatment(treatment.id, now_s + 95, 88_000, "treatment-done").sealed_ms == 88_000
    assert not ballast.exists()


def test_a_disk_that_stays_full_leaves_the_treatment_open_and_says_so(
    store: Store, ana: PersonRecord, plan: Plan, now_s: int, mocker: MockerFixture
) -> None:
    treatment = store.begin_treatment(ana.id, "W1", plan, {}, now_s)
    mocker.patch.object(store, "_end", side_effect=sqlite3.OperationalError("database or disk is full"))
    with pytest.raises(FileProblem, match="the disk is full"):
        store.finish_treatment(treatment.id, now_s + 95, 88_000, "treatment-done")
    assert [left.counted_ms for left in store.open_treatments()] == [90_000]


def test_a_store_in_use_is_explained(store: Store, data_dir: Path, profile: Profile, mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.records.database.BUSY_TIMEOUT_S", 0.0)
    with open_store(data_dir) as other, store._write(), pytest.raises(FileProblem, match="another program is using") as caught:
        other.create_person("Ben", profile, 0)
    assert "try again" in caught.value.hint


def test_an_unknown_failure_names_its_cause() -> None:
    problem = os_problem(OSError(errno.EIO, "Input/output error"), Path("/x"), "The records cannot be opened")
    assert "Input/output error" in problem.sentence
    assert problem.details["path"] == "/x"


def test_a_private_write_that_fails_keeps_the_old_file(tmp_path: Path, mocker: MockerFixture) -> None:
    path = tmp_path / "note"
    write_private(path, b"old")
    mocker.patch("microderm_ctl.records.files.os.fsync", side_effect=OSError(errno.ENOSPC, "full"))
    with pytest.raises(OSError, match="full"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_practice_is_a_file_of_its_own(data_dir: Path) -> None:
    open_store(data_dir, practice=True).close()
    assert [path.name for path in data_dir.iterdir()] == [PRACTICE_NAME]
