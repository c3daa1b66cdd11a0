"""The pictures of a certificate: errors with U, residuals, leak-down, duty map, step."""

from collections.abc import Sequence
from math import fsum, isfinite
from typing import Final

from microderm_ctl.bench.calibration import Characteristics, interpolate
from microderm_ctl.bench.certificate.document import DutyStudy, LeakDown, StepStudy
from microderm_ctl.bench.certificate.numbers import PA_PER_KPA, kpa
from microderm_ctl.bench.certificate.picture import Picture, Plot, Point, axis, sampled
from microderm_ctl.bench.decision import Error
from microderm_ctl.bench.leak import Decay, Law, Sample
from microderm_ctl.bench.measurement import Measurement
from microderm_ctl.bench.readings import Direction

REFERENCE: Final = "reference vacuum, kPa below ambient"
VACUUM: Final = "vacuum, kPa below ambient"
ASIDE: Final = 2.8
"""Up and down lie beside each other by so much, or one would hide the other."""
_SIDES: Final = {Direction.UP: ("up", -ASIDE, "up, deepening"), Direction.DOWN: ("down", ASIDE, "down, releasing")}
_RESIDUAL_LEAST_PA: Final = 30.0
"""An axis of residuals is no shorter: noise alone would look like a shape."""
_BAND: Final = 0.02
"""Part of a step within which it has settled, as ``judge_step`` has it."""


def errors(key: str, title: str, points: Sequence[Error], tolerance_pa: int) -> Picture:
    """Draw errors over the reference with U bars, the tolerance and the guard band."""
    top = max(1.0, *(one.reference_pa for one in points)) / PA_PER_KPA
    reach = max(1.12 * tolerance_pa, 1.08 * max(abs(one.error_pa) + one.expanded_pa for one in points)) / PA_PER_KPA
    plot = Plot(axis(REFERENCE, -0.02 * top, top * 1.03), axis("error, kPa", -reach, reach))
    _guard(plot, points, tolerance_pa, top)
    for direction, (side, aside, words) in _SIDES.items():
        ones = [one for one in points if one.direction is direction]
        bars = [(_x(one), (one.error_pa - one.expanded_pa) / PA_PER_KPA, (one.error_pa + one.expanded_pa) / PA_PER_KPA) for one in ones]
        plot.bars(f"bar-{side}", bars, aside)
        plot.marks(side, side, [(_x(one), one.error_pa / PA_PER_KPA) for one in ones], aside)
        if ones:
            plot.sign(side, side, words)
    plot.sign("guard", "area", "guard band, w = U")
    plot.sign("limit", "line", f"limit \N{PLUS-MINUS SIGN}{kpa(tolerance_pa)} kPa")
    worst = max(points, key=lambda one: abs(one.error_pa))
    told = (
        f"Error over reference vacuum with bars of U at {len(points)} points, the tolerance and the guard band. The largest error is "
        f"{kpa(worst.error_pa, 3)} kPa at {kpa(worst.reference_pa, 1)} kPa, {worst.direction.value}."
    )
    return plot.picture(key, title, told)


def _x(one: Error) -> float:
    return one.reference_pa / PA_PER_KPA


def _guard(plot: Plot, points: Sequence[Error], tolerance_pa: int, top: float) -> None:
    """Draw the limits, and the band inside them that is as wide as U."""
    widest: dict[float, float] = {}
    for one in points:
        widest[_x(one)] = max(widest.get(_x(one), 0.0), one.expanded_pa)
    xs = sorted(widest)
    ends = [-0.02 * top, *xs, top * 1.03]
    limit = tolerance_pa / PA_PER_KPA
    for sign in (1, -1):
        inner: list[Point] = [(x, sign * max(0.0, limit - interpolate(xs, [widest[one] for one in xs], x) / PA_PER_KPA)) for x in ends]
        plot.area("guard", [(ends[0], sign * limit), *inner, (ends[-1], sign * limit)])
        plot.line("guard-edge", inner)
        plot.level("limit", sign * limit)


def residuals(values: Characteristics, gates: Sequence[Measurement]) -> Picture:
    """Draw what the new curve leaves at the points of the fit, with bars from up to down."""
    halves = [half / 2 for half in values.hysteresis_pa]
    points = list(zip(values.points_pa, values.residuals_pa, halves, strict=True))
    reach = max(_RESIDUAL_LEAST_PA, 1.2 * max(abs(one) + half for _, one, half in points))
    plot = Plot(axis(REFERENCE, 0.0, max(values.points_pa) * 1.03 / PA_PER_KPA), axis("curve less reference, Pa", -reach, reach))
    plot.bars("bar-down", [(x / PA_PER_KPA, one - half, one + half) for x, one, half in points], foot=4)
    plot.marks("sample", "dot", [(x / PA_PER_KPA, one) for x, one, _ in points])
    plot.sign("sample", "dot", "mean of up and down")
    plot.sign("bar-down", "line", "from up to down")
    limit = next((one.limits.most for one in gates if one.name == "residual"), None)
    if limit is not None:
        plot.level("limit", limit)
        plot.level("limit", -limit)
        plot.sign("limit", "line", f"limit \N{PLUS-MINUS SIGN}{limit:g} Pa{'' if limit <= reach else ', outside the picture'}")
    told = f"Residuals of the fit at {len(points)} points; the largest is {max(map(abs, values.residuals_pa)):.0f} Pa."
    return plot.picture("residuals", "Residuals of the fitted curve", told)


