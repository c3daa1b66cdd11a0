"""A practice store with a person in it, and a way to lead a small plan on the virtual wand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.safety import Plan, Skin, Thickness, all_no
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.events import Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.wand import Wand
from tests.treatment.leading import NOW_S, Lead, Led, Recorder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data", practice=True) as opened:
        yield opened


@pytest.fixture
def person(store: Store) -> PersonRecord:
    return store.create_person("Ann", Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990), NOW_S - 8_640_000)


@pytest.fixture
def lead(store: Store, person: PersonRecord, tmp_path: Path) -> Lead:
    def led(
        plan: Plan, hand: str = "auto", more: str = "", recorder: Recorder | None = None, wishes: dict[str, list[Wish]] | None = None
    ) -> Led:
        """Lead a plan with a hand: its name, or the lines of its script."""
        spec = hand
        if "\n" in hand:
            script = tmp_path / "hand.txt"
            script.write_text(hand)
            spec = str(script)
        told = recorder or Recorder(wishes)
        with Wand.open(f"sim://?utc={NOW_S}&seed=1&hand={spec}&memory={tmp_path / 'memory'}{more}") as wand:
            prepared = prepare(store, person, wand, NOW_S)
            book = TreatmentBook(store, prepared, wand.identity.serial, plan, all_no(NOW_S).values, finishes=False)
            outcome = Runner(wand, plan, book, told).run(person.wire_tag, NOW_S)
        return Led(outcome, told, store.treatment(book.record.id))

    return led
