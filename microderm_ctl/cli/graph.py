"""A small graph of vacuum over time, in letters, for a terminal of 80 columns."""

from collections.abc import Sequence
from typing import Final

from microderm_ctl.cli.printer import Fixed

ROWS: Final = 8
COLUMNS: Final = 66
_MARK: Final = "#"


def graph(samples: Sequence[tuple[int, int]], rows: int = ROWS, width: int = COLUMNS, unit: str = "s") -> list[str]:
    """Return a graph as lines, each column the greatest vacuum of its share of time.

    Args:
        samples: milliseconds and pascals, in the order of time.
        rows: how many lines it is high.
        width: how many columns it is wide.
        unit: of the time below it, ``s`` or ``ms``.
    """
    if not samples:
        return []
    first_ms, last_ms = samples[0][0], samples[-1][0]
    columns = min(width, len(samples))
    most = [0] * columns
    for t_ms, vacuum_pa in samples:
        place = (t_ms - first_ms) * (columns - 1) // max(last_ms - first_ms, 1)
        most[place] = max(most[place], vacuum_pa)
    top_pa = max(1000, *most)
    lines: list[str] = []
    for row in range(rows, 0, -1):
        least_pa = top_pa * (2 * row - 1) // (2 * rows)
        marks = "".join(_MARK if value >= least_pa else " " for value in most)
        lines.append(Fixed(f"{top_pa * row / rows / 1000:5.1f} kPa |{marks}".rstrip()))
    first, last = (f"{first_ms} ms", f"{last_ms} ms") if unit == "ms" else (f"{first_ms / 1000:.1f} s", f"{last_ms / 1000:.1f} s")
    return [*lines, Fixed(f"          +{'-' * columns}"), Fixed(f"           {first}{last.rjust(columns - len(first))}")]
