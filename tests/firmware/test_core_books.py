"""What a step leaves in memory when the state changes, the zero that a self-test takes, and the flags of telemetry."""

from typing import Any

import pytest

from microderm_ctl.firmware import calibration, memory
from microderm_ctl.firmware import constants as k
from microderm_ctl.firmware.app import App
from microderm_ctl.firmware.constants import Constants
from microderm_ctl.firmware.core import Core
from microderm_ctl.firmware.memory import Memory
from tests.firmware.bench import MODES
from tests.firmware.rig import SERIAL, PlainBoard
from tests.firmware.wands import TREATED, resting, wand


class Still(PlainBoard):
    """A board whose sensor reads what it is told."""

    raw = 8_192

    def raw_pressure(self) -> int:
        return self.raw


def changed(before: int, mode: int, is_treated: bool = True, **changes: Any) -> App:
    """Return a wand that has noted a change of state, with an open entry of a treatment or none."""
    app = wand(before, **changes)
    if is_treated:
        app.ledger.reserve(5, 6, 7, 0, 8_000)
    app.state.mode = mode
    app.note_change()
    return app


# Changes of state


def test_a_change_is_told_once() -> None:
    app = changed(k.RUN, k.STOPPING, cause=k.LEASE)
    app.note_change()
    assert app.events == [(k.RUN, k.STOPPING, k.LEASE)]
    app.state.mode = k.LINKED
    app.note_change()
    app.state.mode = k.SAFE
    app.note_change()
    assert app.events[1:] == [(k.STOPPING, k.LINKED, k.LEASE), (k.LINKED, k.SAFE, k.LEASE)]


@pytest.mark.parametrize("mode", set(MODES) - {k.LINKED})
def test_a_treatment_is_settled_when_it_is_over(mode: int) -> None:
    """Not while it is armed, runs, holds or stops; with the sealed time in milliseconds and the cause."""
    app = changed(k.LINKED, mode, treatment=123, cause=k.LEASE)
    is_over = mode not in (k.ARMED, k.RUN, k.HOLD, k.STOPPING)
    assert app.ledger.is_open() is not is_over
    if is_over:
        assert app.ledger.by_age(0) == (1, 5, 6, 7, 0, 0, k.LEASE, 0, 8_000, 2_460)


@pytest.mark.parametrize(
    ("before", "mode", "is_treated", "cooldown", "is_written"),
    [
        (k.STOPPING, k.COOLDOWN, True, 90, True),
        (k.SELF_TEST, k.COOLDOWN, False, 90, True),
        (k.COOLDOWN, k.SAFE, False, 0, True),
        (k.COOLDOWN, k.SERVICE, False, 90, True),
        (k.STOPPING, k.FAULT, True, 90, True),
        (k.STOPPING, k.FAULT, True, 0, False),
        (k.STOPPING, k.LINKED, True, 0, False),
        (k.LINKED, k.FAULT, False, 90, False),
        (k.RUN, k.STOPPING, True, 90, False),
    ],
)
def test_a_rest_that_is_owed_is_in_memory(before: int, mode: int, is_treated: bool, cooldown: int, is_written: bool) -> None:
    """When it begins, when it ends or is left, and when a treatment ended elsewhere; never while a treatment goes on."""
    app = changed(before, mode, is_treated, cooldown=cooldown)
    assert app.memory.read(memory.COOLDOWN)[1] == (cooldown.to_bytes(4, "little") if is_written else b"")
    assert app.state.cooldown == cooldown


@pytest.mark.parametrize("mode", set(MODES) - {k.LINKED})
@pytest.mark.parametrize("latched", [0, k.STUCK_VENT])
def test_a_lock_is_in_memory_once(mode: int, latched: int) -> None:
    app = changed(k.LINKED, mode, False, cause=k.STUCK_PUMP, latched=latched)
    locks = mode == k.LOCKOUT and not latched
    assert app.state.latched == (k.STUCK_PUMP if locks else latched)
    assert app.memory.read(memory.LATCH) == ((2, bytes((k.STUCK_PUMP,))) if locks else (0, b""))


@pytest.mark.parametrize(("mode", "cooldown"), [(k.LOCKOUT, 0), (k.COOLDOWN, 9), (k.LINKED, 0)])
def test_a_book_that_cannot_be_written_is_a_memory_that_is_not_trusted(mode: int, cooldown: int) -> None:
    app = wand(k.STOPPING, cause=k.STUCK_PUMP, cooldown=cooldown)
    app.ledger.reserve(5, 6, 7, 0, 8_000)
    assert app.measured.memory_ok == 1
    app.board.broken_memory = True  # type: ignore[attr-defined]
    app.state.mode = mode
    app.note_change()
    assert app.measured.memory_ok == 0


