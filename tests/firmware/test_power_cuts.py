"""Power cut at every write of a wand's whole life, and at every step of a treatment: what a start makes of it."""

from typing import Final, NamedTuple

import pytest

from microderm_ctl.firmware import calibration, memory, unlock
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import ledger as books
from microderm_ctl.firmware.ledger import Ledger
from microderm_ctl.firmware.memory import Memory
from microderm_ctl.simulator.memory import Memory as Slots
from microderm_ctl.simulator.unit import Unit, make_unit
from microderm_protocol.messages import bench, treatment
from tests.firmware.rig import SERIAL, PlainBoard, Rig
from tests.firmware.test_service import SERVICE_KEY, try_unlock
from tests.firmware.test_torn_writes import MEDIA, Medium
from tests.simulator.computer import UTC_S, Computer

OLD: Final = calibration.build(8_192, SERIAL, 1_760_000_000, 8_192, 0)
NEW: Final = calibration.build(8_200, SERIAL, 1_770_000_000, 8_000, 7)
COMMAND: Final = 77
BUDGET_MS: Final = 2_000
COOLDOWN_STEPS: Final = 6_050
"""Two minutes instead of thirty, so that it is written down twice on its way."""


class Write(NamedTuple):
    """One write of the life: what memory held, what should be written, and what was true then."""

    before: dict[int, bytes]
    slot: int
    new: bytes
    sealed_ms: int
    """True sealed time of this treatment while it ran."""
    is_armed: bool
    """Whether ARM was answered: the wand may run."""
    cooldown_due: int
    """Steps of the cool-down that are still owed."""
    is_locked: bool


class DiaryBoard(PlainBoard):
    """Keeps each write with what was true at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[Write] = []
        self.sealed_ms = 0
        self.rig: Rig | None = None
        self.is_armed = False

    def set_pump(self, duty: int) -> None:
        super().set_pump(duty)
        if self.rig is not None:
            self.sealed_ms += 20 if self.rig.mode == k.RUN and self.vacuum_pa > 900 else 0

    def write_slot(self, slot: int, content: bytes) -> None:
        if self.rig is not None:
            state = self.rig.app.state
            locked = memory.Memory(self).read(memory.LATCH)[1][:1] not in (b"", b"\0")
            due = state.cooldown if state.mode == k.COOLDOWN else 0
            self.writes.append(Write(dict(self.slots), slot, content, self.sealed_ms, self.is_armed, due, locked))
        super().write_slot(slot, content)


def live() -> DiaryBoard:
    """Let a wand live: a treatment that uses its budget up, its cool-down, a technician's commit, and a stuck pump."""
    board = DiaryBoard()
    Rig(board)
    Memory(board).write(memory.KEY, unlock.unit_key(SERVICE_KEY, SERIAL))
    rig = Rig(board)
    board.rig = rig
    rig.app.c.cooldown_steps = COOLDOWN_STEPS
    rig.run(rows=((8_000, 1, 1_000), (8_000, 1, 1_000)), treatment_ms=BUDGET_MS)
    board.is_armed = True
    while rig.mode == k.RUN:
        rig.steps(1)
    assert (rig.mode, rig.cause) == (k.HOLD, k.ZONE_DONE)
    rig.ask(treatment.ZoneRequest(rig.session, 1, 8_000))
    while rig.mode != k.RUN:
        rig.steps(1)
    while rig.mode != k.COOLDOWN:
        rig.steps(1, vacuum_pa=8_000 if rig.mode == k.RUN else 0)
    assert board.sealed_ms >= BUDGET_MS - 40
    rig.steps(COOLDOWN_STEPS + 60)
    assert rig.mode in (k.SAFE, k.LINKED)
    _commit(rig)
    _lock(rig)
    return board


def _commit(rig: Rig) -> None:
    assert try_unlock(rig).functions == 7
    staged = rig.ask(bench.StageRequest(rig.session, memory.CALIBRATION, len(NEW), NEW.ljust(48, b"\0")))
    assert rig.ask(bench.CommitRequest(rig.session, memory.CALIBRATION, staged.crc32)).generation > 1
    rig.ask(bench.LeaveServiceRequest(rig.session))
    rig.steps(5)


def _lock(rig: Rig) -> None:
    rig.steps(30, current=400)
    assert rig.mode == k.LOCKOUT
    rig.board.current = 0


@pytest.fixture(scope="module")
def life() -> DiaryBoard:
    return live()


