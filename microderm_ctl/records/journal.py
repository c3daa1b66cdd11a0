"""The journal: how a person's skin was, by date, in their own view. What was written is never changed."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.base import StoreBase
from microderm_ctl.safety import Zone

WORST: Final = 1
BEST: Final = 5
"""Steps of each scale: more is better, for pores and redness too."""
WORDS_MOST: Final = 500
"""Letters of the free words."""
_ENTRY: Final = """
SELECT id, person_id, at_s, written_s, smoothness, pores, redness, comfort, clogged, words, replaces_id, removed_s
FROM journal
"""
_EMPTIED: Final = """
UPDATE journal SET removed_s = ?, smoothness = NULL, pores = NULL, redness = NULL, comfort = NULL, clogged = NULL, words = ''
WHERE id = ?
"""


class Results(NamedTuple):
    """What a person says of their skin: steps from 1 (worst) to 5 (best), None where they did not say.

    ``pores`` 5 is no pores to be seen, ``redness`` 5 not red, ``comfort`` 5 nothing felt. ``clogged`` are zones with
    blackheads, empty for nowhere. ``words`` are free.
    """

    smoothness: int | None = None
    pores: int | None = None
    redness: int | None = None
    comfort: int | None = None
    clogged: tuple[Zone, ...] | None = None
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was said."""
        return self == Results()


class JournalEntry(NamedTuple):
    """One entry: how the skin was at ``at_s``, written down at ``written_s``.

    ``replaces_id`` names the entry that this one corrects. Once removed, an entry has its number and times, and
    nothing else.
    """

    id: int
    person_id: int
    at_s: int
    written_s: int
    results: Results
    replaces_id: int | None = None
    removed_s: int | None = None


def standing_entries(entries: Iterable[JournalEntry]) -> tuple[JournalEntry, ...]:
    """Return the entries that count, by date: neither removed nor corrected by a newer one."""
    known = tuple(entries)
    replaced = {entry.replaces_id for entry in known}
    counted = (entry for entry in known if entry.removed_s is None and entry.id not in replaced)
    return tuple(sorted(counted, key=lambda entry: (entry.at_s, entry.id)))


class JournalPart(StoreBase):
    """The journals of a store's people."""

    def keep_results(self, person_id: int, results: Results, now_s: int, corrects_id: int | None = None) -> JournalEntry:
        """Keep how the skin is now; or how it really was at the time of an entry that is corrected.

        Raises:
            UsageProblem: there is no such entry, or it was removed or corrected before.
            FileProblem: it cannot be kept.
        """
        at_s = now_s if corrects_id is None else self.counted_entry(person_id, corrects_id).at_s
        clogged = None if results.clogged is None else ",".join(results.clogged)
        with self._write():
            entry_id = self._insert(
                "journal", person_id=person_id, at_s=at_s, written_s=now_s, smoothness=results.smoothness, pores=results.pores,
                redness=results.redness, comfort=results.comfort, clogged=clogged, words=results.words, replaces_id=corrects_id,
            )  # fmt: skip
        return self._entry(person_id, entry_id)

    def remove_results(self, person_id: int, entry_id: int, now_s: int) -> JournalEntry:
        """Empty an entry, with those before it that it corrected; that there was one stays.

        Raises:
            UsageProblem: there is no such entry, or it was removed or corrected before.
            FileProblem: it cannot be written.
        """
        entry = self.counted_entry(person_id, entry_id)
        known = {one.id: one for one in self.journal(person_id)}
        with self._write():
            before: JournalEntry | None = entry
            while before is not None:
                self._run(_EMPTIED, now_s, before.id)
                before = known.get(before.replaces_id or 0)
        return self._entry(person_id, entry_id)

    def journal(self, person_id: int) -> tuple[JournalEntry, ...]:
        """Return all entries of a person in the order in which they were written, removed and corrected ones too."""
        with self._understood():
            return tuple(_of_row(row) for row in self._read(f"{_ENTRY} WHERE person_id = ? ORDER BY id", person_id))

    def _entry(self, person_id: int, entry_id: int) -> JournalEntry:
        for entry in self.journal(person_id):
            if entry.id == entry_id:
                return entry
        raise UsageProblem(f"There is no journal entry number {entry_id}.", "'microderm journal' shows the numbers.")

    def counted_entry(self, person_id: int, entry_id: int) -> JournalEntry:
        """Return an entry that counts.

        Raises:
            UsageProblem: there is no such entry, or it was removed or corrected.
        """
        entry = self._entry(person_id, entry_id)
        if entry in standing_entries(self.journal(person_id)):
            return entry
        gone = "removed" if entry.removed_s is not None else "corrected by a newer one"
        raise UsageProblem(f"The journal entry number {entry_id} was {gone}.", "'microderm journal' shows those that count.")


def _of_row(row: tuple[Any, ...]) -> JournalEntry:
    entry_id, person_id, at_s, written_s, smoothness, pores, redness, comfort, clogged, words, replaces_id, removed_s = row
    zones = None if clogged is None else tuple(Zone(name) for name in clogged.split(",") if name)
    results = Results(smoothness, pores, redness, comfort, zones, words)
    return JournalEntry(entry_id, person_id, at_s, written_s, results, replaces_id, removed_s)
