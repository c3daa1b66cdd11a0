"""What MicroPython has, and what of it the wand's program may use.

Taken from `dir()` on MicroPython 1.29 (unix port), less what the RP2040 build
lacks and what the program must not use: floats, printing, files, evaluation,
and sorting, which is not stable there.
"""

from typing import Final

BUILTINS: Final = frozenset(
    """
    abs all any bool bytearray bytes callable chr classmethod delattr dict divmod enumerate filter frozenset getattr
    hash hex id int isinstance issubclass iter len list map max memoryview min next object oct ord pow property
    range repr reversed set setattr staticmethod str sum super tuple type zip
    Ellipsis NotImplemented
    ArithmeticError AssertionError AttributeError BaseException EOFError Exception GeneratorExit ImportError IndexError
    KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError OverflowError RuntimeError
    StopAsyncIteration StopIteration SyntaxError SystemExit TypeError UnicodeError ValueError ZeroDivisionError
    """.split()
)
"""Built-in names that the program may use; `hasattr` finds other things there."""

METHODS: Final = frozenset(
    """
    from_bytes to_bytes
    count encode endswith find format index isalpha isdigit islower isspace isupper join lower lstrip partition
    replace rfind rindex rpartition rsplit rstrip split splitlines startswith strip upper
    decode fromhex hex append extend
    clear copy insert pop remove reverse
    fromkeys get items keys popitem setdefault update values
    add difference difference_update discard intersection intersection_update isdisjoint issubset issuperset
    symmetric_difference symmetric_difference_update union
    getter setter deleter
    """.split()
)
"""Methods of MicroPython's own types. Left out: `sort`, which is not stable there, and `center`, which fills up the other side."""

BYTEARRAY_METHODS: Final = METHODS - frozenset(
    """
    clear copy insert pop remove reverse encode
    fromkeys get items keys popitem setdefault update values from_bytes to_bytes
    add difference difference_update discard intersection intersection_update isdisjoint issubset issuperset
    symmetric_difference symmetric_difference_update union
    getter setter deleter
    """.split()
)
"""Those that a bytearray has there."""

ABSENT_METHODS: Final = frozenset(
    name
    for kind in (int, str, bytes, bytearray, list, dict, set, frozenset, tuple, memoryview, property)
    for name in dir(kind)
    if not name.startswith("_") and name not in METHODS
) | frozenset("hexdigest digest_size block_size iter_unpack _replace _asdict _make add_note with_traceback strerror filename".split())
"""Methods that CPython's types have and MicroPython's lack."""

SPECIALS_DEFINED: Final = frozenset(
    """
    __init__ __call__ __len__ __bool__ __getitem__ __setitem__ __contains__ __iter__ __next__
    __eq__ __hash__ __repr__ __str__ __enter__ __exit__
    """.split()
)
"""Special methods that a class may have: they are called there as they are here. `<` does not fall back on `>` there."""

SPECIALS_READ: Final = frozenset({"__init__", "__class__", "__name__"})
"""Special names that may be asked of an object."""

MODULES: Final[dict[str, frozenset[str]]] = {
    "binascii": frozenset({"crc32", "hexlify", "unhexlify"}),
    "hashlib": frozenset({"sha256"}),
    "struct": frozenset({"calcsize", "pack", "pack_into", "unpack", "unpack_from"}),
}
"""Modules the program may import, and the names it may use of each."""

BOARD_MODULES: Final[dict[str, frozenset[str]]] = {
    "gc": frozenset("collect disable enable isenabled mem_alloc mem_free threshold".split()),
    "machine": frozenset(
        """
        ADC I2C PWM Pin RTC SPI Signal SoftI2C SoftSPI Timer UART USBDevice WDT PWRON_RESET WDT_RESET bootloader disable_irq
        enable_irq freq idle lightsleep mem8 mem16 mem32 reset reset_cause soft_reset time_pulse_us unique_id
        """.split()
    ),
    "micropython": frozenset(
        "RingIO alloc_emergency_exception_buf const heap_lock heap_unlock kbd_intr mem_info opt_level qstr_info schedule stack_use".split()
    ),
    "os": frozenset(
        "chdir dupterm getcwd ilistdir listdir mkdir mount remove rename rmdir stat statvfs sync umount uname unlink urandom".split()
    ),
    "select": frozenset("POLLERR POLLHUP POLLIN POLLOUT poll".split()),
    "sys": frozenset(
        "byteorder exit implementation maxsize modules path platform print_exception stderr stdin stdout version version_info".split()
    ),
    "time": frozenset("sleep_ms sleep_us ticks_add ticks_cpu ticks_diff ticks_ms ticks_us".split()),
    "usb.device": frozenset({"get"}),
    "usb.device.cdc": frozenset({"CDCInterface"}),
}
"""Modules that only a board's files may import besides, and what the RP2040 build has of them; `usb.device` is micropython-lib's.

Times in seconds are left out: they are floats.
"""

START_MODULES: Final = frozenset({"firmware.boards.loop"})
"""What the files at the top of a board import besides: the program, which lies in a folder below them."""

BOARD_BUILTINS: Final = frozenset({"open"})
"""Built-ins that only a board's files may use: they keep the memory."""