def test_the_life_writes_what_it_should(life: DiaryBoard) -> None:
    """Ledger, cool-down on its way, unlock, calibration, token and lock: without them nothing here would be shown."""
    kinds = {write.slot // 2 for write in life.writes}
    assert kinds == {memory.CALIBRATION, memory.LATCH, memory.COOLDOWN, memory.UNLOCK, memory.LEDGER + 1}
    assert len(life.writes) >= 12


@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-25", "wand")
@pytest.mark.hazard("H-36", "wand")
@pytest.mark.parametrize("medium", MEDIA, ids=lambda one: one.name)
def test_power_cut_in_any_write_of_a_life_loses_nothing(life: DiaryBoard, medium: Medium) -> None:
    cases = 0
    for write in life.writes:
        old = write.before.get(write.slot, b"")
        for cut in range(len(write.new) + 1):
            left = medium.left(old, write.new, cut)
            _judge_start(write, write.before | {write.slot: left})
            cases += 1
    assert cases > 300


def _judge_start(write: Write, slots: dict[int, bytes]) -> None:
    """Start twice on what the cut left; the wand is off, knows what it owes, and can go on."""
    board = PlainBoard()
    board.slots = dict(slots)
    for _ in range(2):
        board.ticks = 0
        rig = Rig(board)
        assert rig.is_off
        assert rig.cause != k.MEMORY and rig.app.measured.memory_ok
        assert rig.app.coefficients is not None and rig.app.memory.read(memory.CALIBRATION)[1] in (OLD, NEW)
        if write.is_locked:
            assert rig.mode == k.LOCKOUT
        if write.cooldown_due > 1:
            assert rig.mode == k.COOLDOWN and rig.app.state.cooldown >= write.cooldown_due - 30, "30 steps ran since the start"
        entry = rig.app.ledger.by_command(COMMAND)
        if write.is_armed:
            assert entry is not None and not entry[books.IS_OPEN]
            assert entry[books.USED] >= min(write.sealed_ms, BUDGET_MS)
        if entry is not None and rig.mode == k.SAFE and not write.is_armed:
            assert entry[books.USED] == BUDGET_MS, "cut before it ran: the reserve counts"
        unlocked = rig.app.unlock
        assert len(unlocked.key) == unlock.KEY_SIZE and unlocked.failures == 0
    if rig.mode == k.SAFE:
        rig.hello()
        rig.steps(1)
        assert rig.arm(command_id=88).command_id == 88


@pytest.mark.hazard("H-05", "wand")
@pytest.mark.parametrize("fault", [k.STUCK_VENT, k.STUCK_PUMP])
def test_a_fault_while_a_used_up_treatment_stops_does_not_spare_the_cool_down(fault: int) -> None:
    rig = Rig().run(rows=((8_000, 1, 1_000),), treatment_ms=1_000)
    rig.board.vent_works = False
    while rig.mode == k.RUN:
        rig.steps(1)
    assert rig.cause == k.TREATMENT_DONE
    rig.steps(30, current=400 if fault == k.STUCK_PUMP else 0)
    assert rig.cause == fault
    rig.board.vent_works, rig.board.vacuum_pa, rig.board.current = True, 0, 0
    again = rig.power_cycle()
    assert again.app.state.cooldown > again.app.c.cooldown_steps - 30
    assert again.mode == (k.COOLDOWN if fault == k.STUCK_VENT else k.LOCKOUT)


class Moment(NamedTuple):
    """A step of a treatment at which power may go."""

    slots: dict[int, bytes]
    sealed_ms: int
    state: str


class Clock:
    """Watches the truth of a unit: how long skin was sucked, whatever the program believes."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.sealed_ms = 0

    def row(self, unit: Unit) -> None:
        board = unit.board
        self.sealed_ms += 20 if board.vacuum_pa > 900 and unit.state == "RUN" else 0
        self.moments.append(Moment({slot: board.memory.read(slot) for slot in range(32)}, self.sealed_ms, unit.state))


@pytest.mark.hazard("H-04", "wand")
@pytest.mark.hazard("H-13", "wand")
@pytest.mark.hazard("H-36", "wand")
def test_power_cut_at_any_step_of_a_treatment_never_counts_less_than_was_sealed() -> None:
    clock = Clock()
    computer = Computer(make_unit(seed=1, utc_s=UTC_S, trace=clock))
    computer.begin(8_000, 8_000, seconds=1)
    computer.run_until("COOLDOWN")
    states = {moment.state for moment in clock.moments}
    assert {"SELF_TEST", "LINKED", "ARMED", "RUN", "HOLD", "STOPPING", "COOLDOWN"} <= states
    assert clock.sealed_ms > 1_900
    judged = 0
    for moment in clock.moments:
        slots = Slots()
        for slot, content in moment.slots.items():
            if content:
                slots.write(slot, content)
        board = make_unit(seed=2, utc_s=UTC_S, hand="none", memory=slots).board
        entry = Ledger(Memory(board)).by_age(0)
        assert board.duty == 0 and board.vent_open
        if entry is None:
            assert moment.sealed_ms == 0
            continue
        assert not entry[books.IS_OPEN] and entry[books.USED] >= moment.sealed_ms
        judged += 1
    assert judged > 250
