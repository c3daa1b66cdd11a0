"""States as tuples, and which of them are the same: what no later step or request can tell apart is made equal.

Three kinds of reduction, each checked by ``test_states_explored``: a timer stops at
the last value that anything compares it with; what the state it is in never reads
is set to its resting value; and what ``world`` answers anew each time is left out.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware import regulator
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.state import FIELDS, ROW_FIELDS, State
from tests.explore.scale import VACUUMS, stop_class
from tests.explore.world import ACTIVE, FULL_DUTY, RAW, SOME_DUTY

NAMES: Final = (*FIELDS, *ROW_FIELDS)
MODE: Final = NAMES.index("mode")
LEASE: Final = NAMES.index("lease")
DUTY: Final = NAMES.index("duty")
LAST_RAW: Final = RAW - 1
"""Not the reading that is usual, and no jump below it."""

Values = tuple[Any, ...]

get: Final[Callable[[State], Values]] = attrgetter(*NAMES)
"""The values of a state, flat, as ``State.snapshot`` has them; some ten times faster."""


def _compiled(body: str) -> Any:
    """Return a function of state and values: straight code, for the innermost loop."""
    scope: dict[str, Any] = {}
    exec(f"def compiled(s, values=()):\n    {body}\n", scope)
    return scope["compiled"]


put: Final[Callable[[State, Values], None]] = _compiled(f"({', '.join(f's.{name}' for name in NAMES)},) = values")
"""Take over values, as ``State.restore`` does."""

_UNUSED_IN: Final = {
    "armed": {k.ARMED},
    "dwell": {k.RUN},
    "unsealed": {k.RUN},
    "strain": {k.RUN},
    "sealed": {k.RUN},
    "strains": {k.RUN, k.HOLD},
    "hold": {k.HOLD},
    "moved": {k.HOLD},
    "hold_cause": {k.HOLD},
    "press_needed": {k.HOLD},
    "confirmed_pa": {k.RUN, k.HOLD},
    "set_point_pa": set(k.ACTIVE) | {k.SERVICE},
    "grit_um": set(k.ACTIVE),
    "count": set(k.ACTIVE),
    "treatment_limit": set(k.ACTIVE),
    "treatment": set(k.ACTIVE) | {k.STOPPING},
    "purpose": set(k.ACTIVE) | {k.STOPPING},
    "acknowledged": {k.FAULT},
    "passing": {k.SELF_TEST},
    "test": {k.SELF_TEST},
    "frozen": {k.RUN, k.SERVICE},
    "jump": {k.LINKED, k.SERVICE},
    "functions": {k.SERVICE, k.SELF_TEST},
    "drive_mode": {k.SERVICE},
    "drive_left": {k.SERVICE},
    "drive_duty": {k.SERVICE},
    "drive_vent": {k.SERVICE, k.SELF_TEST},
}
"""The states in which each field can still matter."""
ALWAYS: Final = ("silent", "wall", "idle", "pressed", "shown", "showing", "service_idle")
_FAULTS: Final = dict.fromkeys(k.FAULT_CAUSES, k.SENSOR_RANGE)
CAUSE_CLASSES: Final[dict[int, dict[int, int]]] = {
    k.STOPPING: {**_FAULTS, k.TREATMENT_DONE: k.TREATMENT_DONE},
    **{mode: {} for mode in (k.SELF_TEST, k.SAFE, k.LINKED, k.HOLD, k.COOLDOWN, k.SERVICE)},
    k.FAULT: _FAULTS,
    k.LOCKOUT: {k.STUCK_PUMP: k.STUCK_PUMP},
}
"""The causes that a state tells apart, one for each class; a cause that only waits to be told does not matter."""
ROWS: Final = ("zone", "cap_pa", "trip_pa", "limit", "dwell_limit", "used")


def _forget_in(mode: int) -> Callable[[State], None]:
    unused = [name for name, modes in _UNUSED_IN.items() if mode not in modes]
    body = "".join(f"s.{name} = " for name in (*unused, *ALWAYS)) + "0"
    if mode not in ACTIVE:
        body += f"; s.row = {k.NO_ROW}; " + "".join(f"s.{name} = " for name in ROWS) + "()"
    forget: Callable[[State], None] = _compiled(body)
    return forget


FORGET: Final = tuple(_forget_in(mode) for mode in range(k.SERVICE + 1))
KEEPS_HELD: Final = (k.SAFE, k.LINKED, k.COOLDOWN, k.LOCKOUT)


class Reducer:
    """Makes states equal that nothing can tell apart."""

    def __init__(self, c: Constants, vacuums: tuple[int, ...] = VACUUMS) -> None:
        """Take the constants that timers are compared with, and the vacuums that there are."""
        self._c = c
        self._vacuums = vacuums
        self._off_most = max(c.release_steps + 1, c.ambient_steps)
        self._stops: dict[int, int] = {}

    def reduce(self, s: State) -> None:
        """Do it in place."""
        c, mode = self._c, s.mode
        FORGET[mode](s)
        s.last_raw, s.control = LAST_RAW, regulator.REST
        s.off = min(s.off, self._off_most)
        s.current = min(s.current, c.off_current_steps)
        s.frozen = min(s.frozen, c.frozen_steps)
        if s.stop_pa:
            if s.stop_pa not in self._stops:
                self._stops[s.stop_pa] = stop_class(c, self._vacuums, s.stop_pa)
            s.stop_pa = self._stops[s.stop_pa]
        if s.held:
            s.held = min(s.held, c.unlock_held_steps) if mode in KEEPS_HELD else c.unlock_held_steps
        s.service = 2 if s.service else 0
        if s.duty and s.duty != FULL_DUTY:
            s.duty = SOME_DUTY
        if mode in ACTIVE:
            s.set_point_pa = s.cap_pa[s.row] if s.row != k.NO_ROW else 0
        elif mode != k.SERVICE and not s.session:
            s.lease = 0
        self._merge(s, mode)

    def _merge(self, s: State, mode: int) -> None:
        """Take one cause and one drive for all that do the same."""
        if mode in CAUSE_CLASSES:
            s.cause = CAUSE_CLASSES[mode].get(s.cause, k.STOP)
        if mode == k.HOLD and s.hold_cause not in (k.DWELL, k.PAUSED):
            s.hold_cause = k.UNSEALED
        if mode == k.SERVICE and s.drive_mode != k.DRIVE_SET_POINT:
            s.set_point_pa = 0
