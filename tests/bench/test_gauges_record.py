"""The record of a gauge: what it corrects, when it is due, and which mistakes in its file are named."""

import datetime
from pathlib import Path

import pytest

from microderm_ctl.bench.gauges import Identity, Sign, check_identity, check_record, load_record, parse_record, practice_record
from microderm_ctl.bench.gauges.problems import GaugeOverdue, GaugeUnfit
from microderm_ctl.bench.gauges.units import KPA
from microderm_ctl.bench.uncertainty import TYPICAL, Reference
from microderm_ctl.errors import FileProblem
from tests.bench.gauge_lines import Bench

FILE = """
maker = "Fluke"
model = "700G04"
serial = "0012345"
certificate = "D-12345-2026"
calibrated = 2026-03-31
due = 2027-03-31
U_pa = 40
k = 2
drift_pa = 8
resolution_pa = 10
"""
ROWS = """
[[correction]]
shown_pa = 0
add_pa = 0
U_pa = 30
[[correction]]
shown_pa = 10000
add_pa = -20
[[correction]]
shown_pa = 25000
add_pa = 40
U_pa = 20
"""
RECORD = parse_record((FILE + ROWS).encode())
TODAY = datetime.date(2026, 11, 23)


def test_a_record_holds_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "gauge.toml"
    path.write_text(FILE + ROWS)
    assert load_record(path) == RECORD
    assert (RECORD.U_pa, RECORD.k, RECORD.drift_pa, RECORD.resolution_pa) == (40, 2, 8, 10)
    assert (RECORD.drift_at_pa, RECORD.zero_pa) == (25_000, 5)
    assert RECORD.label == "Fluke 700G04, serial 0012345"
    assert not RECORD.is_simulated
    assert parse_record(("simulated = true\n" + FILE).encode()).is_simulated


def test_a_record_says_how_its_gauge_is_read() -> None:
    assert (RECORD.description, RECORD.unit, RECORD.vacuum_is) == ("", KPA, Sign.NEGATIVE)
    own = parse_record(('description = "fluke-val"\nunit = "inHg"\nvacuum_is = "positive"\n' + FILE).encode())
    assert (own.description, own.unit.name, own.vacuum_is) == ("fluke-val", "inHg", Sign.POSITIVE)
    for unit in ("psia", "furlong"):
        with pytest.raises(FileProblem, match=f"'unit' is '{unit}'"):
            parse_record((f'unit = "{unit}"\n' + FILE).encode())


@pytest.mark.parametrize(
    ("shown", "true", "expanded"),
    [(-50, -50, 30), (0, 0, 30), (5_000, 4_990, 35), (10_000, 9_980, 40), (17_500, 17_510, 30), (25_000, 25_040, 20), (25_300, 25_340, 20)],
)
def test_correction_and_uncertainty_go_straight_from_row_to_row(shown: float, true: float, expanded: float) -> None:
    assert RECORD.corrected_pa(shown) == pytest.approx(true)
    assert RECORD.U_at(shown) == pytest.approx(expanded)


def test_without_a_table_nothing_is_corrected() -> None:
    plain = parse_record(FILE.encode())
    assert plain.corrected_pa(12_345) == 12_345
    assert plain.U_at(12_345) == 40
    check_record(plain, TODAY)


def test_a_budget_takes_the_record_with_its_k() -> None:
    assert RECORD.reference() == Reference((0, 9_980, 25_040), (30, 40, 20), 0.32, 5, 10)
    wide = parse_record(FILE.replace("k = 2", "k = 2.5").encode()).reference()
    assert wide.expanded_at(13_000) == pytest.approx(32)


def test_a_simulated_gauge_has_a_record_that_says_so() -> None:
    record = practice_record(TODAY)
    check_record(record, TODAY)
    check_identity(record, Bench().gauge.identify())
    assert record.is_simulated
    assert record.certificate == "SIMULATED"
    found = record.reference()
    assert found._replace(drift_permille=TYPICAL.drift_permille) == TYPICAL
    assert found.drift_permille == pytest.approx(TYPICAL.drift_permille)


def test_a_gauge_may_be_used_up_to_its_last_day() -> None:
    check_record(RECORD, datetime.date(2027, 3, 31))
    assert RECORD.days_left(datetime.date(2027, 3, 31)) == 0


def test_an_overdue_gauge_is_refused_with_its_date_and_what_to_do() -> None:
    with pytest.raises(GaugeOverdue, match=r"held until 2027-03-31, 1 day ago") as raised:
        check_record(RECORD, datetime.date(2027, 4, 1))
    assert raised.value.exit_code == 10
    assert "D-12345-2026" in raised.value.sentence
    assert "another gauge" in raised.value.hint
    assert raised.value.record()["days_overdue"] == 1


