"""Deadlines of real time, with times handed in."""

from microderm_ctl.simulator.pace import Pace


def test_steps_come_at_absolute_deadlines_however_late_within_a_step() -> None:
    pace = Pace(1_000)
    taken = [pace.take(now) for now in (1_019, 1_020, 1_021, 1_055, 1_060)]
    assert taken == [False, True, False, True, True]
    assert (pace.wait_ms(1_060), pace.dropped_ms) == (20, 0)


def test_a_stopped_process_takes_one_step_and_leaves_the_rest_out() -> None:
    pace = Pace(0)
    assert pace.take(20)
    assert pace.take(3_040)
    assert not pace.take(3_041)
    assert (pace.wait_ms(3_041), pace.dropped_ms) == (19, 3_000)


def test_a_deadline_that_is_past_is_not_waited_for() -> None:
    assert Pace(0).wait_ms(500) == 0
