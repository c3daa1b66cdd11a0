"""What a step costs in memory is exact on any computer, so it is held; what it costs in time is printed, and read by a person."""

import pytest

from tests.conformance import cost
from tests.conformance.cost import BLOCKS, RP2040_FREE_BYTES, Costs
from tests.conformance.runtime import find_or_skip

CONTROL_STEP_BYTES = 704
STEP_BYTES = 1_024
TELEMETRY_BYTES = 3_840
RENEWAL_BYTES = 2_560


@pytest.fixture(scope="module")
def costs() -> Costs:
    """Measure once."""
    return cost.measure(find_or_skip())


def test_a_step_in_run_allocates_no_more_than_is_written_down(costs: Costs) -> None:
    assert 0 < costs.each["control-step"].allocated <= CONTROL_STEP_BYTES
    assert costs.each["step"].allocated <= STEP_BYTES
    assert costs.each["step-with-telemetry"].allocated <= TELEMETRY_BYTES
    assert costs.each["renewal"].allocated <= RENEWAL_BYTES


def test_nothing_of_a_step_is_kept(costs: Costs) -> None:
    assert costs.kept == 0


def test_a_second_of_garbage_fits_three_times_into_the_boards_heap(costs: Costs) -> None:
    """The board collects once a second, after a step; so no collection falls into a step."""
    assert 3 * costs.garbage_a_second // BLOCKS < RP2040_FREE_BYTES - costs.held // BLOCKS


def test_what_was_measured_was_a_treatment() -> None:
    with pytest.raises(AssertionError, match="state 6 0"):
        cost.read("held 1\nkept 0\ncollect 1\nnothing 1 0 0 0\nstep 1 5 5 5\nstate 6 0\n")


def test_the_program_for_a_board_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["--for-board"]) == 0
    source = capsys.readouterr().out
    assert source.startswith("SNAPSHOT = ((5, ")
    compile(source, "cost_board.py", "exec")
