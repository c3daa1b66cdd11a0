"""The results of a certificate as tables and pictures."""

from collections.abc import Iterable, Sequence
from math import isinf
from typing import Final

from microderm_ctl.bench.budget import Budget, Component
from microderm_ctl.bench.certificate import charts, words
from microderm_ctl.bench.certificate.blocks import Block, Column, Fact, Facts, Figure, Section, Sentence, Table
from microderm_ctl.bench.certificate.document import Adjustment, Certificate, DutyStudy, LeakDown, StepStudy
from microderm_ctl.bench.certificate.numbers import PA_PER_KPA, digits, exact, fixed, kpa, signed, stated_kpa
from microderm_ctl.bench.decision import Error, Verdict
from microderm_ctl.bench.measurement import Measurement, Outcome
from microderm_ctl.bench.readings import Coefficients

_ERRORS: Final = (
    Column("Set, kPa", 0.11),
    Column("Direction", 0.13, False),
    Column("Reference, kPa", 0.16),
    Column("Shown, kPa", 0.15),
    Column("Error, kPa", 0.14),
    Column("U, kPa", 0.12),
    Column("Verdict", 0.19, False),
)
_CHECKS: Final = (
    Column("Check", 0.33, False),
    Column("Value", 0.14),
    Column("Least", 0.13),
    Column("Most", 0.13),
    Column("Unit", 0.11, False),
    Column("Outcome", 0.16, False),
)
_BESIDE: Final = 7
"""Budgets beside each other."""
_BUDGET: Final = (
    Column("Component", 0.30, False),
    Column("Stated", 0.10),
    Column("Unit", 0.10, False),
    Column("Distribution", 0.22, False),
    Column("Sensitivity, Pa a unit", 0.11),
    Column("Degrees of freedom", 0.09),
    Column("u, Pa", 0.08),
)


def as_found(certificate: Certificate) -> Section:
    """Return the results before adjustment."""
    return Section("Results as found", tuple(_errors("as-found", words.WITH_OLD, certificate, certificate.as_found)))


def as_left(certificate: Certificate) -> Section | None:
    """Return the results after adjustment, at points that the fit has not seen; None where there are none."""
    if not certificate.as_left:
        return None
    title = words.WITH_NEW if certificate.adjustment.new is not None else words.WITH_THE_SAME
    return Section("Results as left", tuple(_errors("as-left", title, certificate, certificate.as_left)))


def _errors(key: str, title: str, certificate: Certificate, points: Sequence[Error]) -> Iterable[Block]:
    rows = tuple(_error(one) for one in points)
    failing = frozenset(i for i, one in enumerate(points) if one.verdict in (Verdict.FAIL, Verdict.CONDITIONAL_FAIL))
    yield Table(title, _ERRORS, rows, failing)
    said = key.replace("-", " ")
    picture = charts.errors(key, f"Error {said}", points, certificate.rule.tolerance_pa)
    yield Figure(picture, f"Error {said} with bars of U, limits and guard band. {words.CHARTED}")


def _error(one: Error) -> tuple[str, ...]:
    error, expanded, decimals = stated_kpa(one.error_pa, one.expanded_pa)
    return (
        kpa(one.set_pa, 1),
        one.direction.value,
        kpa(one.reference_pa, decimals),
        kpa(one.shown_pa, decimals),
        error,
        expanded,
        words.VERDICTS[one.verdict],
    )


def adjustment(certificate: Certificate) -> Section:
    """Return the coefficients before and after, what the unit showed of itself, and the gates."""
    blocks: list[Block] = [_coefficients(certificate.adjustment)]
    if certificate.moved_top:
        blocks.append(Sentence(certificate.moved_top, "mark"))
    if certificate.gates:
        blocks.append(checks("Gates: what a unit has to keep before new coefficients are written", certificate.gates))
    values = certificate.characteristics
    if values is not None:
        rows = zip(values.points_pa, values.residuals_pa, values.hysteresis_pa, strict=True)
        columns = (Column("Reference, kPa", 0.34), Column("Residual of the fit, Pa", 0.33), Column("Hysteresis h, Pa", 0.33))
        blocks.append(
            Table("Characteristic values", columns, tuple((kpa(at, 3), signed(left, 1), fixed(loop, 1)) for at, left, loop in rows))
        )
        blocks.append(
            Facts(
                (
                    Fact("Zero deviation f0", f"{fixed(values.zero_deviation_pa, 1)} Pa"),
                    Fact("Repeatability b\N{PRIME}", f"{fixed(values.repeatability_pa, 1)} Pa"),
                    Fact("Noise of single readings s", f"{fixed(values.noise_pa, 1)} Pa"),
                )
            )
        )
        blocks.append(Figure(charts.residuals(values, certificate.gates), "Residuals of the fitted curve; bars reach from up to down."))
    return Section("Adjustment", tuple(blocks))


