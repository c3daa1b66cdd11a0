"""One step of the program on its own: a state that is in order in any mode, and what a healthy wand measures then."""

from typing import Any, Final

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import states
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.state import Measured, State

C: Final = Constants()
MODES: Final = range(k.BOOT - 1, k.SERVICE + 2)
"""All states, and a number on either side that is none: it is watched like SAFE."""
CAP_PA: Final = 8_000
TRIP_PA: Final = 9_200


def state(mode: int, **changes: Any) -> State:
    """Return a state of a treatment of two rows, the second in force, in which nothing is wrong."""
    s = State()
    s.mode, s.session, s.lease, s.service, s.row, s.count = mode, 1, C.lease_steps, 100, 1, 2
    rest = (0,) * (k.ROWS - 2)
    s.zone, s.cap_pa, s.trip_pa = (1, 2, *rest), (5_000, CAP_PA, *rest), (5_750, TRIP_PA, *rest)
    s.limit, s.dwell_limit, s.used = (500, 400, *rest), (100, 50, *rest), (0,) * k.ROWS
    s.treatment_limit, s.set_point_pa, s.grit_um = 1_000, 7_000, 106
    s.last_raw = 8_192
    for name, value in changes.items():
        setattr(s, name, value)
    return s


def measured(**changes: Any) -> Measured:
    """Return what a wand in order measures at rest."""
    m = Measured()
    m.line_up, m.grit_um = 1, 106
    for name, value in changes.items():
        setattr(m, name, value)
    return m


def stepped(s: State, **inputs: Any) -> State:
    """Take one step and return the state."""
    states.step(C, s, measured(**inputs))
    return s
