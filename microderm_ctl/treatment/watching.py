"""Who watches a run: what it is shown, and how it says what the person wishes."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from microderm_ctl.link.values import Reading
from microderm_ctl.safety import PlannedZone
from microderm_ctl.treatment.events import Event, Wish


class Progress(NamedTuple):
    """Where a run stands, ten times a second; ``now`` is what to do, ``zone`` with the limits in force."""

    reading: Reading
    row: int
    rows: int
    zone: PlannedZone
    pass_number: int
    row_left_ms: int
    treatment_left_ms: int
    now: Event


class Watcher(Protocol):
    """Who shows a run to the person, and hears what the person wishes."""

    def told(self, event: Event, t_ms: int) -> None:
        """Take in what has happened, in milliseconds since ARM."""

    def shown(self, progress: Progress) -> None:
        """Take in where the run stands."""

    def wishes(self) -> Sequence[Wish]:
        """Return what the person asked for since the last time, without waiting."""
