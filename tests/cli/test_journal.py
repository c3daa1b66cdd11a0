"""``microderm journal``: what is asked, kept, corrected, removed and shown over a course."""

import json
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from microderm_ctl.cli.ask import Asker
from microderm_ctl.records.journal import Results, standing_entries
from microderm_ctl.records.rows import Profile
from microderm_ctl.records.store import open_store
from microderm_ctl.safety import Zone
from microderm_ctl.texts import journal as texts
from microderm_ctl.treatment.scales import SCALES
from tests.cli.conftest import Run
from tests.cli.test_standing import DAY_S, after_patch_test, treated

SIM = ("--port", "sim")
CALM = ("--redness", "not_red", "--comfort", "fine")


@pytest.fixture(autouse=True)
def no_ports(mocker: MockerFixture) -> None:
    mocker.patch("microderm_ctl.link.ports._all_ports", return_value=[])


def kept(data_dir: Path, practice: bool = False) -> list[Results]:
    with open_store(data_dir, practice) as store:
        return [entry.results for entry in standing_entries(store.journal(store.find_person().id))]


def advance(data_dir: Path, days: int) -> None:
    with open_store(data_dir, practice=True) as store:
        store.advance(days * DAY_S)


# Writing


@pytest.mark.usefixtures("ana", "at_terminal")
def test_six_plain_questions_are_asked_one_on_a_screen(run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    line = Asker._line

    def counted(ask: Asker, prompt: str) -> str:
        seen.append(ask.screens)
        return line(ask, prompt)

    monkeypatch.setattr(Asker, "_line", counted)

    ended = run("journal", "--write", text="2\nsome\n5\n6\nnose, left cheek\nsoft, and no itch\n")

    assert ended.code == 0, ended.err
    assert seen == [1, 2, 3, 4, 5, 6]
    assert [ended.err.count(scale.question) for scale in SCALES] == [1, 1, 1, 1]
    assert kept(data_dir) == [Results(2, 3, 5, None, (Zone.NOSE, Zone.CHEEK_LEFT), "soft, and no itch")]
    assert ended.out.startswith("Kept as entry 1.\n")


@pytest.mark.usefixtures("ana", "at_terminal")
def test_what_is_not_understood_is_asked_again(run: Run, data_dir: Path) -> None:
    ended = run("journal", "--write", text=f"0\n7\n1\n1\n1\n1\nelbow\neyelid\nnone\n{'x' * 501}\n\n")

    assert ended.code == 0, ended.err
    assert "no zone 'elbow'" in ended.err and "never treated" in ended.err and "500 letters" in ended.err
    assert kept(data_dir) == [Results(1, 1, 1, 1, (), "")]


@pytest.mark.usefixtures("ana", "at_terminal")
def test_blackheads_that_were_named_before_are_kept_with_enter(run: Run, data_dir: Path) -> None:
    run("journal", "--clogged", "nose,chin")
    assert "[nose, chin]" in run("journal", "--write", text="3\n3\n3\n3\n\n\n").err
    assert kept(data_dir)[-1].clogged == (Zone.NOSE, Zone.CHIN)


@pytest.mark.usefixtures("ana", "at_terminal")
def test_an_input_that_ends_keeps_nothing(run: Run, data_dir: Path) -> None:
    assert run("journal", "--write", text="3\n3\n").code == 130
    assert kept(data_dir) == []


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("words", [("--write",), ("--write", "--json"), ("--remove", "1"), ("--correct", "1")])
def test_without_a_terminal_the_flag_is_named(run: Run, words: tuple[str, ...]) -> None:
    run("journal", "--redness", "pink")
    ended = run("journal", *words)
    assert ended.code == 2
    assert ("--yes" if "--remove" in words else "--answers FILE") in ended.err


@pytest.mark.usefixtures("ana")
def test_options_and_a_file_say_the_same(run: Run, data_dir: Path) -> None:
    said = {"smoothness": "smooth", "pores": "few", "redness": "a_little", "comfort": "tender", "words": " well \n  done "}
    options = [part for name, value in said.items() for part in (f"--{name}", value)]

    assert run("journal", *options, "--clogged", "nose, chin").code == 0
    assert run("journal", "--answers", "-", text=json.dumps(said | {"clogged": ["nose", "chin"]})).code == 0

    assert kept(data_dir) == [Results(4, 4, 4, 4, (Zone.NOSE, Zone.CHIN), "well done")] * 2


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"smoothness": "soft"}, 2, "'smoothness' takes very_rough, rough, mixed, smooth, very_smooth"),
        ({"smoothness": 4}, 2, "'smoothness' takes"),
        ({"pain": "no", "redness": "green"}, 2, "'pain' is not asked; 'redness' takes"),
        ({}, 2, "say nothing"),
        ({"words": ""}, 2, "say nothing"),
        ({"words": None, "redness": None}, 2, "say nothing"),
        ({"words": 7}, 2, "letters"),
        ({"words": "bell\u0007"}, 2, "letters"),
        ({"clogged": 3}, 2, "zone names"),
        ({"clogged": ["nose", 3]}, 2, "zone names"),
        ({"clogged": "nase"}, 2, "Did you mean 'nose'?"),
        ({"clogged": "eyelid"}, 2, "never treated"),
        ([], 9, "not one JSON object"),
    ],
)
def test_a_file_that_does_not_fit_is_told_line_by_line(run: Run, data_dir: Path, answers: object, code: int, said: str) -> None:
    ended = run("journal", "--answers", "-", text=json.dumps(answers))
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert kept(data_dir) == []


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    "words",
    [
        ("--redness", "green"),
        ("--correct", "0", "--redness", "pink"),
        ("--correct", "7", "--redness", "pink"),
        ("--remove", "7", "--yes"),
        ("--remove", "1", "--redness", "pink"),
        ("--answers", "-", "--redness", "pink"),
        ("--person", "Ben"),
        ("--colour", "red"),
        ("--remove", "9" * 30, "--yes"),
    ],
)
def test_wrong_usage_changes_nothing(run: Run, data_dir: Path, words: tuple[str, ...]) -> None:
    run("journal", "--redness", "red")
    before = kept(data_dir)
    ended = run("journal", *words, text="{}")
    assert ended.code == 2, ended.err
    assert kept(data_dir) == before


