"""Every request of the computer, as the reply handlers get it."""

from typing import Final, NamedTuple

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import messages as w
from microderm_ctl.firmware import replies
from microderm_ctl.firmware.app import needs_session
from microderm_ctl.firmware.core import Core, Refusal
from tests.explore.scale import CAPS, GRIT_UM, PATCH_CAP
from tests.explore.world import NOW, SOME_DUTY

SESSION: Final = 0x04030201


class Request(NamedTuple):
    """One request: its name, its number, and the values of its payload."""

    name: str
    message: int
    values: tuple[object, ...]


def _arm(purpose: int, caps: tuple[int, ...], seconds: int) -> tuple[int, ...]:
    """Return ARM that asks for more dwell and treatment than the wand allows."""
    rows = len(caps)
    pad = (0,) * (k.ROWS - rows)
    columns = (*range(1, rows + 1), *pad, *caps, *pad, *((seconds,) * rows), *pad, *((3_000,) * rows), *pad)
    return (SESSION, 1, 1, 1, purpose, GRIT_UM, 360_000, rows, *columns)


ALL: Final = (
    Request("HELLO", w.HELLO, (w.MAGIC, w.TABLE_HASH, 5)),
    Request("HELLO other", w.HELLO, (w.MAGIC, w.TABLE_HASH ^ 1, 5)),
    Request("IDENTITY", w.IDENTITY, ()),
    Request("STOP", w.STOP, ()),
    Request("RESTART", w.RESTART, (w.CONFIRM,)),
    Request("LOADER", w.LOADER, (w.CONFIRM,)),
    Request("RENEW", w.RENEW, (SESSION, NOW)),
    Request("RENEW stale", w.RENEW, (SESSION, NOW - 301)),
    Request("LIMITS", w.LIMITS, ()),
    Request("ARM", w.ARM, _arm(0, CAPS, 1)),
    Request("ARM patch", w.ARM, _arm(1, (PATCH_CAP,), 360)),
    Request("ZONE 0", w.ZONE, (SESSION, 0, CAPS[0])),
    Request("ZONE 1", w.ZONE, (SESSION, 1, CAPS[1])),
    Request("ZONE patch", w.ZONE, (SESSION, 0, PATCH_CAP)),
    Request("ZONE above", w.ZONE, (SESSION, 1, CAPS[1] + 500)),
    Request("ZONE beyond", w.ZONE, (SESSION, 2, PATCH_CAP)),
    Request("SET_POINT", w.SET_POINT, (SESSION, PATCH_CAP)),
    Request("SET_POINT above", w.SET_POINT, (SESSION, CAPS[1] + 500)),
    Request("PAUSE", w.PAUSE, (SESSION,)),
    Request("RESUME", w.RESUME, (SESSION,)),
    Request("ACKNOWLEDGE", w.ACKNOWLEDGE, (SESSION,)),
    Request("ROWS", w.ROWS, ()),
    Request("LEDGER", w.LEDGER, (0, 0)),
    Request("CHALLENGE", w.CHALLENGE, (SESSION, bytes(16))),
    Request("UNLOCK", w.UNLOCK, (SESSION, 7, 3_600, bytes(32))),
    Request("UNLOCK_AGAIN", w.UNLOCK_AGAIN, (SESSION, bytes(16))),
    Request("LEAVE_SERVICE", w.LEAVE_SERVICE, (SESSION,)),
    Request("DRIVE off", w.DRIVE, (SESSION, k.DRIVE_OFF, 0, 0, 1, 0)),
    Request("DRIVE closed", w.DRIVE, (SESSION, k.DRIVE_OFF, 0, 0, 0, 0)),
    Request("DRIVE set point", w.DRIVE, (SESSION, k.DRIVE_SET_POINT, CAPS[0], 0, 0, 1)),
    Request("DRIVE duty", w.DRIVE, (SESSION, k.DRIVE_DUTY, 0, SOME_DUTY, 0, 1)),
    Request("MEASURE", w.MEASURE, (SESSION,)),
    Request("RECORD", w.RECORD, (SESSION, 1)),
    Request("SELF_TEST", w.SELF_TEST, (SESSION,)),
    Request("CLEAR_LATCH", w.CLEAR_LATCH, (SESSION,)),
    Request("SIGNAL", w.SIGNAL, (SESSION, k.SIGNAL_IDENTIFY)),
)
"""STAGE and COMMIT are left out: they write records and touch no state; ``test_negative_scan`` has every message on the wire."""


def ask(wand: Core, request: Request) -> bool:
    """Hand a request to its handler and return whether it was done."""
    s = wand.state
    s.silent = 0
    if needs_session(request.message) and not s.session:
        return False
    try:
        replies.HANDLERS[request.message](wand, request.values)  # type: ignore[arg-type]
    except Refusal:
        return False
    wand.note_change()
    return True
