"""What really happened in a virtual wand, step by step: the oracle of tests, in the wand's own time.

A line of JSON a step, written whole and at once, so that it survives whatever
becomes of the other side or of the simulator itself:

    {"serial": "SIM-0001", "ms": 4120, "tick": 4120, "state": "RUN", "cause": "none", "line": true, "lease_ms": 420,
     "duty": 14200, "vent": false, "vacuum_pa": 9981, "seal_mm2": 0.08, "motion_mg": 101, "signal": "running", "dropped_ms": 0}

``ms`` counts from the wand's first start and goes on over resets; ``tick`` is what
the wand's program sees. ``vacuum_pa`` is the true vacuum, ``vent`` what the valve
is told, ``line`` whether the wand sees the computer, ``lease_ms`` how long it
would go on without another renewal. A wand without power is in the
state ``OFF``, and ``LOADER`` in its loader. ``dropped_ms`` is the real time that was
left out so far because this process was late.
"""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from microderm_ctl.errors import FileProblem

if TYPE_CHECKING:
    from microderm_ctl.simulator.unit import Unit


class Tracer(Protocol):
    """Whatever takes each step of a unit."""

    def row(self, unit: "Unit", /) -> None:
        """Take the step that a unit has just made."""


class Trace:
    """A file that takes a line for each step of each unit."""

    def __init__(self, path: Path, append: bool = False) -> None:
        """Begin the file anew, or go on with it.

        Raises:
            FileProblem: it cannot be written.
        """
        try:
            self._file = path.open("a" if append else "w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise FileProblem(f"The trace '{path}' cannot be written.", "Name another file with --trace.") from error

    def row(self, unit: "Unit") -> None:
        """Write the line of the step that a unit has just taken."""
        self._file.write(trace_line(unit))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the trace itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()


def trace_line(unit: "Unit") -> str:
    """Return the line of the step that a unit has just taken."""
    board, hand = unit.board, unit.board.hand
    return (
        f'{{"serial": "{unit.serial}", "ms": {unit.now_ms}, "tick": {board.ticks_ms()}, "state": "{unit.state}", '
        f'"cause": "{unit.cause}", "line": {_json(board.line_up())}, "lease_ms": {unit.lease_ms}, '
        f'"duty": {board.duty}, "vent": {_json(board.vent_open)}, '
        f'"vacuum_pa": {board.vacuum_pa:.0f}, "seal_mm2": {hand.seal_mm2:.3g}, "motion_mg": {hand.motion_mg}, '
        f'"signal": "{unit.signal}", "dropped_ms": {unit.dropped_ms}}}\n'
    )


def _json(value: bool) -> str:
    return "true" if value else "false"