def test_nothing_is_written_where_nothing_changes() -> None:
    app = wand(k.LOCKOUT, cooldown=90)
    app.ledger.reserve(5, 6, 7, 0, 8_000)
    app.note_change()
    assert app.ledger.is_open()
    assert app.memory.read(memory.COOLDOWN) == app.memory.read(memory.LATCH) == (0, b"")


# The zero


def after_test(raws: list[int], calibrated: int | None = 8_192, latched: int = 0, **inputs: Any) -> Core:
    """Return a wand after its self-test of 25 steps with these readings, the last of them repeated."""
    board = resting(Still)
    if calibrated is not None:
        Memory(board).write(memory.CALIBRATION, calibration.build(calibrated, SERIAL, 5, 8_192, 0))
    app = Core(board)
    app.state.latched = latched
    for name, value in inputs.items():
        setattr(board, name, value)
    for number in range(-1, 25):
        board.raw = raws[min(max(0, number), len(raws) - 1)]  # type: ignore[attr-defined]
        board.ticks += 20
        app.control_step()
    return app


def test_the_zero_is_the_mean_of_the_half_second_that_passed() -> None:
    app = after_test([8_190, 8_215, 8_191, 8_192])
    mean = (8_190 + 8_215 + 8_191 + 22 * 8_192) // 25
    assert (app.state.mode, app.zero, app.test_noise) == (k.SAFE, mean, 25)


@pytest.mark.parametrize(
    ("calibrated", "raw", "is_taken"),
    [(8_192, 7_692, True), (8_192, 7_691, False), (9_000, 8_500, True), (9_000, 8_499, False), (None, 7_492, True), (8_192, 8_692, True)],
)
def test_the_zero_stays_within_1_kpa_of_the_calibrated_one(calibrated: int | None, raw: int, is_taken: bool) -> None:
    """Without a calibration within 4 kPa of the nominal one: such a wand only talks."""
    app = after_test([raw], calibrated)
    if is_taken:
        assert (app.state.mode, app.zero) == (k.SAFE, raw)
    else:
        assert (app.state.mode, app.state.cause, app.zero) == (k.FAULT, k.SENSOR_RANGE, calibrated)


def test_a_zero_that_wandered_ends_service_too() -> None:
    app = wand(k.SELF_TEST, resting(Still), test=24, passing=24, service=99)
    app.test_sum = 8_192
    app.control_step()
    assert (app.state.mode, app.state.cause, app.state.service) == (k.FAULT, k.SENSOR_RANGE, 0)


def test_an_unsound_step_begins_the_mean_anew() -> None:
    """What was read before it counts neither for the zero nor for the noise."""
    app = after_test([8_100])
    board: Any = app.board
    app.state.mode, app.state.passing, app.state.test = k.SELF_TEST, 9, 9
    for raw, supply, sums in [
        (8_195, 5_000, (25 * 8_100 + 8_195, 8_100, 8_195)),
        (8_300, 0, (8_300, 8_300, 8_300)),
        (8_250, 0, (8_250, 8_250, 8_250)),
        (8_200, 5_000, (8_200, 8_200, 8_200)),
        (8_201, 5_000, (16_401, 8_200, 8_201)),
        (8_199, 5_000, (24_600, 8_199, 8_201)),
    ]:
        board.raw, board.supply = raw, supply
        board.ticks += 20
        app.control_step()
        assert (app.test_sum, app.test_least, app.test_most) == sums
    assert app.zero == 8_100, "taken at the end alone"


def test_a_test_that_failed_or_found_a_lock_takes_no_zero() -> None:
    """FAULT keeps its cause, and a pump that draws current while off stays locked."""
    failed = wand(k.SELF_TEST, resting(Still), test=149, service=0)
    failed.board.supply = 0  # type: ignore[attr-defined]
    failed.control_step()
    assert (failed.state.mode, failed.state.cause) == (k.FAULT, k.SUPPLY)
    stuck = wand(k.SELF_TEST, resting(Still), current=14, service=0)
    stuck.board.current = 99  # type: ignore[attr-defined]
    stuck.control_step()
    assert (stuck.state.mode, stuck.state.cause) == (k.LOCKOUT, k.STUCK_PUMP)
    assert after_test([8_000], latched=k.STUCK_PUMP).zero == 8_192


@pytest.mark.parametrize("mode", set(MODES) - {k.SELF_TEST})
def test_only_a_self_test_takes_readings_for_the_zero(mode: int) -> None:
    app = wand(mode, resting(Still), **TREATED)
    app.control_step()
    assert (app.test_sum, app.test_most, app.zero) == (0, 0, 8_192)


# Flags and faults


