"""When a point may be read, and what is read."""

import re
from random import Random
from statistics import mean, stdev

import pytest

from microderm_ctl.bench.readings import Direction
from microderm_ctl.bench.settle import Shown, State, Sums, judge_point, pooled, read_point
from tests.bench.cycles import PROCEDURE

N = PROCEDURE.numbers
READY_S = N.dwell_s + N.window_s


def sums_of(raws: list[int], time_s: float = 0.0) -> Sums:
    return Sums(time_s, len(raws), sum(raws), sum(raw * raw for raw in raws))


def at_rest(until_s: float, slope_pa_s: float = 0.0, noise_pa: float = 20.0) -> list[Sums]:
    """Ten answers a second, five readings each."""
    random = Random(1)
    times = [i / 10 for i in range(int(until_s * 10) + 1)]
    return [sums_of([round(13_192 + (slope_pa_s * t + random.gauss(0, noise_pa)) / 2) for _ in range(5)], t) for t in times]


def shown(until_s: float, slope_pa_s: float = 0.0, offset_pa: float = 0.0) -> list[Shown]:
    return [Shown(t / 2, 10_000 + offset_pa + slope_pa_s * t / 2) for t in range(int(until_s * 2) + 1)]


def state(wand: list[Sums], gauge: list[Shown], now_s: float, direction: Direction = Direction.UP) -> State:
    return judge_point(N, 10_000, direction, wand, gauge, now_s).state


def test_a_quiet_point_settles_after_dwell_and_window_and_not_before() -> None:
    assert state(at_rest(READY_S), shown(READY_S), READY_S - 0.1) is State.WAITING
    assert state(at_rest(READY_S), shown(READY_S), READY_S) is State.SETTLED


@pytest.mark.parametrize(
    ("wand", "gauge", "says"),
    [
        (at_rest(60, slope_pa_s=14), shown(60), r"wand's reading moves by \+1\d Pa/s"),
        (at_rest(60), shown(60, slope_pa_s=-12, offset_pa=600), "gauge moves by -12 Pa/s"),
        (at_rest(60, noise_pa=75), shown(60), "scatter by 7"),
        (at_rest(60), shown(20), "gauge has not answered"),
        (at_rest(20), shown(60), "wand has not answered"),
    ],
)
def test_what_does_not_settle_is_named_and_times_out(wand: list[Sums], gauge: list[Shown], says: str) -> None:
    before, after = (judge_point(N, 10_000, Direction.DOWN, wand, gauge, now_s) for now_s in (N.timeout_s - 1, N.timeout_s))
    assert before.state is State.WAITING
    assert after.state is State.TIMED_OUT
    assert re.search(says, after.reason)


def test_a_point_is_passed_by_only_in_its_own_direction() -> None:
    past, short = shown(READY_S, offset_pa=510), shown(READY_S, offset_pa=-510)
    assert state(at_rest(READY_S), past, READY_S) is State.PASSED_BY
    assert state(at_rest(READY_S), short, READY_S) is State.SETTLED
    assert state(at_rest(READY_S), short, READY_S, Direction.DOWN) is State.PASSED_BY
    assert judge_point(N, 0, Direction.UP, at_rest(READY_S), past, READY_S).state is State.SETTLED


def test_sums_give_mean_and_spread_of_all_readings() -> None:
    random = Random(2)
    raws = [round(random.gauss(13_000, 10)) for _ in range(150)]
    found = pooled([sums_of(raws[:40]), sums_of(raws[40:])])
    assert found == pytest.approx((mean(raws), stdev(raws), 150))
    with pytest.raises(ValueError, match="two"):
        pooled([sums_of([5])])


def test_a_reading_needs_the_gauge_often_enough() -> None:
    one = read_point(N, 10_000, at_rest(3), shown(3))
    assert (one.set_pa, one.reference_pa, one.samples) == (10_000, 10_000, 155)
    with pytest.raises(ValueError, match="6 are needed"):
        read_point(N, 10_000, at_rest(3), shown(2))
