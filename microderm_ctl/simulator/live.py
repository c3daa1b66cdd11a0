"""The virtual wands that are open in this process, by serial number, and the clocks that several of them share.

Both are known only as long as somebody else holds them.
"""

from itertools import count
from typing import Final, Protocol
from weakref import WeakValueDictionary

from microderm_ctl.clock import VirtualClock
from microderm_ctl.errors import NoWand
from microderm_ctl.simulator.unit import Unit


class Live(Protocol):
    """A port with a virtual wand behind it."""

    unit: Unit | None
    clock: VirtualClock
    is_open: bool


_ports: Final[WeakValueDictionary[int, Live]] = WeakValueDictionary()
_clocks: Final[WeakValueDictionary[str, VirtualClock]] = WeakValueDictionary()
_places: Final = count()


def announce(port: Live) -> None:
    """Make a port known, which has just been opened."""
    _ports[next(_places)] = port


def find_live(serial: str) -> tuple[Unit, VirtualClock]:
    """Return the wand that was opened last with a serial number, and the clock that drives it.

    Raises:
        NoWand: none that is open has it.
    """
    for _, port in sorted(_ports.items(), reverse=True):
        if port.is_open and port.unit is not None and port.unit.serial == serial:
            return port.unit, port.clock
    raise NoWand(f"No virtual wand {serial} is open in this process.", "Open it with '--port sim', or with a URL 'sim://?serial=...'.")


def shared_clock(name: str, utc_s: int) -> VirtualClock:
    """Return the clock of a name, made at this UTC second if nobody holds it."""
    clock = _clocks.get(name)
    if clock is None:
        clock = _clocks[name] = VirtualClock(utc_s)
    return clock
