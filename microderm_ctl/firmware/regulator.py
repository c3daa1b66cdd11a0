"""The suction regulator: from set point and measured vacuum to pump duty and vent, once in 20 ms.

Two phases. In *search* the tip is in the air, or only just touching: a low duty that
depends on the set point, so that a sudden landing cannot shoot past it; while
some vacuum shows, the duty climbs slowly, so that a weak pump on a poor seal
gets through too. In *seal* a PI with damping on the measurement follows a
reference that starts at the measured vacuum and approaches the set point.
Above the set point plus a margin the vent opens; the pump rests and most of
what was integrated is dropped, for it belonged to a leak that is gone.

Integers only; no product or sum reaches 2**30, a board's small integer. Nothing
here knows the plant. The gains were found by a random search over pumps of
8 L/min +-25 %, chambers of 40 mL +-25 %, stalls of 70 kPa +-10 %, valves of 1 to
3 mm2, leaks of 0.02 to 0.2 mm2 and set points of 2.5 to 25 kPa; what they reach is
printed by ``python -m tests.firmware.suction``.
"""

VACUUM_MOST_PA = 70_000
"""What is measured is taken as at most this; no pump of the band gets there."""
DUTY_FULL = 65_535
SEARCH_DUTY_MOST = 17_039
"""26 % of full duty: no gain may make the search stronger."""
SCALE = 256
"""Gains are duty counts of 1/256."""


class Gains:
    """The constants of the regulator, each with its unit; a test hands in others."""

    sealed_above_pa = 900
    unsealed_below_pa = 600
    vent_opens_pa = 300  # above the set point
    vent_closes_pa = 10  # above the set point

    start_duty = 7_864  # 12 %: where a pump begins to turn, give or take
    search_duty = 870  # above the start
    search_duty_per_64_pa = 66  # of set point
    touch_pa = 200  # more than this is a touch, not noise
    climb_duty = 380  # a step, while touched
    climb_kept = 360  # 1/256: how much of the climb seal starts from

    reference = 1_310  # duty/256 per Pa of reference
    proportional = 1_760  # duty/256 per Pa measured
    damping = 2_530  # duty/256 per Pa of change in a step
    integral = 160  # duty/256 per Pa below the reference and step
    approach = 30  # 1/64 of the way to the set point that the reference goes in a step
    vented_kept = 32  # 1/64 of the integral that a step with the vent open leaves
    ceiling_duty = 17_500  # the most that seal may use, and
    ceiling_duty_per_64_pa = 105  # of set point more: a poor contact must not wind the pump up


REST: "tuple[int, ...]" = (0, 0, 0, 0, 0, 0)
"""Sealed, integral (duty/256), last vacuum (Pa), reference (Pa), climb (duty), vent open: as at the start of RUN, in search."""


def regulate(gains: Gains, memory: tuple[int, ...], set_point_pa: int, vacuum_pa: int) -> tuple[int, bool, tuple[int, ...]]:
    """Return pump duty (0..65535), whether the vent is open, and the memory for the next step.

    Args:
        gains: the constants.
        memory: what the last step returned; ``REST`` to begin.
        set_point_pa: 2,500 to 25,000.
        vacuum_pa: as measured in this step; below ambient is taken as 0.
    """
    is_sealed, integral, last_pa, reference_pa, climb, vented = memory
    vacuum_pa = max(0, min(vacuum_pa, VACUUM_MOST_PA))
    if is_sealed:
        if vacuum_pa < gains.unsealed_below_pa:
            is_sealed = integral = reference_pa = climb = 0
    elif vacuum_pa > gains.sealed_above_pa:
        is_sealed, last_pa, reference_pa = 1, vacuum_pa, min(vacuum_pa, set_point_pa)
        integral = gains.climb_kept * climb + (gains.proportional - gains.reference) * vacuum_pa
    over_pa = vacuum_pa - max(reference_pa, set_point_pa)
    vent = over_pa > (gains.vent_closes_pa if vented else gains.vent_opens_pa)
    if vent:
        duty, integral = 0, integral * gains.vented_kept // 64
        reference_pa = max(set_point_pa, approach(gains, reference_pa, set_point_pa))
    elif is_sealed:
        reference_pa = approach(gains, reference_pa, set_point_pa)
        duty, integral = seal(gains, integral, set_point_pa, reference_pa, vacuum_pa, vacuum_pa - last_pa)
    else:
        duty, climb = search(gains, climb, set_point_pa, vacuum_pa)
    return duty, vent, (is_sealed, integral, vacuum_pa, reference_pa, climb, int(vent))


def search(gains: Gains, climb: int, set_point_pa: int, vacuum_pa: int) -> "tuple[int, int]":
    """Return duty and climb of a step without a seal."""
    base = min(gains.start_duty + gains.search_duty + gains.search_duty_per_64_pa * set_point_pa // 64, SEARCH_DUTY_MOST)
    climb = min(climb + gains.climb_duty, SEARCH_DUTY_MOST - base) if vacuum_pa > gains.touch_pa else 0
    return base + climb, climb


def approach(gains: Gains, reference_pa: int, set_point_pa: int) -> int:
    """Return the reference a step nearer to the set point; from below it arrives, from above too."""
    way_pa = set_point_pa - reference_pa
    return reference_pa + (way_pa * gains.approach // 64 or min(1, way_pa))


def seal(gains: Gains, integral: int, set_point_pa: int, reference_pa: int, vacuum_pa: int, rise_pa: int) -> tuple[int, int]:
    """Return duty and integral of a step with a seal; the integral stands still while the duty is at its end."""
    wanted = gains.reference * reference_pa - gains.proportional * vacuum_pa - gains.damping * rise_pa + integral
    duty = gains.start_duty + wanted // SCALE
    most = duty_most(gains, set_point_pa)
    change = gains.integral * (reference_pa - vacuum_pa)
    if duty >= most:
        change = min(0, change)
    elif duty <= 0:
        change = max(0, change)
    return max(0, min(duty, most)), integral + change


def duty_most(gains: Gains, set_point_pa: int) -> int:
    """Return the most duty that is used at a set point: full only where a weak pump on a poor seal needs it."""
    return min(gains.ceiling_duty + gains.ceiling_duty_per_64_pa * set_point_pa // 64, DUTY_FULL)
