"""People, their profiles as they were edited, and what a professional wrote down for them."""

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from microderm_ctl.errors import UsageProblem
from microderm_ctl.records.base import StoreBase
from microderm_ctl.records.rows import PersonRecord, Profile, from_json, to_json
from microderm_ctl.safety import ProfessionalPlan, Skin, Thickness

NAME_MOST: Final = 60
"""Letters in a name."""
_PERSON: Final = "SELECT id, name, tag, began_s FROM persons"
_PROFILE: Final = "SELECT skin, thickness, fitzpatrick, birth_year, answers, at_s FROM profiles WHERE person_id = ? ORDER BY id"


class PersonsPart(StoreBase):
    """The people of a store."""

    def create_person(self, name: str, profile: Profile, now_s: int) -> PersonRecord:
        """Keep a new person, who begins now and gets a random tag.

        Raises:
            UsageProblem: the name is empty, too long, unprintable or taken.
        """
        name = _checked_name(name)
        with self._write():
            if self._run("SELECT 1 FROM persons WHERE name_key = ?", _key(name)).fetchone():
                raise UsageProblem(
                    f"There is already a profile for {name}.", "Choose another name, or change it with 'microderm profile edit'."
                )
            person_id = self._insert("persons", name=name, name_key=_key(name), tag=self._new_tag(), began_s=now_s)
            self._keep_profile(person_id, profile, now_s)
        return self.person(person_id)

    def edit_profile(self, person_id: int, profile: Profile, now_s: int) -> PersonRecord:
        """Keep a changed profile beside those before it; one without a change is not kept."""
        if not profile.same_skin(self.person(person_id).profile):
            with self._write():
                self._keep_profile(person_id, profile, now_s)
        return self.person(person_id)

    def mirror_person(self, person: PersonRecord, now_s: int) -> PersonRecord:
        """Return the person of this store who stands for one of another store: made, or brought up to date, on this store's calendar.

        The practice store knows people so. The tag is its own, and nothing but the profile comes along.
        """
        known = [mine for mine in self.persons() if _key(mine.name) == _key(person.name)]
        if known:
            return self.edit_profile(known[0].id, person.profile, now_s)
        return self.create_person(person.name, person.profile, now_s)

    def persons(self) -> tuple[PersonRecord, ...]:
        """Return everybody, in the order of their names."""
        return tuple(self._person(row) for row in self._read(f"{_PERSON} ORDER BY name_key"))

    def person(self, person_id: int) -> PersonRecord:
        """Return one person.

        Raises:
            UsageProblem: there is nobody with this id.
        """
        rows = self._read(f"{_PERSON} WHERE id = ?", person_id)
        if not rows:
            raise UsageProblem("This person is not in the records any more.", "'microderm profile list' shows who is.")
        return self._person(rows[0])

    def find_person(self, name: str | None = None) -> PersonRecord:
        """Return the person of a name, whatever its case, or without a name the only one there is.

        Raises:
            UsageProblem: nobody is known yet, the name is unknown (the nearest is offered), or several
                are known and none was named.
        """
        people = self.persons()
        if not people:
            raise UsageProblem("There is no profile yet.", "Make one with 'microderm profile create'.")
        if name is None:
            return _only(people)
        for person in people:
            if _key(person.name) == _key(name):
                return person
        raise UsageProblem(f"There is no profile for '{name}'.", _nearest(name, people), {"known": [person.name for person in people]})

    def profiles(self, person_id: int) -> tuple[Profile, ...]:
        """Return every profile that was saved for a person, the first one first."""
        with self._understood():
            return tuple(_profile(row) for row in self._read(_PROFILE, person_id))

    def keep_plan(self, person_id: int, plan: ProfessionalPlan, now_s: int) -> None:
        """Keep what a professional wrote down; it replaces what another wrote before."""
        with self._write():
            self._run("UPDATE professional_plans SET removed_s = ? WHERE person_id = ? AND removed_s IS NULL", now_s, person_id)
            self._insert(
                "professional_plans", person_id=person_id, saved_s=now_s, name=plan.name, made_s=plan.made_at_s,
                expires_s=plan.expires_at_s, interval_days=plan.interval_days, course_length=plan.course_length,
                cleared=to_json({"questions": plan.cleared}),
            )  # fmt: skip

    def remove_plan(self, person_id: int, now_s: int) -> bool:
        """Let a professional's plan hold no longer; return whether there was one."""
        with self._write():
            return (
                self._run(
                    "UPDATE professional_plans SET removed_s = ? WHERE person_id = ? AND removed_s IS NULL", now_s, person_id
                ).rowcount
                > 0
            )

    def plan(self, person_id: int) -> ProfessionalPlan | None:
        """Return the professional's plan that was kept last and not removed, expired or not."""
        columns = "name, made_s, expires_s, interval_days, course_length, cleared"
        rows = self._read(f"SELECT {columns} FROM professional_plans WHERE person_id = ? AND removed_s IS NULL ORDER BY id DESC", person_id)
        if not rows:
            return None
        with self._understood():
            plan = ProfessionalPlan(*rows[0])
            return plan._replace(cleared=_questions(rows[0][5]))

    def _person(self, row: tuple[Any, ...]) -> PersonRecord:
        profiles = self.profiles(row[0])
        person_id, name, tag, began_s = row
        return PersonRecord(person_id, name, tag, began_s, profiles[-1] if profiles else Profile())

    def _keep_profile(self, person_id: int, profile: Profile, now_s: int) -> None:
        self._insert(
            "profiles", person_id=person_id, at_s=now_s, skin=profile.skin, thickness=profile.thickness,
            fitzpatrick=profile.fitzpatrick, birth_year=profile.birth_year, answers=to_json(profile.answers),
        )  # fmt: skip

    def _new_tag(self) -> str:
        """Return a tag that no profile and no ledger that was seen here has; 0 stands for nobody on the wire."""
        while True:
            tag = f"{secrets.randbelow(2**32 - 1) + 1:08x}"
            if not self._run("SELECT 1 FROM persons WHERE tag = ? UNION SELECT 1 FROM ledger_seen WHERE tag = ?", tag, tag).fetchone():
                return tag


def _profile(row: tuple[Any, ...]) -> Profile:
    skin, thickness, fitzpatrick, birth_year, answers, at_s = row
    told = {name: str(answer) for name, answer in from_json(answers).items()}
    return Profile(Skin(skin) if skin else None, Thickness(thickness) if thickness else None, fitzpatrick, birth_year, told, at_s)


def _checked_name(name: str) -> str:
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > NAME_MOST or not name.isprintable():
        raise UsageProblem(f"A name has from 1 to {NAME_MOST} printable letters.", "Choose another name.")
    return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _only(people: Sequence[PersonRecord]) -> PersonRecord:
    if len(people) == 1:
        return people[0]
    names = ", ".join(person.name for person in people)
    raise UsageProblem(
        f"Several people have a profile here: {names}.", "Say whose it is with --person.", {"known": [person.name for person in people]}
    )


def _nearest(name: str, people: Sequence[PersonRecord]) -> str:
    from difflib import get_close_matches

    by_key = {_key(person.name): person.name for person in people}
    near = get_close_matches(_key(name), by_key, n=1)
    return f"Did you mean '{by_key[near[0]]}'?" if near else "'microderm profile list' shows the names."


def _questions(text: str) -> tuple[str, ...]:
    questions = from_json(text)["questions"]
    if not isinstance(questions, list):
        raise TypeError("not a list of questions")
    return tuple(str(question) for question in questions)
