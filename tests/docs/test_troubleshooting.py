"""Every heading of the troubleshooting page is a text that the program prints, and many are provoked."""

import ast
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, environment, headings
from tests.docs.terminal import program

HOME, BENCH = "docs/home/troubleshooting.md", "docs/bench/troubleshooting.md"
HEADINGS = [*headings(HOME), *headings(BENCH)]
LEAST_LETTERS = 14
"""A text is known by the letters that do not change in it; fewer would fit anything."""
OILY = {"stinging": "no", "oil": "shiny", "thickness": "normal", "sun": "burns_easily", "age_years": 34}
SHOWN = [(heading, way, command) for heading, remarks in HEADINGS for way, command in remarks.items() if way.startswith("shown")]


@cache
def _printed() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of all texts in the program, each whole and up to the end of every sentence and clause."""
    found: set[str] = set()
    for path in sorted((ROOT / "microderm_ctl").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) not in docstrings:
                found |= _patterns(_parts(node))
    return tuple(re.compile(pattern, re.DOTALL) for pattern in found)


def _parts(node: ast.AST) -> list[str | None]:
    """Return what a piece of source prints: texts as they are, None for what is filled in."""
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    found: list[str | None] = []
    for value in values:
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        found += [None] if text is None else _template(text)
    return found


def _template(text: str) -> list[str | None]:
    """Return the fixed parts of a template, None for each of its fields."""
    return [part if number % 2 == 0 else None for number, part in enumerate(re.split(r"(\{\w*(?::\w*)?\})", text))]


def _patterns(parts: list[str | None]) -> set[str]:
    """Return the patterns of a text that has enough fixed letters to be known by."""
    found: set[str] = set()
    before, fixed = "", 0
    for part in parts:
        if part is None:
            before += ".+"
            continue
        ends = [cut.end() for cut in re.finditer(r"[.:;]|(?= \()|$", part)]
        found |= {before + re.escape(part[:end]) for end in ends if fixed + end >= LEAST_LETTERS}
        before, fixed = before + re.escape(part), fixed + len(part)
    return found


def _is_printed(heading: str) -> bool:
    """Say whether a heading is a text of the program, or its first sentences or clause."""
    return any(pattern.fullmatch(heading) for pattern in _printed())


@pytest.mark.parametrize("heading", [heading for heading, _ in HEADINGS])
def test_a_heading_is_a_text_of_the_program(heading: str) -> None:
    """Whoever sees the text finds it on the page, letter by letter."""
    assert _is_printed(heading)


def test_a_text_that_nobody_prints_is_noticed() -> None:
    """The test above can fail."""
    assert not _is_printed("The wand has run out of milk.")


def _microderm(words: list[str], home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*program(), *words],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _with_profile(home: Path, oil: str = "shiny") -> None:
    home.mkdir(exist_ok=True)
    (home / "setup.json").write_text(json.dumps(OILY | {"oil": oil}), encoding="utf-8")
    assert _microderm(["profile", "create", "ana", "--answers", "setup.json"], home).returncode == 0
    form = json.loads(_microderm(["questions", "--json"], home).stdout)["form"]
    (home / "today.json").write_text(json.dumps({name: value or "no" for name, value in form.items()}), encoding="utf-8")


def _ready(home: Path, oil: str = "shiny") -> None:
    """Make a person who may be treated on the virtual wand."""
    _with_profile(home, oil)
    for line in (
        "patch-test --port sim --answers today.json --yes",
        "simulate --advance 24h",
        "patch-test --port sim --result clean",
    ):
        done = _microderm(line.split(), home)
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that is ready; copy it."""
    home = tmp_path_factory.mktemp("ready")
    _ready(home)
    return home


def _prepared(way: str, home: Path, ready_home: Path) -> Iterator[Path]:
    """Yield a home in the state that a heading's remark names."""
    if way == "shown with nothing by":
        home.mkdir()
    elif way == "shown untested by":
        _with_profile(home)
    elif way == "shown as normal skin by":
        _ready(home, "fine")
    else:
        shutil.copytree(ready_home, home)
    if way == "shown when treated by":
        assert _microderm(["treat", "--port", "sim", "--zone", "nose", "--answers", "today.json", "--yes"], home).returncode == 0
    if way == "shown when torn by":
        (home / "data" / "microderm.sqlite3").write_bytes(b"torn")
    if way == "shown with two wands":
        yield from _serving(home)
    else:
        yield home


def _serving(home: Path) -> Iterator[Path]:
    """Yield a home in which two virtual wands are served."""
    words = [*program(), "simulate", "--pty", "--units", "2", "--hand", "none"]
    with subprocess.Popen(words, env=environment(home), cwd=home, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            assert all("SIMULATED" in server.stdout.readline() for _ in range(2))
            yield home
        finally:
            server.terminate()


@pytest.mark.parametrize(("heading", "way", "command"), SHOWN, ids=[heading for heading, _, _ in SHOWN])
def test_a_heading_is_provoked(heading: str, way: str, command: str, tmp_path: Path, ready_home: Path) -> None:
    """The command ends with an error, and prints the heading."""
    for home in _prepared(way, tmp_path / "home", ready_home):
        done = _microderm(shlex.split(command)[1:], home)
        assert done.returncode not in (0, 1)
        shown = " ".join(done.stdout.split()).replace(f"{home / 'data'}/", "")
        assert heading in shown, done.stdout