@pytest.mark.parametrize(
    ("place", "state_changes", "measured_changes"),
    [
        (0, {"sealed": 1}, {}),
        (1, {}, {"motion_mg": 30}),
        (1, {}, {"motion_mg": 31}),
        (2, {"vent": 1}, {}),
        (3, {"press_needed": 1}, {}),
        (4, {}, {"button": 1}),
        (5, {"lease": 1}, {}),
        (5, {"lease": 25}, {}),
        (6, {}, {"line_up": 1}),
        (8, {"treatment_limit": 5, "treatment": 5}, {}),
        (8, {"treatment_limit": 5, "treatment": 6}, {}),
        (9, {"duty": 1}, {}),
        (None, {"treatment_limit": 5, "treatment": 4}, {}),
        (None, {"treatment_limit": 0, "treatment": 4}, {}),
        (None, {}, {"motion_mg": 29}),
    ],
)
def test_each_flag_has_its_bit(place: int | None, state_changes: dict[str, int], measured_changes: dict[str, int]) -> None:
    app = Core(resting())
    s, m = app.state, app.measured
    s.vent = 0
    for name, value in state_changes.items():
        setattr(s, name, value)
    for name, value in measured_changes.items():
        setattr(m, name, value)
    assert app.flags() == (0 if place is None else 1 << place)


def test_a_calibrated_wand_says_so_in_bit_seven() -> None:
    app = wand(lease=0, vent=0)
    app.measured.line_up = 0
    assert app.flags() == 1 << 7


def test_the_faults_are_those_that_stand() -> None:
    app = wand()
    assert app.faults() == 0
    app.measured.supply_mv = 0
    assert app.faults() == 1 << k.SUPPLY


def never_calibrated(offset_raw: int, steps: int) -> App:
    """Return a unit as it was built, its sensor off by so many counts, some steps after its start."""
    board = Still()
    board.raw = calibration.ZERO_NOMINAL + offset_raw
    app = App(board)
    for _ in range(steps):
        board.ticks += 20
        app.step()
    return app


@pytest.mark.parametrize("offset_raw", [-calibration.ZERO_WINDOW, -900, 0, 900, calibration.ZERO_WINDOW])
def test_a_unit_that_was_never_calibrated_passes_its_self_test(offset_raw: int) -> None:
    """Its sensor may be off by 4 kPa, and it must come to a technician's bench all the same."""
    app = never_calibrated(offset_raw, 40)
    assert app.state.mode == k.SAFE
    assert app.zero == calibration.ZERO_NOMINAL + offset_raw


@pytest.mark.parametrize("raw", [Constants().raw_least - 1, Constants().raw_most + 1])
def test_what_is_no_reading_is_no_zero(raw: int) -> None:
    """The first conversion of a sensor may not be there yet; the board then says what no sensor does."""
    board = Still()
    board.raw = raw
    app = App(board)
    app.step()
    assert app.zero == calibration.ZERO_NOMINAL
    board.raw = calibration.ZERO_NOMINAL + 900
    for _ in range(40):
        board.ticks += 20
        app.step()
    assert (app.state.mode, app.zero) == (k.SAFE, calibration.ZERO_NOMINAL + 900)


@pytest.mark.parametrize("raw", [Constants().raw_least, Constants().raw_most])
def test_the_first_reading_that_is_one_is_the_zero_and_no_later_one(raw: int) -> None:
    board = Still()
    board.raw = raw
    app = App(board)
    for _ in range(3):
        app.step()
        board.raw = calibration.ZERO_NOMINAL
    assert app.zero == raw


def test_a_unit_past_its_self_test_takes_no_zero() -> None:
    board = Still()
    app = App(board)
    app.state.mode = k.SAFE
    board.raw = calibration.ZERO_NOMINAL + 900
    app.step()
    assert app.zero == calibration.ZERO_NOMINAL


def test_a_unit_that_was_never_calibrated_sees_vacuum_once_it_has_started() -> None:
    app = never_calibrated(900, 40)
    assert isinstance(app.board, Still)
    app.board.raw += 5_000
    app.step()
    assert app.measured.vacuum_pa == 10_000


@pytest.mark.parametrize("offset_raw", [-calibration.ZERO_WINDOW - 1, calibration.ZERO_WINDOW + 1])
def test_a_sensor_that_no_calibration_could_mend_is_a_fault(offset_raw: int) -> None:
    assert never_calibrated(offset_raw, 200).state.mode == k.FAULT


def test_a_unit_that_was_calibrated_has_its_zero_from_its_record_until_the_self_test() -> None:
    """So a vacuum that is left at the start is seen as one."""
    board = Still()
    board.raw, board.duty, board.vent = 8_192 + 450, 0, True
    memory.Memory(board).write(memory.CALIBRATION, calibration.build(8_192, SERIAL, 1_760_000_000, 8_192, 0))
    app = App(board)
    app.step()
    assert app.zero == 8_192
    assert app.measured.vacuum_pa == 900
