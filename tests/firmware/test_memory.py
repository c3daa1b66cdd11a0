"""Two slots a record: power may go at any byte of any write, several times in a row."""

import contextlib

import pytest

from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware.ledger import Ledger
from microderm_ctl.firmware.memory import Memory
from tests.firmware.rig import SERIAL, PlainBoard


class Torn(Exception):
    """The power went."""


class TearingBoard(PlainBoard):
    """A board whose power goes after so many bytes of a write."""

    cut: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.duty, self.vent = 0, True

    def write_slot(self, slot: int, content: bytes) -> None:
        old = self.slots.get(slot, b"")
        if self.cut is not None and self.cut <= len(content):
            self.slots[slot] = content[: self.cut] + old[self.cut :]
            raise Torn
        self.slots[slot] = content


def write_torn(board: TearingBoard, content: bytes, cut: int) -> None:
    """Write a record and lose power after some bytes."""
    board.cut = cut
    with contextlib.suppress(Torn):
        Memory(board).write(memory.CALIBRATION, content)
    board.cut = None


@pytest.mark.hazard("H-25", "wand")
def test_every_cut_leaves_the_old_or_the_new() -> None:
    """Cut at each byte, twice in a row, then two starts and a whole write: nothing is lost, nothing is torn."""
    size = len(memory.build_slot(memory.CALIBRATION, 1, b"third"))
    for first in range(size + 1):
        for second in range(size + 1):
            board = TearingBoard()
            Memory(board).write(memory.CALIBRATION, b"first")
            write_torn(board, b"other", first)
            seen = Memory(board).read(memory.CALIBRATION)[1]
            assert seen in (b"first", b"other")
            write_torn(board, b"third", second)
            assert Memory(board).read(memory.CALIBRATION)[1] in (seen, b"third")
            assert Memory(board).write(memory.CALIBRATION, b"whole")
            assert Memory(board).read(memory.CALIBRATION)[1] == b"whole"


@pytest.mark.hazard("H-25", "wand")
def test_a_record_knows_its_kind_and_its_damage() -> None:
    """Another kind's slot, a flipped bit, a cut: none is read."""
    slot = memory.build_slot(memory.LATCH, 7, b"x" * memory.CONTENT_MOST)
    assert len(slot) == 64
    assert memory.read_slot(memory.LATCH, slot) == (7, b"x" * memory.CONTENT_MOST)
    assert memory.read_slot(memory.MAP, slot) is None
    assert memory.read_slot(memory.LATCH, slot[:-1]) is None
    for bit in range(len(slot) * 8):
        torn = bytearray(slot)
        torn[bit // 8] ^= 1 << bit % 8
        assert memory.read_slot(memory.LATCH, bytes(torn)) is None


@pytest.mark.hazard("H-35", "wand")
def test_two_damaged_slots_are_a_loss() -> None:
    """Never written is fine; both unreadable is not."""
    board = TearingBoard()
    store = Memory(board)
    assert store.is_intact(memory.LATCH)
    store.write(memory.LATCH, b"\x13")
    board.slots[2 * memory.LATCH + 1 - 1] = b"damaged"
    board.slots[2 * memory.LATCH + 1] = b"damaged"
    assert not store.is_intact(memory.LATCH)


@pytest.mark.hazard("H-17", "wand")
def test_a_ledger_goes_round_and_finds_its_entries() -> None:
    """Eight entries, newest first, by age and by command, also after a start."""
    board = TearingBoard()
    ledger = Ledger(Memory(board))
    for number in range(1, 12):
        assert ledger.reserve(number, 1_000 + number, 5, 0, 60_000)
        assert ledger.settle(30_000, 1)
    for one in (ledger, Ledger(Memory(board))):
        assert [one.by_age(age)[1] for age in range(8)] == [11, 10, 9, 8, 7, 6, 5, 4]  # type: ignore[index]
        assert one.by_age(8) is None
        assert one.by_command(3) is None
        assert one.by_command(4)[9] == 30_000  # type: ignore[index]


def test_settling_never_counts_more_than_was_reserved_nor_twice() -> None:
    """Used is at most the reserve; a closed entry stays as it is."""
    ledger = Ledger(Memory(TearingBoard()))
    ledger.reserve(1, 2, 3, 0, 60_000)
    ledger.settle(90_000, 1)
    ledger.settle(0, 2)
    entry = ledger.by_age(0)
    assert entry is not None
    assert entry[9] == 60_000


@pytest.mark.hazard("H-24", "wand")
def test_calibration_of_another_unit_or_of_no_sensor_is_void() -> None:
    """Serial, zero, gain and curve are all bounded."""
    good = calibration.build(8_300, SERIAL, 5, 8_000, -100)
    assert calibration.read(good, SERIAL) == (8_300, 8_000, -100, 5)
    assert calibration.read(good, b"MD-0002") is None
    assert calibration.read(good[:-1], SERIAL) is None
    for zero, gain, curve in ((10_193, 8_192, 0), (8_192, 9_013, 0), (8_192, 7_371, 0), (8_192, 8_192, 8_193)):
        assert calibration.read(calibration.build(zero, SERIAL, 5, gain, curve), SERIAL) is None


def test_vacuum_from_counts() -> None:
    """Two pascals a count, a curve on top, and no product of 2**30 or more for any reading."""
    assert calibration.vacuum_of(8_192 + 12_500, 8_192, 8_192, 0) == 25_000
    assert calibration.vacuum_of(8_192 - 500, 8_192, 8_192, 0) == -1_000
    assert calibration.vacuum_of(8_192 + 12_500, 8_192, 8_192, 4_096) == 25_595
    most = 65_535 - (calibration.ZERO_NOMINAL - calibration.ZERO_WINDOW)
    assert most * (calibration.GAIN_NOMINAL + calibration.GAIN_WINDOW) < 1 << 30
    assert ((most >> 3) ** 2 >> 12) * calibration.CURVE_WINDOW < 1 << 30
