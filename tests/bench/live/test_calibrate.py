"""A calibration on a simulated unit: what it writes is right, a cut loses nothing, and what fails leaves the unit as it was."""

from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from microderm_ctl.bench.certificate.document import Customer, Laboratory, freeze, thaw
from microderm_ctl.bench.leak import Decay, Sample
from microderm_ctl.bench.live import run
from microderm_ctl.bench.live.calibrate import BLANKED
from microderm_ctl.bench.live.fixture import Blanked
from microderm_ctl.bench.live.journal import POINT, STEP, Journal, open_runs
from microderm_ctl.bench.live.judge import FIXTURE_ML, UNIT_ML, judge_leak
from microderm_ctl.bench.live.problems import NotKept, OutOfLimits, UnitProblem, UnitSwapped
from microderm_ctl.bench.live.steps import LeakDown
from microderm_ctl.bench.live.values import Record
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.errors import UsageProblem
from microderm_ctl.firmware import calibration as wand
from microderm_ctl.records.store import Store
from tests.bench.live.virtual import QUICK, Yes, calibrating, on_bench, rig_of, truth

PAPERS = run.Papers(Laboratory("Lab", "Street 1", "Bench 1"), Customer("Ana"), "no damage", "Kim")
OFF = "gain=0.03,offset_pa=1200,bow_pa=60,hysteresis_pa=30"


def true_error_pa(unit: Any, vacuum_pa: int) -> float:
    """Return what the wand shows too much in the fixture at a vacuum that the simulator knows, the mean of a second."""
    unit.hold(vacuum_pa)
    unit.wait(6)
    errors = []
    for _ in range(50):
        unit.wait(0.02)
        errors.append(unit.measure().vacuum_pa - truth(unit).board.vacuum_pa)
    return fmean(errors)


def test_a_unit_that_was_never_calibrated_reads_right_afterwards(store: Store, tmp_path: Path) -> None:
    """It reads 3 % high, so that it is driven beyond its highest set point; the certificate holds everything."""
    operator = Yes()
    with on_bench("SIM-0101", tmp_path / "memory", calibrated="no", errors=OFF) as unit:
        rig = rig_of(unit)
        assert abs(true_error_pa(unit, 20_000)) > 300
        work = calibrating(store, rig, operator=operator)
        done = run.carry_out(work)
        certificate = run.certify(work, done, PAPERS, store.next_certificate_number(work.now_s()), work.now_s())
        assert thaw(freeze(certificate)) == certificate
        assert certificate.conforms
        assert certificate.is_simulated
        assert certificate.adjustment.is_first
        assert max(abs(one.error_pa) for one in certificate.as_left) < 100
        assert unit.wand.state in ("SAFE", "LINKED")
        rig = rig_of(unit)
        assert [abs(true_error_pa(unit, pa)) < 60 for pa in (5_000, 12_500, 22_500)] == [True] * 3
        read = wand.read(unit.record(Record.CALIBRATION).content, b"SIM-0101")
    assert read is not None
    assert read[1:3] == (done.used.gain, done.used.curve)
    assert len(operator.diffs) == 1
    assert [text for text in operator.asked_hands if "pump" in text]


class Cut(Exception):
    """The computer has died."""


