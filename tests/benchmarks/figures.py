"""Figures: what was measured, what stands beside it, and whether it is reached; as JSON, and against the last ones."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.benchmarks.measure import Spread, ratios, spread

RESULT: Final = Path(__file__).with_name("result.json")
CHANGED: Final = 1.25
"""A figure that changed by less is within the noise of a shared machine."""


class Figure(NamedTuple):
    """One line of a table.

    Attributes:
        row: the name of its table.
        what: what was measured.
        unit: of ``ours`` and ``theirs``.
        against: the peer or the limit beside it, in words.
        ratio: ours by theirs, pair by pair.
        reach: what is to be reached, in words; "told" where nothing is.
        reached: None where nothing is to be reached.
        scales: whether it grows with the slowness of the machine.
    """

    row: str
    what: str
    unit: str
    ours: Spread
    against: str = ""
    theirs: Spread | None = None
    ratio: Spread | None = None
    reach: str = "told"
    reached: bool | None = None
    scales: bool = True

    def comparable(self, yardstick_us: float) -> float:
        """Return what can be compared with another run: the ratio, else the value by the speed of the machine."""
        if self.ratio is not None:
            return self.ratio.median
        return self.ours.median / yardstick_us if self.scales else self.ours.median


class Row:
    """Collects the figures of one table."""

    def __init__(self, name: str) -> None:
        """Begin with none."""
        self.name = name
        self.figures: list[Figure] = []

    def versus(self, what: str, unit: str, ours: Sequence[float], against: str, theirs: Sequence[float], most: float | None = None) -> None:
        """Add a figure beside a peer; ``most`` is the ratio to reach, None to tell it only."""
        ratio = spread(ratios(ours, theirs))
        reach = "told" if most is None else "ahead" if most == 1 else f"<= {most:g} x"
        reached = None if most is None else ratio.median < 1 if most == 1 else ratio.median <= most
        self.figures.append(Figure(self.name, what, unit, spread(ours), against, spread(theirs), ratio, reach, reached))

    def within(self, what: str, unit: str, ours: Sequence[float], most: float, against: str = "", scales: bool = True) -> None:
        """Add a figure whose median may be at most so much."""
        found = spread(ours)
        self.figures.append(Figure(self.name, what, unit, found, against, None, None, f"<= {most:g} {unit}", found.median <= most, scales))

    def least(self, what: str, unit: str, ours: Sequence[float], least: float, against: str = "") -> None:
        """Add a figure whose median must be at least so much."""
        found = spread(ours)
        self.figures.append(Figure(self.name, what, unit, found, against, None, None, f">= {least:,g} {unit}", found.median >= least))

    def told(self, what: str, unit: str, ours: Sequence[float], against: str = "", scales: bool = True) -> None:
        """Add a figure of which nothing is asked."""
        self.figures.append(Figure(self.name, what, unit, spread(ours), against, scales=scales))


class Result(NamedTuple):
    """One run of the suite: where, how fast the machine was, which peers were left out and why, and the figures."""

    machine: Mapping[str, str]
    yardstick_us: float
    left_out: Mapping[str, str]
    figures: tuple[Figure, ...]


def machine() -> dict[str, str]:
    """Return on what kind of machine this runs; neither its name nor a path of it."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def to_json(result: Result) -> str:
    """Return a run as the text of its file."""
    return json.dumps(result._asdict() | {"figures": [_plain(figure) for figure in result.figures]}, indent=1, ensure_ascii=False) + "\n"


def _plain(figure: Figure) -> dict[str, Any]:
    fields = figure._asdict()
    for name in ("ours", "theirs", "ratio"):
        value = fields[name]
        fields[name] = None if value is None else [float(f"{one:.4g}") for one in value]
    return fields


def from_json(text: str) -> Result:
    """Return the run of a file."""
    known = json.loads(text)
    return Result(known["machine"], known["yardstick_us"], known["left_out"], tuple(_figure(fields) for fields in known["figures"]))


def _figure(fields: dict[str, Any]) -> Figure:
    for name in ("ours", "theirs", "ratio"):
        fields[name] = None if fields[name] is None else Spread(*fields[name])
    return Figure(**fields)


def merged(before: Result | None, now: Result) -> Result:
    """Return a run of some rows with the other rows of the last one."""
    if before is None:
        return now
    rows = {figure.row for figure in now.figures}
    return now._replace(figures=tuple(one for one in before.figures if one.row not in rows) + now.figures)


def changes(before: Result, now: Result) -> Iterable[str]:
    """Yield a sentence for each figure that is slower or faster than in another run, by ratio."""
    known = {(figure.row, figure.what, figure.against): figure for figure in before.figures}
    for figure in now.figures:
        earlier = known.get((figure.row, figure.what, figure.against))
        if earlier is None or not earlier.comparable(before.yardstick_us):
            continue
        change = figure.comparable(now.yardstick_us) / earlier.comparable(before.yardstick_us)
        if not 1 / CHANGED <= change <= CHANGED:
            yield f"{figure.row}: {figure.what}{' / ' + figure.against if figure.against else ''}: {change:.2f} x what it was"
