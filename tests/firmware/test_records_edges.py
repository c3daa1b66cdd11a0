"""Records, ledger and calibration at their edges."""

import binascii
import struct

import pytest

from microderm_ctl.firmware import calibration, ledger, memory
from microderm_ctl.firmware.ledger import Ledger
from microderm_ctl.firmware.memory import Memory
from tests.firmware.rig import PlainBoard

SERIAL = b"MD-0001"


def board() -> PlainBoard:
    """Return a board at rest, whose memory may be written."""
    at_rest = PlainBoard()
    at_rest.duty, at_rest.vent = 0, True
    return at_rest


class Refusing(PlainBoard):
    """A board whose memory fails with an error, or forgets what it is given."""

    def __init__(self, error: bool) -> None:
        super().__init__()
        self.error = error

    def write_slot(self, slot: int, content: bytes) -> None:
        if self.error:
            raise OSError


@pytest.mark.parametrize("length", [0, 1, 51, 52])
def test_a_slot_is_head_content_and_check(length: int) -> None:
    """As the layout is written down: kind, length, two zero bytes, generation, content, CRC-32 of it all."""
    content = bytes(range(length))
    slot = memory.build_slot(3, 0x01020304, content)
    body = struct.pack("<BBHI", 3, length, 0, 0x01020304) + content
    assert slot == body + struct.pack("<I", binascii.crc32(body))
    assert memory.read_slot(3, slot) == (0x01020304, content)


def test_a_content_over_52_bytes_is_no_record() -> None:
    with pytest.raises(ValueError, match="content"):
        memory.build_slot(3, 1, bytes(53))


@pytest.mark.parametrize("length", range(12))
def test_less_than_a_head_and_a_check_is_no_record(length: int) -> None:
    assert memory.read_slot(0, bytes(length)) is None


@pytest.mark.parametrize("kind", [2, 3, 4])
@pytest.mark.parametrize("length", [4, 5, 6])
def test_kind_and_length_are_checked_behind_the_check_too(kind: int, length: int) -> None:
    """A slot whose CRC is right but which says another kind or length is not read, be it more or less."""
    body = struct.pack("<BBHI", kind, length, 0, 9) + b"12345"
    slot = body + struct.pack("<I", binascii.crc32(body))
    assert memory.read_slot(3, slot) == ((9, b"12345") if (kind, length) == (3, 5) else None)


@pytest.mark.parametrize("more", [-1, 1])
def test_a_check_that_is_off_by_one_is_no_check(more: int) -> None:
    body = struct.pack("<BBHI", 3, 1, 0, 9) + b"x"
    assert memory.read_slot(3, body + struct.pack("<I", (binascii.crc32(body) + more) & 0xFFFFFFFF)) is None


def test_writes_alternate_between_the_two_slots_of_their_own_pair() -> None:
    """The first write fills both; after that the newest good copy is never the one that is written over."""
    at_rest = board()
    store = Memory(at_rest)
    for number in range(5):
        assert store.write(4, bytes([number])) is True
        assert store.read(4) == (number + 2, bytes([number]))
        assert set(at_rest.slots) == {8, 9}
    assert [memory.read_slot(4, at_rest.slots[slot]) for slot in (8, 9)] == [(5, b"\3"), (6, b"\4")]
    assert Memory(at_rest).read(4) == (6, b"\4")
    assert store.read(5) == (0, b"")


def test_of_two_sound_slots_the_higher_generation_counts() -> None:
    for first, second, newest in ((1, 2, 2), (2, 1, 1), (9, 3, 1), (3, 9, 2), (3, 3, 2)):
        at_rest = board()
        at_rest.slots = {8: memory.build_slot(4, first, b"\1"), 9: memory.build_slot(4, second, b"\2")}
        assert Memory(at_rest).read(4) == (max(first, second), bytes([newest]))


def test_a_damaged_slot_is_the_one_written_next() -> None:
    for damaged in (8, 9):
        at_rest = board()
        at_rest.slots = {8: memory.build_slot(4, 3, b"a"), 9: memory.build_slot(4, 3, b"a"), damaged: b"damaged"}
        assert Memory(at_rest).read(4) == (3, b"a")
        assert Memory(at_rest).write(4, b"b")
        assert memory.read_slot(4, at_rest.slots[damaged]) == (4, b"b")


