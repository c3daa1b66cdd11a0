"""The program as a person types it, in this process, with a data directory of its own for each test."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from microderm_ctl.cli.main import root
from tests.docs.printed import check

OILY = {"stinging": "no", "oil": "shiny", "thickness": "normal", "sun": "burns_easily", "age_years": 34}
"""The answers of a person whose row is oily, Fitzpatrick II."""


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def record(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICRODERM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(data_dir: Path) -> Run:
    def typed(*words: str, text: str = "") -> Ran:
        result = CliRunner().invoke(root, words, input=text)
        check(words, result.stdout, result.stderr)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return typed


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program believe that somebody sits at a terminal."""
    monkeypatch.setattr("microderm_ctl.cli.ask.Asker.can_ask", True)


@pytest.fixture
def ana(run: Run) -> str:
    """Ana has a profile."""
    made = run("profile", "create", "Ana", "--answers", "-", text=json.dumps(OILY))
    assert made.code == 0, made.err
    return "Ana"