def test_a_calibration_of_a_day_to_come_is_refused() -> None:
    with pytest.raises(GaugeOverdue, match="still to come") as raised:
        check_record(RECORD, datetime.date(2026, 3, 30))
    assert "clock" in raised.value.hint


def test_a_certificate_that_ends_too_low_is_refused() -> None:
    check_record(RECORD, TODAY, 25_500)
    with pytest.raises(GaugeUnfit, match=r"covers 0\.0 to 25\.0 kPa; 0\.0 to 26\.0 kPa are needed"):
        check_record(RECORD, TODAY, 26_000)
    high = parse_record((FILE + ROWS.replace("shown_pa = 0", "shown_pa = 600")).encode())
    with pytest.raises(GaugeUnfit, match=r"covers 0\.6"):
        check_record(high, TODAY)


@pytest.mark.parametrize("found", [Identity(), Identity("FLUKE", "700G", "12345"), Identity("x", "700g-04", "0012345 ")])
def test_the_gauge_of_the_record_passes(found: Identity) -> None:
    check_identity(RECORD, found)


@pytest.mark.parametrize(
    ("found", "what"), [(Identity("Fluke", "700G04", "9912345"), "serial number '9912345'"), (Identity("Fluke", "2700G", "12345"), "2700G")]
)
def test_another_gauge_than_that_of_the_record_is_refused(found: Identity, what: str) -> None:
    with pytest.raises(GaugeUnfit, match=what) as raised:
        check_identity(RECORD, found)
    assert raised.value.details["mistake"] == "another gauge"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("k = 2", "kk = 2", "'k' is missing"),
        ("U_pa = 40", "U_pa = 40\nresolutoin_pa = 10", "'resolutoin_pa' is unknown; did you mean 'resolution_pa'"),
        ("U_pa = 40", 'U_pa = "40"', "'U_pa' is not a number"),
        ("U_pa = 40", "U_pa = true", "'U_pa' is not a number"),
        ("U_pa = 40", "U_pa = nan", "'U_pa' is nan"),
        ("U_pa = 40", "U_pa = 0.03", ""),
        ("U_pa = 40", "U_pa = 0", "'U_pa' is 0; it goes from 0.01"),
        ("k = 2", "k = 20", "'k' is 20; it goes from 1 to 5"),
        ("due = 2027-03-31", 'due = "2027-03-31"', "'due' is not a date like 2026-03-31, without quotes"),
        ("due = 2027-03-31", "due = 2027-03-31T10:00:00", "'due' is not a date"),
        ("due = 2027-03-31", "due = 2027-02-30", "no record of a gauge"),
        ("due = 2027-03-31", "due = 2026-03-31", "'due' (2026-03-31) is not after 'calibrated' (2026-03-31)"),
        ('serial = "0012345"', "serial = 12345", "'serial' is not a text in quotes"),
        ('serial = "0012345"', 'serial = " "', "'serial' is empty"),
        ("add_pa = -20", "add_pa = -20\nU = 3", "'U' in row 2 of [[correction]] is unknown"),
        ("shown_pa = 10000", "shown_pa = 26000", "'shown_pa' does not rise"),
        ("add_pa = 40", "", "'add_pa' in row 3 of [[correction]] is missing"),
        ("U_pa = 40", "U_pa = ", "no record of a gauge"),
        ("U_pa = 40", f"U_pa = 1{'0' * 400}", "no record of a gauge"),
        ("U_pa = 40", f"U_pa = {'[' * 5000}", "no record of a gauge"),
    ],
)
def test_a_mistake_in_the_file_is_named(before: str, after: str, told: str) -> None:
    content = (FILE + ROWS).replace(before, after).encode()
    if not told:
        parse_record(content)
        return
    with pytest.raises(FileProblem) as raised:
        parse_record(content, "gauge.toml")
    assert told in raised.value.sentence
    assert raised.value.sentence.startswith("gauge.toml is no record of a gauge")
    assert raised.value.exit_code == 9


def test_one_row_is_no_table() -> None:
    with pytest.raises(FileProblem, match="at least two rows"):
        parse_record((FILE + ROWS[: ROWS.index("[[", 3)]).encode())
    with pytest.raises(FileProblem, match=r"write \[\[correction\]\]"):
        parse_record((FILE + "correction = [1, 2]").encode())


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be read"):
        load_record(tmp_path / "none.toml")
    with pytest.raises(FileProblem, match="no record of a gauge"):
        parse_record(b"\xff\xfe")
