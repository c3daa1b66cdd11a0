"""Treatments: the intent before the wand is armed, how it ended, and how the skin was afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.files import lay_ballast
from microderm_ctl.records.patches import PatchesPart
from microderm_ctl.records.rows import SETTLED_BY_RUN, TreatmentRecord, ZoneRecord, from_json, to_json
from microderm_ctl.records.traces import RowUse, TracesPart, use_of_rows
from microderm_ctl.safety import Aftermath, Ending, Grit, Plan, Zone

_TREATMENT: Final = """
SELECT id, person_id, wand_serial, command_id, entry_before, finishes_id, grit, plan, answers, limits, started_s, reserved_ms,
       ended_s, sealed_ms, cause, settled_by, ending, felt, aftermath, aftermath_at_s
FROM treatments
"""
_ZONE_COLUMNS: Final = "row, zone, cap_pa, level_pa, planned_s, planned_passes, passes, sealed_ms, mean_pa, max_pa, completed"
_ZONE: Final = f"SELECT {_ZONE_COLUMNS} FROM treatment_zones WHERE treatment_id = ? ORDER BY row"
_ZONES_OF_PERSON: Final = f"""
SELECT treatment_id, {_ZONE_COLUMNS} FROM treatment_zones
WHERE treatment_id IN (SELECT id FROM treatments WHERE person_id = ?) ORDER BY treatment_id, row
"""
_KEEP_ZONE: Final = """
UPDATE treatment_zones SET sealed_ms = ?, passes = ?, completed = ?, mean_pa = ?, max_pa = ? WHERE treatment_id = ? AND row = ?
"""


class ZoneUse(NamedTuple):
    """What one row of a plan got, as the wand counted it. Mean and greatest vacuum come from the trace."""

    row: int
    sealed_ms: int
    passes: int
    completed: bool


class TreatmentsPart(PatchesPart, TracesPart):
    """The treatments of a store."""

    def begin_treatment(
        self,
        person_id: int,
        wand_serial: str,
        plan: Plan,
        answers: Mapping[str, object],
        now_s: int,
        *,
        entry_before: int | None = None,
        finishes_id: int | None = None,
    ) -> TreatmentRecord:
        """Keep the intent, on the disk when this returns, and draw the command id for the wand.

        Until it is finished or settled, all of its planned seconds count as used.

        Args:
            person_id: who is treated.
            wand_serial: the wand that will be armed.
            plan: what was decided; its zones are the rows of ARM, in this order.
            answers: today's answers by question id.
            now_s: the UTC that goes into ARM.
            entry_before: number of the newest entry in the wand's ledger, 0 if it has none, None if unknown.
            finishes_id: the interrupted treatment that this one finishes.

        Raises:
            FileProblem: it cannot be kept, or there is no room for its end; the wand may not be armed.
        """
        lay_ballast(self.path)
        with self._write():
            self._run("INSERT OR IGNORE INTO wands VALUES (?, ?, ?)", wand_serial, now_s, now_s)
            treatment_id = self._insert(
                "treatments", person_id=person_id, wand_serial=wand_serial, command_id=self._new_command_id(wand_serial),
                entry_before=entry_before, finishes_id=finishes_id, grit=plan.grit, plan=to_json(plan), answers=to_json(answers),
                started_s=now_s, reserved_ms=plan.treatment_s * 1000,
            )  # fmt: skip
            for row, zone in enumerate(plan.zones):
                self._insert(
                    "treatment_zones", treatment_id=treatment_id, row=row, zone=zone.zone, cap_pa=zone.cap_pa,
                    level_pa=zone.level_pa, planned_s=zone.seconds, planned_passes=zone.passes,
                )  # fmt: skip
        return self.treatment(treatment_id)

    def keep_limits(self, treatment_id: int, limits: Mapping[str, object]) -> None:
        """Keep the limits in force, as the wand answered ARM."""
        with self._write():
            self._run("UPDATE treatments SET limits = ? WHERE id = ?", to_json(limits), treatment_id)

    def finish_treatment(
        self, treatment_id: int, ended_s: int, sealed_ms: int, cause: str, zones: Sequence[ZoneUse] = ()
    ) -> TreatmentRecord:
        """Keep how a treatment ended; on a disk that has filled up, in the room that was held back for this.

        Raises:
            FileProblem: it cannot be kept; the treatment stays open and counts in full.
        """
        traced = use_of_rows(self.trace(treatment_id))

        def end() -> None:
            with self._write():
                for zone in zones:
                    self._keep_zone(treatment_id, zone, traced.get(zone.row, RowUse()))
                self._end(treatment_id, ended_s, sealed_ms, cause, SETTLED_BY_RUN)

        self._at_last(end)
        return self.treatment(treatment_id)

    def abandon_treatment(self, treatment_id: int, now_s: int, cause: str) -> TreatmentRecord:
        """Keep that the wand refused to arm: nothing was used."""
        return self.finish_treatment(treatment_id, now_s, 0, cause)

    def keep_felt(self, treatment_id: int, ending: Ending, felt: str | None = None) -> TreatmentRecord:
        """Keep why the treatment ended and how it felt, in the person's view."""
        with self._write():
            self._run("UPDATE treatments SET ending = ?, felt = ? WHERE id = ?", ending, felt, treatment_id)
        return self.treatment(treatment_id)

    def keep_aftermath(self, treatment_id: int, aftermath: Aftermath, now_s: int) -> TreatmentRecord:
        """Keep how the skin was in the days after a treatment."""
        with self._write():
            self._run("UPDATE treatments SET aftermath = ?, aftermath_at_s = ? WHERE id = ?", aftermath, now_s, treatment_id)
        return self.treatment(treatment_id)

    def treatment(self, treatment_id: int) -> TreatmentRecord:
        """Return one treatment.

        Raises:
            UsageProblem: there is none with this id.
        """
        rows = self._read(f"{_TREATMENT} WHERE id = ?", treatment_id)
        if not rows:
            raise UsageProblem(f"There is no treatment number {treatment_id}.", "'microderm history' shows the numbers.")
        return self._treatment(rows[0])

    def treatments(self, person_id: int) -> tuple[TreatmentRecord, ...]:
        """Return a person's treatments, the first one first."""
        zones: dict[int, list[tuple[Any, ...]]] = {}
        for treatment_id, *columns in self._read(_ZONES_OF_PERSON, person_id):
            zones.setdefault(treatment_id, []).append(tuple(columns))
        rows = self._read(f"{_TREATMENT} WHERE person_id = ? ORDER BY started_s, id", person_id)
        return tuple(self._treatment(row, zones.get(row[0], ())) for row in rows)

    def open_treatments(self, wand_serial: str | None = None) -> tuple[TreatmentRecord, ...]:
        """Return the treatments whose end is not known: running, or cut off; of one wand or of all."""
        rows = self._read(f"{_TREATMENT} WHERE ended_s IS NULL AND wand_serial = coalesce(?, wand_serial) ORDER BY id", wand_serial)
        return tuple(self._treatment(row) for row in rows)

    def _treatment(self, row: tuple[Any, ...], zones: Sequence[tuple[Any, ...]] | None = None) -> TreatmentRecord:
        """Return the record of a row; its zones are read, if they were not yet."""
        with self._understood():
            record = TreatmentRecord(*row)
            return record._replace(
                grit=Grit(record.grit),
                plan=from_json(row[7]),
                answers=from_json(row[8]),
                limits=None if row[9] is None else from_json(row[9]),
                ending=Ending(record.ending) if record.ending else None,
                aftermath=Aftermath(record.aftermath) if record.aftermath else None,
                zones=tuple(_zone(columns) for columns in (self._read(_ZONE, record.id) if zones is None else zones)),
            )

    def _keep_zone(self, treatment_id: int, zone: ZoneUse, traced: RowUse) -> None:
        self._run(_KEEP_ZONE, zone.sealed_ms, zone.passes, zone.completed, traced.mean_pa, traced.max_pa, treatment_id, zone.row)

    def _end(self, treatment_id: int, ended_s: int, sealed_ms: int, cause: str, settled_by: str) -> None:
        ended = "UPDATE treatments SET ended_s = ?, sealed_ms = ?, cause = ?, settled_by = ? WHERE id = ? AND ended_s IS NULL"
        if self._run(ended, ended_s, sealed_ms, cause, settled_by, treatment_id).rowcount != 1:
            raise ValueError(f"treatment {treatment_id} is not open")


def _zone(row: tuple[Any, ...]) -> ZoneRecord:
    number, zone, *figures, completed = row
    return ZoneRecord._make((number, Zone(zone), *figures, bool(completed)))
