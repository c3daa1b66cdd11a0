"""Start fast: what only reads a table imports nothing that is slow."""

import subprocess
import sys

import pytest

from microderm_ctl.cli.main import TABLE
from tests.cli.conftest import Run

SLOW = ("construct", "serial", "rich", "asyncio", "sqlite3", "importlib.metadata")
PROBE = """
import sys
from microderm_ctl.cli.main import main
try:
    main()
except SystemExit as ended:
    code = ended.code
print(code, [name for name in {slow!r} if name in sys.modules], file=sys.stderr)
"""


def probe(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    script = f"import sys; sys.argv = {['microderm', *words]!r}\n{PROBE.format(slow=SLOW)}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, timeout=60)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["-h"], ["profile", "--help"]])
def test_help_and_version_import_nothing_slow(words: list[str], clean_environment: dict[str, str]) -> None:
    ended = probe(words, clean_environment)

    assert ended.stderr.strip() == "0 []"
    assert "microderm" in ended.stdout


@pytest.mark.parametrize(("line", "found"), [("microderm li", "limits"), ("microderm pro", "profile"), ("microderm profile fo", "forget")])
def test_completion_imports_nothing_slow(line: str, found: str, clean_environment: dict[str, str]) -> None:
    asked = {"_MICRODERM_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    ended = probe([], clean_environment | asked)

    assert f"plain,{found}" in ended.stdout.splitlines()
    assert ended.stderr.strip() == "0 []"


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def test_help_begins_with_an_example(run: Run) -> None:
    assert run("limits", "--help").out.startswith("e.g.  microderm limits --zone cheek --grit medium\n")


@pytest.mark.parametrize("name", TABLE)
def test_every_command_of_the_table_has_a_help(run: Run, name: str) -> None:
    shown = run(name, "--help")

    assert shown.code == 0
    assert f"Usage: root {name}" in shown.out or f"Usage: microderm {name}" in shown.out


def test_options_are_understood_before_and_after_the_command(run: Run) -> None:
    before = run("--json", "limits", "--skin", "dry", "--zone", "chin")
    after = run("limits", "--skin", "dry", "--zone", "chin", "--json")

    assert before.code == after.code == 0
    assert before.record == after.record
