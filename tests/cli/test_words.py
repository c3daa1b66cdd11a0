"""Words, times, questions and prompts."""

import json
import time

import pytest

from microderm_ctl.cli.ask import Asker
from microderm_ctl.cli.printer import Printer, localized, plain
from microderm_ctl.cli.words import columns, duration_of, fitzpatrick_of, iso_time, join, local_time, zones_of
from microderm_ctl.errors import UsageProblem
from microderm_ctl.safety import TODAY, Factor, Grit, Zone
from tests.cli.conftest import Run


def test_zones_are_named_singly_in_groups_and_with_commas() -> None:
    assert zones_of(["cheek"]) == (Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT)
    assert zones_of(["left cheek, nose", "chin"]) == (Zone.CHEEK_LEFT, Zone.NOSE, Zone.CHIN)
    assert zones_of(["cheek", "cheek_left"]) == (Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT)
    assert zones_of([]) == ()


@pytest.mark.parametrize("word", ["", "noze", "nose,,chin", "face!", "ⅳ"])
def test_an_unknown_zone_has_a_nearest(word: str) -> None:
    with pytest.raises(UsageProblem, match="Did you mean"):
        zones_of([word])


@pytest.mark.parametrize(("text", "seconds"), [("28d", 2_419_200), ("24h", 86_400), ("90min", 5_400), ("30s", 30), ("0d", 0)])
def test_times_carry_their_unit(text: str, seconds: int) -> None:
    assert duration_of(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "3", "-3d", "1.5d", "1e9d", "nan", "inf", "3 weeks", "٣d", "4000d", "99999999999d", "3md"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem):
        duration_of(text)


@pytest.mark.parametrize("text", ["0", "7", "VII", "", "2.0", "²", "-1", "nan"])
def test_what_is_no_fitzpatrick_type_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem):
        fitzpatrick_of(text)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be set here")
def test_times_of_the_rules_are_shown_on_the_clock_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XST-2")
    time.tzset()
    try:
        assert localized("From 2026-05-01 23:05 UTC on, or 2026-05-01.") == "From 2026-05-02 01:05 on, or 2026-05-01."
        assert local_time(1_777_676_700 - 30) == "2026-05-02 01:05"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_texts() -> None:
    assert iso_time(0) == "1970-01-01T00:00:00Z"
    assert iso_time(None) is None
    assert [join(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert columns([("a", "bb"), ("ccc", "")]) == ["a    bb", "ccc"]
    assert columns([]) == []


def test_records_become_plain_json() -> None:
    factor = Factor("zone", 850, 12_000, True, "a book")

    assert plain((factor, Grit.FINE, frozenset({1}))) == [factor._asdict(), "fine", [1]]


def test_questions_print_the_form_of_their_answers(run: Run) -> None:
    record = run("questions", "--json").record

    assert list(record["form"]) == ["at", *(question.id for question in TODAY)]
    assert {value for name, value in record["form"].items() if name != "at"} == {None}
    assert record["form"]["at"].endswith("Z")
    assert all(one["takes"] and one["text"] and one["why"] for one in record["questions"])
    assert [one["id"] for one in run("questions", "--setup", "--json").record["questions"]] == [
        "stinging", "oil", "thickness", "sun", "age_years",
    ]  # fmt: skip
    assert "rosacea" in run("questions").out


@pytest.mark.usefixtures("at_terminal")
def test_enter_alone_agrees_to_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("\n\nmaybe\nY\n"))

    assert Asker(Printer()).confirm("Really?", "--yes")
    assert capsys.readouterr().err.count("Really?") == 4


def test_nobody_is_asked_under_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)

    with pytest.raises(UsageProblem) as refused:
        Asker(Printer(as_json=True)).confirm("Really?", "--yes")
    assert refused.value.details["flag"] == "--yes"


def test_a_note_is_json_under_json(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(as_json=True).note("hello")

    assert json.loads(capsys.readouterr().err) == {"note": "hello"}
