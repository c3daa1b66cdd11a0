"""Everything the wand remembers from one step to the next, as plain integers, and what it measures in one."""

from . import constants as k
from . import regulator


class Measured:
    """The inputs of one step, read once from the board and calibrated."""

    __slots__ = (
        "button",
        "grit_um",
        "late_ms",
        "line_up",
        "memory_ok",
        "motion_mg",
        "pump_ma",
        "raw",
        "supply_mv",
        "temperature_dc",
        "vacuum_pa",
    )

    def __init__(self) -> None:
        """Begin as a healthy wand at rest that nobody holds."""
        self.vacuum_pa = 0
        self.raw = 8192
        self.motion_mg = 0
        self.grit_um = 0
        self.temperature_dc = 250
        self.supply_mv = 5_000
        self.pump_ma = 0
        self.line_up = 0
        self.button = 0
        self.late_ms = 0
        self.memory_ok = 1


FIELDS = (
    "mode",
    "cause",
    "session",
    "lease",
    "silent",
    "row",
    "count",
    "set_point_pa",
    "confirmed_pa",
    "press_needed",
    "grit_um",
    "purpose",
    "treatment_limit",
    "treatment",
    "sealed",
    "dwell",
    "unsealed",
    "armed",
    "wall",
    "hold",
    "hold_cause",
    "moved",
    "idle",
    "stop_pa",
    "off",
    "current",
    "last_raw",
    "frozen",
    "jump",
    "strain",
    "strains",
    "acknowledged",
    "button_was",
    "pressed",
    "cooldown",
    "held",
    "latched",
    "service",
    "service_idle",
    "functions",
    "drive_mode",
    "drive_left",
    "drive_duty",
    "drive_vent",
    "shown",
    "showing",
    "passing",
    "test",
    "duty",
    "vent",
)
ROW_FIELDS = ("zone", "cap_pa", "trip_pa", "limit", "dwell_limit", "used", "control")


class State:
    """The state of the control program; all times are counts of steps that saturate.

    mode, cause        state and the first cause of the last stop, by number
    session            1 while a session is open
    lease, silent      steps of lease left; steps without a valid frame
    row .. press_needed  the row in force, its set point, the highest cap a press has confirmed
    treatment_limit, treatment  sealed steps allowed and used; ``used`` holds those of each row
    sealed .. moved     what RUN and HOLD go by
    stop_pa, off       vacuum when the pump went off; steps since then
    current .. strains timers of the interlock
    """

    __slots__ = FIELDS + ROW_FIELDS

    def __init__(self) -> None:
        """Begin in BOOT with the pump off and the vent open."""
        self.mode = self.cause = self.session = self.lease = self.silent = self.count = 0
        self.set_point_pa = self.confirmed_pa = self.press_needed = self.grit_um = self.purpose = 0
        self.treatment_limit = self.treatment = self.sealed = self.dwell = self.unsealed = 0
        self.armed = self.wall = self.hold = self.hold_cause = self.moved = self.idle = 0
        self.stop_pa = self.off = self.current = self.frozen = self.jump = self.strain = self.strains = 0
        self.acknowledged = self.button_was = self.pressed = self.cooldown = self.test = self.duty = self.passing = 0
        self.held = self.latched = self.service = self.service_idle = self.functions = 0
        self.drive_mode = self.drive_left = self.drive_duty = self.drive_vent = self.shown = self.showing = 0
        self.row = k.NO_ROW
        self.vent = 1
        self.last_raw = -1
        self.zone: "tuple[int, ...]" = ()
        self.cap_pa: "tuple[int, ...]" = ()
        self.trip_pa: "tuple[int, ...]" = ()
        self.limit: "tuple[int, ...]" = ()
        self.dwell_limit: "tuple[int, ...]" = ()
        self.used: "tuple[int, ...]" = ()
        self.control: "tuple[int, ...]" = regulator.REST

    def snapshot(self) -> "tuple[tuple[int, ...], ...]":
        """Return the state as tuples of integers."""
        own = tuple([getattr(self, name) for name in FIELDS])
        return (own,) + tuple([tuple(getattr(self, name)) for name in ROW_FIELDS])

    def restore(self, snapshot: "tuple[tuple[int, ...], ...]") -> None:
        """Take over a snapshot."""
        for name, value in zip(FIELDS, snapshot[0]):
            setattr(self, name, value)
        for name, row in zip(ROW_FIELDS, snapshot[1:]):
            setattr(self, name, row)