@pytest.mark.parametrize(
    ("first", "second", "is_intact"),
    [
        (b"", b"", True),
        (b"", b"damaged", True),
        (b"damaged", b"", True),
        (b"damaged", b"damaged", False),
        (memory.build_slot(4, 1, b""), b"damaged", True),
        (b"damaged", memory.build_slot(4, 1, b""), True),
        (memory.build_slot(4, 1, b""), memory.build_slot(4, 2, b""), True),
        (memory.build_slot(5, 1, b""), memory.build_slot(5, 2, b""), False),
    ],
)
def test_a_record_is_lost_when_both_slots_are_there_and_neither_is_sound(first: bytes, second: bytes, is_intact: bool) -> None:
    at_rest = board()
    at_rest.slots = {8: first, 9: second, 6: b"damaged", 7: b"damaged", 10: b"damaged", 11: b"damaged"}
    assert Memory(at_rest).is_intact(4) is is_intact


@pytest.mark.parametrize("error", [True, False])
def test_a_write_that_is_not_there_afterwards_is_told(error: bool) -> None:
    refusing = Refusing(error)
    refusing.duty, refusing.vent = 0, True
    assert Memory(refusing).write(4, b"x") is False
    book = Ledger(Memory(refusing))
    assert book.reserve(1, 2, 3, 0, 4) is False
    assert book.by_age(0) is None


class Stuck(PlainBoard):
    """A board of which some slots keep what they hold."""

    def __init__(self, stuck: dict[int, bytes]) -> None:
        super().__init__()
        self.duty, self.vent, self.stuck, self.slots = 0, True, stuck, dict(stuck)

    def write_slot(self, slot: int, content: bytes) -> None:
        self.slots[slot] = self.stuck.get(slot, content)


@pytest.mark.parametrize("content", [b"", b"\0" * 64, b"\xff" * 64])
@pytest.mark.parametrize("slot", [8, 9])
def test_a_slot_that_keeps_what_it_held_is_told(slot: int, content: bytes) -> None:
    """Be it the one that is written first or its companion."""
    assert Memory(Stuck({slot: content})).write(4, b"x") is (slot == 9 and content != b"")


def test_an_entry_holds_what_it_was_given() -> None:
    """Number, command, time, tag, purpose, open, cause, a spare byte, reserved and used."""
    store = Memory(board())
    book = Ledger(store)
    assert book.reserve(11, 12, 13, 1, 14_000) is True
    assert book.by_age(0) == (1, 11, 12, 13, 1, 1, 0, 0, 14_000, 14_000)
    assert book.is_open() is True
    assert book.settle(5_000, 7) is True
    assert book.by_age(0) == (1, 11, 12, 13, 1, 0, 7, 0, 14_000, 5_000)
    places = (
        ledger.ENTRY,
        ledger.COMMAND,
        ledger.UTC,
        ledger.TAG,
        ledger.PURPOSE,
        ledger.IS_OPEN,
        ledger.CAUSE,
        ledger.RESERVED,
        ledger.USED,
    )
    entry = book.by_age(0)
    assert entry is not None
    assert [entry[place] for place in places] == [1, 11, 12, 13, 1, 0, 7, 14_000, 5_000]
    assert book.by_age(1) is None
    assert book.settle(0, 9) is True
    assert book.by_age(0) == (1, 11, 12, 13, 1, 0, 7, 0, 14_000, 5_000)
    assert book.is_open() is False
    assert store.read(7)[1] == struct.pack("<IIIIBBBBII", 1, 11, 12, 13, 1, 0, 7, 0, 14_000, 5_000)
    assert Ledger(store).by_age(0) == book.by_age(0)


def test_a_ledger_without_entries_has_none_open() -> None:
    book = Ledger(Memory(board()))
    assert book.is_open() is False
    assert book.settle(1, 1) is True
    assert (book.by_age(0), book.by_age(-1), book.by_command(0)) == (None, None, None)
    assert book.intact is True


def test_ages_count_from_the_newest_and_end_with_the_oldest() -> None:
    book = Ledger(Memory(board()))
    for number in range(1, 4):
        book.reserve(100 + number, 0, 0, 0, 1)
    assert [entry and entry[1] for entry in map(book.by_age, (-1, 0, 1, 2, 3))] == [None, 103, 102, 101, None]
    assert [entry and entry[0] for entry in map(book.by_command, (100, 101, 102, 103, 104))] == [None, 1, 2, 3, None]


