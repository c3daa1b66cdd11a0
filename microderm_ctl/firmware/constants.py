"""The numbers of the wand. The hard ones have no message, record or unlock that raises them."""

from .regulator import Gains

# States, by their number on the wire.
BOOT = 0
SELF_TEST = 1
SAFE = 2
LINKED = 3
ARMED = 4
RUN = 5
HOLD = 6
STOPPING = 7
COOLDOWN = 8
FAULT = 9
LOCKOUT = 10
SERVICE = 11

# Causes, by their number on the wire.
NONE = 0
STOP = 1
BUTTON = 2
LEASE = 3
HANG_UP = 4
OVER_TRIP = 5
OVER_HARD = 6
DWELL = 7
ZONE_DONE = 8
TREATMENT_DONE = 9
PAUSED = 10
UNSEALED = 11
HOLD_TIMEOUT = 12
TREATMENT_TIMEOUT = 13
SESSION_REPLACED = 14
SENSOR_RANGE = 15
SENSOR_FROZEN = 16
SENSOR_JUMP = 17
SENSOR_DUTY = 18
STUCK_PUMP = 19
STUCK_VENT = 20
TIP_CHANGED = 21
TIP_MISSING = 22
TEMPERATURE = 23
SUPPLY = 24
LATE_STEP = 25
MEMORY = 26
RESET = 27
NOT_PRESSED = 28
SILENT = 29
SERVICE_TIME = 30
NO_SEAL_DRIVE = 31
INTERNAL = 32

ACTIVE = (ARMED, RUN, HOLD)
HOLD_CAUSES = (DWELL, ZONE_DONE, PAUSED, UNSEALED, NO_SEAL_DRIVE)
CONFIRMING = (HOLD,)  # where a higher cap needs a press; out of ARMED leads one anyhow
STRAIN_CAUSES = (NO_SEAL_DRIVE,)
FAULT_CAUSES = (SENSOR_RANGE, SENSOR_FROZEN, SENSOR_JUMP, SENSOR_DUTY, STUCK_VENT, TEMPERATURE, SUPPLY, MEMORY, INTERNAL)

DRIVE_OFF = 0
DRIVE_SET_POINT = 1
DRIVE_DUTY = 2

# Signals of light and buzzer.
QUIET = 0
SIGNAL_PRESS = 1
SIGNAL_TOUCH = 2
SIGNAL_RUNNING = 3
SIGNAL_NEXT_ZONE = 4
SIGNAL_CONFIRM = 5
SIGNAL_WARNING = 6
SIGNAL_DONE = 7
SIGNAL_FAULT = 8
SIGNAL_SERVICE = 9
SIGNAL_IDENTIFY = 10

TICK_MASK = 0x3FFFFFFF
ROWS = 12
NO_ROW = 255

# The coding resistors of the tips: from ohm, to ohm, grit in micrometres.
TIPS = (
    (900, 1_100, 106),
    (2_000, 2_400, 125),
    (4_200, 5_200, 150),
)
TIP_ABSENT_OHM = 1_000_000


def grit_of(ohm: int) -> int:
    """Return the grit of a tip in micrometres from its resistor, 0 where no known tip is fitted."""
    for low, high, grit_um in TIPS:
        if low <= ohm <= high:
            return grit_um
    return 0


class Constants:
    """Every limit and time of the program; the explorer of the state machine hands in smaller ones."""

    gains = Gains()
    step_ms = 20
    lease_steps = 25  # 500 ms: five renewals, four of which may be lost
    echo_most_ms = 300  # a renewal must echo a tick at most this old
    silent_steps = 500  # 10 s without a valid frame ends a session that does nothing
    press_steps = 500  # 10 s to press the button after ARM
    wall_steps = 90_000  # 30 min after the press, whatever was sealed
    hold_steps = 15_000  # 5 min in HOLD
    hold_warn_steps = 12_000  # a warning at 4 min
    hold_least_steps = 50  # 1 s in HOLD before motion may leave it
    unsealed_steps = 500  # 10 s unsealed in RUN
    release_steps = 15  # 300 ms for the vacuum to fall after the vent opens
    off_current_steps = 15  # 300 ms, spin-down included
    frozen_steps = 10  # 200 ms of equal readings while the pump runs
    strain_steps = 100  # 2 s of full duty that does not reach the set point
    strains_most = 3
    test_steps = 25  # 500 ms of self-test
    test_most_steps = 150  # 3 s, then it has failed
    done_steps = 250  # how long the signal of a finished treatment lasts
    cooldown_steps = 90_000  # 30 min, powered
    unlock_held_steps = 150  # the button held for 3 s
    service_steps = 180_000  # 60 min
    service_idle_steps = 15_000  # 5 min
    late_most_ms = 50

    set_point_least_pa = 2_500
    cap_least_pa = 5_000  # under it a sudden better seal may pass the trip, somewhere in the band of pumps
    set_point_most_pa = 25_000
    trip_most_pa = 26_700
    trip_margin_permille = 150
    trip_margin_least_pa = 600
    trip_margin_most_pa = 1_500
    treatment_most_ms = 360_000
    patch_most_ms = 3_000
    dwell_most_ms = 3_000

    sealed_pa = 900
    unsealed_pa = 600
    moving_mg = 30
    released_least_pa = 1_000
    released_permille = 200
    ambient_window_pa = 600  # a vented sensor must read ambient so closely
    ambient_steps = 50  # 1 s vented, then it is judged
    vacuum_least_pa = -1_500
    vacuum_most_pa = 40_000
    raw_least = 64
    raw_most = 65_400
    jump_most_raw = 7_500  # 15 kPa up in a step; no pump of the plant band does that
    strain_below_pa = 1_000
    off_ma = 40
    temperature_least_dc = 0
    temperature_most_dc = 550
    supply_least_mv = 4_400
    supply_most_mv = 5_500
    zero_window_raw = 500  # 1 kPa: how far ambient may read from the calibrated zero
    telemetry_steps = 5


def trip_of(c: Constants, cap_pa: int) -> int:
    """Return where the wand vents on its own for a cap, in pascals: 15 % above, at least 0.6 and at most 1.5 kPa."""
    margin = cap_pa * c.trip_margin_permille // 1000
    margin = min(max(margin, c.trip_margin_least_pa), c.trip_margin_most_pa)
    return min(cap_pa + margin, c.trip_most_pa)
