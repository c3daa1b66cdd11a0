"""The journal: kept as said, corrected by newer entries, emptied when removed, and gone with its person."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records.database import connect, schema_version, shipped_migrations
from microderm_ctl.records.journal import JournalEntry, Results, standing_entries
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import STORE_NAME, Store, forget_everywhere, open_store
from microderm_ctl.safety import Zone

DAY_S = 86_400
WHOLE = Results(4, 3, 5, 2, (Zone.NOSE, Zone.CHIN), "soft as never before")


def test_an_entry_comes_back_as_it_was_said(data_dir: Path, profile: Profile, now_s: int) -> None:
    with open_store(data_dir) as store:
        person = store.create_person("Ana", profile, now_s)
        kept = store.keep_results(person.id, WHOLE, now_s)
    with open_store(data_dir) as store:
        assert store.journal(person.id) == (kept,)
    assert kept == JournalEntry(kept.id, person.id, now_s, now_s, WHOLE)


def test_what_was_not_said_stays_apart_from_nowhere(store: Store, ana: PersonRecord, now_s: int) -> None:
    unsaid = store.keep_results(ana.id, Results(redness=3), now_s)
    nowhere = store.keep_results(ana.id, Results(clogged=()), now_s)

    assert (unsaid.results.clogged, unsaid.results.comfort) == (None, None)
    assert nowhere.results.clogged == ()
    assert Results().is_empty and not nowhere.results.is_empty


def test_a_correction_keeps_the_date_and_the_entry_before(store: Store, ana: PersonRecord, now_s: int) -> None:
    wrong = store.keep_results(ana.id, Results(redness=1), now_s)
    other = store.keep_results(ana.id, Results(redness=4), now_s + DAY_S)
    right = store.keep_results(ana.id, Results(redness=5), now_s + 2 * DAY_S, wrong.id)

    assert (right.at_s, right.written_s, right.replaces_id) == (now_s, now_s + 2 * DAY_S, wrong.id)
    assert store.journal(ana.id) == (wrong, other, right)
    assert standing_entries(store.journal(ana.id)) == (right, other)


@pytest.mark.parametrize("done", ["corrected", "removed"])
def test_what_does_not_count_any_more_is_not_touched_again(store: Store, ana: PersonRecord, now_s: int, done: str) -> None:
    entry = store.keep_results(ana.id, WHOLE, now_s)
    if done == "corrected":
        store.keep_results(ana.id, Results(), now_s, entry.id)
    else:
        store.remove_results(ana.id, entry.id, now_s)
    before = store.journal(ana.id)

    with pytest.raises(UsageProblem, match=done):
        store.keep_results(ana.id, WHOLE, now_s, entry.id)
    with pytest.raises(UsageProblem, match=done):
        store.remove_results(ana.id, entry.id, now_s)
    assert store.journal(ana.id) == before


def test_removing_empties_an_entry_and_all_that_it_corrected(store: Store, ana: PersonRecord, now_s: int) -> None:
    first = store.keep_results(ana.id, WHOLE, now_s)
    second = store.keep_results(ana.id, WHOLE._replace(words="better said"), now_s + 1, first.id)
    other = store.keep_results(ana.id, WHOLE, now_s + 2)

    store.remove_results(ana.id, second.id, now_s + 3)

    gone = store.journal(ana.id)[:2]
    assert [(entry.results, entry.removed_s) for entry in gone] == [(Results(), now_s + 3)] * 2
    assert [entry.at_s for entry in gone] == [now_s, now_s]
    assert standing_entries(store.journal(ana.id)) == (other,)


def test_removed_words_are_gone_from_the_disk(data_dir: Path, profile: Profile, now_s: int) -> None:
    with open_store(data_dir) as store:
        person = store.create_person("Ana", profile, now_s)
        entry = store.keep_results(person.id, Results(words="a secret of mine"), now_s)
        store.remove_results(person.id, entry.id, now_s)
    left = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert b"a secret of mine" not in left


def test_a_number_that_was_shown_never_means_another_entry(store: Store, profile: Profile, now_s: int) -> None:
    ana = store.create_person("Ana", profile, now_s)
    shown = store.keep_results(ana.id, WHOLE, now_s).id
    store.forget(ana.id)
    ben = store.create_person("Ben", profile, now_s)
    assert store.keep_results(ben.id, WHOLE, now_s).id > shown


def test_nobody_touches_the_entry_of_another_person(store: Store, ana: PersonRecord, profile: Profile, now_s: int) -> None:
    ben = store.create_person("Ben", profile, now_s)
    entry = store.keep_results(ana.id, WHOLE, now_s)

    with pytest.raises(UsageProblem, match="no journal entry"):
        store.remove_results(ben.id, entry.id, now_s)
    with pytest.raises(UsageProblem, match="no journal entry"):
        store.keep_results(ben.id, WHOLE, now_s, entry.id)
    assert store.journal(ana.id) == (entry,)
    assert store.journal(ben.id) == ()


def test_whoever_is_forgotten_leaves_no_journal(data_dir: Path, profile: Profile, now_s: int) -> None:
    for practice in (False, True):
        with open_store(data_dir, practice) as store:
            person = store.create_person("Ana", profile, now_s)
            first = store.keep_results(person.id, WHOLE, now_s)
            store.keep_results(person.id, WHOLE, now_s, first.id)
    assert forget_everywhere(data_dir, "ana")
    for path in data_dir.glob("*.sqlite3"):
        with closing(sqlite3.connect(path)) as store_file:
            assert store_file.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        assert b"soft as never before" not in path.read_bytes()


def test_practice_has_a_journal_of_its_own(data_dir: Path, profile: Profile, now_s: int) -> None:
    with open_store(data_dir) as store, open_store(data_dir, practice=True) as practice:
        person = store.create_person("Ana", profile, now_s)
        mirrored = practice.mirror_person(person, now_s)
        practice.keep_results(mirrored.id, WHOLE, now_s)
        assert store.journal(person.id) == ()


def test_a_store_from_before_the_journal_gets_one(data_dir: Path, now_s: int) -> None:
    """What was in it stays, and a copy of it as it was lies beside it."""
    data_dir.mkdir()
    with closing(connect(data_dir / STORE_NAME, shipped_migrations()[:1])) as before:
        before.execute("INSERT INTO persons (name, name_key, tag, began_s) VALUES ('Ana', 'ana', '00000001', 5)")

    with open_store(data_dir) as store:
        ana = store.find_person("Ana")
        assert store.journal(ana.id) == ()
        store.keep_results(ana.id, WHOLE, now_s)

    with closing(sqlite3.connect(data_dir / "backups" / "microderm-v1.sqlite3")) as copy:
        assert schema_version(copy) == 1
        assert copy.execute("SELECT name FROM persons").fetchall() == [("Ana",)]


@pytest.mark.parametrize("step", [0, 6, -1])
def test_a_step_that_no_scale_has_is_not_kept(store: Store, ana: PersonRecord, now_s: int, step: int) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.keep_results(ana.id, Results(pores=step), now_s)
    assert store.journal(ana.id) == ()


def test_a_zone_that_does_not_exist_is_called_damage(store: Store, ana: PersonRecord, now_s: int) -> None:
    store.keep_results(ana.id, WHOLE, now_s)
    store._run("UPDATE journal SET clogged = 'elbow'")
    with pytest.raises(FileProblem, match="damaged"):
        store.journal(ana.id)
