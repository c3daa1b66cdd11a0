"""When a renewal is earned, and when it is sent."""

import pytest

from microderm_ctl.link.lease import Lease
from microderm_protocol import codes


@pytest.fixture
def lease() -> Lease:
    made = Lease()
    made.wanted = True
    made.beat(1_000)
    made.telemetry(1_000, 1)
    return made


@pytest.mark.hazard("H-10", "computer")
@pytest.mark.parametrize(("now_ms", "is_earned"), [(1_000, True), (1_250, True), (1_251, False)])
def test_a_beat_lasts_a_quarter_of_a_second(lease: Lease, now_ms: int, is_earned: bool) -> None:
    lease.telemetry(now_ms, 2)
    assert lease.is_earned(now_ms) is is_earned


@pytest.mark.hazard("H-10", "computer")
@pytest.mark.hazard("H-11", "computer")
@pytest.mark.hazard("H-38", "computer")
@pytest.mark.parametrize(("now_ms", "is_earned"), [(1_300, True), (1_301, False)])
def test_telemetry_lasts_three_of_its_periods(lease: Lease, now_ms: int, is_earned: bool) -> None:
    lease.beat(now_ms)
    assert lease.is_earned(now_ms) is is_earned


@pytest.mark.hazard("H-11", "computer")
@pytest.mark.hazard("H-38", "computer")
def test_a_tick_that_stands_still_is_no_news(lease: Lease) -> None:
    lease.beat(1_301)
    lease.telemetry(1_301, 1)
    assert not lease.is_earned(1_301)
    lease.telemetry(1_301, 21)
    assert lease.is_earned(1_301)


def test_what_is_not_wanted_is_never_due(lease: Lease) -> None:
    lease.wanted = False
    assert not lease.is_due(1_000)
    assert lease.next_ms(1_000) is None


def test_deadlines_are_absolute(lease: Lease) -> None:
    assert lease.is_due(1_000)
    assert lease.next_ms(1_000) == 1_100
    assert lease.is_due(1_130)
    assert lease.next_ms(1_130) == 1_200, "30 ms late once is not 30 ms late for ever"


@pytest.mark.hazard("H-11", "computer")
@pytest.mark.hazard("H-16", "computer")
def test_missed_renewals_are_not_made_up_for_in_a_burst(lease: Lease) -> None:
    lease.is_due(1_000)
    lease.beat(5_000)
    lease.telemetry(5_000, 2)
    assert lease.is_due(5_000)
    assert not lease.is_due(5_000)
    assert lease.worst_gap_ms == 4_000


def test_only_newer_ticks_count_also_across_the_wrap(lease: Lease) -> None:
    lease.restart(codes.TICK_MASK - 10)
    lease.hear(5)
    assert lease.tick_ms == 5
    lease.hear(codes.TICK_MASK - 5)
    assert lease.tick_ms == 5
