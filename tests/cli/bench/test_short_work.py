"""Short work on a unit or a fixture, at the command line: leak, self-test, characterisation."""

from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.simulator.blank import Blank
from tests.cli.conftest import Run


def test_the_fixture_is_measured_alone_and_taken_off_for_a_day(run: Run) -> None:
    before = run("bench", "leak", "--port", "sim")
    assert before.code == 0, before.err
    assert "'microderm bench leak --fixture' measures that alone" in " ".join(before.out.split())
    alone = run("bench", "leak", "--fixture", "--gauge", "sim", "--operator", "Kim", "--json")
    assert alone.code == 0, alone.err
    assert alone.record["serial"] is None
    assert alone.record["rate_pa_s"] * 60 == pytest.approx(500, abs=40)
    with_it = run("bench", "leak", "--port", "sim", "--json").record
    assert with_it["fixture_pa_s"] == pytest.approx(alone.record["rate_pa_s"])
    assert run("simulate", "--advance", "25h").code == 0
    assert run("bench", "leak", "--port", "sim", "--json").record["fixture_pa_s"] is None


def test_a_fixture_that_leaks_too_much_fails_and_is_not_taken_off(run: Run, mocker: Any) -> None:
    mocker.patch("microderm_ctl.simulator.bench_gauge.Blank", lambda: Blank(3_000))
    failed = run("bench", "leak", "--fixture", "--gauge", "sim")
    assert failed.code == 10
    assert "FAIL" in failed.out
    assert run("bench", "leak", "--port", "sim", "--json").record["fixture_pa_s"] is None


@pytest.mark.parametrize(
    ("words", "text"),
    [(("--fixture",), "Which gauge"), (("--fixture", "--unit", "W-1", "--gauge", "sim"), "--unit"), (("--gauge", "sim"), "--fixture")],
)
def test_what_does_not_go_together_is_said(run: Run, words: tuple[str, ...], text: str) -> None:
    ran = run("bench", "leak", *words)
    assert ran.code == 2
    assert text in ran.err


@pytest.mark.usefixtures("at_terminal")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 10)])
def test_a_person_is_asked_for_light_and_buzzer(run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    monkeypatch.setattr("microderm_ctl.cli.ask.Asker.secret", lambda *_words, **_named: "")
    ran = run("bench", "selftest", "--port", "sim", text=f"{answer}\n")
    assert ran.code == code, ran.err
    assert "light_and_buzzer" in ran.out


def test_a_map_that_is_gone_after_the_restart_is_noticed(run: Run, data_dir: Path) -> None:
    port = f"sim://?serial=SIM-0009&hand=bench&memory={data_dir / 'memory'}&fault=memory-forgets"
    ran = run("bench", "characterise", "--port", port, "--write", "--yes")
    assert ran.code == 10
    assert "after its restart it is gone" in ran.err
