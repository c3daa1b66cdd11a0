"""What is known of a person stays with their records: modes of files, traces, errors, and being forgotten."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

import pytest

from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import PRACTICE_NAME, STORE_NAME, open_store
from microderm_ctl.safety import Skin, Thickness
from tests.cli.treating import DAY_S, NOW_S, House, Ran

NAME: Final = "Xanthippe Ünique"
SKIN: Final = {"stinging": "no", "oil": "shiny", "thickness": "thick", "sun": "burns_rarely", "age_years": 47}
ANSWERED: Final = {"retinoid": "987d", "cold_sores_often": "yes"}
"""Answers that close nothing of a nose, and are found again by their words."""
FELT: Final = "like a wasp in velvet"
PERSONAL: Final = ("xanthippe", "ünique", "987d", "cold_sores", "retinoid", "shiny", "oily", "burns_rarely", "wasp in velvet")
"""Nothing of this is anywhere but in records and in what was asked for."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")


class Home(House):
    """Xanthippe's computer."""

    def type(self, *words: str, stdin: str = "", fault: str = "", trace: Path | None = None, port: bool = True) -> Ran:
        """Type a command about the virtual wand that keeps its memory in the data directory."""
        told = ("--port", f"{self.port(fault=fault)}{f'&trace={trace}' if trace else ''}") if port else ()
        return self.run(*words, *told, stdin=stdin)

    def port(self, script: str = "", fault: str = "", serial: str = "SIM-0000") -> str:
        url = super().port(script, fault, serial)
        return url.replace(quote_plus(str(self.directory / "memory")), quote_plus(str(self.data / "practice.memory")))

    def told(self) -> str:
        return self.answers(**ANSWERED)

    def life(self) -> Iterator[Ran]:
        """Yield each command of a first treatment, as it ends."""
        yield self.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
        yield self.type("patch-test", "--yes", "--answers", self.told())
        self.advance(25 * 3_600)
        yield self.type("patch-test", "--result", "clean")
        yield self.type("treat", "--zone", "nose", "--yes", "--answers", self.told())
        yield self.type("history", "p1", "--ended", "done", "--felt", FELT, port=False)
        yield self.type("history", port=False)
        yield self.type("profile", "edit", "--answers", "-", "--yes", stdin=json.dumps({"sun": "dark"}), port=False)
        yield self.type("profile", "show", port=False)
        yield self.type("limits", port=False)
        yield self.type("stop")
        yield self.type("info")
        yield self.type("devices", port=False)
        yield self.type("simulate", "--advance", "1min", port=False)
        yield self.type()

    def live(self) -> None:
        for ran in self.life():
            assert ran.code in (0, 3), ran.err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setattr("microderm_ctl.link.ports._all_ports", list)
    before = os.umask(0)  # so that no mode is right by chance
    yield Home(tmp_path, monkeypatch)
    os.umask(before)


