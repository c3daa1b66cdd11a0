"""Opening a store: fresh, torn, a stranger's, from the future, and from the past."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem
from microderm_ctl.records.database import APPLICATION_ID, Migration, connect, schema_version, shipped_migrations
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import STORE_NAME, open_store

FIRST = Migration(1, "-- people; all of them\nCREATE TABLE person (name TEXT);\nINSERT INTO person VALUES ('Ana; or Anna');\n")
SECOND = Migration(2, "ALTER TABLE person ADD COLUMN age INTEGER;\nUPDATE person SET age = 30;\n")
BROKEN = Migration(2, "ALTER TABLE person ADD COLUMN age INTEGER;\nUPDATE nothing SET age = 30;\n")


def test_shipped_migrations_are_numbered_without_a_gap() -> None:
    assert [step.version for step in shipped_migrations()] == list(range(1, len(shipped_migrations()) + 1))


def test_a_fresh_store_carries_its_numbers(data_dir: Path) -> None:
    open_store(data_dir).close()
    header = (data_dir / STORE_NAME).read_bytes()[:100]
    assert int.from_bytes(header[60:64], "big") == len(shipped_migrations())
    assert int.from_bytes(header[68:72], "big") == APPLICATION_ID


def test_opening_twice_changes_nothing(data_dir: Path, profile: Profile) -> None:
    with open_store(data_dir) as store:
        store.create_person("Ana", profile, 5)
    before = (data_dir / STORE_NAME).read_bytes()
    open_store(data_dir).close()
    assert (data_dir / STORE_NAME).read_bytes() == before
    assert not (data_dir / "backups").exists()


def test_an_older_store_is_copied_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    connect(path, [FIRST]).close()
    with closing(connect(path, [FIRST, SECOND])) as connection:
        assert schema_version(connection) == 2
        assert connection.execute("SELECT name, age FROM person").fetchall() == [("Ana; or Anna", 30)]
    copy = tmp_path / "backups" / "microderm-v1.sqlite3"
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as old:
        assert schema_version(old) == 1
        assert old.execute("SELECT * FROM person").fetchall() == [("Ana; or Anna",)]


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    connect(path, [FIRST]).close()
    with pytest.raises(FileProblem):
        connect(path, [FIRST, BROKEN])
    with closing(connect(path, [FIRST])) as connection:
        assert schema_version(connection) == 1
        assert connection.execute("SELECT * FROM person").fetchall() == [("Ana; or Anna",)]


def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    connect(path, [FIRST]).close()
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(FileProblem, match="No copy could be made"):
        connect(path, [FIRST, SECOND])
    with closing(connect(path, [FIRST])) as connection:
        assert schema_version(connection) == 1


def test_a_store_from_the_future_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    connect(path, [FIRST, SECOND]).close()
    before = path.read_bytes()
    with pytest.raises(FileProblem, match="newer microderm") as caught:
        connect(path, [FIRST])
    assert "Update microderm" in caught.value.hint
    assert caught.value.details["store_version"] == 2
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_future_version_that_is_only_in_the_log_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    with closing(connect(path, [FIRST])) as newer:
        newer.execute("PRAGMA wal_autocheckpoint=0")
        newer.execute("PRAGMA user_version=7")
        assert int.from_bytes(path.read_bytes()[60:64], "big") != 7
        with pytest.raises(FileProblem, match="newer microderm"):
            connect(path, [FIRST])


@pytest.mark.parametrize("number", [0, 77])
def test_a_strangers_database_is_refused_untouched(tmp_path: Path, number: int) -> None:
    path = tmp_path / "microderm.sqlite3"
    with closing(sqlite3.connect(path)) as stranger:
        stranger.execute(f"PRAGMA application_id={number}")
        stranger.execute("CREATE TABLE recipes (name)")
    before = path.read_bytes()
    with pytest.raises(FileProblem, match="not one of microderm"):
        connect(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"{}", b"SQLite format 3\x00" + bytes(20), b"\xff" * 5000, b"SQLite format 3\x00" + bytes(5000)])
def test_what_is_no_database_is_called_damaged_and_kept(data_dir: Path, content: bytes) -> None:
    data_dir.mkdir()
    (data_dir / STORE_NAME).write_bytes(content)
    with pytest.raises(FileProblem, match="damaged") as caught:
        open_store(data_dir)
    assert "Move the file away" in caught.value.hint
    assert (data_dir / STORE_NAME).read_bytes() == content


def _full_store(data_dir: Path, profile: Profile) -> bytes:
    with open_store(data_dir) as store:
        for number in range(200):
            store.create_person(f"Somebody {number}", profile, number)
    return (data_dir / STORE_NAME).read_bytes()


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_store_that_was_cut_short_is_called_damaged(data_dir: Path, profile: Profile, part: float) -> None:
    whole = _full_store(data_dir, profile)
    (data_dir / STORE_NAME).write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(FileProblem, match="damaged"):
        open_store(data_dir)


@pytest.mark.hazard("H-33", "computer")
def test_a_store_with_a_torn_page_is_called_damaged(data_dir: Path, profile: Profile) -> None:
    whole = _full_store(data_dir, profile)
    (data_dir / STORE_NAME).write_bytes(whole[:4096] + b"\xa5" * 8192 + whole[4096 + 8192 :])
    with pytest.raises(FileProblem, match="damaged"):
        open_store(data_dir)


def test_a_damaged_store_names_the_last_copy(tmp_path: Path) -> None:
    path = tmp_path / "microderm.sqlite3"
    connect(path, [FIRST]).close()
    connect(path, [FIRST, SECOND]).close()
    path.write_bytes(b"torn")
    with pytest.raises(FileProblem) as caught:
        connect(path, [FIRST, SECOND])
    assert "microderm-v1.sqlite3" in caught.value.hint


def test_an_empty_file_is_a_store_that_was_never_begun(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / STORE_NAME).touch()
    with open_store(data_dir) as store:
        assert store.persons() == ()


def test_a_value_that_makes_no_sense_is_called_damaged(data_dir: Path, profile: Profile) -> None:
    with open_store(data_dir) as store:
        store.create_person("Ana", profile, 5)
        store._run("UPDATE profiles SET skin = 'leather'")
        with pytest.raises(FileProblem, match="damaged"):
            store.persons()


@pytest.mark.hazard("H-34", "computer")
def test_intent_is_on_the_disk_and_traces_do_not_wait_for_it(data_dir: Path) -> None:
    with open_store(data_dir) as store:

        def level() -> int:
            return int(store._connection.execute("PRAGMA synchronous").fetchone()[0])

        levels = []
        for _ in range(2):
            with store._write():
                levels.append(level())
            store._write_quickly("SELECT 1")
            levels.append(level())
    assert levels == [2, 1, 2, 1]  # FULL, NORMAL
