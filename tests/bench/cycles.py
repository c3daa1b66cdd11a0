"""Cycles whose truth is known: a unit with chosen errors, a perfect gauge, no noise."""

from collections.abc import Mapping

from microderm_ctl.bench.procedure import Procedure, shipped
from microderm_ctl.bench.readings import Direction, Reading, Series
from microderm_ctl.simulator.errors_model import PA_PER_COUNT, RAW_AT_AMBIENT, UnitErrors, seen_pa

PROCEDURE: Procedure = shipped()
SIGN = {Direction.UP: 1, Direction.DOWN: -1}


def reading(unit: UnitErrors, set_pa: int, direction: Direction, drift_pa: float = 0.0, gauge_pa: float = 0.0) -> Reading:
    raw = RAW_AT_AMBIENT + (seen_pa(unit, set_pa, SIGN[direction]) + drift_pa) / PA_PER_COUNT
    return Reading(set_pa, set_pa + gauge_pa, raw, unit.noise_pa / PA_PER_COUNT, 150)


def series_of(errors: Mapping[str, float], points: tuple[int, ...] = PROCEDURE.points.series_pa) -> Series:
    """A cycle of a unit with errors by name; ``drift_pa`` grows steadily from vent to vent, ``gauge_pa`` is the gauge's zero."""
    errors = dict(errors)
    drift_pa, gauge_pa = errors.pop("drift_pa", 0.0), errors.pop("gauge_pa", 0.0)
    unit = UnitErrors(**errors)
    share = drift_pa / (2 * len(points) - 1)
    up = [reading(unit, point, Direction.UP, i * share, gauge_pa) for i, point in enumerate(points)]
    down = [reading(unit, point, Direction.DOWN, (i + len(points)) * share, gauge_pa) for i, point in enumerate(reversed(points))]
    top = reading(unit, points[-1], Direction.UP, 0.0, gauge_pa)
    return Series(tuple(up), tuple(reversed(down)), (top,))


def series(points: tuple[int, ...] = PROCEDURE.points.series_pa, **errors: float) -> Series:
    """The same, with the errors as arguments."""
    return series_of(errors, points)