@pytest.mark.usefixtures("ana")
def test_a_correction_keeps_what_it_does_not_name(run: Run, data_dir: Path) -> None:
    run("journal", "--redness", "red", "--clogged", "nose", "--words", "it burns")
    run("journal", "--correct", "1", "--redness", "pink")
    shown = run("journal", "--json").record

    assert kept(data_dir) == [Results(redness=3, clogged=(Zone.NOSE,), words="it burns")]
    assert [(one["id"], one["counts"], one["corrects"], one["redness"]) for one in shown["entries"]] == [
        (1, False, None, "red"),
        (2, True, 1, "pink"),
    ]
    assert "1 corrected, 0 removed" in run("journal").out


@pytest.mark.usefixtures("ana", "at_terminal")
def test_a_correction_at_the_terminal_begins_with_what_was_said(run: Run, data_dir: Path) -> None:
    run("journal", "--redness", "red", "--clogged", "nose", "--words", "it burns")
    ended = run("journal", "--correct", "1", text="6\n6\n3\n6\n\n\n")
    assert ended.code == 0, ended.err
    assert kept(data_dir) == [Results(redness=3, clogged=(Zone.NOSE,), words="it burns")]


@pytest.mark.usefixtures("ana", "at_terminal")
def test_removing_asks_first(run: Run, data_dir: Path) -> None:
    run("journal", "--words", "nothing for others")
    assert run("journal", "--remove", "1", text="n\n").code == 130
    assert len(kept(data_dir)) == 1
    removed = run("journal", "--remove", "1", text="y\n")
    assert removed.code == 0
    assert "nothing for others" not in removed.out
    assert kept(data_dir) == []
    shown = run("journal", "--json").record["entries"]
    assert [(one["counts"], one["words"], one["removed_at"] is None) for one in shown] == [(False, "", False)]


# Showing


@pytest.mark.usefixtures("ana")
def test_without_results_it_says_how_to_begin_and_what_to_expect(run: Run) -> None:
    shown = run("journal")
    assert shown.code == 0
    assert "0 of 6 treatments" in shown.out
    assert "microderm journal --write" in shown.out
    assert "Pores do not change in size" in shown.out and "should not hurt" in shown.out


@pytest.mark.usefixtures("ana")
def test_practice_has_its_own_and_says_so(run: Run, data_dir: Path) -> None:
    shown = run("journal", *SIM, "--redness", "pink")
    assert "SIMULATED" in shown.out
    assert (kept(data_dir), kept(data_dir, practice=True)) == ([], [Results(redness=3)])
    assert "SIMULATED" not in run("journal").out


@pytest.mark.usefixtures("ana")
def test_over_a_course_it_shows_progress_window_and_what_results_say(run: Run, data_dir: Path) -> None:
    run("journal", *SIM, "--smoothness", "rough", "--pores", "many", *CALM)
    after_patch_test(run, data_dir)
    treated(data_dir)
    early = run("journal", *SIM, "--json").record
    assert early["course"]["done"] == 1 and early["entry_is_due"] is False
    assert {one["code"] for one in early["trend"]["reasons"]} == {"nothing-since"}

    advance(data_dir, 7)
    due = run("journal", *SIM)
    assert "It is time to write down" in due.out
    assert "1 of 6 treatments" in due.out and "best until" in due.out

    run("journal", *SIM, "--smoothness", "smooth", "--pores", "many", *CALM)
    told = run("journal", *SIM, "--json").record
    assert (told["trend"]["verdict"], told["entry_is_due"]) == ("go_on", False)
    assert [one["after"] for one in told["entries"]] == [0, 1]
    assert {"scale": "smoothness", "before": "rough", "now": "smooth"} in told["trend"]["changes"]
    assert told["expect"] == []
    begin, until = told["course"]["next_from"], told["course"]["next_until"]
    assert told["course"]["treatments"][0] < begin < until < told["course"]["new_course_from"]

    run("journal", *SIM, "--smoothness", "very_smooth", "--redness", "red", "--comfort", "fine")
    worse = run("journal", *SIM)
    assert "to a doctor" in worse.out and "medical advice" in worse.out
    assert "Since the start" in worse.out


@pytest.mark.usefixtures("ana", "at_terminal")
def test_it_offers_to_write_where_somebody_reads_and_it_is_time(run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microderm_ctl.cli.journal.is_read", lambda: True)
    monkeypatch.setattr(Asker, "key", lambda ask, text, keys, flag: "n" if text == texts.WRITE_NOW else "y")
    shown = run("journal")
    assert shown.code == 0 and "0 of 6" in shown.out
    assert texts.FIRST in shown.err
    run("journal", "--redness", "pink")
    assert texts.FIRST not in run("journal").err
    assert len(kept(data_dir)) == 1


def test_everybody_has_a_journal_of_their_own(run: Run, ana: str, data_dir: Path) -> None:
    with open_store(data_dir) as store:
        store.create_person("Ben", Profile(), 5)
    assert run("journal").code == 2
    assert run("journal", "--person", "ben", "--redness", "pink").code == 0
    assert run("journal", "--person", "ana", "--json").record["entries"] == []
