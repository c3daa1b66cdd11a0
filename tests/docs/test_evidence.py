"""The page of numbers and sources is held against the numbers of the rules."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs import make_evidence

ROOT = Path(__file__).parents[2]
SAFETY = ROOT / "microderm_ctl" / "safety"
PAGE = make_evidence.PAGE.read_text(encoding="utf-8")
NO_LIMITS = {"GRIT_UP_TO_UM", "GRIT_ORDER", "ZONES_AT_ONCE", "AHEAD_S", "DAY_S"}
"""Names of evidence.py that are no limit of a person: units, orders, what the wire holds."""


def _named(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}


def _urls(text: str) -> set[str]:
    return {url.rstrip(".,;:)") for url in re.findall(r"https?://[^\s<>\"'|]+", text)}


def test_the_tables_are_the_numbers() -> None:
    """`python -m tests.docs.make_evidence` would change nothing."""
    assert make_evidence.page_with(make_evidence.tables(), PAGE) == PAGE


def test_every_number_is_on_the_page() -> None:
    """A number that is added to the rules has to be added to the page."""
    names = {name for name in _named(SAFETY / "evidence.py") if not name.startswith("_")} - NO_LIMITS
    used = set(re.findall(r"\be\.([A-Z][A-Z_]+)\b", Path(make_evidence.__file__).read_text(encoding="utf-8")))
    assert names == used


@pytest.mark.parametrize("name", ["evidence.py", "questions.py", "rules_skin.py", "rules_answers.py", "rules_wand.py"])
def test_every_source_is_told_in_full(name: str) -> None:
    """Whatever address the rules name stands in the list of sources, with what it is."""
    assert _urls((SAFETY / name).read_text(encoding="utf-8")) <= _urls(PAGE.split("## Sources in full")[1])


def test_the_readme_says_how_many_are_our_own() -> None:
    """The first screen says the same number as the page."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert make_evidence.sentence().rstrip(".") in readme
