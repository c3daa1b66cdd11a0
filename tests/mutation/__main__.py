"""Tries every mutant of the safety rules and of the wand's program: `python -m tests.mutation [FILES...]`.

    python -m tests.mutation                            every file, and tests/mutants.json is written anew
    python -m tests.mutation microderm_ctl/safety/limits.py   that file
    python -m tests.mutation --changed                  files that differ from tests/mutants.json, for 3 minutes at most

When more has changed than three minutes hold, mutants are drawn evenly over the changed
files, what was not tried is told, and a survivor among those that were is a failure all the same.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.mutation import trial
from tests.mutation.mutants import Mutant, mutants_of

ROOT: Final = trial.ROOT
RECORD: Final = ROOT / "tests" / "mutants.json"
CHANGED_S: Final = 180
FIRMWARE: Final = (
    "interlock", "states", "state", "constants", "regulator", "memory", "ledger", "calibration", "core", "replies", "service", "unlock",
)  # fmt: skip


def targets() -> list[str]:
    """Return the files that are mutated, by their paths from the root."""
    rules = sorted(path.name for path in (ROOT / "microderm_ctl" / "safety").glob("*.py") if path.name != "__init__.py")
    return [f"microderm_ctl/safety/{name}" for name in rules] + [f"microderm_ctl/firmware/{name}.py" for name in FIRMWARE]


def of_sides(chosen: Sequence[str]) -> list[str]:
    """Return the tests of the sides that are mutated: rules and firmware know nothing of each other, each is shown by its own."""
    return [test for side, tests in trial.TESTS.items() for test in tests if any(f"/{side}/" in target for target in chosen)]


def digest(target: str) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256((ROOT / target).read_bytes()).hexdigest()


def recorded() -> dict[str, Any]:
    """Return what the last whole runs found, by file."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    return found


def is_shown(target: str) -> bool:
    """Say whether the record has every mutant of this very file as killed."""
    figures = recorded().get(target, {})
    return figures.get("sha256") == digest(target) and bool(figures["killed"] == figures["found"])


class Board:
    """Counts what becomes of mutants, and says so while it goes on."""

    def __init__(self, of: list[Mutant]) -> None:
        """Expect these mutants."""
        self.found = Counter(mutant.path for mutant in of)
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self.survivors: list[Mutant] = []
        self.failing: list[str] = []
        self.tried = 0

    def note(self, path: str, outcome: str, mutant: Mutant) -> None:
        """Count one."""
        self.outcomes[path][outcome] += 1
        self.tried += 1
        if outcome == trial.SURVIVED:
            self.survivors.append(mutant)
            sys.stdout.write(f"survived: {mutant}\n")
            sys.stdout.flush()
        elif self.tried % 500 == 0:
            sys.stdout.write(f"{self.tried} of {self.found.total()} tried\n")
            sys.stdout.flush()

    def killed(self, path: str) -> int:
        """Return how many mutants of a file were noticed."""
        return self.outcomes[path][trial.KILLED] + self.outcomes[path][trial.TIME_OUT]

    def write(self) -> None:
        """Keep the figures of the files that were tried whole."""
        record = {path: figures for path, figures in recorded().items() if path in targets()}
        for path, found in self.found.items():
            if self.outcomes[path].total() == found:
                date = datetime.now(UTC).date().isoformat()  # the day of a measurement
                record[path] = {"sha256": digest(path), "date": date, "found": found, "killed": self.killed(path)}
        RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=2) + "\n", encoding="utf-8")


def try_all(mutants: list[Mutant], board: Board, tests: Sequence[str], workers: int, until_s: float) -> None:
    """Try mutants: those that need a fresh start from here, the others from a process that has the tests loaded."""
    files: dict[str, list[str]] = {}
    numbers = {mutant: number for number, mutant in enumerate(mutants)}

    def loaded(say: Callable[[object], None]) -> None:
        def then(known: trial.Known) -> None:
            swappable = [mutant for mutant in mutants if known.is_swappable(mutant)]
            say(
                {
                    "files": _files(known),
                    "failing": known.failing,
                    "fresh": [numbers[mutant] for mutant in mutants if not known.is_swappable(mutant)],
                }
            )
            for one in trial.try_loaded(known, swappable, workers, until_s):
                say([numbers[one.mutant], one.outcome, one.by])

        trial.load(trial.Known(targets(), tests), then)

    fresh: list[Mutant] = []
    for said in _from_fork(loaded):
        if isinstance(said, dict):
            files, fresh, board.failing = said["files"], [mutants[number] for number in said["fresh"]], said["failing"]
        else:
            board.note(mutants[said[0]].path, said[1], mutants[said[0]])
    for one in trial.try_fresh(files, board.failing, fresh, workers, until_s):
        board.note(one.mutant.path, one.outcome, one.mutant)


