"""The daily check unit: the only thing that sees a gauge that has silently moved.

Nothing in a unit's own data shows it: all its gates stay green, and its certificate is wrong. So
a unit that is never adjusted is read each day, upwards, and its errors are held against its own history.
"""

from collections.abc import Mapping, Sequence
from math import fsum

from microderm_ctl.bench.measurement import Limits, Measurement, measure
from microderm_ctl.bench.procedure import Procedure

HISTORY_LEAST = 3
"""With fewer days there is no mean to hold today against; the first days only build it up."""


def check_golden(procedure: Procedure, today: Mapping[int, float], history: Mapping[int, Sequence[float]]) -> tuple[Measurement, ...]:
    """Return today's shift of the error at each golden point against the mean of its history, in pascals.

    Args:
        procedure: points and limit.
        today: error (shown less gauge) by point.
        history: earlier errors by point; the shift of a point with fewer than three is not judged, and 0.

    Raises:
        ValueError: a golden point was not read.
    """
    limit = float(procedure.numbers.golden_limit_pa)
    limits = Limits(-limit, limit, limit / 3, "Pa", procedure.reasons["golden_limit_pa"])
    missing = [point for point in procedure.points.golden_pa if point not in today]
    if missing:
        raise ValueError(f"the golden unit was not read at {missing[0] / 1000:g} kPa")
    return tuple(measure(f"golden_{point}", _shift(today[point], history.get(point, ())), limits) for point in procedure.points.golden_pa)


def _shift(error_pa: float, earlier: Sequence[float]) -> float:
    return error_pa - fsum(earlier) / len(earlier) if len(earlier) >= HISTORY_LEAST else 0.0
