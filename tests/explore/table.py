"""The table of all ways between states, from what the search saw, and the page that holds it."""

from pathlib import Path
from typing import Final

from microderm_ctl.firmware import constants as k
from microderm_protocol import codes
from tests.explore.search import Moves

PAGE: Final = Path(__file__).parents[2] / "docs" / "wand" / "states.md"
BEGIN: Final = "<!-- table: made by `python -m tests.explore --small --write` -->\n"
END: Final = "<!-- end of the table -->\n"

_WORDS: Final = {
    (k.BOOT, k.SELF_TEST): "the first step",
    (k.SELF_TEST, k.SAFE): "passed",
    (k.SELF_TEST, k.LINKED): "passed, in a session",
    (k.SELF_TEST, k.COOLDOWN): "passed, cool-down owed",
    (k.SELF_TEST, k.SERVICE): "passed, asked for in SERVICE",
    (k.SELF_TEST, k.LOCKOUT): "passed, latched",
    (k.LINKED, k.SAFE): "line down, or 10 s of silence",
    (k.ARMED, k.RUN): "press",
    (k.HOLD, k.RUN): "motion once vented; a higher cap: and a press",
    (k.STOPPING, k.SAFE): "vacuum gone",
    (k.STOPPING, k.LINKED): "vacuum gone, in a session",
    (k.STOPPING, k.COOLDOWN): "vacuum gone, cool-down owed",
    (k.STOPPING, k.LOCKOUT): "vacuum gone, latched",
    (k.COOLDOWN, k.SAFE): "30 min powered",
    (k.COOLDOWN, k.LINKED): "30 min powered, in a session",
    (k.FAULT, k.SELF_TEST): "acknowledged, pressed, cause gone",
}
"""What leads on without a cause of its own."""
_TOLD_BY_CAUSE: Final = (k.HOLD, k.STOPPING, k.FAULT, k.LOCKOUT)


def merged(*parts: Moves) -> Moves:
    """Return the ways of several searches."""
    both: Moves = {}
    for part in parts:
        for way, by in part.items():
            both.setdefault(way, set()).update(by)
    return both


def lines(moves: Moves) -> list[str]:
    """Return the table: from, to, by what.

    Raises:
        KeyError: the search saw a way that nobody has words for.
    """
    rows = ["| from | to | by |", "|---|---|---|"]
    for before, after in sorted(moves):
        labels = sorted({_label(before, after, name, cause) for name, cause in moves[before, after]} - {"power"})
        if labels and before != after:
            rows.append(f"| {codes.STATES[before]} | {codes.STATES[after]} | {', '.join(labels)} |")
    powered = {after for (_, after), by in moves.items() if any(name == "power" for name, _ in by)}
    rows.append(f"| any | {' or '.join(codes.STATES[one] for one in sorted(powered))} | power, or a restart; LOCKOUT when latched |")
    return rows


def _label(before: int, after: int, name: str, cause: int) -> str:
    if name == "power":
        return name
    if name != "step":
        return name.split(maxsplit=1)[0]
    if (before, after) == (k.STOPPING, k.FAULT) and cause == k.SENSOR_RANGE:
        return "vacuum gone, stopped for a fault"  # the search takes one such cause for all of them
    if (before, after) in _WORDS and not (after in _TOLD_BY_CAUSE and cause != k.STUCK_PUMP):
        return _WORDS[before, after]
    if after in _TOLD_BY_CAUSE:
        return codes.CAUSES[cause]
    return _WORDS[before, after]


def on_page() -> str:
    """Return the table as it stands in the page."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def write(moves: Moves) -> None:
    """Put the table into the page."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + "\n".join(lines(moves)) + "\n" + END + rest.partition(END)[2], encoding="utf-8")