def _files(known: trial.Known) -> dict[str, list[str]]:
    """Return for each source file the test files, those first of which the greatest part calls it, and short ones before long ones."""
    seconds: Counter[str] = Counter()
    calls: dict[str, Counter[str]] = defaultdict(Counter)
    for number, item in enumerate(known.items):
        seconds[item.nodeid.partition("::")[0]] += int(1000 * known.seconds[number]) + 1
    for (target, _), callers in known.callers.items():
        calls[target].update(known.items[number].nodeid.partition("::")[0] for number in callers)
    return {target: sorted(seconds, key=lambda one: (calls[target][one] == 0, seconds[one])) for target in targets()}


def _from_fork(body: Callable[[Callable[[object], None]], None]) -> Iterator[Any]:
    """Yield what a body says in a process of its own; its failure is ours."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        saying = os.fdopen(writer, "w", encoding="utf-8")

        def say(what: object) -> None:
            saying.write(json.dumps(what) + "\n")
            saying.flush()

        code = 1
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        try:
            body(say)
            code = 0
        except SystemExit as why:
            sys.__stderr__.write(f"{why}\n")  # type: ignore[union-attr]
        finally:
            sys.__stderr__.flush()  # type: ignore[union-attr]
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("The tests must pass before mutants are tried.")


def main() -> int:
    """Try what is asked for and return 1 if a mutant survived."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="Tries mutants of the safety rules and the wand's program."
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a source file; without one, all")
    parser.add_argument("--changed", action="store_true", help="only files that differ from tests/mutants.json")
    parser.add_argument("--seconds", type=int, help="begin no mutant after so many seconds (with --changed: 180)")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--lines", help="only mutants of these lines, as 10-20")
    parser.add_argument("--tests", nargs="+", help="only these tests, while some are written; nothing is recorded")
    options = parser.parse_args()
    begun = time.monotonic()
    until_s = begun + (options.seconds or (CHANGED_S if options.changed else 10**9))
    chosen = [str(Path(file)) for file in options.files] or targets()
    if unknown := set(chosen) - set(targets()):
        parser.error(f"not among the files that are mutated: {', '.join(sorted(unknown))}")
    if options.changed:
        chosen = [path for path in chosen if not is_shown(path)]
    mutants = [mutant for path in chosen for mutant in mutants_of(ROOT / path, path)]
    if options.lines:
        first, _, last = options.lines.partition("-")
        mutants = [mutant for mutant in mutants if int(first) <= mutant.line <= int(last or first)]
    if not mutants:
        sys.stdout.write("mutants: no file differs from tests/mutants.json\n")
        return 0
    board = Board(mutants)
    if options.seconds or options.changed:
        Random(1).shuffle(mutants)
    trial.prepare()
    try_all(mutants, board, options.tests or of_sides(chosen), options.workers, until_s)
    if not options.lines and not options.tests and not options.changed:
        board.write()
    return _close(board, time.monotonic() - begun)


def _close(board: Board, seconds: float) -> int:
    """Say the figures in a table and in one line."""
    for path, found in board.found.items():
        outcomes = board.outcomes[path]
        sys.stdout.write(
            f"{path:42} {found:5} found {board.killed(path):5} killed ({outcomes[trial.TIME_OUT]} by time-out) "
            f"{outcomes[trial.SURVIVED]:4} survived {found - outcomes.total():5} not tried\n"
        )
    found, killed = board.found.total(), sum(board.killed(path) for path in board.found)
    date = datetime.now(UTC).date().isoformat()
    left = found - board.tried
    more = f"; {left} were not tried for want of time: `python -m tests.mutation` tries all" if left else ""
    sys.stdout.write(f"mutants, {date}: {found} found, {killed} killed, {len(board.survivors)} survived, {seconds:.0f} s{more}\n")
    for name in board.failing:
        sys.stdout.write(f"left out, for it fails without a mutant: {name}\n")
    return 1 if board.survivors or board.failing else 0


if __name__ == "__main__":
    sys.exit(main())
