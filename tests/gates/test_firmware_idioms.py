"""What MicroPython does otherwise: the gate finds it, and it really is so there; and what is the same, the gate leaves alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import runtime
from tests.gates import firmware_subset

PEER = Path(__file__).with_name("idioms_peer.py")

DIFFERENT = (
    ("bytes", "r = 'ä'.encode('ascii')"),
    ("bytes", "r = int.from_bytes((1, 2), 'little')"),
    ("bytes", "x = bytearray(2)\nx[0] = 300\nr = x"),
    ("method", "x = bytearray(b'ab')\nx.reverse()\nr = x"),
    ("method", "x = bytearray(b'ab')\nx.insert(0, 1)\nr = x"),
    ("method", "x = bytearray(b'ab')\nr = x.copy()"),
    ("method", "r = 'ab'.center(5)"),
    ("method", "r = range(9).index(3)"),
    ("method", "r = memoryview(b'ab').nbytes"),
    ("method", "r = 97 in memoryview(b'ab')"),
    ("method", "r = 'Ab'.casefold()"),
    ("method", "r = 'ab'.isidentifier()"),
    ("method", "r = (5).bit_count()"),
    ("method", "try:\n    raise ValueError(1)\nexcept ValueError as error:\n    error.add_note('n')\n    r = 1"),
    ("method", "try:\n    raise OSError(2, 'x')\nexcept OSError as error:\n    r = error.strerror"),
    ("method", "import hashlib\nx = hashlib.sha256(b'a')\nx.digest()\nr = x.digest()"),
    ("method", "import hashlib\nx = hashlib.sha256(b'a')\nx.digest()\nx.update(b'b')\nr = 1"),
    ("method", "import hashlib\nr = hashlib.sha256(b'a').copy() and 1"),
    ("keyword", "import hashlib\nr = hashlib.sha256(b'a', usedforsecurity=False) and 1"),
    ("keyword", "r = 'a,b'.split(sep=',')"),
    ("keyword", "r = 'a,b,c'.split(',', maxsplit=1)"),
    ("keyword", "r = list(iter(lambda: 5, 5))"),
    ("keyword", "r = sum((1, 2), start=3)"),
    ("range", "r = range(3) == range(3)"),
    ("builtin", "r = [1, 2, 3][slice(1, 2)]"),
    ("builtin", "r = hasattr(5, 'real')"),
    ("function", "def act():\n    pass\nact.count = 1\nr = act.count"),
    (
        "generator",
        "seen = []\ndef each():\n    try:\n        yield 1\n    finally:\n        seen.append(1)\nfor _ in each():\n    break\nr = seen",
    ),
    ("special", "class Wand:\n    def __bytes__(self):\n        return b'a'\nr = bytes(Wand())"),
    ("special", "class Wand:\n    def __lt__(self, other):\n        return True\nr = Wand() > Wand()"),
    ("special", "class Wand:\n    def __format__(self, form):\n        return 'z'\nr = f'{Wand()}'"),
    ("special", "class Wand:\n    def __index__(self):\n        return 1\nr = [7, 8][Wand()]"),
    ("special", "class Wand:\n    def __getattribute__(self, name):\n        return 5\nr = Wand().duty"),
    ("special", "def act(cap=1):\n    pass\nr = act.__defaults__"),
    ("special", "class Wand:\n    def act(self):\n        pass\nr = Wand().act.__self__ and 1"),
    ("special", "r = (5).__add__(3)"),
    ("special", "r = [1].__len__()"),
    ("special", "r = __doc__"),
    ("class", "class Whole(int):\n    def __new__(cls, value):\n        return int.__new__(cls, value)\nr = Whole(5) + 1"),
    ("annotation", "Row = tuple[int, ...]\nr = 1"),
    ("annotation", "Cap = int | None\nr = 1"),
    ("isinstance", "r = isinstance(5, int | str)"),
    ("text", "r = 'É'.lower()"),
    ("text", "r = '\u0663'.isdigit()"),
    ("text", "r = '{a.real}'.format(a=5)"),
    ("text", "r = rf'\\{1}'"),
    ("order", "r = list({5: 1, 3: 2, 9: 4, 1: 0, 77: 3})"),
    ("order", "x = {5: 1, 3: 2, 9: 4, 1: 0, 77: 3}\nr = ','.join([str(key) for key in x])"),
    ("order", "r = [*map(str, {5: 1, 3: 2, 9: 4, 1: 0, 77: 3})]"),
    ("slice", "r = b'abcdef'[::2]"),
    ("syntax", "r = [*(1, 2), 3]"),
    ("import", "import math\nr = math.isqrt(10)"),
    ("import", "from dataclasses import dataclass\nr = 1"),
    ("import", "from typing import Final\nr = 1"),
)
"""Each sets `r`, to something else on MicroPython than on CPython."""

ORDER = (
    "def act(rows: dict[int, int]):\n    for key in rows:\n        pass",
    "def act(rows: 'set[int]'):\n    return tuple(rows)",
    "rows: 'dict[int, int]' = make()\nfirst = b''.join(rows)",
    "rows = {1: 2}\nact(*rows)",
    "rows = {1: 2}\nfirst = rows.popitem()",
    "from . import messages as w\nfor message in w.REQUESTS:\n    act(message)",
    "from .messages import REQUESTS\nlast = list(REQUESTS)",
)
"""Where order is lost without a difference that must show: it hangs on the keys."""

BOARD = (
    ("recursion", "def act(left):\n    return act(left - 1) if left else 0"),
    ("recursion", "class Wand:\n    def act(self):\n        self.act()"),
    ("float", "r = 2 ** -1"),
    ("float", "r = f'{5:.1f}'"),
    ("float", "r = '%5.2f' % 5"),
)
"""What differs on the RP2040 alone: single floats, and a short stack."""

SAME = (
    'r = f"{5!r:>4} {7=} {3:{4}d} {255:#x} {5:+d}"',
    "r = (half := 9 // 2) + half",
    "first, *rest = (1, 2, 3)\nr = rest",
    "def act(one, *others, two=2, **more):\n    return (one, others, two)\nr = act(*(1, 5), *(6,), two=3)",
    "r = (-7 // 2, -7 % 3, -7 >> 1, 7 // -2, divmod(-7, 2), ~5, -5 & 0xFFFF)",
    "r = ((1 << 80) // 3, -(1 << 70) % 7, (1 << 65) ^ -1, -5 & 0xFFFFFFFFFFFFFFFFFFFF, pow(3, 200, 7))",
    "r = int.from_bytes(b'\\x01\\x02', 'little'), (258).to_bytes(2, 'little')",
    "r = max((3, 1, 2), key=lambda value: -value), min([], default=3), sum((1, 2), 3)",
    "r = [value for value in range(5, 0, -1) if value % 2], bytes(reversed(b'abc')), list(zip((1, 2), (3, 4)))",
    "x = bytearray(b'abcd')\nx[1:3] = b'xyz'\nx[0] = 7 & 0xFF\nx += b'e'\nr = x",
    "x = [1, 2, 3]\ndel x[1:2]\nx[0:0] = [7, 8]\nr = x",
    "r = b'a\\0b'.split(b'\\0', 1), b'a'.hex(), 'a-b'.partition('-'), 'ab'.startswith('a')",
    "class Wand:\n    __slots__ = ('duty',)\n    def __init__(self):\n        self.duty = 3\n"
    "    @property\n    def half(self):\n        return self.duty // 2\n"
    "    @half.setter\n    def half(self, value):\n        self.duty = 2 * value\n"
    "class Other(Wand):\n    def __init__(self):\n        super().__init__()\nx = Other()\nx.half = 4\nr = x.duty",
    "def each():\n    got = yield 1\n    yield got\n    yield from (4, 5)\nx = each()\nnext(x)\nr = x.send(3), list(x)",
    "def outer():\n    count = 1\n    def inner():\n        nonlocal count\n        count += 1\n    inner()\n    return count\nr = outer()",
    "try:\n    r = [][1]\nexcept (IndexError, KeyError):\n    r = 'none'\nfinally:\n    x = 1",
    "import binascii, hashlib\nx = hashlib.sha256(b'a')\nx.update(b'b')\nr = x.digest(), binascii.crc32(b'a')",
)
"""Each sets `r`, to the same on both."""


@pytest.fixture
def micropython() -> str:
    """Return the program to run, from MICROPYTHON or the environment that `make` sets up."""
    return runtime.find_or_skip()


def _results(python: str, sources: list[str]) -> list[str]:
    options = ["-W", "ignore"] if python == sys.executable else []
    done = subprocess.run(
        [python, *options, str(PEER)], input=json.dumps(sources), capture_output=True, text=True, timeout=60, check=True, encoding="utf-8"
    )
    return done.stdout.splitlines()


def _codes(source: str) -> set[str]:
    return {found.code for found in firmware_subset.violations("app.py", source, frozenset({"REQUESTS"}))}


@pytest.mark.parametrize(("code", "source"), DIFFERENT + BOARD, ids=[source.replace("\n", " ")[:60] for _, source in DIFFERENT + BOARD])
def test_finds_what_differs(code: str, source: str) -> None:
    assert code in _codes(source)


@pytest.mark.parametrize("source", ORDER)
def test_finds_where_order_is_lost(source: str) -> None:
    assert _codes(source) == {"order"}


@pytest.mark.parametrize("source", SAME, ids=[source.replace("\n", " ")[:60] for source in SAME])
def test_leaves_alone_what_is_the_same(source: str) -> None:
    assert _codes(source) == set()


def test_the_differences_are_real(micropython: str) -> None:
    sources = [source for _, source in DIFFERENT]
    here, there = _results(sys.executable, sources), _results(micropython, sources)
    assert len(here) == len(there) == len(sources)
    assert {result for result in here if result.startswith("fails")} == {"fails: UnicodeEncodeError", "fails: ValueError"}
    assert [source for source, one, other in zip(sources, here, there, strict=True) if one == other] == []


def test_what_is_left_alone_is_the_same(micropython: str) -> None:
    here, there = _results(sys.executable, list(SAME)), _results(micropython, list(SAME))
    assert not [result for result in here if result.startswith("fails")]
    assert here == there and len(here) == len(SAME)
