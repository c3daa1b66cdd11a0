"""``bench sync`` as it is typed: real work and practice, passwords that nobody sees, and failures with their exit codes."""

import builtins
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.records.store import open_store
from tests.cli.conftest import Run
from tests.postgres import PASSWORD, Server


def test_real_work_and_practice_are_exchanged(run: Run, data_dir: Path, postgres: Server, tmp_path: Path) -> None:
    url = postgres.url(postgres.new_database())
    for place in (data_dir, tmp_path / "elsewhere"):
        for practice in (False, True):
            with open_store(place, practice) as store:
                store.append_row("golden", {"where": place.name}, at_s=1, unit="W-1")

    assert run("bench", "sync", url, "--data-dir", str(tmp_path / "elsewhere")).code == 0
    told = run("bench", "sync", url, "--json").record
    assert [(one["simulated"], one["finished"], one["sent"], one["fetched"]) for one in told["benches"]] == [
        (False, 1, 1, 1),
        (True, 1, 1, 1),
    ]
    again = run("bench", "sync", url, "-v")
    assert again.code == 0
    assert "0 of 1 finished rows sent" in again.out
    assert len([line for line in again.out.splitlines() if "SIMULATED" in line]) == 1


@pytest.mark.parametrize("more", [(), ("--debug", "-vvv"), ("--json", "--debug")])
def test_no_password_is_shown_whatever_happens(run: Run, data_dir: Path, postgres: Server, more: tuple[str, ...]) -> None:
    good = postgres.url(postgres.new_database())
    for url, code in [
        (good, 0),
        (postgres.url("nothing-there"), 9),
        (good.replace("s3cret", "s3cretly"), 9),
        ("postgresql://u:s3cret/x@h/d", 2),
    ]:
        told = run("bench", "sync", url, *more)
        assert told.code == code
        assert "s3cret" not in told.out + told.err
        assert ("PGPASSWORD" in told.err) == (code != 2)


def test_a_url_without_a_password_gets_no_remark(run: Run, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    told = run("bench", "sync", postgres.url(postgres.new_database(), password=None))
    assert (told.code, told.err) == (0, "")


def test_without_practice_only_real_work_is_exchanged_and_no_practice_store_is_made(run: Run, data_dir: Path, postgres: Server) -> None:
    told = run("bench", "sync", postgres.url(postgres.new_database()), "--unit", "W-1", "--json").record
    assert [(one["simulated"], one["units"]) for one in told["benches"]] == [(False, ["W-1"])]
    assert not (data_dir / "practice.sqlite3").exists()


def test_without_psycopg_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, given: Mapping[str, object] | None = None, *rest: Any) -> Any:
        if name == "psycopg" or name.startswith("psycopg."):
            raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")
        return real(name, given, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.delitem(__import__("sys").modules, "microderm_ctl.records.shared", raising=False)
    monkeypatch.delattr("microderm_ctl.records.shared", raising=False)
    told = run("bench", "sync", "postgresql://u@h/d")
    assert told.code == 9
    assert "pip install 'microderm-ctl[sync]'" in told.err


@pytest.mark.parametrize("words", [(), ("postgresql://u@h/d", "more")])
def test_a_url_is_needed_and_no_more(run: Run, words: tuple[str, ...]) -> None:
    assert run("bench", "sync", *words).code == 2