def modes(directory: Path) -> dict[str, int]:
    """Return the mode of everything below a directory that its owner does not have alone."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (directory, *directory.rglob("*"))}
    return {path.name: mode for path, mode in found.items() if mode != (0o700 if path.is_dir() else 0o600)}


def personal_in(text: str) -> list[str]:
    return [word for word in PERSONAL if word in text.casefold()]


@posix
def test_after_every_command_directory_and_files_are_the_owners_alone(home: Home) -> None:
    for number, ran in enumerate(home.life()):
        assert ran.code in (0, 3), ran.err
        assert modes(home.data) == {}, number
    assert {STORE_NAME, PRACTICE_NAME, "practice.memory", "treating"} <= {path.name for path in home.data.iterdir()}


@posix
def test_a_treatment_that_is_killed_leaves_nothing_readable_behind(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, int]] = []
    home.live()
    home.advance(60 * DAY_S)

    def look(*_: object) -> None:
        seen.append(modes(home.data))

    monkeypatch.setattr("microderm_ctl.treatment.book.TreatmentBook.keep_limits", look)
    home.type("treat", "--zone", "nose", "--yes", "--answers", home.told(), "--last-skin", "fine")
    assert seen in ([], [{}])  # log, ballast and notice are there while it runs
    with open_store(home.data, practice=True) as store:
        store._connection.execute("INSERT INTO meta VALUES ('x', 'y')")
        assert (home.data / f"{PRACTICE_NAME}-wal").exists()
        assert modes(home.data) == {}


@pytest.mark.parametrize("words", [("-v",), ("-vvv",), ("-vvv", "--json")])
def test_a_trace_of_the_wire_says_nothing_about_the_person(home: Home, words: tuple[str, ...]) -> None:
    home.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
    ran = home.type("patch-test", "--yes", "--answers", home.told(), *words)
    assert ran.code == 0, ran.err
    assert ran.err and personal_in(ran.err) == []
    assert ("ARM" in ran.err) is ("-vvv" in words)


def test_a_trace_of_the_simulator_says_nothing_about_the_person(home: Home) -> None:
    home.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
    trace = home.directory / "trace.ndjson"
    assert home.type("patch-test", "--yes", "--answers", home.told(), trace=trace).code == 0
    with home.store() as store:
        tag = store.find_person().tag
    content = trace.read_text()
    assert '"RUN"' in content and personal_in(content) == [] and tag not in content


@pytest.mark.parametrize("words", [(), ("--json",), ("--debug",), ("--debug", "--json", "-vvv")])
@pytest.mark.parametrize("fault", ["sensor-dead@2", "brown-out=400@2"])
def test_a_fault_on_the_way_says_nothing_about_the_person(home: Home, words: tuple[str, ...], fault: str) -> None:
    home.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
    ran = home.type("patch-test", "--yes", "--answers", home.told(), *words, fault=fault)
    assert ran.code in (6, 8), ran.err
    assert ran.err and personal_in(ran.err) == []


@pytest.mark.parametrize("place", ["microderm_ctl.cli.visit.decide", "microderm_ctl.cli.lead.Runner.run"])
def test_a_mistake_of_ours_says_nothing_about_the_person(home: Home, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Tracebacks show the program, not what it was about."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    home.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
    monkeypatch.setattr(place, broken)
    ran = home.type("patch-test", "--yes", "--answers", home.told(), "--debug", "--json", "-vvv")
    assert ran.code == 1 and "Traceback" in ran.err and personal_in(ran.err) == []


def test_a_file_that_cannot_be_read_says_nothing_about_the_person(home: Home) -> None:
    home.type("profile", "create", NAME, "--answers", "-", stdin=json.dumps(SKIN), port=False)
    path = home.data / STORE_NAME
    path.write_bytes(path.read_bytes()[:-5_000])
    ran = home.type("profile", "show", "--debug", "--json", port=False)
    assert ran.code == 9 and personal_in(ran.err) == []


def test_only_the_records_hold_what_is_personal(home: Home) -> None:
    """Neither notices, nor the wand's memory, nor any other file beside the two stores."""
    home.live()
    known = {STORE_NAME, PRACTICE_NAME}
    for path in home.data.rglob("*"):
        if path.is_file() and not path.name.startswith(tuple(known)):
            assert personal_in(path.read_bytes().decode("utf-8", "replace")) == [], path
    assert all(personal_in((home.data / name).read_bytes().decode("utf-8", "replace")) for name in known)


def test_whoever_is_forgotten_is_nowhere_below_the_data_directory(home: Home) -> None:
    home.live()
    copies = home.data / "backups"
    copies.mkdir(mode=0o700)
    for name in (STORE_NAME, PRACTICE_NAME):
        (copies / f"{Path(name).stem}-v0.sqlite3").write_bytes((home.data / name).read_bytes())
    tags = []
    for practice in (False, True):
        with open_store(home.data, practice) as store:
            tags += [person.tag for person in store.persons()]
            store._connection.execute("PRAGMA wal_autocheckpoint=0")
            store.create_person("Ben", Profile(Skin.DRY, Thickness.NORMAL, 2, 1990), NOW_S)
    asked = home.type("profile", "forget", NAME, port=False)
    assert asked.code == 2 and "--yes" in asked.err
    assert home.type("profile", "forget", NAME.upper(), "--yes", port=False).code == 0

    left = [path for path in home.data.rglob("*") if path.is_file()]
    for path in left:
        content = path.read_bytes()
        assert personal_in(content.decode("utf-8", "replace")) == [], path
        assert NAME.encode("utf-16-le") not in content
        assert not any(tag.encode() in content for tag in tags), path
    assert {path.name for path in left} >= {STORE_NAME, PRACTICE_NAME}
    assert not copies.exists()
    assert "Ben" in home.type("profile", "list", port=False).out
    assert home.type("profile", "show", "--person", NAME, port=False).code == 2
