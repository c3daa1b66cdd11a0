"""A measurement as a technician reads it: name, unit, limits, marginal band, value, outcome."""

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How a measurement stands against its limits."""

    PASS = "pass"
    MARGINAL = "marginal"
    """Inside the limits, but nearer to one than the marginal band is wide: a pass that is worth a look."""
    FAIL = "fail"


class Limits(NamedTuple):
    """From least to most, both included; within ``marginal`` of a limit that can be reached is marginal."""

    least: float
    most: float
    marginal: float
    unit: str
    reason: str

    def judge(self, value: float) -> Outcome:
        """Return how a value stands; what is not a number fails."""
        if not self.least <= value <= self.most:
            return Outcome.FAIL
        is_near_least = self.least != 0 and value < self.least + self.marginal
        return Outcome.MARGINAL if is_near_least or value > self.most - self.marginal else Outcome.PASS


class Measurement(NamedTuple):
    """One value with the limits that it was judged by."""

    name: str
    value: float
    limits: Limits
    outcome: Outcome


def measure(name: str, value: float, limits: Limits) -> Measurement:
    """Return a value with its outcome."""
    return Measurement(name, value, limits, limits.judge(value))


def has_passed(measurements: "tuple[Measurement, ...]") -> bool:
    """Return whether none of them failed."""
    return all(one.outcome is not Outcome.FAIL for one in measurements)
