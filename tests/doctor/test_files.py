"""The data directory and the stores: proved by writing on trial, and nothing stays or changes."""

import errno
import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.doctor import files
from microderm_ctl.doctor.check import Check, Result
from microderm_ctl.records import database, readonly
from microderm_ctl.records.store import open_store
from tests.doctor.parts import by_id, ordinary_user, told

if sys.platform == "win32":
    pytest.skip("Windows has other modes and users", allow_module_level=True)


def sums(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def records(open_folder: Path) -> Path:
    with open_store(open_folder / "data") as store:
        return store.path


def store_check(path: Path) -> Check:
    (check,) = files.store(path, False)
    return check


def test_a_directory_that_is_there_is_written_to_and_left_as_it_was(tmp_path: Path, mocker: MockerFixture) -> None:
    tmp_path.chmod(0o700)
    synced = mocker.spy(os, "fsync")
    checks = by_id(files.directory(tmp_path))
    assert [check.result for check in checks.values()] == [Result.OK, Result.OK, Result.OK]
    assert synced.call_count == 1
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there_is_made_on_trial_and_removed(tmp_path: Path) -> None:
    checks = by_id(files.directory(tmp_path / "new" / "data"))
    assert checks["data-directory"].result is Result.OK
    assert "not there yet" in checks["data-directory"].found
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "may not"), (errno.EIO, "Input/output")],
)
def test_what_the_disk_says_is_told_apart_and_the_trial_is_removed(tmp_path: Path, mocker: MockerFixture, number: int, word: str) -> None:
    mocker.patch("os.write", side_effect=OSError(number, os.strerror(number)))
    (check,) = files.directory(tmp_path)
    assert (check.id, check.result) == ("data-directory", Result.WRONG)
    assert word in check.found
    assert check.means
    assert check.fix
    assert list(tmp_path.iterdir()) == []


def test_a_closed_directory_of_another_user(open_folder: Path) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o700)
    data.chmod(0o500)
    with ordinary_user():
        (here,) = files.directory(data)
        (below,) = files.directory(data / "below")
        store = store_check(data / "microderm.sqlite3") if os.geteuid() != data.stat().st_uid else None
    assert (here.result, below.result) == (Result.WRONG, Result.WRONG)
    assert here.lines[0] == f'sudo chown -R "$USER" {data}'
    assert below.lines == ()
    assert store is None or store.result is Result.UNCHECKED


def test_a_file_where_the_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        (check,) = files.directory(path)
        assert "a file of that name" in check.found
    assert (tmp_path / "file").read_text() == "mine"


def test_what_others_may_read_is_named_with_the_line_that_closes_it(records: Path) -> None:
    records.chmod(0o644)
    assert by_id(files.directory(records.parent))["privacy"].result is Result.OK, "the directory is closed, so nobody reaches the file"

    records.parent.chmod(0o755)
    check = by_id(files.directory(records.parent))["privacy"]
    assert (check.result, check.lines) == (Result.WARN, (f"chmod 700 {records.parent}", f"chmod 600 {records}"))

    (records.parent / "holiday.jpg").write_text("")
    assert by_id(files.directory(records.parent))["privacy"].lines == (f"chmod 600 {records}",), "a shared directory is not closed"


def test_little_space_is_told(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("shutil.disk_usage", return_value=mocker.Mock(free=files.FREE_LEAST_BYTES - 1))
    assert by_id(files.directory(tmp_path))["disk-space"].result is Result.WARN


def test_a_whole_store_is_read_and_left_as_it_is(records: Path) -> None:
    before = sums(records.parent)
    check = store_check(records)
    assert (check.result, "whole" in check.found) == (Result.OK, True)
    assert sums(records.parent) == before, "neither a log nor an index is left beside it"


def test_no_store_is_no_trouble_and_none_is_made(tmp_path: Path) -> None:
    assert store_check(tmp_path / "microderm.sqlite3").result is Result.OK
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_in_the_log_is_read_and_stays(records: Path) -> None:
    writer = os.fork()
    if writer == 0:
        connection = database.connect(records)
        connection.execute("INSERT INTO meta (key, value) VALUES ('calendar_offset_s', '77')")
        os._exit(0)
    os.waitpid(writer, 0)
    log = records.with_name(f"{records.name}-wal")
    before = log.read_bytes()
    assert before
    assert store_check(records).result is Result.OK
    with readonly.looking_at(records, practice=True) as (store, _):
        assert store.offset_s() == 77
    assert log.read_bytes() == before


def test_an_older_store_is_not_brought_up_to_date(tmp_path: Path, mocker: MockerFixture) -> None:
    path = tmp_path / "microderm.sqlite3"
    database.connect(path, database.shipped_migrations()[:1]).close()
    newest = database.shipped_migrations()[-1].version
    mocker.patch("microderm_ctl.records.readonly.newest_version", return_value=newest + 1)
    before = sums(tmp_path)
    check = store_check(path)
    assert (check.result, f"brings it to version {newest + 1}" in check.found) == (Result.OK, True)
    assert sums(tmp_path) == before


@pytest.mark.parametrize("damage", ["torn", "future", "stranger", "inside"])
def test_a_store_that_cannot_be_used_is_told_and_not_touched(records: Path, damage: str) -> None:
    whole = records.read_bytes()
    bytes_, word = {
        "torn": (whole[:5_000], "damaged"),
        "future": (whole[:60] + (9_999).to_bytes(4, "big") + whole[64:], "newer"),
        "stranger": (whole[:68] + b"huh!" + whole[72:], "not one of microderm"),
        "inside": (whole[:8_192] + b"x" * 4_096 + whole[12_288:], "damaged"),
    }[damage]
    records.write_bytes(bytes_)
    check = store_check(records)
    assert (check.result, word in check.found) == (Result.WRONG, True)
    assert check.means
    assert check.fix
    assert records.read_bytes() == bytes_


def test_a_store_that_belongs_to_root(records: Path) -> None:
    records.parent.chmod(0o755)
    records.chmod(0o400)
    with ordinary_user():
        check = store_check(records)
    assert check.result is Result.WRONG
    assert "sudo" in check.fix
    assert check.lines[0] == f'sudo chown -R "$USER" {records.parent}'


def test_trouble_with_practice_says_that_the_own_records_are_safe(records: Path) -> None:
    records.write_bytes(b"nonsense" * 100)
    (check,) = files.store(records, True)
    assert (check.id, "not touched" in told(check)) == ("practice-store", True)
