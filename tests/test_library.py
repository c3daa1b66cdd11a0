"""What `import microderm_ctl` promises: its names, their types, and that nothing is loaded before it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import microderm_ctl
from tests.docs.pages import ROOT, blocks, environment

PUBLIC = """
    Aftermath Answers Decision Depth Ending Event Factor Grit History Identity Kind LedgerEntry Limits LimitsInForce
    MicrodermError Outcome Patch PatchBook PatchResult Person PersonRecord Plan PlannedZone PortInfo Prepared
    ProfessionalPlan Profile Progress Reading RealClock Refusal Request Row Runner Skin StateChange Store Thickness
    Treatment TreatmentBook TreatmentRecord VirtualClock Wand WandState Watcher Wish Zone
    __version__ all_no cap_table check_answers decide explain_cap find format_kpa next_treatment_at_s open_store
    parse_vacuum prepare
"""
EXAMPLES = [block for block in blocks("docs/library/index.md") if block.language == "python"]


def test_the_public_names_are_these() -> None:
    """One that is gone, or new, is a promise changed: the changelog says so."""
    assert sorted(microderm_ctl.__all__) == sorted(PUBLIC.split())
    assert dir(microderm_ctl) == sorted(PUBLIC.split())


@pytest.mark.parametrize("name", PUBLIC.split())
def test_each_is_there_with_the_type_that_is_promised(name: str) -> None:
    stub = ast.parse((ROOT / "microderm_ctl" / "__init__.pyi").read_text(encoding="utf-8"))
    promised = {alias.asname: one.module for one in stub.body if isinstance(one, ast.ImportFrom) for alias in one.names}
    found = getattr(microderm_ctl, name)

    if name != "__version__":
        assert promised[name] is not None
        assert found is getattr(sys.modules[str(promised[name])], name)


def test_nothing_else_is_promised() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Pump'"):
        _ = microderm_ctl.Pump  # type: ignore[attr-defined]


def test_a_part_is_loaded_when_it_is_used() -> None:
    script = (
        "import sys, microderm_ctl\n"
        "def loaded(): return sorted(n for n in sys.modules if n.startswith('microderm_ctl.') or n in ('serial', 'construct', 'sqlite3'))\n"
        "print(loaded()); microderm_ctl.decide; print('microderm_ctl.safety' in loaded(), 'serial' in loaded(), 'sqlite3' in loaded())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["[]", "True False False"]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_run_as_they_stand(number: int, tmp_path: Path) -> None:
    source = "\n".join(EXAMPLES[number].lines)
    words = [sys.executable, "-c", source]
    done = subprocess.run(words, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_there_are_examples_for_rules_wand_and_treatment() -> None:
    together = "\n".join(line for block in EXAMPLES for line in block.lines)
    assert all(name in together for name in ("explain_cap(", "decide(", "Wand.open(", "Runner(", "MicrodermError"))
