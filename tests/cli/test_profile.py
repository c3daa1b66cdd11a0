"""``microderm profile``: what is asked, kept, changed and forgotten."""

import json
from pathlib import Path

import pytest

from microderm_ctl.cli.ask import Asker
from microderm_ctl.safety import SETUP
from tests.cli.conftest import OILY, Run


@pytest.mark.usefixtures("at_terminal")
def test_a_first_profile_takes_six_screens_of_one_plain_question_each(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    line = Asker._line

    def counted(ask: Asker, prompt: str) -> str:
        seen.append(ask.screens)
        return line(ask, prompt)

    monkeypatch.setattr(Asker, "_line", counted)

    ended = run("profile", "create", text="Ana\n1\n4\n2\n2\n34\n")

    assert ended.code == 0
    assert seen == [1, 2, 3, 4, 5, 6]
    assert "treated as oily skin, Fitzpatrick II, 34 years" in ended.out
    assert ended.out.endswith("Next: microderm patch-test\n")
    asked = ended.err.casefold()
    assert not any(word in asked for word in ("fitzpatrick", "oily", "sensitive", "combination"))


@pytest.mark.usefixtures("at_terminal")
def test_what_is_not_understood_is_asked_again(run: Run) -> None:
    ended = run("profile", "create", "Ana", text="9\nmaybe\nyes\n5\n4\n7\n-3\n34.5\n\n40\n")

    assert ended.code == 0
    assert "treated as sensitive skin, Fitzpatrick VI, 40 years" in ended.out


@pytest.mark.usefixtures("at_terminal")
def test_an_input_that_ends_makes_no_profile(run: Run) -> None:
    ended = run("profile", "create", "Ana", text="1\n4\n")

    assert ended.code == 130
    assert run("profile", "list", "--json").record == {"people": []}


def test_without_a_terminal_the_flag_is_named(run: Run) -> None:
    ended = run("profile", "create", "Ana")

    assert ended.code == 2
    assert "--answers FILE" in ended.err


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({**OILY, "oil": "greasy"}, "'oil' takes tight, fine, middle, shiny, not_sure"),
        ({**OILY, "hair": "no"}, "'hair' is not a question of a first use"),
        ({"oil": "shiny"}, "'stinging' is not answered"),
        ({**OILY, "age_years": -1}, "'age_years' takes a whole number from 0 to 120"),
        ({**OILY, "age_years": 34.5}, "'age_years' takes"),
        ({**OILY, "age_years": True}, "'age_years' takes"),
        ({**OILY, "sun": ["burns"]}, "'sun' takes"),
    ],
)
def test_answers_that_do_not_fit_are_all_named(run: Run, answers: dict[str, object], told: str) -> None:
    ended = run("profile", "create", "Ana", "--answers", "-", text=json.dumps(answers))

    assert ended.code == 2
    assert told in ended.err


@pytest.mark.parametrize("text", ['{"oil": "shi', "[]", "", '{"age_years": NaN}', "\0", '"shiny"', "[" * 100_000])
def test_a_torn_file_of_answers_is_a_bad_file(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "ana.json").write_text(text)

    ended = run("profile", "create", "Ana", "--answers", str(tmp_path / "ana.json"))

    assert ended.code == 9
    assert "ana.json" in ended.err
    assert "Traceback" not in ended.err


def test_not_sure_counts_as_the_strictest(run: Run) -> None:
    unsure = {question.id: "not_sure" for question in SETUP}
    made = run("profile", "create", "Ana", "--answers", "-", "--json", text=json.dumps(unsure)).record

    assert (made["profile"]["skin"], made["profile"]["fitzpatrick"]) == ("sensitive", 6)


def test_an_edit_that_widens_says_what_begins_again_and_needs_a_yes(run: Run, ana: str) -> None:
    refused = run("profile", "edit", "--answers", "-", text='{"sun": "burns"}')
    assert refused.code == 2
    assert "--yes" in refused.err
    assert run("profile", "show", "--json").record["edits"] == []

    widened = run("profile", "edit", "--answers", "-", "--yes", "--json", text='{"sun": "burns"}').record
    assert "a patch test, 24 hours, and the caps of a first treatment" in widened["note"]
    assert widened["profile"]["fitzpatrick"] == 1
    assert widened["in_force"]["fitzpatrick"] == 2
    assert widened["waiting"]


def test_an_edit_that_narrows_holds_at_once_and_the_one_before_is_kept(run: Run, ana: str) -> None:
    narrowed = run("profile", "edit", "--answers", "-", "--json", text='{"stinging": "yes"}').record

    assert narrowed["in_force"]["skin"] == "sensitive"
    assert not narrowed["waiting"]
    assert [edit["skin"] for edit in narrowed["edits"]] == ["oily"]
    assert "before, from" in run("profile", "show").out


@pytest.mark.usefixtures("at_terminal")
def test_enter_keeps_an_answer(run: Run, ana: str) -> None:
    kept = run("profile", "edit", text="\n\n\n\n\n")

    assert kept.code == 0
    assert run("profile", "show", "--json").record["edits"] == []


def test_forgetting_asks_and_then_really_removes(run: Run, ana: str, data_dir: Path) -> None:
    assert run("profile", "forget", "ana").code == 2
    assert run("profile", "list", "--json").record["people"][0]["person"] == ana

    assert run("profile", "forget", "ana", "--yes").code == 0

    assert run("profile", "list", "--json").record["people"] == []
    left = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert b"Ana" not in left


def test_an_unknown_name_gets_the_nearest(run: Run, ana: str) -> None:
    ended = run("profile", "forget", "Anna", "--yes")

    assert ended.code == 2
    assert "Did you mean 'Ana'?" in ended.err


def test_two_people_have_to_be_told_apart(run: Run, ana: str) -> None:
    run("profile", "create", "Bo", "--answers", "-", text=json.dumps(OILY))

    ended = run("limits")
    assert (ended.code, "--person" in ended.err) == (2, True)
    assert run("limits", "--person", "bo").code == 0


def test_a_name_is_taken_once(run: Run, ana: str) -> None:
    again = run("profile", "create", "ANA", "--answers", "-", text=json.dumps(OILY))

    assert again.code == 2
    assert "already" in again.err
