"""What the harness of the sudden deaths makes of what it sees: what is wrong stays wrong, and what cannot be judged is no verdict."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pytest_mock import MockerFixture

if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals here", allow_module_level=True)

from tests.kills.__main__ import NOT_JUDGED, WRONG, Batch, told
from tests.kills.rounds import VAIN_MOST, Enough, Result, side_by_side
from tests.kills.trials import LEASE_MS, OFF_MOST_MS, Figures, InVain, NotJudged, Trial, Waits, Wrong
from tests.kills.ward import STEP_MS, Bed, Step, Ward

BATCH = Batch("sigkill", True)
WELL = Figures("sigkill", 20, 20, 0, ())
HOUR_MS = 3_600_000


@pytest.fixture
def ward(mocker: MockerFixture) -> Any:
    """Return a ward whose simulator runs, with two wands."""
    ward = mocker.create_autospec(Ward, instance=True)
    ward.beds = [Bed("SIM-0001"), Bed("SIM-0002")]
    ward.is_alive, ward.failure = True, ""
    return ward


class Foretold(Trial):
    """A trial that comes to what it was told."""

    def __init__(self, ward: Ward, bed: Bed, comes_to: Figures | Exception, wrong: tuple[str, ...] = ()) -> None:
        super().__init__("sigkill", ward, bed, Path(), Random(0), True)
        self._comes_to = comes_to
        self.wrong.extend(wrong)

    def run(self) -> Waits:
        yield
        if isinstance(self._comes_to, Exception):
            raise self._comes_to
        self.figures = self._comes_to


def each_in_turn(ward: Ward, *come_to: Figures | Exception) -> Callable[[Bed], Trial]:
    ends: Iterator[Figures | Exception] = iter(come_to)
    return lambda bed: Foretold(ward, bed, next(ends))


def test_what_cannot_be_judged_is_tried_again_and_told(ward: Any) -> None:
    result = side_by_side(ward, 3, each_in_turn(ward, NotJudged("slow"), WELL, NotJudged("slow"), NotJudged("slow"), WELL, WELL))
    text, code = told(BATCH, result, 3)
    assert (len(result.figures), code) == (3, 0)
    assert "3 could not be judged and were tried again: slow" in text


def test_too_few_verdicts_are_no_pass(ward: Any) -> None:
    result = side_by_side(ward, 2, each_in_turn(ward, WELL, *[NotJudged("slow")] * 100))
    text, code = told(BATCH, result, 2)
    assert code == NOT_JUDGED
    assert "ONLY 1 OF 2 COULD BE JUDGED" in text


def test_what_waits_in_vain_is_not_tried_for_ever(ward: Any) -> None:
    result = side_by_side(ward, 50, each_in_turn(ward, *[InVain("nothing came")] * (VAIN_MOST + 1)))
    assert told(BATCH, result, 50)[1] == NOT_JUDGED
    assert VAIN_MOST <= result.vain <= VAIN_MOST + 1


def test_what_is_wrong_stays_wrong_though_the_rest_could_not_be_judged(ward: Any) -> None:
    result = side_by_side(ward, 1, lambda bed: Foretold(ward, bed, NotJudged("slow"), ("the pump ran again",)))
    text, code = told(BATCH, result, 1)
    assert code == WRONG
    assert "the pump ran again" in text


def test_a_wrong_end_has_no_second_try(ward: Any) -> None:
    result = side_by_side(ward, 1, each_in_turn(ward, Wrong("the pump runs on"), WELL))
    assert (result.failed, result.figures) == (["sigkill: the pump runs on"], [])
    assert told(BATCH, result, 1)[1] == WRONG


def test_nothing_more_is_begun_on_a_simulator_that_is_gone(ward: Any) -> None:
    """A harness that did waited for its wands to come to rest, and took the wait for a fault."""

    def dies(ward: Any, trials: object) -> None:
        ward.is_alive = False

    result = side_by_side(ward, 4, each_in_turn(ward, NotJudged("the treatment had ended before"), WELL), dies)
    assert (len(result.figures), result.failed) == (1, [])


def test_who_has_had_enough_gets_the_figures_so_far(ward: Any) -> None:
    turns = iter(range(1_000))

    def has_enough(ward: Any, trials: object) -> None:
        if next(turns) == 1:
            raise Enough

    result = side_by_side(ward, 9, each_in_turn(ward, *[WELL] * 9), has_enough)
    text, code = told(BATCH, result, 9)
    assert (len(result.figures), result.is_hopeless, code) == (2, True, NOT_JUDGED)
    assert "ONLY 2 OF 9" in text


def test_a_simulator_that_ends_on_its_own_is_wrong(ward: Any) -> None:
    ward.is_alive, ward.failure = False, "the simulator ended with exit code 1"
    assert side_by_side(ward, 1, each_in_turn(ward)).failed == ["the simulator ended with exit code 1"]


# One trial


def step(ms: int, *, state: str = "RUN", cause: str = "none", lease_ms: int = LEASE_MS, dropped_ms: int = 0) -> Step:
    is_on = state == "RUN"
    return Step(ms, ms, state, cause, True, lease_ms, 15_000 if is_on else 0, not is_on, 9_000 if is_on else 0, dropped_ms)


def off_of(ward: Any, steps: list[Step]) -> tuple[Trial, Waits]:
    bed = ward.beds[0]
    bed.steps = [step(0)]
    trial = Trial("sigkill", ward, bed, Path(), Random(0), True)
    waits: Any = trial._off()
    next(waits)
    bed.steps += steps
    return trial, waits


def test_a_pump_that_runs_on_is_wrong_in_the_wands_own_time(ward: Any) -> None:
    _, waits = off_of(ward, [step(ms) for ms in range(STEP_MS, OFF_MOST_MS + 2 * STEP_MS, STEP_MS)])
    with pytest.raises(Wrong, match="the pump runs on"):
        next(waits)


def test_a_wand_that_gets_no_time_is_no_verdict(ward: Any, mocker: MockerFixture) -> None:
    trial, waits = off_of(ward, [])
    mocker.patch("tests.kills.trials.RealClock.now_ms", return_value=1 << 50)
    with pytest.raises(InVain):
        next(waits)
    assert trial.wrong == []


@pytest.mark.parametrize(("last_ms", "wrong"), [(LEASE_MS + STEP_MS, []), (LEASE_MS + 2 * STEP_MS, ["540 ms after the last renewal"])])
def test_a_pump_that_outlives_its_lease_is_wrong_on_any_machine(ward: Any, last_ms: int, wrong: list[str]) -> None:
    running = [step(ms, lease_ms=max(0, LEASE_MS - ms), dropped_ms=HOUR_MS) for ms in range(STEP_MS, last_ms, STEP_MS)]
    resting = [step(ms, state="SAFE", cause="lease", lease_ms=0) for ms in range(last_ms, last_ms + 400, STEP_MS)]
    trial, waits = off_of(ward, running + resting)
    with pytest.raises(StopIteration):
        next(waits)
    assert [text.partition(": off ")[2] for text in trial.wrong] == wrong


@pytest.mark.parametrize(("dropped_ms", "lease_ms", "starved"), [(0, LEASE_MS, False), (HOUR_MS, LEASE_MS, True), (0, 100, True)])
def test_only_a_machine_that_was_too_slow_excuses_an_exit_code(ward: Any, dropped_ms: int, lease_ms: int, starved: bool) -> None:
    bed = ward.beds[0]
    bed.steps = [step(0), step(STEP_MS, lease_ms=lease_ms, dropped_ms=dropped_ms)]
    trial = Trial("terminal", ward, bed, Path(), Random(0), True)
    if starved:
        with pytest.raises(NotJudged):
            trial._expect_served(False, "exit code 6")
    else:
        trial._expect_served(False, "exit code 6")
    assert bool(trial.wrong) is not starved


def test_results_add_up() -> None:
    one, other = Result(), Result()
    one.figures.append(WELL)
    other.failed.append("wrong")
    other.give_up(InVain("nothing came"))
    one.add(other)
    assert (one.judged, one.not_judged, one.vain) == (2, ["nothing came"], 1)
