"""Which board is meant: the wand that is plugged in, or a board that waits at MicroPython's prompt. None is opened here."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from microderm_ctl.errors import NoWand, SeveralWands
from microderm_ctl.link.ports import SeenPort
from microderm_ctl.texts import firmware as texts

VENDOR_ID: Final = 0x2E8A
PRODUCT_ID: Final = 0x0005
"""Raspberry Pi, and MicroPython on its boards (the lists at github.com/raspberrypi/usb-pid and in MicroPython's own source)."""


class Kind(StrEnum):
    """What a port is by its USB id."""

    WAND = "wand"
    BOARD = "board"
    STRANGER = "stranger"


class Target(NamedTuple):
    """A port, what it is, and the serial number that USB tells, '' where it tells none."""

    spec: str
    kind: Kind
    serial: str


def known(ports: Iterable[SeenPort]) -> list[Target]:
    """Return the wands and the boards among ports, wands first."""
    ports = list(ports)
    found = [Target(port.spec, Kind.WAND, port.serial) for port in ports if port.is_wand]
    return sorted(found) + sorted(
        Target(port.spec, Kind.BOARD, wand_serial(port.serial))
        for port in ports
        if (port.vendor_id, port.product_id) == (VENDOR_ID, PRODUCT_ID)
    )


def wand_serial(number: str) -> str:
    """Return the serial number that a board has as a wand: the last 6 bytes of its flash chip's."""
    return number[-12:].upper()


def choose(ports: Iterable[SeenPort], port: str | None, serial: str | None) -> Target:
    """Return the one that can be meant: the port that was named, else the only wand or board.

    Raises:
        NoWand: none is there.
        SeveralWands: more than one could be meant.
    """
    candidates = known(ports)
    if port is not None:
        named = [one for one in candidates if one.spec == port]
        return named[0] if named else Target(port, Kind.STRANGER, "")
    meant = [one for one in candidates if serial in (None, one.serial)]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise NoWand(texts.NOTHING.format(serial=serial) if serial else texts.NO_BOARD, texts.NO_BOARD_HINT)
    listed = "\n".join(f"  {texts.KINDS[one.kind].format(serial=one.serial or '-', port=one.spec)}" for one in meant)
    raise SeveralWands(
        texts.SEVERAL.format(count=len(meant), listed=listed), texts.SEVERAL_HINT, {"boards": [one._asdict() for one in meant]}
    )


def back_as(ports: Iterable[SeenPort], kind: Kind, serial: str) -> str | None:
    """Return the port at which a board came back as a wand or at its prompt, None while it has not."""
    return next((one.spec for one in known(ports) if (one.kind, one.serial) == (kind, serial)), None)
