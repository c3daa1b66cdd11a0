"""The slots on a flash that tears, fails and fills: a record is the old one or the new one, and a loss is seen."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from microderm_ctl.firmware import memory
from microderm_ctl.firmware.boards.slots import DAMAGED, FOLDERS, SLOT_BYTES, Slots
from tests.firmware.rig import PlainBoard


class OnSlots(PlainBoard):
    """A board at rest with its memory on files."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.duty, self.vent = 0, True
        self.kept = Slots(str(base))

    def read_slot(self, slot: int) -> bytes:
        return self.kept.read(slot)

    def write_slot(self, slot: int, content: bytes) -> None:
        self.kept.write(slot, content)


def test_what_was_never_written_is_empty(tmp_path: Path) -> None:
    assert Slots(str(tmp_path)).read(3) == b""
    Slots(str(tmp_path)).write(1, b"one")
    assert [Slots(str(tmp_path)).read(slot) for slot in (1, 3, 0)] == [b"one", b"", b""]


def test_the_two_slots_of_a_pair_lie_in_two_folders(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path))
    slots.write(4, b"even")
    slots.write(5, b"odd")
    assert [(tmp_path / folder / "2").read_bytes() for folder in FOLDERS] == [b"even", b"odd"]


def test_here_is_where_the_boards_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Slots().write(0, b"x")
    assert Slots().read(0) == (tmp_path / FOLDERS[0] / "0").read_bytes() == b"x"


def test_a_slot_holds_64_bytes(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path))
    slots.write(0, b"x" * SLOT_BYTES)
    with pytest.raises(OSError, match="too long"):
        slots.write(0, b"x" * (SLOT_BYTES + 1))
    assert slots.read(0) == b"x" * SLOT_BYTES


def test_power_gone_at_any_byte_of_a_write_leaves_a_record_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes(range(30))
    size = len(memory.build_slot(memory.CALIBRATION, 1, content))
    for at in range(size):
        board = OnSlots(tmp_path / str(at))
        (tmp_path / str(at)).mkdir()
        books = memory.Memory(board)
        assert books.write(memory.CALIBRATION, b"before")
        with monkeypatch.context() as torn:
            torn.setattr(builtins, "open", _tear(at))
            with pytest.raises(KeyboardInterrupt):
                books.write(memory.CALIBRATION, content)
        after = memory.Memory(board)
        assert after.is_intact(memory.CALIBRATION)
        assert after.read(memory.CALIBRATION)[1] == b"before"
        assert after.write(memory.CALIBRATION, content)
        assert after.read(memory.CALIBRATION)[1] == content


def _tear(at: int) -> Any:
    """Return an `open` whose files lose power after so many bytes written."""
    whole = builtins.open

    def torn_open(path: str, mode: str) -> Any:
        if "w" in mode:
            with whole(path, mode) as file:
                file.truncate(0)
            return _Torn(path, at)
        return whole(path, mode)

    return torn_open


class _Torn:
    def __init__(self, path: str, at: int) -> None:
        self.path = Path(path)
        self.at = at

    def __enter__(self) -> "_Torn":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, content: bytes) -> None:
        self.path.write_bytes(content[: self.at])
        raise KeyboardInterrupt  # power is gone: nothing after this runs


def test_two_slots_that_are_there_and_no_record_are_a_loss(tmp_path: Path) -> None:
    board = OnSlots(tmp_path)
    books = memory.Memory(board)
    assert books.is_intact(memory.LATCH)
    books.write(memory.LATCH, b"\x13")
    for folder in FOLDERS:
        (tmp_path / folder / str(memory.LATCH)).write_bytes(b"")
    assert Slots(str(tmp_path)).read(2 * memory.LATCH) == DAMAGED
    assert not books.is_intact(memory.LATCH)


def test_a_flash_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(str(tmp_path))
    slots.write(0, b"x")

    def broken(*_: object) -> None:
        raise OSError(5)

    with monkeypatch.context() as bad:
        bad.setattr(builtins, "open", broken)
        assert slots.read(0) == DAMAGED
        assert not memory.Memory(OnSlots(tmp_path)).write(memory.LATCH, b"\x13")
    monkeypatch.setattr("os.listdir", broken)
    assert slots.read(0) == slots.read(5) == DAMAGED
