"""The procedure file: strict, versioned, and within what the wand's own program holds."""

import hashlib
import re
from importlib.resources import files
from itertools import pairwise

import pytest

from microderm_ctl.bench.golden import check_golden
from microderm_ctl.bench.measurement import Outcome
from microderm_ctl.bench.procedure import Gates, Numbers, Points, parse, shipped, unit_of
from microderm_ctl.errors import FileProblem
from microderm_ctl.firmware import calibration as wand
from microderm_ctl.firmware.constants import Constants

CONTENT = files("microderm_ctl.bench").joinpath("procedures", "CAL-VAC-1.toml").read_bytes()
PROCEDURE = shipped()
DRIVE_MOST_S = 180


def test_the_hash_is_that_of_the_file() -> None:
    assert PROCEDURE.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (PROCEDURE.name, PROCEDURE.version) == ("CAL-VAC-1", 1)
    assert parse(CONTENT.replace(b"\n", b"\r\n")) == PROCEDURE
    assert parse(CONTENT.replace(b"kept", b"held")).sha256 != PROCEDURE.sha256


def test_every_number_has_its_reason() -> None:
    assert set(PROCEDURE.reasons) == {*Points._fields, *Numbers._fields, *Gates._fields}
    assert all(len(reason) > 10 for reason in PROCEDURE.reasons.values())


def test_units_follow_from_names() -> None:
    assert [unit_of(name) for name in ("top_pa", "mean_s", "slope_pa_s", "warm_slope_pa_min", "preloads")] == [
        "Pa", "s", "Pa/s", "Pa/min", "1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (rb"preloads = \{ value = 2", b"preloads = { value = 2.5", "preloads"),
        (rb"preloads = \{ value = 2", b"preloads = { value = true", "preloads"),
        (rb'top_hold_s = \{ value = 60, unit = "s"', b'top_hold_s = { value = 1, unit = "min"', "top_hold_s"),
        (rb"(?m)^timeout_s.*\n", b"", "'timeout_s' is missing"),
        (rb"(?m)^timeout_s", b"timeout_s = { value = 1, unit = \"s\", reason = \"x\" }\ntime_out_s", "'time_out_s' is unknown"),
        (rb'reason = "electronics[^"]*"', b'reason = " "', "warm_up_s"),
        (rb"0, 5000, 10000", b"0, 10000, 5000", "series_pa"),
        (rb"(?s)\[gates.bow\].*?\n\n", b"", "'bow' is missing"),
        (rb"(?m)^least = -250", b"least = 300", "bow"),
        (rb"(?m)^version = 1", b'version = "1"', "version"),
        (rb"(?s)^.*$", b"\xff\xfe", "cannot be used"),
        (rb"(?s)^.*$", b"[numbers]", "points"),
    ],
)  # fmt: skip
def test_a_file_with_a_mistake_is_refused_by_its_name(old: bytes, new: bytes, says: str) -> None:
    broken = re.sub(old, lambda _: new, CONTENT, count=1)
    assert broken != CONTENT
    with pytest.raises(FileProblem, match=says):
        parse(broken)


def test_no_procedure_of_that_name() -> None:
    with pytest.raises(FileProblem, match="CAL-VAC-9"):
        shipped("CAL-VAC-9")


def test_the_numbers_lie_within_what_the_wand_holds() -> None:
    n, c = PROCEDURE.numbers, Constants()
    assert n.top_pa == c.set_point_most_pa == PROCEDURE.points.series_pa[-1]
    assert n.trip_pa == c.trip_most_pa
    assert n.zero_samples == c.test_steps
    assert max(n.preload_hold_s + n.preload_reach_s, n.timeout_s + n.mean_s, n.top_hold_s) < DRIVE_MOST_S
    assert n.top_least_pa > PROCEDURE.points.verification_pa[-1]
    assert n.warm_up_s < c.service_idle_steps * c.step_ms / 1000 + 1


def test_the_gates_are_narrower_than_what_the_wands_program_takes() -> None:
    gates = PROCEDURE.gates
    assert gates.zero_offset.most < wand.ZERO_WINDOW * 2
    assert gates.gain.most - 1 < wand.GAIN_WINDOW / wand.GAIN_NOMINAL
    assert 4 * gates.bow.most < wand.CURVE_WINDOW * 12_500**2 / 2**30


def test_points_of_verification_lie_midway() -> None:
    series, between = PROCEDURE.points.series_pa, PROCEDURE.points.verification_pa
    assert between == tuple((a + b) // 2 for a, b in pairwise(series))


def test_the_golden_unit_sees_a_gauge_that_moved_by_one_permille_of_its_range() -> None:
    """Off by 0.10 kPa at 24 and 0.05 at 12, while every gate of every unit stays green."""
    history = {0: [0.0, 3.0, -3.0], 12_000: [20.0, 26.0, 14.0], 24_000: [-30.0, -22.0, -38.0]}
    same = check_golden(PROCEDURE, {0: 4.0, 12_000: 30.0, 24_000: -18.0}, history)
    assert [one.outcome for one in same] == [Outcome.PASS] * 3
    moved = check_golden(PROCEDURE, {0: 4.0, 12_000: -30.0, 24_000: -130.0}, history)
    assert [one.outcome for one in moved] == [Outcome.PASS, Outcome.MARGINAL, Outcome.FAIL]
    assert [one.value for one in check_golden(PROCEDURE, {0: 90.0, 12_000: 90.0, 24_000: 90.0}, {0: [1.0]})] == [0.0] * 3
    with pytest.raises(ValueError, match="12 kPa"):
        check_golden(PROCEDURE, {0: 0.0}, history)
