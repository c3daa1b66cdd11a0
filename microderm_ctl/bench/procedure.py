"""A technician's procedure: every number of the work with its unit and reason, from a versioned file.

The file is TOML. A record names the procedure by name, version and the SHA-256 of the
file; who resumes or repeats a record needs the same hash. Loading is strict: a
number that is missing, unknown, in another unit or without a reason refuses the file.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final, NamedTuple

from microderm_ctl.bench.measurement import Limits
from microderm_ctl.errors import FileProblem

CURRENT: Final = "CAL-VAC-1"


class Points(NamedTuple):
    """Vacuum that is set, in pascals, ascending; the first of a series is the vent."""

    series_pa: tuple[int, ...]
    """Of the fit: up in this order, then down."""
    verification_pa: tuple[int, ...]
    golden_pa: tuple[int, ...]


class Numbers(NamedTuple):
    """Every single number; the unit stands in the name, the reason in the file."""

    top_pa: int
    trip_pa: int
    trip_margin_pa: int
    top_step_pa: int
    top_least_pa: int
    warm_up_s: int
    warm_slope_pa_min: int
    zero_s: int
    preloads: int
    preload_hold_s: int
    preload_vent_s: int
    preload_reach_s: int
    top_hold_s: int
    dwell_s: int
    window_s: int
    slope_pa_s: int
    settle_noise_pa: int
    timeout_s: int
    mean_s: int
    gauge_readings: int
    overshoot_pa: int
    tolerance_pa: int
    adjust_above_pa: int
    reading_samples: int
    zero_samples: int
    lack_of_fit_floor_pa: int
    noise_floor_pa: int
    line_pa: int
    zero_drift_pa: int
    temperature_zero_pa_k: int
    temperature_bench_dk: int
    golden_limit_pa: int
    leak_from_pa: int
    leak_start_pa: int
    leak_end_pa: int
    leak_samples: int
    fixture_settle_s: int
    fixture_window_s: int
    step_from_pa: int
    step_to_pa: int
    start_duty_step_permille: int
    map_points: int


class Gates(NamedTuple):
    """The limits of every check."""

    zero_offset: Limits
    gain: Limits
    bow: Limits
    residual: Limits
    hysteresis: Limits
    zero_deviation: Limits
    repeatability: Limits
    noise: Limits
    monotone: Limits
    bleed: Limits
    fixture_leak: Limits
    start_duty: Limits
    map_fall: Limits
    map_repeat: Limits
    overshoot: Limits
    settle: Limits
    ripple: Limits
    temperature: Limits
    shown: Limits
    trip: Limits
    vent_time: Limits
    lease_stop: Limits
    idle_current: Limits


class Procedure(NamedTuple):
    """A procedure as it was read."""

    name: str
    version: int
    title: str
    sha256: str
    """Of the file's bytes with plain line ends, in hexadecimal: the same on every platform."""
    points: Points
    numbers: Numbers
    gates: Gates
    reasons: Mapping[str, str]
    """Of each number, list of points and gate, by its name."""


UNITS: Final = {
    "_pa": "Pa",
    "_s": "s",
    "_pa_s": "Pa/s",
    "_pa_min": "Pa/min",
    "_pa_k": "Pa/K",
    "_dk": "0.1 K",
    "_permille": "0.001",
}
"""What the end of a name says about its unit; the longest end that fits holds, and none means a count."""


def unit_of(name: str) -> str:
    """Return the unit that a name promises."""
    ends = [end for end in UNITS if name.endswith(end)]
    return UNITS[max(ends, key=len)] if ends else "1"


def shipped(name: str = CURRENT) -> Procedure:
    """Return a procedure that came with the program.

    Raises:
        FileProblem: there is none of this name.
    """
    path = files(__package__).joinpath("procedures", f"{name}.toml")
    if not path.is_file():
        raise FileProblem(f"There is no procedure '{name}'.", f"This program brings {CURRENT}.")
    return parse(path.read_bytes())


def parse(content: bytes) -> Procedure:
    """Return the procedure that a file holds.

    Raises:
        FileProblem: no TOML, or a number is missing, unknown, of another unit or type, or without a reason.
    """
    content = content.replace(b"\r\n", b"\n")
    try:
        table = tomllib.loads(content.decode("utf-8"))
        return _read(table, hashlib.sha256(content).hexdigest())
    except (ValueError, KeyError, TypeError) as error:
        raise FileProblem(f"The procedure file cannot be used: {error}.", "Take the one that came with the program.") from error


