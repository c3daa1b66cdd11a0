"""The figures as Markdown tables: on the screen, and in docs/performance.md between its marks."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.measure import Spread

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
HEAD: Final = ("| what | ours | against | theirs | ratio | to reach | |", "|---|---|---|---|---|---|---|")
TITLES: Final[Mapping[str, str]] = {
    "start": "Start-up",
    "device": "A device command to its first byte",
    "codec": "Every message, there and back",
    "stream": "The decoder on a stream",
    "round-trip": "A request and its answer",
    "stop": "Ctrl-C to STOP",
    "death": "The computer's death",
    "load": "While a treatment runs",
    "wands": "Many wands in one process",
    "virtual": "Virtual time",
    "rules": "The decision",
    "store": "The store",
    "memory": "Memory",
}
"""Titles of the tables, by the names of their rows."""


def number(value: float) -> str:
    """Return a number with three digits that count."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 or not size else f"{value:.2g}"


def told(value: Spread | None, unit: str) -> str:
    """Return a median with its quartiles."""
    if value is None:
        return ""
    around = "" if value.low == value.high else f" ({number(value.low)}..{number(value.high)})"
    return f"{number(value.median)}{around} {unit}".strip()


def line(figure: Figure) -> str:
    """Return a figure as a line of its table."""
    sign = "" if figure.reached is None else "yes" if figure.reached else "**no**"
    cells = (
        figure.what,
        told(figure.ours, figure.unit),
        figure.against,
        told(figure.theirs, figure.unit),
        told(figure.ratio, ""),
        figure.reach,
        sign,
    )
    return "| " + " | ".join(cells) + " |"


def table(figures: Iterable[Figure]) -> str:
    """Return figures as one table."""
    return "\n".join([*HEAD, *(line(figure) for figure in figures)]) + "\n"


def block(result: Result, row: str) -> str:
    """Return what stands on the page for a row."""
    return table(figure for figure in result.figures if figure.row == row)


def conditions(result: Result) -> str:
    """Return on what the figures were taken."""
    where = result.machine
    sentence = f"Taken on {where['processor']}, {where['cores']} cores, {where['system']}, CPython {where['python']}."
    missing = "".join(f" Left out: {name} ({reason})." for name, reason in sorted(result.left_out.items()))
    return sentence + missing + "\n"


def written(page: str, result: Result) -> str:
    """Return the page with its blocks made anew."""
    for name, text in {"conditions": conditions(result), **{row: block(result, row) for row in TITLES}}.items():
        begin, end = f"<!-- {name}: made by `make bench` -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = page.partition(begin)
        if found:
            page = before + begin + text + end + rest.partition(end)[2]
    return page
