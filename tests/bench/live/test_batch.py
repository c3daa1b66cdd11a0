"""The labels of a day: what waits, what was done, and which calibration belongs to the batch."""

from pathlib import Path
from typing import cast

import pytest

from microderm_ctl.bench.certificate.document import freeze
from microderm_ctl.bench.live import run
from microderm_ctl.bench.live.batch import Outcome, Queue, UnitResult, asked_for, begin_batch, open_batch
from microderm_ctl.bench.live.journal import Ended, Environment, Journal, begun
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.cli.bench import calibrate
from microderm_ctl.cli.bench.station import Station
from microderm_ctl.records.store import Store, open_store
from tests.bench.certificate.sample import whole
from tests.bench.live import batch_day
from tests.bench.live.virtual import QUICK


def batch(store: Store) -> Queue:
    head = begun("batch", "", "Kim", shipped(), None, Environment(22.0), True)
    return begin_batch(store, head, {"customer": "Ana"}, 100)


def result(serial: str, outcome: Outcome) -> UnitResult:
    return UnitResult(serial, outcome, "", None, None, "", "", None, 1.0, 6)


def calibration(store: Store, serial: str) -> Journal:
    return Journal.begin(store, begun("calibrate", serial, "Kim", shipped(), None, Environment(), True), lambda: 200)


def test_labels_wait_until_something_has_become_of_them(store: Store, tmp_path: Path) -> None:
    queue = batch(store)
    assert [queue.scan(serial, 100) for serial in ("A", "B", "A")] == [True, True, False]
    queue.put_down(result("A", Outcome.PASS), 200)
    assert queue.waiting() == ("B",)
    assert not queue.scan("A", 300)  # it has passed
    queue.put_down(result("B", Outcome.ASIDE), 300)
    assert queue.waiting() == ()
    assert queue.scan("B", 400)  # what was set aside may be tried again
    with open_store(tmp_path / "data", practice=True) as after:  # another process, after kill -9
        (row,) = [open_batch(after)]
        assert row is not None
        taken_up = Queue(after, row.run_id)
        assert taken_up.waiting() == ("B",)
        assert [one.outcome for one in taken_up.results()] == [Outcome.PASS, Outcome.ASIDE]
        assert asked_for(after, row.run_id) == {"customer": "Ana"}
        taken_up.end(Ended("pass", ""), 500)
        assert open_batch(after) is None


def test_a_calibration_belongs_to_the_batch_that_has_begun_it(store: Store) -> None:
    calibration(store, "A")
    queue = batch(store)
    queue.scan("A", 100)
    assert queue.run_of("A") is None  # it was cut off before
    queue.begin_turn("A", 150)
    assert queue.run_of("A") is None
    own = calibration(store, "A")
    found = queue.run_of("A")
    assert found is not None
    assert found.run_id == own.run_id
    assert queue.ended_run("A") is None
    own.end(Ended("fail", "it leaks"))
    ended = queue.ended_run("A")
    assert ended is not None
    assert ended.document["reason"] == "it leaks"
    queue.put_down(result("A", Outcome.FAIL), 300)
    assert queue.ended_run("A") is None


def test_a_day_in_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two units whose calibration is only told of: what is tried here is that the figures are those of the day."""
    number, text = whole().number, freeze(whole())

    def told(station: Station, *_: object) -> calibrate.Certified:
        for words in ("reading the record", "leak: ", "how the unit protects itself"):
            station.operator.tell(words)
            station.unit.wait(10)
        station.operator.hands("Draw with the hand pump")
        station.unit.wait(5)
        station.operator.tell("restarting the unit")
        return calibrate.Certified(cast(run.Done, None), number, text)

    monkeypatch.setattr(calibrate, "certified", told)
    figures = batch_day.work(2, tmp_path, QUICK)
    assert (figures.units, figures.passed, figures.hand_actions) == (2, 2, 6)
    on_s, whole_s = 2 * 35.0, 2 * figures.unit_s
    assert figures.empty == pytest.approx(1 - on_s / whole_s, abs=0.01)
    assert figures.unused == pytest.approx(2 * 10.0 / whole_s, abs=0.01)
    assert 5 + 3 < figures.waiting_s < 5 + 15  # at the pump, and at the button, which the hand finds within 6 s
    assert len(batch_day.lines(figures)) == 7
