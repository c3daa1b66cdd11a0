"""The numbers on the wire that stand for words. Readers keep an unknown number as it is.

Plain integers, not enums: an unknown value from a newer wand must survive a
round trip, and a comparison must cost nothing.
"""

from typing import Final

VERSION: Final = 1

REQUEST: Final = 1
ANSWER: Final = 2
EVENT: Final = 3
NAK: Final = 4

FLAG_RETRY: Final = 0x01
"""The sender repeats a request whose answer it did not see."""
FLAGS_INCOMPATIBLE: Final = 0xF0
"""A frame with an unknown flag among these may not be acted on."""

MAGIC: Final = 0x4D52_444D
"""The letters MDRM, first in HELLO and its answer."""
CONFIRM: Final = 0x3059_4553
"""The letters SEY0: a word that RESTART and LOADER must carry, so that no stray byte does either."""

TICK_MASK: Final = 0x3FFF_FFFF
"""Ticks are milliseconds modulo 2**30."""
ROWS: Final = 12
NO_ROW: Final = 0xFF

STATES: Final = ("BOOT", "SELF_TEST", "SAFE", "LINKED", "ARMED", "RUN", "HOLD", "STOPPING", "COOLDOWN", "FAULT", "LOCKOUT", "SERVICE")
(BOOT, SELF_TEST, SAFE, LINKED, ARMED, RUN, HOLD, STOPPING, COOLDOWN, FAULT, LOCKOUT, SERVICE) = range(12)

CAUSES: Final = (
    "none", "stop", "button", "lease", "hang-up", "over-trip", "over-hard-limit", "dwell", "zone-done", "treatment-done",
    "paused", "unsealed", "hold-timeout", "treatment-timeout", "session-replaced", "sensor-range", "sensor-frozen", "sensor-jump",
    "sensor-duty", "stuck-pump", "stuck-vent", "tip-changed", "tip-missing", "temperature", "supply", "late-step", "memory",
    "reset", "not-pressed", "silent", "service-time", "no-seal-drive", "internal",
)  # fmt: skip
"""Why the pump last went off, by number."""

(NONE, STOP, BUTTON, LEASE, HANG_UP, OVER_TRIP, OVER_HARD, DWELL, ZONE_DONE, TREATMENT_DONE, PAUSED, UNSEALED, HOLD_TIMEOUT,
 TREATMENT_TIMEOUT, SESSION_REPLACED, SENSOR_RANGE, SENSOR_FROZEN, SENSOR_JUMP, SENSOR_DUTY, STUCK_PUMP, STUCK_VENT, TIP_CHANGED,
 TIP_MISSING, TEMPERATURE, SUPPLY, LATE_STEP, MEMORY, RESET, NOT_PRESSED, SILENT, SERVICE_TIME, NO_SEAL_DRIVE,
 INTERNAL) = range(33)  # fmt: skip

NAK_CLASSES: Final = {1: "retry-later", 2: "fix-request", 3: "fix-state", 4: "needs-person", 5: "bug"}
NAK_CODES: Final = {
    1: "busy", 2: "not-ready",
    10: "unknown-message", 11: "bad-length", 12: "bad-value", 13: "unsupported-flag", 14: "above-limit",
    20: "wrong-state", 21: "no-session", 22: "stale", 23: "no-lease", 24: "other-version", 25: "locked", 26: "out-of-order",
    30: "fault", 31: "lockout", 32: "cool-down", 33: "calibration", 34: "tip", 35: "sensor", 36: "memory", 37: "back-off",
    38: "hold-button",
    40: "internal",
}  # fmt: skip

SEALED: Final = 0x01
MOVING: Final = 0x02
VENT_OPEN: Final = 0x04
PRESS_NEEDED: Final = 0x08
BUTTON_DOWN: Final = 0x10
LEASE_LIVE: Final = 0x20
LINE_UP: Final = 0x40
CALIBRATED: Final = 0x80
BUDGET_USED: Final = 0x100
PUMP_ON: Final = 0x200
FLAG_NAMES: Final = (
    "sealed", "moving", "vent-open", "press-needed", "button-down", "lease-live", "line-up", "calibrated", "budget-used", "pump-on",
)  # fmt: skip

FLAG_MEANINGS: Final = (
    "sealed: the tip is on skin", "moving: the wand feels motion", "vent-open", "press-needed: a press must confirm a higher cap",
    "button-down", "lease-live", "line-up: the computer holds the port open", "calibrated: a sound record of this unit is in force",
    "budget-used: the last treatment used up its time", "pump-on",
)  # fmt: skip

SIGNALS: Final = ("quiet", "press", "touch", "running", "next-zone", "press-to-confirm", "warning", "done", "fault", "service", "identify")
"""What light and buzzer say, by number; the patterns are in the README."""

PURPOSE_TREATMENT: Final = 0
PURPOSE_PATCH_TEST: Final = 1

BOARDS: Final = {0: "unknown", 1: "pico", 2: "virtual"}
IDENTITY_SIMULATED: Final = 0x01

RECORD_CALIBRATION: Final = 1
RECORD_MAP: Final = 2
DRIVE_OFF: Final = 0
DRIVE_SET_POINT: Final = 1
DRIVE_DUTY: Final = 2
