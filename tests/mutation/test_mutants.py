"""The mutants themselves: which there are, and that each differs from what it was made of."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.__main__ import of_sides, targets
from tests.mutation.mutants import mutants_of, mutated
from tests.mutation.trial import ROOT


def changes(tmp_path: Path, source: str) -> list[str]:
    """Return every mutant of a text, as texts."""
    path = tmp_path / "source.py"
    path.write_text(source, encoding="utf-8")
    return [ast.unparse(mutated(path, mutant)) for mutant in mutants_of(path, "source.py")]


def test_a_comparison_becomes_every_other(tmp_path: Path) -> None:
    found = changes(tmp_path, "x = a < b")
    assert found == [f"x = a {other} b" for other in ("<=", ">", ">=", "==", "!=")]
    assert changes(tmp_path, "x = a is b") == ["x = a is not b"]


def test_a_number_goes_up_down_double_and_to_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path, "x = 7") == ["x = 8", "x = 6", "x = 14", "x = 0"]
    assert changes(tmp_path, "x = 0") == ["x = 1", "x = -1"]
    assert changes(tmp_path, "x = True") == ["x = False"]


def test_a_gain_is_doubled_halved_and_put_to_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path, "class Gains:\n    x = 8") == [f"class Gains:\n    x = {other}" for other in (16, 4, 0)]


def test_a_guard_is_dropped_turned_round_and_forced(tmp_path: Path) -> None:
    found = changes(tmp_path, "if a and b:\n    pass")
    assert [text.splitlines()[0] for text in found] == ["if b:", "if a:", "if a or b:", "if True:", "if False:"]


def test_a_member_of_a_table_is_taken_out(tmp_path: Path) -> None:
    assert changes(tmp_path, "T = (A, B)") == ["T = (B,)", "T = (A,)"]


def test_a_statement_is_deleted_and_a_result_replaced(tmp_path: Path) -> None:
    found = changes(tmp_path, "def f() -> bool:\n    go()\n    return a")
    assert found == ["def f() -> bool:\n    pass\n    return a", "def f() -> bool:\n    go()\n    return not a"]


def test_texts_annotations_and_imports_stay(tmp_path: Path) -> None:
    assert changes(tmp_path, '"""Says 1."""\nfrom a import b\nx: "int | None"\ny: Final[dict[int, str]]\nz = "1"') == []
    assert changes(tmp_path, "Rule = Callable[[int | None, Situation], int]") == []


@pytest.mark.parametrize(("chosen", "tests"), [("safety", 2), ("firmware", 1), ("", 3)])
def test_a_mutant_has_to_be_noticed_by_the_tests_of_its_own_side(chosen: str, tests: int) -> None:
    found = of_sides([target for target in targets() if f"/{chosen}" in target])
    assert len(found) == tests
    assert all((ROOT / test).exists() for test in found)
    assert (f"tests/{chosen}" in found) is bool(chosen)


@pytest.mark.parametrize("target", targets())
def test_every_mutant_differs_from_the_file(target: str) -> None:
    """And there is no file without any, values.py and its defaults included."""
    whole = ast.dump(ast.parse((ROOT / target).read_text(encoding="utf-8")))
    found = mutants_of(ROOT / target, target)
    assert found
    for mutant in found[::23]:
        assert ast.dump(mutated(ROOT / target, mutant)) != whole


@pytest.mark.skipif(sys.platform == "win32", reason="the runner forks, which Windows cannot")
def test_files_that_changed_since_the_record_lose_no_mutant() -> None:
    """What ``make mutants`` showed of each file holds for that very file; of others as many are tried as two minutes hold."""
    words = [sys.executable, "-m", "tests.mutation", "--changed", "--seconds", "120"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