def cut_after(store: Store, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the computer die once so many rows are on the disk."""
    append: Callable[..., Any] = store.append_row
    left = [rows]

    def counted(*words: Any, **named: Any) -> Any:
        left[0] -= 1
        row = append(*words, **named)
        if not left[0]:
            raise Cut
        return row

    monkeypatch.setattr(store, "append_row", counted)


@pytest.mark.parametrize(
    "rows", [9, 14, 20, 30], ids=["in the series up", "in the series down", "before it is written", "in the verification"]
)
def test_a_run_that_was_cut_off_goes_on_from_the_start_of_its_series(
    rows: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, on_bench("SIM-0102", tmp_path / "memory") as unit:
        cut_after(store, rows, patch)
        with pytest.raises(Cut):
            run.carry_out(calibrating(store, rig_of(unit)))
    (begin,) = open_runs(store)
    with on_bench("SIM-0102", tmp_path / "memory") as unit:
        rig = rig_of(unit)
        journal = Journal.resume(store, begin, QUICK, unit.clock.utc_s)
        done_before = {row.document["name"] for row in store.rows(kind=STEP)}
        work = calibrating(store, rig, journal)
        done = run.carry_out(work)
    names = [row.document["name"] for row in store.rows(kind=STEP)]
    assert len(names) == len(set(names))  # no finished step was done twice
    assert set(names) > done_before
    assert len(done.measured.up.points) == len(done.measured.down.points) == 6
    points = [row.document["set_pa"] for row in store.rows(kind=POINT) if row.document["series"] == "up"]
    assert points[-6:] == [0, 5_000, 10_000, 15_000, 20_000, 25_000]


def test_another_procedure_does_not_finish_what_one_has_begun(store: Store, tmp_path: Path) -> None:
    with on_bench("SIM-0103", tmp_path / "memory") as unit:
        calibrating(store, rig_of(unit))
    (begin,) = open_runs(store)
    with pytest.raises(UsageProblem, match="another"):
        Journal.resume(store, begin, shipped()._replace(sha256="0" * 64), lambda: 0)


@pytest.mark.parametrize(
    ("errors", "what"), [("hysteresis_pa=200", "hysteresis"), ("s_shape_pa=250", "residual"), ("noise_pa=200", "scatter|noise")]
)
def test_an_unsound_unit_keeps_its_old_coefficients(errors: str, what: str, store: Store, tmp_path: Path) -> None:
    with on_bench("SIM-0104", tmp_path / "memory", errors=errors) as unit:
        rig = rig_of(unit)
        before = unit.record(Record.CALIBRATION)
        with pytest.raises(Exception, match=what):
            run.carry_out(calibrating(store, rig))
        assert unit.record(Record.CALIBRATION) == before


def test_memory_that_forgets_is_noticed(store: Store, tmp_path: Path) -> None:
    """It says written, reads back well, and has the old record again after its restart."""
    with on_bench("SIM-0105", tmp_path / "memory", fault="memory-forgets") as unit:
        rig = rig_of(unit)
        before = unit.record(Record.CALIBRATION)
        with pytest.raises(NotKept):
            run.carry_out(calibrating(store, rig))
        assert unit.record(Record.CALIBRATION).content == before.content
    assert not open_runs(store)


def test_a_verification_that_fails_puts_the_old_coefficients_back(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensor changes between fit and verification."""
    with on_bench("SIM-0106", tmp_path / "memory") as unit:
        rig = rig_of(unit)
        before = unit.record(Record.CALIBRATION)
        work = calibrating(store, rig)
        verify = work.verify

        def aged(*words: Any) -> Any:
            sensor = truth(unit).board.sensor
            sensor.errors = sensor.errors._replace(gain=sensor.errors.gain + 0.04)
            return verify(*words)

        monkeypatch.setattr(work, "verify", aged)
        with pytest.raises(OutOfLimits, match="verification"):
            run.carry_out(work)
        assert unit.record(Record.CALIBRATION).content == before.content


@pytest.mark.parametrize("at_s", [40, 62])
def test_another_unit_on_the_cable_is_noticed_before_anything_is_written(at_s: int, store: Store, tmp_path: Path) -> None:
    with (
        on_bench("SIM-0107", tmp_path / "memory", fault=f"swap=SIM-0999@{at_s}") as unit,
        pytest.raises(UnitSwapped, match="SIM-0999 answers now"),
    ):
        run.carry_out(calibrating(store, rig_of(unit)))
    assert not [row for row in store.rows(kind=STEP) if row.document["name"] == "written"]


@pytest.mark.parametrize(
    ("fault", "text"),
    [("brown-out@45", "started anew by itself"), ("sensor-frozen@45", "sensor-frozen"), ("memory-forgets=all", "does not know its bench")],
)
def test_a_unit_that_leaves_service_is_told_of(fault: str, text: str, store: Store, tmp_path: Path) -> None:
    """The run stays open: it is resumed once the reason is found."""
    with on_bench("SIM-0108", tmp_path / "memory", fault=fault) as unit, pytest.raises(UnitProblem, match=text):
        run.carry_out(calibrating(store, rig_of(unit)))
    assert open_runs(store)


def test_the_leak_of_the_fixture_is_taken_off_when_it_is_known(store: Store, tmp_path: Path) -> None:
    with on_bench("SIM-0109", tmp_path / "memory") as unit:
        work = calibrating(store, rig_of(unit))
        assert work.fixture is None
        alone = Decay(20_000.0, 600.0, 1.0, 100, 102, 5.0)
        work.journal.keep(BLANKED, Blanked(alone))
        assert work.fixture == alone
        found = LeakDown(tuple(Sample(i / 50, 20_000.0 * (1 - i / 60) ** 2) for i in range(30)))
        with_it, without = (judge_leak(QUICK, found, one).leak.rate_pa_s for one in (work.fixture, None))
        assert without - with_it == pytest.approx(600 * FIXTURE_ML / (UNIT_ML + FIXTURE_ML))
