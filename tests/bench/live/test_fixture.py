"""The leak of the blanked fixture, by the gauge alone, in virtual time."""

from datetime import date

import pytest

from microderm_ctl.bench.gauges import LineGauge, describe, practice_record
from microderm_ctl.bench.gauges.problems import GaugeProblem
from microderm_ctl.bench.live.fixture import FixtureWork, judge_fixture
from microderm_ctl.bench.live.problems import NotSettled
from microderm_ctl.bench.measurement import Outcome
from microderm_ctl.bench.procedure import shipped
from microderm_ctl.clock import VirtualClock
from microderm_ctl.simulator.bench_gauge import gauge_on_blank
from microderm_ctl.simulator.blank import Blank


def work(leak_pa_min: float, *faults: str) -> FixtureWork:
    clock, record = VirtualClock(), practice_record(date(2027, 1, 15))
    line = gauge_on_blank(clock, record.description, blank=Blank(leak_pa_min), faults=faults)
    return FixtureWork(LineGauge(line, describe(record.description), clock, "sim"), record, clock, shipped().numbers, lambda text: None)


@pytest.mark.parametrize(("leak_pa_min", "outcome"), [(200, Outcome.PASS), (900, Outcome.MARGINAL), (2_000, Outcome.FAIL)])
def test_the_leak_is_found_and_judged(leak_pa_min: float, outcome: Outcome) -> None:
    """What re-warms after the draw is over before it is measured."""
    known, judged = judge_fixture(shipped(), work(leak_pa_min).measure())
    assert known.rate_pa_s * 60 == pytest.approx(leak_pa_min, abs=40)
    assert known.at_pa == shipped().numbers.leak_from_pa
    assert judged.outcome is outcome


@pytest.mark.parametrize(
    ("leak_pa_min", "fault", "kind", "text"),
    [
        (60_000, "slow=10", NotSettled, "does not hold"),
        (500, "sign", NotSettled, "drawn to 0.0 kPa"),
        (500, "silent@5", GaugeProblem, "silent"),
    ],
)
def test_what_cannot_be_measured_is_said(leak_pa_min: float, fault: str, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        work(leak_pa_min, fault).measure()
