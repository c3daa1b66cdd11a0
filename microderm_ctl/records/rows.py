"""What the store hands out: one plain value a row, in the words and units of the safety rules."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from microderm_ctl.safety import Aftermath, Ending, Grit, PatchResult, Person, Skin, Thickness, Zone

SETTLED_BY_RUN: Final = "run"
"""The program that led the treatment wrote down how it ended."""
SETTLED_BY_LEDGER: Final = "ledger"
"""That program was cut off; the wand's ledger said how much was used."""
SETTLED_BY_RESERVE: Final = "reserve"
"""Nobody knows how much was used, so all that was planned counts."""


class Profile(NamedTuple):
    """A person's skin as it was saved at ``at_s``; what is None was not known.

    ``answers`` are the questions of the set-up as they were answered, by id.
    """

    skin: Skin | None = None
    thickness: Thickness | None = None
    fitzpatrick: int | None = None
    birth_year: int | None = None
    answers: Mapping[str, str] = {}
    at_s: int = 0

    def person(self, tag: str, now_s: int) -> Person:
        """Return the person that the rules judge; the age is the one reached in the year of ``now_s``."""
        age = None if self.birth_year is None else _year(now_s) - self.birth_year
        return Person(self.skin, self.thickness, self.fitzpatrick, age, tag)

    def same_skin(self, other: "Profile") -> bool:
        """Say whether two profiles differ in nothing but when they were saved."""
        return self._replace(at_s=0) == other._replace(at_s=0)


def profile_of(person: Person, answers: Mapping[str, str], now_s: int) -> Profile:
    """Return the profile to keep of a person whose age was asked at ``now_s``, with the answers that led to it."""
    birth_year = None if person.age_years is None else _year(now_s) - person.age_years
    return Profile(person.skin, person.thickness, person.fitzpatrick, birth_year, dict(answers))


def _year(utc_s: int) -> int:
    return datetime.fromtimestamp(utc_s, UTC).year


class PersonRecord(NamedTuple):
    """A person of this store with the profile that holds. ``tag`` is eight hex digits."""

    id: int
    name: str
    tag: str
    began_s: int
    profile: Profile

    def judged(self, now_s: int) -> Person:
        """Return the person that the rules judge at a UTC second."""
        return self.profile.person(self.tag, now_s)

    @property
    def wire_tag(self) -> int:
        """The tag as the number that goes over the wire, from 1 to 2**32 - 1."""
        return int(self.tag, 16)


class PatchTest(NamedTuple):
    """A patch test; ``ended_s`` None means that nobody knows how it ended."""

    id: int
    person_id: int
    wand_serial: str
    command_id: int
    site: Zone
    vacuum_pa: int
    grit: Grit
    started_s: int
    ended_s: int | None
    sealed_ms: int | None
    cause: str | None
    complete: bool
    result: PatchResult | None
    result_at_s: int | None


class ZoneRecord(NamedTuple):
    """What one zone was to get and got. Mean and greatest vacuum are over sealed time."""

    row: int
    zone: Zone
    cap_pa: int
    level_pa: int
    planned_s: int
    planned_passes: int
    passes: int = 0
    sealed_ms: int = 0
    mean_pa: int = 0
    max_pa: int = 0
    completed: bool = False


class TreatmentRecord(NamedTuple):
    """A treatment from intent to aftermath. While ``ended_s`` is None it is open, or was cut off."""

    id: int
    person_id: int
    wand_serial: str
    command_id: int
    entry_before: int | None
    finishes_id: int | None
    grit: Grit
    plan: Mapping[str, object]
    answers: Mapping[str, object]
    limits: Mapping[str, object] | None
    started_s: int
    reserved_ms: int
    ended_s: int | None
    sealed_ms: int | None
    cause: str | None
    settled_by: str | None
    ending: Ending | None
    felt: str | None
    aftermath: Aftermath | None
    aftermath_at_s: int | None
    zones: tuple[ZoneRecord, ...] = ()

    @property
    def counted_ms(self) -> int:
        """Sealed milliseconds that count: what was used, or the whole reserve while that is not known."""
        return self.reserved_ms if self.sealed_ms is None else self.sealed_ms


class WandEntry(NamedTuple):
    """One entry of a wand's ledger as it was read. ``entry`` numbers rise by one; ``tag`` is eight hex digits."""

    entry: int
    command_id: int
    tag: str
    armed_s: int
    patch_test: bool
    is_open: bool
    cause: str
    reserved_ms: int
    used_ms: int

    @property
    def counted_ms(self) -> int:
        """Sealed milliseconds that count; an entry that power was lost under counts in full."""
        return self.reserved_ms if self.is_open else self.used_ms


class WandSeen(NamedTuple):
    """A wand that was connected."""

    serial: str
    first_seen_s: int
    last_seen_s: int


def tag_text(wire_tag: int) -> str:
    """Return a person's tag, as it is kept, from the number on the wire."""
    return f"{wire_tag:08x}"


def plain(value: object) -> object:
    """Return a value with its named tuples as dictionaries, fit for JSON."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(member) for name, member in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return [plain(member) for member in value]
    return value


def to_json(value: object) -> str:
    """Return a value as the JSON text that the store keeps."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def from_json(text: str) -> dict[str, object]:
    """Return a JSON object that the store kept.

    Raises:
        ValueError: it is not an object.
    """
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
