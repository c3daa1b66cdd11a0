"""What the bench says of its units: the last work in the list, the whole story of one, and practice told apart."""

from pathlib import Path

import pytest

from microderm_ctl.records.bench import BenchRow
from microderm_ctl.records.store import Store, open_store
from tests.cli.conftest import Run

DAY_S = 86_400
NOW_S = 1_767_225_600  # 2026-01-01
BEGUN = {"work": "calibrate", "operator": "Ana", "procedure": "CAL-VAC-1", "procedure_version": 1, "procedure_sha256": "ab" * 32}


def work(store: Store, day: int, unit: str, document: dict[str, object], outcome: str | None = "pass", certified: bool = False) -> str:
    """Write down a piece of work of one day and return the number of its certificate."""
    run_id, at_s, number = f"{day:032x}", NOW_S + day * DAY_S, ""
    store.append_row("begin", document, at_s=at_s, run_id=run_id, unit=unit)
    if certified:
        number = store.next_certificate_number(at_s)
        store.append_row("certificate", {"number": number, "sha256": "c" * 64, "amends": None}, at_s=at_s, run_id=run_id, unit=unit)
    if outcome is not None:
        store.append_row(
            "end", {"outcome": outcome, "reason": "" if outcome == "pass" else "it leaks"}, at_s=at_s, run_id=run_id, unit=unit
        )
    return number


def from_elsewhere(store: Store, bench: str, rows: tuple[BenchRow, ...]) -> None:
    store.keep_other_rows(row._replace(bench=bench) for row in rows)


@pytest.fixture
def certificate(data_dir: Path) -> str:
    """Two units: one certified here, failed elsewhere after; one whose work has not ended. Return the certificate's number."""
    with open_store(data_dir) as store, open_store(data_dir.parent / "elsewhere") as elsewhere:
        number = work(store, 1, "W-1", BEGUN, certified=True)
        work(store, 2, "W-2", {"work": "leak", "operator": "Ben"}, outcome=None)
        work(elsewhere, 3, "W-1", {"work": "verify", "operator": "Eva", "gauge": "Fluke 700G04 no. 7"}, outcome="fail")
        from_elsewhere(store, "7K3M9QXZ", elsewhere.rows())
        store.append_row("golden", {"zero_pa": 1}, at_s=NOW_S)
    return number


def test_each_unit_is_listed_with_its_last_work_wherever_it_was_done(run: Run, certificate: str) -> None:
    told = run("bench", "units")

    assert told.code == 0
    assert [line.split() for line in told.out.splitlines()] == [
        ["UNIT", "LAST", "WORK", "OUTCOME", "LAST", "CERTIFICATE", "DATE", "BENCH"],
        ["W-1", "verify", "fail", certificate, "2026-01-04", "7K3M9QXZ"],
        ["W-2", "leak", "not", "ended", "-", "2026-01-03", "here"],
    ]
    assert max(map(len, told.out.splitlines())) <= 79


def test_a_screen_reader_gets_sentences(run: Run, certificate: str) -> None:
    told = run("bench", "units", "--plain")
    assert f"W-1: verify, fail, 2026-01-04, bench: 7K3M9QXZ. Last certificate: {certificate}." in told.out.splitlines()


def test_the_story_of_a_unit_names_who_did_what_and_by_which_procedure(run: Run, certificate: str) -> None:
    lines = [line.strip() for line in run("bench", "units", "W-1").out.splitlines()]
    assert lines == [
        "Unit W-1. Works: 2. Certificates: 1.",
        "2026-01-02  calibrate: pass. Bench: here. By Ana.",
        "procedure: CAL-VAC-1, version 1, abababababab",
        f"certificate: {certificate}",
        "2026-01-04  verify: fail. Bench: 7K3M9QXZ. By Eva.",
        "why: it leaks",
        "gauge: Fluke 700G04 no. 7",
    ]


def test_an_amended_certificate_is_part_of_the_story(run: Run, certificate: str, data_dir: Path) -> None:
    with open_store(data_dir) as store:
        number = store.next_certificate_number(NOW_S + 9 * DAY_S)
        store.append_row("certificate", {"number": number, "sha256": "d" * 64, "amends": certificate}, at_s=NOW_S + 9 * DAY_S, unit="W-1")

    assert f"2026-01-10  certificate {number}, in place of {certificate}. Bench: here." in run("bench", "units", "W-1").out
    assert run("bench", "units", "--json").record["units"][0]["certificate"] == number


def test_json_tells_all_of_it(run: Run, certificate: str) -> None:
    told = run("bench", "units", "W-1", "--json").record

    assert [(one["work"], one["outcome"], one["here"], one["certificates"]) for one in told["works"]] == [
        ("calibrate", "pass", True, [certificate]),
        ("verify", "fail", False, []),
    ]
    assert [(one["number"], one["amends"]) for one in told["certificates"]] == [(certificate, None)]
    assert run("bench", "units", "--json").record["works"] == []


def test_practice_is_told_apart_and_marked(run: Run, certificate: str, data_dir: Path) -> None:
    with open_store(data_dir, practice=True) as store:
        number = work(store, 5, "W-1", BEGUN, certified=True)

    listed = run("bench", "units", "--json").record["units"]
    assert [(one["unit"], one["simulated"], one["works"]) for one in listed] == [("W-1", False, 2), ("W-2", False, 1), ("W-1", True, 1)]
    story = run("bench", "units", "W-1").out
    assert "Unit W-1. Works: 1. Certificates: 1. SIMULATED." in story
    assert f"certificate: {number}" in story
    assert sum("SIMULATED" in line for line in run("bench", "units").out.splitlines()) == 1


def test_practice_in_a_table_is_marked_without_a_certificate_too(run: Run, data_dir: Path) -> None:
    with open_store(data_dir, practice=True) as store:
        work(store, 1, "SIM-0000", {"work": "leak"})
    head, row = run("bench", "units").out.splitlines()
    assert head.startswith("UNIT")
    assert row.split() == ["SIM-0000", "leak", "pass", "-", "2026-01-02", "here", "SIMULATED"]


def test_documents_of_another_version_are_told_as_far_as_they_go(run: Run, data_dir: Path) -> None:
    with open_store(data_dir) as store:
        work(store, 1, "W-1", {"work": ["later"], "operator": 7, "procedure": {"name": "later"}, "procedure_version": True})
        store.append_row("certificate", {"numbers": []}, at_s=NOW_S, unit="W-1")
        store.append_row("end", {}, at_s=NOW_S, run_id="f" * 32, unit="W-1")
    (told,) = run("bench", "units", "W-1", "--json").record["works"]
    assert (told["work"], told["operator"], told["procedure"], told["procedure_version"], told["outcome"]) == (
        None,
        None,
        None,
        None,
        "pass",
    )
    assert "not said: pass" in run("bench", "units", "W-1").out


def test_a_bench_without_work_says_so(run: Run) -> None:
    assert run("bench", "units").out == "No unit is known here yet.\n"


def test_a_unit_that_is_not_known_is_answered_with_the_nearest(run: Run, certificate: str) -> None:
    told = run("bench", "units", "W-11")
    assert told.code == 2
    assert "There is no unit 'W-11'. Did you mean 'W-1'?" in told.err
    assert "sync" in told.err
