"""Skin on the regulator's end: courses of vacuum over plants, set points and what the hand does.

    python -m tests.firmware.suction      the wide sweep, about a minute: the figures behind the gains

The sensor is noisy (40 Pa rms) and quantised (2 Pa), each course from its own seed.
A change that comes within a step is taken as the mean leak of that step.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Final, NamedTuple

from microderm_ctl.firmware.constants import Constants, trip_of
from microderm_ctl.firmware.regulator import REST, Gains, regulate
from microderm_ctl.simulator.pneumatics import ORIFICE_COEFFICIENT, STEP_MS, Plant, Pneumatics

Leak = Callable[[float], float]
"""Milliseconds since the event (negative before it) to the leak at the tip in mm2."""

NOISE_PA: Final = 40.0
SETTLED_PA: Final = 300
SETTLE_MS: Final = 1_600


class Hand(NamedTuple):
    """One thing a hand does, and what is asked of the regulator then."""

    name: str
    leak: Leak
    before_ms: int
    """How long what was before the event lasts; 0 leak changes are after it."""
    lasts_ms: float
    worst_mm2: float
    """The most that leaks on the skin; a plant too weak for it is not judged."""
    over_most_pa: int


class Course(NamedTuple):
    """What came of it after the event."""

    over_pa: float
    """True vacuum above the set point at its highest."""
    over_ms: int
    """How long it was more than 300 Pa above."""
    settled_ms: float
    """When it was within 300 Pa for good, from the end of the event."""
    tripped: bool
    """Whether a measurement passed the trip of a cap that equals the set point."""
    vented: int
    """How many steps the vent was open."""


def landing(to_mm2: float, takes_ms: float = 0.0) -> Hand:
    """Touch down from the air; the leak closes geometrically."""
    return Hand(
        f"landing on {to_mm2} in {takes_ms:.0f} ms",
        _closing(28.0, to_mm2, takes_ms),
        400,
        takes_ms,
        to_mm2,
        1_000 if takes_ms >= 50 else 1_500,
    )


def slip(off_ms: float, first_mm2: float, then_mm2: float) -> Hand:
    """Lift off and land at once after a while."""

    def leak(at_ms: float) -> float:
        return first_mm2 if at_ms < 0 else 28.0 if at_ms < off_ms else then_mm2

    return Hand(f"off for {off_ms:.0f} ms, {first_mm2} to {then_mm2}", leak, 1_200, off_ms, max(first_mm2, then_mm2), 1_500)


def change(from_mm2: float, to_mm2: float, takes_ms: float = 0.0) -> Hand:
    """Let the seal get better or worse on the skin, linearly."""

    def leak(at_ms: float) -> float:
        part = 0.0 if at_ms < 0 else 1.0 if at_ms >= takes_ms else at_ms / takes_ms
        return from_mm2 + (to_mm2 - from_mm2) * part

    over_most_pa = 1_000 if takes_ms >= 50 else 1_500
    return Hand(f"seal {from_mm2} to {to_mm2} in {takes_ms:.0f} ms", leak, 1_200, takes_ms, max(from_mm2, to_mm2), over_most_pa)


def _closing(from_mm2: float, to_mm2: float, takes_ms: float) -> Leak:
    def leak(at_ms: float) -> float:
        if at_ms < 0:
            return from_mm2
        return to_mm2 if at_ms >= takes_ms else from_mm2 * (to_mm2 / from_mm2) ** (at_ms / takes_ms)

    return leak


def corners() -> Iterator[Plant]:
    """Yield the nominal plant and the 32 corners of the band, with pumps that start earlier and later among them."""
    yield Plant()
    for number, (flow, volume, droop, vent, stall) in enumerate(product((6.0, 10.0), (30.0, 50.0), (0.3, 0.8), (1.0, 3.0), (63e3, 77e3))):
        start_duty = (6_554, 7_864, 9_175)[number % 3]
        yield Plant(flow, stall, droop, volume, vent_mm2=vent, start_duty=start_duty)


def reserve(plant: Plant, set_point_pa: int, leak_mm2: float) -> float:
    """Return how much more the pump passes at the set point than leaks there: below 1 the plant cannot hold it."""
    full = plant.pump_l_min / 60_000
    flow = full * (1 - set_point_pa / plant.stall_pa) / (1 + full * plant.filter_pa_s_m3 / plant.stall_pa)
    return float(flow / (ORIFICE_COEFFICIENT * (plant.bleed_mm2 + leak_mm2) * 1e-6 * (2 * set_point_pa / 1.2) ** 0.5))


def run(gains: Gains, plant: Plant, set_point_pa: int, hand: Hand, late_ms: float = 0.0, seed: int = 1) -> Course:
    """Return what comes of a hand's doing that begins ``late_ms`` after a sample."""
    random, air, memory, vented = Random(seed), Pneumatics(plant), REST, False
    trip_pa = trip_of(Constants(), set_point_pa)
    over_pa, over_ms, settled_ms, tripped, vents = 0.0, 0, 0.0, False, 0
    for at_ms in range(-hand.before_ms, SETTLE_MS, STEP_MS):
        measured_pa = measure(air.vacuum_pa, random)
        duty, vented, memory = regulate(gains, memory, set_point_pa, measured_pa)
        begins_ms = at_ms - late_ms
        leak_mm2 = sum(hand.leak(begins_ms + part) for part in (2.5, 7.5, 12.5, 17.5)) / 4
        vacuum_pa = air.step(duty, vented, leak_mm2)
        if at_ms >= 0:
            tripped = tripped or measured_pa > trip_pa
            vents += vented
            over_pa = max(over_pa, vacuum_pa - set_point_pa)
            over_ms += STEP_MS if vacuum_pa > set_point_pa + SETTLED_PA and begins_ms + STEP_MS > hand.lasts_ms else 0
            if abs(vacuum_pa - set_point_pa) > SETTLED_PA:
                settled_ms = at_ms + STEP_MS - hand.lasts_ms
    return Course(over_pa, over_ms, settled_ms, tripped, vents)


