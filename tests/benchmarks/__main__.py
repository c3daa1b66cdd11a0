"""The benchmarks: ``make bench``, or ``python -m tests.benchmarks [ROW ...] [--quick] [--keep]``.

    python -m tests.benchmarks                     every row, in about ten minutes
    python -m tests.benchmarks codec stream        these rows
    python -m tests.benchmarks --quick             fewer and shorter rounds, in about two minutes
    python -m tests.benchmarks --keep              write result.json and the tables of docs/performance.md anew

Prints tables, writes build/bench.json, and tells which figures changed against the committed
result, by ratio. It ends with 1 where one is not reached; nothing is decided by it: a shared
machine is no judge.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.benchmarks import codec, living, peers, reaction, rules, start, store, tables, virtual, wands
from tests.benchmarks.figures import RESULT, Figure, Result, Row, changes, from_json, machine, merged, to_json
from tests.benchmarks.measure import yardstick_us

OUT: Final = peers.ROOT / "build" / "bench.json"
Measure = Callable[[], Row]

FULL: Final[Mapping[str, Measure]] = {
    "start": lambda: start.start(25),
    "device": lambda: start.device(25),
    "codec": lambda: codec.codec(41),
    "stream": lambda: codec.stream(9),
    "round-trip": lambda: reaction.round_trip(60),
    "stop": lambda: reaction.stop(15),
    "death": lambda: living.death(6),
    "load": lambda: living.load(3, 12),
    "wands": lambda: wands.wands(2, 8),
    "virtual": lambda: virtual.virtual(7),
    "rules": lambda: rules.rules(25),
    "store": lambda: store.store(7),
    "memory": lambda: living.memory(3),
}
"""Rounds that give steady medians on a machine that has other things to do."""
QUICK: Final[Mapping[str, Measure]] = {
    "start": lambda: start.start(5),
    "device": lambda: start.device(5),
    "codec": lambda: codec.codec(9),
    "stream": lambda: codec.stream(2),
    "round-trip": lambda: reaction.round_trip(10),
    "stop": lambda: reaction.stop(3, 5),
    "death": lambda: living.death(1),
    "load": lambda: living.load(1, 3),
    "wands": lambda: wands.wands(1, 2),
    "virtual": lambda: virtual.virtual(1, 120),
    "rules": lambda: rules.rules(5),
    "store": lambda: store.store(1, 100, 300, 600),
    "memory": lambda: living.memory(1),
}


def measured(names: Sequence[str], rows: Mapping[str, Measure]) -> Result:
    """Measure rows one after another, and print each table as it is done."""
    left_out = peers.set_up()
    speeds, figures = [yardstick_us()], []
    for name in names:
        began = time.monotonic()
        row = rows[name]()
        speeds.append(yardstick_us())
        figures += row.figures
        print(f"\n## {tables.TITLES[name]} ({name}, {time.monotonic() - began:.0f} s)\n\n{tables.table(row.figures)}", end="", flush=True)
    return Result(machine(), round(statistics.median(speeds), 1), left_out, tuple(figures))


def missed(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures that are not reached."""
    return [figure for figure in figures if figure.reached is False]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, compare, and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(FULL))
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--keep", action="store_true", help="write result.json and docs/performance.md anew")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.rows if name not in FULL]:
        parser.error(f"there is no row {', '.join(unknown)}; rows are {', '.join(FULL)}")
    before = from_json(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else None
    now = measured(asked.rows or list(FULL), QUICK if asked.quick else FULL)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(to_json(now), encoding="utf-8")
    print(f"\n{tables.conditions(now)}")
    for figure in missed(now.figures):
        print(f"not reached: {figure.row}: {figure.what}{' / ' + figure.against if figure.against else ''}, {figure.reach}")
    if before is not None:
        for change in changes(before, now):
            print(f"changed: {change}")
    if asked.keep:
        keep(merged(before, now))
    return 1 if missed(now.figures) else 0


def keep(result: Result) -> None:
    """Write the committed result, and the tables of the page."""
    RESULT.write_text(to_json(result), encoding="utf-8")
    kept = from_json(RESULT.read_text(encoding="utf-8"))  # with its digits, so that the page can be held to the file
    tables.PAGE.write_text(tables.written(tables.PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
