"""Power cut at every byte of every write of the wand's memory, several times in a row: nothing is lost, nothing is torn.

Of a pair of slots only the one that does not count is written, so the state of a pair is
the bytes of two slots. All paths of up to three cuts are walked; paths that leave the same
bytes are walked on as one, which is why a few seconds do for millions of paths.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import pytest

from microderm_ctl.firmware import calibration, memory, unlock, wire
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import ledger as books
from microderm_ctl.firmware.ledger import Ledger
from microderm_ctl.firmware.memory import Memory, build_slot
from tests.firmware.rig import SERIAL, PlainBoard, Rig

Pair = tuple[bytes, bytes]
DEEP_TO: Final = 40
"""Slots up to this size are cut three times in a row, longer ones twice."""


class Medium(NamedTuple):
    """What a write that was cut after some bytes leaves in a slot."""

    name: str
    left: Callable[[bytes, bytes, int], bytes]
    """Old bytes, new bytes, and where the power went."""


def _overwritten(old: bytes, new: bytes, cut: int) -> bytes:
    return new[:cut] + old[cut:]


def _truncated(old: bytes, new: bytes, cut: int) -> bytes:
    return new[:cut]


def _erased(old: bytes, new: bytes, cut: int) -> bytes:
    return new[:cut] + b"\xff" * (len(new) - cut)


MEDIA: Final = (Medium("overwritten", _overwritten), Medium("truncated", _truncated), Medium("erased", _erased))


class PairBoard(PlainBoard):
    """A board with nothing but one pair of slots, which keeps what was written to them."""

    def __init__(self, kind: int, pair: Pair) -> None:
        super().__init__()
        self.duty, self.vent = 0, True
        self.slots = {2 * kind: pair[0], 2 * kind + 1: pair[1]}
        self.kind = kind
        self.asked: list[tuple[int, bytes]] = []

    def write_slot(self, slot: int, content: bytes) -> None:
        self.asked.append((slot - 2 * self.kind, content))
        super().write_slot(slot, content)

    @property
    def pair(self) -> Pair:
        return self.slots[2 * self.kind], self.slots[2 * self.kind + 1]


def boot(kind: int, pair: Pair) -> tuple[int, bytes]:
    """Return what a program that starts on this pair reads; nothing may be reported as lost."""
    store = Memory(PairBoard(kind, pair))
    assert store.is_intact(kind), (kind, pair)
    return store.read(kind)


def cut_write(kind: int, pair: Pair, content: bytes, medium: Medium) -> list[Pair]:
    """Return the pairs that a write leaves when it is cut after each number of bytes, the whole one last.

    The very first write fills both slots, one after the other; every later one fills one.
    """
    board = PairBoard(kind, pair)
    assert Memory(board).write(kind, content)
    assert len(board.asked) == (1 if all(pair) else 2 if not any(pair) else len(board.asked))
    cuts = []
    for place, slot in board.asked:
        left = [medium.left(pair[place], slot, cut) for cut in range(len(slot) + 1)]
        cuts += [(one, pair[1]) if place == 0 else (pair[0], one) for one in left]
        pair = cuts[-1]
    return cuts


def whole_write(kind: int, pair: Pair, content: bytes) -> Pair:
    """Return the pair after a write that nothing disturbs."""
    board = PairBoard(kind, pair)
    assert Memory(board).write(kind, content)
    return board.pair


def walk(kind: int, start: Pair, contents: tuple[bytes, ...], depth: int, medium: Medium, may_read: Iterable[bytes]) -> tuple[int, int]:
    """Cut ``depth`` writes in a row at every byte, and after each cut start twice and write once more.

    Returns:
        How many paths that are, and how many different pairs they leave.
    """
    reached: dict[Pair, tuple[int, frozenset[bytes]]] = {start: (1, frozenset(may_read))}
    paths = pairs = 0
    for content in contents[:depth]:
        following: dict[Pair, tuple[int, frozenset[bytes]]] = {}
        for pair, (count, _) in reached.items():
            _, old = boot(kind, pair)
            for after in cut_write(kind, pair, content, medium):
                known, allowed = following.get(after, (0, frozenset((old, content))))
                following[after] = (known + count, allowed & {old, content})
        for pair, (count, allowed) in following.items():
            judge(kind, pair, allowed)
            paths += count
        pairs += len(following)
        reached = following
    return paths, pairs


def judge(kind: int, pair: Pair, allowed: frozenset[bytes]) -> None:
    """A start reads old or new, a second one the same, and the next write counts from then on."""
    seen = boot(kind, pair)
    assert seen[1] in allowed, (kind, pair, seen)
    assert boot(kind, pair) == seen
    after = whole_write(kind, pair, b"whole")
    number, content = boot(kind, after)
    assert content == b"whole" and number > seen[0]
    assert all(after), "from the first write on there are two copies, or an old and a new"


def entry(command: int, is_open: int, used_ms: int) -> bytes:
    return wire.pack(books.FORM, (9, command, 1_770_000_000, 99, 0, is_open, 1 - is_open, 0, 60_000, used_ms))


def contents_of(kind: int) -> tuple[bytes, ...]:
    """Return four contents as the program writes them one after another; neighbours differ in many bytes."""
    if kind == memory.CALIBRATION:
        return tuple(calibration.build(8_192 + n, SERIAL, 1_770_000_000 + n * 77_777, 8_192 - 9 * n, 40 * n) for n in range(4))
    if kind == memory.MAP:
        return tuple(bytes((17 * n + place) & 0xFF for place in range(48)) for n in range(4))
    if kind == memory.LATCH:
        return (b"\0", bytes((k.STUCK_PUMP,)), b"\0", bytes((k.STUCK_PUMP,)))
    if kind == memory.COOLDOWN:
        return tuple(steps.to_bytes(4, "little") for steps in (0, 90_000, 87_000, 84_000))
    if kind == memory.UNLOCK:
        return tuple(wire.pack(unlock.FORM, (n, n & 1, 7, 600 * n, bytes([n] * 16))) for n in range(4))
    if kind == memory.KEY:
        return tuple(bytes([16 * n + place for place in range(32)]) for n in range(4))
    return (entry(1, 0, 9_000), entry(9, 1, 60_000), entry(9, 0, 12_345), entry(17, 1, 60_000))


KINDS: Final = {
    "calibration": memory.CALIBRATION, "map": memory.MAP, "latch": memory.LATCH, "cool-down": memory.COOLDOWN,
    "unlock": memory.UNLOCK, "key": memory.KEY, **{f"ledger {pair}": memory.LEDGER + pair for pair in range(memory.LEDGER_PAIRS)},
}  # fmt: skip
PATHS: Final = {13: 2_954, 16: 5_219, 34: 44_135, 40: 70_643, 44: 2_070, 60: 3_782}
"""By size of the slot: how many ways there are to be cut once, twice (and three times up to 40 bytes)."""


@pytest.mark.hazard("H-25", "wand")
@pytest.mark.hazard("H-35", "wand")
@pytest.mark.parametrize("medium", MEDIA, ids=lambda one: one.name)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_cut_of_every_record_leaves_the_old_or_the_new(kind: int, medium: Medium) -> None:
    first, *later = contents_of(kind)
    size = len(build_slot(kind, 1, first))
    start = whole_write(kind, (b"", b""), first)
    paths, pairs = walk(kind, start, tuple(later), 3 if size <= DEEP_TO else 2, medium, (first,))
    assert paths == PATHS[size], "each path counts"
    assert pairs <= paths


@pytest.mark.hazard("H-25", "wand")
@pytest.mark.parametrize("medium", MEDIA, ids=lambda one: one.name)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_first_write_that_is_cut_is_nothing_or_whole(kind: int, medium: Medium) -> None:
    contents = contents_of(kind)
    paths, _ = walk(kind, (b"", b""), contents, 2, medium, (b"",))
    assert paths > 150


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_damaged_slot_costs_one_write_and_two_are_told_as_a_loss(kind: int) -> None:
    first, second, *_ = contents_of(kind)
    only = whole_write(kind, (b"", b""), first)
    pair = whole_write(kind, only, second)
    for bit in range(8 * len(pair[0])):
        rotten = bytearray(pair[0])
        rotten[bit // 8] ^= 1 << bit % 8
        assert boot(kind, (bytes(rotten), pair[1]))[1] == first
        assert boot(kind, (bytes(rotten), only[1]))[1] == first, "what was written once, too, as the lock is"
        store = Memory(PairBoard(kind, (bytes(rotten), pair[1][:-1])))
        assert not store.is_intact(kind)
        assert store.read(kind) == (0, b"")


@pytest.mark.hazard("H-18", "wand")
@pytest.mark.hazard("H-25", "wand")
@pytest.mark.parametrize("kind", [memory.LATCH, memory.COOLDOWN, *range(memory.LEDGER, memory.LEDGER + memory.LEDGER_PAIRS)])
def test_a_wand_that_lost_a_book_does_not_start(kind: int) -> None:
    """Latch, cool-down and ledger keep somebody from harm, so their loss is a fault and refuses ARM."""
    rig = Rig()
    rig.board.slots |= {2 * kind: b"damaged", 2 * kind + 1: b"damaged"}
    rig = rig.power_cycle()
    rig.steps(200)
    assert (rig.mode, rig.cause) == (k.FAULT, k.MEMORY)
    rig.hello()
    assert rig.arm().code == 30  # in fault
    assert rig.is_off


@pytest.mark.hazard("H-18", "wand")
def test_the_latch_holds_however_its_clearing_is_cut() -> None:
    """Once written it is there until a clearing is whole; a cut clearing leaves the lock."""
    locked = whole_write(memory.LATCH, (b"", b""), bytes((k.STUCK_PUMP,)))
    for medium in MEDIA:
        *torn, cleared = cut_write(memory.LATCH, locked, b"\0", medium)
        for pair in torn:
            seen = boot(memory.LATCH, pair)[1]
            assert seen == bytes((k.STUCK_PUMP,)) or pair == cleared
        assert boot(memory.LATCH, cleared)[1] == b"\0"


@pytest.mark.hazard("H-36", "wand")
@pytest.mark.parametrize("medium", MEDIA, ids=lambda one: one.name)
def test_the_ledger_never_counts_less_than_was_sealed(medium: Medium) -> None:
    """Each write of two treatments is cut at each byte: what a start reads of the newest is the reserve or the truth."""
    cases = 0
    for treatment in (1, 2, 9):
        for is_settling in (False, True):
            for cut in range(41):
                board, known = _ledger_before(treatment, is_settling)
                _cut_ledger(board, treatment, is_settling, cut, medium)
                read = Ledger(Memory(board))
                found = read.by_command(treatment)
                assert read.intact
                if is_settling:
                    assert found is not None and found[books.USED] in (60_000, 12_345)
                    assert (found[books.USED] == 60_000) == bool(found[books.IS_OPEN])
                assert all(read.by_command(one) is not None for one in known)
                cases += 1
    assert cases == 3 * 2 * 41


def _ledger_before(treatment: int, is_settling: bool) -> tuple[PlainBoard, list[int]]:
    """Return a board with all treatments before this one, and those of them that must survive; 8 entries go round."""
    board = PlainBoard()
    board.duty, board.vent = 0, True
    ledger = Ledger(Memory(board))
    for earlier in range(1, treatment):
        ledger.reserve(earlier, 1_770_000_000, 99, 0, 60_000)
        ledger.settle(30_000, k.STOP)
    if is_settling:
        ledger.reserve(treatment, 1_770_000_000, 99, 0, 60_000)
    return board, list(range(max(1, treatment - 7), treatment))


def _cut_ledger(board: PlainBoard, treatment: int, is_settling: bool, cut: int, medium: Medium) -> None:
    ledger = Ledger(Memory(board))
    before = dict(board.slots)
    if is_settling:
        ledger.settle(12_345, k.BUTTON)
    else:
        ledger.reserve(treatment, 1_770_000_000, 99, 0, 60_000)
    changed = [(slot, new) for slot, new in board.slots.items() if before.get(slot) != new]
    assert len(changed) == (1 if is_settling or treatment > 8 else 2)
    slot, new = changed[0]
    board.slots = before | {slot: medium.left(before.get(slot, b""), new, cut)}
