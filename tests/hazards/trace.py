"""Which hazards there are, and which tests show that their protections work.

A test names what it shows with a mark, `@pytest.mark.hazard("H-09", "wand")`: the
hazard, and the side whose protection it shows. `tests/conftest.py` hands every
collection in, so a mark that names no hazard ends every run before its first test.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = Path(__file__).with_name("hazards.toml")
SIDES: Final = ("computer", "wand")
SEVERITIES: Final = ("S1", "S2", "S3", "S4")


class Hazard(NamedTuple):
    """One row of the safety case.

    Attributes:
        id: `H-01` and so on, never given out twice.
        title: two to six words.
        happens: the sequence of events.
        harm: what it does to a person.
        severity: S1 to S4, awaiting a clinician.
        computer: the protection there; empty where there is none.
        wand: the protection there; empty where there is none.
        missing: what is still to come, or cannot be protected; empty where nothing is.
    """

    id: str
    title: str
    happens: str
    harm: str
    severity: str
    computer: str
    wand: str
    missing: str

    def protected_on(self) -> tuple[str, ...]:
        """Return the sides that have a protection."""
        return tuple(side for side in SIDES if getattr(self, side))


class Mark(NamedTuple):
    """A test that shows a protection: its node id without parameters, the hazard and the side."""

    test: str
    hazard: str
    side: str


@cache
def hazards() -> dict[str, Hazard]:
    """Return all hazards by their ids, in order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["hazard"]
    return {row["id"]: Hazard(**{field: row.get(field, "") for field in Hazard._fields}) for row in rows}


def marks_of(item: pytest.Item) -> Iterator[Mark]:
    """Yield the marks of a collected test.

    Raises:
        pytest.UsageError: a mark names no hazard, or no side.
    """
    test = item.nodeid.split("[", 1)[0]
    known = hazards()
    for mark in item.iter_markers("hazard"):
        if len(mark.args) != 2 or mark.kwargs or mark.args[0] not in known or mark.args[1] not in SIDES:
            raise pytest.UsageError(f"{test}: hazard{mark.args} names no hazard of {TABLE.name} with a side, {' or '.join(SIDES)}")
        yield Mark(test, *mark.args)


def check_marks(items: Iterable[pytest.Item]) -> None:
    """Refuse marks that name no hazard.

    Raises:
        pytest.UsageError: there is one.
    """
    for item in items:
        if item.get_closest_marker("hazard"):
            list(marks_of(item))


class _Collector:
    """Keeps the marks of a collection."""

    def __init__(self) -> None:
        self.marks: set[Mark] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.marks = {mark for item in session.items for mark in marks_of(item)}


def collect() -> tuple[Mark, ...]:
    """Return the marks of all tests, as pytest itself collects them, sorted; runs in a process of its own.

    Raises:
        RuntimeError: the tests cannot be collected.
    """
    words = [sys.executable, "-m", "tests.hazards.trace"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return tuple(Mark(*mark) for mark in json.loads(done.stdout.splitlines()[-1]))


def _print_marks() -> int:
    collector = _Collector()
    code = pytest.main(["--collect-only", "-q", "-q", "-p", "no:cacheprovider", str(ROOT / "tests")], plugins=[collector])
    print(json.dumps(sorted(collector.marks)))
    return int(code)


if __name__ == "__main__":
    sys.exit(_print_marks())
