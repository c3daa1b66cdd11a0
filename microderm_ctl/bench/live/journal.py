"""What a run has done, on the disk before it goes on; a run that was cut off goes on from here.

A run begins with a row that says who works on what, with which gauge and by which procedure, and ends
with one that says how it came out. Between them stands a row for each finished step with all that it
found, and one for each point as it was read. What is computed from these is not kept: it is computed again.
"""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any, Final, NamedTuple, TypeVar

from microderm_ctl.bench.frozen import conform, from_plain, to_plain
from microderm_ctl.bench.gauges.record import GaugeRecord
from microderm_ctl.bench.procedure import Procedure
from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.bench import BEGIN, END, BenchRow
from microderm_ctl.records.store import Store

STEP: Final = "step"
POINT: Final = "point"
RESUME: Final = "resume"
RUN_ID_BYTES: Final = 16

T = TypeVar("T")


class Begun(NamedTuple):
    """How a run began."""

    work: str
    """What is done: ``calibrate``, ``verify``, ``golden`` and so on."""
    serial: str
    operator: str
    procedure: str
    procedure_version: int
    procedure_sha256: str
    gauge: str
    """In a few words; empty where none is needed."""
    gauge_certificate: str
    temperature_c: float | None
    pressure_pa: int | None
    humidity_percent: float | None
    is_simulated: bool


class Ended(NamedTuple):
    """How a run came out."""

    outcome: str
    """pass, fail or stopped."""
    reason: str
    certificate: str = ""


def begun(
    work: str, serial: str, operator: str, procedure: Procedure, gauge: GaugeRecord | None, environment: "Environment", is_simulated: bool
) -> Begun:
    """Return how a run begins."""
    return Begun(
        work,
        serial,
        operator,
        procedure.name,
        procedure.version,
        procedure.sha256,
        gauge.label if gauge else "",
        gauge.certificate if gauge else "",
        *environment,
        is_simulated,
    )


class Environment(NamedTuple):
    """The air of the bench, as the operator read it; None where it was not asked for."""

    temperature_c: float | None = None
    pressure_pa: int | None = None
    humidity_percent: float | None = None


class Journal:
    """The rows of one run."""

    def __init__(self, store: Store, run_id: str, begin: Begun, now_s: Callable[[], int]) -> None:
        """Take up a run; use ``begin`` or ``resume``."""
        self.run_id = run_id
        self.begun = begin
        self._store = store
        self.now_s = now_s
        self._done: dict[str, Any] = {row.document["name"]: row.document["found"] for row in store.rows(run_id=run_id, kind=STEP)}

    @classmethod
    def begin(cls, store: Store, begin: Begun, now_s: Callable[[], int]) -> "Journal":
        """Begin a run, and write down that it has begun.

        Raises:
            FileProblem: it cannot be written; then nothing has begun.
        """
        run_id = token_hex(RUN_ID_BYTES)
        store.append_row(BEGIN, _document(begin), at_s=now_s(), run_id=run_id, unit=begin.serial)
        return cls(store, run_id, begin, now_s)

    @classmethod
    def resume(cls, store: Store, row: BenchRow, procedure: Procedure, now_s: Callable[[], int]) -> "Journal":
        """Take up a run that was cut off.

        Args:
            store: where it is.
            row: that it began with.
            procedure: as it is now.
            now_s: gives the UTC second.

        Raises:
            UsageProblem: the procedure is another one by now.
        """
        begin: Begun = from_plain(Begun, row.document)
        if begin.procedure_sha256 != procedure.sha256:
            raise UsageProblem(
                f"The run on unit {begin.serial} was begun by another {begin.procedure} (its file has changed since).",
                "What was measured by one procedure is not finished by another: end it with '--abandon', and begin anew.",
                {"begun_with": begin.procedure_sha256, "now": procedure.sha256},
            )
        journal = cls(store, row.run_id, begin, now_s)
        journal.log(RESUME, {"done": sorted(journal._done)})
        return journal

    def found(self, name: str, kind: type[T]) -> T | None:
        """Return what a step found, if it is done."""
        return from_plain(kind, self._done[name]) if name in self._done else None

    def keep(self, name: str, found: Any) -> None:
        """Write down that a step is done, and what it found.

        Raises:
            FileProblem: it cannot be written.
        """
        document = to_plain(conform(found))
        self._append(STEP, {"name": name, "found": document})
        self._done[name] = document

    def log(self, kind: str, document: Mapping[str, Any]) -> None:
        """Write down something besides, such as a point as it is read."""
        self._append(kind, dict(document))

    def end(self, ended: Ended) -> None:
        """Write down how it came out; after that it is finished, and can be shared."""
        self._append(END, _document(ended))

    def times_s(self) -> tuple[int, int]:
        """Return when the first and the last row were written, UTC."""
        rows = self._store.rows(run_id=self.run_id)
        return rows[0].at_s, rows[-1].at_s

    def _append(self, kind: str, document: dict[str, Any]) -> None:
        self._store.append_row(kind, document, at_s=self.now_s(), run_id=self.run_id, unit=self.begun.serial)


def _document(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = to_plain(conform(value))
    return document


def open_runs(store: Store, work: str | None = None, unit: str | None = None) -> tuple[BenchRow, ...]:
    """Return the first rows of the runs that have no end, oldest first."""
    ended = {row.run_id for row in store.rows(kind=END)}
    begun_rows = store.rows(kind=BEGIN, unit=unit) if unit else store.rows(kind=BEGIN)
    return tuple(row for row in begun_rows if row.run_id not in ended and work in (None, row.document["work"]))