def leak_down(leak: LeakDown) -> Picture:
    """Draw the decay of the vacuum, and the law over the stretch that it was fitted to."""
    end_s, top = leak.samples[-1].time_s, max(one.vacuum_pa for one in leak.samples)
    plot = Plot(axis("seconds", leak.samples[0].time_s, end_s), axis(VACUUM, 0.0, top * 1.06 / PA_PER_KPA))
    for level in (leak.start_pa, leak.end_pa):
        plot.level("target", level / PA_PER_KPA)
    used = [one for one in leak.samples if leak.end_pa < one.vacuum_pa <= leak.start_pa]
    plot.line("curve", _law(used, leak.law, leak.total))
    plot.marks("sample", "dot", [(one.time_s, one.vacuum_pa / PA_PER_KPA) for one in leak.samples])
    plot.sign("sample", "dot", "reading")
    plot.sign("curve", "line", "fitted law")
    plot.sign("target", "line", "fitted in between")
    told = f"Vacuum over {end_s:.1f} s with the pump off; it falls by {kpa(leak.total.rate_pa_s)} kPa/s at {kpa(leak.total.at_pa, 1)} kPa."
    return plot.picture("leak-down", "Leak-down", told)


def _law(used: Sequence[Sample], law: Law, total: Decay) -> list[Point]:
    """Return the law through the middle of the samples, with the slope that was found."""
    if len(used) < 2:
        return []
    slope = -total.rate_pa_s / law.stretch(total.at_pa)
    middle_s = fsum(one.time_s for one in used) / len(used)
    middle = fsum(law.straight(one.vacuum_pa) for one in used) / len(used)
    return sampled(lambda at: law.curved(middle + slope * (at - middle_s)) / PA_PER_KPA, used[0].time_s, used[-1].time_s)


def duty_map(duty: DutyStudy) -> Picture:
    """Draw vacuum against duty: samples and the rising curve."""
    points = duty.map.points
    top = max(points[-1].vacuum_pa, *(one.vacuum_pa for one in duty.samples))
    first = min(duty.start_duty, points[0].duty)
    margin = 0.05 * (points[-1].duty - first)
    plot = Plot(
        axis("duty of the pump, %", max(0.0, first - margin) * 100, (points[-1].duty + margin) * 100),
        axis(VACUUM, 0.0, top * 1.06 / PA_PER_KPA),
    )
    plot.upright("target", duty.start_duty * 100)
    curve = sampled(duty.map.vacuum_at, points[0].duty, points[-1].duty)
    plot.line("curve", [(x * 100, y / PA_PER_KPA) for x, y in curve])
    plot.marks("sample", "dot", [(one.duty * 100, one.vacuum_pa / PA_PER_KPA) for one in duty.samples])
    plot.sign("sample", "dot", "measured")
    plot.sign("curve", "line", "map")
    plot.sign("target", "line", "start duty")
    told = f"Vacuum against duty at {len(duty.samples)} points; the pump starts at {duty.start_duty * 100:.0f} %."
    return plot.picture("duty-map", "Duty map", told)


def step(study: StepStudy) -> Picture:
    """Draw a step of the set point: the vacuum, where it was to go, and the band in which it has settled."""
    first_s, last_s = study.samples[0].time_s, study.samples[-1].time_s
    least = min(study.from_pa, study.to_pa, *(one.vacuum_pa for one in study.samples)) / PA_PER_KPA
    most = max(study.from_pa, study.to_pa, *(one.vacuum_pa for one in study.samples)) / PA_PER_KPA
    margin = 0.08 * (most - least)
    plot = Plot(axis("seconds since the step", first_s, last_s), axis(VACUUM, least - margin, most + margin))
    half = _BAND * abs(study.to_pa - study.from_pa) / PA_PER_KPA
    goal = study.to_pa / PA_PER_KPA
    plot.area("guard", [(first_s, goal - half), (first_s, goal + half), (last_s, goal + half), (last_s, goal - half)])
    plot.line("target", [(first_s, study.from_pa / PA_PER_KPA), (first_s, goal), (last_s, goal)])
    plot.line("trace", [(one.time_s, one.vacuum_pa / PA_PER_KPA) for one in study.samples])
    plot.sign("trace", "line", "vacuum")
    plot.sign("target", "line", "set point")
    plot.sign("guard", "area", f"within {_BAND * 100:.0f} % of the step")
    settled = f"settled after {study.response.settle_s:.1f} s" if isfinite(study.response.settle_s) else "it did not settle"
    told = f"A step of the set point from {kpa(study.from_pa, 1)} to {kpa(study.to_pa, 1)} kPa; {settled}."
    return plot.picture("step", "Step of the set point", told)
