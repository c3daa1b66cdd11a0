"""Benches that share a real PostgreSQL: every finished row is there once, whatever dies in the middle, and nothing else is."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from microderm_ctl.errors import FileProblem, UsageProblem
from microderm_ctl.records import shared as shared_module
from microderm_ctl.records import sync as sync_module
from microderm_ctl.records.base import StoreBase
from microderm_ctl.records.bench import BenchRow
from microderm_ctl.records.shared import CAUSE_MOST, NEWEST, SharedDatabase, holds_password, open_shared, told
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.records.sync import Exchanged, exchange
from tests.postgres import PASSWORD, Server
from tests.wire_cutter import FROM_SERVER, TO_SERVER, WireCutter

ODD = {"name": "Ω µ 漢 \x00 ' \\ é", "value": 1.1e-300, "big": 2**70, "none": None}
SYNC = """
import sys
from pathlib import Path
from microderm_ctl.records import sync
from microderm_ctl.records.shared import open_shared
from microderm_ctl.records.store import open_store
sync.BATCH_ROWS = 3
with open_store(Path(sys.argv[1])) as store, open_shared(sys.argv[2]) as database:
    database.bring_up_to_date()
    sync.exchange(store, database)
"""
CUTS: Final = 10
Bench = Callable[..., Store]


@pytest.fixture(autouse=True)
def _quick_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no store wait for the disk; that it does is shown in ``test_bench.py``."""
    monkeypatch.setattr(StoreBase, "_set_synchronous", lambda store, _: store._connection.execute("PRAGMA synchronous=OFF"))


@pytest.fixture
def database(postgres: Server) -> str:
    return postgres.new_database()


