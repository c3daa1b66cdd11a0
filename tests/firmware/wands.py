"""The program on a plain board without its wire: handlers are called with values, and a refusal is a value."""

from collections.abc import Callable
from typing import Any

import pytest

from microderm_ctl.firmware import calibration, memory, unlock
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.core import Refusal
from tests.firmware.rig import SERIAL, PlainBoard

KEY = unlock.unit_key(b"the service centre's own", SERIAL)
NO_FIELD = 255
TOKEN = 0x01020304
"""Of the session; handlers never look at it."""


TREATED: dict[str, Any] = {
    "row": 0, "cap_pa": (8_000,), "trip_pa": (9_200,), "limit": (500,), "dwell_limit": (50,), "used": (0,), "treatment_limit": 1_000,
    "grit_um": 106,
}  # fmt: skip
"""What a state of RUN needs to be stepped."""


def resting(cls: type[PlainBoard] = PlainBoard) -> PlainBoard:
    """Return a board with the pump off and the vent open, so that its memory may be written."""
    board = cls()
    board.duty, board.vent = 0, True
    return board


def wand(mode: int = k.LINKED, board: PlainBoard | None = None, key: bytes = KEY, **changes: Any) -> App:
    """Return a calibrated program in some state with a live lease, all functions of SERVICE open and a sound measurement."""
    board = board or resting()
    kept = memory.Memory(board)
    if not board.slots:
        kept.write(memory.CALIBRATION, calibration.build(8_192, SERIAL, 1_760_000_000, 8_192, 0))
        kept.write(memory.KEY, key)
    app = App(board)
    s = app.state
    s.mode, s.session, s.lease, s.functions, s.service = mode, 1, app.c.lease_steps, 7, 1_000
    app.measured.line_up, app.measured.grit_um = 1, 106
    for name, value in changes.items():
        setattr(s, name, value)
    app._noted = s.mode
    return app


def ask(handler: Callable[..., Any], app: App, *values: Any) -> tuple[Any, ...]:
    """Return what a handler answers."""
    answer: tuple[Any, ...] = handler(app, (TOKEN, *values))
    return answer


def refused(handler: Callable[..., Any], app: App, *values: Any) -> tuple[int, int, int, int]:
    """Return code, field, what was asked and what is allowed of a refusal."""
    with pytest.raises(Refusal) as why:
        handler(app, (TOKEN, *values))
    return why.value.code, why.value.field, why.value.asked, why.value.allowed
