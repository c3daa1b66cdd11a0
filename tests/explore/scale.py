"""The wand's numbers, scaled down until every state can be visited, and the two treatments that are armed.

Only counts of steps and the times that become counts are smaller; every pressure,
temperature and voltage is the wand's own. What is compared with what stays the same.
"""

from typing import Final

from microderm_ctl.firmware.constants import Constants, trip_of

CAPS: Final = (5_000, 5_500)
"""Two rows with different caps: the higher one needs a press of its own."""
PATCH_CAP: Final = 2_500
GRIT_UM: Final = 106


class Small(Constants):
    """What the suite walks: zone 2, treatment 3, dwell 1, hold 3, lease 2 steps."""

    step_ms = 500
    lease_steps = 2
    silent_steps = 9
    press_steps = 2
    wall_steps = 9
    hold_steps = 3
    hold_warn_steps = 2
    hold_least_steps = 1
    unsealed_steps = 2
    release_steps = 1
    off_current_steps = 2
    frozen_steps = 2
    strain_steps = 1
    strains_most = 2
    test_steps = 2
    test_most_steps = 3
    cooldown_steps = 1
    unlock_held_steps = 2
    service_steps = 9
    service_idle_steps = 9
    ambient_steps = 2
    treatment_most_ms = 3 * step_ms
    patch_most_ms = 1 * step_ms
    dwell_most_ms = 1 * step_ms


class Full(Small):
    """What ``python -m tests.explore`` walks: a lease of 3 steps, a cool-down of 2, three to see that a vented sensor reads ambient."""

    lease_steps = 3
    cooldown_steps = 2
    ambient_steps = 3


VACUUMS: Final[tuple[int, ...]] = (
    0,  # at rest
    700,  # neither sealed nor unsealed, more than a vented sensor may read
    1_250,  # sealed, far below the set point; released only after a stop above 6 kPa
    5_000,  # at the set point
    6_000,  # above the trip of the first row, below that of the second
    7_000,  # above both trips
    27_000,  # above 26.7 kPa
    41_000,  # no sensor reads that
    -2_000,  # nor that
)


def stop_class(c: Constants, vacuums: tuple[int, ...], stop_pa: int) -> int:
    """Return the least vacuum of a stop after which the same of ``vacuums`` count as released as after this one."""
    released = _released_after(c, vacuums, stop_pa)
    return min(one for one in (*vacuums, stop_pa) if one >= 0 and _released_after(c, vacuums, one) == released)


def _released_after(c: Constants, vacuums: tuple[int, ...], stop_pa: int) -> tuple[bool | None, ...]:
    below = max(c.released_least_pa, stop_pa * c.released_permille // 1000)
    return tuple(None if one == below else one < below for one in vacuums)


def trips(c: Constants) -> tuple[int, ...]:
    """Return the trips of the two rows."""
    return tuple(trip_of(c, cap) for cap in CAPS)