def _coefficients(made: Adjustment) -> Block:
    came = "as it came (factory)" if made.is_first else "as it came"
    rows = [(came, *_written(made.old))]
    rows.append(
        ("as it leaves", *_written(made.new)) if made.new is not None else ("as it leaves", "not changed", "not changed", "not changed")
    )
    columns = (
        Column("Coefficients", 0.28, False),
        Column("Zero, counts", 0.24),
        Column("Gain, 1/4096 Pa a count", 0.24),
        Column("Curve, 2\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT THREE}\N{SUPERSCRIPT ZERO} Pa a count\N{SUPERSCRIPT TWO}", 0.24),
    )
    return Table("Coefficients in the unit", columns, tuple(rows))


def _written(coefficients: Coefficients) -> tuple[str, str, str]:
    zero, gain, curve = (fixed(one, 0) for one in coefficients)
    return zero, gain, curve


def checks(title: str, measurements: Sequence[Measurement]) -> Table:
    """Return measurements with their limits."""
    failing = frozenset(i for i, one in enumerate(measurements) if one.outcome is Outcome.FAIL)
    return Table(title, _CHECKS, tuple(_check(one) for one in measurements), failing)


def measured(name: str) -> str:
    """Return how a check is called."""
    return words.MEASURED.get(name) or name.replace("_", " ").capitalize()


def _check(one: Measurement) -> tuple[str, ...]:
    limits = one.limits
    unit = "" if limits.unit == "1" else limits.unit
    return measured(one.name), digits(one.value), exact(limits.least), exact(limits.most), unit, words.OUTCOMES[one.outcome]


def budgets(certificate: Certificate) -> Section | None:
    """Return every budget with its components; None where there is none."""
    if not certificate.budgets:
        return None
    all_budgets = certificate.budgets
    largest = max(all_budgets, key=lambda one: one.expanded)
    names = [component.name for component in largest.components]
    if len(all_budgets) > 1 and all([component.name for component in one.components] == names for one in all_budgets):
        return Section(
            "Uncertainty",
            (Sentence(words.UNCERTAINTY), Sentence(words.BUDGETS), *_overviews(all_budgets), _budget(largest)),
        )
    return Section("Uncertainty", (Sentence(words.UNCERTAINTY), *(_budget(one) for one in all_budgets)))


def _overviews(all_budgets: Sequence[Budget]) -> Iterable[Table]:
    """Yield the components of several budgets beside each other, so many in a table as there is room for."""
    for first in range(0, len(all_budgets), _BESIDE):
        some = all_budgets[first : first + _BESIDE]
        columns = (
            Column("Component: u in Pa at", 0.36, False),
            *(Column(f"{kpa(one.vacuum_pa, 1)} kPa", 0.64 / len(some)) for one in some),
        )
        rows = [
            (component.name, *(fixed(one.components[i].contribution, 2) for one in some)) for i, component in enumerate(some[0].components)
        ]
        rows += [
            ("combined", *(fixed(one.combined, 2) for one in some)),
            ("effective degrees of freedom", *(_degrees(one.degrees) for one in some)),
            ("k", *(fixed(one.k, 2) for one in some)),
            ("expanded, U = k u", *(fixed(one.expanded, 1) for one in some)),
        ]
        yield Table("Budgets", columns, tuple(rows), strong=frozenset(range(len(rows) - 4, len(rows))))


def _budget(budget: Budget) -> Table:
    rows = [_component(one) for one in budget.components]
    rows.append(("combined", "", "", "", "", _degrees(budget.degrees), fixed(budget.combined, 2)))
    rows.append((f"expanded, U = k u with k = {fixed(budget.k, 2)}", "", "", "", "", "", fixed(budget.expanded, 1)))
    return Table(f"Budget at {kpa(budget.vacuum_pa, 1)} kPa", _BUDGET, tuple(rows), strong=frozenset({len(rows) - 2, len(rows) - 1}))