def test_a_damaged_pair_of_the_ledger_is_a_loss_whichever_it_is() -> None:
    for pair in range(memory.LEDGER_PAIRS):
        at_rest = board()
        at_rest.slots = {2 * (memory.LEDGER + pair): b"damaged", 2 * (memory.LEDGER + pair) + 1: b"damaged"}
        assert Ledger(Memory(at_rest)).intact is False
    for kind in (memory.LEDGER - 1, memory.LEDGER + memory.LEDGER_PAIRS):
        at_rest = board()
        at_rest.slots = {2 * kind: b"damaged", 2 * kind + 1: b"damaged"}
        assert Ledger(Memory(at_rest)).intact is True


def test_a_ledger_keeps_its_last_eight_and_reads_them_in_order() -> None:
    store = Memory(board())
    book = Ledger(store)
    for number in range(1, 21):
        book.reserve(number, 0, 0, 0, 1)
        for one in (book, Ledger(store)):
            kept = [one.by_age(age) for age in range(9)]
            wanted = list(range(number, max(0, number - 8), -1))
            assert [entry[ledger.ENTRY] for entry in kept if entry is not None] == wanted


@pytest.mark.parametrize(("used_ms", "kept_ms"), [(0, 0), (13_999, 13_999), (14_000, 14_000), (14_001, 14_000)])
def test_used_is_at_most_what_was_reserved(used_ms: int, kept_ms: int) -> None:
    book = Ledger(Memory(board()))
    book.reserve(1, 0, 0, 0, 14_000)
    book.settle(used_ms, 1)
    entry = book.by_age(0)
    assert entry is not None
    assert entry[ledger.USED] == kept_ms


@pytest.mark.parametrize(("off", "is_sound"), [(-2_001, False), (-2_000, True), (0, True), (2_000, True), (2_001, False)])
def test_the_zero_is_within_4_kpa(off: int, is_sound: bool) -> None:
    content = calibration.build(8_192 + off, SERIAL, 5, 8_192, 0)
    assert calibration.read(content, SERIAL) == ((8_192 + off, 8_192, 0, 5) if is_sound else None)


@pytest.mark.parametrize(("off", "is_sound"), [(-821, False), (-820, True), (820, True), (821, False)])
def test_the_gain_is_within_a_tenth(off: int, is_sound: bool) -> None:
    content = calibration.build(8_192, SERIAL, 5, 8_192 + off, 0)
    assert calibration.read(content, SERIAL) == ((8_192, 8_192 + off, 0, 5) if is_sound else None)


@pytest.mark.parametrize(("curve", "is_sound"), [(-8_193, False), (-8_192, True), (8_192, True), (8_193, False)])
def test_the_curve_is_within_1_2_kpa(curve: int, is_sound: bool) -> None:
    content = calibration.build(8_192, SERIAL, 5, 8_192, curve)
    assert calibration.read(content, SERIAL) == ((8_192, 8_192, curve, 5) if is_sound else None)


def test_a_calibration_is_of_this_version_and_this_unit() -> None:
    """Serial numbers are padded to twelve; a longer one, a shorter one and another version are another's."""
    content = calibration.build(8_192, SERIAL, 5, 8_192, 0)
    assert content == struct.pack("<BBH12sIii", 1, 0, 8_192, SERIAL, 5, 8_192, 0)
    assert calibration.read(content, SERIAL + b"2") is None
    assert calibration.read(content, SERIAL[:-1]) is None
    for version in (0, 2):
        assert calibration.read(bytes([version]) + content[1:], SERIAL) is None
    whole = b"MD-000000012"
    assert calibration.read(calibration.build(8_192, whole, 5, 8_192, 0), whole) is not None


@pytest.mark.parametrize(
    ("raw", "zero", "gain", "curve", "vacuum_pa"),
    [
        (8_192, 8_192, 8_192, 0, 0),
        (8_193, 8_192, 8_192, 0, 2),
        (8_191, 8_192, 8_192, 0, -2),
        (9_000, 8_000, 8_192, 0, 2_000),
        (12_192, 8_192, 9_000, 0, 8_789),
        (12_192, 8_192, 8_192, 8_192, 8_122),
        (12_192, 8_192, 8_192, -8_192, 7_878),
        (4_192, 8_192, 8_192, 8_192, -7_878),
    ],
)
def test_vacuum_is_gain_times_counts_above_zero_and_a_square(raw: int, zero: int, gain: int, curve: int, vacuum_pa: int) -> None:
    assert calibration.vacuum_of(raw, zero, gain, curve) == vacuum_pa
