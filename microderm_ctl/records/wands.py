"""Wands that were connected, and what their ledgers said."""

import secrets
from collections.abc import Sequence
from typing import Final

from microderm_ctl.records.base import StoreBase
from microderm_ctl.records.rows import WandEntry, WandSeen

_ENTRY: Final = "entry, command_id, tag, armed_s, patch_test, is_open, cause, reserved_ms, used_ms"
_KEEP_ENTRY: Final = f"""
INSERT INTO ledger_seen (wand_serial, {_ENTRY}, seen_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (wand_serial, command_id) DO UPDATE SET
    tag = excluded.tag, armed_s = max(armed_s, excluded.armed_s), patch_test = min(patch_test, excluded.patch_test),
    reserved_ms = max(reserved_ms, excluded.reserved_ms), used_ms = max(used_ms, excluded.used_ms),
    is_open = excluded.is_open, cause = excluded.cause, seen_s = excluded.seen_s
"""
_SEE_WAND: Final = """
INSERT INTO wands (serial, first_seen_s, last_seen_s) VALUES (?, ?, ?)
ON CONFLICT (serial) DO UPDATE SET last_seen_s = max(last_seen_s, excluded.last_seen_s)
"""


class WandsPart(StoreBase):
    """The wands of a store and their ledgers."""

    def see_wand(self, serial: str, now_s: int) -> None:
        """Note that a wand is connected."""
        with self._write():
            self._run(_SEE_WAND, serial, now_s, now_s)

    def wands(self) -> tuple[WandSeen, ...]:
        """Return every wand that was ever connected, the latest first."""
        return tuple(
            WandSeen(*row) for row in self._read("SELECT serial, first_seen_s, last_seen_s FROM wands ORDER BY last_seen_s DESC, serial")
        )

    def keep_ledger(self, serial: str, entries: Sequence[WandEntry], now_s: int) -> None:
        """Keep what a wand's ledger says; what was seen once counts for ever, even when the wand forgets it.

        What was changed in the store since is put right by the wand's word, unless it counts less.
        """
        with self._write():
            self._run(_SEE_WAND, serial, now_s, now_s)
            for entry in entries:
                self._run(_KEEP_ENTRY, serial, *entry, now_s)

    def ledger(self, serial: str | None = None) -> tuple[WandEntry, ...]:
        """Return the entries that were seen on a wand, or on all wands, the oldest first."""
        where, values = ("", ()) if serial is None else ("WHERE wand_serial = ?", (serial,))
        rows = self._read(f"SELECT {_ENTRY} FROM ledger_seen {where} ORDER BY armed_s, wand_serial, entry", *values)
        entries = (WandEntry(*row) for row in rows)
        return tuple(entry._replace(patch_test=bool(entry.patch_test), is_open=bool(entry.is_open)) for entry in entries)

    def _new_command_id(self, serial: str) -> int:
        """Return a command id, from 1 to 2**32 - 1, that was never used with a wand, inside a ``_write``."""
        used = "SELECT 1 FROM {} WHERE wand_serial = ? AND command_id = ?"
        while True:
            drawn = secrets.randbelow(2**32 - 1) + 1
            if not any(self._run(used.format(table), serial, drawn).fetchone() for table in ("treatments", "patch_tests", "ledger_seen")):
                return drawn
