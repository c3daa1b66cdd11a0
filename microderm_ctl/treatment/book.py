"""Where a run is written down: begun on disk before the wand is armed, ended with what the wand counted."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from microderm_ctl.link.values import Reading
from microderm_ctl.records.rows import PatchTest, TreatmentRecord
from microderm_ctl.records.store import Store
from microderm_ctl.records.traces import Sample
from microderm_ctl.records.treatments import ZoneUse
from microderm_ctl.safety import Plan
from microderm_ctl.treatment.plan import Prepared, last_parts, passes_done
from microderm_ctl.wand import LimitsInForce
from microderm_protocol import codes


class Used(NamedTuple):
    """What the wand counted: sealed milliseconds in all and by row, the cause, and whether all planned time was used."""

    sealed_ms: int
    row_ms: tuple[int, ...]
    cause: str
    complete: bool


class Book(Protocol):
    """A record that is begun, grows and is ended."""

    @property
    def command_id(self) -> int:
        """The number under which the wand's ledger knows it."""

    def keep_limits(self, in_force: LimitsInForce) -> None:
        """Keep the limits in force."""

    def sample(self, sample: Sample) -> None:
        """Keep one more sample of telemetry."""

    def end(self, ended_s: int, used: Used) -> None:
        """Keep how it ended."""


class TreatmentBook:
    """The record of a treatment."""

    def __init__(self, store: Store, prepared: Prepared, serial: str, plan: Plan, answers: Mapping[str, str], finishes: bool) -> None:
        """Begin the record on disk.

        Raises:
            FileProblem: it cannot be kept; the wand may not be armed.
        """
        parts = last_parts(store, prepared.record.id) if finishes else ()
        self._store = store
        self._plan = plan
        self.record: TreatmentRecord = store.begin_treatment(
            prepared.record.id,
            serial,
            plan,
            answers,
            prepared.now_s,
            entry_before=prepared.newest_entry,
            finishes_id=parts[-1].id if parts else None,
        )

    @property
    def command_id(self) -> int:
        """The number under which the wand's ledger knows it."""
        return self.record.command_id

    def keep_limits(self, in_force: LimitsInForce) -> None:
        """Keep the limits in force."""
        self._store.keep_limits(self.record.id, in_force._asdict() | {"rows": [row._asdict() for row in in_force.rows]})

    def sample(self, sample: Sample) -> None:
        """Keep one more sample of the trace."""
        self._store.append_sample(self.record.id, sample)

    def end(self, ended_s: int, used: Used) -> None:
        """Keep how it ended, zone by zone."""
        zones = [
            ZoneUse(row, ms, passes_done(zone, ms), ms >= zone.seconds * 1000)
            for row, (zone, ms) in enumerate(zip(self._plan.zones, used.row_ms, strict=False))
        ]
        self.record = self._store.finish_treatment(self.record.id, ended_s, used.sealed_ms, used.cause, zones)


class PatchBook:
    """The record of a patch test; it has no trace."""

    def __init__(self, store: Store, prepared: Prepared, serial: str, plan: Plan) -> None:
        """Begin the record on disk.

        Raises:
            FileProblem: it cannot be kept; the wand may not be armed.
        """
        spot = plan.zones[0]
        self._store = store
        self.record: PatchTest = store.begin_patch_test(prepared.record.id, serial, spot.zone, spot.level_pa, plan.grit, prepared.now_s)

    @property
    def command_id(self) -> int:
        """The number under which the wand's ledger knows it."""
        return self.record.command_id

    def keep_limits(self, in_force: LimitsInForce) -> None:
        """Keep nothing: a patch test has one setting."""

    def sample(self, sample: Sample) -> None:
        """Keep nothing: three seconds need no trace."""

    def end(self, ended_s: int, used: Used) -> None:
        """Keep how it ended; only a complete one says anything about the skin."""
        self.record = self._store.finish_patch_test(self.record.id, ended_s, used.sealed_ms, used.cause, used.complete)


def sample_of(reading: Reading, t_ms: int) -> Sample:
    """Return a reading of the wand as the trace keeps it, in milliseconds since ARM."""
    state = codes.STATES.index(reading.state) if reading.state in codes.STATES else 0xFF
    row = codes.NO_ROW if reading.row is None else reading.row
    return Sample(t_ms, reading.vacuum_pa, reading.set_point_pa, reading.cap_pa, state, row, reading.flags)