@pytest.fixture
def url(postgres: Server, database: str) -> str:
    return postgres.url(database)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Open benches by their names."""
    with ExitStack() as stores:
        yield lambda name, practice=False: stores.enter_context(open_store(tmp_path / name, practice))


def synced(store: Store, url: str, unit: str | None = None) -> Exchanged:
    with open_shared(url) as database:
        database.bring_up_to_date()
        return exchange(store, database, unit)


def run_of(store: Store, number: int, unit: str = "W1", points: int = 1, ended: bool = True) -> None:
    """Write down a run with a certificate."""
    run_id = f"{number:032x}"
    store.append_row("begin", {"work": "calibrate"}, at_s=number, run_id=run_id, unit=unit)
    for point in range(points):
        store.append_row("point", {"vacuum_kpa": point / 7, **ODD}, at_s=number, run_id=run_id, unit=unit)
    if ended:
        store.append_row("certificate", {"number": store.next_certificate_number(number)}, at_s=number, run_id=run_id, unit=unit)
        store.append_row("end", {"outcome": "pass"}, at_s=number, run_id=run_id, unit=unit)


def contents(postgres: Server, database: str) -> list[tuple[Any, ...]]:
    """Return all rows of a database, without the time at which each came."""
    with postgres.connect(database) as connection:
        if connection.execute("SELECT to_regclass('microderm.bench_rows')").fetchone() == (None,):
            return []
        return connection.execute(
            "SELECT bench, number, run_id, kind, unit, at_s, document, sha256 FROM microderm.bench_rows ORDER BY bench, number"
        ).fetchall()


def as_kept(*stores: Store) -> list[tuple[Any, ...]]:
    """Return what a database with the finished rows of these stores holds, from the stores themselves."""
    found = []
    for store in stores:
        for number, run_id, kind, unit, at_s, document, sha256 in store._read("SELECT * FROM bench_rows ORDER BY number"):
            if number in store.finished_marks():
                found.append((store.bench_id(), number, run_id, kind, unit, at_s, document, sha256))
    return sorted(found)


# What is shared


def test_finished_rows_are_sent_once_and_to_the_byte(bench: Bench, postgres: Server, database: str, url: str) -> None:
    store = bench("a")
    run_of(store, 1, points=3)
    run_of(store, 2, ended=False)
    store.append_row("golden", ODD, at_s=3)

    assert synced(store, url) == Exchanged(store.bench_id(), False, 7, 7, ("W1",), 0)
    assert contents(postgres, database) == as_kept(store)
    assert synced(store, url).sent == 0

    store.append_row("end", {"outcome": "stopped"}, at_s=4, run_id=f"{2:032x}", unit="W1")
    assert synced(store, url).sent == 3
    assert contents(postgres, database) == as_kept(store)


def test_a_bench_fetches_what_others_finished_on_the_units_that_it_knows(bench: Bench, url: str) -> None:
    mine, yours = bench("a"), bench("b")
    run_of(mine, 1, "W1")
    run_of(yours, 2, "W1")
    run_of(yours, 3, "W2")
    run_of(yours, 4, "W1", ended=False)
    synced(yours, url)

    assert synced(mine, url).fetched == 4
    assert mine.other_rows() == tuple(row for row in yours.rows() if row.run_id == f"{2:032x}")
    assert synced(mine, url).fetched == 0
    assert synced(mine, url, unit="W2") == Exchanged(mine.bench_id(), False, 4, 0, ("W2",), 4)
    assert {row.unit for row in mine.other_rows()} == {"W1", "W2"}
    assert [row.number for row in mine.rows()] == [1, 2, 3, 4]


def test_a_run_that_is_only_half_there_yet_is_not_fetched(bench: Bench, url: str) -> None:
    """Another bench was cut off between two batches."""
    mine, yours = bench("a"), bench("b")
    run_of(yours, 1)
    with open_shared(url) as shared:
        shared.bring_up_to_date()
        shared.add(yours.rows()[:3])
        assert exchange(mine, shared, "W1").fetched == 0
        shared.add(yours.rows()[3:])
        assert exchange(mine, shared, "W1").fetched == 4


def test_practice_is_marked_and_never_fetched_for_real_work(bench: Bench, postgres: Server, database: str, url: str) -> None:
    real, practice, other_practice = bench("a"), bench("a", True), bench("b", True)
    for store in (real, practice, other_practice):
        run_of(store, 1)
        synced(store, url)

    assert synced(real, url).fetched == 0
    assert synced(practice, url).fetched == 4
    assert {row.bench for row in practice.other_rows()} == {other_practice.bench_id()}
    with postgres.connect(database) as connection:
        marked = connection.execute("SELECT DISTINCT bench, simulated FROM microderm.bench_rows").fetchall()
    assert set(marked) == {(real.bench_id(), False), (practice.bench_id(), True), (other_practice.bench_id(), True)}


def test_certificates_of_two_benches_never_collide(bench: Bench, postgres: Server, database: str, url: str) -> None:
    stores = [bench("a"), bench("b"), bench("a", True), bench("b", True)]
    for store in stores:
        for number in range(1, 4):
            run_of(store, number)
        synced(store, url)
    numbers = [document for _, _, _, kind, _, _, document, _ in contents(postgres, database) if kind == "certificate"]
    assert len(numbers) == len(set(numbers)) == 12


def test_many_rows_go_in_batches(bench: Bench, postgres: Server, database: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "BATCH_ROWS", 20)
    mine, yours = bench("a"), bench("b")
    run_of(mine, 1, points=40)
    said: list[str] = []
    with open_shared(url) as shared:
        shared.bring_up_to_date()
        assert exchange(mine, shared, tell=said.append).sent == 43
    assert said == [f"Bench {mine.bench_id()}: {sent} rows sent." for sent in (20, 40, 43)]
    assert contents(postgres, database) == as_kept(mine)
    assert synced(yours, url, "W1").fetched == 43
    assert yours.other_rows() == mine.rows()


# What does not fit


def test_copies_of_one_store_are_noticed_and_both_rows_named(
    bench: Bench, tmp_path: Path, postgres: Server, database: str, url: str
) -> None:
    with open_store(tmp_path / "a") as store:
        run_of(store, 1)
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    mine, copied = bench("a"), bench("copy")
    kept = mine.append_row("golden", {"who": "a"}, at_s=2)
    doubled = copied.append_row("golden", {"who": "b"}, at_s=2)
    copied.append_row("golden", {}, at_s=3)
    synced(mine, url)
    before = contents(postgres, database)

    with pytest.raises(FileProblem, match=f"Row 5 of bench {mine.bench_id()} is not the same") as caught:
        synced(copied, url)
    assert (caught.value.details["sha256_there"], caught.value.details["sha256_here"]) == (kept.sha256, doubled.sha256)
    assert contents(postgres, database) == before


def test_an_older_copy_of_a_store_is_noticed(bench: Bench, tmp_path: Path, url: str) -> None:
    with open_store(tmp_path / "a") as store:
        run_of(store, 1)
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    newer, older = bench("a"), bench("copy")
    run_of(newer, 2)
    synced(newer, url)
    with pytest.raises(FileProblem, match="older copy of the store") as caught:
        synced(older, url)
    assert caught.value.details["number"] == 5


def test_a_contradiction_in_the_middle_undoes_its_batch(bench: Bench, postgres: Server, database: str, url: str) -> None:
    """Two copies that send at the same moment meet in the database, after both have compared."""
    store = bench("a")
    run_of(store, 1)
    rows = store.rows()
    with open_shared(url) as shared:
        shared.bring_up_to_date()
        shared.add(rows[2:3])
        with pytest.raises(FileProblem, match=r"Row 3 .* is not the same"):
            shared.add((*rows[:2], rows[2]._replace(unit="W9"), rows[3]))
        assert [row[1] for row in contents(postgres, database)] == [3]
        assert shared.add(rows) == 3
        assert shared.add(rows) == shared.add(()) == 0


def test_nothing_is_changed_in_the_database_by_mistake(bench: Bench, postgres: Server, database: str, url: str) -> None:
    store = bench("a")
    run_of(store, 1)
    synced(store, url)
    for change in ("UPDATE microderm.bench_rows SET unit = 'W9'", "DELETE FROM microderm.bench_rows", "TRUNCATE microderm.bench_rows"):
        with postgres.connect(database) as connection, pytest.raises(Exception, match="never changed or removed"):
            connection.execute(change.encode())
    assert contents(postgres, database) == as_kept(store)


@pytest.mark.parametrize("change", ["document = '{}'", "document = '{'", "sha256 = repeat('0', 64)"])
def test_what_was_edited_in_the_database_is_noticed(bench: Bench, postgres: Server, database: str, url: str, change: str) -> None:
    mine, yours = bench("a"), bench("b")
    run_of(yours, 1)
    synced(yours, url)
    with postgres.connect(database) as connection:
        connection.execute("ALTER TABLE microderm.bench_rows DISABLE TRIGGER USER")
        connection.execute(f"UPDATE microderm.bench_rows SET {change} WHERE number = 2".encode())

    with pytest.raises(FileProblem, match=f"Row 2 of bench {yours.bench_id()} .* was changed or damaged"):
        synced(mine, url, unit="W1")
    assert mine.other_rows() == ()
    if "sha256" in change:
        with pytest.raises(FileProblem, match=r"Row 2 .* is not the same"):
            synced(yours, url)


def test_what_was_fetched_and_then_changed_there_is_noticed(bench: Bench, postgres: Server, database: str, url: str) -> None:
    mine, yours = bench("a"), bench("b")
    run_of(yours, 1)
    synced(yours, url)
    synced(mine, url, "W1")
    kept = mine.other_rows()
    with postgres.connect(database) as connection:
        connection.execute("ALTER TABLE microderm.bench_rows DISABLE TRIGGER USER")
        connection.execute("UPDATE microderm.bench_rows SET at_s = 7 WHERE number = 2")
    with pytest.raises(FileProblem, match=r"Row 2 .* is not the same"):
        synced(mine, url, "W1")
    assert mine.other_rows() == kept


def test_a_database_of_a_newer_version_is_refused_untouched(bench: Bench, postgres: Server, database: str, url: str) -> None:
    store = bench("a")
    synced(store, url)
    run_of(store, 1)
    with postgres.connect(database) as connection:
        connection.execute("INSERT INTO microderm.schema_version (version) VALUES (%s)", [NEWEST + 1])
    with pytest.raises(FileProblem, match="newer microderm") as caught:
        synced(store, url)
    assert caught.value.details["database_version"] == NEWEST + 1
    assert contents(postgres, database) == []


def test_a_database_without_every_letter_is_refused(bench: Bench, postgres: Server) -> None:
    latin = postgres.new_database("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(FileProblem, match="LATIN1"):
        synced(bench("a"), postgres.url(latin))


def test_a_role_that_may_not_make_tables_is_told_what_to_do(bench: Bench, postgres: Server, database: str, url: str) -> None:
    role = f"{database}_role"
    as_role = postgres.url(database, user=role, password="pass")
    store = bench("a")
    run_of(store, 1)
    with postgres.connect(database) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'pass'".encode())
        try:
            for prepared in (lambda: None, lambda: synced(bench("b"), url)):
                prepared()
                with pytest.raises(FileProblem, match=f"The role '{role}' may not do this") as caught:
                    synced(store, as_role)
                assert f"GRANT USAGE ON SCHEMA microderm TO {role}" in caught.value.hint
            assert contents(postgres, database) == []
            for grant in caught.value.hint.split("'")[1].split(";"):
                owner.execute(grant.encode())
            assert synced(store, as_role).sent == 4
        finally:
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


# What is typed


BAD = ("", "bench", "mysql://u:hidden@h/d", "postgresql://u:hid/den@h/d", "postgresql://u:hidden@h:port/d", "postgresql://u@h/d?nonsense=hidden",
       "host=h password=hidden", "postgresql://u:hidden%ff%00@h/d", "postgresql://u:hidden%zz@h/d",
       "postgresql://u:12/hid@h/d", "postgresql://u:a@hid@h/d", "postgresql://u:hidden")  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_url_is_not_repeated(bad: str) -> None:
    for judged in (open_shared, holds_password):
        with pytest.raises(UsageProblem, match="not the URL") as caught:
            judged(bad)
        assert "hid" not in f"{caught.value.record()}"
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_password_in_a_url_is_noticed() -> None:
    assert holds_password("postgresql://u:p@h/d") and holds_password("postgres://h/d?password=p")
    assert not holds_password("postgresql://u@h/d") and not holds_password("postgresql:///?service=bench")


def test_a_wrong_password_is_not_shown(postgres: Server) -> None:
    with pytest.raises(FileProblem, match=r"cannot be reached: .*password authentication failed") as caught:
        open_shared(postgres.url("postgres", password="hidden/word"))
    assert "hidden" not in f"{caught.value.record()}"
    assert "PGPASSWORD" in caught.value.hint


def test_what_a_server_says_is_told_on_one_line_and_without_a_secret() -> None:
    assert told(ValueError("no  role 'hidden'\n\tfor 'hidden'"), ["hidden"]) == "no role '***'"
    several = "Multiple connection attempts failed. All failures were:\n- host: a: refused\n- host: b: hidden refused."
    assert told(ValueError(several), ["hidden"]) == "host: b: *** refused"
    assert told(ValueError(""), []) == "ValueError"
    assert len(told(ValueError("x" * 5_000), [])) == CAUSE_MOST


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(FileProblem, match=r"postgresql://bench@127\.0\.0\.1:1/rows cannot be reached: .*refused\.") as caught:
        open_shared("postgresql://bench:hidden@127.0.0.1:1/rows")
    assert "hidden" not in f"{caught.value.record()}"
    assert caught.value.exit_code == 9


def test_the_password_may_stand_in_the_environment(postgres: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with open_shared(postgres.url(database, password=None)) as shared:
        shared.bring_up_to_date()
        assert PASSWORD not in shared.name


# What dies in the middle


def passed_bytes(store: Store, postgres: Server) -> dict[str, int]:
    """Return how many bytes a whole exchange takes each way."""
    with WireCutter(postgres.address()) as line:
        synced(store, through(postgres, postgres.new_database(), line))
        return dict(line.passed)


def through(postgres: Server, database: str, line: WireCutter) -> str:
    """Return the URL of a database at the end of a line; what would encrypt it is off, so that each byte is where it was."""
    return postgres.url(database, host="127.0.0.1", port=line.port, sslmode="disable", gssencmode="disable")


@pytest.mark.parametrize("way", [TO_SERVER, FROM_SERVER])
def test_a_line_that_is_cut_at_any_moment_loses_and_doubles_nothing(
    bench: Bench, postgres: Server, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The answer to a commit is cut as well: then nobody here knows that it is there."""
    monkeypatch.setattr(sync_module, "BATCH_ROWS", 3)
    mine, yours = bench("a"), bench("b")
    for number in range(1, 4):
        run_of(mine, number)
        run_of(yours, number)
    whole = passed_bytes(mine, postgres)[way]
    shared_before = postgres.new_database()
    synced(yours, postgres.url(shared_before))
    failed, partly = 0, set()
    for part in range(1, CUTS):
        database = postgres.new_database(f"TEMPLATE {shared_before}")
        with WireCutter(postgres.address(), way, after=whole * part // CUTS) as line:
            try:
                synced(mine, through(postgres, database, line))
            except FileProblem as problem:
                assert "was lost" in problem.sentence or "cannot be reached" in problem.sentence
                failed += 1
        partly.add(len(contents(postgres, database)))
        synced(mine, postgres.url(database))
        assert contents(postgres, database) == as_kept(mine, yours)
    assert mine.other_rows() == yours.rows()
    assert failed >= CUTS // 2
    assert len(partly) >= 3  # some were cut between batches


def test_a_server_that_falls_silent_is_not_waited_for(
    bench: Bench, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bench("a")
    run_of(store, 1, points=30)
    whole = passed_bytes(store, postgres)
    database = postgres.new_database()
    monkeypatch.setattr(shared_module, "ANSWER_S", 0.5)
    with WireCutter(postgres.address(), TO_SERVER, after=whole[TO_SERVER] - 2_000, silent=True) as line:
        with pytest.raises(FileProblem, match="was lost") as caught:
            synced(store, through(postgres, database, line))
        assert "Type the same command again" in caught.value.hint
    monkeypatch.undo()
    synced(store, postgres.url(database))
    assert contents(postgres, database) == as_kept(store)


@pytest.mark.parametrize("part", [0.7, 0.95])
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_bench_that_is_killed_in_the_middle_sends_the_rest_later(bench: Bench, postgres: Server, tmp_path: Path, part: float) -> None:
    store = bench("a")
    for number in range(1, 4):
        run_of(store, number)
    whole = passed_bytes(store, postgres)
    database = postgres.new_database()
    with WireCutter(postgres.address(), TO_SERVER, after=int(whole[TO_SERVER] * part), silent=True) as line:
        words = [sys.executable, "-c", SYNC, str(tmp_path / "a"), through(postgres, database, line)]
        with subprocess.Popen(words) as process:
            assert line.reached.wait(60)
            process.kill()
            assert process.wait(60) == -signal.SIGKILL
    assert len(contents(postgres, database)) < len(as_kept(store))
    synced(store, postgres.url(database))
    assert contents(postgres, database) == as_kept(store)


def test_a_server_that_goes_away_in_the_middle_is_explained(bench: Bench, postgres: Server, database: str, url: str) -> None:
    store = bench("a")
    run_of(store, 1)
    rows = store.rows()
    with open_shared(url) as shared:
        shared.bring_up_to_date()
        shared.add(rows[:1])
        with closing(postgres.connect()) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        with pytest.raises(FileProblem, match=r"was lost: .*terminating connection") as caught:
            shared.add(rows[1:])
    assert caught.value.exit_code == 9
    assert synced(store, url).sent == 3
    assert contents(postgres, database) == as_kept(store)


def test_a_store_that_fails_while_it_fetches_goes_on_later(bench: Bench, url: str, tmp_path: Path) -> None:
    mine, yours = bench("a"), bench("b")
    run_of(yours, 1, points=40)
    synced(yours, url)
    mine.bench_id()
    pages = mine._connection.execute("PRAGMA page_count").fetchone()[0]
    mine._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(FileProblem, match="the disk is full"):
        synced(mine, url, "W1")
    assert mine.other_rows() == ()
    mine._connection.execute("PRAGMA max_page_count=100000")
    assert synced(mine, url, "W1").fetched == 43
    assert mine.other_rows() == yours.rows()


# Several at once


def test_benches_that_begin_at_the_same_moment_make_the_tables_once(tmp_path: Path, postgres: Server, database: str, url: str) -> None:
    failures: list[BaseException] = []

    def begin(name: str) -> None:
        try:
            with open_store(tmp_path / name) as store:
                run_of(store, 1)
                synced(store, url)
        except BaseException as error:  # told by the test itself
            failures.append(error)

    threads = [Thread(target=begin, args=(f"bench-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(contents(postgres, database)) == 16


def test_two_of_the_same_bench_at_once_send_everything_once(tmp_path: Path, postgres: Server, database: str, url: str) -> None:
    with open_store(tmp_path / "a") as store:
        for number in range(1, 6):
            run_of(store, number)
        both = [subprocess.Popen([sys.executable, "-c", SYNC, str(tmp_path / "a"), url]) for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
        assert contents(postgres, database) == as_kept(store)


def test_what_a_database_returns_is_what_was_added(bench: Bench, url: str) -> None:
    store = bench("a")
    row = store.append_row("golden", ODD, at_s=-1)
    with open_shared(url) as shared:
        shared.bring_up_to_date()
        assert isinstance(shared, SharedDatabase)
        shared.add([row])
        assert shared.fetch([(row.bench, 1), (row.bench, 2), ("OTHER", 1)]) == (row,)
        assert shared.marks(row.bench) == {1: row.mark}
        assert isinstance(shared.fetch([(row.bench, 1)])[0], BenchRow)
