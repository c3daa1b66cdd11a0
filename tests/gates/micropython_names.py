"""What MicroPython has, and what of it the wand's program may use.

Taken from `dir()` on MicroPython 1.29 (unix port), less what the RP2040 build
lacks and what the program must not use: floats, printing, files, evaluation,
and sorting, which is not stable there.
"""

from typing import Final

BUILTINS: Final = frozenset(
    """
    abs all any bool bytearray bytes callable chr classmethod delattr dict divmod enumerate filter frozenset getattr
    hasattr hash hex id int isinstance issubclass iter len list map max memoryview min next object oct ord pow property
    range repr reversed set setattr slice staticmethod str sum super tuple type zip
    Ellipsis NotImplemented
    ArithmeticError AssertionError AttributeError BaseException EOFError Exception GeneratorExit ImportError IndexError
    KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError OverflowError RuntimeError
    StopAsyncIteration StopIteration SyntaxError SystemExit TypeError UnicodeError ValueError ZeroDivisionError
    """.split()
)
"""Built-in names that the program may use."""

METHODS: Final = frozenset(
    """
    from_bytes to_bytes
    center count encode endswith find format index isalpha isdigit islower isspace isupper join lower lstrip partition
    replace rfind rindex rpartition rsplit rstrip split splitlines startswith strip upper
    decode fromhex hex append extend
    clear copy insert pop remove reverse
    fromkeys get items keys popitem setdefault update values
    add difference difference_update discard intersection intersection_update isdisjoint issubset issuperset
    symmetric_difference symmetric_difference_update union
    """.split()
)
"""Methods of MicroPython's own types; `sort` is there and left out, since it is not stable."""

ABSENT_METHODS: Final = frozenset(
    name
    for kind in (int, str, bytes, bytearray, list, dict, set, tuple)
    for name in dir(kind)
    if not name.startswith("_") and name not in METHODS
) | {"hexdigest", "tobytes", "tolist", "iter_unpack", "_replace", "_asdict", "_make"}
"""Methods that CPython's types have and MicroPython's lack."""

ABSENT_SPECIALS: Final = frozenset(
    """
    __annotations__ __bases__ __cause__ __class_getitem__ __context__ __doc__ __format__ __index__ __init_subclass__
    __mro__ __post_init__ __prepare__ __set_name__ __subclasses__ __traceback__ __wrapped__
    """.split()
)
"""Special names that do nothing there, or are missing."""

MODULES: Final[dict[str, frozenset[str]]] = {
    "binascii": frozenset({"crc32", "hexlify", "unhexlify"}),
    "hashlib": frozenset({"sha256"}),
    "struct": frozenset({"calcsize", "pack", "pack_into", "unpack", "unpack_from"}),
}
"""Modules the program may import, and the names it may use of each."""

BOARD_MODULES: Final = frozenset({"gc", "machine", "micropython", "os", "select", "sys", "time", "usb.device", "usb.device.cdc"})
"""Modules that only a board's files may import besides; `usb.device` is micropython-lib's."""

START_MODULES: Final = frozenset({"firmware.boards.loop"})
"""What the files at the top of a board import besides: the program, which lies in a folder below them."""

BOARD_BUILTINS: Final = frozenset({"open"})
"""Built-ins that only a board's files may use: they keep the memory."""

ABSENT_BOARD_NAMES: Final = frozenset(
    {("os", "path"), ("os", "replace"), ("os", "fsync"), ("time", "monotonic"), ("time", "perf_counter"), ("time", "monotonic_ns")}
)
"""What a board's file could take from CPython's modules by mistake."""