def _component(one: Component) -> tuple[str, ...]:
    unit = "" if one.unit == "1" else one.unit
    return one.name, digits(one.value), unit, one.shape.words, digits(one.sensitivity), _degrees(one.degrees), fixed(one.contribution, 2)


def _degrees(degrees: float) -> str:
    return "\N{INFINITY}" if isinf(degrees) or degrees > 1e6 else fixed(degrees, 0)


def leak(study: LeakDown) -> Section:
    """Return the leak-down: rate, law, fixture and what is left."""
    total, own, budget = study.total, study.leak, study.leak.budget
    facts = [
        Fact("Rate of unit and fixture", f"{kpa(total.rate_pa_s)} kPa/s at {kpa(total.at_pa, 1)} kPa, from {total.samples} samples"),
        Fact("Law", f"{words.LAWS[study.law.value]}; fitted from {kpa(study.start_pa, 1)} to {kpa(study.end_pa, 1)} kPa"),
        Fact("Scatter about the law", f"{fixed(total.scatter_pa, 0)} Pa"),
    ]
    if study.fixture is not None:
        alone = study.fixture
        facts.append(Fact("Rate of the fixture alone", f"{kpa(alone.rate_pa_s * 60, 2)} kPa/min at {kpa(alone.at_pa, 1)} kPa"))
    facts.append(
        Fact("Rate of the unit", f"{kpa(own.rate_pa_s)} kPa/s, U = {kpa(budget.expanded)} kPa/s (k = {fixed(budget.k, 2)})"),
    )
    facts.append(Fact("As a flow of free air", f"{digits(own.flow_ml_min)} mL/min; only as good as the volumes that were told"))
    figure = Figure(charts.leak_down(study), "Leak-down with the pump off.")
    return Section("Leak-down", (Facts(tuple(facts)), *_judged("Checks of the leak-down", study.judged), figure))


def duty(study: DutyStudy) -> Section:
    """Return the duty map."""
    columns = (Column("Duty, %", 0.34), Column("Measured, kPa", 0.33), Column("Map, kPa", 0.33))
    rows = tuple((fixed(one.duty * 100, 1), kpa(one.vacuum_pa), kpa(study.map.vacuum_at(one.duty))) for one in study.samples)
    facts = Facts(
        (
            Fact("Start duty", f"{fixed(study.start_duty * 100, 1)} %"),
            Fact("Largest fall with rising duty", f"{kpa(study.map.violation_pa)} kPa, before the map was made to rise"),
        )
    )
    figure = Figure(charts.duty_map(study), "Vacuum in the closed fixture against duty of the pump.")
    return Section("Duty map", (facts, *_judged("Checks of the duty map", study.judged), figure, Table("Points of the map", columns, rows)))


def step(study: StepStudy) -> Section:
    """Return the step response, with plant and gains."""
    went = study.response
    settled = f"{fixed(went.settle_s, 2)} s" if not isinf(went.settle_s) else "it did not settle"
    facts = [
        Fact("Step of the set point", f"{kpa(study.from_pa, 1)} to {kpa(study.to_pa, 1)} kPa"),
        Fact("Overshoot", f"{fixed(went.overshoot * 100, 1)} % of the step"),
        Fact("Settled within 2 % after", settled),
        Fact("Ripple, from least to most", f"{kpa(went.ripple_pa)} kPa"),
    ]
    if study.plant is not None:
        plant = study.plant
        told = f"gain {kpa(plant.gain_pa / 100)} kPa a % of duty, lag {fixed(plant.lag_s, 2)} s, dead time {fixed(plant.dead_s, 2)} s"
        facts.append(Fact("Pump and chamber", told))
    if study.gains is not None:
        gains = study.gains
        told = f"{fixed(gains.proportional_per_pa * PA_PER_KPA * 100, 2)} % of duty a kPa, integral time {fixed(gains.integral_s, 2)} s"
        facts.append(Fact("Gains of the regulator", told))
    figure = Figure(charts.step(study), "Vacuum after a step of the set point.")
    return Section("Step response", (Facts(tuple(facts)), *_judged("Checks of the step", study.judged), figure))


def _judged(title: str, measurements: Sequence[Measurement]) -> tuple[Table, ...]:
    return (checks(title, measurements),) if measurements else ()
