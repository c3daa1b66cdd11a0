"""What people read stands in the package of texts, and nothing in the commands stands in a translation's way."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

import microderm_ctl.texts
from tests.texts.home_texts import PACKAGE, Text, texts_of_package

COMMANDS = (
    "flow", "visit", "lead", "treat_lines", "live", "keys", "today", "asked", "ask", "questions", "profile", "limits", "history", "demo",
    "stop", "treat", "guide", "after_care", "sound",
)  # fmt: skip
TREATMENT = ("guide", "events", "outcome", "runner", "after_care", "watching")
FILES = (*(f"cli/{name}.py" for name in COMMANDS), *(f"treatment/{name}.py" for name in TREATMENT), "link/explain.py")
HELP = frozenset({"help", "metavar", "example", "match"})
"""Arguments of options and commands: terse reference for who types, kept beside what it is about."""
FOR_PROGRAMMERS = frozenset({"RuntimeError", "TypeError", "ValueError", "Entry", "TypeVar"})
READ = re.compile(r"(?!--|microderm )(?=.*[a-z]{2}).* ", re.DOTALL)
"""A text with a blank and a word; what is typed begins with the program or with an option."""


def _literals(tree: ast.AST) -> list[tuple[int, str]]:
    """Return the line and the text of every literal in which a person could read words."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            quiet = [*node.args] if name in FOR_PROGRAMMERS else []
            if name in ("command", "option", "argument", "LazyGroup"):
                quiet += [one.value for one in node.keywords if one.arg in HELP]
            silent |= {id(part) for one in quiet for part in ast.walk(one)}
        elif isinstance(node, ast.FunctionDef):
            notes = [node.returns, *(one.annotation for one in (*node.args.args, *node.args.kwonlyargs))]
            silent |= {id(part) for note in notes if note is not None for part in ast.walk(note)}
        elif isinstance(node, ast.AnnAssign):
            silent |= {id(part) for part in ast.walk(node.annotation)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent and READ.match(node.value)
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_command_has_no_words_of_its_own(name: str) -> None:
    path = PACKAGE / name
    assert [f"{name}:{line}: {text!r}" for line, text in _literals(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_words_in_a_command_are_noticed() -> None:
    found = _literals(ast.parse('"""A docstring of words."""\ncall.say(f"Hello {name} there")\nraise RuntimeError("not for people")\n'))
    assert [text for _, text in found] == ["Hello ", " there"]


def test_texts_hold_no_logic() -> None:
    allowed = (ast.Assign, ast.AnnAssign, ast.Expr, ast.ImportFrom)
    for path in sorted(Path(microderm_ctl.texts.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            assert isinstance(node, allowed), f"{path.name}:{node.lineno}"


def test_every_template_has_named_fields() -> None:
    """So that a translation may put them in another order."""

    def nameless(one: Text) -> bool:
        return any(field is not None and not field.isidentifier() for _, field, _, _ in Formatter().parse(one.text))

    assert [one for one in texts_of_package() if "{" in one.text and nameless(one)] == []


RUN = """
import sys
import microderm_ctl.texts
microderm_ctl.texts.__path__.insert(0, sys.argv.pop(1))
from microderm_ctl.cli.main import main
main()
"""


def test_a_translation_is_a_directory_that_comes_first(tmp_path: Path) -> None:
    """One module is translated, the others stay English."""
    folder = tmp_path / "de"
    folder.mkdir()
    english = (PACKAGE / "texts" / "profile.py").read_text(encoding="utf-8")
    german = english.replace("There is no profile yet.", "Es gibt noch kein Profil.")
    (folder / "profile.py").write_text(german, encoding="utf-8")
    words = [sys.executable, "-c", RUN, str(folder), "--data-dir", str(tmp_path / "data"), "profile", "list"]
    ran = subprocess.run(words, capture_output=True, text=True, env=os.environ, check=True)
    assert ran.stdout.startswith("Es gibt noch kein Profil. Make one with")
