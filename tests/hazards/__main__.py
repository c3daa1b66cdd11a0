"""Writes the generated parts of docs/safety-case.md anew, and says what the safety case lacks: `python -m tests.hazards`."""

import sys

from tests.hazards.deletions import load, stale
from tests.hazards.page import PAGE, page_with, problems, tables
from tests.hazards.trace import collect, hazards


def main() -> int:
    """Rewrite the page; 1 where a hazard lacks a test or a deletion."""
    rows, marks, deletions = hazards(), collect(), load()
    PAGE.write_text(page_with(tables(rows.values(), marks, deletions), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    wrong = [*problems(rows, marks, deletions), *stale(deletions)]
    print(*wrong, f"{len(rows)} hazards, {len({mark.test for mark in marks})} tests, {len(deletions)} protections to take out", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
