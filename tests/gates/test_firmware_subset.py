"""The gate finds what MicroPython lacks, and leaves alone what it has."""

from pathlib import Path

import pytest

from tests.gates import firmware_subset

OFFENDING = (
    ("import", "import typing"),
    ("import", "from dataclasses import dataclass"),
    ("import", "import enum, abc"),
    ("import", "from microderm_ctl.units import format_kpa"),
    ("import", "from ..errors import MicrodermError"),
    ("import", "from .wire import _MASK"),
    ("import", "from .wire import *"),
    ("import", "import machine"),
    ("struct", "import struct"),
    ("struct", "from struct import pack"),
    ("module-name", "import binascii\nbinascii.crc_hqx(b'', 0)"),
    ("module-name", "import hashlib\nhashlib.new('sha256')"),
    ("module-name", "from hashlib import blake2b"),
    ("float", "gain = 0.5"),
    ("float", "gain = 1e3"),
    ("division", "half = whole / 2"),
    ("division", "whole /= 2"),
    ("builtin", "gain = float(1)"),
    ("builtin", "ordered = sorted(rows)"),
    ("builtin", "print('hello')"),
    ("builtin", "whole = round(number)"),
    ("builtin", "try:\n    act()\nexcept TimeoutError:\n    pass"),
    ("method", "rows.sort()"),
    ("method", "width = number.bit_length()"),
    ("method", "padded = name.ljust(12)"),
    ("method", "padded = text.zfill(4)"),
    ("method", "rest = name.removeprefix('x')"),
    ("method", "mapped = data.translate(table)"),
    ("method", "digest = whole.hexdigest()"),
    ("method", "ring = bytearray(8)\nring.clear()"),
    ("method", "self.ring = bytearray()\nself.ring.pop()"),
    ("method", "ring = bytearray(8)\ndel ring[:2]"),
    ("method", "new = row._replace(cap_pa=1)"),
    ("bytes", "value = int.from_bytes(data, 'little', signed=True)"),
    ("bytes", "data = value.to_bytes(2, byteorder='little')"),
    ("bytes", "text = data.decode('ascii', 'ignore')"),
    ("keyword", "pairs = zip(a, b, strict=True)"),
    ("isinstance", "known = isinstance(value, int | bytes)"),
    ("order", "for key in {1, 2}:\n    act(key)"),
    ("order", "rows = {1: 2}\nfor key in rows:\n    act(key)"),
    ("order", "names = [key for key, row in rows.items()]"),
    ("order", "names = tuple(set(rows))"),
    ("syntax", "match state:\n    case 1:\n        act()"),
    ("syntax", "rows = [*first, 1]"),
    ("syntax", "rows = (*first, 1)"),
    ("syntax", "rows = {**first}"),
    ("syntax", "def act(value, /):\n    pass"),
    ("syntax", "@table[0]\ndef act():\n    pass"),
    ("syntax", "try:\n    act()\nexcept* ValueError:\n    pass"),
    ("slice", "back = data[::-1]"),
    ("assert", "assert cap_pa > 0"),
    ("class", "class Wand(Pump, Vent):\n    pass"),
    ("class", "class Wand(metaclass=Kind):\n    pass"),
    ("class", "class Wand:\n    def __hidden(self):\n        pass"),
    ("special", "class Wand:\n    def __init_subclass__(cls):\n        super().__init_subclass__()"),
    ("special", "cause = error.__cause__"),
    ("annotation", "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from typing import Final\nCAP_PA: Final = 1"),
)

FINE = '''
"""A docstring costs nothing there."""
import binascii
import hashlib

from .board import Board

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = ((1, "a"), (2, "b"))


class Wand(Board):
    """One base class."""

    def __init__(self, rows: tuple[int, ...], name: str | None = None) -> None:
        """Keep them."""
        self.rows = list(rows)
        self.ring = bytearray(8)
        self.table = {1: 2}

    def each(self) -> "Iterator[int]":
        for number, name in ROWS:
            yield number
        first, *rest = self.rows
        act(*rest, **self.table)
        self.rows.clear()
        self.ring[:2] = b""
        if (half := first // 2) and isinstance(half, (int, bytes)) and 1 in self.table:
            raise ValueError(f"{half!r} {half:04x}") from None
        crc = binascii.crc32(bytes(self.ring)) & 0xFFFFFFFF
        return hashlib.sha256(crc.to_bytes(4, "little")).digest()
'''


@pytest.mark.parametrize(("code", "source"), OFFENDING, ids=[source.replace("\n", " ")[:48] for _, source in OFFENDING])
def test_finds(code: str, source: str) -> None:
    found = firmware_subset.violations("app.py", source)
    assert code in {violation.code for violation in found}
    assert all(violation.line >= 1 for violation in found)


def test_leaves_alone_what_runs_there() -> None:
    assert firmware_subset.violations("app.py", FINE) == []


def test_a_board_may_import_its_machine_and_the_program_below() -> None:
    source = "import machine, time\nfrom ..board import Board\ntime.ticks_ms()"
    assert firmware_subset.violations("boards/pico.py", source) == []
    assert firmware_subset.violations("boards/loop.py", "from usb.device.cdc import CDCInterface\nopen('slot')") == []
    assert firmware_subset.violations("main.py", "from firmware.boards.loop import run") == []
    for path, source in (
        ("boards/pico.py", "import firmware.boards.loop"),
        ("boards/pico.py", "import usb"),
        ("app.py", "import usb.device"),
    ):
        assert [found.code for found in firmware_subset.violations(path, source)] == ["import"]
    assert [found.code for found in firmware_subset.violations("memory.py", "open('slot')")] == ["builtin"]
    assert [found.code for found in firmware_subset.violations("boards/pico.py", "import time\ntime.monotonic()")] == ["module-name"]
    assert [found.code for found in firmware_subset.violations("boards/pico.py", "from ...units import parse_vacuum")] == ["import"]


@pytest.mark.parametrize("name", sorted(firmware_subset.PACKERS))
def test_only_what_checks_ranges_may_pack(name: str) -> None:
    assert firmware_subset.violations(name, "import struct\nstruct.pack('<H', 1)") == []
    assert [found.code for found in firmware_subset.violations(name, "import struct\nstruct.pack('<f', 1)")] == ["struct"]


def test_mpy_cross_finds_what_the_tree_does_not_show(tmp_path: Path) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "pico.py").write_text("with (open_pump() as pump, open_vent() as vent):\n    pass\n")
    lines = list(firmware_subset.check(tmp_path))
    assert len(lines) == 1
    assert "pico.py: mpy-cross:" in lines[0]
    assert "SyntaxError" in lines[0]


def test_names_the_file_and_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app.py").write_text("cap_pa = 1\n\nhalf_pa = cap_pa / 2\n")
    assert firmware_subset.main([str(tmp_path)]) == 1
    assert f"{tmp_path / 'app.py'}:3: division:" in capsys.readouterr().out


def test_no_files_is_a_failure_and_not_a_pass(tmp_path: Path) -> None:
    assert firmware_subset.main([str(tmp_path)]) == 1


@pytest.mark.hazard("H-43", "wand")
def test_the_wands_program_passes() -> None:
    assert list(firmware_subset.check(firmware_subset.FIRMWARE)) == []