def measure(vacuum_pa: float, random: Random) -> int:
    """Return a reading: 40 Pa of noise, in steps of 2 Pa."""
    return round((vacuum_pa + random.gauss(0.0, NOISE_PA)) / 2) * 2


HANDS: Final = (
    landing(0.02),
    landing(0.2),
    landing(0.02, 100),
    landing(0.02, 1_000),
    slip(40, 0.2, 0.02),
    slip(100, 0.1, 0.02),
    slip(400, 0.1, 0.1),
    change(0.15, 0.03),
    change(0.15, 0.03, 50),
    change(0.2, 0.02),
    change(0.2, 0.02, 50),
    change(0.2, 0.02, 100),
    change(0.02, 0.2),
)
SET_POINTS_PA: Final = (2_500, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 10_000, 12_500, 16_000, 20_000, 25_000)


def sweep(hand: Hand, set_point_pa: int) -> str:
    """Return the worst of all corners and phases: Pa over, ms over, ms to settle, trips in percent."""
    courses = [
        (run(Gains(), plant, set_point_pa, hand, late_ms, seed=7 * number + phase), reserve(plant, set_point_pa, hand.worst_mm2))
        for number, plant in enumerate(corners())
        for phase, late_ms in enumerate((0.0, 5.0, 10.0, 15.0))
        if reserve(plant, set_point_pa, hand.worst_mm2) > 1.0
    ]
    trips = sum(course.tripped for course, _ in courses) / len(courses)
    settled_ms = max((course.settled_ms for course, spare in courses if spare > 1.3), default=0.0)
    return f"{max(c.over_pa for c, _ in courses):5.0f}/{max(c.over_ms for c, _ in courses):3d}/{settled_ms:5.0f}/{100 * trips:4.1f}%"


def main() -> None:
    """Write the table of the wide sweep."""
    sys.stdout.write("worst Pa over / ms more than 300 Pa over / ms to settle / share of trips\n" + " " * 32)
    sys.stdout.write("".join(f"{pa / 1000:21.1f}" for pa in SET_POINTS_PA) + " kPa\n")
    for hand in HANDS:
        sys.stdout.write(f"{hand.name:32}" + "".join(f" {sweep(hand, pa):>20}" for pa in SET_POINTS_PA) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
