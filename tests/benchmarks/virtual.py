"""Virtual time: a whole treatment of six minutes on the skin, as fast as it goes."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import serial

from microderm_ctl.link.driver import drive
from microderm_ctl.link.ports import SIMULATORS, Port
from microderm_ctl.records.rows import PersonRecord, Profile
from microderm_ctl.records.store import Store, open_store
from microderm_ctl.records.traces import Sample
from microderm_ctl.safety import Plan, Skin, Thickness, Zone
from microderm_ctl.simulator.hand import AutoHand
from microderm_ctl.treatment.book import Book, TreatmentBook, Used
from microderm_ctl.treatment.events import Event, Wish
from microderm_ctl.treatment.plan import prepare
from microderm_ctl.treatment.runner import Runner
from microderm_ctl.treatment.watching import Progress
from microderm_ctl.wand import LimitsInForce, Row, Wand
from tests.benchmarks.figures import Row as Table
from tests.benchmarks.measure import in_turn
from tests.treatment.leading import NOW_S, plan_of, planned

ZONES: Final = (Zone.NOSE, Zone.CHIN, Zone.FOREHEAD, Zone.CHEEK_LEFT, Zone.CHEEK_RIGHT, Zone.TEMPLE_LEFT)
TREATMENT_S: Final = 360
LEAST: Final = 1_000
STEP_MS: Final = 20
LEASE_STEPS: Final = 25


class Nobody:
    """Watches a run and wishes nothing."""

    def told(self, event: Event, t_ms: int) -> None:
        pass

    def shown(self, progress: Progress) -> None:
        pass

    def wishes(self) -> Sequence[Wish]:
        return ()


class NoBook:
    """Keeps nothing: a run without a disk."""

    command_id = 7

    def keep_limits(self, in_force: LimitsInForce) -> None:
        pass

    def sample(self, sample: Sample) -> None:
        pass

    def end(self, ended_s: int, used: Used) -> None:
        pass


def a_plan(seconds: int) -> Plan:
    """Return a plan of six zones over so many seconds."""
    return plan_of(*(planned(zone, seconds=seconds // len(ZONES)) for zone in ZONES))


def a_device(number: int) -> Any:
    """Return a virtual wand as a pyserial port, open."""
    if SIMULATORS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(SIMULATORS)
    device = serial.serial_for_url(f"sim://?utc={NOW_S}&seed={number}&serial=BENCH-{number % 1000}", timeout=0, do_not_open=True)
    device.open()
    return device


def a_person(store: Store, name: str) -> PersonRecord:
    """Return a person in a store."""
    return store.create_person(name, Profile(Skin.NORMAL, Thickness.NORMAL, 2, 1990), NOW_S - 8_640_000)


def treated(store: Store, number: int, seconds: int, with_book: bool) -> float:
    """Lead a whole treatment, and return how many times faster than real time it went."""
    device = a_device(number)
    person = a_person(store, f"Person {number}")
    began = time.process_time()
    driver = drive(Port(device, "sim"))
    try:
        wand = Wand.greet(driver)
        plan = a_plan(seconds)
        book: Book = NoBook()
        if with_book:
            book = TreatmentBook(store, prepare(store, person, wand, NOW_S), wand.identity.serial, plan, {}, finishes=False)
        outcome = Runner(wand, plan, book, Nobody()).run(person.wire_tag, NOW_S)
    finally:
        driver.close()
    took_s = time.process_time() - began
    if not outcome.done:
        raise RuntimeError(f"the treatment ended with {outcome.cause}")
    return float(device.clock.now_ms() / 1000 / took_s)


def alone(number: int, seconds: int) -> float:
    """Let a wand run on the skin with a lease that somebody renews, and return how many times faster than real time it went."""
    device = a_device(number)
    driver = drive(Port(device, "sim"))
    try:
        wand = Wand.greet(driver)
        wand.arm([Row(1, 12_000, TREATMENT_S, 3_000)], TREATMENT_S, 106, NOW_S, 5)
        wand.zone(0, 10_000)
        while not (wand.state == "RUN" and wand.reading and wand.reading.sealed):
            wand.heartbeat()
            device.clock.sleep_ms(STEP_MS)
        unit, steps = device.unit, (seconds - 5) * 1000 // STEP_MS
        began = time.process_time()
        for _ in range(steps):
            unit._app.state.lease = LEASE_STEPS
            unit.step()
        took_s = time.process_time() - began
        if unit.state != "RUN":
            raise RuntimeError(f"the wand stopped: {unit.cause}")
    finally:
        driver.close()
    return steps * STEP_MS / 1000 / took_s


def idle(number: int, seconds: int) -> float:
    """Let a wand lie on the table, and return how many times faster than real time it went."""
    unit = a_device(number).unit
    unit.board.hand = AutoHand()
    began = time.process_time()
    unit.run(seconds * 1000)
    return seconds / (time.process_time() - began)


def virtual(rounds: int, seconds: int = TREATMENT_S) -> Table:
    """Measure a whole treatment through every floor, then less and less of it."""
    row, numbers = Table("virtual"), iter(range(1, 1_000_000))
    with TemporaryDirectory() as directory, open_store(Path(directory), practice=True) as store:
        taken = in_turn(
            {
                "whole": lambda: treated(store, next(numbers), seconds, True),
                "no disk": lambda: treated(store, next(numbers), seconds, False),
                "alone": lambda: alone(next(numbers), seconds),
                "idle": lambda: idle(next(numbers), seconds),
            },
            rounds,
        )
    minutes = f"{seconds} s on the skin"
    row.least(f"a whole treatment, {minutes}: hand, air, program, wire, link, runner, store", "x", taken["whole"], LEAST, "real time")
    row.told("the same without the store", "x", taken["no disk"], "real time")
    row.told("hand, air and program alone, on the skin", "x", taken["alone"], "real time")
    row.told("hand, air and program alone, on the table", "x", taken["idle"], "real time")
    return row
