"""A whole treatment over a bad link, in virtual time, through the real Runner, Wand, store and wand's program."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import serial

from microderm_ctl.errors import MicrodermError
from microderm_ctl.link.driver import drive
from microderm_ctl.link.ports import SIMULATORS, Port
from microderm_ctl.records.rows import PersonRecord, Profile, TreatmentRecord
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.safety import Skin, Thickness, Zone
from microderm_ctl.simulator.link_faults import FaultyWire, LinkFaults, Wire
from microderm_ctl.treatment.book import TreatmentBook
from microderm_ctl.treatment.events import Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.wand import LedgerEntry, Wand
from tests.kills.witness import Bounds, Tap, Witness
from tests.treatment.leading import NOW_S, Recorder, plan_of, planned

PLAN: Final = plan_of(
    planned(Zone.NOSE, seconds=2), planned(Zone.CHIN, seconds=2), planned(Zone.FOREHEAD, 13_000, 14_000, seconds=2)
)  # fmt: skip
BOUNDS: Final = Bounds(
    tuple(zone.cap_pa for zone in PLAN.zones),
    tuple(zone.trip_pa for zone in PLAN.zones),
    tuple(zone.seconds * 1000 for zone in PLAN.zones),
    tuple(zone.dwell_ms for zone in PLAN.zones),
    PLAN.treatment_s * 1000,
)
WISHES: Final = {"pass-begins": [Wish.UP, Wish.PAUSE], "held": [Wish.PAUSE], "zone-done": [Wish.DOWN]}
"""So that PAUSE, RESUME and SET_POINT are among the requests that the link may spoil."""
CODES: Final = {5, 6, 8}
"""How a treatment may end on a bad link: nothing answers, the link is lost, or the wand has stopped."""
AFTERWARDS_MS: Final = 5_000

Spoil = Callable[[Wire], Wire]


class Treated(NamedTuple):
    """What came of a treatment, and what is wrong with it; ``wire`` is the link that it had."""

    done: bool
    cause: str
    exit_code: int
    wrong: tuple[str, ...]
    witness: Witness
    wire: Wire
    record: TreatmentRecord | None
    virtual_ms: int


class House:
    """A store with a person in it, for any number of treatments, each on a wand of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.person: PersonRecord = store.create_person("Ann", Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990), NOW_S - 8_640_000)
        self._wands = 0

    def treat(self, spoil: Spoil, seed: int = 0) -> Treated:
        """Lead a treatment over a link, then look at all that is left of it over a sound one."""
        self._wands += 1
        device = _device(f"B{seed % 1000:03}-{self._wands:05}", seed)
        with _opened(device):
            witness = Witness(device.unit, BOUNDS)
            device.unit.trace = witness
            device.wire = wire = spoil(Tap(device.unit, witness))
            record, done, error, cause = self._lead(device, witness)
        for _ in range(AFTERWARDS_MS // 20):  # what is still on its way arrives
            device.wire.step()
        device.unit.trace = witness
        witness.wrong += _unlike(done, error, cause)
        entry, record = self._settle(device, record)
        device.unit.run(AFTERWARDS_MS)
        wrong = [*witness.judge_end(None if entry is None else entry.used_ms), *_books(record, entry, done)]
        exit_code = 0 if error is None else error.exit_code
        return Treated(done, cause, exit_code, tuple(dict.fromkeys(wrong)), witness, wire, record, device.clock.now_ms())

    def _lead(self, device: Any, witness: Witness) -> tuple[TreatmentRecord | None, bool, MicrodermError | None, str]:
        driver = drive(Port(device, "sim"), witness.saw)
        try:
            try:
                wand = Wand.greet(driver)
                prepared = prepare(self.store, self.person, wand, NOW_S)
            except MicrodermError as error:
                return None, False, error, "link-lost"
            book = TreatmentBook(self.store, prepared, wand.identity.serial, PLAN, {}, finishes=False)
            outcome = Runner(wand, PLAN, book, Recorder(dict(WISHES))).run(self.person.wire_tag, NOW_S)
            return book.record, outcome.done, outcome.error, outcome.cause
        finally:
            driver.close()

    def _settle(self, device: Any, record: TreatmentRecord | None) -> tuple[LedgerEntry | None, TreatmentRecord | None]:
        """Connect again over a sound link, as the next command does, and return what ledger and store say."""
        device.wire = device.unit
        with _opened(device):
            driver = drive(Port(device, "sim"))
            try:
                wand = Wand.greet(driver)
                prepare(self.store, self.person, wand, NOW_S + 3_600)
                entry = wand.ledger_of(record.command_id) if record is not None else wand.ledger()
            finally:
                driver.close()
        return entry, None if record is None else self.store.treatment(record.id)


@contextmanager
def house(directory: Path) -> Iterator[House]:
    """Open a store for treatments."""
    with open_store(directory, practice=True) as store:
        yield House(store)


def bad_link(faults: LinkFaults, seed: int) -> Spoil:
    """Return what puts a faulty link before a wand."""
    return lambda wand: FaultyWire(wand, faults, Random(f"faults {seed}"))


def _device(serial_number: str, seed: int) -> Any:
    if SIMULATORS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(SIMULATORS)
    url = f"sim://?utc={NOW_S}&seed={seed}&serial={serial_number[:12]}"
    return serial.serial_for_url(url, timeout=0, do_not_open=True)


@contextmanager
def _opened(device: Any) -> Iterator[None]:
    device.open()
    try:
        yield
    finally:
        device.close()


def _unlike(done: bool, error: MicrodermError | None, cause: str) -> list[str]:
    """Return what is wrong with how a treatment ended by its own account."""
    if done:
        return [] if error is None and cause == "treatment-done" else [f"done, but {cause}: {error}"]
    if error is None:
        return [f"it ended with {cause}, but without an error"]
    if error.exit_code not in CODES:
        return [f"exit code {error.exit_code}: {error.sentence}"]
    return [] if cause and error.sentence and error.hint else [f"no cause or no words: {cause!r} {error!r}"]


def _books(record: TreatmentRecord | None, entry: LedgerEntry | None, done: bool) -> list[str]:
    """Return where store and ledger disagree."""
    if record is None:
        return [] if entry is None else ["the wand has an entry of a treatment that was never begun here"]
    if record.ended_s is None:
        return ["the record is still open"]
    wrong = []
    if entry is None:
        wrong += [] if record.sealed_ms == 0 else [f"the store has {record.sealed_ms} ms, the wand knows nothing"]
    elif entry.is_open or record.sealed_ms != entry.used_ms:
        wrong += [f"the store has {record.sealed_ms} ms, the ledger {entry.used_ms} (open: {entry.is_open})"]
    if done and [zone.sealed_ms for zone in record.zones] != list(BOUNDS.row_ms):
        wrong += [f"done with rows of {[zone.sealed_ms for zone in record.zones]} ms"]
    return wrong
