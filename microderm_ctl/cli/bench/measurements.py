"""Measurements and errors as technicians read them: failed ones first."""

from collections.abc import Iterable

from microderm_ctl.bench.decision import Error
from microderm_ctl.bench.live.judge import said
from microderm_ctl.bench.measurement import Measurement, Outcome
from microderm_ctl.cli.words import columns

_ORDER = (Outcome.FAIL, Outcome.MARGINAL, Outcome.PASS)


def measurement_lines(measurements: Iterable[Measurement]) -> list[str]:
    """Return a table of measurements: outcome, name, value, limits; what failed stands first."""
    ordered = sorted(measurements, key=lambda one: _ORDER.index(one.outcome))
    rows = [
        (one.outcome.value.upper() if one.outcome is Outcome.FAIL else one.outcome.value, one.name, said(one.value, one.limits.unit),
         f"{one.limits.least:g} to {one.limits.most:g}")
        for one in ordered
    ]  # fmt: skip
    return columns([("outcome", "what", "value", "allowed"), *rows])


def error_lines(errors: Iterable[Error]) -> list[str]:
    """Return a table of errors: point, direction, reference, shown, error, U, verdict; vacuum in kPa."""
    rows = [
        (
            f"{one.set_pa / 1000:.1f}",
            one.direction.value,
            f"{one.reference_pa / 1000:.3f}",
            f"{one.shown_pa / 1000:.3f}",
            f"{one.error_pa / 1000:+.3f}",
            f"{one.expanded_pa / 1000:.3f}",
            one.verdict.value,
        )
        for one in errors
    ]
    return columns([("kPa", "way", "gauge", "shown", "error", "U", "verdict"), *rows])
