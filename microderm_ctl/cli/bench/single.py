"""A short piece of work on one unit: unlocked, written down, and ended by what it came to."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from microderm_ctl.bench.gauges import GaugeRecord
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.live.judge import failures
from microderm_ctl.bench.measurement import Measurement, has_passed
from microderm_ctl.bench.procedure import Procedure, shipped
from microderm_ctl.cli.bench.station import Station


class Single:
    """The rows of a short piece of work."""

    def __init__(self, journal: Journal) -> None:
        """Take over a journal that has begun."""
        self._journal = journal
        self._judged: list[Measurement] = []

    def keep(self, name: str, found: Any) -> None:
        """Write down what was found."""
        self._journal.keep(name, found)

    def judge(self, measurements: Iterable[Measurement]) -> None:
        """Note what decides how it ends."""
        self._judged += measurements

    def end(self) -> None:
        """Write down how it came out."""
        judged = tuple(self._judged)
        self._journal.end(Ended("pass" if has_passed(judged) else "fail", "; ".join(failures(judged))))


@contextmanager
def single(
    station: Station,
    work: str,
    operator: str | None,
    gauge: GaugeRecord | None = None,
    environment: Environment = Environment(),  # noqa: B008 (an immutable value)
) -> Iterator[tuple[Single, Procedure]]:
    """Unlock the unit and write down that the work has begun; at the end how it came out.

    What is cut off has no end in the records, and is simply done again.
    """
    procedure = shipped()
    station.unlock()
    is_simulated = station.is_simulated or (gauge is not None and gauge.is_simulated)
    head = begun(work, station.unit.serial, operator or "", procedure, gauge, environment, is_simulated)
    kept = Single(Journal.begin(station.store, head, station.now_s))
    yield kept, procedure
    kept.end()
