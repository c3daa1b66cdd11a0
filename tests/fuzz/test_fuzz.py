"""A short fuzz of every target, always the same one; ``python -m tests.fuzz --seconds N`` goes on from there."""

from random import Random

import pytest

from tests.fuzz.__main__ import GROWTH_MOST, TARGETS, grows, main
from tests.fuzz.engine import Crash, Target, fuzz, mutate

RUNS = {"stream": 2_500, "wand": 900, "link": 250}
"""All seeds, and more than as many of what grows from them, or nearly."""


@pytest.mark.hazard("H-14", "wand")
@pytest.mark.hazard("H-14", "computer")
@pytest.mark.hazard("H-15", "wand")
@pytest.mark.hazard("H-31", "wand")
@pytest.mark.hazard("H-39", "wand")
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_comes_over_the_wire_breaks_a_promise(name: str) -> None:
    done = fuzz(TARGETS[name], Random(1), lambda runs: runs >= RUNS[name])
    assert done.runs == RUNS[name]
    assert done.corpus > 50, "it shows much of what it can do"


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_run_leaves_nothing_behind(name: str) -> None:
    assert grows(TARGETS[name]._replace(seeds=lambda: TARGETS[name].seeds()[:20])) < GROWTH_MOST


def test_the_fuzzer_finds_what_is_hidden_behind_a_few_bytes() -> None:
    """Input by input, guided by behaviour: chance alone would need 2**32 tries."""

    def lock(data: bytes) -> int:
        good = 0
        while data[good : good + 1] == b"key!"[good : good + 1] and good < 4:
            good += 1
        if good == 4:
            raise ValueError("open")
        return good

    with pytest.raises(Crash, match="6b657921"):
        fuzz(Target("lock", lock, lambda: [b"none"]), Random(1), lambda runs: runs >= 200_000)


def test_mutations_stay_small_and_differ() -> None:
    random = Random(1)
    made = {mutate(random, bytes(64), bytes(range(64))) for _ in range(500)}
    assert len(made) > 400 and max(map(len, made)) <= 1_024


def test_one_input_can_be_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--target", "stream", "--input", "030a01ff0004010103020101010588c1d73100"]) == 0
    assert "(1, 3, True)" in capsys.readouterr().out