def _read(table: "dict[str, dict[str, dict[str, object]]]", sha256: str) -> Procedure:
    points, numbers, gates = table["points"], table["numbers"], table["gates"]
    _check_names(points, Points._fields)
    _check_names(numbers, Numbers._fields)
    _check_names(gates, Gates._fields)
    return Procedure(
        str(table["name"]),
        _whole("version", table["version"]),
        str(table["title"]),
        sha256,
        Points(*(_points(name, points[name]) for name in Points._fields)),
        Numbers(*(_number(name, numbers[name]) for name in Numbers._fields)),
        Gates(*(_limits(name, gates[name]) for name in Gates._fields)),
        {name: str(entry["reason"]) for part in (points, numbers, gates) for name, entry in part.items()},
    )


def _check_names(found: Mapping[str, object], wanted: tuple[str, ...]) -> None:
    wrong = set(found) ^ set(wanted)
    if wrong:
        raise ValueError(f"'{min(wrong)}' is {'unknown' if min(wrong) in found else 'missing'}")


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"'{name}' is no whole number")
    return value


def _check_entry(name: str, entry: Mapping[str, object], keys: set[str]) -> None:
    if set(entry) != keys:
        raise ValueError(f"'{name}' needs {', '.join(sorted(keys))}")
    if not str(entry["reason"]).strip():
        raise ValueError(f"'{name}' has no reason")


def _number(name: str, entry: Mapping[str, object]) -> int:
    _check_entry(name, entry, {"value", "unit", "reason"})
    if entry["unit"] != unit_of(name):
        raise ValueError(f"'{name}' is in {entry['unit']}, not in {unit_of(name)}")
    return _whole(name, entry["value"])


def _points(name: str, entry: Mapping[str, object]) -> tuple[int, ...]:
    _check_entry(name, entry, {"values", "unit", "reason"})
    values = entry["values"]
    if entry["unit"] != "Pa" or not isinstance(values, list):
        raise ValueError(f"'{name}' is no list of pascals")
    found = tuple(_whole(name, value) for value in values)
    if list(found) != sorted(set(found)):
        raise ValueError(f"'{name}' does not rise")
    return found


def _limits(name: str, entry: Mapping[str, object]) -> Limits:
    _check_entry(name, entry, {"least", "most", "marginal", "unit", "reason"})
    least, most, marginal = (_real(name, entry[key]) for key in ("least", "most", "marginal"))
    if not (least < most and marginal >= 0):
        raise ValueError(f"the limits of '{name}' are no range")
    return Limits(least, most, marginal, str(entry["unit"]), str(entry["reason"]))


def _real(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"'{name}' is no number")
    return float(value)


class Top(NamedTuple):
    """The highest point of the series for one unit."""

    vacuum_pa: int
    is_moved: bool
    sentence: str
    """What the result says about it; empty where nothing was moved."""


def top_point(procedure: Procedure, slope: float, offset_pa: float = 0.0) -> Top:
    """Return the top point that a unit reaches without tripping, as it reads itself before it is adjusted.

    Args:
        procedure: the numbers.
        slope: wand reading per pascal of the gauge, from the first preload; 1.03 reads 3 % high.
        offset_pa: wand reading at vent, in pascals.

    Raises:
        ValueError: the slope is not positive, or the top would be too low to calibrate the span.
    """
    n = procedure.numbers
    if not slope > 0:
        raise ValueError("the wand's reading does not rise with the vacuum")
    reachable = (n.trip_pa - n.trip_margin_pa - offset_pa) / slope
    if reachable >= n.top_pa:
        return Top(n.top_pa, False, "")
    top_pa = int(reachable // n.top_step_pa) * n.top_step_pa
    if top_pa < n.top_least_pa:
        raise ValueError(
            f"the wand would trip at {reachable / 1000:.1f} kPa; it cannot be calibrated up to {n.top_least_pa / 1000:.1f} kPa"
        )
    return Top(
        top_pa,
        True,
        f"The top point was moved from {n.top_pa / 1000:.1f} to {top_pa / 1000:.1f} kPa: before adjustment the wand read "
        f"{(slope - 1) * 100:+.1f} % and would have vented on its own below {n.top_pa / 1000:.1f} kPa. Results hold up to the moved point.",
    )


def series_points(procedure: Procedure, top: Top) -> tuple[int, ...]:
    """Return the points of the fit in pascals, ascending, with the top in its place."""
    return (*procedure.points.series_pa[:-1], top.vacuum_pa)
