"""Patch tests: begun before the wand is armed, ended by what happened, judged by the person a day later."""

from typing import Any, Final

from microderm_ctl.records.rows import PatchTest
from microderm_ctl.records.wands import WandsPart
from microderm_ctl.safety import Grit, PatchResult, Zone

_PATCH: Final = """
SELECT id, person_id, wand_serial, command_id, site, vacuum_pa, grit, started_s,
       ended_s, sealed_ms, cause, complete, result, result_at_s
FROM patch_tests
"""


class PatchesPart(WandsPart):
    """The patch tests of a store."""

    def begin_patch_test(self, person_id: int, wand_serial: str, site: Zone, vacuum_pa: int, grit: Grit, now_s: int) -> PatchTest:
        """Keep the intent, on the disk when this returns, and draw the command id for the wand.

        Raises:
            FileProblem: it cannot be kept; the wand may not be armed.
        """
        with self._write():
            self._run("INSERT OR IGNORE INTO wands VALUES (?, ?, ?)", wand_serial, now_s, now_s)
            patch_id = self._insert(
                "patch_tests", person_id=person_id, wand_serial=wand_serial, command_id=self._new_command_id(wand_serial),
                site=site, vacuum_pa=vacuum_pa, grit=grit, started_s=now_s,
            )  # fmt: skip
        return self.patch_test(patch_id)

    def finish_patch_test(self, patch_id: int, ended_s: int, sealed_ms: int, cause: str, complete: bool) -> PatchTest:
        """Keep how a patch test ended; only a complete one says anything about the skin."""
        with self._write():
            ended = "UPDATE patch_tests SET ended_s = ?, sealed_ms = ?, cause = ?, complete = ? WHERE id = ?"
            self._run(ended, ended_s, sealed_ms, cause, complete, patch_id)
        return self.patch_test(patch_id)

    def keep_patch_result(self, patch_id: int, result: PatchResult, now_s: int) -> PatchTest:
        """Keep how the tested spot looks now."""
        with self._write():
            self._run("UPDATE patch_tests SET result = ?, result_at_s = ? WHERE id = ?", result, now_s, patch_id)
        return self.patch_test(patch_id)

    def patch_test(self, patch_id: int) -> PatchTest:
        """Return one patch test."""
        with self._understood():
            return _patch(self._read(f"{_PATCH} WHERE id = ?", patch_id)[0])

    def patch_tests(self, person_id: int) -> tuple[PatchTest, ...]:
        """Return a person's patch tests, the first one first."""
        with self._understood():
            return tuple(_patch(row) for row in self._read(f"{_PATCH} WHERE person_id = ? ORDER BY started_s, id", person_id))

    def _settle_patch_tests(self, wand_serial: str, used_ms: dict[int, int]) -> None:
        """Close the patch tests of a wand that were cut off, inside a ``_write``; none of them is complete."""
        cut_off = self._run("SELECT id, command_id FROM patch_tests WHERE wand_serial = ? AND ended_s IS NULL", wand_serial).fetchall()
        for patch_id, command_id in cut_off:
            ended = "UPDATE patch_tests SET ended_s = started_s, sealed_ms = ?, cause = 'unknown' WHERE id = ?"
            self._run(ended, used_ms.get(command_id), patch_id)


def _patch(row: tuple[Any, ...]) -> PatchTest:
    patch = PatchTest(*row)
    result = PatchResult(patch.result) if patch.result else None
    return patch._replace(site=Zone(patch.site), grit=Grit(patch.grit), complete=bool(patch.complete), result=result)
