"""Light and buzzer do what the table of the protocol says."""

import pytest

from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.boards import signals
from microderm_protocol import codes

COLOURS = {
    k.QUIET: {signals.OFF},
    k.SIGNAL_PRESS: {signals.WHITE, signals.OFF},
    k.SIGNAL_TOUCH: {signals.GREEN, signals.OFF},
    k.SIGNAL_RUNNING: {signals.GREEN},
    k.SIGNAL_NEXT_ZONE: {signals.BLUE, signals.OFF},
    k.SIGNAL_CONFIRM: {signals.WHITE, signals.OFF},
    k.SIGNAL_WARNING: {signals.YELLOW, signals.OFF},
    k.SIGNAL_DONE: {signals.BLUE},
    k.SIGNAL_FAULT: {signals.RED},
    k.SIGNAL_SERVICE: {signals.VIOLET},
    k.SIGNAL_IDENTIFY: {signals.RED, signals.GREEN, signals.BLUE, signals.WHITE},
}
TONES = {
    k.SIGNAL_PRESS: 10,
    k.SIGNAL_NEXT_ZONE: 1,
    k.SIGNAL_CONFIRM: 20,
    k.SIGNAL_WARNING: 6,
    k.SIGNAL_DONE: 3,
    k.SIGNAL_FAULT: 2,
    k.SIGNAL_IDENTIFY: 10,
}
"""How many in ten seconds; the others are silent."""


def test_every_signal_of_the_protocol_has_a_light_and_a_sound() -> None:
    assert len(signals.LIGHTS) == len(signals.SOUNDS) == len(codes.SIGNALS) == len(COLOURS)


@pytest.mark.parametrize("signal", range(len(codes.SIGNALS)))
def test_colours_and_tones(signal: int) -> None:
    steps = range(0, 10_000, 20)
    assert {signals.colour(signal, ms) for ms in steps} == COLOURS[signal]
    pitches = [signals.pitch_hz(signal, ms) for ms in steps]
    begun = sum(1 for before, after in zip([0, *pitches], pitches, strict=False) if after and not before)
    assert begun == TONES.get(signal, 0)


def test_a_finished_treatment_is_a_rising_run_and_a_fault_a_low_tone() -> None:
    run = [signals.pitch_hz(k.SIGNAL_DONE, ms) for ms in (0, 200, 400)]
    assert run[0] < run[1] < run[2]
    assert 0 < signals.pitch_hz(k.SIGNAL_FAULT, 0) < min(run)


def test_a_signal_that_nobody_knows_is_red_and_silent() -> None:
    assert signals.colour(99, 0) == signals.RED
    assert signals.pitch_hz(99, 0) == 0
